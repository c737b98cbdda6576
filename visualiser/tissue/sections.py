"""Geometry of tubes made of rings: sections along a curve, the closed surface over them, its faces, texture coordinates and volume.

A tube is an array of rings (..., R, S, 3): R rings from origin to insertion, S points round each, first lateral, then posterior.
"""

from functools import lru_cache

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.linalg import solve_banded

from visualiser.typed import FloatArray, IntArray


def unit(vectors: FloatArray) -> FloatArray:
    """Vectors (..., 3) brought to length one."""
    lengths = np.sqrt(np.einsum("...k,...k->...", vectors, vectors))
    scaled: FloatArray = vectors / np.maximum(lengths, 1e-12)[..., None]
    return scaled


def polyline_length(points: FloatArray) -> float:
    """Length of a polyline (K, 3)."""
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def resampled(points: FloatArray, fractions: FloatArray) -> FloatArray:
    """Points (n, 3) at fractions (n,) of the length of a polyline (K, 3)."""
    travelled = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return np.stack([np.interp(fractions * travelled[-1], travelled, points[:, axis]) for axis in range(3)], axis=1)


def rounded(points: FloatArray, reach: FloatArray) -> FloatArray:
    """A polyline (K, 3) of equal steps with its corners rounded over `reach` (K,) metres on either side; its ends stay.

    Two implicit steps of diffusion along the curve: unlike a smoothing spline they never swing out on the far side of a corner.
    """
    step = polyline_length(points) / (len(points) - 1)
    strength = (reach / (2.0 * step)) ** 2
    between = 0.5 * (strength[1:] + strength[:-1])
    bands = np.zeros((3, len(points)))
    bands[1] = 1.0
    bands[1, 1:-1] += between[1:] + between[:-1]
    bands[0, 2:] = -between[1:]
    bands[2, :-2] = -between[:-1]
    for _ in range(2):
        points = solve_banded((1, 1), bands, points)
    return points


@lru_cache
def spread_matrix(count: int, width: float) -> FloatArray:
    """Matrix (count, count) that spreads what happens at one ring over its neighbours, a Gaussian of `width` rings."""
    index = np.arange(count)
    weight = np.exp(-0.5 * ((index[:, None] - index) / width) ** 2)
    matrix: FloatArray = weight / weight.sum(axis=1, keepdims=True)
    matrix.flags.writeable = False
    return matrix


def recounted(radii: FloatArray, shift: FloatArray) -> FloatArray:
    """Radii (K, S) of the outlines that radii (K, S) in even directions describe, counted from inner points `shift` (K, 2) beside."""
    return counted(radii[..., None] * _even_ways(radii.shape[-1]) - shift[..., None, :], radii)


def counted(outlines: FloatArray, otherwise: FloatArray) -> FloatArray:
    """Radii (..., S) in even directions of outlines (..., S, 2) about 0; `otherwise` (..., S) where a ray meets none."""
    ways, second = _even_ways(outlines.shape[-2]), np.roll(outlines, -1, axis=-2)
    # Rays (last axis but one) through edges (last axis): where one runs between both ends of an edge, it leaves the outline.
    before = ways[:, :1] * outlines[..., None, :, 1] - ways[:, 1:] * outlines[..., None, :, 0]
    after = np.roll(before, -1, axis=-1)
    ahead = ways @ np.swapaxes(outlines + second, -1, -2) > 0.0
    meets = (before <= 0.0) & (after > 0.0) & ahead
    area = outlines[..., 0] * second[..., 1] - outlines[..., 1] * second[..., 0]
    reach = np.where(meets, area[..., None, :] / np.maximum(after - before, 1e-12), 0.0).max(axis=-1)
    return np.where(meets.any(axis=-1), reach, otherwise)


def _even_ways(count: int) -> FloatArray:
    """Unit vectors (S, 2) in even directions."""
    turns = np.arange(count) * (2 * np.pi / count)
    return np.stack([np.cos(turns), np.sin(turns)], axis=-1)


@lru_cache
def refining_matrix(coarse: int, fine: int, periodic: bool) -> FloatArray:
    """Matrix (fine, coarse) that draws a cubic spline through `coarse` equal steps at `fine` equal steps."""
    if periodic:
        closed = np.vstack([np.eye(coarse), np.eye(coarse)[:1]])
        matrix: FloatArray = CubicSpline(np.arange(coarse + 1), closed, bc_type="periodic")(
            np.arange(fine) * coarse / fine
        )
    else:
        matrix = CubicSpline(np.arange(coarse), np.eye(coarse), bc_type="natural")(np.linspace(0, coarse - 1, fine))
    matrix.flags.writeable = False
    return matrix


