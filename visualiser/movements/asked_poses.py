"""Poses as people write them: `hip_flexion=90,knee_flexion=0`, and grids of them: `hip_flexion=-20:120:10`."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from visualiser.anatomy import skeleton
from visualiser.conventions import LEG_COORDINATES, radians
from visualiser.errors import PoseError, VisualiserError, unknown_name
from visualiser.typed import FloatArray

MOST_POSES = 100_000


def leg_of(angles_deg: Mapping[str, float]) -> FloatArray:
    """A pose of one leg (6,) in radians from named angles in degrees; what is not named stays 0.

    raises : UnknownNameError, or PoseError for an angle outside its range
    """
    leg: FloatArray = legs_of({name: [angle] for name, angle in angles_deg.items()})[0]
    return leg


def legs_of(angles_deg: Mapping[str, Iterable[float]]) -> FloatArray:
    """Every combination of named angles in degrees: poses (N, 6) in radians; the coordinate named last changes fastest."""
    values = {name: np.asarray(list(angles), dtype=np.float64) for name, angles in angles_deg.items()}
    for name, angles in values.items():
        if name not in LEG_COORDINATES:
            raise unknown_name("coordinate", name, LEG_COORDINATES)
        low, high = skeleton.limits_deg(name)
        outside = ~((angles >= low - 1e-6) & (angles <= high + 1e-6))
        if outside.any():
            raise PoseError(name, float(angles[outside][0]), (low, high))
    count = int(np.prod([float(len(angles)) for angles in values.values()]))
    if count > MOST_POSES:
        raise VisualiserError(f"The grid has {count} poses; a table has at most {MOST_POSES}.")
    poses = np.zeros((*(len(angles) for angles in values.values()), len(LEG_COORDINATES)))
    for (name, _), crossed in zip(values.items(), np.meshgrid(*values.values(), indexing="ij"), strict=True):
        poses[..., LEG_COORDINATES.index(name)] = crossed
    return radians(poses.reshape(-1, len(LEG_COORDINATES)))


def parse_pose(text: str) -> dict[str, float]:
    """Named angles in degrees from `hip_flexion=90,knee_flexion=0`."""
    angles: dict[str, float] = {}
    for part in text.split(","):
        name, equals, angle = (piece.strip() for piece in part.partition("="))
        if not equals or name in angles:
            raise VisualiserError(f'The pose "{text}" must read like hip_flexion=90,knee_flexion=0, each name once.')
        angles[name] = _number(angle, text)
    return angles


def parse_grid(texts: Sequence[str]) -> dict[str, FloatArray]:
    """Named angles in degrees from texts such as `hip_flexion=-20:120:10`, first to last in steps, both ends included."""
    axes: dict[str, FloatArray] = {}
    for text in texts:
        name, equals, course = (piece.strip() for piece in text.partition("="))
        bounds = course.split(":")
        if not equals or len(bounds) != 3 or name in axes:
            raise VisualiserError(f'The grid "{text}" must read like hip_flexion=-20:120:10, each name once.')
        first, last, step = (_number(bound, text) for bound in bounds)
        if step <= 0.0 or last < first:
            raise VisualiserError(f'The grid "{text}" must rise from its first to its last angle in steps above 0.')
        steps = np.floor((last - first) / step + 1e-9)
        if steps >= MOST_POSES:
            raise VisualiserError(
                f'The grid "{text}" has {steps + 1:.6g} angles; a table has at most {MOST_POSES} rows.'
            )
        axes[name] = first + step * np.arange(int(steps) + 1, dtype=np.float64)
    return axes


def _number(text: str, whole: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise VisualiserError(f'"{text}" in "{whole}" is no number of degrees.')
    return number
