"""Scenes: every shipped one loads and moves smoothly within joint ranges; every bad one gets a sentence with file and key."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from visualiser.bodies import assets
from visualiser.conventions import POSE_COORDINATES, degrees
from visualiser.errors import SceneFileError
from visualiser.movements import movement, scenefile

SCENES = assets.scene_paths()


def column(scene: movement.Movement, name: str, time_s: float | np.ndarray) -> np.ndarray:
    return degrees(movement.pose_at(scene, time_s)[..., POSE_COORDINATES.index(name)])


@pytest.mark.parametrize("name", SCENES)
def test_a_shipped_scene_is_complete(name: str) -> None:
    scene = scenefile.load(SCENES[name])
    assert scene.title and scene.summary and scene.group and scene.sources and scene.source_names
    assert not scene.claim or scene.verdict
    assert all(phase.end_s <= scene.duration_s for phase in scene.phases)


@pytest.mark.parametrize("name", SCENES)
def test_speed_and_acceleration_have_no_jump(name: str) -> None:
    scene = scenefile.load(SCENES[name])
    jumps = []
    for count in (4001, 8001):
        time = np.linspace(0, scene.duration_s * (2 if scene.cycle else 1), count)
        acceleration = np.diff(degrees(movement.angles_at(scene, time)), n=2, axis=0) / np.diff(time)[0] ** 2
        jumps.append(np.abs(np.diff(acceleration, axis=0)).max())
    assert jumps[1] < 0.6 * jumps[0]  # a jump would be the same at half the step; a smooth course halves the difference


@pytest.mark.parametrize("name", SCENES)
def test_keyframes_are_hit_exactly(name: str) -> None:
    scene = scenefile.load(SCENES[name])
    for key in scene.keyframes:
        for coordinate, value in key.angles_deg:
            if not coordinate.startswith(movement.OTHER) and f"{coordinate}_{scene.side}" in POSE_COORDINATES:
                assert column(scene, f"{coordinate}_{scene.side}", key.time_s) == pytest.approx(value, abs=1e-9)


def test_the_raised_leg_reaches_ninety_degrees_of_which_a_quarter_and_more_is_pelvis() -> None:
    scene = scenefile.load(SCENES["straight_leg_raise"])
    at = 0.6 * scene.duration_s
    hip, tilt = column(scene, "hip_flexion_right", at), column(scene, "pelvis_anterior_tilt", at)
    assert hip - tilt == pytest.approx(90, abs=1)
    assert 0.25 < -tilt / (hip - tilt) < 0.34  # Bohannon 1985: a quarter to a third


def test_the_resting_leg_stays_on_the_couch() -> None:
    scene = scenefile.load(SCENES["straight_leg_raise"])
    time = np.linspace(0, scene.duration_s, 100)
    np.testing.assert_allclose(
        column(scene, "hip_flexion_left", time), column(scene, "pelvis_anterior_tilt", time), atol=1e-9
    )


def test_the_thigh_stays_upright_in_the_leg_curl() -> None:
    scene = scenefile.load(SCENES["standing_leg_curl"])
    time = np.linspace(0, scene.duration_s, 100)
    thigh = column(scene, "hip_flexion_right", time) - column(scene, "pelvis_anterior_tilt", time)
    assert np.abs(thigh).max() < 0.5


def test_the_lower_leg_turns_thirteen_in_and_twenty_seven_out() -> None:
    scene = scenefile.load(SCENES["tibial_rotation"])
    turn = column(scene, "tibial_internal_rotation_right", np.linspace(0, scene.duration_s, 500))
    assert turn.max() == pytest.approx(13, abs=0.1)
    assert turn.min() == pytest.approx(-27, abs=0.1)


def test_poses_are_the_same_one_by_one_and_together() -> None:
    scene = scenefile.load(SCENES["hip_extension"])
    time = np.linspace(0, scene.duration_s, 12).reshape(3, 4)
    together = movement.pose_at(scene, time)
    for index in np.ndindex(3, 4):
        np.testing.assert_allclose(together[index], movement.pose_at(scene, time[index]), atol=1e-14)


CYCLE = """
title = "Stride"
cycle = true
keyframes = [ { time_s = 0, hip_flexion = 25 }, { time_s = 0.4, hip_flexion = -10 },
              { time_s = 0.8, hip_flexion = 30 }, { time_s = 1, hip_flexion = 25 } ]
