"""Drawn pixels: labels where they should be, equally at every size, and edges without halos."""

from dataclasses import replace

import numpy as np
import pytest

from visualiser.errors import UnknownNameError
from visualiser.pictures.appearance import THEMES
from visualiser.pictures.backdrop import compose_background, flatten, reduce_premultiplied
from visualiser.pictures.cameras import Box
from visualiser.pictures.furniture import furnish, with_compass
from visualiser.pictures.ink import four_bytes, on_four_bytes
from visualiser.pictures.labels import LabelSpec, Placement
from visualiser.pictures.layout import place
from visualiser.pictures.overlay import disc, draw, stroke, text
from visualiser.pictures.typefaces import Line

CANVAS = (1920.0, 1080.0)
SPECS = (
    LabelSpec("ischial_tuberosity", "Ischial tuberosity", "tuber ischiadicum", "pelvis", 1),
    LabelSpec("greater_trochanter", "Greater trochanter", "trochanter major", "femur", 1),
    LabelSpec("head_of_fibula", "Head of fibula", "caput fibulae", "leg", 1),
)
ANCHORS = np.array([(900.0, 260.0), (1040.0, 300.0), (1000.0, 820.0)])


def placed(seen: float = 1.0, **options) -> Placement:
    """Three ordinary callouts."""
    return place(SPECS, ANCHORS, np.full(3, seen), canvas=CANVAS, **options)


def page(scale: float = 1.0, theme: str = "light") -> np.ndarray:
    """An empty background."""
    return compose_background(round(1920 * scale), round(1080 * scale), theme).copy()


def changed(image: np.ndarray, theme: str = "light") -> np.ndarray:
    """Which pixels differ from the empty background."""
    return (image != compose_background(image.shape[1], image.shape[0], theme)).any(-1)


