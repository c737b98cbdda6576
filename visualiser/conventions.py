"""Units, axes, sides and coordinate names: the one place where they are decided.

Inside the package: metres, radians, seconds. At the user's edge: degrees and millimetres. ISB axes: X anterior, Y superior, Z to the
right (Wu et al. 2002, J Biomech 35:543). The right side is defined; the left is its mirror in the sagittal plane.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from visualiser.errors import unknown_name
from visualiser.typed import FloatArray

X, Y, Z = 0, 1, 2
MIRROR = np.diag([1.0, 1.0, -1.0])
MIRROR.flags.writeable = False


class Side(StrEnum):
    """Side of the body."""

    RIGHT = "right"
    LEFT = "left"

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.LEFT if self is Side.RIGHT else Side.RIGHT


SIDES = (Side.RIGHT, Side.LEFT)


def side_named(word: Side | str) -> Side:
    """The side that a word means.

    raises : UnknownNameError
    """
    if word not in list(Side):
        raise unknown_name("side", str(word), [side.value for side in Side])
    return Side(word)


# A coordinate's name states its positive direction. Leg coordinates exist once per side, with the same sign of meaning on both.
TRUNK_COORDINATES = ("pelvis_anterior_tilt", "pelvis_right_drop", "pelvis_left_rotation", "lumbar_flexion")
LEG_COORDINATES = (
    "hip_flexion",
    "hip_adduction",
    "hip_internal_rotation",
    "knee_flexion",
    "tibial_internal_rotation",
    "ankle_dorsiflexion",
)
POSE_COORDINATES = (
    *TRUNK_COORDINATES,
    *(f"{name}_{side}" for side in SIDES for name in LEG_COORDINATES),
)
TRUNK_SLICE = slice(0, len(TRUNK_COORDINATES))
LEG_SLICES = {
    side: slice(
        len(TRUNK_COORDINATES) + i * len(LEG_COORDINATES), len(TRUNK_COORDINATES) + (i + 1) * len(LEG_COORDINATES)
    )
    for i, side in enumerate(SIDES)
}


def metres(millimetres: ArrayLike) -> FloatArray:
    """Millimetres at the user's edge to metres inside."""
    return np.asarray(millimetres, dtype=np.float64) * 1e-3


def millimetres(metres: ArrayLike) -> FloatArray:
    """Metres inside to millimetres at the user's edge."""
    return np.asarray(metres, dtype=np.float64) * 1e3


def radians(degrees: ArrayLike) -> FloatArray:
    """Degrees at the user's edge to radians inside."""
    return np.radians(np.asarray(degrees, dtype=np.float64))


def degrees(radians: ArrayLike) -> FloatArray:
    """Radians inside to degrees at the user's edge."""
    return np.degrees(np.asarray(radians, dtype=np.float64))