"""


def test_a_cycle_goes_round_without_a_seam() -> None:
    scene = scenefile.parse(CYCLE, "stride.toml")
    step = 1e-4
    before, after = (column(scene, "hip_flexion_right", t + np.array([0.0, step])) for t in (1 - 2 * step, step))
    assert column(scene, "hip_flexion_right", 1.3) == pytest.approx(column(scene, "hip_flexion_right", 0.3))
    assert np.diff(before)[0] == pytest.approx(np.diff(after)[0], rel=1e-2)


GOOD = 'title = "Test"\nkeyframes = [ { time_s = 0.0, knee_flexion = 0 }, { time_s = 1.0, knee_flexion = 60 } ]\n'
PHASE = GOOD + "[[phases]]\nstart_s = 0\nend_s = 1\ncaption = 'x'\nactivity = { HEAD = 'WORK' }"
BAD = {
    "not toml": ("title = ", "TOML"),
    "no title": ("keyframes = [ { time_s = 0 }, { time_s = 1 } ]", "title"),
    "unknown key": ('postur = "prone"\n' + GOOD, 'Did you mean "posture"'),
    "unknown angle": (
        GOOD.replace("knee_flexion = 60", "knee_flexon = 60"),
        'keyframes\\[1\\].knee_flexon.*Did you mean "knee_flexion"',
    ),
    "unknown posture": ('posture = "flying"\n' + GOOD, "posture.*flying.*supine"),
    "unknown side": ('side = "middle"\n' + GOOD, "side.*right, left"),
    "unknown source": ('sources = ["hearsay"]\n' + GOOD, "sources.*hearsay"),
    "text for an angle": (GOOD.replace("= 60", '= "sixty"'), "knee_flexion.*number.*sixty"),
    "truth for an angle": (GOOD.replace("= 60", "= true"), "knee_flexion.*number"),
    "not a number": (GOOD.replace("= 60", "= nan"), "knee_flexion.*number"),
    "outside the range": (GOOD.replace("= 60", "= 170"), "170°; the model allows -5° to 150°"),
    "beyond a stop of the hip": (
        GOOD.replace("knee_flexion = 60", "hip_flexion = 110, hip_adduction = 30"),
        "hip_adduction is 30°; the model allows -45° to 15° here",
    ),
    "one keyframe": ('title = "T"\nkeyframes = [ { time_s = 0 } ]', "at least two"),
    "late start": (GOOD.replace("time_s = 0.0", "time_s = 0.5"), "first keyframe is at 0 s"),
    "times fall": (GOOD.replace("time_s = 1.0", "time_s = 0.0"), "must rise"),
    "too long": (GOOD.replace("time_s = 1.0", "time_s = 1e6"), "at most 600"),
    "keyframes no list": ('title = "T"\nkeyframes = 3', "keyframes.*a list"),
    "keyframe no table": ('title = "T"\nkeyframes = [1, 2]', "keyframes\\[0\\].*table"),
    "phase backwards": (GOOD + '[[phases]]\nstart_s = 2\nend_s = 1\ncaption = "x"', "phases\\[0\\]"),
    "via at the end": (GOOD.replace("knee_flexion = 60", "knee_flexion = 60, via = true"), "cannot be passed"),
    "unknown activity": (PHASE.replace("HEAD", "hamstrings"), "activity.hamstrings: unknown key; allowed: all"),
    "activity of a group": (
        PHASE.replace("HEAD", "all").replace("WORK", "working"),
        "activity.all: is 'working'; allowed: concentric",
    ),
    "unknown support": ('support = "bed"\n' + GOOD, "support: is 'bed'; allowed: none, couch"),
    "unknown contact": ('planted = ["hand"]\n' + GOOD, "planted: is 'hand'; allowed: foot"),
    "flight too long": ("flight_s = [[0.5, 3]]\n" + GOOD, "flight_s\\[0\\].*allowed is 0 to 1 s"),
    "flight no pair": ("flight_s = [0.5]\n" + GOOD, "flight_s\\[0\\].*\\[start, end\\]"),
    "shift without cycle": ("other_leg_shift = 0.5\n" + GOOD, "other_leg_shift.*no cycle"),
    "shift too large": ("other_leg_shift = 1.5\n" + GOOD, "other_leg_shift.*is 1.5"),
    "shift and own keyframes": (
        "other_leg_shift = 0\n" + GOOD.replace("knee_flexion = 60", "other_knee_flexion = 60"),
        "keyframes\\[1\\].other_knee_flexion.*already says",
    ),
    "lean too far": (GOOD.replace("knee_flexion = 60", "lean = 150"), "lean is 150°; the model allows -90° to 120°"),
    "phase after the end": (
        GOOD + "[[phases]]\nstart_s = 5\nend_s = 9\ncaption = 'x'",
        "phases\\[0\\]: runs from 5 s to 9 s; the movement ends at 1 s",
    ),
    "truth for a number": ("other_leg_shift = true\n" + GOOD, "other_leg_shift: must be a number"),
    "title a number": (GOOD.replace('"Test"', "7"), "title.*text"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_scene_names_file_and_key(case: str, tmp_path: Path) -> None:
    text, message = BAD[case]
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SceneFileError, match=message) as caught:
        scenefile.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_overshoot_between_keyframes_is_found() -> None:
    text = (
        'title = "T"\nkeyframes = [ { time_s = 0, knee_flexion = 0 }, { time_s = 1, knee_flexion = 149, via = true },'
        " { time_s = 2, knee_flexion = 149, via = true }, { time_s = 3, knee_flexion = 0 } ]"
    )
    with pytest.raises(SceneFileError, match="between keyframes"):
        scenefile.check_ranges(scenefile.parse(text, "overshoot.toml"), "overshoot.toml")


def test_files_that_are_none_get_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "huge.toml").write_bytes(b"#" * (scenefile.LARGEST_FILE + 1))
    for name, message in (
        ("missing.toml", "no such"),
        ("binary.toml", "UTF-8"),
        ("huge.toml", "at most"),
        (".", "folder"),
    ):
        with pytest.raises(SceneFileError, match=message):
            scenefile.load(tmp_path / name)


def test_a_group_word_speaks_for_its_heads_and_a_name_has_the_last_word() -> None:
    activity = "activity = { two_joint = 'eccentric', semitendinosus = 'passive' }"
    text = GOOD + f"[[phases]]\nstart_s = 0\nend_s = 1\ncaption = 'x'\n{activity}"
    phase = scenefile.parse(text, "x.toml").phases[0]
    assert phase.of("semimembranosus") == "eccentric"
    assert phase.of("semitendinosus") == "passive"
    assert phase.of("biceps_femoris_short_head") == ""


def test_between_two_stops_a_joint_moves_with_minimum_jerk() -> None:
    scene = scenefile.parse(GOOD, "x.toml")
    share = np.linspace(0, 1, 11)
    expected = 60 * share**3 * (10 - 15 * share + 6 * share**2)  # Flash & Hogan 1985
    np.testing.assert_allclose(column(scene, "knee_flexion_right", share), expected, atol=1e-9)


def test_the_other_leg_can_do_the_same() -> None:
    scene = scenefile.parse("other_leg_shift = 0\n" + GOOD, "x.toml")
    np.testing.assert_allclose(column(scene, "knee_flexion_left", 0.7), column(scene, "knee_flexion_right", 0.7))


def test_supine_means_the_front_of_the_body_looks_up() -> None:
    np.testing.assert_allclose(movement.posture_to_world("supine") @ [1, 0, 0], [0, 1, 0], atol=1e-15)
    np.testing.assert_allclose(movement.posture_to_world("prone") @ [1, 0, 0], [0, -1, 0], atol=1e-15)


@pytest.mark.parametrize("cycle", [False, True])
def test_a_sampled_course_has_no_jump_in_speed_and_acceleration(cycle: bool) -> None:
    time = np.linspace(0.0, 1.0, 51)
    values = np.zeros((51, 17))
    values[:, 4] = np.cos(2 * np.pi * time)
    values[-1] = values[0]
    sampled = replace(
        scenefile.load(SCENES["squat"]), course=movement.Course(time, values), cycle=cycle, other_leg_shift=None
    )
    fine = np.arange(-0.2 if cycle else 0.0, 1.2 if cycle else 1.0, 1e-3)
    hip = movement.pose_at(sampled, fine)[:, 4]
    np.testing.assert_allclose(hip, np.cos(2 * np.pi * fine), atol=1e-4)
    acceleration = np.diff(hip, 2) / 1e-6
    assert (
        np.abs(np.diff(acceleration)).max() < 2.0
    )  # the cosine's own is at most 0.25 a step; a spline of first order leaps by 30


def test_a_gap_in_a_recording_is_bridged_without_swinging_beyond_its_edges() -> None:
    time = np.array([0.0, 0.1, 0.2, 0.3, 1.3, 1.4, 1.5])
    values = np.zeros((7, 17))
    values[:, 4] = [0.0, 0.1, 0.2, 0.3, 0.3, 0.2, 0.1]
    bridged = replace(
        scenefile.load(SCENES["squat"]), course=movement.Course(time, values), cycle=False, other_leg_shift=None
    )
    assert movement.pose_at(bridged, np.linspace(0.3, 1.3, 50))[:, 4].max() <= 0.3 + 1e-12


def test_an_angle_out_of_range_is_named_as_the_file_has_it_with_its_time(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    row = "{ time_s = 0 }, { time_s = 1.5, other_knee_flexion = 190 }, { time_s = 2 }"
    path.write_text(f'title = "Mine"\nside = "left"\nkeyframes = [{row}]\n', encoding="utf-8")
    with pytest.raises(SceneFileError, match=r"keyframes\[1\]: at 1.5 s, other_knee_flexion is 190°"):
        scenefile.load(path)
