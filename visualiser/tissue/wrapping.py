"""Strings round circles: where they touch, and how far they go round. All in the plane of the circle, whose centre is 0.

A string runs counterclockwise. Points and ways are arrays (2, N) or, where all poses share one, (2, 1); lengths are metres.
"""

from typing import NamedTuple

import numpy as np

from visualiser.typed import BoolArray, FloatArray, IntArray

_QUARTER_CHORD = np.sqrt(
    0.5
)  # half the chord of a quarter turn: a longer one that seems to go backwards goes round the far side


class Arc(NamedTuple):
    """How N strings go round a circle: straight for `before`, round by `angle` (rad), straight for `after`.

    `first` and `last` (2, N) point from the centre to where a string touches the circle and where it leaves it; lengths 1.
    """

    before: FloatArray
    first: FloatArray
    angle: FloatArray
    last: FloatArray
    after: FloatArray


def bends(start: FloatArray, way: FloatArray, speed: FloatArray, radius: FloatArray) -> BoolArray:
    """Whether a straight line would run through the circle or past it on its wrong side, so that the string must bend (N,).

    start : (2, N)  where the line begins, outside the circle
    way   : (2, N)  along the line, of any length, which is `speed` (N,)
    """
    offset = way[1] * start[0] - way[0] * start[1]
    towards = way[0] * start[0] + way[1] * start[1]
    through: BoolArray = (offset < radius * speed) & (towards < 0.0)
    return through


def round_circle(start: FloatArray, end: FloatArray, radius: FloatArray) -> Arc:
    """The shortest way from `start` to `end`, counterclockwise round a circle; both lie outside it."""
    far, farther = start[0] * start[0] + start[1] * start[1], end[0] * end[0] + end[1] * end[1]
    inside = radius * radius
    before, after = np.sqrt(far - inside), np.sqrt(np.maximum(farther - inside, 0.0))
    # On the way to the circle and from it a string runs along a tangent: first and last are the ends turned by what is left to 90 degrees.
    first = _combined(start, radius / far, before / far)
    last = _combined(end, radius / farther, -after / farther)
    across, up = last[0] - first[0], last[1] - first[1]
    half_chord = 0.5 * np.sqrt(across * across + up * up)
    angle = 2.0 * np.arcsin(np.minimum(half_chord, 1.0))  # three times faster than an arc tangent
    beyond = (half_chord > _QUARTER_CHORD) & (first[0] * last[1] < first[1] * last[0])
    if beyond.any():
        angle = np.where(beyond, 2.0 * np.pi - angle, angle)
    return Arc(before, first, angle, last, after)


def _combined(vector: FloatArray, along: FloatArray, across: FloatArray) -> FloatArray:
    """`along` times a vector (2, N) and `across` times the vector turned left by 90 degrees."""
    result = np.empty((2, *np.broadcast_shapes(vector.shape[1:], along.shape)))
    result[0] = along * vector[0] - across * vector[1]
    result[1] = along * vector[1] + across * vector[0]
    return result


def picked(array: FloatArray, rows: IntArray, components: int = 0) -> FloatArray:
    """The M `rows` of all but the first axes of an array, counted as one: (..., M). The first `components` axes stay as they are.

    Several times faster than indexing all components at once.
    """
    flat = array.reshape(*array.shape[:components], -1)
    result = np.empty((*flat.shape[:-1], len(rows)))
    for index in np.ndindex(*flat.shape[:-1]):
        result[index] = flat[index][rows]
    return result


def put(array: FloatArray, rows: IntArray, values: FloatArray, components: int = 0) -> None:
    """Write values (..., M) to where `picked` would read them, in an array whose memory is in order."""
    flat = array.reshape(*array.shape[:components], -1)
    for index in np.ndindex(*flat.shape[:-1]):
        flat[index][rows] = values[index]
