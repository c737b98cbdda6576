"""The sciatic nerve: the guides that it follows in a pose, and how it slides and stretches in its bed.

Mechanics: the bed around the nerve is stretched and slackened where joints move it. The nerve, an elastic string that is softer while
it is wavy, is held along its whole length by the shear of that bed, so what happens at a joint fades with the distance from it. The bed
holds less than in proportion where the nerve slides far, so in deep flexion more of its length shares the stretch. Roots and foot hold
its ends. Ankle dorsiflexion lengthens the bed below the knee and therefore strains the nerve, but no hamstring.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.linalg import solveh_banded

from visualiser.anatomy.definitions import Guide
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.conventions import metres
from visualiser.kinematics import (
    ANKLE_DORSIFLEXION,
    HIP_ADDUCTION,
    HIP_FLEXION,
    HIP_ROTATION,
    KNEE_FLEXION,
    TIBIAL_ROTATION,
    femur_to_pelvis,
    tibia_to_femur,
)
from visualiser.tissue.sections import resampled
from visualiser.typed import FloatArray

BED_POINTS, FOOT_STEPS = 121, 12  # points of the bed from spine to ankle, and the steps above it that feel the ankle
NEWTON_STEPS, SETTLED = 12, 1e-11  # metres; steps shrink quadratically, so nothing that counts is left
BLOCK = 256  # poses worth solving at once: more do not fit into the processor's cache
FEW_POSES = 32  # below that many it is faster to solve pose by pose
# Metres of nerve as yielding as roots and dura together. Fitted: the fifth lumbar root then moves by 3.5 mm in a leg raise, where ten
# cadavers had 0.5 to 5 (Smith 1993).
ROOT_YIELD = 0.06
SLACK_BEND, WAVY_SHARE = (
    0.004,
    0.6,
)  # strain over which waves are drawn out, and how stiff a wavy nerve is: fitted, see below
# A stretched nerve stiffens: from STIFFENS_FROM on its stiffness rises by STIFFENS_BY per unit of strain (to double it within two per
# cent). ESTIMATE after the curved stress-strain line that isolated nerves show; more of the length then shares what a joint asks.
STIFFENS_FROM, STIFFENS_BY = 0.055, 60.0
MID_THIGH = -0.200  # metres below the hip centre, where excursion is measured by ultrasound
SCIATIC_TOP, SCIATIC_END = 0.02, -0.40
BED_YIELD = (
    0.030  # metres of sliding at which the bed holds a nerve with 0.7 of what its first stiffness promises: ESTIMATE
)


def guide_points(guides: tuple[Guide, ...], leg: FloatArray) -> FloatArray:
    """Guides of a nerve in one pose: each turns with its share of hip and knee.

    leg     : (..., 6)     radians
    returns : (..., G, 3)  metres, femur frame
    """
    leg = np.asarray(leg, dtype=np.float64)
    standing = tibia_to_femur(np.zeros(6))
    points = []
    for guide in guides:
        point = metres(guide.point_mm)
        if guide.hip_share < 1.0:
            hip = leg.copy()
            hip[..., :3] *= 1.0 - guide.hip_share
            turned = np.swapaxes(femur_to_pelvis(hip)[..., :3, :3], -1, -2) @ point
        else:
            turned = np.broadcast_to(point, (*leg.shape[:-1], 3))
        if guide.knee_share > 0.0:
            knee = leg.copy()
            knee[..., [KNEE_FLEXION, TIBIAL_ROTATION]] *= guide.knee_share
            on_tibia = standing[:3, :3].T @ (point - standing[:3, 3])
            moved = tibia_to_femur(knee)
            turned = moved[..., :3, :3] @ on_tibia + moved[..., :3, 3]
        points.append(turned)
    return np.stack(points, axis=-2)


def curve_through(points: FloatArray, count: int) -> FloatArray:
    """A smooth curve (count, 3) of equal steps through points (G, 3); centripetal knots keep it from looping at close ones."""
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(points, axis=0), axis=1)))])
    return resampled(CubicSpline(knots, points)(np.linspace(0.0, knots[-1], 4 * count)), np.linspace(0.0, 1.0, count))


class NerveState(NamedTuple):
    """The nerve from spine to foot: `level` (K,) of its points below the hip centre in upright standing, metres (negative distally),
    strain (..., K - 1) between the points, and excursion (..., K) of each point in its bed, metres, distal positive.

    Slack counts as zero strain. Both count from the nerve's own rest length, not from upright standing.
    """

    level: FloatArray
    strain: FloatArray
    excursion: FloatArray


def nerve_state(leg: FloatArray) -> NerveState:
    """How far the sciatic and tibial nerve slides and stretches along its length.

    leg     : (..., 6)  radians
    source  : how much hip flexion asks for is that of Robinson & Probyn 2019; bed length, slack and WAVY_SHARE were fitted to the
              excursions of Ridehalgh 2014 (9.9 and 12.4 mm for knee 90 to 0 with the hip at 30 and 60) and to 6-8 % at a straight-leg
              raise, ROOT_YIELD to Smith 1993; they are no independent result
    """
    leg = np.asarray(leg, dtype=np.float64)
    length = _bed_lengths(leg.reshape(-1, 6))
    standing, rest = _standing_bed()
    offered = length / rest - 1.0 - SCIATIC_NERVE.slack
    shift = np.zeros((len(length), len(rest) + 1))
    held = np.convolve(rest, (0.5, 0.5)) / metres(SCIATIC_NERVE.bed_length_mm) ** 2
    for _ in range(NEWTON_STEPS):
        strain = offered + np.diff(shift, axis=1) / rest
        pull, stiffness = _tension(strain)
        # The roots yield a little to the pull at the first point; the foot holds the last one.
        pull = np.concatenate([shift[:, :1] / ROOT_YIELD, pull], axis=1)
        grip = np.concatenate([np.full((len(pull), 1), 1.0 / ROOT_YIELD), stiffness / rest], axis=1)
        softer = np.sqrt(1.0 + (shift[:, :-1] / BED_YIELD) ** 2)
        residual = np.diff(pull, axis=1) - held[:-1] * shift[:, :-1] / softer
        step = _tridiagonal(grip[:, :-1], grip[:, :-1] + grip[:, 1:] + held[:-1] / softer**3, grip[:, 1:], residual)
        shift[:, :-1] += step
        if np.abs(step).max(initial=0.0) < SETTLED:
            break
    strain = np.maximum(offered + np.diff(shift, axis=1) / rest, 0.0)
    lead = leg.shape[:-1]
    return NerveState(standing[:, 1], strain.reshape(*lead, len(rest)), shift.reshape(*lead, len(rest) + 1))


def nerve_strain(leg: FloatArray) -> FloatArray:
    """Largest strain (...) of the sciatic nerve between foramen and knee, for poses (..., 6): 0.06 is 6 per cent."""
    return largest_strain(nerve_state(leg))


def largest_strain(state: NerveState) -> FloatArray:
    """Largest strain (...) of the sciatic nerve between foramen and knee."""
    middle = 0.5 * (state.level[1:] + state.level[:-1])
    largest: FloatArray = state.strain[..., (middle < SCIATIC_TOP) & (middle > SCIATIC_END)].max(axis=-1)
    return largest


def nerve_excursion(leg: FloatArray, level: float = MID_THIGH) -> FloatArray:
    """How far (...) the nerve has slid in its bed at a level of the thigh since upright standing, metres, distal positive."""
    return slid_at(nerve_state_since_standing(leg), level)


def slid_at(state: NerveState, level: float = MID_THIGH) -> FloatArray:
    """Excursion (...) at a level, metres."""
    slid: FloatArray = state.excursion[..., int(np.argmin(np.abs(state.level - level)))]
    return slid


def nerve_state_since_standing(leg: FloatArray) -> NerveState:
    """The nerve in poses (..., 6) with excursions counted from upright standing, as everything tells them that measures or colours."""
    state = nerve_state(leg)
    return state._replace(excursion=state.excursion - _standing_excursion())


@lru_cache
def _standing_excursion() -> FloatArray:
    """Excursion (K,) in upright standing."""
    return nerve_state(np.zeros(6)).excursion


def _tension(strain: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Tension per stiffness and its slope: softer while the nerve is wavy, stiffer where it is stretched, with smooth bends between."""
    root = np.sqrt(strain**2 + SLACK_BEND**2)
    beyond = np.maximum(strain - STIFFENS_FROM, 0.0)
    pull = 0.5 * ((1.0 + WAVY_SHARE) * strain + (1.0 - WAVY_SHARE) * root) + 0.5 * STIFFENS_BY * beyond**2
    return pull, 0.5 * ((1.0 + WAVY_SHARE) + (1.0 - WAVY_SHARE) * strain / root) + STIFFENS_BY * beyond


