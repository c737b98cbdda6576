"""Fitting our body onto bones that somebody brought: maps of pelvis, femur and tibia, bones in their segments' frames, joints, lines.

Pure arithmetic on bones that are already in order and in metres; reading them is `ownbones`' part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree

from visualiser.anatomy import skeleton
from visualiser.anatomy.attachments import ATTACHMENTS, Oval
from visualiser.bodies import assets
from visualiser.bodies.assets import BoneMesh
from visualiser.bodies.physique import MAP_OF, Physique, moved_bone, moved_geometry, moved_heads
from visualiser.bodies.registration import FEWEST, Similarity, Warp, lie_on_a_line, plain, scaling, similarity, warp
from visualiser.bodies.surfaces import Ground, vertex_normals
from visualiser.conventions import metres
from visualiser.errors import AssetError
from visualiser.kinematics import tibia_to_femur
from visualiser.transforms import apply
from visualiser.typed import FloatArray, IntArray

# The bone whose landmarks place a segment; where there is none, the next one.
MAIN: Mapping[str, tuple[str, ...]] = {"pelvis": ("hip_bone",), "femur": ("femur",), "tibia": ("tibia", "fibula")}
_ORDER = tuple(MAIN)  # from above downwards: a missing segment takes the scale of its neighbours
_WRONG = 0.12  # of the bone's length: a landmark further off than this is the wrong place, not another build
_SAME_SCAN = 0.045  # metres within which a bone lies where its neighbour's fit expects it
_MIRROR_GAIN, _MIRROR_LEAST = 0.5, 0.002  # a mirrored fit must be twice as good, and better by 2 mm
# Our surface is drawn onto theirs at points spread over each bone, where it is near and looks the same way. Loose: a landmark counts more.
_PULLS = {"hip_bone": 70, "femur": 70, "tibia": 60, "fibula": 30, "sacrum": 30}
_PULL_REACH, _PULL_ROUNDS, _LOOSENESS = 0.014, 2, 0.004
_LEAST_KNEE_SPACE_MM, _MOST_KNEE_SPACE_MM = 0.5, 8.0  # less is the grain of the meshes, not the joint


@dataclass(frozen=True, eq=False, slots=True)
class Given:
    """One bone as it came: metres, in coordinates of its own. `file` is what messages call it."""

    name: str
    file: str
    vertices: FloatArray
    faces: IntArray
    landmarks: Mapping[str, FloatArray]

    @property
    def length(self) -> float:
        """Longest extent, metres."""
        return float(np.ptp(self.vertices, axis=0).max())


@dataclass(frozen=True, slots=True)
class BoneFit:
    """How well a bone could be fitted: lengths in millimetres. Without landmarks of its own it lies in its neighbour's coordinates."""

    scale: float
    mirrored: bool
    placed_by: str
    landmarks: int
    off_mm: float  # root mean square over the landmarks, after the similarity
    worst: str
    worst_mm: float
    surface_mm: tuple[float, float]  # mean and 95 % distance of its surface from ours, after the correction


@dataclass(frozen=True, eq=False, slots=True)
class Fit:
    """A build, and how each bone was fitted."""

    physique: Physique
    bones: Mapping[str, BoneFit]
    scales: Mapping[str, float]
    knee_space_mm: float = 0.0


@dataclass(eq=False, slots=True)
class _Segment:
    """One segment while it is being fitted: the way from each file into the segment's frame, the bones there, and the map."""

    base: Similarity
    main: str
    into: dict[str, Similarity] = field(default_factory=dict)
    map: Warp = field(default_factory=lambda: plain(scaling(1.0)))


def fitted(given: Mapping[str, Given]) -> Fit:
    """Our body on the bones given by name.

    raises : AssetError where a bone cannot be placed
    """
    if not given:
        raise AssetError("There are no bones to fit.")
    segments = {name: segment for name in MAIN if (segment := _segment(name, given)) is not None}
    scales = _scales({name: s.base.scale for name, s in segments.items()})
    maps = {name: segments[name].map if name in segments else plain(scaling(scale)) for name, scale in scales.items()}
    meshes = {name: _mesh(given[name], s.into[name], maps[where]) for where, s in segments.items() for name in s.into}
    marks = _landmarks(given, segments, maps)
    space = _knee_space(maps, meshes)
    geometry = moved_geometry(maps, space)
    physique = Physique(geometry, moved_heads(maps, geometry), maps, meshes, marks)
    reports = {name: _report(given[name], s, meshes[name]) for s in segments.values() for name in s.into}
    return Fit(physique, reports, scales, space)


