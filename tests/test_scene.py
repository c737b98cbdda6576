"""The Python door, end to end on the real body: stills, clips, meshes, tables, and facts about what the pictures show."""

import os
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from visualiser import Scene
from visualiser.bodies import assets
from visualiser.errors import ExportError, SceneFileError, UnknownNameError, VisualiserError
from visualiser.films.clips import frame_count, images, timeline_of
from visualiser.films.timeline import Pace
from visualiser.movements.scenefile import load
from visualiser.pictures import pages
from visualiser.pictures.appearance import THEMES, VIEWS
from visualiser.pictures.naming import DEFAULT, GROUPS, all_specs, label_specs
from visualiser.pictures.options import Options
from visualiser.pictures.rendering import Stage
from visualiser.scene import SCENE_KEY
from visualiser.writing import read_png_texts

SMALL = {"width": 480, "height": 270}


@pytest.fixture(scope="module")
def leg_raise() -> Scene:
    return Scene.load("straight_leg_raise")


@pytest.fixture(scope="module")
def curl() -> Scene:
    return Scene.load("standing_leg_curl")


def shown(scene: Scene, view: str, hidden: tuple[str, ...] = ()) -> np.ndarray:
    """The body without labels on a grey ground, with some structures left out."""
    frame = scene.frame(0.0)
    options = Options(width=240, height=240, view=view, labels="none", title=False, frame="thigh")
    with Stage(scene.body.surfaces, size=(240, 240)) as stage:
        stage.update(frame)
        stage.look(pages.page(scene.body, scene.movement, [frame], (), options).camera)
        stage.backdrop((128, 128, 128))
        stage.show_only([s.name for s in scene.body.surfaces if s.structure not in hidden])
        return stage.colour().astype(int)


def nerve_yellow(image: np.ndarray) -> int:
    """Pixels that are saturated yellow, which only the nerve is."""
    red, green, blue = np.moveaxis(image, -1, 0)
    return int(((red > 1.6 * blue) & (green > 1.3 * blue) & (green > 0.7 * red)).sum())


def flesh_red(image: np.ndarray) -> int:
    red, green, _ = np.moveaxis(image, -1, 0)
    return int(((red > 2 * green) & (red > 60)).sum())


@pytest.mark.render
def test_hiding_the_hamstrings_reveals_more_of_the_nerve_from_behind(curl: Scene) -> None:
    heads = ("semitendinosus", "semimembranosus", "biceps_femoris_long_head", "biceps_femoris_short_head")
    bare, covered = nerve_yellow(shown(curl, "posterior", heads)), nerve_yellow(shown(curl, "posterior"))
    assert bare > covered + 100 > 100  # the long head crosses a good part of it


@pytest.mark.render
def test_hiding_every_head_removes_all_red_flesh(curl: Scene) -> None:
    heads = ("semitendinosus", "semimembranosus", "biceps_femoris_long_head", "biceps_femoris_short_head")
    assert flesh_red(shown(curl, "posterior")) > 1000
    assert flesh_red(shown(curl, "posterior", heads)) == 0


