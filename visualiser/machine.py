"""What the machine must offer before anything is drawn or a window is opened.

VTK without OpenGL and Qt without its system libraries do not raise: they end the whole program. So we look first, in a
few milliseconds and without loading either, and say what to install or to run instead. Only Linux needs this: macOS and
Windows bring OpenGL and a window system.
"""

import ctypes
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from visualiser.errors import DisplayError

# System libraries that pip cannot bring, and the Debian packages that have them (elsewhere the names are similar).
OPENGL_PACKAGES = ("libegl1", "libgl1", "libopengl0", "libgl1-mesa-dri")
WINDOW_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
# Where wheels of numpy keep OpenBLAS, seen from the folder of numpy, and what its functions are called there.
_ALGEBRA_FOLDERS = ("../numpy.libs", ".dylibs")
_ALGEBRA_NAMES = ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}")
WITHOUT_WINDOW = "pictures and clips need none, such as hamstring shot straight_leg_raise"


def install(packages: Iterable[str]) -> str:
    """How to get system packages, as a piece of a sentence."""
    return f"on Debian or Ubuntu: apt-get install {' '.join(sorted(set(packages)))}"


def loads(library: str) -> bool:
    """Whether a shared library is there and whole."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def egl_devices() -> int:
    """How many devices EGL can draw on without a display; software rendering counts as one."""
    try:
        egl = ctypes.CDLL("libEGL.so.1")
    except OSError:
        return 0
    egl.eglGetProcAddress.restype = ctypes.c_void_p
    address = egl.eglGetProcAddress(b"eglQueryDevicesEXT")
    if not address:
        return 0
    kinds = (ctypes.c_uint, ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int))
    count = ctypes.c_int(0)
    found = ctypes.CFUNCTYPE(*kinds)(address)(0, None, ctypes.byref(count))
    return count.value if found else 0


def has_display() -> bool:
    """Whether a desktop session can be reached."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY"))


def require_opengl() -> None:
    """Raise DisplayError if VTK could not draw; without a display, lead it to EGL or it complains about X."""
    if not sys.platform.startswith("linux"):
        return
    if egl_devices():
        if not has_display():
            os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
        return
    if loads("libOSMesa.so.8") or (has_display() and loads("libGL.so.1")):
        return
    raise DisplayError(f"This machine has no OpenGL, not even in software; {install(OPENGL_PACKAGES)}.")


def require_window() -> None:
    """Raise DisplayError if Qt could not open a window: no display, or system libraries that Qt needs are missing."""
    if not sys.platform.startswith("linux"):
        return
    if not has_display():
        raise DisplayError(
            f"There is no display to open a window on; {WITHOUT_WINDOW}; or start a virtual one: xvfb-run -a hamstring."
        )
    missing = missing_window_library()
    if missing:
        package = WINDOW_PACKAGES.get(missing)
        remedy = install((package,) if package else WINDOW_PACKAGES.values())
        raise DisplayError(f"The window needs the system library {missing}; {remedy}; {WITHOUT_WINDOW}.")


def missing_window_library() -> str | None:
    """The first system library that Qt's X11 plugin asks for in vain, found by loading the plugin as Qt would."""
    for name in ("libEGL.so.1", "libGL.so.1"):
        if not loads(name):
            return name
    spec = find_spec("PySide6")
    folders = spec.submodule_search_locations if spec else None
    plugin = Path(next(iter(folders or ("",)))) / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.parent.parent.is_dir():  # another build of Qt: it looks after its own libraries
        return None
    if not plugin.is_file():
        raise DisplayError(
            f"Qt's part for windows, {plugin.name}, is missing; pip install --force-reinstall PySide6-Essentials; {WITHOUT_WINDOW}."
        )
    try:
        ctypes.CDLL(str(plugin))
    except OSError as problem:
        named = re.match(r"[^\s:]+", str(problem))
        return Path(named.group()).name if named else str(problem)
    return None


# -- linear algebra --------------------------------------------------------------------------------------------------------------------

_users, _before, _door = 0, 1, Lock()


@contextmanager
def one_thread_of_algebra() -> Iterator[None]:
    """Let OpenBLAS work on one thread for a while; elsewhere nothing changes.

    Its helpers wait for the next product by turning on the spot for some 20 ms. Where frames are posed one after the other that is a
    whole core, taken from drawing and encoding, for products that are too small to gain from it. It counts for the whole process;
    several may ask at once, and the last to leave puts back what was.
    """
    global _users, _before
    found = _algebra()
    if found is None:
        yield
        return
    ask, tell = found
    with _door:
        if _users == 0:
            _before = ask()
            tell(1)
        _users += 1
    try:
        yield
    finally:
        with _door:
            _users -= 1
            if _users == 0:
                tell(_before)


@lru_cache
def _algebra() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """How to ask for and to set the number of threads of numpy's OpenBLAS; None where numpy uses something else."""
    spec = find_spec("numpy")
    home = Path(spec.origin).parent if spec and spec.origin else None
    for path in sorted(path for place in _ALGEBRA_FOLDERS if home for path in (home / place).glob("*openblas*")):
        try:
            library = ctypes.CDLL(str(path))  # the one that numpy works with: no library is loaded twice
        except OSError:
            continue
        for name in _ALGEBRA_NAMES:
            if hasattr(library, name.format("set_num_threads")):
                return getattr(library, name.format("get_num_threads")), getattr(
                    library, name.format("set_num_threads")
                )
    return None
