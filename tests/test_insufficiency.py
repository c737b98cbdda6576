"""Active insufficiency: with the hip extended the hamstrings are too short to bend the knee far."""

from itertools import pairwise

import numpy as np
import pytest

from visualiser import Scene
from visualiser.anatomy import muscles
from visualiser.bodies import assets
from visualiser.conventions import LEG_SLICES, Side, degrees
from visualiser.kinematics import KNEE_FLEXION
from visualiser.movements import scenefile
from visualiser.movements.movement import angles_at, pose_at
from visualiser.tissue import insufficiency
from visualiser.tissue.paths import muscle_length


def knee_limit(hip_deg: float) -> float:
    leg = np.zeros((1, 6))
    leg[0, 0] = np.radians(hip_deg)
    return float(degrees(insufficiency.active_knee_limit(leg))[0])


def test_with_the_hip_straight_the_knee_bends_to_105_to_115_degrees_by_its_own_force() -> None:
    assert 105 <= knee_limit(0.0) <= 115


def test_the_more_the_hip_is_extended_the_earlier_the_knee_stops() -> None:
    limits = [knee_limit(hip) for hip in np.arange(-30.0, 6.0, 2.5)]
    assert all(2 < after - before or after == 140 for before, after in pairwise(limits))
    assert max(after - before for before, after in pairwise(limits)) < 20  # no leap
    assert knee_limit(40.0) == insufficiency.ACTIVE_RANGE_DEG


def test_the_short_head_knows_no_such_limit() -> None:
    only = [head for head in muscles.HEADS if head.name == "biceps_femoris_short_head"]
    leg = np.zeros((1, 6))
    leg[0, 0] = np.radians(-20.0)
    assert degrees(insufficiency.active_knee_limit(leg, heads=only))[0] == insufficiency.ACTIVE_RANGE_DEG


def movement(hip: float, activity: str):
    return scenefile.parse(
        f'title = "Curl"\ndial = "knee"\nkeyframes = [{{ time_s = 0 }}, {{ time_s = 1, hip_flexion = {hip} }}, '
        f"{{ time_s = 2, hip_flexion = {hip}, knee_flexion = 125 }}, "
        f"{{ time_s = 3, hip_flexion = {hip}, knee_flexion = 125 }}]\n"
        f'[[phases]]\nstart_s = 0\nend_s = 3\ncaption = "Pull"\nactivity = {{ all = "{activity}" }}\n',
        "curl.toml",
    )


def test_a_curl_that_asks_for_more_stops_at_the_shortest_usable_length_and_does_so_smoothly() -> None:
    asked = movement(-15.0, "concentric")
    done = insufficiency.limited(asked)
    time = np.linspace(0.0, 3.0, 721)
    leg = pose_at(done, time)[:, LEG_SLICES[Side.RIGHT]]
    assert degrees(leg[-1, KNEE_FLEXION]) == pytest.approx(knee_limit(-15.0), abs=0.1)
    shares = [
        muscle_length(head, leg).min() / insufficiency.shortest_usable_length(head)
        for head in muscles.HEADS
        if head.name != "biceps_femoris_short_head"
    ]
    assert min(shares) == pytest.approx(1.0, abs=0.004)
    speed = np.diff(degrees(leg[:, KNEE_FLEXION])) * 240
    assert np.abs(np.diff(speed)).max() < 8
    untouched = time < 1.3
    np.testing.assert_allclose(angles_at(done, time)[untouched], angles_at(asked, time)[untouched], atol=1e-3)


@pytest.mark.parametrize(("hip", "activity"), [(-15.0, "passive"), (-15.0, "eccentric"), (40.0, "concentric")])
def test_what_a_hand_does_or_a_flexed_hip_allows_is_left_alone(hip: float, activity: str) -> None:
    asked = movement(hip, activity)
    assert insufficiency.limited(asked) is asked


def test_the_scene_stops_where_the_calculation_does_and_bends_on_when_the_hip_flexes() -> None:
    table = Scene.load("active_insufficiency").measure(samples=165)
    time, knee, limit = table["time_s"], table["knee_flexion_deg"], table["active_knee_limit_deg"]
    held = (time > 2.6) & (time < 3.6)
    np.testing.assert_allclose(knee[held], limit[held], atol=1.0)
    assert knee[time > 5.8].max() > knee[held].max() + 40
    assert np.all(knee < limit + 1.0)


def test_every_scene_with_a_knee_dial_can_be_done_as_written() -> None:
    for path in assets.scene_paths().values():
        written = scenefile.load(path)
        if written.dial == "knee":
            time = np.linspace(0.0, written.duration_s, 200)
            done = insufficiency.limited(written)
            assert np.abs(degrees(angles_at(done, time) - angles_at(written, time))).max() < 0.5, path.name
