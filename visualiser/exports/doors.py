"""One door for all exports: the ending of the file says which; what does not belong to it is refused in one sentence."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict, Unpack

from visualiser.errors import ExportError, unknown_name
from visualiser.exports.subject import Subject
from visualiser.films.timeline import Pace
from visualiser.pictures.appearance import THEMES, VIEWS, look_up
from visualiser.pictures.naming import label_specs
from visualiser.pictures.options import moment
from visualiser.writing import replacing, target


class Choices(TypedDict, total=False):
    """What may be asked of an export; each belongs to some formats only, see `FORMATS`.

    profile  : of an animated GLB: 'standard', 'phone' or 'powerpoint'
    at       : one pose instead of the movement: 0.6, "60%" or "1.2s"
    separate : of a pose: one file for each structure
    units    : of a pose: 'mm', 'cm' or 'm'
    theme    : 'light', 'dark' or 'print'; of a page 'light' or 'dark', and what its reader prefers when None
    view     : where pictures are taken from and pages begin; the scene's own when None
    labels   : what is named: group words and names, see `hamstring list landmarks`
    embed    : of a page: for a frame inside another page
    quiz     : of slides and handouts: questions and answers too
    size     : of the pictures and films in slides and handouts, pixels
    fps      : of the films in slides
    force    : overwrite files that exist
    progress : called with (steps done, steps in all)
    """

    profile: str | None
    at: float | str | None
    separate: bool
    units: str | None
    theme: str | None
    view: str | None
    labels: str | None
    embed: bool
    quiz: bool
    size: tuple[int, int] | None
    fps: int | None
    force: bool
    progress: Callable[[int, int], None] | None


_ALWAYS = ("force", "progress")
_POSE = ("at", "separate", "units")
FORMATS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        ".glb": ("a 3D file", ("profile", *_POSE)),
        ".html": ("a page", ("theme", "view", "labels", "embed")),
        ".pptx": ("a slide deck", ("theme", "view", "labels", "quiz", "size", "fps")),
        ".pdf": ("a handout", ("theme", "view", "labels", "quiz", "size")),
        ".stl": ("a mesh", _POSE),
        ".obj": ("a mesh", _POSE),
        ".ply": ("a mesh", _POSE),
        ".vtp": ("a mesh", _POSE),
    }
)
_SEVERAL = (".html", ".pptx", ".pdf")


def write(subjects: Sequence[Subject], path: str | PathLike[str], **choices: Unpack[Choices]) -> list[Path]:
    """Write scenes into a file by the ending of its name; the files written.

    raises : ExportError, UnknownNameError
    """
    force = choices.get("force", False)
    file = target(Path(path), force or bool(choices.get("separate")), tuple(FORMATS))
    suffix = file.suffix.lower()
    _check(suffix, choices, len(subjects))
    if suffix == ".html":
        return [_write_page(subjects, file, choices)]
    if suffix == ".pptx":
        return [_write_deck(subjects, file, choices)]
    if suffix == ".pdf":
        return [_write_handout(subjects, file, choices)]
    if suffix == ".glb" and choices.get("at") is None and not choices.get("separate"):
        return [_write_animated(subjects[0], file, choices)]
    return _write_pose(subjects[0], file, choices)


def _check(suffix: str, choices: Choices, scenes: int) -> None:
    """Refuse what was asked of a format that has no use for it."""
    kind, allowed = FORMATS[suffix]
    for name, value in choices.items():
        if name not in Choices.__annotations__:
            raise unknown_name("choice", name, Choices.__annotations__)
        if value is None or value is False or name in (*allowed, *_ALWAYS):  # not asked for, or at home here
            continue
        homes = ", ".join(ending for ending, (_, options) in FORMATS.items() if name in options)
        raise ExportError(f"--{name} is for {homes}; {kind} ({suffix}) does without.")
    if scenes > 1 and suffix not in _SEVERAL:
        raise ExportError(f"{kind[0].upper()}{kind[1:]} ({suffix}) holds one movement, not {scenes}.")
    if choices.get("theme") is not None:
        look_up("theme", str(choices["theme"]), THEMES)


def _put(file: Path, content: bytes, force: bool) -> Path:
    with replacing(file, force) as temporary:
        temporary.write_bytes(content)
    return file


def _write_animated(subject: Subject, file: Path, choices: Choices) -> Path:
    from visualiser.exports import gltf

    profile = look_up("profile", choices.get("profile") or "standard", gltf.PROFILES)
    content = gltf.animated(subject.body(profile.detail), [subject.movement], profile, carried=dict(subject.metadata))
    return _put(file, content, choices.get("force", False))


def _write_page(subjects: Sequence[Subject], file: Path, choices: Choices) -> Path:
    from visualiser.exports.page import page

    text = page(
        subjects,
        theme=choices.get("theme"),
        view=choices.get("view"),
        labels=choices.get("labels") or "default",
        embed=choices.get("embed", False),
    )
    return _put(file, text.encode(), choices.get("force", False))


def _write_deck(subjects: Sequence[Subject], file: Path, choices: Choices) -> Path:
    from visualiser.exports.deck import FPS, Style, deck

    size, view, labels = choices.get("size"), choices.get("view"), choices.get("labels") or "default"
    _check_look(subjects, view, labels)
    asked = choices.get("fps")
    fps = FPS if asked is None else asked
    Pace(fps=fps)  # raises for a rate that cannot be, before anything is drawn
    style = Style(choices.get("theme") or "light", view, labels, choices.get("quiz", False), fps=fps)
    if size is not None:
        style = style.sized(size)
    return _put(file, deck(subjects, style, choices.get("progress")), choices.get("force", False))


def _write_handout(subjects: Sequence[Subject], file: Path, choices: Choices) -> Path:
    from visualiser.exports import handout

    size, view, labels = choices.get("size"), choices.get("view"), choices.get("labels") or "default"
    _check_look(subjects, view, labels)
    content = handout.handout(
        subjects,
        theme=choices.get("theme") or "print",
        view=view,
        labels=labels,
        quiz=choices.get("quiz", False),
        size=handout.PICTURE if size is None else size,
    )
    return _put(file, content, choices.get("force", False))


def _check_look(subjects: Sequence[Subject], view: str | None, labels: str) -> None:
    """Raise for a view or label that does not exist before anything is drawn."""
    if view is not None:
        look_up("view", view, VIEWS)
    for subject in subjects:
        label_specs(labels, subject.movement)


def _write_pose(subject: Subject, file: Path, choices: Choices) -> list[Path]:
    from visualiser.exports import posed

    if choices.get("profile") is not None:
        raise ExportError(
            "--profile is for the whole movement; with --at, or one file for each structure, there is one pose."
        )
    suffix, force = file.suffix.lower(), choices.get("force", False)
    units = choices.get("units") or ("m" if suffix == ".glb" else "mm")
    at = choices.get("at")
    time_s = moment(subject.at if at is None else at, subject.movement.duration_s)
    body = subject.body()
    parts = posed.parts(body, body.movement_frame(subject.movement, time_s), units=units)
    title = f"{subject.movement.title} at {time_s:.2f} s"
    if not choices.get("separate"):
        return [_put(file, posed.content(parts, suffix, title=title, units=units), force)]
    files = posed.file_names(parts, file)
    for name in files.values():
        target(name, force, (suffix,))
    contents = {part.name: posed.content([part], suffix, title=f"{title}, {part.name}", units=units) for part in parts}
    return [_put(files[name], content, force) for name, content in contents.items()]
