"""Pictures and tables are written whole or not at all, and never over something else."""

import csv
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from frames import largest_file, noise, stripes
from PIL import Image

from visualiser import writing
from visualiser.errors import ExportError
from visualiser.writing import read_png_texts, replacing, target, write_csv, write_png


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    values: np.ndarray


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
        (".PNG", "is an ending without a name"),
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
    monkeypatch.setattr(writing.os, "access", lambda path, mode: False)  # the super-user may write anywhere
    with pytest.raises(ExportError, match=r"a.png cannot be written: the folder .* may not be written to"):
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


def test_a_link_that_leads_nowhere_is_kept_unless_overwriting_is_asked_for(tmp_path: Path) -> None:
    link = tmp_path / "a.png"
    link.symlink_to(tmp_path / "elsewhere.png")
    with pytest.raises(ExportError, match="exists; give --force"):
        write_png(Image.new("RGB", (4, 4)), link)
    assert link.is_symlink()
    write_png(Image.new("RGB", (4, 4)), link, force=True)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.png"] and not link.is_symlink()


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
        shutil.rmtree(folder)


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


# -- tables ----------------------------------------------------------------------------------------------------------


def test_a_table_reads_back_to_nine_digits(tmp_path: Path) -> None:
    values = np.array([[0.0, 431.123456789], [1.5, -1e-7]])
    path = write_csv(Table(("time_s", "semitendinosus_length_mm"), values), tmp_path / "a.csv")
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head == ["time_s", "semitendinosus_length_mm"]
    assert np.allclose(np.array(rows, dtype=float), values, rtol=1e-8, atol=0)


# -- what a killed program leaves ------------------------------------------------------------------------------------------------------


def test_leftovers_of_a_killed_program_are_cleared_and_work_in_progress_is_not(tmp_path: Path) -> None:
    waits = (
        "import sys, time; from pathlib import Path; from visualiser.writing import replacing\n"
        "with replacing(Path(sys.argv[1]), False) as part: part.write_text('half'); print(part.name, flush=True); time.sleep(60)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", waits, str(tmp_path / name)], stdout=subprocess.PIPE, text=True)
        for name in ("killed.csv", "busy.csv")
    ]
    try:
        parts = [process.stdout.readline().strip() for process in running if process.stdout]
        running[0].kill()
        running[0].wait()
        assert {path.name for path in tmp_path.iterdir()} == set(parts), "kill -9 leaves its part"
        with replacing(tmp_path / "other.csv", False) as part:
            part.write_text("whole")
        assert {path.name for path in tmp_path.iterdir()} == {parts[1], "other.csv"}
    finally:
        for process in running:
            process.kill()
            process.communicate()


def test_an_old_folder_gives_way_to_the_new_one_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    (folder / "old.png").touch()
    with replacing(folder, True, folder=True) as part:
        (part / "new.png").touch()
        assert [path.name for path in folder.iterdir()] == ["old.png"]
    assert [path.name for path in folder.iterdir()] == ["new.png"]
    assert list(tmp_path.iterdir()) == [folder]
