"""A moving, named, measured model of the hamstrings."""
