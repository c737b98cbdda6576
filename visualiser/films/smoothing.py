"""Smooth edges at the price of the edges alone: staircases of a picture drawn at its own size are found and blended.

Drawing twice as large and averaging costs four times the pixels; less than one pixel in fifty lies on an edge. Each of those is
looked at on its own, after the idea of FXAA (Lottes 2009): which way the edge runs, how far to both ends of its step, and so how much of
the pixel belongs to the other side. Measured against the same picture drawn four times larger (see benchmarks/run.py --edges).
"""

import numpy as np
from numpy.typing import NDArray

from visualiser.typed import ByteArray, IntArray

_LEAST, _SHARE = 32, 0.15  # contrast that makes an edge: grey levels, and of the brightest neighbour
_REACH = 12  # pixels that a step is followed to either side

Levels = NDArray[np.int16]


def smooth(pixels: ByteArray, signal: ByteArray | None = None) -> None:
    """Blend the edges of a picture, in place.

    pixels : (H, W, C)  colours; premultiplied if the last is alpha
    signal : (H, W)     where edges are looked for; the brightness when None
    """
    height, width = pixels.shape[:2]
    if height < 3 or width < 3:
        return
    levels = brightness(pixels) if signal is None else signal
    rows, columns = _edges(levels)
    if not len(rows):
        return
    pad = _REACH + 2
    flat = np.pad(levels, pad, mode="edge").astype(np.int16).ravel()
    stride = width + 2 * pad
    at = (rows + pad) * stride + columns + pad
    share, aside, across = _blend(flat, at, stride)
    here = rows * width + columns
    neighbour = here + np.where(across, aside * width, aside)
    packed = pixels.reshape(-1, pixels.shape[2])
    mixed = share > 0
    here, neighbour = here[mixed], neighbour[mixed]
    own = packed[here].astype(np.float32)
    own += (packed[neighbour] - own) * share[mixed, None]
    packed[here] = (own + np.float32(0.5)).astype(np.uint8)


def brightness(pixels: ByteArray) -> ByteArray:
    """Grey level of each pixel, green counted twice: (H, W)."""
    total = pixels[..., 1].astype(np.uint16)
    total <<= 1
    total += pixels[..., 0]
    total += pixels[..., 2]
    total >>= 2
    return total.astype(np.uint8)


def _edges(levels: ByteArray) -> tuple[IntArray, IntArray]:
    """Rows and columns of the pixels that differ from a neighbour; the outermost rows and columns are left as they are."""
    middle = levels[1:-1, 1:-1]
    around = (levels[:-2, 1:-1], levels[2:, 1:-1], levels[1:-1, :-2], levels[1:-1, 2:])
    high, low = middle.copy(), middle.copy()
    for other in around:
        np.maximum(high, other, out=high)
        np.minimum(low, other, out=low)
    contrast = high - low
    found = np.flatnonzero(contrast >= _LEAST)
    found = found[contrast.ravel()[found] >= _SHARE * high.ravel()[found]]
    rows, columns = np.divmod(found, middle.shape[1])
    return rows + 1, columns + 1


def _blend(flat: Levels, at: IntArray, stride: int) -> tuple[NDArray[np.float32], IntArray, NDArray[np.bool_]]:
    """For each edge pixel: how much of a neighbour to take, on which side it lies (-1, 1), and whether it lies above or below."""
    here, north, south, west, east = (flat.take(at + step) for step in (0, -stride, stride, -1, 1))
    nw, ne, sw, se = (flat.take(at + step) for step in (-stride - 1, -stride + 1, stride - 1, stride + 1))
    lying = 2 * np.abs(north + south - 2 * here) + np.abs(ne + se - 2 * east) + np.abs(nw + sw - 2 * west)
    upright = 2 * np.abs(west + east - 2 * here) + np.abs(ne + nw - 2 * north) + np.abs(se + sw - 2 * south)
    across = lying >= upright
    before, after = np.where(across, north, west), np.where(across, south, east)
    fall, rise = np.abs(before - here), np.abs(after - here)
    aside = np.where(fall >= rise, -1, 1)
    gradient = np.maximum(fall, rise)
    # Doubled levels from here on: the middle between two pixels stays a whole number.
    middle = here + np.where(fall >= rise, before, after)
    least = (gradient // 2).astype(np.int16)
    step = np.where(across, 1, stride)
    over = np.where(across, aside * stride, aside)
    ends = [_follow(flat, at, direction * step, over, middle, least) for direction in (-1, 1)]
    (back, back_end), (ahead, ahead_end) = ends
    nearest = np.minimum(back, ahead)
    end = np.where(back < ahead, back_end, ahead_end)
    # Only the side on which the step belongs to the other surface is blended.
    belongs = (2 * here - middle < 0) != (end < 0)
    # From the middle of the pixel to the nearer end of its step, in lengths of the step: half a pixel there, none in the middle.
    edge = np.where(belongs, np.float32(0.5) - (nearest - np.float32(0.5)) / (back + ahead - np.float32(1)), 0)
    soft = np.abs((2 * (north + south + west + east) + nw + ne + sw + se) / np.float32(12) - here)
    high, low = np.maximum(north, south), np.minimum(north, south)
    for other in (here, west, east):
        high, low = np.maximum(high, other), np.minimum(low, other)
    contrast = high - low
    # A third of the contrast is what a level edge has: only what sticks out further is softened.
    soft = np.clip(np.float32(1.5) * soft / np.maximum(contrast, 1) - np.float32(0.5), 0, 1)
    return np.maximum(edge, soft).astype(np.float32), aside, across


def _follow(
    flat: Levels, at: IntArray, step: IntArray, over: IntArray, middle: Levels, least: Levels
) -> tuple[NDArray[np.float32], Levels]:
    """Pixels to where a step of the staircase ends in one direction, and how the levels there differ from its middle."""
    # Few steps are long: after each pixel only those that go on are looked at again.
    distance = np.full(len(at), np.float32(_REACH))
    difference = np.zeros(len(at), dtype=np.int16)
    going = np.arange(len(at))
    place = at
    for run in range(1, _REACH + 1):
        place = place + step
        found = flat.take(place)
        found += flat.take(place + over)
        found -= middle
        difference[going] = found
        stopped = np.abs(found) >= least
        distance[going[stopped]] = run
        rest = np.flatnonzero(~stopped)
        if not len(rest):
            break
        going, place, step, over = (each.take(rest) for each in (going, place, step, over))
        middle, least = middle.take(rest), least.take(rest)
    return distance, difference
