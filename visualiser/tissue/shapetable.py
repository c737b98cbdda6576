"""Solved shapes on grids of poses, as they are baked and blended: centres of sections and lines of the nerve, and radii.

Four tables are added. `plane` holds solved poses over hip and knee flexion; `hip` and `knee` hold what solving adds to turning, where the
hip also adducts and rotates, and where the tibia rotates. `cross` holds smooth guesses from what is then still missing in random poses in
which all joints turn. Each table is kept as the few shapes that all its poses are mixtures of.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from visualiser.anatomy.definitions import MuscleHead
from visualiser.anatomy.muscles import HEADS
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.kinematics import HIP_ADDUCTION, HIP_FLEXION, HIP_ROTATION, KNEE_FLEXION, TIBIAL_ROTATION
from visualiser.tissue import nervetubes
from visualiser.tissue.bonefields import Joints
from visualiser.tissue.restshapes import RINGS, SECTORS, rest_positions
from visualiser.typed import FloatArray, IntArray

TABLES = {
    "plane": (HIP_FLEXION, KNEE_FLEXION),
    "hip": (HIP_FLEXION, HIP_ADDUCTION, HIP_ROTATION),
    "knee": (KNEE_FLEXION, TIBIAL_ROTATION),
}
# Turns (hip flexion, adduction, rotation, knee flexion, tibial rotation) counted from a middle in halves of their ranges; how near poses
# must be in that measure to tell of each other, and the turns out of the plane of the flexions from which on `cross` counts in full.
_MIDDLE, _HALF = np.radians([40.0, 0.0, 0.0, 70.0, 0.0]), np.radians([80.0, 40.0, 45.0, 80.0, 40.0])
_LIKENESS, _ASIDE = 0.8, np.radians(14.0)
CENTRES = len(HEADS) * RINGS
POINTS = CENTRES + nervetubes.POINTS  # that are turned; radii follow
_BESIDE = [HIP_ADDUCTION, HIP_ROTATION, TIBIAL_ROTATION]  # turns that leave the plane of the flexions


def packed(centres: FloatArray, lines: FloatArray, radii: FloatArray) -> FloatArray:
    """Rows (N, P) of the table from centres (N, H, R, 3), lines (N, L, 3) and radii (N, H, R, S)."""
    count = len(centres)
    return np.concatenate([centres.reshape(count, -1), lines.reshape(count, -1), radii.reshape(count, -1)], axis=1)


def unpacked(rows: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Centres, lines and radii out of rows (N, P)."""
    count = len(rows)
    centres, lines, radii = np.split(rows, [3 * CENTRES, 3 * POINTS], axis=1)
    return (
        centres.reshape(count, len(HEADS), RINGS, 3).copy(),
        lines.reshape(count, nervetubes.POINTS, 3).copy(),
        radii.reshape(count, len(HEADS), RINGS, SECTORS),
    )


def turned(rows: FloatArray, legs: FloatArray, joints: Joints) -> FloatArray:
    """Rows (N, P) of the plane of the flexions after the turns that leave it: ends turn with their bones, the rest as a stretched chord."""
    if not legs[:, _BESIDE].any():
        return rows
    plane = legs.copy()
    plane[:, _BESIDE] = 0.0
    flat = Joints.of(plane)
    pelvis = joints.pelvis @ np.swapaxes(flat.pelvis, -1, -2)
    tibia = joints.tibia[:, :3, :3] @ np.swapaxes(flat.tibia[:, :3, :3], -1, -2)
    shift = joints.tibia[:, :3, 3] - np.einsum("nij,nj->ni", tibia, flat.tibia[:, :3, 3])
    points = rows[:, : 3 * POINTS].reshape(len(rows), POINTS, 3)
    by_pelvis = points @ np.swapaxes(pelvis, -1, -2) - points
    by_tibia = points @ np.swapaxes(tibia, -1, -2) + shift[:, None] - points
    rigid, chord, anchors = _carriers()
    moved = points + rigid[:, :1] * by_pelvis + rigid[:, 1:] * by_tibia
    moved += chord[:, :1] * by_pelvis[:, anchors[:, 0]] + chord[:, 1:] * by_tibia[:, anchors[:, 1]]
    return np.concatenate([moved.reshape(len(rows), -1), rows[:, 3 * POINTS :]], axis=1)


def likeness(legs: FloatArray, others: FloatArray) -> FloatArray:
    """How much poses (N, 6) are told by others (M, 6): (N, M), nothing in the plane of the flexions."""
    turns, known = ((poses[:, :5] - _MIDDLE) / (_HALF * _LIKENESS) for poses in (legs, others))
    square = (turns * turns).sum(axis=1)[:, None] + (known * known).sum(axis=1) - 2.0 * turns @ known.T
    aside = [1.0 - np.exp(-np.square(poses[:, _BESIDE] / _ASIDE).sum(axis=1)) for poses in (legs, others)]
    like: FloatArray = np.exp(-0.5 * square) * aside[0][:, None] * aside[1]
    return like


