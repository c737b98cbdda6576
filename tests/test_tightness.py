"""Tight hamstrings: where the leg stops, what the pelvis gives, and that nothing jumps as the tightness grows."""

from functools import cache

import numpy as np
import pytest

from visualiser import Scene
from visualiser.bodies import assets
from visualiser.conventions import LEG_SLICES, POSE_COORDINATES, Side, degrees
from visualiser.errors import VisualiserError
from visualiser.kinematics import check_pose
from visualiser.movements import scenefile
from visualiser.movements.movement import angles_at, pose_at
from visualiser.tissue import tightness


@cache
def done(name: str, how_tight: float | None) -> np.ndarray:
    """Angles over a scene, degrees: (301, 17)."""
    movement = scenefile.load(assets.scene_paths()[name])
    if how_tight is not None:
        movement = tightness.limited(movement, how_tight)
    return degrees(angles_at(movement, np.linspace(0.0, movement.duration_s, 301)))


def column(name: str, how_tight: float | None, coordinate: str) -> np.ndarray:
    return done(name, how_tight)[:, POSE_COORDINATES.index(coordinate)]


def raised(how_tight: float | None) -> float:
    """How far the straight leg comes, degrees to the couch."""
    lifted = column("straight_leg_raise", how_tight, "hip_flexion_right")
    return float((lifted - column("straight_leg_raise", how_tight, "pelvis_anterior_tilt")).max())


def test_a_tight_leg_stops_at_sixty_to_sixty_five_degrees_and_a_normal_one_at_ninety() -> None:
    assert raised(None) == pytest.approx(90, abs=0.1)
    assert raised(0.0) == pytest.approx(90, abs=0.1)
    assert raised(0.5) == pytest.approx(90, abs=1)
    assert 60 < raised(1.0) < 65


def test_the_tight_leg_raise_splits_as_in_the_scene_written_by_hand() -> None:
    np.testing.assert_allclose(
        done("straight_leg_raise", 1.0)[150, [0, 4]], done("straight_leg_raise_tight", None)[150, [0, 4]], atol=0.5
    )


def test_the_angle_falls_steadily_with_tightness() -> None:
    angles = [raised(float(how_tight)) for how_tight in np.linspace(0.5, 1.0, 11)]
    steps = -np.diff(angles)
    assert steps.min() > 0
    assert steps.max() < 4


@pytest.mark.parametrize(
    "name", ["straight_leg_raise", "toe_touch", "forward_splits", "instep_kick", "rowing", "walking"]
)
@pytest.mark.parametrize("how_tight", [0.3, 1.0])
def test_no_head_is_longer_than_allowed_and_joints_keep_their_ranges(name: str, how_tight: float) -> None:
    angles = np.radians(done(name, how_tight))
    assert np.degrees(tightness.excess(angles, how_tight)).max() < 0.3
    check_pose(angles[:, :-1])


def test_a_tight_back_rounds_in_the_toe_touch_because_the_pelvis_stays_behind() -> None:
    supple, tight = ({c: column("toe_touch", t, c) for c in POSE_COORDINATES} for t in (0.0, 1.0))
    assert tight["pelvis_anterior_tilt"].max() < supple["pelvis_anterior_tilt"].max() - 25
    assert tight["lumbar_flexion"].max() > supple["lumbar_flexion"].max() + 4
    thigh = tight["hip_flexion_right"] - tight["pelvis_anterior_tilt"]
    assert np.abs(thigh).max() < 7  # the legs stay upright


def test_in_rowing_the_tight_pelvis_rolls_backwards_and_in_walking_nothing_changes() -> None:
    tight, asked = (column("rowing", t, "pelvis_anterior_tilt") for t in (1.0, None))
    assert (tight - asked).min() < -15
    np.testing.assert_allclose(done("walking", 1.0), done("walking", None), atol=0.1)


def test_knees_bent_at_a_right_angle_leave_even_tight_hamstrings_room() -> None:
    at_rest = tightness.excess(np.radians(done("sitting_upright", None)[150:151]), 1.0)
    assert at_rest < 0


def test_the_tight_seated_pelvis_rolls_back_and_the_low_back_rounds_by_as_much() -> None:
    seated = slice(130, 170)  # the upright seat is held
    upright, tight = (
        {
            c: column("sitting_upright", t, c)[seated]
            for c in ("pelvis_anterior_tilt", "lumbar_flexion", "hip_flexion_right")
        }
        for t in (None, 1.0)
    )
    rolled = upright["pelvis_anterior_tilt"] - tight["pelvis_anterior_tilt"]
    assert 3 < rolled.min() and rolled.max() < 15
    np.testing.assert_allclose(tight["lumbar_flexion"] - upright["lumbar_flexion"], rolled, atol=1e-6)
    np.testing.assert_allclose(
        upright["hip_flexion_right"] - tight["hip_flexion_right"], rolled, atol=1e-6
    )  # thigh stays level


