"""The drawn sciatic nerve: lines of trunk and divisions that keep clear of bones and heads, and tubes round them. Femur frame, metres."""

from functools import lru_cache
from itertools import pairwise, repeat
from typing import NamedTuple

import numpy as np
from scipy.interpolate import CubicSpline

from visualiser.anatomy.definitions import NerveDivision
from visualiser.anatomy.muscles import HEADS
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.conventions import metres
from visualiser.easing import ease
from visualiser.kinematics import HIP_FLEXION, KNEE_FLEXION
from visualiser.tissue.bonefields import BONES, Bones, Joints, onset
from visualiser.tissue.crowding import Bundle, inside_sections
from visualiser.tissue.nerve import curve_through, guide_points
from visualiser.tissue.restshapes import RINGS
from visualiser.tissue.sections import cross, resampled, rounded, unit
from visualiser.typed import FloatArray, IntArray, SingleArray

DIVISION_POINTS = 72  # centreline points from foramen to leg
TRUNK_RINGS = DIVISION_RINGS = 40  # solved and baked
FINER, SECTORS = 2, 12  # drawn rings for each of those, and points round each
ROOT_RINGS, ROOT_SECTORS = 16, 10
# Where along the nerve the divisions leave their common sheath, and by where they run on their own guides: ESTIMATE, the visible split
# then lies about 55 mm above the knee crease.
SPLIT, APART = 0.672, 0.76
ROOM = 0.0016  # metres that a section keeps from bone and muscle
# Added to the way out of a head, for points beside its tendon, beside its belly, in the popliteal fossa, and at the fibula (in the frame
# of the tibia). The nerve lies lateral to semimembranosus, medial to the short head, deep to the long head and semitendinosus; where the
# bellies of semimembranosus and the short head close in on it, it comes out behind, where the room is. In the fossa it follows biceps
# towards the middle, then passes behind and below its insertion.
_FIBULA = (-0.3, -0.55, -0.7)
WAYS_OUT = {
    "semitendinosus": ((0.3, 0.0, 1.0), (0.8, 0.0, 0.4), (0.6, 0.0, 0.4), (0.6, 0.0, 0.4)),
    "semimembranosus": ((0.0, 0.0, 1.0), (-0.5, 0.0, 0.6), (-0.5, 0.0, 0.6), (-0.5, 0.0, 0.6)),
    "biceps_femoris_long_head": ((0.3, 0.0, 1.0), (0.8, 0.0, 0.0), (0.0, 0.0, -0.8), _FIBULA),
    "biceps_femoris_short_head": ((-0.6, 0.0, -0.5), (-0.6, 0.0, -0.5), (-0.6, 0.0, -0.5), _FIBULA),
}
# Share by which guides behind the knee let go when it is bent by 140 degrees: the nerve then takes the short way across the fossa.
KNEE_RELEASE = {"tibial_nerve": 0.45, "common_fibular_nerve": 0.9}
# Metres (femur frame) by which the guides from between tuberosity and trochanter into the upper third move with the hip bent by 110
# degrees: conjoint tendon and long head then lie over the lateral side of the tuberosity, and the nerve lateral to them, but below it soon
# deep to the long head, as near to the femur as in standing. ESTIMATE.
_AT_TUBEROSITY = slice(4, 7)
IN_FLEXION = np.array([[0.004, -0.009, 0.012], [0.014, -0.011, 0.012], [0.025, -0.016, 0.003]])
BEHIND = np.array([-1.2, 0.0, 0.0])  # added to the way out of the femur: a nerve never passes in front of the neck
# Added to the way out of the hip bone: between tuberosity and trochanter.
DOWN_AND_LATERAL = np.array([-0.1, -0.5, 0.6])
BEHIND_ITS_NECK = np.array([-0.8, -0.4, 0.0])  # added to the way out of the fibula, in the frame of the tibia
# Metres round a section over which pushes set in: where there is room the nerve keeps far more of it than it must, so that what a blend
# between poses errs does not count; where there is little it lies in the middle.
ONSET = 0.0045
ONSET_AT_FIBULA = 0.0030  # round its neck the nerve winds close to the bone, under fibularis longus
GAIN, FARTHEST = 1.2, 0.008  # of a push that is spread, and metres of one in a round
SPREAD = 0.014  # metres of nerve over which a push spreads
DRAWN_BACK, LAST_ROUNDS = 0.06, 5  # share of its way back to its course in a round, and rounds that leave it alone
HELD = 5  # points before its end over which a division stays more and more where its guides lead it
JOINED = 9  # points over which the divisions come out of the trunk's end
ROUNDED = 14  # drawn rings over which a division's section becomes round
ROOT_HALF_WIDTH = 0.0021
TIP = 0.05  # share of a division's length over which it narrows to its end
TUBES = (
    slice(0, TRUNK_RINGS),
    slice(TRUNK_RINGS, TRUNK_RINGS + DIVISION_RINGS),
    slice(TRUNK_RINGS + DIVISION_RINGS, None),
)
POINTS = TRUNK_RINGS + 2 * DIVISION_RINGS


