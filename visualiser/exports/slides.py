"""Slides and what stands on them: titles, texts, pictures, looping films, native charts and tables, in the colours of a theme.

source : ECMA-376 part 1, 19 (PresentationML), 20.1 (DrawingML), 21.2 (charts), through python-pptx
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from pptx import Presentation
from pptx.chart.data import XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_THEME_COLOR
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from visualiser import __version__
from visualiser.pictures.appearance import IDENTITY, THEMES, Colour, look_up
from visualiser.typed import FloatArray

WIDTH, HEIGHT = 13.333, 7.5  # inches: 16:9
MARGIN = 0.6
TITLE_TOP, TITLE_HIGH = 0.62, 0.85
BODY_TOP = 1.6
FOOT = 7.02
Area = tuple[float, float, float, float]  # left, top, width, height; inches
_FONT = "Calibri"  # on every machine with PowerPoint; others have a metric twin
_DASHES = (
    MSO_LINE_DASH_STYLE.SOLID,
    MSO_LINE_DASH_STYLE.DASH,
    MSO_LINE_DASH_STYLE.DASH_DOT,
    MSO_LINE_DASH_STYLE.ROUND_DOT,
)


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph: text, points, how it looks."""

    text: str
    size: float = 18.0
    bold: bool = False
    quiet: bool = False
    accent: bool = False
    italic: bool = False
    space: float = 6.0  # points above


