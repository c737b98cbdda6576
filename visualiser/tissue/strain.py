"""How a head's length change is shared between its tendons and its belly."""

from typing import NamedTuple

import numpy as np

from visualiser.anatomy import skeleton
from visualiser.anatomy.definitions import Geometry, MuscleHead
from visualiser.conventions import LEG_COORDINATES
from visualiser.tissue.paths import muscle_length
from visualiser.typed import FloatArray

# Part of the length change that tendon takes, and its strain limits: ESTIMATE after the few per cent that tendons bear.
TENDON_SHARE, TENDON_LIMITS = 0.12, (-0.005, 0.03)


class Stretch(NamedTuple):
    """Lengths (...) of tendon and belly, as ratios to upright standing."""

    tendon: FloatArray
    belly: FloatArray


def parted(head: MuscleHead, whole: FloatArray) -> Stretch:
    """How far tendon and belly are stretched when the whole head is `whole` (...) times as long as in upright standing."""
    begin, end = head.tube.belly
    tendon = 1.0 + np.clip(TENDON_SHARE * (np.asarray(whole) - 1.0), *TENDON_LIMITS)
    return Stretch(tendon, (whole - tendon * (begin + 1.0 - end)) / (end - begin))


def stretch(head: MuscleHead, leg: FloatArray, geometry: Geometry = skeleton.STANDARD) -> Stretch:
    """How far the tendons and the belly of a head are stretched along its line of action.

    leg : (..., 6)  radians, order of `conventions.LEG_COORDINATES`
    """
    upright = muscle_length(head, np.zeros(len(LEG_COORDINATES)), geometry)
    return parted(head, muscle_length(head, leg, geometry) / upright)
