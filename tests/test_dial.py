"""Dials: what they say, where they stand, and that they are drawn as they say."""

from dataclasses import replace

import numpy as np
import pytest

from visualiser.bodies import assets
from visualiser.bodies.assembly import body
from visualiser.conventions import Side
from visualiser.errors import SceneFileError
from visualiser.films import clips
from visualiser.films.timeline import Pace
from visualiser.movements import scenefile
from visualiser.pictures import dial, stills
from visualiser.pictures.appearance import THEMES, label_colour
from visualiser.pictures.backdrop import compose_background
from visualiser.pictures.cameras import Box
from visualiser.pictures.options import Options
from visualiser.tissue.tightness import limited

CANVAS = (1920.0, 1080.0)


def scene(name: str):
    return scenefile.load(assets.scene_paths()[name])


def test_the_dial_of_a_leg_raise_splits_the_angle_into_hip_and_pelvis() -> None:
    reading = dial.reading_at(scene("straight_leg_raise"), 3.5)
    assert reading is not None
    assert reading.sentence == "Leg to couch 90°: pelvis 26°, hip 64°."
    assert reading.band_deg == (80.0, 90.0)
    tight = dial.reading_at(limited(scene("straight_leg_raise"), 1.0), 3.5)
    assert tight is not None and 60 < tight.angle_deg < 65
    assert sum(part.angle_deg for part in tight.parts) == pytest.approx(tight.angle_deg)


def test_the_dial_of_a_knee_shows_how_far_it_bends_by_its_own_force() -> None:
    reading = dial.reading_at(scene("active_insufficiency"), 3.0)
    assert reading is not None and reading.limit_deg == pytest.approx(reading.angle_deg, abs=1.5)
    assert reading.sentence.startswith("Knee bent 83°: by own force at most")


def test_most_scenes_have_no_dial() -> None:
    assert dial.reading_at(scene("sprint"), 0.2) is None


def test_an_unknown_dial_gets_a_sentence(tmp_path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('title = "A"\ndial = "legraise"\nkeyframes = [{ time_s = 0 }, { time_s = 1 }]\n', encoding="utf-8")
    with pytest.raises(SceneFileError, match=r"dial: is 'legraise'; allowed: none, leg_raise, knee.*leg_raise"):
        scenefile.load(path)


READING = dial.Reading("Leg to couch", 90.0, (dial.Part("pelvis", 26.0, "pelvis"), dial.Part("hip", 64.0, "femur")))


def test_it_stands_in_the_first_corner_that_is_free() -> None:
    title = Box(36.0, 30.0, 400.0, 72.0)
    first = dial.stand(READING, CANVAS, taken=[title])
    assert first.box.top > title.bottom and first.box.left < 100 and not first.ground
    busy = np.zeros((108, 192), dtype=bool)
    busy[:, :60] = True
    assert dial.stand(READING, CANVAS, taken=[title], silhouette=busy).box.left > 1400
    busy[:] = True
    assert dial.stand(READING, CANVAS, taken=[title], silhouette=busy).ground


def wedge(image: np.ndarray, colour: tuple[int, int, int]) -> int:
    """How many pixels have about this colour."""
    return int((np.abs(image.astype(int) - colour).max(axis=-1) < 40).sum())


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("leftwards", [False, True])
def test_shares_are_drawn_as_large_as_they_are_and_texts_stay_in_the_box(theme: str, leftwards: bool) -> None:
    page = compose_background(1920, 1080, theme)
    image = dial.draw(page.copy(), replace(dial.stand(READING, CANVAS), leftwards=leftwards), 1.0, theme)
    look = THEMES[theme]
    blended = [
        tuple(round(0.8 * c + 0.2 * g) for c, g in zip(label_colour(look, group), look.bottom, strict=True))
        for group in ("pelvis", "femur")
    ]
    pelvis, hip = (wedge(image, colour) for colour in blended)
    assert hip / pelvis == pytest.approx(64 / 26, rel=0.15)
    changed = (image != page).any(axis=-1)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    box = dial.stand(READING, CANVAS).box
    assert box.top <= rows[0] and rows[-1] <= box.bottom
    assert box.left <= columns[0] and columns[-1] <= box.right
    middle = round((box.left + box.right) / 2)
    half = changed[: round(box.top + 100)]  # only the half to which the leg points is filled with colour
    assert (wedge(image[:, :middle], blended[1]) > wedge(image[:, middle:], blended[1])) is leftwards
    assert half.any()


@pytest.mark.render
def test_stills_and_clips_carry_the_dial_and_labels_leave_it_room() -> None:
    raise_, leg = scene("straight_leg_raise"), body(Side.RIGHT, "one", "light")
    options = Options(width=640, height=360, supersampling=1, frame="thigh")
    drawn = stills.draw(leg, raise_, 3.5, options)
    assert drawn.gauge is not None
    assert "Leg to couch 90°: pelvis 26°, hip 64°." in drawn.alt
    assert not any(box.overlaps(drawn.gauge.box, 0.0) for box in drawn.placement.boxes)
    bare = stills.draw(leg, raise_, 3.5, replace(options, dial=False))
    assert bare.gauge is None and "Leg to couch" not in bare.alt
    timeline = clips.timeline_of(raise_, Pace(fps=1))
    pictures = [np.asarray(picture).copy() for picture in clips.images(leg, raise_, options, timeline)]
    box = drawn.gauge.box.scaled(options.scale)
    part = (slice(int(box.top), int(box.bottom)), slice(int(box.left), int(box.right)))
    assert len({picture[part].tobytes() for picture in pictures}) > 3  # it moves
    assert (pictures[3][part] != compose_background(640, 360, "light")[part]).any(axis=-1).mean() > 0.2
