"""A handout to print: A4 pages with a labelled still, lengths, phases, what each head does, the claim and the sources of each movement."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from visualiser import __version__
from visualiser.anatomy import muscles, sources
from visualiser.exports.quiz import SAMPLES, Question, activity, done, joints, questions, reach
from visualiser.exports.subject import Subject
from visualiser.movements.movement import Movement
from visualiser.pictures import stills
from visualiser.pictures.appearance import IDENTITY, THEMES, Colour, look_up
from visualiser.pictures.options import Options, moment
from visualiser.pictures.typefaces import text_width
from visualiser.tissue.measurement import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDE_MM, HIGH_MM, MARGIN_MM = 210.0, 297.0, 16.0
_ROOM_MM = WIDE_MM - 2 * MARGIN_MM
_POINT_MM = 25.4 / 72.0
PICTURE = (1780, 800)  # pixels: ten a millimetre
_TABLE_MM = 32.0  # of the four heads
_DASHES: Sequence[Any] = ("-", (0, (6, 2)), (0, (8, 2, 2, 2)), (0, (2, 1.5)))
_SHORT = {"biceps_femoris_long_head": "Biceps, long head", "biceps_femoris_short_head": "Biceps, short head"}
_MODEL = "Model values, not measurements: one plausible adult. Do not plan treatment with them."


def handout(
    subjects: Sequence[Subject],
    *,
    theme: str = "print",
    view: str | None = None,
    labels: str = "default",
    quiz: bool = False,
    size: tuple[int, int] = PICTURE,
) -> bytes:
    """The whole document (PDF): a page for each movement, one for the heads, and with `quiz` one of questions and one of answers.

    size : of the pictures, pixels
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages

    look_up("theme", theme, THEMES)
    stream = BytesIO()
    title = subjects[0].movement.title if len(subjects) == 1 else "Hamstrings in motion"
    told = {"Title": title, "Author": f"hamstring-visualiser {__version__}", "CreationDate": None}
    with mpl.rc_context({"pdf.fonttype": 42}), PdfPages(stream, metadata=told) as pages:
        for figure in _pages(subjects, theme, view, labels, quiz, size):
            pages.savefig(figure)
    return stream.getvalue()


def _pages(
    subjects: Sequence[Subject], theme: str, view: str | None, labels: str, quiz: bool, size: tuple[int, int]
) -> "list[Figure]":
    asked = [questions(subject) for subject in subjects] if quiz else []
    pages: list[Figure] = []
    for subject in subjects:
        pages += _movement(theme, len(pages) + 1, subject, view, labels, size)
    pages.append(_heads(Sheet(theme, len(pages) + 1), subjects))
    for answered in (False, True) if quiz else ():
        pages += _quiz(theme, len(pages) + 1, subjects, asked, answered)
    return pages


class Sheet:
    """A page that is written from top to bottom; `y` is where it goes on, millimetres from the top."""

    def __init__(self, theme: str, number: int) -> None:
        from matplotlib.figure import Figure

        self.look = THEMES[theme]
        self.figure = Figure(figsize=(WIDE_MM / 25.4, HIGH_MM / 25.4), facecolor=_rgb(self.look.bottom))
        self.y = MARGIN_MM
        self.write(str(number), 8, quiet=True, x=WIDE_MM - MARGIN_MM - 4, at=HIGH_MM - 12.0, room=20)

    def write(
        self,
        text: str,
        size: float,
        *,
        x: float = MARGIN_MM,
        room: float = _ROOM_MM,
        at: float | None = None,
        bold: bool = False,
        italic: bool = False,
        quiet: bool = False,
        colour: Colour | None = None,
        gap: float = 1.2,
    ) -> float:
        """A paragraph, broken into lines; where the next may begin. Without a place of its own it moves the page on."""
        top = self.y if at is None else at
        ink = colour or (self.look.second_ink if quiet else self.look.ink)
        face = "strong" if bold else "english"
        for line in broken(text, size, room, face):
            self.figure.text(
                x / WIDE_MM, 1.0 - top / HIGH_MM, line, fontsize=size, color=_rgb(ink), va="top", ha="left",
                weight="bold" if bold else "normal", style="italic" if italic else "normal", family="DejaVu Sans",
            )  # fmt: skip
            top += 1.32 * size * _POINT_MM
        top += gap
        if at is None:
            self.y = top
        return top

    def axes(self, x: float, y: float, width: float, height: float) -> Any:
        """Axes in millimetres from the upper left corner."""
        return self.figure.add_axes((x / WIDE_MM, 1.0 - (y + height) / HIGH_MM, width / WIDE_MM, height / HIGH_MM))

    def picture(self, image: Image.Image, width: float) -> None:
        """A picture over the width given."""
        height = width * image.height / image.width
        axes = self.axes(MARGIN_MM + (_ROOM_MM - width) / 2, self.y, width, height)
        axes.imshow(np.asarray(image), interpolation="none")
        axes.axis("off")
        self.y += height + 3.0

    def rule(self) -> None:
        """A faint line across."""
        from matplotlib.lines import Line2D

        height = 1.0 - self.y / HIGH_MM
        left, right = MARGIN_MM / WIDE_MM, 1.0 - MARGIN_MM / WIDE_MM
        self.figure.add_artist(
            Line2D([left, right], [height, height], color=_rgb(self.look.second_ink), linewidth=0.4, alpha=0.5)
        )
        self.y += 2.2

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], size: float) -> None:
        """Rows of texts under a heading; every row as high as its longest text."""
        scale = _ROOM_MM / sum(widths)
        for r, row in enumerate(rows):
            x, bottom = MARGIN_MM, self.y
            for c, (text, width) in enumerate(zip(row, widths, strict=True)):
                end = self.write(
                    text, size, x=x, room=width * scale - 3.0, at=self.y, bold=r == 0 or c == 0, quiet=r == 0, gap=1.0
                )
                bottom, x = max(bottom, end), x + width * scale
            self.y = bottom - 0.4
            self.rule()
            self.y -= 0.6


