"""The drawn sciatic nerve: lines of trunk and divisions that keep clear of bones and heads, and tubes round them. Femur frame, metres."""

from functools import lru_cache

import numpy as np
from scipy.interpolate import CubicSpline

from visualiser.anatomy.definitions import NerveDivision
from visualiser.anatomy.muscles import HEADS
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.conventions import metres
from visualiser.kinematics import KNEE_FLEXION
from visualiser.tissue.bonefields import BONES, Bones, Joints, onset
from visualiser.tissue.crowding import Bundle, inside_sections
from visualiser.tissue.nerve import curve_through, guide_points
from visualiser.tissue.restshapes import RINGS
from visualiser.tissue.sections import cross, resampled, rounded, spread_matrix, unit
from visualiser.typed import FloatArray

DIVISION_POINTS = 72  # centreline points from foramen to leg
TRUNK_RINGS, DIVISION_RINGS = 40, 40  # solved and baked
FINER, SECTORS = 2, 12  # drawn rings for each of those, and points round each
ROOT_RINGS, ROOT_SECTORS = 16, 10
# Where along the nerve the divisions leave their common sheath: ESTIMATE, about 55 mm above the knee crease.
SPLIT = (0.60, 0.72)
BESIDE = 0.0032  # metres between the two divisions in their sheath
# Metres that the centrelines keep from bone and muscle; past the tuberosity the flat trunk needs room on either side.
CLEARANCES = np.concatenate(
    [
        0.0044 + 0.0024 * np.clip(1.3 - np.abs(np.linspace(0.0, 1.0, TRUNK_RINGS) - 0.28) / 0.16, 0.0, 1.0),
        np.full(DIVISION_RINGS, 0.0037),
        np.full(DIVISION_RINGS, 0.0031),
    ]
)
# Share by which guides behind the knee let go when it is bent by 120 degrees: the nerve then takes the short way across the fossa.
KNEE_RELEASE = {"tibial_nerve": 0.45, "common_fibular_nerve": 0.9}
# Where a muscle pushes the nerve: in the thigh deep and to the side, never out behind the long head; by the short head, and below the
# split by biceps, towards the middle of the fossa.
DEEP_AND_LATERAL, TO_THE_FOSSA = np.array([1.2, 0.0, 0.4]), np.array([-0.2, 0.0, -1.2])
BEHIND = np.array([-1.2, 0.0, 0.0])  # added to the way out of the femur: a nerve never passes in front of the neck
DOWN_AND_LATERAL = np.array(
    [-0.1, -0.5, 0.6]
)  # added to the way out of the hip bone: between tuberosity and trochanter
ONSET = 0.0025
ROOT_HALF_WIDTH = 0.0021
TIP = 0.05  # share of a division's length over which it narrows to its end
TUBES = (
    slice(0, TRUNK_RINGS),
    slice(TRUNK_RINGS, TRUNK_RINGS + DIVISION_RINGS),
    slice(TRUNK_RINGS + DIVISION_RINGS, None),
)
POINTS = TRUNK_RINGS + 2 * DIVISION_RINGS


def designed_lines(legs: FloatArray) -> FloatArray:
    """Centrelines (N, POINTS, 3) of trunk, tibial and common fibular nerve along their guides, bones and heads unasked."""
    lines = []
    for leg in legs:
        along = np.linspace(0.0, 1.0, DIVISION_POINTS)
        bent = np.clip(np.degrees(leg[KNEE_FLEXION]) / 120.0, 0.0, 1.0)
        own = []
        for division in SCIATIC_NERVE.divisions:
            guides = _released(division, guide_points((*SCIATIC_NERVE.trunk, *division.guides), leg), leg)
            line = curve_through(guides, DIVISION_POINTS)
            own.append(rounded(line, np.where(along > 0.45, 0.002 + 0.010 * bent, 0.002)))
        tibial, fibular = own
        apart = np.clip((along - SPLIT[0]) / (SPLIT[1] - SPLIT[0]), 0.0, 1.0)
        apart = (apart * apart * (3.0 - 2.0 * apart))[:, None]
        # Down to the split both divisions run side by side in one sheath: the fibular one is drawn beside the tibial one.
        beside = tibial + np.array([0.0, 0.0, BESIDE])
        fibular = apart * fibular + (1.0 - apart) * beside
        begin = int(np.searchsorted(along, SPLIT[0] - 0.04))
        even = np.linspace(0.0, 1.0, DIVISION_RINGS)
        trunk = resampled(0.5 * (tibial + beside)[along <= SPLIT[1]], np.linspace(0.0, 1.0, TRUNK_RINGS))
        lines.append(np.concatenate([trunk, resampled(tibial[begin:], even), resampled(fibular[begin:], even)]))
    return np.array(lines)


