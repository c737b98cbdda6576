"""The command `hamstring`: arguments in, calls of the package out. Degrees; one-line errors; the path written is printed.

What a command does not need is not imported: help and lists answer without VTK, Qt or matplotlib.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

from cyclopts import (
    App,
    Argument,
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    Parameter,
    Token,
    UnusedCliTokensError,
)

from visualiser import __version__, bonecommands, keys, scenecommands
from visualiser.errors import VisualiserError, unknown_name
from visualiser.lookwords import AS_USUAL, Look, Whole

if TYPE_CHECKING:
    from visualiser.scene import Scene

FIRST_SCENE = "straight_leg_raise"
EXIT_INTERRUPTED, EXIT_PIPE = 130, 141  # as shells count them: 128 + the signal


def example(*lines: str) -> str:
    """The examples at the end of a help page."""
    return "\n".join(["Examples:", *(f"  {line}" for line in lines)])


app = App(
    name="hamstring",
    help="A moving, named, measured model of the hamstrings: look at it, take pictures, make clips, read numbers.",
    help_epilogue=example(
        "hamstring                             open the window",
        "hamstring list                        the movements that ship with it",
        "hamstring shot straight_leg_raise     a picture for a slide",
        "hamstring clip straight_leg_raise     a film",
        "hamstring measure straight_leg_raise  lengths, moment arms and strains",
    ),
    help_format="plaintext",
    version=__version__,
    suppress_keyboard_interrupt=False,
)


SceneName = Annotated[
    str,
    Parameter(
        help="A movement, see hamstring list, a scene file (.toml), a recording (.mot, .sto, .csv) or a picture of ours (.png)."
    ),
]
Output = Annotated[Path | None, Parameter(name=["--output", "-o"], help="The file to write.")]
Force = Annotated[
    bool, Parameter(name=["--force", "-f"], negative="", show_default=False, help="Overwrite the file if it exists.")
]
SideName = Annotated[str | None, Parameter(help="right or left; the scene's own if left out.")]
Legs = Annotated[
    str | None, Parameter(help="one, ghost (the other leg as pale bones) or both; the scene's own if left out.")
]
Bones = Annotated[
    Path | None, Parameter(help="A folder of your own bones with a landmarks.toml, see hamstring bones --help.")
]


Tightness = Annotated[
    float | None,
    Parameter(help="0 (supple) to 1 (very tight): how much length the hamstrings allow; as written if left out."),
]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A recorded motion in the place of the scene's own."""

    motion: Annotated[
        Path | None, Parameter(help="OpenSim .mot or .sto, or .csv: plays with the scene's view and labels.")
    ] = None
    knee_sign: Annotated[str, Parameter(help="Sign of knee flexion in that file: auto, positive or negative.")] = "auto"
    clamp: Annotated[
        bool, Parameter(negative="", show_default=False, help="Bend recorded angles into the model's range.")
    ] = False


@app.default
def window() -> None:
    """Open the window."""
    view(FIRST_SCENE)


@app.command(
    help_epilogue=example("hamstring view", "hamstring view standing_leg_curl --side left --theme dark")
    + f"\n\nKeys in the window:\n{keys.listing()}"
)
def view(
    scene: SceneName = FIRST_SCENE,
    /,
    *,
    side: SideName = None,
    legs: Legs = None,
    theme: str = "light",
    tightness: Tightness = None,
    recorded: Recorded = Recorded(),
    bones: Bones = None,
) -> None:
    """Open the window with a movement: rotate, play, scrub.

    theme: light or dark.
    """
    shown = _scene(scene, side, legs, tightness, recorded, bones)
    from visualiser import screen

    screen.require_screen()  # before Qt is imported: it would end the program
    sys.exit(shown.show(theme=theme))


