"""A film drawn by several processes is that of one, byte for byte; when a process dies or the user gives up, nothing stays behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from process_tree import descendants, left

from visualiser import Scene
from visualiser.errors import ExportError, VisualiserError
from visualiser.films import clips
from visualiser.films.crew import RANGE, Crew
from visualiser.films.timeline import Pace

SMALL: dict[str, Any] = {"width": 160, "height": 96, "fps": 4}


@pytest.mark.render
def test_several_processes_make_the_same_film_byte_for_byte(tmp_path: Path) -> None:
    """Labels, which carry over from frame to frame, too; held poses, and a camera that moves."""
    scene = Scene.load("straight_leg_raise")
    words = {**SMALL, "width": 480, "height": 270, "hold": 1.0, "camera": "orbit:60", "preset": "draft"}
    one = scene.clip(tmp_path / "one.mp4", **words)
    told: list[tuple[int, int]] = []
    two = scene.clip(tmp_path / "two.mp4", workers=2, progress=lambda *step: told.append(step), **words)
    assert one.read_bytes() == two.read_bytes()
    frames = len(clips.timeline_of(scene.movement, Pace(fps=4, hold=1.0)))
    assert frames > 4 * RANGE, "every process has more than one range"
    assert told == [(n, frames) for n in range(1, frames + 1)], "in order, each once"
    assert not multiprocessing.active_children()


@pytest.mark.render
def test_a_process_that_dies_ends_the_film_with_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    """Here one of two parts side by side, each of which has a process of its own."""

    def kill(done: int, total: int) -> None:
        if done == 1:
            os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)

    with pytest.raises(ExportError, match="drew frames of this film was ended by signal 9; nothing was written"):
        Scene.load("straight_leg_raise").clip(
            tmp_path / "a.mp4", workers=2, tight=(0.0, 1.0), progress=kill, **{**SMALL, "fps": 30, "labels": "none"}
        )
    assert list(tmp_path.iterdir()) == []
    assert not multiprocessing.active_children()


@pytest.mark.render
def test_ctrl_c_in_a_terminal_ends_all_processes_and_leaves_nothing(tmp_path: Path) -> None:
    words = ["clip", "straight_leg_raise", "--size", "160x96", "--labels", "none", "--workers", "2", "-o", "a.mp4"]
    with subprocess.Popen(
        [sys.executable, "-m", "visualiser", *words], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as film:  # fmt: skip
        assert film.stderr is not None
        assert "a.mp4: " in film.stderr.readline(), "the film is on its way"
        children = descendants(film.pid)
        os.killpg(film.pid, signal.SIGINT)
        rest = film.stderr.read()
    assert film.returncode == 130
    assert "Traceback" not in rest
    assert len(children) >= 2
    assert left(children, within_s=5) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", [0, -1, 65])
def test_a_number_of_processes_that_makes_no_sense_is_refused(tmp_path: Path, workers: int) -> None:
    with pytest.raises(VisualiserError, match=f"workers is {workers}; 1 to 64 are allowed"):
        Scene.load("squat").clip(tmp_path / "a.mp4", workers=workers, **SMALL)
    with pytest.raises(ExportError):
        Crew(workers)
    assert list(tmp_path.iterdir()) == []
