"""Films from the window: a process makes them, the window lives on meanwhile, and nothing is left behind when one is given up."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

pytest.importorskip("pytestqt")

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication, QMessageBox
from window_driver import opened, wait, written

from visualiser.films.video import FORMATS
from visualiser.pictures.pages import CUT_COLOURS
from visualiser.pictures.section import Section
from visualiser.window import Window, texts
from visualiser.window.wording import Saving

pytestmark = pytest.mark.window

SMALL = Saving(size="320x180", quality="draft", labels="none", fps=4)
TINY = replace(SMALL, size="160x90", fps=1, speed=2.0)  # two frames
LONG_MS = 120_000  # a process of its own, on a machine that has other things to do
LONG = replace(SMALL, fps=60, speed=0.1)  # two thousand frames: it does not end by itself while a test runs


@pytest.fixture(scope="module")
def filming(qapp: object) -> Iterator[Window]:
    """A window for films; the last test closes it."""
    made = opened()
    yield made
    made.close()


def alive(process: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def begun(window: Window, path: Path, saving: Saving = LONG) -> int:
    """Begin a film and wait for its first frames; the number of the process."""
    window.desk.film(path, saving)
    assert window.desk.helper is not None
    wait(lambda: window.film_progress.bar.value() > 0, LONG_MS)
    return window.desk.helper.process_id


def test_a_film_is_made_while_the_window_turns_and_plays(filming: Window, tmp_path: Path) -> None:
    ends: list[tuple[str, str]] = []
    filming.desk.filmed.connect(lambda *end: ends.append(end))
    before = filming.view.frames_drawn
    filming.wishes.cut(Section("sagittal", 0.0))
    filming.desk.film(tmp_path / "curl.mp4", SMALL)
    assert filming.film_progress.bar.isVisible()
    longest, last = 0.0, monotonic()
    while not ends:
        QApplication.processEvents()
        longest, last = max(longest, monotonic() - last), monotonic()
        if filming.film_progress.bar.value() > 0 and not filming.showing.playback.playing:
            filming.showing.toggle_play()  # not before: it would only keep the process from getting ready
        sleep(0.003)
    filming.showing.pause()
    assert ends == [(str(tmp_path / "curl.mp4"), "")]
    assert written(tmp_path) == ["curl.mp4"]
    with av.open(str(tmp_path / "curl.mp4")) as film:
        stream = film.streams.video[0]
        pictures = [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)]
        frames = len(pictures)
        assert (stream.width, stream.height, frames) == (320, 180, round(4 * filming.showing.movement.duration_s))
    cut_bone = np.abs(pictures[0].astype(int) - CUT_COLOURS["bone"]).max(axis=-1) <= 6
    assert cut_bone.sum() > 20  # the section went along
    filming.wishes.cut(None)
    assert filming.view.frames_drawn - before > 3
    # A slow machine draws a picture a second; a film made in the window itself would hold it up for longer.
    assert longest < 5.0
    assert not filming.film_progress.bar.isVisible()
    assert filming.actions_by_name["save_clip"].isEnabled()


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != ".mp4"])  # MP4 is made above
def test_films_of_other_kinds_are_made_and_told(filming: Window, tmp_path: Path, kind: str) -> None:
    ends: list[tuple[str, str]] = []
    filming.desk.filmed.connect(lambda *end: ends.append(end))
    filming.desk.film(tmp_path / f"curl{kind}", TINY)
    wait(lambda: ends != [], LONG_MS)
    place = tmp_path / ("curl/%04d.png" if kind == ".png" else f"curl{kind}")
    assert ends == [(str(place), "")]
    assert filming.statusBar().currentMessage() == texts.SAVED.format(place)
    files = sorted(place.parent.iterdir())
    if kind == ".png":
        assert written(tmp_path) == ["curl"]
        shapes = [np.asarray(Image.open(file)).shape[:2] for file in files]
    elif kind == ".webm":
        assert files == [place]
        with av.open(str(place)) as film:
            shapes = [(frame.height, frame.width) for frame in film.decode(video=0)]
    else:
        assert files == [place]
        with Image.open(place) as film:
            assert film.format == {".gif": "GIF", ".apng": "PNG", ".webp": "WEBP"}[kind]
            shapes = [np.asarray(frame.convert("RGB")).shape[:2] for frame in ImageSequence.Iterator(film)]
    assert shapes == [(90, 160)] * 2


def answering(window: Window, text: str) -> None:
    """Soon, press the button with this text in the question that will be open."""

    def answer() -> None:
        assert window.dialog is not None
        next(button for button in window.dialog.buttons() if button.text() == text).click()

    QTimer.singleShot(200, answer)


def test_closing_asks_staying_goes_on_and_a_film_that_fails_says_why(filming: Window, tmp_path: Path) -> None:
    process = begun(filming, tmp_path / "curl.webm")
    assert len(written(tmp_path)) == 1  # under a temporary name
    answering(filming, texts.CLOSE_STAY)
    assert not filming.close()
    assert filming.isVisible()
    assert alive(process)
    os.kill(process, 9)
    wait(lambda: not filming.desk.busy, LONG_MS)
    assert isinstance(filming.dialog, QMessageBox)
    assert filming.dialog.informativeText().startswith(texts.FILM_FAILED.format(""))
    filming.dialog.close()
    wait(lambda: filming.dialog is None)


def test_cancelling_leaves_no_file_and_no_process_of_this_film_or_the_one_before(
    filming: Window, tmp_path: Path
) -> None:
    left = tmp_path / ".curl-01234567.part"  # as a killed program leaves it
    left.touch()
    filming.desk.film(tmp_path / "curl.mp4", SMALL)
    assert filming.desk.helper is not None
    process = filming.desk.helper.process_id
    assert alive(process)
    filming.film_progress.cancel.click()
    wait(lambda: not filming.desk.busy, LONG_MS)
    assert written(tmp_path) == []
    assert not alive(process)
    assert filming.statusBar().currentMessage() == texts.CANCELLED
    assert filming.dialog is None


def test_closing_and_giving_the_film_up_leaves_nothing(filming: Window, tmp_path: Path) -> None:
    process = begun(filming, tmp_path / "curl.png")  # numbered pictures: no folder of them either
    answering(filming, texts.CLOSE_GIVE_UP)
    assert filming.close()
    assert not alive(process)
    assert written(tmp_path) == []
