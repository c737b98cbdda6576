"""Mesh files of users: read without trusting them, brought into order where that is safe, refused in one sentence where it is not.

A bone leaves this module as one closed surface that looks outwards, in the unit of its file; what was done to it is said in words.
"""

import io
import json
import re
import struct
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

from visualiser import inputs
from visualiser.bodies.surfaces import signed_volume
from visualiser.bodies.vtp import read_vtp
from visualiser.errors import AssetError
from visualiser.typed import BoolArray, FloatArray, IntArray

SUFFIXES = (".stl", ".obj", ".ply", ".vtp", ".glb")
MOST_TRIANGLES, FEWEST_TRIANGLES = 2_000_000, 50
MOST_BYTES = 300 * 2**20
# Shares of the bone's length: holes up to this size are closed, separate pieces up to that size are left out. ESTIMATES: a hole of
# a twentieth is the work of a scanner, a larger one a bone that was cut; a quarter is a splinter, more is another bone.
_LARGEST_HOLE, _LARGEST_SPLINTER = 0.05, 0.25
_MOST_FAULTS = 200  # holes, or pieces whose triangles disagree: a mesh with more is better mended by its maker
_SAME_PLACE = 1e-6  # share of the size within which two vertices are one


@dataclass(frozen=True, eq=False, slots=True)
class RawMesh:
    """Vertices (V, 3) in the unit of the file, and triangles (F, 3)."""

    vertices: FloatArray
    faces: IntArray

    @property
    def size(self) -> float:
        """Longest extent."""
        return float(np.ptp(self.vertices, axis=0).max()) if len(self.vertices) else 0.0


def read_mesh(path: Path) -> RawMesh:
    """The triangles of a mesh file.

    raises : AssetError, whatever the file contains
    """
    suffix = path.suffix.lower()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise AssetError(f"{path} is larger than {MOST_BYTES >> 20} MB; reduce the mesh before you bring it.")
        inputs.note(path)
        content = path.read_bytes()
    except OSError as problem:
        raise AssetError(f"{path} cannot be read: {problem.strerror or problem}.") from problem
    claimed = _claimed(suffix, content)
    if claimed > 3 * MOST_TRIANGLES:
        raise AssetError(
            f"{path} claims {claimed:,} elements; at most {MOST_TRIANGLES:,} triangles are read, reduce the mesh first."
        )
    try:
        vertices, faces = read_vtp(content) if suffix == ".vtp" else _by_trimesh(suffix, content)
    except AssetError:
        raise
    except Exception as problem:  # a parser of other people's files may fail in any way, and all of them mean the same
        raise AssetError(f"{path} is not a readable {suffix[1:].upper()} mesh: {_reason(problem)}.") from problem
    if len(faces) > MOST_TRIANGLES:
        raise AssetError(
            f"{path} has {len(faces):,} triangles; at most {MOST_TRIANGLES:,} are read, reduce the mesh first."
        )
    if len(faces) == 0:
        raise AssetError(f"{path} contains no triangles: a bone is a surface.")
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise AssetError(f"{path} is damaged: its triangles name vertices that are not there.")
    return RawMesh(vertices, faces)


def _reason(problem: Exception) -> str:
    """The first line of what a parser says, short enough for one sentence."""
    said = " ".join(str(problem).split()) or type(problem).__name__
    return said[:100].rstrip(".")


def _by_trimesh(suffix: str, content: bytes) -> tuple[FloatArray, IntArray]:
    """Through trimesh from memory: without a resolver it opens no other file, so references in the mesh lead nowhere."""
    import trimesh  # here: who brings no bones does not need it

    options = {"skip_materials": True} if suffix == ".obj" else {}
    loaded = trimesh.load_mesh(io.BytesIO(content), file_type=suffix[1:], process=False, **options)
    return np.array(loaded.vertices, np.float64).reshape(-1, 3), np.array(loaded.faces, np.intp).reshape(-1, 3)