def test_straightening_the_knee_in_sitting_rolls_a_tight_pelvis_farther_and_the_knee_stays_bent() -> None:
    knees = [column("seated_knee_extension", t, "knee_flexion_right").min() for t in (0.5, 0.75, 1.0)]
    assert knees[0] < 8 and knees[0] < knees[1] < knees[2]
    assert knees[2] > 30
    at_first = [column("seated_knee_extension", t, "pelvis_anterior_tilt")[60] for t in (0.5, 0.75, 1.0)]
    assert at_first[0] > at_first[1] > at_first[2]


@pytest.mark.parametrize(
    "name", ["straight_leg_raise", "toe_touch", "sitting_upright", "seated_knee_extension", "rowing"]
)
def test_poses_change_gradually_with_tightness(name: str) -> None:
    for how_tight in (0.55, 0.78, 0.92):
        assert np.abs(done(name, how_tight + 0.005) - done(name, how_tight)).max() < 4


def test_a_tight_back_rounds_earlier_in_the_toe_touch_while_the_pelvis_still_follows() -> None:
    lumbar = [column("toe_touch", t, "lumbar_flexion")[90] for t in (0.5, 0.75, 1.0)]
    tilt = [column("toe_touch", t, "pelvis_anterior_tilt")[90] for t in (0.5, 0.75, 1.0)]
    assert lumbar[0] <= lumbar[1] < lumbar[2]
    assert tilt[0] >= tilt[1] > tilt[2] > 5


def test_movements_stay_smooth_where_they_stop() -> None:
    movement = tightness.limited(scenefile.load(assets.scene_paths()["straight_leg_raise"]), 1.0)
    time = np.arange(0, movement.duration_s, 0.01)
    speed = np.diff(degrees(pose_at(movement, time)), axis=0) / 0.01
    assert np.abs(np.diff(speed, axis=0)).max() < 12  # degrees/s from one hundredth of a second to the next


def test_measuring_tells_the_angle_to_the_couch_and_its_shares() -> None:
    table = Scene.load("straight_leg_raise", tightness=1.0).measure(201)
    top = int(table["leg_to_couch_deg"].argmax())
    assert table["leg_to_couch_deg"][top] == pytest.approx(62, abs=1)
    assert table["hip_share_of_it_deg"][top] == pytest.approx(40, abs=1)
    assert table["pelvis_share_of_it_deg"][top] == pytest.approx(22, abs=1)
    assert "leg_to_couch_deg" not in Scene.load("squat").measure(3).columns


def test_the_other_side_is_as_tight() -> None:
    scene = Scene.load("straight_leg_raise", tightness=1.0).on_side("left")
    assert scene.tightness == 1.0
    hip = degrees(pose_at(scene.movement, np.linspace(0, 6.5, 200))[:, LEG_SLICES[Side.LEFT].start])
    assert hip.max() == pytest.approx(40, abs=0.5)


@pytest.mark.parametrize("wrong", [-0.1, 1.5, float("nan")])
def test_tightness_is_a_number_from_0_to_1(wrong: float) -> None:
    with pytest.raises(VisualiserError, match=r"0 \(supple\) to 1"):
        Scene.load("straight_leg_raise", tightness=wrong)


def test_captions_tell_no_angle_that_a_tight_leg_does_not_reach() -> None:
    raise_ = scenefile.load(assets.scene_paths()["straight_leg_raise"])
    assert any("90°" in phase.caption for phase in raise_.phases)
    tight = tightness.limited(raise_, 1.0)
    assert not any("°" in phase.caption for phase in tight.phases)
    assert [p.caption for p in tightness.limited(raise_, 0.0).phases] == [p.caption for p in raise_.phases]


@pytest.mark.parametrize(
    ("written", "true"),
    [
        ("New range: leg at 78°", "New range"),
        ("Upright seat: long heads 104 to 109 % of standing, short head 81 %", "Upright seat"),
        ("Knee nearly straight, hip flexion only 71°", "Knee nearly straight"),
        ("Leg at 90°: hip flexion 64°, posterior pelvic tilt 26°", "As far as the hamstrings allow"),
        ("Push down against the partner (6 s, isometric)", "Push down against the partner (6 s, isometric)"),
    ],
)
def test_of_a_caption_stays_what_holds_for_any_tightness(written: str, true: str) -> None:
    assert tightness.still_true(written) == true
