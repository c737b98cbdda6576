"""Tight hamstrings: a limit on length, and what the body does when a movement asks for more.

The limit is given as the hip flexion at which the straight-kneed leg stops: it holds for each two-joint head as the length it has there.
When a pose would exceed it, the pelvis turns backwards and the lumbar spine flexes instead of the hip; when the pelvis has given all it
can, the body stops on its way from its slackest pose to the one asked for. Simplification: the limit is sharp, real resistance rises
gradually; only a seated pelvis, which nothing holds, gives way before.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from visualiser.anatomy import muscles, skeleton
from visualiser.anatomy.definitions import Geometry, MuscleHead
from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, SIDES, TRUNK_COORDINATES, Side, degrees, radians
from visualiser.errors import VisualiserError
from visualiser.kinematics import HIP_FLEXION, LUMBAR_FLEXION, PELVIS_TILT
from visualiser.movements.movement import Course, Movement, angles_at, softened
from visualiser.tissue.paths import muscle_length
from visualiser.typed import BoolArray, FloatArray

# Tightness, hip flexion at which the straight leg stops, and the farthest backward tilt of the pelvis (degrees). Supple: the front leg
# of the splits. Middle: a leg raise of 90 is 64 of hip and 26 of pelvis (Bohannon 1985). Tight: 62, of which 40 and 22 (estimate
# from the classes of Muyor 2011: below 80 is reduced).
LEVELS = ((0.0, 112.0, -30.0), (0.5, 64.0, -26.0), (1.0, 40.0, -22.0))
_ONE_JOINT = "biceps_femoris_short_head"
_RATE = 120.0  # samples a second
_MOST_SAMPLES = 20_000
_ONSET = radians(0.7)  # ESTIMATE: the pelvis begins to give a little before the limit, so that nothing jerks
# ESTIMATE: a seated pelvis balances on its tuberosities, with nothing to hold it. The pull that rises before the limit turns it already:
# from middling tightness on ever earlier, at the end 12 degrees before.
_SEATED_ONSET = radians(12.0)
_SETTLE_S = 0.06  # ESTIMATE: how softly a movement comes to its stop
_SEARCH = radians(120.0)
_WORTH_SAYING_DEG = 1.0
_NUMBERED = re.compile(r"\d[\d.,]*( to [\d.,]+)? ?[°%]")
_ARM_M = 0.055  # of the long heads at 40 to 64 degrees of hip flexion, see docs/muscles.md


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

    Room is told as length to spare over an arm of the hip that does not change: near full hip flexion the turn itself would leap.

    angles          : (N, 17)  radians, as from `movement.angles_at`
    heads, geometry : of the body that moves
    returns         : (N,)     radians
    """
    body = _Stretched(tightness, heads, geometry)
    found = body.over(angles, np.zeros(len(angles))) / _ARM_M
    beyond = found > 0.0
    if beyond.any():
        rows = angles[beyond]
        low, high = np.zeros(len(rows)), np.full(len(rows), _SEARCH)
        for _ in range(24):  # halving: 120 degrees to a hundred thousandth
            middle = (low + high) / 2
            too_long = body.over(rows, middle) > 0.0
            low, high = np.where(too_long, middle, low), np.where(too_long, high, middle)
        found[beyond] = (low + high) / 2
    return found


class _Stretched:
    """The two-joint heads of a body with the lengths that a tightness allows them."""

    def __init__(self, tightness: float, heads: Sequence[MuscleHead], geometry: Geometry) -> None:
        straight = np.zeros(6)
        straight[HIP_FLEXION] = limits(tightness)[0]
        self._geometry = geometry
        self._most = {head: float(muscle_length(head, straight, geometry)) for head in heads if head.name != _ONE_JOINT}

    def over(self, angles: FloatArray, turned: FloatArray) -> FloatArray:
        """How much longer than allowed the worst head of either leg is when the pelvis has turned back by so much: (N,) metres.

        angles : (N, 17)  radians
        turned : (N,)     radians
        """
        found = np.full(len(angles), -np.inf)
        same = bool((angles[:, LEG_SLICES[SIDES[0]]] == angles[:, LEG_SLICES[SIDES[1]]]).all())
        for side in SIDES[:1] if same else SIDES:
            leg = angles[:, LEG_SLICES[side]].copy()
            # Beyond the range the arm of the hip would change its sign: there is room, or too much, all the same.
            leg[:, HIP_FLEXION] = np.clip(leg[:, HIP_FLEXION] - turned, radians(-60.0), radians(118.0))
            for head, most in self._most.items():
                found = np.maximum(found, muscle_length(head, leg, self._geometry) - most)
        return found