def _claimed(suffix: str, content: bytes) -> int:
    """How many elements a file says that it has, read from its header before anything of that size is set aside."""
    if suffix == ".ply":
        header = content[: content.find(b"end_header") + 1][:65536]
        return max([int(n) for n in re.findall(rb"element\s+\w+\s+(\d{1,18})", header)], default=0)
    if suffix == ".stl" and len(content) >= 84 and content.lstrip()[:5].lower() != b"solid":
        return int(struct.unpack("<I", content[80:84])[0])
    if suffix == ".glb" and content[:4] == b"glTF" and len(content) >= 20:
        (length,) = struct.unpack("<I", content[12:16])
        try:
            accessors = json.loads(content[20 : 20 + length]).get("accessors", [])
            return max((int(a.get("count", 0)) for a in accessors), default=0)
        except (ValueError, AttributeError, TypeError, RecursionError):
            return 0  # the reader will say what is wrong
    return 0


# -- order -----------------------------------------------------------------------------------------------------------


def repaired(mesh: RawMesh, path: Path, many_pieces: bool = False) -> tuple[RawMesh, tuple[str, ...]]:
    """A mesh as one closed surface that looks outwards, and what was done to it, in words.

    many_pieces : the bone is several (a foot): keep them all
    raises      : AssetError where a repair would be a guess
    """
    notes: list[str] = []
    mesh = _tidied(mesh, path, notes)
    mesh = _wound_alike(mesh, path, notes)
    mesh = _main_piece(mesh, path, notes, many_pieces)
    mesh = _closed(mesh, path, notes)
    if len(mesh.faces) < FEWEST_TRIANGLES:
        raise AssetError(
            f"{path} has {len(mesh.faces)} triangles worth keeping; a bone needs {FEWEST_TRIANGLES} at least."
        )
    volume = signed_volume(mesh.vertices, mesh.faces)
    if abs(volume) < 1e-5 * mesh.size**3:
        raise AssetError(f"{path} encloses nothing: a flat sheet is no bone.")
    if volume < 0.0:
        notes.append("turned inside out")
        mesh = replace(mesh, faces=mesh.faces[:, ::-1])
    return mesh, tuple(notes)


def _tidied(mesh: RawMesh, path: Path, notes: list[str]) -> RawMesh:
    """Vertices that are numbers, once each; triangles with an area, once each."""
    faces = mesh.faces
    finite: BoolArray = np.all(np.isfinite(mesh.vertices) & (np.abs(mesh.vertices) < 1e9), axis=1)
    good = finite[faces].all(axis=1)
    if not good.all():
        if (~good).mean() > 0.01:
            raise AssetError(f"{path} is damaged: {(~finite).sum():,} of its vertices are not finite numbers.")
        notes.append(f"left out {_count((~good).sum(), 'triangle')} whose vertices are not finite numbers")
        faces = faces[good]
    used = np.flatnonzero(np.bincount(faces.ravel(), minlength=len(mesh.vertices)))
    grain = max(_SAME_PLACE * float(np.ptp(mesh.vertices[used], axis=0).max(initial=0.0)), 1e-12)
    cells = np.round((mesh.vertices[used] - mesh.vertices[used].min(axis=0)) / grain).astype(np.int64)
    # One number for each place and each triangle: numpy sorts numbers many times faster than rows.
    _, first, same = np.unique((cells << (40, 20, 0)).sum(axis=1), return_index=True, return_inverse=True)
    renumbered = np.full(len(mesh.vertices), -1, dtype=np.intp)
    renumbered[used] = same.ravel()
    vertices, faces = mesh.vertices[used][first], renumbered[faces]
    flat = (faces[:, 0] == faces[:, 1]) | (faces[:, 1] == faces[:, 2]) | (faces[:, 2] == faces[:, 0])
    if flat.any():
        notes.append(f"left out {_count(flat.sum(), 'triangle')} without area")
        faces = faces[~flat]
    _, once = np.unique(np.sort(faces, axis=1) @ _powers(len(vertices), 3), return_index=True)
    if len(once) < len(faces):
        notes.append(f"left out {_count(len(faces) - len(once), 'triangle')} that were there twice")
        faces = faces[np.sort(once)]
    if len(faces) < FEWEST_TRIANGLES:
        raise AssetError(f"{path} has {len(faces)} triangles worth keeping; a bone needs {FEWEST_TRIANGLES} at least.")
    return RawMesh(vertices, faces)


