"""Frames of known colours and of noise, and a disk that fills up: what tests of files share."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

COLOURS = ((200, 60, 50), (40, 160, 90), (240, 240, 240))


def stripes(width: int, height: int) -> np.ndarray:
    """Three upright stripes of known colours."""
    picture = np.zeros((height, width, 3), np.uint8)
    for place, colour in enumerate(COLOURS):
        picture[:, place * width // 3 :] = colour
    return picture


def noise(width: int, height: int, count: int) -> Iterator[np.ndarray]:
    """Frames that do not compress."""
    random = np.random.default_rng(7)
    for _ in range(count):
        yield random.integers(0, 256, (height, width, 3), dtype=np.uint8)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Inside the block the system refuses to let a file grow beyond `size` bytes: a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
