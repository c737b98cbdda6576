"""Many outputs at once: a job file or a folder of scenes as a list of outputs, each with a fingerprint of all it depends on. Pure.

Two outputs with the same fingerprint would be the same file: one that is there already need not be made again.
"""

import hashlib
import json
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from visualiser import __version__, carried, inputs
from visualiser.bodies import assets
from visualiser.errors import SceneFileError, VisualiserError, unknown_name

KINDS: Mapping[str, tuple[str, ...]] = {
    "clip": (".mp4", ".webm", ".gif", ".apng", ".webp"),
    "still": (".png",),
    "table": (".csv",),
    "export": (".glb", ".html", ".pptx", ".pdf", ".stl", ".obj", ".ply", ".vtp"),
}
SUFFIXES = tuple(suffix for suffixes in KINDS.values() for suffix in suffixes)
_SCENE_WORDS = ("side", "legs", "tightness", "bones")
SCENE_SUFFIXES = (".toml", ".mot", ".sto", ".csv", ".tsv", *carried.SUFFIXES)  # a job reads nothing else from anywhere
_OWN = ("file", "scene", "scenes", "views")
LARGEST = 1_000_000  # bytes of a job file
MOST = 10_000  # outputs of one


@dataclass(frozen=True, slots=True)
class Output:
    """One file to make.

    file  : relative to the folder of the outputs
    scene : name of a movement, or path of a scene file, a recording or a picture
    words : what is asked for it, as JSON: arguments of `Scene.clip`, `Scene.image`, `Scene.measure` or of an export, and of the scene
    """

    file: str
    scene: str
    words: str = "{}"

    @property
    def kind(self) -> str:
        """'clip', 'still', 'table' or 'export', after the ending of the file; a pattern such as x/%04d.png is a clip."""
        suffix = Path(self.file).suffix.lower()
        return "clip" if "%" in self.file else next(kind for kind, suffixes in KINDS.items() if suffix in suffixes)

    @property
    def asked(self) -> dict[str, Any]:
        """The words without those of the scene."""
        return {key: value for key, value in json.loads(self.words).items() if key not in _SCENE_WORDS}

    @property
    def scene_words(self) -> dict[str, Any]:
        """The words of the scene: side, legs, tightness, bones."""
        return {key: value for key, value in json.loads(self.words).items() if key in _SCENE_WORDS}

    def fingerprint(self) -> str:
        """A digest of the scene's text, what is asked, and the program."""
        parts = [self.kind, self.file, self.words, program(), *_contents(self.scene, self.scene_words.get("bones"))]
        whole = hashlib.sha256()
        for part in parts:
            content = part if isinstance(part, bytes) else part.encode()
            whole.update(len(content).to_bytes(8, "big") + content)
        return whole.hexdigest()[:32]


def _contents(scene: str, bones: str | None) -> Iterator[str | bytes]:
    """What a scene is made of: its file, and the bones if they are the user's own."""
    path = assets.scene_paths().get(scene, Path(scene))
    yield path.read_bytes() if os.path.isfile(path) else scene
    if bones is not None:
        for file in sorted(path for path in Path(bones).rglob("*") if path.is_file()):
            yield file.name
            yield file.read_bytes()


@lru_cache(1)
def program() -> str:
    """Version of the program and a digest of its code and meshes: what they decide changes with them."""
    whole = hashlib.sha256()
    folder = Path(__file__).parent
    for file in sorted([*folder.rglob("*.py"), *assets.data_folder("meshes").rglob("*.ply")]):
        whole.update(f"{file.parent.name}/{file.name}".encode() + file.read_bytes())
    return f"{__version__} {whole.hexdigest()[:16]}"


# -- where outputs come from -----------------------------------------------------------------------------------------------------------


def of_scenes(
    scenes: Iterable[str], suffixes: Sequence[str], views: Sequence[str], words: Mapping[str, Any]
) -> list[Output]:
    """Outputs of every scene in every view and kind; files are named after scene and view.

    scenes : names, files, or folders of scene files; one that is nothing fails later, alone, but not where none is anything
    """
    shipped, scenes = assets.scene_paths(), list(scenes)
    if scenes and not any(scene in shipped or os.path.exists(scene) for scene in scenes):
        path = Path(scenes[0])
        raise (
            SceneFileError(path, "there is no such file.")
            if path.suffix
            else unknown_name("movement", scenes[0], shipped)
        )
    named = [name for scene in scenes for name in _within(scene)]
    outputs = []
    for scene, view, suffix in product(named, views or (None,), suffixes):
        suffix = f".{suffix.removeprefix('.')}".lower()
        if suffix not in SUFFIXES:
            raise unknown_name("kind of output", suffix, SUFFIXES)
        if view is not None and suffix in (*KINDS["table"], *KINDS["export"]):
            if view != views[0]:
                continue  # the same from every side
            view = None
        stem = Path(scene).stem if view is None else f"{Path(scene).stem}_{view}"
        own = {} if view is None else {"view": view}
        outputs.append(Output(f"{stem}{suffix}", scene, _packed({**words, **own})))
    return _checked(outputs)