def box_of(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the true pixels."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def test_drawing_changes_the_picture_in_place_and_only_near_the_callouts() -> None:
    image, placement = page(), placed()
    assert draw(image, placement, 1.0, "light") is image
    mask = changed(image)
    for c in placement.callouts:
        left, top = min(c.box.left, c.anchor[0]), min(c.box.top, c.anchor[1])
        right, bottom = max(c.box.right, c.anchor[0]), max(c.box.bottom, c.anchor[1])
        part = (slice(int(top) - 10, int(bottom) + 10), slice(int(left) - 10, int(right) + 10))
        assert mask[part].any()
        mask[part] = False
    assert not mask.any()


@pytest.mark.parametrize("theme", THEMES)
def test_texts_stay_inside_their_boxes(theme: str) -> None:
    placement = placed(language="both", style="lecture")
    for c in placement.callouts:
        image = page(theme=theme)
        draw(image, Placement(CANVAS, (c,)), 1.0, theme, style="lecture")
        mask = changed(image, theme)
        mask[
            :, int(c.box.right) + 1 if c.place == "left" else 0 : None if c.place == "left" else int(c.box.left) - 1
        ] = False
        left, top, right, bottom = box_of(mask)
        assert (
            left >= c.box.left - 3 and right <= c.box.right + 3
        )  # the halo reaches 2.2 units further than the letters
        assert top >= c.box.top - 3 and bottom <= c.box.bottom + 3
        assert right - left > 0.9 * c.box.width


@pytest.mark.parametrize("scale", [0.5, 2.0, 3.0])
def test_the_same_layout_drawn_at_another_size_is_the_same_picture(scale: float) -> None:
    """Mean difference in grey levels over the pixels drawn on, after bringing both to the smaller size."""
    placement = placed(language="both")
    pictures = []
    for size in sorted({1.0, scale}):
        image = draw(page(size), placement, size, "light")
        pictures.append(image)
    small, large = pictures
    factor = large.shape[0] // small.shape[0]
    shrunk = large.reshape(small.shape[0], factor, small.shape[1], factor, 3).mean((1, 3))
    mask = changed(small)
    assert np.abs(shrunk - small)[mask].mean() < 6
    assert abs(shrunk[mask].mean() - small[mask].mean()) < 1.5


def test_a_text_moved_by_a_fraction_of_a_pixel_moves_by_that_fraction() -> None:
    line = Line("Ischial", "english", 26.0)

    def centre(dx: float) -> float:
        image = np.full((60, 200, 3), 255, dtype=np.uint8)
        text(image, [line], (20.0 + dx, 30.0), 1.0, THEMES["print"])
        ink = 255.0 - image[..., 0]
        return float((ink.sum(0) * np.arange(200)).sum() / ink.sum())

    steps = [centre(dx) - centre(0.0) for dx in (0.25, 1 / 3, 0.5, 0.75, 1.0)]
    assert steps == pytest.approx([0.25, 0.25, 0.5, 0.75, 1.0], abs=0.02)  # on a grid of a quarter of a pixel


def test_a_line_covers_as_many_pixels_as_its_length_times_its_width() -> None:
    for end in ((80.0, 10.0), (80.0, 73.0), (20.0, 90.0), (17.5, 10.2)):
        image = np.zeros((100, 100, 3), dtype=np.uint8)
        stroke(image, np.array([(15.0, 10.0), end]), 3.0, (255, 255, 255))
        length = np.hypot(end[0] - 15.0, end[1] - 10.0)
        assert image[..., 0].sum() / 255 == pytest.approx(3.0 * length + np.pi * 1.5**2, abs=1.5)  # round ends


def test_a_bend_is_not_drawn_twice() -> None:
    image = np.zeros((60, 60, 3), dtype=np.uint8)
    stroke(image, np.array([(10.0, 30.0), (30.0, 30.0), (50.0, 12.0)]), 4.0, (200, 200, 200), 0.5)
    assert image.max() == 100


def test_a_dashed_line_has_gaps() -> None:
    image = np.zeros((20, 200, 3), dtype=np.uint8)
    stroke(image, np.array([(10.0, 10.0), (190.0, 10.0)]), 2.0, (255, 255, 255), dash=(9.0, 7.0))
    on = image[9, 10:190, 0] > 127
    assert on.mean() == pytest.approx(9 / 16, abs=0.05) and np.diff(on.astype(int)).clip(0).sum() >= 10


def test_strokes_off_the_picture_are_cut_and_do_no_harm() -> None:
    image = np.zeros((50, 50, 3), dtype=np.uint8)
    stroke(image, np.array([(-40.0, 25.0), (90.0, 25.0)]), 2.0, (255, 255, 255))
    disc(image, (-3.0, -3.0), 2.0, (255, 255, 255))
    disc(image, (49.0, 49.0), 4.0, (255, 255, 255))
    assert image[24:26].min() > 250 and image[:20].max() == 0 and image[49, 49, 0] == 255


def test_a_casing_is_drawn_over_anatomy_and_only_there() -> None:
    anatomy = np.zeros((108, 192), dtype=bool)
    anatomy[:, :96] = True
    grey = np.full((1080, 1920, 3), 120, dtype=np.uint8)
    with_casing = draw(grey.copy(), placed(), 1.0, "light", anatomy=anatomy)
    without = draw(grey.copy(), placed(), 1.0, "light")
    mask = (with_casing != without).any(-1)
    assert mask[:, :960].any() and not mask[:, 960:].any()


def test_hidden_landmarks_are_drawn_fainter() -> None:
    clear, hidden = (draw(page(), placed(seen), 1.0, "light") for seen in (1.0, 0.0))
    assert clear.astype(int).sum() < hidden.astype(int).sum() < page().astype(int).sum()


def test_a_faded_callout_leaves_no_trace_and_a_half_faded_one_half_of_it() -> None:
    placement = placed()

    def drawn(alpha: float) -> np.ndarray:
        callouts = tuple(replace(c, alpha=alpha) for c in placement.callouts)
        return page().astype(float) - draw(page(), replace(placement, callouts=callouts), 1.0, "light")

    assert not drawn(0.0).any()
    assert drawn(0.5).sum() / drawn(1.0).sum() == pytest.approx(0.5, abs=0.06)


def test_on_a_transparent_picture_the_background_stays_clear_and_edges_are_soft() -> None:
    image = draw(np.zeros((1080, 1920, 4), dtype=np.uint8), placed(), 1.0, "light")
    alpha = image[..., 3]
    assert (alpha == 0).mean() > 0.97
    assert (alpha == 255).any() and ((alpha > 0) & (alpha < 255)).any()


def test_what_is_drawn_on_nothing_and_laid_on_a_slide_equals_what_is_drawn_on_the_slide() -> None:
    slide = np.full((80, 200, 3), (246, 217, 168), dtype=np.uint8)

    def drawn(image: np.ndarray) -> np.ndarray:
        stroke(image, np.array([(10.0, 10.0), (190.0, 63.0)]), 3.3, (0, 114, 178), 0.7)
        disc(image, (60.3, 40.2), 9.0, (213, 94, 0))
        text(image, [Line("Ischium", "english", 26.0)], (80.4, 40.0), 1.0, THEMES["light"])
        return image.astype(float)

    clear = drawn(np.zeros((80, 200, 4), dtype=np.uint8))
    share = clear[..., 3:] / 255
    assert np.abs(clear[..., :3] * share + slide * (1 - share) - drawn(slide.copy())).max() <= 3


def test_furniture_is_drawn_where_its_boxes_are() -> None:
    furniture = furnish(
        CANVAS,
        title="Straight leg raise",
        caption="The pelvis joins early",
        source="Bohannon 1985",
        legend=(("pelvis", "Pelvis"), ("femur", "Femur")),
        metres_per_unit=0.001,
    )
    furniture = with_compass(furniture, ("lateral", "medial", "superior", "inferior"), CANVAS)
    mask = changed(draw(page(), Placement(CANVAS, ()), 1.0, "light", furniture=furniture))
    for box in furniture.boxes:
        part = (slice(int(box.top) - 3, int(box.bottom) + 4), slice(int(box.left) - 3, int(box.right) + 4))
        assert mask[part].mean() > 0.03
        mask[part] = False
    assert not mask.any()


def test_a_pill_lightens_what_lies_behind_a_text() -> None:
    grey = np.full((1080, 1920, 3), 90, dtype=np.uint8)
    placement = placed(silhouette=np.ones((9, 16), dtype=bool))
    drawn = draw(grey, placement, 1.0, "light")
    box = placement.callouts[0].box
    assert np.median(drawn[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]) > 200


def test_a_text_gets_its_ground_little_by_little_as_anatomy_comes_under_it() -> None:
    placement = placed()
    box, corner = placement.callouts[0].box, []
    for covered in (0.0, 0.05, 0.1, 0.5):
        image = page()
        image[int(box.top) : int(box.bottom), int(box.left) : int(box.left + covered * box.width)] = (120, 40, 30)
        draw(image, Placement(CANVAS, placement.callouts[:1]), 1.0, "light")
        corner.append(int(image[int(box.top) + 2, int(box.left) + 4, 0]))
    assert corner[0] > 250 and corner[1] < corner[2] < corner[3]


def test_drawing_the_same_thing_twice_gives_the_same_bytes() -> None:
    first, second = (draw(page(), placed(), 1.0, "dark").tobytes() for _ in range(2))
    assert first == second


def test_a_picture_on_four_bytes_a_pixel_is_drawn_on_like_any_other() -> None:
    plain = compose_background(400, 300, "light").copy()
    wide = on_four_bytes(plain)
    for image in (plain, wide):
        stroke(image, np.array([(20.0, 30.0), (200.0, 130.0)]), 3.0, (200, 20, 20), 0.8)
        disc(image, (200.0, 130.3), 9.0, (10, 80, 30))
        disc(image[100:200, 100:300], (5.0, 5.0), 20.0, (10, 80, 30), 0.5)
    assert np.abs(wide.astype(int) - plain).max() <= 1
    whole = four_bytes(wide)
    assert whole is not None and (whole[..., 3] == 255).all()
    assert four_bytes(plain) is None


def test_an_unknown_theme_is_named() -> None:
    with pytest.raises(UnknownNameError, match='Did you mean "light"'):
        draw(page(), placed(), 1.0, "ligth")


# -------------------------------------------------------------------------------------------------------------- backdrop
def soft_disc(size: int, colour: tuple[int, int, int]) -> np.ndarray:
    """A disc of one colour on nothing, at several samples a pixel; the colour of the empty pixels is a trap."""
    y, x = np.mgrid[:size, :size] - size / 2
    image = np.zeros((size, size, 4), dtype=np.uint8)
    image[..., :3] = (0, 255, 0)
    inside = np.hypot(x, y) < size / 3
    image[inside] = (*colour, 255)
    return image


@pytest.mark.parametrize("factor", [2, 3])
def test_reducing_mixes_no_colour_of_empty_pixels_into_the_edge(factor: int) -> None:
    reduced = reduce_premultiplied(soft_disc(120, (200, 40, 40)), factor)
    assert reduced.shape == (120 // factor, 120 // factor, 4)
    edge = (reduced[..., 3] > 40) & (reduced[..., 3] < 250)
    assert edge.any() and np.abs(reduced[edge][:, :3].astype(int) - (200, 40, 40)).max() <= 4


def test_backgrounds_run_from_the_top_to_the_bottom_colour() -> None:
    for name, theme in THEMES.items():
        background = compose_background(64, 48, name)
        assert tuple(background[0, 0]) == theme.top and tuple(background[-1, -1]) == theme.bottom


def test_dither_breaks_bands_without_changing_the_mean() -> None:
    plain, noisy = (compose_background(64, 600, "dark", dither=d).astype(float) for d in (False, True))
    assert np.abs(plain - noisy).max() <= 1 and abs(plain.mean() - noisy.mean()) < 0.05
    assert (noisy[300] != noisy[300, :1]).any() and (plain[300] == plain[300, :1]).all()


def test_the_shadow_falls_to_the_lower_right_and_darkens_only() -> None:
    cutout = soft_disc(400, (230, 220, 200))
    with_shadow, without = (flatten(cutout, "light", shadow=s).astype(int) for s in (True, False))
    darker = without.sum(-1) - with_shadow.sum(-1)
    assert darker.min() >= 0
    rows, columns = np.nonzero(darker)
    assert rows.mean() > 205 and columns.mean() > 203
    assert (flatten(cutout, "print") == flatten(cutout, "print", shadow=False)).all()


def test_the_shadow_of_a_limb_that_leaves_the_picture_reaches_the_edge() -> None:
    cutout = np.zeros((400, 400, 4), dtype=np.uint8)
    cutout[:300, 150:200] = (230, 220, 200, 255)
    darker = (flatten(cutout, "light", shadow=False).astype(int) - flatten(cutout, "light")).sum(-1)[:, 201:206]
    assert darker[0].min() > 0.9 * darker[100].min() > 0


def test_opaque_anatomy_keeps_its_colour_on_every_theme() -> None:
    for theme in THEMES:
        assert tuple(flatten(soft_disc(90, (200, 40, 40)), theme)[45, 45]) == (200, 40, 40)


def test_boxes_know_whether_they_meet() -> None:
    assert Box(0, 0, 10, 10).overlaps(Box(9, 9, 20, 20)) and not Box(0, 0, 10, 10).overlaps(Box(10, 0, 20, 10))
    assert Box(0, 0, 10, 10).overlaps(Box(12, 0, 20, 10), gap=5)
