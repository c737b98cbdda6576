"""The dial of a movement: the leg's angle to the couch split into hip and pelvis, or the knee beside its active limit.

It stands in a corner that anatomy and furniture leave free, and is drawn anew for each moment.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from visualiser.bodies.physique import Physique, standard
from visualiser.conventions import LEG_SLICES, degrees
from visualiser.kinematics import KNEE_FLEXION
from visualiser.movements.movement import Movement, pose_at
from visualiser.pictures.appearance import THEMES, Colour, Theme, label_colour, look_up
from visualiser.pictures.backdrop import premultiplied
from visualiser.pictures.cameras import Box
from visualiser.pictures.furniture import MARGIN, ROW, covers
from visualiser.pictures.ink import Patch, disc, lay, patch_of, pill, sector, stroke, text
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
    width = max(2 * RADIUS, _width(reading.word), _row_width(reading.parts)) + 2 * _PAD
    height = RADIUS + 2 * _TEXT * ROW + 3 * _PAD + _TEXT
    left = MARGIN - _PAD if corner.endswith("left") else canvas[0] - MARGIN + _PAD - width
    top = MARGIN - _PAD if corner.startswith("top") else canvas[1] - MARGIN + _PAD - height
    return Box(left, top, left + width, top + height)


def _row_width(parts: Sequence[Part]) -> float:
    words = sum(_width(part.word) for part in parts)
    return words + len(parts) * (2 * _DOT + 8.0) + (len(parts) - 1) * 18.0


def _moved_clear(box: Box, taken: Sequence[Box], corner: str) -> Box:
    """The box moved down from a corner at the top, or up from one at the bottom, past everything that stands there."""
    for other in sorted(taken, key=lambda b: b.top, reverse=not corner.startswith("top")):
        if box.overlaps(other, 8.0):
            step = other.bottom + 10.0 - box.top if corner.startswith("top") else other.top - 10.0 - box.bottom
            box = Box(box.left, box.top + step, box.right, box.bottom + step)
    return box


# -- ink -----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Face:
    """Where the half circle of a dial stands on a picture.

    origin : the pixel of the whole picture at which the part that is drawn on begins
    """

    box: Box
    leftwards: bool
    scale: float
    origin: tuple[int, int] = (0, 0)

    @property
    def centre(self) -> Point:
        return (self.box.left + self.box.right) / 2, self.box.top + _PAD + _TEXT + RADIUS

    @property
    def middle(self) -> Point:
        """The centre in pixels."""
        return self.centre[0] * self.scale - self.origin[0], self.centre[1] * self.scale - self.origin[1]

    def at(self, angle_deg: float, radius: float) -> FloatArray:
        """A place in pixels."""
        turn = np.radians(180.0 - angle_deg if self.leftwards else angle_deg)
        place: FloatArray = np.array(self.middle) + radius * self.scale * np.array([np.cos(turn), -np.sin(turn)])
        return place

    def fan(
        self, image: ByteArray, first: float, last: float, radii: tuple[float, float], colour: Colour, alpha: float
    ) -> None:
        """A sector between two angles in degrees and two radii in layout units."""
        ends = (180.0 - last, 180.0 - first) if self.leftwards else (first, last)
        sector(image, self.middle, (radii[0] * self.scale, radii[1] * self.scale), ends, colour, alpha)


def draw(image: ByteArray, dial: Dial, scale: float, theme: str | Theme) -> ByteArray:
    """Draw a dial onto a picture (H, W, 3 or 4), in place; returns the same array."""
    look = look_up("theme", theme, THEMES) if isinstance(theme, str) else theme
    halo = look.halo if image.shape[2] == 3 and not dial.ground else None
    reading, face = dial.reading, _Face(dial.box, dial.leftwards, scale)
    below, above = _same_always(dial.box, dial.leftwards, dial.ground, reading.band_deg, scale, look, halo)
    lay(image, below, 0, 0, 1.0)
    if reading.limit_deg is None:
        _shares(image, reading, face, look)
    else:
        bent = float(np.clip(reading.angle_deg, 0.0, 180.0))
        face.fan(image, 0.0, bent, (_CORE, RADIUS), label_colour(look, "leg"), 0.75)
        path = np.array([face.at(reading.limit_deg, _CORE), face.at(reading.limit_deg, RADIUS + _TICK)])
        stroke(image, path, 3.0 * scale, look.ink, dash=(7.0 * scale, 5.0 * scale))
    lay(image, above, 0, 0, 1.0)
    needle = float(np.clip(reading.angle_deg, -10.0, 180.0))
    stroke(image, np.array([face.at(0.0, 0.0), face.at(needle, RADIUS)]), _NEEDLE * scale, look.ink)
    disc(image, face.middle, 7.0 * scale, look.ink)
    _lines(image, dial, face.centre[1], scale, look, halo)
    return image


@lru_cache(16)
def _same_always(
    box: Box,
    leftwards: bool,
    ground: bool,
    band_deg: tuple[float, float] | None,
    scale: float,
    look: Theme,
    halo: Colour | None,
) -> tuple[Patch, Patch]:
    """What a dial shows at every moment alike, drawn once: the half circle under its shares; band, base line and ticks over them."""
    pad = 2 * _TEXT * scale
    left, top = int(np.floor(box.left * scale - pad)), int(np.floor(box.top * scale - pad))
    size = int(np.ceil(box.height * scale + 2 * pad)) + 1, int(np.ceil(box.width * scale + 2 * pad)) + 1
    below, above = (np.zeros((*size, 4), dtype=np.uint8) for _ in range(2))
    face = _Face(box, leftwards, scale, (left, top))
    if ground:
        own = box.scaled(scale)
        pill(
            below,
            Box(own.left - left, own.top - top, own.right - left, own.bottom - top),
            scale,
            look.halo,
            GROUND,
            0.0,
        )
    face.fan(below, 0.0, 180.0, (_CORE, RADIUS), look.second_ink, 0.10)
    if band_deg is not None:
        face.fan(above, *band_deg, (RADIUS + 3.0, RADIUS + 3.0 + _TICK), look.second_ink, 0.85)
        words = (Line(f"{band_deg[0]:g}–{band_deg[1]:g}°", "english", _TEXT * 0.8),)
        x, y = face.at(float(np.mean(band_deg)), RADIUS + _TICK + 14.0)
        text(above, words, (float(x), float(y)), scale, look, align="centre", second=True, halo=halo)
    stroke(above, np.array([face.at(180.0, RADIUS), face.at(0.0, RADIUS)]), 2.0 * scale, look.second_ink)
    for tick in (30.0, 60.0, 90.0, 120.0, 150.0):
        path = np.array([face.at(tick, RADIUS - _TICK), face.at(tick, RADIUS)])
        stroke(above, path, 1.6 * scale, look.second_ink)
    return patch_of(premultiplied(below), left, top), patch_of(premultiplied(above), left, top)


def _shares(image: ByteArray, reading: Reading, face: _Face, look: Theme) -> None:
    """The parts one after the other from the couch on; a share that works against the others has no room there."""
    start = 0.0
    for part in reading.parts:
        end = float(np.clip(start + max(part.angle_deg, 0.0), 0.0, max(reading.angle_deg, 0.0)))
        if end > start:
            face.fan(image, start, end, (_CORE, RADIUS), label_colour(look, part.group), 0.80)
        start = end


def _lines(image: ByteArray, dial: Dial, base: float, scale: float, look: Theme, halo: Colour | None) -> None:
    """The angle in words under the dial, and its parts with dots in their colours.

    Words keep their places while numbers grow: nothing moves sideways.
    """
    middle = (dial.box.left + dial.box.right) / 2
    y = base + _PAD + _TEXT * ROW / 2
    x = middle - _width(dial.reading.word) / 2
    _word_and_number(image, dial.reading.word, dial.reading.angle_deg, (x, y), scale, look, halo, second=False)
    y += _TEXT * ROW
    x = middle - _row_width(dial.reading.parts) / 2
    for part in dial.reading.parts:
        if dial.reading.limit_deg is None:
            disc(image, ((x + _DOT) * scale, y * scale), _DOT * scale, label_colour(look, part.group))
        else:
            path = np.array([(x + _DOT, y - 8.0), (x + _DOT, y + 8.0)]) * scale
            stroke(image, path, 3.0 * scale, look.ink, dash=(7.0 * scale, 3.0 * scale))
        x += 2 * _DOT + 8.0
        _word_and_number(image, part.word, part.angle_deg, (x, y), scale, look, halo, second=True)
        x += _width(part.word) + 18.0


def _width(word: str) -> float:
    """Room of a word and a number of two digits, layout units; a third one, which is rare, takes of the gap that follows."""
    return text_width(f"{word} 00°", "english") * _TEXT


def _word_and_number(
    image: ByteArray,
    word: str,
    angle_deg: float,
    place: Point,
    scale: float,
    look: Theme,
    halo: Colour | None,
    *,
    second: bool,
) -> None:
    """A word and a number after it, from a left edge on; apart, because of a film's many numbers each is set only once."""
    x, y = place
    after = x + text_width(f"{word} ", "english") * _TEXT
    for said, left in ((word, x), (_spoken(angle_deg), after)):
        line = (Line(said, "english", _TEXT),)
        text(image, line, (left * scale, y * scale), scale, look, second=second, halo=halo)
