"""What the window asks of a process of its own, as values: see `backstage`."""

import base64
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from visualiser.bodies.physique import Physique
from visualiser.movements.movement import Movement

THUMBNAIL_PX = (168, 126)  # three times as large as shown, for fine screens


@dataclass(frozen=True, eq=False)
class Film:
    """A film to be made: see `Scene` and `Scene.clip`."""

    movement: Movement
    legs: str
    physique: Physique | None
    tightness: float | None
    path: Path
    fps: int = 30
    speed: float = 1.0
    captions: bool = True
    look: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Thumbnails:
    """Small pictures to be made: file name in a folder -> movement."""

    folder: Path
    movements: dict[str, Movement]
    theme: str = "light"


def packed(job: Film | Thumbnails) -> bytes:
    """A job as the line that this process reads."""
    return base64.b64encode(pickle.dumps(job)) + b"\n"
