"""The vocabulary of the sculptor: shapes as distance fields, and ways to join them.

A `Field` takes points (N, 3) in millimetres and gives about the distance to a surface (N,): negative inside, positive outside. Shapes are
made by functions named after them and joined by `blend`, `carve` and `trim`, whose `width` is the size of the fillet at the seam.
Axes: x anterior, y up, z to the right. Joined fields are not exact distances (their slope is 0.5 to 2); contouring allows for it.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

from visualiser.typed import FloatArray

Field = Callable[[FloatArray], FloatArray]
Point = Sequence[float] | FloatArray
Rows = Sequence[Sequence[float]]


def norm(vectors: FloatArray) -> FloatArray:
    """Lengths (N,) of vectors (N, 3)."""
    return cast(FloatArray, np.sqrt(np.einsum("...i,...i->...", vectors, vectors)))


def unit(vector: ArrayLike) -> FloatArray:
    """A vector's direction."""
    array = np.asarray(vector, dtype=np.float64)
    return cast(FloatArray, array / np.linalg.norm(array))


def turn(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> FloatArray:
    """Rotation matrix for degrees about x, then y, then z; its columns are the turned axes."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.radians([x, y, z])), np.sin(np.radians([x, y, z]))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return cast(FloatArray, about_z @ about_y @ about_x)


# Shapes


def sphere(centre: Point, radius: float) -> Field:
    """A ball."""
    middle = np.asarray(centre, dtype=np.float64)
    return lambda points: norm(points - middle) - radius


def cone(start: Point, end: Point, start_radius: float, end_radius: float) -> Field:
    """A capsule whose radius changes from one end to the other."""
    first, axis = np.asarray(start, dtype=np.float64), np.subtract(end, start)

    def field(points: FloatArray) -> FloatArray:
        along = np.clip((points - first) @ axis / (axis @ axis), 0.0, 1.0)
        return norm(points - first - along[:, None] * axis) - (start_radius + along * (end_radius - start_radius))

    return field


def chain(rows: Rows) -> Field:
    """Cones joined end to end; rows of x, y, z, radius."""
    links = [cone(a[:3], b[:3], a[3], b[3]) for a, b in pairwise(rows)]
    return lambda points: np.minimum.reduce([link(points) for link in links])


def ellipsoid(centre: Point, radii: Point, axes: FloatArray | None = None) -> Field:
    """An ellipsoid; `axes` holds its principal directions as columns."""
    middle, half = np.asarray(centre, dtype=np.float64), np.asarray(radii, dtype=np.float64)

    def field(points: FloatArray) -> FloatArray:
        local = points - middle if axes is None else (points - middle) @ axes
        level = norm(local / half)
        return level * (level - 1.0) / np.maximum(norm(local / half**2), 1e-9)

    return field


def plane(point: Point, normal: Point) -> Field:
    """The half space behind a plane: inside is the side the normal points away from."""
    direction = unit(normal)
    offset = float(np.dot(point, direction))
    return lambda points: cast(FloatArray, points @ direction - offset)


def table(rows: Rows) -> Callable[[FloatArray], list[FloatArray]]:
    """Interpolator through rows whose first column is the argument: monotone cubics, so that no column overshoots."""
    data = np.array(sorted(tuple(row) for row in rows), dtype=np.float64)
    knots = np.linspace(data[0, 0], data[-1, 0], 600)
    values = PchipInterpolator(data[:, 0], data[:, 1:])(knots)
    return lambda x: [np.interp(x, knots, column) for column in values.T]


def loft(stations: Rows, cap: float = 8.0, vertex_deg: float = 0.0) -> Field:
    """A bone shaft: oval sections stacked along y, with rounded ends.

    stations   : rows of y, centre x, centre z, radius along x, radius along z, triangularity (third harmonic of the radius)
    cap        : rounding of the two ends, mm
    vertex_deg : where the triangle points, 0 anterior and 180 posterior
    """
    section = table(stations)
    bottom, top = min(row[0] for row in stations), max(row[0] for row in stations)
    vertex = np.radians(vertex_deg)

    def field(points: FloatArray) -> FloatArray:
        centre_x, centre_z, radius_x, radius_z, triangular = section(points[:, 1])
        x, z = points[:, 0] - centre_x, points[:, 2] - centre_z
        level, slope = np.hypot(x / radius_x, z / radius_z), np.hypot(x / radius_x**2, z / radius_z**2)
        angle = np.arctan2(z / radius_z, x / radius_x)
        wall = level * (level - 1.0 - triangular * np.cos(3.0 * (angle - vertex))) / np.maximum(slope, 1e-9)
        core = -0.85 * np.minimum(radius_x, radius_z)  # the formula loses its meaning near the axis
        wall = np.where(level < 0.15, core, wall)
        ends = np.abs(points[:, 1] - 0.5 * (bottom + top)) - 0.5 * (top - bottom)
        return smooth_maximum(wall, ends, cap)

    return field


def drum(centre: Point, radius_x: float, radius_z: float, bottom: float, top: float, rounding: float) -> Field:
    """An upright oval disc between two heights, with rounded edges; `centre` is (x, z)."""
    wall = ellipsoid((centre[0], 0.0, centre[1]), (radius_x, 1e3, radius_z))
    flat = np.array([1.0, 0.0, 1.0])
    middle, half = 0.5 * (bottom + top), 0.5 * (top - bottom)
    return lambda points: smooth_maximum(wall(points * flat), np.abs(points[:, 1] - middle) - half, rounding)


# Joining


def smooth_minimum(a: FloatArray, b: FloatArray, width: float) -> FloatArray:
    """The smaller of two fields with a quadratic fillet where they are within `width` of each other."""
    near = np.maximum(width - np.abs(a - b), 0.0) / width
    return np.minimum(a, b) - 0.25 * width * near * near


def smooth_maximum(a: FloatArray, b: FloatArray, width: float) -> FloatArray:
    """The larger of two fields with a quadratic fillet."""
    return -smooth_minimum(-a, -b, width)


def blend(body: Field, *features: Field, width: float) -> Field:
    """One solid of several, with a fillet at the seams."""

    def field(points: FloatArray) -> FloatArray:
        value = body(points)
        for feature in features:
            value = smooth_minimum(value, feature(points), width)
        return value

    return field


def carve(body: Field, tool: Field, width: float) -> Field:
    """The body without what the tool covers."""
    return lambda points: smooth_maximum(body(points), -tool(points), width)


def trim(body: Field, keep: Field, width: float) -> Field:
    """What the body and `keep` have in common."""
    return lambda points: smooth_maximum(body(points), keep(points), width)


def moved(shape: Field, offset: Point, axes: FloatArray | None = None) -> Field:
    """The shape turned by `axes` (columns: where its x, y, z go), then moved by `offset`."""
    shift = np.asarray(offset, dtype=np.float64)
    return lambda points: shape(points - shift if axes is None else (points - shift) @ axes)


def twisted(shape: Field, degrees: float, start_y: float, end_y: float) -> Field:
    """The shape wrung about the y axis: nothing at `start_y`, `degrees` at `end_y` and beyond."""

    def field(points: FloatArray) -> FloatArray:
        angle = np.radians(degrees) * np.clip((points[:, 1] - start_y) / (end_y - start_y), 0.0, 1.0)
        cosine, sine = np.cos(angle), np.sin(angle)
        x, z = points[:, 0], points[:, 2]
        return shape(np.stack([cosine * x - sine * z, points[:, 1], sine * x + cosine * z], axis=1))

    return field


def two_sided(right: Field) -> Field:
    """A midline shape from its right half: whatever stands at z also stands at -z."""
    return lambda points: right(np.stack([points[:, 0], points[:, 1], np.abs(points[:, 2])], axis=1))


# Relief: features too soft to be solids of their own


def raised(body: Field, *paths: Rows, height: float, width: float) -> Field:
    """The body with soft ridges of this height along paths on its surface; a negative height makes grooves.

    paths  : rows of x, y, z near the surface, which are pulled onto it; a fourth number scales the height there (1 if left out);
             a path of one row makes a swelling. Where paths meet the higher counts, so that forks have no knot.
    height : mm
    width  : distance from the crest at which the ridge has fallen to a third, mm
    """
    reach = 2.6 * width

    @cache  # when the first point is asked about: every process imports the bones, and few need all of them
    def laid() -> tuple[list[FloatArray], FloatArray, FloatArray]:
        crests = [_crest(body, path) for path in paths]
        ends = np.concatenate([crest[:, :3] for crest in crests])
        return crests, ends.min(axis=0) - reach, ends.max(axis=0) + reach

    def field(points: FloatArray) -> FloatArray:
        crests, low, high = laid()
        value = body(points)
        near = np.flatnonzero(np.all((points > low) & (points < high), axis=1))
        if len(near):
            rises = [_rise(points[near], crest, height, width) for crest in crests]
            value[near] -= np.maximum.reduce(rises) if height > 0 else np.minimum.reduce(rises)
        return value

    return field


def _crest(body: Field, path: Rows) -> FloatArray:
    """Rows of x, y, z, share of the height, outward normal; at least two."""
    rows = np.array([[*row, 1.0][:4] for row in path], dtype=np.float64)
    rows[:, :3] = on_surface(body, rows[:, :3])
    slope = gradient(body, rows[:, :3])
    crest = np.column_stack([rows, slope / norm(slope)[:, None]])
    return crest if len(crest) > 1 else np.repeat(crest, 2, axis=0)


def _rise(points: FloatArray, crest: FloatArray, height: float, width: float) -> FloatArray:
    # Distance counts sideways of the crest; outwards it counts less, or the ridge would fade before it has reached its height.
    outward_share = 1.0 - (width / (width + 2.0 * abs(height))) ** 2
    best = np.zeros(len(points))
    for first, last in pairwise(crest):
        axis = last[:3] - first[:3]
        along = np.clip((points - first[:3]) @ axis / max(axis @ axis, 1e-9), 0.0, 1.0)[:, None]
        here = first + along * (last - first)
        away = points - here[:, :3]
        outward = np.einsum("ni,ni->n", away, here[:, 4:])
        square = np.einsum("ni,ni->n", away, away) - outward_share * outward**2
        best = np.maximum(best, here[:, 3] * np.exp(-square / width**2))
    return height * best


def gradient(field: Field, points: FloatArray, step: float = 0.4) -> FloatArray:
    """Slope (N, 3) of a field by central differences."""
    steps = step * np.eye(3)
    return np.stack([field(points + e) - field(points - e) for e in steps], axis=1) / (2.0 * step)


def on_surface(field: Field, points: ArrayLike, rounds: int = 12) -> FloatArray:
    """Points moved along the slope onto the surface of a field."""
    moved_points = np.atleast_2d(np.array(points, dtype=np.float64))
    for _ in range(rounds):
        slope = gradient(field, moved_points)
        square = np.maximum(np.einsum("ni,ni->n", slope, slope), 0.2)
        moved_points = moved_points - np.clip(field(moved_points) / square, -3.0, 3.0)[:, None] * slope
    return moved_points