def onset_of(movement: Movement, tightness: float) -> float:
    """How long before the limit the pelvis begins to give: a seated one early, any other hardly before, radians."""
    if not movement.support.endswith("seat") and movement.posture != "seated":
        return float(_ONSET)
    return float(np.interp(tightness, (0.5, 1.0), (_ONSET, _SEATED_ONSET)))


def give(over: FloatArray, onset: float) -> FloatArray:
    """How far the pelvis gives: nothing far below the limit, all of the excess far beyond it, smoothly in between; radians."""
    given: FloatArray = onset * np.logaddexp(0.0, over / onset)
    return given


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
    onset = onset_of(movement, tightness)
    lowest_hip = radians(skeleton.limits_deg(LEG_COORDINATES[HIP_FLEXION])[0])
    hips = [LEG_SLICES[side].start + HIP_FLEXION for side in SIDES]

    stretched = _Stretched(tightness, heads, geometry)

    def can(angles: FloatArray) -> BoolArray:
        """Whether the pelvis has enough to give, and does not turn the other thigh back farther than its hip allows."""
        room = np.minimum(angles[:, PELVIS_TILT] - limits(tightness)[1], angles[:, hips].min(axis=1) - lowest_hip)
        return stretched.over(angles, np.maximum(_undone(room, onset), 0.0)) <= 0.0

    slack = asked[int(np.argmin(excess(asked, 1.0, heads=heads, geometry=geometry)))]
    held_back = _held_back(asked, slack, can)
    smooth = asked - softened(held_back, time, movement.cycle, _SETTLE_S) if held_back.any() else asked
    over = excess(smooth, tightness, heads=heads, geometry=geometry)
    given = give(over, onset)
    done = smooth.copy()
    done[:, PELVIS_TILT] -= given
    most_lumbar = radians(skeleton.limits_deg(TRUNK_COORDINATES[LUMBAR_FLEXION])[1])
    done[:, LUMBAR_FLEXION] = np.minimum(done[:, LUMBAR_FLEXION] + given, most_lumbar)
    done[:, hips] = np.maximum(done[:, hips] - given[:, None], lowest_hip)
    changed = degrees(np.abs(done - asked).max(axis=1)) > _WORTH_SAYING_DEG
    phases = tuple(
        replace(phase, caption=still_true(phase.caption))
        if changed[(time >= phase.start_s) & (time <= phase.end_s)].any()
        else phase
        for phase in movement.phases
    )
    return replace(movement, course=Course(time, done), phases=phases)


def still_true(caption: str) -> str:
    """What of a caption holds when the movement is another: angles and lengths of the movement as written do not.

    'Leg at 70°: hip and pelvis' and 'New range: leg at 78°' become 'As far as the hamstrings allow' and 'New range'.
    """
    if not _NUMBERED.search(caption):
        return caption
    for mark in (":", ","):
        before = caption.partition(mark)[0].strip()
        if not _NUMBERED.search(before) and before != caption:
            return before
    return "As far as the hamstrings allow"


def _undone(given: FloatArray, onset: float) -> FloatArray:
    """The excess at which the pelvis gives so much: `give` the other way round; far below zero where it has nothing to give."""
    ratio = np.maximum(given, 1e-9) / onset
    over: FloatArray = onset * np.where(ratio > 30.0, ratio, np.log(np.expm1(np.minimum(ratio, 30.0))))
    return over


def _held_back(asked: FloatArray, slack: FloatArray, can: Callable[[FloatArray], BoolArray]) -> FloatArray:
    """What a body that can go no farther leaves undone of the asked course (N, 17): on the way from its slackest pose it stops."""
    held_back = np.zeros_like(asked)
    stopped = ~can(asked)
    wanted = asked[stopped] - slack
    low, high = np.zeros(len(wanted)), np.ones(len(wanted))
    for _ in range(14):  # halving: to a ten thousandth of the way
        middle = (low + high) / 2
        reached = can(slack + middle[:, None] * wanted)
        low, high = np.where(reached, middle, low), np.where(reached, high, middle)
    held_back[stopped] = (1.0 - low)[:, None] * wanted
    return held_back


def leg_to_couch(angles: FloatArray, side: Side) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Angle of the leg to the couch, and the shares of hip and pelvis in it.

    angles  : (N, 16) or (N, 17)  radians
    returns : three (N,)          degrees
    """
    hip = degrees(angles[:, LEG_SLICES[side].start + HIP_FLEXION])
    pelvis = -degrees(angles[:, PELVIS_TILT])
    return hip + pelvis, hip, pelvis
