"""Figures of several panels, sections with capped cuts, and every label of every scene in its place."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from visualiser import Scene
from visualiser.bodies import anchoring, assets
from visualiser.errors import UnknownNameError, VisualiserError
from visualiser.pictures import pages, stills
from visualiser.pictures.appearance import VIEWS
from visualiser.pictures.caps import cap
from visualiser.pictures.figures import overlaid
from visualiser.pictures.layout import place
from visualiser.pictures.layout_check import faults
from visualiser.pictures.options import Options
from visualiser.pictures.rendering import Stage
from visualiser.pictures.section import Plane, plane_in, section_of, words_for

DRAFT = {"width": 480, "height": 270, "quality": "draft"}


@pytest.fixture(scope="module")
def curl() -> Scene:
    return Scene.load("standing_leg_curl")


# -- panels ----------------------------------------------------------------------------------------------------------


@pytest.mark.render
def test_panels_show_different_things_at_one_scale(curl: Scene) -> None:
    image = curl.image(compare="0,40%", view="lateral", labels="none", theme="print", **DRAFT)
    assert image.size == (480, 270) and image.info["alt"].startswith("2 panels. Panel 1: 0.0 s")
    pixels = np.asarray(image).astype(int)
    halves = pixels[60:200, :240], pixels[60:200, 240:]
    assert np.abs(halves[0] - halves[1]).mean() > 2
    # The standing leg is the same in both panels: the same scale, so the same amount of pale bone below the knee.
    alone = [(np.ptp(half, axis=-1) > 25).sum() for half in halves]
    assert alone[0] == pytest.approx(alone[1], rel=0.35)


@pytest.mark.render
def test_each_view_gets_its_panel_and_heading(curl: Scene) -> None:
    image = curl.image(views="posterior,medial", labels="muscles", transparent=True, **DRAFT)
    assert image.mode == "RGBA" and "Panel 2: Medial view" in image.info["alt"]


def test_figures_nobody_could_read_are_refused(curl: Scene) -> None:
    with pytest.raises(VisualiserError, match="10 panels cannot be read; at most 9"):
        curl.image(compare=[0.1 * k for k in range(10)], **DRAFT)
    with pytest.raises(UnknownNameError, match="latral"):
        curl.image(views="latral", **DRAFT)


@pytest.mark.render
def test_poses_over_one_another_are_all_seen_the_last_one_in_full(curl: Scene) -> None:
    plain = {**DRAFT, "view": "lateral", "labels": "none", "transparent": True, "compass": False, "scale_bar": False}
    both = np.asarray(curl.image(compare="0,60%", overlay=True, title="x", **plain))
    middle = both[60:].astype(int)  # below title and note
    solid, pale = middle[..., 3] > 230, (middle[..., 3] > 60) & (middle[..., 3] < 110)
    assert solid.sum() > 1500 and pale.sum() > 400
    # The shank that hangs down is pale, the bent one is not.
    assert np.flatnonzero(pale.any(axis=1)).max() > np.flatnonzero(solid.any(axis=1)).max() - 3


def test_poses_by_their_angles_are_compared_by_name_not_by_time(curl: Scene) -> None:
    two = curl.posed("knee_flexion=30", {"knee_flexion": 90, "hip_flexion": 20})
    assert two.movement.title == "Two poses compared" and two.movement.duration_s == 1.0
    assert overlaid(two.movement, [0.0, 1.0]) == "Pale: Knee flexion 30°\nIn full: Knee flexion 90°, hip flexion 20°"
    assert overlaid(curl.movement, [0.0, 0.5]).startswith("Pale: 0.0 s – ")
    for times in ([0.0], [0.0] * 5):
        with pytest.raises(VisualiserError, match="2 to 4 are allowed"):
            overlaid(two.movement, times)


@pytest.mark.render
def test_outlines_darken_the_borders_and_leave_everything_else_as_it_was(curl: Scene) -> None:
    body, frame = curl.body, curl.frame(0)
    options = Options(width=240, height=180, view="posterior", frame="thigh")
    camera = pages.page(body, curl.movement, [frame], (), options).camera
    with Stage(body.drawn, "light", (240, 180)) as stage:
        stage.hide_props()
        stage.update(frame)
        stage.look(camera)
        stage.backdrop((90, 90, 90))
        before = stage.colour().copy()
        hit = stage.hit()
        lines = stage.lines(1)
        stage.backdrop((90, 90, 90))
        np.testing.assert_array_equal(stage.colour(), before)
    border = hit[1:, 1:] & ~(hit[:-1, 1:] & hit[1:, :-1])
    assert lines[1:, 1:][border].mean() > 0.95 and 0.02 < lines[hit].mean() < 0.5


# -- sections --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "offset"),
    [
        ("axial", "axial", -201.0),
        ("axial:mid-thigh", "axial", -201.0),
        ("Axial:y=-150", "axial", -150.0),
        ("sagittal:12", "sagittal", 12.0),
        ("coronal", "coronal", 0.0),
    ],
)
def test_sections_are_planes_of_the_femur(text: str, kind: str, offset: float) -> None:
    section = section_of(text)
    assert (section.kind, section.offset_mm) == (kind, offset)
    assert words_for(section).startswith(kind.capitalize())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("oblique", 'no section "oblique"'),
        ("axial:knie", 'no axial level "knie".*knee'),
        ("axial:9999", "outside the body"),
        ("axial:nan", "outside the body"),
    ],
)
def test_a_section_that_cannot_be_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(VisualiserError, match=sentence):
        section_of(text)


def test_cut_faces_have_the_area_and_place_of_what_is_cut(curl: Scene) -> None:
    body, frame = curl.body, curl.frame(0)
    faces = {}
    for surface in body.surfaces:
        found = (
            None
            if surface.ghost
            else cap(
                surface.name,
                body.placed(surface, frame),
                surface.faces,
                plane_in(section_of("axial:mid-thigh"), body, frame),
            )
        )
        if found is not None:
            faces[surface.structure] = found
    assert set(faces) == {
        "semitendinosus",
        "semimembranosus",
        "biceps_femoris_long_head",
        "biceps_femoris_short_head",
        "sciatic_nerve",
        "femur",
    }
    places = {
        name: face.centre @ np.linalg.inv(frame.transforms["femur_right"])[:3, :3].T for name, face in faces.items()
    }
    assert places["semitendinosus"][2] < places["biceps_femoris_long_head"][2]  # medial of it
    assert places["sciatic_nerve"][0] > places["biceps_femoris_long_head"][0]  # deep to it
    # A midshaft is 25 to 35 mm across (Ruff & Hayes 1983): 5 to 10 square centimetres.
    assert 4e-4 < faces["femur"].area < 1.1e-3
    assert 2e-4 < faces["semitendinosus"].area < 2e-3


def test_a_branch_inside_its_trunk_is_no_hole_in_the_cut_and_one_beside_it_counts() -> None:
    plane = Plane(np.array([0.0, 0.001, 0.0]), np.array([0.0, 1.0, 0.0]))
    trunk, thin = trimesh.creation.icosphere(4, 0.02), trimesh.creation.icosphere(3, 0.005)

    def area(*balls: trimesh.Trimesh) -> float:
        both = trimesh.util.concatenate(balls)
        found = cap("nerve", np.asarray(both.vertices), np.asarray(both.faces), plane)
        assert found is not None and found.surface == "nerve"
        return found.area

    alone, small = area(trunk), area(thin)
    assert alone == pytest.approx(np.pi * (0.02**2 - 0.001**2), rel=0.01)
    assert area(trunk, thin) == pytest.approx(alone)
    assert area(trunk, thin.copy().apply_translation((0.03, 0, 0))) == pytest.approx(alone + small)
    assert cap("nerve", np.asarray(trunk.vertices) + 1.0, np.asarray(trunk.faces), plane) is None


def test_the_cut_follows_the_femur_and_the_nearer_half_goes(curl: Scene) -> None:
    body = curl.body
    for at in (0.0, 0.5):
        frame = curl.frame(at)
        plane = plane_in(section_of("axial:y=-200"), body, frame)
        placed = frame.transforms["femur_right"]
        np.testing.assert_allclose(placed[:3, :3] @ [0, -0.2, 0] + placed[:3, 3], plane.origin)
        camera = pages.aimed(
            body, body.placed(body.surface("femur_right"), frame), Options(view="superior"), frame.body_to_world, None
        )
        assert plane.facing(camera).normal @ np.asarray(camera.back) > 0


@pytest.mark.render
def test_a_cut_is_closed_by_its_face_and_names_what_is_cut(curl: Scene) -> None:
    options = Options(width=480, height=270, view="superior", supersampling=1, section=section_of("axial:mid-thigh"))
    picture = stills.draw(curl.body, curl.movement, 0.0, options)
    assert {c.spec.key for c in picture.placement.callouts} >= {"semitendinosus", "femur", "sciatic_nerve"}
    for callout in picture.placement.callouts:
        x, y = (round(value * options.scale) for value in callout.anchor)
        assert picture.cutout[y, x, 3] == 255
    areas = stills.draw(
        curl.body, curl.movement, 0.0, replace(options, section=section_of("axial:mid-thigh", areas=True))
    )
    red = areas.cutout[areas.cutout[..., 3] == 255].astype(int)
    assert len(red) > 2000 and ((red[:, 0] > 2 * red[:, 1]).mean() > 0.4)


@pytest.mark.render
def test_a_section_through_thin_air_is_refused(curl: Scene) -> None:
    with pytest.raises(VisualiserError, match="goes through nothing"):
        curl.image(section="sagittal:300", **DRAFT)


# -- labels over everything ------------------------------------------------------------------------------------------


def test_no_label_of_any_scene_view_or_moment_overlaps_crosses_or_leaves_the_picture(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Placed from projected anchors and the silhouette of surface points, without drawing."""
    found: Counter[str] = Counter()
    views = ("posterior", "lateral", "medial", "posterolateral", "gluteal", "popliteal")
    scenes = sorted(assets.scene_paths())
    for number, name in enumerate(scenes):
        scene = Scene.load(name)
        body, movement = scene.body, scene.movement
        anchors = None
        for turn, at in enumerate((0.0, 0.25, 0.5, 0.75, 1.0)):
            frame = scene.frame(at)
            for view in views if turn == number % 5 else (views[(number + turn) % 6],):
                options = Options(view=view, frame=movement.frame)
                specs = pages.specs_for(body, movement, options)
                laid = pages.page(body, movement, [frame], specs, options)
                if anchors is None:
                    look = anchoring.Look(frame, laid.camera, np.full((108, 192), np.inf))
                    anchors = anchoring.choose(specs, body, [look])
                points = laid.camera.project(anchoring.places(anchors, body, frame), *options.canvas)[:, :2]
                figure = pages.framing_points(body, [frame], options)
                spots = np.floor(laid.camera.project(figure, 192, 108)[:, :2]).astype(int)
                mask = np.zeros((108, 192), dtype=bool)
                inside = (spots >= 0).all(1) & (spots < (192, 108)).all(1)
                mask[spots[inside, 1], spots[inside, 0]] = True
                reserved = laid.furniture.boxes
                placement = place(
                    [a.spec for a in anchors],
                    points,
                    np.ones(len(points)),
                    canvas=options.canvas,
                    silhouette=mask,
                    style=options.style,
                    reserved=reserved,
                    language="en",
                    arrangement=laid.arrangement,
                )
                wrong = faults(placement, reserved)
                found["pictures"] += 1
                found["labels"] += len(placement.callouts)
                found["dropped"] += len(placement.dropped)
                for kind in ("overlaps", "crossings", "off_canvas", "over_boxes", "over_reserved"):
                    found[kind] += getattr(wrong, kind)
    with capsys.disabled():
        print(f"\n{len(scenes)} scenes: {dict(found)}")
    assert found["labels"] > 5 * found["pictures"] > 0
    assert [found[kind] for kind in ("overlaps", "crossings", "off_canvas", "over_boxes", "over_reserved")] == [0] * 5
    assert set(views) <= set(VIEWS)


