"""The commands that look things up: `hamstring list`, `info`, `check`."""

from typing import Annotated

from cyclopts import App, Parameter

from visualiser.commands.common import example
from visualiser.errors import VisualiserError


def add_to(app: App) -> None:
    """Give an app the commands of this module."""
    app.command(
        list_names,
        name="list",
        help_epilogue=example("hamstring list", "hamstring list structures", "hamstring list views"),
    )
    app.command(
        info,
        help_epilogue=example(
            "hamstring info semitendinosus", 'hamstring info "kneecap"', "hamstring info straight_leg_raise"
        ),
    )
    app.command(check, help_epilogue=example("hamstring check"))


def list_names(
    kind: Annotated[
        str,
        Parameter(help="movements, structures, landmarks, views, themes, coordinates or sources."),
    ] = "movements",
) -> None:
    """List the names that other commands understand."""
    from visualiser.pictures import facts

    print(facts.columns(facts.listing(kind)))


def info(name: Annotated[str, Parameter(help="Identifier, English or Latin name, or a synonym.")]) -> None:
    """Print the facts about a structure, landmark, coordinate or movement, with their sources."""
    from visualiser.pictures import facts

    print(facts.card(name))


def check() -> None:
    """Report what this machine can do: versions, OpenGL, video, window. Put it into a bug report."""
    from visualiser import checks

    found = checks.findings()
    print(checks.report(found))
    if not all(finding.fine for finding in found if finding.needed):
        raise VisualiserError("pictures and clips will not work here until the parts marked MISSING are there.")
