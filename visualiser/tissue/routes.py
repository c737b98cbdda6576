"""How lines of action run: from the origin round ischium and condyles to the via point, in closed form, for many poses at once.

Everything happens in the femur frame, where the origin moves with the hip only and the via point with the knee only. Where a line leaves
the cylinder in the ischium depends a little on where it meets the condyles: it is aimed where the straight line would meet them, which is
wrong by millimetres in 400 and so leaves lengths, stationary there, within a hundredth of a millimetre of the shortest.

Arrays have their components first, (3, H, N) for H lines in N poses: whole-array formulas then read as in a textbook. Lines of several
heads run side by side, and where only some of them in some poses bend, these M are `picked` from H x N by their `rows`: few, large steps.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from visualiser.anatomy.definitions import Cylinder, Geometry, LineOfAction
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
from visualiser.tissue.wrapping import Arc, bends, picked, put, round_circle
from visualiser.typed import FloatArray, IntArray


class Joints(NamedTuple):
    """What the joints contribute to every line, computed once for all heads.

    pelvis, tibia : (3, 3, N)  axes of these segments (first index) as the femur sees them
    floating      : (2, N)     x and z of the floating axis, about which the hip adducts
    hinge         : (3, 1)     of the knee
    from_hinge    : (3, N)     from there to the origin of the tibia
    turning       : (N,)       by how much the tibia turns on its axis with knee flexion
    rolling       : (3, N)     by how much the femur's hinge moves in the tibia with knee flexion, as the femur sees it
    """

    pelvis: FloatArray
    floating: FloatArray
    tibia: FloatArray
    hinge: FloatArray
    from_hinge: FloatArray
    turning: FloatArray
    rolling: FloatArray


class Circles(NamedTuple):
    """The condyles' cylinders seen along their axis: centres (2, H, 1) and radii (H, 1), metres."""

    centre: FloatArray
    radius: FloatArray

    def of(self, rows: IntArray, poses: int) -> "Circles":
        """Those of M picked lines: from H in so many poses, or from some already picked."""
        if self.radius.ndim == 1:
            return Circles(picked(self.centre, rows, 1), self.radius[rows])
        lines = rows // poses
        return Circles(self.centre[:, lines, 0], self.radius[lines, 0])


class Ischium(NamedTuple):
    """The cylinders in the ischium, on their own axes of which the last runs along them: metres.

    `axes` (3, H, 3) on the axes of the pelvis; `middle` and `origin` (3, H, 1): of the cylinder from the hip centre, and of the muscle from
    that middle, both on the cylinder's axes; `radius` (H, 1).
    """

    axes: FloatArray
    middle: FloatArray
    origin: FloatArray
    radius: FloatArray

    def of(self, rows: IntArray, poses: int) -> "Ischium":
        """Those of M lines picked from H in so many poses."""
        lines = rows // poses
        axes, middle, origin = self.axes[:, lines], self.middle[:, lines, 0], self.origin[:, lines, 0]
        return Ischium(axes, middle, origin, self.radius[lines, 0])


class Bundle(NamedTuple):
    """H lines that are built alike: all from the pelvis or all from the femur, with or without cylinders.

    `origin`, `via` (H, 3) and the length `beyond` (H, 1) the via point, metres.
    """

    segment: str
    origin: FloatArray
    via: FloatArray
    beyond: FloatArray
    condyles: Circles | None
    ischium: Ischium | None


class Free(NamedTuple):
    """A line that moves freely: straight, or in the `rows` (M,) along an `arc` of the circles `touched`, to the via point.

    `plane` is its length seen along the axis of the condyles, `way` (3, ...) leads straight from its beginning to the via point.
    """

    begin: FloatArray
    way: FloatArray
    plane: FloatArray
    length: FloatArray
    rows: IntArray
    arc: Arc | None
    touched: Circles | None


class Held(NamedTuple):
    """The part of M lines that the ischium holds: straight, then along an arc of its cylinder, to `end` (3, M) in the femur.

    `plane` and `climb` are its length across and along the cylinder, `length` that in space.
    """

    arc: Arc
    plane: FloatArray
    climb: FloatArray
    length: FloatArray
    end: FloatArray


class Hold(NamedTuple):
    """How the ischium holds lines in the `rows` (M,) where it does, and the `rest` of these lines, which moves freely.

    `ischium` has the cylinders of these lines, `axes` (3, 3, M) are theirs as the femur sees them.
    """

    rows: IntArray
    ischium: Ischium
    axes: FloatArray
    held: Held
    rest: Free


@lru_cache
def bundle(lines: tuple[LineOfAction, ...]) -> Bundle:
    """Lines that are built alike."""
    wraps = [line.wrap for line in lines if line.wrap is not None]
    return Bundle(
        lines[0].origin_segment,
        metres([line.origin_mm for line in lines]),
        metres([line.via_mm for line in lines]),
        metres([[np.linalg.norm(np.subtract(line.insertion_mm, line.via_mm))] for line in lines]),
        _circles(wraps) if wraps else None,
        _ischium(lines) if lines[0].ischium is not None else None,
    )


