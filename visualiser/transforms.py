"""Batched rigid transforms as 4x4 matrices.

A transform is named `source_to_target` and chains as it reads: `femur_to_pelvis @ tibia_to_femur` gives tibia_to_pelvis.
"""

import numpy as np
from numpy.typing import ArrayLike

from visualiser.conventions import MIRROR, X, Y, Z
from visualiser.typed import FloatArray


def rotation(axis: int, angle: ArrayLike) -> FloatArray:
    """Rotation about one frame axis, right-hand rule.

    axis    : X, Y or Z of `conventions`
    angle   : (...)        radians
    returns : (..., 3, 3)
    """
    angle = np.asarray(angle, dtype=np.float64)
    matrix = np.zeros((*angle.shape, 3, 3))
    first, second = {X: (Y, Z), Y: (Z, X), Z: (X, Y)}[axis]
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix[..., axis, axis] = 1.0
    matrix[..., first, first] = matrix[..., second, second] = cosine
    matrix[..., first, second] = -sine
    matrix[..., second, first] = sine
    return matrix


def rigid(rotation_matrix: ArrayLike, translation: ArrayLike) -> FloatArray:
    """The transform that turns by `rotation_matrix` (..., 3, 3), then moves by `translation` (..., 3) metres: (..., 4, 4)."""
    turn, move = np.asarray(rotation_matrix, dtype=np.float64), np.asarray(translation, dtype=np.float64)
    shape = np.broadcast_shapes(turn.shape[:-2], move.shape[:-1])
    matrix = np.zeros((*shape, 4, 4))
    matrix[..., :3, :3] = turn
    matrix[..., :3, 3] = move
    matrix[..., 3, 3] = 1.0
    return matrix


def turn_about(rotation_matrix: ArrayLike, point: ArrayLike) -> FloatArray:
    """The transform that turns by `rotation_matrix` (..., 3, 3) about a fixed `point` (..., 3) metres: (..., 4, 4)."""
    turn, pivot = np.asarray(rotation_matrix, dtype=np.float64), np.asarray(point, dtype=np.float64)
    return rigid(turn, pivot - (turn @ pivot[..., None])[..., 0])


def apply(transform: FloatArray, points: FloatArray) -> FloatArray:
    """Points (..., P, 3) moved by a transform (..., 4, 4): (..., P, 3) metres."""
    turned: FloatArray = points @ np.swapaxes(transform[..., :3, :3], -1, -2)
    return turned + transform[..., None, :3, 3]


def turn(transform: FloatArray, vectors: FloatArray) -> FloatArray:
    """Directions (..., P, 3) turned by a transform (..., 4, 4), without its translation."""
    turned: FloatArray = vectors @ np.swapaxes(transform[..., :3, :3], -1, -2)
    return turned


def inverse(transform: FloatArray) -> FloatArray:
    """Inverse of rigid transforms (..., 4, 4)."""
    back = np.swapaxes(transform[..., :3, :3], -1, -2)
    return rigid(back, -(back @ transform[..., :3, 3:])[..., 0])


def mirrored(transform: FloatArray) -> FloatArray:
    """The transform of the left twin of a segment whose right twin has `transform` (..., 4, 4): conjugation by z -> -z."""
    flip = np.eye(4)
    flip[:3, :3] = MIRROR
    twin: FloatArray = flip @ transform @ flip
    return twin
