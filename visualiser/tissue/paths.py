"""Lines of action of the muscle heads: lengths, moment arms and points, in closed form, for one pose or many.

The line runs from the origin, round a cylinder on the femoral condyles where it touches it, to the via point and on to the insertion, both
on the tibia. In hip flexion it first goes round an oblique cylinder in the ischium. How, `routes` works out.

A moment arm is how fast the head shortens with a coordinate, -dL/dq, about hip flexion, hip adduction, hip internal rotation, knee
flexion and tibial internal rotation: positive where the head helps that motion. The hip-EXTENSION arm that textbooks print is therefore
minus the first column; the knee-flexion arm is the fourth as it stands.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from visualiser.anatomy import skeleton
from visualiser.anatomy.definitions import Geometry, LineOfAction, MuscleHead
from visualiser.conventions import metres
from visualiser.errors import AnatomyError, unknown_name
from visualiser.kinematics import HIP_ADDUCTION, HIP_FLEXION, HIP_ROTATION, KNEE_FLEXION, TIBIAL_ROTATION
from visualiser.tissue.routes import (
    Bundle,
    Free,
    Hold,
    Joints,
    aimed_again,
    arriving,
    bundle,
    joints_of,
    leaving,
    nearest_aim,
    on_axes,
    route,
)
from visualiser.tissue.wrapping import Arc, picked, put
from visualiser.typed import FloatArray, IntArray

ARM_COORDINATES = ("hip_flexion", "hip_adduction", "hip_internal_rotation", "knee_flexion", "tibial_internal_rotation")
_HIP_ARMS = ARM_COORDINATES[:3]
BLOCK = 8192  # poses worked on at once: few large steps, whose temporaries still stay in the cache of the processor
VIA_CLEARANCE = 1e-3  # metres that origin and via point keep from their wrap cylinders; nearer, lengths would jump
AIM_CLEARANCE = (
    5e-3  # metres that the knee keeps from the endless cylinder in the ischium, along which no thigh may point
)


def muscle_length(head: MuscleHead, leg: FloatArray, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Length of the muscle-tendon path, origin to insertion, along its wraps.

    leg      : (..., 6)  radians, order of `conventions.LEG_COORDINATES`
    geometry : of the body that the head belongs to
    returns  : (...)     metres
    raises   : AnatomyError if the head's via point enters its wrap cylinder anywhere in the knee's range
    """
    return muscle_lengths([head], leg, geometry)[..., 0]