def _circles(wraps: list[Cylinder]) -> Circles:
    return Circles(
        metres([[[w.x_mm] for w in wraps], [[w.y_mm] for w in wraps]]), metres([[w.radius_mm] for w in wraps])
    )


def _ischium(lines: tuple[LineOfAction, ...]) -> Ischium:
    cylinders = [line.ischium for line in lines if line.ischium is not None]
    along = np.array([c.axis for c in cylinders])
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    forward = np.cross((0.0, 1.0, 0.0), along)
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    axes = np.stack([forward, np.cross(along, forward), along])
    middle = (axes * metres([c.point_mm for c in cylinders])).sum(axis=2)
    origin = (axes * metres([line.origin_mm for line in lines])).sum(axis=2) - middle
    return Ischium(axes, middle[..., None], origin[..., None], metres([[c.radius_mm] for c in cylinders]))


def joints_of(rows: FloatArray, geometry: Geometry) -> Joints:
    """Poses (N, 6) as the lines need them."""
    angles = np.array(rows[:, :ANKLE_DORSIFLEXION].T, order="C")  # a copy: the caller's poses stay
    coupled, rates = screw_home_and_rates(angles[KNEE_FLEXION], geometry)
    angles[TIBIAL_ROTATION] += coupled[0]
    cosine, sine = np.cos(angles), np.sin(angles)
    flex, flex_s = cosine[HIP_FLEXION], sine[HIP_FLEXION]
    adduct, adduct_s = cosine[HIP_ADDUCTION], sine[HIP_ADDUCTION]
    turn, turn_s = cosine[HIP_ROTATION], sine[HIP_ROTATION]
    bend, bend_s = cosine[KNEE_FLEXION], sine[KNEE_FLEXION]
    twist, twist_s = cosine[TIBIAL_ROTATION], sine[TIBIAL_ROTATION]
    pelvis, tibia = np.empty((3, 3, len(rows))), np.empty((3, 3, len(rows)))
    lean, lean_s = turn * adduct_s, turn_s * adduct_s
    pelvis[0] = turn * flex - lean_s * flex_s, -adduct * flex_s, turn_s * flex + lean * flex_s
    pelvis[1] = turn * flex_s + lean_s * flex, adduct * flex, turn_s * flex_s - lean * flex
    pelvis[2] = -turn_s * adduct, adduct_s, turn * adduct
    tibia[0] = bend * twist, -bend_s * twist, -twist_s
    tibia[1, 0], tibia[1, 1], tibia[1, 2] = bend_s, bend, 0.0
    tibia[2] = bend * twist_s, -bend_s * twist_s, twist
    return Joints(
        pelvis=pelvis,
        floating=np.stack([turn, turn_s]),
        tibia=tibia,
        hinge=metres(geometry.knee_hinge_mm)[:, None],
        from_hinge=-(coupled[1] * tibia[0] + coupled[2] * tibia[1]),
        turning=rates[0],
        rolling=rates[1] * tibia[0] + rates[2] * tibia[1],
    )


def on_axes(axes: FloatArray, points: FloatArray) -> FloatArray:
    """Femur coordinates (3, H, N) of points (H, 3) of a segment whose axes (3, 3, N) the femur sees; from the segment's origin."""
    placed = np.empty((3, len(points), axes.shape[2]))
    for component in range(3):
        np.matmul(points, axes[:, component], out=placed[component])
    return placed


def route(lines: Bundle, joints: Joints) -> tuple[Free, Hold | None]:
    """The lines of action in N poses as they would run without an ischium, and how they run where it holds them."""
    via = on_axes(joints.tibia, lines.via) + (joints.from_hinge + joints.hinge)[:, None]
    if lines.segment == "pelvis":
        begin = on_axes(joints.pelvis, lines.origin)
    else:
        begin = np.repeat(lines.origin.T[..., None], via.shape[2], axis=2)
    free = free_route(lines.condyles, begin, via)
    return free, None if lines.ischium is None else _hold(lines.ischium, lines.condyles, free, via, joints)


def free_route(condyles: Circles | None, begin: FloatArray, via: FloatArray) -> Free:
    """Lines from `begin` (3, ...) round the condyles to their via points."""
    way = via - begin
    straight = np.sqrt(way[0] * way[0] + way[1] * way[1])
    plane, rows, arc, touched = straight, np.zeros(0, dtype=np.intp), None, None
    if condyles is not None:
        start, end = begin[:2] - condyles.centre, via[:2] - condyles.centre
        past = way[0] * end[0] + way[1] * end[1] > 0.0  # the via point lies beyond the condyles
        rows = np.flatnonzero(bends(start, way, straight, condyles.radius) & past)
        if len(rows):
            touched = condyles.of(rows, straight.shape[-1])
            arc = round_circle(picked(start, rows, 1), picked(end, rows, 1), touched.radius)
            plane = straight.copy()
            put(plane, rows, arc.before + touched.radius * arc.angle + arc.after)
    return Free(begin, way, plane, np.sqrt(plane * plane + way[2] * way[2]), rows, arc, touched)


