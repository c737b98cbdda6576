"""How true drawn muscles and nerve are in given poses: how deep in bone and in each other, how jerky, and how long.

Depth is exact: distance to the nearest triangle of the closed surface that a vertex lies in, inside or outside by winding number (a
muscle may fold, and nearest normals lie for a folded surface). A vertex within 15 mm of its own attachment is left out: muscles begin and
end on bone, and heads share a tendon there. Millimetres.
"""

from collections.abc import Iterator
from functools import cache
from itertools import permutations

import numpy as np
import pyvista
from bone_files import HIP_CENTRE, mesh
from scipy.spatial import cKDTree

from visualiser.anatomy.definitions import MuscleHead
from visualiser.anatomy.muscles import HEADS
from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, POSE_COORDINATES, Side, millimetres, radians
from visualiser.kinematics import femur_to_pelvis, past_hip_stops, tibia_to_femur
from visualiser.tissue.paths import muscle_length
from visualiser.tissue.sections import ring_centres
from visualiser.tissue.tubes import SoftTissue
from visualiser.transforms import apply, inverse
from visualiser.typed import BoolArray, FloatArray

BONES = ("hip_bone", "femur", "tibia", "fibula")
NERVES = ("sciatic_nerve", "tibial_nerve", "common_fibular_nerve")
NAMES = tuple(head.name for head in HEADS)
OWN_FOOTPRINT = 15.0
NEAR = 12.0  # how far the coarse look at a bone reaches
# What the joints allow, all turns at once: many of these poses no body can take.
LIMITS_DEG = np.array([[-40, 120], [-45, 30], [-45, 45], [-5, 150], [-45, 30], [0, 0]], dtype=float).T
# What a random pose of ours may be: each turn within what people reach, whatever the others do.
RANDOM_DEG = np.array([[-30, 120], [-30, 30], [-45, 45], [0, 150], [-30, 30], [0, 0]], dtype=float).T


def random_legs(count: int, seed: int = 1, limits_deg: FloatArray = RANDOM_DEG) -> FloatArray:
    """Random poses (count, 6) of a leg, radians: every joint turns at once."""
    return radians(np.random.default_rng(seed).uniform(*limits_deg, (count, len(LEG_COORDINATES))))


def reachable(legs: FloatArray) -> BoolArray:
    """Which poses (N, 6) of a leg a hip can take at all; in the others bone meets bone, and the program refuses them."""
    rows = np.zeros((len(legs), len(POSE_COORDINATES)))
    rows[:, LEG_SLICES[Side.RIGHT]] = np.degrees(legs)
    return np.asarray(past_hip_stops(rows).max(axis=(1, 2)) <= 0.0)


class Solid:
    """A closed surface that can be asked how deep points lie in it."""

    def __init__(self, points: FloatArray, faces: FloatArray) -> None:
        self.points, self.faces = points, faces
        self.tree = cKDTree(points)
        self.surface = pyvista.PolyData.from_regular_faces(points, faces)

    def distance(self, points: FloatArray) -> FloatArray:
        """Exact distance (P,) from the surface, no sign."""
        cloud = pyvista.PolyData(points).compute_implicit_distance(self.surface)
        return np.abs(np.asarray(cloud["implicit_distance"]))

    def winding(self, points: FloatArray) -> FloatArray:
        """How often (P,) the surface winds round each point: 1 inside, 0 outside. Solid angles of all triangles."""
        turns = np.empty(len(points))
        corners = self.points[self.faces].astype(np.float32)
        for first in range(0, len(points), 32):
            a, b, c = (corners[None, :, i] - points[first : first + 32, None].astype(np.float32) for i in range(3))
            la, lb, lc = (np.sqrt(np.einsum("pfk,pfk->pf", v, v)) for v in (a, b, c))
            cross = np.empty_like(b)
            cross[..., 0] = b[..., 1] * c[..., 2] - b[..., 2] * c[..., 1]
            cross[..., 1] = b[..., 2] * c[..., 0] - b[..., 0] * c[..., 2]
            cross[..., 2] = b[..., 0] * c[..., 1] - b[..., 1] * c[..., 0]
            top = np.einsum("pfk,pfk->pf", a, cross)
            dots = [np.einsum("pfk,pfk->pf", u, v) for u, v in ((a, b), (b, c), (c, a))]
            below = la * lb * lc + dots[0] * lc + dots[1] * la + dots[2] * lb
            turns[first : first + 32] = np.arctan2(top, below).sum(axis=1) / (2 * np.pi)
        return turns

    def depth(self, points: FloatArray, candidates: FloatArray) -> FloatArray:
        """How deep (P,) points lie inside, 0 outside; only `candidates` (P,) are looked at."""
        depth = np.zeros(len(points))
        chosen = np.nonzero(candidates)[0]
        if len(chosen):
            chosen = chosen[np.abs(self.winding(points[chosen])) > 0.5]
        if len(chosen):
            depth[chosen] = self.distance(points[chosen])
        return depth


