"""Figures of several panels: views or moments side by side at one scale, each with its own heading and labels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from visualiser.bodies.assembly import Body
from visualiser.errors import VisualiserError
from visualiser.movements.movement import Movement
from visualiser.movements.posing import is_held
from visualiser.pictures import curves, overlay, pages, stills
from visualiser.pictures.appearance import VIEWS, look_up
from visualiser.pictures.backdrop import flatten, premultiplied
from visualiser.pictures.cameras import Box
from visualiser.pictures.furniture import beside_box, furnish, inset_box
from visualiser.pictures.ink import lay, patch_of
from visualiser.pictures.labels import Placement
from visualiser.pictures.options import Options
from visualiser.typed import ByteArray

MOST_PANELS = 9
MOST_OVERLAID = 4
_CURVE_SHARE = 0.40  # of the picture, for a curve beside the anatomy
_GAP = 12.0  # between panels and below the title, layout units
# A panel is laid out on a canvas at least so large that names find room beside the anatomy: columns on both sides take half of it.
_LEAST_WIDTH, _LEAST_HEIGHT = 1300.0, 1000.0


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: its moment and view, and where it lies in the figure, pixels."""

    time_s: float
    options: Options
    left: int
    top: int


def picture(
    body: Body,
    movement: Movement,
    times_s: Sequence[float],
    views: Sequence[str],
    options: Options,
    *,
    as_overlay: bool = False,
    curve: str = "",
    curve_place: str = "beside",
) -> Image.Image:
    """What was asked for: one picture, or a figure of several views or moments, with or without a curve; `info["alt"]` says what it shows.

    views      : several, or none for the one of the options
    as_overlay : the moments lie over one another, all but the last pale, instead of side by side
    curve      : a key of `curves.CURVES`; `curve_place` is a word of `curves.look_up_place`
    raises     : VisualiserError for an inset in a figure, and for more panels or poses than can be read
    """
    if curve:
        curves.look_up_curve(curve, movement)
    beside = curves.look_up_place(curve_place) == "beside"
    under: Sequence[float] = ()
    if as_overlay:
        options = replace(options, note=overlaid(movement, times_s))
        under, times_s = times_s[:-1], times_s[-1:]
    if len(times_s) > 1 or views:
        if curve and not beside:
            raise VisualiserError("An inset stands in a single picture; several panels have their curve beside them.")
        return figure(body, movement, times_s, views or [options.view], options, under_s=under, curve=curve)
    if curve:
        return with_curve(body, movement, times_s[0], options, curve, beside=beside, under_s=under)
    return stills.still(body, movement, times_s[0], options, under_s=under)


def figure(
    body: Body,
    movement: Movement,
    times_s: Sequence[float],
    views: Sequence[str],
    options: Options,
    *,
    under_s: Sequence[float] = (),
    curve: str = "",
) -> Image.Image:
    """All views of all moments in one picture, in reading order; `info["alt"]` says what each panel shows.

    under_s : other moments, drawn pale underneath in every panel
    curve   : a key of `curves.CURVES`, drawn beside the panels (below them on an upright canvas) with cursors at the moments
    """
    count = len(times_s) * len(views)
    if count > MOST_PANELS:
        raise VisualiserError(f"A figure of {count} panels cannot be read; at most {MOST_PANELS} are allowed.")
    for view in views:
        look_up("view", view, VIEWS)
    whole = furnish(
        options.canvas,
        title=pages.title_of(movement, options),
        note=options.note,
        caption=options.caption,
        source=pages.source_of(movement, options),
    )
    room = _room(whole.boxes, options)
    room, beside = _shared(room, options) if curve else (room, None)
    panels = _panels(movement, times_s, views, options, room)
    least = _common_half(body, movement, panels, under_s)
    pictures = [stills.draw(body, movement, p.time_s, p.options, under_s=under_s, least_half=least) for p in panels]
    cutout = np.zeros((options.height, options.width, 4), dtype=np.uint8)
    for panel, picture in zip(panels, pictures, strict=True):
        height, width = picture.cutout.shape[:2]
        cutout[panel.top : panel.top + height, panel.left : panel.left + width] = picture.cutout
    pixels = cutout.copy() if options.transparent else flatten(cutout, options.theme)
    for number, (panel, picture) in enumerate(zip(panels, pictures, strict=True)):
        height, width = picture.cutout.shape[:2]
        part = pixels[panel.top : panel.top + height, panel.left : panel.left + width]
        if number:  # one scale for all: its bars need to be told once
            kept = replace(picture.furniture, colour_bar=None)
            kept = replace(kept, scale_bar=None) if least else kept
            picture = replace(picture, furniture=kept)
        stills.write(part, picture, panel.options)
    empty = Placement(options.canvas, ())
    overlay.draw(pixels, empty, options.scale, options.theme, style=options.style, furniture=whole)
    if beside is not None:
        moments = (*under_s, *times_s)
        lay_curve(pixels, body, movement, moments, curve, beside, min(panels[0].options.scale, options.scale), options)
    image = Image.fromarray(pixels, "RGBA" if options.transparent else "RGB")
    said = " ".join(f"Panel {n}: {picture.alt}" for n, picture in enumerate(pictures, start=1))
    if curve:
        said += f" {curves.said(movement, curve, times_s[-1], body)}"
    image.info["alt"] = f"{len(panels)} panels. {said}" if len(panels) > 1 else said.removeprefix("Panel 1: ")
    return image


