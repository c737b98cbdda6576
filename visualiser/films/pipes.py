"""Work done ahead on a thread of its own behind a short queue: drawing waits neither for poses nor for the encoder."""

from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")
_PAUSE_S = 0.1


def ahead(source: Iterator[T], most: int, name: str) -> Iterator[T]:
    """The items of an iterator, made on a thread of its own at most `most` ahead of whoever takes them.

    The whole iterator lives on that thread, from its first line to its last: what it opens, it closes there. A failure is raised where
    the item would have been; whoever stops taking stops the thread.
    """
    items: Queue[tuple[T | None, BaseException | None]] = Queue(most)
    stopped = Event()

    def put(item: tuple[T | None, BaseException | None]) -> None:
        while not stopped.is_set():
            with suppress(Full):
                return items.put(item, timeout=_PAUSE_S)

    def work() -> None:
        try:
            for item in source:
                put((item, None))
                if stopped.is_set():
                    break
        except BaseException as problem:
            put((None, problem))
        else:
            put((None, _Done()))
        finally:
            close = getattr(source, "close", None)
            if close is not None:
                close()

    thread = Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        while True:
            try:
                item, problem = items.get(timeout=_PAUSE_S)
            except Empty:
                continue  # Ctrl-C is seen between two short waits on every system
            if isinstance(problem, _Done):
                return
            if problem is not None:
                raise problem
            yield item  # type: ignore[misc]  # an item comes without a problem
    finally:
        stopped.set()
        thread.join()


class _Done(Exception):
    """The iterator has ended."""
