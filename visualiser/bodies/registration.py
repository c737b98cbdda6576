"""Fitting one bone onto another at landmarks: a similarity for place and size, then a smooth correction that meets every landmark.

The correction is a thin-plate spline of what the similarity leaves over. In space its kernel is the distance itself; we round the tip of
that kernel, so that the map has continuous slopes everywhere, and add a constant but no linear part: everything that may grow with the
distance is the similarity's, and four landmarks in a plane cannot throw the map off beside it. Metres; any unit would do.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from visualiser.typed import FloatArray

FEWEST = 4  # landmarks that fix place, size and a correction
ROUNDING = 0.010  # metres: radius of the rounded tip of the kernel. ESTIMATE, a third of the distance between neighbouring landmarks
_BLOCK = 512  # points worked on at once: they stay in the processor's cache
# Spread of landmarks across their line, as a share of that along it, below which they fix no rotation; our fibula has 0.023.
_THINNEST = 0.015


@dataclass(frozen=True, eq=False, slots=True)
class Similarity:
    """Turn, scale and shift: `scale * rotation @ p + shift`. A rotation of determinant -1 mirrors."""

    scale: float
    rotation: FloatArray
    shift: FloatArray

    def __call__(self, points: FloatArray) -> FloatArray:
        """Points (..., 3) moved."""
        moved: FloatArray = self.scale * (points @ self.rotation.T) + self.shift
        return moved

    @property
    def mirrors(self) -> bool:
        """Whether left becomes right."""
        return float(np.linalg.det(self.rotation)) < 0.0

    def inverse(self) -> "Similarity":
        """The way back."""
        return Similarity(1.0 / self.scale, self.rotation.T, -(self.shift @ self.rotation) / self.scale)

    def rigid(self) -> "Similarity":
        """The same turn, and the shift that it needs, without scaling: what was at the origin still goes to the same place."""
        return Similarity(1.0, self.rotation, self.shift)


def scaling(factor: float) -> Similarity:
    """Scaling about the origin."""
    return Similarity(factor, np.eye(3), np.zeros(3))


def lie_on_a_line(points: FloatArray) -> bool:
    """Whether points (n, 3) lie so nearly on one line that they fix no rotation about it."""
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(spread[1] < _THINNEST * max(float(spread[0]), 1e-12))


def similarity(source: FloatArray, target: FloatArray, mirrored: bool = False) -> Similarity:
    """The similarity that brings points (n, 3) nearest to their targets (n, 3), in least squares.

    mirrored : look among those that mirror
    source   : Umeyama 1991, Least-squares estimation of transformation parameters, IEEE PAMI 13:376
    """
    from_middle, to_middle = source.mean(axis=0), target.mean(axis=0)
    a, b = source - from_middle, target - to_middle
    left, strength, right = np.linalg.svd(b.T @ a)
    proper = np.linalg.det(left) * np.linalg.det(right) > 0.0
    signs = np.array([1.0, 1.0, 1.0 if proper != mirrored else -1.0])
    rotation = (left * signs) @ right
    scale = float((strength * signs).sum() / (a * a).sum())
    return Similarity(scale, rotation, to_middle - scale * rotation @ from_middle)


@dataclass(frozen=True, eq=False, slots=True)
class Warp:
    """A similarity with a smooth correction. Defined everywhere; far away the correction fades into a bounded shift.

    centres : (n, 3)  where the correction is anchored
    weights : (n, 3)
    constant: (3,)
    """

    base: Similarity
    centres: FloatArray
    weights: FloatArray
    constant: FloatArray

    def __call__(self, points: FloatArray) -> FloatArray:
        """Points (..., 3) moved."""
        points = np.asarray(points, dtype=np.float64)
        moved = self.base(points)
        if len(self.centres):
            rows = points.reshape(-1, 3)
            moved = moved + (_kernel(rows, self.centres) @ self.weights + self.constant).reshape(points.shape)
        return moved

    def quick(self, points: FloatArray) -> FloatArray:
        """Points (P, 3) moved, the correction in single precision: for surfaces frame by frame, to a thousandth of a millimetre."""
        moved = self.base(points)
        if len(self.centres) == 0:
            return moved
        middle = self.centres.mean(axis=0)
        rows, (x, y, z) = (points - middle).astype(np.float32), (self.centres - middle).astype(np.float32).T
        weights = self.weights.astype(np.float32)
        for first in range(0, len(rows), _BLOCK):
            block = rows[first : first + _BLOCK]
            squares = (block[:, :1] - x) ** 2
            squares += (block[:, 1:2] - y) ** 2
            squares += (block[:, 2:] - z) ** 2
            squares += np.float32(ROUNDING**2)
            moved[first : first + _BLOCK] += self.constant - np.sqrt(squares, out=squares) @ weights
        return moved

    def then(self, after: Similarity) -> "Warp":
        """This map, and a similarity after it."""
        base = Similarity(
            after.scale * self.base.scale, after.rotation @ self.base.rotation, after(self.base.shift[None])[0]
        )
        turned = after.scale * after.rotation.T
        return Warp(base, self.centres, self.weights @ turned, self.constant @ turned)

    def stretch(self, centre: FloatArray, reach: float) -> float:
        """How much lengths grow in the sagittal plane round a place: the mean over ways of `reach` metres."""
        angle = np.linspace(0.0, 2.0 * np.pi, 25)[:-1]
        ways = reach * np.column_stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)])
        grown = np.linalg.norm(self(centre + ways) - self(centre[None]), axis=1)
        return float(grown.mean() / reach)


def plain(base: Similarity) -> Warp:
    """A map without correction."""
    return Warp(base, np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(3))


def warp(base: Similarity, source: FloatArray, target: FloatArray, looseness: FloatArray | None = None) -> Warp:
    """The similarity corrected so that points (n, 3) meet their targets (n, 3).

    looseness : (n,)  0 meets a target exactly; larger values only come near (metres, of the kernel's diagonal)
    """
    count = len(source)
    system = np.zeros((count + 1, count + 1))
    system[:count, :count] = _kernel(source, source)
    if looseness is not None:
        system[np.arange(count), np.arange(count)] += looseness
    system[count, :count] = system[:count, count] = 1.0
    wanted = np.zeros((count + 1, 3))
    wanted[:count] = target - base(source)
    solved: FloatArray = np.linalg.solve(system, wanted).astype(np.float64)
    return Warp(base, source, solved[:count], solved[count])


def _kernel(points: FloatArray, centres: FloatArray) -> FloatArray:
    """Minus the distance between points (P, 3) and centres (n, 3), its tip rounded: (P, n)."""
    kernel: FloatArray = -np.sqrt(cdist(points, centres, "sqeuclidean") + ROUNDING**2)
    return kernel
