"""Pictures, clips and tables are written whole or not at all, and never over something else."""

import csv
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from threading import Lock
from time import sleep
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from visualiser import export
from visualiser.errors import ExportError
from visualiser.export import VideoWriter, read_png_texts, replacing, target, write_csv, write_png

COLOURS = ((200, 60, 50), (40, 160, 90), (240, 240, 240))


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    values: np.ndarray


def stripes(width: int, height: int) -> np.ndarray:
    """Three upright stripes of known colours."""
    picture = np.zeros((height, width, 3), np.uint8)
    for place, colour in enumerate(COLOURS):
        picture[:, place * width // 3 :] = colour
    return picture


def noise(width: int, height: int, count: int) -> Iterator[np.ndarray]:
    """Frames that do not compress."""
    random = np.random.default_rng(7)
    for _ in range(count):
        yield random.integers(0, 256, (height, width, 3), dtype=np.uint8)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Inside the block the system refuses to let a file grow beyond `size` bytes: a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def film(
    path: Path, frames: int = 3, fps: int | Fraction = 30, size: tuple[int, int] = (64, 48), **options: Any
) -> Path:
    with VideoWriter(path, width=size[0], height=size[1], fps=fps, **options) as writer:
        for _ in range(frames):
            writer.write(stripes(*size))
    return path


# -- the target ------------------------------------------------------------------------------------------------------


def test_an_existing_file_is_kept_unless_overwriting_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("mine")
    with pytest.raises(ExportError, match="exists; give --force"):
        target(path, False, (".png",))
    assert path.read_text() == "mine"
    assert target(path, True, (".png",)) == path


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a.jpg", "must end in .png"),
        ("a", "must end in .png"),
        ("nowhere/a.png", "There is no folder .*nowhere to write a.png into"),
        ("folder.png", "is a folder"),
        ("a\0b.png", "is not a file name"),
        ("x" * 300 + ".png", "cannot be written: File name too long"),
        ("file.txt/a.png", "There is no folder"),
    ],
)
def test_an_impossible_target_is_refused_in_one_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file.txt").touch()
    with pytest.raises(ExportError, match=sentence) as refusal:
        write_png(Image.new("RGB", (4, 4)), tmp_path / name)
    assert "\n" not in str(refusal.value)


def test_a_folder_without_write_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export.os, "access", lambda path, mode: False)  # the super-user may write anywhere
    with pytest.raises(ExportError, match="cannot be written to"):
        target(tmp_path / "a.png", False, (".png",))


def test_a_failed_block_leaves_neither_target_nor_temporary_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), replacing(tmp_path / "a.csv", False) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_the_old_file_stays_whole_until_the_new_one_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with replacing(path, True) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with pytest.raises(ExportError, match="meanwhile"), replacing(path, False) as temporary:
        temporary.write_text("ours")
        path.write_text("theirs")
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_vanishes_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    path = target(folder / "a.csv", False, (".csv",))
    with pytest.raises(ExportError, match="No such file"), replacing(path, False):
        folder.rmdir()


# -- pictures --------------------------------------------------------------------------------------------------------


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    image = Image.fromarray(stripes(60, 40))
    texts = {"scene": "title = 'x'", "Software": "hamstring-visualiser"}
    first = write_png(image, tmp_path / "a.png", dpi=200, metadata=texts).read_bytes()
    second = write_png(image, tmp_path / "b.png", dpi=200, metadata=dict(reversed(texts.items()))).read_bytes()
    assert first == second


def test_a_picture_carries_its_scene_and_its_resolution(tmp_path: Path) -> None:
    scene = 'title = "Straight leg raise, 80°"\n' * 50
    path = write_png(Image.fromarray(stripes(60, 40)), tmp_path / "a.png", dpi=200, metadata={"scene": scene})
    assert read_png_texts(path) == {"scene": scene}
    with Image.open(path) as image:
        assert image.info["dpi"] == pytest.approx((200, 200), abs=0.01)
        assert np.array_equal(np.asarray(image), stripes(60, 40))


def test_a_picture_that_does_not_fit_on_the_disk_leaves_nothing(tmp_path: Path) -> None:
    image = Image.fromarray(next(noise(300, 300, 1)))
    with pytest.raises(ExportError, match="cannot be written: File too large"), largest_file(10_000):
        write_png(image, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


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

    monkeypatch.setattr(export, "encode", broken)
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

    monkeypatch.setattr(export, "encode", slow)
    with VideoWriter(tmp_path / "a.mp4", width=64, height=48, fps=30) as writer:
        for _ in range(200):
            with lock:
                drawn += 1
            writer.write(stripes(64, 48))
    assert taken == 200
    assert ahead <= export.QUEUED_FRAMES + 1


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


# -- tables ----------------------------------------------------------------------------------------------------------


def test_a_table_reads_back_to_nine_digits(tmp_path: Path) -> None:
    values = np.array([[0.0, 431.123456789], [1.5, -1e-7]])
    path = write_csv(Table(("time_s", "semitendinosus_length_mm"), values), tmp_path / "a.csv")
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head == ["time_s", "semitendinosus_length_mm"]
    assert np.allclose(np.array(rows, dtype=float), values, rtol=1e-8, atol=0)