@pytest.mark.render
def test_a_still_twice_gives_the_same_bytes(leg_raise: Scene, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        leg_raise.image(tmp_path / name, at=0.6, view="posterior", **SMALL)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.render
def test_a_still_carries_its_scene_and_its_resolution(leg_raise: Scene, tmp_path: Path) -> None:
    leg_raise.image(tmp_path / "a.png", at=0.6, width_cm=5.0, dpi=100)
    texts = read_png_texts(tmp_path / "a.png")
    assert SCENE_KEY in texts["comment"] and "Straight leg raise" in texts["comment"] and texts["at"] == "0.6"
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (197, 111)
        assert image.info["dpi"] == pytest.approx((100, 100), abs=0.1)


@pytest.mark.render
def test_a_transparent_still_is_clear_where_nothing_is(leg_raise: Scene) -> None:
    image = np.asarray(leg_raise.image(transparent=True, labels="none", **SMALL))
    assert image.shape == (270, 480, 4)
    assert image[-1, 200, 3] == 0 and image[..., 3].max() == 255
    assert 0 < ((image[..., 3] > 0) & (image[..., 3] < 255)).mean() < 0.1  # soft edges


@pytest.mark.render
@pytest.mark.parametrize("theme", THEMES)
def test_themes_differ_in_their_ground(leg_raise: Scene, theme: str) -> None:
    image = np.asarray(leg_raise.image(theme=theme, labels="none", **SMALL))
    assert tuple(image[0, 0]) == THEMES[theme].top


@pytest.mark.render
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_the_body(curl: Scene, view: str) -> None:
    image = np.asarray(curl.image(view=view, at=0.3, labels="default", width=320, height=180)).astype(int)
    assert (np.ptp(image, axis=-1) > 20).mean() > 0.01


@pytest.mark.render
def test_the_left_leg_is_the_mirror_picture_of_the_right(curl: Scene) -> None:
    options = {"labels": "none", "view": "posterior", "width": 320, "height": 320}
    right = np.asarray(curl.image(**options)).astype(int)
    left = np.asarray(curl.on_side("left").image(**options)).astype(int)
    without_title = slice(60, 260)
    reddish = [flesh_red(picture[without_title]) for picture in (right, left)]
    assert reddish[0] == pytest.approx(reddish[1], rel=0.05)
    columns = [np.nonzero(p[without_title, :, 0] > 2 * p[without_title, :, 1])[1].mean() for p in (right, left)]
    assert columns[0] + columns[1] == pytest.approx(319, abs=3)


@pytest.mark.render
def test_a_clip_has_the_asked_size_rate_and_length(leg_raise: Scene, tmp_path: Path) -> None:
    path = leg_raise.clip(tmp_path / "slr.mp4", fps=6, **SMALL)
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)]
        assert (stream.width, stream.height) == (480, 270)
        assert stream.average_rate == 6
        assert SCENE_KEY in film.metadata["comment"]
    assert len(frames) == round(leg_raise.movement.duration_s * 6) == frame_count(leg_raise.movement, 6, 1.0)
    assert np.abs(frames[0].astype(int) - frames[len(frames) // 2]).mean() > 2  # it moves


@pytest.mark.render
def test_progress_is_told_frame_by_frame_and_half_speed_doubles_the_frames(leg_raise: Scene, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    leg_raise.clip(tmp_path / "a.mp4", fps=1, speed=0.5, progress=lambda *n: told.append(n), width=160, height=90)
    assert told == [(k, 13) for k in range(1, 14)]


@pytest.mark.render
def test_frames_of_a_clip_are_made_one_at_a_time(leg_raise: Scene) -> None:
    timeline = timeline_of(leg_raise.movement, Pace(fps=30))
    stream = images(leg_raise.body, leg_raise.movement, Options(width=160, height=90), timeline)
    first, second = next(stream), next(stream)
    assert first.shape == second.shape == (90, 160, 3)
    stream.close()


@pytest.mark.render
def test_the_plotter_can_be_taken_further(leg_raise: Scene) -> None:
    plotter = leg_raise.plotter(at=0.2)
    try:
        assert len(plotter.actors) >= len(leg_raise.body.surfaces)
        plotter.render()
        assert np.ptp(np.asarray(plotter.screenshot(return_img=True))) > 50
    finally:
        plotter.close()


def test_posed_meshes_are_closed_and_in_place(leg_raise: Scene) -> None:
    meshes = leg_raise.meshes(at=0.6)
    assert {"femur_right", "hip_bone_left", "semitendinosus_right", "sciatic_nerve_right"} <= set(meshes)
    assert all(meshes[name].is_watertight for name in ("femur_right", "semitendinosus_right"))
    assert meshes["femur_right"].volume > 0 < meshes["femur_left"].volume
    assert meshes["semitendinosus_right"].volume == pytest.approx(186e-6, rel=0.01)  # Handsfield 2014
    assert meshes["tibia_right"].centroid[1] > 0.4  # supine, the leg raised upright
    assert abs(meshes["tibia_left"].centroid[1]) < 0.08  # the other one on the couch


def test_the_table_has_names_with_units(leg_raise: Scene) -> None:
    table = leg_raise.measure(samples=51)
    assert len(table) == 51 and table.values.shape == (51, len(table.columns))
    assert all(
        name.rsplit("_", 1)[1] in ("s", "deg", "mm", "percent") for name in table.columns
    )  # s: seconds, mm per second
    assert table["semimembranosus_length_percent"][0] == pytest.approx(100)
    np.testing.assert_allclose(table["biceps_femoris_short_head_length_percent"], 100)
    with pytest.raises(UnknownNameError, match="Did you mean"):
        table["semimembranosus_lenght_mm"]


def test_scenes_come_by_name_or_path_and_side() -> None:
    assert Scene.load("hip_extension").movement == Scene.load(assets.scene_paths()["hip_extension"]).movement
    assert Scene.load("hip_extension", side="left").movement.side == "left"
    with pytest.raises(UnknownNameError, match='Did you mean "hip_extension"'):
        Scene.load("hip_extnsion")
    with pytest.raises(UnknownNameError, match="right, left"):
        Scene.load("hip_extension", side="both")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"view": "postrior"}, 'Did you mean "posterior"'),
        ({"theme": "drak"}, 'Did you mean "dark"'),
        ({"labels": "femr"}, 'Did you mean "femur"'),
        ({"style": "huge"}, "label style"),
        ({"language": "de"}, "language"),
        ({"width": 10}, "64 to 16384"),
        ({"width": 16000, "height": 16000}, "too large"),
        ({"at": 1.2}, "from 0 to 1"),
        ({"frame": "head"}, "frame"),
        ({"width_cm": -3.0}, "not possible"),
    ],
)
def test_bad_options_get_one_sentence(leg_raise: Scene, options: dict[str, object], message: str) -> None:
    with pytest.raises(VisualiserError, match=message):
        leg_raise.image(**options)


