"""Soft tissue as a skin over joints, for programs that play skeletons only (PowerPoint): each joint carries a stretch of a tube.

A joint turns, moves and swells as the rings round it do, by the best fit of a similarity; between two joints a vertex follows both. Joints
stand closest where a tube bends most. Simplification: what this cannot follow, such as a section that flattens, is lost; `miss` says how
much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from visualiser.exports.levels import Coarse
from visualiser.exports.sampling import ShapeCourse
from visualiser.typed import FloatArray, IntArray

WANTED_M = 1.5e-3
_MOST_JOINTS = 18  # of one tube
_SAMPLES = 14  # of the course, to place joints by


@dataclass(frozen=True, eq=False, slots=True)
class Skin:
    """A surface on joints of its own.

    joints, weights : (V, 2)     the two joints that carry each vertex, and their shares
    rest            : (J, 3)     where the joints are at the first sample, in the frame of the femur
    turns           : (N, J, 3, 3)
    places          : (N, J, 3)  metres
    sizes           : (N, J)     uniform scale, 1 at the first sample
    miss            : metres by which the skin misses a vertex at worst
    """

    joints: IntArray
    weights: FloatArray
    rest: FloatArray
    turns: FloatArray
    places: FloatArray
    sizes: FloatArray
    miss: float


def skin(courses: Sequence[ShapeCourse], level: Coarse) -> list[Skin]:
    """Joints along every tube of a surface, placed for all courses together, and how they move in each."""
    vertices = [course.vertices.astype(np.float64) for course in courses]
    sampled = np.concatenate([v[np.linspace(0, len(v) - 1, _SAMPLES).astype(np.intp)] for v in vertices])
    parts, joints, weights, count = [], [], [], 0
    first = 0
    for rings, sectors in level.sizes:
        size = rings * (sectors + 1) + 2
        of_ring = np.concatenate([np.repeat(np.arange(rings), sectors + 1), [0, rings - 1]])
        at = _places(sampled[:, first : first + size], of_ring, rings)
        parts.append((slice(first, first + size), *_shares(of_ring, at)))
        joints.append(parts[-1][1] + count)
        weights.append(parts[-1][2])
        first, count = first + size, count + len(at)
    carriers, shares = np.concatenate(joints), np.concatenate(weights)
    rest = vertices[0][0]
    return [_fitted(v, rest, carriers, shares) for v in vertices]


def _places(vertices: FloatArray, of_ring: IntArray, rings: int) -> list[int]:
    """Rings of one tube that get a joint: both ends first, then wherever the skin misses most."""
    at = sorted({0, rings // 2, rings - 1})
    while len(at) < min(_MOST_JOINTS, rings):
        missed = _missed(vertices, vertices[0], _fitted(vertices, vertices[0], *_shares(of_ring, at)))
        if missed.max() <= WANTED_M:
            break
        worst = int(of_ring[missed.argmax()])
        gaps = [(low, high) for low, high in pairwise(at) if high - low > 1]
        if not gaps:
            break
        low, high = min(gaps, key=lambda gap: max(gap[0] - worst, worst - gap[1], 0))
        at = sorted({*at, min(max(worst, low + 1), high - 1) if worst not in (low, high) else (low + high) // 2})
    return at


def _shares(of_ring: IntArray, at: Sequence[int]) -> tuple[IntArray, FloatArray]:
    """The two joints on either side of each vertex's ring and their shares, (V, 2) both."""
    place = np.interp(of_ring, at, np.arange(len(at)))
    below = np.minimum(place.astype(np.intp), len(at) - 2)
    share = place - below
    return np.stack([below, below + 1], axis=1), np.stack([1.0 - share, share], axis=1)


def _fitted(vertices: FloatArray, rest: FloatArray, joints: IntArray, weights: FloatArray) -> Skin:
    """The similarity of every joint at every sample that carries its vertices best (weighted least squares; Umeyama 1991)."""
    influence = np.zeros((len(joints), int(joints.max()) + 1))
    np.put_along_axis(influence, joints, weights, axis=1)
    mass = influence.sum(axis=0)
    weighted = influence.T / mass[:, None]
    centres, middle = weighted @ vertices, weighted @ rest
    moments = np.einsum("jv,vb,nva->njab", weighted, rest, vertices, optimize=True)
    moments -= centres[..., :, None] * middle[:, None, :]
    left, strengths, right = np.linalg.svd(moments)
    signs = np.ones_like(strengths)
    signs[..., 2] = np.sign(np.linalg.det(left @ right))
    turns = (left * signs[..., None, :]) @ right
    spread = (weighted @ rest**2).sum(axis=1) - (middle**2).sum(axis=1)
    sizes = (strengths * signs).sum(axis=-1) / spread
    found = Skin(joints, weights, middle, turns, centres, sizes, 0.0)
    miss = float(_missed(vertices, rest, found).max())
    return Skin(joints, weights, middle, turns, centres, sizes, miss)


def _missed(vertices: FloatArray, rest: FloatArray, found: Skin) -> FloatArray:
    """How far each vertex (V,) is from where its joints carry it, at worst: metres."""
    carried = np.zeros_like(vertices)
    for place in range(2):
        joint = found.joints[:, place]
        arm = rest - found.rest[joint]
        moved = (found.turns[:, joint] @ arm[:, :, None])[..., 0] * found.sizes[:, joint, None] + found.places[:, joint]
        carried += found.weights[:, place, None] * moved
    worst: FloatArray = np.sqrt(((carried - vertices) ** 2).sum(axis=-1)).max(axis=0)
    return worst
