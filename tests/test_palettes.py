"""Palettes: few colours, and still no bands in a small strong area beside a large pale ground."""

import numpy as np
from PIL import Image

from visualiser.pictures.palettes import with_palette


def picture() -> Image.Image:
    """A pale ground with a soft gradient, and on a hundredth of it a nerve's yellow from dark to light."""
    down, across = np.mgrid[0:200, 0:200] / 199.0
    ground = 235.0 + 20.0 * down[..., None] * np.array([1.0, 0.98, 0.96])
    nerve = np.array([90.0, 70.0, 10.0]) + across[..., None] * 10.0 * np.array([160.0, 150.0, 60.0])
    on_nerve = (across < 0.1) & (down < 0.1)
    return Image.fromarray(np.where(on_nerve[..., None], nerve, ground).clip(0, 255).astype(np.uint8), "RGB")


def test_small_strong_area_keeps_its_shades() -> None:
    whole = picture()
    stored = with_palette(whole, 64)
    away = np.abs(np.asarray(stored.convert("RGB"), int) - np.asarray(whole, int)).max(axis=-1)
    assert stored.mode == "P" and len(stored.getcolors() or []) <= 64
    assert away[:19, :19].max() <= 12  # a palette of the commonest colours is off by 60 here
    assert away[60:].max() <= 12


def test_the_same_picture_has_the_same_palette() -> None:
    assert with_palette(picture()).tobytes() == with_palette(picture()).tobytes()
    assert with_palette(Image.new("RGB", (8, 8), (10, 20, 30))).convert("RGB").getpixel((3, 3)) == (10, 20, 30)
