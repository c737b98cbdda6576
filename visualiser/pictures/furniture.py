"""What stands on a picture besides the anatomy and its labels: title, legend, caption, source line, scale bar, compass.

Each is a box in layout units with its texts already set, so that labels and camera can leave it free before anything
is drawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from visualiser.pictures.appearance import CAPTION_SIZE, SMALL_SIZE, SOURCE_SIZE, TITLE_SIZE, Colour, Scale
from visualiser.pictures.cameras import Box
from visualiser.pictures.labels import Point
from visualiser.pictures.typefaces import Line, text_width, wrap
from visualiser.typed import BoolArray

MARGIN = 36.0
ROW = 1.22
COMPASS_ARM = 46.0
LEGEND_DOT = 6.0
CORNERS = ("bottom right", "bottom left", "top right", "top left")
_COLOUR_BAR, _COLOUR_STRIP = 240.0, 16.0  # units long and high
_NOTE_ROOM = 0.30  # of the canvas width: the anatomy stands in the middle
_SCALE_BAR = 130.0  # units a scale bar is best long
_NICE_CENTIMETRES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)

Align = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Lines of text in a box. `second` is the quieter ink, `ground` puts a translucent pill behind."""

    lines: tuple[Line, ...]
    box: Box
    align: Align = "left"
    second: bool = False
    ground: bool = False


@dataclass(frozen=True, slots=True)
class Legend:
    """Dots in the colour of a group of labels, or in a colour of their own, each with its word and place."""

    entries: tuple[tuple[str | Colour, Line, Point], ...]
    box: Box


