"""Sculpting the bones: distance fields in, mesh files out. Run by `python -m visualiser.sculpt`."""
