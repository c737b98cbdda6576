"""Drawn tubes pushed out of the bones after blending: between the solved poses a mixture of shapes may dip into bone.

Each bone is a small grid of distances from its surface. Rings move as a whole first, then every point of a muscle on its own; both
set in softly, so that nothing jerks when contact begins.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from visualiser.sections import spread_matrix, unit
from visualiser.typed import BoolArray, FloatArray

BONES = ("hip_bone", "femur", "tibia", "fibula")
COUNTS_MM = 0.1  # millimetres of distance in a count of the stored grids
GAP, ONSET = 0.0006, 0.0025  # metres left to the bone, and over which a push sets in
SPREAD_RINGS = 3.0
# Rounds in which whole rings move: proximal tendons and nerve can be deep in bone. Every second point of a ring feels for it.
ROUNDS, EVERY = {"hip_bone": 4, "femur": 3, "tibia": 1, "fibula": 2}, 2
HELD_RINGS = 4.0  # at either end of a muscle, that its attachment holds
# Added to a nerve's way out of the femur: it never passes in front of the neck.
BEHIND = np.array([-2.0, 0.0, 0.0])
# Proximal tendons go round the tuberosity below it, a little sideways, never to its medial face (they would slip inside the pelvis).
ISCHIAL_ESCAPE = np.array([-0.2, -0.7, 0.1])
STEADY = 6.0  # times it is added to the way out of the hip bone: one even direction, where the nearest surface would change sides


class BoneField:
    """Distance from a bone on a grid, read trilinearly; far from the surface it stays at the limit of what is stored. Metres."""

    def __init__(self, values: FloatArray, corner_mm: FloatArray, step_mm: float) -> None:
        self._values = (1e-3 * COUNTS_MM * values).astype(np.float32).ravel()
        self._count = np.array(values.shape)
        self._corner, self._step = 1e-3 * np.asarray(corner_mm), 1e-3 * step_mm
        _, y, z = values.shape
        self._strides = np.array([y * z, z, 1])
        self._cube = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) @ self._strides

    def near(self, points: FloatArray, distance: float) -> BoolArray:
        """Which points (P,) may lie nearer than `distance`: one look at the nearest point of the grid, which is never far off."""
        cell = np.clip(np.rint((points - self._corner) / self._step), 0.0, self._count - 1.0).astype(np.intp)
        close: BoolArray = self._values[cell @ self._strides] < distance + 0.9 * self._step
        return close

    def __call__(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance (P,) and its gradient (P, 3) at points (P, 3)."""
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
        gradient = np.stack(
            [rise_x[0] + (rise_x[1] - rise_x[0]) * z, along_y[0] + (along_y[1] - along_y[0]) * z, edge[1] - edge[0]],
            axis=1,
        )
        distance: FloatArray = edge[0] + (edge[1] - edge[0]) * z + beyond
        return distance, gradient / np.maximum(np.linalg.norm(gradient, axis=1, keepdims=True), 1e-9)