@app.command(
    help_epilogue=example(
        "hamstring shot straight_leg_raise --at 60% --view posterior -o a.png",
        "hamstring shot standing_leg_curl --at 1.2s --peel biceps_femoris_long_head --view posterolateral",
        "hamstring shot standing_leg_curl --only semitendinosus --theme dark --size square",
        "hamstring shot straight_leg_raise --colour strain --legend --alt",
        "hamstring shot straight_leg_raise --pose hip_flexion=70,knee_flexion=20 --title none",
        "hamstring shot standing_leg_curl --section axial:mid-thigh --areas",
        "hamstring shot straight_leg_raise --compare 0,60% --colour length",
        "hamstring shot standing_leg_curl --views posterior,lateral --size a4",
        "hamstring shot a.png --view medial -o b.png",
        "hamstring shot standing_leg_curl --labels muscles,bones --language both",
        "hamstring shot straight_leg_raise --tightness 1",
        "hamstring shot tibial_rotation --width-cm 25.4 --dpi 200 --transparent",
        "hamstring shot straight_leg_raise --footprints --view posterior --at 0",
    )
)
def shot(
    scene: SceneName,
    /,
    *,
    at: Annotated[
        str | None, Parameter(help="The moment: 0.6 or 60% of the movement, or 1.2s; 0.6 if left out.")
    ] = None,
    pose: Annotated[
        str | None, Parameter(help="A pose instead of a moment: hip_flexion=70,knee_flexion=20, the rest 0.")
    ] = None,
    output: Output = None,
    look: Look = AS_USUAL,
    caption: Annotated[str, Parameter(help="A line at the bottom.")] = "",
    quality: Annotated[str, Parameter(help="draft, standard or fine: how smooth edges are.")] = "fine",
    section: Annotated[
        str | None, Parameter(help="A cut through the thigh: axial:mid-thigh, axial:y=-200, sagittal:10, coronal.")
    ] = None,
    areas: Annotated[
        bool, Parameter(negative="", show_default=False, help="Of a section, the cut faces alone, named.")
    ] = False,
    views: Annotated[str, Parameter(help="Several views in one figure: posterior,lateral.")] = "",
    compare: Annotated[str, Parameter(help="Several moments in one figure, at one scale: 0,60%.")] = "",
    alt: Annotated[
        bool, Parameter(negative="", show_default=False, help="Print what the picture shows, for the alternative text.")
    ] = False,
    side: SideName = None,
    legs: Legs = None,
    tightness: Tightness = None,
    recorded: Recorded = Recorded(),
    width_cm: Annotated[float | None, Parameter(help="Printed width; gives the pixels together with --dpi.")] = None,
    dpi: Annotated[float | None, Parameter(help="Pixels an inch, written into the file.")] = None,
    transparent: Annotated[bool, Parameter(negative="", show_default=False, help="No background.")] = False,
    footprints: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="Bare bones with the areas on which the muscles take hold."),
    ] = False,
    bones: Bones = None,
    force: Force = False,
) -> None:
    """Make a labelled picture (PNG) of one moment of a movement, or of any pose."""
    shown = _scene(scene, side, legs, tightness, recorded, bones)
    target = output or Path(f"{shown.movement.name}.png" if pose is None else "pose.png")
    if pose is not None:
        shown = shown.posed(pose)
    _require_drawing()
    picture = shown.image(
        target,
        at=at,
        **look.words(),
        width_cm=width_cm,
        dpi=dpi,
        transparent=transparent,
        footprints=footprints,
        caption=caption,
        quality=quality,
        section=section,
        areas=areas,
        views=views,
        compare=compare,
        force=force,
    )
    print(target)
    if alt:
        print(picture.info["alt"])


@app.command(
    help_epilogue=example(
        "hamstring clip straight_leg_raise",
        "hamstring clip hip_extension --theme dark --fps 60 -o extension.mp4",
        "hamstring clip standing_leg_curl --speed 0.5 --width 1280 --height 720",
        "hamstring clip running --motion my_run.mot",
    )
)
def clip(
    scene: SceneName,
    /,
    *,
    output: Output = None,
    fps: Annotated[Whole, Parameter(help="Frames a second.")] = 30,
    speed: Annotated[float, Parameter(help="0.5 shows the movement at half speed.")] = 1.0,
    look: Look = AS_USUAL,
    side: SideName = None,
    legs: Legs = None,
    tightness: Tightness = None,
    recorded: Recorded = Recorded(),
    captions: Annotated[bool, Parameter(help="Title and phases of the movement in the picture.")] = True,
    bones: Bones = None,
    force: Force = False,
) -> None:
    """Make a film (MP4) of a whole movement."""
    shown = _scene(scene, side, legs, tightness, recorded, bones)
    target = output or Path(f"{shown.movement.name}.mp4")
    _require_drawing()
    with progress(target.name) as step:
        shown.clip(
            target,
            fps=fps,
            speed=speed,
            **look.words(),
            captions=captions,
            progress=step,
            force=force,
        )
    print(target)