def _tridiagonal(below: FloatArray, middle: FloatArray, above: FloatArray, right: FloatArray) -> FloatArray:
    """Solutions (N, K) of N symmetric systems with diagonal `middle` (N, K) and off-diagonals -below[:, 1:] = -above[:, :-1]."""
    if 0 < len(middle) < FEW_POSES:
        bands = np.stack([-below, middle], axis=1)
        return np.stack([solveh_banded(own, value) for own, value in zip(bands, right, strict=True)])
    middle, right = middle.copy(), right.copy()
    count = middle.shape[1]
    for i in range(1, count):
        share = below[:, i] / middle[:, i - 1]
        middle[:, i] -= share * above[:, i - 1]
        right[:, i] += share * right[:, i - 1]
    right[:, -1] /= middle[:, -1]
    for i in range(count - 2, -1, -1):
        right[:, i] = (right[:, i] + above[:, i] * right[:, i + 1]) / middle[:, i]
    return right


@lru_cache
def _bed_knots() -> tuple[FloatArray, FloatArray]:
    """Curve parameter of the guides of the bed (G,), and of its points (K,) at equal steps in upright standing."""
    guides = guide_points(_bed_guides(), np.zeros(6))
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(guides, axis=0), axis=1)))])
    fine = np.linspace(0.0, knots[-1], 2000)
    travelled = np.concatenate(
        [[0.0], np.cumsum(np.linalg.norm(np.diff(CubicSpline(knots, guides)(fine), axis=0), axis=1))]
    )
    return knots, np.interp(np.linspace(0.0, travelled[-1], BED_POINTS), travelled, fine)


