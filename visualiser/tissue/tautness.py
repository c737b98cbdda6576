"""Centrelines as taut as tendons and as long as their lines of action, so that what is drawn shortens as what is measured.

Heads that make room for bone and for each other are pushed about; without these three steps they keep every bend, and their tendons
cut the corner at the bent knee, up to 15 mm short of their lines. All three are small steps, taken again and again between the pushes;
rings that lie on bone take no part.
"""

from functools import lru_cache

import numpy as np

from visualiser.anatomy.definitions import MuscleHead
from visualiser.anatomy.muscles import HEADS
from visualiser.conventions import metres
from visualiser.easing import ease
from visualiser.kinematics import KNEE_FLEXION, beside_flexion
from visualiser.tissue.crowding import HELD
from visualiser.tissue.paths import muscle_lengths
from visualiser.tissue.restshapes import RINGS, rest_positions
from visualiser.tissue.sections import unit
from visualiser.tissue.strain import parted
from visualiser.typed import FloatArray

STRAIGHTENING = 0.15  # share of its fine bends that a centreline loses in a step
FINE_RINGS, BOW_RINGS, BROAD_RINGS = 1.5, 2.5, 6.0  # widths of what counts as a fine bend, a bow and a broad bow
# What takes up length: tendons at the knee go nearer to its axis or farther from it, and bows deepen or flatten. Metres of the one and
# share of the other that cost alike: ESTIMATE, so that in a bent knee it is nearly all done there, in a straight one by bows.
KNEE_UNIT, BOW_UNIT, SLACK_UNIT = 0.004, 0.08, 0.0005
FARTHEST_AT_KNEE, MOST_OF_BOW = 0.003, 0.3  # metres, and share of a bow, in a step: beyond, lengths change otherwise
BENT = np.radians(45.0)  # from which a knee is bent in full in this sense
BESIDE = np.radians(15.0)  # from which a turn out of the plane of the flexions frees heads of their lines
# Metres of length made up in a step, and taken off: a head whose line asks for less than the way round the bones presses no harder.
MOST_MADE_UP, MOST_TAKEN_OFF = 0.004, 0.0012
SLIDE, LONGEST_SLIDE = 0.7, 0.003
# Shares of a head between which its tendon feels the knee: it sets in along the belly's end, and the insertion stays.
KNEE_FROM, KNEE_FULL, KNEE_TO = 0.60, 0.86, 0.90

# How much rings take part: those that lie on bone do not, and of an origin, which fans out over a ridge, not those below it either.
FREE = HELD * np.clip((np.arange(RINGS) - 2) / 4.0, 0.0, 1.0)


def lengths(centres: FloatArray) -> FloatArray:
    """Lengths (...) of centrelines (..., R, 3)."""
    found: FloatArray = np.linalg.norm(np.diff(centres, axis=-2), axis=-1).sum(axis=-1)
    return found


def lengthening(legs: FloatArray) -> FloatArray:
    """How much longer (N, H) than in upright standing the lines of action are in poses (N, 6), metres."""
    longer: FloatArray = muscle_lengths(HEADS, legs) - muscle_lengths(HEADS, np.zeros((1, legs.shape[1])))
    return longer


def straighten(centres: FloatArray) -> None:
    """Take a little off the fine bends of centrelines (N, H, R, 3), in place."""
    centres -= STRAIGHTENING * FREE[:, None] * (centres - _smoothing(FINE_RINGS) @ centres)


