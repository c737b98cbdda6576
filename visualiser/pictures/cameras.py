"""Where the eye stands and what lands on which pixel: cameras as values, framing, projection, what hides what.

World is metres, Y up. Pixels start at the upper left corner, y runs down, pixel centres lie at .5.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from visualiser.conventions import MIRROR, Side
from visualiser.pictures.appearance import VIEWS, Vector, View, look_up
from visualiser.typed import FloatArray, IntArray

PERSPECTIVE_DEG = 18.0  # of a long lens: round like a photograph, with hardly any foreshortening
_WORLD_UP: Vector = (0.0, 1.0, 0.0)
_PARALLEL = np.cos(
    np.radians(20.0)
)  # an up direction closer than 20 degrees to the line of sight would make the picture spin


class Box(NamedTuple):
    """An upright rectangle; y runs down."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Extent from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Extent from top to bottom."""
        return self.bottom - self.top

    def overlaps(self, other: "Box", gap: float = 0.0) -> bool:
        """Whether the two come closer than `gap`."""
        across = self.left < other.right + gap and other.left < self.right + gap
        return across and self.top < other.bottom + gap and other.top < self.bottom + gap

    def scaled(self, factor: float) -> "Box":
        """The box in units `factor` times finer."""
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)


@dataclass(frozen=True, slots=True)
class Camera:
    """Eye and axes in the world. `half`: half the height shown in metres (parallel) or tangent of half the angle."""

    eye: Vector
    right: Vector
    up: Vector
    back: Vector  # from what is looked at towards the eye
    half: float
    parallel: bool

    def project(self, points: ArrayLike, width: float, height: float) -> FloatArray:
        """Pixels and depth of world points.

        points  : (..., 3)  metres
        returns : (..., 3)  x, y in pixels of a canvas width x height; distance from the eye along the line of sight,
                            metres
        """
        seen = (np.asarray(points, dtype=np.float64) - np.asarray(self.eye)) @ np.array(
            [self.right, self.up, self.back]
        ).T
        depth = -seen[..., 2]
        scale = height / 2 / (self.half if self.parallel else self.half * depth)
        return np.stack([width / 2 + seen[..., 0] * scale, height / 2 - seen[..., 1] * scale, depth], axis=-1)

    def metres_per_unit(self, canvas_height: float) -> float | None:
        """What one unit of the canvas measures; None in perspective, where that depends on the depth."""
        return 2 * self.half / canvas_height if self.parallel else None

    def view_angle_deg(self) -> float:
        """Vertical angle of view; 0 for a parallel projection."""
        return 0.0 if self.parallel else float(np.degrees(2 * np.arctan(self.half)))


