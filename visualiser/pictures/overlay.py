"""Drawing labels and furniture onto finished pixels, from the ink of `ink`."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visualiser.pictures.appearance import SMALL_SIZE, THEMES, Colour, LabelStyle, Theme, label_colour, look_up
from visualiser.pictures.backdrop import busyness
from visualiser.pictures.cameras import Box
from visualiser.pictures.furniture import (
    COMPASS_ARM,
    LEGEND_DOT,
    ROW,
    ColourBar,
    Compass,
    Furniture,
    Legend,
    ScaleBar,
    TextBlock,
)
from visualiser.pictures.ink import Patch, disc, lay, paint, patch_of, pill, round_box, stroke, text, trace
from visualiser.pictures.labels import BAR_ROOM, Callout, Placement, label_style
from visualiser.pictures.typefaces import Line
from visualiser.typed import ByteArray, FloatArray

__all__ = ["disc", "draw", "stroke", "text"]

_LOSS, _TEXT_LOSS = 0.3, 0.4  # of strength, for what is hidden
_CASING = 0.75
GROUND = 0.82  # opacity of a pill behind a text
_COMPASS_LINE = 2.4


def draw(
    image: ByteArray,
    placement: Placement,
    scale: float,
    theme: str | Theme,
    *,
    style: str | LabelStyle = "atlas",
    furniture: Furniture | None = None,
    anatomy: NDArray[np.generic] | None = None,
) -> ByteArray:
    """Draw callouts and furniture onto a picture, in place; returns the same array.

    image   : (H, W, 3) or, for a transparent picture, (H, W, 4) with straight alpha; uint8
    scale   : pixels per layout unit
    anatomy : (h, w) where there is anatomy (bool, or 0..255), any resolution: leaders get a casing there and only there
    """
    look = look_up("theme", theme, THEMES) if isinstance(theme, str) else theme
    sizes = label_style(style)
    halo = look.halo if image.shape[2] == 3 else None
    if furniture is not None:
        furnish(image, furniture, scale, look)
    shown = [c for c in placement.callouts if c.alpha > 0.004]
    lines = [trace(_leader(c, sizes, scale), sizes.casing * scale / 2 + 1, image.shape) for c in shown]
    # Layer by layer, so that no leader or casing ever runs over a dot or a text.
    for c in shown:
        busy = 1.0 if c.pill else busyness(image, c.box.scaled(scale), look)
        pill(image, c.box.scaled(scale), scale, look.halo, GROUND * c.alpha * busy)
    if anatomy is not None:
        for c, line in zip(shown, lines, strict=True):
            paint(image, line, sizes.casing * scale, look.halo, _CASING * c.alpha, where=anatomy)
    for c, line in zip(shown, lines, strict=True):
        colour, strength = label_colour(look, c.spec.group), c.alpha * (1 - _LOSS * c.veil)
        width, dash = sizes.leader * scale, (sizes.dash[0] * scale, sizes.dash[1] * scale)
        # While a landmark goes behind something, its line turns from drawn to dashed.
        paint(image, line, width, colour, strength * (1 - c.veil))
        paint(image, line, width, colour, strength * c.veil, dash=dash)
        round_box(image, _bar(c, sizes).scaled(scale), 0.0, colour, strength)
    for c in shown:
        colour, centre = label_colour(look, c.spec.group), (c.anchor[0] * scale, c.anchor[1] * scale)
        solid, faint = c.alpha * (1 - c.veil), c.alpha * c.veil * (1 - _LOSS)
        disc(image, centre, sizes.hidden_ring * scale, colour, faint, hollow=(sizes.hidden_ring - 2.0) * scale)
        disc(image, centre, sizes.ring * scale, look.halo, solid)
        disc(image, centre, sizes.dot * scale, colour, solid)
    for c in shown:
        x, y, align = _text_place(c)
        alpha, at = c.alpha * (1 - _TEXT_LOSS * c.veil), (x * scale, y * scale)
        text(image, c.setting.lines, at, scale, look, align=align, row=sizes.row, alpha=alpha, halo=halo)
    return image


def furnish(
    image: ByteArray,
    furniture: Furniture,
    scale: float,
    theme: str | Theme,
    regions: Sequence[tuple[int, int, int, int]] | None = None,
) -> ByteArray:
    """Draw furniture onto a picture, in place; returns the same array.

    image   : as in `draw`
    regions : only in these parts of the picture: left, top, right, bottom, pixels
    """
    look = look_up("theme", theme, THEMES) if isinstance(theme, str) else theme
    halo = look.halo if image.shape[2] == 3 else None
    for patch in _furniture_patches(furniture, scale, look, halo):
        if regions is None:
            lay(image, patch, 0, 0, 1.0)
            continue
        bottom, right = patch.top + patch.colour.shape[0], patch.left + patch.colour.shape[1]
        for region in regions:
            if region[0] < right and patch.left < region[2] and region[1] < bottom and patch.top < region[3]:
                lay(image[region[1] : region[3], region[0] : region[2]], patch, -region[0], -region[1], 1.0)
    return image


# ------------------------------------------------------------------------------------------------------------ callouts
def _leader(placed: Callout, sizes: LabelStyle, scale: float) -> FloatArray:
    """Bar, port, anchor in pixels; the leader of a hidden landmark ends at its ring."""
    path = np.array([placed.foot, placed.port, placed.anchor]) * scale
    if placed.hidden:
        step = path[2] - path[1]
        path[2] -= step / max(float(np.hypot(*step)), 1e-6) * sizes.hidden_ring * scale
    return path


def _bar(placed: Callout, sizes: LabelStyle) -> Box:
    """The coloured bar at the inner edge of a text, in layout units."""
    box, (x, y), thick = placed.box, placed.port, sizes.bar
    if placed.place in ("left", "right"):
        left, reach = box.right - thick if placed.place == "left" else box.left, box.height * 0.42
        return Box(left, y - reach, left + thick, y + reach)
    top, reach = box.bottom - thick if placed.place == "above" else box.top, box.width / 2
    return Box(x - reach, top, x + reach, top + thick)


def _text_place(placed: Callout) -> tuple[float, float, str]:
    """Reference point and alignment of a callout's text: its inner edge, at the vertical middle."""
    box = placed.box
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    match placed.place:
        case "left":
            return box.right - BAR_ROOM, y, "right"
        case "right":
            return box.left + BAR_ROOM, y, "left"
        case _:
            return x, y + (BAR_ROOM / 2 if placed.place == "below" else -BAR_ROOM / 2), "centre"


