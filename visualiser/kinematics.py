"""Joint angles to segment transforms, for one pose or many at once. Pure functions: the arguments stay untouched."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from visualiser.anatomy import skeleton
from visualiser.anatomy.definitions import Geometry, JointStop
from visualiser.conventions import (
    LEG_COORDINATES,
    LEG_SLICES,
    POSE_COORDINATES,
    SIDES,
    TRUNK_SLICE,
    Side,
    X,
    Y,
    Z,
    degrees,
    metres,
)
from visualiser.errors import PoseError
from visualiser.transforms import mirrored, rigid, rotation, turn_about
from visualiser.typed import FloatArray

if TYPE_CHECKING:
    from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

HIP_FLEXION, HIP_ADDUCTION, HIP_ROTATION, KNEE_FLEXION, TIBIAL_ROTATION, ANKLE_DORSIFLEXION = range(
    len(LEG_COORDINATES)
)
BESIDE_FLEXION = [HIP_ADDUCTION, HIP_ROTATION, TIBIAL_ROTATION]  # turns of a leg that leave the plane of its flexions
PELVIS_TILT, PELVIS_DROP, PELVIS_ROTATION, LUMBAR_FLEXION = range(4)


def check_pose(pose: ArrayLike, where: str = "") -> None:
    """Raise PoseError for the first coordinate outside its range, or outside what the other turns of the hip leave of it.

    pose : (..., 16)  radians, order of `conventions.POSE_COORDINATES`
    """
    rows = degrees(pose).reshape(-1, len(POSE_COORDINATES))
    for i, name in enumerate(POSE_COORDINATES):
        low, high = skeleton.limits_deg(name)
        column = rows[:, i]
        outside = ~((column >= low - 1e-6) & (column <= high + 1e-6))
        if outside.any():
            raise PoseError(name, float(column[outside][0]), (low, high), where)
    beyond = past_hip_stops(rows)
    if (beyond > 1e-6).any():
        row, side, stop = np.argwhere(beyond > 1e-6)[0]
        raise _stopped(rows[row], SIDES[side], skeleton.HIP_STOPS[stop], float(beyond[row, side, stop]), where)


def beside_flexion(legs: FloatArray) -> FloatArray:
    """How far (N,), radians, legs (N, 6) leave the plane of the flexions: the largest of their other turns."""
    largest: FloatArray = np.abs(legs[:, BESIDE_FLEXION]).max(axis=1)
    return largest


def past_hip_stops(rows_deg: FloatArray) -> FloatArray:
    """How far poses (N, 16), degrees, go beyond `skeleton.HIP_STOPS`: (N, sides, stops), degrees, negative where room is left."""
    over = np.empty((len(rows_deg), len(SIDES), len(skeleton.HIP_STOPS)))
    for i, side in enumerate(SIDES):
        leg = rows_deg[:, LEG_SLICES[side]]
        for k, stop in enumerate(skeleton.HIP_STOPS):
            (first, weight), *others = stop.turns
            reached = weight * leg[:, LEG_COORDINATES.index(first)]
            for name, share in others:
                reached = reached + np.maximum(share * leg[:, LEG_COORDINATES.index(name)], 0.0)
            over[:, i, k] = reached - stop.most_deg
    return over


def nearest_reached(pose: ArrayLike, column: int, wanted_deg: float) -> float:
    """The angle of one coordinate nearest to a wanted one that passes no stop of the hip while the other joints stay, degrees.

    pose : (16,)  radians, order of `conventions.POSE_COORDINATES`; `column` says which of them is to turn

    Angles are tried degree by degree. Where none is free, the wanted one comes back.
    """
    low, high = skeleton.limits_deg(POSE_COORDINATES[column])
    tried = np.append(np.arange(np.ceil(low), high + 0.5), np.clip(wanted_deg, low, high))
    rows = np.tile(degrees(pose), (len(tried), 1))
    rows[:, column] = tried
    free = tried[past_hip_stops(rows).max(axis=(1, 2)) <= 1e-6]
    return float(free[np.abs(free - wanted_deg).argmin()]) if len(free) else wanted_deg


def _stopped(row_deg: FloatArray, side: Side, stop: JointStop, over: float, where: str) -> PoseError:
    """The error for a pose (16,) that a stop forbids: it names the last turn that alone can give way."""
    leg = row_deg[LEG_SLICES[side]]
    for name, weight in reversed(stop.turns):
        value = float(leg[LEG_COORDINATES.index(name)])
        end = value - over / weight
        if name == stop.turns[0][0] or end * weight >= 0:
            break
    low, high = skeleton.limits_deg(name)
    return PoseError(
        f"{name}_{side}", value, (low, end) if weight > 0 else (end, high), where, f" here, since {stop.display}"
    )


def femur_to_pelvis(leg: FloatArray, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Right femur in the pelvis: flexion about the pelvic Z, adduction about the floating X, internal rotation about the femoral Y.

    leg     : (..., 6)     radians, order of `conventions.LEG_COORDINATES`
    returns : (..., 4, 4)  metres
    source  : Wu et al. 2002
    """
    turn = (
        rotation(Z, leg[..., HIP_FLEXION]) @ rotation(X, leg[..., HIP_ADDUCTION]) @ rotation(Y, leg[..., HIP_ROTATION])
    )
    return rigid(turn, metres(geometry.hip_centre_mm))


