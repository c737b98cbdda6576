"""Rigid transforms: they chain as they read, invert exactly and mirror the body."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from visualiser.conventions import MIRROR, X, Y, Z
from visualiser.transforms import apply, inverse, mirrored, rigid, rotation, turn, turn_about

ANGLES = st.floats(-np.pi, np.pi)
POINT = np.array([[0.1, -0.2, 0.3]])


@given(ANGLES, ANGLES, ANGLES)
def test_a_transform_followed_by_its_inverse_changes_nothing(a: float, b: float, c: float) -> None:
    there = rigid(rotation(X, a) @ rotation(Y, b) @ rotation(Z, c), np.array([a, b, c]))
    np.testing.assert_allclose(inverse(there) @ there, np.eye(4), atol=1e-12)


def test_quarter_turns_follow_the_right_hand_rule() -> None:
    np.testing.assert_allclose(rotation(X, np.pi / 2) @ [0, 1, 0], [0, 0, 1], atol=1e-15)
    np.testing.assert_allclose(rotation(Y, np.pi / 2) @ [0, 0, 1], [1, 0, 0], atol=1e-15)
    np.testing.assert_allclose(rotation(Z, np.pi / 2) @ [1, 0, 0], [0, 1, 0], atol=1e-15)


def test_transforms_chain_as_they_read() -> None:
    tibia_to_femur = rigid(rotation(Z, -1.0), np.array([0.0, -0.43, 0.0]))
    femur_to_pelvis = rigid(rotation(Z, 0.5), np.array([0.0, 0.0, 0.08]))
    stepwise = apply(femur_to_pelvis, apply(tibia_to_femur, POINT))
    np.testing.assert_allclose(apply(femur_to_pelvis @ tibia_to_femur, POINT), stepwise, atol=1e-15)


def test_turning_about_a_point_leaves_the_point_where_it_is() -> None:
    np.testing.assert_allclose(apply(turn_about(rotation(Z, 0.7), POINT[0]), POINT), POINT, atol=1e-15)


def test_a_mirrored_transform_moves_the_mirrored_point_to_the_mirrored_place() -> None:
    right = rigid(rotation(X, 0.3) @ rotation(Y, 0.4), np.array([0.01, 0.02, 0.03]))
    np.testing.assert_allclose(apply(mirrored(right), POINT @ MIRROR), apply(right, POINT) @ MIRROR, atol=1e-15)


def test_directions_are_turned_but_not_moved() -> None:
    moved = rigid(rotation(Z, np.pi / 2), np.array([5.0, 5.0, 5.0]))
    np.testing.assert_allclose(turn(moved, np.array([[1.0, 0.0, 0.0]])), [[0.0, 1.0, 0.0]], atol=1e-15)


def test_batches_equal_loops_over_zero_one_and_two_axes() -> None:
    for shape in ((), (4,), (2, 3)):
        angles = np.random.default_rng(0).uniform(-1, 1, shape)
        batch = rotation(Y, angles)
        for index in np.ndindex(shape):
            np.testing.assert_array_equal(batch[index], rotation(Y, angles[index]))
