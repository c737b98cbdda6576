"""The scene that a picture, a film or a 3D file of ours carries in its text: read as data, with limits, never run."""

import zlib
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from visualiser import inputs
from visualiser.conventions import Side
from visualiser.errors import SceneFileError
from visualiser.exports.glb import SCENE_EXTRAS, document_of
from visualiser.movements import movement, scenefile

SCENE_KEY = "hamstring-visualiser scene"  # under which a picture or film carries the text of its scene
FILMS = (".mp4", ".webm", ".gif", ".apng", ".webp")
SUFFIXES = (".png", ".glb", *FILMS)
LARGEST_DESCRIPTION = 20_000_000  # bytes of a 3D file's description, its numbers apart
_LONG = (".mp4", ".webm")  # of these, only the parts that hold texts are read, however long they are
_CONTAINERS = (*_LONG, ".gif", ".webp")
LARGEST_PICTURE = 200_000_000  # bytes; a fine still of 100 million pixels stays below


@dataclass(frozen=True, slots=True)
class Carried:
    """A movement out of a picture, the share of it that the picture shows ("" where none is said), and whose legs."""

    movement: movement.Movement
    at: str
    legs: str
    tightness: float | None = None


def read(path: str | PathLike[str]) -> Carried:
    """The scene in the texts of a picture or film, or in the extras of a GLB; pixels are not looked at.

    raises : SceneFileError for a file that is none of these, carries no scene, or carries one that is not sound
    """
    path = Path(path)
    inputs.note(path)
    suffix = path.suffix.lower()
    texts = _model_texts(path) if suffix == ".glb" else _film_texts(path) if suffix in _CONTAINERS else _texts(path)
    key, _, text = texts.get("comment", "").partition("\n")
    if key != SCENE_KEY or not text.strip():
        what, maker = (
            ("3D file", "export") if suffix == ".glb" else ("film", "clip") if suffix in FILMS else ("picture", "shot")
        )
        raise SceneFileError(path, f"this {what} carries no scene; {what}s made by hamstring {maker} do.")
    if len(text) > scenefile.LARGEST_FILE:
        raise SceneFileError(
            path, f"carries a scene of {len(text)} characters; at most {scenefile.LARGEST_FILE} are read."
        )
    found = scenefile.parse(text, path)
    scenefile.check_ranges(found, path)
    side, legs = texts.get("side"), texts.get("legs", found.legs)
    if side in list(Side):
        found = movement.on_side(found, Side(side))
    tightness = _share(texts.get("tightness", ""))
    return Carried(
        found,
        _share(texts.get("at", "")),
        legs if legs in scenefile.LEGS else found.legs,
        float(tightness) if tightness else None,
    )


def _share(text: str) -> str:
    """A number from 0 to 1, as text; anything else counts as not said."""
    try:
        return text if 0.0 <= float(text) <= 1.0 else ""
    except ValueError:
        return ""


def _model_texts(path: Path) -> dict[str, str]:
    """Texts in the extras of a GLB's scene; its numbers are not read."""
    try:
        inputs.size_of(path)
        document = document_of(path, LARGEST_DESCRIPTION)
    except FileNotFoundError:
        raise SceneFileError(path, "there is no such file.") from None
    except OSError as problem:
        raise SceneFileError(path, f"cannot be read ({problem.strerror}).") from None
    except ValueError as problem:
        raise SceneFileError(path, f"is not a GLB that can be read: {problem}.") from None
    scenes = document.get("scenes")
    first = scenes[0] if isinstance(scenes, list) and scenes else {}
    extras = first.get("extras") if isinstance(first, dict) else None
    found = extras.get(SCENE_EXTRAS) if isinstance(extras, dict) else None
    return {key: text for key, text in found.items() if isinstance(text, str)} if isinstance(found, dict) else {}


def _film_texts(path: Path) -> dict[str, str]:
    """Texts of a film, found by the sizes that its parts announce."""
    from visualiser.pictures import texts

    try:
        if (size := inputs.size_of(path)) > LARGEST_PICTURE and path.suffix.lower() not in _LONG:
            raise SceneFileError(path, f"is {size} bytes; such a film has at most {LARGEST_PICTURE}.")
        return texts.read(path)
    except FileNotFoundError:
        raise SceneFileError(path, "there is no such file.") from None
    except OSError as problem:
        raise SceneFileError(path, f"cannot be read ({problem.strerror}).") from None


def _texts(path: Path) -> dict[str, str]:
    """Texts before the pixels of a PNG, which are not unpacked; Pillow itself refuses texts that swell."""
    from PIL import Image  # here: reading a scene file does not need it

    try:
        if (size := inputs.size_of(path)) > LARGEST_PICTURE:
            raise SceneFileError(path, f"is {size} bytes; a picture has at most {LARGEST_PICTURE}.")
        with Image.open(path, formats=("PNG",)) as image:
            return {str(key): str(text) for key, text in image.info.items() if isinstance(text, str)}
    except FileNotFoundError:
        raise SceneFileError(path, "there is no such file.") from None
    except (OSError, ValueError, SyntaxError, zlib.error, Image.DecompressionBombError) as problem:
        if reason := getattr(problem, "strerror", None):
            raise SceneFileError(path, f"cannot be read ({reason}).") from None
        raise SceneFileError(path, "is not a PNG that can be read: it is damaged, or something else.") from None
