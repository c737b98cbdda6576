"""How the anatomy is put into the window's picture: the same as on a page, but drafts are enough, and labels leave a box."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from visualiser.bodies.assembly import Body, Frame
from visualiser.conventions import Side
from visualiser.movements.movement import Movement, posture_to_world
from visualiser.pictures import pages
from visualiser.pictures.appearance import VIEWS
from visualiser.pictures.cameras import PERSPECTIVE_DEG, Box, Camera, camera_for
from visualiser.pictures.options import Options
from visualiser.typed import FloatArray
from visualiser.window.drafts import Draft

_FRAMED_TIMES = 9  # moments of a movement that must fit into the picture
_MARGIN = 0.04  # of the picture's height and width, round the anatomy
EDGE_ON = 0.4  # cosine between the line of sight and a section that is hardly seen
FROM_ABOVE_DEG = 40.0  # how far the camera rises to look onto an axial section


def times(movement: Movement, time_s: float, view: str) -> list[float]:
    """Moments that must fit into the picture: the one that is shown in a close-up, else some of all of the movement."""
    if VIEWS[view].focus:
        return [time_s]
    return [float(t) for t in np.linspace(0.0, movement.duration_s, _FRAMED_TIMES)]


def points(draft: Draft, frames: Sequence[Frame], view: str, frame: str) -> FloatArray:
    """Points that must be in the picture: (n, 3) metres."""
    drawn = cast(Body, draft)  # has all that framing asks of a body, and a sixth of its points
    return pages.framing_points(drawn, frames, Options(view=view, frame=frame))


def framed(
    view: str, side: Side, wanted: FloatArray, free: Box, size: tuple[float, float], posture: str
) -> tuple[Camera, FloatArray]:
    """The camera of a view that puts points (n, 3) into the box that labels leave, and the point (3,) about which it turns."""
    wide, high = _MARGIN * size[0], _MARGIN * size[1]
    box = free._replace(
        left=max(free.left, wide), right=min(free.right, size[0] - wide), top=high, bottom=size[1] - high
    )
    turn = posture_to_world(posture)
    camera = camera_for(view, side, wanted, *size, box, body_to_world=turn, perspective_deg=PERSPECTIVE_DEG)
    pivot: FloatArray = (wanted.min(axis=0) + wanted.max(axis=0)) / 2
    return camera, pivot
