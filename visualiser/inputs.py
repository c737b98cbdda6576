"""Which files a task was made from, so that none of them is written over, by whatever name it is reached. Pure.

Whoever reads a file of the user's says so; whoever is about to write asks. Both count only inside a block that watches: a command, a
picture made of a scene. A window, where one opens, changes and saves the same scene, watches nothing.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from visualiser.errors import ExportError

P = ParamSpec("P")
R = TypeVar("R")


class MadeFrom(Protocol):
    """What was read from files."""

    files: tuple[Path, ...]


M = TypeVar("M", bound=MadeFrom)
_watching: ContextVar[tuple[list[Path], ...]] = ContextVar("watching", default=())


@contextmanager
def watched(known: Iterable[Path] = ()) -> Iterator[list[Path]]:
    """Inside the block, files that are read are listed, and neither they nor those known before may be written over."""
    files = list(known)
    token = _watching.set((*_watching.get(), files))
    try:
        yield files
    finally:
        _watching.reset(token)


def note(path: Path) -> None:
    """Say that a file of the user's is being read."""
    for files in _watching.get():
        if path not in files:
            files.append(path)


def size_of(path: Path) -> int:
    """Bytes of a file that is about to be read as a whole; what would never end, or never begin, is refused.

    raises : OSError, also for a pipe or a device
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EINVAL, "a pipe or a device, not a file")
    return status.st_size


def spare(target: Path) -> None:
    """Refuse a target that is a file the task was made from: itself, through a link, or under another spelling of its name.

    raises : ExportError
    """
    for files in _watching.get():
        for path in files:
            if same(path, target):
                raise ExportError(f"{target} is {_as_read(path, target)}; give the output another name.")


def spare_folder(folder: Path) -> None:
    """Refuse a folder, to be replaced as a whole, that holds a file the task was made from.

    raises : ExportError
    """
    for files in _watching.get():
        for path in files:
            if same(path.parent, folder) or same(Path(os.path.realpath(path)).parent, folder):
                raise ExportError(f"{folder} holds {path.name}, which this is made from; give the output another name.")


def same(one: Path, other: Path) -> bool:
    """Whether two names lead to one file; a name that leads nowhere is no file's."""
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def sparing(door: "Callable[Concatenate[M, P], R]") -> "Callable[Concatenate[M, P], R]":
    """A method that never writes over a file that its object was read from, whatever it is called and even if asked to."""

    @wraps(door)
    def spare(made: M, /, *given: P.args, **words: P.kwargs) -> R:
        with watched(made.files):
            return door(made, *given, **words)

    return spare


def _as_read(path: Path, target: Path) -> str:
    return "what this is made from" if path == target else f"the same file as {path}, which this is made from"
