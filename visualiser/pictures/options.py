"""What may be asked of a picture, as one checked value: the same sentences at every door."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict, cast

import numpy as np

from visualiser.errors import ExportError, VisualiserError, unknown_name
from visualiser.movements.movement import Movement
from visualiser.pictures.appearance import THEMES, VIEWS, look_up
from visualiser.pictures.cameras import Box, Camera
from visualiser.pictures.colouring import look_up_colouring
from visualiser.pictures.labels import layout_canvas
from visualiser.pictures.section import Section, section_of
from visualiser.pictures.visibility import EVERYTHING, Show, Words, show

SMALLEST, LARGEST = 64, 16384
MOST_PIXELS = 100_000_000
QUALITIES: Mapping[str, int] = {"draft": 1, "standard": 2, "fine": 3}  # times larger in both directions, then averaged
# Pixels. A4 lies on its side at 200 dots an inch; a story stands upright as on a telephone.
SIZES: Mapping[str, tuple[int, int]] = {
    "hd": (1280, 720),
    "full": (1920, 1080),
    "4k": (3840, 2160),
    "4:3": (1440, 1080),
    "square": (1080, 1080),
    "story": (1080, 1920),
    "a4": (2339, 1654),
    "a4-upright": (1654, 2339),
}
ELEVATIONS_DEG = (-90.0, 90.0)
ZOOMS = (0.2, 20.0)
WIDEST_CM = 500
DPI = (10, 2400)  # what printers do and pictures can be made of


class Look(TypedDict, total=False):
    """What stills and clips may be asked in common; what is left out is as `Options` or the scene has it.

    view               : anatomical word, the scene's own when None
    labels             : group words or names, see `hamstring list landmarks`
    frame              : 'leg' or 'thigh', how much must be in the picture; the scene's own when None
    width, height      : pixels
    hide, only, opacity, peel : names and groups, see `visibility.show`
    colour             : see `colouring.COLOURINGS`
    title, source      : a text, or whether to show the scene's own
    azimuth, elevation : degrees that the camera goes to the viewer's right and up
    """

    view: str | None
    theme: str
    labels: str | Sequence[str]
    style: str
    language: str
    frame: str | None
    width: int
    height: int
    hide: Words
    only: Words
    opacity: Mapping[str, float] | Words
    peel: Words
    colour: str
    title: str | bool
    source: str | bool
    legend: bool
    scale_bar: bool
    compass: bool
    dial: bool
    perspective: bool
    azimuth: float
    elevation: float
    zoom: float


class Still(Look, total=False):
    """What a still may be asked besides.

    quality : 'draft', 'standard' or 'fine': drawn 1, 2 or 3 times larger, then averaged
    section : a cut through the thigh, such as "axial:mid-thigh", "axial:y=-200", "sagittal" or "coronal:-10"
    areas   : the cut faces alone, as a figure of their own
    outline : a thin line round every structure, as in a drawn atlas
    """

    transparent: bool
    quality: str
    caption: str
    section: str | None
    areas: bool
    outline: bool


@dataclass(frozen=True, slots=True)
class Options:
    """How a picture is made.

    title, source      : a text; True for the scene's own; False or "" for none
    caption, legend    : a line at the bottom; dots of the labels' colours with their words
    note               : a quieter line under the title
    azimuth, elevation : degrees the camera goes to the viewer's right and up from the view
    zoom               : 2 shows everything twice as large
    """

    width: int = 1920
    height: int = 1080
    view: str = "lateral"
    theme: str = "light"
    labels: str | Sequence[str] = "default"
    style: str = "lecture"
    language: str = "en"
    frame: str = "leg"
    transparent: bool = False
    title: bool | str = True
    captions: bool = False
    supersampling: int = 3
    caption: str = ""
    source: bool | str = False
    legend: bool = False
    scale_bar: bool = True
    compass: bool = True
    dial: bool = True
    show: Show = EVERYTHING
    colour: str = "tissue"
    perspective: bool = False
    azimuth: float = 0.0
    elevation: float = 0.0
    zoom: float = 1.0
    section: Section | None = None
    outline: bool = False
    note: str = ""
    inset: Box | None = None  # kept free for a curve, layout units
    reach: float | None = (
        None  # the change at the ends of the scale of colours, percent, where several pictures share one
    )
    unit: float | None = None  # pixels per layout unit, for panels of a larger figure
    camera: Camera | None = None  # looks in place of the view, which then only names what is seen; the window's own

    def __post_init__(self) -> None:
        look_up("view", self.view, VIEWS)
        look_up("theme", self.theme, THEMES)
        look_up("frame", self.frame, {"leg": None, "thigh": None})
        look_up_colouring(self.colour)
        for name, pixels in (("width", self.width), ("height", self.height)):
            if not SMALLEST <= pixels <= LARGEST:
                raise ExportError(f"{name} is {pixels} pixels; {SMALLEST} to {LARGEST} are allowed.")
        if self.width * self.height > MOST_PIXELS:
            raise ExportError(
                f"A picture of {self.width} x {self.height} pixels is too large; at most {MOST_PIXELS // 10**6} million."
            )
        if not np.isfinite(self.azimuth):
            raise VisualiserError(f"azimuth is {self.azimuth}; degrees are allowed.")
        for name, value, (low, high) in (("elevation", self.elevation, ELEVATIONS_DEG), ("zoom", self.zoom, ZOOMS)):
            if not low <= value <= high:
                raise VisualiserError(f"{name} is {value:g}; {low:g} to {high:g} is allowed.")

    @property
    def canvas(self) -> tuple[float, float]:
        """Size in layout units."""
        if self.unit is not None:
            return self.width / self.unit, self.height / self.unit
        return layout_canvas(self.width, self.height)[0]

    @property
    def scale(self) -> float:
        """Pixels per layout unit."""
        return self.unit if self.unit is not None else layout_canvas(self.width, self.height)[1]

    @property
    def layout_size(self) -> tuple[int, int]:
        """Pixels of the pass that decides where labels go: the same for every output size, so that the layout is the same too."""
        return round(self.canvas[0]), round(self.canvas[1])

    @property
    def fine(self) -> bool:
        """Whether the picture is worth its shade in grooves and gaps."""
        return self.supersampling >= QUALITIES["fine"]

    @property
    def samples(self) -> int:
        """Supersampling that still fits into graphics memory."""
        return max(1, min(self.supersampling, LARGEST // max(self.width, self.height)))


def look_options(look: Look, movement: Movement) -> Options:
    """What was asked in words, checked; the scene's own view and frame where nothing is said."""
    words: dict[str, Any] = dict(look)
    words["show"] = show(**{name: words.pop(name, ()) for name in ("hide", "only", "opacity", "peel")})
    words["view"] = words.get("view") or movement.view
    words["frame"] = words.get("frame") or movement.frame
    return Options(**words)