@app.command(
    help_epilogue=example(
        "hamstring measure straight_leg_raise",
        "hamstring measure hip_extension --samples 201 -o extension.csv",
        "hamstring measure --pose hip_flexion=90,knee_flexion=0",
        "hamstring measure --grid hip_flexion=-20:120:10 --grid knee_flexion=0:120:10 -o grid.csv",
    )
)
def measure(
    scene: Annotated[str | None, Parameter(help="A movement, see hamstring list, or a scene file (.toml).")] = None,
    /,
    *,
    pose: Annotated[str | None, Parameter(help="One pose instead: names and degrees, separated by commas.")] = None,
    grid: Annotated[
        tuple[str, ...], Parameter(negative="", help="Many poses instead: name=first:last:step; once per coordinate.")
    ] = (),
    output: Output = None,
    samples: Annotated[Whole, Parameter(help="Rows of a movement, at equal steps of time.")] = 101,
    side: SideName = None,
    tightness: Tightness = None,
    recorded: Recorded = Recorded(),
    bones: Bones = None,
    force: Force = False,
) -> None:
    """Write angles, lengths, moment arms and strains of the heads, and how the nerve moves, as a table (CSV).

    One pose is printed, or written with --output. Together with --grid, --pose says where the other joints are.
    """
    from visualiser import export
    from visualiser.asked_poses import MOST_POSES

    if pose is not None or grid:
        if scene is not None or side is not None or tightness is not None or recorded.motion:
            raise VisualiserError("hamstring measure takes a movement, or --pose and --grid; they are for either side.")
        _measure_poses(pose, grid, output, bones, force)
        return
    if scene is None:
        raise VisualiserError("hamstring measure needs SCENE, --pose or --grid; see hamstring measure --help.")
    shown = _scene(scene, side, None, tightness, recorded, bones)
    if not 2 <= samples <= MOST_POSES:
        raise VisualiserError(f"--samples is {samples}; a table has 2 to {MOST_POSES} rows.")
    target = export.target(output or Path(f"{shown.movement.name}.csv"), force, export.TABLE_SUFFIXES)
    print(export.write_csv(shown.measure(samples), target, force=force))


def _measure_poses(pose: str | None, grid: Sequence[str], output: Path | None, bones: Path | None, force: bool) -> None:
    """The table of one pose, printed, or of a grid, written."""
    from visualiser import asked_poses, export
    from visualiser.measurement import measure_poses

    fixed = {name: [angle] for name, angle in asked_poses.parse_pose(pose).items()} if pose is not None else {}
    axes = asked_poses.parse_grid(grid)
    for name in set(fixed) & set(axes):
        raise VisualiserError(f"{name} is in --pose and in --grid; one of them is enough.")
    legs = asked_poses.legs_of({**fixed, **axes})
    if bones is None:
        table = measure_poses(legs)
    else:
        from visualiser import ownbones

        body = ownbones.load(bones).physique
        table = measure_poses(legs, heads=body.heads, geometry=body.geometry)
    if output is None and not grid:
        longest = max(map(len, table.columns))
        for name, value in zip(table.columns, table.values[0], strict=True):
            print(f"{name:<{longest}}{value:>10.2f}")
        return
    target = export.target(output or Path("grid.csv"), force, export.TABLE_SUFFIXES)
    print(export.write_csv(table, target, force=force))


@app.command(name="list", help_epilogue=example("hamstring list", "hamstring list structures", "hamstring list views"))
def list_names(
    kind: Annotated[
        str,
        Parameter(help="movements, structures, landmarks, views, themes, coordinates or sources."),
    ] = "movements",
) -> None:
    """List the names that other commands understand."""
    from visualiser import facts

    print(facts.columns(facts.listing(kind)))


