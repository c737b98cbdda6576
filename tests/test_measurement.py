"""Tables of lengths, arms, strains and velocities: their columns, and that they say what the model does."""

import numpy as np
import pytest

from visualiser.anatomy.muscles import HEADS, head
from visualiser.conventions import LEG_COORDINATES, millimetres, radians
from visualiser.errors import PoseError, UnknownNameError, VisualiserError
from visualiser.movements.asked_poses import leg_of, legs_of, parse_grid
from visualiser.scene import Scene
from visualiser.tissue.measurement import PLACES, Table, measure_nerve_poses, measure_poses
from visualiser.tissue.nerve import nerve_strain
from visualiser.tissue.paths import moment_arms, muscle_length
from visualiser.tissue.strain import stretch

OF_A_HEAD = (
    "length_mm",
    "length_percent",
    "hip_extension_moment_arm_mm",
    "hip_adduction_moment_arm_mm",
    "hip_internal_rotation_moment_arm_mm",
    "knee_flexion_moment_arm_mm",
    "tibial_internal_rotation_moment_arm_mm",
    "belly_strain_percent",
    "tendon_strain_percent",
    "strain_percent",
)
HEAD_NAMES = ("semitendinosus", "semimembranosus", "biceps_femoris_long_head", "biceps_femoris_short_head")
NERVE = ("sciatic_nerve_excursion_mm", "sciatic_nerve_strain_percent")


@pytest.fixture(scope="module")
def raised() -> Table:
    return Scene.load("straight_leg_raise").measure(samples=201)


def test_a_table_of_poses_has_the_named_columns_in_order() -> None:
    table = measure_poses(leg_of({"hip_flexion": 90}))
    assert table.columns == (
        *(f"{name}_deg" for name in LEG_COORDINATES),
        *(f"{name}_{what}" for name in HEAD_NAMES for what in OF_A_HEAD),
        *NERVE,
    )


def test_a_table_of_poses_says_what_the_model_computes() -> None:
    legs = legs_of({"hip_flexion": (0, 45, 90), "knee_flexion": (0, 60)})
    table = measure_poses(legs)
    assert len(table) == 6
    np.testing.assert_allclose(table["hip_flexion_deg"], [0, 0, 45, 45, 90, 90])
    np.testing.assert_allclose(table["knee_flexion_deg"], [0, 60] * 3)
    for muscle in HEADS:
        np.testing.assert_allclose(table[f"{muscle.name}_length_mm"], millimetres(muscle_length(muscle, legs)))
        arms = millimetres(moment_arms(muscle, legs))
        np.testing.assert_allclose(table[f"{muscle.name}_hip_extension_moment_arm_mm"], -arms[:, 0])
        np.testing.assert_allclose(table[f"{muscle.name}_knee_flexion_moment_arm_mm"], arms[:, 3])
    np.testing.assert_allclose(table["sciatic_nerve_strain_percent"], 100 * nerve_strain(legs))


def test_tendons_stretch_little_and_the_belly_takes_the_rest() -> None:
    long = head("biceps_femoris_long_head")
    pose = leg_of({"hip_flexion": 64})
    tendon, belly = stretch(long, pose)
    begin, end = long.tube.belly
    whole = muscle_length(long, pose) / muscle_length(long, np.zeros(6))
    assert 1.0 < tendon <= 1.04
    assert belly > whole
    assert tendon * (begin + 1 - end) + belly * (end - begin) == pytest.approx(float(whole))
    table = measure_poses(pose)
    assert table[f"{long.name}_belly_strain_percent"][0] == pytest.approx(100 * (float(belly) - 1))
    assert table[f"{long.name}_tendon_strain_percent"][0] == pytest.approx(100 * (float(tendon) - 1))
    assert table[f"{long.name}_strain_percent"][0] == pytest.approx(table[f"{long.name}_length_percent"][0] - 100)


def test_a_movement_has_the_same_columns_and_velocities(raised: Table) -> None:
    of_poses = set(measure_poses(np.zeros(6)).columns)
    assert set(raised.columns) - of_poses == {
        "time_s",
        "active_knee_limit_deg",
        *(f"{name}_velocity_mm_per_s" for name in HEAD_NAMES),
        *(f"{name}_activation_percent" for name in HEAD_NAMES),
        *(
            f"{name}_deg"
            for name in ("pelvis_anterior_tilt", "pelvis_right_drop", "pelvis_left_rotation", "lumbar_flexion")
        ),
        *(f"{name}_deg" for name in ("leg_to_couch", "hip_share_of_it", "pelvis_share_of_it")),  # of a leg raise
    }
    assert of_poses < set(raised.columns)


