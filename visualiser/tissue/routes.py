"""How lines of action run: from the origin round ischium and condyles to the via point, in closed form, for many poses at once.

Everything happens in the femur frame, where the origin moves with the hip only and the via point with the knee only. Where a line leaves
the cylinder in the ischium depends a little on where it meets the condyles: it is aimed where the straight line would meet them, which is
wrong by millimetres in 400 and so leaves lengths, stationary there, within a hundredth of a millimetre of the shortest.

Vectors are three arrays (N,), one a component, so that no step makes a large array: large ones cost more than the sums on them. What
happens in most poses, the hold of the ischium, is worked out in all of them; what happens in few, the bend round the condyles, in those.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from visualiser.anatomy.definitions import Geometry, LineOfAction
from visualiser.conventions import metres
from visualiser.kinematics import (
    ANKLE_DORSIFLEXION,
    HIP_ADDUCTION,
    HIP_FLEXION,
    HIP_ROTATION,
    KNEE_FLEXION,
    TIBIAL_ROTATION,
    screw_home_and_rates,
)
from visualiser.tissue.wrapping import Arc, Pair, angle_of, bending, round_circle, tangent
from visualiser.typed import BoolArray, FloatArray, IntArray

Vector = tuple[FloatArray, FloatArray, FloatArray]
Axes = tuple[Vector, Vector, Vector]


class Joints(NamedTuple):
    """What the joints contribute to every line, computed once for all heads.

    pelvis, tibia : axes of these segments as the femur sees them
    floating      : x and z of the floating axis, about which the hip adducts
    hinge         : (3,) of the knee
    to_tibia      : origin of the tibia
    turning       : (N,) by how much the tibia turns on its axis with knee flexion
    rolling       : by how much the femur's hinge moves in the tibia with knee flexion, as the femur sees it
    """

    pelvis: Axes
    floating: Pair
    tibia: Axes
    hinge: FloatArray
    to_tibia: Vector
    turning: FloatArray
    rolling: Vector


class Circle(NamedTuple):
    """The condyle's cylinder seen along its axis: metres."""

    x: float
    y: float
    radius: float


class Ischium(NamedTuple):
    """The cylinder in the ischium: `axes` (3, 3) on those of the pelvis, the first to where the line touches it, the last along it.

    The origin lies on the other side of that tangent, `before` (metres) from it: on these axes at (radius, -before, 0).
    """

    axes: FloatArray
    radius: float
    before: float


class Line(NamedTuple):
    """A line of action in numbers: `origin`, `via` (3,) and the length `beyond` the via point, metres."""

    segment: str
    origin: FloatArray
    via: FloatArray
    beyond: float
    condyle: Circle | None
    ischium: Ischium | None


class Bent(NamedTuple):
    """In which `rows` (M,) a line bends round the condyle, how, and its length `plane` (M,) seen along the condyle's axis."""

    rows: IntArray
    arc: Arc
    plane: FloatArray


class Free(NamedTuple):
    """A line that moves freely from where it begins to its via point: straight along `way`, or `bent`; `length` (N,) in space."""

    begin: Vector
    via: Vector
    way: Vector
    length: FloatArray
    bent: Bent | None


class Held(NamedTuple):
    """The part of a line that the ischium holds in the poses `where` (N,) it does: round by `angle`, `plane` across and `climb` along it.

    `length` (N,) is that in space and 0 elsewhere, `move` (3 arrays, in the femur) leads from the origin to its end, nowhere elsewhere.
    """

    where: BoolArray
    angle: FloatArray
    plane: FloatArray
    climb: FloatArray
    length: FloatArray
    move: Vector


class Route(NamedTuple):
    """A line in N poses: along what is `held` to where the rest, `free`, begins.

    `bends` (M,) are the poses in which it would bend at the knee if the ischium did not hold it.
    """

    held: Held | None
    free: Free
    bends: IntArray

    @property
    def length(self) -> FloatArray:
        """To the via point (N,)."""
        return self.free.length if self.held is None else self.free.length + self.held.length


