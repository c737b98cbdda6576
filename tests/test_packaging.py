"""Meshes and scenes are found however the program is installed: checkout, editable, wheel, wheel run inside the checkout."""

import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import ROOT

# Copied to build from, so that building leaves nothing in the checkout.
SOURCES = ("visualiser", "meshes", "scenes", "pyproject.toml", "README.md", "LICENSE")
ASK = (
    "from visualiser.bodies import assets; "
    "assets.load_bone('femur'); assert 'straight_leg_raise' in assets.scene_paths(); "
    "print(assets.data_folder('meshes')); print(assets.data_folder('scenes'))"
)


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Output of a command that must succeed; it sees no PYTHONPATH but the one given here."""
    clean: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "PYTHONDONTWRITEBYTECODE": "1"} | environment
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean copy of the checkout."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


@pytest.fixture(scope="module")
def distributions(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with wheel and sdist, built by the backend itself: no network, no isolated environment."""
    folder = tmp_path_factory.mktemp("dist")
    for kind in ("build_sdist", "build_wheel"):
        code = f"import sys; from setuptools import build_meta; build_meta.{kind}(sys.argv[1])"
        run(sys.executable, "-c", code, folder, cwd=checkout)
    shutil.rmtree(checkout / "build", ignore_errors=True)
    return folder


def environment(folder: Path) -> Path:
    """The interpreter of a new environment that borrows our libraries, but not our installation of the program."""
    venv.create(folder, with_pip=False, symlinks=True)
    site = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    # Behind everything else: an installed copy or a path hook of an editable one would otherwise win.
    (site / "borrowed.pth").write_text("\n".join(borrowed), encoding="utf-8")
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def wheel_python(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel unpacked into it: what an installer does with a pure-Python wheel."""
    python = environment(tmp_path_factory.mktemp("venv"))
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(next(python.parent.parent.glob("lib/*/site-packages")))
    return python


def test_a_bare_checkout_uses_its_own_data(checkout: Path) -> None:
    found = run(sys.executable, "-c", ASK, cwd=checkout, PYTHONPATH=str(checkout)).split()
    assert found == [str(checkout / "meshes"), str(checkout / "scenes")]


def test_an_editable_install_uses_the_checkout(checkout: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    code = "import sys; from setuptools import build_meta as b; print(b.build_editable(sys.argv[1]))"
    name = run(sys.executable, "-c", code, tmp_path, cwd=checkout).split()[-1]
    with zipfile.ZipFile(tmp_path / name) as archive:
        archive.extractall(next(python.parent.parent.glob("lib/*/site-packages")))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    found = run(python, "-c", ASK, cwd=elsewhere).split()
    assert found == [str(checkout / "meshes"), str(checkout / "scenes")]


def test_a_wheel_elsewhere_carries_its_data(wheel_python: Path, tmp_path: Path) -> None:
    found = [Path(line) for line in run(wheel_python, "-c", ASK, cwd=tmp_path).split()]
    assert [path.name for path in found] == ["meshes", "scenes"]
    assert all(path.is_relative_to(wheel_python.parent.parent) for path in found)


def test_a_wheel_run_inside_the_checkout_uses_its_own_data(wheel_python: Path, checkout: Path) -> None:
    # As the console script does: the current folder is not on the path (-P), so code and data come from the wheel.
    found = [Path(line) for line in run(wheel_python, "-P", "-c", ASK, cwd=checkout).split()]
    assert all(path.is_relative_to(wheel_python.parent.parent) for path in found)


def test_the_wheel_holds_every_mesh_scene_and_script_of_the_checkout(distributions: Path, checkout: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    wanted = {
        f"visualiser/{path.relative_to(checkout).as_posix()}"
        for folder in ("meshes", "scenes")
        for path in files(checkout / folder)
    }
    wanted |= {path.relative_to(checkout).as_posix() for path in files(checkout / "visualiser")}
    assert wanted <= inside
    assert {name for name in inside if ".dist-info/" not in name} == wanted


def test_the_wheel_brings_the_command(distributions: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (entry_points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "hamstring = visualiser.cli:main" in archive.read(entry_points).decode()


def test_a_wheel_can_be_built_from_the_sdist(distributions: Path, tmp_path: Path) -> None:
    (sdist,) = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    for name in ("meshes/fine/femur.ply", "meshes/landmarks.toml", "meshes/soft_tissue.npz", "meshes/sculpt/build.py"):
        assert (folder / name).is_file(), f"{name} is missing in the sdist"
    assert sorted(path.name for path in (folder / "scenes").iterdir()) == sorted(
        path.name for path in (ROOT / "scenes").iterdir()
    )


def files(folder: Path) -> list[Path]:
    """Every file of a folder that should ship."""
    return [path for path in folder.rglob("*") if path.is_file()]
