"""One pose as surfaces for printing and other programs: STL, OBJ, PLY, VTP or GLB, closed, named, the unit stated.

Every structure is a closed surface of its own; where muscle lies on bone they touch or overlap a little, which slicers join.
"""

import re
import struct
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from visualiser import __version__
from visualiser.bodies.assembly import BONE, MUSCLE, PROP, Body, Frame, Surface
from visualiser.errors import ExportError, unknown_name
from visualiser.exports.glb import Packer, linear_colour, packed
from visualiser.pictures.appearance import IDENTITY, TISSUE
from visualiser.typed import ByteArray, FloatArray, IntArray

if TYPE_CHECKING:
    import trimesh

SUFFIXES = (".stl", ".obj", ".ply", ".vtp", ".glb")
UNITS: Mapping[str, float] = MappingProxyType({"mm": 1000.0, "cm": 100.0, "m": 1.0})
_SAME_M = 1e-9  # vertices nearer than this are one


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """One structure in its pose: closed, in the unit asked for."""

    name: str
    kind: str
    vertices: FloatArray
    faces: IntArray
    colours: ByteArray


def parts(body: Body, frame: Frame, *, units: str = "mm") -> list[Part]:
    """Every structure that is shown in full, in its pose, as one closed surface without the seams of its paint.

    raises : UnknownNameError for a unit that is none; ExportError if a surface is not closed
    """
    if units not in UNITS:
        raise unknown_name("unit", units, UNITS)
    found = []
    for surface in body.surfaces:
        if surface.ghost or surface.kind == PROP:
            continue
        vertices, faces, colours = _welded(surface, body.placed(surface, frame))
        if not closed(faces):
            raise ExportError(f"{surface.name} is not a closed surface and cannot be printed.")
        found.append(Part(surface.name, surface.kind, vertices * UNITS[units], faces, colours))
    return found


def meshes(body: Body, frame: Frame) -> "dict[str, trimesh.Trimesh]":
    """Every surface in its pose by name, also what is pale: closed trimesh meshes, metres."""
    import trimesh

    found = {s.name: trimesh.Trimesh(body.placed(s, frame), s.faces, process=False) for s in body.surfaces}
    for surface in body.surfaces:
        if surface.uv is not None:  # the seam of a texture doubles vertices: without it the mesh is closed
            found[surface.name].merge_vertices()
    return found


