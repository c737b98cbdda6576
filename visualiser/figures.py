"""Figures of several panels: views or moments side by side at one scale, each with its own heading and labels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from visualiser import overlay, pages, stills
from visualiser.appearance import VIEWS, look_up
from visualiser.assembly import Body
from visualiser.backdrop import flatten
from visualiser.cameras import Box
from visualiser.errors import VisualiserError
from visualiser.furniture import furnish
from visualiser.labels import Placement
from visualiser.movement import Movement
from visualiser.options import Options
from visualiser.posing import is_held

MOST_PANELS = 9
MOST_OVERLAID = 4
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


def figure(
    body: Body,
    movement: Movement,
    times_s: Sequence[float],
    views: Sequence[str],
    options: Options,
    *,
    under_s: Sequence[float] = (),
) -> Image.Image:
    """All views of all moments in one picture, in reading order; `info["alt"]` says what each panel shows.

    under_s : other moments, drawn pale underneath in every panel
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
    panels = _panels(movement, times_s, views, options, *_room(whole.boxes, options))
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
    image = Image.fromarray(pixels, "RGBA" if options.transparent else "RGB")
    said = " ".join(f"Panel {n}: {picture.alt}" for n, picture in enumerate(pictures, start=1))
    image.info["alt"] = f"{len(panels)} panels. {said}"
    return image


def _room(boxes: Sequence[Box], options: Options) -> tuple[int, int]:
    """First and last row of pixels that the title above and the lines below leave to the panels."""
    middle = options.canvas[1] / 2
    above = [box.bottom + _GAP for box in boxes if box.bottom < middle]
    below = [box.top - _GAP for box in boxes if box.top > middle]
    top, bottom = max(above, default=0.0), min(below, default=options.canvas[1])
    return round(top * options.scale), round(bottom * options.scale)


def _panels(
    movement: Movement, times_s: Sequence[float], views: Sequence[str], options: Options, top: int, bottom: int
) -> list[Panel]:
    """Panels in rows: as many beside one another as makes them largest at their own best shape."""
    wanted = [(time_s, view) for view in views for time_s in times_s]
    shapes = [(columns, -(-len(wanted) // columns)) for columns in range(1, len(wanted) + 1)]
    columns, rows = max(shapes, key=lambda shape: min(options.width / shape[0], (bottom - top) / shape[1]))
    width, height = options.width // columns, (bottom - top) // rows
    unit = min(options.scale, width / _LEAST_WIDTH, height / _LEAST_HEIGHT)
    panels = []
    for number, (time_s, view) in enumerate(wanted):
        heading = _heading(movement, time_s, view, len(times_s), len(views))
        own = replace(
            options, width=width, height=height, view=view, title=heading, note="", unit=unit, caption="", source=False
        )
        panels.append(Panel(time_s, own, (number % columns) * width, top + number // columns * height))
    return panels


def _heading(movement: Movement, time_s: float, view: str, times: int, views: int) -> str:
    """'Posterior view', '2.0 s: the leg is lifted', or both."""
    seen = f"{view.capitalize()} view"
    moment = _moment(movement, time_s)
    if views == 1 or times == 1:
        return seen if times == 1 else moment
    return f"{seen}, {moment if is_held(movement) else f'{time_s:.1f} s'}"


def overlaid(movement: Movement, times_s: Sequence[float]) -> str:
    """The lines that tell the poses of an overlay apart: 'Pale: 0.0 s, the leg lies flat' and 'In full: 3.5 s, the leg is up'.

    raises : VisualiserError for more poses than can be told apart
    """
    if not 2 <= len(times_s) <= MOST_OVERLAID:
        raise VisualiserError(
            f"An overlay of {len(times_s)} poses cannot be read; 2 to {MOST_OVERLAID} are allowed, the last one in full."
        )
    words = [_moment(movement, time_s).replace(" s: ", " s, ") for time_s in times_s]
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
