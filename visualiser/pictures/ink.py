"""Ink on pixels: texts, lines and round boxes laid down to a fraction of a pixel, and nothing about what they mean.

Pillow snaps text to whole pixels and hints it, so labels would tremble in clips and differ between output sizes.
Here every text is drawn once, larger, glyph by glyph at its exact place, kept as a premultiplied sprite, and laid
down at a fraction of a pixel. Pictures are changed in place, only where something is drawn.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from visualiser.pictures.appearance import Colour, Theme
from visualiser.pictures.cameras import Box
from visualiser.pictures.labels import Point
from visualiser.pictures.typefaces import Line, font_file, pen_positions
from visualiser.typed import ByteArray, FloatArray, IntArray

_BASELINE = 0.80  # of a row, from its top
_HALO = 2.2  # rim round texts
_PHASES = 8  # parts of a pixel to which round boxes and discs are placed

Coverage = NDArray[np.float32]


# ---------------------------------------------------------------------------------------------------------------- text
def text(
    image: ByteArray,
    lines: Sequence[Line],
    place: Point,
    scale: float,
    theme: Theme,
    *,
    align: str = "left",
    row: float = 1.16,
    alpha: float = 1.0,
    second: bool = False,
    halo: Colour | None = None,
) -> None:
    """Lines of text whose left, centre or right edge, at the vertical middle, stands at a place in pixels, exactly."""
    ink = theme.second_ink if second else theme.ink
    fine = _fineness(scale)
    height = sum(line.size for line in lines) * row * scale
    width = max(line.width for line in lines) * scale
    left = place[0] - {"left": 0.0, "centre": width / 2, "right": width}[align]
    top = place[1] - height / 2
    x, y = int(np.floor(left)), int(np.floor(top))
    phase = (round((left - x) * fine), round((top - y) * fine))
    sprite = _sprite(tuple(lines), scale, align, row, ink, theme.second_ink, halo, phase)
    lay(image, sprite, x, y, alpha)


class Patch(NamedTuple):
    """Premultiplied colour and what it lets through, both (h, w, 4), and where their corner lies.

    The transparency is kept for each channel: numpy multiplies arrays of one shape several times faster than it repeats a channel. The
    fourth takes nothing away and adds nothing, so that a picture whose pixels stand on four bytes keeps what it has there.
    """

    colour: ByteArray
    through: ByteArray
    left: int
    top: int


def patch_of(premultiplied: ByteArray, left: int, top: int) -> Patch:
    """A patch of something drawn (H, W, 4) with premultiplied alpha, to be put at a place of the picture; empty edges are cut off."""
    rows, columns = (np.flatnonzero(premultiplied[..., 3].any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        rows = columns = np.zeros(1, dtype=np.intp)
    kept = premultiplied[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    colour, through = kept.copy(), np.repeat(255 - kept[..., 3:], 4, axis=2)
    colour[..., 3], through[..., 3] = 0, 255
    return Patch(colour, through, left + int(columns[0]), top + int(rows[0]))


def on_four_bytes(picture: ByteArray) -> ByteArray:
    """A copy of a picture (H, W, 3) whose pixels stand on four bytes each, the last of them full; seen as (H, W, 3).

    Whole pixels are copied, compared and laid over one another several times faster than triples of bytes: for films.
    """
    page = np.empty((*picture.shape[:2], 4), dtype=np.uint8)
    page[..., :3], page[..., 3] = picture, 255
    return page[..., :3]


def four_bytes(image: ByteArray) -> ByteArray | None:
    """The same memory with its fourth byte, (H, W, 4), of a picture made by `on_four_bytes`; None of any other."""
    if image.shape[2] != 3 or image.strides[1:] != (4, 1):
        return None
    owner = image.base
    if isinstance(owner, np.ndarray) and owner.shape == (*image.shape[:2], 4) and owner.strides == image.strides:
        return owner  # twenty times faster than a new view
    whole: ByteArray = np.lib.stride_tricks.as_strided(image, (*image.shape[:2], 4), image.strides)
    return whole


def _fineness(scale: float) -> int:
    """How many times larger texts are drawn before they are reduced: the smaller the output, the more."""
    return 8 if scale < 0.75 else 4 if scale < 1.5 else 3 if scale < 3 else 2


@lru_cache(1024)
def _font(face: str, pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file(face)), pixels, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(256)
def _masks(
    lines: tuple[Line, ...], scale: float, align: str, row: float, rim: bool
) -> tuple[ByteArray, ByteArray, ByteArray, int]:
    """Coverage of first-face texts, of Latin texts and of their rim, drawn large; and the padding in output pixels."""
    fine = _fineness(scale)
    unit = scale * fine
    pad = int(np.ceil(_HALO * scale)) + 2
    width = max(line.width for line in lines) * unit
    height = sum(line.size for line in lines) * row * unit
    size = (int(width) + (2 * pad + 2) * fine, int(height) + (2 * pad + 2) * fine)
    size = (size[0] + -size[0] % fine, size[1] + -size[1] % fine)
    first, second, halo = (Image.new("L", size) for _ in range(3))
    top = float(pad * fine)
    for line in lines:
        font = _font(line.face, line.size * unit)
        slack = width - line.width * unit
        left = pad * fine + {"left": 0.0, "centre": slack / 2, "right": slack}[align]
        base = round(top + line.size * row * unit * _BASELINE)
        pens = ImageDraw.Draw(second if line.face == "latin" else first), ImageDraw.Draw(halo)
        for character, pen in zip(line.text, pen_positions(line.text, line.face), strict=False):
            at = (round(left + pen * line.size * unit), base)
            pens[0].text(at, character, fill=255, font=font, anchor="ls")
            if rim:
                pens[1].text(at, character, fill=255, font=font, anchor="ls", stroke_width=max(round(_HALO * unit), 1))
        top += line.size * row * unit
    return np.asarray(first), np.asarray(second), np.asarray(halo), pad


@lru_cache(512)
def _sprite(
    lines: tuple[Line, ...],
    scale: float,
    align: str,
    row: float,
    ink: Colour,
    latin_ink: Colour,
    halo: Colour | None,
    phase: tuple[int, int],
) -> Patch:
    """A text at output size, shifted by a phase of fractions of a pixel."""
    fine = _fineness(scale)
    first, second, rim, pad = _masks(lines, scale, align, row, halo is not None)
    layers = [
        (_reduced(mask, fine, phase), colour)
        for mask, colour in ((rim, halo), (first, ink), (second, latin_ink))
        if colour is not None
    ]
    height, width = layers[0][0].shape
    pixels = np.zeros((height, width, 4), dtype=np.float32)
    for cover, colour in layers:
        pixels *= 1 - cover[..., None]
        pixels += cover[..., None] * np.array([*colour, 255], dtype=np.float32)
    return patch_of((pixels + 0.5).astype(np.uint8), -pad, -pad)


def _reduced(mask: ByteArray, fine: int, phase: tuple[int, int]) -> Coverage:
    """A mask moved right and down by some of its own pixels and averaged over blocks: coverage 0..1 at output size."""
    height, width = mask.shape
    moved = np.zeros((height + fine, width + fine), dtype=np.uint8)
    moved[phase[1] : phase[1] + height, phase[0] : phase[0] + width] = mask
    blocks: Coverage = np.asarray(Image.fromarray(moved).reduce(fine), dtype=np.float32)
    return blocks / np.float32(255)


# --------------------------------------------------------------------------------------------------- lines and shapes
class Trace(NamedTuple):
    """The pixels near a path: rows, columns, distance from the path and distance run along it."""

    ys: IntArray
    xs: IntArray
    aside: Coverage
    along: Coverage


def stroke(
    image: ByteArray,
    path: FloatArray,
    width: float,
    colour: Colour,
    alpha: float = 1.0,
    *,
    dash: tuple[float, float] | None = None,
    where: NDArray[np.generic] | None = None,
) -> None:
    """A line with round ends through the points of a path, to a fraction of a pixel.

    path  : (n, 2)  pixels
    dash  : pixels on and off
    where : (h, w)  draws only there, softly if 0..255; any resolution, spans the whole picture; a single cell means everywhere
    """
    paint(image, trace(path, width / 2 + 1, image.shape), width, colour, alpha, dash=dash, where=where)


def trace(path: FloatArray, reach: float, shape: tuple[int, ...]) -> Trace:
    """Measure the pixels within reach of a path against the whole of it, so that one listed twice is the same twice."""
    ys, xs = _near(path, reach, shape[1], shape[0])
    px, py = xs.astype(np.float32) + np.float32(0.5), ys.astype(np.float32) + np.float32(0.5)
    square, phase, run = np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.float32), 0.0
    for a, b in pairwise(path):
        length = max(float(np.hypot(*(b - a))), 1e-6)
        ux, uy = np.float32((b[0] - a[0]) / length), np.float32((b[1] - a[1]) / length)
        dx, dy = px - np.float32(a[0]), py - np.float32(a[1])
        along, across = dx * ux + dy * uy, dx * uy - dy * ux
        beyond = along - np.clip(along, np.float32(0), np.float32(length))
        own = across * across + beyond * beyond
        along += np.float32(run)
        run += length
        if len(square):
            closer = own < square
            square, phase = np.minimum(own, square), np.where(closer, along, phase)
        else:
            square, phase = own, along
    near = np.flatnonzero(square < np.float32(reach * reach))
    return Trace(ys[near], xs[near], np.sqrt(square[near]), phase[near])


def _near(path: FloatArray, reach: float, width: int, height: int) -> tuple[IntArray, IntArray]:
    """Rows and columns of the pixels within reach of a path, some of them more than once."""
    rows, columns = [], []
    for a, b in pairwise(path):
        dx, dy = b - a
        steep = abs(dy) > abs(dx)
        (u0, v0), (u1, v1) = ((a[1], a[0]), (b[1], b[0])) if steep else ((a[0], a[1]), (b[0], b[1]))
        slope = (v1 - v0) / (u1 - u0) if u1 != u0 else 0.0
        spread = int(np.ceil(reach * np.hypot(1.0, slope)))
        deep, wide = (height, width) if steep else (width, height)
        low, high = min(u0, u1), max(u0, u1)
        u = np.arange(max(int(np.floor(low - reach)), 0), min(int(np.ceil(high + reach)) + 1, deep))
        line = np.floor(v0 + (np.clip(u + 0.5, low, high) - u0) * slope).astype(np.intp)
        v = (line[:, None] + np.arange(-spread, spread + 1)).reshape(-1)
        u = np.repeat(u, 2 * spread + 1)
        if min(v0, v1) < spread + 1 or max(v0, v1) > wide - spread - 2:
            inside = (v >= 0) & (v < wide)
            u, v = u[inside], v[inside]
        rows.append(u if steep else v)
        columns.append(v if steep else u)
    return np.concatenate(rows), np.concatenate(columns)


def paint(
    image: ByteArray,
    line: Trace,
    width: float,
    colour: Colour,
    alpha: float,
    *,
    dash: tuple[float, float] | None = None,
    where: NDArray[np.generic] | None = None,
) -> None:
    """Lay colour on the pixels of a traced path."""
    if alpha <= 0.0:
        return
    covered = np.flatnonzero(line.aside < np.float32(width / 2 + 0.5))
    ys, xs = line.ys.take(covered), line.xs.take(covered)
    cover = np.minimum(np.float32(width / 2 + 0.5) - line.aside.take(covered), np.float32(min(1.0, width)))
    if dash:
        within = line.along.take(covered) % np.float32(sum(dash))
        cover *= np.clip(np.minimum(within, np.float32(dash[0]) - within) + np.float32(0.5), 0, 1)
    if where is not None and where.size > 1:
        fy, fx = where.shape[0] / image.shape[0], where.shape[1] / image.shape[1]
        there = where[(ys * fy).astype(np.intp), (xs * fx).astype(np.intp)].astype(np.float32)
        cover *= there if where.dtype == np.bool_ else there / np.float32(255)
    cover *= np.float32(alpha)
    whole = four_bytes(image)
    if whole is None or not whole.flags.c_contiguous:
        image[ys, xs] = _over(image[ys, xs], colour, cover)
        return
    # Pixels as single numbers are fetched and put back several times faster than as triples.
    flat, at = whole.view("<u4").reshape(-1), ys * image.shape[1] + xs
    under = flat[at].view(np.uint8).reshape(-1, 4).astype(np.float32)
    under += (np.array([*colour, 255], dtype=np.float32) - under) * cover[:, None]
    under += np.float32(0.5)
    flat[at] = under.astype(np.uint8).view("<u4")[:, 0]


def disc(
    image: ByteArray, centre: Point, radius: float, colour: Colour, alpha: float = 1.0, *, hollow: float = 0.0
) -> None:
    """A disc, or a ring when hollow, in pixels."""
    box = Box(centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
    round_box(image, box, radius, colour, alpha, hollow=hollow)


def pill(image: ByteArray, box: Box, scale: float, colour: Colour, alpha: float, pad: float = 8.0) -> None:
    """A soft ground behind a text."""
    grown = Box(box.left - pad * scale, box.top - pad * scale, box.right + pad * scale, box.bottom + pad * scale)
    round_box(image, grown, min(14.0 * scale, grown.height / 2), colour, alpha)


def round_box(image: ByteArray, box: Box, radius: float, colour: Colour, alpha: float, *, hollow: float = 0.0) -> None:
    """A rectangle with round corners, in pixels, drawn by its signed distance; hollow leaves a hole of that radius."""
    if alpha <= 0.0:
        return
    x, y = int(np.floor(box.left)), int(np.floor(box.top))
    place = round((box.left - x) * _PHASES), round((box.top - y) * _PHASES)
    size = round(box.width * _PHASES), round(box.height * _PHASES)
    sprite = _round_sprite(place, size, round(radius * _PHASES), round(hollow * _PHASES), colour)
    lay(image, sprite, x, y, alpha)


@lru_cache(512)
def _round_sprite(place: tuple[int, int], size: tuple[int, int], radius: int, hollow: int, colour: Colour) -> Patch:
    """A box of `round_box`, in parts of a pixel: the same few are laid down in every frame of a film."""
    (left, top), (width, height) = (np.array(pair) / _PHASES for pair in (place, size))
    corner, hole = radius / _PHASES, hollow / _PHASES
    x = np.arange(-1, int(np.ceil(left + width)) + 1, dtype=np.float32) + np.float32(0.5 - left - width / 2)
    y = np.arange(-1, int(np.ceil(top + height)) + 1, dtype=np.float32) + np.float32(0.5 - top - height / 2)
    qx = (np.abs(x) - np.float32(width / 2 - corner))[None]
    qy = (np.abs(y) - np.float32(height / 2 - corner))[:, None]
    outside = np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0) - np.float32(corner)
    cover = np.clip(np.float32(0.5) - outside, 0, 1)
    if hollow > 0:
        cover = np.minimum(cover, np.clip(np.hypot(x[None], y[:, None]) - np.float32(hole - 0.5), 0, 1))
    pixels = cover[..., None] * np.array([*colour, 255], dtype=np.float32) + np.float32(0.5)
    return patch_of(pixels.astype(np.uint8), -1, -1)


def sector(
    image: ByteArray,
    centre: Point,
    radii: tuple[float, float],
    angles_deg: tuple[float, float],
    colour: Colour,
    alpha: float,
) -> None:
    """A piece of a ring between two radii and two angles of at most half a turn, counted upwards from the right, in pixels."""
    first, last = np.radians(angles_deg)
    # Only the box that holds the piece: its four corners, and where it reaches farthest up, down, left or right.
    turns = np.array([first, last, *(turn for turn in np.radians(np.arange(-360, 361, 90)) if first < turn < last)])
    places = np.multiply.outer(np.array(radii), np.array([np.cos(turns), -np.sin(turns)])) + np.array(centre)[:, None]
    low, high = np.floor(places.min(axis=(0, 2)) - 1).astype(int), np.ceil(places.max(axis=(0, 2)) + 1).astype(int)
    x0, x1 = max(int(low[0]), 0), min(int(high[0]), image.shape[1])
    y0, y1 = max(int(low[1]), 0), min(int(high[1]), image.shape[0])
    if x1 <= x0 or y1 <= y0 or alpha <= 0.0 or last <= first:
        return
    x = np.arange(x0, x1, dtype=np.float32)[None] + np.float32(0.5 - centre[0])
    y = np.float32(centre[1] - 0.5) - np.arange(y0, y1, dtype=np.float32)[:, None]
    radius = np.hypot(x, y)
    before = np.float32(np.sin(first)) * x - np.float32(np.cos(first)) * y  # how far on the wrong side of each edge
    after = np.float32(np.cos(last)) * y - np.float32(np.sin(last)) * x
    outside = np.maximum(
        np.maximum(radius - np.float32(radii[1]), np.float32(radii[0]) - radius), np.maximum(before, after)
    )
    image[y0:y1, x0:x1] = _over(
        image[y0:y1, x0:x1], colour, np.clip(np.float32(0.5) - outside, 0, 1) * np.float32(alpha)
    )


# --------------------------------------------------------------------------------------------------------- compositing
def _over(below: ByteArray, colour: Colour, alpha: Coverage) -> ByteArray:
    """One colour laid over pixels (..., 3) or straight-alpha (..., 4)."""
    cover = alpha[..., None]
    source = np.array(colour, dtype=np.float32)
    if below.shape[-1] == 3:
        base = below.astype(np.float32)
        result: ByteArray = (base + (source - base) * cover + np.float32(0.5)).astype(np.uint8)
        return result
    return _over_straight(below, source * cover, cover)


def _over_straight(below: ByteArray, premultiplied: Coverage, cover: Coverage) -> ByteArray:
    """Premultiplied colour over straight-alpha pixels (..., 4)."""
    under = below[..., 3:].astype(np.float32) / np.float32(255) * (1 - cover)
    alpha = cover + under
    colour = (premultiplied + below[..., :3] * under) / np.maximum(alpha, np.float32(1e-6))
    mixed = np.concatenate([colour, alpha * np.float32(255)], axis=-1)
    result: ByteArray = (np.clip(mixed, 0, 255) + np.float32(0.5)).astype(np.uint8)
    return result


def lay(image: ByteArray, patch: Patch, x: int, y: int, alpha: float) -> None:
    """A patch laid onto a picture at whole pixels; in integers, for this is the hot spot of a clip."""
    left, top = patch.left + x, patch.top + y
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + patch.colour.shape[1], image.shape[1]), min(top + patch.colour.shape[0], image.shape[0])
    if x1 <= x0 or y1 <= y0 or alpha <= 0.0:
        return
    part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    colour, through = patch.colour[part], patch.through[part]
    if alpha < 1.0:
        share = np.uint16(round(alpha * 256))
        colour = (colour * share >> 8).astype(np.uint8)
        through = 255 - ((255 - through) * share >> 8).astype(np.uint8)
    whole = four_bytes(image)
    target = (image if whole is None else whole)[y0:y1, x0:x1]
    if image.shape[2] == 4:
        target[...] = _over_straight(
            target,
            colour[..., :3].astype(np.float32),
            np.float32(1) - through[..., :1].astype(np.float32) / np.float32(255),
        )
        return
    if whole is None:
        colour, through = (np.ascontiguousarray(own[..., :3]) for own in (colour, through))
    # x / 255, rounded, is (x + 128 + (x + 128) / 256) / 256 and stays within 16 bits.
    product = np.multiply(target, through, dtype=np.uint16)
    product += np.uint16(128)
    product += product >> 8
    product >>= 8
    product += colour
    target[...] = product
