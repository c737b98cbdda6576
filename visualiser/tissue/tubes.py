"""The drawn muscles and nerves of a leg in any pose: a baked table of solved shapes, blended, then crowded a little and breathed to volume.

Solving a pose takes tenths of a second (`contact.py`), so it is done once on grids: hip and knee flexion; all three turns of the hip; and
knee flexion with rotation of the tibia (`meshes/sculpt/tissue.py`). A frame blends the first grid cubically, turns it by what leaves the
plane of the flexions, and adds what solving adds to that in the other two. What a blend leaves of overlap is taken out again by a few
passes of the solver itself (`crowding.py`), ends are laid on their bones, and each belly breathes until its volume is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from visualiser.anatomy.muscles import HEADS
from visualiser.anatomy.nerves import NERVES, SCIATIC_NERVE
from visualiser.conventions import LEG_COORDINATES
from visualiser.errors import AssetError, unknown_name
from visualiser.tissue import branches, nervetubes
from visualiser.tissue.bonefields import Bones, Joints
from visualiser.tissue.branches import branch_rings, entries
from visualiser.tissue.crowding import DRAWN, Bundle, mend
from visualiser.tissue.restshapes import FINE_RINGS, FINE_SECTORS, RINGS, all_flesh, hinge_axes, rest_positions
from visualiser.tissue.sections import (
    closed_faces,
    closed_normals,
    closed_uv,
    closed_vertices,
    refined,
    refining_matrix,
    ring_centres,
    ring_volume,
)
from visualiser.tissue.shapetable import ShapeTable
from visualiser.tissue.tubeends import Ends
from visualiser.typed import FloatArray, IntArray

FORMAT = 5  # of the baked file; raised when its layout changes
BLOCK = 64  # poses worked on at once
FURTHER_MENDS, DEEP = (
    2,
    (0.002, 0.005),
)  # further looks at what a blend has spoilt, where pushes (metres) were as deep as that
CLEARINGS = 1  # looks of the nerve at what lies near
NERVE_FINE_SECTORS = 16
VOLUMES = np.array([head.volume_cm3 * 1e-6 for head in HEADS])
THINNEST = 0.0004  # metres


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
        self._bones = Bones.read(baked)
        self._ends = Ends(baked["areas"])
        self._fullness = baked["fullness"]  # (H,) volume of the drawn tube over that of its solved sections
        self.surfaces = _surfaces()
        self._entries = self._branch_entries()

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
        returns : name -> (..., V, 3)  metres, femur frame
        """
        return {
            name: np.concatenate([closed_vertices(ring) for ring in rings], axis=-2)
            if len(rings) > 1
            else closed_vertices(rings[0])
            for name, rings in self.rings(leg).items()
        }

    def rings(self, leg: FloatArray) -> dict[str, tuple[FloatArray, ...]]:
        """Drawn rings of every tube of every surface.

        leg     : (..., 6)  radians
        returns : name -> one (..., R, S, 3) per tube  metres
        """
        leg = np.asarray(leg, dtype=np.float64)
        flat = leg.reshape(-1, leg.shape[-1])
        blocks = [self._drawn(flat[first : first + BLOCK]) for first in range(0, max(len(flat), 1), BLOCK)]
        joined = (
            blocks[0]
            if len(blocks) == 1
            else {
                name: tuple(np.concatenate(parts) for parts in zip(*(block[name] for block in blocks), strict=True))
                for name in blocks[0]
            }
        )
        return {name: tuple(r.reshape(*leg.shape[:-1], *r.shape[1:]) for r in rings) for name, rings in joined.items()}

    def normals(self, name: str, vertices: FloatArray) -> FloatArray:
        """Outward unit normals (..., V, 3) of the surface called `name` at `vertices` (..., V, 3)."""
        normals = np.empty_like(vertices)
        first = 0
        for rings, sectors in self.surface(name).tubes:
            last = first + rings * (sectors + 1) + 2
            normals[..., first:last, :] = closed_normals(vertices[..., first:last, :], rings, sectors)
            first = last
        return normals

    def all_normals(self, vertices: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Outward unit normals of all surfaces at their vertices, name -> (..., V, 3): tubes of one size together, for speed."""
        normals = {name: np.empty_like(points) for name, points in vertices.items()}
        for (rings, sectors), parts in _tubes_by_size().items():
            asked = [(name, part) for name, part in parts if name in vertices]
            if not asked:
                continue
            found = closed_normals(np.stack([vertices[name][..., part, :] for name, part in asked]), rings, sectors)
            for (name, part), own in zip(asked, found, strict=True):
                normals[name][..., part, :] = own
        return normals

    def _drawn(self, legs: FloatArray) -> dict[str, tuple[FloatArray, ...]]:
        """Drawn rings (N, R, S, 3) of the tubes of every surface, for poses (N, 6)."""
        joints = Joints.of(legs)
        centres, lines, radii = self._table.at(legs, joints)
        bundle = Bundle(
            centres, hinge_axes(joints.pelvis, joints.tibia[:, :3, :3])[:, None], np.maximum(radii, THINNEST)
        )
        heads = self._parted(bundle, joints)
        nervetubes.clear(lines, bundle, self._bones, joints, CLEARINGS)
        thin = nervetubes.line_rings(lines)
        drawn: dict[str, tuple[FloatArray, ...]] = {head.name: (heads[1][:, i],) for i, head in enumerate(HEADS)}
        trunk, *divisions = (thin[:, tube] for tube in nervetubes.TUBES)
        rooted = _fine_roots()
        roots = (rooted.reshape(-1, 3) @ np.swapaxes(joints.pelvis, -1, -2)).reshape(len(legs), *rooted.shape)
        own = {head.name: heads[0][:, i] for i, head in enumerate(HEADS)}
        motor = branch_rings(trunk, own, self._entries)
        drawn[SCIATIC_NERVE.name] = (
            _finer(trunk),
            *(roots[:, i] for i in range(roots.shape[1])),
            *(motor[:, i] for i in range(motor.shape[1])),
        )
        for division, rings in zip(SCIATIC_NERVE.divisions, divisions, strict=True):
            drawn[division.name] = (_finer(rings),)
        return drawn

    def _parted(self, bundle: Bundle, joints: Joints) -> tuple[FloatArray, FloatArray]:
        """Solved (N, H, R, S, 3) and drawn rings of the heads, clear of bone and each other, of exact volume."""
        cut, deepest = mend(bundle, self._bones, joints, DRAWN)
        for _ in range(FURTHER_MENDS):  # where one look is not enough; it sets in softly
            share = eased((deepest - DEEP[0]) / (DEEP[1] - DEEP[0]))
            if not share.any():
                break
            more, deepest = mend(bundle, self._bones, joints, DRAWN, share)
            cut += more
        rings = self._ends.laid(bundle.centres, bundle.points(bundle.directions()), joints)
        free = np.sqrt(all_flesh())[..., None] / (1.0 + np.square(cut / 0.0012))
        rings = _breathed(rings, free, VOLUMES / self._fullness)
        fine = refined(rings, FINE_RINGS, FINE_SECTORS)
        middle = ring_centres(fine)[..., None, :]
        missing = np.sqrt(VOLUMES / ring_volume(fine)) - 1.0
        fine -= middle
        fine *= 1.0 + 1.05 * missing[:, :, None, None, None] * _drawn_flesh()
        fine += middle
        return rings, fine

    def _branch_entries(self) -> IntArray:
        standing = np.zeros((1, len(LEG_COORDINATES)))
        centres, lines, radii = self._table.at(standing, Joints.of(standing))
        joints = Joints.of(standing)
        bundle = Bundle(centres, hinge_axes(joints.pelvis, joints.tibia[:, :3, :3])[:, None], radii)
        rings = bundle.points(bundle.directions())[0]
        trunk = nervetubes.line_rings(lines)[0, nervetubes.TUBES[0]]
        return entries(trunk, {head.name: rings[i] for i, head in enumerate(HEADS)})


@lru_cache
def _fine_roots() -> FloatArray:
    """Drawn rings (B, R, S, 3) of the roots, in the pelvis."""
    return _finer(nervetubes.roots())


@lru_cache
def _tubes_by_size() -> dict[tuple[int, int], tuple[tuple[str, slice], ...]]:
    """Every tube's surface and place among its vertices, by rings and sectors."""
    found: dict[tuple[int, int], tuple[tuple[str, slice], ...]] = {}
    for surface in _surfaces():
        first = 0
        for rings, sectors in surface.tubes:
            last = first + rings * (sectors + 1) + 2
            found[rings, sectors] = (*found.get((rings, sectors), ()), (surface.name, slice(first, last)))
            first = last
    return found


def eased(share: FloatArray) -> FloatArray:
    """A smooth step from 0 to 1."""
    share = np.clip(share, 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def _finer(rings: FloatArray) -> FloatArray:
    """Drawn rings of a nerve."""
    return refined(rings, 2 * rings.shape[-3], NERVE_FINE_SECTORS)


def _breathed(rings: FloatArray, free: FloatArray, volumes: FloatArray) -> FloatArray:
    """Rings (N, H, R, S, 3) scaled about their middles where they are `free` (N, H, R, S) until they hold `volumes` (H,)."""
    middle = ring_centres(rings)[..., None, :]
    spokes = rings - middle
    weight = free[..., None]
    before = ring_volume(rings)
    guess = 0.6 * (volumes / before - 1.0)
    for step in range(2):
        share = guess[:, :, None, None, None]
        tried = middle + (1.0 + share * weight) * spokes
        if step == 0:
            slope = (ring_volume(tried) - before) / np.where(np.abs(guess) > 1e-9, guess, 1.0)
            guess = np.clip((volumes - before) / np.maximum(slope, 0.4 * volumes), -0.2, 0.2)
    return tried


@lru_cache
def _drawn_flesh() -> FloatArray:
    """How much each drawn ring takes part in the breath of a belly (H, R, 1, 1)."""
    flesh = np.clip(refining_matrix(RINGS, FINE_RINGS, False) @ all_flesh()[..., None], 0.0, 1.0)
    share: FloatArray = np.sqrt(flesh)[..., None]
    return share


@lru_cache
def _surfaces() -> tuple[SoftSurface, ...]:
    """Fixed surfaces: tubes of the same name are joined."""
    positions = refining_matrix(RINGS, FINE_RINGS, False) @ rest_positions()
    surfaces = [
        _surface(head.name, head.display, "muscle", [(FINE_RINGS, FINE_SECTORS)], [positions]) for head in HEADS
    ]
    trunk, root = 2 * nervetubes.TRUNK_RINGS, 2 * nervetubes.ROOT_RINGS
    sizes = {nerve.name: [(2 * nervetubes.DIVISION_RINGS, NERVE_FINE_SECTORS)] for nerve in SCIATIC_NERVE.divisions}
    sizes[SCIATIC_NERVE.name] = [
        (trunk, NERVE_FINE_SECTORS),
        *[(root, NERVE_FINE_SECTORS)] * len(SCIATIC_NERVE.roots),
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
