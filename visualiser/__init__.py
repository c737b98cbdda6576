"""A moving, named, measured model of the hamstrings."""

__version__ = "0.1.0"
