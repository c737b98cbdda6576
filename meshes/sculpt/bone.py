"""What the builder needs to know about one bone."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from visualiser.easing import ease
from visualiser.typed import FloatArray

from .fields import Field

Cover = Callable[[FloatArray], FloatArray]


def bare(points: FloatArray) -> FloatArray:
    """No cartilage anywhere."""
    return np.zeros(len(points))


@dataclass(frozen=True, slots=True)
class Bone:
    """One bone: its shape, the box that holds it, and how finely it is drawn.

    name      : file name of its meshes
    field     : the solid, mm, in the frame of the segment that carries it
    low, high : corners of a box around it, mm
    step      : grid step of the contour, mm
    smoothing : rounds of smoothing after contouring
    fine      : triangles of the fine mesh
    light     : triangles of the light mesh
    cartilage : 0..1 at points, 1 where joint cartilage covers the bone
    """

    name: str
    field: Field
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    step: float
    smoothing: int
    fine: int
    light: int
    cartilage: Cover = bare


def fade(values: FloatArray, start: float, end: float) -> FloatArray:
    """0 below `start`, 1 above `end`, smooth between."""
    return ease((values - start) / (end - start))
