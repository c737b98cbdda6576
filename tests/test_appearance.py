"""Tables of looks: what can be read can be read by everybody."""

import itertools

import numpy as np
import pytest

from visualiser.anatomy.landmarks import LANDMARKS
from visualiser.errors import UnknownNameError
from visualiser.pictures.appearance import IDENTITY, STYLES, THEMES, VIEWS, Colour, Theme, look_up

HEADS = ("semitendinosus", "semimembranosus", "biceps_femoris_long_head", "biceps_femoris_short_head")


def linear(colour: Colour) -> np.ndarray:
    """sRGB bytes to linear light."""
    share = np.array(colour) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def luminance(colour: Colour) -> float:
    """Relative luminance as in WCAG 2."""
    return float(linear(colour) @ (0.2126, 0.7152, 0.0722))


def contrast(a: Colour, b: Colour) -> float:
    """Contrast ratio as in WCAG 2, 1 to 21."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


# Viénot, Brettel & Mollon 1999, Color Res Appl 24:243: how linear RGB looks without long- or middle-wave cones.
PROTAN = np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]])
DEUTAN = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_text_stands_out_from_both_ends_of_the_background(theme: Theme) -> None:
    for ground in (theme.top, theme.bottom):
        assert contrast(theme.ink, ground) >= 12
        assert contrast(theme.second_ink, ground) >= 4.5  # WCAG AA for text of any size


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_leaders_stand_out_from_both_ends_of_the_background(theme: Theme) -> None:
    for colour in theme.groups.values():
        assert min(contrast(colour, theme.top), contrast(colour, theme.bottom)) >= 3  # WCAG for graphics


@pytest.mark.parametrize("vision", [np.eye(3), PROTAN, DEUTAN], ids=["all cones", "no red cones", "no green cones"])
def test_the_four_heads_differ_for_every_common_colour_vision(vision: np.ndarray) -> None:
    seen = [np.clip(vision @ linear(IDENTITY[head]), 0, 1) ** (1 / 2.2) * 255 for head in HEADS]
    for a, b in itertools.combinations(seen, 2):
        assert np.linalg.norm(a - b) > 40


def test_the_two_heads_of_each_side_differ_in_grey() -> None:
    for dark, light in (HEADS[:2], HEADS[2:]):
        assert contrast(IDENTITY[dark], IDENTITY[light]) > 1.5


def test_every_landmark_group_has_a_colour_in_every_theme() -> None:
    for theme in THEMES.values():
        assert {mark.group for mark in LANDMARKS} | {"muscle", "nerve"} <= set(theme.groups)


def test_close_ups_frame_landmarks_that_exist() -> None:
    known = {mark.name for mark in LANDMARKS}
    for view in VIEWS.values():
        assert set(view.focus) <= known
        assert bool(view.focus) == (view.reach_mm > 0)


def test_opposite_views_look_from_opposite_sides() -> None:
    for one, other in (("posterior", "anterior"), ("medial", "lateral"), ("posterolateral", "anteromedial")):
        a, b = np.array(VIEWS[one].from_direction), np.array(VIEWS[other].from_direction)
        assert a[[0, 2]] == pytest.approx(-b[[0, 2]])


def test_lecture_labels_are_larger_and_fewer_than_atlas_labels() -> None:
    assert STYLES["lecture"].english > STYLES["atlas"].english
    assert STYLES["lecture"].most < STYLES["atlas"].most


def test_an_unknown_view_names_the_nearest_one() -> None:
    with pytest.raises(UnknownNameError, match=r'no view "posteriour".*Did you mean "posterior"'):
        look_up("view", "posteriour", VIEWS)
