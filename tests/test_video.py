"""A film is exactly what was asked for, plays everywhere, and is written whole or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from threading import Lock
from time import sleep
from typing import Any

import av
import numpy as np
import pytest
from frames import COLOURS, largest_file, noise, stripes
from PIL import Image

from visualiser import Scene, carried
from visualiser.errors import ExportError, SceneFileError
from visualiser.films import video
from visualiser.films.encoders import Job
from visualiser.films.video import VideoWriter
from visualiser.pictures import texts


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
    def broken(job: Job, frames: Iterator[np.ndarray]) -> None:
        next(frames)
        raise ZeroDivisionError

    monkeypatch.setitem(video.FORMATS, ".mp4", replace(video.FORMATS[".mp4"], encode=broken))
    with pytest.raises(ZeroDivisionError):
        film(tmp_path / "a.mp4", frames=50)
    assert list(tmp_path.iterdir()) == []


def test_drawing_never_runs_more_than_a_few_frames_ahead_of_the_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, drawn, taken, ahead = Lock(), 0, 0, 0

    def slow(job: Job, frames: Iterator[np.ndarray]) -> None:
        nonlocal taken, ahead
        for _ in frames:
            with lock:
                taken += 1
                ahead = max(ahead, drawn - taken)
            sleep(0.001)

    monkeypatch.setitem(video.FORMATS, ".mp4", replace(video.FORMATS[".mp4"], encode=slow))
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


# -- every kind of film ----------------------------------------------------------------------------------------------------------------

EVERY = (".mp4", ".webm", ".gif", ".apng", ".webp")
SCENE_TEXT = {"title": "Straight leg raise", "comment": 'side = "right"  # 80°\n' * 99}


def ball(number: int, width: int, height: int, *, alpha: bool) -> np.ndarray:
    """A red ball that moves to the right with the number of the frame, on grey or on nothing."""
    y, x = np.mgrid[:height, :width]
    inside = np.hypot(x - width * (0.25 + 0.05 * number), y - height / 2) < height / 4
    picture = np.full((height, width, 4), (120, 125, 130, 255), np.uint8)
    if alpha:
        picture[...] = 0
    picture[inside] = (200, 60, 50, 255)
    return picture if alpha else np.ascontiguousarray(picture[..., :3])


def balls(
    path: Path, count: int = 10, size: tuple[int, int] = (64, 48), *, alpha: bool = False, **options: Any
) -> Path:
    with VideoWriter(path, width=size[0], height=size[1], fps=25, alpha=alpha, metadata=SCENE_TEXT, **options) as film:
        for number in range(count):
            film.write(ball(number, *size, alpha=alpha))
    return path


def decoded(path: Path, *, alpha: bool = False) -> list[np.ndarray]:
    """All frames of a film as (H, W, 3) or, with straight alpha, (H, W, 4)."""
    pixels = "rgba" if alpha else "rgb24"
    if path.suffix == ".webp":  # the video library does not read these
        with Image.open(path) as image:
            frames = []
            for number in range(getattr(image, "n_frames", 1)):
                image.seek(number)
                frames.append(np.asarray(image.convert("RGBA" if alpha else "RGB")))
            return frames
    with av.open(str(path)) as film:
        if path.suffix == ".webm" and alpha:  # the alpha of VP9 is read by its own library only
            decoder = av.CodecContext.create("libvpx-vp9", "r")
            return [f.to_ndarray(format=pixels) for packet in film.demux(video=0) for f in decoder.decode(packet)]
        return [picture.to_ndarray(format=pixels) for picture in film.decode(video=0)]


@pytest.mark.parametrize("suffix", EVERY)
def test_every_kind_has_the_frames_it_was_given(tmp_path: Path, suffix: str) -> None:
    frames = decoded(balls(tmp_path / f"a{suffix}"))
    assert len(frames) == 10
    for number, frame in enumerate(frames):
        assert frame.shape == (48, 64, 3)
        assert np.abs(frame.astype(int) - ball(number, 64, 48, alpha=False)).mean() < 6, f"frame {number}"


@pytest.mark.parametrize("suffix", [s for s in EVERY if s != ".mp4"])
def test_every_kind_but_mp4_keeps_odd_sides_and_transparency(tmp_path: Path, suffix: str) -> None:
    frames = decoded(balls(tmp_path / f"a{suffix}", 4, (65, 49), alpha=True), alpha=True)
    assert len(frames) == 4
    for number, frame in enumerate(frames):
        wanted = ball(number, 65, 49, alpha=True)
        assert frame.shape == (49, 65, 4)
        assert ((frame[..., 3] > 127) == (wanted[..., 3] > 127)).mean() > 0.995
        solid = (frame[..., 3] > 250) & (wanted[..., 3] > 250)
        assert np.abs(frame[solid][:, :3].astype(int) - wanted[solid][:, :3]).max() < 60
        assert np.abs(frame[solid][:, :3].astype(int) - wanted[solid][:, :3]).mean() < 5, (
            "no black seeps in at the edge"
        )


def test_mp4_cannot_be_transparent_and_says_what_can(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"MP4 \(H.264\) cannot be transparent; .webm, .gif, .apng, .webp, .png can."):
        balls(tmp_path / "a.mp4", alpha=True)


@pytest.mark.parametrize(("suffix", "plays"), [(".gif", 0), (".gif", 1), (".gif", 3), (".apng", 3), (".webp", 3)])
def test_animated_images_say_how_often_they_play_and_how_long_a_frame_stays(
    tmp_path: Path, suffix: str, plays: int
) -> None:
    with Image.open(balls(tmp_path / f"a{suffix}", rounds=plays)) as image:
        assert getattr(image, "n_frames", 1) == 10
        said = image.info.get(
            "loop"
        )  # GIF counts the repeats after the first time, and says nothing when there are none
        assert said == ({0: 0, 1: None}.get(plays, plays - 1) if suffix == ".gif" else plays)
        stays = []
        for number in range(10):
            image.seek(number)
            image.load()
            stays.append(image.info["duration"])
    assert stays == [40] * 10


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng", ".webm", ".mp4"])
def test_every_kind_carries_its_scene(tmp_path: Path, suffix: str) -> None:
    path = balls(tmp_path / f"a{suffix}")
    if suffix in (".gif", ".webp"):
        assert texts.read(path) == SCENE_TEXT
    elif suffix == ".apng":
        with Image.open(path) as image:
            assert {key: str(image.info[key]) for key in SCENE_TEXT} == SCENE_TEXT
    else:
        with av.open(str(path)) as film:
            assert {key.lower(): value for key, value in film.metadata.items()}["comment"] == SCENE_TEXT["comment"]


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng", ".webm", ".mp4"])
def test_what_a_film_carries_is_read_back_as_data_and_nothing_of_a_film_that_is_cut(
    tmp_path: Path, suffix: str
) -> None:
    scene = Scene.load("squat")
    texts = {**scene._metadata(), "side": "left", "legs": "both", "tightness": "0.5"}
    path = tmp_path / f"a{suffix}"
    with VideoWriter(path, width=64, height=48, fps=30, metadata=texts, rounds=2) as film:
        for frame in noise(64, 48, 3):
            film.write(frame)
    found = carried.read(path)
    assert (found.movement.side, found.legs, found.tightness, found.at) == ("left", "both", 0.5, "")
    assert found.movement.text == scene.movement.text
    whole = path.read_bytes()
    for cut in (0, 3, 20, 100):
        path.write_bytes(whole[:cut])
        with pytest.raises(SceneFileError, match=r"film carries no scene; films made by hamstring clip|is not a PNG"):
            carried.read(path)
    path.unlink()
    with pytest.raises(SceneFileError, match="there is no such file"):
        carried.read(path)


@pytest.mark.parametrize(("suffix", "alpha"), [(".mp4", False), (".webm", True)])
def test_repeats_are_copies_of_what_was_encoded_once(tmp_path: Path, suffix: str, alpha: bool) -> None:
    path = balls(tmp_path / f"a{suffix}", 14, alpha=alpha, rounds=3, first=2, last=12)
    frames = decoded(path, alpha=alpha)
    assert len(frames) == 2 + 3 * 10 + 2
    for number in range(10):
        assert np.array_equal(frames[2 + number], frames[12 + number])
        assert np.array_equal(frames[2 + number], frames[22 + number])
    with av.open(str(path)) as film:
        shown = sorted(packet.pts * packet.time_base for packet in film.demux(video=0) if packet.pts is not None)
        assert [round(time * 25, 1) for time in shown] == list(range(34))
        assert film.duration == 34 / 25 * av.time_base
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_the_last_frame_of_a_loop_is_not_its_first_again(tmp_path: Path) -> None:
    frames = decoded(balls(tmp_path / "a.mp4", 10, rounds=2))
    steps = [float(np.abs(b.astype(int) - a).mean()) for a, b in pairwise(frames)]
    assert min(steps) > 0.5, "no frame is shown twice, at the seam neither"


def test_numbered_pictures_fill_a_folder_of_their_own(tmp_path: Path) -> None:
    pattern = tmp_path / "run" / "%03d.png"
    balls(pattern, 3, alpha=True, rounds=2, first=1)
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [f"{n:03d}.png" for n in range(1, 6)]
    for place, number in enumerate((0, 1, 2, 1, 2), start=1):
        with Image.open(tmp_path / "run" / f"{place:03d}.png") as image:
            assert np.array_equal(np.asarray(image), ball(number, 64, 48, alpha=True))
            assert image.info["comment"] == SCENE_TEXT["comment"]
    with pytest.raises(ExportError, match="is not empty; give --force"):
        balls(pattern, 2)
    balls(pattern, 2, force=True)
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == ["001.png", "002.png"]
    (tmp_path / "run" / "notes.txt").touch()
    with pytest.raises(ExportError, match=r"also holds notes\.txt"):
        balls(pattern, 2, force=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run"]


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "run/%03d.png"])
def test_what_ends_cannot_be_asked_to_play_for_ever(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match=r"cannot play for ever \(0 rounds\); \.gif, \.apng, \.webp can"):
        VideoWriter(tmp_path / name, width=64, height=48, fps=5, rounds=0)


@pytest.mark.parametrize("force", [False, True])
def test_what_is_put_into_the_folder_while_a_film_is_made_stays_there(tmp_path: Path, force: bool) -> None:
    (tmp_path / "run").mkdir()
    with (
        pytest.raises(ExportError, match=r"also holds notes\.txt" if force else "is not empty"),
        VideoWriter(tmp_path / "run" / "%03d.png", width=64, height=48, fps=5, force=force) as writer,
    ):
        writer.write(ball(0, 64, 48, alpha=False))
        (tmp_path / "run" / "notes.txt").write_text("mine")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["run", "run/notes.txt"]


@pytest.mark.parametrize("name", ["a.png", "%04d.png", "x/%s.png", "nowhere/x/%d.png", "a.avi"])
def test_an_impossible_place_of_a_film_is_refused(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExportError, match=r"folder|must end in .mp4 or .webm or .gif or .apng or .webp"):
        balls(Path(name), 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", EVERY)
def test_a_full_disk_leaves_nothing_of_any_kind(tmp_path: Path, suffix: str) -> None:
    with (
        pytest.raises(ExportError, match=rf"a\{suffix} cannot be written"),
        largest_file(20_000),
        VideoWriter(tmp_path / f"a{suffix}", width=320, height=240, fps=25) as writer,
    ):
        for frame in noise(320, 240, 12):
            writer.write(frame)
    assert list(tmp_path.iterdir()) == []