class Slides:
    """A presentation in the making."""

    def __init__(self, theme: str, title: str) -> None:
        self.look = look_up("theme", theme, THEMES)
        self.file: Any = Presentation()
        self.file.slide_width, self.file.slide_height = Inches(WIDTH), Inches(HEIGHT)
        properties = self.file.core_properties
        properties.title, properties.author = title, f"hamstring-visualiser {__version__}"
        properties.subject, properties.comments = "Hamstrings in motion", "Model values, not measurements."
        self._wide()
        self._dress()

    def _wide(self) -> None:
        """Master and layouts of the template, which is 4:3, in the width of the slides."""
        share = WIDTH / 10.0
        for sheet in (self.file.slide_master, *self.file.slide_layouts):
            for shape in sheet.placeholders:
                if shape._element.spPr.xfrm is not None:
                    shape.left, shape.width = Emu(round(shape.left * share)), Emu(round(shape.width * share))

    def _dress(self) -> None:
        """The theme's colours and font, so that what its user adds looks the same."""
        part = self.file.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
        xml = part.blob.decode()
        colours = {
            "dk1": self.look.ink,
            "lt1": self.look.bottom,
            "dk2": self.look.second_ink,
            "lt2": self.look.top,
            "accent1": self.look.groups["femur" if self.dark else "pelvis"],
            "accent2": IDENTITY["biceps_femoris_long_head"],
            "accent3": self.look.groups["leg"],
            "accent4": self.look.groups["muscle"],
            "accent5": self.look.groups["spine"],
            "accent6": self.look.groups["nerve"],
        }
        for name, colour in colours.items():
            xml = re.sub(
                rf"(<a:{name}>).*?(</a:{name}>)", rf'\g<1><a:srgbClr val="{_hex(colour)}"/>\g<2>', xml, flags=re.DOTALL
            )
        xml = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{_FONT}", xml)
        part._blob = xml.encode()
        self.file.slide_master.background.fill.solid()
        self.file.slide_master.background.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_1

    @property
    def dark(self) -> bool:
        """Whether the ground is darker than the ink."""
        return sum(self.look.bottom) < sum(self.look.ink)

    def content(self) -> bytes:
        """The whole file."""
        stream = BytesIO()
        self.file.save(stream)
        return stream.getvalue()

    # -- a slide ---------------------------------------------------------------------------------------------------------------------

    def add(self, title: str, *, over: str = "", foot: str = "", notes: str = "") -> Any:
        """A new slide with its title, a small line over it, a source at its foot, and what its speaker may say."""
        slide = self.file.slides.add_slide(self.file.slide_layouts[5])
        place(slide.shapes.title, (MARGIN, TITLE_TOP, WIDTH - 2 * MARGIN, TITLE_HIGH))
        frame = slide.shapes.title.text_frame
        frame.text, frame.word_wrap = title, True
        frame.vertical_anchor = MSO_ANCHOR.TOP
        margins(frame)
        paragraph = frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.size, paragraph.font.bold = Pt(32 if len(title) < 52 else 26), True
        if over:
            self.text(slide, (MARGIN, 0.34, WIDTH - 2 * MARGIN, 0.32), [Words(over, 13, accent=True, bold=True)])
        if foot:
            self.text(slide, (MARGIN, FOOT, WIDTH - 2 * MARGIN - 1.0, 0.3), [Words(foot, 10, quiet=True)])
        number = str(len(self.file.slides))
        self.text(slide, (WIDTH - MARGIN - 0.8, FOOT, 0.8, 0.3), [Words(number, 10, quiet=True)], align=PP_ALIGN.RIGHT)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
        return slide

    def text(self, slide: Any, area: Area, words: Sequence[Words], *, align: Any = None, middle: bool = False) -> Any:
        """Paragraphs in a box."""
        box = slide.shapes.add_textbox(*map(Inches, area))
        frame = box.text_frame
        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE if middle else MSO_ANCHOR.TOP
        margins(frame)
        for i, one in enumerate(words):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            run = paragraph.add_run()
            run.text = one.text
            run.font.size, run.font.bold, run.font.italic = Pt(one.size), one.bold, one.italic
            shade = (
                MSO_THEME_COLOR.ACCENT_1
                if one.accent
                else MSO_THEME_COLOR.TEXT_2
                if one.quiet
                else MSO_THEME_COLOR.TEXT_1
            )
            run.font.color.theme_color = shade
            if align is not None:
                paragraph.alignment = align
            if i:
                paragraph.space_before = Pt(one.space)
        return box

    def panel(self, slide: Any, area: Area) -> Any:
        """A quiet ground for a text."""
        shape = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *map(Inches, area))
        shape.adjustments[0] = 0.04
        shape.fill.solid()
        shape.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_2
        shape.line.fill.background()
        shape.shadow.inherit = False
        tell(shape, "")
        return shape

    def picture(self, slide: Any, image: Image.Image, area: Area, alt: str) -> Any:
        """A picture as large as its area allows, in the middle of it."""
        stream = BytesIO()
        image.save(stream, "PNG", optimize=True)
        left, top, width, height = area
        scale = min(width / image.width, height / image.height)
        wide, high = image.width * scale, image.height * scale
        shape = slide.shapes.add_picture(
            stream, Inches(left + (width - wide) / 2), Inches(top + (height - high) / 2), Inches(wide), Inches(high)
        )
        tell(shape, alt)
        return shape

    def film(self, slide: Any, film: Path, poster: Image.Image, area: Area, alt: str, duration_s: float) -> Any:
        """A film that begins by itself and goes round and round, with a picture for as long as it does not play."""
        stream = BytesIO()
        poster.convert("RGB").save(stream, "JPEG", quality=90)
        stream.seek(0)
        shape = slide.shapes.add_movie(str(film), *map(Inches, area), poster_frame_image=stream, mime_type="video/mp4")
        tell(shape, alt)
        slide._element.remove(slide._element.find(qn("p:timing")))
        slide._element.append(parse_xml(_TIMING.format(shape=shape.shape_id, duration=round(1000 * duration_s))))
        return shape

    def chart(
        self,
        slide: Any,
        area: Area,
        time_s: FloatArray,
        lines: Sequence[tuple[str, Colour, FloatArray]],
        axes: tuple[str, str],
        alt: str,
    ) -> Any:
        """A native chart of lines over time, which its reader can edit."""
        data = XyChartData(number_format="0.0")
        for name, _, values in lines:
            series = data.add_series(name)
            for x, y in zip(time_s, values, strict=True):
                series.add_data_point(round(float(x), 3), round(float(y), 2))
        kind = XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS
        frame = slide.shapes.add_chart(kind, *map(Inches, area), data)
        chart = frame.chart
        chart.has_title = False
        chart.has_legend, chart.legend.position, chart.legend.include_in_layout = True, XL_LEGEND_POSITION.BOTTOM, False
        chart.font.size = Pt(14)
        chart.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
        for axis, title in zip((chart.category_axis, chart.value_axis), axes, strict=True):
            axis.has_title = True
            axis.axis_title.text_frame.text = title
            axis.axis_title.text_frame.paragraphs[0].font.size = Pt(13)
            axis.axis_title.text_frame.paragraphs[0].font.bold = False
            axis.has_minor_gridlines = False
            axis.tick_labels.font.size = Pt(13)
            axis.format.line.color.theme_color = MSO_THEME_COLOR.TEXT_2
        chart.category_axis.has_major_gridlines = False
        chart.category_axis.minimum_scale, chart.category_axis.maximum_scale = 0.0, round(float(time_s[-1]), 3)
        chart.category_axis.tick_labels.number_format, chart.category_axis.tick_labels.number_format_is_linked = (
            "0.0",
            False,
        )
        low, high, step = _rounded(min(float(v.min()) for _, _, v in lines), max(float(v.max()) for _, _, v in lines))
        chart.value_axis.minimum_scale, chart.value_axis.maximum_scale, chart.value_axis.major_unit = low, high, step
        chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = "0", False
        chart.value_axis.major_gridlines.format.line.color.theme_color = MSO_THEME_COLOR.TEXT_2
        chart.value_axis.major_gridlines.format.line.color.brightness = -0.6 if self.dark else 0.7
        chart.value_axis.major_gridlines.format.line.width = Pt(0.5)
        for i, (series, (_, colour, _)) in enumerate(zip(chart.plots[0].series, lines, strict=True)):
            series.smooth = False
            series.format.line.width = Pt(2.75)
            series.format.line.color.rgb = RGBColor(*colour)
            series.format.line.dash_style = _DASHES[i % len(_DASHES)]
        for tag in ("c:axId", "c:crossAx"):  # the library numbers axes below zero, which the schema does not allow
            for axis in chart._chartSpace.iter(qn(tag)):
                axis.set("val", axis.get("val").lstrip("-"))
        tell(frame, alt)
        return frame

    def table(
        self, slide: Any, area: Area, rows: Sequence[Sequence[str]], widths: Sequence[float], size: float, alt: str
    ) -> Any:
        """A native table; the first row is its heading, the first column its names."""
        frame = slide.shapes.add_table(len(rows), len(rows[0]), *map(Inches, area))
        table = frame.table
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Inches(area[2] * width / sum(widths))
        for r, row in enumerate(rows):
            table.rows[r].height = Inches(0.4 if r == 0 else (area[3] - 0.4) / (len(rows) - 1))
            for c, text in enumerate(row):
                cell = table.cell(r, c)
                cell.text = text
                cell.margin_left = cell.margin_right = Inches(0.08)
                cell.margin_top = cell.margin_bottom = Inches(0.04)
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE if r == 0 else MSO_ANCHOR.TOP
                cell.fill.solid()
                cell.fill.fore_color.theme_color = MSO_THEME_COLOR.ACCENT_1 if r == 0 else MSO_THEME_COLOR.BACKGROUND_2
                font = cell.text_frame.paragraphs[0].font
                font.size, font.bold = Pt(size), r == 0 or c == 0
                font.color.theme_color = MSO_THEME_COLOR.BACKGROUND_1 if r == 0 else MSO_THEME_COLOR.TEXT_1
        tell(frame, alt)
        return frame


