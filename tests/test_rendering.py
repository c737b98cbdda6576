"""The stage: what the camera says is what the pixels show; moving and hiding change just what they should."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from visualiser.bodies.assembly import BONE, MUSCLE, PROP, Frame, Surface
from visualiser.pictures.appearance import THEMES
from visualiser.pictures.cameras import Box, Camera, camera_for
from visualiser.pictures.rendering import Stage, polydata
from visualiser.transforms import rigid

pytestmark = pytest.mark.render
SIZE = (320, 240)
GREY = (90, 90, 90)


def ball(
    name: str, kind: str, colour: tuple[int, int, int], centre: tuple[float, float, float], **more: object
) -> Surface:
    mesh = trimesh.creation.icosphere(subdivisions=4, radius=0.05)
    points = np.array(mesh.vertices) + (np.array(centre) if kind != BONE else 0)
    colours = np.tile(np.array(colour, np.uint8), (len(points), 1))
    return Surface(
        name,
        name,
        None,
        kind,
        np.array(mesh.faces, np.intp),
        points,
        np.array(mesh.vertex_normals),
        colours=colours,
        **more,
    )


@pytest.fixture
def red() -> Surface:
    return ball("red", BONE, (200, 30, 30), (0, 0, 0), segment="pelvis")


@pytest.fixture
def blue() -> Surface:
    return ball("blue", MUSCLE, (30, 30, 200), (0.0, 0.12, 0.0))


def frame_of(red: Surface, blue: Surface, shift: float = 0.0) -> Frame:
    return Frame(
        {"red": rigid(np.eye(3), np.array([0.0, 0.0, shift]))},
        {"blue": blue.vertices + np.array([0.0, 0.0, shift])},
        {"blue": blue.normals},
        {},
        np.eye(3),
    )


@pytest.fixture
def camera(red: Surface, blue: Surface) -> Camera:
    points = np.concatenate([red.vertices, blue.vertices])
    return camera_for("posterior", "right", points, *SIZE, Box(40, 20, 280, 220))


@pytest.fixture
def stage(red: Surface, blue: Surface, camera: Camera) -> Iterator[Stage]:
    with Stage((red, blue), size=SIZE) as built:
        built.update(frame_of(red, blue))
        built.look(camera)
        built.backdrop(GREY)
        yield built


def reddish(image: np.ndarray) -> np.ndarray:
    return image[..., 0].astype(int) > image[..., 2].astype(int) + 20


def bluish(image: np.ndarray) -> np.ndarray:
    return image[..., 2].astype(int) > image[..., 0].astype(int) + 20


def test_both_surfaces_are_drawn_in_their_colours(stage: Stage) -> None:
    image = stage.colour()
    assert image.shape == (240, 320, 3)
    assert reddish(image).sum() > 1000 < bluish(image).sum()


def test_projected_points_land_on_the_pixels_that_show_them(stage: Stage, camera: Camera) -> None:
    image = stage.colour()
    for centre, shown in (((0.0, 0.0, 0.0), reddish), ((0.0, 0.12, 0.0), bluish)):
        rows, columns = np.nonzero(shown(image))
        expected = camera.project(np.array(centre), *SIZE)
        assert columns.mean() + 0.5 == pytest.approx(expected[0], abs=0.5)
        assert rows.mean() + 0.5 == pytest.approx(expected[1], abs=0.7)


def test_depth_is_the_distance_along_the_line_of_sight(stage: Stage, camera: Camera) -> None:
    stage.colour()
    x, y, distance = camera.project(np.zeros(3), *SIZE)
    assert stage.depth()[int(y), int(x)] == pytest.approx(distance - 0.05, abs=0.0005)
    assert np.isinf(stage.depth()[0, 0])


def test_seen_equals_the_share_from_the_whole_depth_image(stage: Stage, camera: Camera) -> None:
    from visualiser.pictures.cameras import visible_share

    stage.colour()
    points = camera.project(np.array([[-0.05, 0.0, 0.0], [0.05, 0.0, 0.0], [0.0, 0.17, 0.0], [0.0, 9.0, 0.0]]), *SIZE)
    np.testing.assert_allclose(stage.seen(points), visible_share(stage.depth(), points))
    assert stage.seen(points)[0] == 1.0 and stage.seen(points)[1] == 0.0


def test_hiding_a_surface_removes_its_pixels(stage: Stage) -> None:
    stage.show_only(["red"])
    image = stage.colour()
    assert bluish(image).sum() == 0 < reddish(image).sum()
    stage.show_only(["red", "blue"])
    assert bluish(stage.colour()).sum() > 1000


def test_a_frame_moves_rigid_and_soft_surfaces(stage: Stage, red: Surface, blue: Surface) -> None:
    before = stage.colour().copy()
    stage.update(frame_of(red, blue, shift=0.03))
    after = stage.colour()
    for shown in (reddish, bluish):
        assert np.nonzero(shown(after))[1].mean() > np.nonzero(shown(before))[1].mean() + 5


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_two_stages_of_one_body_move_apart_and_leave_its_surfaces_as_they_are(
    red: Surface, blue: Surface, camera: Camera, kind: type[np.floating]
) -> None:
    """PyVista takes an array of its own precision over as it is: whoever moves the mesh would move the body and all its other meshes."""
    still = blue.vertices.astype(kind), blue.normals.astype(kind)
    shared = replace(blue, vertices=still[0].copy(), normals=still[1].copy())
    with Stage((red, shared), size=SIZE) as one, Stage((red, shared), size=SIZE) as other:
        for stage, shift in ((one, 0.0), (other, 0.03)):
            stage.update(frame_of(red, blue, shift))
            stage.look(camera)
            stage.backdrop(GREY)
        places = [np.nonzero(bluish(stage.colour()))[1].mean() for stage in (one, other)]
    assert places[1] > places[0] + 5
    np.testing.assert_array_equal(shared.vertices, still[0])
    np.testing.assert_array_equal(shared.normals, still[1])


def test_the_same_frame_gives_the_same_pixels(stage: Stage, red: Surface, blue: Surface, camera: Camera) -> None:
    first = stage.colour().copy()
    with Stage((red, blue), size=SIZE) as other:
        other.update(frame_of(red, blue))
        other.look(camera)
        other.backdrop(GREY)
        np.testing.assert_array_equal(other.colour(), first)


def test_the_background_is_untouched_by_the_lights(stage: Stage) -> None:
    assert tuple(stage.colour()[0, 0]) == GREY
    assert not stage.hit()[0, 0]


def test_a_ghost_is_paler_than_the_real_thing(red: Surface, blue: Surface, camera: Camera) -> None:
    pale = ball("red", BONE, (200, 30, 30), (0, 0, 0), segment="pelvis", ghost=True)
    pictures = []
    for surface in (red, pale):
        with Stage((surface, blue), size=SIZE) as drawn:
            drawn.update(frame_of(surface, blue))
            drawn.look(camera)
            drawn.backdrop(THEMES["light"].bottom)
            pictures.append(drawn.colour()[165, 160].astype(int))
    assert np.ptp(pictures[1]) < np.ptp(pictures[0]) / 2


def test_meshes_keep_their_normals_and_colours(red: Surface) -> None:
    mesh = polydata(red)
    np.testing.assert_allclose(mesh.point_data["Normals"], red.normals, atol=1e-6)
    np.testing.assert_array_equal(mesh.point_data["colour"], red.colours)


def test_a_support_is_drawn_from_above_and_left_out_from_below(red: Surface) -> None:
    slab = trimesh.creation.box((0.3, 0.01, 0.3))
    points, faces = np.array(slab.vertices), np.array(slab.faces, np.intp)
    couch = Surface("couch", "couch", None, PROP, faces, points, np.array(slab.vertex_normals), segment="couch")
    frame = Frame({"red": np.eye(4), "couch": np.eye(4)}, {}, {}, {}, np.eye(3))
    shown = {}
    for word in ("superior", "inferior"):
        with Stage((red, couch), size=SIZE) as built:
            built.update(frame)
            built.look(camera_for(word, "right", points, *SIZE, Box(40, 20, 280, 220)))
            built.backdrop(GREY)
            shown[word] = built.colour()[30, 70:80].astype(int)
    assert np.abs(shown["inferior"] - GREY).max() == 0 < np.abs(shown["superior"] - GREY).min()
