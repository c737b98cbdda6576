"""What things look like, as tables keyed by words: themes, views, label styles, colours.

Lengths on a picture are in layout units: the short side of a canvas is always 1080 of them, whatever its pixels, so
that a still at 1x and at 4x has the same layout. On a slide 13.33 x 7.5 inches large, 2 units are 1 point.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from visualiser.errors import unknown_name
from visualiser.typed import ByteArray, FloatArray

Colour = tuple[int, int, int]
Paint = Colour | ByteArray  # of a whole surface, or (V, 3) one for each of its vertices
Vector = tuple[float, float, float]
T = TypeVar("T")


def rgb(code: str) -> Colour:
    """'#0072B2' as three bytes."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def look_up(kind: str, name: str, table: Mapping[str, T]) -> T:
    """The entry of a table of words, or an error that names what is allowed and the nearest match."""
    try:
        return table[name]
    except KeyError:
        raise unknown_name(kind, name, table) from None


# ------------------------------------------------------------------------------------------------------------- colours
# Okabe & Ito 2008, "Color Universal Design": told apart with every common colour vision. Muscles that turn the leg
# inwards are blue, those that turn it outwards orange, the nerve yellow as in every atlas; light and dark within a
# pair also differ in grey.
IDENTITY: Mapping[str, Colour] = MappingProxyType(
    {
        "semitendinosus": rgb("#0072B2"),
        "semimembranosus": rgb("#56B4E9"),
        "biceps_femoris_long_head": rgb("#D55E00"),
        "biceps_femoris_short_head": rgb("#E69F00"),
        "sciatic_nerve": rgb("#F0E442"),
        "tibial_nerve": rgb("#F0E442"),
        "common_fibular_nerve": rgb("#009E73"),
        "hip_bone": rgb("#E3D6BA"),
        "sacrum": rgb("#DDCDAE"),
        "femur": rgb("#E3D6BA"),
        "tibia": rgb("#E0D2B5"),
        "fibula": rgb("#DBCBAB"),
        "patella": rgb("#E0D2B5"),
    }
)

# ESTIMATE: judged by eye against prepared bone and fresh tissue under the lights of this package.
TISSUE: Mapping[str, Colour] = MappingProxyType(
    {
        "bone": rgb("#E3D6BA"),
        "cartilage": rgb("#D3DFE3"),
        "pearl": rgb("#EFE7D6"),
        "muscle": rgb("#9C3A32"),
        "nerve": rgb("#EBCB4B"),
    }
)


# From short or slack (dark blue) over upright (grey) to long (yellow). Lightness rises all along, so that it also reads in
# greyscale, and blue and yellow are told apart with every common colour vision (the idea of Nunez et al. 2018, "cividis").
DIVERGING: tuple[Colour, ...] = (rgb("#0A3A86"), rgb("#4A6796"), rgb("#8F8E8A"), rgb("#CFAE52"), rgb("#FFD84A"))

# From idle (slate) over half (orange red) to all (yellow). Lightness rises all along, as in "inferno" of matplotlib, whose idea it is.
RISING: tuple[Colour, ...] = (rgb("#354170"), rgb("#93518A"), rgb("#D96459"), rgb("#F69E3C"), rgb("#FFE890"))


# Nerves beside muscles that are coloured by a map: nothing of the map's, least of all the yellow at its end.
OFF_THE_MAP: Colour = rgb("#F3EFE8")

# Muscles beside a nerve that is coloured by a map: pale flesh that no map has, before which both its dark and its bright end stand out.
# Parts of nerves of which nothing is known are a quiet grey.
QUIET_FLESH: Colour = rgb("#C2A79E")
QUIET_NERVE: Colour = rgb("#CBC7BA")


@dataclass(frozen=True, slots=True)
class Scale:
    """What colours mean: a title with its unit, colours from low to high, (value, share of the way) of its numbers."""

    title: str
    colours: tuple[Colour, ...]
    ticks: tuple[tuple[float, float], ...]


