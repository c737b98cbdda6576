"""Nothing is written over what it is made from: not with --force, not through a link, by no command."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bone_folders import shipped
from cyclopts import App

from visualiser import Scene, batch, cli, inputs
from visualiser.bodies import assets
from visualiser.errors import ExportError
from visualiser.jobs import Output

SMALL = ("--size", "96x64", "--labels", "none")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file of each kind that can be read."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(assets.scene_paths()["squat"], "mine.toml")
    rows = "\n".join(f"{i / 20:.3f},{5 * i},{2 * i}" for i in range(11))
    Path("run.csv").write_text(f"time,hip_flexion_r,knee_angle_r\n{rows}\n")
    return tmp_path


def refused(words: tuple[str, ...], kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = kept.read_bytes()
    status = cli.main(words)
    said = capsys.readouterr().err
    assert status == 2, said
    assert "this is made from; give the output another name" in said
    assert kept.read_bytes() == before


# What is read, and a command that is told to write over it. {} is what is read, under a name that leads to the same file.
COMMANDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "measure": ("run.csv", ("measure", "run.csv", "-o", "{}")),
    "measure --motion": ("run.csv", ("measure", "squat", "--motion", "run.csv", "-o", "{}")),
    "new": ("mine.toml", ("new", "{}", "--from", "mine.toml")),
    "shot": ("a.png", ("shot", "a.png", *SMALL, "-o", "{}")),
    "compare": ("a.png", ("compare", "squat", "a.png", *SMALL, "-o", "{}")),
    "sheet": ("a.png", ("sheet", "squat", "a.png", "-o", "{}")),
    "plot": ("a.png", ("plot", "a.png", "-o", "{}")),
    "plot map": ("a.png", ("plot", "map", "squat", "a.png", "-o", "{}")),
    "clip": ("a.webm", ("clip", "a.webm", *SMALL, "-o", "{}")),
    "clip --beside": ("a.webm", ("clip", "squat", "--beside", "a.webm", *SMALL, "-o", "{}")),
    "clip --poster": ("a.png", ("clip", "a.png", *SMALL, "--poster", "{}", "-o", "b.mp4")),
    "export": ("a.glb", ("export", "a.glb", "-o", "{}")),
    "export, one pose": ("bones/femur.stl", ("export", "squat", "--at", "0", "--bones", "bones", "-o", "{}")),
}  # fmt: skip


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture, a film and a model that carry a scene, and a folder of bones."""
    import fuzz

    folder = tmp_path_factory.mktemp("ours")
    texts = Scene.load("squat")._metadata()
    (folder / "a.png").write_bytes(fuzz.picture(texts))
    (folder / "a.webm").write_bytes(fuzz.film("webm", texts))
    (folder / "a.glb").write_bytes(fuzz.model(texts))
    (folder / "bones").mkdir()
    (folder / "bones" / "femur.stl").write_bytes(fuzz.meshes("stl")[0])
    (folder / "bones" / "landmarks.toml").write_bytes(fuzz.landmarks()[0])
    return folder


@pytest.mark.render
@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_writes_over_its_input(
    name: str, here: Path, ours: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read, words = COMMANDS[name]
    shutil.copytree(ours, here, dirs_exist_ok=True)
    kept = here / read
    for alias in (_itself, _symlink, _hard_link):
        target = alias(kept)
        refused(tuple(word.format(target) for word in (*words, "--force")), kept, capsys)


def _itself(path: Path) -> Path:
    return Path(os.path.relpath(path))


def _symlink(path: Path) -> Path:
    link = Path(f"soft{path.suffix}")
    link.symlink_to(path)
    return link


def _hard_link(path: Path) -> Path:
    link = Path(f"hard{path.suffix}")
    os.link(path, link)
    return link


def test_every_command_that_writes_a_file_is_among_those_tried() -> None:
    writing = {
        name
        for name in cli.app
        if not name.startswith("-") and isinstance(cli.app[name], App) and "--force" in _parameters(cli.app[name])
    }
    tried = {words[0] for _, words in COMMANDS.values()} | {"render", "schema"}  # tried below; schema reads nothing
    assert writing == tried


def _parameters(app: App) -> set[str]:
    try:
        return {name for argument in app.assemble_argument_collection() for name in argument.names}
    except ValueError:  # a group of commands
        return set()


def test_a_folder_of_pictures_that_is_replaced_as_a_whole_spares_the_one_that_was_read(
    here: Path, ours: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "frames").mkdir()
    kept = here / "frames" / "0001.png"
    shutil.copy(ours / "a.png", kept)
    assert cli.main(["clip", "frames/0001.png", *SMALL, "-o", "frames/%04d.png", "--force"]) == 2
    assert "frames holds 0001.png, which this is made from" in capsys.readouterr().err
    assert kept.is_file()


def test_a_run_of_many_outputs_writes_over_no_scene_of_any_of_them(here: Path) -> None:
    outputs = [Output("run.csv", "squat", '{"samples": 3}'), Output("b.csv", "run.csv", '{"samples": 3}')]
    before = Path("run.csv").read_text()
    first, second = batch.run(outputs, here, force=True)
    assert (first.state, second.state) == ("failed", "written")
    assert "would be written over run.csv" in first.said
    assert Path("run.csv").read_text() == before


@pytest.mark.parametrize("spelling", [str.upper, str.title])
def test_another_spelling_of_a_name_is_seen_through_where_the_disk_does_not_tell_them_apart(
    here: Path, monkeypatch: pytest.MonkeyPatch, spelling: Callable[[str], str]
) -> None:
    """This disk may be one that does: then the other spelling is another file, which is free."""
    apart = not Path("MINE.TOML").exists()
    with inputs.watched([Path("mine.toml")]):
        if apart:
            inputs.spare(Path(spelling("mine.toml")))
        else:
            with pytest.raises(ExportError):
                inputs.spare(Path(spelling("mine.toml")))


def test_in_python_a_scene_spares_its_file_and_what_is_derived_from_it_too(here: Path, ours: Path) -> None:
    shutil.copy(ours / "a.png", "a.png")
    scene = Scene.load("a.png")
    for shown in (scene, scene.on_side("left"), scene.posed("knee_flexion=20"), scene.mixed(Scene.load("squat"))):
        with pytest.raises(ExportError, match="what this is made from"):
            shown.image("a.png", force=True, width=96, height=64)
    with pytest.raises(ExportError, match="what this is made from"):
        Scene.load("squat").compare(scene, path="a.png", force=True)
    Path("other.png").write_bytes(b"")
    with inputs.watched(scene.files):
        inputs.spare(Path("other.png"))


def test_the_folder_of_bones_counts_as_read(here: Path, ours: Path) -> None:
    assert shipped("femur")[2], "the corpus has landmarks"
    shutil.copytree(ours / "bones", "bones")
    with inputs.watched() as files:
        Scene.load("squat", bones="bones")
    assert {path.name for path in files} >= {"femur.stl", "landmarks.toml", "squat.toml"}