class ShapeTable:
    """The three tables, read from the baked file."""

    def __init__(self, baked: Mapping[str, Any]) -> None:
        self.plane, self._hip, self._knee = (Blend(baked, name) for name in TABLES)
        self._cross: FloatArray | None = None  # while it is fitted, the others stand without it
        if "cross_shapes" in baked:
            self._cross = (baked["cross_shapes"] * baked["cross_steps"][:, None]).astype(np.float32)
            self._cross_amounts: FloatArray = baked["cross_amounts"]
            self._cross_legs: FloatArray = baked["cross_legs"]

    def at(self, legs: FloatArray, joints: Joints) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Centres (N, H, R, 3), lines (N, L, 3) and radii (N, H, R, S) in poses (N, 6)."""
        return unpacked(self.rows(legs, joints))

    def rows(self, legs: FloatArray, joints: Joints) -> FloatArray:
        """Rows (N, P) in poses (N, 6)."""
        rows = turned(self.plane.at(legs), legs, joints)
        if not legs[:, _BESIDE].any():
            return rows
        if legs[:, [HIP_ADDUCTION, HIP_ROTATION]].any():
            rows = rows + self._hip.at(legs)
        if legs[:, TIBIAL_ROTATION].any():
            rows = rows + self._knee.at(legs)
        if self._cross is not None:
            rows = rows + (likeness(legs, self._cross_legs) @ self._cross_amounts).astype(np.float32) @ self._cross
        return rows


class Blend:
    """One table, blended cubically between its nodes."""

    def __init__(self, baked: Mapping[str, Any], name: str) -> None:
        self._axes = TABLES[name]
        nodes = [np.radians(baked[f"{name}_{i}_deg"]) for i in range(len(self._axes))]
        self._splines = [CubicSpline(node, np.eye(len(node))) for node in nodes]
        self._limits = [(node[0], node[-1]) for node in nodes]
        # Single precision halves the time of the one large product; it keeps a thousandth of a millimetre.
        self._shapes = (baked[f"{name}_shapes"] * baked[f"{name}_steps"][:, None]).astype(np.float32)  # (C, P)
        self._amounts = baked[f"{name}_amounts"].astype(np.float64)  # (nodes of each axis, C)

    def at(self, legs: FloatArray) -> FloatArray:
        """Rows (N, P) in poses (N, 6); beyond the outermost nodes they stay as they are there."""
        amounts = np.broadcast_to(self._amounts, (len(legs), *self._amounts.shape))
        for axis, spline, limits in zip(self._axes, self._splines, self._limits, strict=True):
            weights = spline(np.clip(legs[:, axis], *limits))
            rest = amounts.shape[2:]
            amounts = (weights[:, None] @ amounts.reshape(len(legs), weights.shape[1], -1)).reshape(len(legs), *rest)
        rows: FloatArray = (amounts.astype(np.float32) @ self._shapes).astype(np.float64)
        return rows


@lru_cache
def _carriers() -> tuple[FloatArray, FloatArray, IntArray]:
    """Shares (POINTS, 2) of pelvis and tibia in each point, rigid and as a chord, and the points whose motion moves the chord."""
    rigid, chord, anchors = [], [], []
    for i, head in enumerate(HEADS):
        own = _muscle_carriers(head)
        rigid.append(own[0])
        chord.append(own[1])
        anchors.append(np.tile(np.array(own[2]) + i * RINGS, (RINGS, 1)))
    trunk = np.linspace(0.0, 1.0, nervetubes.TRUNK_RINGS)
    along = np.linspace(0.0, 1.0, nervetubes.DIVISION_RINGS)
    nothing = np.zeros_like(trunk)
    rigid.append(
        np.stack([1.0 - _ease((trunk - 0.18) / 0.26), nothing], axis=1)
    )  # the trunk leaves the pelvis in the buttock
    for _ in SCIATIC_NERVE.divisions:
        rigid.append(np.stack([np.zeros_like(along), _ease((along - 0.15) / 0.45)], axis=1))
    chord.append(np.zeros((nervetubes.POINTS, 2)))
    anchors.append(np.zeros((nervetubes.POINTS, 2), dtype=np.intp))
    return np.concatenate(rigid), np.concatenate(chord), np.concatenate(anchors)


def _muscle_carriers(head: MuscleHead) -> tuple[FloatArray, FloatArray, tuple[int, int]]:
    at = rest_positions()
    crosses_hip = 1.0 if head.line.origin_segment == "pelvis" else 0.0
    by_pelvis, by_tibia = crosses_hip * _ease(1.0 - at / 0.15), _ease((at - 0.82) / 0.08)
    along = np.clip(at / 0.9, 0.0, 1.0)
    chord = np.stack([(1.0 - by_pelvis) * crosses_hip * (1.0 - along), (1.0 - by_tibia) * along], axis=1)
    return np.stack([by_pelvis, by_tibia], axis=1), chord, (0, int(np.searchsorted(at, 0.9)))


def _ease(share: FloatArray) -> FloatArray:
    share = np.clip(share, 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