def _scales(found: Mapping[str, float]) -> dict[str, float]:
    """Scale of each segment: its own, or the geometric mean of its nearest neighbours'."""
    scales = {}
    for i, name in enumerate(_ORDER):
        above = [found[n] for n in reversed(_ORDER[: i + 1]) if n in found][:1]
        below = [found[n] for n in _ORDER[i:] if n in found][:1]
        scales[name] = float(np.exp(np.log(above + below).mean()))
    return scales


# -- one segment -----------------------------------------------------------------------------------------------------


def _segment(segment: str, given: Mapping[str, Given]) -> _Segment | None:
    """The bones of one segment placed in its frame, and our segment's map onto them."""
    bones = [bone for name, bone in given.items() if MAP_OF[skeleton.bone(name).segment] == segment]
    if not bones:
        return None
    main = next((given[name] for name in MAIN[segment] if name in given), None)
    if main is None:
        needed = " or ".join(skeleton.bone(name).display.lower() for name in MAIN[segment])
        raise AssetError(
            f"{bones[0].file} has too few landmarks to be placed alone; bring the {needed} of the same scan too."
        )
    fit = _placed(main)
    # Into the frame of the segment without scaling: our origin and our axes, their size.
    into = Similarity(1.0, fit.rotation.T, -(fit.shift @ fit.rotation))
    placed = _Segment(scaling(fit.scale), main.name)
    for bone in bones:
        placed.into[bone.name] = into if bone is main else _beside(bone, into, fit.scale, main)
    proper = [bone for bone in bones if bone.name in _PULLS]
    source, target = _landmark_pairs(proper, placed.into)
    placed.map = warp(placed.base, source, target)
    pulls = [_Pull(bone, placed.into[bone.name]) for bone in proper]
    for _ in range(_PULL_ROUNDS):
        near, there = (np.concatenate(rows) for rows in zip(*(pull.pairs(placed.map) for pull in pulls), strict=True))
        loose = np.concatenate([np.zeros(len(source)), np.full(len(near), _LOOSENESS)])
        placed.map = warp(placed.base, np.concatenate([source, near]), np.concatenate([target, there]), loose)
    upright = _upright(segment, placed.map)
    placed.map = placed.map.then(upright)
    placed.into = {name: _after(way, upright) for name, way in placed.into.items()}
    return placed


def _after(first: Similarity, then: Similarity) -> Similarity:
    return Similarity(first.scale * then.scale, then.rotation @ first.rotation, then(first.shift[None])[0])


def _placed(bone: Given) -> Similarity:
    """The similarity from our bone to the one given, mirrored if it is a left one."""
    ours = assets.load_landmarks()[bone.name]
    names = list(bone.landmarks)
    if len(names) < FEWEST:
        raise AssetError(
            f"{bone.file} has {len(names)} landmarks; at least {FEWEST} of these are needed: {', '.join(ours)}."
        )
    source, target = _stacked(ours, names), _stacked(bone.landmarks, names)
    for points in (source, target):
        if lie_on_a_line(points):
            raise AssetError(
                f"The landmarks of {bone.file} lie on one line, so that the bone could turn about it; add one beside the line."
            )
    proper, mirrored = similarity(source, target), similarity(source, target, mirrored=True)
    off, off_mirrored = (_rms(fit(source) - target) for fit in (proper, mirrored))
    fit = mirrored if off_mirrored < _MIRROR_GAIN * off and off - off_mirrored > _MIRROR_LEAST else proper
    distances = np.linalg.norm(fit(source) - target, axis=1)
    if distances.max() > _WRONG * bone.length:
        worst = _odd_one_out(source, target, fit.mirrors)
        raise AssetError(
            f"The landmarks of {bone.file} do not agree: {names[worst]} lies {1e3 * distances[worst]:.0f} mm from where the "
            f"others put it; check its numbers."
        )
    return fit


def _odd_one_out(source: FloatArray, target: FloatArray, mirrored: bool) -> int:
    """The landmark without which the others agree best."""
    left = []
    for i in range(len(source)):
        others = np.delete(np.arange(len(source)), i)
        left.append(_rms(similarity(source[others], target[others], mirrored)(source[others]) - target[others]))
    return int(np.argmin(left))


def _rms(differences: FloatArray) -> float:
    return float(np.sqrt((differences**2).sum(axis=1).mean()))


def _stacked(marks: Mapping[str, FloatArray], names: Iterable[str]) -> FloatArray:
    return np.array([marks[name] for name in names], dtype=np.float64).reshape(-1, 3)


