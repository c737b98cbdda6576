"""What may be asked of a picture: moments, poses, sizes, furniture, cameras, colours, words for those who cannot see it."""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visualiser import Scene, cli
from visualiser.bodies.assembly import Body
from visualiser.conventions import LEG_SLICES
from visualiser.errors import PoseError, SceneFileError, VisualiserError
from visualiser.movements import posing
from visualiser.movements.movement import pose_at
from visualiser.pictures import alt, colouring, pages
from visualiser.pictures.appearance import (
    DIVERGING,
    IDENTITY,
    QUIET_FLESH,
    QUIET_NERVE,
    RISING,
    THEMES,
    Paint,
    diverging,
    rising,
)
from visualiser.pictures.labels import Placement
from visualiser.pictures.options import Options, moment, samples_of, size_of
from visualiser.tissue.nerve import nerve_strain
from visualiser.writing import read_png_texts, write_png

TINY = {"width": 240, "height": 180, "quality": "draft", "labels": "none"}


@pytest.fixture(scope="module")
def leg_raise() -> Scene:
    return Scene.load("straight_leg_raise")


# -- moments, sizes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "seconds"), [(0.5, 2.0), ("0.5", 2.0), ("50%", 2.0), (" 50 % ", 2.0), ("1.2s", 1.2), (1, 4.0), ("0s", 0.0)]
)
def test_a_moment_is_a_share_a_percentage_or_a_time(at: float | str, seconds: float) -> None:
    assert moment(at, 4.0) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("x", 'at is "x"'),
        ("120%", "from 0 to 100%"),
        ("5s", "from 0 to 4 s"),
        ("nan", "from 0 to 1"),
        ("-1", "0 to 1"),
        ("", 'at is ""'),
    ],
)
def test_a_moment_outside_the_movement_is_refused(at: str, sentence: str) -> None:
    with pytest.raises(VisualiserError, match=sentence):
        moment(at, 4.0)


def test_sizes_are_words_or_pixels() -> None:
    assert (
        size_of("4k") == (3840, 2160)
        and size_of("A4") == (2339, 1654)
        and size_of("800x600") == size_of("800 × 600") == (800, 600)
    )
    with pytest.raises(VisualiserError, match='no size "huge"'):
        size_of("huge")
    assert [samples_of(word) for word in ("draft", "standard", "fine")] == [1, 2, 3]


@pytest.mark.parametrize("wrong", [{"elevation": 100.0}, {"zoom": 0.0}, {"azimuth": float("inf")}, {"colour": "red"}])
def test_impossible_cameras_and_colours_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(VisualiserError, match="allowed"):
        Options(**wrong)


# -- poses -----------------------------------------------------------------------------------------------------------


def test_a_pose_is_a_scene_that_holds_still_and_can_be_read_again(leg_raise: Scene) -> None:
    held = leg_raise.posed("hip_flexion=70,knee_flexion=20")
    assert held.movement.title == "Hip flexion 70°, knee flexion 20°" and held.movement.posture == "supine"
    np.testing.assert_allclose(held.frame(0).transforms["tibia_right"], held.frame(1).transforms["tibia_right"])
    again = posing.scenefile.parse(held.movement.text, "x")
    assert again.keyframes == held.movement.keyframes
    with pytest.raises(PoseError, match="knee_flexion_right is 170°"):
        leg_raise.posed({"knee_flexion": 170})
    with pytest.raises(VisualiserError, match='Did you mean "hip_flexion"'):
        leg_raise.posed("hip_flexon=7")


# -- scenes in pictures ----------------------------------------------------------------------------------------------


@pytest.mark.render
def test_a_picture_reopens_as_the_scene_that_it_shows(leg_raise: Scene, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    leg_raise.on_side("left").image(path, at="30%", **TINY)
    again = Scene.load(path)
    assert again.movement.keyframes == leg_raise.movement.keyframes and again.movement.side == "left"
    assert float(again.at) == pytest.approx(0.3)
    np.testing.assert_array_equal(np.asarray(again.image(**TINY)), np.asarray(Image.open(path)))


def carrying(path: Path, **texts: str) -> Path:
    """A small picture with some texts."""
    write_png(Image.new("RGB", (8, 8)), path, metadata=texts, force=True)
    return path


@pytest.mark.parametrize(
    ("comment", "sentence"),
    [
        ("", "carries no scene"),
        ("made by hand", "carries no scene"),
        ("hamstring-visualiser scene\n", "carries no scene"),
        ("hamstring-visualiser scene\nimport os", "not valid TOML"),
        ('hamstring-visualiser scene\ntitle = "x"\nkeyframes = [{time_s = 0}, {time_s = 1, hip_flexion = 300}]', "300"),
        ("hamstring-visualiser scene\n" + "#" * 1_000_001, "can be read|at most"),
    ],
)
def test_a_picture_without_a_sound_scene_says_so(tmp_path: Path, comment: str, sentence: str) -> None:
    with pytest.raises(SceneFileError, match=sentence):
        Scene.load(carrying(tmp_path / "a.png", comment=comment))


def test_what_is_no_picture_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"GIF89a nothing")
    with pytest.raises(SceneFileError, match="not a PNG"):
        Scene.load(tmp_path / "a.png")
    with pytest.raises(SceneFileError, match="no such file"):
        Scene.load(tmp_path / "b.png")