_NOWHERE: IntArray = np.zeros(0, dtype=np.intp)


@lru_cache
def numbers(line: LineOfAction) -> Line:
    """A line of action in numbers."""
    wrap = line.wrap
    return Line(
        line.origin_segment,
        metres(line.origin_mm),
        metres(line.via_mm),
        float(metres(np.linalg.norm(np.subtract(line.insertion_mm, line.via_mm)))),
        None if wrap is None else Circle(*(float(metres(v)) for v in (wrap.x_mm, wrap.y_mm, wrap.radius_mm))),
        None if line.ischium is None else _ischium(line),
    )


def origin_clearance(line: LineOfAction) -> float:
    """How far (metres) the origin lies outside the cylinder in the ischium."""
    ring = line.ischium
    assert ring is not None
    along = np.array(ring.axis) / np.linalg.norm(ring.axis)
    away = metres(np.subtract(line.origin_mm, ring.point_mm))
    return float(np.linalg.norm(away - (away @ along) * along) - metres(ring.radius_mm))


def _ischium(line: LineOfAction) -> Ischium:
    ring = line.ischium
    assert ring is not None
    along = np.array(ring.axis) / np.linalg.norm(ring.axis)
    away = metres(np.subtract(line.origin_mm, ring.point_mm))
    away -= (away @ along) * along
    far, radius = float(np.linalg.norm(away)), float(metres(ring.radius_mm))
    before = float(np.sqrt(max(far * far - radius * radius, 0.0)))
    out = away / far
    first = (radius * out + before * np.cross(along, out)) / far
    return Ischium(np.stack([first, np.cross(along, first), along]), radius, before)


def joints_of(rows: FloatArray, geometry: Geometry) -> Joints:
    """Poses (N, 6) as the lines need them."""
    angles = np.array(rows[:, :ANKLE_DORSIFLEXION].T, order="C")  # a copy: the caller's poses stay
    coupled, rates = screw_home_and_rates(angles[KNEE_FLEXION], geometry)
    angles[TIBIAL_ROTATION] += coupled[0]
    cosine, sine = [np.cos(angle) for angle in angles], [np.sin(angle) for angle in angles]
    flex, flex_s = cosine[HIP_FLEXION], sine[HIP_FLEXION]
    adduct, adduct_s = cosine[HIP_ADDUCTION], sine[HIP_ADDUCTION]
    turn, turn_s = cosine[HIP_ROTATION], sine[HIP_ROTATION]
    bend, bend_s = cosine[KNEE_FLEXION], sine[KNEE_FLEXION]
    twist, twist_s = cosine[TIBIAL_ROTATION], sine[TIBIAL_ROTATION]
    lean, lean_s = turn * adduct_s, turn_s * adduct_s
    forward = (turn * flex - lean_s * flex_s, -adduct * flex_s, turn_s * flex + lean * flex_s)
    upward = (turn * flex_s + lean_s * flex, adduct * flex, turn_s * flex_s - lean * flex)
    tibia = (
        (bend * twist, -bend_s * twist, -twist_s),
        (bend_s, bend, np.zeros(len(rows))),
        (bend * twist_s, -bend_s * twist_s, twist),
    )
    (fx, fy, fz), (ux, uy, _), _ = tibia
    hinge = metres(geometry.knee_hinge_mm)
    return Joints(
        pelvis=(forward, upward, (-turn_s * adduct, adduct_s, turn * adduct)),
        floating=(turn, turn_s),
        tibia=tibia,
        hinge=hinge,
        to_tibia=(
            hinge[0] - (coupled[1] * fx + coupled[2] * ux),
            hinge[1] - (coupled[1] * fy + coupled[2] * uy),
            hinge[2] - coupled[1] * fz,
        ),
        turning=rates[0],
        rolling=(rates[1] * fx + rates[2] * ux, rates[1] * fy + rates[2] * uy, rates[1] * fz),
    )


