"""Footprints: the areas on which the heads take hold of bone, laid on its surface as patches of triangles.

A patch is drawn in a plane first, as its outline and a lattice inside it, and then laid out over the bone: along a straight way over the
surface through its middle, and from there sideways on straight ways again. Lengths are therefore measured over the bone, as with a tape.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.spatial import Delaunay

from visualiser.anatomy import skeleton
from visualiser.anatomy.attachments import ATTACHMENTS, Attachment, Oval, Strip
from visualiser.bodies.assets import BoneMesh
from visualiser.bodies.surfaces import Ground, area, face_normals
from visualiser.conventions import metres
from visualiser.pictures.appearance import IDENTITY
from visualiser.tissue.sections import polyline_length, resampled
from visualiser.typed import BoolArray, ByteArray, FloatArray, IntArray

LIFT = 2e-4  # metres by which a patch stands off the bone, so that the bone never flickers through it
_LATTICE, _WALK = 1.0e-3, 0.5e-3  # metres between the points of a patch, and a step over the bone
_RIM = 0.62  # brightness of the outline: touching areas of similar colours stay apart


@dataclass(frozen=True, eq=False, slots=True)
class Patch:
    """One footprint on the right bone, in the frame of the bone's segment: metres."""

    attachment: Attachment
    vertices: FloatArray
    faces: IntArray
    normals: FloatArray
    colours: ByteArray

    @property
    def area_mm2(self) -> float:
        """Area over the bone."""
        return 1e6 * area(self.vertices, self.faces)


def footprints(bones: dict[str, BoneMesh], landmarks: dict[str, dict[str, FloatArray]]) -> tuple[Patch, ...]:
    """The footprints of all heads on their bones.

    bones     : the right bones by name, metres
    landmarks : bone -> landmark -> (3,) metres
    """
    grounds = {name: Ground(b.vertices, b.faces, b.normals) for name, b in bones.items() if name in _BONES}
    return tuple(_patch(a, grounds[a.bone], landmarks.get(a.bone, {})) for a in ATTACHMENTS)


_BONES = {attachment.bone for attachment in ATTACHMENTS}


def relaid(patch: Patch, places: FloatArray, ground: Ground) -> Patch:
    """The same patch on another bone, near `places` (V, 3) of it."""
    laid, normals, _ = ground.nearest(places)
    return Patch(patch.attachment, laid + LIFT * normals, patch.faces, normals, patch.colours)


def _patch(attachment: Attachment, ground: Ground, landmarks: dict[str, FloatArray]) -> Patch:
    shape = attachment.area
    if isinstance(shape, Oval):
        flat, rim = _outline_filled(_oval(shape))
        laid = _laid_round(shape, flat, ground, _offset(attachment.bone))
    else:
        line = _line(shape, ground, landmarks)
        flat, rim = _outline_filled(_band(polyline_length(line), float(metres(shape.width_mm))))
        laid = _laid_along(line, flat, ground)
    faces = Delaunay(flat).simplices.astype(np.intp)
    places, normals, _ = ground.nearest(laid)
    turned = (face_normals(places, faces) * normals[faces[:, 0]]).sum(axis=1) < 0
    faces[turned] = faces[turned][:, ::-1]
    colour = np.array(IDENTITY[attachment.head], dtype=np.float64)
    colours = np.round(np.where(rim[:, None], _RIM * colour, colour)).astype(np.uint8)
    return Patch(attachment, places + LIFT * normals, faces, normals, colours)


def _offset(bone: str) -> FloatArray:
    """Footprints on the pelvis are counted from the hip centre, meshes from between both."""
    on_pelvis = skeleton.bone(bone).segment == "pelvis"
    return metres(skeleton.STANDARD.hip_centre_mm if on_pelvis else (0.0, 0.0, 0.0))


# -- in the plane ----------------------------------------------------------------------------------------------------


def _oval(shape: Oval) -> FloatArray:
    """Outline (n, 2) of an oval, or of the part that a head has of it: metres along and across."""
    half_length, half_width = metres((shape.length_mm, shape.width_mm)) / 2.0
    angle = np.linspace(0.0, 2.0 * np.pi, 721)[:-1]
    cosine, sine = np.cos(angle), np.sin(angle)
    x = half_length * np.sign(cosine) * np.abs(cosine) ** (2.0 / shape.squareness)
    y = half_width * np.sign(sine) * np.abs(sine) ** (2.0 / shape.squareness)
    low, high = (2.0 * share - 1.0 for share in shape.part)
    return np.column_stack([x, np.clip(y, low * half_width, high * half_width)])


