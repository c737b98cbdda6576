"""Free stretches of a column of labels: where nothing is drawn under it, and which label stands in which of them.

Places, sizes and zones are numbers along the column, in layout units.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np

from visualiser.pictures.columns import spread
from visualiser.typed import FloatArray

AIR, TOGETHER = 8.0, 70.0  # units kept around what is drawn; points nearer to one another than this are one thing

Zone = tuple[float, float]


def free_zones(drawn: FloatArray, bound: Zone, least: float) -> list[Zone]:
    """The parts of a column that lie clear of what is drawn; the whole column where none is long enough.

    drawn : (n,)  places of points that are drawn under the column
    least : the shortest stretch of use
    """
    order = np.sort(drawn)
    cuts = np.flatnonzero(np.diff(order) > TOGETHER) + 1
    free, reached = [], bound[0]
    for part in np.split(order, cuts) if len(order) else []:
        free.append((reached, min(float(part[0]) - AIR, bound[1])))
        reached = max(reached, float(part[-1]) + AIR)
    free.append((reached, bound[1]))
    return [(low, high) for low, high in free if high - low >= least] or [bound]


def fits(sizes: Sequence[float], zone: Zone, gap: float) -> bool:
    """Whether boxes of these sizes find room in a zone."""
    return bool(sum(sizes) + gap * max(len(sizes) - 1, 0) <= zone[1] - zone[0])


def inside(place: float, size: float, zone: Zone) -> float:
    """The place in a zone nearest to another for a box alone."""
    low, high = zone[0] + size / 2, zone[1] - size / 2
    return float(np.clip(place, low, max(high, low)))


def shared_out(
    places: Sequence[float], sizes: Sequence[float], ranks: Sequence[tuple[int, ...]], zones: Sequence[Zone], gap: float
) -> list[float | None]:
    """Boxes shared out over zones, in order, as near to where they were as there is room; None for those left out.

    ranks : the boxes of the largest rank are left out first
    """
    kept = list(range(len(places)))
    while kept:
        best: tuple[float, list[float]] | None = None
        for share in product(range(len(kept) + 1), repeat=len(zones)):
            if sum(share) != len(kept):
                continue
            owner = np.repeat(np.arange(len(zones)), share)
            held = [[sizes[i] for i, o in zip(kept, owner, strict=True) if o == number] for number in range(len(zones))]
            if not all(fits(own, zone, gap) for own, zone in zip(held, zones, strict=True)):
                continue
            moved = [inside(places[i], sizes[i], zones[int(o)]) for i, o in zip(kept, owner, strict=True)]
            cost = sum(abs(place - places[i]) for place, i in zip(moved, kept, strict=True))
            if best is None or cost < best[0]:
                best = cost, moved
        if best is not None:
            found = dict(zip(kept, best[1], strict=True))
            return [found.get(i) for i in range(len(places))]
        kept.remove(max(kept, key=lambda i: ranks[i]))
    return [None] * len(places)


def settled(here: FloatArray, wishes: FloatArray, boxes: FloatArray, zones: Sequence[Zone], gap: float) -> FloatArray:
    """Where boxes (n,) come to stand in the zones in which, or next to which, they are now.

    Where a zone has grown too short for its boxes they stick out of it.
    """
    low, high = np.array(zones).T
    away = np.maximum(np.maximum(low - here[:, None], here[:, None] - high), 0.0)
    owner = np.maximum.accumulate(away.argmin(axis=1))  # in order, whatever a new box wishes for
    places: FloatArray = wishes.copy()
    for number, zone in enumerate(zones):
        own = owner == number
        if own.any():
            places[own] = spread(wishes[own], boxes[own], zone[0] - gap / 2, zone[1] + gap / 2, gap=0.0)
    return places
