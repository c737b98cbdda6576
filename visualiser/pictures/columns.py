"""The solver behind the labels: two flush columns beside the anatomy, straight leaders that never cross.

It works in two abstract axes, so that columns left and right and rows above and below are one problem turned by 90
degrees: points are (across, along); the low column stands at small `across`, the high one at large; boxes are
stacked along.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression, linear_sum_assignment

from visualiser.pictures.layout_check import OVER_DOT, TOUCHING, segment_distances, segments_cross
from visualiser.typed import BoolArray, FloatArray, IntArray

LOW, HIGH = -1, 1
_ROUNDS = 12  # of matching and spreading; three were the most ever needed
_OFFSET_COST = 1.5  # a label beside its anchor is worth more than a short leader
_TRIALS = 120  # of the local search against leaders over foreign dots
_CLEAR_OF_DOT = OVER_DOT + 2.0


@dataclass(frozen=True, slots=True)
class Ground:
    """Where labels may stand: across of the two lines of ports, bounds along of each column, gap between boxes."""

    ports: tuple[float, float]
    bounds: tuple[tuple[float, float], tuple[float, float]]
    gap: float

    def port(self, side: int) -> float:
        """Across of the ports of a column."""
        return self.ports[0] if side == LOW else self.ports[1]

    def bound(self, side: int) -> tuple[float, float]:
        """First and last place along a column."""
        return self.bounds[0] if side == LOW else self.bounds[1]

    def fits(self, extents: FloatArray, side: int) -> bool:
        """Whether boxes of these extents find room in a column."""
        low, high = self.bound(side)
        return float(extents.sum()) + self.gap * max(len(extents) - 1, 0) <= high - low

    def spread(
        self, wanted: FloatArray, extents: FloatArray, side: int, weights: FloatArray | None = None
    ) -> FloatArray:
        """Centres nearest to the wanted ones that keep their order, their gaps and the column's bounds."""
        return spread(wanted, extents, *self.bound(side), gap=self.gap, weights=weights)

    def port_points(self, sides: IntArray, along: FloatArray) -> FloatArray:
        """(n, 2) ends of the leaders at the labels."""
        return np.stack([np.where(sides == LOW, *self.ports), along], axis=-1)


@dataclass(frozen=True, slots=True)
class Solution:
    """Column (-1 low, +1 high) and centre along it of every label."""

    sides: IntArray
    along: FloatArray


def spread(
    wanted: FloatArray, extents: FloatArray, low: float, high: float, *, gap: float, weights: FloatArray | None = None
) -> FloatArray:
    """Centres of stacked boxes nearest to the wanted ones by least squares; order, gaps and bounds are kept.

    Exact: what the boxes above take up is subtracted, which leaves the condition "not decreasing": isotonic regression.
    """
    if len(wanted) == 0:
        return np.zeros(0)
    stacked = np.zeros(len(wanted))
    np.cumsum((extents[:-1] + extents[1:]) / 2 + gap, out=stacked[1:])
    level: FloatArray = wanted - stacked
    if (level[1:] < level[:-1]).any():  # in clips places rarely have to give way: worth a look first
        level = isotonic_regression(level, weights=weights).x
    first, last = low + extents[0] / 2, high - extents[-1] / 2 - stacked[-1]
    centres: FloatArray = np.minimum(np.maximum(level, first), last) + stacked
    return centres


def crossings(anchors: FloatArray, ports: FloatArray) -> BoolArray:
    """(n, n) which leaders cross."""
    segments = np.stack([anchors, ports], axis=1)
    return segments_cross(segments, segments) & ~np.eye(len(segments), dtype=bool)


def solve(anchors: FloatArray, extents: FloatArray, ground: Ground, middle: FloatArray) -> Solution | None:
    """Columns and places of labels, no two leaders crossing; None when they do not fit.

    anchors : (n, 2)  across, along
    extents : (n,)    of the boxes along
    middle  : (n,)    across of the middle of the anatomy beside each anchor
    """
    if len(anchors) == 0:
        return Solution(np.zeros(0, dtype=np.intp), np.zeros(0))
    # Coincident anchors have no order; a ten-millionth of a unit gives them one.
    apart = anchors + np.random.default_rng(0).normal(0.0, 1e-7, anchors.shape)
    # Boxes of one size make all places interchangeable, so that the matching below stands as it is: it cannot fail,
    # only waste room.
    for sizes in (extents, np.full_like(extents, extents.max())):
        start = _split(apart, sizes, ground, middle)
        found = _uncross(apart, sizes, ground, start) if start else None
        if found:
            return _clear_dots(anchors, sizes, ground, found)
    return None


