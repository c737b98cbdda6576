"""The state of the window as a value: what undo, bookmarks and saving go by."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from visualiser.bodies.assembly import Body
from visualiser.conventions import Side
from visualiser.movements.movement import Movement
from visualiser.pictures.cameras import Camera
from visualiser.playback import Playback


@dataclass(frozen=True, eq=False, slots=True)
class Snapshot:
    """Everything that undo and bookmarks bring back."""

    asked: Movement
    side: Side
    legs: str
    tightness: float | None
    share: float
    pose: tuple[tuple[str, float], ...] | None
    hidden: frozenset[str]
    opacities: tuple[tuple[str, float], ...]
    peeled: frozenset[str]
    colouring: str
    view_name: str
    camera: Camera | None
    pivot: tuple[float, ...]


class _View(Protocol):
    camera: Camera | None
    pivot: np.ndarray


class Shown(Protocol):
    """What a snapshot is taken of."""

    asked: Movement
    body: Body
    tightness: float | None
    playback: Playback
    pose: dict[str, float] | None
    hidden: frozenset[str]
    opacities: dict[str, float]
    peeled: frozenset[str]
    colouring: str
    view_name: str

    @property
    def view(self) -> _View:
        """The picture."""


def snapshot(shown: Shown) -> Snapshot:
    """The state as a value."""
    return Snapshot(
        shown.asked,
        shown.body.side,
        shown.body.legs,
        shown.tightness,
        shown.playback.share,
        None if shown.pose is None else tuple(shown.pose.items()),
        shown.hidden,
        tuple(shown.opacities.items()),
        shown.peeled,
        shown.colouring,
        shown.view_name,
        shown.view.camera,
        tuple(shown.view.pivot.tolist()),
    )
