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
    Free,
    Held,
    Joints,
    Line,
    Route,
    arriving,
    joints_of,
    leaving,
    nearest_aim,
    numbers,
    origin_clearance,
    placed,
    route,
    via_point,
)
from visualiser.typed import FloatArray

ARM_COORDINATES = ("hip_flexion", "hip_adduction", "hip_internal_rotation", "knee_flexion", "tibial_internal_rotation")
_HIP_ARMS = ARM_COORDINATES[:3]
BLOCK = 8192  # poses worked on at once: few large steps, whose temporaries still stay in the cache of the processor
VIA_CLEARANCE = 1e-3  # metres that origin and via point keep from their wrap cylinders; nearer, lengths would jump
# Metres that the knee keeps from the endless cylinder in the ischium, along which no thigh may point.
AIM_CLEARANCE = 12e-3


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
    size = -(-len(rows) // max(-(-len(rows) // BLOCK), 1)) or 1  # blocks of one size
    for first in range(0, len(rows), size):
        block = slice(first, first + size)
        joints = joints_of(rows[block], geometry)
        for h, head in enumerate(heads):
            line = numbers(head.line)
            found = route(line, joints)
            np.add(found.length, line.beyond, out=lengths[h, block])
            for c, arm in enumerate(_arms(line, found, joints, coordinates)):
                arms[h, c, block] = arm
    lead = np.shape(leg)[:-1]
    return lengths.T.reshape(*lead, len(heads)), np.moveaxis(arms, -1, 0).reshape(*lead, *arms.shape[:2])


def line_points(head: MuscleHead, leg: FloatArray, count: int, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Points of the line of action at equal steps of its length, origin first and insertion last.

    leg     : (..., 6)         radians
    returns : (..., count, 3)  metres, femur frame
    """
    check_line(head.line, geometry)
    joints, line = joints_of(np.asarray(leg, dtype=np.float64).reshape(-1, 6), geometry), numbers(head.line)
    found = route(line, joints)
    to_via, beyond = found.length[:, None], line.beyond
    travelled = np.linspace(0.0, 1.0, count) * (to_via + beyond)
    before_via = np.minimum(travelled, to_via)
    held_length = 0.0 if found.held is None else found.held.length[:, None]
    points = _free_points(line, found.free, np.clip(before_via - held_length, 0.0, found.free.length[:, None]))
    if found.held is not None:
        points = np.where(before_via < held_length, _held_points(line, found.held, joints, before_via), points)
    onward = np.stack(placed(joints.tibia, metres(np.subtract(head.line.insertion_mm, head.line.via_mm))))
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
    x, y, _ = via_point(numbers(line), joints)
    nearest = np.hypot(x - metres(line.wrap.x_mm), y - metres(line.wrap.y_mm)).min()
    return float(nearest - metres(line.wrap.radius_mm))


@lru_cache
def check_line(line: LineOfAction, geometry: Geometry = skeleton.STANDARD) -> None:
    """Raise AnatomyError where lengths could jump: a via point or an origin in its wrap cylinder, a thigh along the one in the ischium."""
    if line.ischium is not None:
        outside = origin_clearance(line)
        if outside < VIA_CLEARANCE:
            raise AnatomyError(
                f"The origin {line.origin_mm} comes within {1e3 * outside:.1f} mm of the cylinder in the ischium; 1 mm is allowed."
            )
        apart = aim_clearance(line, geometry)
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


def aim_clearance(line: LineOfAction, geometry: Geometry = skeleton.STANDARD) -> float:
    """How near (metres) what a line is aimed at, at the knee, comes to the endless cylinder in the ischium in the range of the hip."""
    ranges = [np.radians(np.linspace(*skeleton.limits_deg(name), 12)) for name in _HIP_ARMS]
    leg = np.zeros((12, 12, 12, 6))
    leg[..., HIP_FLEXION], leg[..., HIP_ADDUCTION], leg[..., HIP_ROTATION] = np.meshgrid(*ranges, indexing="ij")
    return nearest_aim(numbers(line), joints_of(leg.reshape(-1, 6), geometry))


# -- lengths and arms ------------------------------------------------------------------------------------------------


def _arms(line: Line, found: Route, joints: Joints, coordinates: Sequence[str]) -> Iterator[FloatArray | float]:
    """-dL/dq (N,) about each coordinate: as it turns, an end of a line moves, and the line lengthens by that along its direction."""
    about_hip = [name for name in coordinates if name in _HIP_ARMS]
    arms: dict[str, FloatArray | float] = dict.fromkeys(about_hip, 0.0)
    if line.segment == "pelvis" and about_hip:
        arms |= _hip_arms(line, found, joints, about_hip)
    if len(about_hip) < len(coordinates):
        arms |= _knee_arms(found.free, joints)
    return (arms[name] for name in coordinates)


def _hip_arms(line: Line, found: Route, joints: Joints, coordinates: Sequence[str]) -> dict[str, FloatArray]:
    """What the ischium holds moves with the pelvis: the free part pulls where it leaves the bone."""
    (x, y, z), (along_x, along_y, along_z), length = leaving(line, joints, found)
    # Moments of a unit pull about the femur's axes; seen from the femur, the pelvis turns the other way.
    pull = -1.0 / length
    about_x, about_y, about_z = y * along_z - z * along_y, z * along_x - x * along_z, x * along_y - y * along_x
    for about in (about_x, about_y, about_z):
        about *= pull
    arms = {}
    if "hip_flexion" in coordinates:
        axis = joints.pelvis[2]
        arms["hip_flexion"] = axis[0] * about_x + axis[1] * about_y + axis[2] * about_z
    if "hip_adduction" in coordinates:
        arms["hip_adduction"] = joints.floating[0] * about_x + joints.floating[1] * about_z
    if "hip_internal_rotation" in coordinates:
        arms["hip_internal_rotation"] = about_y
    return arms


def _knee_arms(free: Free, joints: Joints) -> dict[str, FloatArray]:
    """With flexion the tibia also turns on its axis, and its hinge rolls."""
    (along_x, along_y, along_z), length = arriving(free)
    x, y, z = (at - hinge for at, hinge in zip(free.via, joints.hinge, strict=True))
    axis_x, axis_y, _ = joints.tibia[1]
    roll_x, roll_y, roll_z = joints.rolling
    pull = 1.0 / length
    turning = axis_x * along_y - axis_y * along_x
    turning *= z
    turning += (axis_y * x - axis_x * y) * along_z
    turning *= pull
    flexing = x * along_y - y * along_x
    flexing += roll_x * along_x
    flexing += roll_y * along_y
    flexing += roll_z * along_z
    flexing *= pull
    flexing += joints.turning * turning
    return {"knee_flexion": flexing, "tibial_internal_rotation": turning}


# -- points ----------------------------------------------------------------------------------------------------------


def _free_points(line: Line, free: Free, along: FloatArray) -> FloatArray:
    """Points (3, N, K) at lengths `along` (N, K) of a line that moves freely."""
    share = along / free.length[:, None]
    points = np.stack(free.begin)[..., None] + share * np.stack(free.way)[..., None]
    if free.bent is not None and line.condyle is not None:
        rows, arc, plane = free.bent
        first = np.arctan2(arc.first[1], arc.first[0])[:, None]
        bent = _arc_points(
            arc.before[:, None], first, arc.angle[:, None], line.condyle.radius, share[rows] * plane[:, None]
        )
        points[:2, rows] = np.array([line.condyle.x, line.condyle.y])[:, None, None] + bent
    return points


def _held_points(line: Line, held: Held, joints: Joints, along: FloatArray) -> FloatArray:
    """Points (3, N, K) at lengths `along` (N, K) of what the ischium holds."""
    ring = line.ischium
    assert ring is not None
    share = np.minimum(along / np.where(held.where, held.length, 1.0)[:, None], 1.0)
    x, y = _arc_points(ring.before, 0.0, held.angle[:, None], ring.radius, share * held.plane[:, None])
    # From the origin, on the cylinder's axes, then on the pelvis'.
    away = np.stack([x - ring.radius, y + ring.before, share * held.climb[:, None]])
    on_pelvis = np.tensordot(ring.axes, away, axes=(0, 0)) + line.origin[:, None, None]
    pelvis = np.array(joints.pelvis)  # (3, 3, N): axes of the pelvis, components in the femur
    points: FloatArray = np.einsum("akn,anc->knc", pelvis, on_pelvis)
    return points


def _arc_points(
    before: FloatArray | float, first: FloatArray | float, angle: FloatArray, radius: float, along: FloatArray
) -> FloatArray:
    """Points (2, M, K) at lengths `along` (M, K) of strings round a circle about 0."""
    onto = along - before
    turned = first + np.clip(onto / radius, 0.0, angle)
    spare = onto - radius * (turned - first)  # negative before the arc, positive after it
    cosine, sine = np.cos(turned), np.sin(turned)
    points: FloatArray = np.stack([radius * cosine - spare * sine, radius * sine + spare * cosine])
    return points