def refined(rings: FloatArray, count: int, sectors: int) -> FloatArray:
    """Rings (..., count, sectors, 3) of a smooth surface through rings (..., r, s, 3)."""
    return np.moveaxis(refined_parts(np.moveaxis(rings, -1, -3), count, sectors), -3, -1)


def refined_parts(parts: FloatArray, count: int, sectors: int) -> FloatArray:
    """The same by components, (..., 3, r, s) to (..., 3, count, sectors): two products over long rows."""
    kind = parts.dtype.name
    along = _refining(parts.shape[-2], count, False, kind) @ parts
    fine: FloatArray = along.reshape(-1, parts.shape[-1]) @ _refining(parts.shape[-1], sectors, True, kind).T
    return fine.reshape(*parts.shape[:-2], count, sectors)


@lru_cache
def _refining(coarse: int, fine: int, periodic: bool, kind: str) -> FloatArray:
    return refining_matrix(coarse, fine, periodic).astype(kind)


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Cross product (..., 3), by components: several times faster than numpy's on small last axes."""
    product = np.empty(np.broadcast_shapes(a.shape, b.shape), dtype=np.result_type(a, b))
    product[..., 0] = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
    product[..., 1] = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
    product[..., 2] = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return product


def ring_centres(rings: FloatArray) -> FloatArray:
    """Mean point (..., R, 3) of each ring."""
    centres: FloatArray = np.einsum("...sk->...k", rings) / rings.shape[-2]
    return centres


def ring_volume(rings: FloatArray) -> FloatArray:
    """Volume (...) enclosed by closed tubes (..., R, S, 3), their ends closed by fans: the sum of signed tetrahedra.

    They are counted from the middle of the first ring, so the first fan adds nothing.
    """
    # Component by component: each operation then runs over long rows.
    points = rings - ring_centres(rings[..., :1, :, :])[..., None, :]
    ax, ay, az = (np.ascontiguousarray(points[..., axis]) for axis in range(3))
    bx, by, bz = (_next(part) for part in (ax, ay, az))
    cx, cy, cz = (b[..., :-1, :] - a[..., 1:, :] for a, b in ((ax, bx), (ay, by), (az, bz)))
    dx, dy, dz = bx[..., 1:, :], by[..., 1:, :], bz[..., 1:, :]
    volume = ax[..., :-1, :] * (cy * dz - cz * dy)
    volume += ay[..., :-1, :] * (cz * dx - cx * dz)
    volume += az[..., :-1, :] * (cx * dy - cy * dx)
    last, beyond = points[..., -1, :, :], np.stack([bx[..., -1, :], by[..., -1, :], bz[..., -1, :]], axis=-1)
    middle = np.einsum("...sk->...k", last) / last.shape[-2]
    cap = np.einsum("...k,...sk->...", middle, cross(last, beyond))
    result: FloatArray = np.abs(volume.sum(axis=(-2, -1)) + cap) / 6.0
    return result


def _next(values: FloatArray) -> FloatArray:
    """Each value's neighbour in the round (..., S)."""
    ahead = np.empty_like(values)
    ahead[..., :-1], ahead[..., -1] = values[..., 1:], values[..., 0]
    return ahead


def closed_vertices(rings: FloatArray) -> FloatArray:
    """Vertices (..., R * (S + 1) + 2, 3) of the closed surface: rings with the seam doubled for the texture, then the two end centres."""
    lead, (count, sectors) = rings.shape[:-3], rings.shape[-3:-1]
    vertices = np.empty((*lead, count * (sectors + 1) + 2, 3), dtype=rings.dtype)
    body = vertices[..., :-2, :].reshape(*lead, count, sectors + 1, 3)  # a view
    body[..., :-1, :] = rings
    body[..., -1, :] = rings[..., 0, :]
    vertices[..., -2:, :] = rings[..., :: count - 1, :, :].mean(axis=-2)
    return vertices


