"""Films of every kind behind one door: frames in, a whole file out, encoded on a thread of its own behind a short queue."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Self

import numpy as np

from visualiser import inputs
from visualiser.errors import ExportError
from visualiser.films import encoders
from visualiser.films.encoders import X264_PRESET, Encoder, Job
from visualiser.pictures.ink import four_bytes
from visualiser.typed import ByteArray
from visualiser.writing import replacing, target, unwritable

QUEUED_FRAMES = 4  # enough to hide the unevenness of two threads; 25 MB at 1080p
SMALLEST_SIDE = 16
_PATTERN = re.compile(r"[^%]*%0?\d*d[^%]*")


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of film.

    alpha  : whether it can be transparent
    even   : whether its sides must be even
    itself : whether the file says itself how often it plays
    most   : frames a second
    """

    name: str
    encode: Encoder
    alpha: bool = True
    even: bool = False
    itself: bool = False
    most: int = 240


FORMATS: Mapping[str, Format] = {
    ".mp4": Format("MP4 (H.264)", encoders.encode_mp4, alpha=False, even=True),
    ".webm": Format("WebM (VP9)", encoders.encode_webm),
    ".gif": Format("GIF", encoders.encode_gif, itself=True, most=50),
    ".apng": Format("APNG", encoders.encode_apng, itself=True),
    ".webp": Format("WebP", encoders.encode_webp, itself=True),
    ".png": Format("numbered pictures (PNG)", encoders.encode_pictures),
}
VIDEO_SUFFIXES = tuple(suffix for suffix in FORMATS if suffix != ".png")


def is_pattern(path: Path) -> bool:
    """Whether a path asks for a folder of numbered pictures: folder/%04d.png."""
    return path.suffix.lower() == ".png" and "%" in path.name


def film_target(path: str | PathLike[str], force: bool) -> Path:
    """`path`, checked as the place of a film of any kind, see `writing.target`; of numbered pictures, the folder is the target."""
    path = Path(path)
    if not is_pattern(path):
        if path.suffix.lower() == ".png":
            raise ExportError(f"{path} is one picture; a film as numbered pictures is written as folder/%04d.png.")
        return target(path, force, VIDEO_SUFFIXES)
    if not _PATTERN.fullmatch(path.name) or path.parent == Path("."):
        raise ExportError(f"{path} is no pattern for numbered pictures; allowed is folder/%04d.png.")
    folder = path.parent
    if not folder.parent.is_dir():
        raise ExportError(f"There is no folder {folder.parent} to make {folder.name} in; make it first.")
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder} is a file.")
    if folder.is_dir() and any(folder.iterdir()):
        inputs.spare_folder(folder)
        if not force:
            raise ExportError(f"{folder} is not empty; give --force (in Python force=True) to replace its pictures.")
        before, after = re.split(r"%0?\d*d", path.name)
        ours = re.compile(f"{re.escape(before)}\\d+{re.escape(after)}")
        for other in folder.iterdir():
            if not ours.fullmatch(other.name):
                raise ExportError(f"{folder} also holds {other.name}, no numbered picture; it is left as it is.")
    return path


def format_of(path: Path) -> Format:
    """The kind of film that a path asks for."""
    return FORMATS[path.suffix.lower()]