def moment_arms(head: MuscleHead, leg: FloatArray, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Moment arms -dL/dq of a head about `ARM_COORDINATES` (see the top of this file for signs).

    leg     : (..., 6)  radians
    returns : (..., 5)  metres
    """
    return lengths_and_arms([head], leg, geometry=geometry)[1][..., 0, :]


def muscle_lengths(heads: Sequence[MuscleHead], leg: FloatArray, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Lengths of several heads at once: much faster than head by head, since all share the joints.

    leg     : (..., 6)  radians
    returns : (..., M)  metres
    """
    return lengths_and_arms(heads, leg, (), geometry)[0]


def lengths_and_arms(
    heads: Sequence[MuscleHead],
    leg: FloatArray,
    coordinates: Sequence[str] = ARM_COORDINATES,
    geometry: Geometry = skeleton.STANDARD,
) -> tuple[FloatArray, FloatArray]:
    """Lengths of several heads and their moment arms about the coordinates asked for.

    leg     : (..., 6)               radians
    returns : (..., M), (..., M, C)  metres
    """
    for name in coordinates:
        if name not in ARM_COORDINATES:
            raise unknown_name("coordinate of a moment arm", name, ARM_COORDINATES)
    for head in heads:
        check_line(head.line, geometry)
    rows = np.asarray(leg, dtype=np.float64).reshape(-1, 6)
    lengths = np.empty((len(heads), len(rows)))
    arms = np.empty((len(heads), len(coordinates), len(rows)))
    alike = _alike(heads)
    for first in range(0, len(rows), BLOCK):
        block = slice(first, first + BLOCK)
        joints = joints_of(rows[block], geometry)
        for places, lines in alike:
            free, hold = route(lines, joints)
            lengths[places, block] = _to_via(free, hold) + lines.beyond
            for c, arm in enumerate(_arms(lines, free, hold, joints, coordinates)):
                arms[places, c, block] = arm
    lead = np.shape(leg)[:-1]
    return lengths.T.reshape(*lead, len(heads)), np.moveaxis(arms, -1, 0).reshape(*lead, *arms.shape[:2])


def _alike(heads: Sequence[MuscleHead]) -> list[tuple[IntArray, Bundle]]:
    """Lines that are built alike, side by side, and the places of their heads among all."""
    kinds: dict[tuple[object, ...], list[int]] = {}
    for i, head in enumerate(heads):
        line = head.line
        kinds.setdefault((line.origin_segment, line.wrap is None, line.ischium is None), []).append(i)
    return [(np.array(places), bundle(tuple(heads[i].line for i in places))) for places in kinds.values()]


def line_points(head: MuscleHead, leg: FloatArray, count: int, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Points of the line of action at equal steps of its length, origin first and insertion last.

    leg     : (..., 6)         radians
    returns : (..., count, 3)  metres, femur frame
    """
    check_line(head.line, geometry)
    joints = joints_of(np.asarray(leg, dtype=np.float64).reshape(-1, 6), geometry)
    lines = bundle((head.line,))
    free, hold = route(lines, joints)
    to_via, beyond = _to_via(free, hold)[0, :, None], lines.beyond[0, 0]
    travelled = np.linspace(0.0, 1.0, count) * (to_via + beyond)
    before_via = np.minimum(travelled, to_via)
    points = _free_points(free, np.minimum(before_via, free.length.reshape(-1, 1)))
    if hold is not None:
        points[:, hold.rows] = _held_points(hold, before_via[hold.rows])
    onward = on_axes(joints.tibia, metres([np.subtract(head.line.insertion_mm, head.line.via_mm)]))[:, 0]
    points += (travelled - before_via) / beyond * onward[..., None]
    return np.moveaxis(points, 0, -1).reshape(*np.shape(leg)[:-1], count, 3)


# -- checks ----------------------------------------------------------------------------------------------------------


def via_clearance(line: LineOfAction, geometry: Geometry = skeleton.STANDARD) -> float:
    """How near (metres) the via point comes to the wrap cylinder in the range of knee flexion and tibial rotation; negative inside."""
    if line.wrap is None:
        return np.inf
    leg = np.zeros((80, 80, 6))
    leg[..., KNEE_FLEXION] = np.radians(np.linspace(*skeleton.limits_deg("knee_flexion"), 80))[:, None]
    leg[..., TIBIAL_ROTATION] = np.radians(np.linspace(*skeleton.limits_deg("tibial_internal_rotation"), 80))
    joints = joints_of(leg.reshape(-1, 6), geometry)
    x, y, _ = on_axes(joints.tibia, metres([line.via_mm]))[:, 0] + joints.from_hinge + joints.hinge
    nearest = np.hypot(x - metres(line.wrap.x_mm), y - metres(line.wrap.y_mm)).min()
    return float(nearest - metres(line.wrap.radius_mm))


@lru_cache
def check_line(line: LineOfAction, geometry: Geometry = skeleton.STANDARD) -> None:
    """Raise AnatomyError where lengths could jump: a via point or an origin in its wrap cylinder, a thigh along the one in the ischium."""
    if line.ischium is not None:
        cylinder = bundle((line,)).ischium
        assert cylinder is not None
        outside = float(np.hypot(*cylinder.origin[:2, 0, 0]) - cylinder.radius[0, 0])
        if outside < VIA_CLEARANCE:
            raise AnatomyError(
                f"The origin {line.origin_mm} comes within {1e3 * outside:.1f} mm of the cylinder in the ischium; 1 mm is allowed."
            )
        apart = _aim_clearance(line, geometry)
        if apart < AIM_CLEARANCE:
            raise AnatomyError(
                f"With the thigh along its axis {line.ischium.axis}, the knee comes within {1e3 * apart:.1f} mm of the cylinder in the "
                f"ischium; {1e3 * AIM_CLEARANCE:g} mm are allowed."
            )
    distance = via_clearance(line, geometry)
    if distance < VIA_CLEARANCE:
        raise AnatomyError(
            f"The via point {line.via_mm} comes within {1e3 * distance:.1f} mm of its wrap cylinder; 1 mm is allowed."
        )


def _aim_clearance(line: LineOfAction, geometry: Geometry) -> float:
    """How near (metres) what a line is aimed at, at the knee, comes to the endless cylinder in the ischium in the range of the hip."""
    ranges = [np.radians(np.linspace(*skeleton.limits_deg(name), 12)) for name in _HIP_ARMS]
    leg = np.zeros((12, 12, 12, 6))
    leg[..., HIP_FLEXION], leg[..., HIP_ADDUCTION], leg[..., HIP_ROTATION] = np.meshgrid(*ranges, indexing="ij")
    joints, lines = joints_of(leg.reshape(-1, 6), geometry), bundle((line,))
    return nearest_aim(lines, joints)


# -- lengths and arms ------------------------------------------------------------------------------------------------


def _to_via(free: Free, hold: Hold | None) -> FloatArray:
    """Lengths (H, N) from the origins to the via points."""
    if hold is None:
        return free.length
    length = free.length.copy()
    put(length, hold.rows, hold.held.length + hold.rest.length)
    return length


def _arms(
    lines: Bundle, free: Free, hold: Hold | None, joints: Joints, coordinates: Sequence[str]
) -> Iterator[FloatArray | float]:
    """-dL/dq (H, N) about each coordinate: as it turns, an end of a line moves, and the line lengthens by that along its direction."""
    about_hip = [name for name in coordinates if name in _HIP_ARMS]
    arms: dict[str, FloatArray | float] = dict.fromkeys(about_hip, 0.0)
    if lines.segment == "pelvis" and about_hip:
        arms |= _hip_arms(free, hold, joints, about_hip)
    if len(about_hip) < len(coordinates):
        arms |= _knee_arms(lines, free, hold, joints)
    return (arms[name] for name in coordinates)


def _hip_arms(free: Free, hold: Hold | None, joints: Joints, coordinates: Sequence[str]) -> dict[str, FloatArray]:
    """What the ischium holds moves with the pelvis: the free part pulls where it leaves the bone."""
    begin, (way, length) = free.begin, leaving(free)
    if hold is not None:
        end, onward = aimed_again(hold)
        begin, way, length = begin.copy(), way.copy(), length.copy()
        put(begin, hold.rows, end, 1)
        put(way, hold.rows, onward, 1)
        put(length, hold.rows, np.sqrt(onward[0] * onward[0] + onward[1] * onward[1] + onward[2] * onward[2]))
    # Moments of a unit pull about the femur's axes; seen from the femur, the pelvis turns the other way.
    x, y, z = begin / -length
    about_x, about_y, about_z = y * way[2] - z * way[1], z * way[0] - x * way[2], x * way[1] - y * way[0]
    arms = {}
    if "hip_flexion" in coordinates:
        flexion_axis = joints.pelvis[2]
        arms["hip_flexion"] = flexion_axis[0] * about_x + flexion_axis[1] * about_y + flexion_axis[2] * about_z
    if "hip_adduction" in coordinates:
        arms["hip_adduction"] = joints.floating[0] * about_x + joints.floating[1] * about_z
    if "hip_internal_rotation" in coordinates:
        arms["hip_internal_rotation"] = about_y
    return arms


def _knee_arms(lines: Bundle, free: Free, hold: Hold | None, joints: Joints) -> dict[str, FloatArray]:
    """With flexion the tibia also turns on its axis, and its hinge rolls."""
    way, length = arriving(free)
    if hold is not None:
        way, length = way.copy(), length.copy()
        onward, onward_length = arriving(hold.rest)
        put(way, hold.rows, onward, 1)
        put(length, hold.rows, onward_length)
    x, y, z = on_axes(joints.tibia, lines.via) + joints.from_hinge[:, None]
    axis_x, axis_y, rolling = joints.tibia[1, 0], joints.tibia[1, 1], joints.rolling
    turning = ((axis_x * way[1] - axis_y * way[0]) * z + (axis_y * x - axis_x * y) * way[2]) / length
    rolled = rolling[0] * way[0] + rolling[1] * way[1] + rolling[2] * way[2]
    flexing = (x * way[1] - y * way[0] + rolled) / length
    return {"knee_flexion": flexing + joints.turning * turning, "tibial_internal_rotation": turning}


# -- points ----------------------------------------------------------------------------------------------------------


def _free_points(free: Free, along: FloatArray) -> FloatArray:
    """Points (3, N, K) at lengths `along` (N, K) of a line that moves freely."""
    share = along / free.length.reshape(-1, 1)
    points = free.begin.reshape(3, -1, 1) + share * free.way.reshape(3, -1, 1)
    if free.arc is not None and free.touched is not None:
        bent = _arc_points(free.arc, free.touched.radius, share[free.rows] * picked(free.plane, free.rows)[:, None])
        points[:2, free.rows] = free.touched.centre[..., None] + bent
    return points


def _held_points(hold: Hold, along: FloatArray) -> FloatArray:
    """Points (3, M, K) at lengths `along` (M, K) of the lines that the ischium holds."""
    ischium, held, length = hold.ischium, hold.held, hold.held.length[:, None]
    share = np.minimum(along / length, 1.0)
    across = _arc_points(held.arc, ischium.radius, share * held.plane[:, None])
    up = ischium.origin[2][:, None] + share * held.climb[:, None]
    on_cylinder = np.concatenate([across, up[None]]) + ischium.middle[..., None]
    on_bone = np.einsum("akm,amn->kmn", hold.axes, on_cylinder)
    return np.where(along < length, on_bone, _free_points(hold.rest, np.maximum(along - length, 0.0)))


def _arc_points(arc: Arc, radius: FloatArray, along: FloatArray) -> FloatArray:
    """Points (2, M, K) at lengths `along` (M, K) of strings round a circle about 0."""
    first, angle, radius = np.arctan2(arc.first[1], arc.first[0])[:, None], arc.angle[:, None], radius[:, None]
    onto = along - arc.before[:, None]
    turned = first + np.clip(onto / radius, 0.0, angle)
    spare = onto - radius * (turned - first)  # negative before the arc, positive after it
    cosine, sine = np.cos(turned), np.sin(turned)
    points: FloatArray = np.stack([radius * cosine - spare * sine, radius * sine + spare * cosine])
    return points