@cache
def bone_solid(name: str) -> Solid:
    """A bone of the right leg, the hip bone counted from the hip centre."""
    bone = mesh(name)
    return Solid(np.asarray(bone.vertices - (HIP_CENTRE if name == "hip_bone" else 0.0)), np.asarray(bone.faces))


@cache
def bone_normals(name: str) -> FloatArray:
    """Outward normals of the vertices of a bone."""
    return np.asarray(mesh(name).vertex_normals)


def in_bone_frame(name: str, points: FloatArray, leg: FloatArray) -> FloatArray:
    """Points (P, 3), mm, from the femur to the frame of a bone."""
    if name == "hip_bone":
        return points @ femur_to_pelvis(leg)[:3, :3].T
    return points if name == "femur" else millimetres(apply(inverse(tibia_to_femur(leg)), points / 1e3))


def bone_depth(name: str, points: FloatArray, leg: FloatArray, least: float = 0.2) -> FloatArray:
    """How deep (P,) points (P, 3), mm, of the femur frame lie in a bone in one pose; less than about `least` counts as nothing."""
    points, solid, depth = in_bone_frame(name, points, leg), bone_solid(name), np.zeros(len(points))
    low, high = solid.points.min(axis=0), solid.points.max(axis=0)
    near = np.nonzero(((points > low) & (points < high)).all(axis=1))[0]
    if not len(near):
        return depth
    _, at = solid.tree.query(points[near])
    side = ((points[near] - solid.points[at]) * bone_normals(name)[at]).sum(axis=1)
    chosen = near[side < -least]
    if len(chosen):
        cloud = pyvista.PolyData(points[chosen]).compute_implicit_distance(solid.surface)
        depth[chosen] = np.maximum(-np.asarray(cloud["implicit_distance"]), 0.0)  # bones do not fold: its sign is right
    return depth


def off_own_footprints(rings: FloatArray) -> FloatArray:
    """Which points (R * S,) of a tube (R, S, 3), mm, lie farther than 15 mm from both of its ends."""
    ends = np.concatenate([rings[0], rings[-1], rings[[0, -1]].mean(axis=1)])
    far, _ = cKDTree(ends).query(rings.reshape(-1, 3))
    return far > OWN_FOOTPRINT


def probable(rings: FloatArray, points: FloatArray, least: float) -> FloatArray:
    """Which points (P,) may lie deeper than `least` in a tube (R, S, 3): by the radius of the nearest section, generously."""
    centre = ring_centres(rings)
    reach = np.linalg.norm(rings - centre[:, None], axis=2).max(axis=1)
    far, ring = cKDTree(centre).query(points)
    inside = far < reach[ring] + 2.0
    chosen = np.nonzero(inside)[0]
    if len(chosen):
        flat = rings.reshape(-1, 3)
        spokes = flat - np.repeat(centre, rings.shape[1], axis=0)
        gap, at = cKDTree(flat).query(points[chosen])
        out = spokes[at] / np.maximum(np.linalg.norm(spokes[at], axis=1, keepdims=True), 1e-9)
        outside = ((points[chosen] - flat[at]) * out).sum(axis=1) > -0.3 * least
        inside[chosen[outside | (gap < least)]] = False
    return inside


class Measured:
    """What was found over many poses: the largest value of each quantity, and where."""

    def __init__(self) -> None:
        self.worst: dict[tuple[str, str], tuple[float, FloatArray]] = {}
        self.all: dict[tuple[str, str], list[float]] = {}

    def note(self, what: str, where: str, value: float, leg: FloatArray) -> None:
        self.all.setdefault((what, where), []).append(value)
        if value >= self.worst.get((what, where), (-1.0, leg))[0]:
            self.worst[what, where] = value, leg

    def largest(self, what: str) -> float:
        """The largest value of a quantity."""
        return max((value for (kind, _), (value, _) in self.worst.items() if kind == what), default=0.0)

    def merge(self, other: "Measured") -> None:
        for key, (value, leg) in other.worst.items():
            if value >= self.worst.get(key, (-1.0, leg))[0]:
                self.worst[key] = value, leg
        for key, values in other.all.items():
            self.all.setdefault(key, []).extend(values)

    def lines(self) -> Iterator[str]:
        """A table of what was found."""
        for (what, where), (value, leg) in sorted(self.worst.items()):
            values = np.array(self.all[what, where])
            pose = " ".join(f"{d:.0f}" for d in np.degrees(leg[:5]))
            yield (
                f"| {what} | {where} | {value:.2f} | {np.percentile(values, 95):.2f} | {np.median(values):.2f} | {pose} |"
            )


