"""The scene library: every movement of the text, with the lengths, angles and contacts that anatomy and the literature ask for."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from visualiser import Scene
from visualiser.anatomy import muscles
from visualiser.bodies import assets, ground
from visualiser.bodies.assembly import body
from visualiser.conventions import LEG_SLICES, POSE_COORDINATES, Side, degrees
from visualiser.errors import SceneFileError
from visualiser.kinematics import segment_transforms
from visualiser.movements import scenefile
from visualiser.movements.movement import Movement, angles_at, pose_at
from visualiser.pictures import naming
from visualiser.tissue.paths import muscle_length

LIBRARY = [
    "standing_leg_curl",
    "prone_leg_curl",
    "hip_extension",
    "tibial_rotation",
    "straight_leg_raise",
    "straight_leg_raise_tight",
    "contract_relax",
    "sprint",
    "walking",
    "running",
    "hurdle",
    "instep_kick",
    "back_heel",
    "forward_splits",
    "sitting_upright",
    "sitting_slouched",
    "sitting_feet_tucked",
    "toe_touch",
    "pelvic_tilt_anterior",
    "pelvic_tilt_posterior",
    "squat",
    "romanian_deadlift",
    "nordic_curl",
    "glute_bridge",
    "countermovement_jump",
    "rowing",
    "cross_trainer",
    "injury_sprint",
    "injury_stretch",
    # What the text does not name, but what its words on sitting and on bending the knee come down to.
    "seated_knee_extension",
    "active_insufficiency",
]
GROUPS = {"actions", "stretch tests", "sport", "gym", "posture", "injury"}
HEADS = ("semimembranosus", "semitendinosus", "biceps_femoris_long_head", "biceps_femoris_short_head")
BY_NAME = {head.name: head for head in muscles.HEADS}


@cache
def scene(name: str) -> Movement:
    return scenefile.load(assets.scene_paths()[name])


def lengths(name: str, time_s: np.ndarray, side: Side = Side.RIGHT) -> np.ndarray:
    """Percent of upright standing, columns in the order of HEADS."""
    leg = pose_at(scene(name), time_s)[..., LEG_SLICES[side]]
    upright = np.zeros(6)
    return np.stack([100 * muscle_length(BY_NAME[h], leg) / muscle_length(BY_NAME[h], upright) for h in HEADS], axis=-1)


def times(name: str, count: int = 401) -> np.ndarray:
    return np.linspace(0.0, scene(name).duration_s, count)


def angle(name: str, coordinate: str, time_s: np.ndarray) -> np.ndarray:
    return degrees(pose_at(scene(name), time_s)[..., POSE_COORDINATES.index(coordinate)])


def placed(name: str, time_s: np.ndarray) -> np.ndarray:
    """Segments in the world: (N, S, 4, 4)."""
    roots = np.stack([ground.root(scene(name), float(t)) for t in time_s])
    return roots[:, None] @ segment_transforms(pose_at(scene(name), time_s))


def test_every_movement_of_the_text_is_there_and_no_other() -> None:
    assert sorted(LIBRARY) == sorted(assets.scene_paths())
    assert {scene(name).group for name in LIBRARY} == GROUPS


@pytest.mark.parametrize("name", LIBRARY)
def test_phases_cover_the_movement_and_say_what_every_head_does(name: str) -> None:
    phases = scene(name).phases
    assert phases[0].start_s == 0 and phases[-1].end_s == scene(name).duration_s
    assert all(before.end_s == after.start_s for before, after in pairwise(phases))
    assert all(len(phase.activity) == len(HEADS) for phase in phases)
    assert all(len(phase.caption) < 75 for phase in phases)


@pytest.mark.parametrize("name", LIBRARY)
def test_heads_shorten_where_they_work_concentrically_and_lengthen_where_eccentrically(name: str) -> None:
    for phase in scene(name).phases:
        # The very end of a cycle is its beginning.
        ends = np.array([phase.start_s, phase.end_s - 1e-9])
        change = dict(zip(HEADS, np.diff(lengths(name, ends), axis=0)[0], strict=True))
        for head, activity in phase.activity:
            where = f"{phase.caption}: {head} is {activity} and changes by {change[head]:.1f} points"
            assert activity != "concentric" or change[head] < -0.2, where
            assert activity != "eccentric" or change[head] > 0.2, where
            assert activity != "isometric" or abs(change[head]) < 5.5, where


# Scene, share or None for the maximum or minimum over the movement, lengths of SM, ST, BFlh, BFsh in percent of upright (None: not
# given): means of three public research models (sources.OPENSIM_MODELS).
YARDSTICKS = (
    ("standing_leg_curl", "min", (85, 83, 88, 78)),
    ("prone_leg_curl", 0.0, (104, 104, 104, 99)),
    ("prone_leg_curl", "min", (88, 86, 92, 78)),
    ("hip_extension", 0.0, (109, 110, 111, 95)),
    ("hip_extension", "min", (97, 97, 97, None)),
    ("straight_leg_raise", "max", (114, 116, 116, 100)),
    ("straight_leg_raise_tight", "max", (109, 110, 110, 100)),
    ("contract_relax", "max", (114, 115, 115, 100)),
    ("sprint", "max", (110, 111, 112, None)),
    ("sprint", "min", (85, 83, 88, None)),
    ("walking", "max", (105, 105, 105, None)),
    ("walking", "min", (91, 90, 93, None)),
    ("running", "max", (104, 104, 105, None)),
    ("hurdle", "max", (118, 120, 121, None)),
    ("instep_kick", "min", (81, 80, 84, None)),
    ("instep_kick", "max", (116, 118, 118, None)),
    ("back_heel", "max", (102, 102, 103, None)),
    ("back_heel", "min", (82, 81, 85, None)),
    ("forward_splits", "max", (121, 124, 124, 100)),
    ("sitting_upright", 0.5, (104, 105, 109, 81)),
    ("sitting_slouched", 0.5, (100, 100, 104, 81)),
    ("sitting_feet_tucked", 0.5, (98, 97, 103, 78)),
    ("toe_touch", "max", (116, 117, 118, 100)),
    ("pelvic_tilt_anterior", "max", (102.5, 102.5, 102.5, 100)),
    ("pelvic_tilt_posterior", "min", (98, 98, 98, 100)),
    ("squat", 0.52, (103, 104, 109, None)),
    ("romanian_deadlift", "max", (115, 116, 117, None)),
    ("nordic_curl", 0.0, (87, 85, 89, None)),
    ("nordic_curl", "max", (101, 101, 101, None)),
    ("glute_bridge", 0.0, (96, 95, 100, None)),
    ("glute_bridge", "min", (86, 85, 89, None)),
    ("countermovement_jump", 0.279, (105, 105, 110, None)),
    ("rowing", 0.0, (104, 105, 110, None)),
    ("rowing", "max", (116, 118, 119, None)),
)


@pytest.mark.parametrize("row", YARDSTICKS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_lengths_lie_within_two_points_of_the_research_models(row: tuple) -> None:
    name, moment, expected = row
    over_time = lengths(name, times(name))
    if moment in ("min", "max"):
        found = getattr(np, moment)(over_time, axis=0)
    else:
        found = lengths(name, np.array([moment * scene(name).duration_s]))[0]
    for head, value, wanted in zip(HEADS, found, expected, strict=True):
        assert wanted is None or value == pytest.approx(wanted, abs=2), f"{head}: {found.round(1)}"


def test_the_rear_leg_of_the_splits_is_slack_while_the_front_leg_is_longest() -> None:
    front, rear = (lengths("forward_splits", np.array([5.6]), side)[0] for side in Side)
    np.testing.assert_allclose(rear[:3], (95, 94, 94), atol=2)
    assert front[:3].min() > 120


def test_in_a_sprint_the_heads_are_longest_in_late_swing_and_the_long_head_of_biceps_most() -> None:
    over_time = lengths("sprint", times("sprint"))
    peaks = times("sprint")[over_time[:, :3].argmax(axis=0)] / scene("sprint").duration_s
    assert np.all((peaks > 0.835) & (peaks < 0.885))
    assert over_time[:, 2].max() > over_time[:, :2].max()
    assert 109 < over_time[:, 2].max() < 113  # Thelen 2005: 109.5, Schache 2012: 112


def test_sprinting_stretches_more_than_running_and_running_about_as_much_as_walking() -> None:
    sprint, running, walking = (lengths(n, times(n))[:, :3].max() for n in ("sprint", "running", "walking"))
    assert sprint > running + 4
    assert abs(running - walking) < 2


def test_the_medial_pair_hardly_changes_length_in_a_squat() -> None:
    assert np.ptp(lengths("squat", times("squat"))[:, :2], axis=0).max() < 7


@pytest.mark.parametrize(
    "name",
    ["straight_leg_raise", "straight_leg_raise_tight", "contract_relax", "pelvic_tilt_anterior", "injury_stretch"],
)
def test_the_short_head_keeps_its_length_when_only_the_hip_moves(name: str) -> None:
    np.testing.assert_allclose(lengths(name, times(name))[:, 3], 100, atol=0.05)


def test_upright_sitting_lengthens_the_long_heads_and_shortens_the_short_one() -> None:
    seated = lengths("sitting_upright", np.array([3.0]))[0]
    assert seated[:3].min() > 103
    assert seated[3] < 84


def test_in_the_nordic_curl_knee_pelvis_and_trunk_form_one_line() -> None:
    time = times("nordic_curl")
    hip = angle("nordic_curl", "hip_flexion_right", time) - angle("nordic_curl", "pelvis_anterior_tilt", time)
    assert hip.max() < 16
    shank = (
        angle("nordic_curl", "knee_flexion_right", time) - hip + degrees(angles_at(scene("nordic_curl"), time)[:, -1])
    )
    np.testing.assert_allclose(shank, 98, atol=1)  # the shins lie on the floor, the ankles a little higher


def test_the_thigh_is_level_when_seated_upright_and_the_shank_upright() -> None:
    at = np.array([3.0])
    thigh = angle("sitting_upright", "hip_flexion_right", at) - angle("sitting_upright", "pelvis_anterior_tilt", at)
    assert thigh == pytest.approx(90, abs=1)
    assert angle("sitting_upright", "knee_flexion_right", at) - thigh == pytest.approx(0, abs=1)


def test_the_other_leg_does_the_same_half_a_stride_later() -> None:
    time, half = times("walking"), scene("walking").duration_s / 2
    np.testing.assert_allclose(
        pose_at(scene("walking"), time)[:, LEG_SLICES[Side.LEFT]],
        pose_at(scene("walking"), time - half)[:, LEG_SLICES[Side.RIGHT]],
        atol=1e-12,
    )


@pytest.mark.parametrize("name", LIBRARY)
def test_view_and_labels_of_a_scene_exist(name: str) -> None:
    naming.check_words(scene(name), name)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('view = "latral"', 'view: There is no view "latral".*Did you mean "lateral"'),
        ('labels = ["semitendinosis"]', 'labels: There is no label "semitendinosis".*Did you mean "semitendinosus"'),
    ],
)
def test_a_scene_with_unknown_words_is_refused_with_file_and_key(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'title = "Mine"\n{line}\nkeyframes = [{{ time_s = 0 }}, {{ time_s = 1 }}]\n', encoding="utf-8")
    with pytest.raises(SceneFileError, match=f"mine.toml: {message}"):
        Scene.load(path)


ON_THE_GROUND = [name for name in LIBRARY if "ground = true" in assets.scene_paths()[name].read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", ON_THE_GROUND)
def test_no_bone_sinks_through_the_floor_and_none_hovers_but_in_flight(name: str) -> None:
    time = np.arange(0, scene(name).duration_s, 1 / 100)
    gap = ground.lowest(placed(name, time)) - ground.floor_height()
    assert gap.min() > 0.002
    near_flight = np.zeros(len(time), dtype=bool)
    for start, end in scene(name).flight_s:
        for lap in (0.0, scene(name).duration_s):  # a cycle lands at its very beginning
            near_flight |= (time + lap > start - 0.04) & (time + lap < end + 0.04)
    assert gap[~near_flight].max() < 0.016


@pytest.mark.parametrize("name", ["squat", "romanian_deadlift", "toe_touch", "sitting_upright", "pelvic_tilt_anterior"])
def test_planted_feet_stay_where_they_are_and_flat(name: str) -> None:
    time = np.linspace(0.0, scene(name).duration_s, 60)
    for side in Side:
        foot = placed(name, time)[:, ground.skeleton.segment_names().index(f"foot_{side}")]
        ball = foot @ [0.13, -0.455, 0.02 if side is Side.RIGHT else -0.02, 1.0]
        assert np.ptp(ball[:, 0]) < 0.004
        assert np.ptp(ball[:, 1]) < 0.012  # the ankle has one axis: a shank that leans sideways tips the foot
        assert np.ptp(ball[:, 2]) < 0.025
        assert np.abs(np.degrees(np.arcsin(foot[:, 1, 0]))).max() < 3.5


def test_flights_are_as_long_as_gravity_allows() -> None:
    jump = scene("countermovement_jump")
    (start, end), time = jump.flight_s[0], np.linspace(*jump.flight_s[0], 51)
    height = np.array([ground.root(jump, float(t))[1, 3] for t in time])
    chord = np.linspace(height[0], height[-1], 51)
    assert (height - chord).max() == pytest.approx(9.81 * (end - start) ** 2 / 8, rel=0.05)


SUPPORTED = [name for name in LIBRARY if "\nsupport = " in assets.scene_paths()[name].read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", SUPPORTED)
def test_neither_bone_nor_muscle_sinks_into_what_one_lies_or_sits_on(name: str) -> None:
    movement = scene(name)
    slab = next(support for support in ground.SUPPORTS if support.name == movement.support)
    person = body(movement.side, "ghost", "light")
    for at in np.linspace(0.0, movement.duration_s, 6):
        frame = person.movement_frame(movement, float(at))
        for surface in person.surfaces:
            x, y, z = (person.placed(surface, frame) - frame.transforms[movement.support][:3, 3]).T
            over_it = (x > slab.back) & (x < slab.front) & (np.abs(z) < slab.half_width) & (y > -slab.thickness)
            assert not over_it.any() or y[over_it].min() > -0.006, f"{surface.name} at {at:.2f} s"


@pytest.mark.parametrize("name", ["straight_leg_raise", "prone_leg_curl", "sitting_slouched", "rowing"])
def test_nobody_hovers_over_the_furniture(name: str) -> None:
    movement = scene(name)
    on_it = ("pelvis",) if movement.support.endswith("seat") else ("pelvis", "lumbar", "femur_right", "femur_left")
    gaps = [
        ground.lowest(placed(name, np.array([t])), on_it)[0]
        - ground.supports_at(movement, float(t))[movement.support][1, 3]
        for t in np.linspace(0.0, movement.duration_s, 25)
    ]
    assert 0 < min(gaps) < 0.02


def test_the_feet_of_a_rower_stay_on_the_footplate() -> None:
    time = np.linspace(0.0, scene("rowing").duration_s, 60)
    foot = placed("rowing", time)[:, ground.skeleton.segment_names().index("foot_right")]
    ball = foot @ [0.13, -0.455, 0.02, 1.0]
    assert np.ptp(ball[:, 0]) < 0.02 and np.ptp(ball[:, 1]) < 0.04
