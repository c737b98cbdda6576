"""Every bone to its two files: `fine` for stills, `light` for web pages. The same machine writes the same bytes every time."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from visualiser.typed import ByteArray, FloatArray

from . import femur, foot, pelvis, shank, spine
from .bone import Bone
from .colour import baked
from .landmarks import located, toml
from .surface import Surface, contour, reduced

LEVELS = ("fine", "light")
Made = tuple[dict[str, bytes], dict[str, FloatArray]]  # the files of a bone by level of detail, and its landmarks
LANDMARKS_FILE = "landmarks.toml"
BONES: dict[str, Bone] = {
    bone.name: bone
    for bone in (
        pelvis.HIP_BONE,
        spine.SACRUM_BONE,
        spine.LUMBAR_4,
        spine.LUMBAR_5,
        femur.FEMUR,
        shank.TIBIA_BONE,
        shank.FIBULA_BONE,
        shank.PATELLA,
        foot.FOOT,
    )
}


def rebuild(
    folder: Path, names: Sequence[str], made: Iterable[Made] | None = None, *, check: bool = False
) -> Iterator[tuple[str, dict[str, bool | None]]]:
    """Make the meshes of the named bones in `folder`/fine and `folder`/light, and the landmarks when all bones are made.

    made   : what `meshes_of` gives for the names, in their order, from wherever it is being made; here if left out
    check  : write nothing, compare with what is there
    yields : as each bone is done, its name and per file whether it was there with the same bytes (None: not there)
    """
    landmarks = {}
    for name, (files, landmarks[name]) in zip(names, map(meshes_of, names) if made is None else made, strict=True):
        paths = {folder / level / f"{name}.ply": data for level, data in files.items()}
        yield name, {path.parent.name: _settled(path, data, check) for path, data in paths.items()}
    if set(names) == set(BONES):
        yield LANDMARKS_FILE, {"file": _settled(folder / LANDMARKS_FILE, toml(landmarks).encode(), check)}


def meshes_of(name: str) -> Made:
    """`meshes` of the bone of this name."""
    return meshes(BONES[name])


def meshes(bone: Bone) -> Made:
    """The PLY files of one bone by level of detail, and its landmarks on the fine one."""
    full = contour(bone.field, np.array(bone.low, float), np.array(bone.high, float), bone.step, bone.smoothing)
    surfaces = {level: reduced(full, count) for level, count in zip(LEVELS, (bone.fine, bone.light), strict=True)}
    files = {
        level: ply(surface, baked(bone, surface), f"{bone.name}, millimetres") for level, surface in surfaces.items()
    }
    return files, located(bone.name, surfaces["fine"])


def _settled(path: Path, data: bytes, check: bool) -> bool | None:
    """Whether the file was there with these bytes; unless only checking, it is afterwards."""
    before = path.read_bytes() if path.is_file() else None
    if not check and before != data:
        write_whole(path, data)
    return None if before is None else before == data


def ply(surface: Surface, colours: ByteArray, comment: str) -> bytes:
    """A binary PLY file with vertex normals and colours."""
    vertices = np.zeros(
        len(surface.vertices),
        dtype=[
            *((name, "<f4") for name in ("x", "y", "z", "nx", "ny", "nz")),
            *((name, "u1") for name in ("red", "green", "blue")),
        ],
    )
    for columns, values in (("x y z", surface.vertices), ("nx ny nz", surface.normals), ("red green blue", colours)):
        for name, column in zip(columns.split(), values.T, strict=True):
            vertices[name] = column
    faces = np.zeros(len(surface.faces), dtype=[("count", "u1"), ("corners", "<i4", 3)])
    faces["count"], faces["corners"] = 3, surface.faces
    header = ["ply", "format binary_little_endian 1.0", f"comment {comment}", f"element vertex {len(vertices)}"]
    header += [f"property float {name}" for name in ("x", "y", "z", "nx", "ny", "nz")]
    header += [f"property uchar {name}" for name in ("red", "green", "blue")]
    header += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header"]
    return "\n".join(header).encode() + b"\n" + vertices.tobytes() + faces.tobytes()


def write_whole(path: Path, data: bytes) -> None:
    """Put a whole file at `path` or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(data)
    os.replace(beside, path)