def depths(tissue: SoftTissue, legs: FloatArray, least: float = 0.4) -> Measured:
    """Depth of every muscle and nerve in bones and in its neighbours, and error of volume (per cent), over poses (N, 6)."""
    found = Measured()
    for first in range(0, len(legs), 50):
        block = legs[first : first + 50]
        vertices, rings = tissue.vertices(block), tissue.rings(block)
        for i, leg in enumerate(block):
            own = {name: 1e3 * rings[name][0][i] for name in (*NAMES, *NERVES)}
            solids = {name: Solid(1e3 * vertices[name][i], tissue.surface(name).faces) for name in NAMES}
            free = {
                name: off_own_footprints(own[name]) if name in NAMES else np.ones(own[name][..., 0].size, bool)
                for name in own
            }
            for head in HEADS:
                note_volume(found, head, solids[head.name], leg)
            for name, points in ((n, r.reshape(-1, 3)) for n, r in own.items()):
                kind = "muscle in bone, mm" if name in NAMES else "nerve in bone, mm"
                for bone in BONES:
                    depth = bone_depth(bone, points, leg) * free[name]
                    found.note(kind, f"{name} in {bone}", float(depth.max()), leg)
            for a, b in permutations(own, 2):
                if b in NERVES:
                    continue
                points = own[a].reshape(-1, 3)
                depth = solids[b].depth(points, probable(own[b], points, least) & free[a])
                kind = "muscle in muscle, mm" if a in NAMES else "nerve in muscle, mm"
                found.note(kind, f"{a} in {b}", float(depth.max()), leg)
    return found


def note_volume(found: Measured, head: MuscleHead, solid: Solid, leg: FloatArray) -> None:
    """Note the error of a volume, per cent of what the head has at rest."""
    corners = solid.points[solid.faces] - solid.points.mean(axis=0)
    volume = np.einsum("fk,fk->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6e3
    found.note("volume off, %", head.name, abs(100 * (volume / head.volume_cm3 - 1.0)), leg)


def jitter(
    tissue: SoftTissue, starts: FloatArray, step_deg: float = 2.0, ranges_deg: FloatArray = RANDOM_DEG
) -> Measured:
    """Second differences of vertices (mm) where one joint at a time turns in steps through its range (2, 5), from poses (N, 6).

    Poses that no hip can take are left out: the program refuses them.
    """
    found = Measured()
    for start in starts:
        for joint in range(5):
            low, high = ranges_deg[:, joint]
            steps = np.arange(low, high + 0.1, step_deg)
            sweep = np.tile(start, (len(steps), 1))
            sweep[:, joint] = radians(steps)
            sweep = sweep[reachable(sweep)]
            if len(sweep) < 3:
                continue
            for name, vertices in tissue.vertices(sweep).items():
                jerk = np.linalg.norm(np.diff(1e3 * vertices, 2, axis=0), axis=2).max(axis=1)
                kind = "muscle jitter, mm" if name in NAMES else "nerve jitter, mm"
                for value, leg in zip(jerk, sweep[1:-1], strict=True):
                    found.note(kind, f"{name}, {LEG_COORDINATES[joint]}", float(value), leg)
    return found


def line_differences(tissue: SoftTissue, legs: FloatArray) -> dict[str, FloatArray]:
    """Change of the drawn length of each head since standing less that of its line of action, points of the line's standing length."""
    standing = np.zeros((1, 6))
    drawn, still, differences = tissue.rings(legs), tissue.rings(standing), {}
    for head in HEADS:
        longer = _drawn_length(drawn[head.name][0]) - _drawn_length(still[head.name][0])
        line = muscle_length(head, legs) - muscle_length(head, standing)
        differences[head.name] = 100.0 * (longer - line) / muscle_length(head, standing)
    return differences


def _drawn_length(rings: FloatArray) -> FloatArray:
    return np.linalg.norm(np.diff(ring_centres(rings), axis=-2), axis=-1).sum(axis=-1)
