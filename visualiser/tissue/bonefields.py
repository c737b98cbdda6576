"""Distances from the bones of the right leg, on grids: what keeps soft tissue out of bone. Metres."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from visualiser.kinematics import femur_to_pelvis, tibia_to_femur
from visualiser.typed import BoolArray, FloatArray, IntArray

BONES = ("hip_bone", "femur", "tibia", "fibula")
COUNTS_MM = 0.1  # millimetres of distance in a count of the stored grids


class Joints(NamedTuple):
    """Where pelvis and tibia are in the femur frame, in N poses. The pelvis is counted from the hip centre, so it only turns."""

    pelvis: FloatArray  # (N, 3, 3)
    tibia: FloatArray  # (N, 4, 4)

    @classmethod
    def of(cls, legs: FloatArray) -> "Joints":
        """Joints of poses (N, 6), radians."""
        return cls(np.swapaxes(femur_to_pelvis(legs)[:, :3, :3], -1, -2), tibia_to_femur(legs))

    def turn(self, segment: str) -> FloatArray:
        """Turns (N, 3, 3) from a segment, or the segment of a bone, into the femur."""
        if segment in ("pelvis", "hip_bone"):
            return self.pelvis
        if segment in ("tibia", "fibula"):
            return self.tibia[:, :3, :3]
        return np.broadcast_to(np.eye(3), self.pelvis.shape)

    def shift(self, segment: str) -> FloatArray:
        """Origins (N, 3) of a segment in the femur."""
        if segment in ("tibia", "fibula"):
            return self.tibia[:, :3, 3]
        return np.zeros((len(self.pelvis), 3))


class BoneField:
    """Distance from a bone on a grid, read trilinearly; far from the surface it stays at the limit of what is stored."""

    def __init__(self, values: FloatArray, corner_mm: FloatArray, step_mm: float) -> None:
        self.values = (1e-3 * COUNTS_MM * values).astype(np.float32).ravel()
        self.count = np.array(values.shape)
        self.corner, self.step = 1e-3 * np.asarray(corner_mm), 1e-3 * step_mm
        _, y, z = values.shape
        self.strides = np.array([y * z, z, 1])
        self.cube = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) @ self.strides

    def near(self, points: FloatArray, distance: float | FloatArray) -> BoolArray:
        """Which points (P, 3) may lie nearer than `distance`: one look at the nearest point of the grid, which is never far off."""
        cell = ((points - self.corner) / self.step + 0.5).astype(np.intp)
        np.clip(cell, 0, self.count - 1, out=cell)
        close: BoolArray = self.values[cell @ self.strides] < distance + 0.9 * self.step
        return close

    def __call__(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance (P,) and the direction out of the bone (P, 3) at points (P, 3)."""
        wanted = (points - self.corner) / self.step
        place = np.clip(wanted, 0.0, self.count - 1.001)
        beyond = self.step * np.abs(wanted - place).max(axis=1)  # off the grid: farther than its nearest point
        cell = place.astype(np.intp)
        return _trilinear(self.values[(cell @ self.strides)[:, None] + self.cube].T, (place - cell).T, beyond)


