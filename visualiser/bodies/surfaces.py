"""Triangle surfaces as ground to walk on: the nearest place on them, and straight ways over them. Any unit of length."""

import numpy as np
from scipy.spatial import cKDTree

from visualiser.tissue.sections import cross, unit
from visualiser.typed import FloatArray, IntArray

_CANDIDATES = 16  # triangles whose exact distance is asked for each point
_DENSE = 150_000  # triangles from which on one sample each is enough to find the nearest


def face_normals(vertices: FloatArray, faces: IntArray) -> FloatArray:
    """Normals (F, 3) of triangles, their lengths twice the areas."""
    a, b, c = vertices[faces[:, 0]], vertices[faces[:, 1]], vertices[faces[:, 2]]
    return cross(b - a, c - a)


def vertex_normals(vertices: FloatArray, faces: IntArray) -> FloatArray:
    """Unit normals (V, 3), triangles weighted by their areas."""
    across = face_normals(vertices, faces)
    totals = np.zeros_like(vertices)
    for axis in range(3):
        for corner in range(3):
            totals[:, axis] += np.bincount(faces[:, corner], across[:, axis], minlength=len(vertices))
    return unit(totals)


def area(vertices: FloatArray, faces: IntArray) -> float:
    """Area of a surface."""
    return 0.5 * float(np.linalg.norm(face_normals(vertices, faces), axis=1).sum())


def signed_volume(vertices: FloatArray, faces: IntArray) -> float:
    """Volume enclosed by triangles: negative when they look inwards, and a fair guess for a surface with small holes."""
    middle = vertices.mean(axis=0) if len(vertices) else np.zeros(3)
    a, b, c = (vertices[faces[:, corner]] - middle for corner in range(3))
    return float((a * cross(b, c)).sum() / 6.0)


class Ground:
    """A fixed surface that points are laid on.

    vertices : (V, 3)
    faces    : (F, 3)
    normals  : (V, 3)  unit, outwards; computed when left out
    """

    def __init__(self, vertices: FloatArray, faces: IntArray, normals: FloatArray | None = None) -> None:
        self.vertices, self.faces = vertices, faces
        self.normals = vertex_normals(vertices, faces) if normals is None else normals
        corners = vertices[faces]
        samples = [corners.mean(axis=1)]
        # Large triangles beside small ones: their corners and edges are near when their middle is not.
        if len(faces) < _DENSE:
            samples += [corners[:, i] for i in range(3)] + [corners[:, [i, i - 1]].mean(axis=1) for i in range(3)]
        self._owner = np.tile(np.arange(len(faces)), len(samples))
        self._tree = cKDTree(np.concatenate(samples))

    def nearest(self, points: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The nearest place on the surface for points (P, 3): places (P, 3), unit normals there (P, 3), distances (P,)."""
        points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        count = min(_CANDIDATES, len(self._owner))
        _, found = self._tree.query(points, k=np.arange(1, count + 1))
        triangles = self._owner[found]  # (P, K)
        corners = self.vertices[self.faces[triangles]]
        weights = _nearest_weights(points[:, None], corners)
        places = (weights[..., None] * corners).sum(axis=-2)
        distances = np.linalg.norm(places - points[:, None], axis=-1)
        best, row = distances.argmin(axis=1), np.arange(len(points))
        chosen = self.faces[triangles[row, best]]
        normals = unit((weights[row, best][..., None] * self.normals[chosen]).sum(axis=1))
        return places[row, best], normals, distances[row, best]

    def walk(self, starts: FloatArray, directions: FloatArray, lengths: FloatArray, step: float) -> FloatArray:
        """Straight ways over the surface (geodesics): their points (steps + 1, P, 3), as many steps for every way.

        starts     : (P, 3)  on the surface
        directions : (P, 3)  brought into the surface first
        lengths    : (P,)    may be negative: backwards
        """
        place, normal, _ = self.nearest(starts)
        heading = _in_surface(directions, normal)
        steps = max(1, int(np.ceil(np.abs(lengths).max() / step)))
        ways = [place]
        for _ in range(steps):
            place, normal, _ = self.nearest(place + (lengths / steps)[:, None] * heading)
            heading = _in_surface(heading, normal)
            ways.append(place)
        return np.stack(ways)


def _in_surface(directions: FloatArray, normals: FloatArray) -> FloatArray:
    """Directions (P, 3) made perpendicular to normals."""
    return unit(directions - (directions * normals).sum(axis=-1, keepdims=True) * normals)


def _nearest_weights(points: FloatArray, corners: FloatArray) -> FloatArray:
    """Barycentric weights (..., 3) of the place nearest to `points` (..., 3) on triangles `corners` (..., 3, 3)."""
    a, b, c = corners[..., 0, :], corners[..., 1, :], corners[..., 2, :]
    ab, ac, to = b - a, c - a, points - a
    aa, bb, mixed = (ab * ab).sum(-1), (ac * ac).sum(-1), (ab * ac).sum(-1)
    along, beside = (ab * to).sum(-1), (ac * to).sum(-1)
    room = np.maximum(aa * bb - mixed * mixed, 1e-300)
    v, w = (bb * along - mixed * beside) / room, (aa * beside - mixed * along) / room
    inside = (v >= 0) & (w >= 0) & (v + w <= 1)
    # Outside the triangle the nearest place lies on one of its edges.
    on_ab = np.clip(along / np.maximum(aa, 1e-300), 0, 1)
    on_ac = np.clip(beside / np.maximum(bb, 1e-300), 0, 1)
    bc = c - b
    on_bc = np.clip((bc * (points - b)).sum(-1) / np.maximum((bc * bc).sum(-1), 1e-300), 0, 1)
    zero = np.zeros_like(on_ab)
    edges = np.stack(
        [
            np.stack([1 - on_ab, on_ab, zero], axis=-1),
            np.stack([1 - on_ac, zero, on_ac], axis=-1),
            np.stack([zero, 1 - on_bc, on_bc], axis=-1),
        ],
        axis=-2,
    )
    gaps = np.linalg.norm(edges @ corners - points[..., None, :], axis=-1)
    edge: FloatArray = np.take_along_axis(edges, gaps.argmin(axis=-1)[..., None, None], axis=-2)[..., 0, :]
    return np.where(inside[..., None], np.stack([1 - v - w, v, w], axis=-1), edge)