class Keepout:
    """The bones of the right leg as grids, and the parts of each tube that may meet them."""

    def __init__(self, baked: Mapping[str, Any]) -> None:
        self._fields = {
            bone: BoneField(baked[f"{bone}_field"], baked[f"{bone}_corner_mm"], float(baked["field_step_mm"]))
            for bone in BONES
        }

    def push_out(self, tubes: Sequence[tuple[str, FloatArray]], pelvis: FloatArray, tibia: FloatArray) -> None:
        """Move tubes out of the bones, in place.

        tubes         : names and rings (N, R, S, 3), femur frame
        pelvis, tibia : (N, 4, 4)  into the femur; the pelvis counted from the hip centre
        """
        to_femur = {"hip_bone": pelvis, "tibia": tibia, "fibula": tibia}
        for bone in BONES:
            parts = [part for name, rings in tubes if (part := _part(name, bone, rings)) is not None]
            for whole_rings in (True,) * ROUNDS[bone] + (False,):
                meeting = [part for part in parts if whole_rings or not part.thin]
                pushes = self._pushes(meeting, bone, to_femur.get(bone), EVERY if whole_rings else 1)
                if pushes is None:
                    break
                for part, push in zip(meeting, pushes, strict=True):
                    if not push.any():
                        continue
                    part.rings[...] += part.free[:, None, None] * (_ring_push(push) if whole_rings else push)

    def _pushes(
        self, parts: Sequence["Part"], bone: str, to_femur: FloatArray | None, every: int
    ) -> list[FloatArray] | None:
        """How far `every` so manieth point of each part must move to leave a bone (N, R, s, 3); None where all are clear.

        The way out of the hip bone is bent to where tendons leave the tuberosity, a nerve's way out of the femur to the back.
        """
        blocks = [part.rings[:, :, ::every].reshape(len(part.rings), -1, 3) for part in parts]
        points = np.concatenate(blocks, axis=1)
        if to_femur is not None:
            points = (points - to_femur[:, None, :3, 3]) @ to_femur[:, :3, :3]
        flat = points.reshape(-1, 3)
        near = np.nonzero(self._fields[bone].near(flat, GAP + ONSET))[0]
        distance, out = self._fields[bone](flat[near])
        inside = GAP - distance + ONSET  # a parabola from ONSET outside the gap to ONSET inside it, then in full
        if inside.max(initial=0.0) <= 0.0:
            return None
        depth = np.where(inside < 2.0 * ONSET, np.maximum(inside, 0.0) ** 2 / (4.0 * ONSET), inside - ONSET)
        if bone == "hip_bone":
            out = unit(np.stack([out[:, 0], out[:, 1], np.maximum(out[:, 2], 0.0)], axis=1) + STEADY * ISCHIAL_ESCAPE)
        if bone == "femur":
            thin = np.concatenate(
                [np.full(block.shape[1], part.thin) for part, block in zip(parts, blocks, strict=True)]
            )
            out = unit(out + np.where(np.tile(thin, len(points))[near, None], BEHIND, 0.0))
        push: FloatArray = np.zeros_like(flat)
        push[near] = depth[:, None] * out
        push = push.reshape(points.shape)
        if to_femur is not None:
            push = push @ np.swapaxes(to_femur[:, :3, :3], -1, -2)
        ends = np.cumsum([block.shape[1] for block in blocks])[:-1]
        return [
            own.reshape(*part.rings.shape[:2], -1, 3)
            for own, part in zip(np.split(push, ends, axis=1), parts, strict=True)
        ]


class Part(NamedTuple):
    """The rings (N, R, S, 3) of a tube that may meet a bone, a view, and how freely each moves (R,): attachments hold theirs."""

    rings: FloatArray
    free: FloatArray
    thin: bool


def _ring_push(push: FloatArray) -> FloatArray:
    """One push (N, R, 1, 3) for each ring, nearly the strongest that its points feel, spread to its neighbours."""
    weight = np.sqrt((push * push).sum(axis=-1, keepdims=True))
    own = (weight * push).sum(axis=2) / np.maximum(weight.sum(axis=2), 1e-9)
    spread: FloatArray = (spread_matrix(push.shape[1], SPREAD_RINGS) @ own)[:, :, None]
    return spread


def _part(name: str, bone: str, rings: FloatArray) -> Part | None:
    """The part of a tube that may meet a bone."""
    begin, end = _SPANS.get((name, bone), (0.0, 0.0))
    if end <= begin:
        return None
    count = rings.shape[1]
    span = slice(int(begin * count), int(np.ceil(end * count)))
    index, thin = np.arange(count)[span], name.endswith("nerve")
    held = 0.0 if thin else HELD_RINGS
    from_ends = np.minimum(index, count - 1 - index)
    free = np.clip(from_ends / held - 0.5, 0.0, 1.0) if held else np.minimum(from_ends, 1.0)
    return Part(rings[:, span], free, thin)


# Shares of each tube between which a bone can be met.
_SPANS = {
    **{(head, "hip_bone"): (0.0, 0.4) for head in ("semitendinosus", "semimembranosus", "biceps_femoris_long_head")},
    **{(head, "femur"): (0.05, 1.0) for head in ("semitendinosus", "semimembranosus", "biceps_femoris_long_head")},
    **{(head, "tibia"): (0.75, 1.0) for head in ("semitendinosus", "semimembranosus", "biceps_femoris_long_head")},
    ("biceps_femoris_short_head", "femur"): (0.0, 1.0),
    ("biceps_femoris_short_head", "tibia"): (0.75, 1.0),
    ("biceps_femoris_short_head", "fibula"): (0.75, 1.0),
    ("biceps_femoris_long_head", "fibula"): (0.75, 1.0),
    ("sciatic_nerve", "hip_bone"): (0.0, 0.6),
    ("sciatic_nerve", "femur"): (0.1, 1.0),
    **{(nerve, bone): (0.0, 1.0) for nerve in ("tibial_nerve", "common_fibular_nerve") for bone in BONES[1:]},
}
