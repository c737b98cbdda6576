"""The sciatic nerve: where it runs in a pose, clear of bone and deep to the muscles, and how it slides and stretches in its bed.

Mechanics: the bed around the nerve is stretched and slackened where joints move it. The nerve, an elastic string that is softer while
it is wavy, is held along its whole length by the shear of that bed, so what happens at a joint fades with the distance from it. The bed
holds less than in proportion where the nerve slides far, so in deep flexion more of its length shares the stretch. Roots and foot hold
its ends. Ankle dorsiflexion lengthens the bed below the knee and therefore strains the nerve, but no hamstring.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.interpolate import CubicSpline

from visualiser.anatomy.definitions import Guide, NerveDivision
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.contact import Bed, Joints, Tube, distance_outside
from visualiser.conventions import metres
from visualiser.kinematics import ANKLE_DORSIFLEXION, KNEE_FLEXION, TIBIAL_ROTATION, femur_to_pelvis, tibia_to_femur
from visualiser.sections import resampled, rounded, section_axes, spread_matrix, unit
from visualiser.typed import FloatArray

DIVISION_POINTS, ROOT_POINTS = 72, 12  # centreline points from foramen to leg, and of a root
TRUNK_RINGS, DIVISION_RINGS, ROOT_RINGS = 44, 40, 12
NERVE_SECTORS = 8
SPLIT = (
    0.60,
    0.72,
)  # where along the nerve the divisions leave their common sheath: ESTIMATE, about 55 mm above the knee crease
BED_POINTS, FOOT_STEPS = 121, 12  # points of the bed from spine to ankle, and the steps above it that feel the ankle
NEWTON_STEPS = 12
ROOT_YIELD = 0.15  # metres of nerve as yielding as roots and dura together: ESTIMATE
SLACK_BEND, WAVY_SHARE = (
    0.004,
    0.6,
)  # strain over which waves are drawn out, and how stiff a wavy nerve is: fitted, see below
MID_THIGH = -0.200  # metres below the hip centre, where excursion is measured by ultrasound
SCIATIC_TOP, SCIATIC_END = 0.02, -0.40
CLEARANCE = {
    "tibial_nerve": 0.0035,
    "common_fibular_nerve": 0.0026,
}  # metres that the centreline keeps from bone and muscle
BED_YIELD = (
    0.030  # metres of sliding at which the bed holds a nerve with 0.7 of what its first stiffness promises: ESTIMATE
)
TRUNK_ROOM = 0.003
# Share by which guides behind the knee let go when it is bent by 120 degrees: the nerve then takes the short way across the fossa.
KNEE_RELEASE = {"tibial_nerve": 0.45, "common_fibular_nerve": 0.9}
# Where a muscle pushes the nerve: in the thigh deep and to the side, never out behind the long head; by the short head, and below the
# split by biceps, towards the middle of the fossa.
DEEP_AND_LATERAL, TO_THE_FOSSA = np.array([1.2, 0.0, 0.4]), np.array([-0.2, 0.0, -1.2])


def guide_points(guides: tuple[Guide, ...], leg: FloatArray) -> FloatArray:
    """Guides of a nerve in one pose: each turns with its share of hip and knee.

    leg     : (..., 6)     radians
    returns : (..., G, 3)  metres, femur frame
    """
    leg = np.asarray(leg, dtype=np.float64)
    standing = tibia_to_femur(np.zeros(6))
    points = []
    for guide in guides:
        point = metres(guide.point_mm)
        if guide.hip_share < 1.0:
            hip = leg.copy()
            hip[..., :3] *= 1.0 - guide.hip_share
            turned = np.swapaxes(femur_to_pelvis(hip)[..., :3, :3], -1, -2) @ point
        else:
            turned = np.broadcast_to(point, (*leg.shape[:-1], 3))
        if guide.knee_share > 0.0:
            knee = leg.copy()
            knee[..., [KNEE_FLEXION, TIBIAL_ROTATION]] *= guide.knee_share
            on_tibia = standing[:3, :3].T @ (point - standing[:3, 3])
            moved = tibia_to_femur(knee)
            turned = moved[..., :3, :3] @ on_tibia + moved[..., :3, 3]
        points.append(turned)
    return np.stack(points, axis=-2)


def curve_through(points: FloatArray, count: int) -> FloatArray:
    """A smooth curve (count, 3) of equal steps through points (G, 3); centripetal knots keep it from looping at close ones."""
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(points, axis=0), axis=1)))])
    return resampled(CubicSpline(knots, points)(np.linspace(0.0, knots[-1], 4 * count)), np.linspace(0.0, 1.0, count))


class NerveState(NamedTuple):
    """The nerve from spine to foot: `level` (K,) of its points below the hip centre in upright standing, metres (negative distally),
    strain (..., K - 1) between the points, and excursion (..., K) of each point in its bed, metres, distal positive.

    Slack counts as zero strain. Both count from the nerve's own rest length, not from upright standing.
    """

    level: FloatArray
    strain: FloatArray
    excursion: FloatArray


def nerve_state(leg: FloatArray) -> NerveState:
    """How far the sciatic and tibial nerve slides and stretches along its length.

    leg     : (..., 6)  radians
    source  : bed length, slack and WAVY_SHARE were fitted to the excursions of Ridehalgh 2014 (9.9 and 12.4 mm for knee 90 to 0 with
              the hip at 30 and 60) and to 6-8 % at a straight-leg raise; they are no independent result
    """
    leg = np.asarray(leg, dtype=np.float64)
    _, length = _bed(leg.reshape(-1, 6))
    standing, rest = _bed(np.zeros((1, 6)))
    rest = rest[0]
    offered = length / rest - 1.0 - SCIATIC_NERVE.slack
    shift = np.zeros((len(length), len(rest) + 1))
    held = np.convolve(rest, (0.5, 0.5)) / metres(SCIATIC_NERVE.bed_length_mm) ** 2
    for _ in range(NEWTON_STEPS):
        strain = offered + np.diff(shift, axis=1) / rest
        pull, stiffness = _tension(strain)
        # The roots yield a little to the pull at the first point; the foot holds the last one.
        pull = np.concatenate([shift[:, :1] / ROOT_YIELD, pull], axis=1)
        grip = np.concatenate([np.full((len(pull), 1), 1.0 / ROOT_YIELD), stiffness / rest], axis=1)
        softer = np.sqrt(1.0 + (shift[:, :-1] / BED_YIELD) ** 2)
        residual = np.diff(pull, axis=1) - held[:-1] * shift[:, :-1] / softer
        shift[:, :-1] += _tridiagonal(
            grip[:, :-1], grip[:, :-1] + grip[:, 1:] + held[:-1] / softer**3, grip[:, 1:], residual
        )
    strain = np.maximum(offered + np.diff(shift, axis=1) / rest, 0.0)
    lead = leg.shape[:-1]
    return NerveState(standing[0, :, 1], strain.reshape(*lead, -1), shift.reshape(*lead, -1))


def nerve_strain(leg: FloatArray) -> FloatArray:
    """Largest strain (...) of the sciatic nerve between foramen and knee, for poses (..., 6): 0.06 is 6 per cent."""
    state = nerve_state(leg)
    middle = 0.5 * (state.level[1:] + state.level[:-1])
    largest: FloatArray = state.strain[..., (middle < SCIATIC_TOP) & (middle > SCIATIC_END)].max(axis=-1)
    return largest


def nerve_excursion(leg: FloatArray, level: float = MID_THIGH) -> FloatArray:
    """How far (...) the nerve has slid in its bed at a level of the thigh since upright standing, metres, distal positive."""
    state, upright = nerve_state(leg), nerve_state(np.zeros(6))
    at = int(np.argmin(np.abs(state.level - level)))
    slid: FloatArray = state.excursion[..., at] - upright.excursion[at]
    return slid


def _tension(strain: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Tension per stiffness and its slope: softer while the nerve is wavy, with a smooth bend where the waves are drawn out."""
    root = np.sqrt(strain**2 + SLACK_BEND**2)
    pull = 0.5 * ((1.0 + WAVY_SHARE) * strain + (1.0 - WAVY_SHARE) * root)
    return pull, 0.5 * ((1.0 + WAVY_SHARE) + (1.0 - WAVY_SHARE) * strain / root)


