"""A virtual screen of one's own (Xvfb), for tests of the window, its benchmarks and its pictures."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PROGRAM = "Xvfb"
MISSING = f"{PROGRAM} is not installed (Debian: apt-get install xvfb)"


@contextmanager
def own_screen(width: int, height: int) -> Iterator[str]:
    """While this lasts, Qt opens its windows on a screen of this size.

    gives  : its name, with a number that the server chose, so that screens do not meet
    raises : FileNotFoundError if there is no Xvfb
    """
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [PROGRAM, "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        display = f":{answer.readline().strip()}"
    before = {name: os.environ.get(name) for name in ("DISPLAY", "QT_QPA_PLATFORM")}
    os.environ |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    try:
        yield display
    finally:
        widgets = sys.modules.get("PySide6.QtWidgets")
        if widgets is not None and (application := widgets.QApplication.instance()) is not None:
            application.shutdown()  # Qt ends the whole process when its screen goes away first
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        process.terminate()
        process.wait(timeout=10)