SOFT_GAP = 0.002  # metres over which divisions that part let go of each other
# Share of what keeps them apart that the tibial one gives way; it has semimembranosus beside it: ESTIMATE.
TIBIAL_YIELDS = 0.25


def designed_lines(legs: FloatArray) -> FloatArray:
    """Centrelines (N, POINTS, 3) of trunk, tibial and common fibular nerve along their guides, bones and heads unasked."""
    lines, along = [], np.linspace(0.0, 1.0, DIVISION_POINTS)
    bent = np.clip(np.degrees(legs[:, KNEE_FLEXION]) / 120.0, 0.0, 1.25)
    widths = 0.002 + 0.014 * bent[:, None] ** 2 * ease((along - 0.40) / 0.15)
    for guides, width in zip(
        zip(*map(_guided, SCIATIC_NERVE.divisions, repeat(legs)), strict=True), widths, strict=True
    ):
        own = [rounded(curve_through(points, DIVISION_POINTS), width) for points in guides]
        tibial, fibular = own
        apart = ease((along - SPLIT) / (APART - SPLIT))[:, None]
        # Down to the split both divisions lie side by side in one sheath, the fibular one lateral.
        medial, lateral = (place * _LATERAL.astype(np.float64) for place in _places_at_split())
        fibular = apart * fibular + (1.0 - apart) * (tibial + lateral - medial)
        even, above = np.linspace(0.0, 1.0, DIVISION_RINGS), along < SPLIT
        ends = [np.array([np.interp(SPLIT, along, line[:, axis]) for axis in range(3)]) for line in own]
        ends[1] = ends[0] + lateral - medial
        trunk = resampled(np.vstack([tibial[above], ends[0]]) - medial, np.linspace(0.0, 1.0, TRUNK_RINGS))
        below = [np.vstack([end, line[~above]]) for end, line in zip(ends, (tibial, fibular), strict=True)]
        lines.append(np.concatenate([trunk, *(resampled(line, even) for line in below)]))
    return np.array(lines)


def _places_at_split() -> tuple[float, float]:
    """How far lateral to the middle of the trunk's end, metres, the middles of the two divisions lie there: it just holds both."""
    tibial, fibular = (float(metres(division.half_width_mm)) for division in SCIATIC_NERVE.divisions)
    return -fibular, tibial


class Met(NamedTuple):
    """Points of lines near bones or heads: pose and point (M,), how far their sections are from keeping ROOM (M,), the shortest way out and
    the one that is taken (M, 3), and over which distance round a section pushes set in (M,)."""

    pose: IntArray
    point: IntArray
    inside: FloatArray
    out: FloatArray
    way: FloatArray
    onset: FloatArray


def clear(lines: FloatArray, course: FloatArray, bundle: Bundle, bones: Bones, joints: Joints, rounds: int) -> None:
    """Push lines (N, POINTS, 3) clear of bones and heads, in place: deep to the long head, and bone has the last word.

    All but the last rounds also draw them back towards their `course` (N, POINTS, 3), so that no push is kept for which there is no
    reason any more.
    """
    for number in range(rounds):
        if number < rounds - LAST_ROUNDS:
            lines += DRAWN_BACK * (course - lines)
        axes = drawn_sections().axes(lines, joints)
        _push(lines, _met_heads(lines, bundle, joints, axes))
        _push(lines, _met_bones(lines, bones, joints, axes))
        lines[:] = joined(lines, axes[0][:, TRUNK_RINGS - 1])