# ----------------------------------------------------------------------------------------------------------- furniture
@lru_cache(64)
def _furniture_patches(furniture: Furniture, scale: float, theme: Theme, halo: Colour | None) -> tuple[Patch, ...]:
    """Every piece of furniture drawn once; a clip lays the same patches onto each frame."""
    patches = [_text_patch(block, scale, theme, halo) for block in furniture.texts]
    if furniture.legend is not None:
        patches.append(_legend_patch(furniture.legend, scale, theme))
    if furniture.colour_bar is not None:
        patches.append(_colour_bar_patch(furniture.colour_bar, scale, theme))
    if furniture.scale_bar is not None:
        patches.append(_scale_bar_patch(furniture.scale_bar, scale, theme))
    if furniture.compass is not None:
        patches.append(_compass_patch(furniture.compass, scale, theme))
    return tuple(patches)


def _sheet(box: Box, scale: float) -> tuple[ByteArray, int, int]:
    """A transparent sheet that covers a box, and where it lies."""
    pad = 10.0 * scale
    left, top = int(np.floor(box.left * scale - pad)), int(np.floor(box.top * scale - pad))
    width, height = int(np.ceil(box.width * scale + 2 * pad)) + 1, int(np.ceil(box.height * scale + 2 * pad)) + 1
    return np.zeros((height, width, 4), dtype=np.uint8), left, top


def _text_patch(block: TextBlock, scale: float, theme: Theme, halo: Colour | None) -> Patch:
    sheet, left, top = _sheet(block.box, scale)
    x = {"left": block.box.left, "centre": (block.box.left + block.box.right) / 2, "right": block.box.right}[
        block.align
    ] * scale
    y = (block.box.top + block.box.bottom) / 2 * scale
    if block.ground:
        ground = block.box.scaled(scale)
        ground = Box(ground.left - left, ground.top - top, ground.right - left, ground.bottom - top)
        pill(sheet, ground, scale, theme.halo, GROUND, 0.0)
    text(
        sheet,
        block.lines,
        (x - left, y - top),
        scale,
        theme,
        align=block.align,
        row=ROW,
        second=block.second,
        halo=None if block.ground else halo,
    )
    return patch_of(np.asarray(Image.fromarray(sheet).convert("RGBa")), left, top)


