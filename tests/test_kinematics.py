"""The skeleton moves as anatomy says: hand-computed poses, joint conventions, screw-home, roll-back, mirrored sides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualiser import kinematics
from visualiser.anatomy import skeleton
from visualiser.conventions import LEG_COORDINATES, MIRROR, POSE_COORDINATES, X, Y, Z, radians
from visualiser.errors import PoseError
from visualiser.transforms import apply

SEGMENTS = skeleton.segment_names()


def pose(**angles_deg: float) -> np.ndarray:
    row = np.zeros(len(POSE_COORDINATES))
    for name, value in angles_deg.items():
        row[POSE_COORDINATES.index(name)] = radians(value)
    return row


def leg(**angles_deg: float) -> np.ndarray:
    row = np.zeros(len(LEG_COORDINATES))
    for name, value in angles_deg.items():
        row[LEG_COORDINATES.index(name)] = radians(value)
    return row


def place(segment: str, point_mm: tuple[float, float, float], **angles_deg: float) -> np.ndarray:
    """Where a point of a segment lies in the body, millimetres."""
    transform = kinematics.segment_transforms(pose(**angles_deg))[SEGMENTS.index(segment)]
    return 1e3 * apply(transform, np.array([point_mm]) * 1e-3)[0]


KNEE = (0.0, -402.0, 1.0)


def test_upright_the_knee_hangs_below_the_hip() -> None:
    np.testing.assert_allclose(place("femur_right", KNEE), [0.0, -402.0, 81.0], atol=1e-9)


def test_ninety_degrees_of_hip_flexion_brings_the_knee_anterior_to_the_hip() -> None:
    np.testing.assert_allclose(place("femur_right", KNEE, hip_flexion_right=90), [402.0, 0.0, 81.0], atol=1e-9)


def test_hip_adduction_brings_the_knee_towards_the_middle() -> None:
    assert (
        place("femur_right", KNEE, hip_adduction_right=20)[Z]
        < 0
        < place("femur_right", KNEE, hip_adduction_right=-20)[Z] - 160
    )


def test_internal_rotation_of_the_hip_turns_the_front_of_the_femur_inwards() -> None:
    assert place("femur_right", (20.0, -200.0, 0.0), hip_internal_rotation_right=30)[Z] < 80


def test_ninety_degrees_of_knee_flexion_brings_the_ankle_behind_the_knee() -> None:
    ankle = place("foot_right", skeleton.STANDARD.ankle_axis_mm, knee_flexion_right=90)
    assert -440 < ankle[X] < -330
    assert abs(ankle[Y] + 402) < 60


def test_standing_on_the_flexed_hip_of_hand_computed_pose() -> None:
    """Hip 90 and knee 90: thigh forward, shank hanging; the plateau lies one hinge arm below the knee hinge."""
    rows = kinematics.screw_home(np.radians(90.0))
    turn, hinge = float(rows[0]), 1e3 * rows[1:]
    plateau = place("tibia_right", (0.0, 0.0, 0.0), hip_flexion_right=90, knee_flexion_right=90)
    expected = [402.0 - np.cos(turn) * hinge[0], -hinge[1], 80.0 + 1.0 + np.sin(turn) * hinge[0]]
    np.testing.assert_allclose(plateau, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("knee", "turn"), [(0, 0.0), (10, 3.4), (20, 6.3), (30, 8.6), (45, 11.3), (60, 13.2), (90, 14.9), (120, 15.0)]
)
def test_screw_home_follows_the_research_models(knee: float, turn: float) -> None:
    assert np.degrees(kinematics.screw_home(np.radians(knee))[0]) == pytest.approx(turn, abs=0.05)


def test_the_last_thirty_degrees_of_extension_turn_the_tibia_outwards_by_six_to_nine_degrees() -> None:
    change = kinematics.screw_home(np.radians([30.0, 0.0]))[:, 0]
    assert 6.0 <= np.degrees(change[0] - change[1]) <= 9.0


def test_the_femur_rolls_back_on_the_tibia_as_the_knee_bends() -> None:
    hinge = 1e3 * kinematics.screw_home(np.radians([0.0, 60.0, 120.0]))[:, 1]
    assert hinge[0] > hinge[1] > hinge[2]
    assert 4.0 < hinge[0] - hinge[2] < 22.0  # Johal 2005: lateral 22, medial almost nothing


def test_the_coupled_motion_has_no_kink() -> None:
    knee = np.radians(np.linspace(-5, 150, 3000))
    slope = kinematics.screw_home(knee, 1)
    assert np.abs(np.diff(slope, axis=0)).max() < 0.01
    central = (kinematics.screw_home(knee + 1e-6) - kinematics.screw_home(knee - 1e-6)) / 2e-6
    np.testing.assert_allclose(slope[5:-5], central[5:-5], atol=1e-5)


def test_tibial_rotation_inwards_turns_the_tuberosity_towards_the_middle() -> None:
    at = dict(hip_flexion_right=90.0, knee_flexion_right=90.0)
    neutral = place("tibia_right", (30.0, -42.0, 3.0), **at)
    inwards = place("tibia_right", (30.0, -42.0, 3.0), tibial_internal_rotation_right=13, **at)
    assert inwards[Z] < neutral[Z] - 4


def test_dorsiflexion_lifts_the_toes() -> None:
    toe = (150.0, -440.0, 0.0)
    assert place("foot_right", toe, ankle_dorsiflexion_right=15)[Y] > place("foot_right", toe)[Y] + 20


def test_the_patella_glides_down_round_the_trochlea_and_nearer_to_the_hinge() -> None:
    upright, bent = (place("patella_right", (48.0, -385.0, 1.0), knee_flexion_right=knee) for knee in (0, 90))
    assert bent[Y] < upright[Y] - 30
    hinge = np.array([0.0, -402.0])
    assert 5 < np.linalg.norm(upright[:2] - hinge) - np.linalg.norm(bent[:2] - hinge) < 9


def test_anterior_tilt_brings_the_front_of_the_pelvis_down() -> None:
    assert place("pelvis", (56.0, 78.0, 124.0), pelvis_anterior_tilt=12)[Y] < 78 - 8


def test_drop_to_the_right_lowers_the_right_hip() -> None:
    assert place("femur_right", (0.0, 0.0, 0.0), pelvis_right_drop=10)[Y] < -10


def test_rotation_to_the_left_brings_the_right_hip_forward() -> None:
    assert place("femur_right", (0.0, 0.0, 0.0), pelvis_left_rotation=10)[X] > 10


def test_lumbar_flexion_bends_the_spine_forward() -> None:
    top = (-30.0, 170.0, 0.0)
    assert place("lumbar", top, lumbar_flexion=50)[X] > place("lumbar", top)[X] + 10


ANGLES = st.tuples(*(st.floats(*skeleton.limits_deg(name)) for name in LEG_COORDINATES))


@given(ANGLES)
def test_left_is_the_mirror_of_right(angles: tuple[float, ...]) -> None:
    right = pose(**{f"{name}_right": value for name, value in zip(LEG_COORDINATES, angles, strict=True)})
    left = pose(**{f"{name}_left": value for name, value in zip(LEG_COORDINATES, angles, strict=True)})
    point = np.array([[0.01, -0.02, 0.03]])
    for segment in ("femur", "patella", "tibia", "foot"):
        on_right = apply(kinematics.segment_transforms(right)[SEGMENTS.index(f"{segment}_right")], point)
        on_left = apply(kinematics.segment_transforms(left)[SEGMENTS.index(f"{segment}_left")], point @ MIRROR)
        np.testing.assert_allclose(on_left, on_right @ MIRROR, atol=1e-12)


def test_batches_of_poses_equal_loops_and_leave_the_argument_alone() -> None:
    rng = np.random.default_rng(1)
    for shape in ((), (5,), (2, 3)):
        poses = rng.uniform(-0.2, 0.2, (*shape, len(POSE_COORDINATES)))
        before = poses.copy()
        batch = kinematics.segment_transforms(poses)
        assert batch.shape == (*shape, len(SEGMENTS), 4, 4)
        np.testing.assert_array_equal(poses, before)
        for index in np.ndindex(shape):
            np.testing.assert_allclose(batch[index], kinematics.segment_transforms(poses[index]), atol=1e-15)


def test_every_transform_is_rigid() -> None:
    turns = kinematics.segment_transforms(np.random.default_rng(2).uniform(-0.5, 0.5, (50, len(POSE_COORDINATES))))[
        ..., :3, :3
    ]
    np.testing.assert_allclose(turns @ np.swapaxes(turns, -1, -2), np.broadcast_to(np.eye(3), turns.shape), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(turns), 1.0)


@pytest.mark.parametrize(
    ("name", "value"), [("knee_flexion_right", 170.0), ("hip_flexion_left", -60.0), ("knee_flexion_left", float("nan"))]
)
def test_a_pose_outside_its_range_names_value_and_limits(name: str, value: float) -> None:
    with pytest.raises(PoseError, match=name) as caught:
        kinematics.check_pose(pose(**{name: value}))
    low, high = skeleton.limits_deg(name)
    assert f"{low:g}° to {high:g}°" in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("flexion", "adduction", "rotation", "named"),
    [
        (110.0, 30.0, 0.0, "hip_adduction_left is 30°; the model allows -45° to 15° here"),
        (90.0, 0.0, 45.0, "hip_internal_rotation_left is 45°; the model allows -45° to 35° here"),
        (-20.0, 30.0, 0.0, "hip_adduction_left is 30°; the model allows -45° to 20° here"),
        (-30.0, 0.0, -45.0, "hip_internal_rotation_left is -45°; the model allows -30° to 45° here"),
        (-30.0, -45.0, -25.0, "hip_internal_rotation_left is -25°; the model allows -5° to 45° here"),
    ],
)
def test_a_hip_does_not_reach_the_ends_of_several_ranges_at_once(
    flexion: float, adduction: float, rotation: float, named: str
) -> None:
    turned = {"hip_flexion_left": flexion, "hip_adduction_left": adduction, "hip_internal_rotation_left": rotation}
    with pytest.raises(PoseError, match=named):
        kinematics.check_pose(pose(**turned))
    for name, angle in turned.items():  # each alone is within its range
        kinematics.check_pose(pose(**{name: angle}))


def test_the_program_says_which_pelvis_it_calls_zero() -> None:
    assert "vertical" in skeleton.ZERO_PELVIS


def test_a_turn_of_the_hip_ends_where_the_other_turns_leave_it() -> None:
    column = POSE_COORDINATES.index("hip_flexion_right")
    adducted = pose(hip_adduction_right=20)
    assert kinematics.nearest_reached(adducted, column, -40.0) == pytest.approx(-20.0)
    assert kinematics.nearest_reached(adducted, column, 30.3) == pytest.approx(30.3)
    assert kinematics.nearest_reached(pose(), column, -38.0) == pytest.approx(-38.0)