# -- words for a picture ---------------------------------------------------------------------------------------------


@pytest.mark.render
def test_the_alternative_text_says_what_is_seen_and_travels_with_the_picture(
    leg_raise: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [
        "--hide",
        "fibula",
        "--peel",
        "semitendinosus",
        "--size",
        "480x270",
        "--quality",
        "draft",
        "--alt",
        "-o",
        "a.png",
    ]
    assert cli.main(["shot", "straight_leg_raise", "--at", "50%", *words]) == 0
    path, said = capsys.readouterr().out.splitlines()
    assert path == "a.png" and read_png_texts("a.png")["Description"] == said
    for piece in (
        "Straight leg raise",
        "lateral view of the right leg",
        "Hip flexion",
        "Left out: fibula.",
        "See-through: semitendinosus.",
    ):
        assert piece in said
    assert "Labels: " in said and "Head of fibula" not in said


@pytest.mark.render
def test_title_scale_bar_compass_and_dial_can_be_left_out(leg_raise: Scene) -> None:
    plain = {**TINY, "theme": "print"}
    full = np.asarray(leg_raise.image(**plain))
    bare = np.asarray(leg_raise.image(**plain, title=False, scale_bar=False, compass=False, dial=False))
    ink = [(np.ptp(image.astype(int), axis=-1) < 12) & (image.max(axis=-1) < 120) for image in (full, bare)]
    assert ink[0][:25, :90].sum() > 10 and ink[1][:25, :90].sum() == 0  # title and dial are gone
    assert ink[1].sum() < ink[0].sum()


def test_every_piece_of_furniture_has_its_box(leg_raise: Scene) -> None:
    options = Options(labels="muscles", caption="Say so", source="Somebody 1999", legend=True, colour="length")
    frame = leg_raise.frame(0.5)
    specs = pages.specs_for(leg_raise.body, leg_raise.movement, options)
    furniture = pages.page(leg_raise.body, leg_raise.movement, [frame], specs, options).furniture
    assert furniture.legend and furniture.scale_bar and furniture.colour_bar and len(furniture.texts) == 3
    boxes = furniture.boxes
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert all(0 <= b.left < b.right <= 1920 and 0 <= b.top < b.bottom <= 1080 for b in boxes)


# -- cameras ---------------------------------------------------------------------------------------------------------


def camera(scene: Scene, **words: object) -> pages.Camera:
    options = Options(labels="none", **words)
    return pages.page(scene.body, scene.movement, [scene.frame(0)], (), options).camera


def test_own_cameras_turn_rise_and_zoom(leg_raise: Scene) -> None:
    plain, turned = camera(leg_raise), camera(leg_raise, azimuth=90.0)
    assert np.dot(turned.back, plain.right) == pytest.approx(1.0, abs=0.01)
    assert camera(leg_raise, elevation=30.0).back[1] == pytest.approx(np.sin(np.radians(30) + np.arcsin(plain.back[1])))
    assert camera(leg_raise, zoom=2.0).half == pytest.approx(plain.half / 2)
    lens = camera(leg_raise, perspective=True)
    assert not lens.parallel and lens.metres_per_unit(1080.0) is None


# -- colours ---------------------------------------------------------------------------------------------------------

# Machado, Oliveira & Fernandes 2009 (IEEE TVCG 15:1291), severity 1.0, on linear RGB.
VISION = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lab(colours: np.ndarray, vision: str | None = None) -> np.ndarray:
    """CIE L*a*b* of sRGB bytes (n, 3), as seen with a colour vision."""
    share = np.asarray(colours, float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    if vision:
        linear = np.clip(linear @ np.array(VISION[vision]).T, 0, 1)
    xyz = linear @ np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]).T
    f = np.cbrt(np.maximum(xyz / np.array([0.9505, 1.0, 1.089]), 0.008856))
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=-1)


def closest(colours: np.ndarray, vision: str | None) -> float:
    points = lab(colours, vision)
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(points, 2))


