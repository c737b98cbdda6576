"""A movement worked out ahead: drafts of its poses on a grid of time, so that playing only has to blend two of them. Pure numpy.

Muscles and nerve of one pose take many times as long as everything else of a frame. What was asked for once is kept; a thread
fills the rest.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from mmap import mmap
from threading import Event, Lock, Thread

import numpy as np

from visualiser.bodies.assembly import Body, Frame
from visualiser.machine import one_thread_of_algebra
from visualiser.movements.movement import Movement
from visualiser.typed import FloatArray
from visualiser.window.drafts import Draft

RATE = 24.0  # poses a second; in between, points move along straight lines: at most 1.5 mm off in the fastest kick
MOST = 720  # poses kept, about 90 MB of one leg; half a minute of a recording


class Rehearsal:
    """Drafts of one movement of one body."""

    def __init__(self, body: Body, movement: Movement, draft: Draft) -> None:
        self._body, self._movement, self._draft = body, movement, draft
        self.count = max(2, round(movement.duration_s * RATE) + 1)
        self._step = movement.duration_s / (self.count - 1)
        ends = np.cumsum([0, *(len(pick) for pick in draft.picks.values())]).tolist()
        self._parts = {name: slice(*part) for name, part in zip(draft.picks, pairwise(ends), strict=True)}
        # Memory of its own, which goes back whole: thousands of small arrays, made by one thread after the other, leave holes that stay.
        shape = (min(self.count, MOST), 2, ends[-1], 3)
        self._room = np.frombuffer(mmap(-1, 4 * int(np.prod(shape))), np.float32).reshape(shape)
        self._poses: dict[
            int, FloatArray
        ] = {}  # place on the grid -> vertices and normals of all soft surfaces, (2, V', 3)
        self._filling = Lock()
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
            found = self._poses.get(nearest)
            shown = self._learn(nearest) if found is None else found
        else:
            shown = before + np.float32(share) * (after - before)
        vertices, normals = ({name: table[part] for name, part in self._parts.items()} for table in shown)
        return replace(rigid, vertices=vertices, normals=normals)

    def _learn(self, index: int) -> FloatArray:
        drafted = self._draft.frame(self._body.movement_frame(self._movement, index * self._step))
        with self._filling:
            kept = index not in self._poses and len(self._poses) < len(self._room)
            pose: FloatArray = self._room[len(self._poses)] if kept else np.empty_like(self._room[0])
            for name, part in self._parts.items():
                pose[0, part], pose[1, part] = drafted.vertices[name], drafted.normals[name]
            if kept:
                self._poses[index] = pose
        return pose

    def start(self, *, idle: Callable[[], bool] = lambda: True) -> None:
        """Fill the grid on a thread, from where `at` was asked first; it waits while the window is not idle."""
        if self._thread is None:
            self._thread = Thread(target=self._fill, args=(idle,), name="rehearsal", daemon=True)
            self._thread.start()

    def _fill(self, idle: Callable[[], bool]) -> None:
        with one_thread_of_algebra():  # the window draws meanwhile
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
