"""What goes wrong on somebody's machine: every fault ends in one sentence and status 2, and nothing half done stays behind.

Each case is a process of its own with a broken machine round it: files taken away, libraries without their parts, disks that are full.
"""

import importlib.util
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from PIL import Image

SHOT = ("shot", "squat", "--size", "160x90", "--quality", "draft", "--labels", "none")
CLIP = ("clip", "straight_leg_raise", "--size", "96x64", "--fps", "4", "--labels", "none")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hamstring(tmp_path: Path) -> Run:
    """Runs a command in an empty folder, on the checkout or a copy of it, without a display."""
    folder = tmp_path / "work"
    folder.mkdir()

    def run(
        *words: str,
        package: Path = ROOT,
        shims: Path | None = None,
        largest_file: int | None = None,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        paths = [str(path) for path in (shims, package) if path is not None]
        kept |= {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"} | environment

        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        return subprocess.run(
            [sys.executable, "-m", "visualiser", *words],
            cwd=folder,
            env=kept,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            preexec_fn=limit,
        )

    return run


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the program to take things away from, compiled as it is: to compile it anew takes longer than each test."""
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / "scenes").symlink_to(ROOT / "scenes")
    (folder / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")
    for name in ("visualiser", "meshes"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc.*"))  # half-written ones
    return folder


def refused(done: subprocess.CompletedProcess[str], *named: str) -> None:
    """Status 2 and, after lines of progress, one sentence that names what it must."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("hamstring: ")
    for word in named:
        assert word in last


# -- the program's own files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("fine/femur.ply", None),
        ("fine/tibia.ply", 1000),
        ("soft_tissue.npz", None),
        ("soft_tissue.npz", 100_000),
        ("landmarks.toml", None),
        ("landmarks.toml", 700),
    ],
)
def test_a_file_of_the_program_that_is_missing_or_cut_is_named(
    name: str, harm: int | None, copy: Path, hamstring: Run
) -> None:
    path = copy / "meshes" / name
    if harm is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:harm])
    refused(hamstring(*SHOT, package=copy), path.name)


# -- libraries without their parts -------------------------------------------------------------------------------------


def shim(folder: Path, library: str, code: str = "") -> Path:
    """A stand-in that is found before the library of that name."""
    (folder / library).mkdir(parents=True)
    (folder / library / "__init__.py").write_text(code, encoding="utf-8")
    return folder


def without(folder: Path, library: str, part: str) -> Path:
    """A library as links to the installed one, but for one of its folders."""
    spec = importlib.util.find_spec(library)
    assert spec and spec.origin
    real, stand_in = Path(spec.origin).parent, folder / library
    assert (real / part).is_dir()
    for name in Path(part).parts:
        stand_in.mkdir(parents=True)
        for entry in real.iterdir():
            if entry.name != name:
                (stand_in / entry.name).symlink_to(entry)
        real, stand_in = real / name, stand_in / name
    return folder


def test_fonts_that_are_missing_are_told_with_what_brings_them(tmp_path: Path, hamstring: Run) -> None:
    refused(hamstring(*SHOT, shims=without(tmp_path / "shims", "matplotlib", "mpl-data/fonts")), "font", "matplotlib")


def test_a_video_library_that_does_not_load_is_told_with_what_brings_it(tmp_path: Path, hamstring: Run) -> None:
    broken = shim(tmp_path / "shims", "av", "raise ImportError('libx264.so.164: cannot open shared object file')")
    refused(hamstring(*CLIP, shims=broken), "av")
    assert list((tmp_path / "work").iterdir()) == []


def test_without_any_opengl_a_picture_says_what_to_install(hamstring: Run) -> None:
    done = hamstring(*SHOT, __EGL_VENDOR_LIBRARY_FILENAMES="/nowhere.json", __EGL_VENDOR_LIBRARY_DIRS="/nowhere")
    refused(done, "OpenGL", "apt-get install")


@pytest.mark.window
def test_a_window_whose_plugin_is_missing_does_not_end_in_a_crash(
    virtual_screen: str, tmp_path: Path, hamstring: Run
) -> None:
    broken = without(tmp_path / "shims", "PySide6", "Qt/plugins/platforms")
    refused(hamstring("view", shims=broken, DISPLAY=virtual_screen, QT_QPA_PLATFORM=""), "libqxcb.so", "PySide6")


# -- disks and folders -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "name"),
    [(SHOT, "a.png"), (CLIP, "a.mp4"), (("measure", "squat"), "a.csv"), (("plot", "squat"), "a.pdf")],
)
def test_a_full_disk_leaves_nothing_behind(command: tuple[str, ...], name: str, tmp_path: Path, hamstring: Run) -> None:
    refused(hamstring(*command, "-o", name, largest_file=2000), name)
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("unshare"), reason="disks are mounted by Linux tools")
def test_a_disk_of_a_few_kilobytes_that_fills_up_holds_nothing_afterwards(tmp_path: Path) -> None:
    """A real one, in memory, that only this process sees; where nobody may mount anything the test is skipped."""
    (tmp_path / "disk").mkdir()
    script = 'mount -t tmpfs -o size=16k tmpfs disk || exit 99; "$@"; status=$?; ls -A disk; exit $status'
    words = [sys.executable, "-m", "visualiser", *CLIP, "-o", "disk/a.mp4"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment.pop("DISPLAY", None)
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", *words],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    if done.returncode in (1, 99) and "hamstring: " not in done.stderr:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    refused(done, "a.mp4 cannot be written: No space left on device")
    assert done.stdout == "", "neither the film nor a part of it is there"


def test_a_list_into_a_full_device_is_told() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "visualiser", "list"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True
        )
    refused(done, "No space left")


def test_a_home_that_cannot_be_written_hinders_no_picture(tmp_path: Path, hamstring: Run) -> None:
    done = hamstring(*SHOT, HOME="/proc/nowhere", XDG_CACHE_HOME="/proc/nowhere", XDG_CONFIG_HOME="/proc/nowhere")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "work" / "squat.png").is_file()


def test_a_plain_ascii_terminal_hinders_nobody(hamstring: Run) -> None:
    done = hamstring("list", "coordinates", LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\xb0" in done.stdout  # the degree sign, spelled out


def test_two_processes_that_write_one_target_leave_one_whole_picture(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "visualiser", *SHOT, "-o", "same.png"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment.pop("DISPLAY", None)
    both = [
        subprocess.Popen(
            words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    ended = [(process, *process.communicate(timeout=240)) for process in both]
    statuses = sorted(process.returncode for process, _, _ in ended)
    assert statuses in ([0, 0], [0, 2])  # the second finds the target there, or was still quicker than the first
    for process, _, said in ended:
        if process.returncode == 2:
            assert "same.png" in said and said.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["same.png"]
    with Image.open(tmp_path / "same.png") as picture:
        picture.load()
        assert picture.size == (160, 90)
