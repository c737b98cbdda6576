"""Where labels go: nothing overlaps, nothing crosses, nothing vanishes without a reason."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visualiser.anatomy.landmarks import LANDMARKS
from visualiser.errors import UnknownNameError
from visualiser.pictures.cameras import Box
from visualiser.pictures.columns import spread
from visualiser.pictures.furniture import furnish, with_compass
from visualiser.pictures.labels import Callout, LabelSpec, Placement, Setting
from visualiser.pictures.layout import arrangement_for, gutters, layout_canvas, place
from visualiser.pictures.layout_check import faults
from visualiser.pictures.typefaces import Line

SPECS = tuple(LabelSpec(m.name, m.display, m.latin, m.group, m.priority) for m in LANDMARKS)
CANVASES = ((1920.0, 1080.0), (1440.0, 1080.0), (1080.0, 1080.0), (1080.0, 1920.0))
KINDS = ("anywhere", "clusters", "thin line", "one point", "diagonal", "grid")
ORDINARY = np.array(
    [(940, 190), (1010, 260), (1075, 395), (930, 420), (1005, 520), (985, 700), (1040, 760), (960, 905), (1030, 940)],
    float,
)


def scatter(kind: str, count: int, free: Box, seed: int) -> np.ndarray:
    """Random anchors of a kind, most of them inside a rectangle."""
    rng = np.random.default_rng(seed)
    low, size = np.array(free[:2]), np.array((free.width, free.height))
    middle = low + size / 2
    if kind == "anywhere":
        return low + rng.random((count, 2)) * size
    if kind == "clusters":
        return (low + rng.random((3, 2)) * size)[rng.integers(3, size=count)] + rng.normal(0, 25, (count, 2))
    if kind == "thin line":
        return np.stack([middle[0] + rng.normal(0, 8, count), low[1] + rng.random(count) * size[1]], -1)
    if kind == "one point":
        return middle + rng.integers(-2, 3, (count, 2))
    if kind == "diagonal":
        return low + rng.random((count, 1)) * size + rng.normal(0, 20, (count, 2))
    return low + np.round(rng.random((count, 2)) * 4) / 4 * size  # many at the same height, some in the same place


def blob(anchors: np.ndarray, canvas: tuple[float, float]) -> np.ndarray:
    """A silhouette that covers the anchors: a fat line through them, at a quarter of the layout's resolution."""
    mask = np.zeros((round(canvas[1] / 4), round(canvas[0] / 4)), dtype=bool)
    for x, y in anchors / 4:
        mask[max(int(y) - 6, 0) : max(int(y) + 7, 0), max(int(x) - 6, 0) : max(int(x) + 7, 0)] = True
    return mask


