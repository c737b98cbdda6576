"""Opening the window and waiting until it is closed."""

import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from qtpy.QtCore import QTimer
from qtpy.QtGui import QOpenGLContext
from qtpy.QtWidgets import QApplication

from visualiser import machine, screen
from visualiser.bodies.assembly import Body
from visualiser.errors import DisplayError, unknown_name
from visualiser.movements.movement import Movement
from visualiser.pictures.appearance import THEMES
from visualiser.window import texts
from visualiser.window.helpers import thumbnail_folder
from visualiser.window.main import Window
from visualiser.window.settings import Settings

SYSTEM = "system"


def show(
    body: Body,
    movement: Movement,
    *,
    movements: Mapping[str, Path],
    theme: str = SYSTEM,
    tightness: float | None = None,
) -> int:
    """Open the window and wait until it is closed; returns the exit status.

    movement  : before tight hamstrings change it
    movements : scene files for the list, by name
    theme     : one of `appearance.THEMES`; "system" is what was chosen last, or goes with the desktop
    raises    : DisplayError if no window can be opened here
    """
    if theme not in (SYSTEM, *THEMES):
        raise unknown_name("theme", theme, (SYSTEM, *THEMES))
    screen.require_screen()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName(texts.TITLE)
    application.setStyle("Fusion")
    if not QOpenGLContext().create():
        raise DisplayError(f"This screen offers no OpenGL; {machine.install(machine.OPENGL_PACKAGES)}.")
    settings = Settings.of_user()
    kept = settings.text("theme", SYSTEM)
    if theme == SYSTEM and kept in THEMES:
        theme = kept
    window = Window(body, movement, movements=movements, theme=theme, settings=settings, thumbnails=thumbnail_folder())
    window.showing.tightness = tightness
    window.show()

    def leave(_: int, __: FrameType | None) -> None:
        window.close()

    before = signal.signal(signal.SIGINT, leave)  # Ctrl+C in the terminal closes the window
    heartbeat = QTimer()  # Qt's loop must return to Python now and then to notice
    heartbeat.start(300)
    heartbeat.timeout.connect(lambda: None)
    try:
        return int(application.exec())
    finally:
        heartbeat.stop()
        signal.signal(signal.SIGINT, before)
