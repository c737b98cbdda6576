"""Whatever comes in through a door, the program answers in time, with one sentence if it refuses, and stays in its folder."""

from functools import partial
from pathlib import Path

import fuzz
import pytest

from visualiser.bodies.meshfiles import read_mesh

CASES_A_DOOR = 25  # benchmarks/fuzz.py tries tens of thousands


@pytest.mark.parametrize("door", fuzz.DOORS)
def test_a_door_copes_with_whatever_comes_in(door: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    faults = []
    for number, case in enumerate(fuzz.cases(7, CASES_A_DOOR, (door,))):
        folder = tmp_path / str(number)
        folder.mkdir()
        outcome = fuzz.attempt(case, folder)
        if outcome.fault:
            faults.append(f"case {number}: {' '.join(case.words)[:200]}: {outcome.fault}")
    assert faults == []


SOUND = {
    "case.toml": fuzz.scenes,
    "case.mot": fuzz.recordings,
    "case.csv": lambda: fuzz.recordings()[1:],
    "case.png": fuzz.pictures,
    "case.glb": fuzz.models,
    **{f"case.{suffix}": partial(fuzz.films, suffix) for suffix in fuzz.FILMS},
}


@pytest.mark.parametrize("name", SOUND)
def test_undamaged_files_of_the_corpus_are_taken(name: str, tmp_path: Path) -> None:
    """A case that is refused at the first byte would prove nothing."""
    words = ("measure", name, "--samples", "3", "-o", "out.csv")
    outcome = fuzz.attempt(fuzz.Case(name, {name: SOUND[name]()[0]}, words), tmp_path)
    assert (outcome.status, outcome.fault) == (0, "")


@pytest.mark.parametrize("suffix", ["stl", "obj", "ply", "vtp", "glb"])
def test_undamaged_meshes_of_the_corpus_are_read(suffix: str, tmp_path: Path) -> None:
    for number, content in enumerate(fuzz.meshes(suffix)):
        path = tmp_path / f"{number}.{suffix}"
        path.write_bytes(content)
        assert len(read_mesh(path).faces) >= 300


def test_the_undamaged_job_of_the_corpus_is_done(tmp_path: Path) -> None:
    outcome = fuzz.attempt(fuzz.Case("job", {"case.toml": fuzz.JOB}, ("render", "case.toml", "-o", "out")), tmp_path)
    assert (outcome.status, outcome.fault) == (0, "")
    assert {path.name for path in (tmp_path / "out").rglob("*.csv")} == {"raise.csv", "squat.csv", "sprint.csv"}


def test_the_watch_sees_what_goes_outside(tmp_path: Path) -> None:
    """Through a link, the one way out of a folder that no check of names finds."""
    inside, elsewhere = tmp_path / "inside", tmp_path / "elsewhere"
    inside.mkdir()
    elsewhere.mkdir()
    (elsewhere / "walk.mot").write_bytes(fuzz.recordings()[0])
    (inside / "linked").symlink_to(elsewhere)
    case = fuzz.Case("mot", {"walk.mot": fuzz.recordings()[0]}, ("measure", "walk.mot", "-o", "linked/x.csv"))
    assert "outside" in fuzz.attempt(case, inside).fault
