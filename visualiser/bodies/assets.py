"""Finding and loading what ships with the program: bones, landmarks, baked soft tissue, scenes.

Files are millimetres (the mesh formats have no unit); everything that leaves this module is metres.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from visualiser.anatomy import skeleton
from visualiser.conventions import metres
from visualiser.errors import AssetError, unknown_name
from visualiser.typed import ByteArray, FloatArray, IntArray

DETAILS = ("fine", "light")
REBUILD = "reinstall hamstring-visualiser, or rebuild it in a checkout with python -m visualiser.sculpt"
BONE_COLOUR = (226, 213, 187)  # ivory, for a mesh that carries no colours of its own


@dataclass(frozen=True, slots=True, eq=False)
class BoneMesh:
    """The closed surface of one bone (the right one of a pair) in the frame of the segment that carries it.

    vertices : (V, 3)  metres
    faces    : (F, 3)  indices, counter-clockwise from outside
    normals  : (V, 3)  unit vectors, outwards
    colours  : (V, 3)  red, green, blue, 0 to 255
    """

    name: str
    vertices: FloatArray
    faces: IntArray
    normals: FloatArray
    colours: ByteArray


def data_folder(kind: str) -> Path:
    """The folder of shipped `meshes` or `scenes`: inside an installed package, else beside the package in a checkout.

    The installed place is asked first, so that a wheel run inside a checkout uses its own data. One level up counts
    only with a pyproject.toml beside it: a folder called `meshes` in site-packages belongs to somebody else.
    """
    package = Path(__file__).resolve().parents[1]
    inside, beside = package / kind, package.parent / kind
    if inside.is_dir():
        return inside
    if beside.is_dir() and (package.parent / "pyproject.toml").is_file():
        return beside
    raise AssetError(f"The folder {kind} is missing, looked for in {inside} and {beside}: {REBUILD}.")


def scene_paths() -> dict[str, Path]:
    """Every shipped scene file by its name, sorted."""
    return {path.stem: path for path in sorted(data_folder("scenes").glob("*.toml"))}


def soft_tissue_path() -> Path:
    """The baked rest shapes of muscles and nerve."""
    return _existing(data_folder("meshes") / "soft_tissue.npz")


@lru_cache(maxsize=1)
def load_landmarks() -> dict[str, dict[str, FloatArray]]:
    """Places on the bones: bone -> landmark -> (3,) metres, in the frame of the segment that carries the bone."""
    path = _existing(data_folder("meshes") / "landmarks.toml")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise AssetError(f"{path} is not a TOML file: {problem}.") from problem
    if content.pop("units", None) != "mm":
        raise AssetError(
            f'{path} must say units = "mm": places on bones are millimetres in the frame of their segment.'
        )
    landmarks: dict[str, dict[str, FloatArray]] = {}
    for bone, places in content.items():
        if not isinstance(places, dict):
            raise AssetError(f"{path}: {bone} must be a table of landmarks with three millimetres each.")
        name = skeleton.bone(bone).name
        landmarks[name] = {place: _position(path, f"{bone}.{place}", at) for place, at in places.items()}
    return landmarks


def _position(path: Path, key: str, value: Any) -> FloatArray:
    """Three finite millimetres of a landmarks file as metres."""
    numbers = isinstance(value, list) and all(type(number) in (int, float) for number in value)
    if not numbers or len(value) != 3 or not np.isfinite(value).all():
        raise AssetError(f"{path}: {key} must be three millimetres, such as [12.5, -40.0, 3.0], not {value!r}.")
    position = metres(value)
    position.flags.writeable = False
    return position


def load_bone(name: str, detail: str = "fine") -> BoneMesh:
    """The shipped mesh of a bone, closed and of the right size; its arrays are shared and cannot be written to.

    name   : identifier, display name, Latin or synonym
    detail : "fine" for stills and clips, "light" for slow machines
    raises : UnknownNameError; AssetError if the file is missing, damaged, not closed or of the wrong size
    """
    if detail not in DETAILS:
        raise unknown_name("detail", detail, DETAILS)
    bone = skeleton.bone(name).name
    return read_bone(data_folder("meshes") / detail / f"{bone}.ply", bone)


@lru_cache(maxsize=64)
def read_bone(path: Path, name: str) -> BoneMesh:
    """The bone `name` from a PLY file in millimetres, checked; see `load_bone`."""
    import trimesh  # here: the command line lists movements without it
    from trimesh.exchange.ply import load_ply

    with _existing(path).open("rb") as file:
        try:
            # The reader, not `trimesh.load`: a `Trimesh` replaces the stored, smoother normals by computed ones.
            stored = load_ply(file)
            vertices = np.array(stored["vertices"], dtype=np.float64)
            faces = np.array(stored["faces"], dtype=np.intp)
        except (KeyError, ValueError, IndexError, TypeError) as problem:
            raise AssetError(f"{path} is not a PLY mesh of triangles: {problem}.") from problem
    mesh = trimesh.Trimesh(vertices, faces, process=False)
    _check_closed(path, mesh)
    _check_size(path, name, float(mesh.extents.max()))
    own_colours, own_normals = stored.get("vertex_colors"), stored.get("vertex_normals")
    colours = np.full(vertices.shape, BONE_COLOUR) if own_colours is None else np.asarray(own_colours)[:, :3]
    normals = mesh.vertex_normals if own_normals is None else own_normals
    arrays = (metres(vertices), faces, np.array(normals, np.float64), np.array(colours, np.uint8))
    for array in arrays:
        array.flags.writeable = False
    return BoneMesh(name, *arrays)


def _check_closed(path: Path, mesh: Any) -> None:
    """A bone has an inside: distances to it and its volume must be defined."""
    if not np.isfinite(mesh.vertices).all():
        raise AssetError(f"{path} has vertices that are not finite numbers.")
    if not mesh.is_watertight:
        raise AssetError(f"{path} is not closed: every edge of a bone's mesh must belong to exactly two triangles.")
    if mesh.volume <= 0:
        raise AssetError(f"{path} is inside out: triangles must be counter-clockwise seen from outside.")


def _check_size(path: Path, name: str, length_mm: float) -> None:
    """The longest extent must be that of an adult's bone; metres for millimetres is the usual mistake."""
    low, high = skeleton.bone(name).length_mm
    if not low <= length_mm <= high:
        display = skeleton.bone(name).display.lower()
        raise AssetError(
            f"{path} is {length_mm:.4g} mm long; a {display} is {low:g} to {high:g} mm (mesh files are in millimetres)."
        )


def _existing(path: Path) -> Path:
    """The path itself, or AssetError if there is no such file."""
    if not path.is_file():
        raise AssetError(f"The file {path} is missing: {REBUILD}.")
    return path