def deepest(lines: FloatArray, bundle: Bundle, bones: Bones, joints: Joints) -> FloatArray:
    """How deep (N,) the nerve on lines (N, POINTS, 3) lies in bones and heads at most, metres."""
    axes, worst = drawn_sections().axes(lines, joints), np.zeros(len(lines))
    for met in (_met_heads(lines, bundle, joints, axes), _met_bones(lines, bones, joints, axes)):
        np.maximum.at(worst, met.pose, met.inside - ROOM)
    return worst


def _push(lines: FloatArray, met: Met) -> None:
    """Push lines, in place, the ways out of what they meet."""
    off = np.clip(np.einsum("mk,mk->m", met.way, met.out), 0.5, 1.0)
    push = np.zeros_like(lines)
    np.add.at(push, (met.pose, met.point), np.minimum(onset(met.inside, met.onset) / off, FARTHEST)[:, None] * met.way)
    lines += GAIN * (_spread() @ push)


def joined(lines: FloatArray, lateral: FloatArray) -> FloatArray:
    """Lines (N, POINTS, 3) whose divisions begin side by side in the trunk's end, with its lateral (N, 3): a copy."""
    joined = lines.copy()
    fade = 1.0 - ease(np.arange(JOINED, dtype=np.float32) / JOINED).astype(np.float32)[:, None]
    for tube, place in zip(TUBES[1:], _places_at_split(), strict=True):
        begin = lines[:, TRUNK_RINGS - 1] + np.float32(place) * lateral
        joined[:, tube.start : tube.start + JOINED] += fade * (begin - lines[:, tube.start])[:, None]
    return joined


def _part(lines: FloatArray, lateral: FloatArray) -> None:
    """Hold the divisions of lines (N, POINTS, 3) side by side, in place, along the lateral (N, 3) of the trunk's end, until they part.

    Their guides come apart only below the split.
    """
    tibial, fibular = (lines[:, tube.start : tube.start + len(_PARTED)] for tube in TUBES[1:])
    medial, outer = _places_at_split()
    beside = np.einsum("nrk,nk->nr", fibular - tibial, lateral) - np.float32(outer - medial)
    # Smoothly the larger of what there is and of what there must be.
    missing = 0.5 * (np.sqrt(beside * beside + np.float32(SOFT_GAP**2)) - beside)
    shift = (_PARTED * missing)[..., None] * lateral[:, None]
    tibial -= TIBIAL_YIELDS * shift
    fibular += (1.0 - TIBIAL_YIELDS) * shift


def _reach(pose: IntArray, point: IntArray, out: FloatArray, axes: tuple[FloatArray, FloatArray]) -> FloatArray:
    """How far (M,) sections reach against the ways out (M, 3), and the room that they keep."""
    square = np.zeros(len(pose))
    for size, axis in zip(_coarse_half_sizes(), axes, strict=True):
        square += np.square(size[point] * np.einsum("mk,mk->m", out, axis[pose, point]))
    reach: FloatArray = np.sqrt(square) + ROOM
    return reach


def _met_bones(lines: FloatArray, bones: Bones, joints: Joints, axes: tuple[FloatArray, FloatArray]) -> Met:
    """What is near bones, its sections lying along axes (N, POINTS, 3)."""
    count = len(lines) * POINTS
    bone = np.repeat(np.arange(len(BONES)), count)
    pose = np.tile(np.repeat(np.arange(len(lines)), POINTS), len(BONES))
    asked = np.tile(lines.reshape(-1, 3), (len(BONES), 1))
    found = bones.touched(asked, bone, pose, joints, _coarse_half_sizes()[0].max() + ROOM + ONSET)
    bone, pose, point = bone[found.chosen], pose[found.chosen], found.chosen % POINTS
    out = found.out_femur
    bent = np.where((bone == BONES.index("femur"))[:, None], BEHIND, 0.0)
    bent = np.where((bone == BONES.index("hip_bone"))[:, None], (joints.pelvis @ DOWN_AND_LATERAL)[pose], bent)
    bent = np.where((bone == BONES.index("fibula"))[:, None], (joints.tibia[:, :3, :3] @ BEHIND_ITS_NECK)[pose], bent)
    width = np.where(bone == BONES.index("fibula"), ONSET_AT_FIBULA, ONSET)
    return Met(pose, point, _reach(pose, point, out, axes) - found.distance, out, unit(out + bent), width)


