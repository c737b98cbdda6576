"""The solver behind the drawn muscles: where tubes lie in a pose when they may enter neither bone nor each other.

Each head is laid along its line of action with the places and sizes of its rest design, then the bundle is crowded (`crowding.py`) and
pulled taut (`tautness.py`) until bone and neighbours have their room, every belly its volume, and every head changes its length as its
line does. Too slow for a moving picture, so the answers are baked on grids of poses
(`meshes/sculpt/tissue.py`) and blended by `tubes.SoftTissue`. Femur frame, metres.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from visualiser.anatomy.definitions import Footprint, MuscleHead
from visualiser.anatomy.muscles import HEADS
from visualiser.conventions import LEG_COORDINATES, metres
from visualiser.easing import ease
from visualiser.kinematics import HIP_FLEXION, KNEE_FLEXION
from visualiser.tissue.bonefields import BoneField, Bones, Joints
from visualiser.tissue.crowding import HELD, SOLVED, Bundle, part_points, part_rings, places
from visualiser.tissue.paths import line_points, muscle_length
from visualiser.tissue.restshapes import (
    FINE_RINGS,
    FINE_SECTORS,
    RINGS,
    ROUND,
    SECTORS,
    VOLUMES,
    all_flesh,
    ellipses,
    hinge_axes,
    rest_positions,
    station_values,
)
from visualiser.tissue.sections import (
    polyline_length,
    refined,
    resampled,
    ring_centres,
    ring_volume,
    rounded,
    spread_matrix,
    unit,
)
from visualiser.tissue.strain import parted
from visualiser.tissue.tautness import bring_to_length, lengthening, lengths, ring_shares, space_out, straighten
from visualiser.tissue.tubeends import LIFT, Ends
from visualiser.typed import FloatArray

PATH_POINTS = 161
# Metres over which corners of the path are rounded: in the thigh, and at the knee bent by 120 degrees; less for heads that end at the knee.
ROUNDING, ROUNDING_SHORT = (0.004, 0.010), (0.003, 0.006)
# Metres by which a path ends off the bone, or its last sections would be cut by it: about half a tendon. It begins at the middle of the
# footprint as it is written down, which lies some millimetres off the curved bone.
OFF_INSERTION = 0.0025
TAUT = 0.45  # share of its bend that a pressed line loses in a step
MAKING_WAY = 0.5  # share of the lost section's shift by which crowded centres give way in each round
LAST_MOVES = 2  # of a round leave tautness alone: room has the last word
# Beyond the first angle heads may be shorter or longer than their lines by so much (m) at the second: the knee so deep in flexion that
# the lines run between the bones, where models of them disagree by more; the hip farther back than nearly all people can take it, and
# bent so far that a membrane as long as its line would be pressed to nothing on the ischium.
DEEPEST_KNEE_DEG = 150.0
SHORTER = {
    "semitendinosus": (100.0, 0.008),
    "semimembranosus": (95.0, 0.014),
    "biceps_femoris_long_head": (100.0, 0.012),
    "biceps_femoris_short_head": (100.0, 0.024),
}
FAR_BACK, LONGER_BACK = np.radians((-10.0, -40.0)), 0.010
FAR_BENT, LONGER_BENT = np.radians((92.0, 120.0)), 0.0064
GUIDES_GONE_DEG = 140.0  # of knee flexion, at which guides have let go as far as they do
STRIDES = 6  # steps in which an attachment area is walked out over the bone
REST_ROUNDS, ROUNDS, MOVES, CUTS = 10, 4, 6, 3


def solve_ends(bones: Bones) -> Ends:
    """The attachment areas of all heads, walked out over the bones from their centres so that they keep their size where bone curves."""
    areas = [
        [_spread_out(footprint, bones.fields[footprint.bone]) for footprint in (head.tube.origin, head.tube.insertion)]
        for head in HEADS
    ]
    return Ends(np.array(areas))


def _spread_out(footprint: Footprint, bone: BoneField) -> FloatArray:
    """Rim (S, 3) of an attachment area in the frame of its bone."""
    across, along = unit(np.array(footprint.across)), unit(np.array(footprint.along))
    half_across, half_along = metres((footprint.half_across_mm, footprint.half_along_mm))
    outwards = half_across * ROUND[:, :1] * across + half_along * ROUND[:, 1:] * along
    stride = np.linalg.norm(outwards, axis=1, keepdims=True) / STRIDES
    points = np.tile(metres(footprint.centre_mm), (SECTORS, 1))
    for step in range(STRIDES + 1):
        for _ in range(3):
            distance, out = bone(points)
            points = points - (distance - LIFT)[:, None] * out
        if step < STRIDES:
            level = outwards - (outwards * out).sum(axis=1, keepdims=True) * out
            points = points + stride * unit(level)
    return points


@dataclass
class Solved:
    """Heads in N poses: centres (N, H, R, 3) and radii (N, H, R, S)."""

    centres: FloatArray
    radii: FloatArray


class Laid(NamedTuple):
    """A head on its path in N poses: centres (N, R, 3), their shares (N, R) of the length, for tendons nearly keep theirs, and how far
    the belly is stretched (N,)."""

    centres: FloatArray
    shares: FloatArray
    belly: FloatArray


class Solver:
    """Tubes of the four heads in many poses. Upright standing is solved first: it sets lengths and how thick each belly must be."""

    def __init__(self, bones: Bones) -> None:
        self.bones, self.ends = bones, solve_ends(bones)
        standing = np.zeros((1, len(LEG_COORDINATES)))
        joints = Joints.of(standing)
        paths = [self.path(head, standing, joints)[0] for head in HEADS]
        self.rest_length = np.array([polyline_length(path) for path in paths])
        self.scale = np.ones(len(HEADS))
        self.offsets = [self._offsets(head, path, joints) for head, path in zip(HEADS, paths, strict=True)]
        for _ in range(REST_ROUNDS):
            bundle = self._settled(standing, self.scale[None], 1)
            self.scale *= (VOLUMES / self.volumes(bundle, joints)[0]) ** 0.7
        self.standing_length = self._drawn_lengths(self._settled(standing, None, ROUNDS), joints)[0]

    def solve(self, legs: FloatArray) -> Solved:
        """The solved heads in poses (N, 6)."""
        bundle = self._settled(legs, None, ROUNDS, self.wanted(legs))
        return Solved(bundle.centres, bundle.radii)

    def wanted(self, legs: FloatArray) -> FloatArray:
        """How long heads should be drawn (N, H) in poses (N, 6): as their lines of action ask, but where room is wanting."""
        crosses_hip = np.array([head.line.origin_segment == "pelvis" for head in HEADS])
        length: FloatArray = self.standing_length + lengthening(legs)
        for i, (begin_deg, most) in enumerate(SHORTER[head.name] for head in HEADS):
            beyond = (np.degrees(legs[:, KNEE_FLEXION]) - begin_deg) / (DEEPEST_KNEE_DEG - begin_deg)
            length[:, i] -= most * np.square(np.clip(beyond, 0.0, 1.0))
        length += LONGER_BACK * crosses_hip * _beyond(legs[:, HIP_FLEXION], FAR_BACK)
        length += LONGER_BENT * crosses_hip * _beyond(legs[:, HIP_FLEXION], FAR_BENT)
        return length

    def volumes(self, bundle: Bundle, joints: Joints) -> FloatArray:
        """Volumes (N, H), m3, of the drawn tubes."""
        return ring_volume(refined(self.ends.closed(bundle, joints), FINE_RINGS, FINE_SECTORS))

    def path(self, head: MuscleHead, legs: FloatArray, joints: Joints) -> FloatArray:
        """Guided path (N, PATH_POINTS, 3): from the footprint along the line of action to the tibia, over its guides to the footprint."""
        line, length = line_points(head, legs, PATH_POINTS), muscle_length(head, legs)
        beyond = float(np.linalg.norm(metres(head.line.insertion_mm) - metres(head.line.via_mm)))
        which = HEADS.index(head)
        insertion = self.ends.areas[which, 1].mean(axis=0) + OFF_INSERTION * self.ends.outwards[which, 1]
        begin = _carried(metres((head.tube.origin.centre_mm,)), head.line.origin_segment, joints)[:, 0]
        gone = head.tube.guides_let_go * ease(np.degrees(legs[:, KNEE_FLEXION]) / GUIDES_GONE_DEG)[:, None, None]
        guides = metres(head.tube.distal_guides_mm)
        far = _carried(np.vstack([guides, insertion]), "tibia", joints)
        far += gone * (far[:, -1:] - far)
        bent = np.clip(np.degrees(legs[:, KNEE_FLEXION]) / 120.0, 0.0, 1.0) ** 2
        along = np.linspace(0.0, 1.0, PATH_POINTS)
        at_knee = np.clip((along - 0.55) / 0.25, 0.0, 1.0)
        thigh, flexed = ROUNDING if head.line.origin_segment == "pelvis" else ROUNDING_SHORT
        paths = []
        for points, whole, first, last, knee in zip(line, length, begin, far, bent, strict=True):
            share = np.linspace(0.0, 1.0, PATH_POINTS)[:, None]
            own = resampled(points, share[:, 0] * (1.0 - beyond / whole))
            own = own + (1.0 - share) * (first - own[0]) + share * (last[0] - own[-1])
            even = resampled(np.concatenate([own, last[1:]]), along)
            paths.append(rounded(even, thigh + (flexed - thigh) * knee * at_knee))
        return np.array(paths)

    def _offsets(self, head: MuscleHead, path: FloatArray, joints: Joints) -> FloatArray:
        """Lateral and posterior offsets (R, 2) of the designed centres from the path in upright standing."""
        base = resampled(path, rest_positions())
        _, lateral, posterior = _axes(base[None], hinge_axes(joints)[:, HEADS.index(head)])
        place = station_values(head.name).offset(base)
        return np.stack([(place * lateral[0]).sum(axis=1), (place * posterior[0]).sum(axis=1)], axis=1)

    def _laid(self, head: MuscleHead, legs: FloatArray, joints: Joints) -> "Laid":
        """A head on its path in poses (N, 6)."""
        which = HEADS.index(head)
        paths = self.path(head, legs, joints)
        stretched = np.array([polyline_length(path) for path in paths]) / self.rest_length[which]
        shares = ring_shares(head, stretched)
        base = np.array([resampled(path, own) for path, own in zip(paths, shares, strict=True)])
        offset = self.offsets[which]
        _, lateral, posterior = _axes(base, hinge_axes(joints)[:, which])
        centres = base + offset[:, :1] * lateral + offset[:, 1:] * posterior
        return Laid(centres, shares, parted(head, stretched).belly)

    def _settled(
        self, legs: FloatArray, scale: FloatArray | None, rounds: int, wanted: FloatArray | None = None
    ) -> Bundle:
        """Heads laid in poses (N, 6), then crowded; with `scale` (N, H) their thickness is given, else their volume, and with `wanted`
        (N, H) also how long they are drawn."""
        joints = Joints.of(legs)
        laid = [self._laid(head, legs, joints) for head in HEADS]
        centres, shares = (np.stack([getattr(one, part) for one in laid], axis=1) for part in ("centres", "shares"))
        grown = self.scale / np.sqrt(np.stack([one.belly for one in laid], axis=1)) if scale is None else scale
        bundle = Bundle.of(centres, self._designed(grown), joints)
        for number in range(rounds):
            # Sections cut by bone have their middles beside their centres: what is drawn is a little longer than the line of centres.
            beside = self._drawn_lengths(bundle, joints) - lengths(bundle.centres)
            tendon = 1.0 - all_flesh()[..., None]
            bundle.radii = tendon * self._designed(grown) + (1.0 - tendon) * bundle.radii
            moves = MOVES * (2 if number == 0 else 1)
            for move in range(moves):
                if move % 3 == 0:
                    self._rooted(bundle, joints)
                pressed = part_rings(bundle, self.bones, joints, places(True), SOLVED)
                if (
                    number < 2
                ):  # where bone presses, the line is pulled taut again, so that it goes round by the short way
                    _pull_taut(bundle, pressed)
                if move < moves - LAST_MOVES:
                    straighten(bundle.centres)
                    if wanted is not None:
                        bring_to_length(bundle.centres, wanted - beside, legs)
                    space_out(bundle.centres, shares)
                bundle.orient()
            designed = bundle.radii = self._designed(grown)
            for _ in range(CUTS):
                part_points(bundle, self.bones, joints, places(True), SOLVED)
            bundle.radii = _soft(bundle.radii)
            for _ in range(2):
                part_points(bundle, self.bones, joints, places(True), SOLVED)
            if number < rounds - 1 and scale is None:
                grown = grown * np.clip(VOLUMES / self.volumes(bundle, joints), 0.8, 1.25) ** 0.6
                lost = ((bundle.radii - designed)[..., None] * bundle.directions()).mean(axis=-2)
                bundle.centres += MAKING_WAY * _FADE * (spread_matrix(RINGS, 1.6) @ lost)
                bundle.orient()
        return bundle

    def _drawn_lengths(self, bundle: Bundle, joints: Joints) -> FloatArray:
        """Lengths (N, H) along the middles of the sections, ends laid on bone."""
        return lengths(ring_centres(self.ends.closed(bundle, joints)))

    def _designed(self, scale: FloatArray) -> FloatArray:
        return np.stack([ellipses(head, scale[:, i]) for i, head in enumerate(HEADS)], axis=1)

    def _rooted(self, bundle: Bundle, joints: Joints) -> None:
        """Put the first and last centres of every head on its attachment areas."""
        for i, head in enumerate(HEADS):
            for end, footprint in enumerate((head.tube.origin, head.tube.insertion)):
                area = self.ends.areas[i, end].mean(axis=0)
                bundle.centres[:, i, -end] = _carried(area[None], footprint.bone, joints)[:, 0]
        bundle.orient()


def _beyond(angle: FloatArray, limits: FloatArray) -> FloatArray:
    """How far (N, 1), 0 to 1, angles (N,) lie beyond the first of two limits."""
    return ease((angle[:, None] - limits[0]) / (limits[1] - limits[0]))


def _pull_taut(bundle: Bundle, pressed: FloatArray) -> None:
    """Straighten centres where the tuberosity presses them, and a little beyond, in place."""
    share = np.clip(spread_matrix(RINGS, 2.0) @ np.clip(pressed / 0.001, 0.0, 1.0)[..., None] * 1.5, 0.0, 1.0)
    for _ in range(2):
        centres = bundle.centres
        straight = 0.5 * (centres[:, :, :-2] + centres[:, :, 2:]) - centres[:, :, 1:-1]
        centres[:, :, 1:-1] += TAUT * (HELD[:, None] * share)[:, :, 1:-1] * straight


_FADE = np.clip(np.minimum(np.arange(RINGS), np.arange(RINGS)[::-1]) / 8.0 - 0.25, 0.0, 1.0)[:, None]


def _soft(radii: FloatArray) -> FloatArray:
    """Radii (N, H, R, S) with the edge taken off creases."""
    soft = 0.5 * radii + 0.25 * (np.roll(radii, 1, axis=-1) + np.roll(radii, -1, axis=-1))
    for _ in range(2):
        soft[..., 1:-1, :] = 0.5 * soft[..., 1:-1, :] + 0.25 * (soft[..., :-2, :] + soft[..., 2:, :])
    return soft


def _axes(centres: FloatArray, hinge: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Tangent, lateral and posterior axis (N, R, 3) of the sections along curves."""
    tangent = unit(np.gradient(centres, axis=1))
    lateral = unit(hinge - (hinge * tangent).sum(axis=-1, keepdims=True) * tangent)
    return tangent, lateral, np.cross(tangent, lateral)


def _carried(points: FloatArray, segment: str, joints: Joints) -> FloatArray:
    carried: FloatArray = points @ np.swapaxes(joints.turn(segment), -1, -2) + joints.shift(segment)[:, None]
    return carried