def clear(lines: FloatArray, bundle: Bundle, bones: Bones, joints: Joints, rounds: int) -> None:
    """Push lines (N, POINTS, 3) clear of bones and heads, in place: deep to the long head, and bone has the last word."""
    for _ in range(rounds):
        push = np.zeros_like(lines)
        if _from_heads(lines, bundle, push):
            lines += 1.2 * (_spread() @ push)
            push[:] = 0.0
        if _from_bones(lines, bones, joints, push):
            lines += 1.2 * (_spread() @ push)


def _from_bones(lines: FloatArray, bones: Bones, joints: Joints, push: FloatArray) -> bool:
    """Add what leads out of the bones; whether any is near."""
    count = len(lines) * POINTS
    bone = np.repeat(np.arange(len(BONES)), count)
    pose = np.tile(np.repeat(np.arange(len(lines)), POINTS), len(BONES))
    asked = np.tile(lines.reshape(-1, 3), (len(BONES), 1))
    found = bones.touched(asked, bone, pose, joints, CLEARANCES.max() + ONSET)
    if not len(found.chosen):
        return False
    bone, pose, point = bone[found.chosen], pose[found.chosen], found.chosen % POINTS
    out = found.out_femur
    bent = np.where((bone == BONES.index("femur"))[:, None], BEHIND, 0.0)
    bent = np.where((bone == BONES.index("hip_bone"))[:, None], (joints.pelvis @ DOWN_AND_LATERAL)[pose], bent)
    way = unit(out + bent)
    need = onset(CLEARANCES[point] - found.distance, ONSET) / np.clip(np.einsum("pk,pk->p", way, out), 0.5, 1.0)
    np.add.at(push, (pose, point), need[:, None] * way)
    return True


_AWAY = {head.name: i for i, head in enumerate(HEADS)}


def _from_heads(lines: FloatArray, bundle: Bundle, push: FloatArray) -> bool:
    """Add what leads out of the heads; whether any is near."""
    count, heads = len(lines), len(HEADS)
    rings = bundle.centres.reshape(count, heads * RINGS, 3)
    square = np.einsum("nrk,nrk->nr", rings, rings)[:, None] - 2.0 * lines @ np.swapaxes(rings, -1, -2)
    square = (square + np.einsum("npk,npk->np", lines, lines)[..., None]).reshape(count, POINTS, heads, RINGS)
    nearest = square.argmin(axis=-1)
    far = np.sqrt(np.maximum(np.take_along_axis(square, nearest[..., None], axis=-1)[..., 0], 0.0))
    reach = bundle.radii.max(axis=-1)[np.arange(count)[:, None, None], np.arange(heads), nearest]
    pose, point, head = np.nonzero(far < reach + 0.008)
    if not len(pose):
        return False
    other = (pose * heads + head) * RINGS + nearest[pose, point, head]
    biceps, short = head >= _AWAY["biceps_femoris_long_head"], head == _AWAY["biceps_femoris_short_head"]
    fossa = np.where(short, 1.0, _LOW[point] * biceps)[:, None]
    bias = (1.0 - fossa) * DEEP_AND_LATERAL + fossa * TO_THE_FOSSA
    depth, out = inside_sections(bundle, lines[pose, point], other, unit(bias))
    way = unit(out + bias)
    need = np.minimum(onset(CLEARANCES[point] + depth, ONSET), 0.008)
    np.add.at(push, (pose, point), need[:, None] * way)
    return True


# How much a point is in the popliteal fossa rather than in the thigh.
_LOW = np.concatenate(
    [np.clip((np.linspace(0.0, 0.72, TRUNK_RINGS) - 0.5) / 0.15, 0.0, 1.0), np.ones(2 * DIVISION_RINGS)]
)


