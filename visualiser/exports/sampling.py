"""A movement sampled for files that play by themselves: bones as turning and moving nodes, soft tissue as a few shapes to blend between.

Both are what glTF can play: nodes turn along the shorter arc between samples, shapes are mixed linearly. As many shapes are taken as it
needs for their mixture to miss no vertex of the densely sampled movement by more than a tolerance.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from visualiser import kinematics
from visualiser.anatomy import skeleton
from visualiser.bodies import ground
from visualiser.bodies.assembly import Body
from visualiser.conventions import SIDES
from visualiser.exports.levels import Coarse
from visualiser.movements.movement import Movement, pose_at
from visualiser.transforms import inverse
from visualiser.typed import FloatArray

# Samples a second of the dense course, and how many there are at least and at most: a sprint stride of 0.7 s needs more than its share.
_RATE, _LEAST, _MOST = 16.0, 64, 200
_NODE_RATE, _LEAST_NODES, _MOST_NODES = 40.0, 120, 600
_BLOCK = 24  # poses solved together: bounded memory
TOLERANCE_M = (
    2.5e-4  # of mixed shapes at the samples; nodes and the time between samples add to it, half a millimetre in all
)
ROOT = "body"


def times_of(movement: Movement, rate: float, least: int, most: int) -> FloatArray:
    """Equal steps (N,) over a movement, seconds."""
    count = int(np.clip(np.ceil(rate * movement.duration_s), least, most))
    return np.linspace(0.0, movement.duration_s, count + 1)


@dataclass(frozen=True, eq=False, slots=True)
class NodeCourse:
    """How the nodes move: seconds (N,) and, by node, its transform (N, 4, 4) in the node that carries it, metres."""

    time_s: FloatArray
    local: dict[str, FloatArray]


def parents() -> dict[str, str]:
    """The node that carries each segment; the pelvis hangs on the body."""
    found = {}
    for segment in skeleton.SEGMENTS:
        for side in SIDES if segment.sided else ("",):
            carrier = next((s for s in skeleton.SEGMENTS if s.name == segment.parent), None)
            name = f"{segment.name}_{side}" if side else segment.name
            if carrier is None:
                found[name] = ROOT
            else:
                found[name] = f"{carrier.name}_{side}" if carrier.sided else carrier.name
    return found


def node_course(body: Body, movement: Movement, time_s: FloatArray | None = None) -> NodeCourse:
    """Every segment in the segment that carries it, over a movement."""
    time = times_of(movement, _NODE_RATE, _LEAST_NODES, _MOST_NODES) if time_s is None else time_s
    placed = kinematics.segment_transforms(pose_at(movement, time), body.physique.geometry)
    in_body = {name: placed[:, i] for i, name in enumerate(skeleton.segment_names())}
    local = {ROOT: np.stack([ground.root(movement, float(t), body.physique) for t in time])}
    for name, carrier in parents().items():
        local[name] = in_body[name] if carrier == ROOT else inverse(in_body[carrier]) @ in_body[name]
    for name in ground.supports_at(movement, 0.0, body.physique):
        local[name] = np.stack([ground.supports_at(movement, float(t), body.physique)[name] for t in time])
    return NodeCourse(time, local)


def quaternions(turns: FloatArray) -> FloatArray:
    """Turns (N, 3, 3) as quaternions x, y, z, w (N, 4), neighbours on the same side, so that blends take the shorter arc."""
    found: FloatArray = Rotation.from_matrix(turns).as_quat()
    flips = np.cumprod(np.concatenate([[1.0], np.where((found[1:] * found[:-1]).sum(axis=1) < 0.0, -1.0, 1.0)]))
    return found * flips[:, None]


@dataclass(frozen=True, eq=False, slots=True)
class ShapeCourse:
    """A soft surface over a dense course: seconds (N,), vertices and normals (N, V, 3) in the frame of its femur."""

    time_s: FloatArray
    vertices: FloatArray
    normals: FloatArray


def shape_courses(body: Body, movement: Movement, levels: dict[str, Coarse]) -> dict[str, ShapeCourse]:
    """Soft surfaces at the kept vertices of their levels of detail, over a movement; single precision."""
    time = times_of(movement, _RATE, _LEAST, _MOST)
    vertices: dict[str, list[FloatArray]] = {name: [] for name in levels}
    normals: dict[str, list[FloatArray]] = {name: [] for name in levels}
    for block in np.array_split(time, len(time) // _BLOCK + 1):
        for name, (points, outwards) in body.soft_shapes(pose_at(movement, block)).items():
            if name in levels:
                vertices[name].append(points[:, levels[name].kept].astype(np.float32))
                normals[name].append(outwards[:, levels[name].kept].astype(np.float32))
    return {name: ShapeCourse(time, np.concatenate(vertices[name]), np.concatenate(normals[name])) for name in levels}


@dataclass(frozen=True, eq=False, slots=True)
class Blend:
    """A soft surface as a base and a few shapes whose amounts change over time: base + amounts @ shapes.

    base, base_normals : (V, 3)
    shapes, normals    : (C, V, 3)  differences from the base, metres
    amounts            : one (N, C) for each course
    """

    base: FloatArray
    base_normals: FloatArray
    shapes: FloatArray
    normals: FloatArray
    amounts: tuple[FloatArray, ...]


def blend(courses: Sequence[ShapeCourse], tolerance: float = TOLERANCE_M) -> Blend:
    """The fewest shapes that mix into every sample of all courses without missing a vertex by more than `tolerance` metres.

    Principal components: a leg raise needs five or six shapes where shapes at key moments would be thirty.
    """
    base, base_normals = courses[0].vertices[0], courses[0].normals[0]
    moved = (np.concatenate([c.vertices for c in courses]) - base).astype(np.float32)
    turned = (np.concatenate([c.normals for c in courses]) - base_normals).astype(np.float32)
    flat = moved.reshape(len(moved), -1)
    _, directions = np.linalg.eigh((flat @ flat.T).astype(np.float64))
    amounts = np.ascontiguousarray(directions[:, ::-1]).astype(np.float32)  # strongest first
    shapes = amounts.T @ flat

    def enough(count: int) -> bool:
        missed = flat - amounts[:, :count] @ shapes[:count]
        return bool((missed.reshape(moved.shape) ** 2).sum(axis=-1).max() <= tolerance**2)

    count = bisect_left(range(len(moved)), True, key=enough)
    largest = np.abs(amounts[:, :count]).max(axis=0)
    mixed = (amounts[:, :count] / largest).astype(np.float64)
    normals = (amounts[:, :count].T @ turned.reshape(len(turned), -1)) * largest[:, None]
    ends = np.cumsum([len(c.time_s) for c in courses])[:-1]
    return Blend(
        base,
        base_normals,
        (shapes[:count] * largest[:, None]).reshape(-1, *moved.shape[1:]),
        normals.reshape(-1, *moved.shape[1:]),
        tuple(np.split(mixed, ends)),
    )