@app.command(
    help_epilogue=example(
        "hamstring info semitendinosus", 'hamstring info "kneecap"', "hamstring info straight_leg_raise"
    )
)
def info(name: Annotated[str, Parameter(help="Identifier, English or Latin name, or a synonym.")]) -> None:
    """Print the facts about a structure, landmark, coordinate or movement, with their sources."""
    from visualiser import facts

    print(facts.card(name))


@app.command(help_epilogue=example("hamstring check"))
def check() -> None:
    """Report what this machine can do: versions, OpenGL, video, window. Put it into a bug report."""
    from visualiser import checks

    found = checks.findings()
    print(checks.report(found))
    if not all(finding.fine for finding in found if finding.needed):
        raise VisualiserError("pictures and clips will not work here until the parts marked MISSING are there.")


app.command(bonecommands.app)
scenecommands.add_to(app)


def _scene(
    name: str, side: str | None, legs: str | None, tightness: float | None, recorded: Recorded, bones: Path | None
) -> "Scene":
    """A scene by its name or path, or a recording in its place; how a recording was read is told on standard error."""
    from visualiser.scene import RECORDINGS, Scene

    path = recorded.motion or (Path(name) if Path(name).suffix.lower() in RECORDINGS else None)
    if path is None:
        return Scene.load(name, side=side, legs=legs, tightness=tightness, bones=bones)
    shown = Scene.from_motion(
        path,
        side=side or "right",
        legs=legs or "both",
        tightness=tightness,
        knee_sign=recorded.knee_sign,
        clamp=recorded.clamp,
        like=name if recorded.motion else None,
        bones=bones,
    )
    for sentence in shown.report:
        print(f"{path.name}: {sentence}", file=sys.stderr)
    return shown


def _require_drawing() -> None:
    """Raise DisplayError before VTK would end the program."""
    from visualiser import machine

    machine.require_opengl()


# -- progress --------------------------------------------------------------------------------------------------------


@contextmanager
def progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with the time left on a terminal, ten plain lines elsewhere; both on standard error."""
    if not sys.stderr.isatty():
        yield _plain_progress(name)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("frames, left:"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain_progress(name: str) -> Callable[[int, int], None]:
    """A line for every tenth: 'a.mp4: 60 of 195 frames, 12 s left'."""
    started, told = monotonic(), 0

    def step(done: int, total: int) -> None:
        nonlocal told
        tenth = 10 * done // total
        if tenth > told:
            told = tenth
            left = (monotonic() - started) * (total - done) / done
            print(f"{name}: {done} of {total} frames, {left:.0f} s left", file=sys.stderr, flush=True)

    return step


# -- the door --------------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0, 2 after an error of the user's or the machine's, 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a degree sign must not end the program on a plain terminal
    try:
        app(arguments, print_error=False, exit_on_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as problem:
        return _complain(_parse_error(problem))
    except VisualiserError as problem:
        return _complain(str(problem))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader has gone: nothing may be written any more, not even by the interpreter on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PIPE
    return 0


def _complain(sentence: str) -> int:
    """One line on standard error, whatever came in."""
    print(f"hamstring: {' '.join(sentence.split())}", file=sys.stderr)
    return 2


def _parse_error(problem: CycloptsError) -> str:
    """Arguments that cannot be understood, in one sentence: what came, what is allowed, where to read more."""
    command = " ".join(["hamstring", *(problem.command_chain or ())])
    match problem:
        case UnusedCliTokensError(unused_tokens=[name, *_]) if command == "hamstring":
            return str(unknown_name("command", name, [word for word in app if not word.startswith("-")]))
        case UnusedCliTokensError(unused_tokens=[word, *_]):
            said = f'"{word}" is one argument too many for {command}'
        case CoercionError(token=Token() as token, target_type=type() as kind):
            allowed = {int: "a whole number", float: "a number", bool: "yes or no"}.get(kind, kind.__name__)
            said = f'{token.keyword} is "{token.value}"; allowed is {allowed}'
        case MissingArgumentError(argument=Argument() as argument):
            said = (
                f"{command} needs {argument.name.lstrip('-').upper()}"
                if not problem.keyword
                else f"{problem.keyword} needs a value"
            )
        case _:
            problem.verbose = False
            said = str(problem).rstrip(".")
    return f"{said}{' See' if said.endswith('?') else '; see'} {command} --help."
