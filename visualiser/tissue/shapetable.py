"""Settled shapes over all poses, as they are baked and blended: centres of sections and lines of the nerve, radii of the sections, and how
much more a drawn head holds than its sections do.

Four tables are added. `plane` holds poses over hip and knee flexion; its points are turned by what leaves that plane. `hip` and `knee` hold
what settling adds to turning where the hip also adducts and rotates, and where the tibia rotates. `cross` holds what is then still missing
in poses in which all joints turn: a smooth guess from the poses that are like the asked one. All tables are mixtures of the same few
shapes. Everything is smooth in the pose, so what is drawn moves without jerks.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy.interpolate import CubicSpline

from visualiser.anatomy.definitions import MuscleHead
from visualiser.anatomy.muscles import HEADS
from visualiser.easing import ease
from visualiser.kinematics import (
    BESIDE_FLEXION,
    HIP_ADDUCTION,
    HIP_FLEXION,
    HIP_ROTATION,
    KNEE_FLEXION,
    TIBIAL_ROTATION,
    beside_flexion,
)
from visualiser.tissue import nervetubes
from visualiser.tissue.bonefields import Joints
from visualiser.tissue.restshapes import RINGS, SECTORS, rest_positions
from visualiser.typed import FloatArray, IntArray

FORMAT = 7  # of the baked file; raised when its layout changes
TABLES = {
    "plane": (HIP_FLEXION, KNEE_FLEXION),
    "hip": (HIP_FLEXION, HIP_ADDUCTION, HIP_ROTATION),
    "knee": (KNEE_FLEXION, TIBIAL_ROTATION),
}
# Turns (hip flexion, adduction, rotation, knee flexion, tibial rotation) from which poses are counted, and over which they tell of each
# other: the shorter, the better each known pose is met, and the more what is drawn jerks between them.
_MIDDLE, _TELLING = np.radians([40.0, 0.0, 0.0, 70.0, 0.0]), np.radians([42.0, 32.0, 28.0, 44.0, 24.0])
CENTRES = len(HEADS) * RINGS
POINTS = CENTRES + nervetubes.POINTS  # that are turned; radii follow
FULLNESS_UNIT = 0.2  # metres that the fullness of a head counts as among the shapes: they keep it to a thousandth
COLUMNS = 3 * POINTS + CENTRES * SECTORS + len(HEADS)


class Shapes(NamedTuple):
    """Heads and nerve in N poses: centres (N, H, R, 3), lines (N, L, 3), radii (N, H, R, S), metres, and the volume of each drawn head over
    that of its sections (N, H)."""

    centres: FloatArray
    lines: FloatArray
    radii: FloatArray
    fullness: FloatArray


def packed(shapes: Shapes) -> FloatArray:
    """Rows (N, P) of the table."""
    parts = (*shapes[:3], FULLNESS_UNIT * shapes.fullness)
    return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)


def unpacked(rows: FloatArray) -> Shapes:
    """What rows (N, P) hold: views, but of the fullness."""
    return _parts(rows[:, : 3 * POINTS], rows[:, 3 * POINTS :])


def _parts(points: FloatArray, others: FloatArray) -> Shapes:
    count, points = len(points), points.reshape(len(points), POINTS, 3)
    centres = points[:, :CENTRES].reshape(count, len(HEADS), RINGS, 3)
    radii = others[:, : -len(HEADS)].reshape(count, len(HEADS), RINGS, SECTORS)
    return Shapes(centres, points[:, CENTRES:], radii, others[:, -len(HEADS) :] / FULLNESS_UNIT)


def flattened(legs: FloatArray) -> FloatArray:
    """Poses (N, 6) without the turns that leave the plane of the flexions."""
    plane = legs.copy()
    plane[:, BESIDE_FLEXION] = 0.0
    return plane


def turned(points: FloatArray, legs: FloatArray, joints: Joints, flat: Joints | None = None) -> FloatArray:
    """Points (N, 3 * POINTS) of the plane of the flexions after the turns that leave it: ends turn with their bones, the rest as a
    stretched chord.

    flat : the joints in `flattened` poses, where they are known already
    """
    if not beside_flexion(legs).any():
        return points
    flat = flat or Joints.of(flattened(legs))
    pelvis = flat.pelvis @ np.swapaxes(joints.pelvis, -1, -2)  # the way back, as points are rows
    tibia = flat.tibia[:, :3, :3] @ np.swapaxes(joints.tibia[:, :3, :3], -1, -2)
    shift = joints.tibia[:, :3, 3] - np.einsum("nj,nji->ni", flat.tibia[:, :3, 3], tibia)
    apart, still = points.reshape(len(points), POINTS, 3), np.eye(3)
    by_pelvis = (apart @ (pelvis - still).astype(points.dtype)).reshape(points.shape)
    by_tibia = (apart @ (tibia - still).astype(points.dtype) + shift.astype(points.dtype)[:, None]).reshape(
        points.shape
    )
    rigid, chord, anchors = _carriers(points.dtype.name)
    moved: FloatArray = points + rigid[0] * by_pelvis
    moved += rigid[1] * by_tibia
    moved += chord[0] * by_pelvis.take(anchors[0], axis=1)
    moved += chord[1] * by_tibia.take(anchors[1], axis=1)
    return moved


def likeness(legs: FloatArray, others: FloatArray) -> FloatArray:
    """How much poses (N, 6) are told by others (M, 6): (N, M)."""
    turns, known = _measured(legs), _measured(others)
    square = (turns * turns).sum(axis=1)[:, None] + (known * known).sum(axis=1) - 2.0 * turns @ known.T
    like: FloatArray = np.exp(-0.5 * np.maximum(square, 0.0))
    return like


def _measured(legs: FloatArray) -> FloatArray:
    return (legs[:, :5] - _MIDDLE) / _TELLING


class ShapeTable:
    """The four tables, read from the baked file."""

    def __init__(self, baked: Mapping[str, Any]) -> None:
        # Single precision halves the time of the large products; it keeps a thousandth of a millimetre.
        shapes = (baked["shapes"] * baked["steps"][:, None]).astype(np.float32)  # (C, P)
        self._points, self._others = (np.ascontiguousarray(part) for part in np.split(shapes, [3 * POINTS], axis=1))
        nodes = {name: _nodes(baked, name) for name in TABLES}
        self._blends = Blends([(nodes[name], TABLES[name]) for name in ("plane", "hip", "knee")])
        self._plane_amounts = _flat(baked["plane_amounts"])
        # What is added to the turned plane, table under table: one product then serves them all.
        self._added = np.concatenate([_flat(baked[f"{name}_amounts"]) for name in ("hip", "knee", "cross")])
        self._known = np.ascontiguousarray(_measured(baked["cross_legs"]).T)
        self._known_square = (0.5 * np.square(self._known).sum(axis=0)).astype(np.float32)

    def at(self, legs: FloatArray, joints: Joints, flat: Joints | None = None) -> Shapes:
        """Shapes in poses (N, 6), in single precision; `flat` as in `turned`."""
        in_plane, *weights = self._blends.weights(legs)
        plane = in_plane @ self._plane_amounts
        turns = _measured(legs)
        like = (turns @ self._known - 0.5 * np.square(turns).sum(axis=1)[:, None]).astype(np.float32)
        like -= self._known_square
        added = _product(np.concatenate([*weights, np.exp(like, out=like)], axis=1), self._added)
        points, beside = np.split(np.concatenate([plane, added]) @ self._points, 2)
        points = turned(points, legs, joints, flat)
        points += beside
        return _parts(points, _product(plane + added, self._others))


def _product(rows: FloatArray, matrix: FloatArray) -> FloatArray:
    """Rows (N, M) times a large matrix: one by one where they are few, since a product of matrices first copies the large one."""
    if len(rows) > 2:
        return rows @ matrix
    product = np.empty((len(rows), matrix.shape[1]), dtype=rows.dtype)
    for row, result in zip(rows, product, strict=True):
        np.dot(row, matrix, out=result)
    return product


class Blend:
    """Weights of the nodes of one table, cubic along each of its axes."""

    def __init__(self, nodes_deg: list[FloatArray], axes: tuple[int, ...]) -> None:
        self._blends = Blends([(nodes_deg, axes)])

    def weights(self, legs: FloatArray) -> FloatArray:
        """Weights (N, nodes) in poses (N, 6); beyond the outermost nodes they stay as they are there."""
        return self._blends.weights(legs)[0]


class Blends:
    """Several of them in one go: cubics through nodes as their pieces, all axes of all tables in one array, shorter ones filled up."""

    def __init__(self, tables: list[tuple[list[FloatArray], tuple[int, ...]]]) -> None:
        self._axes = np.array([axis for _, axes in tables for axis in axes])
        nodes = [np.radians(own) for nodes_deg, _ in tables for own in nodes_deg]
        longest = max(len(own) for own in nodes)
        self._low, self._high = (np.array([own[i] for own in nodes]) for i in (0, -1))
        self._inner = np.full((len(nodes), longest - 2), np.inf)
        self._begins = np.zeros((len(nodes), longest - 1))
        self._pieces = np.zeros((len(nodes), longest - 1, 4, longest))
        for i, own in enumerate(nodes):
            self._inner[i, : len(own) - 2] = own[1:-1]
            self._begins[i, : len(own) - 1] = own[:-1]
            spline = np.moveaxis(CubicSpline(own, np.eye(len(own))).c, 1, 0)
            self._pieces[i, : len(own) - 1, :, : len(own)] = spline
        self._counts = [[len(own) for own in nodes_deg] for nodes_deg, _ in tables]
        self._rows = np.arange(len(nodes))

    def weights(self, legs: FloatArray) -> list[FloatArray]:
        """Weights (N, nodes) of each table in poses (N, 6), in single precision."""
        at = np.clip(legs[:, self._axes], self._low, self._high)
        piece = (at[:, :, None] >= self._inner).sum(axis=2)
        beyond = (at - self._begins[self._rows, piece])[..., None]
        cubic, square, slope, value = np.moveaxis(self._pieces[self._rows, piece], 2, 0)
        along = ((cubic * beyond + square) * beyond + slope) * beyond + value
        every, first = [], 0
        for counts in self._counts:
            whole = along[:, first, : counts[0]]
            for i, count in enumerate(counts[1:], start=first + 1):
                whole = (whole[:, :, None] * along[:, i, None, :count]).reshape(len(legs), -1)
            first += len(counts)
            every.append(whole.astype(np.float32))
        return every


def _nodes(baked: Mapping[str, Any], name: str) -> list[FloatArray]:
    return [baked[f"{name}_{i}_deg"] for i in range(len(TABLES[name]))]


def _flat(amounts: FloatArray) -> FloatArray:
    """Amounts (nodes of each axis, C) with the nodes in one row."""
    return amounts.reshape(-1, amounts.shape[-1]).astype(np.float32)


@lru_cache
def _carriers(kind: str) -> tuple[FloatArray, FloatArray, IntArray]:
    """Shares (2, 3 * POINTS) of pelvis and tibia in each point, rigid and as a chord, and where points are whose motion moves the
    chord: number by number, so that operations run over long rows."""
    rigid, chord, anchors = [], [], []
    for i, head in enumerate(HEADS):
        own = _muscle_carriers(head)
        rigid.append(own[0])
        chord.append(own[1])
        anchors.append(np.tile(np.array(own[2]) + i * RINGS, (RINGS, 1)))
    rigid.append(nervetubes.shares())
    chord.append(np.zeros((nervetubes.POINTS, 2)))
    anchors.append(np.zeros((nervetubes.POINTS, 2), dtype=np.intp))
    shares = (np.repeat(np.concatenate(part).T, 3, axis=1).astype(kind) for part in (rigid, chord))
    places = np.repeat(3 * np.concatenate(anchors).T, 3, axis=1) + np.tile(np.arange(3), POINTS)
    by_rigid, by_chord = shares
    return by_rigid, by_chord, places


def _muscle_carriers(head: MuscleHead) -> tuple[FloatArray, FloatArray, tuple[int, int]]:
    at = rest_positions()
    crosses_hip = 1.0 if head.line.origin_segment == "pelvis" else 0.0
    by_pelvis, by_tibia = crosses_hip * ease(1.0 - at / 0.15), ease((at - 0.82) / 0.08)
    along = np.clip(at / 0.9, 0.0, 1.0)
    chord = np.stack([(1.0 - by_pelvis) * crosses_hip * (1.0 - along), (1.0 - by_tibia) * along], axis=1)
    return np.stack([by_pelvis, by_tibia], axis=1), chord, (0, int(np.searchsorted(at, 0.9)))
