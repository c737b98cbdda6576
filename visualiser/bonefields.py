"""Distances from the bones of the right leg, on grids: what keeps soft tissue out of bone. Metres."""

from collections.abc import Mapping
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
        self._values = (1e-3 * COUNTS_MM * values).astype(np.float32).ravel()
        self._count = np.array(values.shape)
        self._corner, self._step = 1e-3 * np.asarray(corner_mm), 1e-3 * step_mm
        _, y, z = values.shape
        self._strides = np.array([y * z, z, 1])
        self._cube = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) @ self._strides

    def near(self, points: FloatArray, distance: float | FloatArray) -> BoolArray:
        """Which points (P, 3) may lie nearer than `distance`: one look at the nearest point of the grid, which is never far off."""
        cell = ((points - self._corner) / self._step + 0.5).astype(np.intp)
        np.clip(cell, 0, self._count - 1, out=cell)
        close: BoolArray = self._values[cell @ self._strides] < distance + 0.9 * self._step
        return close

    def __call__(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance (P,) and the direction out of the bone (P, 3) at points (P, 3)."""
        wanted = (points - self._corner) / self._step
        place = np.clip(wanted, 0.0, self._count - 1.001)
        beyond = self._step * np.abs(wanted - place).max(axis=1)  # off the grid: farther than its nearest point
        cell = place.astype(np.intp)
        x, y, z = (place - cell).T
        corners = self._values[(cell @ self._strides)[:, None] + self._cube].T
        along_x = corners[4:] - corners[:4]
        face = corners[:4] + along_x * x
        along_y = face[2:] - face[:2]
        edge = face[:2] + along_y * y
        rise_x = along_x[:2] + (along_x[2:] - along_x[:2]) * y
        out = np.empty((len(points), 3))
        out[:, 0] = rise_x[0] + (rise_x[1] - rise_x[0]) * z
        out[:, 1] = along_y[0] + (along_y[1] - along_y[0]) * z
        out[:, 2] = edge[1] - edge[0]
        distance: FloatArray = edge[0] + (edge[1] - edge[0]) * z + beyond
        out /= np.maximum(np.sqrt(np.einsum("pk,pk->p", out, out)), 1e-9)[:, None]
        return distance, out


class Bones:
    """The fields of the four bones, asked in the femur frame."""

    def __init__(self, fields: Mapping[str, BoneField]) -> None:
        self.fields = fields

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

    def sections_near(self, bone: str, centres: FloatArray, reach: FloatArray, joints: Joints) -> BoolArray:
        """Which sections round centres (N, K, 3) may come within `reach` (N, K), their own size counted, of a bone."""
        local = centres
        if bone != "femur":
            local = (centres - joints.shift(bone)[:, None]) @ joints.turn(bone)
        return self.fields[bone].near(local.reshape(-1, 3), reach.reshape(-1)).reshape(reach.shape)

    def meeting_of(
        self, bone: str, points: FloatArray, pose: IntArray, joints: Joints, reach: float
    ) -> "Meeting | None":
        """Those of points (P, 3), each in its own pose (P,), that may lie nearer than `reach` to a bone; None where all are clear."""
        local = points
        turn = joints.turn(bone)
        if bone != "femur":
            if len(turn) == 1:
                local = (points - joints.shift(bone)) @ turn[0]
            else:
                local = np.einsum("pi,pij->pj", points - joints.shift(bone)[pose], turn[pose])
        chosen = np.nonzero(self.fields[bone].near(local, reach))[0]
        if not len(chosen):
            return None
        distance, out = self.fields[bone](local[chosen])
        if bone == "femur":
            out_femur = out
        elif len(turn) == 1:
            out_femur = out @ turn[0].T
        else:
            out_femur = np.einsum("pij,pj->pi", turn[pose[chosen]], out)
        return Meeting(chosen, distance, out, out_femur)


class Meeting(NamedTuple):
    """Points near a bone: which of all points in a row (M,), distance (M,), direction out, in the bone's frame and in the femur (M, 3)."""

    chosen: IntArray
    distance: FloatArray
    out: FloatArray
    out_femur: FloatArray


def onset(inside: FloatArray, width: float) -> FloatArray:
    """How far to push what lies `inside` by so much: a parabola from `width` outside to `width` inside, then in full."""
    parabola = np.square(np.maximum(inside + width, 0.0)) / (4.0 * width)
    push: FloatArray = np.where(inside < width, parabola, inside)
    return push