def _met_heads(lines: FloatArray, bundle: Bundle, joints: Joints, axes: tuple[FloatArray, FloatArray]) -> Met:
    """What is near heads."""
    count, heads = len(lines), len(HEADS)
    rings = bundle.centres.reshape(count, heads * RINGS, 3)
    square = np.einsum("nrk,nrk->nr", rings, rings)[:, None] - 2.0 * lines @ np.swapaxes(rings, -1, -2)
    square = (square + np.einsum("npk,npk->np", lines, lines)[..., None]).reshape(count, POINTS, heads, RINGS)
    nearest = square.argmin(axis=-1)
    far = np.sqrt(np.maximum(np.take_along_axis(square, nearest[..., None], axis=-1)[..., 0], 0.0))
    widest = bundle.radii.max(axis=-1)[np.arange(count)[:, None, None], np.arange(heads), nearest]
    pose, point, head = np.nonzero(far < widest + _coarse_half_sizes()[0].max() + ROOM + ONSET)
    other = (pose * heads + head) * RINGS + nearest[pose, point, head]
    bias, at_fibula = _ways_out()
    bias = bias[head, point] + np.einsum("mij,mj->mi", joints.tibia[pose, :3, :3], at_fibula[head, point])
    depth, out = inside_sections(bundle, lines[pose, point], other, unit(bias))
    width = np.full(len(pose), ONSET)
    return Met(pose, point, _reach(pose, point, out, axes) + depth, out, unit(out + bias), width)


@lru_cache
def _ways_out() -> tuple[FloatArray, FloatArray]:
    """What is added (H, POINTS, 3) to the way out of each head at each point: a part in the femur's frame and a part in the tibia's."""
    height = designed_lines(np.zeros((1, 6)))[0, :, 1]
    thigh, fossa, fibula = (
        ease((-top - height) / (bottom - top))[:, None]
        for top, bottom in ((0.130, 0.190), (0.270, 0.330), (0.430, 0.460))
    )
    above, at_fibula = [], []
    for head in HEADS:
        tendon, belly, low, insertion = np.array(WAYS_OUT[head.name])
        above.append((1.0 - fibula) * ((1.0 - thigh) * tendon + thigh * ((1.0 - fossa) * belly + fossa * low)))
        at_fibula.append(fibula * insertion)
    return np.array(above), np.array(at_fibula)


@lru_cache
def _spread() -> FloatArray:
    """Spreads pushes along the trunk and each division beyond it; all stay where they leave the pelvis, and where they end on the leg."""
    standing = designed_lines(np.zeros((1, 6)))[0]
    steps = [np.linalg.norm(np.diff(standing[tube], axis=0), axis=1) for tube in TUBES]
    trunk, *below = (np.concatenate([[0.0], np.cumsum(own)]) for own in steps)
    at = np.concatenate([trunk, *(trunk[-1] + own for own in below)])
    matrix: FloatArray = np.exp(-0.5 * np.square((at[:, None] - at) / SPREAD))
    # What a metre of nerve feels counts, however many points it has; each division counts for half where both lie in one sheath.
    matrix *= np.concatenate([np.full(len(own), np.diff(own).mean()) for own in (trunk, *below)])
    matrix[TUBES[0], TRUNK_RINGS:] *= 0.5
    matrix[TUBES[1], TUBES[2]] = matrix[TUBES[2], TUBES[1]] = 0.0
    matrix /= matrix.sum(axis=1, keepdims=True)
    matrix[TUBES[0]] *= np.clip(np.arange(TRUNK_RINGS) / 3.0, 0.0, 1.0)[:, None]
    held = np.clip(np.arange(DIVISION_RINGS)[::-1] / HELD, 0.0, 1.0)[:, None]
    matrix[TUBES[1]] *= held
    matrix[TUBES[2]] *= held
    return matrix


@lru_cache
def _half_sizes() -> tuple[FloatArray, FloatArray]:
    """Half width and depth (FINER * POINTS,) of the drawn rings, metres: the trunk is flat and narrows to what both divisions need;
    they are led out of the picture as rounded tips."""
    nerve, along = SCIATIC_NERVE, np.linspace(0.0, 1.0, FINER * TRUNK_RINGS)
    end = sum(division.half_width_mm for division in nerve.divisions)
    widths = [nerve.half_width_mm + (end - nerve.half_width_mm) * ease(along)]
    depths = [np.full_like(along, nerve.half_depth_mm)]
    along = np.linspace(0.0, 1.0, FINER * DIVISION_RINGS)
    tip = np.sqrt(np.maximum(1.0 - np.square(np.clip(1.0 - (1.0 - along) / TIP, 0.0, 1.0)), 0.0))
    for division in nerve.divisions:
        widths.append(division.half_width_mm * tip)
        depths.append(division.half_depth_mm * tip)
    wide, deep = (metres(np.concatenate(parts)) + 5e-5 for parts in (widths, depths))
    return wide, deep