@given(
    kind=st.sampled_from(KINDS),
    count=st.integers(0, 38),
    canvas=st.sampled_from(CANVASES),
    style=st.sampled_from(["lecture", "atlas"]),
    language=st.sampled_from(["en", "la", "both"]),
    arrangement=st.sampled_from(["auto", "columns", "rows"]),
    title=st.sampled_from(
        ["", "Where the hamstrings attach", "A title that runs nearly all across the picture, as some do"]
    ),
    mask=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_labels_never_overlap_cross_leave_the_canvas_or_vanish_in_silence(
    kind, count, canvas, style, language, arrangement, title, mask, seed
) -> None:
    specs = SPECS[:count]
    furniture = furnish(canvas, title=title, source="Source", metres_per_unit=0.001)
    free = gutters(specs, canvas, style, language, reserved=furniture.boxes)
    anchors = scatter(kind, count, free, seed)
    seen = np.random.default_rng(seed).choice([0.0, 0.5, 1.0], count, p=[0.2, 0.2, 0.6])
    placement = place(
        specs,
        anchors,
        seen,
        canvas=canvas,
        silhouette=blob(anchors, canvas) if mask else None,
        style=style,
        reserved=furniture.boxes,
        language=language,
        arrangement=arrangement,
    )
    verdict = faults(placement, furniture.boxes)
    assert verdict.serious == 0, verdict
    placed, left_out = [c.spec.key for c in placement.callouts], [d.key for d in placement.dropped]
    assert sorted(placed + left_out) == sorted(spec.key for spec in specs)
    assert all(drop.reason for drop in placement.dropped)
    for callout in placement.callouts:
        i = specs.index(callout.spec)
        assert callout.anchor == pytest.approx(tuple(anchors[i]))
        assert callout.hidden == (seen[i] < 0.35)
        assert not callout.hidden or callout.spec.priority == 1


@given(
    wanted=st.lists(st.floats(-200, 1300), min_size=1, max_size=20),
    seed=st.integers(0, 2**32 - 1),
    gap=st.floats(0, 20),
)
@settings(max_examples=200, deadline=None)
def test_spreading_keeps_order_gaps_and_bounds(wanted, seed, gap) -> None:
    wishes = np.sort(wanted)
    extents = np.random.default_rng(seed).uniform(5, 40, len(wishes))
    centres = spread(wishes, extents, 0.0, 1300.0, gap=gap)
    assert (np.diff(centres) >= (extents[1:] + extents[:-1]) / 2 + gap - 1e-6).all()
    assert centres[0] - extents[0] / 2 >= -1e-6 and centres[-1] + extents[-1] / 2 <= 1300 + 1e-6


def test_labels_with_room_stand_right_beside_what_they_name() -> None:
    assert spread(np.array([100.0, 300.0, 500.0]), np.full(3, 40.0), 0, 1000, gap=12) == pytest.approx((100, 300, 500))


@pytest.mark.parametrize("size", [(960, 540), (1920, 1080), (3840, 2160)])
def test_the_layout_is_the_same_number_for_number_at_every_output_size(size: tuple[int, int]) -> None:
    canvas, scale = layout_canvas(*size)
    assert (canvas, scale * 1080) == ((1920.0, 1080.0), size[1])
    reference = place(SPECS[:9], ORDINARY, np.ones(9), canvas=(1920.0, 1080.0))
    assert place(SPECS[:9], ORDINARY, np.ones(9), canvas=canvas) == reference


def test_an_ordinary_picture_needs_no_economy_and_no_leader_runs_over_a_foreign_dot() -> None:
    placement = place(
        SPECS[2:11], ORDINARY, np.ones(9), canvas=CANVASES[0], silhouette=blob(ORDINARY, CANVASES[0]), style="atlas"
    )
    assert (len(placement.callouts), placement.economy, placement.dropped) == (9, 0, ())
    assert faults(placement).over_dots == 0


def test_what_cannot_be_placed_is_dropped_least_important_first() -> None:
    anchors = np.stack([np.full(26, 960.0), np.linspace(720, 1030, 26)], -1)
    names = [LabelSpec(str(i), "A name of quite some length " + "x" * i, "", "femur", 1 + i % 3) for i in range(26)]
    banner = [Box(0, 0, 1920, 700)]
    crowded = place(names, anchors, np.ones(26), canvas=(1920.0, 1080.0), style="atlas", reserved=banner, language="en")
    assert crowded.economy == 1
    gone = {drop.key for drop in crowded.dropped}
    kept = {callout.spec.priority for callout in crowded.callouts}
    assert gone and max(kept) <= min(spec.priority for spec in names if spec.key in gone)


def test_more_labels_than_a_lecture_can_bear_are_left_out_by_importance() -> None:
    anchors = np.stack([np.linspace(800, 1100, 38), np.linspace(60, 1000, 38)], -1)
    placement = place(SPECS, anchors, np.ones(38), canvas=CANVASES[0], style="lecture", language="en")
    assert len(placement.callouts) == 12
    assert {spec.key for spec in SPECS if spec.priority == 1} <= {c.spec.key for c in placement.callouts}


def test_a_hidden_landmark_stays_as_a_dashed_one_only_if_it_matters_most() -> None:
    pair = (LabelSpec("a", "Ischial tuberosity", "", "pelvis", 1), LabelSpec("b", "Iliac crest", "", "pelvis", 3))
    placement = place(pair, [(900, 400), (900, 300)], [0.0, 0.0], canvas=CANVASES[0])
    assert [(c.spec.key, c.hidden) for c in placement.callouts] == [("a", True)]
    assert [(d.key, d.reason) for d in placement.dropped] == [("b", "hidden")]


def test_anchors_off_the_canvas_are_reported() -> None:
    placement = place(SPECS[:2], [(900, 400), (900, 1400)], [1.0, 1.0], canvas=CANVASES[0])
    assert [(d.key, d.reason) for d in placement.dropped] == [(SPECS[1].key, "outside the picture")]


def test_latin_alone_begins_with_a_capital_and_both_languages_give_two_lines() -> None:
    texts = {
        language: [
            line.text
            for line in place(SPECS[4:5], [(900, 400)], [1.0], canvas=CANVASES[0], language=language)
            .callouts[0]
            .setting.lines
        ]
        for language in ("en", "la", "both")
    }
    spec = SPECS[4]
    assert texts == {"en": [spec.text], "la": [spec.latin.capitalize()], "both": [spec.text, spec.latin]}


def test_a_latin_name_like_the_english_one_is_not_repeated() -> None:
    patella = LabelSpec("patella", "Patella", "patella", "leg")
    placement = place([patella], [(900, 400)], [1.0], canvas=CANVASES[0], language="both")
    assert [line.text for line in placement.callouts[0].setting.lines] == ["Patella"]


def test_a_limb_that_lies_level_is_named_above_and_below() -> None:
    anchors = np.stack([np.linspace(300, 1600, 7), 540 + 60 * (-1.0) ** np.arange(7)], -1)
    mask = np.zeros((270, 480), dtype=bool)
    mask[110:160, 40:440] = True
    placement = place(SPECS[4:11], anchors, np.ones(7), canvas=CANVASES[0], silhouette=mask, style="lecture")
    assert {c.place for c in placement.callouts} == {"above", "below"}
    assert arrangement_for(1600, 200, CANVASES[0]) == "rows" and arrangement_for(300, 900, CANVASES[0]) == "columns"


def test_text_over_anatomy_gets_a_ground_of_its_own() -> None:
    anchors = np.array([(900.0, 300.0), (1000.0, 700.0)])
    everywhere = place(SPECS[:2], anchors, np.ones(2), canvas=CANVASES[0], silhouette=np.ones((27, 48), dtype=bool))
    beside = place(SPECS[:2], anchors, np.ones(2), canvas=CANVASES[0], silhouette=blob(anchors, CANVASES[0]))
    assert all(c.pill for c in everywhere.callouts) and not any(c.pill for c in beside.callouts)


@pytest.mark.parametrize("canvas", CANVASES)
def test_anatomy_framed_beside_its_labels_is_never_covered_by_them(canvas: tuple[float, float]) -> None:
    free = gutters(SPECS, canvas, "atlas", "both")
    mask = np.zeros((270, round(270 * canvas[0] / canvas[1])), dtype=bool)
    fy, fx = mask.shape[0] / canvas[1], mask.shape[1] / canvas[0]
    mask[int(free.top * fy) : int(free.bottom * fy), int(free.left * fx) + 1 : int(free.right * fx)] = True
    anchors = scatter("anywhere", 20, free, 1)
    placement = place(SPECS[:20], anchors, np.ones(20), canvas=canvas, silhouette=mask, style="atlas")
    assert placement.callouts and not any(c.pill for c in placement.callouts)


def test_the_compass_takes_a_free_corner_or_none() -> None:
    words = ("lateral", "medial", "superior", "inferior")
    canvas = CANVASES[0]
    assert with_compass(furnish(canvas), words, canvas).compass is not None
    lower = np.zeros((108, 192), dtype=bool)
    lower[54:] = True
    raised = with_compass(furnish(canvas), words, canvas, silhouette=lower).compass
    assert raised is not None and raised.box.bottom < 540
    assert with_compass(furnish(canvas), words, canvas, silhouette=np.ones((9, 16), dtype=bool)).compass is None


def test_a_scale_bar_measures_a_round_length() -> None:
    bar = furnish(CANVASES[0], metres_per_unit=0.0008).scale_bar
    assert bar is not None and (bar.text.text, bar.length) == ("10 cm", pytest.approx(125.0))
    assert furnish(CANVASES[0]).scale_bar is None  # in perspective it would measure nothing


def test_furniture_does_not_overlap_itself() -> None:
    for canvas in CANVASES:
        pieces = furnish(
            canvas,
            title="Straight leg raise",
            caption="The pelvis joins within 8 to 9 degrees and supplies a quarter to a third of the motion",
            source="Bohannon 1985",
            legend=(("pelvis", "Pelvis"), ("femur", "Femur"), ("leg", "Tibia and fibula"), ("nerve", "Nerve")),
            metres_per_unit=0.0009,
        ).boxes
        for i, box in enumerate(pieces):
            assert box.left >= 0 and box.top >= 0 and box.right <= canvas[0] and box.bottom <= canvas[1]
            assert not any(box.overlaps(other) for other in pieces[:i])


def test_words_that_are_not_allowed_are_named() -> None:
    for wrong, match in (
        ({"style": "lecturer"}, "lecture"),
        ({"language": "fr"}, "both"),
        ({"arrangement": "row"}, "rows"),
    ):
        with pytest.raises(UnknownNameError, match=match):
            place(SPECS[:1], [(900, 400)], [1.0], canvas=CANVASES[0], **wrong)


def by_hand(*boxes: tuple[float, float, float, float, float, float]) -> Placement:
    """Callouts on the left from box corners and anchor."""
    setting = Setting((Line("x", "english", 26.0),), 10.0, 10.0)
    callouts = [
        Callout(SPECS[i], setting, "left", Box(*b[:4]), (b[4], b[5]), (b[2] + 22, (b[1] + b[3]) / 2))
        for i, b in enumerate(boxes)
    ]
    return Placement((1000.0, 1000.0), tuple(callouts))


@pytest.mark.parametrize(
    ("placement", "fault"),
    [
        (by_hand((50, 50, 200, 90, 500, 70), (50, 80, 200, 120, 500, 300)), "overlaps"),
        (by_hand((-5, 50, 200, 90, 500, 70)), "off_canvas"),
        (by_hand((50, 50, 200, 90, 500, 300), (50, 290, 200, 310, 500, 70)), "crossings"),
        (by_hand((50, 50, 200, 90, 500, 300), (350, 150, 420, 230, 600, 190)), "over_boxes"),
        (by_hand((50, 50, 200, 90, 600, 70), (50, 200, 200, 240, 500, 72)), "over_dots"),
    ],
)
def test_the_checker_finds_a_fault_made_on_purpose(placement: Placement, fault: str) -> None:
    assert getattr(faults(placement), fault) == 1


def test_the_checker_finds_a_leader_over_a_reserved_box() -> None:
    placement = by_hand((50, 50, 200, 90, 500, 70))
    assert faults(placement, [Box(300, 60, 350, 80)]).over_reserved == 1
    assert faults(placement, [Box(300, 160, 350, 180)]).over_reserved == 0


def test_on_a_narrow_canvas_texts_become_smaller_before_a_name_is_lost() -> None:
    anchors = np.array([(520.0, 300.0), (600.0, 500.0), (710.0, 700.0)])
    names = [LabelSpec(str(i), "Semimembranosus", "", "muscle", 1) for i in range(3)]
    wide = place(names, anchors, np.ones(3), canvas=(1920.0, 1350.0), style="lecture", language="en")
    narrow = place(names, anchors, np.ones(3), canvas=(1080.0, 1350.0), style="lecture", language="en")
    assert (len(wide.callouts), wide.economy) == (len(narrow.callouts), narrow.economy - 1) == (3, 0)
    hopeless = np.array([(520.0, 300.0), (600.0, 500.0), (1070.0, 700.0)])
    kept = place(names, hopeless, np.ones(3), canvas=(1080.0, 1350.0), style="lecture", language="en")
    assert (len(kept.callouts), kept.economy, kept.dropped[0].reason) == (2, 0, "where the labels stand")