# -- sizes -----------------------------------------------------------------------------------------------------------


def structural_similarity(a: np.ndarray, b: np.ndarray) -> float:
    """Mean SSIM (Wang et al. 2004) of two grey pictures, windows of 7 x 7."""
    from scipy.ndimage import uniform_filter

    a, b = a.astype(float), b.astype(float)
    mean_a, mean_b = uniform_filter(a, 7), uniform_filter(b, 7)
    var_a, var_b = uniform_filter(a * a, 7) - mean_a**2, uniform_filter(b * b, 7) - mean_b**2
    cov = uniform_filter(a * b, 7) - mean_a * mean_b
    one, two = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    map_ = (2 * mean_a * mean_b + one) * (2 * cov + two) / ((mean_a**2 + mean_b**2 + one) * (var_a + var_b + two))
    return float(map_.mean())


@pytest.mark.render
def test_a_still_at_two_and_four_times_the_size_differs_only_in_sharpness(curl: Scene) -> None:
    small = np.asarray(curl.image(at=0.3, view="posterior", width=480, height=270, quality="standard").convert("L"))
    for factor in (2, 4):
        large = curl.image(
            at=0.3,
            view="posterior",
            width=480 * factor,
            height=270 * factor,
            quality="draft" if factor == 4 else "standard",
        )
        reduced = np.asarray(large.convert("L").reduce(factor))
        assert structural_similarity(small, reduced) >= 0.97
