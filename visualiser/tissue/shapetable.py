"""Settled shapes over all poses, as they are baked and blended: centres of sections and lines of the nerve, and radii of the sections.

Four tables are added. `plane` holds poses over hip and knee flexion; its points are turned by what leaves that plane. `hip` and `knee` hold
what settling adds to turning where the hip also adducts and rotates, and where the tibia rotates. `cross` holds what is then still missing
in poses in which all joints turn: a smooth guess from the poses that are like the asked one. All tables are mixtures of the same few
shapes. Everything is smooth in the pose, so what is drawn moves without jerks.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from visualiser.anatomy.definitions import MuscleHead
from visualiser.anatomy.muscles import HEADS
from visualiser.kinematics import HIP_ADDUCTION, HIP_FLEXION, HIP_ROTATION, KNEE_FLEXION, TIBIAL_ROTATION
from visualiser.tissue import nervetubes
from visualiser.tissue.bonefields import Joints
from visualiser.tissue.restshapes import RINGS, SECTORS, rest_positions
from visualiser.tissue.tautness import ease
from visualiser.typed import FloatArray, IntArray

FORMAT = 6  # of the baked file; raised when its layout changes
TABLES = {
    "plane": (HIP_FLEXION, KNEE_FLEXION),
    "hip": (HIP_FLEXION, HIP_ADDUCTION, HIP_ROTATION),
    "knee": (KNEE_FLEXION, TIBIAL_ROTATION),
}
# Turns (hip flexion, adduction, rotation, knee flexion, tibial rotation) counted from a middle in halves of their ranges, and how near
# poses must be in that measure to tell of each other: found by leaving poses out.
_MIDDLE, _HALF = np.radians([40.0, 0.0, 0.0, 70.0, 0.0]), np.radians([80.0, 40.0, 45.0, 80.0, 40.0])
_LIKENESS = 0.5
CENTRES = len(HEADS) * RINGS
POINTS = CENTRES + nervetubes.POINTS  # that are turned; radii follow
COLUMNS = 3 * POINTS + CENTRES * SECTORS
_BESIDE = [HIP_ADDUCTION, HIP_ROTATION, TIBIAL_ROTATION]  # turns that leave the plane of the flexions


def packed(centres: FloatArray, lines: FloatArray, radii: FloatArray) -> FloatArray:
    """Rows (N, P) of the table from centres (N, H, R, 3), lines (N, L, 3) and radii (N, H, R, S)."""
    count = len(centres)
    return np.concatenate([centres.reshape(count, -1), lines.reshape(count, -1), radii.reshape(count, -1)], axis=1)


def unpacked(rows: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Centres, lines and radii out of rows (N, P): views."""
    points, radii = rows[:, : 3 * POINTS], rows[:, 3 * POINTS :]
    return (*_parts(points), radii.reshape(len(rows), len(HEADS), RINGS, SECTORS))


