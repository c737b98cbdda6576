"""What became of the processes that a command started, seen in /proc."""

import os
import time
from collections.abc import Iterable
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """Processes started by a process, and by those; none if it has ended."""
    own = [int(word) for thread in Path("/proc").glob(f"{pid}/task/*/children") for word in thread.read_text().split()]
    return own + [inner for child in own for inner in descendants(child)]


def running(pids: Iterable[int]) -> list[int]:
    """Those that have not ended; one that only waits to be asked for its status has."""
    return [pid for pid in pids if _stat(pid)[0] not in "ZX"]


def busy_s(pid: int) -> float:
    """Processor time that a process has taken."""
    return sum(map(int, _stat(pid)[11:13])) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """What the kernel tells of a process from its state on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ["X", *"0" * 20]


def left(pids: Iterable[int], within_s: float) -> list[int]:
    """Those that run on for longer than this."""
    until = time.monotonic() + within_s
    while (alive := running(pids)) and time.monotonic() < until:
        time.sleep(0.02)
    return alive
