"""The build of one person: bones, joints, lines of action, landmarks and soft tissue; ours, or ours moved onto other bones.

Other bones come with three maps, from our pelvis, femur and tibia to theirs (`registration.Warp`). Everything that is not a bone moves
through them: joint centres, attachments, wraps, landmarks, and, pose by pose, the surfaces of muscles and nerve.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from visualiser.anatomy import muscles, skeleton
from visualiser.anatomy.definitions import Cylinder, Geometry, LineOfAction, MuscleHead, ObliqueCylinder, Point
from visualiser.bodies import assets
from visualiser.bodies.assets import BoneMesh
from visualiser.bodies.footprints import Patch, footprints, relaid
from visualiser.bodies.registration import Warp
from visualiser.bodies.surfaces import Ground, vertex_normals
from visualiser.conventions import metres, millimetres
from visualiser.easing import ease
from visualiser.kinematics import femur_to_pelvis, tibia_to_femur
from visualiser.tissue.paths import VIA_CLEARANCE, via_clearance
from visualiser.transforms import apply, inverse
from visualiser.typed import FloatArray, IntArray

# Which map carries the bones of a segment: lumbar vertebrae, patella and foot have too few landmarks for one of their own.
MAP_OF = {
    "pelvis": "pelvis",
    "lumbar": "pelvis",
    "femur": "femur",
    "patella": "femur",
    "tibia": "tibia",
    "foot": "tibia",
}
# Heights in upright standing, femur frame (metres), between which soft tissue passes from one bone's map to the next: below the
# tuberosity, and from the condyles to the highest insertion. Near a joint both maps agree, so that the place matters little.
_HIP_HANDOVER, _KNEE_HANDOVER = (-0.060, -0.150), (-0.395, -0.445)
_CONDYLE_REACH = 0.022  # metres from hinge to the surface of the condyles
_SHRINK = 0.98  # of a wrap's radius, again and again until the via point is clear of it


@dataclass(frozen=True, eq=False, slots=True)
class Physique:
    """One build. Without maps it is ours.

    meshes    : bones that replace ours, by name
    landmarks : bone -> landmark -> (3,) metres, in the frame of the segment
    """

    geometry: Geometry = skeleton.STANDARD
    heads: tuple[MuscleHead, ...] = muscles.HEADS
    maps: Mapping[str, Warp] = field(default_factory=dict)
    meshes: Mapping[str, BoneMesh] = field(default_factory=dict)
    landmarks: Mapping[str, Mapping[str, FloatArray]] = field(default_factory=assets.load_landmarks)

    def bone(self, name: str, detail: str = "fine") -> BoneMesh:
        """A bone of this build in the frame of its segment: its own, or ours moved onto its neighbours."""
        if name in self.meshes:
            return self.meshes[name]
        ours = assets.load_bone(name, detail)
        return moved_bone(ours, self.maps[MAP_OF[skeleton.bone(name).segment]]) if self.maps else ours

    def footprints(self) -> tuple[Patch, ...]:
        """The areas on which the heads take hold of these bones."""
        ours = standard_footprints()
        if not self.maps:
            return ours
        grounds = {}
        for name in {patch.attachment.bone for patch in ours}:
            mesh = self.bone(name)
            grounds[name] = Ground(mesh.vertices, mesh.faces, mesh.normals)
        return tuple(
            relaid(
                patch,
                self.maps[MAP_OF[skeleton.bone(patch.attachment.bone).segment]](patch.vertices),
                grounds[patch.attachment.bone],
            )
            for patch in ours
        )


@lru_cache(maxsize=1)
def standard() -> Physique:
    """Our own build."""
    return Physique()


@lru_cache(maxsize=1)
def standard_footprints() -> tuple[Patch, ...]:
    """Footprints on our bones."""
    return footprints({b.name: assets.load_bone(b.name) for b in skeleton.BONES}, assets.load_landmarks())


def moved_bone(ours: BoneMesh, through: Warp) -> BoneMesh:
    """One of our bones moved through a map."""
    vertices = through(ours.vertices)
    normals = vertex_normals(vertices, ours.faces) if len(through.centres) else ours.normals
    return BoneMesh(ours.name, vertices, ours.faces, normals, ours.colours)


# -- joints and lines ------------------------------------------------------------------------------------------------


def moved_geometry(maps: Mapping[str, Warp], knee_space_mm: float = 0.0) -> Geometry:
    """Our joints moved onto other bones.

    knee_space_mm : by how much the tibia must stand further off the femur than the maps say, so that the gap of the joint is ours
    """
    ours = skeleton.STANDARD
    hinge = metres(ours.knee_hinge_mm)
    # How the tibia rolls and slides on the condyles grows with the condyles.
    grown = maps["femur"].stretch(hinge, _CONDYLE_REACH)
    return replace(
        ours,
        hip_centre_mm=_moved(ours.hip_centre_mm, maps["pelvis"]),
        knee_hinge_mm=_moved(ours.knee_hinge_mm, maps["femur"]),
        knee_coupling=tuple(
            (flexion, turn, x * grown, y * grown + knee_space_mm) for flexion, turn, x, y in ours.knee_coupling
        ),
        patella_approach=tuple((flexion, nearer * grown) for flexion, nearer in ours.patella_approach),
        ankle_axis_mm=_moved(ours.ankle_axis_mm, maps["tibia"]),
        lumbar_pivot_mm=_moved(ours.lumbar_pivot_mm, maps["pelvis"]),
    )


def _moved(point_mm: Point, through: Warp) -> Point:
    x, y, z = millimetres(through(metres(point_mm))).tolist()
    return x, y, z


def moved_heads(maps: Mapping[str, Warp], geometry: Geometry) -> tuple[MuscleHead, ...]:
    """Our heads with lines of action that begin, wrap and end on other bones. Their drawn design stays: surfaces move pose by pose."""
    return tuple(replace(head, line=_moved_line(head.line, maps, geometry)) for head in muscles.HEADS)


def _moved_line(line: LineOfAction, maps: Mapping[str, Warp], geometry: Geometry) -> LineOfAction:
    if line.origin_segment == "pelvis":  # counted from the hip centre
        x, y, z = _moved(_sum(line.origin_mm, skeleton.STANDARD.hip_centre_mm), maps["pelvis"])
        centre = geometry.hip_centre_mm
        origin = (x - centre[0], y - centre[1], z - centre[2])
    else:
        origin = _moved(line.origin_mm, maps["femur"])
    moved = replace(
        line,
        origin_mm=origin,
        via_mm=_moved(line.via_mm, maps["tibia"]),
        insertion_mm=_moved(line.insertion_mm, maps["tibia"]),
        wrap=line.wrap and _moved_wrap(line.wrap, line.via_mm[2], maps["femur"]),
        ischium=line.ischium and _turned_along(line.ischium, line.origin_mm, origin),
    )
    while moved.wrap is not None and via_clearance(moved, geometry) < 1.2 * VIA_CLEARANCE:
        moved = replace(moved, wrap=replace(moved.wrap, radius_mm=_SHRINK * moved.wrap.radius_mm))
    return moved


def _turned_along(ischium: ObliqueCylinder, origin: Point, moved: Point) -> ObliqueCylinder:
    """The cylinder in the ischium turned and grown about the hip centre with the origin beside it, so that it keeps its place to it."""
    change = complex(*moved[:2]) / complex(*origin[:2])
    middle = change * complex(*ischium.point_mm[:2])
    axis = change / abs(change) * complex(*ischium.axis[:2])
    # Sideways it goes where the origin goes.
    side = moved[2] + abs(change) * (ischium.point_mm[2] - origin[2])
    return ObliqueCylinder(
        (middle.real, middle.imag, side), (axis.real, axis.imag, ischium.axis[2]), abs(change) * ischium.radius_mm
    )


def _sum(a: Point, b: Point) -> Point:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def _moved_wrap(wrap: Cylinder, tendon_z_mm: float, through: Warp) -> Cylinder:
    """A cylinder moved where its tendon runs over it."""
    centre = metres((wrap.x_mm, wrap.y_mm, tendon_z_mm))
    x, y, _ = millimetres(through(centre))
    return Cylinder(float(x), float(y), wrap.radius_mm * through.stretch(centre, float(metres(wrap.radius_mm))))


# -- soft tissue -----------------------------------------------------------------------------------------------------


class Fitting:
    """How our muscles and nerve are moved onto the bones of a build, in every pose.

    Each point follows the map of the bone that it lies beside in upright standing, seen from that bone; between two bones it goes
    smoothly from one map to the next.
    """

    def __init__(self, physique: Physique, standing: Mapping[str, FloatArray]) -> None:
        self._geometry, self._maps = physique.geometry, physique.maps
        lengths = [len(points) for points in standing.values()]
        ends = np.cumsum(lengths)
        self._rows = {name: slice(end - n, end) for name, end, n in zip(standing, ends.tolist(), lengths, strict=True)}
        self._shares = _shares(np.concatenate(list(standing.values()))[:, 1])

    def at(self, leg: FloatArray, vertices: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Surfaces of one pose moved.

        leg      : (6,)             radians
        vertices : name -> (V, 3)   metres, femur frame of our body
        returns  : name -> (V, 3)   metres, femur frame of this build
        """
        if not self._maps:
            return dict(vertices)
        ways = {
            "pelvis": (inverse(femur_to_pelvis(leg)), inverse(femur_to_pelvis(leg, self._geometry))),
            "femur": (np.eye(4), np.eye(4)),
            "tibia": (tibia_to_femur(leg), tibia_to_femur(leg, self._geometry)),
        }
        # All surfaces together: three large products are much faster than twenty small ones.
        points = np.concatenate([vertices[name] for name in self._rows])
        moved = np.zeros_like(points)
        for segment, (ours, theirs) in ways.items():
            near, share = self._shares[segment]
            placed = self._maps[segment].quick(apply(inverse(ours), points[near]))
            moved[near] += share[:, None] * apply(theirs, placed)
        return {name: moved[rows] for name, rows in self._rows.items()}


def _shares(height: FloatArray) -> dict[str, tuple[IntArray, FloatArray]]:
    """For each map the points, by their heights (V,), that follow it, and how much of it they take; the three add up to one."""
    pelvis = ease((height - _HIP_HANDOVER[1]) / (_HIP_HANDOVER[0] - _HIP_HANDOVER[1]))
    tibia = ease((_KNEE_HANDOVER[0] - height) / (_KNEE_HANDOVER[0] - _KNEE_HANDOVER[1]))
    shares = {"pelvis": pelvis, "femur": 1.0 - pelvis - tibia, "tibia": tibia}
    return {segment: (np.flatnonzero(share > 0.0), share[share > 0.0]) for segment, share in shares.items()}
