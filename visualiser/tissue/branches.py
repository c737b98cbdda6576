"""Motor branches of the sciatic nerve: thin tubes from its trunk into the heads, drawn anew in each pose between what they join."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from visualiser.anatomy.definitions import MotorBranch
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.tissue.nervetubes import ROOT_RINGS, ROOT_SECTORS, round_points, tube_rings
from visualiser.tissue.sections import cross, unit
from visualiser.typed import FloatArray, IntArray, SingleArray

RINGS, SECTORS = ROOT_RINGS, ROOT_SECTORS
HALF_WIDTHS = (0.0012, 0.0007)  # metres, where a branch leaves and where it enters: ESTIMATE, thick enough to be seen
ALONGSIDE = 8  # drawn rings of the trunk along which a branch runs on its edge before it turns away
ON_THE_EDGE = (
    0.8  # share of the trunk's half width at which a branch begins: it grows out of the edge, not out of the middle
)
ENTRY_DEPTH = 0.8  # share of the way from the middle of a belly to its surface at which a branch ends
FORWARDS = np.array(
    [1.0, 0.0, 0.0], dtype=np.float32
)  # never along the beginning of a branch: it runs down beside the trunk


def entries(trunk: FloatArray, muscles: Mapping[str, FloatArray]) -> IntArray:
    """Head, ring and sector (B, 3) at which each branch enters: facing the trunk's line (K, 3) in upright standing; rings (R, S, 3)."""
    places = []
    for branch in SCIATIC_NERVE.branches:
        rings = muscles[branch.head]
        leaves = trunk[_leaving(branch, len(trunk))]
        ring = round(branch.enters_at * (len(rings) - 1))
        places.append(([*muscles].index(branch.head), ring, int(np.linalg.norm(rings[ring] - leaves, axis=1).argmin())))
    return np.array(places)


def branch_rings(trunk: FloatArray, ends: FloatArray) -> FloatArray:
    """Rings (N, B, RINGS, SECTORS, 3) of all branches.

    trunk : (N, K, S, 3) drawn rings of the trunk
    ends  : (N, B, 3) where they end in their heads
    """
    _, around, half_width, _, _ = _fixed(*trunk.shape[1:3])
    centres, tangent = _courses(trunk, ends)
    first = tangent[:, :, :1]
    across = unit(FORWARDS - first[..., :1] * first)
    # Each lies in a plane, so one least turn carries a section from its beginning to any ring: it never spins.
    share = (across * tangent).sum(axis=-1, keepdims=True) / (1.0 + (first * tangent).sum(axis=-1, keepdims=True))
    across = across - share * (first + tangent)
    return tube_rings(centres, half_width * across, half_width * cross(tangent, across), around)


def _courses(trunk: FloatArray, ends: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Centres and ways (N, B, RINGS, 3) of all branches: on the edge of the trunk first, then to their ends."""
    share, _, _, leaves, edges = _fixed(*trunk.shape[1:3])
    points = trunk.shape[2] // 2
    begin, turn = (
        ((0.5 + 0.5 * ON_THE_EDGE) * trunk[:, at, edges] + (0.5 - 0.5 * ON_THE_EDGE) * trunk[:, at, edges - points])[
            :, :, None
        ]
        for at in (leaves, leaves + ALONGSIDE)
    )
    end = ends[:, :, None]
    centres = (1 - share) ** 2 * begin + 2 * share * (1 - share) * turn + share**2 * end
    return centres, unit((1 - share) * (turn - begin) + share * (end - turn))


@lru_cache
def _fixed(
    rings: int, points: int
) -> tuple[SingleArray, tuple[FloatArray, FloatArray], SingleArray, IntArray, IntArray]:
    """Shares of the way (RINGS, 1), directions round, half widths (RINGS, 1), and for branches (B,) the ring of the trunk at which each
    leaves and the point of that ring: the medial edge, where the tibial division lies, or the lateral one."""
    share = np.linspace(0.0, 1.0, RINGS, dtype=np.float32)[:, None]
    half_width = np.linspace(*HALF_WIDTHS, RINGS, dtype=np.float32)[:, None]
    leaves: IntArray = np.array([_leaving(branch, rings) for branch in SCIATIC_NERVE.branches])
    edges: IntArray = np.array([0 if branch.lateral else points // 2 for branch in SCIATIC_NERVE.branches])
    return share, round_points(SECTORS), half_width, leaves, edges


def _leaving(branch: MotorBranch, rings: int) -> int:
    """The ring of the trunk at which a branch leaves."""
    return round(branch.leaves_at * (rings - 1))
