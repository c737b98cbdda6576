"""The sciatic nerve: where it runs in a pose, clear of bone and deep to the muscles, and how it slides and stretches in its bed."""

import numpy as np
from scipy.interpolate import CubicSpline

from visualiser.anatomy.definitions import Guide, NerveDivision
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.contact import Bed, Joints, Tube, distance_outside
from visualiser.conventions import metres
from visualiser.kinematics import KNEE_FLEXION, TIBIAL_ROTATION, femur_to_pelvis, tibia_to_femur
from visualiser.sections import resampled, section_axes, spread_matrix, unit
from visualiser.typed import FloatArray

DIVISION_POINTS, ROOT_POINTS = 72, 12  # centreline points from foramen to leg, and of a root
TRUNK_RINGS, DIVISION_RINGS, ROOT_RINGS = 44, 40, 12
NERVE_SECTORS = 8
SPLIT = (
    0.60,
    0.72,
)  # where along the nerve the divisions leave their common sheath: ESTIMATE, about 55 mm above the knee crease
CLEARANCE = {
    "tibial_nerve": 0.0035,
    "common_fibular_nerve": 0.0026,
}  # metres that the centreline keeps from bone and muscle
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


class NerveSolver:
    """Centrelines and tubes of the nerve in single poses, between the solved muscles."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed

    def centreline(self, division: NerveDivision, leg: FloatArray, muscles: dict[str, Tube]) -> FloatArray:
        """Centreline (DIVISION_POINTS, 3) of trunk and one division in one pose (6,), clear of bones and deep to the muscles."""
        joints = Joints.of(leg)
        guides = guide_points((*SCIATIC_NERVE.trunk, *division.guides), leg)
        line = curve_through(guides, DIVISION_POINTS)
        clearance = CLEARANCE[division.name]
        spread = spread_matrix(DIVISION_POINTS, 2.0)
        along = np.linspace(0.0, 1.0, DIVISION_POINTS)
        low = np.clip((along - 0.5) / 0.15, 0.0, 1.0)[:, None]
        for among_muscles in (True,) * 6 + (False,) * 4:  # bone has the last word
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
            * (1.0 - 0.28 * np.clip(np.linspace(0.0, 1.0, TRUNK_RINGS) / 0.5, 0.0, 1.0))
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


def _tube(line: FloatArray, half_width: FloatArray, half_depth: FloatArray) -> FloatArray:
    """Elliptic rings (R, NERVE_SECTORS, 3) on a centreline (R, 3)."""
    angle = np.arange(NERVE_SECTORS) * 2 * np.pi / NERVE_SECTORS
    _, lateral, posterior = section_axes(line, np.tile([0.0, 0.0, 1.0], (len(line), 1)))
    across, deep = half_width[:, None, None] * lateral[:, None], half_depth[:, None, None] * posterior[:, None]
    rings: FloatArray = line[:, None] + np.cos(angle)[:, None] * across + np.sin(angle)[:, None] * deep
    return rings
