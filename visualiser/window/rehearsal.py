"""A movement worked out ahead: drafts of its poses on a grid of time, so that playing only has to blend two of them. Pure numpy.

Muscles and nerve of one pose take many times as long as everything else of a frame. What was asked for once is kept; a thread
fills the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, Thread

import numpy as np

from visualiser.bodies.assembly import Body, Frame
from visualiser.movements.movement import Movement
from visualiser.typed import FloatArray
from visualiser.window.drafts import Draft

RATE = 24.0  # poses a second; in between, points move along straight lines: at most 1.5 mm off in the fastest kick
MOST = 720  # poses kept, about 90 MB of one leg; half a minute of a recording


@dataclass(frozen=True, eq=False, slots=True)
class _Pose:
    """Soft surfaces of one moment: name -> (V', 3) metres."""

    vertices: dict[str, FloatArray]
    normals: dict[str, FloatArray]


class Rehearsal:
    """Drafts of one movement of one body."""

    def __init__(self, body: Body, movement: Movement, draft: Draft) -> None:
        self._body, self._movement, self._draft = body, movement, draft
        self.count = max(2, round(movement.duration_s * RATE) + 1)
        self._step = movement.duration_s / (self.count - 1)
        self._poses: dict[int, _Pose] = {}
        self._ended = Event()
        self._thread: Thread | None = None

    @property
    def known(self) -> int:
        """How many poses of the grid are worked out."""
        return len(self._poses)

    def at(self, time_s: float) -> Frame:
        """The draft of a moment: blended of its neighbours where both are known; else soft tissue is that of the nearest pose of the grid.

        The bones are always where they belong; the soft tissue is at most 1/48 s early or late, and only in a first showing.
        """
        place = min(max(time_s / self._step, 0.0), self.count - 1.0)
        low = min(int(place), self.count - 2)
        share = place - low
        before, after = self._poses.get(low), self._poses.get(low + 1)
        rigid = self._body.movement_frame(self._movement, time_s, soft=False)
        if before is None or after is None:
            nearest = low + round(share)
            here = self._poses.get(nearest) or self._learn(nearest)
            return replace(rigid, vertices=here.vertices, normals=here.normals)
        vertices, normals = (
            {name: first[name] + np.float32(share) * (second[name] - first[name]) for name in first}
            for first, second in ((before.vertices, after.vertices), (before.normals, after.normals))
        )
        return replace(rigid, vertices=vertices, normals=normals)

    def _learn(self, index: int) -> _Pose:
        drafted = self._draft.frame(self._body.movement_frame(self._movement, index * self._step))
        pose = _Pose(dict(drafted.vertices), dict(drafted.normals))
        if len(self._poses) < MOST:
            self._poses[index] = pose
        return pose

    def start(self, *, idle: Callable[[], bool] = lambda: True) -> None:
        """Fill the grid on a thread, from where `at` was asked first; it waits while the window is not idle."""
        if self._thread is None:
            self._thread = Thread(target=self._fill, args=(idle,), name="rehearsal", daemon=True)
            self._thread.start()

    def _fill(self, idle: Callable[[], bool]) -> None:
        for index in range(min(self.count, MOST)):
            while not self._ended.wait(0.002) and not idle():
                self._ended.wait(0.05)
            if self._ended.is_set():
                return
            if index not in self._poses:
                self._learn(index)

    def stop(self) -> None:
        """End the thread and wait until it has."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