@pytest.mark.parametrize("vision", [None, *VISION])
def test_the_four_heads_and_the_nerve_are_told_apart_with_every_colour_vision(vision: str | None) -> None:
    names = (
        "semitendinosus",
        "semimembranosus",
        "biceps_femoris_long_head",
        "biceps_femoris_short_head",
        "sciatic_nerve",
    )
    assert closest(np.array([IDENTITY[name] for name in names]), vision) > 10  # 2.3 is just noticeable


@pytest.mark.parametrize("vision", [None, *VISION])
def test_short_upright_and_long_are_told_apart_with_every_colour_vision_and_in_grey(vision: str | None) -> None:
    ramp = np.array([diverging(share) for share in np.linspace(0, 1, 21)])
    lightness = lab(ramp, vision)[:, 0]
    assert (np.diff(lightness) > 0).all()
    assert closest(np.array(DIVERGING), vision) > 12
    assert diverging(-1.0) == DIVERGING[0] and diverging(0.5) == DIVERGING[2] and diverging(7.0) == DIVERGING[-1]


@pytest.mark.parametrize("theme", THEMES)
def test_texts_and_leaders_stand_out_from_their_ground_in_grey(theme: str) -> None:
    look = THEMES[theme]
    ground = lab(np.array([look.top, look.bottom]))[:, 0]
    for colour, least in ((look.ink, 60), (look.second_ink, 40), *((c, 30) for c in look.groups.values())):
        assert np.abs(lab(np.array([colour]))[0, 0] - ground).min() > least


def test_length_colours_are_centred_on_upright_and_reach_the_extremes(leg_raise: Scene) -> None:
    body, movement = leg_raise.body, leg_raise.movement
    upright = leg_raise.posed({"knee_flexion": 0.0}).movement
    painted = colouring.colours("length", body, upright, 0.0)
    muscles = {s.name for s in body.surfaces if s.kind == "muscle"}
    assert {painted[name] for name in muscles} == {DIVERGING[2]}
    nerves = {
        painted[name] for name in painted if name not in muscles
    }  # outside the map, or they would read as stretched
    assert len(nerves) == 1 and closest(np.array([*nerves, *DIVERGING]), None) > 12
    raised = colouring.colours("strain", body, movement, movement.duration_s * 0.5)
    assert raised["biceps_femoris_short_head_right"] == DIVERGING[2]  # it does not cross the hip
    assert raised["semimembranosus_right"][0] > 180 > raised["semimembranosus_right"][2]  # long: towards yellow
    scale = colouring.scale("length", body, movement)
    assert scale is not None and scale.ticks[1] == (100.0, 0.5)
    assert colouring.scale("identity", body, movement) is None


@pytest.mark.parametrize("vision", [None, *VISION])
def test_slack_and_strained_nerve_are_told_apart_with_every_colour_vision_and_in_grey(vision: str | None) -> None:
    ramp = np.array([rising(share) for share in np.linspace(0, 1, 21)])
    assert (np.diff(lab(ramp, vision)[:, 0]) > 0).all()
    assert closest(np.array(RISING), vision) > 12
    for quiet in (QUIET_FLESH, QUIET_NERVE):  # neither end of the map looks like what is not coloured by it
        assert closest(np.array([quiet, RISING[0], RISING[-1]]), vision) > 12
        assert closest(np.array([quiet, DIVERGING[0], DIVERGING[-1]]), vision) > 12


def trunk_of(body: Body, colours: Mapping[str, Paint]) -> tuple[np.ndarray, np.ndarray]:
    """Colours and heights in standing of the vertices of the sciatic trunk, without its roots and branches."""
    rings, sectors = body.tube_sizes("sciatic_nerve")[0]
    own = slice(0, rings * (sectors + 1) + 2)
    return np.asarray(colours["sciatic_nerve_right"])[own], body.surface("sciatic_nerve_right").vertices[own, 1]


