"""The dial of a movement: the leg's angle to the couch split into hip and pelvis, or the knee beside its active limit.

It stands in a corner that anatomy and furniture leave free, and is drawn anew for each moment.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from visualiser.bodies.physique import Physique, standard
from visualiser.conventions import LEG_SLICES, degrees
from visualiser.kinematics import KNEE_FLEXION
from visualiser.movements.movement import Movement, pose_at
from visualiser.pictures.appearance import THEMES, Colour, Theme, label_colour, look_up
from visualiser.pictures.cameras import Box
from visualiser.pictures.furniture import MARGIN, ROW, covers
from visualiser.pictures.ink import disc, pill, sector, stroke, text
from visualiser.pictures.labels import Point
from visualiser.pictures.overlay import GROUND
from visualiser.pictures.typefaces import Line, text_width
from visualiser.tissue.insufficiency import active_knee_limit
from visualiser.tissue.tightness import leg_to_couch
from visualiser.typed import BoolArray, ByteArray, FloatArray

RADIUS, _CORE, _TEXT = 118.0, 30.0, 26.0  # layout units: of the dial, and of the empty middle
_PAD, _TICK, _NEEDLE = 12.0, 9.0, 5.0
_DOT = 6.0
_CORNERS = ("top left", "top right", "bottom left", "bottom right")
# The band that trainers call normal in the leg raise, degrees (sources.MUYOR_2011: 80 to 90 is moderate, below it reduced).
NORMAL_RAISE = (80.0, 90.0)


@dataclass(frozen=True, slots=True)
class Part:
    """One share of an angle: its word, degrees, and the label group whose colour it has."""

    word: str
    angle_deg: float
    group: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a dial tells at one moment, degrees: an angle in parts, a band called normal, a limit."""

    word: str
    angle_deg: float
    parts: tuple[Part, ...]
    band_deg: tuple[float, float] | None = None
    limit_deg: float | None = None

    @property
    def headline(self) -> str:
        """'Leg to couch 62°'."""
        return f"{self.word} {_spoken(self.angle_deg)}"

    @property
    def sentence(self) -> str:
        """'Leg to couch 62°: hip 40°, pelvis 22°.'"""
        return f"{self.headline}: {', '.join(f'{p.word} {_spoken(p.angle_deg)}' for p in self.parts)}."


@dataclass(frozen=True, slots=True)
class Dial:
    """A reading, where it stands in layout units, whether it opens to the left, and whether it needs a ground of its own."""

    reading: Reading
    box: Box
    leftwards: bool = False
    ground: bool = False


def _spoken(angle_deg: float) -> str:
    return f"{round(angle_deg) + 0:d}°".replace("-", "−")


def reading_at(movement: Movement, time_s: float, physique: Physique | None = None) -> Reading | None:
    """What the movement's dial says at a time; None where the movement has none."""
    found = readings_at(movement, [time_s], physique)
    return found[0] if found else None


def readings_at(movement: Movement, times_s: Sequence[float], physique: Physique | None = None) -> list[Reading]:
    """What the movement's dial says at some times, worked out at once; empty where the movement has none."""
    return _READERS[movement.dial](movement, times_s, physique or standard())


def _leg_raise(movement: Movement, times_s: Sequence[float], physique: Physique) -> list[Reading]:
    angles = np.transpose(leg_to_couch(pose_at(movement, times_s), movement.side)).tolist()
    return [
        Reading(
            "Leg to couch", leg, (Part("pelvis", pelvis, "pelvis"), Part("hip", hip, "femur")), band_deg=NORMAL_RAISE
        )
        for leg, hip, pelvis in angles
    ]


def _knee(movement: Movement, times_s: Sequence[float], physique: Physique) -> list[Reading]:
    legs = pose_at(movement, times_s)[:, LEG_SLICES[movement.side]]
    bent = degrees(legs[:, KNEE_FLEXION]).tolist()
    limits = degrees(active_knee_limit(legs, heads=physique.heads, geometry=physique.geometry)).tolist()
    return [
        Reading("Knee bent", angle, (Part("by own force at most", limit, "leg"),), limit_deg=limit)
        for angle, limit in zip(bent, limits, strict=True)
    ]


