"""Every command and every line of Python in the README works; the set-up commands and the keys are what they must be."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from pages import blocks, quoted

from visualiser import cli, keys
from visualiser.scene import Scene

README = (ROOT / "README.md").read_text(encoding="utf-8")
SMALL = ("--width", "480", "--height", "270")  # the commands' own options stay; only the pixels are fewer


def set_up() -> list[str]:
    """The lines of the first block: what a newcomer types."""
    return blocks(README, "bash")[0].splitlines()


def commands() -> list[str]:
    """The commands of the other blocks."""
    return [line for block in blocks(README, "bash")[1:] for line in block.splitlines()]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands write into the current folder: each test has its own."""
    monkeypatch.chdir(tmp_path)


def test_set_up_is_exactly_two_commands_that_make_their_own_environment() -> None:
    clip, test = set_up()
    environment = "python3 -m venv .venv && .venv/bin/pip install "
    assert clip == environment + ". && .venv/bin/hamstring clip straight_leg_raise"
    assert test == environment + "-e '.[test]' && .venv/bin/pytest"
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert project["scripts"]["hamstring"] == "visualiser.cli:main"
    assert any(need.startswith("pytest>") for need in project["optional-dependencies"]["test"])


@pytest.mark.render
@pytest.mark.parametrize("line", commands())
def test_every_command_of_the_readme_works(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    program, *words = shlex.split(line)
    assert program == "hamstring"
    if "--size" in words:
        place = words.index("--size")
        del words[place : place + 2]
    smaller = SMALL if words[0] == "shot" else (*SMALL, "--fps", "5") if words[0] == "clip" else ()
    assert cli.main([*words, *smaller]) == 0
    said = capsys.readouterr().out
    if words[0] in ("shot", "clip", "measure"):
        assert Path(said.strip()).stat().st_size > 1000
    else:
        assert said.strip()


@pytest.mark.render
def test_the_python_of_the_readme_works(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = blocks(README, "python")
    full = Scene.clip

    def small_clip(scene: Scene, path: str, **options: Any) -> Path:
        return full(scene, path, width=320, height=180, fps=5, **options)

    monkeypatch.setattr(Scene, "clip", small_clip)
    names: dict[str, Any] = {}
    exec(code, names)
    assert Path("slr.png").stat().st_size > 1000
    assert Path("slr.mp4").stat().st_size > 1000
    assert len(names["table"]["semitendinosus_length_mm"]) > 10
    assert "femur_right" in names["meshes"]


@pytest.mark.render
def test_the_picture_is_made_by_the_command_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    (words,) = quoted(README, after="This picture is ")
    shown = words[words.index("-o") + 1]
    assert f"]({shown})" in README
    assert (ROOT / shown).read_bytes().startswith(b"\x89PNG")
    words[words.index("-o") + 1] = "picture.png"
    for option, value in zip(SMALL[::2], SMALL[1::2], strict=True):
        words[words.index(option) + 1] = value
    assert cli.main(words) == 0


def test_the_keys_are_those_of_the_window() -> None:
    assert blocks(README, "text") == [keys.listing() + "\n"]


def linked_files() -> list[str]:
    """Files that the README points at."""
    return [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]


@pytest.mark.parametrize("link", linked_files())
def test_every_file_that_the_readme_points_at_exists(link: str) -> None:
    assert (ROOT / link).is_file()


def test_movements_that_the_readme_names_exist() -> None:
    from visualiser.bodies import assets

    named = {word for line in commands() for word in shlex.split(line)[2:3] if not word.startswith("-")}
    known = set(assets.scene_paths())
    assert named & known
    assert {name for name in named if "_" in name} <= known
