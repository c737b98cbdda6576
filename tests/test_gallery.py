"""The gallery: every command on the page makes its picture, and the pictures stored are small and can be reopened."""

import re
import shlex
from pathlib import Path

import pytest
from conftest import ROOT, Unprivileged
from PIL import Image

from visualiser import Scene, cli
from visualiser.errors import ExportError
from visualiser.pictures import gallery

PAGE = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
COMMANDS = [shlex.split(line)[1:] for line in PAGE.splitlines() if line.startswith("hamstring shot ")]
PICTURES = re.findall(r"!\[([^\]]+)\]\((gallery/[^)]+\.png)\)", PAGE)


def test_every_picture_has_its_command_and_its_words() -> None:
    assert len(COMMANDS) == len(PICTURES) == 12
    assert [Path(path).name for _, path in PICTURES] == [command[command.index("-o") + 1] for command in COMMANDS]


@pytest.mark.parametrize("path", [path for _, path in PICTURES])
def test_stored_pictures_are_small_and_carry_their_scene(path: str) -> None:
    stored = ROOT / "docs" / path
    assert stored.stat().st_size <= 200_000
    with Image.open(stored) as image:
        assert max(image.size) <= 1280 and image.info["Description"]
    assert Scene.load(stored).movement.keyframes


@pytest.mark.render
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: Path(command[command.index("-o") + 1]).stem)
def test_every_command_of_the_gallery_works(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    size = command.index("--size") + 1
    small = [*command[:size], "320x180", *command[size + 1 :], "--quality", "draft"]
    assert cli.main(small) == 0, capsys.readouterr().err
    with Image.open(tmp_path / command[command.index("-o") + 1]) as image:
        assert image.size == (320, 180)


def test_sheets_of_bones_are_drawn_over_nothing_and_into_no_folder_that_may_not_be_written_to(
    tmp_path: Path, unprivileged: Unprivileged, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bones.md").write_text("mine")
    assert cli.main(["bones", "gallery", str(tmp_path)]) == 2
    assert "bones.md exists; give --force" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["bones.md"]
    (tmp_path / "closed").mkdir(mode=0o555)
    with unprivileged(tmp_path), pytest.raises(ExportError, match="bones cannot be written: Permission denied"):
        next(gallery.write("closed"))