def _bed_guides() -> tuple[Guide, ...]:
    """Guides of the bed from the fifth lumbar root over sciatic and tibial nerve to the ankle."""
    root = next(root for root in SCIATIC_NERVE.roots if root.level == "L5")
    return (
        Guide(root.point_mm, 0.0, 0.0),
        *SCIATIC_NERVE.trunk,
        *SCIATIC_NERVE.divisions[0].guides,
        *SCIATIC_NERVE.distal_guides,
    )


def _bed(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points (N, K, 3) of the bed, and lengths (N, K - 1) between them; the last one reaches into the foot and takes the ankle's pull."""
    knots, at = _bed_knots()
    points = CubicSpline(knots, guide_points(_bed_guides(), rows), axis=1)(at)
    length = np.linalg.norm(np.diff(points, axis=1), axis=2)
    ankle = metres(SCIATIC_NERVE.ankle_arm_mm) * rows[:, ANKLE_DORSIFLEXION]
    length[:, -FOOT_STEPS:] += ankle[:, None] / FOOT_STEPS
    return points, length


def _bed_lengths(rows: FloatArray) -> FloatArray:
    """Lengths (N, K - 1) of the bed whose nerve lies as near the hip's axis as scans have it.

    The drawn nerve has to keep clear of bone and muscle and stands a little farther out; what the hip asks of it is scaled accordingly.
    """
    _, drawn = _bed(rows)
    _, straight = _bed(_hip_at_rest(rows))
    return straight + _hip_share() * (drawn - straight)


def _hip_at_rest(rows: FloatArray) -> FloatArray:
    still = rows.copy()
    still[:, [HIP_FLEXION, HIP_ADDUCTION, HIP_ROTATION]] = 0.0
    return still


@lru_cache
def _hip_share() -> float:
    """What 90 degrees of hip flexion ask of the nerve, over what they would ask along the guides."""
    flexed = np.zeros((1, 6))
    flexed[0, HIP_FLEXION] = np.pi / 2
    along_guides = float(_bed(flexed)[1].sum() - _standing_bed()[1].sum())
    return float(metres(SCIATIC_NERVE.hip_travel_mm)) / along_guides


@lru_cache
def _standing_bed() -> tuple[FloatArray, FloatArray]:
    """Points (K, 3) of the bed and lengths (K - 1,) between them in upright standing."""
    points, length = _bed(np.zeros((1, 6)))
    return points[0], length[0]
