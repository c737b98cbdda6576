"""The slide deck of some movements: for each a labelled still, a looping film, numbers, facts, a claim and its verdict, and questions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from visualiser.anatomy import muscles, sources
from visualiser.exports.quiz import SAMPLES, activity, done, joints, questions, reach
from visualiser.exports.slides import BODY_TOP, HEIGHT, MARGIN, WIDTH, Area, Slides, Words
from visualiser.exports.subject import Subject
from visualiser.films import clips
from visualiser.films.timeline import Pace
from visualiser.pictures import stills
from visualiser.pictures.appearance import IDENTITY, Colour
from visualiser.pictures.options import Options, moment
from visualiser.tissue.measurement import Table

_STILL = (1920, 886)  # pixels: the shape of the room under a title
_FILM = (1280, 720)
FPS = 24
_BODY: Area = (MARGIN, BODY_TOP - 0.1, WIDTH - 2 * MARGIN, HEIGHT - BODY_TOP - 0.45)
_MODEL = "Model values of hamstring-visualiser, not measurements"
_SHORT = {"biceps_femoris_long_head": "Biceps, long head", "biceps_femoris_short_head": "Biceps, short head"}
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Style:
    """How a deck looks: theme, view and labels of its pictures, how large they are, whether it asks questions."""

    theme: str = "light"
    view: str | None = None
    labels: str = "default"
    quiz: bool = False
    still: tuple[int, int] = _STILL
    film: tuple[int, int] = _FILM
    fps: int = FPS

    def sized(self, size: tuple[int, int]) -> "Style":
        """The same with films of a size, pixels, and stills as wide."""
        return replace(self, film=size, still=(size[0], round(size[0] * _STILL[1] / _STILL[0])))


def deck(subjects: Sequence[Subject], style: Style, progress: Progress | None = None) -> bytes:
    """The whole presentation (PPTX)."""
    title = subjects[0].movement.title if len(subjects) == 1 else "Hamstrings in motion"
    slides = Slides(style.theme, title)
    frames = [clips.frame_count(subject.movement, style.fps, 1.0) for subject in subjects]
    pictures = [_still(subject, style) for subject in subjects]
    _cover(slides, subjects, title, _still(subjects[0], style, (0.72, 1.4)))
    with TemporaryDirectory() as folder:
        for i, (subject, picture) in enumerate(zip(subjects, pictures, strict=True)):
            before = sum(frames[:i])
            step = (lambda done, _, before=before: progress(before + done, sum(frames))) if progress else None
            film = _film(subject, style, Path(folder) / f"{i}.mp4", step)
            _scene(slides, subject, style, picture, film)
    _sources(slides, subjects)
    return slides.content()


# -- pictures ------------------------------------------------------------------------------------------------------------------------


def options(subject: Subject, style: Style, size: tuple[int, int]) -> Options:
    """What pictures for slides are asked: the slide has the title, the ground is the slide's."""
    movement = subject.movement
    return Options(
        width=size[0],
        height=size[1],
        view=style.view or movement.view,
        theme=style.theme,
        labels=style.labels,
        frame=movement.frame,
        title=False,
        transparent=True,
        supersampling=2,
    )


def _still(subject: Subject, style: Style, share: tuple[float, float] | None = None) -> Image.Image:
    """A still; with shares of the usual width and height, one without names and measures."""
    asked = options(subject, style, style.still)
    if share is not None:
        width, height = (round(side * part) for side, part in zip(style.still, share, strict=True))
        asked = replace(asked, width=width, height=height, labels="none", scale_bar=False, compass=False, dial=False)
    return stills.still(subject.body(), subject.movement, moment(subject.at, subject.movement.duration_s), asked)


def _film(subject: Subject, style: Style, file: Path, progress: Progress | None) -> Path:
    """The film of a movement, with the captions of its phases."""
    asked = replace(options(subject, style, style.film), transparent=False, captions=True)
    clips.clip(subject.body(), subject.movement, file, asked, pace=Pace(fps=style.fps), progress=progress)
    return file


# -- slides --------------------------------------------------------------------------------------------------------------------------


def _cover(slides: Slides, subjects: Sequence[Subject], title: str, picture: Image.Image) -> None:
    slide = slides.add(title, notes=f"{_MODEL}.", foot=f"{_MODEL}. One plausible adult; do not plan treatment with it.")
    slide.shapes.title.text_frame.paragraphs[0].font.size = 508000  # 40 points
    if len(subjects) == 1:
        words = [Words(" ".join(subjects[0].movement.summary.split()), 20)]
    else:
        words = [Words(subject.movement.title, 20, space=8) for subject in subjects]
    slides.text(slide, (MARGIN, BODY_TOP + 0.15, 4.3, 4.9), words)
    slides.picture(slide, picture, (5.3, 0.6, WIDTH - 5.3 - 0.3, 6.9), picture.info["alt"])