def closed_faces(count: int, sectors: int) -> IntArray:
    """Triangles (F, 3) of `closed_vertices`, wound outwards for rings that run distally with sectors from lateral to posterior."""
    ring, sector = np.meshgrid(np.arange(count - 1), np.arange(sectors), indexing="ij")
    corner = (ring * (sectors + 1) + sector).ravel()
    below = corner + sectors + 1
    side = np.concatenate(
        [np.stack([corner, corner + 1, below + 1], axis=1), np.stack([corner, below + 1, below], axis=1)]
    )
    around, last = np.arange(sectors), (count - 1) * (sectors + 1)
    top, bottom = count * (sectors + 1), count * (sectors + 1) + 1
    first_cap = np.stack([np.full(sectors, top), around + 1, around], axis=1)
    last_cap = np.stack([np.full(sectors, bottom), last + around, last + around + 1], axis=1)
    return np.concatenate([side, first_cap, last_cap]).astype(np.intp)


def closed_uv(along: FloatArray, sectors: int) -> FloatArray:
    """Texture coordinates (V, 2) of `closed_vertices` with rings at `along` (R,): u once round from lateral, v 1 at the origin."""
    u = np.tile(np.arange(sectors + 1) / sectors, len(along))
    v = np.repeat(1.0 - along, sectors + 1)
    ends = np.array([[0.5, 1.0 - along[0]], [0.5, 1.0 - along[-1]]])
    return np.concatenate([np.stack([u, v], axis=1), ends])


def closed_normals(vertices: FloatArray, count: int, sectors: int) -> FloatArray:
    """Outward normals of `closed_vertices` (..., V, 3), from the differences along and round the tube."""
    parts = np.empty((3, *vertices.shape[:-2], count, sectors + 1), dtype=np.float32)
    parts_of(vertices, parts)
    normals = np.empty_like(vertices)
    place_normals(part_normals(parts), cap_normals(parts), normals)
    return normals


def parts_of(vertices: FloatArray, parts: FloatArray) -> None:
    """Write the rings of `closed_vertices` (..., V, 3) into `parts` (3, ..., R, S + 1), component by component."""
    body = vertices[..., :-2, :].reshape(*vertices.shape[:-2], *parts.shape[-2:], 3)
    np.copyto(parts, body.transpose(-1, *range(body.ndim - 1)), casting="same_kind")


def part_normals(parts: FloatArray) -> FloatArray:
    """Unit normals (3, ..., R, S + 1) at rings by components."""
    along, around = np.empty_like(parts), np.empty_like(parts)
    part_steps(parts, along, around)
    return crossed(around, along)


def part_steps(parts: FloatArray, along: FloatArray, around: FloatArray) -> None:
    """Write the ways along and round the tubes at rings (3, ..., R, S + 1), of any length."""
    np.subtract(parts[..., 2:, :], parts[..., :-2, :], out=along[..., 1:-1, :])
    np.subtract(parts[..., 1, :], parts[..., 0, :], out=along[..., 0, :])
    np.subtract(parts[..., -1, :], parts[..., -2, :], out=along[..., -1, :])
    np.subtract(parts[..., 2:], parts[..., :-2], out=around[..., 1:-1])
    np.subtract(parts[..., 1], parts[..., -2], out=around[..., 0])
    around[..., -1] = around[..., 0]


def crossed(first: FloatArray, second: FloatArray) -> FloatArray:
    """Unit vectors (3, ...) across two, by components: each operation runs over long rows, in single precision."""
    normals, spare = np.empty_like(first), np.empty_like(first[0])
    for axis in range(3):
        one, two = (axis + 1) % 3, (axis + 2) % 3
        np.multiply(first[one], second[two], out=normals[axis])
        np.multiply(first[two], second[one], out=spare)
        normals[axis] -= spare
    size = np.einsum("k...,k...->...", normals, normals)
    np.sqrt(size, out=size)
    np.maximum(size, 1e-20, out=size)
    np.divide(1.0, size, out=size)
    normals *= size
    return normals


def cap_normals(parts: FloatArray) -> FloatArray:
    """Unit normals (..., 2, 3) of the two ends of tubes by components (3, ..., R, S + 1): they face along the tube."""
    return unit(cap_ways(parts))


def cap_ways(parts: FloatArray) -> FloatArray:
    """The same before they are brought to length one."""
    out: FloatArray = parts[..., [0, -1], :-1].sum(axis=-1) - parts[..., [1, -2], :-1].sum(axis=-1)
    return out.transpose(*range(1, out.ndim), 0)


def place_normals(sides: FloatArray, caps: FloatArray, target: FloatArray) -> None:
    """Write normals of rings (3, ..., R, S + 1) and of ends (..., 2, 3) into those of `closed_vertices` (..., V, 3)."""
    body = target[..., :-2, :].reshape(*target.shape[:-2], *sides.shape[-2:], 3)
    body[...] = sides.transpose(*range(1, sides.ndim), 0)
    target[..., -2:, :] = caps