def _split(anchors: FloatArray, extents: FloatArray, ground: Ground, middle: FloatArray) -> Solution | None:
    """The cheapest way to send the labels nearest the low column there and the others to the high one."""
    rank = np.argsort(anchors[:, 0] - middle, kind="stable")
    best, best_cost = None, np.inf
    for cut in range(len(anchors) + 1):
        parts = ((LOW, rank[:cut]), (HIGH, rank[cut:]))
        if not all(ground.fits(extents[part], side) for side, part in parts):
            continue
        sides, along, cost = np.empty(len(anchors), dtype=np.intp), np.empty(len(anchors)), 0.0
        for side, part in parts:
            order = part[np.argsort(anchors[part, 1], kind="stable")]
            sides[order] = side
            along[order] = ground.spread(anchors[order, 1], extents[order], side)
            offset = along[order] - anchors[order, 1]
            cost += float(
                np.hypot(anchors[order, 0] - ground.port(side), offset).sum() + _OFFSET_COST * np.abs(offset).sum()
            )
        if cost < best_cost:
            best, best_cost = Solution(sides, along), cost
    return best


def _uncross(anchors: FloatArray, extents: FloatArray, ground: Ground, start: Solution) -> Solution | None:
    """Exchange places until no two leaders cross.

    For fixed ports, the matching of least total length has no crossing: the two leaders of a crossing pair could be
    swapped and would be shorter. Boxes of different sizes must be spread again afterwards, which can bring one back;
    then again.
    """
    sides, along = start.sides.copy(), start.along.copy()
    equal = float(np.ptp(extents)) < 1e-9
    for turn in range(_ROUNDS):
        ports = ground.port_points(sides, along)
        if not crossings(anchors, ports).any():
            return Solution(sides, along)
        length = np.hypot(anchors[:, None, 0] - ports[None, :, 0], anchors[:, None, 1] - ports[None, :, 1])
        _, slot = linear_sum_assignment(length)
        sides, along = sides[slot], along[slot]
        if equal and turn >= _ROUNDS // 2:
            return Solution(sides, along)
        for side in (LOW, HIGH):
            order = np.flatnonzero(sides == side)
            order = order[np.argsort(along[order], kind="stable")]
            if not ground.fits(extents[order], side):
                return None
            along[order] = ground.spread(anchors[order, 1], extents[order], side)
    return None


def _clear_dots(anchors: FloatArray, extents: FloatArray, ground: Ground, start: Solution) -> Solution:
    """Local search against leaders over another label's dot: nudge it, move it past a neighbour, change its column.

    Only states without crossings are taken, and only if fewer dots are run over.
    """
    touching = np.linalg.norm(anchors[:, None] - anchors, axis=-1) < TOUCHING

    def run_over(state: Solution) -> IntArray:
        ports = ground.port_points(state.sides, state.along)
        distance = segment_distances(np.stack([anchors, ports], axis=1), anchors)
        return np.argwhere((distance < _CLEAR_OF_DOT) & ~touching)

    best, hits, trials = start, run_over(start), 0
    while len(hits) and trials < _TRIALS:
        better: tuple[tuple[int, float], Solution, IntArray] | None = None
        for candidate in _neighbours(anchors, extents, ground, best, hits):
            trials += 1
            ports = ground.port_points(candidate.sides, candidate.along)
            left = run_over(candidate)
            if len(left) >= len(hits) or crossings(anchors, ports).any():
                continue
            cost = len(left), float(np.abs(ports - anchors).sum())
            if better is None or cost < better[0]:
                better = cost, candidate, left
        if better is None:
            break
        _, best, hits = better
    return best


def _neighbours(
    anchors: FloatArray, extents: FloatArray, ground: Ground, state: Solution, hits: IntArray
) -> list[Solution]:
    """States one small step away from this one, changing the labels involved in the first few hits."""
    order = list(np.argsort(state.along, kind="stable"))
    found: list[Solution | None] = []
    for label in dict.fromkeys(int(i) for i in hits[:4].ravel()):
        for share in (-0.5, 0.5, -1.0, 1.0, -1.7, 1.7):
            found.append(_restack(anchors, extents, ground, state.sides, order, label, share * extents[label]))
        column = [i for i in order if state.sides[i] == state.sides[label]]
        rest = [i for i in order if state.sides[i] != state.sides[label]]
        at = column.index(label)
        for to in (at - 2, at - 1, at + 1, at + 2):
            if 0 <= to < len(column):
                moved = column.copy()
                moved.insert(to, moved.pop(at))
                found.append(_restack(anchors, extents, ground, state.sides, moved + rest))
        flipped = state.sides.copy()
        flipped[label] = -flipped[label]
        found.append(
            _restack(
                anchors,
                extents,
                ground,
                flipped,
                sorted(order, key=lambda i: anchors[i, 1] if i == label else state.along[i]),
            )
        )
    return [candidate for candidate in found if candidate is not None]


def _restack(
    anchors: FloatArray,
    extents: FloatArray,
    ground: Ground,
    sides: IntArray,
    order: list[int],
    pulled: int = -1,
    pull: float = 0.0,
) -> Solution | None:
    """Spread both columns in a given order; one label may be pulled away from its anchor."""
    along = np.empty(len(anchors))
    for side in (LOW, HIGH):
        column = np.array([i for i in order if sides[i] == side], dtype=np.intp)
        if len(column) == 0:
            continue
        if not ground.fits(extents[column], side):
            return None
        wanted = anchors[column, 1] + np.where(column == pulled, pull, 0.0)
        along[column] = ground.spread(wanted, extents[column], side, np.where(column == pulled, 30.0, 1.0))
    return Solution(sides, along)
