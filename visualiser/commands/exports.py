"""The command that hands movements to other programs: `hamstring export`."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from visualiser.commands.common import AS_WRITTEN, Actor, Force, Legs, example, progress
from visualiser.commands.look import Whole
from visualiser.errors import VisualiserError


def add_to(app: App) -> None:
    """Give an app the commands of this module."""
    app.command(
        export,
        help_epilogue=example(
            "hamstring export straight_leg_raise -o raise.glb",
            "hamstring export straight_leg_raise standing_leg_curl -o hamstrings.html",
            "hamstring export straight_leg_raise sprint -o lecture.pptx --quiz",
            "hamstring export straight_leg_raise sprint -o handout.pdf",
            "hamstring export squat -o squat.glb --profile powerpoint",
            "hamstring export standing_leg_curl -o curl.stl --at 60%",
            "hamstring export standing_leg_curl -o curl.obj --at 1.2s --separate --units cm",
        ),
    )


def export(
    *scenes: Annotated[str, Parameter(help="Movements, see hamstring list, scene files or recordings.")],
    output: Annotated[
        Path | None, Parameter(name=["--output", "-o"], help="The file to write; its ending says what it becomes.")
    ] = None,
    profile: Annotated[
        str | None,
        Parameter(help="For whom a GLB is: standard, phone (small) or powerpoint (joints instead of shapes)."),
    ] = None,
    at: Annotated[
        str | None,
        Parameter(help="One pose instead of the movement: 0.6 or 60% of it, or 1.2s. Meshes: 0.6 if left out."),
    ] = None,
    separate: Annotated[
        bool, Parameter(negative="", show_default=False, help="Of a pose, one file for each structure.")
    ] = False,
    units: Annotated[str | None, Parameter(help="Of a mesh: mm, cm or m; mm if left out. A GLB is in metres.")] = None,
    theme: Annotated[
        str | None, Parameter(help="light or dark; of a page what its reader prefers if left out, else light.")
    ] = None,
    view: Annotated[
        str | None, Parameter(help="Where to look from, see hamstring list views; the scene's own.")
    ] = None,
    labels: Annotated[str | None, Parameter(help="What is named: default, all, muscles, ... or names.")] = None,
    embed: Annotated[
        bool, Parameter(negative="", show_default=False, help="Of a page: made for a frame in another page (LMS).")
    ] = False,
    quiz: Annotated[
        bool, Parameter(negative="", show_default=False, help="Of slides and handouts: questions and answers too.")
    ] = False,
    size: Annotated[
        str | None, Parameter(help="Of the pictures and films in slides and handouts: hd, full, 1280x720, ...")
    ] = None,
    fps: Annotated[Whole | None, Parameter(help="Frames a second of the films in slides; 24 if left out.")] = None,
    legs: Legs = None,
    actor: Actor = AS_WRITTEN,
    force: Force = False,
) -> None:
    """Hand movements to other programs: animated 3D files, offline web pages, slides, handouts, or one pose as a mesh.

    The ending of the file says what it becomes: .glb (animated, or one pose with --at), .html, .pptx and .pdf (one movement or several),
    .stl, .obj, .ply, .vtp (one pose).
    """
    if not scenes:
        raise VisualiserError("hamstring export needs SCENE; see hamstring export --help.")
    if output is None:
        raise VisualiserError(f"hamstring export needs a file to write, such as -o {Path(scenes[0]).stem}.glb.")
    from visualiser.exports import doors
    from visualiser.pictures.options import size_of

    subjects = [actor.scene(name, legs).subject for name in scenes]
    with progress(output.name) as step:
        written = doors.write(
            subjects,
            output,
            profile=profile,
            at=at,
            separate=separate,
            units=units,
            theme=theme,
            view=view,
            labels=labels,
            embed=embed,
            quiz=quiz,
            size=None if size is None else size_of(size),
            fps=fps,
            force=force,
            progress=step,
        )
    for file in written:
        print(file)
