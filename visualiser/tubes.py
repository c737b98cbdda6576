"""The drawn muscles and nerves of a leg in any pose: a baked table of solved tubes, blended, turned and breathed to exact volume.

Contact is solved once on a grid of hip and knee flexion, and on a coarser one for each turn that leaves their plane: adduction, hip and
tibial rotation (`contact.py`, `meshes/sculpt/tissue.py`). A frame is then a cubic blend in the grid, a skinning by the other turns, what
solving adds to that skinning, a push out of the bones (`keepout.py`), and a last uniform breath of each belly, so that its volume holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from visualiser import branches
from visualiser.anatomy.muscles import head
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.branches import branch_rings, entries
from visualiser.conventions import LEG_COORDINATES, metres
from visualiser.errors import AssetError, unknown_name
from visualiser.keepout import Keepout
from visualiser.kinematics import (
    HIP_ADDUCTION,
    HIP_FLEXION,
    HIP_ROTATION,
    KNEE_FLEXION,
    TIBIAL_ROTATION,
    femur_to_pelvis,
    tibia_to_femur,
)
from visualiser.sections import (
    closed_faces,
    closed_normals,
    closed_uv,
    closed_vertices,
    refined,
    refining_matrix,
    ring_centres,
    ring_volume,
)
from visualiser.transforms import apply, inverse
from visualiser.typed import FloatArray, IntArray

RINGS, SECTORS = 40, 20  # solved and baked
FINE_RINGS, FINE_SECTORS = 80, 40  # drawn
FORMAT = 3  # of the baked file; raised when its layout changes

BESIDE = [HIP_ADDUCTION, HIP_ROTATION, TIBIAL_ROTATION]  # turns that leave the plane of the baked flexions


@dataclass(frozen=True)
class Rest:
    """The rest design of one head at each ring: half sizes (m), turn (rad), flesh 0 to 1, and where centres leave the path."""

    half_width: FloatArray
    half_depth: FloatArray
    turn: FloatArray
    flesh: FloatArray
    row_positions: FloatArray
    row_places: FloatArray

    def offset(self, path: FloatArray) -> FloatArray:
        """Vectors (R, 3) from path points (R, 3) to the designed centres, level by level; rows without a place stay on the path."""
        at_rows = np.stack([np.interp(self.row_positions, rest_positions(), path[:, axis]) for axis in (0, 2)], axis=1)
        rows = np.where(np.isnan(self.row_places), 0.0, self.row_places - at_rows)
        x, z = PchipInterpolator(self.row_positions, rows)(rest_positions()).T
        return np.stack([x, np.zeros_like(x), z], axis=1)


@lru_cache
def rest_positions() -> FloatArray:
    """Positions (R,) of the solved rings from origin 0 to insertion 1 in upright standing: closer together towards both ends."""
    even = np.linspace(0.0, 1.0, RINGS)
    positions = even - 0.06 * np.sin(2 * np.pi * even)
    positions.flags.writeable = False
    return positions


@lru_cache
def station_values(name: str) -> Rest:
    """The rest design of the head called `name`, drawn smoothly through its stations."""
    stations = head(name).tube.stations
    at = np.array([s.position for s in stations])

    def along(values: list[float]) -> FloatArray:
        curve: FloatArray = PchipInterpolator(at, values)(rest_positions())
        return curve

    nowhere = (np.nan, np.nan)
    return Rest(
        half_width=metres(along([s.half_width_mm for s in stations])),
        half_depth=metres(along([s.half_depth_mm for s in stations])),
        turn=np.radians(along([s.turn_deg for s in stations])),
        flesh=np.clip(along([s.flesh for s in stations]), 0.0, 1.0),
        row_positions=at,
        row_places=metres([s.place_mm or nowhere for s in stations]),
    )


def hinge_axes(pelvis_to_femur: FloatArray, tibia_to_femur_turn: FloatArray) -> FloatArray:
    """Axis (R, 3) that the sections take as lateral: the hinge axes of pelvis, femur and tibia, blended along the head."""
    at = rest_positions()[:, None]
    proximal, distal = np.clip(1.0 - at / 0.35, 0.0, 1.0), np.clip((at - 0.8) / 0.2, 0.0, 1.0)
    femoral = np.array([0.0, 0.0, 1.0])
    axes: FloatArray = (
        proximal * pelvis_to_femur[:, 2] + (1.0 - proximal - distal) * femoral + distal * tibia_to_femur_turn[:, 2]
    )
    return axes


@dataclass(frozen=True)
class TubeGroup:
    """Tubes of equal size that lie side by side in the baked table and are drawn together.

    `rigid` shares (G, R, 2) turn a ring with the pelvis (first column) or the tibia (second); `chord` shares move it as part of
    the chord between the ends, whose motion is read at the rings `anchors` (G, 2). Muscles breathe, where they have `flesh`
    (G, R), until they have their `volume` (G,).
    """

    names: tuple[str, ...]
    columns: slice
    size: tuple[int, int]
    drawn_size: tuple[int, int]
    rigid: FloatArray
    chord: FloatArray
    anchors: IntArray
    flesh: FloatArray | None
    volume: FloatArray | None

    @property
    def count(self) -> int:
        """Number of tubes."""
        return len(self.rigid)


@dataclass(frozen=True)
class SoftSurface:
    """A muscle or nerve surface whose points change with the pose: fixed triangles, texture coordinates, and the tubes that it joins.

    `tubes` names the surface's tubes as (group, place in the group).
    """

    name: str
    display: str
    kind: str
    faces: IntArray
    uv: FloatArray
    tubes: tuple[tuple[int, int], ...]


class SoftTissue:
    """Muscles and nerves of the right leg. Load once, then ask for vertices pose by pose or for many poses together."""

    def __init__(self, baked: Mapping[str, Any]) -> None:
        if int(baked["format"]) != FORMAT:
            raise AssetError(f"The baked soft tissue has format {int(baked['format'])}; this version reads {FORMAT}.")
        self._plane = BlendedTable(baked, "plane")
        self._beside = BlendedTable(baked, "beside")
        self._reach = np.radians(baked["beside_reach_deg"])
        self._baked_groups = _groups(baked)
        self._groups = (*self._baked_groups, _branch_group())
        self._keepout = Keepout(baked)
        self.surfaces = _surfaces(baked, self._groups)
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
        return tuple(self._groups[group].drawn_size for group, _ in self.surface(name).tubes)

    def vertices(self, leg: FloatArray) -> dict[str, FloatArray]:
        """Vertices of every surface.

        leg     : (..., 6)  radians, order of `conventions.LEG_COORDINATES`
        returns : name -> (..., V, 3)  metres, femur frame
        """
        drawn = [closed_vertices(rings) for rings in self._drawn(leg)]
        return {
            s.name: np.concatenate([drawn[group][..., i, :, :] for group, i in s.tubes], axis=-2) for s in self.surfaces
        }

    def rings(self, leg: FloatArray) -> dict[str, tuple[FloatArray, ...]]:
        """Drawn rings of every tube of every surface.

        leg     : (..., 6)  radians
        returns : name -> one (..., R, S, 3) per tube  metres, femur frame
        """
        drawn = self._drawn(leg)
        return {s.name: tuple(drawn[group][..., i, :, :, :] for group, i in s.tubes) for s in self.surfaces}

    def normals(self, name: str, vertices: FloatArray) -> FloatArray:
        """Outward unit normals (..., V, 3) of the surface called `name` at `vertices` (..., V, 3)."""
        normals = np.empty_like(vertices)
        first = 0
        for group, _ in self.surface(name).tubes:
            rings, sectors = self._groups[group].drawn_size
            last = first + rings * (sectors + 1) + 2
            normals[..., first:last, :] = closed_normals(vertices[..., first:last, :], rings, sectors)
            first = last
        return normals

    def skinned(self, leg: FloatArray) -> FloatArray:
        """All solved points (..., P) in a row, blended in the plane of the flexions and skinned by the other turns."""
        points = self._plane.at(leg, np.ones((*leg.shape[:-1], 1)))
        turns = _leaving_the_plane(leg)
        if turns is not None:
            for group in self._baked_groups:
                rings = points[..., group.columns].reshape(*leg.shape[:-1], group.count, *group.size, 3)
                points[..., group.columns] = _skinned(rings, group, *turns).reshape(*leg.shape[:-1], -1)
        return points

    def _drawn(self, leg: FloatArray) -> list[FloatArray]:
        """Drawn rings (..., G, R, S, 3) of each group."""
        leg = np.asarray(leg, dtype=np.float64)
        points = self.skinned(leg)
        if leg[..., BESIDE].any():
            points += self._beside.at(leg, _beside_weights(leg, self._reach))
        flat = leg.reshape(-1, leg.shape[-1])
        pelvis, tibia = inverse(_about_hip(femur_to_pelvis(flat))), tibia_to_femur(flat)
        solved = [points[..., g.columns].reshape(-1, g.count, *g.size, 3) for g in self._baked_groups]
        tubes = _first_of_each_name(self._baked_groups, solved)
        self._keepout.push_out(list(tubes.items()), pelvis, tibia)
        solved.append(branch_rings(tubes[SCIATIC_NERVE.name], tubes, self._entries))
        return [
            _breathed(refined(rings.reshape(*leg.shape[:-1], *rings.shape[1:]), *group.drawn_size), group)
            for group, rings in zip(self._groups, solved, strict=True)
        ]

    def _branch_entries(self) -> IntArray:
        points = self.skinned(np.zeros((1, len(LEG_COORDINATES))))
        solved = [points[..., g.columns].reshape(1, g.count, *g.size, 3) for g in self._baked_groups]
        tubes = {name: rings[0] for name, rings in _first_of_each_name(self._baked_groups, solved).items()}
        return entries(tubes[SCIATIC_NERVE.name], tubes)


class BlendedTable:
    """Solved points at the nodes of a grid of hip and knee flexion, blended cubically between them.

    The file holds the few shapes that all nodes are mixtures of, and each node's amounts of them: a tenth of the size, and as much faster.
    """

    def __init__(self, baked: Mapping[str, Any], name: str) -> None:
        hip, knee = np.radians(baked[f"{name}_hip_deg"]), np.radians(baked[f"{name}_knee_deg"])
        self._hip, self._knee = CubicSpline(hip, np.eye(len(hip))), CubicSpline(knee, np.eye(len(knee)))
        # Single precision halves the time of the one large product; it keeps a thousandth of a millimetre.
        self._shapes = (baked[f"{name}_shapes"] * baked[f"{name}_steps"][:, None]).astype(np.float32)  # (C, P)
        self._amounts = baked[f"{name}_amounts"].astype(np.float64)  # (hip, knee, L, C) for L layers

    def at(self, leg: FloatArray, layer_weights: FloatArray) -> FloatArray:
        """Points (..., P) at the flexions of poses (..., 6), layers mixed by their weights (..., L)."""
        layers = np.einsum("...l,hklc->...hkc", layer_weights, self._amounts)
        by_knee = np.einsum("...k,...hkc->...hc", self._knee(leg[..., KNEE_FLEXION]), layers)
        amounts = np.einsum("...h,...hc->...c", self._hip(leg[..., HIP_FLEXION]), by_knee)
        points: FloatArray = (amounts.astype(np.float32) @ self._shapes).astype(np.float64)
        return points


def _groups(baked: Mapping[str, Any]) -> tuple[TubeGroup, ...]:
    """Groups from the baked list of tubes; neighbours in the list that have the same size are one group."""
    rows = [
        (name, kind, (int(r), int(s)), (int(fr), int(fs))) for name, _, kind, r, s, fr, fs in baked["tubes"].tolist()
    ]
    groups, column, first = [], 0, 0
    for _, run in groupby(rows, key=lambda row: row[1:]):
        names = [row[0] for row in run]
        _, kind, size, drawn_size = rows[first]
        members = slice(first, first + len(names))
        first, start = members.stop, column
        column += len(names) * size[0] * size[1] * 3
        flesh = volume = None
        if kind == "muscle":
            flesh = np.stack([_drawn_flesh(name, drawn_size[0]) for name in names])
            volume = np.array([head(name).volume_cm3 * 1e-6 for name in names])
        rigid, chord = (baked[key][members, : size[0]] for key in ("rigid", "chord"))
        groups.append(
            TubeGroup(
                tuple(names),
                slice(start, column),
                size,
                drawn_size,
                rigid,
                chord,
                baked["anchors"][members],
                flesh,
                volume,
            )
        )
    return tuple(groups)


def _branch_group() -> TubeGroup:
    """The motor branches: not baked, but drawn between trunk and heads."""
    count, size = len(SCIATIC_NERVE.branches), (branches.RINGS, branches.SECTORS)
    still, nothing = np.zeros((count, size[0], 2)), np.zeros((count, 2), dtype=np.intp)
    return TubeGroup((SCIATIC_NERVE.name,) * count, slice(0, 0), size, size, still, still, nothing, None, None)


def _first_of_each_name(groups: Sequence[TubeGroup], solved: Sequence[FloatArray]) -> dict[str, FloatArray]:
    """Rings (N, R, S, 3) by name, views: heads, divisions and the trunk, without its roots."""
    tubes: dict[str, FloatArray] = {}
    for group, rings in zip(groups, solved, strict=True):
        for i, name in enumerate(group.names):
            tubes.setdefault(name, rings[:, i])
    return tubes


def _drawn_flesh(name: str, rings: int) -> FloatArray:
    """How much each drawn ring takes part in the breath of a belly."""
    flesh: FloatArray = np.sqrt(np.clip(refining_matrix(RINGS, rings, False) @ station_values(name).flesh, 0.0, 1.0))
    return flesh


def _surfaces(baked: Mapping[str, Any], groups: tuple[TubeGroup, ...]) -> tuple[SoftSurface, ...]:
    """Fixed surfaces: tubes of the same name are joined."""
    places = [(g, i) for g, group in enumerate(groups) for i in range(group.count)]
    surfaces: dict[str, SoftSurface] = {}
    labels = [tuple(row[:3]) for row in baked["tubes"].tolist()]
    labels += [(SCIATIC_NERVE.name, SCIATIC_NERVE.display, "nerve")] * len(SCIATIC_NERVE.branches)
    for (name, display, kind), place in zip(labels, places, strict=True):
        rings, sectors = groups[place[0]].drawn_size
        along = (
            refining_matrix(RINGS, rings, False) @ rest_positions()
            if kind == "muscle"
            else np.linspace(0.0, 1.0, rings)
        )
        before = surfaces.get(name)
        faces, uv = closed_faces(rings, sectors) + (len(before.uv) if before else 0), closed_uv(along, sectors)
        if before:
            faces, uv = np.concatenate([before.faces, faces]), np.concatenate([before.uv, uv])
        faces.flags.writeable = uv.flags.writeable = False
        surfaces[name] = SoftSurface(name, display, kind, faces, uv, (*before.tubes, place) if before else (place,))
    return tuple(surfaces.values())


def _beside_weights(leg: FloatArray, reach: FloatArray) -> FloatArray:
    """Weights (..., 6) of the solved sides, less and more of each turn that leaves the plane: a parabola through both and the plane."""
    share = leg[..., BESIDE] / reach
    beyond = np.abs(share) - 1.0
    share = np.where(beyond > 0.0, np.sign(share) * (1.0 + 0.5 * np.tanh(2.0 * beyond)), share)
    weights: FloatArray = np.stack([0.5 * share * (share - 1.0), 0.5 * share * (share + 1.0)], axis=-1).reshape(
        *share.shape[:-1], -1
    )
    return weights


def _about_hip(transform: FloatArray) -> FloatArray:
    """Transforms (..., 4, 4) into the pelvis, counted from the hip centre: turns alone."""
    turn = transform.copy()
    turn[..., :3, 3] = 0.0
    return turn


def _leaving_the_plane(leg: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Pelvis and tibia in the femur, from their place with flexions alone to their true place; None where no other turn is made."""
    if not leg[..., BESIDE].any():
        return None
    plane = np.zeros_like(leg)
    plane[..., [HIP_FLEXION, KNEE_FLEXION]] = leg[..., [HIP_FLEXION, KNEE_FLEXION]]
    pelvis = np.swapaxes(femur_to_pelvis(leg), -1, -2)[..., :3, :3] @ femur_to_pelvis(plane)[..., :3, :3]
    tibia = tibia_to_femur(leg) @ inverse(tibia_to_femur(plane))
    return pelvis, tibia


