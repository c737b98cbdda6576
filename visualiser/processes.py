"""What processes that work for another one have in common. Pure."""

import os
import sys
from threading import Thread
from time import sleep

from visualiser.errors import ExportError

MOST_WORKERS = 64
_LOOK_S = 0.3


def checked(workers: int) -> int:
    """How many processes were asked for.

    raises : ExportError for an impossible number
    """
    if not 1 <= workers <= MOST_WORKERS:
        raise ExportError(f"workers is {workers}; 1 to {MOST_WORKERS} are allowed.")
    return workers


def end_with_parent(parent: int) -> None:
    """End this process when the one that started it is gone, even if it was killed."""

    def watch() -> None:
        while os.getppid() == parent:
            sleep(_LOOK_S)
        os._exit(1)

    if sys.platform != "win32":
        Thread(target=watch, name="parent", daemon=True).start()
