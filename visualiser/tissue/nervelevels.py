"""Where along the nerve each drawn point of it lies, so that strain and excursion along it can be shown on it."""

from functools import lru_cache

import numpy as np

from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.conventions import metres
from visualiser.tissue import nervetubes
from visualiser.tissue.nerve import NerveState
from visualiser.typed import FloatArray


@lru_cache
def drawn_levels(structure: str, sizes: tuple[tuple[int, int], ...]) -> FloatArray:
    """The height below the hip centre in upright standing, metres, at which each vertex (V,) of a nerve's surface lies in the nerve.

    sizes : rings and points round each of its tubes, in their order (`SoftTissue.tube_sizes`)

    Not a number where nothing is computed: in the common fibular nerve, since the mechanics follow the tibial division to the foot, and in
    the motor branches. The mechanics have one root, the fifth lumbar; the others are taken to be stretched like it.
    """
    heights = nervetubes.designed_lines(np.zeros((1, 6)))[0, :, 1]
    trunk, tibial = (heights[tube] for tube in nervetubes.TUBES[:2])
    own: list[FloatArray] = []
    if structure == SCIATIC_NERVE.divisions[0].name:
        own = [nervetubes.refined(tibial)]
    elif structure == SCIATIC_NERVE.name:
        top = next(float(metres(root.point_mm[1])) for root in SCIATIC_NERVE.roots if root.level == "L5")
        # The trunk's third point is where roots end.
        root = np.linspace(top, float(trunk[2]), nervetubes.ROOT_RINGS)
        own = [nervetubes.refined(trunk), *[root] * len(SCIATIC_NERVE.roots)]
    everywhere = np.full(sum(rings * (sectors + 1) + 2 for rings, sectors in sizes), np.nan)
    first = 0
    for heights_of_rings, (rings, sectors) in zip(own, sizes, strict=False):  # branches, last, have none
        levels = _of_vertices(heights_of_rings, rings, sectors)
        everywhere[first : first + len(levels)] = levels
        first += len(levels)
    everywhere.flags.writeable = False
    return everywhere


def strain_at(state: NerveState, levels: FloatArray) -> FloatArray:
    """Strain (V,) of one pose at levels (V,); not a number where they are none."""
    return _between(0.5 * (state.level[1:] + state.level[:-1]), state.strain, levels)


def excursion_at(state: NerveState, levels: FloatArray) -> FloatArray:
    """Excursion (V,) of one pose at levels (V,), metres; not a number where they are none."""
    return _between(state.level, state.excursion, levels)


def _between(level: FloatArray, values: FloatArray, asked: FloatArray) -> FloatArray:
    found: FloatArray = np.interp(-asked, -level, values)  # heights fall along the nerve
    return np.where(np.isnan(asked), np.nan, found)


def _of_vertices(heights: FloatArray, rings: int, sectors: int) -> FloatArray:
    """Heights of a closed tube's vertices: its rings, seam counted twice, and the middles of its ends."""
    assert len(heights) == rings
    return np.concatenate([np.repeat(heights, sectors + 1), heights[[0, -1]]])
