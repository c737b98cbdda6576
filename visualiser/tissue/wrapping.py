"""Strings round circles: where they touch, and how far they go round. All in the plane of the circle, whose centre is 0.

A string runs counterclockwise. Points and ways are pairs of arrays (N,); lengths are metres.
"""

from typing import NamedTuple

import numpy as np

from visualiser.typed import FloatArray, IntArray

Pair = tuple[FloatArray, FloatArray]


class Arc(NamedTuple):
    """How N strings go round a circle: straight for `before`, round by `angle` (rad), straight for `after`.

    `first` and `last` point from the centre to where a string touches the circle and where it leaves it; lengths 1.
    """

    before: FloatArray
    first: Pair
    angle: FloatArray
    last: Pair
    after: FloatArray


def round_circle(start: Pair, end: Pair, radius: float) -> Arc:
    """The shortest way from `start` to `end`, counterclockwise round a circle; both lie outside it."""
    before, first = tangent(start, radius, 1.0)
    after, last = tangent(end, radius, -1.0)
    return Arc(before, first, turned(first, last), last, after)


def tangent(point: Pair, radius: float, sense: float) -> tuple[FloatArray, Pair]:
    """How far it is from a point to where a tangent touches the circle, and the unit vector to there from the centre.

    sense : 1 for a string that comes from the point, -1 for one that goes to it
    """
    x, y = point
    far = x * x + y * y
    straight = np.sqrt(np.maximum(far - radius * radius, 0.0))
    # The point, turned by what is left to 90 degrees.
    along, across = radius / far, straight * (sense / far)
    return straight, (along * x - across * y, along * y + across * x)


def turned(first: Pair, last: Pair) -> FloatArray:
    """The angle (N,) from one unit vector counterclockwise to another, from 0 to 2 pi."""
    return angle_of(first[0] * last[0] + first[1] * last[1], first[0] * last[1] - first[1] * last[0])


def angle_of(cosine: FloatArray, sine: FloatArray) -> FloatArray:
    """An angle (N,) from 0 to 2 pi, from the tangent of its half: several times faster than numpy's of two arguments."""
    angle = sine / (1.0 + cosine)
    np.arctan(angle, out=angle)
    angle *= 2.0
    np.add(angle, 2.0 * np.pi, out=angle, where=angle < 0.0)
    return angle


def bending(start: Pair, end: Pair, way: Pair, speed: FloatArray, radius: float) -> IntArray:
    """The rows (M,) in which a straight line would run through the circle, or past it on its wrong side, so that the string must bend.

    way   : from `start` to `end`, both outside the circle
    speed : (N,)  square of its length
    """
    offset = way[1] * start[0] - way[0] * start[1]
    rows = np.flatnonzero(offset * np.abs(offset) < radius * radius * speed)
    x, y = way[0][rows], way[1][rows]
    towards = x * start[0][rows] + y * start[1][rows] < 0.0
    past = x * end[0][rows] + y * end[1][rows] > 0.0
    bent: IntArray = rows[towards & past]
    return bent