@lru_cache
def _coarse_half_sizes() -> tuple[FloatArray, FloatArray]:
    """The same (POINTS,) at the points of the lines."""
    wide, deep = (size[::FINER] for size in _half_sizes())
    return wide, deep


@lru_cache
def _outlines() -> tuple[FloatArray, FloatArray]:
    """Outlines (FINER * POINTS, SECTORS) of the drawn sections, metres along their lateral and deep axes.

    Ellipses, but each division begins as its part of the trunk's end, cut off flat where the other lies, and becomes round by and by.
    """
    wide, deep = _half_sizes()
    cosine, sine = round_points(SECTORS)
    across, through = wide[:, None] * cosine, deep[:, None] * sine
    for i, place in enumerate(_places_at_split(), start=1):
        first = drawn_tube(i).start
        begin = across[first] * (1.0 - 2e-5 / wide[first])
        at = np.clip((place + begin) / wide[drawn_tube(0)][-1], -1.0, 1.0)
        flat = np.sign(np.round(sine, 6)) * deep[drawn_tube(0)][-1] * np.sqrt(1.0 - at * at)
        share = ease(np.arange(ROUNDED) / ROUNDED)[:, None]
        own = slice(first, first + ROUNDED)
        through[own] = (1.0 - share) * flat + share * through[own]
    return across.astype(np.float32), through.astype(np.float32)


@lru_cache
def _finer() -> tuple[FloatArray, FloatArray]:
    """Matrices (FINER * K, K) from the points of a line to finer points, and to the way along it there; all three lines have as many."""
    spline = CubicSpline(np.arange(TRUNK_RINGS), np.eye(TRUNK_RINGS), bc_type="natural")
    at = np.linspace(0, TRUNK_RINGS - 1, FINER * TRUNK_RINGS)
    return spline(at).astype(np.float32), spline(at, 1).astype(np.float32)


def round_points(sectors: int) -> tuple[FloatArray, FloatArray]:
    """Cosines and sines (S,) of the points round a nerve."""
    angles = np.arange(sectors) * 2 * np.pi / sectors
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


_LATERAL = np.array([0.0, 0.0, 1.0], dtype=np.float32)


@lru_cache
def shares() -> FloatArray:
    """Shares (POINTS, 2) of pelvis and tibia in the turn of each point: the trunk leaves the pelvis in the buttock."""
    trunk, along = np.linspace(0.0, 1.0, TRUNK_RINGS), np.linspace(0.0, 1.0, DIVISION_RINGS)
    by_tibia = np.stack([np.zeros_like(along), ease((along - 0.15) / 0.45)], axis=1)
    parts = [np.stack([1.0 - ease((trunk - 0.18) / 0.26), np.zeros_like(trunk)], axis=1)]
    return np.concatenate([*parts, *[by_tibia] * len(SCIATIC_NERVE.divisions)])


# How much the first points of the divisions are held side by side: not the first, which lie in the trunk's end, nor those below the knee.
_PARTED: SingleArray = np.multiply(ease(np.arange(28) / 2.0), ease(np.arange(28)[::-1] / 8.0)).astype(np.float32)


# How much of its own axes each of a division's first rings has.
_OWN = ease(np.arange(ROUNDED) / ROUNDED).astype(np.float32)[:, None]


@lru_cache
def _placed_and_led() -> FloatArray:
    """Both matrices of `_finer`, one under the other."""
    return np.concatenate(_finer())


