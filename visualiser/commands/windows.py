"""The window: `hamstring view`, and `hamstring` alone."""

import sys

from cyclopts import App

from visualiser import keys
from visualiser.commands.common import AS_WRITTEN, FIRST_SCENE, Actor, Legs, SceneName, example


def add_to(app: App) -> None:
    """Give an app the commands of this module."""
    app.default(window)
    app.command(
        view,
        help_epilogue=example("hamstring view", "hamstring view standing_leg_curl --side left --theme dark")
        + f"\n\nKeys in the window:\n{keys.listing()}",
    )


def view(
    scene: SceneName = FIRST_SCENE,
    /,
    *,
    legs: Legs = None,
    theme: str = "system",
    actor: Actor = AS_WRITTEN,
) -> None:
    """Open the window with a movement: rotate, play, scrub.

    theme: light, dark or print; system is what was chosen last, or goes with the desktop.
    """
    shown = actor.scene(scene, legs)
    from visualiser import screen

    screen.require_screen()  # before Qt is imported: it would end the program
    sys.exit(shown.show(theme=theme))


def window() -> None:
    """Open the window."""
    view(FIRST_SCENE)
