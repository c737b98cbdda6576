"""What lies behind and under the anatomy: background gradient, soft shadow, and edges without halos."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from visualiser.pictures.appearance import THEMES, Theme, look_up
from visualiser.pictures.cameras import Box
from visualiser.typed import BoolArray, ByteArray

_SHADOW_OFFSET = (0.008, 0.012)  # right and down, of the short side of the canvas
_SHADOW_BLUR = 0.012
_PLAIN = 48.0  # grey levels a background may differ from the theme's: gradients and soft shadows do
_COARSE = 8  # a blurred shadow has no detail that an eighth of the pixels would lose


@lru_cache(8)
def compose_background(width: int, height: int, theme: str | Theme = "light", *, dither: bool = False) -> ByteArray:
    """(H, W, 3) gradient of a theme, read-only.

    dither : half a level of noise against banding; for video only, it triples the size of a PNG
    """
    look = look_up("theme", theme, THEMES) if isinstance(theme, str) else theme
    share = np.linspace(0.0, 1.0, height)[:, None, None]
    levels = np.broadcast_to(np.array(look.top) * (1 - share) + np.array(look.bottom) * share, (height, width, 3))
    if dither:
        levels = levels + np.random.default_rng(0).uniform(-0.5, 0.5, (height, width, 1))
    pixels: ByteArray = np.clip(levels + 0.5, 0, 255).astype(np.uint8)
    pixels.flags.writeable = False
    return pixels


def reduce_premultiplied(pixels: ByteArray, factor: int) -> ByteArray:
    """A supersampled picture (H, W, 3 or 4 with straight alpha) averaged over blocks: no halo, no ringing.

    Colours are weighted by their alpha: averaging straight alpha would mix the colour of empty pixels into the edges.
    """
    if factor == 1:
        return pixels
    if pixels.shape[2] == 3:
        plain: ByteArray = np.asarray(Image.fromarray(pixels, "RGB").reduce(factor)).copy()
        return plain
    reduced = Image.fromarray(pixels, "RGBA").convert("RGBa").reduce(factor).convert("RGBA")
    result: ByteArray = np.asarray(reduced).copy()
    return result


def reduce_cutout(pixels: ByteArray, mask: BoolArray, factor: int) -> ByteArray:
    """What the graphics memory holds of solid things on black, averaged over blocks -> (h, w, 4), straight alpha, rows from above.

    pixels : (H, W, 4)  rows from below; its own alpha counts for nothing
    mask   : (H, W)     which pixels show something, rows from below
    """
    size = (pixels.shape[1], pixels.shape[0])
    colour = Image.frombuffer("RGBX", size, pixels, "raw", "RGBX", 0, 1)
    cover = Image.frombuffer("L", size, np.ascontiguousarray(mask).view(np.uint8) * np.uint8(255), "raw", "L", 0, 1)
    if factor > 1:
        colour, cover = colour.reduce(factor), cover.reduce(factor)
    weighted = np.dstack([np.asarray(colour)[::-1, :, :3], np.asarray(cover)[::-1]])
    # Rounding must not make a colour stronger than what it covers.
    weighted[..., :3] = np.minimum(weighted[..., :3], weighted[..., 3:])
    result: ByteArray = np.asarray(
        Image.frombuffer("RGBa", (weighted.shape[1], weighted.shape[0]), weighted, "raw", "RGBa", 0, 1).convert("RGBA")
    ).copy()
    return result


def cut_out(on_black: ByteArray, on_white: ByteArray) -> ByteArray:
    """The same picture on black and on white, (H, W, 3) each -> (H, W, 4) with straight alpha.

    What lets the ground through differs between the two by just as much; soft edges and translucent surfaces alike.
    """
    black = on_black.astype(np.int32)
    # Rounding may differ between the channels: the one that lets least through is right where a colour is strong.
    alpha = np.clip(255 - (on_white.astype(np.int32) - black).min(axis=-1, keepdims=True), 0, 255)
    colour = np.clip((black * 255 + alpha // 2) // np.maximum(alpha, 1), 0, 255)
    result: ByteArray = np.concatenate([colour, alpha], axis=-1).astype(np.uint8)
    return result


def over(top: ByteArray, below: ByteArray) -> ByteArray:
    """One picture laid on another, both (H, W, 4) with straight alpha."""
    result: ByteArray = np.asarray(Image.alpha_composite(Image.fromarray(below), Image.fromarray(top))).copy()
    return result


def faint(cutout: ByteArray, strength: float) -> ByteArray:
    """A picture (H, W, 4) made transparent as a whole."""
    result = cutout.copy()
    result[..., 3] = np.round(result[..., 3] * strength)
    return result


def premultiplied(picture: ByteArray) -> ByteArray:
    """A picture (H, W, 4) with its colours weighted by their alpha."""
    result: ByteArray = np.asarray(Image.fromarray(picture, "RGBA").convert("RGBa"))
    return result


def flatten(cutout: ByteArray, theme: str | Theme = "light", *, shadow: bool = True, dither: bool = False) -> ByteArray:
    """(H, W, 4) anatomy with straight alpha laid on the background of a theme, with its soft shadow -> (H, W, 3)."""
    look = look_up("theme", theme, THEMES) if isinstance(theme, str) else theme
    height, width = cutout.shape[:2]
    page = Image.fromarray(compose_background(width, height, look, dither=dither), "RGB").copy()
    anatomy = Image.fromarray(cutout, "RGBA")
    alpha = anatomy.getchannel("A")
    if shadow and look.shadow_strength > 0:
        page.paste(look.shadow, (0, 0), cast_shadow(alpha, look.shadow_strength))
    page.paste(anatomy.convert("RGB"), (0, 0), alpha)
    result: ByteArray = np.asarray(page).copy()
    return result


def cast_shadow(alpha: Image.Image, strength: float) -> Image.Image:
    """The soft shadow of a mask, as a mask: shifted to the lower right and blurred.

    What leaves the picture is taken to go on outside, or its shadow would begin inside the edge.
    """
    short = min(alpha.size)
    right, down = (round(share * short) for share in _SHADOW_OFFSET)
    border = max(right, down) // _COARSE + 1
    coarse = Image.fromarray(np.pad(np.asarray(alpha.reduce(_COARSE)), border, mode="edge"))
    soft = coarse.filter(ImageFilter.GaussianBlur(_SHADOW_BLUR * short / _COARSE))
    soft = soft.point([int(v * strength) for v in range(256)])
    full = soft.resize((soft.width * _COARSE, soft.height * _COARSE), Image.Resampling.BICUBIC)
    left, top = border * _COARSE - right, border * _COARSE - down
    return full.crop((left, top, left + alpha.width, top + alpha.height))


def busyness(image: ByteArray, box: Box, theme: Theme) -> float:
    """How much a text there needs a ground: 0 on the plain background, rising to 1 as anatomy comes to lie under it.

    It rises with the share that is covered, so that in a clip no ground pops up.
    """
    rows = slice(max(int(box.top), 0), max(int(box.bottom), 0), 3)
    part = image[rows, max(int(box.left), 0) : max(int(box.right), 0) : 3]
    if part.size == 0:
        return 0.0
    if image.shape[2] == 4:
        return min(6.0 * float((part[..., 3] > 0).mean()), 1.0)
    away = np.abs(part[..., :3] - _plain(theme, image.shape[0])[rows]) > _PLAIN
    covered = away[..., 0] | away[..., 1] | away[..., 2]
    return min(6.0 * float(np.count_nonzero(covered)) / int(covered.size), 1.0)


@lru_cache(8)
def _plain(theme: Theme, height: int) -> NDArray[np.int16]:
    """The bare ground of a theme, row by row: (height, 1, 3)."""
    share = (np.arange(height) / height)[:, None, None]
    return np.round(np.array(theme.top) * (1 - share) + np.array(theme.bottom) * share).astype(np.int16)
