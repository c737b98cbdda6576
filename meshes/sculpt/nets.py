"""Curved plates: a control net of medial points with half thicknesses becomes a solid."""

from typing import cast

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from visualiser.typed import FloatArray

from .fields import Field, norm

THINNEST_MM = (
    1.8  # half thickness; the spline through a net undershoots, and thinner plates tear when contoured at 1.5 mm
)


def resampled(rows: FloatArray, count: int) -> FloatArray:
    """Rows (M, ...) resampled to `count` rows along a Catmull-Rom spline through them."""
    extended = np.concatenate([[2 * rows[0] - rows[1]], rows, [2 * rows[-1] - rows[-2]]])
    position = np.linspace(0, len(rows) - 1, count)
    index = np.clip(position.astype(int), 0, len(rows) - 2)
    t = (position - index).reshape(-1, *[1] * (rows.ndim - 1))
    before, start, end, after = (extended[index + k] for k in range(4))
    cubic = (3 * (start - end) + after - before) * t**3
    return cast(
        FloatArray, 0.5 * (2 * start + (end - before) * t + (2 * before - 5 * start + 4 * end - after) * t**2 + cubic)
    )


def sheet(net: ArrayLike, across: int, along: int, thinnest: float = THINNEST_MM) -> Field:
    """A curved plate from a net (U, V, 4) of x, y, z, half thickness, filled with `across` x `along` balls.

    The ball that counts at a point is the one of least power |p - c|^2 - r^2, not the one of nearest centre. Lifting the centres to
    (c, sqrt(R^2 - r^2)) makes power a Euclidean distance in four dimensions, which a k-d tree answers.
    """
    coarse = np.array(net, dtype=np.float64)
    balls = resampled(np.swapaxes(resampled(coarse, across), 0, 1), along).reshape(-1, 4)
    centres, radii = balls[:, :3], np.maximum(balls[:, 3], thinnest)
    lift = np.sqrt(radii.max() ** 2 - radii**2)
    tree = cKDTree(np.column_stack([centres, lift]))

    def field(points: FloatArray) -> FloatArray:
        _, nearest = tree.query(np.column_stack([points, np.zeros(len(points))]), k=3, workers=-1)
        return cast(FloatArray, (norm(points[:, None] - centres[nearest]) - radii[nearest]).min(axis=1))

    return field
