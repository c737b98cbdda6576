"""The state of the window as a value: what undo, bookmarks and saving go by."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from visualiser.bodies.assembly import Body
from visualiser.conventions import Side
from visualiser.movements.movement import Movement
from visualiser.pictures.cameras import Camera
from visualiser.pictures.section import Section
from visualiser.playback import Playback
from visualiser.window.sight import Sight


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
    section: Section | None = None


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
    sight: Sight
    colouring: str
    view_name: str
    section: Section | None

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
        shown.sight.hidden,
        tuple(shown.sight.opacities.items()),
        shown.sight.peeled,
        shown.colouring,
        shown.view_name,
        shown.view.camera,
        tuple(shown.view.pivot.tolist()),
        shown.section,
    )
