"""Writing files: never over an existing one unless asked to, and never half a one; pictures and tables with it.

Everything is written under a temporary name beside the target and renamed when it is complete.
"""

import csv
import errno
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from visualiser import inputs
from visualiser.errors import ExportError
from visualiser.films import subtitles

if sys.platform != "win32":  # there, leftovers of a killed program stay until somebody removes them
    import fcntl

_PART = ".part"
PNG_SUFFIXES = (".png",)
TABLE_SUFFIXES = (".csv",)
SUBTITLE_SUFFIXES = subtitles.SUFFIXES


class Columns(Protocol):
    """A table: names with units, and one row of numbers per moment."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def values(self) -> NDArray[np.float64]:
        """(N, C) numbers."""


def target(path: str | PathLike[str], force: bool, suffixes: tuple[str, ...]) -> Path:
    """`path`, checked: it can be written, has one of `suffixes`, and nothing is overwritten unless `force` is set.

    What the task is made from is not overwritten even then, see `inputs`.
    """
    path = Path(path)
    if "\0" in str(path):
        raise ExportError(f"{str(path)!r} is not a file name.")
    if not path.suffix and path.name.lower() in suffixes:
        raise ExportError(f"{path} is an ending without a name; write a name before it, such as picture{path.name}.")
    if path.suffix.lower() not in suffixes:
        raise ExportError(f"{path} must end in {' or '.join(suffixes)}.")
    try:
        if not path.parent.is_dir():
            raise ExportError(f"There is no folder {path.parent} to write {path.name} into; make it first.")
        if path.is_dir():
            raise ExportError(f"{path} is a folder.")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise ExportError(f"{path} cannot be written: the folder {path.parent} may not be written to.")
        inputs.spare(path)
        spare_existing(path, force)
    except OSError as problem:  # a name too long, a loop of links
        raise unwritable(path, problem) from problem
    return path


def spare_existing(path: Path, force: bool) -> None:
    """Raise ExportError where something is at `path` already, unless `force` is set."""
    if os.path.lexists(path) and not force:  # a link that leads nowhere is somebody's too
        raise ExportError(f"{path} exists; give --force (in Python force=True) to overwrite it.")


@contextmanager
def replacing(path: Path, force: bool, *, folder: bool = False) -> Iterator[Path]:
    """A temporary path beside `path`: renamed to it when the block ends well, removed when it does not.

    What a killed program left in this folder is cleared away first. A file that is being written is known by its lock, which the
    system takes back with the program, however that ends.

    folder : make a folder instead of a file; an old one of that name, if `force` allows, gives way as a whole
    """
    try:
        clear_leftovers(path.parent)
        temporary, lock = _started(path, folder)
    except OSError as problem:
        raise unwritable(path, problem) from problem
    try:
        yield temporary
        if os.path.lexists(path) and not force:
            raise ExportError(f"{path} was made by somebody else meanwhile; it is left as it is.")
        if folder and path.is_dir():
            old = temporary.with_name(f"{temporary.name}.once")
            path.rename(old)
            try:
                temporary.rename(path)
            except OSError:
                old.rename(path)
                raise
            shutil.rmtree(old)
        else:
            temporary.replace(path)
    except OSError as problem:
        raise unwritable(path, problem) from problem
    finally:
        if lock is not None:
            os.close(lock)
        _remove(temporary)


def _started(path: Path, folder: bool) -> tuple[Path, int | None]:
    """A new temporary file or folder beside `path`, locked where the system has locks."""
    while True:
        temporary = path.with_name(f".{path.stem[:100]}-{secrets.token_hex(4)}{_PART}")
        if folder:
            temporary.mkdir()
        else:
            temporary.touch(exist_ok=False)
        if sys.platform == "win32":
            return temporary, None
        lock = os.open(temporary, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            if problem.errno not in (errno.EWOULDBLOCK, errno.EACCES):  # a file system without locks
                return temporary, lock
        else:
            if temporary.exists():
                return temporary, lock
        os.close(lock)  # another program took it for a leftover in the moment before it was locked


def clear_leftovers(folder: Path) -> None:
    """Remove temporary files and folders of ours on which no program is working any more."""
    if sys.platform == "win32":
        return
    for left in folder.glob(f".*-????????{_PART}"):
        try:
            lock = os.open(left, os.O_RDONLY)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(left)
            _remove(left.with_name(f"{left.name}.once"))
        except OSError:
            pass  # somebody is working on it
        finally:
            os.close(lock)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def unwritable(path: Path, problem: Exception) -> ExportError:
    """The sentence for a disk that is full, a folder that vanished, a name that is too long, an encoder that failed."""
    reason = getattr(problem, "strerror", None) or str(problem)
    return ExportError(f"{path} cannot be written: {reason}.")


def write_png(
    image: Image.Image,
    path: str | PathLike[str],
    *,
    dpi: float | None = None,
    metadata: Mapping[str, str] | None = None,
    force: bool = False,
) -> Path:
    """Write a picture; the same picture gives the same bytes. `metadata` is text that travels with it, compressed."""
    path = target(path, force, PNG_SUFFIXES)
    texts = PngInfo()
    for key, text in sorted((metadata or {}).items()):
        texts.add_itxt(key, text, zip=True)
    resolution = {} if dpi is None else {"dpi": (dpi, dpi)}
    with replacing(path, force) as temporary:
        image.save(temporary, format="PNG", pnginfo=texts, **resolution)
    return path


def read_png_texts(path: str | PathLike[str]) -> dict[str, str]:
    """The texts that `write_png` put into a picture."""
    with Image.open(path) as image:
        image.load()
        return {key: str(text) for key, text in getattr(image, "text", {}).items()}


def write_csv(table: Columns, path: str | PathLike[str], *, force: bool = False) -> Path:
    """Write a table with a header row and full precision (nine digits)."""
    path = target(path, force, TABLE_SUFFIXES)
    with replacing(path, force) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(table.columns)
        rows.writerows([f"{value:.9g}" for value in row] for row in np.asarray(table.values))
    return path


def write_subtitles(spans: subtitles.Spans, path: str | PathLike[str], *, force: bool = False) -> Path:
    """Write captions with their times, as SubRip (.srt) or WebVTT (.vtt)."""
    path = target(path, force, SUBTITLE_SUFFIXES)
    with replacing(path, force) as temporary:
        temporary.write_text(subtitles.text_of(spans, path.suffix.lower()), encoding="utf-8")
    return path