@lru_cache
def _spread() -> FloatArray:
    """Spreads pushes along each of the three lines; the trunk stays where it leaves the pelvis."""
    matrix = np.zeros((POINTS, POINTS))
    for tube in TUBES:
        at = np.arange(POINTS)[tube]
        block = spread_matrix(len(at), 2.0).copy()
        held = np.ones(len(at)) if tube.start else np.clip(np.arange(len(at)) / 3.0, 0.0, 1.0)
        matrix[np.ix_(at, at)] = held[:, None] * block
    return matrix


@lru_cache
def _half_sizes() -> tuple[FloatArray, FloatArray]:
    """Half width and depth (FINER * POINTS, 1) of the drawn rings: the trunk is flat, narrows towards the split and runs out between its
    divisions; they are led out of the picture as rounded tips."""
    nerve, along = SCIATIC_NERVE, np.linspace(0.0, 1.0, FINER * TRUNK_RINGS)
    ends = np.sqrt(np.clip((1.0 - along) / 0.22, 0.0, 1.0))
    widths = [nerve.half_width_mm * (1.0 - 0.14 * np.clip(along / 0.5, 0.0, 1.0)) * ends]
    depths = [nerve.half_depth_mm * ends]
    along = np.linspace(0.0, 1.0, FINER * DIVISION_RINGS)
    tip = np.sqrt(np.maximum(1.0 - np.square(np.clip(1.0 - (1.0 - along) / TIP, 0.0, 1.0)), 0.0))
    for division in nerve.divisions:
        widths.append(division.half_width_mm * tip)
        depths.append(division.half_depth_mm * tip)
    wide, deep = (metres(np.concatenate(parts))[:, None] + 5e-5 for parts in (widths, depths))
    return wide.astype(np.float32), deep.astype(np.float32)


@lru_cache
def _finer() -> tuple[FloatArray, FloatArray]:
    """Matrices (FINER * POINTS, POINTS) from the points of the lines to finer points, and to the way along the lines there."""
    places, ways = (np.zeros((FINER * POINTS, POINTS)) for _ in range(2))
    for tube in TUBES:
        own = np.arange(POINTS)[tube]
        fine = np.arange(FINER * own[0], FINER * (own[-1] + 1))
        spline = CubicSpline(np.arange(len(own)), np.eye(len(own)), bc_type="natural")
        at = np.linspace(0, len(own) - 1, len(fine))
        places[np.ix_(fine, own)], ways[np.ix_(fine, own)] = spline(at), spline(at, 1)
    return places.astype(np.float32), ways.astype(np.float32)


def round_points(sectors: int) -> tuple[FloatArray, FloatArray]:
    """Cosines and sines (S,) of the points round a nerve."""
    angles = np.arange(sectors) * 2 * np.pi / sectors
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


_ROUND = round_points(SECTORS)
_LATERAL = np.array([0.0, 0.0, 1.0], dtype=np.float32)


@lru_cache
def shares() -> FloatArray:
    """Shares (POINTS, 2) of pelvis and tibia in the turn of each point: the trunk leaves the pelvis in the buttock."""
    trunk, along = np.linspace(0.0, 1.0, TRUNK_RINGS), np.linspace(0.0, 1.0, DIVISION_RINGS)
    by_tibia = np.stack([np.zeros_like(along), _ease((along - 0.15) / 0.45)], axis=1)
    parts = [np.stack([1.0 - _ease((trunk - 0.18) / 0.26), np.zeros_like(trunk)], axis=1)]
    return np.concatenate([*parts, *[by_tibia] * len(SCIATIC_NERVE.divisions)])


