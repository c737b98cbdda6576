"""Lines of action of the muscle heads: lengths, moment arms and points, in closed form, for one pose or many.

Everything happens in the femur frame, where the origin moves with the hip only and the via point with the knee only. The line runs from
the origin, round a cylinder on the femoral condyles where it touches it, to the via point and on to the insertion, both on the tibia.
In deep hip flexion it first goes round a cylinder in the ischium; that cylinder and the condyles' are seldom parallel, so there the
touching points are found in a few steps, each of which leaves less than a hundredth of the error before.

A moment arm is how fast the head shortens with a coordinate, -dL/dq, about hip flexion, hip adduction, hip internal rotation, knee
flexion and tibial internal rotation: positive where the head helps that motion. The hip-EXTENSION arm that textbooks print is therefore
minus the first column; the knee-flexion arm is the fourth as it stands.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from visualiser.anatomy import skeleton
from visualiser.anatomy.definitions import Cylinder, Geometry, LineOfAction, MuscleHead
from visualiser.conventions import metres
from visualiser.errors import AnatomyError
from visualiser.kinematics import HIP_ADDUCTION, HIP_FLEXION, HIP_ROTATION, KNEE_FLEXION, TIBIAL_ROTATION, screw_home
from visualiser.typed import BoolArray, FloatArray, IntArray

ARM_COORDINATES = ("hip_flexion", "hip_adduction", "hip_internal_rotation", "knee_flexion", "tibial_internal_rotation")
BLOCK = 2048  # poses worked on at once: the temporaries of one block stay in the processor's cache
VIA_CLEARANCE = 1e-3  # metres that origin and via point keep from their wrap cylinders; nearer, lengths would jump
ISCHIAL_STEPS = 2  # until arms of the line round both cylinders are exact to 2e-6 m, lengths to far less


class Vector(NamedTuple):
    """Components (N,) of N vectors: cheaper than small matrices, and formulas read as in a textbook."""

    x: FloatArray
    y: FloatArray
    z: FloatArray


class Joints(NamedTuple):
    """What the joints contribute to every line, computed once for all heads: sines, cosines, and the moving hinge of the knee."""

    hip: tuple[FloatArray, ...]
    knee: tuple[FloatArray, ...]
    hinge: tuple[FloatArray, FloatArray]
    coupled_rates: tuple[FloatArray, FloatArray, FloatArray]
    geometry: Geometry


class Line(NamedTuple):
    """A line of action in N poses: its ends, its plane part round the cylinder, and the directions in which it leaves and arrives."""

    origin: Vector
    via: Vector
    via_from_hinge: Vector
    leaving: Vector
    arriving: Vector
    wrapped: BoolArray
    first_angle: FloatArray
    last_angle: FloatArray
    plane_length: FloatArray
    length: FloatArray


class Hold(NamedTuple):
    """The part of a line that the ischium holds, in the poses `rows` (M,) where it does: straight, then round the cylinder.

    `free` is where the rest of the line, which moves freely, begins: the end of the arc, in the femur. Lengths in the sagittal plane of
    the pelvis: `before` the arc and `plane` in all; angles of the arc; `climb` along z; `length` in space.
    """

    rows: IntArray
    free: Vector
    before: FloatArray  # () as the next
    first_angle: FloatArray
    plane: FloatArray
    climb: FloatArray
    length: FloatArray


def muscle_length(head: MuscleHead, leg: FloatArray, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Length of the muscle-tendon path, origin to insertion, along its wrap.

    leg      : (..., 6)  radians, order of `conventions.LEG_COORDINATES`
    geometry : of the body that the head belongs to
    returns  : (...)     metres
    raises   : AnatomyError if the head's via point enters its wrap cylinder anywhere in the knee's range
    """
    rows = np.asarray(leg, dtype=np.float64).reshape(-1, 6)
    lengths = np.empty(len(rows))
    for block in _blocks(len(rows)):
        line, hold = _line(head.line, _joints(rows[block], geometry))
        lengths[block] = line.length + _beyond_via(head.line)
        if hold is not None:
            lengths[block][hold.rows] += hold.length
    return lengths.reshape(np.shape(leg)[:-1])