def _scene(slides: Slides, subject: Subject, style: Style, picture: Image.Image, film: Path) -> None:
    movement, table = subject.movement, subject.table(SAMPLES)
    over = f"{movement.group.upper()} · {movement.side.upper()} LEG"
    source = f"Source: {_cited(subject)}" if movement.sources else ""
    summary = " ".join(movement.summary.split())
    notes = f"{summary}\n\n{joints(table)}\n\nSources: {movement.source_names or 'estimates of this project'}."
    slide = slides.add(movement.title, over=over, foot=_shortened(source), notes=notes)
    slides.picture(slide, picture, _BODY, picture.info["alt"])
    _motion(slides, subject, picture, film, style, over, notes)
    _numbers(slides, subject, table, over, notes)
    _facts(slides, subject, table, over, notes)
    if movement.claim:
        _verdict(slides, subject, over, source, notes)
    if style.quiz:
        _quiz(slides, subject, style, picture, over)


def _motion(
    slides: Slides, subject: Subject, picture: Image.Image, film: Path, style: Style, over: str, notes: str
) -> None:
    """The film, with the phases beside it."""
    movement = subject.movement
    slide = slides.add(f"{movement.title}: in motion", over=over, notes=notes)
    wide = 8.0 if movement.phases else 9.2
    area = (MARGIN if movement.phases else (WIDTH - wide) / 2, BODY_TOP, wide, wide * style.film[1] / style.film[0])
    asked = replace(options(subject, style, style.film), transparent=False)
    poster = stills.still(subject.body(), movement, moment(subject.at, movement.duration_s), asked)
    slides.film(slide, film, poster, area, f"Film: {picture.info['alt']}", movement.duration_s)
    words = []
    large = 16.0 if len(movement.phases) <= 4 else 13.5
    for i, phase in enumerate(movement.phases, start=1):
        words.append(Words(f"{i}  {phase.caption}", large, bold=True, space=10))
        words.append(
            Words(f"{phase.start_s:g} to {phase.end_s:g} s. {activity(phase)}", large - 2.5, quiet=True, space=1)
        )
    if words:
        slides.text(slide, (MARGIN + wide + 0.35, BODY_TOP, WIDTH - 2 * MARGIN - wide - 0.35, 5.2), words)


