"""The command for numbers: `hamstring measure`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from visualiser.commands.common import AS_WRITTEN, Actor, Force, Output, example
from visualiser.commands.look import Whole
from visualiser.errors import VisualiserError


def add_to(app: App) -> None:
    """Give an app the commands of this module."""
    app.command(
        measure,
        help_epilogue=example(
            "hamstring measure straight_leg_raise",
            "hamstring measure hip_extension --samples 201 -o extension.csv",
            "hamstring measure --pose hip_flexion=90,knee_flexion=0",
            "hamstring measure straight_leg_raise --nerve -o nerve.csv",
            "hamstring measure --grid hip_flexion=-20:120:10 --grid knee_flexion=0:120:10 -o grid.csv",
        ),
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
    nerve: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Instead, strain and excursion along the nerve: many rows a moment or pose.",
        ),
    ] = False,
    actor: Actor = AS_WRITTEN,
    force: Force = False,
) -> None:
    """Write angles, lengths, moment arms and strains of the heads, and how the nerve moves, as a table (CSV).

    One pose is printed, or written with --output. Together with --grid, --pose says where the other joints are. With --nerve, the table
    has a row for each place along the nerve: its level, height above the hip centre when standing, its strain, and how far it has slid.
    The nerve is ours, also with --bones.
    """
    from visualiser import writing
    from visualiser.movements.asked_poses import MOST_POSES

    if pose is not None or grid:
        if scene is not None or actor != Actor(bones=actor.bones):
            raise VisualiserError("hamstring measure takes a movement, or --pose and --grid; they are for either side.")
        _measure_poses(pose, grid, output, actor.bones, force, nerve)
        return
    if scene is None:
        raise VisualiserError("hamstring measure needs SCENE, --pose or --grid; see hamstring measure --help.")
    shown = actor.scene(scene)
    if not 2 <= samples <= MOST_POSES:
        raise VisualiserError(f"--samples is {samples}; a table has 2 to {MOST_POSES} rows.")
    if nerve:
        _few_enough(samples)
    target = writing.target(output or Path(f"{shown.movement.name}.csv"), force, writing.TABLE_SUFFIXES)
    table = shown.measure_nerve(samples) if nerve else shown.measure(samples)
    print(writing.write_csv(table, target, force=force))


def _few_enough(poses: int) -> None:
    """Raise VisualiserError where a table along the nerve would be longer than tables may be."""
    from visualiser.movements.asked_poses import MOST_POSES
    from visualiser.tissue.measurement import PLACES

    if poses > MOST_POSES // PLACES:
        raise VisualiserError(
            f"--nerve writes {PLACES} rows for each moment or pose and takes {MOST_POSES // PLACES} of them; {poses} are asked for."
        )


def _measure_poses(
    pose: str | None, grid: Sequence[str], output: Path | None, bones: Path | None, force: bool, nerve: bool
) -> None:
    """The table of one pose, printed, or of a grid or along the nerve, written."""
    from visualiser import writing
    from visualiser.movements import asked_poses
    from visualiser.tissue.measurement import measure_nerve_poses, measure_poses

    fixed = {name: [angle] for name, angle in asked_poses.parse_pose(pose).items()} if pose is not None else {}
    axes = asked_poses.parse_grid(grid)
    for name in set(fixed) & set(axes):
        raise VisualiserError(f"{name} is in --pose and in --grid; one of them is enough.")
    legs = asked_poses.legs_of({**fixed, **axes})
    if nerve:
        _few_enough(legs.size // legs.shape[-1])
        table = measure_nerve_poses(legs)
    elif bones is None:
        table = measure_poses(legs)
    else:
        from visualiser.bodies import ownbones

        body = ownbones.load(bones).physique
        table = measure_poses(legs, heads=body.heads, geometry=body.geometry)
    if output is None and not grid and not nerve:
        longest = max(map(len, table.columns))
        for name, value in zip(table.columns, table.values[0], strict=True):
            print(f"{name:<{longest}}{value:>10.2f}")
        return
    target = writing.target(output or Path("nerve.csv" if nerve else "grid.csv"), force, writing.TABLE_SUFFIXES)
    print(writing.write_csv(table, target, force=force))