def closed(faces: IntArray) -> bool:
    """Whether every edge belongs to exactly two triangles that run along it in opposite directions."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    count = int(faces.max()) + 1
    forward, backward = edges @ [count, 1], edges @ [1, count]
    return len(np.unique(forward)) == len(forward) and bool(np.array_equal(np.sort(forward), np.sort(backward)))


def _welded(surface: Surface, points: FloatArray) -> tuple[FloatArray, IntArray, ByteArray]:
    """Vertices, faces and colours with doubled vertices joined and triangles without area left out."""
    _, index, inverse = np.unique(
        np.round(points / _SAME_M).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    faces = inverse.reshape(-1)[surface.faces]
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    return points[index], faces[whole], _colours(surface)[index]


def _colours(surface: Surface) -> ByteArray:
    """Colour of each vertex: its own, or its place in the painted picture."""
    if surface.colours is not None:
        return np.asarray(surface.colours)[:, :3]
    if surface.texture is not None and surface.uv is not None:
        high, wide = surface.texture.shape[:2]
        column = np.minimum((surface.uv[:, 0] * wide).astype(np.intp), wide - 1)
        row = np.clip(((1.0 - surface.uv[:, 1]) * high).astype(np.intp), 0, high - 1)
        painted: ByteArray = surface.texture[row, column]
        return painted
    plain = IDENTITY.get(surface.structure, TISSUE["bone"])
    return np.tile(np.array(plain, np.uint8), (len(surface.vertices), 1))


# -- files ---------------------------------------------------------------------------------------------------------------------------


def content(posed: list[Part], suffix: str, *, title: str, units: str = "mm") -> bytes:
    """The bytes of a mesh file with all parts in it.

    title : what it shows, written into the file beside the unit
    """
    about = f"{title}; hamstring-visualiser {__version__}; unit {units}; X anterior, Y up, Z right"
    if suffix == ".glb" and units != "m":
        raise ExportError(f"A GLB file is always in metres; units {units} are for STL, OBJ, PLY and VTP.")
    return _WRITERS[suffix](posed, about)


def _stl(posed: list[Part], about: str) -> bytes:
    """Binary STL: the format knows neither names nor units, so both are told in its 80-byte heading as far as they go."""
    corners = np.concatenate([part.vertices[part.faces] for part in posed])
    records = np.zeros(len(corners), dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    records["normal"] = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    records["corners"] = corners
    unit = re.search(r"unit (\w+)", about)
    name = posed[0].name if len(posed) == 1 else f"{len(posed)} structures"
    # A heading that began with "solid" would be taken for a text file.
    heading = f"hamstring-visualiser: {name}, unit {unit[1] if unit else ''}".encode("ascii", "replace")[:80]
    return heading.ljust(80) + struct.pack("<I", len(corners)) + records.tobytes()


def _obj(posed: list[Part], about: str) -> bytes:
    """Wavefront OBJ: an object for each structure, colours behind the vertices as many programs read them."""
    lines = [f"# {about}"]
    offset = 1
    for part in posed:
        lines.append(f"o {part.name}")
        rows = np.concatenate([part.vertices, part.colours / 255.0], axis=1)
        lines += ["v {:.5f} {:.5f} {:.5f} {:.4f} {:.4f} {:.4f}".format(*row) for row in rows.tolist()]
        lines += ["f {} {} {}".format(*face) for face in (part.faces + offset).tolist()]
        offset += len(part.vertices)
    return ("\n".join(lines) + "\n").encode()


def _ply(posed: list[Part], about: str) -> bytes:
    """Binary PLY with colours; `structure` is the number of the part that a vertex belongs to, named in the comments."""
    vertices, faces, owner = _joined(posed)
    colours = np.concatenate([part.colours for part in posed])
    rows = np.zeros(len(vertices), dtype=[("place", "<f4", 3), ("colour", "u1", 3), ("structure", "u1")])
    rows["place"], rows["colour"], rows["structure"] = vertices, colours, owner
    triangles = np.zeros(len(faces), dtype=[("count", "u1"), ("corners", "<i4", 3)])
    triangles["count"], triangles["corners"] = 3, faces
    head = ["ply", "format binary_little_endian 1.0", f"comment {about}"]
    head += [f"comment structure {i} {part.name}" for i, part in enumerate(posed)]
    head += [f"element vertex {len(vertices)}", *(f"property float {axis}" for axis in "xyz")]
    head += [*(f"property uchar {c}" for c in ("red", "green", "blue", "structure")), f"element face {len(faces)}"]
    head += ["property list uchar int vertex_indices", "end_header", ""]
    return "\n".join(head).encode("ascii", "replace") + rows.tobytes() + triangles.tobytes()


def _vtp(posed: list[Part], about: str) -> bytes:
    """VTK PolyData as XML with packed numbers: the number of its structure on every triangle, the names in the field data."""
    vertices, faces, owner = _joined(posed)
    colours = np.concatenate([part.colours for part in posed])
    ends = np.arange(3, 3 * len(faces) + 1, 3, dtype=np.int32)
    lines = [
        '<?xml version="1.0"?>',
        '<VTKFile type="PolyData" version="1.0" byte_order="LittleEndian" header_type="UInt32">',
        f"<!-- {escape(about).replace('--', '-')} -->",
        "<PolyData><FieldData>",
        _texts("structure_names", [part.name for part in posed]),
        _texts("about", [about]),
        f'</FieldData><Piece NumberOfPoints="{len(vertices)}" NumberOfPolys="{len(faces)}">',
        f"<Points>{_numbers('Points', vertices.astype('<f4'), 'Float32', 3)}</Points>",
        f"<PointData>{_numbers('colour', colours, 'UInt8', 3)}</PointData>",
        f"<CellData>{_numbers('structure', owner[faces[:, 0]], 'UInt8', 1)}</CellData>",
        f"<Polys>{_numbers('connectivity', faces.reshape(-1).astype('<i4'), 'Int32', 1)}",
        f"{_numbers('offsets', ends, 'Int32', 1)}</Polys>",
        "</Piece></PolyData></VTKFile>",
        "",
    ]
    return "\n".join(lines).encode()


def _numbers(name: str, values: NDArray[Any], kind: str, components: int) -> str:
    """A data array of packed numbers behind their length."""
    content = values.tobytes()
    packed_text = b64encode(struct.pack("<I", len(content)) + content).decode()
    return f'<DataArray type="{kind}" Name="{name}" NumberOfComponents="{components}" format="binary">{packed_text}</DataArray>'


def _texts(name: str, texts: list[str]) -> str:
    """A data array of texts, as the numbers of their bytes, each ended by 0."""
    codes = " ".join(str(byte) for text in texts for byte in (*text.encode(), 0))
    return f'<Array type="String" Name="{name}" NumberOfTuples="{len(texts)}" format="ascii">{codes}</Array>'


def _glb(posed: list[Part], about: str) -> bytes:
    """Binary glTF in metres: a named node for each structure."""
    packer = Packer()
    nodes, meshes = [], []
    for part in posed:
        attributes = {
            "POSITION": packer.vertices(part.vertices.astype(np.float32), bounds=True),
            "NORMAL": packer.vertices(_normals(part).astype(np.float32)),
            "COLOR_0": packer.vertices(linear_colour(part.colours), normalized=True),
        }
        primitive = {
            "attributes": attributes,
            "indices": packer.triangles(part.faces),
            "material": _MATERIALS[part.kind],
        }
        meshes.append({"name": part.name, "primitives": [primitive]})
        nodes.append({"name": part.name, "mesh": len(meshes) - 1})
    binary = packer.content()
    used = sorted({_MATERIALS[part.kind] for part in posed})
    for mesh in meshes:
        mesh["primitives"][0]["material"] = used.index(mesh["primitives"][0]["material"])  # type: ignore[index]
    document = {
        "asset": {"version": "2.0", "generator": f"hamstring-visualiser {__version__}", "extras": {"about": about}},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(nodes)))}],
        "nodes": nodes,
        "meshes": meshes,
        "materials": [
            {"name": _LOOKS[i][0], "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": _LOOKS[i][1]}}
            for i in used
        ],
        "accessors": packer.accessors,
        "bufferViews": packer.views,
        "buffers": [{"byteLength": len(binary)}],
    }
    return packed(document, binary)


_LOOKS = (("bone", 0.78), ("muscle", 0.55), ("nerve", 0.6))
_MATERIALS = {BONE: 0, MUSCLE: 1, "nerve": 2}
_WRITERS: Mapping[str, Callable[[list[Part], str], bytes]] = {
    ".stl": _stl,
    ".obj": _obj,
    ".ply": _ply,
    ".vtp": _vtp,
    ".glb": _glb,
}


def _joined(posed: list[Part]) -> tuple[FloatArray, IntArray, ByteArray]:
    """All vertices, all faces, and the number of the part of each vertex."""
    counts = [len(part.vertices) for part in posed]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    faces = np.concatenate([part.faces + start for part, start in zip(posed, starts, strict=True)])
    return np.concatenate([p.vertices for p in posed]), faces, np.repeat(np.arange(len(posed)), counts).astype(np.uint8)


def _normals(part: Part) -> FloatArray:
    """Unit normals of vertices, weighted by the areas round them."""
    corners = part.vertices[part.faces]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(part.vertices)
    for corner in range(3):
        np.add.at(total, part.faces[:, corner], flat)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    normals: FloatArray = np.where(length > 0.0, total / np.maximum(length, 1e-30), [0.0, 1.0, 0.0])
    return normals


def file_names(posed: list[Part], path: Path) -> dict[str, Path]:
    """The file of each part where each gets its own: "pose.stl" becomes "pose_femur_right.stl"."""
    return {part.name: path.with_name(f"{path.stem}_{part.name}{path.suffix}") for part in posed}
