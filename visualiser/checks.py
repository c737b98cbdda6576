"""What this machine can do: one line a part, with the remedy where one is missing. `hamstring check` prints it.

Drawing and Qt are tried in processes of their own: a driver that crashes is a finding, not the end of the report.
"""

import json
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from visualiser import __version__, machine, screen
from visualiser.bodies import assets
from visualiser.errors import AssetError, DisplayError

LIBRARIES = (
    "numpy",
    "scipy",
    "trimesh",
    "pyvista",
    "vtk",
    "PySide6-Essentials",
    "pyvistaqt",
    "av",
    "pillow",
    "matplotlib",
)
TIME_LIMIT_S = 120.0

# Run in a process of its own; prints one line of JSON. The sphere must be seen: some drivers return an empty picture.
DRAW = """
import json, pyvista
plotter = pyvista.Plotter(off_screen=True, window_size=(64, 64))
plotter.background_color = "white"
plotter.add_mesh(pyvista.Sphere(), color="red")
picture = plotter.screenshot(return_img=True)
lines = plotter.render_window.ReportCapabilities().splitlines()
said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
print(json.dumps({
    "seen": bool((picture[32, 32] != picture[1, 1]).any()),
    "window": type(plotter.render_window).__name__,
    "renderer": said.get("OpenGL renderer string", "unknown"),
    "version": said.get("OpenGL version string", "unknown"),
}))
"""
OPEN = """
import json, PySide6.QtCore
from PySide6.QtWidgets import QApplication
app = QApplication([])
print(json.dumps({"platform": app.platformName(), "qt": PySide6.QtCore.qVersion()}))
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the report; a `needed` part that is not `fine` stops pictures and clips."""

    part: str
    fine: bool
    said: str
    needed: bool = True


def findings() -> list[Finding]:
    """Every part of the report, in order."""
    return [_program(), _libraries(), _data(), _drawing(), _codec(), _window()]


def report(found: list[Finding]) -> str:
    """The findings as text that fits into an issue."""
    marks = {True: "ok", False: "MISSING"}
    return "\n".join(f"{marks[f.fine] if f.needed or f.fine else 'none':<8}{f.part:<10}{f.said}" for f in found)


def _program() -> Finding:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return Finding("program", True, f"hamstring-visualiser {__version__}, Python {platform.python_version()}, {system}")


def _libraries() -> Finding:
    found, missing = [], []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("libraries", False, f"{', '.join(missing)}; reinstall: pip install hamstring-visualiser")
    return Finding("libraries", True, ", ".join(found))


def _data() -> Finding:
    try:
        folder, scenes = assets.data_folder("meshes"), assets.scene_paths()
    except AssetError as problem:
        return Finding("data", False, str(problem))
    return Finding("data", True, f"{len(scenes)} movements; meshes in {folder}")


def _drawing() -> Finding:
    try:
        machine.require_opengl()
    except DisplayError as problem:
        return Finding("drawing", False, str(problem))
    answer = _try(DRAW)
    if isinstance(answer, str):
        return Finding("drawing", False, f"a test picture failed: {answer}")
    said = f"{answer['renderer']}, OpenGL {answer['version']}, {answer['window']}"
    return Finding(
        "drawing", bool(answer["seen"]), said if answer["seen"] else f"the test picture stayed empty: {said}"
    )


def _codec() -> Finding:
    try:
        import av

        codec = av.Codec("libx264", "w")
    except (ImportError, ValueError) as problem:
        return Finding("video", False, f"no H.264 encoder ({problem}); reinstall: pip install --force-reinstall av")
    return Finding("video", True, f"{codec.long_name}")


def _window() -> Finding:
    try:
        screen.require_screen()
    except DisplayError as problem:
        return Finding("window", False, str(problem), needed=False)
    answer = _try(OPEN)
    if isinstance(answer, str):
        return Finding("window", False, f"Qt did not start: {answer}", needed=False)
    return Finding("window", True, f"Qt {answer['qt']} on {answer['platform']}", needed=False)


def _try(script: str) -> dict[str, str] | str:
    """What a script in a process of its own answered, or how it ended."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {TIME_LIMIT_S:g} s"
    if done.returncode == 0 and done.stdout.strip():
        answer: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])
        return answer
    last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    how = f"it crashed with signal {-done.returncode}" if done.returncode < 0 else f"it ended with {done.returncode}"
    return f"{how} ({last.strip()})"
