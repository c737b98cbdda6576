"""A moving, named, measured model of the hamstrings.

Importing it is cheap: no graphics, no window system, no plots are loaded before they are used.
"""

from visualiser.errors import VisualiserError
from visualiser.scene import Scene

__version__ = "0.1.0"
__all__ = ["Scene", "VisualiserError", "__version__"]
