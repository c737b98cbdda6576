"""Presets of films by name, and what was asked for a film as checked values."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, cast

from visualiser.errors import VisualiserError, unknown_name
from visualiser.films.timeline import Pace
from visualiser.movements.movement import Movement
from visualiser.pictures.appearance import look_up
from visualiser.pictures.options import Look, Options, look_options
from visualiser.pictures.section import section_of

QUALITY = "standard"
# Words of `Scene.image` that a film has no answer to: said, not passed over.
_OF_STILLS = tuple(
    [
        "at",
        "caption",
        "areas",
        "outline",
        "compare",
        "overlay",
        "curve_place",
        "footprints",
        "width_cm",
        "dpi",
    ]
)


class Clip(Look, total=False):
    """What a film may be asked besides what the picture shows.

    preset      : a key of PRESETS; what is said besides has its way
    quality     : 'draft' (edges as they come), 'standard' (edges smoothed) or 'fine' (drawn twice as large, then averaged)
    transparent : no ground
    section     : a cut through the thigh that goes along with the femur, see `options.Still`
    the others  : see `timeline.Pace`
    """

    preset: str | None
    quality: str | None
    transparent: bool
    section: str | None
    fps: int | None
    speed: float
    start: float | str | None
    end: float | str | None
    hold_start: float
    hold: float
    fade: float
    loops: int | None
    title_card: float
    end_card: float


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of film by name: what it is for, its file, and what it is asked."""

    meant_for: str
    suffix: str
    words: Clip


PRESETS: Mapping[str, Preset] = {
    "slide": Preset("a slide or a lecture, 1920 x 1080", ".mp4", {"width": 1920, "height": 1080, "fps": 30}),
    "4k": Preset("a large screen, 3840 x 2160", ".mp4", {"width": 3840, "height": 2160, "fps": 30}),
    "square": Preset("a post, 1080 x 1080", ".mp4", {"width": 1080, "height": 1080, "fps": 30}),
    "story": Preset("a telephone held upright, 1080 x 1920", ".mp4", {"width": 1080, "height": 1920, "fps": 30}),
    "gif": Preset("a page or a message that plays no films, 480 x 270", ".gif", {"width": 480, "height": 270, "fps": 10}),
    "alpha": Preset(
        "laying over something else, without a ground", ".webm",
        {"width": 1920, "height": 1080, "fps": 30, "transparent": True, "title": False},
    ),
    "draft": Preset("trying out, 640 x 360", ".mp4", {"width": 640, "height": 360, "fps": 15, "quality": "draft"}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """A film as it will be made."""

    options: Options
    pace: Pace
    quality: str


def plan(asked: Clip, movement: Movement, *, captions: bool = True) -> Plan:
    """What was asked, checked, with the preset's choices where nothing is said.

    raises : UnknownNameError, ExportError, VisualiserError
    """
    words: dict[str, Any] = dict(asked)
    for word in words:
        if word in _OF_STILLS:
            raise VisualiserError(f'"{word}" is for stills; a film is made without it.')
        if word not in Clip.__optional_keys__:
            raise unknown_name("option of a film", word, sorted(Clip.__optional_keys__))
    name = words.pop("preset", None)
    if name is not None:
        given = {key: value for key, value in words.items() if value is not None}
        words = {**words, **look_up("preset", name, PRESETS).words, **given}
    quality, transparent = words.pop("quality", None) or QUALITY, words.pop("transparent", False)
    pace: dict[str, Any] = {field.name: words.pop(field.name) for field in fields(Pace) if field.name in words}
    if pace.get("fps", 0) is None:
        del pace["fps"]
    cut = words.pop("section", None)
    options = look_options(cast(Look, words), movement)
    section = None if cut is None else section_of(cut)
    return Plan(replace(options, captions=captions, transparent=transparent, section=section), Pace(**pace), quality)
