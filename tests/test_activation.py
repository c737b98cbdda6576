"""Schematic activation: levels as the phases say, smooth in between, and a colour for them."""

from itertools import pairwise

import numpy as np
import pytest

from visualiser.bodies import assets
from visualiser.bodies.assembly import body
from visualiser.conventions import Side
from visualiser.movements import scenefile
from visualiser.movements.activation import HEADS, USUAL_EFFORT, activation
from visualiser.pictures import colouring
from visualiser.pictures.appearance import RISING, rising

SCENES = {name: scenefile.load(path) for name, path in assets.scene_paths().items()}


@pytest.mark.parametrize("name", SCENES)
def test_working_heads_reach_the_effort_of_their_phase_and_idle_ones_nothing(name: str) -> None:
    for phase in SCENES[name].phases:
        middle = activation(SCENES[name], (phase.start_s + phase.end_s) / 2)
        for head, activity in phase.activity:
            working = activity in ("concentric", "eccentric", "isometric")
            effort = USUAL_EFFORT if phase.effort is None else phase.effort
            assert middle[HEADS.index(head)] == pytest.approx(effort if working else 0.0, abs=1e-9), phase.caption


@pytest.mark.parametrize("name", ["sprint", "contract_relax"])
def test_activation_rises_and_falls_without_a_jump_in_its_speed(name: str) -> None:
    movement = SCENES[name]
    step = 1e-4
    time = np.arange(0.0, movement.duration_s, step)
    speed = np.diff(activation(movement, time), axis=0) / step
    assert np.abs(np.diff(speed, axis=0)).max() < 0.02 * np.abs(speed).max()


def test_in_a_sprint_activity_peaks_in_late_swing_and_the_cycle_has_no_seam() -> None:
    sprint = SCENES["sprint"]
    time = np.linspace(0.0, sprint.duration_s, 501)
    long_head = activation(sprint, time)[:, HEADS.index("biceps_femoris_long_head")]
    assert 0.78 < time[long_head.argmax()] / sprint.duration_s < 0.9
    np.testing.assert_allclose(activation(sprint, sprint.duration_s), activation(sprint, 0.0), atol=1e-12)
    before, after = activation(sprint, np.array([sprint.duration_s - 1e-5, 1e-5]))
    np.testing.assert_allclose(before, after, atol=1e-3)


def test_contracting_against_a_partner_is_active_though_nothing_moves() -> None:
    movement = SCENES["contract_relax"]
    hold, push, after = activation(movement, np.array([2.8, 4.5, 6.0]))[:, HEADS.index("semitendinosus")]
    assert hold == 0.0 and after == 0.0
    assert 0.2 <= push <= 0.6  # Feland & Marin 2004: 20 to 60 % of effort


def test_one_time_and_many_give_the_same() -> None:
    times = np.linspace(-1.0, 9.0, 7)
    together = activation(SCENES["squat"], times.reshape(7, 1))
    assert together.shape == (7, 1, 4)
    for time, row in zip(times, together[:, 0], strict=True):
        np.testing.assert_allclose(activation(SCENES["squat"], float(time)), row)


def test_a_movement_without_phases_is_silent() -> None:
    still = scenefile.parse('title = "A"\nkeyframes = [{ time_s = 0 }, { time_s = 1 }]\n', "a.toml")
    assert activation(still, np.linspace(0, 1, 5)).max() == 0.0


def test_the_colour_of_activation_grows_lighter_all_the_way() -> None:
    lightness = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (rising(s) for s in np.linspace(0, 1, 21))]
    assert all(after > before for before, after in pairwise(lightness))
    assert rising(0.0) == RISING[0] and rising(1.0) == RISING[-1]


def test_heads_at_work_are_coloured_and_the_other_leg_half_a_stride_later() -> None:
    sprint = SCENES["sprint"]
    runner = body(Side.RIGHT, "both", "light")
    late, half = 0.41, 0.41 - sprint.duration_s / 2
    now, then = (colouring.colours("activation", runner, sprint, t) for t in (late, half))
    assert now["biceps_femoris_long_head_right"] == rising(1.0)
    assert now["biceps_femoris_long_head_left"] == then["biceps_femoris_long_head_right"]
    scale = colouring.scale("activation", runner, sprint)
    assert scale is not None and "schematic" in scale.title