def _skinned(rings: FloatArray, group: TubeGroup, pelvis: FloatArray, tibia: FloatArray) -> FloatArray:
    """Rings (..., G, R, S, 3) after the turns that leave the plane: ends turn with their bones, the rest follows as a stretched chord."""
    points = rings.reshape(*rings.shape[:-4], -1, 3)
    by_pelvis = (points @ np.swapaxes(pelvis, -1, -2)).reshape(rings.shape) - rings
    by_tibia = apply(tibia, points).reshape(rings.shape) - rings
    moved = rings.copy()
    for column, by_bone in enumerate((by_pelvis, by_tibia)):
        anchor = by_bone[..., np.arange(group.count), group.anchors[:, column], :, :].mean(axis=-2)[..., None, None, :]
        moved += group.rigid[:, :, column, None, None] * by_bone + group.chord[:, :, column, None, None] * anchor
    return moved


def _breathed(rings: FloatArray, group: TubeGroup) -> FloatArray:
    """Drawn rings after a uniform breath of each belly that makes its volume exact; nerves as they are."""
    if group.flesh is None or group.volume is None:
        return rings
    middle = ring_centres(rings)[..., None, :]
    spokes = rings - middle
    for _ in range(2):
        missing = np.sqrt(group.volume / ring_volume(middle + spokes)) - 1.0
        spokes *= 1.0 + 1.05 * missing[..., None, None, None] * group.flesh[..., None, None]
    breathed: FloatArray = middle + spokes
    return breathed
