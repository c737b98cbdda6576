"""What a label is: its words, how they are set in type, and the callout that carries them on a picture.

All lengths are layout units (see `appearance`); `layout_canvas` gives the canvas of a picture in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from visualiser.errors import unknown_name
from visualiser.pictures.appearance import HIDDEN_BELOW, STYLES, LabelStyle, look_up
from visualiser.pictures.cameras import Box
from visualiser.pictures.typefaces import Line, wrap
from visualiser.typed import FloatArray

SHORT_SIDE = 1080.0
LANGUAGES = ("en", "la", "both")
BAR_ROOM = 11.0  # bar and the space between it and the text
SMALLER = 0.85  # type size on the last step of economy

Point = tuple[float, float]
Place = Literal["left", "right", "above", "below"]
Arrangement = Literal["columns", "rows"]


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """A name that wants to be on the picture. Priority 1 stays longest, 3 goes first."""

    key: str
    text: str
    latin: str
    group: str
    priority: int = 2


@dataclass(frozen=True, slots=True)
class Setting:
    """The lines of a label and the size of its box without the bar."""

    lines: tuple[Line, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Callout:
    """A placed label: box of text, bar at the box's inner edge, a stub to the port, a straight leader to the anchor."""

    spec: LabelSpec
    setting: Setting
    place: Place
    box: Box
    anchor: Point
    port: Point
    veil: float = 0.0  # 1: behind something, dashed leader and open ring; between: while it changes
    pill: bool = False  # the text lies over anatomy and needs a ground of its own
    alpha: float = 1.0

    @property
    def hidden(self) -> bool:
        """Whether the anchor lies behind something."""
        return self.veil > 0.5

    @property
    def foot(self) -> Point:
        """Where the stub meets the bar."""
        match self.place:
            case "left":
                return self.box.right, self.port[1]
            case "right":
                return self.box.left, self.port[1]
            case "above":
                return self.port[0], self.box.bottom
            case "below":
                return self.port[0], self.box.top


@dataclass(frozen=True, slots=True)
class Drop:
    """A label that is not on the picture, and why."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Placement:
    """All callouts of one picture. `economy` counts the steps taken to make room: one language only, smaller type."""

    canvas: Point
    callouts: tuple[Callout, ...]
    dropped: tuple[Drop, ...] = ()
    economy: int = 0

    @property
    def boxes(self) -> list[Box]:
        """The text boxes."""
        return [callout.box for callout in self.callouts]


def layout_canvas(width: int, height: int) -> tuple[Point, float]:
    """Size of a picture in layout units, and how many pixels one unit is."""
    scale = min(width, height) / SHORT_SIDE
    return (width / scale, height / scale), scale


def label_style(style: str | LabelStyle) -> LabelStyle:
    """A style by its word, or as it is."""
    return look_up("label style", style, STYLES) if isinstance(style, str) else style


def economies(language: str) -> tuple[tuple[str, float], ...]:
    """Language and type size on each step of economy, most generous first."""
    if language not in LANGUAGES:
        raise unknown_name("language", language, LANGUAGES)
    if language == "both":
        return ("both", 1.0), ("en", 1.0), ("en", SMALLER)
    return (language, 1.0), (language, SMALLER)


def set_label(
    spec: LabelSpec, style: LabelStyle, language: str, *, room: float, size: float = 1.0, most: int = 2
) -> Setting:
    """Break the words of a label into lines that fit a room, in the language wanted."""
    if language == "la" and spec.latin:
        name = spec.latin[0].upper() + spec.latin[1:]
        lines = wrap(name, "english", style.english * size, room=room, most=most)
    else:
        lines = wrap(spec.text, "english", style.english * size, room=room, most=most)
    # A second line that repeats the first ("Patella, patella") says nothing.
    if language == "both" and spec.latin and spec.latin.casefold() != spec.text.casefold():
        lines = lines + wrap(spec.latin, "latin", style.latin * size, room=room, most=most)
    return Setting(tuple(lines), max(line.width for line in lines), sum(line.size for line in lines) * style.row)


def text_rooms(canvas: Point, style: LabelStyle, arrangement: Arrangement) -> tuple[tuple[float, int], ...]:
    """How wide a text may run before it wraps, and over how many lines; the most comfortable first."""
    if arrangement == "columns":
        return ((canvas[0] * style.text_room, 2),)
    # Above and below, narrow texts stand closer to what they name, but three lines are only for want of room.
    return (max(canvas[0] * 0.13, 6.5 * style.english), 2), (max(canvas[0] * 0.115, 5.5 * style.english), 3)


def callout(
    spec: LabelSpec,
    setting: Setting,
    place: Place,
    edge: float,
    along: float,
    anchor: Point,
    seen: float,
    style: LabelStyle,
) -> Callout:
    """A label whose box ends at `edge` on the side of the anatomy and is centred at `along` on the other axis."""
    tall, wide = setting.height / 2, setting.width / 2
    deep = setting.width + BAR_ROOM if place in ("left", "right") else setting.height + BAR_ROOM
    box, port = {
        "left": (Box(edge - deep, along - tall, edge, along + tall), (edge + style.stub, along)),
        "right": (Box(edge, along - tall, edge + deep, along + tall), (edge - style.stub, along)),
        "above": (Box(along - wide, edge - deep, along + wide, edge), (along, edge + style.stub)),
        "below": (Box(along - wide, edge, along + wide, edge + deep), (along, edge - style.stub)),
    }[place]
    return Callout(spec, setting, place, box, anchor, port, veil=float(seen < HIDDEN_BELOW))


def faded(placed: Callout, alpha: float) -> Callout:
    """The same callout at another opacity."""
    return replace(placed, alpha=alpha)


def leaders(callouts: Sequence[Callout]) -> FloatArray:
    """(n, 3, 2) points of every leader: foot at the bar, port, anchor."""
    points = [(c.foot, c.port, c.anchor) for c in callouts]
    return np.array(points, dtype=np.float64).reshape(-1, 3, 2)
