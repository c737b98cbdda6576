"""Fitting bones onto bones: exact where it can be, smooth everywhere, and never thrown off by few landmarks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from visualiser.bodies.registration import Similarity, lie_on_a_line, plain, scaling, similarity, warp
from visualiser.typed import FloatArray


def cloud(seed: int, count: int = 9) -> FloatArray:
    """Points as far apart as landmarks of a bone, metres."""
    return np.random.default_rng(seed).normal(size=(count, 3)) * (0.02, 0.15, 0.03)


def known(seed: int, scale: float, mirrored: bool = False) -> Similarity:
    turn = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    return Similarity(scale, turn @ np.diag([1.0, 1.0, -1.0 if mirrored else 1.0]), np.array([0.3, -1.2, 0.05]))


@given(seed=st.integers(0, 10_000), scale=st.floats(0.5, 2000.0), count=st.integers(4, 20))
@settings(max_examples=40, deadline=None)
def test_a_similarity_is_recovered_exactly(seed: int, scale: float, count: int) -> None:
    truth, points = known(seed, scale), cloud(seed, count)
    found = similarity(points, truth(points))
    assert found.scale == pytest.approx(scale, rel=1e-9)
    assert not found.mirrors
    np.testing.assert_allclose(found(points), truth(points), atol=1e-9 * scale)


def test_a_mirrored_bone_is_met_only_by_a_mirrored_fit() -> None:
    points = cloud(3)
    target = known(3, 1.0, mirrored=True)(points)
    mirrored, proper = similarity(points, target, mirrored=True), similarity(points, target)
    np.testing.assert_allclose(mirrored(points), target, atol=1e-12)
    assert mirrored.mirrors and not proper.mirrors
    assert np.linalg.norm(proper(points) - target, axis=1).max() > 0.01  # 1 cm


def test_a_similarity_and_its_inverse_cancel() -> None:
    there = known(5, 1.7, mirrored=True)
    np.testing.assert_allclose(there.inverse()(there(cloud(5))), cloud(5), atol=1e-12)


def test_the_correction_meets_every_landmark() -> None:
    source = cloud(1)
    target = source * (1.0, 1.1, 0.95) + np.random.default_rng(1).normal(size=source.shape) * 0.003
    fitted = warp(similarity(source, target), source, target)
    np.testing.assert_allclose(fitted(source), target, atol=1e-12)


def test_loose_points_draw_without_being_met() -> None:
    source = cloud(2, 12)
    target = source + np.random.default_rng(2).normal(size=source.shape) * 0.004
    base = similarity(source, target)
    before = np.linalg.norm(base(source) - target, axis=1)
    after = np.linalg.norm(warp(base, source, target, np.full(12, 0.02))(source) - target, axis=1)
    assert 1e-5 < after.mean() < 0.9 * before.mean()


def test_the_map_has_no_kink_at_a_landmark() -> None:
    source = cloud(4)
    target = source + np.random.default_rng(4).normal(size=source.shape) * 0.004
    fitted = warp(similarity(source, target), source, target)
    step = 1e-5
    for axis in np.eye(3):
        slope_before = (fitted(source) - fitted(source - step * axis)) / step
        slope_after = (fitted(source + step * axis) - fitted(source)) / step
        np.testing.assert_allclose(slope_before, slope_after, atol=2e-3)  # a cone would differ by its weight, tenths


def test_far_from_the_landmarks_only_the_similarity_counts() -> None:
    source = cloud(6)
    target = source + np.random.default_rng(6).normal(size=source.shape) * 0.004
    fitted = warp(similarity(source, target), source, target)
    far = 3.0 * np.random.default_rng(7).normal(size=(200, 3))
    assert np.linalg.norm(fitted(far) - fitted.base(far), axis=1).max() < 0.05  # bounded: 5 cm at metres of distance


def test_four_landmarks_in_a_plane_do_not_throw_the_map_off() -> None:
    source = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.05], [0.0, -0.4, 0.04], [0.0, -0.4, -0.04]])
    target = source + np.array([[0.004, 0, 0], [-0.004, 0, 0], [0, 0.003, 0], [0, 0, 0.005]])
    fitted = warp(similarity(source, target), source, target)
    beside = source + np.array([0.03, 0.0, 0.0])  # the front and the back of the bone
    assert np.linalg.norm(fitted(beside) - fitted(source) - [0.03, 0.0, 0.0], axis=1).max() < 0.006


def test_a_map_followed_by_a_similarity_is_both_in_turn() -> None:
    source = cloud(8)
    target = source + np.random.default_rng(8).normal(size=source.shape) * 0.004
    fitted, after = warp(similarity(source, target), source, target), known(9, 1.3, mirrored=True)
    np.testing.assert_allclose(fitted.then(after)(cloud(10)), after(fitted(cloud(10))), atol=1e-12)


def test_the_quick_map_is_the_map_to_a_thousandth_of_a_millimetre() -> None:
    source = cloud(11, 60)
    target = source + np.random.default_rng(11).normal(size=source.shape) * 0.003
    fitted = warp(similarity(source, target), source, target, np.full(60, 0.004))
    points = cloud(12, 3000)
    np.testing.assert_allclose(fitted.quick(points), fitted(points), atol=2e-6)
    np.testing.assert_allclose(plain(scaling(1.1)).quick(points), 1.1 * points, atol=1e-12)


def test_stretch_is_what_lengths_grow_by() -> None:
    assert plain(scaling(1.1)).stretch(np.array([0.0, -0.4, 0.0]), 0.02) == pytest.approx(1.1)


def test_points_on_a_line_are_noticed() -> None:
    line = np.outer(np.linspace(0, 0.4, 5), [0.1, 1.0, 0.0])
    assert lie_on_a_line(line)
    assert not lie_on_a_line(line + np.outer([0, 1, 0, 0, 0], [0.03, 0.0, 0.0]))