def _powers(base: int, count: int) -> IntArray:
    """Factors that make one number of `count` indices below `base`."""
    return np.array([base**place for place in reversed(range(count))], dtype=np.int64)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' if number != 1 else ''}"


def _edges(faces: IntArray) -> tuple[IntArray, IntArray]:
    """Directed edges (3 F, 2), and the triangle of each."""
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), np.tile(np.arange(len(faces)), 3)


def _neighbours(faces: IntArray) -> tuple[IntArray, BoolArray]:
    """Pairs (n, 2) of triangles that share an edge with no third one, and whether they run along it in the same direction (a fault)."""
    edges, owner = _edges(faces)
    key = np.sort(edges, axis=1) @ _powers(int(faces.max()) + 1, 2)
    order = np.argsort(key)
    key, owner, forward = key[order], owner[order], (edges[:, 0] < edges[:, 1])[order]
    same = key[1:] == key[:-1]
    before, after = np.concatenate([[False], same[:-1]]), np.concatenate([same[1:], [False]])
    pair = same & ~before & ~after
    return np.column_stack([owner[:-1][pair], owner[1:][pair]]), (forward[:-1] == forward[1:])[pair]


def _pieces(faces: IntArray, pairs: IntArray) -> tuple[int, IntArray]:
    """How many pieces triangles make, and the piece of each."""
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(faces), len(faces)))
    count, piece = connected_components(graph, directed=False)
    return int(count), piece.astype(np.intp)


def _wound_alike(mesh: RawMesh, path: Path, notes: list[str]) -> RawMesh:
    """Neighbouring triangles turn the same way round, piece by piece the way of the majority."""
    pairs, against = _neighbours(mesh.faces)
    if not against.any():
        return mesh
    _, piece = _pieces(mesh.faces, pairs)
    # A walk from triangle to triangle: each takes the turn of the one that it was reached from, or the opposite one.
    weights = np.where(against, 2.0, 1.0)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    graph = csr_matrix((np.tile(weights, 2), (both[:, 0], both[:, 1])), shape=(len(piece), len(piece)))
    turned = np.zeros(len(piece), dtype=bool)
    faulty = np.unique(piece[pairs[against, 0]])
    if len(faulty) > _MOST_FAULTS:
        raise AssetError(f"{path} is no surface: its triangles do not agree which side is outside.")
    for first in faulty:
        order, parent = breadth_first_order(graph, int(np.flatnonzero(piece == first)[0]), directed=False)
        changes = np.zeros(len(order), dtype=bool)
        changes[1:] = np.asarray(graph[parent[order[1:]], order[1:]]).ravel() == 2.0
        for triangle, change, reached_from in zip(order[1:], changes[1:], parent[order[1:]], strict=True):
            turned[triangle] = turned[reached_from] ^ change
        members = piece == first
        if turned[members].mean() > 0.5:
            turned[members] ^= True
    faces = mesh.faces.copy()
    faces[turned] = faces[turned][:, ::-1]
    notes.append(f"turned {_count(turned.sum(), 'triangle')} that looked the other way than their neighbours")
    return RawMesh(mesh.vertices, faces)