def _beside(bone: Given, into: Similarity, scale: float, main: Given) -> Similarity:
    """The way of another bone of the segment into its frame: that of the main bone if it lies in its coordinates, else its own."""
    ours = assets.load_landmarks().get(bone.name, {})
    names = list(bone.landmarks)
    if names:
        off = np.linalg.norm(into(_stacked(bone.landmarks, names)) - scale * _stacked(ours, names), axis=1).mean()
    else:
        theirs, our_mesh = into(bone.vertices), scale * assets.load_bone(bone.name, "light").vertices
        off = np.linalg.norm(_middle(theirs) - _middle(our_mesh))
    if off < _SAME_SCAN:
        return into
    if len(names) < FEWEST:
        raise AssetError(
            f"{bone.file} does not lie in the coordinates of {main.file}: it is {1e3 * off:.0f} mm off, and with {len(names)} landmarks "
            f"it cannot be placed by itself; {FEWEST} are needed."
        )
    fit = _placed(bone)
    stay = (scale - fit.scale) * _stacked(ours, names).mean(axis=0)
    return Similarity(1.0, fit.rotation.T, -(fit.shift @ fit.rotation) + stay)


def _middle(points: FloatArray) -> FloatArray:
    middle: FloatArray = 0.5 * (points.min(axis=0) + points.max(axis=0))
    return middle


def _landmark_pairs(bones: Iterable[Given], into: Mapping[str, Similarity]) -> tuple[FloatArray, FloatArray]:
    """Our landmarks (n, 3) and the given ones (n, 3), both in the segment's frame."""
    ours = assets.load_landmarks()
    source = [_stacked(ours[bone.name], bone.landmarks) for bone in bones if bone.landmarks]
    target = [into[bone.name](_stacked(bone.landmarks, bone.landmarks)) for bone in bones if bone.landmarks]
    return np.concatenate(source), np.concatenate(target)


class _Pull:
    """Points of one of our bones that are drawn onto the surface of the one given: spread evenly, and where the heads take hold."""

    def __init__(self, bone: Given, into: Similarity) -> None:
        self._points, self._normals = _spread_points(bone.name)
        faces = bone.faces[:, ::-1] if into.mirrors else bone.faces
        self._ground = Ground(into(bone.vertices), faces)

    def pairs(self, through: Warp) -> tuple[FloatArray, FloatArray]:
        """Our points and where they should go."""
        there, normals, distance = self._ground.nearest(through(self._points))
        good = (distance < _PULL_REACH) & ((normals * self._normals).sum(axis=1) > 0.6)
        return self._points[good], there[good]


@lru_cache
def _spread_points(name: str) -> tuple[FloatArray, FloatArray]:
    """Points (n, 3) of our bone, each as far from those before it as possible, with their normals."""
    mesh = assets.load_bone(name, "light")
    offset = metres(skeleton.STANDARD.hip_centre_mm) if name == "hip_bone" else np.zeros(3)
    ovals = [a.area for a in ATTACHMENTS if a.bone == name and isinstance(a.area, Oval)]
    chosen = list(np.reshape([metres(o.centre_mm) + offset for o in ovals], (-1, 3))) or [mesh.vertices[0]]
    distance = np.min([np.linalg.norm(mesh.vertices - point, axis=1) for point in chosen], axis=0)
    while len(chosen) < _PULLS[name]:
        chosen.append(mesh.vertices[int(distance.argmax())])
        distance = np.minimum(distance, np.linalg.norm(mesh.vertices - chosen[-1], axis=1))
    fine = assets.load_bone(name)
    places, normals, _ = Ground(fine.vertices, fine.faces, fine.normals).nearest(np.array(chosen))
    return places, normals


def _upright(segment: str, through: Warp) -> Similarity:
    """The last small turn and shift of a segment: joint centres and long axes stand as the definition of upright standing says."""
    ours, geometry = assets.load_landmarks(), skeleton.STANDARD
    if segment == "pelvis":
        front = (ours["hip_bone"]["anterior_superior_iliac_spine"], ours["hip_bone"]["pubic_symphysis"])
        theirs = through(front[0]) - through(front[1])
        tilt = np.arctan2(*(front[0] - front[1])[:2]) - np.arctan2(*theirs[:2])
        cosine, sine = np.cos(tilt), np.sin(tilt)
        rotation = np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        centre = rotation @ through(metres(geometry.hip_centre_mm))
        middle = (
            through.base(front[1])[2] - (rotation @ through(front[1]))[2]
        )  # the symphysis stays where its twin expects it
        return Similarity(1.0, rotation, np.array([-centre[0], -centre[1], middle]))
    far = metres(geometry.knee_hinge_mm if segment == "femur" else geometry.ankle_axis_mm)
    origin = through(np.zeros(3))
    rotation = _turn_between(through(far) - origin, far)
    return Similarity(1.0, rotation, -(rotation @ origin))


