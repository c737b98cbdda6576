"""One film drawn by several processes: each poses and draws every so many-th range of frames; labels, order and encoding stay in one place.

The processes hand over the bare anatomy of each frame, pixel for pixel what one process would have drawn, and the frames are joined
before labels are placed and before anything is encoded. So there are no seams: labels glide across the ranges as ever, and the file
is byte for byte that of one process.
"""

import contextlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Self

import numpy as np

from visualiser.bodies.assembly import TOGETHER, Body
from visualiser.errors import ExportError, VisualiserError
from visualiser.films import filming
from visualiser.films.filming import Exposure, Part, Shot
from visualiser.films.pipes import ahead
from visualiser.films.timeline import Moment
from visualiser.machine import one_thread_of_algebra
from visualiser.processes import checked, deaf_to_interrupts, end_with_parent

RANGE = TOGETHER  # frames in a row that one process draws; held poses are drawn once for each range
_AHEAD = 2 * RANGE  # frames of each process that wait here for their turn
_PATIENCE_S = 5.0  # for a process that is asked to end

Expose = Callable[[Body, Shot, Iterable[Moment]], Iterator[Exposure]]


class Crew:
    """Processes for one film. They start at once, and load what they need while the film is being planned; use it in a `with` block.

    workers : how many processes draw
    parts   : how many pictures stand side by side in the film; each has processes of its own, at least one
    raises  : ExportError for an impossible number
    """

    def __init__(self, workers: int, parts: int = 1) -> None:
        self._each = max(1, checked(workers) // parts)
        self._count = self._each * parts
        self._idle: list[_Hand] = []
        self._all: list[_Hand] = []

    def __enter__(self) -> Self:
        try:
            for _ in range(self._count):
                self._all.append(_Hand(self._count))
        except BaseException:
            self._end()
            raise
        self._idle = list(self._all)
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        for hand in self._all:
            hand.dismiss()
        for hand in self._all:
            hand.gone()

    def expose(self, body: Body, shot: Shot, moments: Iterable[Moment]) -> Iterator[Exposure]:
        """The anatomy of some moments in their order, as `filming.expose` gives it.

        raises : ExportError if a process ends before its work is done
        """
        hands, self._idle = self._idle[: self._each], self._idle[self._each :]
        wanted = list(moments)
        ranges = [wanted[at : at + RANGE] for at in range(0, len(wanted), RANGE)]
        for number, hand in enumerate(hands):
            hand.ask(body, shot, [moment for part in ranges[number :: len(hands)] for moment in part])
        streams = [ahead(hand.taken(), _AHEAD, "frames of a process") for hand in hands]
        try:
            for number, part in enumerate(ranges):
                yield from islice(streams[number % len(streams)], len(part))
        finally:
            for hand in hands:  # first, or a stream that waits for its process would wait for it to the end
                hand.dismiss()
            for stream in streams:
                stream.close()  # type: ignore[attr-defined]


class _Hand:
    """One process and the line to it."""

    def __init__(self, together: int) -> None:
        context = get_context("spawn")
        self._line, theirs = context.Pipe()
        threads = max(1, (os.cpu_count() or 1) // together)
        self._process: Any = context.Process(target=work, args=(theirs, threads), daemon=True)
        self._dismissed = False
        with deaf_to_interrupts():
            self._process.start()
        theirs.close()  # so that a process that ends is noticed at once

    def ask(self, body: Body, shot: Shot, moments: list[Moment]) -> None:
        try:
            self._line.send((body, shot, moments))
        except OSError:
            raise self._lost() from None

    def taken(self) -> Iterator[Exposure]:
        """What the process draws, in order."""
        last: Exposure | None = None
        while True:
            try:
                told = self._line.recv()
                if told is None:
                    return
                if isinstance(told, BaseException):
                    raise told
                if told != "again":
                    places, rest = told
                    pixels = [np.empty(shape, dtype=np.uint8) for _, _, shape in places]
                    for own in pixels:
                        self._line.recv_bytes_into(own.reshape(-1))
                    parts = (Part(left, top, own) for (left, top, _), own in zip(places, pixels, strict=True))
                    last = Exposure(tuple(parts), *rest)
            except (EOFError, OSError):
                if self._dismissed:
                    return
                raise self._lost() from None
            assert last is not None
            yield last

    def _lost(self) -> ExportError:
        self._process.join(_PATIENCE_S)
        how = self._process.exitcode
        why = f"was ended by signal {-how}" if how is not None and how < 0 else f"ended with status {how}"
        return ExportError(f"A process that drew frames of this film {why}; nothing was written.")

    def dismiss(self) -> None:
        """End the process; whatever it is at is not wanted any more."""
        self._dismissed = True
        if self._process.is_alive():
            self._process.terminate()

    def gone(self) -> None:
        """Wait until the process has ended, by force if it must be."""
        self._process.join(_PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._line.close()


@contextlib.contextmanager
def hired(workers: int, parts: int = 1) -> Iterator[Expose]:
    """Who draws the frames of a film: a crew, or for one worker this process itself.

    raises : ExportError for an impossible number of workers
    """
    if checked(workers) == 1:
        yield filming.expose
        return
    with Crew(workers, parts) as crew:
        yield crew.expose


# -- in the processes ------------------------------------------------------------------------------------------------------------------


def work(line: Connection, threads: int) -> None:
    """What such a process does: wait for a shot, draw its moments, hand them over, end.

    threads : of software OpenGL, so that the processes together do not ask for more cores than there are
    """
    # Where a system knows no other way, see `processes.deaf_to_interrupts`.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    os.environ.setdefault("LP_NUM_THREADS", str(threads))
    with contextlib.suppress(EOFError, OSError):  # nobody is there any more
        body, shot, moments = line.recv()
        try:
            with one_thread_of_algebra():
                _hand_over(line, filming.expose(body, shot, moments))
        except VisualiserError as problem:
            line.send(problem)


def _hand_over(line: Connection, exposures: Iterator[Exposure]) -> None:
    before: Exposure | None = None
    for exposure in exposures:
        if exposure is before:
            line.send("again")
        else:
            line.send(([(part.left, part.top, part.pixels.shape) for part in exposure.parts], tuple(exposure[1:])))
            for part in exposure.parts:
                line.send_bytes(np.ascontiguousarray(part.pixels).reshape(-1).data)
        before = exposure
    line.send(None)