def _parts(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    points = points.reshape(len(points), POINTS, 3)
    return points[:, :CENTRES].reshape(len(points), len(HEADS), RINGS, 3), points[:, CENTRES:]


def turned(points: FloatArray, legs: FloatArray, joints: Joints) -> FloatArray:
    """Points (N, 3 * POINTS) of the plane of the flexions after the turns that leave it: ends turn with their bones, the rest as a
    stretched chord."""
    if not legs[:, _BESIDE].any():
        return points
    plane = legs.copy()
    plane[:, _BESIDE] = 0.0
    flat = Joints.of(plane)
    pelvis = (joints.pelvis @ np.swapaxes(flat.pelvis, -1, -2)).astype(points.dtype)
    tibia = joints.tibia[:, :3, :3] @ np.swapaxes(flat.tibia[:, :3, :3], -1, -2)
    shift = (joints.tibia[:, :3, 3] - np.einsum("nij,nj->ni", tibia, flat.tibia[:, :3, 3])).astype(points.dtype)
    tibia = tibia.astype(points.dtype)
    points = points.reshape(len(points), POINTS, 3)
    by_pelvis = points @ np.swapaxes(pelvis, -1, -2) - points
    by_tibia = points @ np.swapaxes(tibia, -1, -2) + shift[:, None] - points
    rigid, chord, anchors = _carriers(points.dtype.name)
    moved = points + rigid[:, :1] * by_pelvis + rigid[:, 1:] * by_tibia
    moved += chord[:, :1] * by_pelvis[:, anchors[:, 0]] + chord[:, 1:] * by_tibia[:, anchors[:, 1]]
    flat_rows: FloatArray = moved.reshape(len(points), -1)
    return flat_rows


def likeness(legs: FloatArray, others: FloatArray) -> FloatArray:
    """How much poses (N, 6) are told by others (M, 6): (N, M)."""
    turns, known = _measured(legs), _measured(others)
    square = (turns * turns).sum(axis=1)[:, None] + (known * known).sum(axis=1) - 2.0 * turns @ known.T
    like: FloatArray = np.exp(-0.5 * np.maximum(square, 0.0))
    return like


def _measured(legs: FloatArray) -> FloatArray:
    return (legs[:, :5] - _MIDDLE) / (_HALF * _LIKENESS)


class ShapeTable:
    """The four tables, read from the baked file."""

    def __init__(self, baked: Mapping[str, Any]) -> None:
        # Single precision halves the time of the large products; it keeps a thousandth of a millimetre.
        shapes = (baked["shapes"] * baked["steps"][:, None]).astype(np.float32)  # (C, P)
        self._points, self._radii = (np.ascontiguousarray(part) for part in np.split(shapes, [3 * POINTS], axis=1))
        nodes = {name: _nodes(baked, name) for name in TABLES}
        self._plane = Blend(nodes["plane"], TABLES["plane"])
        self._beside = [Blend(nodes[name], TABLES[name]) for name in ("hip", "knee")]
        self._plane_amounts = _flat(baked["plane_amounts"])
        # What is added to the turned plane, table under table: one product then serves them all.
        self._added = np.concatenate([_flat(baked[f"{name}_amounts"]) for name in ("hip", "knee", "cross")])
        self._known = np.ascontiguousarray(_measured(baked["cross_legs"]).T)
        self._known_square = (0.5 * np.square(self._known).sum(axis=0)).astype(np.float32)

    def at(self, legs: FloatArray, joints: Joints) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Centres (N, H, R, 3), lines (N, L, 3) and radii (N, H, R, S) in poses (N, 6), in single precision."""
        plane = self._plane.weights(legs) @ self._plane_amounts
        turns = _measured(legs)
        like = (turns @ self._known - 0.5 * np.square(turns).sum(axis=1)[:, None]).astype(np.float32)
        like -= self._known_square
        weights = [*(blend.weights(legs) for blend in self._beside), np.exp(like, out=like)]
        added = np.concatenate(weights, axis=1) @ self._added
        points, beside = np.split(np.concatenate([plane, added]) @ self._points, 2)
        points = turned(points, legs, joints) + beside
        radii = (plane + added) @ self._radii
        return (*_parts(points), radii.reshape(len(legs), len(HEADS), RINGS, SECTORS))


class Blend:
    """Weights of the nodes of one table, cubic along each of its axes."""

    def __init__(self, nodes_deg: list[FloatArray], axes: tuple[int, ...]) -> None:
        self._axes = [_Axis(axis, np.radians(nodes)) for axis, nodes in zip(axes, nodes_deg, strict=True)]

    def weights(self, legs: FloatArray) -> FloatArray:
        """Weights (N, nodes) in poses (N, 6); beyond the outermost nodes they stay as they are there."""
        whole, *others = (axis.weights(legs) for axis in self._axes)
        for part in others:
            whole = (whole[:, :, None] * part[:, None]).reshape(len(legs), -1)
        single: FloatArray = whole.astype(np.float32)
        return single


class _Axis:
    """A cubic through nodes as its pieces: several times faster to ask than the spline itself."""

    def __init__(self, axis: int, nodes: FloatArray) -> None:
        self._axis, self._nodes = axis, nodes
        self._pieces = np.ascontiguousarray(np.moveaxis(CubicSpline(nodes, np.eye(len(nodes))).c, 1, 0))

    def weights(self, legs: FloatArray) -> FloatArray:
        at = np.clip(legs[:, self._axis], self._nodes[0], self._nodes[-1])
        piece = np.searchsorted(self._nodes[1:-1], at, side="right")
        beyond = (at - self._nodes[piece])[:, None]
        cubic, square, slope, value = np.moveaxis(self._pieces[piece], 1, 0)
        weights: FloatArray = ((cubic * beyond + square) * beyond + slope) * beyond + value
        return weights


def _nodes(baked: Mapping[str, Any], name: str) -> list[FloatArray]:
    return [baked[f"{name}_{i}_deg"] for i in range(len(TABLES[name]))]


def _flat(amounts: FloatArray) -> FloatArray:
    """Amounts (nodes of each axis, C) with the nodes in one row."""
    return amounts.reshape(-1, amounts.shape[-1]).astype(np.float32)


@lru_cache
def _carriers(kind: str) -> tuple[FloatArray, FloatArray, IntArray]:
    """Shares (POINTS, 2) of pelvis and tibia in each point, rigid and as a chord, and the points whose motion moves the chord."""
    rigid, chord, anchors = [], [], []
    for i, head in enumerate(HEADS):
        own = _muscle_carriers(head)
        rigid.append(own[0])
        chord.append(own[1])
        anchors.append(np.tile(np.array(own[2]) + i * RINGS, (RINGS, 1)))
    rigid.append(nervetubes.shares())
    chord.append(np.zeros((nervetubes.POINTS, 2)))
    anchors.append(np.zeros((nervetubes.POINTS, 2), dtype=np.intp))
    return np.concatenate(rigid).astype(kind), np.concatenate(chord).astype(kind), np.concatenate(anchors)


def _muscle_carriers(head: MuscleHead) -> tuple[FloatArray, FloatArray, tuple[int, int]]:
    at = rest_positions()
    crosses_hip = 1.0 if head.line.origin_segment == "pelvis" else 0.0
    by_pelvis, by_tibia = crosses_hip * ease(1.0 - at / 0.15), ease((at - 0.82) / 0.08)
    along = np.clip(at / 0.9, 0.0, 1.0)
    chord = np.stack([(1.0 - by_pelvis) * crosses_hip * (1.0 - along), (1.0 - by_tibia) * along], axis=1)
    return np.stack([by_pelvis, by_tibia], axis=1), chord, (0, int(np.searchsorted(at, 0.9)))