def _legend_patch(legend: Legend, scale: float, theme: Theme) -> Patch:
    sheet, left, top = _sheet(legend.box, scale)
    for group, line, (x, y) in legend.entries:
        colour = label_colour(theme, group) if isinstance(group, str) else group
        disc(sheet, (x * scale - left, y * scale - top), LEGEND_DOT * scale, colour)
        text(sheet, (line,), ((x + LEGEND_DOT + 10.0) * scale - left, y * scale - top), scale, theme)
    return patch_of(np.asarray(Image.fromarray(sheet).convert("RGBa")), left, top)


def _scale_bar_patch(bar: ScaleBar, scale: float, theme: Theme) -> Patch:
    sheet, left, top = _sheet(bar.box, scale)
    middle, base = (bar.box.left + bar.box.right) / 2, bar.box.top + 8.0
    x0, x1 = middle - bar.length / 2, middle + bar.length / 2
    path = np.array([(x0, base - 7.0), (x0, base), (x1, base), (x1, base - 7.0)]) * scale - (left, top)
    stroke(sheet, path, _COMPASS_LINE * scale, theme.second_ink)
    text(
        sheet,
        (bar.text,),
        (middle * scale - left, (base + SMALL_SIZE * 0.85) * scale - top),
        scale,
        theme,
        align="centre",
        second=True,
    )
    return patch_of(np.asarray(Image.fromarray(sheet).convert("RGBa")), left, top)


def _colour_bar_patch(bar: ColourBar, scale: float, theme: Theme) -> Patch:
    """What is measured, the gradient in a thin frame, and its numbers below."""
    sheet, left, top = _sheet(bar.box, scale)
    strip = bar.strip.scaled(scale)
    x0, x1 = round(strip.left) - left, round(strip.right) - left
    y0, y1 = round(strip.top) - top, round(strip.bottom) - top
    share = np.linspace(0.0, 1.0, x1 - x0)
    stops = np.array(bar.colours, dtype=np.float64)
    gradient = np.stack([np.interp(share, np.linspace(0.0, 1.0, len(stops)), stops[:, c]) for c in range(3)], axis=-1)
    sheet[y0:y1, x0:x1, :3] = np.round(gradient)
    sheet[y0:y1, x0:x1, 3] = 255
    place = (bar.box.left * scale - left, (bar.box.top + SMALL_SIZE * ROW / 2) * scale - top)
    text(sheet, (bar.title,), place, scale, theme)
    for line, at in bar.ticks:
        x = bar.strip.left + at * bar.strip.width
        path = np.array([(x, bar.strip.bottom), (x, bar.strip.bottom + 6.0)]) * scale - (left, top)
        stroke(sheet, path, 1.6 * scale, theme.second_ink)
        centre = (x * scale - left, (bar.strip.bottom + 8.0 + SMALL_SIZE * ROW / 2) * scale - top)
        text(sheet, (line,), centre, scale, theme, align="centre", second=True)
    return patch_of(np.asarray(Image.fromarray(sheet).convert("RGBa")), left, top)


def _compass_patch(compass: Compass, scale: float, theme: Theme) -> Patch:
    sheet, left, top = _sheet(compass.box, scale)
    centre = np.array(compass.centre)
    arms = (((1.0, 0.0), "left"), ((-1.0, 0.0), "right"), ((0.0, -1.0), "centre"), ((0.0, 1.0), "centre"))
    for (direction, align), word in zip(arms, compass.words, strict=True):
        along = np.array(direction)
        aside = np.array([-along[1], along[0]])
        tip = centre + along * COMPASS_ARM
        shaft = np.array([centre + along * 5.0, tip])
        head = np.array([tip - along * 8.0 + aside * 6.0, tip, tip - along * 8.0 - aside * 6.0])
        for path in (shaft, head):
            stroke(sheet, path * scale - (left, top), _COMPASS_LINE * scale, theme.second_ink)
        x, y = (tip + along * (10.0, 18.0)) * scale - (left, top)
        text(sheet, (Line(word, "english", SMALL_SIZE),), (float(x), float(y)), scale, theme, align=align)
    return patch_of(np.asarray(Image.fromarray(sheet).convert("RGBa")), left, top)
