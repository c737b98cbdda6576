"""A film is exactly what was asked for, plays everywhere, and is written whole or not at all."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from threading import Lock
from time import sleep
from typing import Any

import av
import numpy as np
import pytest
from frames import COLOURS, largest_file, noise, stripes

from visualiser import video
from visualiser.errors import ExportError
from visualiser.video import VideoWriter


def film(
    path: Path, frames: int = 3, fps: int | Fraction = 30, size: tuple[int, int] = (64, 48), **options: Any
) -> Path:
    with VideoWriter(path, width=size[0], height=size[1], fps=fps, **options) as writer:
        for _ in range(frames):
            writer.write(stripes(*size))
    return path


# -- films -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fps", "frames"), [(30, 45), (25, 1), (24, 48), (Fraction(30000, 1001), 31)])
def test_a_film_has_exactly_the_rate_the_frames_and_the_duration_asked_for(
    tmp_path: Path, fps: int | Fraction, frames: int
) -> None:
    path = film(tmp_path / "a.mp4", frames, fps)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        pictures = list(container.decode(video=0))
        assert stream.average_rate == Fraction(fps)
        assert len(pictures) == stream.frames == frames
        assert stream.duration * stream.time_base == frames / Fraction(fps)
        assert [picture.pts * picture.time_base for picture in pictures] == [k / Fraction(fps) for k in range(frames)]


def test_a_film_plays_everywhere(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", metadata={"title": "Straight leg raise", "comment": 'side = "right"  # 80°\n' * 99})
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 1, 1, 1)
        assert container.metadata["title"] == "Straight leg raise"
        assert container.metadata["comment"] == 'side = "right"  # 80°\n' * 99
    content = path.read_bytes()
    assert content.find(b"moov") < content.find(b"mdat"), "the index must come first: players start before the end"


def test_colours_of_a_film_are_those_of_its_frames(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", size=(96, 64))
    with av.open(str(path)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    for place, colour in enumerate(COLOURS):
        assert np.abs(picture[32, 16 + 32 * place] - colour).max() <= 6


def test_odd_sides_lose_one_row_or_column_and_the_writer_tells(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", width=65, height=49, fps=30) as writer:
        writer.write(stripes(65, 49))
    assert writer.size == (64, 48)
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (64, 48)


def test_the_same_frames_give_the_same_film(tmp_path: Path) -> None:
    assert film(tmp_path / "a.mp4").read_bytes() == film(tmp_path / "b.mp4").read_bytes()


def test_a_film_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), VideoWriter(tmp_path / "a.mp4", width=64, height=48, fps=30) as writer:
        writer.write(stripes(64, 48))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_film_that_does_not_fit_on_the_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(ExportError, match=r"a\.mp4 cannot be written: File too large"),
        largest_file(50_000),
        VideoWriter(tmp_path / "a.mp4", width=320, height=240, fps=30) as writer,
    ):
        for frame in noise(320, 240, 90):
            writer.write(frame)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_in_the_encoder_reaches_the_caller_and_nobody_waits_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path, frames: Iterator[np.ndarray], *args: Any, **options: Any) -> None:
        next(frames)
        raise ZeroDivisionError

    monkeypatch.setattr(video, "encode", broken)
    with pytest.raises(ZeroDivisionError):
        film(tmp_path / "a.mp4", frames=50)
    assert list(tmp_path.iterdir()) == []


def test_drawing_never_runs_more_than_a_few_frames_ahead_of_the_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, drawn, taken, ahead = Lock(), 0, 0, 0

    def slow(path: Path, frames: Iterator[np.ndarray], *args: Any, **options: Any) -> None:
        nonlocal taken, ahead
        path.touch()
        for _ in frames:
            with lock:
                taken += 1
                ahead = max(ahead, drawn - taken)
            sleep(0.001)

    monkeypatch.setattr(video, "encode", slow)
    with VideoWriter(tmp_path / "a.mp4", width=64, height=48, fps=30) as writer:
        for _ in range(200):
            with lock:
                drawn += 1
            writer.write(stripes(64, 48))
    assert taken == 200
    assert ahead <= video.QUEUED_FRAMES + 1


@pytest.mark.parametrize(
    "frame", [np.zeros((48, 64), np.uint8), np.zeros((64, 48, 3), np.uint8), np.zeros((48, 64, 3), np.float64)]
)
def test_a_frame_of_another_shape_or_kind_is_a_mistake_of_the_caller(tmp_path: Path, frame: np.ndarray) -> None:
    with (
        pytest.raises(ValueError, match="must be uint8 of shape"),
        VideoWriter(tmp_path / "a.mp4", width=64, height=48, fps=30) as writer,
    ):
        writer.write(frame)


@pytest.mark.parametrize(("size", "fps", "word"), [((8, 48), 30, "too small"), ((64, 48), 0, "0 frames a second")])
def test_a_film_without_area_or_time_is_refused(tmp_path: Path, size: tuple[int, int], fps: int, word: str) -> None:
    with pytest.raises(ExportError, match=word):
        film(tmp_path / "a.mp4", fps=fps, size=size)
