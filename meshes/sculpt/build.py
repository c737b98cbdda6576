"""Every bone to its two files: `fine` for stills, `light` for web pages. The same machine writes the same bytes every time."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from visualiser.typed import ByteArray

from . import femur, foot, pelvis, shank, spine
from .bone import Bone
from .colour import baked
from .surface import Surface, contour, reduced

LEVELS = ("fine", "light")
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


def rebuild(folder: Path, names: Sequence[str], *, check: bool = False) -> Iterator[tuple[str, str]]:
    """Make the meshes of the named bones in `folder`/fine and `folder`/light, or compare with what is there.

    yields : (bone, what happened) as each bone is done
    """
    for name in names:
        outcome = []
        for level, data in meshes(BONES[name]).items():
            path = folder / level / f"{name}.ply"
            if not check:
                write_whole(path, data)
                outcome.append(f"{level} {len(data) / 1024:.0f} KiB")
            elif not path.is_file():
                outcome.append(f"{level} MISSING")
            else:
                outcome.append(f"{level} {'same' if path.read_bytes() == data else 'DIFFERENT'}")
        yield name, ", ".join(outcome)


def meshes(bone: Bone) -> dict[str, bytes]:
    """The PLY files of one bone by level of detail."""
    full = contour(bone.field, np.array(bone.low, float), np.array(bone.high, float), bone.step, bone.smoothing)
    files = {}
    for level, triangles in zip(LEVELS, (bone.fine, bone.light), strict=True):
        surface = reduced(full, triangles)
        files[level] = ply(surface, baked(bone, surface), f"{bone.name}, millimetres")
    return files


def ply(surface: Surface, colours: ByteArray, comment: str) -> bytes:
    """A binary PLY file with vertex normals and colours."""
    vertices = np.zeros(
        len(surface.vertices),
        dtype=[*((name, "<f4") for name in ("x", "y", "z", "nx", "ny", "nz")), *((name, "u1") for name in ("red", "green", "blue"))],
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
