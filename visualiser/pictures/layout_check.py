"""An independent verdict on a placement: it sees finished boxes and leaders only, not how they came about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualiser.pictures.cameras import Box
from visualiser.pictures.labels import Placement, leaders
from visualiser.typed import BoolArray, FloatArray

TOUCHING = 14.4  # two rings drawn over one another: the dots meet anyway, so may their leaders
OVER_DOT = 6.0  # a leader this close to another dot seems to belong to it
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Faults:
    """How many of each fault; `culprits` are indices of callouts that take part in one of the first five."""

    overlaps: int = 0
    off_canvas: int = 0
    over_boxes: int = 0
    over_reserved: int = 0
    crossings: int = 0
    over_dots: int = 0
    culprits: tuple[int, ...] = ()

    @property
    def serious(self) -> int:
        """Faults that must never be in a picture."""
        return self.overlaps + self.off_canvas + self.over_boxes + self.over_reserved + self.crossings


def faults(placement: Placement, reserved: Sequence[Box] = (), canvas: Box | None = None) -> Faults:
    """Everything wrong with a placement: boxes, leaders, reserved boxes and the canvas compared with one another."""
    callouts = placement.callouts
    if not callouts:
        return Faults()
    page = canvas or Box(0.0, 0.0, *placement.canvas)
    boxes = np.array([c.box for c in callouts])
    kept = np.array(reserved, dtype=np.float64).reshape(-1, 4)
    anchors = np.array([c.anchor for c in callouts])
    paths = leaders(callouts)
    count = len(callouts)
    same = np.eye(count, dtype=bool)

    overlap = boxes_overlap(boxes, boxes) & ~same
    inside = (boxes[:, :2] >= np.array(page[:2]) - _TOLERANCE).all(1) & (
        boxes[:, 2:] <= np.array(page[2:]) + _TOLERANCE
    ).all(1)

    pieces = np.concatenate([paths[:, :2], paths[:, 1:]])  # stubs, then leaders
    owner = np.tile(np.arange(count), 2)
    over_box = segments_meet_boxes(pieces, boxes) & (owner[:, None] != np.arange(count))
    over_box = over_box[:count] | over_box[count:]
    over_kept = segments_meet_boxes(pieces, kept) if len(kept) else np.zeros((2 * count, 0), dtype=bool)
    over_kept = (over_kept[:count] | over_kept[count:]) | boxes_overlap(boxes, kept)

    apart = np.linalg.norm(anchors[:, None] - anchors, axis=-1) >= TOUCHING
    crossed = segments_cross(pieces, pieces)
    crossed = crossed[:count, :count] | crossed[:count, count:] | crossed[count:, :count] | crossed[count:, count:]
    crossed &= apart & ~same
    near = (segment_distances(paths[:, 1:], anchors) < OVER_DOT) & apart & ~same

    guilty = overlap.any(1) | ~inside | over_box.any(1) | over_box.any(0) | over_kept.any(1) | crossed.any(1)
    return Faults(
        overlaps=int(overlap.sum()) // 2,
        off_canvas=int((~inside).sum()),
        over_boxes=int(over_box.sum()),
        over_reserved=int(over_kept.sum()),
        crossings=int(crossed.sum()) // 2,
        over_dots=int(near.sum()),
        culprits=tuple(int(i) for i in np.flatnonzero(guilty)),
    )


def boxes_overlap(first: FloatArray, second: FloatArray) -> BoolArray:
    """(N, M) whether boxes (N, 4) and (M, 4) share an area."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    return np.asarray((high - low > _TOLERANCE).all(axis=-1))


def segments_cross(first: FloatArray, second: FloatArray) -> BoolArray:
    """(N, M) whether segments (N, 2, 2) and (M, 2, 2) properly cross; touching ends do not count."""
    a, b = first[:, None, 0], first[:, None, 1]
    c, d = second[None, :, 0], second[None, :, 1]
    result: BoolArray = (_turn(a, b, c) * _turn(a, b, d) < 0) & (_turn(c, d, a) * _turn(c, d, b) < 0)
    return result


def segments_meet_boxes(segments: FloatArray, boxes: FloatArray) -> BoolArray:
    """(N, M) whether segments (N, 2, 2) run through the inside of boxes (M, 4): the slab test."""
    start = segments[:, None, 0]
    step = segments[:, None, 1] - start
    low, high = boxes[None, :, :2] + _TOLERANCE, boxes[None, :, 2:] - _TOLERANCE
    still = np.abs(step) < 1e-12
    with np.errstate(divide="ignore", invalid="ignore"):
        enter, leave = (low - start) / step, (high - start) / step
    between = (start > low) & (start < high)
    first = np.where(still, np.where(between, -np.inf, np.inf), np.minimum(enter, leave))
    last = np.where(still, np.where(between, np.inf, -np.inf), np.maximum(enter, leave))
    result: BoolArray = np.maximum(first.max(axis=-1), 0.0) < np.minimum(last.min(axis=-1), 1.0)
    return result


def segment_distances(segments: FloatArray, points: FloatArray) -> FloatArray:
    """(N, M) distance of points (M, 2) from segments (N, 2, 2)."""
    start = segments[:, None, 0]
    step = segments[:, None, 1] - start
    length = np.maximum((step**2).sum(-1), 1e-12)
    share = np.clip(((points - start) * step).sum(-1) / length, 0.0, 1.0)
    result: FloatArray = np.linalg.norm(start + share[..., None] * step - points, axis=-1)
    return result


def _turn(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    """Twice the signed area of the triangle a b c."""
    result: FloatArray = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
        c[..., 0] - a[..., 0]
    )
    return result