def place(shape: Any, area: Area) -> None:
    """Move a shape to an area, inches."""
    shape.left, shape.top, shape.width, shape.height = map(Inches, area)


def margins(frame: Any) -> None:
    """A text without margins: it begins where its box does."""
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def tell(shape: Any, alt: str) -> None:
    """Alternative text of a shape; an empty one marks it as decoration."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", alt)


def _hex(colour: Colour) -> str:
    return "{:02X}{:02X}{:02X}".format(*colour)


def _rounded(low: float, high: float) -> tuple[float, float, float]:
    """Ends of an axis on round numbers round some values, and its step."""
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100) if (high - low) / s <= 6), 200)
    # A line must not run along the edge, where it would be taken for the axis.
    first, last = step * ((low - 0.1 * step) // step), -step * (-(high + 0.1 * step) // step)
    return float(first), float(last if last > first else first + step), float(step)


# Begins after the slide has appeared, and then again and again.
_TIMING = """<p:timing xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:tnLst><p:par>
<p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot"><p:childTnLst>
<p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" nodeType="mainSeq"><p:childTnLst>
<p:par><p:cTn id="3" fill="hold"><p:stCondLst><p:cond delay="indefinite"/>
<p:cond evt="onBegin" delay="0"><p:tn val="2"/></p:cond></p:stCondLst><p:childTnLst>
<p:par><p:cTn id="4" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>
<p:par><p:cTn id="5" presetID="1" presetClass="mediacall" presetSubtype="0" fill="hold" nodeType="afterEffect">
<p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>
<p:cmd type="call" cmd="playFrom(0.0)"><p:cBhvr><p:cTn id="6" dur="{duration}" fill="hold"/>
<p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl></p:cBhvr></p:cmd>
</p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn>
<p:prevCondLst><p:cond evt="onPrev" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:prevCondLst>
<p:nextCondLst><p:cond evt="onNext" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:nextCondLst></p:seq>
<p:video><p:cMediaNode vol="80000" mute="1"><p:cTn id="7" repeatCount="indefinite" fill="hold" display="0">
<p:stCondLst><p:cond delay="indefinite"/></p:stCondLst></p:cTn>
<p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl></p:cMediaNode></p:video>
</p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>"""
