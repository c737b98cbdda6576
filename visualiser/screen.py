"""Is there a screen that a window can open on? Asked before Qt is even imported: Qt ends the whole program when the answer is no."""

import os
import sys
from ctypes import CDLL, c_void_p

from visualiser import machine
from visualiser.errors import DisplayError

# Platforms of Qt without a screen: VTK needs OpenGL of a real or a virtual one.
_SCREENLESS = ("offscreen", "minimal", "linuxfb", "vnc")


def require_screen() -> None:
    """Make sure that Qt can open a window here, on X11 where there is a choice.

    Under Wayland the X server is preferred, unless the user names another platform in QT_QPA_PLATFORM: VTK is at home on it.
    raises : DisplayError in one sentence: no libraries, no screen, or one that does not answer
    """
    chosen = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if chosen in _SCREENLESS:
        raise DisplayError(
            f"VTK cannot draw a window on Qt's platform {chosen}: unset QT_QPA_PLATFORM; {machine.WITHOUT_WINDOW}."
        )
    machine.require_window()
    if sys.platform == "linux" and chosen in ("", "xcb"):
        _require_answer(os.environ.get("DISPLAY", ""))
        os.environ["QT_QPA_PLATFORM"] = "xcb"


def _require_answer(display: str) -> None:
    """Knock at the X server."""
    xcb = CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = c_void_p
    connection = c_void_p(xcb.xcb_connect(display.encode(), None))
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if refused:
        raise DisplayError(f"The screen {display} does not answer; check DISPLAY; {machine.WITHOUT_WINDOW}.")
