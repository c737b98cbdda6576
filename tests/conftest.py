"""What several tests need: the checkout, a fresh interpreter, a screen of their own; plotters are closed afterwards."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from own_screen import MISSING, PROGRAM, own_screen

# Where a merge depends on it the same cases are tried every time; elsewhere new ones, so that faults are still found.
settings.register_profile("steady", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("steady")

# Several processes draw in software at once: one thread each, or they would wait for each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("LP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent

# Drawing and video libraries that reading, listing and computing must not load.
GRAPHICS = ("pyvista", "vtk", "vtkmodules", "pyvistaqt", "qtpy", "PySide6", "matplotlib", "av")


@pytest.fixture
def fresh_python(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a new interpreter on the checkout, in an empty folder that is its home as well, without a display."""
    home = tmp_path / "home"
    home.mkdir()

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        kept |= {"PYTHONPATH": str(ROOT), "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "120"}
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=home, env=kept | environment, capture_output=True, text=True, timeout=300, check=False
        )

    return run


Unprivileged = Callable[[Path], AbstractContextManager[None]]


@pytest.fixture
def unprivileged(monkeypatch: pytest.MonkeyPatch) -> Unprivileged:
    """A block that runs in a folder as somebody whom the system refuses what a mode forbids: the super-user would be refused nothing."""

    @contextmanager
    def block(folder: Path) -> Iterator[None]:
        folder.chmod(0o755)
        monkeypatch.chdir(folder)  # folders above it may be closed to others
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            yield
        finally:
            if user == 0:
                os.seteuid(user)

    return block


@pytest.fixture(scope="session")
def virtual_screen() -> Iterator[str]:
    """A virtual screen of this test run's own."""
    if shutil.which(PROGRAM) is None:
        pytest.fail(MISSING) if os.environ.get("CI") else pytest.skip(MISSING)
    with own_screen(1600, 1000) as display:
        yield display


@pytest.fixture(scope="session")
def qapp_args(virtual_screen: str) -> list[str]:
    """pytest-qt makes its application after this: the screen exists by then."""
    return ["hamstring"]


@pytest.fixture(autouse=True)
def plotters_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """No plotter outlives its test, whether the test passed or not; that of a window is closed by the window."""
    yield
    if "pyvista" in sys.modules and request.node.get_closest_marker("window") is None:
        sys.modules["pyvista"].close_all()


@pytest.fixture(scope="module")
def one_window(qapp: object) -> Iterator[tuple[object, object]]:
    """The window of a whole file, because opening one takes seconds, and the state in which each test finds it."""
    import window_driver

    yield from window_driver.shared()


@pytest.fixture
def window(one_window: tuple[object, object]) -> object:
    """A window with a leg curl, as it was opened."""
    import window_driver

    return window_driver.put_back(*one_window)  # type: ignore[arg-type]
