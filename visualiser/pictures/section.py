"""Section planes: where the thigh is cut, in the frame of the femur, so that a level stays a level in every pose."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from visualiser.bodies.assembly import Body, Frame
from visualiser.conventions import Side
from visualiser.errors import VisualiserError, unknown_name
from visualiser.pictures.cameras import Camera, look_axes
from visualiser.typed import FloatArray

# Axis of the plane's normal in the femur frame (X anterior, Y up, Z lateral), and its letter.
KINDS = {"axial": (1, "y"), "coronal": (0, "x"), "sagittal": (2, "z")}
# Millimetres below the centre of the head; the knee's axis lies at -402. Thirds of that length.
LEVELS = {
    "axial": {
        "hip": 0.0,
        "upper-thigh": -134.0,
        "mid-thigh": -201.0,
        "lower-thigh": -268.0,
        "above-knee": -340.0,
        "knee": -395.0,
    },
    "coronal": {"middle": 0.0},
    "sagittal": {"middle": 0.0},
}
FARTHEST_MM = 600.0
_ON_PLANE_M = 1e-3


@dataclass(frozen=True, slots=True)
class Section:
    """A plane across the thigh. `areas`: only the cut faces, as a figure of their own, axial ones seen from below."""

    kind: str
    offset_mm: float
    areas: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Plane:
    """A plane in the world: a point of it and its normal, (3,) each."""

    origin: FloatArray
    normal: FloatArray

    def facing(self, camera: Camera) -> "Plane":
        """The same plane with its normal towards the viewer: what lies on that side is taken away."""
        return self if self.normal @ np.asarray(camera.back) >= 0 else Plane(self.origin, -self.normal)

    def behind(self, points: FloatArray) -> FloatArray:
        """The points (n, 3) that stay."""
        kept: FloatArray = points[(points - self.origin) @ self.normal <= 0.0]
        return kept


@dataclass(frozen=True, eq=False)
class Cutaway(Camera):
    """A camera from which what a plane takes away lies behind everything: it is not seen, and nothing there is worth a label."""

    plane: Plane | None = None

    @classmethod
    def of(cls, camera: Camera, plane: Plane | None) -> Camera:
        """A camera before a plane that faces it; the camera itself where nothing is cut."""
        if plane is None:
            return camera
        return cls(camera.eye, camera.right, camera.up, camera.back, camera.half, camera.parallel, plane)

    def project(self, points: ArrayLike, width: float, height: float) -> FloatArray:
        """As any camera does, see `Camera.project`."""
        projected = super().project(points, width, height)
        if self.plane is not None:
            projected[(np.asarray(points) - self.plane.origin) @ self.plane.normal > _ON_PLANE_M, 2] = np.inf
        return projected


def section_of(text: str, *, areas: bool = False) -> Section:
    """A plane as typed: "axial:mid-thigh", "axial:y=-200", "sagittal", "coronal:-10" (millimetres in the femur frame)."""
    kind, _, level = (part.strip().lower() for part in text.partition(":"))
    if kind not in KINDS:
        raise unknown_name("section", kind, KINDS)
    words = LEVELS[kind]
    if not level or level in words:
        return Section(
            kind,
            words[level] if level else next(iter(words.values())) if kind != "axial" else words["mid-thigh"],
            areas,
        )
    letter = KINDS[kind][1]
    try:
        offset = float(level.removeprefix(f"{letter}="))
    except ValueError:
        raise unknown_name(f"{kind} level", level, (*words, f"{letter}=MILLIMETRES")) from None
    if not abs(offset) <= FARTHEST_MM:
        raise VisualiserError(
            f"A section at {letter}={offset:g} lies outside the body; {-FARTHEST_MM:g} to {FARTHEST_MM:g} mm."
        )
    return Section(kind, offset, areas)


def typed(section: Section) -> str:
    """A plane as it would be typed: "axial:y=-200"."""
    return f"{section.kind}:{KINDS[section.kind][1]}={section.offset_mm:g}"


def femur_turn(body: Body, frame: Frame) -> FloatArray:
    """How the femur of the side shown lies in the world: (4, 4)."""
    name = next(s.name for s in body.surfaces if s.structure == "femur" and s.side == body.side)
    return frame.transforms[name]


def plane_in(section: Section, body: Body, frame: Frame) -> Plane:
    """The plane in the world; sagittal offsets count towards lateral on either side."""
    placed, axis = femur_turn(body, frame), KINDS[section.kind][0]
    offset = section.offset_mm * 1e-3 * (-1.0 if axis == 2 and body.side is Side.LEFT else 1.0)
    return Plane(placed[:3, 3] + placed[:3, axis] * offset, placed[:3, axis])


def axes_of(section: Section, body: Body, frame: Frame) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Right, up and back for a figure of areas: axial from below with anterior on top, as in radiology; sagittal from the
    lateral side, coronal from behind."""
    x, y, z = femur_turn(body, frame)[:3, :3].T
    lateral = -z if body.side is Side.LEFT else z
    match section.kind:
        case "axial":
            return look_axes(-y, x)
        case "sagittal":
            return look_axes(lateral, y)
        case _:
            return look_axes(-x, y)


def words_for(section: Section) -> str:
    """'Axial section, 201 mm below the centre of the hip'."""
    kind = section.kind.capitalize()
    if section.kind == "axial":
        return f"{kind} section, {abs(section.offset_mm):g} mm {'below' if section.offset_mm <= 0 else 'above'} the centre of the hip"
    towards = {"coronal": ("anterior", "posterior"), "sagittal": ("lateral", "medial")}[section.kind]
    if section.offset_mm == 0:
        return f"{kind} section through the centre of the hip"
    return f"{kind} section, {abs(section.offset_mm):g} mm {towards[section.offset_mm < 0]} to the centre of the hip"
