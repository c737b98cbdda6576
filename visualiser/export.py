"""Writing pictures, clips and tables: never over an existing file unless asked to, and never half a file.

Everything is written under a temporary name beside the target and renamed when it is complete.
"""

import csv
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from os import PathLike
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from visualiser.errors import ExportError
from visualiser.typed import ByteArray

PNG_SUFFIXES = (".png",)
VIDEO_SUFFIXES = (".mp4",)
TABLE_SUFFIXES = (".csv",)

# Measured on our own frames at 1080p (benchmarks/run.py --encoder): half the size of superfast for 1 dB; the presets above it take up
# to twice the time for one hundredth of size. CRF 18 keeps thin leaders and type clean: 41 dB, about half a megabyte a second.
X264_PRESET = "veryfast"
X264_CRF = 18
QUEUED_FRAMES = 4  # enough to hide the unevenness of two threads; 25 MB at 1080p
BT709 = 1  # the number of ITU-R BT.709 in H.264's tables of primaries, transfer and matrix
LIMITED_RANGE = 1


class Columns(Protocol):
    """A table: names with units, and one row of numbers per moment."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def values(self) -> NDArray[np.float64]:
        """(N, C) numbers."""


def target(path: str | PathLike[str], force: bool, suffixes: tuple[str, ...]) -> Path:
    """`path`, checked: it can be written, has one of `suffixes`, and nothing is overwritten unless `force` is set."""
    path = Path(path)
    if "\0" in str(path):
        raise ExportError(f"{str(path)!r} is not a file name.")
    if path.suffix.lower() not in suffixes:
        raise ExportError(f"{path} must end in {' or '.join(suffixes)}.")
    try:
        if not path.parent.is_dir():
            raise ExportError(f"There is no folder {path.parent} to write {path.name} into; make it first.")
        if path.is_dir():
            raise ExportError(f"{path} is a folder.")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise ExportError(f"The folder {path.parent} cannot be written to.")
        if path.exists() and not force:
            raise ExportError(f"{path} exists; give --force (in Python force=True) to overwrite it.")
    except OSError as problem:  # a name too long, a loop of links
        raise _unwritable(path, problem) from problem
    return path


@contextmanager
def replacing(path: Path, force: bool) -> Iterator[Path]:
    """A temporary path beside `path`: renamed to it when the block ends well, removed when it does not."""
    temporary = path.with_name(f".{path.stem[:100]}-{secrets.token_hex(4)}.part")
    try:
        yield temporary
        if path.exists() and not force:
            raise ExportError(f"{path} was made by somebody else meanwhile; it is left as it is.")
        temporary.replace(path)
    except OSError as problem:
        raise _unwritable(path, problem) from problem
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(path: Path, problem: Exception) -> ExportError:
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


class VideoWriter:
    """An H.264 film that plays everywhere: yuv420p, BT.709, exact rate, index in front. Use it in a `with` block.

    Frames are encoded on a thread of their own behind a short queue, so that drawing and encoding overlap and memory
    does not grow with length. H.264 in yuv420p has even sides only: odd ones lose their last row or column, see `size`.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        width: int,
        height: int,
        fps: int | Fraction,
        metadata: Mapping[str, str] | None = None,
        crf: int = X264_CRF,
        preset: str = X264_PRESET,
        force: bool = False,
    ) -> None:
        self.path = target(path, force, VIDEO_SUFFIXES)
        self.fps = Fraction(fps)
        self.size = (width - width % 2, height - height % 2)
        if min(self.size) < 16:
            raise ExportError(f"A film of {width} x {height} pixels is too small; each side must be at least 16.")
        if self.fps <= 0:
            raise ExportError(f"A film cannot have {fps} frames a second.")
        self._given = (height, width)
        self._metadata, self._crf, self._preset, self._force = dict(metadata or {}), crf, preset, force
        self._frames: Queue[ByteArray | None] = Queue(QUEUED_FRAMES)
        self._failure: Exception | None = None
        self._aborted = False
        self._thread = Thread(target=self._run, name="video encoder", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def write(self, frame: ByteArray) -> None:
        """Add one frame (height, width, 3); waits while the encoder is more than a few frames behind."""
        if frame.shape != (*self._given, 3) or frame.dtype != np.uint8:
            raise ValueError(f"A frame must be uint8 of shape {(*self._given, 3)}, not {frame.dtype} {frame.shape}.")
        self._raise_failure()
        width, height = self.size
        self._frames.put(np.ascontiguousarray(frame[:height, :width]))

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
        while (frame := self._frames.get()) is not None:
            yield frame

    def _run(self) -> None:
        """The encoder's thread: a failure is kept for the caller, and the queue emptied so that nobody waits."""
        import av  # here: 0.1 s that pictures and tables do not need

        incoming = self._queued()
        try:
            with replacing(self.path, self._force) as temporary:
                encode(temporary, incoming, self.size, self.fps, self._metadata, crf=self._crf, preset=self._preset)
                if self._aborted:
                    raise _Aborted
        except _Aborted:
            return
        except av.FFmpegError as problem:
            self._failure = _unwritable(self.path, problem)
        except Exception as problem:  # handed over to the caller, who raises it
            self._failure = problem
        for _ in self._queued() if self._failure else ():
            pass


class _Aborted(Exception):
    """The caller's block failed: the half-written film is thrown away."""


def encode(
    path: Path,
    frames: Iterable[ByteArray],
    size: tuple[int, int],
    fps: Fraction,
    metadata: Mapping[str, str],
    *,
    crf: int,
    preset: str,
) -> None:
    """Encode frames (height, width, 3) into an MP4 at `path`; frame k is shown from k/fps to (k+1)/fps seconds."""
    import av

    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata.update(metadata)
        stream: Any = container.add_stream("libx264", rate=fps, options={"crf": str(crf), "preset": preset})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.time_base = 1 / fps
        context = stream.codec_context
        context.gop_size = max(1, round(fps))  # a key frame a second: players scrub smoothly
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED_RANGE
        for number, pixels in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
                format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG", interpolation="AREA"
            )
            picture.pts, picture.time_base = number, 1 / fps
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