def broken(text: str, size: float, room_mm: float, face: str = "english") -> list[str]:
    """A text in lines that fit a room, measured with the letters that are drawn."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, face) * size * _POINT_MM > room_mm:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line] if line else lines


# -- pages ---------------------------------------------------------------------------------------------------------------------------


def _movement(
    theme: str, number: int, subject: Subject, view: str | None, labels: str, size: tuple[int, int]
) -> "list[Figure]":
    """The page of a movement; what does not fit goes on to a second one."""
    movement, table, sheets = subject.movement, subject.table(SAMPLES), [Sheet(theme, number)]
    sheet = sheets[0]
    blue = sheet.look.groups["pelvis"]
    sheet.write(f"{movement.group.upper()} · {movement.side.upper()} LEG", 8, bold=True, colour=blue, gap=0.6)
    sheet.write(movement.title, 21, bold=True, gap=1.6)
    sheet.write(" ".join(movement.summary.split()), 9.5, gap=2.0)
    options = Options(
        width=size[0], height=size[1], view=view or movement.view, theme=theme, labels=labels, frame=movement.frame,
        title=False, supersampling=2,
    )  # fmt: skip
    image = stills.still(subject.body(), movement, moment(subject.at, movement.duration_s), options)
    sheet.picture(image, _ROOM_MM)
    top = sheet.y
    _chart(sheet, table, top + 5.0)
    sheet.y = max(top + 70.0, _phases(sheet, movement, table, top) + 2.0)
    foot = broken(f"Sources: {movement.source_names or 'estimates of this project'}. {_MODEL}", 7, _ROOM_MM - 12)
    end = HIGH_MM - 10.0 - 3.3 * len(foot)
    sheet.write(" ".join(foot), 7, quiet=True, at=end, room=_ROOM_MM - 12)
    rows = [("Head", "Length, %", "", "Does here")]
    for head in muscles.HEADS:
        doing = done(movement, head.name) or "not said"
        rows.append((_SHORT.get(head.name, head.display), *reach(table, head.name), doing))
    judged = f"{movement.verdict.capitalize()}. {movement.comment}"
    lines = len(broken(f"“{movement.claim}”", 9, _ROOM_MM)) + len(broken(judged, 9, _ROOM_MM))
    for height, write in (
        (_TABLE_MM, lambda here: here.table(rows, (1.2, 0.9, 1.1, 1.8), 8)),
        (4.2 * lines + 3.0, lambda here: _verdict(here, movement, judged)),
    ):
        if sheet.y + height > end and len(sheets) == 1:
            sheet = Sheet(theme, number + 1)
            sheet.write(f"{movement.title}, continued", 13, bold=True, gap=4.0)
            sheets.append(sheet)
            end = HIGH_MM - 20.0
        write(sheet)
    return [one.figure for one in sheets]


def _phases(sheet: Sheet, movement: Movement, table: Table, top: float) -> float:
    """The phases beside the chart; where they end."""
    x, room = MARGIN_MM + 105.0, _ROOM_MM - 105.0
    y = sheet.write("Phases" if movement.phases else "Angles", 10.5, x=x, room=room, at=top, bold=True)
    y = sheet.write(joints(table), 8.5, x=x, room=room, at=y, quiet=True, gap=1.6)
    for i, phase in enumerate(movement.phases, start=1):
        y = sheet.write(f"{i}. {phase.caption}", 8.5, x=x, room=room, at=y, gap=0.2)
        said = f"{phase.start_s:g} to {phase.end_s:g} s. {activity(phase)}"
        y = sheet.write(said, 7.5, x=x, room=room, at=y, quiet=True, gap=1.2)
    return y


def _verdict(sheet: Sheet, movement: Movement, judged: str) -> None:
    if movement.claim:
        sheet.y += 1.0
        sheet.write(f"“{movement.claim}”", 9, italic=True, gap=1.0)
        sheet.write(judged, 9, gap=1.5)


def _chart(sheet: Sheet, table: Table, top: float) -> None:
    """Lengths over time, told apart in grey, too."""
    sheet.write("Muscle and tendon, % of upright standing", 8.5, at=top - 5.0, bold=True, room=95)
    axes = sheet.axes(MARGIN_MM + 8.0, top + 1.0, 88.0, 44.0)
    faint = _rgb(sheet.look.second_ink)
    axes.set_facecolor("none")
    for head, dash in zip(muscles.HEADS, _DASHES, strict=True):
        name = _SHORT.get(head.name, head.display)
        colour = _rgb(IDENTITY[head.name])
        axes.plot(
            table["time_s"],
            table[f"{head.name}_length_percent"],
            color=colour,
            linestyle=dash,
            linewidth=1.6,
            label=name,
        )
    axes.set_xlim(0.0, table["time_s"][-1])
    axes.margins(y=0.1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(faint)
    axes.tick_params(colors=faint, labelsize=7)
    axes.grid(axis="y", color=faint, alpha=0.25, linewidth=0.4)
    axes.set_xlabel("Time, s", fontsize=7.5, color=faint, labelpad=1)
    legend = axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.47, -0.2),
        ncol=2,
        frameon=False,
        fontsize=7.5,
        handlelength=3.6,
        borderpad=0,
    )
    for text in legend.get_texts():
        text.set_color(_rgb(sheet.look.ink))


def _heads(sheet: Sheet, subjects: Sequence[Subject]) -> "Figure":
    sheet.write("The four heads of the hamstrings", 21, bold=True, gap=3.0)
    rows = [("Head", "Origin", "Insertion", "Action", "Nerve", "Antagonists")]
    for head in muscles.HEADS:
        rows.append(
            (
                _SHORT.get(head.name, head.display),
                head.origin,
                head.insertion,
                _listed(head.actions),
                head.nerve,
                _listed(head.antagonists),
            )
        )
    sheet.table(rows, (1.75, 1.7, 1.7, 1.2, 1.3, 1.5), 8)
    sheet.y += 4.0
    sheet.write("Sources", 12, bold=True, gap=1.5)
    keys = dict.fromkeys(key for subject in subjects for key in subject.movement.sources)
    cited = [sources.ALL[key].citation for key in keys] + [s.citation for head in muscles.HEADS for s in head.sources]
    for line in dict.fromkeys(cited):
        sheet.write(line, 8, gap=0.6)
    sheet.y += 2.0
    sheet.write(f"{_MODEL} Made by hamstring-visualiser {__version__}.", 8, quiet=True)
    return sheet.figure


def _quiz(
    theme: str, number: int, subjects: Sequence[Subject], asked: Sequence[Sequence[Question]], answered: bool
) -> "list[Figure]":
    """Questions with lines to write on, or answers; on as many pages as they need."""
    sheets: list[Sheet] = []

    def begun() -> Sheet:
        sheet = Sheet(theme, number + len(sheets))
        sheet.write("Answers" if answered else "Questions", 21, bold=True, gap=3.0)
        sheets.append(sheet)
        return sheet

    sheet = begun()
    for subject, questions_here in zip(subjects, asked, strict=True):
        for i, one in enumerate(questions_here, start=1):
            if sheet.y > HIGH_MM - 60.0:
                sheet = begun()
            if i == 1:
                sheet.write(subject.movement.title, 13, bold=True, colour=sheet.look.groups["pelvis"], gap=1.5)
            if answered:
                sheet.write(f"{i}. {one.answer}", 10, bold=True, gap=0.4)
                sheet.write(one.why, 9, quiet=True, gap=3.0)
            else:
                sheet.write(f"{i}. {one.question}", 10, gap=9.0)
                sheet.rule()
                sheet.y += 7.0
                sheet.rule()
    return [sheet.figure for sheet in sheets]


def _listed(parts: Sequence[str]) -> str:
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}"


def _rgb(colour: Colour) -> tuple[float, float, float]:
    return colour[0] / 255, colour[1] / 255, colour[2] / 255