def diverging(share: float) -> Colour:
    """The colour at a share of the diverging map: 0 low, 0.5 neutral, 1 high; held at the ends."""
    return _mixed(DIVERGING, share)


def rising(share: float) -> Colour:
    """The colour at a share of the map from nothing, 0, to all, 1; held at the ends."""
    return _mixed(RISING, share)


def mapped(stops: tuple[Colour, ...], shares: FloatArray) -> ByteArray:
    """Colours (V, 3) at shares (V,) of the way along a map, held at its ends; `QUIET_NERVE` where a share is not a number."""
    known = ~np.isnan(shares)
    place = np.linspace(0.0, 1.0, len(stops))
    found = np.stack([np.interp(np.where(known, shares, 0.0), place, channel) for channel in np.array(stops).T], axis=1)
    return np.where(known[:, None], np.round(found), QUIET_NERVE).astype(np.uint8)


def _mixed(stops: tuple[Colour, ...], share: float) -> Colour:
    place = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    low = min(int(place), len(stops) - 2)
    part = place - low
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(stops[low], stops[low + 1], strict=True))
    return red, green, blue


# -------------------------------------------------------------------------------------------------------------- themes
@dataclass(frozen=True, slots=True)
class Lights:
    """Brightness of the four lights fixed to the camera."""

    key: float
    fill: float
    rim: float
    head: float


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """Colours of everything on a picture that is not tissue, and the lights that suit them. Compared by identity."""

    top: Colour  # background gradient
    bottom: Colour
    ink: Colour  # first line of a label, titles
    second_ink: Colour  # Latin, compass, sources
    halo: Colour  # rim of texts, casing of leaders
    shadow: Colour
    shadow_strength: float
    outline: Colour  # of the silhouettes of anatomy, where they are asked for
    groups: Mapping[str, Colour]
    lights: Lights


def _groups(pelvis: str, femur: str, leg: str, muscle: str, spine: str, nerve: str) -> Mapping[str, Colour]:
    codes = {"pelvis": pelvis, "spine": spine, "femur": femur, "leg": leg, "muscle": muscle, "nerve": nerve}
    return MappingProxyType({group: rgb(code) for group, code in codes.items()})


# Okabe-Ito again, darkened where the original would be too pale for a thin line on paper. Yellow never stands on white.
_ON_LIGHT = _groups("#0072B2", "#C85500", "#007A5A", "#A84E84", "#3D5A80", "#8A6A00")
_ON_DARK = _groups("#56B4E9", "#E69F00", "#2FC79B", "#E39AC6", "#9DB4D0", "#F0E442")

THEMES: Mapping[str, Theme] = MappingProxyType(
    {
        "light": Theme(
            top=rgb("#FFFFFF"),
            bottom=rgb("#EEF1F4"),
            ink=rgb("#15191E"),
            second_ink=rgb("#57616C"),
            halo=rgb("#FFFFFF"),
            shadow=rgb("#2B3440"),
            shadow_strength=0.22,
            outline=rgb("#2A211C"),
            groups=_ON_LIGHT,
            lights=Lights(key=0.98, fill=0.54, rim=0.45, head=0.20),
        ),
        "dark": Theme(
            top=rgb("#1B222B"),
            bottom=rgb("#0E1217"),
            ink=rgb("#F4F6F8"),
            second_ink=rgb("#AAB4BF"),
            halo=rgb("#0E1217"),
            shadow=rgb("#000000"),
            shadow_strength=0.5,
            outline=rgb("#C4CCD4"),
            groups=_ON_DARK,
            lights=Lights(key=0.96, fill=0.40, rim=0.75, head=0.12),
        ),
        # Paper: no gradient, no shadow, no ink spent on mood.
        "print": Theme(
            top=rgb("#FFFFFF"),
            bottom=rgb("#FFFFFF"),
            ink=rgb("#000000"),
            second_ink=rgb("#444B52"),
            halo=rgb("#FFFFFF"),
            shadow=rgb("#FFFFFF"),
            shadow_strength=0.0,
            outline=rgb("#000000"),
            groups=_ON_LIGHT,
            lights=Lights(key=0.98, fill=0.56, rim=0.40, head=0.24),
        ),
    }
)