@lru_cache
def _knee_coupling(geometry: Geometry) -> "CubicHermiteSpline":
    """Screw-home rotation (rad) and hinge place in the tibia (m) over knee flexion (rad): C1 cubic through the rows."""
    from scipy.interpolate import CubicHermiteSpline  # here: half a second that listing scenes does not need

    rows = np.array(geometry.knee_coupling)
    flexion = np.radians(rows[:, 0])
    values = np.column_stack([np.radians(rows[:, 1]), metres(rows[:, 2:])])
    step, rise = np.diff(flexion)[:, None], np.diff(values, axis=0) / np.diff(flexion)[:, None]
    inner = (rise[:-1] * step[1:] + rise[1:] * step[:-1]) / (step[1:] + step[:-1])
    return CubicHermiteSpline(flexion, values, np.concatenate([rise[:1], inner, rise[-1:]]))


def screw_home(knee_flexion: ArrayLike, derivative: int = 0, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Coupled motion of the tibia on the femoral hinge, or its derivative by knee flexion.

    knee_flexion : (...)     radians
    returns      : (..., 3)  internal rotation of the tibia (rad), x and y of the hinge in the tibia frame (m)
    """
    values: FloatArray = _knee_coupling(geometry)(np.asarray(knee_flexion, dtype=np.float64), derivative)
    return values


@lru_cache
def _coupling_pieces(geometry: Geometry) -> tuple[FloatArray, FloatArray]:
    """The same cubic as its breaks (P + 1,) and coefficients (4, 3, P), highest power first."""
    spline = _knee_coupling(geometry)
    return spline.x, np.ascontiguousarray(np.moveaxis(spline.c, 1, 2))


def screw_home_and_rates(
    knee_flexion: FloatArray, geometry: Geometry = skeleton.STANDARD
) -> tuple[FloatArray, FloatArray]:
    """`screw_home` and its first derivative for many poses (N,) at once, several times faster: (3, N) each, quantities first."""
    breaks, pieces = _coupling_pieces(geometry)
    piece = np.searchsorted(breaks[1:-1], knee_flexion, side="right")
    beyond = knee_flexion - breaks[piece]
    values, rates = np.empty((2, 3, len(knee_flexion)))
    for quantity in range(3):  # one by one: small steps stay in the processor's cache
        cubic, square, slope, value = (power[quantity].take(piece) for power in pieces)
        risen = cubic * beyond
        risen += square
        np.multiply(risen, beyond, out=values[quantity])
        values[quantity] += slope
        values[quantity] *= beyond
        values[quantity] += value
        cubic *= beyond
        cubic += risen
        cubic += risen  # 3 cubic x + 2 square
        cubic *= beyond
        np.add(cubic, slope, out=rates[quantity])
    return values, rates


def tibia_to_femur(leg: FloatArray, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Right tibia in the femur: flexion about the femoral hinge (about -Z in ISB axes), then rotation about the tibial long axis.

    leg     : (..., 6)     radians
    returns : (..., 4, 4)  metres
    source  : Grood & Suntay 1983; coupling as in `skeleton.STANDARD`. Abduction of the knee is left out.
    """
    coupled = screw_home(leg[..., KNEE_FLEXION], geometry=geometry)
    turn = rotation(Z, -leg[..., KNEE_FLEXION]) @ rotation(Y, coupled[..., 0] + leg[..., TIBIAL_ROTATION])
    hinge = np.concatenate([coupled[..., 1:], np.zeros_like(coupled[..., :1])], axis=-1)
    return rigid(turn, metres(geometry.knee_hinge_mm) - (turn @ hinge[..., None])[..., 0])


@lru_cache
def _patella_approach(geometry: Geometry) -> "PchipInterpolator":
    """How far the patella comes towards the knee hinge (m) over knee flexion (rad)."""
    from scipy.interpolate import PchipInterpolator

    rows = np.array(geometry.patella_approach)
    return PchipInterpolator(np.radians(rows[:, 0]), metres(rows[:, 1]))


def patella_to_femur(leg: FloatArray, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Right patella in the femur: it glides round the trochlea, turning about the knee hinge by a share of knee flexion."""
    knee = leg[..., KNEE_FLEXION]
    glide = turn_about(rotation(Z, -geometry.patella_share * knee), metres(geometry.knee_hinge_mm))
    nearer = np.zeros((*knee.shape, 3))
    nearer[..., X] = -_patella_approach(geometry)(knee)
    return glide @ rigid(np.eye(3), nearer)


def foot_to_tibia(leg: FloatArray, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Right foot in the tibia: dorsiflexion about a transverse ankle axis (simplification: one axis, no subtalar joint)."""
    return turn_about(rotation(Z, leg[..., ANKLE_DORSIFLEXION]), metres(geometry.ankle_axis_mm))


def pelvis_to_body(trunk: FloatArray) -> FloatArray:
    """Pelvis in the body's upright frame: rotation to the left about Y, drop about X, anterior tilt about -Z, about mid-hips.

    trunk   : (..., 4)     radians, order of `conventions.TRUNK_COORDINATES`
    returns : (..., 4, 4)  metres
    """
    turn = (
        rotation(Y, trunk[..., PELVIS_ROTATION])
        @ rotation(X, trunk[..., PELVIS_DROP])
        @ rotation(Z, -trunk[..., PELVIS_TILT])
    )
    return rigid(turn, np.zeros(3))


def lumbar_to_pelvis(trunk: FloatArray, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Fourth and fifth lumbar vertebrae on the pelvis: flexion bends them forward (about -Z) at the lumbosacral joint.

    Two of five lumbar joints carry two fifths of lumbar flexion: simplification, the segment moves as one.
    """
    return turn_about(rotation(Z, -0.4 * trunk[..., LUMBAR_FLEXION]), metres(geometry.lumbar_pivot_mm))


def segment_transforms(pose: ArrayLike, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Every segment of the body in the body's upright frame (origin midway between the hip centres).

    pose    : (..., 16)       radians, order of `conventions.POSE_COORDINATES`
    returns : (..., S, 4, 4)  metres, order of `skeleton.segment_names()`
    """
    pose = np.asarray(pose, dtype=np.float64)
    trunk = pose[..., TRUNK_SLICE]
    pelvis = pelvis_to_body(trunk)
    chain = [pelvis, pelvis @ lumbar_to_pelvis(trunk, geometry)]
    for side in SIDES:
        leg = pose[..., LEG_SLICES[side]]
        own = (lambda twin: twin) if side == "right" else mirrored
        femur = pelvis @ own(femur_to_pelvis(leg, geometry))
        tibia = femur @ own(tibia_to_femur(leg, geometry))
        chain += [femur, femur @ own(patella_to_femur(leg, geometry)), tibia, tibia @ own(foot_to_tibia(leg, geometry))]
    return np.stack(chain, axis=-3)