def test_the_nerve_has_its_strain_as_colours_along_it(leg_raise: Scene) -> None:
    body, movement = leg_raise.body, leg_raise.movement
    slack, raised = (colouring.colours("nerve_strain", body, movement, movement.duration_s * at) for at in (0.0, 0.5))
    (trunk, height), tibial = trunk_of(body, raised), np.asarray(raised["tibial_nerve_right"])
    assert len(raised["sciatic_nerve_right"]) == len(body.surface("sciatic_nerve_right").vertices)
    assert raised["semimembranosus_right"] == QUIET_FLESH and "femur_right" not in raised
    assert np.unique(np.asarray(slack["tibial_nerve_right"]), axis=0).tolist() == [list(RISING[0])]
    assert np.unique(np.asarray(raised["common_fibular_nerve_right"]), axis=0).tolist() == [list(QUIET_NERVE)]
    # Most strained, and so brightest, at the hip that moves: lightness falls from there to the leg.
    bright = {level: lab(trunk[np.abs(height - level) < 0.01]).mean(axis=0)[0] for level in (-0.03, -0.15, -0.25)}
    assert (
        bright[-0.03] > bright[-0.15] > bright[-0.25] > lab(tibial).mean(axis=0)[0] > lab(np.array([RISING[0]]))[0, 0]
    )
    limit = colouring.reach("nerve_strain", body, movement)
    assert limit == 8.0  # and the largest strain is where the map says that it is
    most = 100.0 * nerve_strain(pose_at(movement, movement.duration_s * 0.5)[LEG_SLICES["right"]])
    assert closest(np.array([trunk[lab(trunk)[:, 0].argmax()], rising(float(most) / limit)]), None) < 3
    scale = colouring.scale("nerve_strain", body, movement)
    assert scale is not None and scale.ticks[0] == (0.0, 0.0) and "%" in scale.title


def test_the_nerve_is_drawn_to_the_hip_from_both_ends(leg_raise: Scene) -> None:
    body, movement = leg_raise.body, leg_raise.movement
    raised = colouring.colours("nerve_excursion", body, movement, movement.duration_s * 0.5)
    trunk, height = trunk_of(body, raised)
    in_pelvis, in_thigh = (trunk[np.abs(height - level) < 0.01].astype(int) for level in (0.04, -0.1))
    assert (in_pelvis[:, 0] > in_pelvis[:, 2] + 30).all()  # towards the foot: towards yellow
    assert (in_thigh[:, 2] > in_thigh[:, 0] + 30).all()  # towards the spine: towards blue
    scale = colouring.scale("nerve_excursion", body, movement)
    assert scale is not None and scale.ticks[1] == (0.0, 0.5) and "mm" in scale.title
    standing = colouring.colours("nerve_excursion", body, leg_raise.posed({"knee_flexion": 0.0}).movement, 0.0)
    assert np.unique(np.asarray(standing["tibial_nerve_right"]), axis=0).tolist() == [list(DIVERGING[2])]


def test_a_cut_through_the_nerve_has_the_colour_of_the_trunk_not_of_the_branches_in_it(leg_raise: Scene) -> None:
    body, movement = leg_raise.body, leg_raise.movement
    raised = colouring.colours("nerve_strain", body, movement, movement.duration_s * 0.5)
    trunk, height = trunk_of(body, raised)
    vertices = body.surface("sciatic_nerve_right").vertices
    level = np.abs(height + 0.12) < 0.004
    found = colouring.colour_near(raised["sciatic_nerve_right"], vertices, vertices[: len(height)][level].mean(axis=0))
    assert closest(np.array([found, trunk[level].astype(float).mean(axis=0)]), None) < 3
    assert colouring.colour_near(QUIET_FLESH, vertices, vertices[0]) == QUIET_FLESH
    fibular = raised["common_fibular_nerve_right"]
    assert (
        colouring.colour_near(fibular, body.surface("common_fibular_nerve_right").vertices, vertices[0]) == QUIET_NERVE
    )


@pytest.mark.render
def test_a_picture_shows_the_colours_along_the_nerve(leg_raise: Scene) -> None:
    look = {"width": 480, "height": 270, "labels": "none", "hide": "muscles", "scale_bar": False, "dial": False}
    plain, strained = (
        np.asarray(leg_raise.image(at=0.5, colour=colour, **look).convert("RGB"), int)
        for colour in ("tissue", "nerve_strain")
    )
    anatomy = (slice(60, None), slice(120, None))  # the bar of colours stands in the corner

    def reddish(picture: np.ndarray) -> int:
        red, green, blue = np.moveaxis(picture[anatomy], -1, 0)
        return int(((red - blue > 60) & (red - green > 50)).sum())

    assert reddish(strained) > reddish(plain) + 50


def test_identity_colours_fill_the_muscles(leg_raise: Scene) -> None:
    painted = colouring.colours("identity", leg_raise.body, leg_raise.movement, 0.0)
    assert painted["semitendinosus_right"] == IDENTITY["semitendinosus"]
    assert "femur_right" not in painted and colouring.colours("tissue", leg_raise.body, leg_raise.movement, 0.0) == {}


def test_an_empty_placement_says_nothing_of_labels(leg_raise: Scene) -> None:
    said = alt.text(leg_raise.body, leg_raise.movement, 0.0, Options(title="My own"), Placement((1.0, 1.0), ()))
    assert said.startswith("My own. Straight leg raise") and "Labels" not in said