def label_colour(theme: Theme, group: str) -> Colour:
    """Colour of a label's bar, leader and dot."""
    return look_up("label group", group, theme.groups)


# --------------------------------------------------------------------------------------------------------------- views
@dataclass(frozen=True, slots=True)
class View:
    """Where the eye stands, in axes of the body: X anterior, Y superior, Z lateral on the side shown.

    `focus` names the landmarks a close-up must contain, `reach_mm` how much anatomy round each of them; no focus:
    everything visible.
    """

    from_direction: Vector
    focus: tuple[str, ...] = ()
    reach_mm: float = 0.0

    @property
    def across_the_midline(self) -> bool:
        """Whether the other leg would stand between the eye and what it looks at."""
        return self.from_direction[2] < -0.9


# A little above the horizontal: seen square on, condyles and trochanters lose their roundness.
VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "posterior": View((-1.0, 0.06, 0.0)),
        "anterior": View((1.0, 0.06, 0.0)),
        "medial": View((0.0, 0.06, -1.0)),
        "lateral": View((0.0, 0.06, 1.0)),
        "posterolateral": View((-0.8, 0.10, 0.6)),
        "posteromedial": View((-0.8, 0.10, -0.6)),
        "anterolateral": View((0.8, 0.10, 0.6)),
        "anteromedial": View((0.8, 0.10, -0.6)),
        "superior": View((0.0, 1.0, 0.0)),
        "inferior": View((0.0, -1.0, 0.0)),
        "posteroinferior": View((-0.62, -0.78, 0.10)),
        "gluteal": View(
            (-0.93, 0.10, 0.36),
            focus=("posterior_superior_iliac_spine", "ischial_tuberosity", "greater_trochanter", "gluteal_tuberosity"),
            reach_mm=45.0,
        ),
        "popliteal": View(
            (-1.0, 0.05, 0.05),
            focus=(
                "popliteal_surface",
                "medial_epicondyle",
                "lateral_epicondyle",
                "neck_of_fibula",
                "medial_tibial_condyle",
            ),
            reach_mm=55.0,
        ),
        "pes": View(
            (0.62, 0.08, -0.78),
            focus=("medial_epicondyle", "tibial_tuberosity", "pes_anserinus", "medial_tibial_condyle"),
            reach_mm=55.0,
        ),
    }
)


# -------------------------------------------------------------------------------------------------------------- labels
@dataclass(frozen=True, slots=True)
class LabelStyle:
    """Sizes of labels, in layout units."""

    english: float
    latin: float
    most: int  # more labels than this are unreadable in such a picture
    margin: float = 36.0  # canvas edge to text
    clearance: float = 46.0  # text to anatomy
    gap: float = 12.0  # between two labels
    stub: float = 22.0  # the level piece of a leader next to its label
    bar: float = 4.0
    leader: float = 2.2
    casing: float = 5.2
    dot: float = 5.2
    ring: float = 7.2
    hidden_ring: float = 5.5
    dash: tuple[float, float] = (9.0, 7.0)
    text_room: float = 0.245  # share of the canvas width above which a text wraps
    row: float = 1.16  # height of a line of text, in type sizes


STYLES: Mapping[str, LabelStyle] = MappingProxyType(
    {
        # 17 and 16 points on a slide: capitals subtend 10 minutes of arc at eight screen heights, so the last row can
        # read them.
        "lecture": LabelStyle(english=34.0, latin=32.0, most=12),
        # 13 points: hand-outs and screens close by.
        "atlas": LabelStyle(english=26.0, latin=25.0, most=26),
    }
)

TITLE_SIZE, CAPTION_SIZE, SMALL_SIZE, SOURCE_SIZE = 34.0, 32.0, 22.0, 18.0
HIDDEN_BELOW = 0.35  # a landmark is called hidden when less of its surroundings can be seen