def placed(axes: Axes, point: FloatArray | Vector) -> Vector:
    """Femur coordinates of a point of a segment, one for all poses (3,) or one each, from the segment's origin."""
    x, y, z = point
    (a, b, c), (d, e, f), (g, h, i) = axes
    return x * a + y * d + z * g, x * b + y * e + z * h, x * c + y * f + z * i


def seen(axes: Axes, vector: Vector) -> Vector:
    """Components along a segment's axes of vectors in the femur."""
    x, y, z = vector
    first, second, third = (a * x + b * y + c * z for a, b, c in axes)
    return first, second, third


def via_point(line: Line, joints: Joints) -> Vector:
    """Where the via point is."""
    x, y, z = placed(joints.tibia, line.via)
    x += joints.to_tibia[0]
    y += joints.to_tibia[1]
    z += joints.to_tibia[2]
    return x, y, z


def route(line: Line, joints: Joints) -> Route:
    """The line of action in N poses."""
    via = via_point(line, joints)
    if line.segment == "femur":
        x, y, z = (np.full(len(via[0]), value) for value in line.origin)
        return Route(None, free_route(line.condyle, (x, y, z), via), _NOWHERE)
    origin = placed(joints.pelvis, line.origin)
    if line.ischium is None:
        return Route(None, free_route(line.condyle, origin, via), _NOWHERE)
    way = via[0] - origin[0], via[1] - origin[1], via[2] - origin[2]
    bent = None if line.condyle is None else _bent(line.condyle, origin, via, way)
    held = _held(line.ischium, joints.pelvis, _to_first_bend(line.condyle, origin, way, bent))
    dx, dy, dz = held.move
    end = origin[0] + dx, origin[1] + dy, origin[2] + dz
    return Route(held, free_route(line.condyle, end, via), _NOWHERE if bent is None else bent.rows)


def free_route(condyle: Circle | None, begin: Vector, via: Vector) -> Free:
    """Lines round the condyle to the via point."""
    way = x, y, z = via[0] - begin[0], via[1] - begin[1], via[2] - begin[2]
    square = x * x + y * y
    bent = None if condyle is None else _bent(condyle, begin, via, way, square)
    square += z * z
    length = np.sqrt(square, out=square)
    if bent is not None:
        climb = z[bent.rows]
        length[bent.rows] = np.sqrt(bent.plane * bent.plane + climb * climb)
    return Free(begin, via, way, length, bent)


def _bent(condyle: Circle, begin: Vector, via: Vector, way: Vector, square: FloatArray | None = None) -> Bent | None:
    """How lines bend round the condyle; None where none does. `square` (N,) of their length seen along its axis, if that is known."""
    start = begin[0] - condyle.x, begin[1] - condyle.y
    end = via[0] - condyle.x, via[1] - condyle.y
    if square is None:
        square = way[0] * way[0] + way[1] * way[1]
    rows = bending(start, end, (way[0], way[1]), square, condyle.radius)
    if not len(rows):
        return None
    arc = round_circle((start[0][rows], start[1][rows]), (end[0][rows], end[1][rows]), condyle.radius)
    return Bent(rows, arc, arc.before + condyle.radius * arc.angle + arc.after)


def to_first_bend(condyle: Circle | None, free: Free) -> Vector:
    """The way to where lines first bend: to where they meet the condyle, or to the via point."""
    return _to_first_bend(condyle, free.begin, free.way, free.bent)


def _to_first_bend(condyle: Circle | None, begin: Vector, way: Vector, bent: Bent | None) -> Vector:
    if bent is None or condyle is None:
        return way
    rows, arc, plane = bent
    x, y, z = _copied(way)
    x[rows] = condyle.x + condyle.radius * arc.first[0] - begin[0][rows]
    y[rows] = condyle.y + condyle.radius * arc.first[1] - begin[1][rows]
    z[rows] *= arc.before / plane
    return x, y, z


