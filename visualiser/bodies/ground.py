"""Where the body stands, lies or sits: the pelvis follows the foot on the floor, and plain supports lie under it.

A pose says how segments turn, not where the body is. In scenes on the ground the whole body is moved so that its lowest bone rests on
the floor; in flight it follows the parabola between take-off and landing.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from visualiser.anatomy import skeleton
from visualiser.bodies.physique import Physique, standard
from visualiser.conventions import MIRROR, SIDES, Side, X, Y, Z
from visualiser.kinematics import segment_transforms
from visualiser.movements.movement import OTHER, Movement, body_turn, pose_at
from visualiser.transforms import apply, rigid
from visualiser.typed import FloatArray, IntArray

SKIN_M = (
    0.006  # ESTIMATE: what lies between bone and floor under a loaded heel, thinner than the 15 to 18 mm of a free one
)
GRAVITY = 9.81
_STEP_S, _MOST_STEPS = 1 / 240, 40_000
_SETTLE_S = 0.012  # ESTIMATE: the body does not feel contact passing from heel to ball as a kink


@lru_cache(maxsize=4)
def _contact_points(physique: Physique) -> dict[str, FloatArray]:
    """Corners of the convex hulls of all bones, by segment, metres: the only points that can touch a flat floor."""
    from scipy.spatial import ConvexHull  # here: listing scenes does not need it

    points: dict[str, list[FloatArray]] = {}
    for bone in skeleton.BONES:
        vertices = physique.bone(bone.name, "light").vertices
        hull = vertices[ConvexHull(vertices).vertices]
        for side in SIDES:
            own = hull if side is Side.RIGHT else hull @ MIRROR
            points.setdefault(skeleton.segment_of(bone.name, side), []).append(own)
    return {segment: np.concatenate(parts) for segment, parts in points.items()}


def lowest(
    transforms: FloatArray, segments: tuple[str, ...] | None = None, physique: Physique | None = None
) -> FloatArray:
    """Height of the lowest bone.

    transforms : (..., S, 4, 4)  segments in the world, order of `skeleton.segment_names()`
    segments   : which of them; all when None
    physique   : whose bones; ours when None
    returns    : (...)           metres
    """
    names = skeleton.segment_names()
    heights = [
        (transforms[..., names.index(segment), Y, None, :3] @ points.T)[..., 0, :].min(axis=-1)
        + transforms[..., names.index(segment), Y, 3]
        for segment, points in _contact_points(physique or standard()).items()
        if segments is None or segment in segments
    ]
    least: FloatArray = np.min(heights, axis=0)
    return least


@lru_cache(maxsize=4)
def floor_height(physique: Physique | None = None) -> float:
    """Height of the floor under the upright body, whose hips are at the origin: metres."""
    upright = segment_transforms(np.zeros(16), (physique or standard()).geometry)
    return float(lowest(upright, physique=physique)) - SKIN_M


@dataclass(frozen=True, eq=False, slots=True)
class _Path:
    """Where the origin of the body is over time: seconds (N,), metres (N, 3)."""

    time_s: FloatArray
    places: FloatArray


def root(movement: Movement, time_s: float, physique: Physique | None = None) -> FloatArray:
    """The body's upright frame in the world at one time: posture, lean, and where the ground puts it. (4, 4)"""
    within = time_s % movement.duration_s if movement.cycle else float(np.clip(time_s, 0.0, movement.duration_s))
    place = np.zeros(3)
    if movement.ground or movement.planted:
        path = _path(movement, physique)
        place = np.array([np.interp(within, path.time_s, path.places[:, axis]) for axis in (X, Y, Z)])
    return rigid(body_turn(movement, time_s), place)


@lru_cache(maxsize=8)
def _path(movement: Movement, physique: Physique | None) -> _Path:
    """The whole way of the body's origin, sampled."""
    steps = int(np.clip(movement.duration_s / _STEP_S, 2, _MOST_STEPS))
    time = np.linspace(0.0, movement.duration_s, steps + 1)
    in_body = segment_transforms(pose_at(movement, time), (physique or standard()).geometry)
    placed = rigid(body_turn(movement, time), np.zeros(3))[:, None] @ in_body
    places = np.zeros((len(time), 3))
    if movement.planted:
        held = np.mean([_held_point(placed, name, movement.side, physique) for name in movement.planted], axis=0)
        places[:, (X, Z)] = (held[0] - held)[:, (X, Z)]
    if movement.ground:
        places[:, Y] = _height(movement, time, floor_height(physique) + SKIN_M - lowest(placed, physique=physique))
    return _Path(time, places)


def _held_point(placed: FloatArray, name: str, side: Side, physique: Physique | None) -> FloatArray:
    """Where the part that stays put would be if the body's origin did not move: (N, 3)."""
    own = side.other if name.startswith(OTHER) else side
    segment = f"{'foot' if name.endswith('foot') else 'tibia'}_{own}"
    transform = placed[:, skeleton.segment_names().index(segment)]
    if segment.startswith("tibia"):
        return transform[:, :3, 3]
    sole = _contact_points(physique or standard())[segment]
    # The ball of the foot: what stays on the floor while the heel lifts.
    ball = sole[(sole[:, Y] < sole[:, Y].min() + 0.012) & (sole[:, X] > 0.5 * sole[:, X].max())].mean(axis=0)
    return apply(transform, ball[None])[:, 0]


