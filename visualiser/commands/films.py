"""The command for films: `hamstring clip`."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from visualiser.commands.common import (
    AS_WRITTEN,
    Actor,
    Force,
    Legs,
    Output,
    SceneName,
    example,
    progress,
    require_drawing,
)
from visualiser.commands.look import AS_USUAL, Look, Whole


def add_to(app: App) -> None:
    """Give an app the commands of this module."""
    app.command(
        clip,
        help_epilogue=example(
            "hamstring clip straight_leg_raise",
            "hamstring clip hip_extension --theme dark --fps 60 -o extension.mp4",
            "hamstring clip standing_leg_curl --speed 0.5 --width 1280 --height 720",
            "hamstring clip running --motion my_run.mot",
        ),
    )


def clip(
    scene: SceneName,
    /,
    *,
    output: Output = None,
    fps: Annotated[Whole, Parameter(help="Frames a second.")] = 30,
    speed: Annotated[float, Parameter(help="0.5 shows the movement at half speed.")] = 1.0,
    look: Look = AS_USUAL,
    legs: Legs = None,
    actor: Actor = AS_WRITTEN,
    captions: Annotated[bool, Parameter(help="Title and phases of the movement in the picture.")] = True,
    force: Force = False,
) -> None:
    """Make a film of a whole movement: .mp4, .webm, .gif, .apng, .webp, or numbered pictures (folder/%04d.png)."""
    shown = actor.scene(scene, legs)
    target = output or Path(f"{shown.movement.name}.mp4")
    require_drawing()
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