def _held(ischium: Ischium, pelvis: Axes, aim: Vector) -> Held:
    """The part that the ischium holds of lines that go on straight along `aim`, a way from their origin.

    Worked out in all poses; where the line would not touch the bone, nothing of it is held.
    """
    axes, radius, before = ischium
    x, y, z = _onto(axes, seen(pelvis, aim))
    # Straight lines leave the origin on the inner side of the tangent, and towards the cylinder.
    where = (x < 0.0) & (radius * x < before * y)
    x += radius
    y -= before  # now from the cylinder's middle
    after, last = tangent((x, y), radius, -1.0)
    angle = angle_of(*last)
    plane = before + radius * angle
    climb = z * plane / (plane + after)
    length = np.sqrt(plane * plane + climb * climb)
    across, up = radius * last[0] - radius, radius * last[1] + before
    share = where.astype(np.float64)
    for part in (length, across, up, climb):
        part *= share
    move = placed(pelvis, _onto(axes.T, (across, up, climb)))
    return Held(where, angle, plane, climb, length, move)


def _onto(axes: FloatArray, vector: Vector) -> Vector:
    """Components along constant axes (3, 3) of vectors."""
    x, y, z = vector
    first, second, third = (a * x + b * y + c * z for a, b, c in axes.tolist())
    return first, second, third


def nearest_aim(line: Line, joints: Joints) -> float:
    """How near (metres) the places at the knee that lines are aimed at come to the endless cylinder in the ischium; negative inside."""
    assert line.ischium is not None
    free = route(line._replace(ischium=None), joints).free
    x, y, _ = _onto(line.ischium.axes, seen(joints.pelvis, to_first_bend(line.condyle, free)))
    return float((np.hypot(x + line.ischium.radius, y - line.ischium.before) - line.ischium.radius).min())


def leaving(line: Line, joints: Joints, found: Route) -> tuple[Vector, Vector, FloatArray]:
    """Where the free part begins, and the direction in which it leaves, of any length, with that length (N,).

    Where a line is held and bends at the knee, it is aimed again: moment arms feel a small error of the aim.
    """
    begin, _, way, length, bent = found.free
    if bent is not None:
        way, length = to_first_bend(line.condyle, found.free), length.copy()
        length[bent.rows] = _norm(_picked(way, bent.rows))
    if found.held is None or line.ischium is None:
        return begin, way, length
    doubtful = np.zeros(len(length), dtype=bool)
    for rows in (found.bends, () if bent is None else bent.rows):
        doubtful[rows] = True
    rows = np.flatnonzero(doubtful & found.held.where)
    if len(rows):
        move, onward = _picked(found.held.move, rows), _picked(way, rows)
        first, second, third = (_picked(axis, rows) for axis in joints.pelvis)
        aim = move[0] + onward[0], move[1] + onward[1], move[2] + onward[2]
        better = _held(line.ischium, (first, second, third), aim).move
        begin, way, length = _copied(begin), _copied(way), length.copy()
        for component in range(3):
            shift = better[component] - move[component]
            begin[component][rows] += shift
            way[component][rows] -= shift
        length[rows] = _norm(_picked(way, rows))
    return begin, way, length


def arriving(free: Free) -> tuple[Vector, FloatArray]:
    """The direction in which lines arrive at their via points, of any length, and that length (N,)."""
    if free.bent is None:
        return free.way, free.length
    rows, arc, plane = free.bent
    (x, y, z), length = _copied(free.way), free.length.copy()
    x[rows], y[rows] = -arc.last[1], arc.last[0]
    z[rows] /= plane
    length[rows] /= plane
    return (x, y, z), length


def _picked(vector: Vector, rows: IntArray) -> Vector:
    return vector[0][rows], vector[1][rows], vector[2][rows]


def _copied(vector: Vector) -> Vector:
    return vector[0].copy(), vector[1].copy(), vector[2].copy()


def _norm(vector: Vector) -> FloatArray:
    x, y, z = vector
    length: FloatArray = np.sqrt(x * x + y * y + z * z)
    return length
