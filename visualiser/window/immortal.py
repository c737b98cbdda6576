"""None kept alive: PySide6 6.12 gives one reference to it away in every call that returns nothing.

From Python 3.12 on None cannot die. Before, the interpreter ends ("deallocating None") after some ten thousand such calls, which a window
that plays makes in a minute. Seen with PySide6 6.12.0 on Python 3.11; without effect where the fault is not.
"""

import ctypes
import sys

_PLENTY = 1 << 40  # references; a window would have to run for centuries


def keep_none_alive() -> None:
    """Give None so many references that they are never used up; does nothing where None cannot die."""
    if sys.version_info < (3, 12) and sys.implementation.name == "cpython" and sys.getrefcount(None) < _PLENTY:
        ctypes.c_ssize_t.from_address(id(None)).value += _PLENTY
