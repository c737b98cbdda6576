"""Joints have room and never collide, through the range of motion: 2 to 6 mm, as much as cartilage fills. Millimetres."""

from functools import cache
from itertools import product

import numpy as np
import pytest
from bone_files import mesh
from scipy.spatial import cKDTree

from visualiser import kinematics
from visualiser.conventions import LEG_COORDINATES, POSE_COORDINATES, millimetres
from visualiser.typed import FloatArray


@cache
def shell(name: str) -> tuple[cKDTree, FloatArray, FloatArray]:
    """Points all over a bone, about 1.5 mm apart, with normals."""
    dense = mesh(name).subdivide()
    return cKDTree(dense.vertices), np.array(dense.vertices), np.array(dense.vertex_normals)


def gap(points: FloatArray, name: str) -> float:
    """Smallest distance, mm, from points to a bone; negative where one lies inside."""
    tree, vertices, normals = shell(name)
    away, nearest = tree.query(points, distance_upper_bound=30.0)
    near = np.isfinite(away)
    inside = np.einsum("ni,ni->n", points[near] - vertices[nearest[near]], normals[nearest[near]]) < 0
    return float(np.where(inside, -away[near], away[near]).min(initial=30.0))


def leg(**degrees: float) -> FloatArray:
    return np.radians([degrees.get(name, 0.0) for name in LEG_COORDINATES])


def placed(points: FloatArray, transform: FloatArray) -> FloatArray:
    """Points moved by a transform in metres, all in mm."""
    return points @ transform[:3, :3].T + millimetres(transform[:3, 3])


@pytest.mark.parametrize("knee_flexion", [-5, 0, 15, 30, 45, 60, 75, 90, 105, 120])
def test_the_knee_keeps_its_joint_space(knee_flexion: float) -> None:
    turns = (0.0,) if knee_flexion < 20 else (-25.0, 0.0, 13.0)
    for turn in turns:
        pose = leg(knee_flexion=knee_flexion, tibial_internal_rotation=turn)
        tibia = placed(shell("tibia")[1], kinematics.tibia_to_femur(pose))
        assert 2 <= gap(tibia, "femur") <= 6


@pytest.mark.parametrize("knee_flexion", [128, 135, 138, 140, 142, 150])
def test_the_deeply_bent_knee_rolls_back_and_keeps_its_joint_space(knee_flexion: float) -> None:
    tibia = placed(shell("tibia")[1], kinematics.tibia_to_femur(leg(knee_flexion=knee_flexion)))
    assert 3 <= gap(tibia, "femur") <= 6


@pytest.mark.parametrize(
    ("flexion", "adduction", "rotation"),
    [
        *((f, 0, 0) for f in (-40, -30, -15, 0, 30, 60, 90, 110, 120)),
        *((0, a, 0) for a in (-45, -30, 15, 25, 30)),
        *((0, 0, r) for r in (-40, -20, 20, 45)),
        (60, 15, 20),
        (-20, 20, 0),
        (0, 20, -20),
        (90, 0, 30),
        (90, 0, -40),
        (90, -40, 0),
        (90, -20, -30),
        (120, -20, -20),
    ],
)
def test_the_hip_keeps_its_joint_space(flexion: float, adduction: float, rotation: float) -> None:
    pose = leg(hip_flexion=flexion, hip_adduction=adduction, hip_internal_rotation=rotation)
    upper = shell("femur")[1]
    femur = placed(upper[upper[:, 1] > -90], kinematics.femur_to_pelvis(pose))
    assert 2 <= gap(femur, "hip_bone") <= 4


@pytest.mark.parametrize(
    ("flexion", "adduction", "rotation"),
    [(0, 0, -45), (90, 15, 20), (60, 30, 45), (90, 0, 40), (-20, 0, -40), (125, 0, 0)],
)
def test_femur_and_pelvis_come_near_but_do_not_touch_where_two_turns_meet_their_ends(
    flexion: float, adduction: float, rotation: float
) -> None:
    pose = leg(hip_flexion=flexion, hip_adduction=adduction, hip_internal_rotation=rotation)
    upper = shell("femur")[1]
    assert gap(placed(upper[upper[:, 1] > -90], kinematics.femur_to_pelvis(pose)), "hip_bone") > 0


def test_no_pose_that_the_door_lets_in_makes_the_bones_of_the_hip_meet() -> None:
    upper = shell("femur")[1]
    upper = upper[(upper[:, 1] > -90) & (np.linalg.norm(upper, axis=1) > 23.5)][
        ::2
    ]  # without the head, which turns on the spot
    let_in = 0
    for flexion, adduction, rotation in product(
        (-40, -20, 0, 40, 80, 100, 120), (-45, -20, 0, 20), (-40, -20, 0, 20, 40)
    ):
        asked = {"hip_flexion": flexion, "hip_adduction": adduction, "hip_internal_rotation": rotation}
        rows = np.zeros((1, len(POSE_COORDINATES)))
        for name, angle in asked.items():
            rows[0, POSE_COORDINATES.index(f"{name}_right")] = angle
        if kinematics.past_hip_stops(rows).max() <= 0:
            let_in += 1
            femur = placed(upper, kinematics.femur_to_pelvis(leg(**asked)))
            assert gap(femur, "hip_bone") > 0, asked
    assert let_in > 70  # of 140


def test_the_lesser_trochanter_keeps_its_distance_from_the_ischium() -> None:
    # Kivlan, Martin & Martin 2017, 25 hips: 28 +- 11 mm, 43 +- 12 turned inwards by 40 degrees; half of that variation.
    femur, pelvis = shell("femur")[1], shell("hip_bone")[1]
    lesser = femur[(femur[:, 1] < -48) & (femur[:, 1] > -72) & (femur[:, 2] < 27)]
    ischium = cKDTree(pelvis[pelvis[:, 1] < -15])
    for rotation, published, spread in ((0, 28, 11), (40, 43, 12)):
        placed_lesser = placed(lesser, kinematics.femur_to_pelvis(leg(hip_internal_rotation=rotation)))
        assert ischium.query(placed_lesser)[0].min() == pytest.approx(published, abs=spread / 2)


@pytest.mark.parametrize("dorsiflexion", [-55, -45, -20, 0, 20, 30])
def test_the_ankle_keeps_its_joint_space(dorsiflexion: float) -> None:
    foot = placed(shell("foot")[1], kinematics.foot_to_tibia(leg(ankle_dorsiflexion=dorsiflexion)))
    assert 2 <= gap(foot, "tibia") <= 6
    assert 2 <= gap(foot, "fibula") <= 6


@pytest.mark.parametrize("knee_flexion", [-5, 0, 15, 30, 45, 60, 90, 120, 140])
def test_the_patella_never_enters_the_femur(knee_flexion: float) -> None:
    patella = placed(shell("patella")[1], kinematics.patella_to_femur(leg(knee_flexion=knee_flexion)))
    assert 2 <= gap(patella, "femur") <= 6.5


@pytest.mark.parametrize(
    ("first", "second", "most"),
    [
        ("sacrum", "hip_bone", 3),
        ("sacrum", "lumbar_5", 4),
        ("lumbar_4", "lumbar_5", 4),
        ("fibula", "tibia", 6),
        ("lumbar_5", "hip_bone", 30),
    ],
)
def test_neighbours_that_share_a_segment_nearly_touch(first: str, second: str, most: float) -> None:
    assert 1.8 <= gap(shell(first)[1], second) <= most


def test_the_two_hip_bones_leave_room_for_the_symphysis() -> None:
    assert 2 <= 2 * mesh("hip_bone").vertices[:, 2].min() <= 6
