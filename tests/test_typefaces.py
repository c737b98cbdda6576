"""Texts measured without drawing them."""

import pytest
from PIL import ImageFont

from visualiser.anatomy.landmarks import LANDMARKS
from visualiser.pictures.typefaces import FACES, font_file, text_width, wrap


@pytest.mark.parametrize("face", FACES)
def test_widths_agree_with_the_drawing_library(face: str) -> None:
    font = ImageFont.truetype(str(font_file(face)), 1000, layout_engine=ImageFont.Layout.BASIC)
    for text in ("sanguis", "mnemonic 0123", "linea", "(80°)"):
        # Pillow's plain layout rounds every glyph to a pixel, here a thousandth.
        assert text_width(text, face) == pytest.approx(font.getlength(text) / 1000, abs=0.002 * len(text))


def test_kerning_draws_letters_together() -> None:
    assert text_width("AV", "english") < text_width("A", "english") + text_width("V", "english")


def test_every_landmark_can_be_spelt_in_both_faces() -> None:
    for mark in LANDMARKS:
        for text, face in ((mark.display, "english"), (mark.latin, "latin")):
            assert text_width(text, face) > 0.3 * len(text)


def test_a_text_that_fits_stays_on_one_line() -> None:
    assert [line.text for line in wrap("Head of fibula", "english", 26, room=400)] == ["Head of fibula"]


def test_long_texts_break_into_balanced_lines() -> None:
    lines = wrap("Posterior superior iliac spine", "english", 26, room=300)
    assert [line.text for line in lines] == ["Posterior superior", "iliac spine"]
    assert len(wrap("Posterior superior iliac spine", "english", 26, room=160, most=3)) == 3


def test_a_line_ends_at_the_comma_where_there_is_one() -> None:
    lines = wrap("musculus biceps femoris, caput longum", "latin", 32, room=470)
    assert [line.text for line in lines] == ["musculus biceps femoris,", "caput longum"]


def test_a_single_long_word_is_not_broken() -> None:
    assert len(wrap("Semimembranosus", "english", 34, room=50)) == 1
