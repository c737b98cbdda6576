"""Shade in grooves and lines round things, from depth alone."""

import numpy as np
import pytest

from visualiser.pictures.shading import edges, occlusion, outlined, shaded

MM = 1e-3


def plane(slope: float = 0.0) -> np.ndarray:
    """A plane 1 m away, 120 x 160 pixels of 1 mm, that recedes to the right by `slope`."""
    return np.broadcast_to(1.0 + slope * MM * np.arange(160), (120, 160)).copy()


@pytest.mark.parametrize("slope", [0.0, 0.5, 2.0])
def test_a_free_plane_is_not_darkened_however_it_is_turned(slope: float) -> None:
    assert occlusion(plane(slope), MM)[40:80, 40:120].max() < 1e-3


def test_a_groove_is_darker_than_its_banks_and_darkest_at_its_bottom() -> None:
    depth = plane()
    depth += 8 * MM * np.clip(1 - np.abs(np.arange(160) - 80) / 8, 0, 1)
    shade = occlusion(depth, MM)[60]
    assert shade[80] > 0.15 > 0.03 > shade[40]
    down = occlusion(depth, MM)[:, 80]  # the groove leaves the picture above and below, without a step
    assert np.abs(np.diff(down)).max() < 0.02
    assert shade.argmax() == pytest.approx(80, abs=2)


def test_a_ball_alone_has_no_shade_and_what_is_far_in_front_casts_none() -> None:
    y, x = np.mgrid[-60:60, -80:80] * MM
    ball = np.where(x**2 + y**2 < 0.04**2, 1.0 - np.sqrt(np.maximum(0.04**2 - x**2 - y**2, 0)), np.inf)
    assert occlusion(ball, MM)[np.isfinite(ball)].max() < 0.02
    depth = plane()
    depth[:, :60] = 0.7  # 30 cm in front of the rest
    assert occlusion(depth, MM).max() < 1e-3


def test_emptiness_has_no_shade_and_shade_darkens_without_touching_alpha() -> None:
    assert not occlusion(np.full((20, 20), np.inf), MM).any()
    picture = np.full((40, 40, 4), 200, dtype=np.uint8)
    shade = np.zeros((20, 20), dtype=np.float32)
    shade[5:8, 5:8] = 0.4
    dark = shaded(picture, shade)
    assert (dark[..., 3] == 200).all() and dark[12, 12, 0] < 150 and (dark[30:, 30:] == 200).all()
    assert (picture == 200).all()  # the picture handed in stays as it was


def test_lines_run_between_structures_and_along_steps_in_depth_only() -> None:
    names, depth = np.ones((40, 60), dtype=np.uint8), plane(0.5)[:40, :60]
    names[:, 20:] = 2
    depth[:, 40:] += 0.02
    for width in (1, 2, 3, 5):
        found = np.flatnonzero(edges(names, depth, width)[20])
        assert len(found) == 2 * width
        assert {20, 40} <= set(found) and np.abs(found - np.where(found < 30, 20, 40)).max() <= width // 2 + 1
    assert not edges(np.zeros((9, 9), dtype=np.uint8), np.full((9, 9), np.inf), 3).any()


def test_a_line_over_nothing_becomes_visible_and_half_a_pixel_of_it_is_half_as_strong() -> None:
    empty = np.zeros((2, 2, 4), dtype=np.uint8)
    lines = np.zeros((4, 4), dtype=bool)
    lines[:, 1:2] = True
    drawn = outlined(empty, lines, 2, (10, 20, 30), 1.0)
    assert tuple(drawn[0, 0]) == (10, 20, 30, 128) and not drawn[:, 1].any()