def _within(scene: str) -> list[str]:
    """A scene itself, or the scene files of a folder."""
    folder = Path(scene)
    if scene in assets.scene_paths() or not os.path.isdir(folder):
        return [scene]
    found = [str(path) for path in sorted(folder.glob("*.toml"))]
    if not found:
        raise VisualiserError(f"There are no scene files (.toml) in {folder}.")
    return found


def is_job_file(path: Path) -> bool:
    """Whether a file lists outputs, rather than being a scene."""
    return path.suffix.lower() == ".toml" and os.path.isfile(path) and b"[[output]]" in path.read_bytes()[:LARGEST]


def read(path: Path) -> list[Output]:
    """The outputs that a job file lists.

    [defaults] holds words for all; each [[output]] has `file` and `scene`, or `scenes` and `views` with {scene} and {view} in `file`.

    raises : SceneFileError
    """
    inputs.note(path)
    try:
        if path.stat().st_size > LARGEST:
            raise SceneFileError(path, f"is larger than {LARGEST} bytes.")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SceneFileError(path, "there is no such file.") from None
    except OSError as problem:
        raise SceneFileError(path, f"cannot be read ({problem.strerror}).") from None
    except UnicodeDecodeError:
        raise SceneFileError(path, "is not a text file in UTF-8.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise SceneFileError(path, f"is not TOML: {problem}.") from None
    for key in content:
        if key not in ("defaults", "output"):
            raise SceneFileError(path, f'has "{key}"; a job file has [defaults] and [[output]].')
    defaults, listed = content.get("defaults", {}), content.get("output", [])
    if not isinstance(defaults, dict) or not isinstance(listed, list) or not listed:
        raise SceneFileError(path, "lists no outputs; each is a table [[output]] with file and scene.")
    for number, entry in enumerate(listed):
        if not isinstance(entry, dict):
            raise SceneFileError(path, f"must be a table, not {entry!r:.60}.", f"output[{number}]")
    outputs = [output for entry in listed for output in _outputs(path, {**defaults, **entry})]
    return _checked(outputs)


def _outputs(path: Path, entry: dict[str, Any]) -> Iterator[Output]:
    """One entry of a job file, for each of its scenes and views."""
    file = entry.get("file")
    if not isinstance(file, str) or not file:
        raise SceneFileError(path, "has an [[output]] without file.")
    scenes = entry.get("scenes", [entry["scene"]] if "scene" in entry else None)
    if not isinstance(scenes, list) or not scenes or not all(isinstance(scene, str) for scene in scenes):
        raise SceneFileError(path, f"says of {file} no scene.")
    for scene in scenes:
        # A name that is nothing fails when its turn comes; a file that is no scene is not even looked into.
        if os.path.isfile(path.parent / scene) and Path(scene).suffix.lower() not in SCENE_SUFFIXES:
            raise SceneFileError(path, f"{scene} is no scene; these end in {', '.join(SCENE_SUFFIXES)}.", file)
    views, bones = entry.get("views", [None]), entry.get("bones", "")
    if not isinstance(views, list) or not all(isinstance(view, str) or view is None for view in views):
        raise SceneFileError(path, f"must be a list of views, not {views!r:.60}.", f"views of {file}")
    if not isinstance(bones, str):
        raise SceneFileError(path, f"must be a folder, not {bones!r:.60}.", f"bones of {file}")
    words = {key: value for key, value in entry.items() if key not in _OWN}
    for scene, view in product(scenes, views):
        # Paths in a job file are meant from where it lies.
        beside = path.parent / scene
        where = str(beside) if scene not in assets.scene_paths() and os.path.exists(beside) else scene
        name = file.replace("{scene}", Path(scene).stem).replace("{view}", str(view))
        own = {} if view is None else {"view": view}
        if "bones" in words:
            own["bones"] = str(path.parent / words["bones"])
        for inner in _within(where):
            inner_name = (
                file.replace("{scene}", Path(inner).stem).replace("{view}", str(view)) if inner != where else name
            )
            yield Output(inner_name, inner, _packed({**words, **own}))


def with_word(output: Output, name: str, value: Any) -> str:
    """The words of an output with one more."""
    return _packed({**json.loads(output.words), name: value})


def _packed(words: Mapping[str, Any]) -> str:
    return json.dumps(dict(sorted(words.items())), default=str)


def _checked(outputs: list[Output]) -> list[Output]:
    """Outputs with names that can be written, each once."""
    if len(outputs) > MOST:
        raise VisualiserError(f"{len(outputs)} outputs are too many for one run; at most {MOST} are allowed.")
    seen: set[str] = set()
    for output in outputs:
        path = Path(output.file)
        if path.is_absolute() or ".." in path.parts:
            raise VisualiserError(f"{output.file} lies outside the folder of the outputs.")
        if path.suffix.lower() not in SUFFIXES:
            raise VisualiserError(f"{output.file} must end in {' or '.join(SUFFIXES)}.")
        if output.file in seen:
            raise VisualiserError(f"{output.file} is asked for twice; give its outputs names of their own.")
        seen.add(output.file)
    return outputs
