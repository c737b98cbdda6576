"""Showing, hiding, fading and peeling: the words, what they do to every surface, and what becomes of the labels and the pixels."""

import numpy as np
import pytest
from scipy import ndimage

from visualiser import Scene
from visualiser.bodies import assembly
from visualiser.errors import UnknownNameError, VisualiserError
from visualiser.pictures import stills
from visualiser.pictures.appearance import THEMES
from visualiser.pictures.backdrop import cut_out, flatten
from visualiser.pictures.naming import label_specs
from visualiser.pictures.options import Options
from visualiser.pictures.pages import shown_opacities
from visualiser.pictures.visibility import (
    EVERYTHING,
    GHOSTED,
    PEELED,
    Show,
    lying_over,
    named,
    opacities,
    show,
    structure_names,
)

HEADS = ("semitendinosus", "semimembranosus", "biceps_femoris_long_head", "biceps_femoris_short_head")
SMALL = {"width": 300, "height": 300, "view": "posterior", "labels": "none", "quality": "draft", "title": False}


@pytest.fixture(scope="module")
def curl() -> Scene:
    return Scene.load("standing_leg_curl")


def flesh(image: np.ndarray) -> int:
    """Pixels of saturated red, which only muscle is."""
    red, green, _ = np.moveaxis(image[..., :3].astype(int), -1, 0)
    return int(((red > 2 * green) & (red > 60)).sum())


# -- words -----------------------------------------------------------------------------------------------------------


def test_structures_are_known_by_names_groups_latin_and_synonyms() -> None:
    assert structure_names("hamstrings") == structure_names("muscles") == HEADS
    assert structure_names("Hip bone, os coxae") == ("hip_bone",)
    assert structure_names("bflh,medial") == (HEADS[2], HEADS[0], HEADS[1])
    assert set(structure_names("all")) == {s.name for s in assembly.structures()}
    assert structure_names("") == ()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"hide": "femr"}, 'no structure "femr".*Did you mean "femur"'),
        ({"only": "landmarks"}, "no structure"),
        ({"opacity": "femur=2"}, 'opacity of femur is "2"; allowed is NAME=0'),
        ({"opacity": "femur"}, 'opacity of femur is ""'),
        ({"opacity": {"femur": float("nan")}}, "opacity of femur"),
        ({"peel": "skin"}, "no structure"),
    ],
)
def test_a_word_that_means_nothing_is_one_sentence(words: dict[str, object], sentence: str) -> None:
    with pytest.raises(VisualiserError, match=sentence):
        show(**words)


def test_the_more_particular_word_wins(curl: Scene) -> None:
    chosen = show(only="medial", peel="semimembranosus", opacity={"femur": 0.5}, hide="tibia")
    found = opacities(curl.body.surfaces, chosen)
    assert found["tibia_right"] == 0.0 and found["femur_right"] == 0.5 and found["sacrum"] == GHOSTED
    assert (
        found["semimembranosus_right"] == PEELED == found["semitendinosus_right"]
    )  # the one lies in a groove of the other
    assert found["femur_left"] == 0.5 and found["fibula_left"] == 0.0
    assert set(opacities(curl.body.surfaces, EVERYTHING).values()) == {1.0}


def test_peeling_takes_away_all_that_lies_over_a_structure_and_nothing_deep_to_it() -> None:
    assert lying_over("sciatic_nerve") == {"biceps_femoris_long_head"}
    assert lying_over("semitendinosus") == frozenset()
    assert set(HEADS) < lying_over("femur")


def test_hiding_everything_is_refused(curl: Scene) -> None:
    with pytest.raises(VisualiserError, match="Nothing is left"):
        opacities(curl.body.surfaces, show(hide="all"))


# -- labels ----------------------------------------------------------------------------------------------------------


def keys(scene: Scene, chosen: Show) -> set[str]:
    surfaces = scene.body.surfaces
    return {spec.key for spec in named(label_specs("all"), surfaces, opacities(surfaces, chosen))}


def test_hidden_structures_and_landmarks_on_hidden_bones_lose_their_names(curl: Scene) -> None:
    everything, less = keys(curl, EVERYTHING), keys(curl, show(hide="semitendinosus,hip_bone"))
    assert {"semitendinosus", "ischial_tuberosity"} <= everything - less
    assert {"semimembranosus", "head_of_fibula"} <= less


def test_what_is_singled_out_keeps_its_name_and_the_ghosts_round_it_lose_theirs(curl: Scene) -> None:
    left = keys(curl, show(only="semitendinosus"))
    assert left & set(HEADS) == {"semitendinosus"} and "ischial_tuberosity" in left


