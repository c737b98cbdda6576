"""Films of several parts in step: views, movements or degrees of tightness side by side at one scale, a curve with a cursor below."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from visualiser.bodies.assembly import Body
from visualiser.errors import VisualiserError
from visualiser.films import clips
from visualiser.films.cameramoves import FIXED, Move
from visualiser.films.crew import Expose
from visualiser.films.filming import expose
from visualiser.films.timeline import Pace, Timeline
from visualiser.films.titlecards import draw_card
from visualiser.movements.movement import Movement
from visualiser.pictures import curves, overlay, pages
from visualiser.pictures.appearance import THEMES, VIEWS
from visualiser.pictures.backdrop import premultiplied
from visualiser.pictures.cameras import Box
from visualiser.pictures.furniture import Furniture, caption_block, furnish
from visualiser.pictures.ink import disc, lay, patch_of, stroke
from visualiser.pictures.labels import Placement
from visualiser.pictures.options import Options
from visualiser.typed import ByteArray

MOST = 4
_CURVE_SHARE = 0.28  # of the height, for a curve
_GAP = 12.0  # layout units
_LEAST_WIDTH, _LEAST_HEIGHT = (
    1300.0,
    900.0,
)  # of the canvas on which a part is laid out: names need room beside the anatomy
_CURSOR, _DOT = 2.4, 8.0


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """One part of a film: whose body, which movement, seen from where, and its heading."""

    body: Body
    movement: Movement
    view: str
    heading: str


def images(
    parts: Sequence[Part],
    options: Options,
    pace: Pace,
    ground: ByteArray,
    *,
    curve: str = "",
    move: Move = FIXED,
    quality: str = "standard",
    draw: Expose = expose,
) -> Generator[ByteArray]:
    """The pictures of a film of several parts, all at the same share of their movements; (H, W, 3).

    ground : (H, W, 3)  what everything is laid on
    curve  : a key of `curves.CURVES`, of the first movement; "" for none
    draw   : who draws the frames of each part, see `clips.images`
    raises : VisualiserError for too many parts, or a film that cannot be made of parts
    """
    if len(parts) > MOST:
        raise VisualiserError(f"A film of {len(parts)} parts cannot be read; at most {MOST} are allowed.")
    if options.transparent:
        raise VisualiserError(
            "A film of several parts or with a curve has a ground; leave out what makes it transparent."
        )
    if len(parts) > 1 and isinstance(pace.start or pace.end, str) and "s" in f"{pace.start}{pace.end}":
        raise VisualiserError("In a film of several parts start and end are shares, such as 20%.")
    first = parts[0].movement
    timelines = [
        clips.timeline_of(p.movement, replace(pace, speed=pace.speed * p.movement.duration_s / first.duration_s))
        for p in parts
    ]
    # Different movements say each for itself what happens in it.
    apart = len({part.movement.title for part in parts}) > 1
    if apart and not isinstance(options.title, str):
        options = replace(options, title=False)
    # So does the same movement of a tight leg, of which the angles in the captions of the supple one are not true.
    each = len({tuple(phase.caption for phase in part.movement.phases) for part in parts}) > 1
    whole = furnish(options.canvas, title=pages.title_of(first, options), source=pages.source_of(first, options))
    room, below = _rooms(whole, options, bool(curve), captions=options.captions and not curve and not each)
    strip = _Strip(parts[0], curve, below, options) if curve else None
    boxes = _boxes(len(parts), room)
    own = [_own(part, box, options, len(parts) > 1, each) for part, box in zip(parts, boxes, strict=True)]
    wide = [VIEWS[part.view].focus for part in parts]
    least = 0.0
    if len(parts) > 1 and not options.perspective and not any(wide) and move.kind == "fixed":
        least = max(clips.half_of(p.body, p.movement, o, t) for p, o, t in zip(parts, own, timelines, strict=True))
        # One scale for all, and one compass for the same view: told once.
        own = [own[0], *(replace(o, scale_bar=False, compass=o.compass and o.view != own[0].view) for o in own[1:])]
    streams = [
        clips.images(
            part.body,
            part.movement,
            chosen,
            _movement_only(timeline),
            move=move,
            quality=quality,
            least_half=least,
            ground=ground[box[1] : box[3], box[0] : box[2]],
            draw=draw,
        )
        for part, chosen, timeline, box in zip(parts, own, timelines, boxes, strict=True)
    ]
    captions = {"": whole}
    cards: dict[str, ByteArray] = {}
    try:
        for now in timelines[0]:
            if now.card is not None:
                if now.card not in cards:
                    cards[now.card] = draw_card(now.card, first, options)
                picture = cards[now.card]
            else:
                picture = ground.copy()
                for stream, (left, top, right, bottom) in zip(streams, boxes, strict=True):
                    picture[top:bottom, left:right] = next(stream)
                if strip is not None:
                    strip.draw(picture, now.time_s)
                said = first.caption_at(now.time_s) if options.captions and not curve and not each else ""
                if said not in captions:
                    captions[said] = replace(whole, texts=(*whole.texts, caption_block(options.canvas, said)))
                overlay.draw(
                    picture, Placement(options.canvas, ()), options.scale, options.theme, style=options.style,
                    furniture=captions[said],
                )  # fmt: skip
            yield picture if now.strength >= 1.0 else clips.faded(picture, now.strength, ground)
    finally:
        for stream in streams:
            stream.close()


def _movement_only(timeline: Timeline) -> Timeline:
    """The same without cards and fades, which are the whole film's."""
    return Timeline(timeline.start_s, timeline.end_s, replace(timeline.pace, title_card=0.0, end_card=0.0, fade=0.0))