@dataclass(frozen=True, slots=True)
class ColourBar:
    """What the colours mean: a title with its unit, colours from low to high, and numbers at shares of the strip."""

    title: Line
    colours: tuple[Colour, ...]
    ticks: tuple[tuple[Line, float], ...]
    strip: Box
    box: Box


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A bar of a round length."""

    text: Line
    length: float
    box: Box


@dataclass(frozen=True, slots=True)
class Compass:
    """What lies right, left, up and down in the picture, in anatomical words."""

    words: tuple[str, str, str, str]
    centre: Point
    box: Box


@dataclass(frozen=True, slots=True)
class Furniture:
    """Everything of the kind on one picture."""

    texts: tuple[TextBlock, ...] = ()
    legend: Legend | None = None
    colour_bar: ColourBar | None = None
    scale_bar: ScaleBar | None = None
    compass: Compass | None = None
    inset: Box | None = None  # of a curve, laid on afterwards

    @property
    def boxes(self) -> list[Box]:
        """What labels and anatomy should leave free."""
        single = [item.box for item in (self.legend, self.colour_bar, self.scale_bar, self.compass) if item is not None]
        boxes = [block.box for block in self.texts] + single
        return boxes if self.inset is None else [*boxes, self.inset]


def furnish(
    canvas: Point,
    *,
    title: str = "",
    note: str = "",
    caption: str = "",
    source: str = "",
    legend: Sequence[tuple[str | Colour, str]] = (),
    colours: Scale | None = None,
    metres_per_unit: float | None = None,
    inset: Box | None = None,
) -> Furniture:
    """Title, note and legend at the top left, scale bar and source at the bottom left, caption in the middle of the bottom.

    legend          : (group or colour, word) pairs
    colours         : what the colours of the muscles mean
    metres_per_unit : of a parallel projection; None draws no scale bar, for in perspective it would measure nothing
    """
    texts, top, bottom = [], 30.0, canvas[1] - 26.0
    if title:
        block = _block(wrap(title, "english", TITLE_SIZE, room=canvas[0] - 2 * MARGIN), MARGIN, top, "left")
        texts.append(block)
        top = block.box.bottom + 8.0
    if note:
        room = max(canvas[0] * _NOTE_ROOM, 480.0)
        lines = [line for part in note.splitlines() for line in wrap(part, "english", SMALL_SIZE, room=room, most=3)]
        block = replace(_block(lines, MARGIN, top, "left"), second=True)
        texts.append(block)
        top = block.box.bottom + 8.0
    key = _legend(legend, top, canvas[0]) if legend else None
    if source:
        lines = wrap(source, "english", SOURCE_SIZE, room=canvas[0] * 0.55)
        block = replace(_block(lines, MARGIN, bottom - len(lines) * SOURCE_SIZE * ROW, "left"), second=True)
        texts.append(block)
        bottom = block.box.top - 10.0
    bar = _scale_bar(metres_per_unit, bottom) if metres_per_unit else None
    if bar is not None:
        bottom = bar.box.top - 18.0
    if caption:
        texts.append(caption_block(canvas, caption))
    strip = _colour_bar(colours, bottom) if colours else None
    return Furniture(tuple(texts), key, strip, bar, inset=inset)


def beside_box(canvas: Point) -> Box:
    """Where a curve stands beside the anatomy: in the middle of the right edge, or at the bottom of an upright canvas."""
    if canvas[0] < canvas[1]:
        return Box(MARGIN, 0.68 * canvas[1], canvas[0] - MARGIN, canvas[1] - 40.0)
    width = 0.40 * canvas[0]
    high = min(0.70 * width, 0.6 * canvas[1])
    top = (canvas[1] - high) / 2
    return Box(canvas[0] - MARGIN - width, top, canvas[0] - MARGIN, top + high)


def inset_box(canvas: Point) -> Box:
    """Where a curve stands in the lower right corner, large enough to be read."""
    width, height = max(0.36 * canvas[0], 620.0), max(0.36 * canvas[1], 360.0)
    return Box(canvas[0] - MARGIN - width, canvas[1] - 30.0 - height, canvas[0] - MARGIN, canvas[1] - 30.0)


def caption_block(canvas: Point, caption: str) -> TextBlock:
    """A caption centred at the bottom, on a ground of its own; in a clip it may change from frame to frame."""
    lines = wrap(caption, "english", CAPTION_SIZE, room=canvas[0] * 0.62)
    width = max(line.width for line in lines) + 44.0
    height = len(lines) * CAPTION_SIZE * ROW + 20.0
    left, top = (canvas[0] - width) / 2, canvas[1] - 30.0 - height
    return TextBlock(tuple(lines), Box(left, top, left + width, top + height), "centre", ground=True)


def compass_box(words: Sequence[str], canvas: Point, corner: str) -> Box:
    """The box of a compass in a corner."""
    half = COMPASS_ARM + 14.0 + SMALL_SIZE * max(text_width(word, "english") for word in words[:2])
    tall = COMPASS_ARM + 20.0 + SMALL_SIZE * 0.7
    centre_x = canvas[0] - 24.0 - half if corner.endswith("right") else 24.0 + half
    centre_y = canvas[1] - 24.0 - tall if corner.startswith("bottom") else 24.0 + tall
    return Box(centre_x - half, centre_y - tall, centre_x + half, centre_y + tall)


def with_compass(
    furniture: Furniture,
    words: tuple[str, str, str, str],
    canvas: Point,
    *,
    taken: Iterable[Box] = (),
    silhouette: BoolArray | None = None,
    corners: Sequence[str] = CORNERS,
) -> Furniture:
    """The furniture with a compass in the first corner free of labels, furniture and anatomy, if there is one."""
    occupied = [*taken, *furniture.boxes]
    for corner in corners:
        box = compass_box(words, canvas, corner)
        if any(box.overlaps(other, 6.0) for other in occupied) or (
            silhouette is not None and covers(silhouette, box, canvas)
        ):
            continue
        return replace(furniture, compass=Compass(words, ((box.left + box.right) / 2, (box.top + box.bottom) / 2), box))
    return furniture


def with_clear_bars(furniture: Furniture, canvas: Point, drawn: BoolArray) -> Furniture:
    """The furniture with scale bar and colour bar in a corner where nothing is drawn under them, if there is one.

    drawn : (h, w)  where anatomy, floor or couch are; any resolution, spans the whole canvas
    """
    bars = [bar.box for bar in (furniture.colour_bar, furniture.scale_bar) if bar is not None]
    if not bars:
        return furniture
    group = Box(*np.array(bars)[:, :2].min(axis=0), *np.array(bars)[:, 2:].max(axis=0))
    others = [box for box in furniture.boxes if box not in bars]
    under_title = max(
        (box.bottom for box in others if box.top < canvas[1] / 3 and box.left < canvas[0] / 3), default=12.0
    )
    right, low = canvas[0] - MARGIN - group.width, canvas[1] - 26.0 - group.height
    for left, top in ((group.left, group.top), (right, low), (group.left, under_title + 18.0), (right, 30.0)):
        box = Box(left, top, left + group.width, top + group.height)
        if any(box.overlaps(other, 6.0) for other in others) or covers(drawn, box, canvas):
            continue
        return _with_bars_moved(furniture, left - group.left, top - group.top)
    return furniture


def _with_bars_moved(furniture: Furniture, dx: float, dy: float) -> Furniture:
    def moved(box: Box) -> Box:
        return Box(box.left + dx, box.top + dy, box.right + dx, box.bottom + dy)

    strip, bar = furniture.colour_bar, furniture.scale_bar
    return replace(
        furniture,
        colour_bar=strip and replace(strip, strip=moved(strip.strip), box=moved(strip.box)),
        scale_bar=bar and replace(bar, box=moved(bar.box)),
    )


def covers(silhouette: BoolArray, box: Box, canvas: Point) -> bool:
    """Whether there is anatomy in a box."""
    fx, fy = silhouette.shape[1] / canvas[0], silhouette.shape[0] / canvas[1]
    rows = slice(max(int(box.top * fy), 0), max(int(np.ceil(box.bottom * fy)), 0))
    columns = slice(max(int(box.left * fx), 0), max(int(np.ceil(box.right * fx)), 0))
    return bool(silhouette[rows, columns].any())


def _block(lines: Sequence[Line], left: float, top: float, align: Align) -> TextBlock:
    width, height = max(line.width for line in lines), sum(line.size for line in lines) * ROW
    return TextBlock(tuple(lines), Box(left, top, left + width, top + height), align)


def _legend(entries: Sequence[tuple[str | Colour, str]], top: float, width: float) -> Legend:
    placed, x, y, right = [], MARGIN, top, MARGIN
    for group, word in entries:
        line = Line(word, "english", SMALL_SIZE)
        if x > MARGIN and x + 2 * LEGEND_DOT + 10.0 + line.width > width - MARGIN:
            x, y = MARGIN, y + SMALL_SIZE * 1.5
        placed.append((group, line, (x + LEGEND_DOT, y + SMALL_SIZE * ROW / 2)))
        x += 2 * LEGEND_DOT + 10.0 + line.width + 26.0
        right = max(right, x - 26.0)
    return Legend(tuple(placed), Box(MARGIN, top, right, y + SMALL_SIZE * ROW))


def _colour_bar(scale: Scale, bottom: float) -> ColourBar:
    title = Line(scale.title, "english", SMALL_SIZE)
    ticks = tuple((Line(f"{v:g}".replace("-", "−"), "english", SMALL_SIZE), share) for v, share in scale.ticks)
    spread = max(line.width for line, _ in ticks) / 2
    height = SMALL_SIZE * ROW * 2 + _COLOUR_STRIP + 14.0
    top, right = bottom - height, MARGIN + max(title.width, _COLOUR_BAR + 2 * spread)
    strip_top = top + SMALL_SIZE * ROW + 6.0
    strip = Box(MARGIN + spread, strip_top, MARGIN + spread + _COLOUR_BAR, strip_top + _COLOUR_STRIP)
    return ColourBar(title, scale.colours, ticks, strip, Box(MARGIN, top, right, bottom))


def _scale_bar(metres_per_unit: float, bottom: float) -> ScaleBar:
    centimetres = min(_NICE_CENTIMETRES, key=lambda value: abs(value / 100 / metres_per_unit - _SCALE_BAR))
    text, length = Line(f"{centimetres:g} cm", "english", SMALL_SIZE), centimetres / 100 / metres_per_unit
    height, width = 12.0 + SMALL_SIZE * ROW, max(length, text.width)
    return ScaleBar(text, length, Box(MARGIN, bottom - height, MARGIN + width, bottom))
