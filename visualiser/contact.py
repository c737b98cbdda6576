"""The solver behind the drawn muscles: where tubes lie in a pose when they may enter neither bone nor each other.

It takes the bones as distance fields and is slow (tenths of a second a pose), so its answers are baked on a grid of poses
(`meshes/sculpt/tissue.py`) and blended by `tubes.SoftTissue`. Everything is in the femur frame, metres.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from visualiser.anatomy import skeleton
from visualiser.anatomy.definitions import Contact, Cylinder, Footprint, MuscleHead, Point
from visualiser.anatomy.muscles import HEADS
from visualiser.conventions import Side, metres
from visualiser.keepout import ISCHIAL_ESCAPE
from visualiser.kinematics import HIP_FLEXION, KNEE_FLEXION, femur_to_pelvis, tibia_to_femur
from visualiser.sections import (
    polyline_length,
    refined,
    resampled,
    ring_volume,
    rounded,
    section_axes,
    spread_matrix,
    unit,
)
from visualiser.strain import parted
from visualiser.transforms import inverse
from visualiser.tubes import FINE_RINGS, FINE_SECTORS, RINGS, SECTORS, hinge_axes, rest_positions, station_values
from visualiser.typed import FloatArray, IntArray

# Points (P, 3) in metres, in the frame of the bone's segment -> signed distance (P,) and outward direction (P, 3).
DistanceField = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

PATH_POINTS = 161
ROUNDING = (
    0.004,
    0.013,
)  # metres over which corners of the path are rounded: in the thigh, and at the knee bent by 120 degrees
TAUT_REACH = 0.006  # metres over which a line that bone presses is pulled straight between two pushes
GUIDE_RELEASE = 0.8  # share by which guides below the tuberosity let go as the hip flexes
BONE_GAP, NEIGHBOUR_GAP = 0.0009, 0.0012  # metres left between a tube and bone, and between two tubes
MAKING_WAY = 0.8  # share of the lost section's shift by which crowded centres give way in each round
FOOTPRINT_LIFT = 0.0004  # metres by which an attachment stands off the bone, so that it never flickers with it
FOOTPRINT_GRIP = (1.0, 0.72, 0.34, 0.1)  # how firmly the last rings follow the footprint
FOOTPRINT_STRIDES = 6  # steps in which an attachment area is walked out over the bone
FOOTPRINT_PULL = (1.0, 0.6, 0.3, 0.1)  # how firmly they are pulled onto the bone, in each of a few rounds
TENDON_RISE = 0.0013  # metres by which the back of a tendon rises from the bone with each ring


@dataclass(frozen=True)
class Joints:
    """Transforms of one pose into the femur frame."""

    pelvis: FloatArray
    tibia: FloatArray

    @classmethod
    def of(cls, leg: FloatArray) -> "Joints":
        """Joints of one pose (6,). The pelvis is counted from the hip centre, so it only turns."""
        turn = femur_to_pelvis(leg)
        turn[:3, 3] = 0.0
        return cls(inverse(turn), tibia_to_femur(leg))

    def to_femur(self, segment: str) -> FloatArray:
        """Transform (4, 4) from a segment to the femur."""
        return {"pelvis": self.pelvis, "femur": np.eye(4), "tibia": self.tibia}[segment]


@dataclass(frozen=True)
class Bed:
    """The bones around the soft tissue, as distance fields in their segments' frames (the hip bone counted from the hip centre)."""

    fields: Mapping[str, DistanceField]

    def distance(
        self, bone: str, points: FloatArray, joints: Joints, escape: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """Distance of points (P, 3) from a bone, and the direction out of it, femur frame.

        With `escape`, the direction out of the hip bone is bent to where tendons leave the tuberosity.
        """
        to_femur = joints.to_femur(skeleton.segment_of(bone, Side.RIGHT).removesuffix("_right"))
        turn, shift = to_femur[:3, :3], to_femur[:3, 3]
        distance, out = self.fields[bone]((points - shift) @ turn)
        if escape and bone == "hip_bone":
            out = unit(np.stack([out[:, 0], out[:, 1], np.maximum(out[:, 2], 0.0)], axis=1) + ISCHIAL_ESCAPE)
        return distance, out @ turn.T


@dataclass
class Tube:
    """One head while it is being solved: centres (R, 3), section axes, half sizes (R,), and later its radii (R, S)."""

    head: MuscleHead
    centres: FloatArray
    hinge: FloatArray
    belly_stretch: float
    tangent: FloatArray = field(init=False)
    across: FloatArray = field(init=False)
    deep: FloatArray = field(init=False)
    width: FloatArray = field(init=False)
    depth: FloatArray = field(init=False)
    radii: FloatArray = field(init=False)

    def turn_axes(self) -> None:
        """Section axes from the centres."""
        values = station_values(self.head.name)
        self.tangent, lateral, posterior = section_axes(self.centres, self.hinge)
        cosine, sine = np.cos(values.turn)[:, None], np.sin(values.turn)[:, None]
        self.across, self.deep = cosine * lateral + sine * posterior, cosine * posterior - sine * lateral

    def set_sizes(self, scale: float) -> None:
        """Half width and depth of each ring for a belly whose radius is `scale` times the designed one."""
        values = station_values(self.head.name)
        grow = 1.0 + (scale - 1.0) * np.sqrt(values.flesh)
        self.width, self.depth = values.half_width * grow, values.half_depth * grow

    def rings(self) -> FloatArray:
        """Ring points (R, S, 3) at the present radii."""
        return self.centres[:, None] + self.radii[..., None] * self.directions()

    def directions(self) -> FloatArray:
        """Unit directions (R, S, 3) from the centres to the ring points."""
        return _COSINES[:, None] * self.across[:, None] + _SINES[:, None] * self.deep[:, None]

    def ellipse(self) -> FloatArray:
        """Radii (R, S) of the undisturbed sections."""
        width, depth = self.width[:, None], self.depth[:, None]
        return width * depth / np.hypot(depth * _COSINES, width * _SINES)


_NEIGHBOURS = {head.name: head.tube.neighbours for head in HEADS}
# Footprints belong to the bone: heads that share one are not drawn apart on it.
_OFF_FOOTPRINTS = np.clip(np.minimum(np.arange(RINGS), np.arange(RINGS)[::-1]) / 3.0 - 1.0, 0.0, 1.0)[:, None]
_ANGLES = np.arange(SECTORS) * 2 * np.pi / SECTORS
_COSINES, _SINES = np.cos(_ANGLES), np.sin(_ANGLES)


class Solver:
    """Tubes of the four heads in single poses. The rest pose is solved first: it sets lengths and how thick each belly must be."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed
        self.scale = {head.name: 1.0 for head in HEADS}
        rest = Joints.of(np.zeros(6))
        self.rest_length = {head.name: polyline_length(self.path(head, rest, np.zeros(6))) for head in HEADS}
        for _ in range(12):
            tubes = self._settled(np.zeros(6), self.scale)
            for name, tube in tubes.items():
                self.scale[name] *= (tube.head.volume_cm3 * 1e-6 / _volume(tube.rings())) ** 0.6

    def solve(self, leg: FloatArray) -> tuple[dict[str, Tube], dict[str, FloatArray]]:
        """The solved tubes and their rings in one pose (6,)."""
        joints = Joints.of(leg)
        scale: dict[str, float] = {}
        tubes = self._settled(leg, None)
        for _ in range(3):
            for name, tube in tubes.items():
                missing = tube.head.volume_cm3 * 1e-6 / _volume(tube.rings())
                scale[name] = (
                    scale.get(name, self.scale[name] / np.sqrt(tube.belly_stretch))
                    * float(np.clip(missing, 0.7, 1.4)) ** 0.6
                )
                tube.set_sizes(scale[name])
            self._make_way(tubes, joints)
            self._part(tubes, joints)
        rings = {name: self._finished(tube, joints) for name, tube in tubes.items()}
        for _ in range(3):
            rings = {name: _drawn_apart(name, rings) for name in rings}
            rings = {name: self._finished(tube, joints, rings[name]) for name, tube in tubes.items()}
        return tubes, rings

    def path(self, head: MuscleHead, joints: Joints, leg: FloatArray) -> FloatArray:
        """Guided path (PATH_POINTS, 3): footprint, guides of the origin, pulley on the condyles, guides of the tibia, footprint."""
        design = head.tube
        from_origin = joints.to_femur(head.line.origin_segment)
        near = _moved((design.origin.centre_mm, *design.proximal_guides_mm), from_origin)
        near[1:] += GUIDE_RELEASE * _ease(np.degrees(leg[HIP_FLEXION]) / 90.0) * (near[0] - near[1:])
        far = _moved((*design.distal_guides_mm, design.insertion.centre_mm), joints.tibia)
        parts = [near, far] if design.pulley is None else [near, _round_pulley(near[-1], far[0], design.pulley), far]
        points = resampled(np.concatenate(parts), np.linspace(0.0, 1.0, PATH_POINTS))
        bent = np.clip(np.degrees(leg[KNEE_FLEXION]) / 120.0, 0.0, 1.0) ** 2
        along = np.linspace(0.0, 1.0, PATH_POINTS)
        at_knee = np.clip((along - 0.55) / 0.25, 0.0, 1.0)
        return rounded(points, ROUNDING[0] + (ROUNDING[1] - ROUNDING[0]) * bent * at_knee)

    def _settled(self, leg: FloatArray, scale: Mapping[str, float] | None) -> dict[str, Tube]:
        """Tubes whose centrelines have left the bones and whose tendons ride on their neighbours, parted once."""
        joints = Joints.of(leg)
        tubes = {head.name: self._laid(head, joints, leg) for head in HEADS}
        for tube in tubes.values():
            tube.set_sizes(
                self.scale[tube.head.name] / np.sqrt(tube.belly_stretch) if scale is None else scale[tube.head.name]
            )
            self._leave_bone(tube, joints)
        for tube in tubes.values():
            if tube.head.tube.rides_on:
                _ride(tube, tubes[tube.head.tube.rides_on])
        self._part(tubes, joints)
        return tubes

    def _laid(self, head: MuscleHead, joints: Joints, leg: FloatArray) -> Tube:
        """A head on its path: tendons nearly keep their length, the belly takes the change, sections keep their design offsets."""
        design = head.tube
        path = self.path(head, joints, leg)
        stretch = polyline_length(path) / self.rest_length[head.name]
        begin, end = design.belly
        tendon, belly = (float(part) for part in parted(head, np.array(stretch)))
        rest = rest_positions()
        posed = np.where(rest < begin, rest * tendon, begin * tendon + (rest - begin) * belly)
        posed = np.where(rest > end, stretch - (1.0 - rest) * tendon, posed) / stretch
        base = resampled(path, posed)
        hinge = hinge_axes(joints.pelvis[:3, :3], joints.tibia[:3, :3])
        _, lateral, posterior = section_axes(base, hinge)
        offset = self._offsets(head)
        tube = Tube(head, base + offset[:, :1] * lateral + offset[:, 1:] * posterior, hinge, belly)
        tube.turn_axes()
        return tube

    def _offsets(self, head: MuscleHead) -> FloatArray:
        """Lateral and posterior offsets (R, 2) of the designed centres from the path in upright standing."""
        rest = Joints.of(np.zeros(6))
        base = resampled(self.path(head, rest, np.zeros(6)), rest_positions())
        _, lateral, posterior = section_axes(base, hinge_axes(rest.pelvis[:3, :3], rest.tibia[:3, :3]))
        place = station_values(head.name).offset(base)
        return np.stack([(place * lateral).sum(axis=1), (place * posterior).sum(axis=1)], axis=1)

    def _leave_bone(self, tube: Tube, joints: Joints) -> None:
        """Push centres out of bone until the thin half of the section fits."""
        need = 0.85 * np.minimum(tube.width, tube.depth) + BONE_GAP
        need[0] = need[-1] = 0.001
        spread = spread_matrix(RINGS, 1.4)
        pressed: FloatArray = np.zeros(RINGS)
        for taut in (True,) * 8 + (False,) * 8:
            push = np.zeros_like(tube.centres)
            for contact in tube.head.tube.touches:
                part = _rings_of(contact)
                distance, out = self.bed.distance(contact.bone, tube.centres[part], joints, escape=True)
                room = need[part] + metres(contact.room_mm)
                push[part] += np.clip(room - distance, 0.0, None)[:, None] * out
            pressed = np.maximum(pressed, spread @ np.linalg.norm(push, axis=1))
            # Where bone presses, the line is pulled taut again, so that it goes round by the short way.
            if taut:
                tube.centres = rounded(tube.centres, TAUT_REACH * np.clip(pressed / 0.001, 0.0, 1.0))
            tube.centres = tube.centres + 1.3 * spread @ push
        tube.turn_axes()

    def _part(self, tubes: Mapping[str, Tube], joints: Joints) -> None:
        """Shorten radii until every tube has left the bones and neighbours meet half-way."""
        for tube in tubes.values():
            tube.radii = tube.ellipse()
        for tube in tubes.values():
            designed, directions = tube.radii.copy(), tube.directions()
            near = [tubes[name] for name in tube.head.tube.neighbours]
            for _ in range(6):
                points = (tube.centres[:, None] + tube.radii[..., None] * directions).reshape(-1, 3)
                own = (tube.radii - designed).ravel()
                crowded = np.zeros(len(points))
                for other in near:
                    crowded = np.maximum(crowded, 0.5 * (own - distance_outside(other, points)[0] + NEIGHBOUR_GAP))
                cut: FloatArray = crowded.reshape(tube.radii.shape)
                for contact in tube.head.tube.touches:
                    part = _rings_of(contact)
                    inside = points.reshape(*tube.radii.shape, 3)[part].reshape(-1, 3)
                    distance = self.bed.distance(contact.bone, inside, joints)[0].reshape(-1, SECTORS)
                    room = BONE_GAP + metres(contact.room_mm)
                    cut[part] = np.maximum(cut[part], np.clip(room - distance, 0.0, None))
                tube.radii = np.maximum(tube.radii - cut, 0.12 * designed)
            soft = 0.5 * tube.radii + 0.25 * (np.roll(tube.radii, 1, axis=1) + np.roll(tube.radii, -1, axis=1))
            for _ in range(2):  # takes the edge off creases, but never lets a radius grow back into its neighbour
                soft[1:-1] = 0.5 * soft[1:-1] + 0.25 * (soft[:-2] + soft[2:])
            tube.radii = np.minimum(soft, tube.radii + 0.0003)

    def _make_way(self, tubes: Mapping[str, Tube], joints: Joints) -> None:
        """Move each centre towards the middle of what contact left of its section: crowded bellies make way rather than flatten."""
        fade = np.clip(np.minimum(np.arange(RINGS), np.arange(RINGS)[::-1]) / 8.0 - 0.25, 0.0, 1.0)[:, None]
        for tube in tubes.values():
            lost = ((tube.radii - tube.ellipse())[..., None] * tube.directions()).mean(axis=1)
            tube.centres = tube.centres + MAKING_WAY * fade * (spread_matrix(RINGS, 1.4) @ lost)
            self._leave_bone(tube, joints)

    def _finished(self, tube: Tube, joints: Joints, rings: FloatArray | None = None) -> FloatArray:
        """Rings with both ends laid on their footprints, no vertex in bone, and the volume exact."""
        laid = rings is not None
        rings = tube.rings() if rings is None else rings
        design = tube.head.tube
        for footprint, ends, segment in (
            ()
            if laid
            else (
                (design.origin, range(len(FOOTPRINT_GRIP)), tube.head.line.origin_segment),
                (design.insertion, range(RINGS - 1, RINGS - 1 - len(FOOTPRINT_GRIP), -1), "tibia"),
            )
        ):
            self._lay(rings, footprint, ends, joints.to_femur(segment), joints)
        inner = slice(len(FOOTPRINT_GRIP) // 2, RINGS - len(FOOTPRINT_GRIP) // 2)
        flesh = np.sqrt(station_values(tube.head.name).flesh)[:, None, None]
        for _ in range(3):
            for bone in {contact.bone: None for contact in design.touches}:
                distance, out = self.bed.distance(bone, rings[inner].reshape(-1, 3), joints)
                push = np.clip(FOOTPRINT_LIFT - distance, 0.0, 0.004)[:, None] * out
                rings[inner] += push.reshape(rings[inner].shape)
            missing = np.sqrt(tube.head.volume_cm3 * 1e-6 / _volume(rings)) - 1.0
            middle = rings.mean(axis=1, keepdims=True)
            rings = middle + (1.0 + 1.05 * missing * flesh) * (rings - middle)
        return rings

    def _lay(self, rings: FloatArray, footprint: Footprint, ends: range, to_femur: FloatArray, joints: Joints) -> None:
        """Lay the last rings, in place, on an attachment area of a bone."""
        area = self._spread_out(footprint, to_femur, joints)
        rise = area - area.mean(axis=0)
        for ring, grip in zip(ends, FOOTPRINT_GRIP, strict=True):
            middle = rings[ring].mean(axis=0)
            rings[ring] = middle + (1.0 - grip) * (rings[ring] - middle) + grip * rise
        rings[ends[0]] = area
        for _ in range(4):
            for step, (ring, pull) in enumerate(zip(ends, FOOTPRINT_PULL, strict=True)):
                distance, out = self.bed.distance(footprint.bone, rings[ring], joints)
                off = distance - FOOTPRINT_LIFT - step * TENDON_RISE
                rings[ring] -= (pull * (off if step == 0 else np.maximum(off, 0.0)))[:, None] * out

    def _spread_out(self, footprint: Footprint, to_femur: FloatArray, joints: Joints) -> FloatArray:
        """Rim (S, 3) of an attachment area: walked outwards over the bone from its centre, so that it keeps its size where bone curves."""
        turn = to_femur[:3, :3]
        across, along = turn @ unit(np.array(footprint.across)), turn @ unit(np.array(footprint.along))
        half_across, half_along = metres((footprint.half_across_mm, footprint.half_along_mm))
        outwards = half_across * _COSINES[:, None] * across + half_along * _SINES[:, None] * along
        stride = np.linalg.norm(outwards, axis=1, keepdims=True) / FOOTPRINT_STRIDES
        points = np.tile(_moved((footprint.centre_mm,), to_femur), (SECTORS, 1))
        for stride_number in range(FOOTPRINT_STRIDES + 1):
            for _ in range(3):
                distance, out = self.bed.distance(footprint.bone, points, joints)
                points = points - (distance - FOOTPRINT_LIFT)[:, None] * out
            if stride_number < FOOTPRINT_STRIDES:
                level = outwards - (outwards * out).sum(axis=1, keepdims=True) * out
                points = points + stride * unit(level)
        return points


def _ease(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)


def _volume(rings: FloatArray) -> float:
    """Volume (m3) of the drawn tube over solved rings."""
    return float(ring_volume(refined(rings, FINE_RINGS, FINE_SECTORS)))


def _moved(points_mm: tuple[Point, ...], to_femur: FloatArray) -> FloatArray:
    moved: FloatArray = metres(points_mm) @ to_femur[:3, :3].T + to_femur[:3, 3]
    return moved


def _round_pulley(above: FloatArray, below: FloatArray, pulley: Cylinder) -> FloatArray:
    """Points of the arc in which a string from `above` to `below` touches the pulley; none where it passes behind it."""
    centre, radius = metres((pulley.x_mm, pulley.y_mm)), float(metres(pulley.radius_mm))
    up, down = above[:2] - centre, below[:2] - centre
    far, near = float(np.hypot(*up)), float(np.hypot(*down))
    if near <= radius:
        return np.empty((0, 3))
    begin = np.arctan2(up[1], up[0]) % (2 * np.pi) + np.arccos(radius / far)
    end = np.arctan2(down[1], down[0]) % (2 * np.pi) - np.arccos(radius / near)
    if end <= begin:
        return np.empty((0, 3))
    angle = np.linspace(begin, end, 8)
    before, after = np.sqrt(far**2 - radius**2), np.sqrt(near**2 - radius**2)
    travelled = (before + radius * (angle - begin)) / (before + radius * (end - begin) + after)
    side = above[2] + (below[2] - above[2]) * travelled
    return np.column_stack([centre + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), side])


def _rings_of(contact: Contact) -> slice:
    """The rings of a tube between the positions of a contact."""
    return slice(int(contact.begin * (RINGS - 1)), int(contact.end * (RINGS - 1)) + 1)


def _drawn_apart(name: str, rings: Mapping[str, FloatArray]) -> FloatArray:
    """Rings of one head, each vertex that lies in a neighbour drawn back by half its depth (the neighbour does the same)."""
    own = rings[name].copy()
    middle = own.mean(axis=1, keepdims=True)
    spokes = unit(own - middle)
    for other in _NEIGHBOURS[name]:
        depth = _depth_in(rings[other], own.reshape(-1, 3)).reshape(own.shape[:2])
        reach = np.linalg.norm(own - middle, axis=2)
        cut = _OFF_FOOTPRINTS * np.clip(0.5 * (depth + 0.5 * NEIGHBOUR_GAP), 0.0, 0.6 * reach)
        own -= cut[..., None] * spokes
    return own


def _depth_in(tube: FloatArray, points: FloatArray) -> FloatArray:
    """How deep points (P, 3) lie inside the true sections of a tube (R, S, 3), negative outside; read in the nearest ring's plane."""
    middle = tube.mean(axis=1)
    tangent = unit(np.gradient(middle, axis=0))
    ring = _nearest(points, middle)
    offset = points - middle[ring]
    along = (offset * tangent[ring]).sum(axis=1)
    toward = np.clip(ring + np.sign(along).astype(np.intp), 0, RINGS - 1)
    gap = np.maximum(np.linalg.norm(middle[toward] - middle[ring], axis=1), 1e-6)
    share = np.where(toward == ring, 0.0, np.clip(np.abs(along) / gap, 0.0, 1.0))[:, None]
    section = tube[ring] * (1.0 - share[..., None]) + tube[toward] * share[..., None]
    centre = section.mean(axis=1)
    spokes, offset = section - centre[:, None], points - centre
    across, normal = unit(spokes[:, 0]), tangent[ring]
    behind = np.cross(normal, across)
    reach = np.hypot((spokes * across[:, None]).sum(axis=2), (spokes * behind[:, None]).sum(axis=2))
    angle = np.arctan2((spokes * behind[:, None]).sum(axis=2), (spokes * across[:, None]).sum(axis=2))
    x, y = (offset * across).sum(axis=1), (offset * behind).sum(axis=1)
    # The spoke nearest in direction; sections are near enough to even in angle for that.
    turn = np.abs((angle - np.arctan2(y, x)[:, None] + np.pi) % (2 * np.pi) - np.pi)
    two = np.argsort(turn, axis=1)[:, :2]
    near, far = np.take_along_axis(turn, two, axis=1).T
    inner, outer = np.take_along_axis(reach, two, axis=1).T
    radius = (inner * far + outer * near) / np.maximum(near + far, 1e-9)
    depth: FloatArray = radius - np.hypot(x, y)
    beyond = (toward == ring) & (np.abs(along) > 0.001)
    return np.where(beyond, -1.0, depth)


def _nearest(points: FloatArray, centres: FloatArray) -> IntArray:
    nearest: IntArray = ((centres * centres).sum(axis=1) - 2.0 * points @ centres.T).argmin(axis=1)
    return nearest


def distance_outside(tube: Tube, points: FloatArray) -> tuple[FloatArray, IntArray]:
    """Approximate distance (P,) of points from a tube's undisturbed elliptic sections, negative inside, and the nearest rings (P,)."""
    ring = _nearest(points, tube.centres)
    offset = points - tube.centres[ring]
    along = (offset * tube.tangent[ring]).sum(axis=1)
    toward = np.clip(ring + np.sign(along).astype(np.intp), 0, RINGS - 1)
    gap = np.maximum(np.linalg.norm(tube.centres[toward] - tube.centres[ring], axis=1), 1e-6)
    share = np.where(toward == ring, 0.0, np.clip(np.abs(along) / gap, 0.0, 1.0))
    middle = tube.centres[ring] * (1.0 - share)[:, None] + tube.centres[toward] * share[:, None]
    width = tube.width[ring] * (1.0 - share) + tube.width[toward] * share
    depth = tube.depth[ring] * (1.0 - share) + tube.depth[toward] * share
    offset = points - middle
    x, y = (offset * tube.across[ring]).sum(axis=1), (offset * tube.deep[ring]).sum(axis=1)
    first, second = np.hypot(x / width, y / depth), np.hypot(x / width**2, y / depth**2)
    distance = np.where(first < 0.05, -np.minimum(width, depth), first * (first - 1.0) / np.maximum(second, 1e-9))
    beyond = np.where(toward == ring, np.abs(along), 0.0)
    return np.where(beyond > 0.001, np.maximum(distance, beyond), distance), ring


def _ride(tube: Tube, under: Tube) -> None:
    """A thin tendon rides on its neighbour's belly: two equal halves would swallow it. Its centre is pushed out first."""
    flesh = station_values(tube.head.name).flesh
    need = (1.0 - 1.35 * flesh) * np.minimum(tube.width, tube.depth) + 0.0003
    fade = np.clip(np.minimum(np.arange(RINGS) / 6.0, np.arange(RINGS)[::-1] / 8.0), 0.0, 1.0)
    spread = spread_matrix(RINGS, 1.4)
    for _ in range(6):
        gap, ring = distance_outside(under, tube.centres)
        away = unit(unit(tube.centres - under.centres[ring]) + 0.6 * under.deep[ring])
        push = (fade * np.clip(need - gap, 0.0, 0.008))[:, None] * away
        tube.centres = tube.centres + 1.2 * spread @ push
    tube.turn_axes()
