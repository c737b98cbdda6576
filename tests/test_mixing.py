"""Pose algebra: poses by name, movements between movements, scenes side by side."""

import numpy as np
import pytest

from visualiser import Scene, cli
from visualiser.conventions import LEG_SLICES, Side, degrees
from visualiser.errors import PoseError, VisualiserError
from visualiser.movements.movement import angles_at, pose_at
from visualiser.pictures.comparison import longest


def test_a_pose_is_written_as_it_is_spoken() -> None:
    scene = Scene.load("squat").pose(hip_flexion=70, knee_flexion=20)
    assert scene.movement.title == "Hip flexion 70°, knee flexion 20°"
    leg = degrees(pose_at(scene.movement, 0.3))[LEG_SLICES[Side.RIGHT]]
    assert leg.tolist() == pytest.approx([70, 0, 0, 20, 0, 0])
    with pytest.raises(PoseError, match="knee_flexion_right is 200°"):
        Scene.load("squat").pose(knee_flexion=200)


def test_the_ends_of_a_mixture_are_the_two_movements() -> None:
    walk, sprint = Scene.load("walking"), Scene.load("sprint")
    for share, whole in ((0.0, walk), (1.0, sprint)):
        mixed = walk.mixed(sprint, share).movement
        assert mixed.duration_s == pytest.approx(whole.movement.duration_s)
        way = np.linspace(0, 0.99, 40)
        found = degrees(angles_at(mixed, way * mixed.duration_s))
        np.testing.assert_allclose(found, degrees(angles_at(whole.movement, way * mixed.duration_s)), atol=0.3)


def test_half_way_every_angle_is_the_mean() -> None:
    walk, sprint = Scene.load("walking").movement, Scene.load("sprint").movement
    mixed = Scene.load("walking").mixed(Scene.load("sprint")).movement
    assert mixed.cycle and mixed.duration_s == pytest.approx((walk.duration_s + sprint.duration_s) / 2)
    way = np.linspace(0, 0.97, 20)
    mean = sum(angles_at(m, way * m.duration_s) for m in (walk, sprint)) / 2
    np.testing.assert_allclose(degrees(angles_at(mixed, way * mixed.duration_s) - mean), 0, atol=0.3)
    assert "50 % of the way" in mixed.title and not mixed.claim and not mixed.phases


def test_the_other_side_is_mixed_on_the_side_of_the_first() -> None:
    one, other = Scene.load("straight_leg_raise"), Scene.load("straight_leg_raise_tight", side="left")
    mixed = one.mixed(other, 1.0).movement
    top = degrees(angles_at(mixed, np.linspace(0, mixed.duration_s, 100)))
    assert top[:, LEG_SLICES[Side.RIGHT].start].max() == pytest.approx(40, abs=0.5)


def test_what_cannot_be_mixed_gets_a_sentence() -> None:
    with pytest.raises(
        VisualiserError, match="squat is standing and prone_leg_curl prone; only movements in one posture"
    ):
        Scene.load("squat").mixed(Scene.load("prone_leg_curl"))
    with pytest.raises(VisualiserError, match=r"share is 2; 0 .all squat. to 1 .all sprint. is allowed"):
        Scene.load("squat").mixed(Scene.load("sprint"), 2.0)


def test_a_comparison_shows_each_scene_when_its_heads_are_longest() -> None:
    sprint = Scene.load("injury_sprint")
    peak = longest(sprint.body, sprint.movement)
    phase = sprint.movement.phase_at(peak)
    assert phase is not None and "tears" in phase.caption


@pytest.mark.render
def test_the_two_injuries_stand_side_by_side_in_strain_and_activation(tmp_path, capsys) -> None:
    file = tmp_path / "injuries.png"
    words = ["compare", "injury_sprint", "injury_stretch", "--size", "640x360", "--quality", "draft", "-o", str(file)]
    assert cli.main(words) == 0 and file.is_file()
    assert cli.main([*words[:2], "-o", str(tmp_path / "b.png")]) == 2
    assert "needs two movements or more" in capsys.readouterr().err
    scenes = [Scene.load(name, legs="one") for name in ("injury_sprint", "injury_stretch")]
    picture = scenes[0].compare(scenes[1], width=640, height=360, quality="draft", labels="none")
    assert picture.size == (640, 360)
    said = picture.info["alt"]
    assert said.startswith("4 panels.") and said.count("strain of their bellies") == 2 and said.count("how active") == 2
    red = np.asarray(picture).astype(int)
    lower_left, lower_right = red[180:, :320], red[180:, 320:]
    yellow = [(part[..., 0] > 150) & (part[..., 1] > 110) & (part[..., 2] < 90) for part in (lower_left, lower_right)]
    assert yellow[0].sum() > 5 * max(
        yellow[1].sum(), 1
    )  # active where the sprinter tears, silent where the leg is only stretched


def test_one_scene_is_no_comparison() -> None:
    scene = Scene.load("squat", legs="one")
    with pytest.raises(VisualiserError, match="A comparison of 1 scenes is not possible; 2 to 4 are allowed"):
        scene.compare(width=320, height=180)
