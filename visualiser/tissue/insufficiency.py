"""Active insufficiency: a head that is short already has no force left to shorten further.

The two-joint heads bend the knee only as far as their shortest usable length allows. With the hip extended they are short before the knee
bends at all, so that it stops early; with the hip flexed there is length to spare. The short head, which knows the knee alone, is not
limited so. Simplification: the limit is sharp, real force fades on the way there; what the thigh's swing or a hand adds is passive and
goes farther.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visualiser.anatomy import muscles, skeleton
from visualiser.anatomy.definitions import Geometry, MuscleHead
from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, SIDES, Side, radians
from visualiser.kinematics import KNEE_FLEXION
from visualiser.movements.movement import Course, Movement, angles_at, softened
from visualiser.tissue.paths import muscle_length
from visualiser.typed import BoolArray, FloatArray

# ESTIMATE (textbooks, from memory): with the hip straight the hamstrings bend the knee by themselves to 105 to 115 degrees, while a hand
# brings the heel to the buttock. What the two-joint heads measure there is their shortest usable length.
STRAIGHT_HIP_KNEE_DEG = 110.0
ACTIVE_RANGE_DEG = 140.0  # ESTIMATE: here calf meets thigh, whatever the hamstrings could do
_ONE_JOINT = "biceps_femoris_short_head"
_PULLING = ("concentric", "isometric")
_RATE = 120.0  # samples a second
_MOST_SAMPLES = 20_000
_SETTLE_S = 0.05  # ESTIMATE: how softly the knee comes to its stop


def shortest_usable_length(head: MuscleHead, geometry: Geometry = skeleton.STANDARD) -> float:
    """Length at which a head has no force left to shorten further, metres.

    source : ESTIMATE, see STRAIGHT_HIP_KNEE_DEG
    """
    leg = np.zeros(len(LEG_COORDINATES))
    leg[KNEE_FLEXION] = radians(STRAIGHT_HIP_KNEE_DEG)
    return float(muscle_length(head, leg, geometry))


def active_knee_limit(
    leg: FloatArray, *, heads: Sequence[MuscleHead] = muscles.HEADS, geometry: Geometry = skeleton.STANDARD
) -> FloatArray:
    """How far the two-joint heads can bend the knee by their own force with the hip as it is: until the first of them is too short.

    leg             : (N, 6)  radians, order of `conventions.LEG_COORDINATES`; its knee flexion does not matter
    heads, geometry : of the body that moves
    returns         : (N,)    radians, at most ACTIVE_RANGE_DEG
    """
    most = float(radians(ACTIVE_RANGE_DEG))
    bent = leg.copy()
    found = np.full(len(leg), most)
    for head in (head for head in heads if head.name != _ONE_JOINT):
        shortest = shortest_usable_length(head, geometry)
        low, high = np.zeros(len(leg)), np.full(len(leg), most)
        for _ in range(24):  # halving: 140 degrees to a hundred thousandth
            middle = (low + high) / 2
            bent[:, KNEE_FLEXION] = middle
            can = muscle_length(head, bent, geometry) > shortest
            low, high = np.where(can, middle, low), np.where(can, high, middle)
        found = np.minimum(found, high)
    return found


def limited(
    movement: Movement, *, heads: Sequence[MuscleHead] = muscles.HEADS, geometry: Geometry = skeleton.STANDARD
) -> Movement:
    """The movement with knees that stop where their own hamstrings, pulling, reach the shortest usable length.

    Only phases in which a two-joint head shortens or holds under load count; the same movement comes back where nothing is too short.
    """
    count = int(np.clip(round(movement.duration_s * _RATE) + 1, 3, _MOST_SAMPLES))
    time = np.linspace(0.0, movement.duration_s, count)
    angles = angles_at(movement, time)
    angles[-1] = angles[0] if movement.cycle else angles[-1]
    held_back = np.zeros((count, len(SIDES)))
    for i, side in enumerate(SIDES):
        pulling = _pulls(movement, time, side)
        if pulling.any():
            leg = angles[:, LEG_SLICES[side]]
            over = leg[:, KNEE_FLEXION] - active_knee_limit(leg, heads=heads, geometry=geometry)
            held_back[:, i] = np.where(pulling, np.maximum(over, 0.0), 0.0)
    if not held_back.any():
        return movement
    soft = softened(held_back, time, movement.cycle, _SETTLE_S)
    for i, side in enumerate(SIDES):
        angles[:, LEG_SLICES[side].start + KNEE_FLEXION] -= soft[:, i]
    return replace(movement, course=Course(time, angles))


def _pulls(movement: Movement, time: FloatArray, side: Side) -> BoolArray:
    """When (N,) the two-joint heads of a side shorten or hold under load; of the other leg only where it does the same later."""
    if side is not movement.side:
        if movement.other_leg_shift is None:
            return np.zeros(len(time), dtype=bool)
        time = time - movement.other_leg_shift * movement.duration_s
        time = np.mod(time, movement.duration_s) if movement.cycle else time
    pulling = np.zeros(len(time), dtype=bool)
    for phase in movement.phases:
        if any(doing in _PULLING for head, doing in phase.activity if head != _ONE_JOINT):
            pulling |= (time >= phase.start_s) & (time <= phase.end_s)
    return pulling
