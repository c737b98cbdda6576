"""Two or more scenes side by side: one column a scene, one row a way to colour, at one scale of size and of colours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from visualiser.bodies.assembly import Body
from visualiser.conventions import LEG_SLICES
from visualiser.errors import VisualiserError
from visualiser.movements.movement import Movement, pose_at
from visualiser.pictures import colouring, overlay, pages, stills
from visualiser.pictures.backdrop import flatten
from visualiser.pictures.cameras import Box
from visualiser.pictures.furniture import furnish
from visualiser.pictures.labels import Placement
from visualiser.pictures.options import Options

FEWEST, MOST = 2, 4
_GAP = 12.0  # between title and panels, layout units
_LEAST_WIDTH, _LEAST_HEIGHT = (
    1300.0,
    1000.0,
)  # of the canvas on which a panel is laid out: names need room beside the anatomy
_SURVEY = 401


@dataclass(frozen=True, eq=False, slots=True)
class Shown:
    """One scene of a comparison: whose body, which movement, at which time."""

    body: Body
    movement: Movement
    time_s: float


def longest(body: Body, movement: Movement) -> float:
    """When a head of the moving leg is stretched most against upright standing: seconds."""
    time = np.linspace(0.0, movement.duration_s, _SURVEY)
    leg = pose_at(movement, time)[:, LEG_SLICES[movement.side]]
    changes = [colouring.change_percent("length", body, head, leg) for head in body.physique.heads]
    return float(time[np.max(changes, axis=0).argmax()])


def compare(
    scenes: Sequence[Shown],
    colours: Sequence[str],
    options: Options,
    *,
    view: str | None = None,
    frame: str | None = None,
) -> Image.Image:
    """Scenes in columns, ways to colour in rows; `info["alt"]` says what each panel shows.

    view, frame : seen from where, and how much must be in the pictures; each scene's own when None
    raises : VisualiserError for too few or too many scenes
    """
    if not FEWEST <= len(scenes) <= MOST:
        raise VisualiserError(f"A comparison of {len(scenes)} scenes is not possible; {FEWEST} to {MOST} are allowed.")
    for colour in colours:
        colouring.look_up_colouring(colour)
    title = options.title if isinstance(options.title, str) else ""
    whole = furnish(options.canvas, title=title, caption=options.caption, source=_source(scenes, options))
    top, bottom = _room(whole.boxes, options)
    width, height = options.width // len(scenes), (bottom - top) // len(colours)
    unit = min(options.scale, width / _LEAST_WIDTH, height / _LEAST_HEIGHT)
    panels = []
    for row, colour in enumerate(colours):
        reach = _common_reach(scenes, colour)
        for column, shown in enumerate(scenes):
            own = replace(
                options, width=width, height=height, unit=unit, colour=colour, reach=reach, caption="", source=False,
                title="" if row else shown.movement.title, note="" if row else _moment(shown), view=view or shown.movement.view,
                frame=frame or shown.movement.frame,
                compass=options.compass and not row and (not view or not column),
            )  # fmt: skip
            panels.append((shown, own, column * width, top + row * height))
    least = max(_half(shown, own) for shown, own, _, _ in panels)
    pictures = [stills.draw(s.body, s.movement, s.time_s, own, least_half=least) for s, own, _, _ in panels]
    cutout = np.zeros((options.height, options.width, 4), dtype=np.uint8)
    for (_, _, left, upper), picture in zip(panels, pictures, strict=True):
        cutout[upper : upper + height, left : left + width] = picture.cutout
    pixels = cutout.copy() if options.transparent else flatten(cutout, options.theme)
    for number, ((_, own, left, upper), picture) in enumerate(zip(panels, pictures, strict=True)):
        kept = picture.furniture
        if number % len(scenes):  # one scale of colours a row, one of size for all
            kept = replace(kept, colour_bar=None)
        if number:
            kept = replace(kept, scale_bar=None)
        stills.write(pixels[upper : upper + height, left : left + width], replace(picture, furniture=kept), own)
    overlay.draw(
        pixels, Placement(options.canvas, ()), options.scale, options.theme, style=options.style, furniture=whole
    )
    image = Image.fromarray(pixels, "RGBA" if options.transparent else "RGB")
    said = " ".join(f"Panel {n}: {picture.alt}" for n, picture in enumerate(pictures, start=1))
    image.info["alt"] = f"{len(panels)} panels. {said}"
    return image


def _source(scenes: Sequence[Shown], options: Options) -> str:
    """The sources of all scenes, each once."""
    if not options.source or isinstance(options.source, str):
        return options.source or ""
    named = [part for shown in scenes for part in shown.movement.source_names.split("; ") if part]
    return f"Source: {'; '.join(dict.fromkeys(named))}" if named else ""


def _moment(shown: Shown) -> str:
    """'0.42 s: Here it tears'."""
    caption = shown.movement.caption_at(shown.time_s)
    return f"{shown.time_s:.2f} s{f': {caption}' if caption else ''}"


def _common_reach(scenes: Sequence[Shown], colour: str) -> float | None:
    """The end of the colour scale that suits all scenes, so that equal colours mean equal changes."""
    if colour not in colouring.MEASURED:
        return None
    return max(colouring.reach(colour, shown.body, shown.movement) for shown in scenes)


def _room(boxes: Sequence[Box], options: Options) -> tuple[int, int]:
    """First and last row of pixels that the title above and the lines below leave to the panels."""
    middle = options.canvas[1] / 2
    above = [box.bottom + _GAP for box in boxes if box.bottom < middle]
    below = [box.top - _GAP for box in boxes if box.top > middle]
    top, bottom = max(above, default=0.0), min(below, default=options.canvas[1])
    return round(top * options.scale), round(bottom * options.scale)


def _half(shown: Shown, options: Options) -> float:
    """Half the height that a panel of its own would show, metres."""
    frame = shown.body.movement_frame(shown.movement, shown.time_s)
    specs = pages.specs_for(shown.body, shown.movement, options)
    laid = pages.page(shown.body, shown.movement, [frame], specs, replace(options, zoom=1.0))
    return laid.camera.half