def bring_to_length(centres: FloatArray, wanted: FloatArray, legs: FloatArray) -> None:
    """Bring centrelines (N, H, R, 3) in poses (N, 6) nearer to lengths `wanted` (N, H), in place; their ends stay.

    That holds for flexion. The more a joint turns out of its plane, the less is done: a line may slide over the ischium there in ways in
    which no muscle can follow it.

    Two motions share the task, each as much as it is good for: towards the axis of a bent knee, and along the bows. Behind a straight knee
    a tendon stays where it is: it would slip between the condyles.
    """
    to_axis = np.zeros_like(centres)
    to_axis[..., :2] = _knee_axis() - centres[..., :2]
    bows = (_smoothing(BOW_RINGS) - _smoothing(BROAD_RINGS)) @ centres
    # Only across the line: along it rings would slide far and change no length.
    motions = tuple(_across(centres, motion) for motion in (_at_knee() * unit(to_axis), FREE[:, None] * bows))
    along = unit(np.diff(centres, axis=2))
    rates = [(along * np.diff(motion, axis=2)).sum(axis=(2, 3)) for motion in motions]
    bent = ease(legs[:, KNEE_FLEXION] / BENT)[:, None]
    powers = [np.square(bent * KNEE_UNIT) * rates[0], np.square(BOW_UNIT) * rates[1]]
    whole = powers[0] * rates[0] + powers[1] * rates[1] + np.square(SLACK_UNIT)
    step = (
        (1.0 - ease(beside_flexion(legs)[:, None] / BESIDE))
        * np.clip(wanted - lengths(centres), -MOST_TAKEN_OFF, MOST_MADE_UP)
        / whole
    )
    for motion, power, most in zip(motions, powers, (FARTHEST_AT_KNEE, MOST_OF_BOW), strict=True):
        centres += np.clip(step * power, -most, most)[..., None, None] * motion


def ring_shares(head: MuscleHead, stretched: FloatArray) -> FloatArray:
    """Where rings lie (N, R), shares of its length, in a head `stretched` (N,) times its length in standing: tendons nearly keep theirs."""
    begin, end = head.tube.belly
    whole, rest = stretched[:, None], rest_positions()
    tendon, belly = parted(head, whole)
    posed = np.where(rest < begin, rest * tendon, begin * tendon + (rest - begin) * belly)
    shares: FloatArray = np.where(rest > end, whole - (1.0 - rest) * tendon, posed) / whole
    return shares


def space_out(centres: FloatArray, shares: FloatArray) -> None:
    """Slide rings along centrelines (N, H, R, 3), in place, towards their shares (N, H, R) of the length: tendons stay tendons."""
    steps = np.linalg.norm(np.diff(centres, axis=2), axis=-1)
    at = np.concatenate([np.zeros_like(steps[..., :1]), np.cumsum(steps, axis=-1)], axis=-1)
    slide = np.clip(SLIDE * (shares * at[..., -1:] - at), -LONGEST_SLIDE, LONGEST_SLIDE)
    along = unit(centres[:, :, 2:] - centres[:, :, :-2])
    centres[:, :, 1:-1] += (FREE * slide)[:, :, 1:-1, None] * along


def _across(centres: FloatArray, motion: FloatArray) -> FloatArray:
    """What of a motion (N, H, R, 3) of centrelines goes across them."""
    along = unit(np.gradient(centres, axis=2))
    across: FloatArray = motion - np.einsum("nhrk,nhrk->nhr", motion, along)[..., None] * along
    return across


@lru_cache
def _smoothing(width: float) -> FloatArray:
    """Matrix (R, R) that smooths what lies along the rings over `width` of them, as heat spreads; both ends stay."""
    bends = np.zeros((RINGS, RINGS))
    inner = np.arange(1, RINGS - 1)
    bends[inner, inner] = 2.0
    bends[inner, inner - 1] = bends[inner, inner + 1] = -1.0
    matrix = np.asarray(np.linalg.inv(np.eye(RINGS) + width**2 * bends), dtype=np.float64)
    matrix.flags.writeable = False
    return matrix


@lru_cache
def _at_knee() -> FloatArray:
    """How much rings (R, 1) take part in what happens at the knee."""
    at = rest_positions()[:, None]
    return ease((at - KNEE_FROM) / (KNEE_FULL - KNEE_FROM)) * ease((1.0 - at) / (1.0 - KNEE_TO))


@lru_cache
def _knee_axis() -> FloatArray:
    """Where (2,) the axis of the posterior condyles crosses the sagittal plane of the femur, metres: mean of the wraps of the lines."""
    axes = [(head.line.wrap.x_mm, head.line.wrap.y_mm) for head in HEADS if head.line.wrap is not None]
    middle: FloatArray = metres(axes).mean(axis=0)
    return middle
