"""Slide decks and handouts: what stands on them is the model's, and other programs open them without a complaint."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.oxml.ns import qn

from visualiser import cli
from visualiser.anatomy import muscles
from visualiser.errors import ExportError
from visualiser.exports.handout import broken
from visualiser.exports.quiz import activity, questions
from visualiser.exports.subject import Subject
from visualiser.pictures.typefaces import text_width
from visualiser.scene import Scene

SCENES = ("straight_leg_raise", "sprint", "standing_leg_curl")
SIZE = ("--size", "320x180", "--fps", "1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deck")


@pytest.fixture(scope="module")
def file(folder: Path) -> Path:
    """A deck of three movements with questions, small pictures and short films."""
    path = folder / "lecture.pptx"
    assert cli.main(["export", *SCENES, "-o", str(path), "--quiz", *SIZE]) == 0
    return path


@pytest.fixture(scope="module")
def slides(file: Path) -> list[Any]:
    return list(Presentation(str(file)).slides)


@pytest.fixture(scope="module")
def subjects() -> list[Subject]:
    return [Scene.load(name).subject for name in SCENES]


@pytest.fixture(scope="module")
def office() -> str:
    """LibreOffice, which opens slides and makes pages of them."""
    path = shutil.which("soffice")
    if path is None:
        missing = "LibreOffice is not installed (Debian: apt-get install libreoffice-impress)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return path


def words(slide: Any) -> str:
    """Everything that is written on a slide."""
    said = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            said.append(shape.text_frame.text)
        if shape.has_table:
            said += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(said)


def titled(slides: list[Any], title: str) -> Any:
    (found,) = [slide for slide in slides if slide.shapes.title.text_frame.text == title]
    return found


@pytest.mark.render
def test_a_deck_passes_a_schema_check(file: Path) -> None:
    if importlib.util.find_spec("openxml_audit") is None and not os.environ.get("CI"):
        pytest.skip("openxml-audit is not installed; it comes with the extra 'test'")
    from openxml_audit import OpenXmlValidator

    report = OpenXmlValidator().validate(str(file))
    assert [str(error) for error in report.errors] == []
    assert report.is_valid


@pytest.mark.render
def test_libreoffice_opens_a_deck_and_makes_a_page_of_every_slide(
    file: Path, slides: list[Any], office: str, folder: Path
) -> None:
    home = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    command = [office, home, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    content = (folder / "lecture.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == len(slides)


@pytest.mark.render
def test_slides_are_wide_and_each_has_a_title(file: Path, slides: list[Any]) -> None:
    deck = Presentation(str(file))
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=0.001)
    assert all(slide.shapes.title.text_frame.text.strip() for slide in slides)
    width, height = deck.slide_width, deck.slide_height
    for slide in slides:
        for shape in slide.shapes:
            assert -1 <= shape.left and shape.left + shape.width <= width + 1, shape.name
            assert -1 <= shape.top and shape.top + shape.height <= height + 1, shape.name


@pytest.mark.render
def test_every_picture_film_chart_and_table_says_what_it_shows(slides: list[Any]) -> None:
    told = 0
    for slide in slides:
        for shape in slide.shapes:
            seen = (
                shape.shape_type in (MSO_SHAPE_TYPE.PICTURE, MSO_SHAPE_TYPE.MEDIA) or shape.has_chart or shape.has_table
            )
            if seen:
                told += 1
                assert len(shape._element.xpath(".//p:cNvPr")[0].get("descr")) > 30, shape.name
    assert told > 12


@pytest.mark.render
def test_a_film_starts_by_itself_goes_round_and_is_whole(
    slides: list[Any], subjects: list[Subject], folder: Path
) -> None:
    slide = titled(slides, "Standing leg curl: in motion")
    (media,) = slide._element.iter(qn("p:cMediaNode"))
    assert media.find(qn("p:cTn")).get("repeatCount") == "indefinite"
    (film,) = [s for s in slide.shapes if s.shape_type == MSO_SHAPE_TYPE.MEDIA]
    assert media.find(".//" + qn("p:spTgt")).get("spid") == str(film.shape_id)
    assert 'cmd="playFrom(0.0)"' in slide._element.xml
    (part,) = {rel.target_part for rel in slide.part.rels.values() if rel.reltype.endswith("/video")}
    copy = folder / "film.mp4"
    copy.write_bytes(part.blob)
    with av.open(str(copy)) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == round(subjects[2].movement.duration_s)


@pytest.mark.render
def test_the_chart_is_native_and_holds_the_lengths_of_the_model(slides: list[Any], subjects: list[Subject]) -> None:
    slide = titled(slides, "Sprint stride: lengths")
    (frame,) = [shape for shape in slide.shapes if shape.has_chart]
    chart = frame.chart
    assert chart.part.chart_workbook.xlsx_part is not None  # its numbers can be edited
    table = subjects[1].table(241)
    series = {one.name: one for one in chart.plots[0].series}
    values = list(series["Biceps, long head"].values)
    ours = table["biceps_femoris_long_head_length_percent"]
    assert len(series) == 4
    assert max(values) == pytest.approx(ours.max(), abs=0.1)
    assert min(values) == pytest.approx(ours.min(), abs=0.1)
    assert chart.value_axis.minimum_scale < min(values) and max(values) < chart.value_axis.maximum_scale


@pytest.mark.render
def test_facts_phases_claim_verdict_and_sources_are_on_the_slides_and_in_the_notes(
    slides: list[Any], subjects: list[Subject]
) -> None:
    movement = subjects[0].movement
    facts = words(titled(slides, "Straight leg raise: the four heads"))
    assert all(head.origin in facts and head.insertion in facts and head.nerve in facts for head in muscles.HEADS)
    motion = words(titled(slides, "Straight leg raise: in motion"))
    assert all(phase.caption in motion for phase in movement.phases)
    assert "Two-joint heads passive, short head silent." in motion
    judged = titled(slides, "Straight leg raise: a claim, judged")
    assert movement.claim in words(judged)
    assert "Loose" in words(judged)
    assert movement.comment in words(judged)
    assert movement.source_names in judged.notes_slide.notes_text_frame.text
    assert "Bohannon" in words(slides[-1])


@pytest.mark.render
def test_questions_come_in_pairs_and_only_the_second_has_the_answer(slides: list[Any], subjects: list[Subject]) -> None:
    for subject in subjects:
        asked = questions(subject)
        assert len(asked) >= 3
        for i, one in enumerate(asked, start=1):
            title = f"{subject.movement.title}: question {i}"
            question, answer = (slide for slide in slides if slide.shapes.title.text_frame.text == title)
            assert one.question in words(question) and one.question in words(answer)
            assert one.answer not in words(question)
            assert one.answer in words(answer) and one.why in words(answer)


def test_answers_follow_from_the_model(subjects: list[Subject]) -> None:
    raised, sprint, curl = ({q.question: q for q in questions(subject)} for subject in subjects)
    couch = next(q for text, q in raised.items() if "stands at 90° to the couch" in text)
    assert "64°" in couch.answer and "26°" in couch.answer
    short = next(q for text, q in raised.items() if "short head of biceps change" in text)
    assert short.answer == "Not at all."
    longest = next(q for text, q in sprint.items() if "becomes longest" in text)
    table = subjects[1].table(241)
    most = {head.name: table[f"{head.name}_length_percent"].max() for head in muscles.HEADS}
    assert max(most, key=lambda name: most[name]) == "biceps_femoris_long_head"
    assert f"biceps femoris long head: {most['biceps_femoris_long_head']:.0f} %" in longest.answer
    knee = next(q for text, q in curl.items() if "does not cross the hip" in text)
    assert "The knee" in knee.answer
    assert not any("becomes longest" in text for text in raised)  # two heads are equally long there


def test_a_question_about_what_the_heads_do_does_not_tell_it(subjects: list[Subject]) -> None:
    for subject in subjects:
        for one in questions(subject):
            if one.question.endswith("do in this phase?"):
                assert not re.search("concentric|eccentric|isometric|passive|lengthen|shorten", one.question)


def test_what_heads_do_is_said_shortly(subjects: list[Subject]) -> None:
    assert [activity(phase) for phase in subjects[2].movement.phases] == [
        "All heads concentric.",
        "All heads isometric.",
        "All heads eccentric.",
    ]


@pytest.mark.render
def test_a_handout_has_a4_pages_with_words_that_can_be_searched(folder: Path) -> None:
    path = folder / "handout.pdf"
    assert cli.main(["export", *SCENES, "-o", str(path), "--quiz", "--size", "480x216"]) == 0
    content = path.read_bytes()
    boxes = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", content)
    assert len(boxes) >= 6
    for width, height in boxes:
        assert (float(width), float(height)) == pytest.approx((595.3, 841.9), abs=0.5)
    assert content.startswith(b"%PDF")
    if shutil.which("pdftotext"):
        said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
        assert "Straight leg raise" in said and "The four heads of the hamstrings" in said and "Answers" in said
        assert "Bohannon et al. 1985" in said


def test_lines_of_a_handout_fit_their_room() -> None:
    text = "Back of the ischial tuberosity, by a conjoint tendon shared with the long head of biceps; fleshy almost from the bone."
    lines = broken(text, 9.0, 60.0)
    assert " ".join(lines) == text
    assert max(text_width(line, "english") for line in lines) * 9.0 * 25.4 / 72 <= 60.0
    assert broken("", 9.0, 60.0) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-o", "a.pptx", "--theme", "drak"], 'no theme "drak".*Did you mean "dark"'),
        (["-o", "a.pptx", "--view", "side"], 'no view "side"'),
        (["-o", "a.pptx", "--labels", "hamstringz"], "no label"),
        (["-o", "a.pptx", "--fps", "0"], "fps is 0; 1 to 240"),
        (["-o", "a.pptx", "--at", "0.5"], "--at is for"),
        (["-o", "a.pdf", "--fps", "5"], "--fps is for .pptx"),
        (["-o", "a.pdf", "--size", "huge"], 'no size "huge"'),
        (["-o", "a.glb", "--quiz"], "--quiz is for .pptx, .pdf"),
    ],
)
def test_what_slides_cannot_be_is_refused_in_one_line_before_anything_is_drawn(
    words: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["export", "squat", *words]) == 2
    said = capsys.readouterr().err
    assert re.search(sentence, said), said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.render
def test_a_deck_that_cannot_be_written_leaves_the_old_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from visualiser.exports import deck

    path = tmp_path / "a.pptx"
    path.write_text("mine")

    def fails(*_: Any, **__: Any) -> None:
        raise ExportError("The film cannot be made.")

    monkeypatch.setattr(deck, "_film", fails)
    with pytest.raises(ExportError, match="film"):
        Scene.load("squat").export(path, size=(320, 180), force=True)
    assert path.read_text() == "mine"
    assert np.array_equal([p.name for p in tmp_path.iterdir()], ["a.pptx"])
