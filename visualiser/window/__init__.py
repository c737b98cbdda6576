"""The desktop window: movements on the left, the body in the middle, structures on the right, transport below."""

from visualiser.window.main import Window, show

__all__ = ["Window", "show"]