# -- pixels ----------------------------------------------------------------------------------------------------------


@pytest.mark.render
def test_a_hidden_muscle_leaves_no_pixel_and_a_peeled_one_a_veil(curl: Scene) -> None:
    full, hidden, peeled = (
        flesh(np.asarray(curl.image(at=0, **SMALL, **words))) for words in ({}, {"hide": "muscles"}, {"peel": "femur"})
    )
    assert full > 1000 and hidden == 0 and peeled < 0.1 * full


@pytest.mark.render
def test_translucent_bones_are_drawn_and_let_through_what_lies_behind(curl: Scene) -> None:
    solid, faint, gone = (
        np.asarray(curl.image(at=0, **SMALL, transparent=True, **words))[..., 3].astype(int)
        for words in ({}, {"opacity": "femur=0.3,tibia=0.3"}, {"hide": "femur,tibia"})
    )
    where = (solid == 255) & (gone == 0)  # bone and nothing else
    assert where.sum() > 300
    assert np.median(faint[where]) == pytest.approx(0.3 * 255, abs=3)


@pytest.mark.render
@pytest.mark.parametrize("words", [{}, {"opacity": "femur=0.3"}], ids=["solid", "translucent"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_transparent_still_laid_on_a_slide_has_no_halo(curl: Scene, words: dict[str, str], theme: str) -> None:
    """On the theme's own ground it is the opaque picture again, edges included."""
    options = {
        **SMALL,
        "quality": "standard",
        "at": 0.0,
        "theme": "print",
        "scale_bar": False,
        "compass": False,
    }
    cut = np.asarray(curl.image(transparent=True, **options, **words))
    ground = np.full((*cut.shape[:2], 3), THEMES[theme].bottom, dtype=float)
    share = cut[..., 3:] / 255.0
    laid = cut[..., :3] * share + ground * (1 - share)
    # At soft edges colours stay between those of the ground and of the anatomy beside them: nothing glows.
    edge = (cut[..., 3] > 0) & (cut[..., 3] < 255)
    solid = cut[cut[..., 3] == 255][:, :3].astype(int)
    assert edge.sum() > 200
    low, high = np.minimum(solid.min(0), ground[0, 0]) - 2, np.maximum(solid.max(0), ground[0, 0]) + 2
    assert ((laid[edge] >= low) & (laid[edge] <= high)).all(
        axis=-1
    ).mean() > 0.98  # a grazed edge may be the darkest spot
    # And the colour of an edge is that of the anatomy beside it, not of whatever it was drawn on.
    away, beside = ndimage.distance_transform_edt(cut[..., 3] < 255, return_indices=True)
    close = edge & (away < 2.3)
    saturation = np.ptp(cut[..., :3].astype(int), axis=-1)
    assert (
        saturation[close].mean() > 0.65 * saturation[tuple(beside)][close].mean()
    )  # glassy bone is among them, paler than flesh


def test_a_picture_on_black_and_on_white_gives_colour_and_opacity_back() -> None:
    rng = np.random.default_rng(1)
    colour, alpha = rng.integers(0, 256, (40, 40, 3)), rng.choice([0.0, 0.14, 0.3, 0.5, 1.0], (40, 40, 1))
    black, white = ((colour * alpha + ground * (1 - alpha) + 0.5).astype(np.uint8) for ground in (0, 255))
    cut = cut_out(black, white)
    np.testing.assert_allclose(cut[..., 3:] / 255, alpha, atol=0.006)
    error = np.abs(cut[..., :3].astype(int) - colour) * alpha
    assert error.max() <= 2
    flat = flatten(cut, "print", shadow=False).astype(int)
    np.testing.assert_allclose(flat, colour * alpha + 255 * (1 - alpha), atol=3)


def test_the_windows_of_the_layout_see_through_what_is_translucent() -> None:
    assert stills.solid({"a": 1.0, "b": 0.3, "c": 0.7, "d": 0.0}) == {"a": 1.0, "b": 0.0, "c": 1.0, "d": 0.0}


def test_unknown_names_have_their_own_error() -> None:
    with pytest.raises(UnknownNameError):
        show(hide="nothing_like_it")


@pytest.mark.parametrize(("view", "shown"), [("medial", False), ("popliteal", False), ("posterior", True)])
def test_the_ghost_of_the_other_leg_stands_behind_what_is_meant_or_not_at_all(
    view: str, shown: bool, curl: Scene
) -> None:
    ghosts = [surface.name for surface in curl.body.surfaces if surface.ghost]
    opacities = shown_opacities(curl.body, Options(view=view))
    assert ghosts and all((opacities[name] > 0.0) == shown for name in ghosts)
