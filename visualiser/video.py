"""Video: frames in, a film out, encoded on a thread of its own behind a short queue."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from os import PathLike
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Any, Self

import numpy as np

from visualiser.errors import ExportError
from visualiser.typed import ByteArray
from visualiser.writing import replacing, target, unwritable

VIDEO_SUFFIXES = (".mp4",)

# Measured on our own frames at 1080p (benchmarks/run.py --encoder): half the size of superfast for 1 dB; the presets above it take up
# to twice the time for one hundredth of size. CRF 18 keeps thin leaders and type clean: 41 dB, about half a megabyte a second.
X264_PRESET = "veryfast"
X264_CRF = 18
QUEUED_FRAMES = 4  # enough to hide the unevenness of two threads; 25 MB at 1080p
BT709 = 1  # the number of ITU-R BT.709 in H.264's tables of primaries, transfer and matrix
LIMITED_RANGE = 1


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
            self._failure = unwritable(self.path, problem)
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
