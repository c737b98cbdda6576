"""Play, pause, speed and scrub: pure state, without a screen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualiser.playback import FASTEST, SLOWEST, Playback

steps = st.lists(st.floats(min_value=0.0, max_value=0.3), min_size=1, max_size=40)


def test_nothing_moves_before_play() -> None:
    playback = Playback(5.0)
    assert playback.tick(1.0) == 0.0


@given(steps, st.floats(min_value=SLOWEST, max_value=FASTEST))
def test_time_is_true_to_the_clock_whatever_the_frame_rate(elapsed: list[float], speed: float) -> None:
    playback = Playback(1000.0, speed=speed, playing=True)
    for part in elapsed:
        playback.tick(part)
    assert playback.time_s == pytest.approx(sum(elapsed) * speed, abs=1e-9)


@given(steps)
def test_a_loop_carries_the_rest_of_a_tick_over_its_end(elapsed: list[float]) -> None:
    playback = Playback(0.7, playing=True)
    for part in elapsed:
        playback.tick(part)
    turns = (sum(elapsed) - playback.time_s) / 0.7
    assert turns == pytest.approx(round(turns), abs=1e-6)
    assert 0.0 <= playback.time_s < 0.7 + 1e-9


def test_without_loop_it_stops_at_the_end_and_plays_again_from_the_start() -> None:
    playback = Playback(2.0, loop=False, playing=True)
    assert playback.tick(5.0) == 2.0
    assert not playback.playing
    playback.toggle()
    assert playback.playing
    assert playback.time_s == 0.0


@pytest.mark.parametrize(("share", "time_s"), [(-1.0, 0.0), (0.25, 1.0), (1.0, 4.0), (7.0, 4.0)])
def test_scrubbing_stays_inside_the_movement(share: float, time_s: float) -> None:
    playback = Playback(4.0)
    playback.scrub(share)
    assert playback.time_s == time_s
    assert playback.share == time_s / 4.0


def test_a_step_pauses_and_stays_inside_the_movement() -> None:
    playback = Playback(4.0, playing=True)
    playback.step(3)
    assert not playback.playing
    assert np.isclose(playback.time_s, 0.1)
    playback.step(-30)
    assert playback.time_s == 0.0


def test_speed_stays_between_a_tenth_and_double() -> None:
    playback = Playback(4.0)
    for wish, held in ((0.001, 0.1), (0.5, 0.5), (9.0, 2.0)):
        playback.set_speed(wish)
        assert playback.speed == held