def _none(movement: Movement, times_s: Sequence[float], physique: Physique) -> list[Reading]:
    return []


_READERS: Mapping[str, Callable[[Movement, Sequence[float], Physique], list[Reading]]] = MappingProxyType(
    {"none": _none, "leg_raise": _leg_raise, "knee": _knee}
)


# -- place ---------------------------------------------------------------------------------------------------------------------------


def stand(
    reading: Reading,
    canvas: Point,
    *,
    taken: Iterable[Box] = (),
    silhouette: BoolArray | None = None,
    leftwards: bool = False,
) -> Dial:
    """A dial in the first corner where furniture and anatomy leave it room; else at the top left, on a ground of its own."""
    occupied = list(taken)
    for corner in _CORNERS:
        box = _moved_clear(_box(reading, canvas, corner), occupied, corner)
        inside = box.top >= 0.0 and box.bottom <= canvas[1] * (0.62 if corner.startswith("top") else 1.0)
        if inside and (silhouette is None or not covers(silhouette, box, canvas)):
            return Dial(reading, box, leftwards)
    return Dial(reading, _moved_clear(_box(reading, canvas, "top left"), occupied, "top left"), leftwards, ground=True)


def _box(reading: Reading, canvas: Point, corner: str) -> Box:
    """Room for the half circle and its two lines of text; as wide as they get when the numbers grow."""
    most = [text_width(reading.word + " 000°", "english") * _TEXT, _row_width(reading.parts)]
    width = max(2 * RADIUS, *most) + 2 * _PAD
    height = RADIUS + 2 * _TEXT * ROW + 3 * _PAD + _TEXT
    left = MARGIN - _PAD if corner.endswith("left") else canvas[0] - MARGIN + _PAD - width
    top = MARGIN - _PAD if corner.startswith("top") else canvas[1] - MARGIN + _PAD - height
    return Box(left, top, left + width, top + height)


def _row_width(parts: Sequence[Part]) -> float:
    words = sum(text_width(f"{part.word} 000°", "english") * _TEXT for part in parts)
    return words + len(parts) * (2 * _DOT + 8.0) + (len(parts) - 1) * 18.0


def _moved_clear(box: Box, taken: Sequence[Box], corner: str) -> Box:
    """The box moved down from a corner at the top, or up from one at the bottom, past everything that stands there."""
    for other in sorted(taken, key=lambda b: b.top, reverse=not corner.startswith("top")):
        if box.overlaps(other, 8.0):
            step = other.bottom + 10.0 - box.top if corner.startswith("top") else other.top - 10.0 - box.bottom
            box = Box(box.left, box.top + step, box.right, box.bottom + step)
    return box


# -- ink -----------------------------------------------------------------------------------------------------------------------------


class _Fan(Protocol):
    """How a sector of the dial is drawn: angles in degrees, radii in layout units, colour, opacity."""

    def __call__(
        self, first: float, last: float, radii: tuple[float, float], colour: Colour, alpha: float, /
    ) -> None: ...


