"""Movements: scene files, keyframes, motion files, postures; what they ask of the joints over time."""