class Sections:
    """Drawn sections round the lines, so that none spins while a leg moves.

    The trunk's face turns with the bones beside it. A division's is turned by half the bend of the knee, and from there by the least
    turn onto its line. That has no answer only where a line runs back against the way it then has, and half-way none comes near it: a
    nerve that folds at the knee runs half the bend to either side.
    """

    def __init__(self, standing: FloatArray) -> None:
        """From the lines (POINTS, 3) in upright standing."""
        places, ways = _finer()
        tangent = unit(ways @ standing.reshape(len(TUBES), TRUNK_RINGS, 3))
        behind = cross(tangent[0], unit(_LATERAL - tangent[0, :, 2:] * tangent[0]))
        share = places @ shares()[TUBES[0], :1]
        self._femur, self._pelvis = ((part * behind).astype(np.float32) for part in (1.0 - share, share))
        first = unit(_LATERAL - tangent[1:, :1, 2:] * tangent[1:, :1])
        lateral = np.stack([_carried(tangent[i], first[i - 1, 0]) for i in (1, 2)])
        self._tangent, self._lateral = tangent[1:].astype(np.float32), lateral.astype(np.float32)

    def _axes(self, tangent: FloatArray, joints: Joints) -> FloatArray:
        """Lateral vectors (N, 3, R, 3) of rings with unit tangents (N, 3, R, 3)."""
        lateral = np.empty_like(tangent)
        pelvis = np.swapaxes(joints.pelvis, -1, -2).astype(tangent.dtype)
        behind: FloatArray = np.add(self._femur, self._pelvis @ pelvis)
        lateral[:, 0] = unit(cross(behind, tangent[:, 0]))
        bent = 0.5 * np.arctan2(joints.tibia[:, 1, 0], joints.tibia[:, 0, 0]).astype(tangent.dtype)[:, None, None]
        cosine, sine = np.cos(bent), np.sin(bent)
        guess, way = _about_z(self._lateral, cosine, sine), _about_z(self._tangent, cosine, sine)
        own = tangent[:, 1:]
        against = 1.0 + np.einsum("nirk,nirk->nir", way, own)
        way += own
        lateral[:, 1:] = guess - (np.einsum("nirk,nirk->nir", guess, own) / np.maximum(against, 0.05))[..., None] * way
        return lateral

    def axes(self, lines: FloatArray, joints: Joints) -> tuple[FloatArray, FloatArray]:
        """Lateral and deep axes (N, POINTS, 3) at the points of lines (N, POINTS, 3)."""
        own = lines.reshape(len(lines), len(TUBES), TRUNK_RINGS, 3)
        tangent = unit(_finer()[1] @ own)
        lateral = self._axes(tangent, joints)
        axes = (part[:, :, ::FINER].reshape(lines.shape) for part in (lateral, cross(tangent, lateral)))
        across, deep = axes
        return across, deep

    def rings(self, lines: FloatArray, joints: Joints) -> FloatArray:
        """Drawn rings (N, FINER * POINTS, SECTORS, 3) round the lines (N, POINTS, 3)."""
        count, pelvis = len(lines), np.swapaxes(joints.pelvis, -1, -2).astype(lines.dtype)
        ahead = _finer()[1][-1] @ lines[:, TUBES[0]]
        behind: FloatArray = np.add(self._femur[-1], self._pelvis[-1] @ pelvis)
        across = unit(cross(behind, unit(ahead)))
        lines = joined(lines, across)
        _part(lines, across)
        # The three lines of a pose side by side in one product; each pose has its own, so that it comes out the same in any company.
        beside = lines.reshape(count, len(TUBES), TRUNK_RINGS, 3).swapaxes(1, 2).reshape(count, TRUNK_RINGS, -1)
        finer = (_placed_and_led() @ beside).reshape(count, 2, FINER * TRUNK_RINGS, len(TUBES), 3)
        places, ways = np.ascontiguousarray(finer.transpose(1, 0, 3, 2, 4))
        tangent = unit(ways)
        lateral = self._axes(tangent, joints)
        deep = cross(tangent, lateral)
        # The divisions begin in the trunk's last section, so they take its axes there and their own by and by.
        for axes in (lateral, deep):
            axes[:, 1:, :ROUNDED] = _OWN * axes[:, 1:, :ROUNDED] + (1.0 - _OWN) * axes[:, :1, -1:]
        flat = (count, FINER * POINTS, 3)
        return tube_rings(places.reshape(flat), lateral.reshape(flat), deep.reshape(flat), _outlines())


@lru_cache
def drawn_sections() -> Sections:
    """The sections of the nerve of which every leg is drawn."""
    return Sections(designed_lines(np.zeros((1, 6)))[0])