def moment_arms(head: MuscleHead, leg: FloatArray, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Moment arms -dL/dq of a head about `ARM_COORDINATES` (see the top of this file for signs).

    leg     : (..., 6)  radians
    returns : (..., 5)  metres
    """
    rows = np.asarray(leg, dtype=np.float64).reshape(-1, 6)
    arms = np.empty((len(rows), len(ARM_COORDINATES)))
    for block in _blocks(len(rows)):
        joints = _joints(rows[block], geometry)
        # What the ischium holds moves with the pelvis: the free part pulls where it leaves the bone.
        arms[block] = _arms(head.line, _line(head.line, joints)[0], joints)
    return arms.reshape(*np.shape(leg)[:-1], len(ARM_COORDINATES))


def line_points(head: MuscleHead, leg: FloatArray, count: int, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Points of the line of action at equal steps of its length, origin first and insertion last.

    leg     : (..., 6)         radians
    returns : (..., count, 3)  metres, femur frame
    """
    rows = np.asarray(leg, dtype=np.float64).reshape(-1, 6)
    joints = _joints(rows, geometry)
    line, hold = _line(head.line, joints)
    held = np.zeros(len(rows))
    if hold is not None:
        held[hold.rows] = hold.length
    beyond = _beyond_via(head.line)
    travelled = np.linspace(0.0, 1.0, count) * (held + line.length + beyond)[:, None]
    along = np.maximum(travelled - held[:, None], 0.0)
    before_via = np.minimum(along, line.length[:, None])
    points = np.empty((len(rows), count, 3))
    points[..., 0], points[..., 1] = _in_plane(head.line, line, before_via * (line.plane_length / line.length)[:, None])
    points[..., 2] = line.origin.z[:, None] + (line.via.z - line.origin.z)[:, None] * before_via / line.length[:, None]
    insertion = _on_tibia(np.subtract(metres(head.line.insertion_mm), metres(head.line.via_mm)), joints)
    share = ((along - before_via) / beyond)[..., None]
    points += share * np.stack(insertion, axis=-1)[:, None, :]
    if hold is not None:
        on_ischium = travelled[hold.rows] < hold.length[:, None]
        bent = _held_points(head.line, hold, travelled[hold.rows], joints)
        points[hold.rows] = np.where(on_ischium[..., None], bent, points[hold.rows])
    return points.reshape(*np.shape(leg)[:-1], count, 3)


def via_clearance(line: LineOfAction, geometry: Geometry = skeleton.STANDARD) -> float:
    """How near (metres) the via point comes to the wrap cylinder in the range of knee flexion and tibial rotation; negative inside."""
    if line.wrap is None:
        return np.inf
    bends, turns = (
        np.radians(np.linspace(*skeleton.limits_deg(name), 80)) for name in ("knee_flexion", "tibial_internal_rotation")
    )
    leg = np.zeros((80, 80, 6))
    leg[..., KNEE_FLEXION], leg[..., TIBIAL_ROTATION] = bends[:, None], turns
    via, _ = _via(line, _joints(leg.reshape(-1, 6), geometry))
    nearest = np.hypot(via.x - metres(line.wrap.x_mm), via.y - metres(line.wrap.y_mm)).min()
    return float(nearest - metres(line.wrap.radius_mm))


@lru_cache
def check_line(line: LineOfAction, geometry: Geometry = skeleton.STANDARD) -> None:
    """Raise AnatomyError if the via point enters the wrap cylinder anywhere in the knee's range, or the origin that of the ischium."""
    if line.ischium is not None:
        centre = np.array((line.ischium.x_mm, line.ischium.y_mm))
        outside = np.linalg.norm(np.subtract(line.origin_mm[:2], centre)) - line.ischium.radius_mm
        if outside < 1e3 * VIA_CLEARANCE:
            raise AnatomyError(
                f"The origin {line.origin_mm} comes within {outside:.1f} mm of the cylinder in the ischium; 1 mm is allowed."
            )
    distance = via_clearance(line, geometry)
    if distance < VIA_CLEARANCE:
        raise AnatomyError(
            f"The via point {line.via_mm} comes within {1e3 * distance:.1f} mm of its wrap cylinder; 1 mm is allowed."
        )


def _blocks(count: int) -> list[slice]:
    return [slice(first, first + BLOCK) for first in range(0, count, BLOCK)]


def _beyond_via(line: LineOfAction) -> float:
    """Length from via point to insertion: constant, both are on the tibia."""
    return float(np.linalg.norm(np.subtract(metres(line.insertion_mm), metres(line.via_mm))))


def _joints(rows: FloatArray, geometry: Geometry) -> Joints:
    """Sines and cosines of the joints and the coupled motion of the knee, for poses (N, 6)."""
    bend = rows[:, KNEE_FLEXION]
    coupled, rates = screw_home(bend, geometry=geometry).T, screw_home(bend, 1, geometry).T
    hip, knee = (HIP_FLEXION, HIP_ADDUCTION, HIP_ROTATION), rows[:, KNEE_FLEXION]
    turn = coupled[0] + rows[:, TIBIAL_ROTATION]
    return Joints(
        hip=tuple(f(rows[:, i]) for i in hip for f in (np.cos, np.sin)),
        knee=(np.cos(knee), np.sin(knee), np.cos(turn), np.sin(turn)),
        hinge=(coupled[1], coupled[2]),
        coupled_rates=(rates[0], rates[1], rates[2]),
        geometry=geometry,
    )


def _on_tibia(vector: FloatArray, joints: Joints) -> Vector:
    """A direction on the tibia, seen from the femur: rotation about the tibial Y, then knee flexion about -Z."""
    bend_cos, bend_sin, turn_cos, turn_sin = joints.knee
    x, y, z = vector
    ahead, side = turn_cos * x + turn_sin * z, turn_cos * z - turn_sin * x
    return Vector(bend_cos * ahead + bend_sin * y, bend_cos * y - bend_sin * ahead, side)


def _via(line: LineOfAction, joints: Joints) -> tuple[Vector, Vector]:
    """The via point in the femur, and its place from the femoral hinge of the knee."""
    x, y, z = metres(line.via_mm)
    hinge_x, hinge_y = joints.hinge
    from_hinge = _on_tibia(np.array([x - hinge_x, y - hinge_y, np.full_like(hinge_x, z)]), joints)
    centre = metres(joints.geometry.knee_hinge_mm)
    return Vector(from_hinge.x + centre[0], from_hinge.y + centre[1], from_hinge.z + centre[2]), from_hinge


def _origin(line: LineOfAction, joints: Joints) -> Vector:
    """The origin in the femur: a point of the pelvis turned back by adduction and rotation of the hip, or a point of the femur."""
    x, y, z = metres(line.origin_mm)
    if line.origin_segment == "femur":
        return Vector(*(np.full_like(joints.hip[0], v) for v in (x, y, z)))
    return _to_femur(Vector(x, y, z), joints.hip)


def _to_femur(point: Vector, hip: tuple[FloatArray, ...]) -> Vector:
    """A point of the pelvis in the femur; both count from the hip centre."""
    flex_cos, flex_sin, adduct_cos, adduct_sin, turn_cos, turn_sin = hip
    ahead, up = flex_cos * point.x + flex_sin * point.y, flex_cos * point.y - flex_sin * point.x
    up, side = adduct_cos * up + adduct_sin * point.z, adduct_cos * point.z - adduct_sin * up
    return Vector(turn_cos * ahead - turn_sin * side, up, turn_sin * ahead + turn_cos * side)


def _to_pelvis(point: Vector, hip: tuple[FloatArray, ...]) -> Vector:
    """A point of the femur in the pelvis, or a direction."""
    flex_cos, flex_sin, adduct_cos, adduct_sin, turn_cos, turn_sin = hip
    ahead, side = turn_cos * point.x + turn_sin * point.z, turn_cos * point.z - turn_sin * point.x
    up, across = adduct_cos * point.y - adduct_sin * side, adduct_sin * point.y + adduct_cos * side
    return Vector(flex_cos * ahead - flex_sin * up, flex_sin * ahead + flex_cos * up, across)


def _line(line: LineOfAction, joints: Joints) -> tuple[Line, Hold | None]:
    """The freely moving line of action in N poses, and what the ischium holds of it."""
    check_line(line, joints.geometry)
    via, via_from_hinge = _via(line, joints)
    free = _free_line(line.wrap, _origin(line, joints), via, via_from_hinge)
    if line.ischium is None:
        return free, None
    centre_x, centre_y, radius = metres((line.ischium.x_mm, line.ischium.y_mm, line.ischium.radius_mm))
    x, y, z = metres(line.origin_mm)
    from_x, from_y = np.asarray(x - centre_x), np.asarray(y - centre_y)
    leaving = _to_pelvis(free.leaving, joints.hip)
    touches = leaving.y * from_x - leaving.x * from_y < radius * np.sqrt(leaving.x**2 + leaving.y**2)
    rows = np.nonzero(touches & (leaving.x * from_x + leaving.y * from_y < 0))[0]
    if not len(rows):
        return free, None
    hip = tuple(part[rows] for part in joints.hip)
    via, via_from_hinge = (Vector(*(part[rows] for part in vector)) for vector in (via, via_from_hinge))
    touched = Vector(*(part[rows] for part in _first_touch(line.wrap, free)))
    for _ in range(ISCHIAL_STEPS):
        target = _to_pelvis(touched, hip)
        before, first, last, after = _tangents(from_x, from_y, target.x - centre_x, target.y - centre_y, radius)
        plane = before + radius * (last - first)
        climb = (target.z - z) * plane / (plane + after)
        leave = Vector(centre_x + radius * np.cos(last), centre_y + radius * np.sin(last), z + climb)
        begin = _to_femur(leave, hip)
        part = _free_line(line.wrap, begin, via, via_from_hinge)
        touched = _first_touch(line.wrap, part)
    hold = Hold(rows, begin, before, first, plane, climb, np.sqrt(plane * plane + climb * climb))
    return _with_rows(free, rows, part), hold


def _with_rows(line: Line, rows: IntArray, new: Line) -> Line:
    """A line of N poses with that of some poses replaced, in a copy."""

    def changed(old: FloatArray, values: FloatArray) -> FloatArray:
        copy = old.copy()
        copy[rows] = values
        return copy

    def changed_vector(old: Vector, values: Vector) -> Vector:
        return Vector(*(changed(o, v) for o, v in zip(old, values, strict=True)))

    wrapped = line.wrapped.copy()
    wrapped[rows] = new.wrapped
    return line._replace(
        origin=changed_vector(line.origin, new.origin),
        leaving=changed_vector(line.leaving, new.leaving),
        arriving=changed_vector(line.arriving, new.arriving),
        wrapped=wrapped,
        first_angle=changed(line.first_angle, new.first_angle),
        last_angle=changed(line.last_angle, new.last_angle),
        plane_length=changed(line.plane_length, new.plane_length),
        length=changed(line.length, new.length),
    )


def _free_line(wrap: Cylinder | None, origin: Vector, via: Vector, via_from_hinge: Vector) -> Line:
    """The line from `origin` round the condyles to the via point, in N poses."""
    x, y, side = via.x - origin.x, via.y - origin.y, via.z - origin.z
    plane = np.sqrt(x * x + y * y)
    leave_x, leave_y = x / plane, y / plane
    arrive_x, arrive_y = leave_x, leave_y
    wrapped = np.zeros(len(plane), dtype=bool)
    first = last = np.zeros(len(plane))
    if wrap is not None:
        centre_x, centre_y, radius = metres((wrap.x_mm, wrap.y_mm, wrap.radius_mm))
        from_x, from_y, to_x, to_y = origin.x - centre_x, origin.y - centre_y, via.x - centre_x, via.y - centre_y
        # The straight line would pass the axis in front of the cylinder's back, and it does so between its two ends.
        touches = (leave_y * from_x - leave_x * from_y < radius) & (leave_x * from_x + leave_y * from_y < 0)
        touches &= leave_x * to_x + leave_y * to_y > 0
        on = np.nonzero(touches)[0]
        if len(on):
            wrapped = touches
            before, begin, end, after = _tangents(from_x[on], from_y[on], to_x[on], to_y[on], radius)
            first, last = first.copy(), last.copy()
            first[on], last[on] = begin, end
            plane[on] = before + radius * (end - begin) + after
            arrive_x, arrive_y = leave_x.copy(), leave_y.copy()
            leave_x[on], leave_y[on] = -np.sin(begin), np.cos(begin)
            arrive_x[on], arrive_y[on] = -np.sin(end), np.cos(end)
    length = np.sqrt(plane * plane + side * side)
    share, climb = plane / length, side / length
    leaving, arriving = (
        Vector(leave_x * share, leave_y * share, climb),
        Vector(arrive_x * share, arrive_y * share, climb),
    )
    return Line(origin, via, via_from_hinge, leaving, arriving, wrapped, first, last, plane, length)


def _tangents(
    from_x: FloatArray, from_y: FloatArray, to_x: FloatArray, to_y: FloatArray, radius: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """A string round a circle about 0, counterclockwise: length before it, first and last angle on it, length after it."""
    before = np.sqrt(from_x**2 + from_y**2 - radius**2)
    after = np.sqrt(to_x**2 + to_y**2 - radius**2)
    start = np.arctan2(from_y, from_x)
    turned = (np.arctan2(to_y, to_x) - start) % (2 * np.pi)
    return before, start + np.arctan2(before, radius), start + turned - np.arctan2(after, radius), after


def _first_touch(wrap: Cylinder | None, line: Line) -> Vector:
    """Where a free line first bends: where it meets the condyles, or the via point."""
    if wrap is None or not line.wrapped.any():
        return line.via
    centre_x, centre_y, radius = metres((wrap.x_mm, wrap.y_mm, wrap.radius_mm))
    x, y = centre_x + radius * np.cos(line.first_angle), centre_y + radius * np.sin(line.first_angle)
    gone = np.sqrt((x - line.origin.x) ** 2 + (y - line.origin.y) ** 2) / line.plane_length
    z = line.origin.z + gone * (line.via.z - line.origin.z)
    return Vector(*(np.where(line.wrapped, own, end) for own, end in zip((x, y, z), line.via, strict=True)))


def _arms(definition: LineOfAction, line: Line, joints: Joints) -> FloatArray:
    """-dL/dq: a small turn about an axis moves an end of the line by axis x place, and the line shortens by that along its direction."""
    arms = np.zeros((len(line.length), len(ARM_COORDINATES)))
    if definition.origin_segment == "pelvis":
        _, _, adduct_cos, adduct_sin, turn_cos, turn_sin = joints.hip
        pull = _cross(line.origin, line.leaving)
        # The pelvis turns the other way, seen from the femur; its axes as the femur sees them:
        arms[:, 0] = adduct_sin * pull.y + adduct_cos * (turn_cos * pull.z - turn_sin * pull.x)
        arms[:, 1] = turn_cos * pull.x + turn_sin * pull.z
        arms[:, 2] = pull.y
        arms[:, :3] *= -1.0
    bend_cos, bend_sin, turn_cos, turn_sin = joints.knee
    turn_rate, hinge_x_rate, hinge_y_rate = joints.coupled_rates
    pull = _cross(line.via_from_hinge, line.arriving)
    about_tibia = bend_sin * pull.x + bend_cos * pull.y
    zero = np.zeros_like(turn_rate)
    roll_back = _on_tibia(np.array([hinge_x_rate, hinge_y_rate, zero]), joints)
    arms[:, 3] = pull.z - turn_rate * about_tibia
    arms[:, 3] += roll_back.x * line.arriving.x + roll_back.y * line.arriving.y + roll_back.z * line.arriving.z
    arms[:, 4] = -about_tibia
    return arms


def _cross(a: Vector, b: Vector) -> Vector:
    return Vector(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)


def _in_plane(definition: LineOfAction, line: Line, along: FloatArray) -> tuple[FloatArray, FloatArray]:
    """x and y (N, K) of the points at plane lengths `along` (N, K) from the origin."""
    straight = along / line.plane_length[:, None]
    x = line.origin.x[:, None] + straight * (line.via.x - line.origin.x)[:, None]
    y = line.origin.y[:, None] + straight * (line.via.y - line.origin.y)[:, None]
    if definition.wrap is None or not line.wrapped.any():
        return x, y
    centre_x, centre_y, radius = metres((definition.wrap.x_mm, definition.wrap.y_mm, definition.wrap.radius_mm))
    first, last = line.first_angle[:, None], line.last_angle[:, None]
    touch_x, touch_y = centre_x + radius * np.cos(first), centre_y + radius * np.sin(first)
    before = np.hypot(touch_x - line.origin.x[:, None], touch_y - line.origin.y[:, None])
    angle = first + np.clip((along - before) / radius, 0.0, last - first)
    spare = along - before - radius * (angle - first)  # negative before the arc, positive after it
    bent_x = centre_x + radius * np.cos(angle) - spare * np.sin(angle)
    bent_y = centre_y + radius * np.sin(angle) + spare * np.cos(angle)
    wrapped = line.wrapped[:, None]
    return np.where(wrapped, bent_x, x), np.where(wrapped, bent_y, y)


def _held_points(definition: LineOfAction, hold: Hold, travelled: FloatArray, joints: Joints) -> FloatArray:
    """Points (M, K, 3) at lengths `travelled` (M, K) along what the ischium holds, femur frame."""
    assert definition.ischium is not None
    cylinder = definition.ischium
    centre_x, centre_y, radius = metres((cylinder.x_mm, cylinder.y_mm, cylinder.radius_mm))
    x, y, z = metres(definition.origin_mm)
    share = np.clip(travelled / hold.length[:, None], 0.0, 1.0)
    along, before, first = share * hold.plane[:, None], hold.before, hold.first_angle
    straight = np.clip(along / before, 0.0, 1.0)
    touch_x, touch_y = centre_x + radius * np.cos(first), centre_y + radius * np.sin(first)
    angle = first + np.maximum(along - before, 0.0) / radius
    in_pelvis = Vector(
        np.where(along < before, x + straight * (touch_x - x), centre_x + radius * np.cos(angle)),
        np.where(along < before, y + straight * (touch_y - y), centre_y + radius * np.sin(angle)),
        z + share * hold.climb[:, None],
    )
    return np.stack(_to_femur(in_pelvis, tuple(part[hold.rows, None] for part in joints.hip)), axis=-1)
