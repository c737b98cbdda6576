"""Motor branches of the sciatic nerve: thin tubes from its trunk into the heads, drawn anew in each pose between what they join."""

from collections.abc import Mapping

import numpy as np

from visualiser.anatomy.definitions import MotorBranch
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.tissue.sections import cross, ring_centres, unit
from visualiser.typed import FloatArray, IntArray

RINGS, SECTORS = 16, 8
HALF_WIDTHS = (0.0012, 0.0007)  # metres, where a branch leaves and where it enters: ESTIMATE, thick enough to be seen
ALONGSIDE = 4  # rings of the trunk for which a branch runs beside it before it turns away
ENTRY_DEPTH = 0.8  # share of the way from the middle of a belly to its surface at which a branch ends
FORWARDS = np.array([1.0, 0.0, 0.0])  # never along a branch: branches run down and to the side


def entries(trunk: FloatArray, muscles: Mapping[str, FloatArray]) -> IntArray:
    """Ring and sector (B, 2) of its head at which each branch enters: facing the trunk in upright standing, rings (R, S, 3)."""
    places = []
    for branch in SCIATIC_NERVE.branches:
        rings = muscles[branch.head]
        leaves = ring_centres(trunk)[_leaving(branch, len(trunk))]
        ring = round(branch.enters_at * (len(rings) - 1))
        places.append((ring, int(np.linalg.norm(rings[ring] - leaves, axis=1).argmin())))
    return np.array(places)


def branch_rings(trunk: FloatArray, muscles: Mapping[str, FloatArray], places: IntArray) -> FloatArray:
    """Rings (N, B, RINGS, SECTORS, 3) of all branches.

    trunk   : (N, R, S, 3) rings of the trunk
    muscles : name -> (N, R, S, 3) rings of a head
    places  : from `entries`
    """
    line = ring_centres(trunk)
    share = np.linspace(0.0, 1.0, RINGS)[:, None]
    angle = np.arange(SECTORS) * 2 * np.pi / SECTORS
    half_width = np.linspace(*HALF_WIDTHS, RINGS)[:, None, None]
    leaves = np.array([_leaving(branch, line.shape[1]) for branch in SCIATIC_NERVE.branches])
    begin, turn = line[:, leaves, None], line[:, leaves + ALONGSIDE, None]
    ends = []
    for branch, (ring, sector) in zip(SCIATIC_NERVE.branches, places, strict=True):
        own = muscles[branch.head][:, ring]
        middle = ring_centres(own[:, None])[:, 0]
        ends.append(middle + ENTRY_DEPTH * (own[:, sector] - middle))
    end = np.stack(ends, axis=1)[:, :, None]
    centres = (1 - share) ** 2 * begin + 2 * share * (1 - share) * turn + share**2 * end
    tangent = unit((1 - share) * (turn - begin) + share * (end - turn))
    lateral = unit(FORWARDS - tangent[..., :1] * tangent)
    behind = cross(tangent, lateral)
    spokes = np.cos(angle)[:, None] * lateral[..., None, :] + np.sin(angle)[:, None] * behind[..., None, :]
    rings: FloatArray = centres[..., None, :] + half_width * spokes
    return rings


def _leaving(branch: MotorBranch, rings: int) -> int:
    """The ring of the trunk at which a branch leaves."""
    return round(branch.leaves_at * (rings - 1))