def draw(image: ByteArray, dial: Dial, scale: float, theme: str | Theme) -> ByteArray:
    """Draw a dial onto a picture (H, W, 3 or 4), in place; returns the same array."""
    look = look_up("theme", theme, THEMES) if isinstance(theme, str) else theme
    halo = look.halo if image.shape[2] == 3 and not dial.ground else None
    if dial.ground:
        pill(image, dial.box.scaled(scale), scale, look.halo, GROUND, 0.0)
    centre = np.array([(dial.box.left + dial.box.right) / 2, dial.box.top + _PAD + _TEXT + RADIUS])

    def at(angle_deg: float, radius: float) -> FloatArray:
        turn = np.radians(180.0 - angle_deg if dial.leftwards else angle_deg)
        place: FloatArray = (centre + radius * np.array([np.cos(turn), -np.sin(turn)])) * scale
        return place

    def fan(first: float, last: float, radii: tuple[float, float], colour: Colour, alpha: float) -> None:
        ends = (180.0 - last, 180.0 - first) if dial.leftwards else (first, last)
        middle = (float(centre[0] * scale), float(centre[1] * scale))
        sector(image, middle, (radii[0] * scale, radii[1] * scale), ends, colour, alpha)

    reading = dial.reading
    fan(0.0, 180.0, (_CORE, RADIUS), look.second_ink, 0.10)
    if reading.limit_deg is None:
        _shares(reading, fan, look)
    else:
        fan(0.0, float(np.clip(reading.angle_deg, 0.0, 180.0)), (_CORE, RADIUS), label_colour(look, "leg"), 0.75)
        path = np.array([at(reading.limit_deg, _CORE), at(reading.limit_deg, RADIUS + _TICK)])
        stroke(image, path, 3.0 * scale, look.ink, dash=(7.0 * scale, 5.0 * scale))
    if reading.band_deg is not None:
        fan(*reading.band_deg, (RADIUS + 3.0, RADIUS + 3.0 + _TICK), look.second_ink, 0.85)
        words = (Line(f"{reading.band_deg[0]:g}–{reading.band_deg[1]:g}°", "english", _TEXT * 0.8),)
        x, y = at(float(np.mean(reading.band_deg)), RADIUS + _TICK + 14.0)
        text(image, words, (float(x), float(y)), scale, look, align="centre", second=True, halo=halo)
    stroke(image, np.array([at(180.0, RADIUS), at(0.0, RADIUS)]), 2.0 * scale, look.second_ink)
    for tick in (30.0, 60.0, 90.0, 120.0, 150.0):
        stroke(image, np.array([at(tick, RADIUS - _TICK), at(tick, RADIUS)]), 1.6 * scale, look.second_ink)
    needle = float(np.clip(reading.angle_deg, -10.0, 180.0))
    stroke(image, np.array([at(0.0, 0.0), at(needle, RADIUS)]), _NEEDLE * scale, look.ink)
    disc(image, (float(centre[0] * scale), float(centre[1] * scale)), 7.0 * scale, look.ink)
    _lines(image, dial, float(centre[1]), scale, look, halo)
    return image


def _shares(reading: Reading, fan: _Fan, look: Theme) -> None:
    """The parts one after the other from the couch on; a share that works against the others has no room there."""
    start = 0.0
    for part in reading.parts:
        end = float(np.clip(start + max(part.angle_deg, 0.0), 0.0, max(reading.angle_deg, 0.0)))
        if end > start:
            fan(start, end, (_CORE, RADIUS), label_colour(look, part.group), 0.80)
        start = end


def _lines(image: ByteArray, dial: Dial, base: float, scale: float, look: Theme, halo: Colour | None) -> None:
    """The angle in words under the dial, and its parts with dots in their colours."""
    middle = (dial.box.left + dial.box.right) / 2
    head = (Line(dial.reading.headline, "english", _TEXT),)
    y = base + _PAD + _TEXT * ROW / 2
    text(image, head, (middle * scale, y * scale), scale, look, align="centre", halo=halo)
    y += _TEXT * ROW
    lines = [Line(f"{p.word} {_spoken(p.angle_deg)}", "english", _TEXT) for p in dial.reading.parts]
    width = sum(line.width + 2 * _DOT + 8.0 for line in lines) + 18.0 * (len(lines) - 1)
    x = middle - width / 2
    for part, line in zip(dial.reading.parts, lines, strict=True):
        if dial.reading.limit_deg is None:
            disc(image, ((x + _DOT) * scale, y * scale), _DOT * scale, label_colour(look, part.group))
        else:
            path = np.array([(x + _DOT, y - 8.0), (x + _DOT, y + 8.0)]) * scale
            stroke(image, path, 3.0 * scale, look.ink, dash=(7.0 * scale, 3.0 * scale))
        x += 2 * _DOT + 8.0
        text(image, (line,), (x * scale, y * scale), scale, look, second=True, halo=halo)
        x += line.width + 18.0
