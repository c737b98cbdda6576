"""Levels of detail for files that travel: every second ring and point of the drawn tubes, with faces and texture coordinates to match."""

from dataclasses import dataclass

import numpy as np

from visualiser.bodies.assembly import Body, Surface
from visualiser.tissue.sections import closed_faces
from visualiser.typed import IntArray

_FEWEST_RINGS, _FEWEST_SECTORS = 6, 8


@dataclass(frozen=True, eq=False, slots=True)
class Coarse:
    """A soft surface with fewer points: which of its vertices are kept (V,), the faces (F, 3) between them, and the kept tubes' sizes."""

    kept: IntArray
    faces: IntArray
    sizes: tuple[tuple[int, int], ...]


def _picked(count: int, step: int, fewest: int) -> IntArray:
    """Every `step`-th of `count` places with first and last, but no fewer than `fewest` where there are as many."""
    wanted = max((count - 1) // step + 1, min(fewest, count))
    return np.unique(np.round(np.linspace(0, count - 1, wanted)).astype(np.intp))


def coarse(body: Body, surface: Surface, ring_step: int, sector_step: int) -> Coarse:
    """Fewer rings and fewer points round each: the ends, the seam of the texture and the closing caps stay."""
    kept, faces, sizes = [], [], []
    first = offset = 0
    for rings, sectors in body.tube_sizes(surface.structure):
        rows = _picked(rings, ring_step, _FEWEST_RINGS)
        columns = _picked(sectors + 1, sector_step, _FEWEST_SECTORS + 1)
        body_part = first + (rows[:, None] * (sectors + 1) + columns).reshape(-1)
        ends = first + rings * (sectors + 1) + np.arange(2)
        kept += [body_part, ends]
        around = len(columns) - 1
        faces.append(closed_faces(len(rows), around) + offset)
        sizes.append((len(rows), around))
        first += rings * (sectors + 1) + 2
        offset += len(rows) * len(columns) + 2
    corners = np.concatenate(faces)
    if surface.side == "left":  # mirrored: turned so that they still look outwards
        corners = corners[:, ::-1]
    return Coarse(np.concatenate(kept), np.ascontiguousarray(corners), tuple(sizes))
