"""What a label points at: a landmark, or the spot on a muscle, nerve or bone where it is best seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from visualiser.bodies.assembly import BONE, Body, Frame, Surface
from visualiser.pictures.appearance import HIDDEN_BELOW
from visualiser.pictures.cameras import Camera, visible_share
from visualiser.pictures.labels import LabelSpec
from visualiser.transforms import apply, turn
from visualiser.typed import FloatArray, IntArray

_CANDIDATES = 400  # vertices of a surface that may carry its label
_SPAN = (0.08, 0.92)  # of its length: never the very end
_OFF_MIDDLE_COST = 1.5  # a label points at the belly; in a close-up that leaves it out, at the tendon
_HIDDEN_COST = 6.0
_TURNED_AWAY_COST = 1.5
_EDGE_COST, _EDGE = 1.5, 0.1  # a dot at the edge of the picture, and how near that is, shares of its short side
_DOT_PX = 6.0  # of a label's dot and ring: as much room should be the structure's own
# A landmark that is itself the end of a tendon: it is pointed at on the tendon, which would else count as hiding it.
_ON_TENDON = {"pes_anserinus": "semitendinosus"}
_TENDON_REACH_M = 0.012  # of what counts as the tendon over such a landmark, ESTIMATE: its footprint is some 8 mm wide


@dataclass(frozen=True, eq=False, slots=True)
class Anchor:
    """One label's place: a landmark by its name, or a vertex of a surface."""

    spec: LabelSpec
    surface: str | None = None
    vertex: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """One pose seen by a camera: the frame and the distance of what each pixel shows."""

    frame: Frame
    camera: Camera
    depth: FloatArray  # (H, W) metres


def _candidates(surface: Surface, body: Body) -> tuple[IntArray, FloatArray]:
    """Vertices along a surface's length, and the cost of lying off its middle.

    Of a nerve only its trunk: who points at a motor branch or a root names that, not the nerve.
    """
    own = surface.vertices
    if surface.segment is None:
        rings, sectors = body.tube_sizes(surface.structure)[0]
        own = own[: rings * (sectors + 1)]
    points = own - own.mean(axis=0)
    axis = np.linalg.svd(points[:: max(1, len(points) // 500)], full_matrices=False)[2][0]
    along = points @ axis
    share = (along - along.min()) / max(float(np.ptp(along)), 1e-9)
    inside = np.flatnonzero((share > _SPAN[0]) & (share < _SPAN[1]))
    chosen = inside[:: max(1, len(inside) // _CANDIDATES)]
    return chosen, _OFF_MIDDLE_COST * np.abs(2.0 * share[chosen] - 1.0)


def _posed(surface: Surface, frame: Frame, vertices: IntArray) -> tuple[FloatArray, FloatArray]:
    """Places and normals of some vertices in a frame."""
    if surface.segment is None:
        return frame.vertices[surface.name][vertices], frame.normals[surface.name][vertices]
    placed = frame.transforms[surface.name]
    return apply(placed, surface.vertices[vertices]), turn(placed, surface.normals[vertices])


def choose(specs: Sequence[LabelSpec], body: Body, looks: Sequence[Look]) -> list[Anchor]:
    """Anchors that are well seen over all looks; labels of what is not on the picture are left out."""
    anchors = []
    landmarks = looks[0].frame.anchors
    shown = {s.structure: s for s in body.surfaces if s.side in (None, body.side)}
    for spec in specs:
        tendon = shown.get(_ON_TENDON.get(spec.key, ""))
        if spec.key in landmarks and tendon is not None:
            anchors.append(Anchor(spec, tendon.name, _best_vertex(tendon, looks, _over(spec.key, tendon, looks[0]))))
        elif spec.key in landmarks:
            anchors.append(Anchor(spec))
        elif spec.key in shown:
            surface = shown[spec.key]
            anchors.append(Anchor(spec, surface.name, _best_vertex(surface, looks, _candidates(surface, body))))
    return anchors


def _over(landmark: str, tendon: Surface, look: Look) -> tuple[IntArray, FloatArray]:
    """Vertices of a tendon that lie over a landmark, and the cost of lying off it; the nearest where none does."""
    away = np.linalg.norm(look.frame.vertices[tendon.name] - look.frame.anchors[landmark], axis=1)
    near = np.flatnonzero(away < max(_TENDON_REACH_M, float(away.min()) + 1e-6))
    return near, _OFF_MIDDLE_COST * away[near] / _TENDON_REACH_M


def _best_vertex(surface: Surface, looks: Sequence[Look], among: tuple[IntArray, FloatArray]) -> int:
    """The vertex among some, each with its cost, that faces the viewer and is hidden in the fewest looks."""
    vertices, cost = among
    for look in looks:
        points, normals = _posed(surface, look.frame, vertices)
        height, width = look.depth.shape
        pixels = look.camera.project(points, width, height)
        seen = visible_share(look.depth, pixels, _DOT_PX)
        inside = np.minimum(pixels[:, :2], (width, height) - pixels[:, :2]).min(axis=1) / min(width, height)
        facing = normals @ np.asarray(look.camera.back)
        burden = _HIDDEN_COST * (1.0 - seen) + _TURNED_AWAY_COST * (1.0 - facing)
        burden = burden + _EDGE_COST * np.clip(1.0 - inside / _EDGE, 0.0, 1.0)
        # A muscle names itself on its flesh; a bone anywhere it shows.
        cost = cost + burden * (0.5 if surface.kind == BONE else 1.0) / len(looks)
    return int(vertices[np.argmin(cost)])


def places(anchors: Sequence[Anchor], body: Body, frame: Frame) -> FloatArray:
    """Where the anchors are in a frame: (n, 3) world metres."""
    rows = [
        frame.anchors[a.spec.key]
        if a.surface is None
        else _posed(body.surface(a.surface), frame, np.array([a.vertex]))[0][0]
        for a in anchors
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def wanted(anchors: Sequence[Anchor], seen: ArrayLike) -> list[LabelSpec]:
    """The labels as they should compete for room: a muscle or nerve that cannot be seen is not worth a dashed leader, a landmark is."""
    shares = np.asarray(seen, dtype=np.float64)
    return [
        replace(a.spec, priority=max(a.spec.priority, 2))
        if a.surface and a.spec.key not in _ON_TENDON and share < HIDDEN_BELOW
        else a.spec
        for a, share in zip(anchors, shares, strict=True)
    ]


def project(points: ArrayLike, look: Look, canvas: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    """Anchors on a canvas and how much of each is seen.

    points  : (n, 3)          world metres
    returns : (n, 2), (n,)    layout units; share 0 to 1
    """
    height, width = look.depth.shape
    pixels = look.camera.project(points, width, height)
    return pixels[:, :2] * (canvas[0] / width, canvas[1] / height), visible_share(look.depth, pixels)
