"""Which moment each frame of a film shows, where its camera stands, and when its captions are said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualiser.errors import ExportError, UnknownNameError, VisualiserError
from visualiser.films import cameramoves, presets, subtitles
from visualiser.films.timeline import Pace, Timeline
from visualiser.pictures.cameras import Box, Camera


def times(**pace: object) -> list[float]:
    return [moment.time_s for moment in Timeline(0.0, 2.0, Pace(fps=5, **pace))]  # type: ignore[arg-type]


def test_a_movement_of_two_seconds_at_five_frames_a_second_has_ten_and_its_last_pose_is_the_next_rounds_first() -> None:
    assert times() == pytest.approx(np.arange(10) / 5)


def test_speed_changes_the_number_of_frames_and_a_part_of_a_movement_has_its_own() -> None:
    assert len(times(speed=0.5)) == 20
    part = [moment.time_s for moment in Timeline(0.5, 1.5, Pace(fps=4))]
    assert part == pytest.approx([0.5, 0.75, 1.0, 1.25])


def test_poses_are_held_before_and_after() -> None:
    found = times(hold_start=0.4, hold=0.6)
    assert found[:3] == [0.0, 0.0, 0.0]
    assert found[-3:] == [2.0, 2.0, 2.0]
    assert len(found) == 2 + 10 + 3


def test_cards_stand_before_and_after_the_part_that_loops() -> None:
    timeline = Timeline(0.0, 2.0, Pace(fps=5, title_card=1.0, end_card=0.4))
    assert [moment.card for moment in timeline] == ["title"] * 5 + [None] * 10 + ["end"] * 2
    assert (timeline.first, timeline.last, len(timeline)) == (5, 15, 17)


def test_a_fade_rises_from_the_ground_and_returns_to_it_evenly() -> None:
    strengths = [moment.strength for moment in Timeline(0.0, 2.0, Pace(fps=5, fade=0.6))]
    assert strengths == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 1, 0.75, 0.5, 0.25])


@given(st.floats(0.1, 30.0), st.integers(1, 60), st.floats(0.1, 5.0), st.floats(0.0, 2.0), st.floats(0.0, 40.0))
def test_whatever_is_asked_frames_stay_inside_the_movement(
    duration: float, fps: int, speed: float, hold: float, fade: float
) -> None:
    timeline = Timeline(0.0, duration, Pace(fps=fps, speed=speed, hold=hold, fade=fade, end_card=hold))
    shown = [timeline[i] for i in (0, len(timeline) // 2, len(timeline) - 1)]
    assert all(0.0 <= m.time_s <= duration and 0.0 <= m.share <= 1.0 and 0.0 < m.strength <= 1.0 for m in shown)
    assert abs(timeline.moving - duration / speed * fps) <= 1


@pytest.mark.parametrize(
    ("pace", "said"),
    [
        ({"fps": 0}, "fps is 0"),
        ({"speed": float("nan")}, "speed is nan"),
        ({"hold": -1.0}, "hold is -1"),
        ({"loops": -2}, "loops"),
    ],
)
def test_an_impossible_pace_is_refused(pace: dict[str, float], said: str) -> None:
    with pytest.raises(ExportError, match=said):
        Pace(**pace)  # type: ignore[arg-type]


def test_a_part_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ExportError, match="shows nothing"):
        Timeline(1.0, 1.0, Pace())


# -- captions ------------------------------------------------------------------------------------------------------------------------


def test_captions_are_told_with_the_times_of_the_film_in_every_round() -> None:
    timeline = Timeline(0.0, 2.0, Pace(fps=10, speed=0.5, title_card=1.0, loops=2))
    spans = timeline.spans(lambda time_s: "up" if time_s < 1.0 else "")
    assert [span[2] for span in spans] == ["up", "up"]
    assert [span[:2] for span in spans] == [pytest.approx((1.0, 3.0)), pytest.approx((5.0, 7.0))]


def test_subtitles_are_written_as_players_read_them() -> None:
    spans = [(0.0, 1.5, "Lift & hold"), (3661.0, 3662.25, "a < b")]
    assert subtitles.subrip(spans) == (
        "1\n00:00:00,000 --> 00:00:01,500\nLift & hold\n\n2\n01:01:01,000 --> 01:01:02,250\na < b\n"
    )
    assert subtitles.webvtt(spans) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nLift &amp; hold\n\n01:01:01.000 --> 01:01:02.250\na &lt; b\n"
    )


# -- cameras -------------------------------------------------------------------------------------------------------------------------

STANDING = Camera((0.0, 0.0, 3.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), 0.5, True)
SIDE = Camera((3.0, 0.2, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0), 0.125, True)


def test_views_are_spread_evenly_and_those_with_a_place_stand_there() -> None:
    move = cameramoves.parse("views:posterior,lateral@20%,medial,popliteal", "lateral")
    assert move.keys == ((0.0, "posterior"), (0.2, "lateral"), (pytest.approx(0.6), "medial"), (1.0, "popliteal"))
    assert cameramoves.parse("zoom:popliteal", "lateral").views == ("lateral", "popliteal")
    assert cameramoves.parse("orbit", "lateral").degrees == 360


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("spin", UnknownNameError, "camera move"),
        ("views:posterior", VisualiserError, "at least two views"),
        ("views:posterior,latral", UnknownNameError, "lateral"),
        ("views:posterior@80%,lateral@20%", VisualiserError, "rise from 0 to 1"),
        ("views:posterior@x,lateral", VisualiserError, "0.6 or 60%"),
        ("orbit:nan", VisualiserError, "degrees"),
        ("zoom", VisualiserError, "needs more"),
    ],
)
def test_a_camera_move_that_cannot_be_is_refused(text: str, kind: type[VisualiserError], said: str) -> None:
    with pytest.raises(kind, match=said):
        cameramoves.parse(text, "lateral")


def test_between_two_views_the_camera_turns_evenly_and_zooms_by_equal_factors() -> None:
    half_way = cameramoves.between(STANDING, SIDE, 0.5, (0.0, 0.0, 0.0))
    assert half_way.half == pytest.approx(0.25)
    assert half_way.back == pytest.approx((np.sqrt(0.5), 0.0, np.sqrt(0.5)))
    for share, end in ((0.0, STANDING), (1.0, SIDE)):
        found = cameramoves.between(STANDING, SIDE, share, (0.0, 0.0, 0.0))
        assert found.eye == pytest.approx(end.eye, abs=1e-9)
        assert (found.right, found.up, found.back) == (
            pytest.approx(end.right),
            pytest.approx(end.up),
            pytest.approx(end.back),
        )


def test_a_move_starts_and_ends_at_rest() -> None:
    way = cameramoves.through([(0.2, STANDING), (0.8, SIDE)], np.zeros((1, 3)))
    turned = [
        np.degrees(np.arccos(np.clip(np.dot(way.at(s).back, STANDING.back), -1, 1))) for s in np.linspace(0, 1, 201)
    ]
    speed = np.diff(turned)
    assert turned[0] == 0 and turned[-1] == pytest.approx(90)
    assert speed.min() > -1e-4  # never back
    assert speed[42] < 0.02 and speed[157] < 0.02 < 1 < speed.max(), "soft at both ends"


def test_an_orbit_keeps_everything_in_the_free_part_of_the_picture() -> None:
    points = np.random.default_rng(3).uniform((-0.4, -0.3, -0.1), (0.4, 0.3, 0.1), (200, 3))
    free, canvas = Box(500.0, 100.0, 1400.0, 1000.0), (1920.0, 1080.0)
    near = Camera((0.0, 0.0, 3.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), 0.4, True)
    way = cameramoves.orbiting(near, points, 360.0, canvas, free)
    for share in np.linspace(0, 1, 73):
        seen = way.at(float(share)).project(points, *canvas)[:, :2]
        assert seen[:, 0].min() >= free.left - 8 and seen[:, 0].max() <= free.right + 8
        assert seen[:, 1].min() >= free.top - 8 and seen[:, 1].max() <= free.bottom + 8
    assert way.at(1.0).eye == pytest.approx(way.at(0.0).eye), "a whole turn ends where it began"


# -- presets -------------------------------------------------------------------------------------------------------------------------


def test_what_is_said_besides_a_preset_has_its_way() -> None:
    from visualiser.bodies import assets
    from visualiser.movements import scenefile

    movement = scenefile.load(assets.scene_paths()["squat"])
    story = presets.plan({"preset": "story", "fps": 50, "theme": "dark"}, movement)
    assert (story.options.width, story.options.height, story.pace.fps, story.options.theme) == (1080, 1920, 50, "dark")
    assert presets.plan({"preset": "alpha"}, movement).options.transparent
    assert presets.plan({"preset": "draft", "fps": None}, movement).pace.fps == 15
    with pytest.raises(UnknownNameError, match="slide"):
        presets.plan({"preset": "slides"}, movement)