def _tridiagonal(below: FloatArray, middle: FloatArray, above: FloatArray, right: FloatArray) -> FloatArray:
    """Solutions (N, K) of N symmetric systems with diagonal `middle` (N, K) and off-diagonals -below[:, 1:] = -above[:, :-1]."""
    middle, right = middle.copy(), right.copy()
    count = middle.shape[1]
    for i in range(1, count):
        share = below[:, i] / middle[:, i - 1]
        middle[:, i] -= share * above[:, i - 1]
        right[:, i] += share * right[:, i - 1]
    right[:, -1] /= middle[:, -1]
    for i in range(count - 2, -1, -1):
        right[:, i] = (right[:, i] + above[:, i] * right[:, i + 1]) / middle[:, i]
    return right


@lru_cache
def _bed_knots() -> tuple[FloatArray, FloatArray]:
    """Curve parameter of the guides of the bed (G,), and of its points (K,) at equal steps in upright standing."""
    guides = guide_points(_bed_guides(), np.zeros(6))
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(guides, axis=0), axis=1)))])
    fine = np.linspace(0.0, knots[-1], 2000)
    travelled = np.concatenate(
        [[0.0], np.cumsum(np.linalg.norm(np.diff(CubicSpline(knots, guides)(fine), axis=0), axis=1))]
    )
    return knots, np.interp(np.linspace(0.0, travelled[-1], BED_POINTS), travelled, fine)