def test_velocity_is_how_fast_length_changes(raised: Table) -> None:
    for name in HEAD_NAMES:
        slope = np.gradient(raised[f"{name}_length_mm"], raised["time_s"])
        velocity = raised[f"{name}_velocity_mm_per_s"]
        np.testing.assert_allclose(velocity[1:-1], slope[1:-1], atol=0.02 * np.abs(slope).max() + 1e-3)
    assert raised["semimembranosus_velocity_mm_per_s"].max() > 10
    assert np.abs(raised["biceps_femoris_short_head_velocity_mm_per_s"]).max() < 1e-6


def test_velocity_does_not_depend_on_how_many_rows_are_asked_for(raised: Table) -> None:
    few = Scene.load("straight_leg_raise").measure(samples=3)
    np.testing.assert_allclose(
        few["semitendinosus_velocity_mm_per_s"], raised["semitendinosus_velocity_mm_per_s"][[0, 100, 200]], atol=1e-6
    )


def test_raising_the_leg_slides_the_nerve_up_and_strains_it(raised: Table) -> None:
    top = int(raised["hip_flexion_deg"].argmax())
    assert raised["sciatic_nerve_excursion_mm"][top] < -5
    assert raised["sciatic_nerve_strain_percent"][top] > raised["sciatic_nerve_strain_percent"][0] + 2


def test_along_the_nerve_there_is_a_row_for_each_place_and_pose() -> None:
    legs = legs_of({"hip_flexion": (0, 64)})
    table, whole = measure_nerve_poses(legs), measure_poses(legs)
    assert table.columns[-3:] == ("nerve_level_mm", "nerve_strain_percent", "nerve_excursion_mm")
    assert len(table) == 2 * PLACES
    standing, raised = table.values[:PLACES], table.values[PLACES:]
    np.testing.assert_allclose(standing[:, -1], 0.0, atol=1e-9)
    level, strain, excursion = raised[:, -3:].T
    assert (np.diff(level) < 0).all() and level[0] > 100 and level[-1] < -750  # from the spine to the ankle
    inside = (level < 20) & (level > -400)
    assert strain[inside].max() == pytest.approx(whole["sciatic_nerve_strain_percent"][1])
    assert -60 < level[strain.argmax()] < 20  # at the hip that moves
    at = int(np.abs(level + 200).argmin())
    assert excursion[at] == pytest.approx(whole["sciatic_nerve_excursion_mm"][1], abs=0.3)
    assert excursion[0] > 0 > excursion[at]  # both ends are drawn to the hip


def test_a_movement_tells_the_nerve_moment_by_moment() -> None:
    table = Scene.load("straight_leg_raise").measure_nerve(samples=3)
    assert table.columns[0] == "time_s" and len(table) == 3 * PLACES
    assert len(set(table["time_s"])) == 3


def test_more_poses_than_one_block_change_nothing() -> None:
    legs = np.zeros((2500, 6))
    legs[:, 0] = radians(np.linspace(0, 90, 2500))
    table, last = measure_poses(legs), measure_poses(legs[-1])
    np.testing.assert_allclose(table.values[-1], last.values[0])


def test_asked_poses_are_checked() -> None:
    with pytest.raises(UnknownNameError, match='Did you mean "hip_flexion"'):
        leg_of({"hip_flexon": 3})
    with pytest.raises(PoseError, match="hip_flexion is 200°"):
        leg_of({"hip_flexion": 200})
    with pytest.raises(VisualiserError, match="The grid has 110000 poses"):
        legs_of({"hip_flexion": np.linspace(0, 1, 1000), "knee_flexion": np.linspace(0, 1, 110)})


def test_a_grid_includes_both_ends() -> None:
    assert parse_grid(["knee_flexion=0:0.3:0.1"])["knee_flexion"].tolist() == pytest.approx([0, 0.1, 0.2, 0.3])
    assert parse_grid(["knee_flexion=5:5:1"])["knee_flexion"].tolist() == [5]