@pytest.mark.parametrize("options", [{"fps": 0}, {"fps": 1000}, {"speed": 0.0}, {"speed": float("nan")}])
def test_impossible_clips_are_refused_before_anything_is_written(
    leg_raise: Scene, options: dict[str, object], tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match="allowed"):
        leg_raise.clip(tmp_path / "a.mp4", **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
@pytest.mark.parametrize("name", ["a.toml", "a.csv", "a.png", "a.glb", "a.mp4", "a.gif"])
def test_what_never_ends_or_never_begins_is_not_read(tmp_path: Path, name: str) -> None:
    pipe, device = tmp_path / name, tmp_path / f"zero{Path(name).suffix}"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    for path in (pipe, device):
        with pytest.raises(SceneFileError, match=r"cannot be read \(a pipe or a device, not a file\)"):
            Scene.load(path)


def test_a_folder_called_as_a_movement_does_not_hide_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "squat").mkdir()
    (tmp_path / "mine").mkdir()
    assert Scene.load("squat").movement.name == "squat"
    with pytest.raises(SceneFileError, match="mine: is a folder, not a scene file"):
        Scene.load("mine")


def test_every_group_of_labels_resolves_and_names_are_known() -> None:
    movement = load(assets.scene_paths()["straight_leg_raise"])
    for group in GROUPS:
        assert group == "none" or label_specs(group)
    assert [s.key for s in label_specs("default", movement)] == list(movement.labels)
    assert set(DEFAULT) <= set(all_specs())
    assert [s.key for s in label_specs("Common peroneal nerve, Caput fibulae,muscles")][:2] == [
        "common_fibular_nerve",
        "head_of_fibula",
    ]


def test_every_label_that_a_scene_names_exists() -> None:
    for path in assets.scene_paths().values():
        movement = load(path)
        assert len(label_specs("default", movement)) == len(movement.labels) <= 8
        assert movement.view in VIEWS
