"""Edges of pictures drawn at their own size are smoothed nearly as well as by drawing larger, and nothing else is touched."""

import numpy as np
import pytest
from PIL import Image

from visualiser.films.smoothing import smooth


def wedge(size: int, slope: float) -> np.ndarray:
    """Dark below a slanting line, light above, without any smoothing: (size, size, 3)."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    picture = np.full((size, size, 3), 235, np.uint8)
    picture[y > 0.3 + slope * x] = (150, 50, 40)
    return picture


def errors(slope: float) -> tuple[float, float, float]:
    """Root mean square error along an edge, grey levels, against drawing eight times larger: rough, smoothed, drawn twice as large."""
    rough = wedge(96, slope)
    best = np.asarray(Image.fromarray(wedge(768, slope)).reduce(8)).astype(float)
    twice = np.asarray(Image.fromarray(wedge(192, slope)).reduce(2))
    smoothed = rough.copy()
    smooth(smoothed)
    edge = np.abs(rough - best).max(axis=-1) > 12
    found = [float(np.sqrt(((picture - best)[edge] ** 2).mean())) for picture in (rough, smoothed, twice)]
    return found[0], found[1], found[2]


@pytest.mark.parametrize("slope", [0.06, 0.13, 0.31, 0.6])
def test_a_slanting_edge_comes_near_to_what_drawing_twice_as_large_gives(slope: float) -> None:
    rough, smoothed, twice = errors(slope)
    assert smoothed < 0.55 * rough
    assert smoothed < 1.5 * twice


def test_an_edge_on_the_diagonal_whose_steps_of_one_pixel_tell_least_gains_a_third() -> None:
    rough, smoothed, _ = errors(0.97)
    assert smoothed < 0.67 * rough


def test_level_and_upright_edges_and_soft_gradients_stay_as_they_are() -> None:
    level = np.full((40, 60, 3), 200, np.uint8)
    level[20:] = 90
    ramp = np.broadcast_to(np.arange(60, dtype=np.uint8)[None, :, None] * 4, (40, 60, 3)).copy()
    for before in (level, np.ascontiguousarray(level.transpose(1, 0, 2)), ramp):
        after = before.copy()
        smooth(after)
        assert np.array_equal(before, after)


def test_transparency_is_smoothed_with_its_colour_and_tiny_pictures_pass() -> None:
    picture = np.zeros((48, 48, 4), np.uint8)
    y, x = np.mgrid[:48, :48]
    picture[y > 10 + 0.4 * x] = (180, 60, 50, 255)
    smooth(picture, np.where(picture[..., 3] > 0, 80, 240).astype(np.uint8))
    soft = (picture[..., 3] > 0) & (picture[..., 3] < 255)
    assert soft.sum() > 20
    assert np.allclose(picture[soft][:, 0] / 180, picture[soft][:, 3] / 255, atol=0.02), (
        "premultiplied stays premultiplied"
    )
    smooth(np.zeros((2, 2, 3), np.uint8))
