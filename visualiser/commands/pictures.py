"""The command for stills: `hamstring shot`."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from visualiser.commands.common import AS_WRITTEN, Actor, Force, Legs, Output, SceneName, example, require_drawing
from visualiser.commands.look import AS_USUAL, Look
from visualiser.errors import VisualiserError


def add_to(app: App) -> None:
    """Give an app the commands of this module."""
    app.command(
        shot,
        help_epilogue=example(
            "hamstring shot straight_leg_raise --at 60% --view posterior -o a.png",
            "hamstring shot standing_leg_curl --at 1.2s --peel biceps_femoris_long_head --view posterolateral",
            "hamstring shot standing_leg_curl --only semitendinosus --theme dark --size square",
            "hamstring shot straight_leg_raise --colour strain --legend --alt",
            "hamstring shot straight_leg_raise --pose hip_flexion=70,knee_flexion=20 --title none",
            "hamstring shot standing_leg_curl --section axial:mid-thigh --areas",
            "hamstring shot straight_leg_raise --compare 0,60% --colour length",
            "hamstring shot straight_leg_raise --compare 0,60% --overlay --outline",
            "hamstring shot straight_leg_raise --at 60% --curve length --colour length",
            "hamstring shot straight_leg_raise --pose hip_flexion=70 --pose hip_flexion=70,knee_flexion=60",
            "hamstring shot standing_leg_curl --views posterior,lateral --size a4",
            "hamstring shot a.png --view medial -o b.png",
            "hamstring shot standing_leg_curl --labels muscles,bones --language both",
            "hamstring shot straight_leg_raise --tightness 1",
            "hamstring shot tibial_rotation --width-cm 25.4 --dpi 200 --transparent",
            "hamstring shot straight_leg_raise --footprints --view posterior --at 0",
        ),
    )


def shot(
    scene: SceneName,
    /,
    *,
    at: Annotated[
        str | None, Parameter(help="The moment: 0.6 or 60% of the movement, or 1.2s; 0.6 if left out.")
    ] = None,
    pose: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="A pose instead of a moment: hip_flexion=70,knee_flexion=20, the rest 0; given twice, both are compared.",
        ),
    ] = (),
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
    overlay: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="What is compared over one another: all but the last moment pale."
        ),
    ] = False,
    curve: Annotated[
        str,
        Parameter(
            help="A curve over the movement with a cursor: length, strain, velocity, hip_arm, knee_arm or nerve."
        ),
    ] = "",
    curve_place: Annotated[
        str, Parameter(help="Where the curve stands: beside the anatomy or as an inset.")
    ] = "beside",
    outline: Annotated[
        bool, Parameter(negative="", show_default=False, help="A thin line round every structure.")
    ] = False,
    alt: Annotated[
        bool, Parameter(negative="", show_default=False, help="Print what the picture shows, for the alternative text.")
    ] = False,
    legs: Legs = None,
    actor: Actor = AS_WRITTEN,
    width_cm: Annotated[float | None, Parameter(help="Printed width; gives the pixels together with --dpi.")] = None,
    dpi: Annotated[float | None, Parameter(help="Pixels an inch, written into the file.")] = None,
    transparent: Annotated[bool, Parameter(negative="", show_default=False, help="No background.")] = False,
    footprints: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="Bare bones with the areas on which the muscles take hold."),
    ] = False,
    force: Force = False,
) -> None:
    """Make a labelled picture (PNG) of one moment of a movement, or of any pose."""
    if pose and at is not None:
        raise VisualiserError(f"--at {at} is a moment of the movement, --pose a pose instead of one; give one of them.")
    shown = actor.scene(scene, legs)
    target = output or Path("pose.png" if pose else f"{shown.movement.name}.png")
    if pose:
        shown = shown.posed(*pose)
        compare = compare or (",".join(f"{number}s" for number in range(len(pose))) if len(pose) > 1 else "")
    require_drawing()
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
        overlay=overlay,
        curve=curve,
        curve_place=curve_place,
        outline=outline,
        force=force,
    )
    print(target)
    if alt:
        print(picture.info["alt"])
