"""Bodies: meshes, a person's own bones, the whole assembled in one pose, where it stands and what is named on it."""