def _bed_guides() -> tuple[Guide, ...]:
    """Guides of the bed from the fifth lumbar root over sciatic and tibial nerve to the ankle."""
    root = next(root for root in SCIATIC_NERVE.roots if root.level == "L5")
    return (
        Guide(root.point_mm, 0.0, 0.0),
        *SCIATIC_NERVE.trunk,
        *SCIATIC_NERVE.divisions[0].guides,
        *SCIATIC_NERVE.distal_guides,
    )


def _bed(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points (N, K, 3) of the bed, and lengths (N, K - 1) between them; the last one reaches into the foot and takes the ankle's pull."""
    knots, at = _bed_knots()
    points = CubicSpline(knots, guide_points(_bed_guides(), rows), axis=1)(at)
    length = np.linalg.norm(np.diff(points, axis=1), axis=2)
    ankle = metres(SCIATIC_NERVE.ankle_arm_mm) * rows[:, ANKLE_DORSIFLEXION]
    length[:, -FOOT_STEPS:] += ankle[:, None] / FOOT_STEPS
    return points, length


class NerveSolver:
    """Centrelines and tubes of the nerve in single poses, between the solved muscles."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed

    def centreline(self, division: NerveDivision, leg: FloatArray, muscles: dict[str, Tube]) -> FloatArray:
        """Centreline (DIVISION_POINTS, 3) of trunk and one division in one pose (6,), clear of bones and deep to the muscles."""
        joints = Joints.of(leg)
        guides = _released(division, guide_points((*SCIATIC_NERVE.trunk, *division.guides), leg), leg)
        line = curve_through(guides, DIVISION_POINTS)
        along = np.linspace(0.0, 1.0, DIVISION_POINTS)
        # In a bent knee the nerve lies in a wide loop; past the tuberosity its flat trunk needs room on either side.
        bent = np.clip(np.degrees(leg[KNEE_FLEXION]) / 120.0, 0.0, 1.0)
        line = rounded(line, np.where(along > 0.45, 0.002 + 0.010 * bent, 0.002))
        clearance = CLEARANCE[division.name] + TRUNK_ROOM * np.clip(1.0 - np.abs(along - 0.2) / 0.12, 0.0, 1.0)
        spread = spread_matrix(DIVISION_POINTS, 2.0)
        low = np.clip((along - 0.5) / 0.15, 0.0, 1.0)[:, None]
        for among_muscles in (True,) * 6 + (False,) * 6:  # bone has the last word
            push = np.zeros_like(line)
            for bone in ("hip_bone", "femur", "tibia", "fibula"):
                distance, out = self.bed.distance(bone, line, joints, escape=True)
                push += np.clip(clearance - distance, 0.0, None)[:, None] * out
            for name, tube in muscles.items() if among_muscles else ():
                gap, ring = distance_outside(tube, line)
                fossa = np.ones_like(low) if name.endswith("short_head") else low * name.startswith("biceps")
                away = unit(unit(line - tube.centres[ring]) + (1.0 - fossa) * DEEP_AND_LATERAL + fossa * TO_THE_FOSSA)
                push += np.clip(clearance + 0.0003 - gap, 0.0, 0.008)[:, None] * away
            push[[0, -1]] = 0.0
            line = line + 1.2 * spread @ push
        return line

    def tubes(self, leg: FloatArray, muscles: dict[str, Tube]) -> dict[str, list[FloatArray]]:
        """Rings (R, S, 3) of every tube of trunk with roots, tibial and common fibular nerve, in one pose."""
        nerve = SCIATIC_NERVE
        joints = Joints.of(leg)
        tibial, fibular = (self.centreline(division, leg, muscles) for division in nerve.divisions)
        along = np.linspace(0.0, 1.0, DIVISION_POINTS)
        apart = np.clip((along - SPLIT[0]) / (SPLIT[1] - SPLIT[0]), 0.0, 1.0)
        apart = (apart * apart * (3.0 - 2.0 * apart))[:, None]
        # Down to the split both divisions run side by side in one sheath: the fibular one is drawn beside the tibial one.
        beside = tibial + np.array([0.0, 0.0, 0.0032])
        fibular = apart * fibular + (1.0 - apart) * beside
        half_width, half_depth = metres((nerve.half_width_mm, nerve.half_depth_mm))
        trunk_line = resampled(0.5 * (tibial + beside)[along <= SPLIT[1]], np.linspace(0.0, 1.0, TRUNK_RINGS))
        # The trunk is flat, narrows towards the split and ends inside its divisions.
        taper = np.clip((np.linspace(0.0, 1.0, TRUNK_RINGS) - 0.72) / 0.28, 0.0, 1.0)
        width = (
            half_width
            * (1.0 - 0.14 * np.clip(np.linspace(0.0, 1.0, TRUNK_RINGS) / 0.5, 0.0, 1.0))
            * (1.0 - 0.45 * taper)
        )
        trunk = _tube(trunk_line, width, half_depth * (1.0 - 0.25 * taper**2))
        divisions = []
        for line, division in zip((tibial, fibular), nerve.divisions, strict=True):
            begin = int(np.searchsorted(along, SPLIT[0] - 0.04))
            own = resampled(line[begin:], np.linspace(0.0, 1.0, DIVISION_RINGS))
            divisions.append(
                _tube(
                    own, *(np.full(DIVISION_RINGS, v) for v in metres((division.half_width_mm, division.half_depth_mm)))
                )
            )
        roots = [self._root(metres(root.point_mm), tibial, joints) for root in nerve.roots]
        return {
            nerve.name: [trunk, *roots],
            nerve.divisions[0].name: [divisions[0]],
            nerve.divisions[1].name: [divisions[1]],
        }

    def _root(self, start: FloatArray, trunk: FloatArray, joints: Joints) -> FloatArray:
        """A root from its foramen into the trunk, riding on the pelvis."""
        turn = joints.pelvis[:3, :3]
        begin = turn @ start
        middle = 0.5 * (begin + trunk[0]) + turn @ np.array([0.010, -0.004, 0.004])
        line = curve_through(np.stack([begin, middle, trunk[0], trunk[2]]), ROOT_POINTS)
        thickness = np.full(ROOT_POINTS, 0.0021)
        return _tube(line, thickness, thickness)


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


def _tube(line: FloatArray, half_width: FloatArray, half_depth: FloatArray) -> FloatArray:
    """Elliptic rings (R, NERVE_SECTORS, 3) on a centreline (R, 3)."""
    angle = np.arange(NERVE_SECTORS) * 2 * np.pi / NERVE_SECTORS
    _, lateral, posterior = section_axes(line, np.tile([0.0, 0.0, 1.0], (len(line), 1)))
    across, deep = half_width[:, None, None] * lateral[:, None], half_depth[:, None, None] * posterior[:, None]
    rings: FloatArray = line[:, None] + np.cos(angle)[:, None] * across + np.sin(angle)[:, None] * deep
    return rings
