"""Curves in pictures: the numbers of the tables, a cursor at the moment shown, and room kept free for them."""

import numpy as np
import pytest

from visualiser import Scene
from visualiser.errors import UnknownNameError, VisualiserError
from visualiser.pictures import curves, figures, pages
from visualiser.pictures.furniture import beside_box, furnish, inset_box, with_clear_bars
from visualiser.pictures.options import Options

DRAFT = {"width": 480, "height": 270, "quality": "draft"}


@pytest.fixture(scope="module")
def leg_raise() -> Scene:
    return Scene.load("straight_leg_raise")


def columns_of(pixels: np.ndarray) -> np.ndarray:
    """Share of each column that is opaque."""
    return (pixels[..., 3] > 200).mean(axis=0)


def test_the_cursor_stands_at_its_moment_and_the_words_tell_the_values_there(leg_raise: Scene) -> None:
    body, movement = leg_raise.body, leg_raise.movement
    places = []
    for time_s in (1.0, 2.0, 3.0):
        drawn = curves.draw(body, movement, (time_s,), "length", (600, 360), 1.0, "light")
        assert drawn.shape == (360, 600, 4) and drawn[..., 3].max() == 255 > drawn[..., 3].min() == 0
        inside = columns_of(drawn)[70:]
        places.append(int(inside.argmax()))
        assert inside.max() > 0.6
    assert places[1] - places[0] == pytest.approx(places[2] - places[1], abs=2) and places[1] > places[0] + 20
    table = leg_raise.measure()
    now = np.interp(2.0, table["time_s"], table["semimembranosus_length_percent"])
    assert f"Semimembranosus {now:.0f}" in curves.said(movement, "length", 2.0, body)
    assert curves.said(movement, "nerve", 2.0, body).count("Sciatic nerve") == 1


def test_curves_that_cannot_be_are_refused_in_a_sentence(leg_raise: Scene) -> None:
    with pytest.raises(UnknownNameError, match=r'"lenght".*Did you mean "length"'):
        leg_raise.image(curve="lenght", **DRAFT)
    with pytest.raises(UnknownNameError, match="beside"):
        leg_raise.image(curve="length", curve_place="above", **DRAFT)
    with pytest.raises(VisualiserError, match="no curve over time"):
        leg_raise.posed("hip_flexion=20").image(curve="length", **DRAFT)
    with pytest.raises(VisualiserError, match="single picture"):
        leg_raise.image(curve="length", curve_place="inset", compare="0,0.5", **DRAFT)


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1080), (1080, 1920)])
@pytest.mark.parametrize("place", [inset_box, beside_box])
def test_labels_and_anatomy_leave_room_for_a_curve(leg_raise: Scene, size: tuple[int, int], place) -> None:
    options = Options(*size, view="lateral", frame="thigh", labels="muscles")
    box = place(options.canvas)
    assert box.left >= 0 and box.top >= 0 and box.right <= options.canvas[0] and box.bottom <= options.canvas[1]
    body, movement, frame = leg_raise.body, leg_raise.movement, leg_raise.frame(0.6)
    kept = Options(*size, view="lateral", frame="thigh", labels="muscles", inset=box)
    specs = pages.specs_for(body, movement, kept)
    laid = pages.page(body, movement, [frame], specs, kept)
    assert box in laid.furniture.boxes
    framed = laid.camera.project(pages.framing_points(body, [frame], kept), *kept.canvas)
    inside = (framed[:, 0] > box.left) & (framed[:, 1] > box.top) & (framed[:, 0] < box.right)
    assert not (inside & (framed[:, 1] < box.bottom)).any()


@pytest.mark.render
def test_a_picture_with_a_curve_says_so_and_shows_it(leg_raise: Scene) -> None:
    plain = {**DRAFT, "labels": "none", "transparent": True, "title": False, "compass": False, "scale_bar": False}
    image = leg_raise.image(curve="length", curve_place="inset", **plain)
    assert "A curve over time: Length, % of upright" in image.info["alt"]
    box = inset_box((1920.0, 1080.0)).scaled(0.25)
    drawn = np.asarray(image)[round(box.top) : round(box.bottom), round(box.left) : round(box.right), 3]
    assert 0.02 < (drawn > 0).mean() < 0.5
    panels = leg_raise.image(curve="strain", compare="0,60%", **plain)
    assert panels.info["alt"].startswith("2 panels.") and (np.asarray(panels)[100:160, 300:470, 3] > 0).any()


def test_bars_move_to_a_corner_where_nothing_lies_under_them() -> None:
    canvas = (1920.0, 1080.0)
    furniture = furnish(canvas, title="Title", metres_per_unit=0.001)
    couch = np.zeros((108, 192), dtype=bool)
    assert with_clear_bars(furniture, canvas, couch) == furniture
    couch[95:, :100] = True
    moved = with_clear_bars(furniture, canvas, couch).scale_bar
    assert moved is not None and moved.box.left > 1500 and moved.length == furniture.scale_bar.length
    couch[95:] = True
    under_title = with_clear_bars(furniture, canvas, couch).scale_bar
    assert under_title is not None and under_title.box.top > furniture.texts[0].box.bottom
    assert with_clear_bars(furniture, canvas, np.ones((9, 16), dtype=bool)) == furniture


def test_as_many_poses_as_can_be_read_are_told_apart(leg_raise: Scene) -> None:
    words = figures.overlaid(leg_raise.movement, [0.0, 2.0, 3.5]).splitlines()
    assert [line.split(":")[0] for line in words] == ["Pale", "Pale", "In full"]
