"""The body put together: surfaces that never change their faces, and a `Frame` that says where they are in one pose.

Window, stills, clips and exports all draw the same Frame, so what is seen is what is exported.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from visualiser import kinematics
from visualiser.anatomy import landmarks, muscles, nerves, skeleton
from visualiser.bodies import assets, ground
from visualiser.bodies.physique import Fitting, Physique, standard
from visualiser.conventions import LEG_SLICES, MIRROR, SIDES, Side
from visualiser.errors import unknown_name
from visualiser.movements.movement import Movement, pose_at, posture_to_world
from visualiser.pictures import textures
from visualiser.tissue.tubes import SoftTissue
from visualiser.transforms import apply, rigid, turn
from visualiser.typed import ByteArray, FloatArray, IntArray

BONE, MUSCLE, NERVE, FOOTPRINT, PROP = "bone", "muscle", "nerve", "footprint", "prop"
LEGS = ("one", "ghost", "both")
TOGETHER = 4  # poses of a movement whose soft tissue is worked out at once
_MIRRORED = np.diag([*np.diag(MIRROR), 1.0])


@dataclass(frozen=True, eq=False, slots=True)
class Surface:
    """One drawn structure of one side: everything about it that does not change with the pose.

    A rigid surface rides on a segment and its vertices are in that segment's frame (metres); a soft one has `segment` None and gets
    new vertices in every Frame. Colour is either per vertex (`colours`) or painted (`texture` with `uv`).
    """

    name: str
    structure: str
    side: Side | None
    kind: str
    faces: IntArray
    vertices: FloatArray
    normals: FloatArray
    segment: str | None = None
    colours: ByteArray | None = None
    texture: ByteArray | None = field(default=None, repr=False)
    uv: FloatArray | None = field(default=None, repr=False)
    ghost: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """Where everything is in one pose: world metres, Y up."""

    transforms: Mapping[str, FloatArray]  # surface name -> (4, 4), rigid surfaces
    vertices: Mapping[str, FloatArray]  # surface name -> (V, 3), soft surfaces
    normals: Mapping[str, FloatArray]
    anchors: Mapping[str, FloatArray]  # landmark -> (3,), of the side shown
    body_to_world: FloatArray  # (3, 3), how the body lies: views and compass follow it


def _mirror_faces(faces: IntArray) -> IntArray:
    """Faces of the mirrored surface, turned so that they still look outwards."""
    return np.ascontiguousarray(faces[:, ::-1])


class Body:
    """The bones, muscles and nerve of one leg or both; build it once, then ask it for frames.

    side       : the leg that is shown in full
    legs       : 'one' shows that leg only, 'ghost' adds the bones of the other leg as a pale outline, 'both' shows both in full
    physique   : whose bones; ours when left out
    footprints : bare bones with the areas on which the heads take hold, instead of muscles and nerve
    """

    def __init__(
        self,
        side: Side | str = Side.RIGHT,
        legs: str = "ghost",
        detail: str = "fine",
        *,
        physique: Physique | None = None,
        footprints: bool = False,
    ) -> None:
        if legs not in LEGS:
            raise unknown_name("choice of legs", legs, LEGS)
        self.side, self.legs, self.detail = Side(side), legs, detail
        self.physique = physique or standard()
        self._tissue = SoftTissue.load(assets.soft_tissue_path())
        standing = self._tissue.vertices(np.zeros(6))
        self._fitting = Fitting(self.physique, standing)
        drawn = self.footprints() if footprints else self._soft(self._fitting.at(np.zeros(6), standing))
        self.surfaces: tuple[Surface, ...] = (*self.bones(detail), *drawn)
        self.props = tuple(_props())
        self._segments = skeleton.segment_names()
        self._landmarks = self._landmark_places()
        self._marks = (
            tuple(self._landmarks),
            np.array([self._segments.index(segment) for segment, _ in self._landmarks.values()], dtype=np.intp),
            np.array([place for _, place in self._landmarks.values()]).reshape(-1, 3),
        )

    def with_legs(self, legs: str) -> "Body":
        """The same body with another choice of legs; shared, like every body that `body` makes."""
        ours = self.physique is standard()
        return body(self.side, legs, self.detail, None if ours else self.physique)

    # -- what does not move ----------------------------------------------------------------------------------------------------------

    def bones(self, detail: str) -> Iterator[Surface]:
        """The bones that are shown, as fine or light meshes."""
        for bone in skeleton.BONES:
            trunk = bone.segment in ("pelvis", "lumbar")
            for side in SIDES if bone.sided else (None,):
                hidden = side is self.side.other and not trunk
                if hidden and self.legs == "one":
                    continue
                ghost = hidden and self.legs == "ghost"
                mesh = self.physique.bone(bone.name, "light" if ghost else detail)
                flip = MIRROR if side is Side.LEFT else np.eye(3)
                yield Surface(
                    name=f"{bone.name}_{side}" if side else bone.name,
                    structure=bone.name,
                    side=side,
                    kind=BONE,
                    faces=_mirror_faces(mesh.faces) if side is Side.LEFT else mesh.faces,
                    vertices=mesh.vertices @ flip,
                    normals=mesh.normals @ flip,
                    segment=skeleton.segment_of(bone.name, side or Side.RIGHT),
                    colours=mesh.colours,
                    ghost=ghost,
                )

    def _full_sides(self) -> tuple[Side, ...]:
        """The legs that are shown with everything on them."""
        return SIDES if self.legs == "both" else (self.side,)

    def footprints(self) -> Iterator[Surface]:
        """The areas on which the heads of the legs shown in full take hold."""
        for side in self._full_sides():
            flip = MIRROR if side is Side.LEFT else np.eye(3)
            for patch in self.physique.footprints():
                yield Surface(
                    name=f"{patch.attachment.name}_{side}",
                    structure=patch.attachment.name,
                    side=side,
                    kind=FOOTPRINT,
                    faces=_mirror_faces(patch.faces) if side is Side.LEFT else patch.faces,
                    vertices=patch.vertices @ flip,
                    normals=patch.normals @ flip,
                    segment=skeleton.segment_of(patch.attachment.bone, side),
                    colours=patch.colours,
                )

    def _soft(self, rest: Mapping[str, FloatArray]) -> Iterator[Surface]:
        painted = textures.textures()
        for side in self._full_sides():
            for tube in self._tissue.surfaces:
                vertices = rest[tube.name]
                yield Surface(
                    name=f"{tube.name}_{side}",
                    structure=tube.name,
                    side=side,
                    kind=tube.kind,
                    faces=_mirror_faces(tube.faces) if side is Side.LEFT else tube.faces,
                    vertices=vertices @ MIRROR if side is Side.LEFT else vertices,
                    normals=self._tissue.normals(tube.name, vertices) @ (MIRROR if side is Side.LEFT else np.eye(3)),
                    texture=painted[tube.name],
                    uv=tube.uv,
                )

    def _landmark_places(self) -> dict[str, tuple[str, FloatArray]]:
        """Landmark -> segment and place in it, for the side shown; unpaired bones have their landmarks in the middle plane."""
        stored = self.physique.landmarks
        flip = MIRROR if self.side is Side.LEFT else np.eye(3)
        places = {}
        for mark in landmarks.LANDMARKS:
            place = stored.get(mark.bone, {}).get(mark.name)
            if place is not None:
                places[mark.name] = (skeleton.segment_of(mark.bone, self.side), place @ flip)
        return places

    def landmark_places(self) -> Mapping[str, tuple[str, FloatArray]]:
        """Landmark -> the segment that carries it and its place in that segment's frame (3,) metres, of the side shown."""
        return self._landmarks

    @property
    def drawn(self) -> tuple[Surface, ...]:
        """Everything that may be in a picture: the body, and floor and supports that a Frame may leave out."""
        return (*self.surfaces, *self.props)

    def surface(self, name: str) -> Surface:
        """The surface called `name`, such as `femur_right` or `sacrum`."""
        for candidate in self.surfaces:
            if candidate.name == name:
                return candidate
        raise unknown_name("surface", name, [s.name for s in self.surfaces])

    # -- what moves ------------------------------------------------------------------------------------------------------------------

    def frame(
        self,
        pose: FloatArray,
        posture: str = "standing",
        *,
        root: FloatArray | None = None,
        supports: Mapping[str, FloatArray] | None = None,
        soft: bool = True,
    ) -> Frame:
        """The body in one pose.

        pose     : (16,)   radians, order of `conventions.POSE_COORDINATES`
        posture  : how the upright body lies in the world, one of `movement.POSTURES`
        root     : (4, 4)  where its upright frame is in the world, when lean or ground move it; the posture alone when None
        supports : what it stands or lies on, name -> (4, 4)
        soft     : with muscles and nerve; bones and landmarks alone take a hundredth of the time
        """
        shapes = self._soft_shapes(pose[None])[0] if soft else {}
        in_body = kinematics.segment_transforms(pose, self.physique.geometry)
        return self._placed(in_body, shapes, posture_to_world(posture), root, supports)

    def _soft_shapes(self, poses: FloatArray) -> list[dict[str, tuple[FloatArray, FloatArray]]]:
        """For each pose (N, 16) every soft surface: vertices (V, 3) metres and outward normals (V, 3), in the frame of our right femur."""
        sides = sorted({s.side for s in self.surfaces if s.segment is None and s.side is not None})
        found: list[dict[str, tuple[FloatArray, FloatArray]]] = [{} for _ in poses]
        if not sides:
            return found
        # Both legs at once: most of the time of a small leg is spent on starting its operations.
        legs = np.concatenate([poses[:, LEG_SLICES[side]] for side in sides])
        fitted = self._tissue.vertices(legs)
        if self.physique.maps:
            each = [self._fitting.at(leg, {n: p[i] for n, p in fitted.items()}) for i, leg in enumerate(legs)]
            fitted = {name: np.stack([own[name] for own in each]) for name in fitted}
        outwards = self._tissue.all_normals(fitted)
        for i in range(len(legs)):
            side, own = sides[i // len(poses)], found[i % len(poses)]
            own |= {f"{name}_{side}": (points[i], outwards[name][i]) for name, points in fitted.items()}
        return found

    def _placed(
        self,
        in_body: FloatArray,
        shapes: Mapping[str, tuple[FloatArray, FloatArray]],
        body_to_world: FloatArray,
        root: FloatArray | None,
        supports: Mapping[str, FloatArray] | None,
    ) -> Frame:
        """Segments (S, 4, 4) and soft surfaces put into the world."""
        to_world = rigid(body_to_world, np.zeros(3)) if root is None else root
        segments = to_world @ in_body
        placed = dict(zip(self._segments, segments, strict=True))
        femurs = {side: placed[f"femur_{side}"] @ (_MIRRORED if side is Side.LEFT else np.eye(4)) for side in SIDES}
        vertices: dict[str, FloatArray] = {}
        normals: dict[str, FloatArray] = {}
        for name, (points, outwards) in shapes.items():
            femur = femurs[Side.LEFT if name.endswith(Side.LEFT) else Side.RIGHT]
            vertices[name], normals[name] = apply(femur, points), turn(femur, outwards)
        names, carriers, places = self._marks
        anchors = apply(segments[carriers], places[:, None])[:, 0]
        return Frame(
            transforms={s.name: placed[s.segment] for s in self.surfaces if s.segment} | dict(supports or {}),
            vertices=vertices,
            normals=normals,
            anchors=dict(zip(names, anchors, strict=True)),
            body_to_world=body_to_world,
        )

    def movement_frame(self, movement: Movement, time_s: float, *, soft: bool = True) -> Frame:
        """The body at one time of a movement; `soft` as in `frame`."""
        return self.frame(
            pose_at(movement, time_s),
            movement.posture,
            root=ground.root(movement, time_s, self.physique),
            supports=ground.supports_at(movement, time_s, self.physique),
            soft=soft,
        )

    def movement_frames(self, movement: Movement, times_s: Sequence[float]) -> Iterator[Frame]:
        """The body at some times of a movement, in order; `TOGETHER` at once take half the time of as many one after the other.

        The same time gives the same bits, whatever it is asked together with.
        """
        for first in range(0, len(times_s), TOGETHER):
            own = list(times_s[first : first + TOGETHER])
            # Always as many: how a product of other size is summed up differs in its last digits.
            poses = pose_at(movement, np.array(own + own[-1:] * (TOGETHER - len(own))))
            in_body = kinematics.segment_transforms(poses[: len(own)], self.physique.geometry)
            shapes = self._soft_shapes(poses)
            for time_s, placed, soft in zip(own, in_body, shapes, strict=False):
                root = ground.root(movement, time_s, self.physique)
                supports = ground.supports_at(movement, time_s, self.physique)
                yield self._placed(placed, soft, posture_to_world(movement.posture), root, supports)

    def soft_shapes(self, poses: FloatArray) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Every soft surface in many poses at once, seen from the femur of its side.

        poses   : (N, 16)  radians, order of `conventions.POSE_COORDINATES`
        returns : surface name -> vertices (N, V, 3) metres and outward normals (N, V, 3), femur frame
        """
        shapes: dict[str, tuple[FloatArray, FloatArray]] = {}
        for side in self._full_sides():
            legs, flip = poses[:, LEG_SLICES[side]], MIRROR if side is Side.LEFT else np.eye(3)
            ours = self._tissue.vertices(legs)
            if self.physique.maps:
                fitted = [self._fitting.at(leg, {n: v[i] for n, v in ours.items()}) for i, leg in enumerate(legs)]
                ours = {name: np.stack([one[name] for one in fitted]) for name in ours}
            for name, points in ours.items():
                if any(surface.name == f"{name}_{side}" for surface in self.surfaces):
                    shapes[f"{name}_{side}"] = points @ flip, self._tissue.normals(name, points) @ flip
        return shapes

    def tube_sizes(self, structure: str) -> tuple[tuple[int, int], ...]:
        """Rings and points round each, of every tube that a soft structure joins, in the order of its vertices."""
        return self._tissue.tube_sizes(structure)

    def placed(self, surface: Surface, frame: Frame) -> FloatArray:
        """Vertices of a surface in the world: (V, 3) metres."""
        return (
            frame.vertices[surface.name]
            if surface.segment is None
            else apply(frame.transforms[surface.name], surface.vertices)
        )


def _props() -> Iterator[Surface]:
    """Floor and supports, as surfaces that no anatomy asks for."""
    for support in ground.SUPPORTS:
        vertices, faces = ground.disc(support) if support.thickness == 0 else ground.slab(support)
        corners = vertices[faces]
        flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals = np.zeros_like(vertices)
        normals[faces.reshape(-1)] = np.repeat(flat / np.linalg.norm(flat, axis=1, keepdims=True), 3, axis=0)
        yield Surface(support.name, support.name, None, PROP, faces, vertices, normals, segment=support.name)


@lru_cache(maxsize=4)
def body(
    side: Side, legs: str, detail: str = "fine", physique: Physique | None = None, footprints: bool = False
) -> Body:
    """A Body, built once per choice and then shared: it holds no state of any pose."""
    return Body(side, legs, detail, physique=physique, footprints=footprints)


@dataclass(frozen=True, slots=True)
class Structure:
    """A name that users may ask for, with what it is called on a label."""

    name: str
    display: str
    latin: str
    kind: str
    synonyms: tuple[str, ...] = ()


def structures() -> tuple[Structure, ...]:
    """Every structure that is drawn, in the order of the list command."""
    heads = [Structure(h.name, h.display, h.latin, MUSCLE, h.synonyms) for h in muscles.HEADS]
    trunk = nerves.SCIATIC_NERVE
    nerve = [Structure(trunk.name, trunk.display, trunk.latin, NERVE, trunk.synonyms)]
    nerve += [Structure(n.name, n.display, n.latin, NERVE, n.synonyms) for n in trunk.divisions]
    bones = [Structure(b.name, b.display, b.latin, BONE, b.synonyms) for b in skeleton.BONES]
    return (*heads, *nerve, *bones)