def _turn_between(a: FloatArray, b: FloatArray) -> FloatArray:
    """The smallest rotation (3, 3) that turns direction a into direction b."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    axis, cosine = np.cross(a, b), float(a @ b)
    skew = np.array([[0.0, -axis[2], axis[1]], [axis[2], 0.0, -axis[0]], [-axis[1], axis[0], 0.0]])
    rotation: FloatArray = np.eye(3) + skew + skew @ skew / (1.0 + cosine)
    return rotation


# -- the whole -------------------------------------------------------------------------------------------------------


def _mesh(bone: Given, into: Similarity, through: Warp) -> BoneMesh:
    """A given bone in the frame of its segment, coloured like ours at the nearest place."""
    vertices = into(bone.vertices)
    faces = np.ascontiguousarray(bone.faces[:, ::-1]) if into.mirrors else bone.faces
    ours = assets.load_bone(bone.name)
    _, nearest = cKDTree(through(ours.vertices)).query(vertices)
    return BoneMesh(bone.name, vertices, faces, vertex_normals(vertices, faces), ours.colours[nearest])


def _landmarks(
    given: Mapping[str, Given], segments: Mapping[str, _Segment], maps: Mapping[str, Warp]
) -> dict[str, dict[str, FloatArray]]:
    """Landmarks of the build: the given ones, and ours moved where none was given."""
    marks = {}
    for bone, ours in assets.load_landmarks().items():
        where = MAP_OF[skeleton.bone(bone).segment]
        moved = {name: maps[where](place) for name, place in ours.items()}
        if bone in given:
            into = segments[where].into[bone]
            moved |= {name: into(place) for name, place in given[bone].landmarks.items()}
        marks[bone] = moved
    return marks


def _knee_space(maps: Mapping[str, Warp], meshes: Mapping[str, BoneMesh]) -> float:
    """Millimetres by which the tibia must give way so that the knee's gap in standing is ours, in the scale of the femur."""
    bones = [meshes.get(name) or moved_bone(assets.load_bone(name), maps[MAP_OF[name]]) for name in ("femur", "tibia")]
    standing = tibia_to_femur(np.zeros(6), moved_geometry(maps))
    wanted = _our_gap() * maps["femur"].base.scale
    space = 1e3 * (wanted - _gap(bones[0], bones[1], standing))
    return (
        0.0 if abs(space) < _LEAST_KNEE_SPACE_MM else float(np.clip(space, -_MOST_KNEE_SPACE_MM, _MOST_KNEE_SPACE_MM))
    )


@lru_cache(maxsize=1)
def _our_gap() -> float:
    return _gap(assets.load_bone("femur"), assets.load_bone("tibia"), tibia_to_femur(np.zeros(6)))


def _gap(femur: BoneMesh, tibia: BoneMesh, tibia_to_femur: FloatArray) -> float:
    """Smallest distance between the plateau and the condyles, negative where they overlap."""
    plateau = tibia.vertices[(tibia.vertices[:, 1] > -0.012) & (np.abs(tibia.vertices[:, 2]) > 0.012)]
    points = apply(tibia_to_femur, plateau)
    condyles = femur.vertices[:, 1] < 0.75 * femur.vertices[:, 1].min()
    low = Ground(femur.vertices, femur.faces[condyles[femur.faces].all(axis=1)], femur.normals)
    places, normals, distance = low.nearest(points)
    outside = ((points - places) * normals).sum(axis=1) >= 0.0
    return float(np.where(outside, distance, -distance).min())


def _report(bone: Given, segment: _Segment, mesh: BoneMesh) -> BoneFit:
    into, names = segment.into[bone.name], list(bone.landmarks)
    ours = assets.load_landmarks().get(bone.name, {})
    off, worst, farthest = 0.0, "", 0.0
    scale = segment.base.scale
    if len(names) >= FEWEST:
        fit = similarity(_stacked(ours, names), into(_stacked(bone.landmarks, names)))
        distances = np.linalg.norm(fit(_stacked(ours, names)) - into(_stacked(bone.landmarks, names)), axis=1)
        off, worst, farthest = (
            float(np.sqrt((distances**2).mean())),
            names[int(distances.argmax())],
            float(distances.max()),
        )
        scale = fit.scale
    moved = moved_bone(assets.load_bone(bone.name), segment.map)
    sample = mesh.vertices[:: max(1, len(mesh.vertices) // 1500)]
    _, _, surface = Ground(moved.vertices, moved.faces, moved.normals).nearest(sample)
    return BoneFit(
        scale=scale,
        mirrored=into.mirrors,
        placed_by=bone.name if into is segment.into[segment.main] and bone.name == segment.main else segment.main,
        landmarks=len(names),
        off_mm=1e3 * off,
        worst=worst,
        worst_mm=1e3 * farthest,
        surface_mm=(1e3 * float(surface.mean()), 1e3 * float(np.percentile(surface, 95))),
    )