def _rooms(whole: Furniture, options: Options, curve: bool, *, captions: bool) -> tuple[tuple[int, int, int, int], Box]:
    """Pixels for the parts (left, top, right, bottom), and the room of a curve below them."""
    middle = options.canvas[1] / 2
    top = max((box.bottom + _GAP for box in whole.boxes if box.bottom < middle), default=0.0)
    bottom = min((box.top - _GAP for box in whole.boxes if box.top > middle), default=options.canvas[1])
    if captions:
        bottom = min(bottom, caption_block(options.canvas, "Caption").box.top - _GAP)
    edge = bottom - _CURVE_SHARE * options.canvas[1] if curve else bottom
    scale = options.scale
    below = Box(2 * _GAP, edge + _GAP, options.canvas[0] - 2 * _GAP, bottom).scaled(scale)
    return (0, round(top * scale), options.width, round(edge * scale)), below


def _boxes(count: int, room: tuple[int, int, int, int]) -> list[tuple[int, int, int, int]]:
    """Parts beside one another, or below one another on an upright room."""
    left, top, right, bottom = room
    if right - left >= bottom - top:
        width = (right - left) // count
        return [(left + n * width, top, left + (n + 1) * width, bottom) for n in range(count)]
    height = (bottom - top) // count
    return [(left, top + n * height, right, top + (n + 1) * height) for n in range(count)]


def _own(part: Part, box: tuple[int, int, int, int], options: Options, several: bool, each: bool) -> Options:
    width, height = box[2] - box[0], box[3] - box[1]
    unit = min(options.scale, width / _LEAST_WIDTH, height / _LEAST_HEIGHT)
    return replace(
        options,
        width=width,
        height=height,
        view=part.view,
        title=part.heading if several else False,
        unit=unit,
        captions=options.captions and each,
        source=False,
    )


class _Strip:
    """A curve drawn once, whose cursor is drawn anew in every frame."""

    def __init__(self, part: Part, of: str, box: Box, options: Options) -> None:
        size = round(box.width), round(box.height)
        curves.look_up_curve(of, part.movement)
        self.strip = curves.strip(part.body, part.movement, of, size, options.scale, options.theme)
        self.left, self.top = round(box.left), round(box.top)
        self.patch = patch_of(premultiplied(self.strip.pixels), self.left, self.top)
        self.scale, self.theme = options.scale, THEMES[options.theme]

    def draw(self, picture: ByteArray, time_s: float) -> None:
        """The curve with a cursor at a time of the movement, in place."""
        lay(picture, self.patch, 0, 0, 1.0)
        strip = self.strip
        x = float(np.interp(time_s, strip.times_s, strip.x)) + self.left
        path = np.array([(x, strip.span[0] + self.top), (x, strip.span[1] + self.top)])
        stroke(picture, path, _CURSOR * self.scale, self.theme.second_ink, 0.8)
        for colour, down in strip.lines:
            y = float(np.interp(time_s, strip.times_s, down)) + self.top
            disc(picture, (x, y), (_DOT + 2.5) * self.scale, self.theme.halo)
            disc(picture, (x, y), _DOT * self.scale, colour)