def _band(length: float, width: float) -> FloatArray:
    """Outline (n, 2) of a band with round ends."""
    half, radius = length / 2.0, width / 2.0
    turn = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 13)
    end = np.column_stack([half - radius + radius * np.cos(turn), radius * np.sin(turn)])
    return np.concatenate([end, -end])


def _outline_filled(outline: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Points (P, 2) of a convex outline at even steps and of a lattice of equal triangles inside it; which of them are the rim (P,)."""
    closed = np.concatenate([outline, outline[:1]])
    steps = max(12, round(polyline_length(closed) / _LATTICE))
    rim = resampled(np.column_stack([closed, np.zeros(len(closed))]), np.linspace(0.0, 1.0, steps + 1)[:-1])[:, :2]
    low, high = rim.min(axis=0), rim.max(axis=0)
    rows = np.arange(low[1], high[1], _LATTICE * np.sqrt(0.75))
    lattice = np.concatenate(
        [
            np.column_stack([x, np.full_like(x, y)])
            for i, y in enumerate(rows)
            for x in [np.arange(low[0] + 0.5 * _LATTICE * (i % 2), high[0], _LATTICE)]
        ]
    )
    # Inside a convex outline, and not so near to it that slivers come of it.
    edge = np.roll(rim, -1, axis=0) - rim
    inwards = np.column_stack([-edge[:, 1], edge[:, 0]]) / np.linalg.norm(edge, axis=1)[:, None]
    depth = ((lattice[:, None] - rim) * inwards).sum(axis=-1).min(axis=1)
    inside = lattice[depth > 0.55 * _LATTICE]
    return np.concatenate([rim, inside]), np.arange(len(rim) + len(inside)) < len(rim)


# -- over the bone ---------------------------------------------------------------------------------------------------


def _laid_round(shape: Oval, flat: FloatArray, ground: Ground, offset: FloatArray) -> FloatArray:
    """Flat points (P, 2) laid on the bone round the place of an oval."""
    centre, normal, _ = ground.nearest(metres(shape.centre_mm) + offset)
    along = np.array([shape.axis])
    half = metres(shape.length_mm) / 2.0
    ways = ground.walk(np.repeat(centre, 2, axis=0), np.repeat(along, 2, axis=0), np.array([half, -half]), _WALK)
    line = np.concatenate([ways[::-1, 1], ways[1:, 0]])
    laterally = float((np.cross(normal[0], along[0]) * shape.across).sum()) > 0.0
    return _laid_along(line, flat if laterally else flat * (1.0, -1.0), ground)


def _laid_along(line: FloatArray, flat: FloatArray, ground: Ground) -> FloatArray:
    """Flat points (P, 2) laid on the bone along a line (K, 3) over it: first along the line from its middle, then to its side."""
    travelled = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    along = flat[:, 0] + travelled[-1] / 2.0
    starts = np.stack([np.interp(along, travelled, line[:, axis]) for axis in range(3)], axis=1)
    heading = np.gradient(line, travelled, axis=0)
    tangents = np.stack([np.interp(along, travelled, heading[:, axis]) for axis in range(3)], axis=1)
    _, normals, _ = ground.nearest(starts)
    ends: FloatArray = ground.walk(starts, np.cross(normals, tangents), flat[:, 1], _WALK)[-1]
    return ends


def _line(strip: Strip, ground: Ground, landmarks: dict[str, FloatArray]) -> FloatArray:
    """The line over the bone through the landmarks of a strip, between its two shares of the bone's length, from above downwards."""
    through = np.array([landmarks[name] for name in strip.landmarks])
    top, bottom = ground.vertices[:, 1].max(), ground.vertices[:, 1].min()
    high, low = (float(top - share * (top - bottom)) for share in strip.between)
    at = np.linspace(high, low, max(2, round((high - low) / _LATTICE)))
    order = np.argsort(through[:, 1])
    across = PchipInterpolator(through[order, 1], through[order][:, [0, 2]])(at)
    places, _, _ = ground.nearest(np.column_stack([across[:, 0], at, across[:, 1]]))
    return places
