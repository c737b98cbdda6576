"""Free memory goes back to the system. The GNU C library keeps what small arrays left: hundreds of megabytes after some movements."""

import ctypes
import sys
from collections.abc import Callable
from functools import cache


@cache
def _trimmer() -> Callable[[int], int] | None:
    """The C library's own way of doing it; other systems need none, other C libraries have none."""
    try:
        trim: Callable[[int], int] | None = ctypes.CDLL(None).malloc_trim if sys.platform == "linux" else None
    except (OSError, AttributeError):
        return None
    return trim


def give_back() -> None:
    """Give back what is free; takes some hundredths of a second, so that it is done when something else is waited for as well."""
    if (trim := _trimmer()) is not None:
        trim(0)