def _hold(ischium: Ischium, condyles: Circles | None, free: Free, via: FloatArray, joints: Joints) -> Hold | None:
    """How the ischium holds lines that would run freely; None where it holds none."""
    axes = _seen(ischium, joints)
    across = _along(axes[:2], leaving(free)[0])
    speed = np.sqrt(across[0] * across[0] + across[1] * across[1])
    rows = np.flatnonzero(bends(ischium.origin, across, speed, ischium.radius))
    if not len(rows):
        return None
    poses = via.shape[-1]
    own, axes = ischium.of(rows, poses), picked(axes, rows, 2)
    part = held(own, axes, picked(first_bend(free), rows, 1))
    rest = free_route(condyles and condyles.of(rows, poses), part.end, picked(via, rows, 1))
    return Hold(rows, own, axes, part, rest)


def _seen(ischium: Ischium, joints: Joints) -> FloatArray:
    """Axes (3, 3, H, N) of the cylinders in the ischium as the femur sees them."""
    return np.stack([on_axes(joints.pelvis, axis) for axis in ischium.axes])


def nearest_aim(lines: Bundle, joints: Joints) -> float:
    """How near (metres) the places at the knee that lines are aimed at come to the endless cylinders in the ischium; negative inside."""
    assert lines.ischium is not None
    free, _ = route(lines._replace(ischium=None), joints)
    aim = _along(_seen(lines.ischium, joints)[:2], first_bend(free)) - lines.ischium.middle[:2]
    return float((np.hypot(*aim) - lines.ischium.radius).min())


def held(ischium: Ischium, axes: FloatArray, aim: FloatArray) -> Held:
    """The held part of M lines that go on straight to `aim` (3, M) in the femur, round cylinders with `axes` (3, 3, M) there."""
    target = _along(axes, aim) - ischium.middle
    arc = round_circle(ischium.origin[:2], target[:2], ischium.radius)
    plane = arc.before + ischium.radius * arc.angle
    climb = (target[2] - ischium.origin[2]) * plane / (plane + arc.after)
    x, y = ischium.radius * arc.last + ischium.middle[:2]
    end = axes[0] * x + axes[1] * y + axes[2] * (climb + (ischium.origin[2] + ischium.middle[2]))
    return Held(arc, plane, climb, np.sqrt(plane * plane + climb * climb), end)


def aimed_again(hold: Hold) -> tuple[FloatArray, FloatArray]:
    """Where held lines leave the ischium, and the way on from there (3, M), for moment arms, which feel a small error of the aim."""
    aim = first_bend(hold.rest)
    end = held(hold.ischium, hold.axes, aim).end
    return end, aim - end


def first_bend(free: Free) -> FloatArray:
    """Where (3, ...) lines first bend: where they meet the condyles, or at the via point."""
    bend = free.begin + free.way
    if free.arc is not None and free.touched is not None:
        rows = free.rows
        put(bend[:2], rows, free.touched.centre + free.touched.radius * free.arc.first, 1)
        height, climb, plane = picked(free.begin[2], rows), picked(free.way[2], rows), picked(free.plane, rows)
        put(bend[2], rows, height + climb * free.arc.before / plane)
    return bend


def leaving(free: Free) -> tuple[FloatArray, FloatArray]:
    """The direction (3, ...) in which lines leave their beginning, of any length, and that length."""
    return _direction(free, None if free.arc is None else free.arc.first)


def arriving(free: Free) -> tuple[FloatArray, FloatArray]:
    """The direction (3, ...) in which lines arrive at their via points, of any length, and that length."""
    return _direction(free, None if free.arc is None else free.arc.last)


def _direction(free: Free, touch: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    if touch is None:
        return free.way, free.length
    rows, way, length = free.rows, free.way.copy(), free.length.copy()
    plane = picked(free.plane, rows)
    put(way, rows, np.stack([-touch[1], touch[0], picked(way[2], rows) / plane]), 1)
    put(length, rows, picked(length, rows) / plane)
    return way, length


def _along(axes: FloatArray, vector: FloatArray) -> FloatArray:
    """Components (A, ...) of vectors (3, ...) along axes (A, 3, ...)."""
    components: FloatArray = axes[:, 0] * vector[0] + axes[:, 1] * vector[1] + axes[:, 2] * vector[2]
    return components
