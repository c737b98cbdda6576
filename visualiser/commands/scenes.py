"""The commands about scene files and figures: `hamstring new`, `schema`, `plot`, `sheet`."""

import json
from os.path import isfile
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from visualiser import inputs
from visualiser.bodies import assets
from visualiser.commands.common import Force, Output, example, require_drawing
from visualiser.commands.look import AS_USUAL, Look
from visualiser.errors import VisualiserError, unknown_name


def add_to(app: App) -> None:
    """Give an app the commands of this module."""
    app.command(
        plot,
        help_epilogue=example(
            "hamstring plot sprint -o sprint.svg",
            "hamstring plot squat --vs knee_flexion",
            "hamstring plot straight_leg_raise --of nerve --tightness 1",
            "hamstring plot map squat romanian_deadlift -o map.pdf",
        ),
    )
    app.command(
        compare,
        help_epilogue=example(
            "hamstring compare injury_sprint injury_stretch -o injuries.png",
            "hamstring compare walking sprint --colours length --view posterolateral",
            "hamstring compare sitting_upright sitting_slouched --at 50%",
        ),
    )
    app.command(sheet, help_epilogue=example("hamstring sheet sprint", "hamstring sheet squat nordic_curl -o gym.png"))
    app.command(new, help_epilogue=example("hamstring new my_squat.toml --from squat", "hamstring view my_squat.toml"))
    app.command(schema, help_epilogue=example("hamstring schema -o scene.schema.json"))


def plot(
    *scenes: Annotated[str, Parameter(help="A movement or scene file; or map, then movements to draw on it.")],
    of: Annotated[
        str, Parameter(help="length, strain, activation, velocity, hip_arm, knee_arm, rotation_arm or nerve.")
    ] = "length",
    vs: Annotated[str | None, Parameter(help="A coordinate such as knee_flexion, instead of time.")] = None,
    tightness: Annotated[float | None, Parameter(help="0 (supple) to 1 (very tight).")] = None,
    side: Annotated[str | None, Parameter(help="right or left; the scene's own if left out.")] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Draw lengths, moment arms or the nerve over a movement, or a map of lengths over hip and knee (PNG, SVG, PDF)."""
    from visualiser.pictures import plots
    from visualiser.scene import Scene

    if not scenes:
        raise VisualiserError("hamstring plot needs SCENE or map; see hamstring plot --help.")
    first, *tracks = scenes
    if first == "map":
        movements = [Scene.load(name, side=side, tightness=tightness).movement for name in tracks]
        print(plots.plot_map(output or Path("map.png"), movements, force=force))
        return
    if tracks:
        raise VisualiserError(f'"{tracks[0]}" is one scene too many: only hamstring plot map takes several.')
    movement = Scene.load(first, side=side, tightness=tightness).movement
    print(plots.plot(movement, output or Path(f"{movement.name}_{of}.png"), of=of, vs=vs, force=force))


def compare(
    *scenes: Annotated[str, Parameter(help="Two to four movements or scene files.")],
    at: Annotated[
        str, Parameter(help="peak (when a head is stretched most), or a moment of each: 60% or 1.2s.")
    ] = "peak",
    colours: Annotated[
        str, Parameter(help="A row of pictures each: strain, activation, length, identity, tissue.")
    ] = "strain,activation",
    look: Look = AS_USUAL,
    quality: Annotated[str, Parameter(help="draft, standard or fine: how smooth edges are.")] = "fine",
    tightness: Annotated[float | None, Parameter(help="0 (supple) to 1 (very tight).")] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Draw movements side by side in one figure (PNG), at one scale of size and of colours."""
    from visualiser.scene import Scene

    if len(scenes) < 2:
        raise VisualiserError("hamstring compare needs two movements or more; see hamstring compare --help.")
    first, *others = (Scene.load(name, tightness=tightness) for name in scenes)
    require_drawing()
    target = output or Path(f"{first.movement.name}_{others[0].movement.name}.png")
    first.compare(*others, path=target, at=at, colours=colours, quality=quality, force=force, **look.words())
    print(target)


def sheet(
    *scenes: Annotated[str, Parameter(help="Movements or scene files; all that ship if left out.")],
    frames: Annotated[int, Parameter(help="Pictures of each movement, 2 to 24.")] = 6,
    output: Output = None,
    force: Force = False,
) -> None:
    """Draw a contact sheet (PNG): each movement as a row of pictures."""
    from visualiser import machine
    from visualiser.pictures import contactsheet
    from visualiser.scene import Scene

    machine.require_opengl()
    names = scenes or tuple(assets.scene_paths())
    file = output or Path(f"{Path(names[0]).stem}_sheet.png" if len(names) == 1 else "sheet.png")
    print(contactsheet.write([Scene.load(name) for name in names], file, frames=frames, force=force))


def new(
    file: Annotated[Path, Parameter(help="The scene file to write (.toml).")],
    /,
    *,
    pattern: Annotated[str, Parameter(name="--from", help="The movement to start from, see hamstring list.")] = "squat",
    force: Force = False,
) -> None:
    """Start a scene of your own as a copy of one that ships."""
    from visualiser.movements import schema
    from visualiser.writing import replacing, target

    shipped = assets.scene_paths()
    if pattern not in shipped and not isfile(pattern):
        raise unknown_name("movement", pattern, shipped)
    source = shipped.get(pattern, Path(pattern))
    inputs.note(source)
    path = target(file, force, (".toml",))
    text = schema.draft(path, source)
    with replacing(path, force) as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(path)


def schema(*, output: Output = None, force: Force = False) -> None:
    """Print the JSON Schema of scene files, for editors that check while you type."""
    from visualiser.movements import schema as schemas
    from visualiser.writing import replacing, target

    text = json.dumps(schemas.json_schema(), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        print(text, end="")
        return
    path = target(output, force, (".json",))
    with replacing(path, force) as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(path)