class Bones:
    """The fields of the four bones, asked in the femur frame."""

    def __init__(self, fields: Mapping[str, BoneField]) -> None:
        self.fields = fields
        self._all = _AllFields([fields[name] for name in BONES])

    @classmethod
    def read(cls, baked: Mapping[str, Any]) -> "Bones":
        """From the grids in the baked file."""
        step = float(baked["field_step_mm"])
        return cls({b: BoneField(baked[f"{b}_field"], baked[f"{b}_corner_mm"], step) for b in BONES})

    def meeting(self, bone: str, points: FloatArray, joints: Joints, reach: float) -> "Meeting | None":
        """Those of points (N, K, 3) that may lie nearer than `reach` to a bone; None where all are clear."""
        local = points
        if bone != "femur":
            local = (points - joints.shift(bone)[:, None]) @ joints.turn(bone)
        local = local.reshape(-1, 3)
        chosen = np.nonzero(self.fields[bone].near(local, reach))[0]
        if not len(chosen):
            return None
        distance, out = self.fields[bone](local[chosen])
        return Meeting(
            chosen, distance, out, np.matmul(joints.turn(bone)[chosen // points.shape[1]], out[..., None])[..., 0]
        )

    def near(self, points: FloatArray, bone: IntArray, pose: IntArray, joints: Joints, reach: FloatArray) -> BoolArray:
        """Which points (P, 3), each asked of one bone (P,) in one pose (P,), may lie nearer to it than `reach` (P,)."""
        return self._all.near(self._local(points, bone, pose, joints)[0], bone, reach)

    def touched(self, points: FloatArray, bone: IntArray, pose: IntArray, joints: Joints, reach: float) -> "Meeting":
        """Those of points (P, 3), each asked of one bone (P,) in one pose (P,), that may lie nearer to it than `reach`."""
        local, turn = self._local(points, bone, pose, joints)
        chosen = np.nonzero(self._all.near(local, bone, reach))[0]
        distance, out = self._all(local[chosen], bone[chosen])
        return Meeting(chosen, distance, out, _turned(out, np.swapaxes(turn[chosen], -1, -2)))

    def _local(
        self, points: FloatArray, bone: IntArray, pose: IntArray, joints: Joints
    ) -> tuple[FloatArray, FloatArray]:
        """Points in the frames of their bones, and the turns (P, 3, 3) back into the femur."""
        turns = np.stack([joints.turn(name) for name in BONES])
        shifts = np.stack([joints.shift(name) for name in BONES])
        turn = turns[bone, pose]
        return _turned(points - shifts[bone, pose], turn), turn


def _turned(vectors: FloatArray, turns: FloatArray) -> FloatArray:
    """Rows (P, 3) times matrices (P, 3, 3): by components, many times faster than as P small products."""
    turned: FloatArray = vectors[:, :1] * turns[:, 0]
    turned += vectors[:, 1:2] * turns[:, 1]
    turned += vectors[:, 2:] * turns[:, 2]
    return turned


class _AllFields:
    """Fields of several bones in one row of numbers: many questions to different bones cost hardly more than one."""

    def __init__(self, fields: Sequence[BoneField]) -> None:
        self._values = np.concatenate([field.values for field in fields])
        ends = np.cumsum([0, *(len(field.values) for field in fields)])[:-1]
        self._count = np.stack([field.count for field in fields])
        self._corner = np.stack([field.corner for field in fields])
        self._strides = np.stack([field.strides for field in fields])
        self._start, self._step = ends, fields[0].step
        self._cube = np.stack([field.cube for field in fields]) + ends[:, None]

    def near(self, points: FloatArray, bone: IntArray, distance: float | FloatArray) -> BoolArray:
        """As `BoneField.near`, each point asked of its bone."""
        cell = np.clip((points - self._corner[bone]) / self._step + 0.5, 0, self._count[bone] - 1).astype(np.intp)
        at = np.einsum("pk,pk->p", cell, self._strides[bone]) + self._start[bone]
        close: BoolArray = self._values[at] < distance + 0.9 * self._step
        return close

    def __call__(self, points: FloatArray, bone: IntArray) -> tuple[FloatArray, FloatArray]:
        """As `BoneField`, each point asked of its bone."""
        wanted = (points - self._corner[bone]) / self._step
        place = np.clip(wanted, 0.0, self._count[bone] - 1.001)
        beyond = self._step * np.abs(wanted - place).max(axis=1, initial=0.0)
        cell = place.astype(np.intp)
        at = np.einsum("pk,pk->p", cell, self._strides[bone])
        return _trilinear(self._values[at[:, None] + self._cube[bone]].T, (place - cell).T, beyond)


def _trilinear(corners: FloatArray, share: FloatArray, beyond: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distance (P,) and its direction (P, 3) between eight corners (8, P), at shares (3, P) of a cell."""
    x, y, z = share
    along_x = corners[4:] - corners[:4]
    face = corners[:4] + along_x * x
    along_y = face[2:] - face[:2]
    edge = face[:2] + along_y * y
    rise_x = along_x[:2] + (along_x[2:] - along_x[:2]) * y
    out = np.empty((len(x), 3))
    out[:, 0] = rise_x[0] + (rise_x[1] - rise_x[0]) * z
    out[:, 1] = along_y[0] + (along_y[1] - along_y[0]) * z
    out[:, 2] = edge[1] - edge[0]
    distance: FloatArray = edge[0] + (edge[1] - edge[0]) * z + beyond
    out /= np.maximum(np.sqrt(np.einsum("pk,pk->p", out, out)), 1e-9)[:, None]
    return distance, out


class Meeting(NamedTuple):
    """Points near a bone: which of all points in a row (M,), distance (M,), direction out, in the bone's frame and in the femur (M, 3)."""

    chosen: IntArray
    distance: FloatArray
    out: FloatArray
    out_femur: FloatArray


def onset(inside: FloatArray, width: float | FloatArray) -> FloatArray:
    """How far to push what lies `inside` by so much: a parabola from `width` outside to `width` inside, then in full."""
    parabola = np.square(np.maximum(inside + width, 0.0)) / (4.0 * width)
    push: FloatArray = np.where(inside < width, parabola, inside)
    return push