def still_options(still: Still, movement: Movement) -> Options:
    """The same for a still: its quality and its section too."""
    words: dict[str, Any] = dict(still)
    quality, section, areas = words.pop("quality", "fine"), words.pop("section", None), words.pop("areas", False)
    plane = None if section is None else section_of(section, areas=areas)
    return replace(look_options(cast(Look, words), movement), supersampling=samples_of(quality), section=plane)


def size_of(text: str) -> tuple[int, int]:
    """Pixels of a size as typed: a word of `SIZES`, or 1920x1080."""
    if text.lower() in SIZES:
        return SIZES[text.lower()]
    numbers = re.fullmatch(r"(\d{1,6})\s*[x×]\s*(\d{1,6})", text.strip().lower())
    if numbers is None:
        raise unknown_name("size", text, (*SIZES, "WIDTHxHEIGHT"))
    return int(numbers[1]), int(numbers[2])


def check_dpi(dpi: float) -> None:
    """Raise ExportError for a number of pixels an inch that no printer has and no file can say."""
    if not DPI[0] <= dpi <= DPI[1]:
        raise ExportError(f"dpi is {dpi:g}; {DPI[0]} to {DPI[1]} is allowed.")


def printed(width_cm: float, dpi: float, width: int, height: int) -> tuple[int, int]:
    """Pixels of a picture so many centimetres wide, in the aspect of width x height."""
    if not (0 < width_cm <= WIDEST_CM and DPI[0] <= dpi <= DPI[1]):
        raise ExportError(
            f"A picture of {width_cm:g} cm at {dpi:g} dpi is not possible; allowed are up to {WIDEST_CM} cm and {DPI[0]} to {DPI[1]} dpi."
        )
    pixels = round(width_cm / 2.54 * dpi)
    return pixels, round(pixels * height / width)


def samples_of(quality: str) -> int:
    """Supersampling of a quality word."""
    return look_up("quality", quality, QUALITIES)


def moment(at: float | str, duration_s: float, also: str = "") -> float:
    """Seconds of a moment as typed: 0.6 or "60%" of the movement, or "1.2s"; `also` names words that were allowed besides."""
    text = str(at).strip().lower()
    unit = text[-1:] if text[-1:] in ("%", "s") else ""
    try:
        value = float(text.removesuffix(unit) if unit else text)
    except ValueError:
        raise VisualiserError(
            f'at is "{at}"; allowed are {also}a share such as 0.6 or 60%, or a time such as 1.2s.'
        ) from None
    most = {"%": 100.0, "s": duration_s}.get(unit, 1.0)
    if not 0.0 <= value <= most:
        raise VisualiserError(
            f"at is {str(at).strip()}; "
            + (
                f"this movement runs from 0 to {duration_s:g} s."
                if unit == "s"
                else f"a share of the movement from 0 to {most:g}{unit} is allowed."
            )
        )
    return value / most * duration_s