def _main_piece(mesh: RawMesh, path: Path, notes: list[str], many_pieces: bool) -> RawMesh:
    """The largest piece; splinters and shells inside it are left out."""
    pairs, _ = _neighbours(mesh.faces)
    count, piece = _pieces(mesh.faces, pairs)
    if count == 1:
        return mesh
    corners = mesh.vertices[mesh.faces]
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, piece, corners.min(axis=1))
    np.maximum.at(high, piece, corners.max(axis=1))
    extent = (high - low).max(axis=1)
    main = int(extent.argmax())
    inside = (low >= low[main]).all(axis=1) & (high <= high[main]).all(axis=1)
    volume = np.bincount(
        piece, (corners[:, 0] * np.cross(corners[:, 1], corners[:, 2])).sum(axis=1) / 6.0, minlength=count
    )
    shell = inside & (np.sign(volume) == -np.sign(volume[main])) & (np.arange(count) != main)
    splinter = (extent < _LARGEST_SPLINTER * extent[main]) & ~shell
    other = ~shell & ~splinter & (np.arange(count) != main)
    if other.any() and not many_pieces:
        raise AssetError(
            f"{path} has {_count(int(other.sum()) + 1, 'large piece')}; a file holds one bone: save the bones one by one."
        )
    keep = np.zeros(count, dtype=bool)
    keep[main] = True
    keep |= many_pieces & ~shell
    left_out = splinter & ~keep
    if left_out.any():
        share = 100.0 * extent[left_out].max() / extent[main]
        notes.append(f"left out {_count(left_out.sum(), 'splinter')} (the largest {share:.1f} % of the bone's length)")
    if shell.any():
        notes.append(f"left out {_count(shell.sum(), 'inner shell')}")
    return RawMesh(mesh.vertices, mesh.faces[keep[piece]])


def _closed(mesh: RawMesh, path: Path, notes: list[str]) -> RawMesh:
    """Small holes closed by a fan over their rim."""
    edges, _ = _edges(mesh.faces)
    _, index, times = np.unique(
        np.sort(edges, axis=1) @ _powers(len(mesh.vertices), 2), return_inverse=True, return_counts=True
    )
    if (times > 2).any():
        notes.append(f"{_count((times > 2).sum(), 'edge')} with more than two triangles left as they are")
    open_edges = edges[times[index.ravel()] == 1]
    if len(open_edges) == 0:
        return mesh
    if len(open_edges) > 0.2 * len(times):
        raise AssetError(f"{path} is no surface: most of its triangles are not joined to their neighbours.")
    vertices, faces, largest = [mesh.vertices], [mesh.faces], 0.0
    rims = _rims(open_edges)
    if len(rims) > _MOST_FAULTS:
        raise AssetError(f"{path} is open: {len(rims):,} holes are too many to be closed safely.")
    for i, rim in enumerate(rims):
        around = mesh.vertices[rim]
        largest = max(largest, float(np.ptp(around, axis=0).max()))
        if largest > _LARGEST_HOLE * mesh.size:
            share = 100.0 * largest / mesh.size
            raise AssetError(
                f"{path} is open: a hole of {share:.0f} % of the bone's length is too large to be closed safely."
            )
        vertices.append(around.mean(axis=0)[None])
        faces.append(np.column_stack([np.roll(rim, -1), rim, np.full(len(rim), len(mesh.vertices) + i)]))
    notes.append(
        f"closed {_count(len(vertices) - 1, 'hole')} (the largest {100.0 * largest / mesh.size:.1f} % of the bone's length)"
    )
    return RawMesh(np.concatenate(vertices), np.concatenate(faces))


def _rims(open_edges: IntArray) -> list[IntArray]:
    """Closed ways along open edges (n, 2), none of which meets itself: holes that touch in a corner are told apart."""
    following: dict[int, list[int]] = {}
    for begin, end in open_edges.tolist():
        following.setdefault(begin, []).append(end)
    rims: list[IntArray] = []
    while following:
        way = [next(iter(following))]
        place = {way[0]: 0}
        while following.get(way[-1]):
            after = following[way[-1]].pop()
            if not following[way[-1]]:
                del following[way[-1]]
            if after in place:
                loop = way[place[after] :]
                rims.append(np.array(loop))
                del way[place[after] + 1 :]
                place = {vertex: i for i, vertex in enumerate(way)}
            else:
                place[after] = len(way)
                way.append(after)
        following.pop(way[-1], None)
    return [rim for rim in rims if len(rim) > 2]