def _height(movement: Movement, time: FloatArray, standing: FloatArray) -> FloatArray:
    """Height of the body's origin: on the lowest bone, or on a parabola from take-off to landing and never below that."""
    from scipy.ndimage import gaussian_filter1d

    height = standing.copy()
    for start, end in movement.flight_s:
        up, down = np.interp((start, end), time, standing)
        share = np.clip((time - start) / (end - start), 0.0, 1.0)
        parabola = up + share * (down - up) + GRAVITY / 2 * (end - start) ** 2 * share * (1 - share)
        flying = (time > start) & (time < end)
        height[flying] = np.maximum(parabola, standing)[flying]
    if movement.cycle:  # first and last sample are the same moment
        smooth = gaussian_filter1d(height[:-1], _SETTLE_S / _STEP_S, mode="wrap")
        smooth = np.append(smooth, smooth[0])
    else:
        smooth = gaussian_filter1d(height, _SETTLE_S / _STEP_S, mode="nearest")
    settled: FloatArray = np.maximum(smooth, standing - SKIN_M / 2)  # no bone through the floor
    return settled


# -- supports ------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Support:
    """A plain slab: metres from the point under the hips; its upper side is at height 0."""

    name: str
    back: float
    front: float
    half_width: float
    thickness: float


# ESTIMATE: sizes of ordinary furniture; the bench ends at mid-shank so that the lower leg is free to bend.
SUPPORTS = (
    Support("floor", -1.1, 1.1, 0.5, 0.0),
    Support("couch", -0.62, 1.02, 0.33, 0.05),
    Support("bench", -0.58, 0.62, 0.26, 0.05),
    Support("seat", -0.2, 0.28, 0.24, 0.04),
    Support("sliding_seat", -0.22, 0.02, 0.15, 0.03),
)
_FLOOR_EDGE_M = 0.01
_CUSHION_M = 0.014  # ESTIMATE: compressed soft tissue between bone and couch


def disc(support: Support) -> tuple[FloatArray, IntArray]:
    """Vertices (145, 3) metres and faces (144, 3) of an ellipse as wide and deep as a support: a floor without corners.

    Its edge is a centimetre thick, so that it is a line, and not nothing, to an eye on its own level.
    """
    around = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
    rim = np.column_stack([support.front * np.cos(around), 0.0 * around, -support.half_width * np.sin(around)])
    here, following = np.arange(48), np.roll(np.arange(48), -1)
    top = np.column_stack([np.zeros(48, dtype=int), 1 + here, 1 + following])
    upper, lower = 49, 97  # the edge has corners of its own: it faces sideways
    edge = np.concatenate(
        [
            np.column_stack([lower + here, lower + following, upper + here]),
            np.column_stack([upper + here, lower + following, upper + following]),
        ]
    )
    vertices = np.vstack([np.zeros(3), rim, rim, rim - (0.0, _FLOOR_EDGE_M, 0.0)])
    return vertices, np.concatenate([top, edge])


def slab(support: Support) -> tuple[FloatArray, IntArray]:
    """Vertices (20, 3) metres and faces (10, 3) of a slab without its underside: seen from below it hides nothing."""
    low = np.array([support.back, -support.thickness, -support.half_width])
    high = np.array([support.front, 0.0, support.half_width])
    corner = {i: np.array([(low, high)[i >> a & 1][a] for a in (X, Y, Z)]) for i in range(8)}
    quads = ((2, 6, 7, 3), (0, 2, 3, 1), (4, 5, 7, 6), (1, 3, 7, 5), (0, 4, 6, 2))
    vertices: list[FloatArray] = []
    faces: list[tuple[int, int, int]] = []
    for quad in quads:
        corners = [corner[i] for i in quad]
        normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        outwards = np.mean(corners, axis=0) - (low + high) / 2
        if normal @ outwards < 0:
            corners.reverse()
        first = len(vertices)
        vertices += corners
        faces += [(first, first + 1, first + 2), (first, first + 2, first + 3)]
    return np.array(vertices), np.array(faces)


def supports_at(movement: Movement, time_s: float, physique: Physique | None = None) -> dict[str, FloatArray]:
    """Which supports are there and where: name -> (4, 4).

    Without a floor what one lies or sits on goes along with the pelvis, as a seat on wheels does; otherwise it stays.
    """
    there: dict[str, FloatArray] = {}
    if movement.ground:
        there["floor"] = rigid(np.eye(3), [0.0, floor_height(physique), 0.0])
    if movement.support != "none":
        place = _support_place(movement, physique)
        if not movement.ground:
            place = place + [1.0, 0.0, 1.0] * root(movement, time_s, physique)[:3, 3]
        there[movement.support] = rigid(np.eye(3), place)
    return there


@lru_cache(maxsize=32)
def _support_place(movement: Movement, physique: Physique | None) -> FloatArray:
    """Under the lowest place that the pelvis (lying: pelvis or thigh) reaches in the whole movement."""
    times = np.linspace(0.0, movement.duration_s, 60)
    roots = np.stack([root(movement, float(t), physique) for t in times])
    placed = roots[:, None] @ segment_transforms(pose_at(movement, times), (physique or standard()).geometry)
    on_it = ("pelvis",) if movement.support.endswith("seat") else ("pelvis", "lumbar", "femur_right", "femur_left")
    heights = lowest(placed, on_it, physique)
    moment = int(np.argmin(heights))
    place: FloatArray = np.array([0.0, heights[moment] - _CUSHION_M, 0.0])
    if movement.ground:
        place[[X, Z]] = roots[moment][[X, Z], 3]
    return place
