"""Movements as animated glTF 2.0: bones hang on turning nodes, muscles and nerve blend between shapes or hang on joints.

Axes and units stay ours, which are also glTF's: metres, Y up. Seen along -Z, as most programs begin, it is the right side that is seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType

import numpy as np
from PIL import Image

from visualiser import __version__
from visualiser.anatomy import landmarks, skeleton
from visualiser.bodies.assembly import BONE, MUSCLE, PROP, Body, Surface, structures
from visualiser.exports.glb import SCENE_EXTRAS, Json, Packer, linear_colour, packed, rounded
from visualiser.exports.levels import Coarse, coarse
from visualiser.exports.sampling import (
    ROOT,
    blend,
    node_course,
    parents,
    quaternions,
    shape_courses,
)
from visualiser.exports.skinning import skin
from visualiser.movements.movement import Movement
from visualiser.pictures.appearance import TISSUE
from visualiser.pictures.cards import card
from visualiser.pictures.textures import textures
from visualiser.transforms import apply, inverse, rigid, turn
from visualiser.typed import FloatArray, IntArray

_PLACE_STEPS, _NORMAL_STEPS = 2**16, 2**8  # a metre in steps of 15 micrometres, unit normals in steps of 1/256
_STILL_M, _STILL_RAD = 1e-6, 1e-5  # what moves less does not move
_TEXTURE_SIZE, _TEXTURE_QUALITY = (256, 512), 88  # powers of two, as older graphics want


@dataclass(frozen=True, slots=True)
class Profile:
    """For which program a file is made: level of detail, and whether soft tissue hangs on joints instead of blending shapes."""

    detail: str
    ring_step: int
    sector_step: int
    skinned: bool
    why: str


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "standard": Profile("fine", 2, 1, False, "desktop viewers and 3D programs"),
        "phone": Profile("light", 2, 2, False, "telephones and web pages: at most 10 MB and 30 000 vertices"),
        "powerpoint": Profile("light", 2, 2, True, "PowerPoint, which plays skeletons but no blended shapes"),
    }
)


def animated(body: Body, movements: Sequence[Movement], profile: Profile, *, carried: Json | None = None) -> bytes:
    """A GLB file with one animation a movement, all of the same body.

    carried : what the file says of its scene, so that it can be opened again
    """
    return _Writer(body, movements, profile).file(carried or {})


class _Writer:
    """One file in the making."""

    def __init__(self, body: Body, movements: Sequence[Movement], profile: Profile) -> None:
        self.body, self.movements, self.profile = body, movements, profile
        self.packer = Packer()
        self.nodes: list[Json] = []
        self.meshes: list[Json] = []
        self.materials: list[Json] = []
        self.images: list[Json] = []
        self.textures: list[Json] = []
        self.node_of: dict[str, int] = {}
        self.channels: list[list[Json]] = [[] for _ in movements]
        self.samplers: list[list[Json]] = [[] for _ in movements]
        self.soft = [s for s in body.surfaces if s.segment is None]
        self.levels = {s.name: coarse(body, s, profile.ring_step, profile.sector_step) for s in self.soft}
        self.courses = [node_course(body, movement) for movement in movements]
        self.shapes = [shape_courses(body, movement, self.levels) for movement in movements]
        self._painted: dict[str, int] = {}

    def file(self, carried: Json) -> bytes:
        """The whole file."""
        self._add_segments()
        roots = [self.node_of[ROOT], *(self.node_of[s.name] for s in self.body.props if s.name in self.node_of)]
        skins: list[Json] = []
        if self.profile.skinned:
            roots += self._add_skinned(skins)
        else:
            self._add_rigid()
            self._add_blended()
        document: Json = {
            "asset": {"version": "2.0", "generator": f"hamstring-visualiser {__version__}"},
            "scene": 0,
            "scenes": [{"name": self.movements[0].title, "nodes": roots, "extras": {SCENE_EXTRAS: carried}}],
            "nodes": self.nodes,
            "meshes": self.meshes,
            "materials": self.materials,
            "accessors": self.packer.accessors,
            "bufferViews": self.packer.views,
            "animations": [
                {"name": movement.title, "channels": channels, "samplers": samplers, "extras": _told(movement)}
                for movement, channels, samplers in zip(self.movements, self.channels, self.samplers, strict=True)
                if channels
            ],
        }
        if self.images:
            document |= {
                "images": self.images,
                "textures": self.textures,
                "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 10497, "wrapT": 33071}],
            }
        if skins:
            document["skins"] = skins
        if not document["animations"]:
            del document["animations"]
        binary = self.packer.content()
        document["buffers"] = [{"byteLength": len(binary)}]
        return packed(document, binary)

    # -- nodes -----------------------------------------------------------------------------------------------------------------------

    def _node(self, name: str, node: Json, carrier: int | None = None) -> int:
        self.nodes.append({"name": name, **node})
        number = len(self.nodes) - 1
        if carrier is not None:
            self.nodes[carrier].setdefault("children", []).append(number)
        return number

    def _add_segments(self) -> None:
        """Nodes of the body, its segments and its supports, with their tracks."""
        used = {s.segment for s in self.body.surfaces if s.segment} | {f"femur_{s.side}" for s in self.soft}
        carriers = parents()
        for name in list(used):
            while carriers.get(name, ROOT) != ROOT:
                name = carriers[name]
                used.add(name)
        self.node_of[ROOT] = self._node(ROOT, _trs(self.courses[0].local[ROOT][0]))
        for name in skeleton.segment_names():
            if name in used:
                rest = _trs(self.courses[0].local[name][0])
                self.node_of[name] = self._node(f"{name}_segment", rest, self.node_of[carriers[name]])
                marks = self._landmarks(name)
                if marks:
                    self.nodes[-1]["extras"] = {"landmarks_mm": marks}
        for support in (s for s in self.body.props if any(s.name in c.local for c in self.courses)):
            place = next(c.local[support.name][0] for c in self.courses if support.name in c.local)
            self.node_of[support.name] = self._node(support.name, _trs(place))
        for i, course in enumerate(self.courses):
            for name, local in course.local.items():
                if name in self.node_of:
                    self._track(i, self.node_of[name], course.time_s, local)

    def _landmarks(self, segment: str) -> Json:
        """Landmarks that ride on a segment of the side shown: their names, and where they are in it."""
        places = self.body.landmark_places()
        return {
            mark.name: {
                "name": mark.display,
                "latin": mark.latin,
                "place": np.round(1e3 * places[mark.name][1], 2).tolist(),
            }
            for mark in landmarks.LANDMARKS
            if mark.name in places and places[mark.name][0] == segment
        }

    def _track(
        self, movement: int, node: int, time_s: FloatArray, local: FloatArray, sizes: FloatArray | None = None
    ) -> None:
        """The turns and moves of a node over a movement, as far as there are any, or as it rests elsewhere in the file."""
        turns = quaternions(local[:, :3, :3])
        rest = self.nodes[node]
        same_turn = np.abs(np.abs(turns @ np.array(rest["rotation"])) - 1.0).max() < _STILL_RAD**2
        if not same_turn:
            self._channel(movement, node, "rotation", time_s, turns)
        if np.abs(local[:, :3, 3] - rest["translation"]).max() > _STILL_M:
            self._channel(movement, node, "translation", time_s, local[:, :3, 3])
        if sizes is not None:
            self._channel(movement, node, "scale", time_s, np.repeat(sizes[:, None], 3, axis=1))

    def _channel(self, movement: int, node: int, path: str, time_s: FloatArray, values: FloatArray) -> None:
        samplers = self.samplers[movement]
        samplers.append(
            {
                "input": self._times(time_s),
                "output": self.packer.add(values.astype(np.float32)),
                "interpolation": "LINEAR",
            }
        )
        self.channels[movement].append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})

    def _times(self, time_s: FloatArray) -> int:
        """One accessor for equal times."""
        key = time_s.astype(np.float32).tobytes().hex()
        if key not in self._painted:
            self._painted[key] = self.packer.add(time_s.astype(np.float32), bounds=True)
        return self._painted[key]

    # -- surfaces --------------------------------------------------------------------------------------------------------------------

    def _add_rigid(self) -> None:
        """Bones, floor and supports on their nodes."""
        for surface in self.body.drawn:
            if surface.segment is None or surface.segment not in self.node_of:
                continue
            mesh = self._mesh(surface, surface.vertices, surface.normals, surface.faces)
            if surface.kind == PROP:
                self.nodes[self.node_of[surface.name]] |= {"mesh": mesh, "extras": _facts(surface)}
            else:
                self._node(surface.name, {"mesh": mesh, "extras": _facts(surface)}, self.node_of[surface.segment])

    def _add_blended(self) -> None:
        """Muscles and nerves on the node of their femur, as shapes that are mixed in changing amounts."""
        for surface in self.soft:
            courses, level = [shapes[surface.name] for shapes in self.shapes], self.levels[surface.name]
            mixed = blend(courses)
            mesh = self._mesh(surface, mixed.base, mixed.base_normals, level.faces, level)
            if len(mixed.shapes):
                self.meshes[mesh]["primitives"][0]["targets"] = [
                    {
                        "POSITION": self.packer.vertices(rounded(shape, _PLACE_STEPS), bounds=True),
                        "NORMAL": self.packer.vertices(rounded(normals, _NORMAL_STEPS)),
                    }
                    for shape, normals in zip(mixed.shapes, mixed.normals, strict=True)
                ]
                self.meshes[mesh]["weights"] = mixed.amounts[0][0].round(6).tolist()
            femur = self.node_of[f"femur_{surface.side}"]
            node = self._node(surface.name, {"mesh": mesh, "extras": _facts(surface)}, femur)
            for m, (course, amounts) in enumerate(zip(courses, mixed.amounts, strict=True)):
                if len(mixed.shapes):
                    self._channel(m, node, "weights", course.time_s, amounts.reshape(-1))

    def _add_skinned(self, skins: list[Json]) -> list[int]:
        """Everything on joints: bones on one each, soft tissue on joints along its tubes. Returns the nodes of the surfaces."""
        rest = self._rest_places()
        joints: list[int] = []
        binds: list[FloatArray] = []
        surfaces: list[int] = []
        for name, node in self.node_of.items():
            if any(s.segment == name for s in self.body.drawn):
                joints.append(node)
                binds.append(inverse(rest[name]))
        number = {node: i for i, node in enumerate(joints)}
        for surface in self.body.drawn:
            if surface.segment in self.node_of:
                place = rest[surface.segment]
                points, outwards = apply(place, surface.vertices), turn(place, surface.normals)
                mesh = self._mesh(surface, points, outwards, surface.faces)
                carriers = np.zeros((len(points), 2), dtype=np.intp)
                carriers[:, 0] = number[self.node_of[surface.segment]]
                self._carry(mesh, carriers, np.tile([1.0, 0.0], (len(points), 1)))
                surfaces.append(self._node(surface.name, {"mesh": mesh, "skin": 0, "extras": _facts(surface)}))
        for surface in self.soft:
            femur = self.node_of[f"femur_{surface.side}"]
            level, place = self.levels[surface.name], rest[f"femur_{surface.side}"]
            fitted = skin([shapes[surface.name] for shapes in self.shapes], level)
            first = len(joints)
            for j, at in enumerate(fitted[0].rest):
                node = self._node(f"{surface.name}_joint_{j}", _trs(rigid(np.eye(3), at)), femur)
                joints.append(node)
                binds.append(inverse(place @ rigid(np.eye(3), at)))
                for m, found in enumerate(fitted):
                    local = rigid(found.turns[:, j], found.places[:, j])
                    self._track(m, node, self.shapes[m][surface.name].time_s, local, found.sizes[:, j])
            course = self.shapes[0][surface.name]
            mesh = self._mesh(
                surface, apply(place, course.vertices[0]), turn(place, course.normals[0]), level.faces, level
            )
            self._carry(mesh, first + fitted[0].joints, fitted[0].weights)
            surfaces.append(self._node(surface.name, {"mesh": mesh, "skin": 0, "extras": _facts(surface)}))
        bind = self.packer.add(np.stack(binds).astype(np.float32))
        skins.append({"joints": joints, "inverseBindMatrices": bind, "skeleton": self.node_of[ROOT]})
        if any(s.name in self.node_of for s in self.body.props):
            del skins[0]["skeleton"]  # supports stand beside the body: no node carries both
        return surfaces

    def _rest_places(self) -> dict[str, FloatArray]:
        """Where every node is in the world at the beginning of the first movement."""
        course, carriers = self.courses[0], parents()
        places = {name: local[0] for name, local in course.local.items() if name not in carriers}
        for name in skeleton.segment_names():  # carriers come before what they carry
            places[name] = places[carriers[name]] @ course.local[name][0]
        return places

    def _carry(self, mesh: int, joints: IntArray, weights: FloatArray) -> None:
        """Joints and weights of a mesh, four a vertex as the format wants; a joint without weight is joint 0."""
        kind = np.uint8 if joints.max() < 256 else np.uint16
        four = np.zeros((len(joints), 4), dtype=kind)
        shares = np.zeros((len(joints), 4), dtype=np.float32)
        shares[:, :2] = weights
        shares[:, 1] = 1.0 - shares[:, 0]
        four[:, :2] = np.where(shares[:, :2] > 0.0, joints, 0)
        attributes = self.meshes[mesh]["primitives"][0]["attributes"]
        attributes["JOINTS_0"], attributes["WEIGHTS_0"] = self.packer.vertices(four), self.packer.vertices(shares)

    def _mesh(
        self, surface: Surface, vertices: FloatArray, normals: FloatArray, faces: IntArray, level: Coarse | None = None
    ) -> int:
        attributes = {
            "POSITION": self.packer.vertices(rounded(vertices, _PLACE_STEPS), bounds=True),
            "NORMAL": self.packer.vertices(rounded(normals, _NORMAL_STEPS)),
        }
        if surface.colours is not None:
            attributes["COLOR_0"] = self.packer.vertices(linear_colour(surface.colours), normalized=True)
        if surface.uv is not None and level is not None:
            uv = surface.uv[level.kept] * [1.0, -1.0] + [0.0, 1.0]  # pictures begin at the top here
            attributes["TEXCOORD_0"] = self.packer.vertices(rounded(uv, 2**12))
        primitive = {
            "attributes": attributes,
            "indices": self.packer.triangles(faces),
            "material": self._material(surface),
        }
        self.meshes.append({"name": surface.name, "primitives": [primitive]})
        return len(self.meshes) - 1

    def _material(self, surface: Surface) -> int:
        """The material of a kind of surface, painted where it has a picture."""
        name = (
            surface.structure if surface.texture is not None else f"{surface.kind}{'_ghost' if surface.ghost else ''}"
        )
        for i, known in enumerate(self.materials):
            if known["name"] == name:
                return i
        look: Json = {"metallicFactor": 0.0, "roughnessFactor": {BONE: 0.78, MUSCLE: 0.55}.get(surface.kind, 0.6)}
        material: Json = {"name": name, "pbrMetallicRoughness": look}
        if surface.texture is not None:
            look["baseColorTexture"] = {"index": self._texture(surface.structure)}
        elif surface.kind == PROP:
            look |= {"baseColorFactor": [0.62, 0.66, 0.70, 1.0], "roughnessFactor": 1.0}
        elif surface.colours is None:
            light = linear_colour(np.array([TISSUE[surface.kind]], np.uint8))[0] / 65535
            look["baseColorFactor"] = light.round(4).tolist()
        if surface.ghost:
            look["baseColorFactor"] = [1.0, 1.0, 1.0, 0.28]
            material["alphaMode"] = "BLEND"
        self.materials.append(material)
        return len(self.materials) - 1

    def _texture(self, structure: str) -> int:
        content = BytesIO()
        picture = Image.fromarray(textures()[structure]).resize(_TEXTURE_SIZE, Image.Resampling.LANCZOS)
        picture.save(content, "JPEG", quality=_TEXTURE_QUALITY, subsampling=0)
        view = self.packer.bytes_view(content.getvalue())
        self.images.append({"name": structure, "bufferView": view, "mimeType": "image/jpeg"})
        self.textures.append({"sampler": 0, "source": len(self.images) - 1})
        return len(self.textures) - 1


def _trs(place: FloatArray) -> Json:
    """A rigid place as a node's rotation and translation."""
    return {"rotation": quaternions(place[None, :3, :3])[0].tolist(), "translation": place[:3, 3].tolist()}


def _facts(surface: Surface) -> Json:
    """What a node says of its structure: names, side, facts with sources."""
    if surface.kind == PROP:
        return {"structure": surface.structure, "kind": surface.kind}
    known = next(s for s in structures() if s.name == surface.structure)
    told = card(surface.structure)
    return {
        "structure": known.name,
        "name": known.display,
        "latin": known.latin,
        "kind": known.kind,
        "side": str(surface.side) if surface.side else "middle",
        "ghost": surface.ghost,
        "facts": dict(told.rows),
        "sources": list(told.sources),
    }


def _told(movement: Movement) -> Json:
    """What an animation says of its movement."""
    return {
        "movement": movement.name,
        "summary": " ".join(movement.summary.split()),
        "duration_s": movement.duration_s,
        "cycle": movement.cycle,
        "phases": [{"start_s": p.start_s, "end_s": p.end_s, "caption": p.caption} for p in movement.phases],
        "sources": movement.source_names,
    }
