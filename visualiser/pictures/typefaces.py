"""Widths of texts, read straight from the font files, so that a layout needs no drawing library.

The two faces come with matplotlib, which is not imported: only its folder is looked up. A width is measured in type
sizes ("em") and multiplied, never taken from a rasterised text, so a layout is the same at every output size.
"""

import importlib.util
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path

from visualiser.errors import AssetError

FACES = {"english": "DejaVuSans.ttf", "strong": "DejaVuSans-Bold.ttf", "latin": "STIXGeneralItalic.ttf"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: the words, the face and the size in layout units."""

    text: str
    face: str
    size: float

    @property
    def width(self) -> float:
        """Width in layout units."""
        return text_width(self.text, self.face) * self.size


@lru_cache
def font_file(face: str) -> Path:
    """The file of a face."""
    spec = importlib.util.find_spec("matplotlib")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        path = Path(folder) / "mpl-data" / "fonts" / "ttf" / FACES[face]
        if path.is_file():
            return path
    raise AssetError(
        f"The font {FACES[face]} is missing; it comes with matplotlib: run pip install --force-reinstall matplotlib."
    )


@dataclass(frozen=True, slots=True)
class _Metrics:
    glyphs: dict[int, int]  # character -> glyph
    advances: tuple[float, ...]  # em, per glyph
    kerning: dict[int, float]  # em, per pair of glyphs: left << 16 | right


def _tables(data: bytes) -> dict[bytes, bytes]:
    count = struct.unpack_from(">H", data, 4)[0]
    entries = (struct.unpack_from(">4sLLL", data, 12 + 16 * i) for i in range(count))
    return {tag: data[offset : offset + length] for tag, _, offset, length in entries}


def _characters(cmap: bytes) -> dict[int, int]:
    """The Windows Unicode table (format 4) of a font: character code -> glyph number."""
    count = struct.unpack_from(">H", cmap, 2)[0]
    encodings = [struct.unpack_from(">HHL", cmap, 4 + 8 * i) for i in range(count)]
    start = next(offset for platform, encoding, offset in encodings if (platform, encoding) == (3, 1))
    segments = struct.unpack_from(">H", cmap, start + 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", cmap, start + 14)
    at = start + 16 + 2 * segments
    starts = struct.unpack_from(f">{segments}H", cmap, at)
    deltas = struct.unpack_from(f">{segments}h", cmap, at + 2 * segments)
    ranges_at = at + 4 * segments
    ranges = struct.unpack_from(f">{segments}H", cmap, ranges_at)
    glyphs: dict[int, int] = {}
    for i in range(segments):
        for code in range(starts[i], min(ends[i], 0xFFFE) + 1):
            if ranges[i] == 0:
                glyph = (code + deltas[i]) & 0xFFFF
            else:
                glyph = struct.unpack_from(">H", cmap, ranges_at + 2 * i + ranges[i] + 2 * (code - starts[i]))[0]
                glyph = (glyph + deltas[i]) & 0xFFFF if glyph else 0
            if glyph:
                glyphs[code] = glyph
    return glyphs


def _kerning(kern: bytes | None, units: int) -> dict[int, float]:
    """Pairs of a format-0 table; fonts without one are set without kerning."""
    if kern is None or struct.unpack_from(">H", kern, 2)[0] == 0:
        return {}
    pairs = struct.unpack_from(">H", kern, 10)[0]
    entries = (struct.unpack_from(">HHh", kern, 18 + 6 * i) for i in range(pairs))
    return {left << 16 | right: value / units for left, right, value in entries}


@lru_cache
def _metrics(face: str) -> _Metrics:
    tables = _tables(font_file(face).read_bytes())
    units = struct.unpack_from(">H", tables[b"head"], 18)[0]
    wide = struct.unpack_from(">H", tables[b"hhea"], 34)[0]
    advances = tuple(struct.unpack_from(">H", tables[b"hmtx"], 4 * i)[0] / units for i in range(wide))
    return _Metrics(_characters(tables[b"cmap"]), advances, _kerning(tables.get(b"kern"), units))


@lru_cache(4096)
def pen_positions(text: str, face: str) -> tuple[float, ...]:
    """Where the pen stands before each character and after the last, in type sizes, with kerning."""
    metrics = _metrics(face)
    glyphs = [metrics.glyphs.get(ord(character), 0) for character in text]
    last = len(metrics.advances) - 1
    kerning = [metrics.kerning.get(left << 16 | right, 0.0) for left, right in pairwise(glyphs)]
    steps = (metrics.advances[min(glyph, last)] + kern for glyph, kern in zip(glyphs, [*kerning, 0.0], strict=False))
    return tuple(accumulate(steps, initial=0.0))


def text_width(text: str, face: str) -> float:
    """Width of a text in type sizes, with kerning."""
    return pen_positions(text, face)[-1]


def wrap(text: str, face: str, size: float, *, room: float, most: int = 2) -> list[Line]:
    """A text on one line if it fits into `room`, else balanced over as few lines as needed, at most `most`."""
    words = text.split()
    lines = [Line(" ".join(words), face, size)]
    for count in range(2, min(most, len(words)) + 1):
        if max(line.width for line in lines) <= room:
            break
        lines = min(_splits(words, count, face, size), key=lambda split: _awkwardness(split, room))
    return lines


def _awkwardness(split: list[Line], room: float) -> tuple[bool, bool, float]:
    """Lines that are too long are worst, then a comma that is not followed by a new line, then unequal lengths."""
    widest = max(line.width for line in split)
    return widest > room, any("," in line.text[:-1] for line in split), widest


def _splits(words: Sequence[str], count: int, face: str, size: float) -> list[list[Line]]:
    """Every way to break the words into `count` lines."""
    if count == 1:
        return [[Line(" ".join(words), face, size)]]
    return [
        [Line(" ".join(words[:i]), face, size), *rest]
        for i in range(1, len(words) - count + 2)
        for rest in _splits(words[i:], count - 1, face, size)
    ]