def look_axes(back: ArrayLike, *up_hints: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Right, up and back of a camera that sees the first usable hint pointing up in the picture."""
    towards_eye = _unit(back)
    for hint in up_hints:
        candidate = _unit(hint)
        if abs(candidate @ towards_eye) < _PARALLEL:
            right = _unit(np.cross(candidate, towards_eye))
            return right, np.cross(towards_eye, right), towards_eye
    raise ValueError("every up direction is parallel to the line of sight")


def frame(
    points: ArrayLike,
    axes: tuple[FloatArray, FloatArray, FloatArray],
    width: float,
    height: float,
    box: Box,
    *,
    perspective_deg: float = 0.0,
) -> Camera:
    """The camera that fits points exactly into a rectangle of the canvas; closed form, for both kinds of projection.

    points          : (N, 3)  metres
    axes            : right, up, back as from `look_axes`
    box             : where they may lie, in the units of width and height; need not be in the middle of the canvas
    perspective_deg : vertical angle of view; 0 means parallel
    """
    right, up, back = axes
    cloud = np.asarray(points, dtype=np.float64)
    u, v, depth = cloud @ right, cloud @ up, cloud @ back
    aspect = width / height
    # Edges of the rectangle as seen from the axis of the camera, in halves of the canvas.
    to_left, to_right = 1 - 2 * box.left / width, 2 * box.right / width - 1
    to_top, to_bottom = 1 - 2 * box.top / height, 2 * box.bottom / height - 1
    if perspective_deg <= 0.0:
        wide, tall = max(float(np.ptp(u)), 1e-6), max(float(np.ptp(v)), 1e-6)
        half = max(wide / ((to_left + to_right) * aspect), tall / (to_top + to_bottom))
        centre_u = (u.max() + u.min()) / 2 - (to_right - to_left) / 2 * half * aspect
        centre_v = (v.max() + v.min()) / 2 - (to_top - to_bottom) / 2 * half
        eye = right * centre_u + up * centre_v + back * (depth.max() + 4 * half)
        return Camera(_vector(eye), _vector(right), _vector(up), _vector(back), float(half), True)
    slope = float(np.tan(np.radians(perspective_deg) / 2))
    eye_u, reach_u = _perspective_fit(u, depth, to_left * slope * aspect, to_right * slope * aspect)
    eye_v, reach_v = _perspective_fit(v, depth, to_bottom * slope, to_top * slope)
    distance = max(reach_u, reach_v)
    eye = right * eye_u(distance) + up * eye_v(distance) + back * distance
    return Camera(_vector(eye), _vector(right), _vector(up), _vector(back), slope, False)


class _Fit(NamedTuple):
    low_sum: float
    high_sum: float
    low: float
    high: float

    def __call__(self, distance: float) -> float:
        """Where the eye stands across, so that the spare room is the same on both sides."""
        return ((self.high_sum - self.high * distance) + (-self.low_sum + self.low * distance)) / 2


def _perspective_fit(across: FloatArray, depth: FloatArray, low: float, high: float) -> tuple[_Fit, float]:
    """Eye position across one axis and its least distance, so that every point lies between the slopes -low and high.

    With the eye at (k, e), a point at (c, n) lies inside when  c - k <= high (e - n)  and  k - c <= low (e - n):
    two linear conditions.
    """
    high_sum = float((across + high * depth).max())
    low_sum = float((-across + low * depth).max())
    return _Fit(low_sum, high_sum, low, high), (high_sum + low_sum) / (high + low)


def camera_for(
    view: str | View,
    side: Side | str,
    points: ArrayLike,
    width: float,
    height: float,
    box: Box | None = None,
    *,
    body_to_world: ArrayLike | None = None,
    perspective_deg: float = 0.0,
) -> Camera:
    """The camera of a named view of the body, framing `points` in `box`.

    points        : (N, 3)  world, metres: what must be in the picture (see `around` for close-ups)
    box           : free rectangle in the units of width and height; the whole canvas when None
    body_to_world : (3, 3)  rotation of the pelvis; a body that lies down turns its views with it
    Up in the picture is up in the world; looking straight down or up, it is cranial, and looking along the body, it
    is anterior.
    """
    chosen = look_up("view", view, VIEWS) if isinstance(view, str) else view
    turn = np.eye(3) if body_to_world is None else np.asarray(body_to_world, dtype=np.float64)
    direction = np.asarray(chosen.from_direction)
    if Side(side) is Side.LEFT:
        direction = MIRROR @ direction
    axes = look_axes(turn @ direction, _WORLD_UP, turn[:, 1], turn[:, 0])
    return frame(points, axes, width, height, box or Box(0.0, 0.0, width, height), perspective_deg=perspective_deg)


def around(centres: ArrayLike, reach: float) -> FloatArray:
    """Points on spheres round some centres: what a close-up must frame to show that much anatomy round them.

    centres : (N, 3)      metres
    returns : (N * 26, 3)
    """
    grid = np.stack(np.meshgrid(*[(-1.0, 0.0, 1.0)] * 3), axis=-1).reshape(-1, 3)
    directions = grid[np.any(grid != 0.0, axis=1)]
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    cloud: FloatArray = np.asarray(centres, dtype=np.float64)[:, None] + reach * directions
    return cloud.reshape(-1, 3)


def orbit(
    camera: Camera, pivot: ArrayLike, *, azimuth: float = 0.0, elevation: float = 0.0, zoom: float = 1.0
) -> Camera:
    """The camera carried round a pivot: azimuth to the viewer's right, then elevation upwards; radians.

    Zoom 2 shows everything twice as large (perspective: at the depth of the pivot). The elevation stops short of the
    pole.
    """
    centre = np.asarray(pivot, dtype=np.float64)
    turn = _about_vertical(azimuth)
    right, up, back, arm = (
        turn @ np.asarray(v) for v in (camera.right, camera.up, camera.back, np.asarray(camera.eye) - centre)
    )
    if elevation:
        now = float(np.arcsin(np.clip(back[1], -1.0, 1.0)))
        wanted = (
            float(np.clip(now + elevation, -np.radians(88.0), np.radians(88.0))) if up[1] > 1e-6 else now + elevation
        )
        tilt = _about(right, now - wanted)
        up, back, arm = tilt @ up, tilt @ back, tilt @ arm
    half = camera.half / zoom if camera.parallel else camera.half
    if not camera.parallel:
        arm = arm - back * (arm @ back) * (1 - 1 / zoom)
    return replace(
        camera, eye=_vector(centre + arm), right=_vector(right), up=_vector(up), back=_vector(back), half=half
    )


def anatomical_word(direction: ArrayLike, side: Side | str) -> str:
    """The word for a direction in axes of the body: one term, or two when oblique, such as "posterolateral"."""
    vector = _unit(direction) * np.array([1.0, 1.0, 1.0 if Side(side) is Side.RIGHT else -1.0])
    terms = (("anterior", "posterior"), ("superior", "inferior"), ("lateral", "medial"))
    # In a compound the sagittal term leads, then the vertical: "posterosuperior", "superolateral", "anteromedial".
    strong = sorted(sorted(range(3), key=lambda axis: -abs(vector[axis]))[:2])
    parts = [terms[axis][0 if vector[axis] > 0 else 1] for axis in strong if abs(vector[axis]) > 0.40]
    return parts[0] if len(parts) == 1 else parts[0].removesuffix("ior") + "o" + parts[1]


def compass_words(
    camera: Camera, side: Side | str, body_to_world: ArrayLike | None = None
) -> tuple[str, str, str, str]:
    """What lies to the right, left, top and bottom of the picture, in anatomical words."""
    turn = np.eye(3) if body_to_world is None else np.asarray(body_to_world, dtype=np.float64)
    right, up = np.asarray(camera.right) @ turn, np.asarray(camera.up) @ turn
    return (
        anatomical_word(right, side),
        anatomical_word(-right, side),
        anatomical_word(up, side),
        anatomical_word(-up, side),
    )


def visible_share(
    depth_image: NDArray[np.floating], projected: FloatArray, radius: float = 3.0, tolerance: float = 0.004
) -> FloatArray:
    """How much of a small disc round each point can be seen: 1 in full view, 0 behind something or off the picture.

    A single pixel would flicker on anatomy seen edge-on; a share changes softly.

    depth_image : (H, W)   distance along the line of sight, metres; inf where nothing is hit
    projected   : (n, 3)   pixels of that image and depth, as from `Camera.project`
    radius      : of the disc, pixels
    tolerance   : metres by which something must be nearer to hide a point
    """
    height, width = depth_image.shape
    dx, dy = _disc(radius)
    points = np.atleast_2d(projected)
    x = np.floor(points[:, :1]).astype(np.intp) + dx
    y = np.floor(points[:, 1:2]).astype(np.intp) + dy
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    depth = np.where(inside, depth_image[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)], np.inf)
    there = inside & np.isfinite(points[:, 2:3])  # what lies infinitely far off is not there
    share: FloatArray = ((depth >= points[:, 2:3] - tolerance) & there).mean(axis=1, dtype=np.float64)
    return share


@lru_cache(32)
def _disc(radius: float) -> tuple[IntArray, IntArray]:
    """Columns and rows of the pixels of a disc, from its middle."""
    reach = int(np.ceil(radius))
    dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    inside = dx**2 + dy**2 <= radius**2
    return dx[inside], dy[inside]


def _unit(vector: ArrayLike) -> FloatArray:
    array = np.asarray(vector, dtype=np.float64)
    return array / float(np.linalg.norm(array))


def _vector(array: FloatArray) -> Vector:
    return float(array[0]), float(array[1]), float(array[2])


def _about_vertical(angle: float) -> FloatArray:
    return _about(np.array(_WORLD_UP), angle)


def _about(axis: FloatArray, angle: float) -> FloatArray:
    """Rotation matrix about a unit axis (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    matrix: FloatArray = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return matrix
