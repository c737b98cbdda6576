"""Tight hamstrings: a limit on length, and what the body does when a movement asks for more.

The limit is given as the hip flexion at which the straight-kneed leg stops: it holds for each two-joint head as the length it has there.
When a pose would exceed it, the pelvis turns backwards and the lumbar spine flexes instead of the hip; when the pelvis has given all it
can, the movement stops there until the asked course comes back. Simplification: the limit is sharp, real resistance rises gradually.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visualiser.anatomy import muscles, skeleton
from visualiser.anatomy.definitions import Geometry, MuscleHead
from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, SIDES, TRUNK_COORDINATES, Side, degrees, radians
from visualiser.errors import VisualiserError
from visualiser.kinematics import HIP_FLEXION, LUMBAR_FLEXION, PELVIS_TILT
from visualiser.movement import Course, Movement, angles_at
from visualiser.paths import muscle_length
from visualiser.typed import BoolArray, FloatArray

# Tightness, hip flexion at which the straight leg stops, and the farthest backward tilt of the pelvis (degrees). Supple: the front leg
# of the splits. Middle: a leg raise of 90 is 64 of hip and 26 of pelvis (Bohannon 1985). Tight: 62, of which 40 and 22 (estimate
# from the classes of Muyor 2011: below 80 is reduced).
LEVELS = ((0.0, 112.0, -30.0), (0.5, 64.0, -26.0), (1.0, 40.0, -22.0))
_ONE_JOINT = "biceps_femoris_short_head"
_RATE = 120.0  # samples a second
_MOST_SAMPLES = 20_000
_ONSET = radians(0.7)  # ESTIMATE: the pelvis begins to give a little before the limit, so that nothing jerks
_SETTLE_S = 0.06  # ESTIMATE: how softly a movement comes to its stop
_SEARCH = radians(120.0)


def check_tightness(tightness: float) -> None:
    """Raise VisualiserError unless it is a number from 0 to 1."""
    if not 0.0 <= tightness <= 1.0:
        raise VisualiserError(f"tightness is {tightness:g}; 0 (supple) to 1 (very tight) is allowed.")


def limits(tightness: float) -> tuple[float, float]:
    """Hip flexion at which a straight leg stops, and the farthest backward tilt of the pelvis: radians."""
    check_tightness(tightness)
    knots = np.array(LEVELS)
    hip, tilt = (float(radians(np.interp(tightness, knots[:, 0], knots[:, i]))) for i in (1, 2))
    return hip, tilt


def excess(
    angles: FloatArray,
    tightness: float,
    *,
    heads: Sequence[MuscleHead] = muscles.HEADS,
    geometry: Geometry = skeleton.STANDARD,
) -> FloatArray:
    """By how much the hips are flexed beyond the limit: the turn of the pelvis that would just undo it, negative where there is room.

    angles          : (N, 17)  radians, as from `movement.angles_at`
    heads, geometry : of the body that moves
    returns         : (N,)     radians
    """
    straight = np.zeros(6)
    straight[HIP_FLEXION] = limits(tightness)[0]
    found = np.full(len(angles), -np.inf)
    for side in SIDES:
        leg = angles[:, LEG_SLICES[side]].copy()
        asked = leg[:, HIP_FLEXION].copy()
        for head in (head for head in heads if head.name != _ONE_JOINT):
            most = float(muscle_length(head, straight, geometry))
            low, high = np.full(len(leg), -_SEARCH), np.full(len(leg), _SEARCH)
            for _ in range(30):  # halving: 240 degrees to less than a millionth
                middle = (low + high) / 2
                # Beyond the range the arm of the hip would change its sign: there is room, or too much, all the same.
                leg[:, HIP_FLEXION] = np.clip(asked - middle, radians(-60.0), radians(118.0))
                too_long = muscle_length(head, leg, geometry) > most
                low, high = np.where(too_long, middle, low), np.where(too_long, high, middle)
            found = np.maximum(found, (low + high) / 2)
    return found


def limited(
    movement: Movement,
    tightness: float,
    *,
    heads: Sequence[MuscleHead] = muscles.HEADS,
    geometry: Geometry = skeleton.STANDARD,
) -> Movement:
    """The movement as a person of a given tightness would do it: 0 supple, 0.5 normal, 1 very tight.

    heads, geometry : of the body that moves
    raises          : VisualiserError if the tightness is outside 0 to 1
    """
    check_tightness(tightness)
    count = int(np.clip(round(movement.duration_s * _RATE) + 1, 3, _MOST_SAMPLES))
    time = np.linspace(0.0, movement.duration_s, count)
    asked = angles_at(movement, time)
    asked[-1] = asked[0] if movement.cycle else asked[-1]
    over = excess(asked, tightness, heads=heads, geometry=geometry)
    # The pelvis has given all it can, or has turned the other thigh back as far as its hip allows.
    lowest_hip = radians(skeleton.limits_deg(LEG_COORDINATES[HIP_FLEXION])[0])
    hips = [LEG_SLICES[side].start + HIP_FLEXION for side in SIDES]
    no_more = (asked[:, PELVIS_TILT] - over < limits(tightness)[1]) | (asked[:, hips].min(axis=1) - over < lowest_hip)
    beyond = (over > 0.0) & no_more
    smooth = asked
    if beyond.any():
        smooth = asked - _softened(asked - _stopped(asked, beyond), time, movement.cycle)
        over = excess(smooth, tightness, heads=heads, geometry=geometry)
    given = _ONSET * np.logaddexp(0.0, over / _ONSET)
    done = smooth.copy()
    done[:, PELVIS_TILT] -= given
    most_lumbar = radians(skeleton.limits_deg(TRUNK_COORDINATES[LUMBAR_FLEXION])[1])
    done[:, LUMBAR_FLEXION] = np.minimum(done[:, LUMBAR_FLEXION] + given, most_lumbar)
    done[:, hips] = np.maximum(done[:, hips] - given[:, None], lowest_hip)
    return replace(movement, course=Course(time, done))


def _stopped(asked: FloatArray, beyond: BoolArray) -> FloatArray:
    """The asked course, standing still where the pelvis can give no more: between the last pose before and the first one after."""
    if beyond.all():
        return np.repeat(asked[:1], len(asked), axis=0)
    rows = np.arange(len(asked))
    before = np.maximum.accumulate(np.where(beyond, -1, rows))
    after = np.minimum.accumulate(np.where(beyond, len(asked), rows)[::-1])[::-1]
    before, after = np.where(before < 0, after, before), np.where(after >= len(asked), before, after)
    share = np.where(after > before, (rows - before) / np.maximum(after - before, 1), 0.0)[:, None]
    held: FloatArray = asked[before] + share * (asked[after] - asked[before])
    return held


def _softened(held_back: FloatArray, time: FloatArray, cycle: bool) -> FloatArray:
    """What a stop takes away from the asked course, with its beginning and end made soft; elsewhere nothing changes."""
    from scipy.ndimage import gaussian_filter1d

    spread = _SETTLE_S / (time[1] - time[0])
    if cycle:
        smooth = gaussian_filter1d(held_back[:-1], spread, axis=0, mode="wrap")
        return np.vstack([smooth, smooth[:1]])
    softened: FloatArray = gaussian_filter1d(held_back, spread, axis=0, mode="nearest")
    return softened


def leg_to_couch(angles: FloatArray, side: Side) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Angle of the leg to the couch, and the shares of hip and pelvis in it.

    angles  : (N, 16) or (N, 17)  radians
    returns : three (N,)          degrees
    """
    hip = degrees(angles[:, LEG_SLICES[side].start + HIP_FLEXION])
    pelvis = -degrees(angles[:, PELVIS_TILT])
    return hip + pelvis, hip, pelvis
