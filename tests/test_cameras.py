"""Cameras: what lands where, on either side of the body, standing or lying."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualiser.pictures.appearance import VIEWS
from visualiser.pictures.cameras import (
    Box,
    anatomical_word,
    around,
    camera_for,
    compass_words,
    frame,
    look_axes,
    orbit,
    visible_share,
)

CLOUD = np.random.default_rng(3).normal(size=(400, 3)) * (0.1, 0.4, 0.1) + (0.2, -0.3, 0.1)
SUPINE = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # anterior up, cranial to the back
lengths = st.floats(0.2, 3.0)
angles = st.sampled_from([0.0, 8.0, 18.0, 50.0])


@given(
    seed=st.integers(0, 2**32 - 1),
    spread=st.tuples(lengths, lengths, lengths),
    corner=st.tuples(st.floats(0.0, 0.6), st.floats(0.0, 0.6)),
    size=st.tuples(st.floats(0.1, 0.4), st.floats(0.1, 0.4)),
    canvas=st.sampled_from([(1920, 1080), (1080, 1920), (1000, 1000)]),
    view=st.sampled_from(sorted(VIEWS)),
    angle=angles,
)
@settings(max_examples=150, deadline=None)
def test_framed_points_fill_their_rectangle_and_do_not_leave_it(
    seed, spread, corner, size, canvas, view, angle
) -> None:
    points = np.random.default_rng(seed).uniform(-1, 1, (60, 3)) * spread
    width, height = canvas
    box = Box(corner[0] * width, corner[1] * height, (corner[0] + size[0]) * width, (corner[1] + size[1]) * height)
    camera = camera_for(view, "right", points, width, height, box, perspective_deg=angle)
    pixels = camera.project(points, width, height)
    slack = np.array(
        [
            pixels[:, 0].min() - box.left,
            box.right - pixels[:, 0].max(),
            pixels[:, 1].min() - box.top,
            box.bottom - pixels[:, 1].max(),
        ]
    )
    assert slack.min() > -1e-6
    assert min(slack[:2].max(), slack[2:].max()) < 1e-6  # one direction is filled from edge to edge
    assert pixels[:, 2].min() > 0


@pytest.mark.parametrize("angle", [0.0, 18.0])
def test_projection_of_a_batch_equals_projection_one_by_one(angle: float) -> None:
    camera = camera_for("gluteal", "left", CLOUD, 1920, 1080, perspective_deg=angle)
    batch = CLOUD[:24].reshape(2, 3, 4, 3)
    singles = np.array([camera.project(p, 1920, 1080) for p in CLOUD[:24]]).reshape(2, 3, 4, 3)
    assert camera.project(batch, 1920, 1080) == pytest.approx(singles)


def test_pixels_count_from_the_upper_left_corner() -> None:
    camera = camera_for("posterior", "right", CLOUD, 1000, 1000)
    middle = np.asarray(camera.eye) - np.asarray(camera.back)
    moved = middle + np.stack([np.zeros(3), np.asarray(camera.right) * 0.1, np.asarray(camera.up) * 0.1])
    x, y, depth = camera.project(moved, 1000, 1000).T
    assert (x[0], y[0], depth[0]) == pytest.approx((500, 500, 1.0))
    assert x[1] > 500 and y[2] < 500


def test_a_tenth_of_a_metre_has_the_length_that_the_scale_bar_says() -> None:
    camera = camera_for("lateral", "right", CLOUD, 1920, 1080)
    ends = np.array([[0.0, 0, 0], np.asarray(camera.up) * 0.1])
    units = abs(np.diff(camera.project(ends, 1920, 1080)[:, 1])[0])
    assert units * camera.metres_per_unit(1080) == pytest.approx(0.1)
    assert camera_for("lateral", "right", CLOUD, 1920, 1080, perspective_deg=18).metres_per_unit(1080) is None


@pytest.mark.parametrize("side", ["right", "left"])
def test_lateral_and_medial_follow_the_side_shown(side: str) -> None:
    outwards = 1.0 if side == "right" else -1.0
    assert camera_for("lateral", side, CLOUD, 100, 100).back[2] * outwards > 0.9
    assert camera_for("medial", side, CLOUD, 100, 100).back[2] * outwards < -0.9


def test_seen_from_behind_the_right_thigh_has_its_lateral_side_on_the_right() -> None:
    words = {side: compass_words(camera_for("posterior", side, CLOUD, 100, 100), side) for side in ("right", "left")}
    assert words["right"] == ("lateral", "medial", "superior", "inferior")
    assert words["left"] == ("medial", "lateral", "superior", "inferior")


def test_oblique_directions_have_compound_words() -> None:
    camera = camera_for("posterolateral", "right", CLOUD, 100, 100)
    assert compass_words(camera, "right")[:2] == ("anterolateral", "posteromedial")


def test_a_supine_body_shows_its_lateral_side_with_anterior_up() -> None:
    camera = camera_for("lateral", "right", CLOUD, 100, 100, body_to_world=SUPINE)
    assert compass_words(camera, "right", SUPINE)[2] == "anterior"
    assert camera.up[1] > 0.99


def test_a_supine_body_from_above_has_its_head_up_in_the_picture() -> None:
    camera = camera_for("anterior", "right", CLOUD, 100, 100, body_to_world=SUPINE)
    assert compass_words(camera, "right", SUPINE)[2] == "superior"


def test_a_standing_body_from_above_has_its_front_up_in_the_picture() -> None:
    camera = camera_for("superior", "right", CLOUD, 100, 100)
    assert compass_words(camera, "right") == ("lateral", "medial", "anterior", "posterior")


@pytest.mark.parametrize("angle", [0.0, 18.0])
def test_orbiting_a_quarter_turn_to_the_right_of_the_back_shows_the_right_side(angle: float) -> None:
    camera = camera_for("posterior", "right", CLOUD, 100, 100, perspective_deg=angle)
    turned = orbit(camera, CLOUD.mean(0), azimuth=np.pi / 2)
    assert turned.back[2] > 0.9
    axes = np.array([turned.right, turned.up, turned.back])
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-12)


@pytest.mark.parametrize("angle", [0.0, 18.0])
def test_the_pivot_of_an_orbit_stays_where_it_is(angle: float) -> None:
    camera = camera_for("posterior", "right", CLOUD, 1920, 1080, perspective_deg=angle)
    pivot = CLOUD.mean(0)
    before = camera.project(pivot, 1920, 1080)
    after = orbit(camera, pivot, azimuth=0.7, elevation=0.3).project(pivot, 1920, 1080)
    assert after == pytest.approx(before)


def test_raising_the_camera_stops_short_of_the_pole() -> None:
    camera = camera_for("posterior", "right", CLOUD, 100, 100)
    raised = orbit(camera, CLOUD.mean(0), elevation=3.0)
    assert np.degrees(np.arcsin(raised.back[1])) == pytest.approx(88.0)
    assert raised.up[1] > 0


@pytest.mark.parametrize("angle", [0.0, 18.0])
def test_zoom_two_doubles_sizes_at_the_pivot(angle: float) -> None:
    camera = camera_for("posterior", "right", CLOUD, 1000, 1000, perspective_deg=angle)
    pivot = CLOUD.mean(0)
    ends = np.stack([pivot, pivot + np.asarray(camera.right) * 0.01])
    before = np.ptp(camera.project(ends, 1000, 1000)[:, 0])
    after = np.ptp(orbit(camera, pivot, zoom=2.0).project(ends, 1000, 1000)[:, 0])
    assert after / before == pytest.approx(2.0)


def test_a_close_up_frames_so_much_round_each_centre() -> None:
    points = around([[0.0, 0, 0], [1.0, 0, 0]], 0.05)
    assert points.min(0) == pytest.approx((-0.05, -0.05, -0.05)) and points.max(0) == pytest.approx((1.05, 0.05, 0.05))


def test_looking_straight_along_every_hint_is_refused() -> None:
    with pytest.raises(ValueError, match="parallel"):
        look_axes((0, 1, 0), (0, 1, 0), (0, -1, 0))


def test_a_single_point_can_be_framed() -> None:
    axes = look_axes((0, 0, 1), (0, 1, 0))
    pixels = frame([[0.3, 0.2, 0.1]], axes, 400, 300, Box(100, 100, 200, 200)).project([0.3, 0.2, 0.1], 400, 300)
    assert pixels[:2] == pytest.approx((150, 150))


def test_a_point_behind_a_nearer_surface_is_hidden_and_one_on_it_is_seen() -> None:
    depth = np.full((100, 100), np.inf)
    depth[:, :50] = 1.0
    points = np.array([[20.5, 50.5, 1.0], [20.5, 50.5, 1.02], [80.5, 50.5, 3.0], [50.0, 50.5, 1.02], [200, 50, 1.0]])
    share = visible_share(depth, points, radius=3.0, tolerance=0.004)
    assert share[[0, 1, 2, 4]] == pytest.approx((1, 0, 1, 0))
    assert 0.2 < share[3] < 0.8  # half behind an edge: neither seen nor hidden, so it does not flicker


def test_compound_words_lead_with_the_sagittal_term() -> None:
    assert anatomical_word((-1.0, 1.0, 0.0), "right") == "posterosuperior"
    assert anatomical_word((0.0, -1.0, 1.0), "right") == "inferolateral"
    assert anatomical_word((1.0, 0.2, 1.0), "left") == "anteromedial"
