"""How the eye moves in the window: turning with up kept up, zooming towards the pointer, gliding from view to view. Pure."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.transform import Rotation, Slerp

from visualiser.pictures.appearance import Vector
from visualiser.pictures.cameras import Camera, orbit
from visualiser.typed import FloatArray

DEGREES_PER_PIXEL = 0.35  # a drag across a third of a laptop's screen turns the body round once by half
NEAREST, FURTHEST = 0.08, 4.0  # metres from the eye to what it turns about


def point_at(camera: Camera, x: float, y: float, depth: float, size: tuple[float, float]) -> FloatArray:
    """The world point seen at a pixel at a distance along the line of sight: (3,) metres; the inverse of `Camera.project`."""
    width, height = size
    scale = height / 2 / (camera.half if camera.parallel else camera.half * depth)
    right, up, back = (np.asarray(axis) for axis in (camera.right, camera.up, camera.back))
    across: FloatArray = right * ((x - width / 2) / scale) + up * ((height / 2 - y) / scale)
    return np.asarray(camera.eye) + across - back * depth


def distance_to(camera: Camera, pivot: ArrayLike) -> float:
    """How far a point lies from the eye along the line of sight, metres."""
    return float((np.asarray(camera.eye) - np.asarray(pivot, dtype=np.float64)) @ np.asarray(camera.back))


def dragged(camera: Camera, pivot: ArrayLike, right_px: float, down_px: float) -> Camera:
    """The camera after a drag: the body follows the hand, and stays upright."""
    azimuth, elevation = np.radians((-right_px * DEGREES_PER_PIXEL, down_px * DEGREES_PER_PIXEL))
    return orbit(camera, pivot, azimuth=float(azimuth), elevation=float(elevation))


def panned(
    camera: Camera, pivot: FloatArray, move_px: tuple[float, float], size: tuple[float, float]
) -> tuple[Camera, FloatArray]:
    """Camera and pivot after the picture was pushed by some pixels."""
    depth, (x, y) = distance_to(camera, pivot), (size[0] / 2, size[1] / 2)
    shift = point_at(camera, x, y, depth, size) - point_at(camera, x + move_px[0], y + move_px[1], depth, size)
    return replace(camera, eye=_vector(np.asarray(camera.eye) + shift)), pivot + shift


def zoomed(
    camera: Camera, pivot: FloatArray, factor: float, at: tuple[float, float], size: tuple[float, float]
) -> Camera:
    """The camera nearer by a factor, so that what lies under the pointer stays there."""
    depth = distance_to(camera, pivot)
    factor = depth / float(np.clip(depth / factor, NEAREST, FURTHEST)) if not camera.parallel else factor
    before = point_at(camera, *at, depth, size)
    nearer = orbit(camera, pivot, zoom=factor)
    after = point_at(nearer, *at, distance_to(nearer, pivot), size)
    return replace(nearer, eye=_vector(np.asarray(nearer.eye) + before - after))


def glided(start: Camera, end: Camera, pivot: ArrayLike, share: float) -> Camera:
    """A camera on the way from one to another, going round the pivot; 0 is `start`, 1 is `end`."""
    if share >= 1.0:
        return end
    centre = np.asarray(pivot, dtype=np.float64)
    axes = [np.array([c.right, c.up, c.back]).T for c in (start, end)]
    arms = [axis.T @ (np.asarray(c.eye) - centre) for axis, c in zip(axes, (start, end), strict=True)]
    turned = Slerp([0.0, 1.0], Rotation.from_matrix(np.array(axes)))(share).as_matrix()
    eye = centre + turned @ (arms[0] * (1 - share) + arms[1] * share)
    half = start.half * (1 - share) + end.half * share
    right, up, back = (_vector(turned[:, i]) for i in range(3))
    return replace(end, eye=_vector(eye), right=right, up=up, back=back, half=half)


def _vector(array: FloatArray) -> Vector:
    return float(array[0]), float(array[1]), float(array[2])
