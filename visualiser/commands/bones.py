"""The commands about bones, `hamstring bones ...`: what a folder of somebody's own bones is worth, and pictures of ours."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from visualiser.commands.common import Force

app = App(
    name="bones",
    help=(
        "Your own bones, and pictures of ours.\n\n"
        "A folder of your own holds one mesh for each bone, called as the bone is (femur.stl, hip_bone.obj, tibia.ply ...; "
        ".stl .obj .ply .vtp .glb in mm, cm or m) and a landmarks.toml. What is missing is ours, scaled to match."
    ),
    help_epilogue="\n".join(
        [
            "Examples:",
            "  hamstring bones check my_bones",
            "  hamstring shot straight_leg_raise --bones my_bones",
            "  hamstring bones gallery docs",
        ]
    ),
    help_format="plaintext",
)


@app.command(help_epilogue="Examples:\n  hamstring bones check my_bones")
def check(folder: Annotated[Path, Parameter(help="The folder of meshes and landmarks.toml.")], /) -> None:
    """Say how a folder of bones was read, mended and fitted: unit, scale, distances that remain."""
    from visualiser.bodies import ownbones

    for line in ownbones.load(folder).lines():
        print(line)


@app.command(help_epilogue="Examples:\n  hamstring bones gallery docs")
def gallery(
    folder: Annotated[Path, Parameter(help="Gets bones.md and a folder bones of pictures.")], /, *, force: Force = False
) -> None:
    """Draw every bone from four sides, and where the muscles take hold, with a page that shows them."""
    from visualiser import machine

    machine.require_opengl()
    from visualiser.pictures import gallery as pictures

    for path in pictures.write(folder, force=force):
        print(path)


def add_to(parent: App) -> None:
    """Give an app the commands of this module."""
    parent.command(app)