def with_curve(
    body: Body,
    movement: Movement,
    time_s: float,
    options: Options,
    curve: str,
    *,
    beside: bool,
    under_s: Sequence[float] = (),
) -> Image.Image:
    """One picture with a curve beside the anatomy, or in the lower right corner.

    beside : on the right of the anatomy, or below it on an upright canvas
    """
    box = beside_box(options.canvas) if beside else inset_box(options.canvas)
    image = stills.still(body, movement, time_s, replace(options, inset=box), under_s=under_s)
    pixels = np.asarray(image).copy()
    lay_curve(pixels, body, movement, (*under_s, time_s), curve, box.scaled(options.scale), options.scale, options)
    result = Image.fromarray(pixels, image.mode)
    result.info["alt"] = f"{image.info['alt']} {curves.said(movement, curve, time_s, body)}"
    return result


def lay_curve(
    pixels: ByteArray,
    body: Body,
    movement: Movement,
    times_s: Sequence[float],
    curve: str,
    box: Box,
    scale: float,
    options: Options,
) -> None:
    """Draw a curve into a rectangle of a picture, in place; box and scale in pixels."""
    size = round(box.width), round(box.height)
    drawn = curves.draw(body, movement, tuple(times_s), curve, size, scale, options.theme)
    lay(pixels, patch_of(premultiplied(drawn), round(box.left), round(box.top)), 0, 0, 1.0)


def _shared(room: Box, options: Options) -> tuple[Box, Box]:
    """The room of the panels and that of a curve: beside one another, or one below the other on an upright canvas."""
    gap = 2 * _GAP * options.scale
    if options.width >= options.height:
        edge = room.left + (1 - _CURVE_SHARE) * room.width
        high = min(room.height, 0.8 * _CURVE_SHARE * room.width)
        middle = (room.top + room.bottom) / 2
        return room._replace(right=edge), Box(edge + gap, middle - high / 2, room.right - gap, middle + high / 2)
    edge = room.top + (1 - _CURVE_SHARE) * room.height
    return room._replace(bottom=edge), Box(room.left + gap, edge + gap, room.right - gap, room.bottom)


def _room(boxes: Sequence[Box], options: Options) -> Box:
    """What the title above and the lines below leave to the panels, pixels."""
    middle = options.canvas[1] / 2
    above = [box.bottom + _GAP for box in boxes if box.bottom < middle]
    below = [box.top - _GAP for box in boxes if box.top > middle]
    top, bottom = max(above, default=0.0), min(below, default=options.canvas[1])
    return Box(0.0, round(top * options.scale), options.width, round(bottom * options.scale))


def _panels(
    movement: Movement, times_s: Sequence[float], views: Sequence[str], options: Options, room: Box
) -> list[Panel]:
    """Panels in rows: as many beside one another as makes them largest at their own best shape."""
    wanted = [(time_s, view) for view in views for time_s in times_s]
    shapes = [(columns, -(-len(wanted) // columns)) for columns in range(1, len(wanted) + 1)]
    columns, rows = max(shapes, key=lambda shape: min(room.width / shape[0], room.height / shape[1]))
    width, height = int(room.width) // columns, int(room.height) // rows
    unit = min(options.scale, width / _LEAST_WIDTH, height / _LEAST_HEIGHT)
    panels = []
    for number, (time_s, view) in enumerate(wanted):
        heading = "" if len(wanted) == 1 else _heading(movement, time_s, view, len(times_s), len(views))
        own = replace(
            options, width=width, height=height, view=view, title=heading, note="", unit=unit, caption="", source=False
        )
        left, top = int(room.left) + number % columns * width, int(room.top) + number // columns * height
        panels.append(Panel(time_s, own, left, top))
    return panels


def _heading(movement: Movement, time_s: float, view: str, times: int, views: int) -> str:
    """'Posterior view', '2.0 s: the leg is lifted', or both."""
    seen = f"{view.capitalize()} view"
    moment = _moment(movement, time_s)
    if views == 1 or times == 1:
        return seen if times == 1 else moment
    return f"{seen}, {moment if is_held(movement) else f'{time_s:.1f} s'}"


def overlaid(movement: Movement, times_s: Sequence[float]) -> str:
    """The lines that tell the poses of an overlay apart: 'Pale: 0.0 s – the leg lies flat' and 'In full: 3.5 s – the leg is up'.

    raises : VisualiserError for more poses than can be told apart
    """
    if not 2 <= len(times_s) <= MOST_OVERLAID:
        raise VisualiserError(
            f"An overlay of {len(times_s)} poses cannot be read; 2 to {MOST_OVERLAID} are allowed, the last one in full."
        )
    words = [_moment(movement, time_s).replace(" s: ", " s – ") for time_s in times_s]
    return "\n".join([*(f"Pale: {word}" for word in words[:-1]), f"In full: {words[-1]}"])


def _moment(movement: Movement, time_s: float) -> str:
    """'2.0 s: the leg is lifted'; of a held pose its angles."""
    caption = movement.caption_at(time_s)
    return caption if is_held(movement) else f"{time_s:.1f} s{f': {caption}' if caption else ''}"


def _common_half(body: Body, movement: Movement, panels: Sequence[Panel], under_s: Sequence[float]) -> float:
    """Half the height shown by the panel that needs most room, metres; 0 where close-ups or a lens make scales differ anyway."""
    if any(p.options.perspective or VIEWS[p.options.view].focus for p in panels):
        return 0.0
    halves = []
    for panel in panels:
        frames = [body.movement_frame(movement, time_s) for time_s in (panel.time_s, *under_s)]
        specs = pages.specs_for(body, movement, panel.options)
        unzoomed = replace(panel.options, zoom=1.0)
        halves.append(pages.page(body, movement, frames, specs, unzoomed).camera.half)
    return max(halves)