def _about_z(vectors: SingleArray, cosine: FloatArray, sine: FloatArray) -> FloatArray:
    """Vectors (I, R, 3) turned about the lateral axis by angles (N, 1, 1): (N, I, R, 3)."""
    turned = np.empty((len(cosine), *vectors.shape), dtype=vectors.dtype)
    x, y = vectors[..., 0], vectors[..., 1]
    turned[..., 0], turned[..., 1] = cosine * x - sine * y, sine * x + cosine * y
    turned[..., 2] = vectors[..., 2]
    return turned


def _carried(tangent: FloatArray, first: FloatArray) -> FloatArray:
    """Lateral vectors (R, 3) carried down a line with unit tangents (R, 3) by the least turns, from the first one (3,)."""
    carried = [first]
    for before, after in pairwise(tangent):
        own = carried[-1]
        carried.append(unit(own - (own @ after) / (1.0 + before @ after) * (before + after)))
    return np.array(carried)


def tube_rings(
    centres: FloatArray, across: FloatArray, deep: FloatArray, outline: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Rings (..., R, S, 3) round centres (..., R, 3) with outlines (S,) or (R, S) along axes (..., R, 3): by components, so that
    operations run over long rows."""
    cosine, sine = outline
    rings = np.swapaxes(across, -1, -2)[..., None] * cosine
    rings += np.swapaxes(deep, -1, -2)[..., None] * sine
    rings += np.swapaxes(centres, -1, -2)[..., None]
    return np.moveaxis(rings, -3, -1)


def refined(values: FloatArray) -> FloatArray:
    """What is known at the points of a line (K,), at its drawn rings (FINER * K,)."""
    finer: FloatArray = _finer()[0] @ values
    return finer


def drawn_tube(tube: int) -> slice:
    """The drawn rings of the trunk (0) or a division (1, 2) among those of `Sections.rings`."""
    first, after, _ = TUBES[tube].indices(POINTS)
    return slice(FINER * first, FINER * after)


@lru_cache
def roots() -> FloatArray:
    """Rings (B, ROOT_RINGS, SECTORS, 3) of the roots, from their foramina into the trunk; they ride on the pelvis, in its frame."""
    trunk = designed_lines(np.zeros((1, 6)))[0, :3]
    tubes = []
    for root in SCIATIC_NERVE.roots:
        begin = metres(root.point_mm)
        middle = 0.5 * (begin + trunk[0]) + np.array([0.010, -0.004, 0.004])
        line = curve_through(np.stack([begin, middle, trunk[0], trunk[2]]), ROOT_RINGS)[None]
        tangent = unit(np.gradient(line, axis=1))
        lateral = unit(_LATERAL - tangent[..., 2:] * tangent)
        wide = ROOT_HALF_WIDTH * lateral, ROOT_HALF_WIDTH * cross(tangent, lateral)
        tubes.append(tube_rings(line, *wide, round_points(ROOT_SECTORS))[0])
    return np.array(tubes, dtype=np.float32)


def _guided(division: NerveDivision, legs: FloatArray) -> FloatArray:
    """Guides (N, G, 3) of trunk and a division in poses (N, 6); as the knee bends, those that cross it give way towards a straight line."""
    points = guide_points((*SCIATIC_NERVE.trunk, *division.guides), legs)
    shares = np.array([guide.knee_share for guide in (*SCIATIC_NERVE.trunk, *division.guides)])
    above, below = int(np.nonzero(shares <= 0.05)[0][-1]), int(np.nonzero(shares == 1.0)[0][0])
    standing = metres([guide.point_mm for guide in (*SCIATIC_NERVE.trunk, *division.guides)])
    gone = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(standing[above : below + 1], axis=0), axis=1))])
    first, last = points[:, above, None], points[:, below, None]
    chord = first + (gone / gone[-1])[:, None] * (last - first)
    # It begins and ends gently: where a share stops at once, what hangs on it jerks.
    share = KNEE_RELEASE[division.name] * ease(np.degrees(legs[:, KNEE_FLEXION]) / 140.0)
    points[:, above : below + 1] += share[:, None, None] * (chord - points[:, above : below + 1])
    points[:, _AT_TUBEROSITY] += ease(np.degrees(legs[:, HIP_FLEXION]) / 110.0)[:, None, None] * IN_FLEXION
    return points
