"""The desktop window: movements on the left, the body in the middle, structures on the right, plot and transport below."""

from visualiser.window.launch import show
from visualiser.window.main import Window

__all__ = ["Window", "show"]
