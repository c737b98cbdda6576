"""Painted colour of muscles and nerves: pearl tendon that fingers into red flesh, fibre bundles, sheets of aponeurosis.

A picture has a row for each level from origin (top) to insertion and a column for each direction round the section: from lateral over
posterior, medial and anterior back to lateral. Deterministic: the same bytes in every run. All shades and marks are estimates by eye.
"""

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from zlib import crc32

import numpy as np
from scipy.ndimage import gaussian_filter1d

from visualiser.anatomy.muscles import HEADS
from visualiser.anatomy.nerves import NERVES
from visualiser.easing import ease
from visualiser.pictures.appearance import TISSUE
from visualiser.tissue.restshapes import rest_positions, station_values
from visualiser.typed import ByteArray, FloatArray

ROWS, COLUMNS = 640, 256
DEEP_FLESH = np.array([0x64, 0x22, 0x22]) / 255


@dataclass(frozen=True, slots=True)
class Sheet:
    """An aponeurosis that lies on the surface: its middle and half width in turns round the section, and where it begins and ends."""

    middle: float
    half_width: float
    begin: float
    end: float
    from_origin: bool


# Slope of the fibre bundles (columns per row) and the sheets of each head. The long head's distal sheet faces backwards and to the side,
# its proximal one inwards; the membrane of semimembranosus lies on the lateral edge of its upper half.
_SLOPES = {
    "semitendinosus": 0.03,
    "semimembranosus": 0.24,
    "biceps_femoris_long_head": -0.18,
    "biceps_femoris_short_head": -0.12,
}
_SHEETS = {
    "semitendinosus": (),
    "semimembranosus": (Sheet(0.06, 0.15, 0.0, 0.60, True), Sheet(0.66, 0.13, 0.66, 1.0, False)),
    "biceps_femoris_long_head": (Sheet(0.52, 0.12, 0.0, 0.46, True), Sheet(0.14, 0.11, 0.52, 1.0, False)),
    "biceps_femoris_short_head": (Sheet(0.28, 0.10, 0.70, 1.0, False),),
}
# Tendinous inscription of semitendinosus: an oblique V, lowest behind, about 55 mm from arm to tip. van der Made et al. 2015.
# A narrow plate of tendon, not a line: broad at the tip, and the fibres that end on it from below fray its lower edge.
_INSCRIPTION_TIP, _INSCRIPTION_RISE = 0.43, 0.24
_INSCRIPTION_HALF_WIDTHS = (0.0035, 0.0095)  # at the ends of its arms and at its tip


@lru_cache
def textures() -> MappingProxyType[str, ByteArray]:
    """The painted picture (H, W, 3) of every muscle and nerve surface, by name."""
    pictures = {head.name: _muscle(head.name) for head in HEADS} | {nerve.name: _nerve(nerve.name) for nerve in NERVES}
    for picture in pictures.values():
        picture.flags.writeable = False
    return MappingProxyType(pictures)


def _smooth(values: FloatArray, low: float, high: float) -> FloatArray:
    return ease((values - low) / (high - low))


def _streaks(random: np.random.Generator, length: int, thickness: float, slope: float) -> FloatArray:
    """Noise (ROWS, COLUMNS) of unit spread in strands `length` rows long, that climb round the tube by `slope` columns a row."""
    knots = max(4, ROWS // length + 2)
    coarse = gaussian_filter1d(random.normal(size=(knots, COLUMNS)), thickness, axis=1, mode="wrap")
    coarse /= coarse.std()
    place = np.linspace(0.0, knots - 1.001, ROWS)
    low = place.astype(np.intp)
    share = _smooth(place - low, 0.0, 1.0)[:, None]
    strands = coarse[low] * (1.0 - share) + coarse[low + 1] * share
    strands /= np.sqrt((1.0 - share) ** 2 + share**2)
    shift = (np.arange(COLUMNS) + slope * np.arange(ROWS)[:, None]).astype(np.intp) % COLUMNS
    sheared: FloatArray = np.take_along_axis(strands, shift, axis=1)
    return sheared


def _muscle(name: str) -> ByteArray:
    """Picture of one head."""
    random = np.random.default_rng(crc32(name.encode()))
    along = np.linspace(0.0, 1.0, ROWS)[:, None]
    around = (np.arange(COLUMNS) / COLUMNS)[None, :]
    slope = _SLOPES[name]
    fine = _streaks(random, 70, 0.6, slope)
    bundles = _streaks(random, 150, 2.0, slope)
    broad = _streaks(random, 260, 8.0, slope)
    flesh = np.interp(along, rest_positions(), station_values(name).flesh)
    edge = 4.0 * flesh * (1.0 - flesh)  # flesh ends in fingers of unequal length, not at a line
    red = _smooth(flesh + edge * (0.10 * fine + 0.12 * bundles), 0.25, 0.72)
    for sheet in _SHEETS[name]:
        away = np.abs((around - sheet.middle + 0.5) % 1.0 - 0.5)
        there = _smooth(along, sheet.begin - 0.02, sheet.begin + (0.02 if sheet.from_origin else 0.20))
        there = there * (1.0 - _smooth(along, sheet.end - (0.20 if sheet.from_origin else 0.0), sheet.end + 0.01))
        narrowing = sheet.half_width * (0.35 + 0.65 * there)
        inside = 1.0 - _smooth((away + 0.006 * fine + 0.024 * bundles) / narrowing, 0.25, 1.0)
        red = red * (1.0 - 0.80 * there * inside)
    if name == "semitendinosus":
        behind = np.abs((around - 0.25 + 0.5) % 1.0 - 0.5)
        tip = np.sqrt(behind**2 + 0.012**2) - 0.012
        line = _INSCRIPTION_TIP - _INSCRIPTION_RISE * tip + 0.0030 * broad
        narrow, wide = _INSCRIPTION_HALF_WIDTHS
        half = narrow + (wide - narrow) * np.exp(-((behind / 0.13) ** 2))
        beyond = (along - line) / half
        frayed = np.where(beyond > 0.0, beyond / (1.5 + 0.55 * fine + 0.35 * bundles).clip(0.4), beyond)
        red = red * (1.0 - (0.72 + 0.08 * fine) * (1.0 - _smooth(np.abs(frayed), 0.35, 1.25)))
    shade = 1.0 + 0.11 * fine + 0.09 * bundles + 0.05 * broad
    meat = np.array(TISSUE["muscle"]) / 255 * shade[..., None]
    meat += (DEEP_FLESH - np.array(TISSUE["muscle"]) / 255) * np.clip(-0.28 * bundles, 0.0, 0.7)[..., None]
    pearl = np.array(TISSUE["pearl"]) / 255 * (1.0 + 0.030 * fine + 0.022 * bundles)[..., None]
    colour = pearl * (1.0 - red[..., None]) + meat * red[..., None]
    return (np.clip(colour, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)


def _nerve(name: str) -> ByteArray:
    """Picture of a nerve: yellow, with faint bundles along it."""
    random = np.random.default_rng(crc32(name.encode()))
    shade = 1.0 + 0.025 * _streaks(random, 120, 4.0, 0.05) + 0.015 * _streaks(random, 60, 1.5, 0.02)
    colour = np.array(TISSUE["nerve"]) / 255 * shade[..., None]
    return (np.clip(colour, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
