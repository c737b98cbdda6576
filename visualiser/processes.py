"""What processes that work for another one have in common. Pure."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread

from visualiser.errors import ExportError

MOST_WORKERS = 64


def checked(workers: int) -> int:
    """How many processes were asked for.

    raises : ExportError for an impossible number
    """
    if not 1 <= workers <= MOST_WORKERS:
        raise ExportError(f"workers is {workers}; 1 to {MOST_WORKERS} are allowed.")
    return workers


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes started inside the block hear no Ctrl-C, from their first moment on: a terminal sends it to all, and one answers for all.

    Nothing is lost in this process: what comes inside the block is heard at its end.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent() -> None:
    """End this process, which `multiprocessing` started, as soon as the one that started it is gone, even if that was killed."""
    parent = parent_process()
    assert parent is not None, "a process that multiprocessing started"

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    Thread(target=watch, name="parent", daemon=True).start()