class VideoWriter:
    """A film, in the kind that the name of its file says. Use it in a `with` block.

    Frames are encoded on a thread of their own behind a short queue, so that drawing and encoding overlap and memory
    does not grow with length. H.264 in yuv420p has even sides only: odd ones lose their last row or column, see `size`.

    alpha  : frames have a fourth channel, straight alpha; refused by films that cannot be transparent
    rounds : how often the film is played; in kinds that say so themselves 0 is for ever, elsewhere frames `first` to `last` are copied
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        width: int,
        height: int,
        fps: int | Fraction,
        alpha: bool = False,
        rounds: int | None = None,
        first: int = 0,
        last: int | None = None,
        metadata: Mapping[str, str] | None = None,
        crf: int | None = None,
        preset: str = X264_PRESET,
        force: bool = False,
    ) -> None:
        self.path = film_target(path, force)
        self.kind = format_of(self.path)
        self.fps = Fraction(fps)
        self.size = (width - width % 2, height - height % 2) if self.kind.even else (width, height)
        if min(self.size) < SMALLEST_SIDE:
            raise ExportError(
                f"A film of {width} x {height} pixels is too small; each side must be at least {SMALLEST_SIDE}."
            )
        if not 0 < self.fps <= self.kind.most:
            raise ExportError(
                f"A film in {self.kind.name} cannot have {fps} frames a second; at most {self.kind.most} are allowed."
            )
        if alpha and not self.kind.alpha:
            clear = ", ".join(suffix for suffix, kind in FORMATS.items() if kind.alpha)
            raise ExportError(f"{self.kind.name} cannot be transparent; {clear} can.")
        if rounds == 0 and not self.kind.itself:
            endless = ", ".join(suffix for suffix, kind in FORMATS.items() if kind.itself)
            raise ExportError(f"{self.kind.name} cannot play for ever (0 rounds); {endless} can.")
        self._given = (height, width, 4 if alpha else 3)
        self._rounds, self._first, self._last = rounds, first, last
        self._metadata, self._crf, self._preset, self._force = dict(metadata or {}), crf, preset, force
        self._frames: Queue[ByteArray | None] = Queue(QUEUED_FRAMES)
        self._failure: Exception | None = None
        self._aborted = self._ended = False
        self._thread = Thread(target=self._run, name="video encoder", daemon=True)

    def __enter__(self) -> Self:
        try:
            import av  # noqa: F401 - here, not on the thread: who waits for a thread that never came up waits for ever
        except ImportError as problem:
            raise ExportError(
                f"Films need the library av, which does not load here ({problem}); pip install --force-reinstall av."
            ) from None
        self._thread.start()
        return self

    def write(self, frame: ByteArray) -> None:
        """Add one frame (height, width, 3 or 4); waits while the encoder is more than a few frames behind."""
        if frame.shape != self._given or frame.dtype != np.uint8:
            raise ValueError(f"A frame must be uint8 of shape {self._given}, not {frame.dtype} {frame.shape}.")
        self._raise_failure()
        width, height = self.size
        frame = frame[:height, :width]
        self._frames.put(np.ascontiguousarray(frame) if four_bytes(frame) is None else frame)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._aborted = kind is not None
        self._frames.put(None)
        self._thread.join()
        if kind is None:
            self._raise_failure()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _queued(self) -> Iterator[ByteArray]:
        """Frames from the queue until the caller's block ends."""
        while not self._ended and (frame := self._frames.get()) is not None:
            yield frame
        self._ended = True
        if self._aborted:
            raise _Aborted

    def _run(self) -> None:
        """The encoder's thread: a failure is kept for the caller, and the queue emptied so that nobody waits."""
        import av  # here: 0.1 s that pictures and tables do not need

        incoming = self._queued()
        pictures = is_pattern(self.path)
        final = self.path.parent if pictures else self.path
        try:
            with replacing(final, self._force or (pictures and final.is_dir()), folder=pictures) as temporary:
                self.kind.encode(self._job(temporary / self.path.name if pictures else temporary), incoming)
                if pictures:  # the folder gives way as a whole: nothing may go that somebody put there meanwhile
                    film_target(self.path, self._force)
        except _Aborted:
            return
        except av.FFmpegError as problem:
            self._failure = unwritable(self.path, problem)
        except Exception as problem:  # handed over to the caller, who raises it
            self._failure = problem
        if self._failure:
            self._drain()

    def _drain(self) -> None:
        try:
            for _ in self._queued():
                pass
        except _Aborted:
            pass

    def _job(self, path: Path) -> Job:
        return Job(
            path=path,
            size=self.size,
            fps=self.fps,
            alpha=self._given[2] == 4,
            rounds=1 if self.kind.itself else max(1, self._rounds or 1),
            first=self._first,
            last=self._last,
            plays=self._rounds or 0,
            metadata=self._metadata,
            crf=self._crf,
            preset=self._preset,
        )


class _Aborted(Exception):
    """The caller's block failed: the half-written film is thrown away."""