def _numbers(slides: Slides, subject: Subject, table: Table, over: str, notes: str) -> None:
    """Lengths of the heads as a native chart, with what it says in words."""
    movement, time = subject.movement, table["time_s"]
    step = max(1, len(time) // 80)
    rows = np.unique([*range(0, len(time), step), len(time) - 1])
    lines, said = [], []
    for head in muscles.HEADS:
        values = table[f"{head.name}_length_percent"]
        name = _SHORT.get(head.name, head.display)
        lines.append((name, _ink(head.name, slides.dark), values[rows]))
        said.append((name, *reach(table, head.name)))
    slide = slides.add(
        f"{movement.title}: lengths",
        over=over,
        foot=f"{_MODEL}. Muscle and tendon, % of upright standing.",
        notes=notes,
    )
    alt = "Chart of length over time. " + "; ".join(f"{name} {long}, {when}" for name, long, when in said) + "."
    slides.chart(
        slide, (MARGIN - 0.1, BODY_TOP, 8.6, 5.2), time[rows], lines, ("Time, s", "Length, % of upright standing"), alt
    )
    words = [Words(joints(table), 15, quiet=True)]
    for name, long, when in said:
        words += [Words(name, 17, bold=True, space=13), Words(f"{long}, {when}", 15, space=0)]
    slides.text(slide, (9.45, BODY_TOP + 0.1, WIDTH - MARGIN - 9.45, 5.0), words)


def _facts(slides: Slides, subject: Subject, table: Table, over: str, notes: str) -> None:
    """What each head is, and what it does here."""
    rows = [("Head", "Origin", "Insertion", "Action", "Nerve", "Here")]
    for head in muscles.HEADS:
        doing = done(subject.movement, head.name)
        here = f"{reach(table, head.name)[0]} of upright length{f'; {doing}' if doing else ''}"
        rows.append(
            (
                _SHORT.get(head.name, head.display),
                head.origin,
                head.insertion,
                _sentence(head.actions),
                head.nerve,
                here,
            )
        )
    cited = dict.fromkeys(source.citation for head in muscles.HEADS for source in head.sources)
    slide = slides.add(
        f"{subject.movement.title}: the four heads", over=over, foot=_shortened(f"Sources: {'; '.join(cited)}"),
        notes=f"{notes}\n\nFacts of the heads: {'; '.join(cited)}.",
    )  # fmt: skip
    alt = "Table of origin, insertion, action and nerve of the four heads, and their lengths in this movement."
    slides.table(slide, (MARGIN, BODY_TOP, WIDTH - 2 * MARGIN, 5.1), rows, (1.6, 2.4, 2.4, 1.7, 2.1, 1.55), 12, alt)


def _verdict(slides: Slides, subject: Subject, over: str, source: str, notes: str) -> None:
    movement = subject.movement
    slide = slides.add(f"{movement.title}: a claim, judged", over=over, foot=_shortened(source), notes=notes)
    slides.panel(slide, (MARGIN, BODY_TOP, WIDTH - 2 * MARGIN, 2.35))
    size = 24 if len(movement.claim) < 220 else 19
    slides.text(
        slide,
        (MARGIN + 0.35, BODY_TOP + 0.15, WIDTH - 2 * MARGIN - 0.7, 2.05),
        [Words(f"“{movement.claim}”", size, italic=True)],
        middle=True,
    )
    words = [Words(movement.verdict.capitalize(), 34, bold=True, accent=True), Words(movement.comment, 22, space=8)]
    slides.text(slide, (MARGIN, BODY_TOP + 2.7, WIDTH - 2 * MARGIN, 2.4), words)


def _quiz(slides: Slides, subject: Subject, style: Style, picture: Image.Image, over: str) -> None:
    """Pairs of slides: a question, then the same with its answer."""
    bare, beside = _still(subject, style, (1.0, 1.0)), _still(subject, style, (0.55, 1.2))
    asked = "Name what you see"
    slide = slides.add(asked, over=f"{over} · QUESTION")
    slides.picture(slide, bare, _BODY, f"{subject.movement.title} without labels: which structures are drawn?")
    slide = slides.add(asked, over=f"{over} · ANSWER", notes=picture.info["alt"])
    slides.picture(slide, picture, _BODY, picture.info["alt"])
    wide = 6.4
    for i, one in enumerate(questions(subject), start=1):
        size = 28 if len(one.question) < 130 else 22
        for answered in (False, True):
            title = f"{subject.movement.title}: question {i}"
            slide = slides.add(
                title, over=f"{over} · {'ANSWER' if answered else 'QUESTION'}", notes=f"{one.answer} {one.why}"
            )
            slides.picture(
                slide,
                beside,
                (MARGIN + wide + 0.2, 1.5, WIDTH - MARGIN - wide - 0.4, 6.0),
                beside.info["alt"],
            )
            slides.text(slide, (MARGIN, BODY_TOP, wide, 2.5), [Words(one.question, size, bold=not answered)])
            if answered:
                words = [Words(one.answer, 26, bold=True, accent=True), Words(one.why, 19, space=10)]
                slides.text(slide, (MARGIN, BODY_TOP + 2.55, wide, 2.8), words)


def _sources(slides: Slides, subjects: Sequence[Subject]) -> None:
    """Everything that was cited, as far as a slide can hold it; the rest in its notes."""
    keys = dict.fromkeys(key for subject in subjects for key in subject.movement.sources)
    cited = [sources.ALL[key].citation for key in keys]
    cited += [source.citation for head in muscles.HEADS for source in head.sources]
    lines = list(dict.fromkeys(cited))
    slide = slides.add("Sources", notes="\n".join([*lines, f"{_MODEL}."]))
    half = (len(lines) + 1) // 2
    for column, part in enumerate((lines[:half], lines[half:])):
        left, wide = MARGIN + column * 6.2, WIDTH / 2 - MARGIN - 0.3
        slides.text(
            slide,
            (left, BODY_TOP, wide, 5.0),
            [Words(line, 13 if len(lines) < 18 else 11, space=5) for line in part] or [Words("")],
        )


def _ink(name: str, dark: bool) -> Colour:
    """The identity colour of a head, a little darker on light ground, where the paler ones would fade."""
    red, green, blue = IDENTITY[name]
    return (red, green, blue) if dark else (round(red * 0.92), round(green * 0.92), round(blue * 0.92))


def _sentence(parts: Sequence[str]) -> str:
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}"


def _cited(subject: Subject) -> str:
    return subject.movement.source_names


def _shortened(text: str, most: int = 150) -> str:
    """A line for the foot of a slide; its notes have the whole."""
    return text if len(text) <= most else f"{text[: most - 1].rsplit(' ', 1)[0]} …"