def _ease(share: FloatArray) -> FloatArray:
    share = np.clip(share, 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


class Sections:
    """Drawn sections round the lines, so that none spins while a leg moves.

    The trunk's face turns with the bones beside it, the tibial nerve's with the hinge of the knee about which it folds. The common fibular
    nerve comes to run along that hinge, so its face is carried down the line and turns no more than the line does.
    """

    def __init__(self, standing: FloatArray) -> None:
        """From the lines (POINTS, 3) in upright standing."""
        places, ways = (matrix[drawn_tube(0), TUBES[0]] for matrix in _finer())
        tangent = unit(ways @ standing[TUBES[0]])
        behind = cross(tangent, unit(_LATERAL - tangent[..., 2:] * tangent))
        share = places @ shares()[TUBES[0], :1]
        self._femur, self._pelvis = ((part * behind).astype(np.float32) for part in (1.0 - share, share))
        self._tibia = (_finer()[0] @ shares())[drawn_tube(1), 1:].astype(np.float32)

    def rings(self, lines: FloatArray, joints: Joints) -> FloatArray:
        """Drawn rings (N, FINER * POINTS, SECTORS, 3) round the lines (N, POINTS, 3)."""
        places, ways = _finer()
        trunk, tibial, fibular = (drawn_tube(i) for i in range(len(TUBES)))
        tangent = unit(ways @ lines)
        behind: FloatArray = np.add(self._femur, self._pelvis @ np.swapaxes(joints.pelvis, -1, -2).astype(np.float32))
        hinge = joints.tibia[:, None, :3, 2].astype(np.float32)
        lateral = np.empty_like(tangent)
        lateral[:, trunk] = cross(behind, tangent[:, trunk])
        lateral[:, tibial] = _LATERAL + self._tibia * (hinge - _LATERAL)
        lateral[:, fibular] = _carried(tangent[:, fibular])
        lateral = unit(lateral - np.einsum("npk,npk->np", lateral, tangent)[..., None] * tangent)
        width, depth = _half_sizes()
        return tube_rings(places @ lines, width * lateral, depth * cross(tangent, lateral), _ROUND)


def _carried(tangent: FloatArray) -> FloatArray:
    """Lateral vectors (N, R, 3) carried down a line with unit tangents (N, R, 3) by the least turns, to every other ring first."""
    coarse = tangent[:, ::FINER]
    first, second = coarse[:, :-1], coarse[:, 1:]
    both = first + second
    both /= 1.0 + np.einsum("nrk,nrk->nr", first, second)[..., None]
    own = unit(_LATERAL - coarse[:, 0, 2:] * coarse[:, 0])
    carried = np.empty_like(tangent)
    carried[:, 0] = own
    for ring in range(coarse.shape[1] - 1):
        own = own - np.einsum("nk,nk->n", own, second[:, ring])[..., None] * both[:, ring]
        carried[:, FINER * (ring + 1)] = own
    carried[:, 1::FINER] = carried[:, ::FINER]
    carried[:, 1:-1:FINER] += carried[:, FINER::FINER]
    return carried


def tube_rings(
    centres: FloatArray, across: FloatArray, deep: FloatArray, directions: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Rings (..., R, S, 3) round centres (..., R, 3) with half axes (..., R, 3): by components, so that operations run over long rows."""
    cosine, sine = directions
    rings = np.swapaxes(across, -1, -2)[..., None] * cosine
    rings += np.swapaxes(deep, -1, -2)[..., None] * sine
    rings += np.swapaxes(centres, -1, -2)[..., None]
    return np.moveaxis(rings, -3, -1)


def refined(values: FloatArray, tube: int) -> FloatArray:
    """What is known at the points of a line (P,), at its drawn rings (FINER * P,)."""
    finer: FloatArray = _finer()[0][drawn_tube(tube), TUBES[tube]] @ values
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


def _released(division: NerveDivision, points: FloatArray, leg: FloatArray) -> FloatArray:
    """Guides (G, 3) of trunk and a division in one pose; as the knee bends, those that cross it give way towards a straight line."""
    shares = np.array([guide.knee_share for guide in (*SCIATIC_NERVE.trunk, *division.guides)])
    above, below = int(np.nonzero(shares <= 0.05)[0][-1]), int(np.nonzero(shares == 1.0)[0][0])
    standing = metres([guide.point_mm for guide in (*SCIATIC_NERVE.trunk, *division.guides)])
    gone = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(standing[above : below + 1], axis=0), axis=1))])
    chord = points[above] + (gone / gone[-1])[:, None] * (points[below] - points[above])
    bent = np.clip(np.degrees(leg[KNEE_FLEXION]) / 120.0, 0.0, 1.25)
    released = points.copy()
    share = KNEE_RELEASE[division.name] * min(bent**2, 1.0)
    released[above : below + 1] += share * (chord - points[above : below + 1])
    return released
