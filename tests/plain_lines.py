"""Lines of action the plain way, one pose at a time, with vectors and matrices: what the fast evaluator must equal."""

import math
from typing import NamedTuple

import numpy as np

from visualiser.anatomy import skeleton
from visualiser.anatomy.definitions import MuscleHead
from visualiser.conventions import metres
from visualiser.kinematics import femur_to_pelvis, tibia_to_femur
from visualiser.transforms import inverse
from visualiser.typed import FloatArray

Cylinder = tuple[FloatArray, FloatArray, float]  # a point of the axis, its direction, radius; all in the femur


class Tight(NamedTuple):
    """A string: its length to where it leaves a cylinder, that place, its whole length, and where it first meets the cylinder."""

    to_leave: float
    leave: FloatArray
    whole: float
    meet: FloatArray


def plain_length(head: MuscleHead, leg: FloatArray) -> float:
    """Length of a line of action: strings pulled tight round one cylinder after the other until nothing moves."""
    line = head.line
    origin, ischium, condyles = _places(head, leg)
    tibia = tibia_to_femur(leg)
    via, insertion = (_carried(tibia, metres(point)) for point in (line.via_mm, line.insertion_mm))
    aim = via
    for _ in range(60):
        held = _pulled_tight(origin, aim, ischium)
        rest = _pulled_tight(held.leave, via, condyles)
        aim = rest.meet
    return held.to_leave + rest.whole + float(np.linalg.norm(insertion - via))


def _places(head: MuscleHead, leg: FloatArray) -> tuple[FloatArray, Cylinder | None, Cylinder | None]:
    """Origin, cylinder in the ischium and cylinder of the condyles in the femur."""
    line, ischium, condyles = head.line, None, None
    from_hip = inverse(femur_to_pelvis(leg)) if line.origin_segment == "pelvis" else np.eye(4)
    centre = metres(skeleton.STANDARD.hip_centre_mm) if line.origin_segment == "pelvis" else np.zeros(3)
    if line.ischium is not None:
        point = _carried(from_hip, metres(line.ischium.point_mm) + centre)
        ischium = point, from_hip[:3, :3] @ np.array(line.ischium.axis), float(metres(line.ischium.radius_mm))
    if line.wrap is not None:
        condyles = metres((line.wrap.x_mm, line.wrap.y_mm, 0.0)), np.array([0.0, 0.0, 1.0]), 1e-3 * line.wrap.radius_mm
    return _carried(from_hip, metres(line.origin_mm) + centre), ischium, condyles


def _carried(transform: FloatArray, point: FloatArray) -> FloatArray:
    carried: FloatArray = transform[:3, :3] @ point + transform[:3, 3]
    return carried


def _pulled_tight(start: FloatArray, end: FloatArray, cylinder: Cylinder | None) -> Tight:
    """A string round a cylinder, counterclockwise seen against its axis; one that need not bend leaves at once and meets only its end."""
    straight = Tight(0.0, start, float(np.linalg.norm(end - start)), end)
    if cylinder is None:
        return straight
    middle, axis, radius = cylinder
    axis = axis / np.linalg.norm(axis)
    east = np.cross(axis, start - middle)
    east /= np.linalg.norm(east)
    north = np.cross(axis, east)  # points from the start to the axis: the start lies due south
    south, far_east, far_north = -(start - middle) @ north, (end - middle) @ east, (end - middle) @ north
    meeting, away = math.acos(radius / south), math.hypot(far_east, far_north)
    # Turned from the south counterclockwise: where the string meets the circle, and where it must leave it for its end.
    towards = (math.atan2(far_east, -far_north) + math.pi / 2) % (2 * math.pi) - math.pi / 2
    leaving = towards - math.acos(radius / away)
    if leaving <= meeting:
        return straight
    before, round_it, after = (
        south * math.sin(meeting),
        radius * (leaving - meeting),
        away * math.sin(math.acos(radius / away)),
    )
    climb = ((end - start) @ axis) / (before + round_it + after)
    height = (start - middle) @ axis

    def place(turned: float, travelled: float) -> FloatArray:
        return (
            middle + radius * (math.sin(turned) * east - math.cos(turned) * north) + (height + climb * travelled) * axis
        )

    slope = math.hypot(1.0, climb)
    leave = place(leaving, before + round_it)
    return Tight((before + round_it) * slope, leave, (before + round_it + after) * slope, place(meeting, before))
