"""Shade and line drawn from depth: darker where surfaces meet, and outlines round what stands before something else. Pure numpy."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visualiser.pictures.appearance import Colour
from visualiser.typed import BoolArray, ByteArray, FloatArray

# How far around each point something may stand that takes light from it, metres: from the groove between two bundles to the space
# between two muscles. With their number of directions and the strength, ESTIMATES by eye.
_REACHES_M = (0.003, 0.007, 0.014, 0.026)
_DIRECTIONS = 6
_STRENGTH = np.array([0.62, 0.70, 0.72])  # red, green, blue: shade in flesh and bone is warm
_GAIN = 1.8
_FAR = 2.5  # reaches in front of a point from which something is another thing, not a neighbour that leans over it
_STEP = 0.005  # metres of depth between neighbouring pixels that make an edge


def occlusion(depth: FloatArray, metres_per_pixel: float) -> NDArray[np.float32]:
    """How much light its neighbours take from each pixel: 0 on a free surface, 1 in a narrow gap.

    Opposite neighbours are weighed in pairs, so that a surface seen at a slant does not darken itself (the idea of volumetric
    obscurance with paired samples, Loos & Sloan 2010).

    depth : (H, W)  metres from the eye, inf where nothing is hit
    """
    result = np.zeros(depth.shape, dtype=np.float32)
    hit = np.isfinite(depth)
    if not hit.any():
        return result
    rows, columns = np.flatnonzero(hit.any(axis=1)), np.flatnonzero(hit.any(axis=0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    margin = int(np.ceil(_REACHES_M[-1] / metres_per_pixel)) + 1
    whole = np.where(hit, depth, 1e3).astype(np.float32)
    here = whole[part]
    # What leaves the picture is taken to go on outside it: else its shade would end in a step before the edge.
    around = np.pad(whole, margin, mode="edge")[
        rows[0] : rows[-1] + 1 + 2 * margin, columns[0] : columns[-1] + 1 + 2 * margin
    ]
    height, width = here.shape
    taken = np.zeros_like(here)
    used = 0
    for reach in _REACHES_M:
        pixels = reach / metres_per_pixel
        if pixels < 1.0:
            continue
        for turn in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
            dx, dy = round(pixels * np.cos(turn)), round(pixels * np.sin(turn))
            pair = np.zeros_like(here)
            for sign in (1, -1):
                top, left = margin + sign * dy, margin + sign * dx
                rise = (here - around[top : top + height, left : left + width]) * np.float32(1.0 / reach)
                pair += np.where(rise > _FAR, np.float32(0.0), np.clip(rise, -1.0, 1.0))
            taken += np.clip(pair * np.float32(0.5), 0.0, 1.0)
            used += 1
    result[part] = np.where(hit[part], taken / max(used, 1), 0.0)
    return result


def shaded(cutout: ByteArray, shade: NDArray[np.float32]) -> ByteArray:
    """A picture (H, W, 4) darkened by `occlusion` of any resolution that spans the whole of it."""
    height, width = cutout.shape[:2]
    # What lies just outside an edge is as dark as what lies just inside: no bright seam.
    grey = Image.fromarray(np.round(255.0 * np.clip(_GAIN * shade, 0.0, 1.0)).astype(np.uint8), "L")
    full = np.asarray(grey.resize((width, height), Image.Resampling.BILINEAR))
    rows, columns = np.flatnonzero(full.any(axis=1)), np.flatnonzero(full.any(axis=0))
    if not len(rows):
        return cutout
    result = cutout.copy()
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    dark = full[part].astype(np.float32)[..., None] * (_STRENGTH / 255.0).astype(np.float32)
    result[part][..., :3] = (result[part][..., :3] * (1.0 - dark) + 0.5).astype(np.uint8)
    return result


def edges(identities: NDArray[np.uint8], depth: NDArray[np.floating], width: int) -> BoolArray:
    """Pixels of the lines between different structures, and where one part of a structure stands before another.

    identities : (H, W)  a number for every structure, 0 for none
    depth      : (H, W)  metres, inf where nothing is hit
    width      : of the lines, pixels
    """
    near = np.minimum(depth, 1e3).astype(np.float32)
    line = np.zeros(identities.shape, dtype=bool)
    line[1:] |= (identities[1:] != identities[:-1]) | (np.abs(near[1:] - near[:-1]) > _STEP)
    line[:, 1:] |= (identities[:, 1:] != identities[:, :-1]) | (np.abs(near[:, 1:] - near[:, :-1]) > _STEP)
    return _widened(_widened(line, width).T, width).T


def _widened(mask: BoolArray, width: int) -> BoolArray:
    """A mask grown along its columns to a width, about its middle, in few steps: each doubles what there is."""
    grown, reached = mask.copy(), 1
    while reached < width:
        step = min(reached, width - reached)
        grown[: len(grown) - step] |= grown[step:].copy()
        reached += step
    shift = (width - 1) // 2
    if shift:
        grown[shift:] = grown[:-shift].copy()
    return grown


def outlined(cutout: ByteArray, lines: BoolArray, samples: int, colour: Colour, strength: float) -> ByteArray:
    """A picture (H, W, 4) with lines `samples` times finer laid on it, reduced as it was: soft at their edges."""
    fine = Image.fromarray(lines.astype(np.uint8) * np.uint8(255), "L")
    cover = np.asarray(fine.reduce(samples) if samples > 1 else fine).astype(np.float32)[..., None] / 255 * strength
    under = cutout[..., 3:].astype(np.float32) / 255 * (1 - cover)
    alpha = cover + under
    ink = np.array(colour, dtype=np.float32)
    mixed = (ink * cover + cutout[..., :3] * under) / np.maximum(alpha, 1e-6)
    result: ByteArray = (np.concatenate([mixed, alpha * 255], axis=-1) + 0.5).astype(np.uint8)
    return result
