"""The drawn muscles and nerves of a leg in any pose: a baked table of settled shapes, blended, laid on bone and breathed to volume.

Solving a pose takes tenths of a second (`contact.py`, `settling.py`), so it is done once, over all five turns of hip and knee
(`meshes/sculpt/tissue.py`). A frame only blends: a few small matrix products, the same work in every pose, smooth in time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from visualiser.anatomy.muscles import HEADS
from visualiser.anatomy.nerves import NERVES, SCIATIC_NERVE
from visualiser.conventions import LEG_COORDINATES
from visualiser.errors import AssetError, unknown_name
from visualiser.tissue import branches, nervetubes
from visualiser.tissue.bonefields import Joints
from visualiser.tissue.branches import ENTRY_DEPTH, branch_rings, entries
from visualiser.tissue.crowding import Bundle
from visualiser.tissue.restshapes import (
    FINE_RINGS,
    FINE_SECTORS,
    RINGS,
    ROUND,
    SECTORS,
    VOLUMES,
    all_flesh,
    rest_positions,
    thick_enough,
)
from visualiser.tissue.sections import (
    cap_ways,
    closed_faces,
    closed_uv,
    closed_vertices,
    crossed,
    part_steps,
    parts_of,
    place_normals,
    refined_parts,
    refining_matrix,
    ring_volume,
    unit,
)
from visualiser.tissue.shapetable import FORMAT, Shapes, ShapeTable, flattened
from visualiser.tissue.tubeends import Ends
from visualiser.typed import FloatArray, IntArray

BLOCK = 64  # poses worked on at once
_COSINE, _SINE = (np.ascontiguousarray(part, dtype=np.float32) for part in ROUND.T)


@dataclass(frozen=True)
class SoftSurface:
    """A muscle or nerve surface whose points change with the pose: fixed triangles, texture coordinates, and the sizes of its tubes."""

    name: str
    display: str
    kind: str
    faces: IntArray
    uv: FloatArray
    tubes: tuple[tuple[int, int], ...]  # drawn rings and sectors


class SoftTissue:
    """Muscles and nerves of the right leg. Load once, then ask for vertices pose by pose or for many poses together."""

    def __init__(self, baked: Mapping[str, Any]) -> None:
        if int(baked["format"]) != FORMAT:
            raise AssetError(f"The baked soft tissue has format {int(baked['format'])}; this version reads {FORMAT}.")
        self._table = ShapeTable(baked)
        self._ends = Ends(baked["areas"])
        self._swelling = baked["swelling"]  # (H,) what a breath adds to the volume of sections
        self.surfaces = _surfaces()
        self._fix()

    @classmethod
    def load(cls, path: Path | str) -> "SoftTissue":
        """Soft tissue from the file that `meshes/sculpt/tissue.py` bakes.

        raises : AssetError if the file is missing or damaged
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                return cls({name: file[name] for name in file.files})
        except (OSError, ValueError, KeyError, BadZipFile) as problem:
            raise AssetError(f"The baked soft tissue {path} cannot be read: {problem}.") from problem

    def surface(self, name: str) -> SoftSurface:
        """The surface called `name`."""
        for surface in self.surfaces:
            if surface.name == name:
                return surface
        raise unknown_name("soft-tissue surface", name, [s.name for s in self.surfaces])

    def tube_sizes(self, name: str) -> tuple[tuple[int, int], ...]:
        """Rings and points round each, of every tube that the surface called `name` joins, in the order of its vertices."""
        return self.surface(name).tubes

    def vertices(self, leg: FloatArray) -> dict[str, FloatArray]:
        """Vertices of every surface.

        leg     : (..., 6)  radians, order of `conventions.LEG_COORDINATES`
        returns : name -> (..., V, 3)  metres, femur frame, in single precision
        """
        leg = np.asarray(leg, dtype=np.float64)
        surfaces = _joined([self._surfaced(block) for block in _blocks(leg)])
        return {name: points.reshape(*leg.shape[:-1], *points.shape[1:]) for name, points in surfaces.items()}

    def rings(self, leg: FloatArray) -> dict[str, tuple[FloatArray, ...]]:
        """Drawn rings of every tube of every surface.

        leg     : (..., 6)  radians
        returns : name -> one (..., R, S, 3) per tube  metres
        """
        leg = np.asarray(leg, dtype=np.float64)
        drawn = [self._drawn(block) for block in _blocks(leg)]
        return {
            name: tuple(
                np.concatenate(parts).astype(np.float64).reshape(*leg.shape[:-1], *parts[0].shape[1:])
                for parts in zip(*(block[name] for block in drawn), strict=True)
            )
            for name in drawn[0]
        }

    def normals(self, name: str, vertices: FloatArray) -> FloatArray:
        """Outward unit normals (..., V, 3) of the surface called `name` at `vertices` (..., V, 3)."""
        return self.all_normals({name: vertices})[name]

    def all_normals(self, vertices: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Outward unit normals of all surfaces at their vertices, name -> (..., V, 3): tubes of one size together, for speed."""
        normals = {name: np.empty_like(points) for name, points in vertices.items()}
        lead = next(iter(vertices.values())).shape[:-2]
        groups = []  # per size of tubes: their shape by components, and per run of tubes their vertices, targets and place
        for (rings, sectors), rows_of in _tubes_by_size().items():
            runs, count, first = [], rings * (sectors + 1) + 2, 0
            for name in vertices:
                for rows in rows_of.get(name, ()):
                    own, target = (
                        kept[name][..., rows, :].reshape(*lead, -1, count, 3) for kept in (vertices, normals)
                    )
                    runs.append((own, target, (..., slice(first, first + own.shape[-3]), slice(None), slice(None))))
                    first += own.shape[-3]
            if runs:
                groups.append(((3, *lead, first, rings, sectors + 1), runs))
        # All sizes lie in one row, so that what is done point by point is done once.
        sizes = [int(np.prod(shape[1:])) for shape, _ in groups]
        buffers: tuple[FloatArray, ...] = tuple(np.empty((3, sum(sizes)), dtype=np.float32) for _ in range(3))
        parts, along, around = buffers
        ends, caps = np.cumsum([0, *sizes]), []
        for (shape, runs), first, last in zip(groups, ends, ends[1:], strict=False):
            tubes = parts[:, first:last].reshape(shape)
            for own, _, at in runs:
                parts_of(own, tubes[at])
            part_steps(tubes, along[:, first:last].reshape(shape), around[:, first:last].reshape(shape))
            caps.append(cap_ways(tubes))
        sides, faces = crossed(around, along), unit(np.concatenate(caps, axis=-3))
        past = 0
        for (shape, runs), first, last in zip(groups, ends, ends[1:], strict=False):
            own_sides, own_caps = sides[:, first:last].reshape(shape), faces[..., past : past + shape[-3], :, :]
            past += shape[-3]
            for _, target, at in runs:
                place_normals(own_sides[at], own_caps[at], target)
        return normals

    def _surfaced(self, legs: FloatArray) -> dict[str, FloatArray]:
        """Vertices (N, V, 3) of every surface in poses (N, 6)."""
        heads, nerve, roots, motor = self._parts(legs)
        muscles = closed_vertices(np.moveaxis(heads, 2, -1))
        trunk, *divisions = (closed_vertices(nerve[:, nervetubes.drawn_tube(i)]) for i in range(len(nervetubes.TUBES)))
        small = [closed_vertices(tubes).reshape(len(legs), -1, 3) for tubes in (roots, motor)]
        surfaces = {head.name: muscles[:, i] for i, head in enumerate(HEADS)}
        surfaces[SCIATIC_NERVE.name] = np.concatenate([trunk, *small], axis=1)
        return surfaces | {own.name: points for own, points in zip(SCIATIC_NERVE.divisions, divisions, strict=True)}

    def _drawn(self, legs: FloatArray) -> dict[str, tuple[FloatArray, ...]]:
        """Drawn rings (N, R, S, 3) of the tubes of every surface, for poses (N, 6)."""
        heads, nerve, roots, motor = self._parts(legs)
        rings = np.moveaxis(heads, 2, -1)
        drawn: dict[str, tuple[FloatArray, ...]] = {head.name: (rings[:, i],) for i, head in enumerate(HEADS)}
        trunk, *divisions = (nerve[:, nervetubes.drawn_tube(i)] for i in range(len(nervetubes.TUBES)))
        small = [tubes[:, i] for tubes in (roots, motor) for i in range(tubes.shape[1])]
        drawn[SCIATIC_NERVE.name] = (trunk, *small)
        return drawn | {own.name: (part,) for own, part in zip(SCIATIC_NERVE.divisions, divisions, strict=True)}

    def _parts(self, legs: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Heads by components (N, H, 3, R, S); rings of trunk and divisions (N, R, S, 3), of roots and of branches (N, B, R, S, 3)."""
        both = Joints.of(np.concatenate([legs, flattened(legs)]))  # at once: few poses take as long as one
        joints, flat = (Joints(*(part[half] for part in both)) for half in (slice(len(legs)), slice(len(legs), None)))
        shapes = self._table.at(legs, joints, flat)
        bundle = self._bundle(shapes, joints)
        roots = nervetubes.roots()
        placed = (roots.reshape(-1, 3) @ joints.pelvis.transpose(0, 2, 1).astype(np.float32)).reshape(-1, *roots.shape)
        nerve = self._sections.rings(shapes.lines, joints)
        motor = branch_rings(nerve[:, nervetubes.drawn_tube(0)], self._branch_ends(bundle))
        return self._breathed(bundle, joints, shapes.fullness), nerve, placed, motor

    def _bundle(self, shapes: Shapes, joints: Joints) -> Bundle:
        return Bundle.of(shapes.centres, thick_enough(shapes.radii), joints)

    def _breathed(self, bundle: Bundle, joints: Joints, fullness: FloatArray) -> FloatArray:
        """Drawn heads by components (N, H, 3, R, S): laid on bone, of exact volume, sections holding less by their `fullness` (N, H)."""
        centres = bundle.centres
        around, back = bundle.radii * _COSINE, bundle.radii * _SINE
        parts = np.empty((*centres.shape[:2], 3, RINGS, SECTORS), dtype=np.float32)
        for axis in range(3):
            np.multiply(around, bundle.across[..., axis, None], out=parts[:, :, axis])
            parts[:, :, axis] += back * bundle.deep[..., axis, None]
            parts[:, :, axis] += centres[..., axis, None]
        rings = np.moveaxis(parts, 2, -1)
        self._ends.laid(centres, rings, joints)
        missing = (VOLUMES / fullness / ring_volume(rings) - 1.0) / self._swelling
        middle = parts.mean(axis=-1, keepdims=True)
        # A section grows with the square of its radius.
        swollen = np.sqrt(np.maximum(1.0 + 2.0 * missing, 0.25)) - 1.0
        breath = swollen[:, :, None, None, None].astype(np.float32) * _flesh()
        return refined_parts(parts + breath * (parts - middle), FINE_RINGS, FINE_SECTORS)

    def _branch_ends(self, bundle: Bundle) -> FloatArray:
        """Where motor branches end (N, B, 3) in their heads."""
        head, ring, sector = self._entries.T
        spoke = _COSINE[sector, None] * bundle.across[:, head, ring] + _SINE[sector, None] * bundle.deep[:, head, ring]
        ends: FloatArray = (
            bundle.centres[:, head, ring] + ENTRY_DEPTH * bundle.radii[:, head, ring, sector, None] * spoke
        )
        return ends

    def _fix(self) -> None:
        """What upright standing settles for all poses: where branches enter, and how sections of nerves lie."""
        standing = np.zeros((1, len(LEG_COORDINATES)))
        joints = Joints.of(standing)
        shapes = self._table.at(standing, joints)
        bundle = self._bundle(shapes, joints)
        rings, trunk = bundle.points(bundle.directions())[0], shapes.lines[0, nervetubes.TUBES[0]]
        self._entries = entries(trunk, {head.name: rings[i] for i, head in enumerate(HEADS)})
        self._sections = nervetubes.drawn_sections()


def _blocks(leg: FloatArray) -> list[FloatArray]:
    """Poses (..., 6) in one row, a few at a time."""
    flat = leg.reshape(-1, leg.shape[-1])
    return [flat[first : first + BLOCK] for first in range(0, max(len(flat), 1), BLOCK)]


def _joined(blocks: list[dict[str, FloatArray]]) -> dict[str, FloatArray]:
    if len(blocks) == 1:
        return blocks[0]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


@lru_cache
def _tubes_by_size() -> dict[tuple[int, int], dict[str, list[slice]]]:
    """By rings and sectors of tubes: where among the vertices of each surface they lie, neighbours together."""
    found: dict[tuple[int, int], dict[str, list[slice]]] = {}
    for surface in _surfaces():
        first = 0
        for (rings, sectors), alike in groupby(surface.tubes):
            last = first + len(list(alike)) * (rings * (sectors + 1) + 2)
            found.setdefault((rings, sectors), {}).setdefault(surface.name, []).append(slice(first, last))
            first = last
    return found


@lru_cache
def _flesh() -> FloatArray:
    """How much each ring takes part in the breath of a belly (H, 1, R, 1)."""
    share: FloatArray = np.sqrt(all_flesh())[:, None, :, None].astype(np.float32)
    return share


@lru_cache
def _surfaces() -> tuple[SoftSurface, ...]:
    """Fixed surfaces: tubes of the same name are joined."""
    positions = refining_matrix(RINGS, FINE_RINGS, False) @ rest_positions()
    surfaces = [
        _surface(head.name, head.display, "muscle", [(FINE_RINGS, FINE_SECTORS)], [positions]) for head in HEADS
    ]
    line = (nervetubes.FINER * nervetubes.DIVISION_RINGS, nervetubes.SECTORS)
    sizes = {nerve.name: [line] for nerve in SCIATIC_NERVE.divisions}
    sizes[SCIATIC_NERVE.name] = [
        (nervetubes.FINER * nervetubes.TRUNK_RINGS, nervetubes.SECTORS),
        *[(nervetubes.ROOT_RINGS, nervetubes.ROOT_SECTORS)] * len(SCIATIC_NERVE.roots),
        *[(branches.RINGS, branches.SECTORS)] * len(SCIATIC_NERVE.branches),
    ]
    for nerve in NERVES:
        evenly = [np.linspace(0.0, 1.0, rings) for rings, _ in sizes[nerve.name]]
        surfaces.append(_surface(nerve.name, nerve.display, "nerve", sizes[nerve.name], evenly))
    return tuple(surfaces)


def _surface(
    name: str, display: str, kind: str, sizes: Sequence[tuple[int, int]], positions: Sequence[FloatArray]
) -> SoftSurface:
    faces, uv, first = [], [], 0
    for (rings, sectors), along in zip(sizes, positions, strict=True):
        faces.append(closed_faces(rings, sectors) + first)
        uv.append(closed_uv(along, sectors))
        first += len(uv[-1])
    joined, places = np.concatenate(faces), np.concatenate(uv)
    joined.flags.writeable = places.flags.writeable = False
    return SoftSurface(name, display, kind, joined, places, tuple(sizes))
