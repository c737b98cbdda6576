"""Where the four heads take hold of bone, as areas with sizes: what `footprints` lays on the surface.

Places and directions follow the footprints of the drawn heads (`muscles.HEADS`), so that an area and its tendon never part; sizes are the
published ones where there are any. Millimetres.
"""

from dataclasses import dataclass

from visualiser.anatomy import sources
from visualiser.anatomy.definitions import Footprint, Point, Range, Source, require
from visualiser.anatomy.muscles import HEADS, head

ENDS = ("origin", "insertion")


@dataclass(frozen=True, slots=True)
class Oval:
    """An area round a place: `length_mm` along an axis, `width_mm` across it, both measured over the surface.

    `squareness` is the exponent of its outline: 2 an ellipse, 4 a strip with round corners. Heads that share an area take the part of it
    between two shares of its width, counted along `across`.
    """

    centre_mm: Point
    axis: Point
    across: Point
    length_mm: float
    width_mm: float
    squareness: float = 2.0
    part: Range = (0.0, 1.0)

    def __post_init__(self) -> None:
        require(min(self.length_mm, self.width_mm) > 0, f"An area of {self.length_mm} by {self.width_mm} mm is none.")
        require(0 <= self.part[0] < self.part[1] <= 1, f"The part {self.part} of an area does not lie between 0 and 1.")


@dataclass(frozen=True, slots=True)
class Strip:
    """A narrow area along a line of the bone, given by landmarks from above downwards, between two shares of the bone's length."""

    landmarks: tuple[str, ...]
    between: Range
    width_mm: float

    def __post_init__(self) -> None:
        require(len(self.landmarks) > 1, "A strip needs two landmarks at least.")
        require(0 <= self.between[0] < self.between[1] <= 1, f"The strip {self.between} does not lie on the bone.")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One end of one head: the area that it takes on a bone, and the area that was published for it (None: not measured).

    `shared_with` names the head whose area, together with this one's, was published.
    """

    head: str
    end: str
    bone: str
    display: str
    latin: str
    area: Oval | Strip
    published_mm2: float | None
    source: Source
    shared_with: str | None = None

    def __post_init__(self) -> None:
        require(self.end in ENDS, f"{self.head}: an attachment is one of {ENDS}, not {self.end!r}.")

    @property
    def name(self) -> str:
        """Identifier, such as `semitendinosus_origin`."""
        return f"{self.head}_{self.end}"


def _place(footprint: Footprint, also: Footprint | None = None) -> tuple[Point, Point, Point]:
    """Centre (between two footprints if there are two), length axis and the axis across of a drawn head's footprint."""
    x, y, z = (0.5 * (a + b) for a, b in zip(footprint.centre_mm, (also or footprint).centre_mm, strict=True))
    longer = footprint.half_along_mm >= footprint.half_across_mm
    axes = (footprint.along, footprint.across) if longer else (footprint.across, footprint.along)
    return ((x, y, z), *axes)


_TUBES = {h.name: h.tube for h in HEADS}
_SEMITENDINOSUS, _SEMIMEMBRANOSUS = _TUBES["semitendinosus"], _TUBES["semimembranosus"]
_LONG_HEAD, _SHORT_HEAD = _TUBES["biceps_femoris_long_head"], _TUBES["biceps_femoris_short_head"]
# Feucht measured the conjoint area as 39 +- 4 by 14 +- 5 mm, Philippon 567 mm2: no outline has both, so the area is 41 by 15 mm.
_CONJOINT = (*_place(_SEMITENDINOSUS.origin, _LONG_HEAD.origin), 41.0, 15.0, 4.0)
_CONJOINT_MM2 = 567.0


def _attachment(
    name: str, end: str, area: Oval | Strip, published_mm2: float | None, source: Source, shared_with: str | None = None
) -> Attachment:
    described = head(name)
    word, latin = {"origin": ("origin", "origo"), "insertion": ("insertion", "insertio")}[end]
    bone = getattr(described.tube, end).bone
    return Attachment(
        name,
        end,
        bone,
        f"{described.display}: {word}",
        f"{described.latin}: {latin}",
        area,
        published_mm2,
        source,
        shared_with,
    )


# Areas that nobody measured apart from their neighbours are estimates: the share of semitendinosus in the pes anserinus (47 by 38 mm with
# the ligament below it), both arms of biceps on the head of the fibula, the width of the fleshy origin along the linea aspera.
ATTACHMENTS = (
    _attachment(
        "semitendinosus",
        "origin",
        Oval(*_CONJOINT, part=(0.0, 0.5)),
        _CONJOINT_MM2,
        sources.PHILIPPON_2015,
        "biceps_femoris_long_head",
    ),
    _attachment(
        "biceps_femoris_long_head",
        "origin",
        Oval(*_CONJOINT, part=(0.5, 1.0)),
        _CONJOINT_MM2,
        sources.PHILIPPON_2015,
        "semitendinosus",
    ),
    _attachment(
        "semimembranosus", "origin", Oval(*_place(_SEMIMEMBRANOSUS.origin), 45.0, 12.0), 412.0, sources.PHILIPPON_2015
    ),
    _attachment(
        "biceps_femoris_short_head",
        "origin",
        Strip(
            ("gluteal_tuberosity", "linea_aspera_lateral_lip", "lateral_supracondylar_line", "lateral_epicondyle"),
            (0.45, 0.85),
            4.0,
        ),
        None,
        sources.GRAY,
    ),
    _attachment(
        "semitendinosus", "insertion", Oval(*_place(_SEMITENDINOSUS.insertion), 20.0, 7.0, 4.0), None, sources.ESTIMATE
    ),
    _attachment(
        "semimembranosus",
        "insertion",
        Oval(*_place(_SEMIMEMBRANOSUS.insertion), 15.5, 8.8),
        107.0,
        sources.LAPRADE_2007,
    ),
    _attachment(
        "biceps_femoris_long_head", "insertion", Oval(*_place(_LONG_HEAD.insertion), 14.0, 8.0), None, sources.ESTIMATE
    ),
    _attachment(
        "biceps_femoris_short_head", "insertion", Oval(*_place(_SHORT_HEAD.insertion), 8.0, 4.5), None, sources.ESTIMATE
    ),
)
