"""The desktop window: movements on the left, the body in the middle, structures on the right, plot and transport below."""

from visualiser.window.immortal import keep_none_alive

keep_none_alive()

from visualiser.window.launch import show  # noqa: E402  (Qt comes with it)
from visualiser.window.main import Window  # noqa: E402

__all__ = ["Window", "show"]
