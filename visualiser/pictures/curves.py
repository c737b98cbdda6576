"""Curves for pictures: a quantity of the four heads over the movement with a cursor at the moment shown, in the picture's own theme."""

from typing import Any, NamedTuple

import numpy as np

from visualiser.anatomy import muscles
from visualiser.bodies.assembly import Body
from visualiser.errors import VisualiserError, unknown_name
from visualiser.movements.movement import Movement
from visualiser.movements.posing import is_held
from visualiser.pictures.appearance import IDENTITY, SMALL_SIZE, THEMES, Colour, Theme, rgb
from visualiser.tissue.measurement import Table, measure
from visualiser.typed import ByteArray, FloatArray

# What can be drawn beside the anatomy: the column of `measure` and a title with its unit.
CURVES = {
    "length": ("{}_length_percent", "Length, % of upright"),
    "strain": ("{}_belly_strain_percent", "Strain of the belly, %"),
    "velocity": ("{}_velocity_mm_per_s", "Lengthening, mm/s"),
    "hip_arm": ("{}_hip_extension_moment_arm_mm", "Hip extension arm, mm"),
    "knee_arm": ("{}_knee_flexion_moment_arm_mm", "Knee flexion arm, mm"),
    "nerve": ("sciatic_nerve_strain_percent", "Strain of the sciatic nerve, %"),
}
PLACES = ("beside", "inset")
_NAMES = {
    "semitendinosus": "Semitendinosus",
    "semimembranosus": "Semimembranosus",
    "biceps_femoris_long_head": "Biceps, long head",
    "biceps_femoris_short_head": "Biceps, short head",
    "sciatic_nerve": "Sciatic nerve",
}
_DASHES: dict[str, Any] = {  # told apart in grey, too
    "semimembranosus": (0, (6, 2)),
    "biceps_femoris_long_head": (0, (9, 2, 2, 2)),
    "biceps_femoris_short_head": (0, (2, 1.5)),
}
_SAMPLES = 121
_LINE, _DOT, _CURSOR, _AXIS = 3.4, 11.0, 2.0, 1.6  # layout units
_TYPE = 20.0
_ON_LIGHT = {"semimembranosus": rgb("#2F8FC4"), "biceps_femoris_short_head": rgb("#B97F00")}  # darkened as thin lines
_ON_DARK = {"semitendinosus": rgb("#3D9BD9")}


def look_up_curve(of: str, movement: Movement) -> str:
    """A key of CURVES, if there is one and the movement has a course to draw.

    raises : UnknownNameError, VisualiserError
    """
    if of not in CURVES:
        raise unknown_name("curve", of, CURVES)
    if is_held(movement):
        raise VisualiserError("A held pose has no curve over time; ask for a moment of a movement.")
    return of


def look_up_place(place: str) -> str:
    """'beside' the anatomy or as an 'inset' in a corner."""
    if place not in PLACES:
        raise unknown_name("place for a curve", place, PLACES)
    return place


def lines_of(table: Table, of: str) -> dict[str, FloatArray]:
    """The values of each line of a curve, by the structure it belongs to."""
    column = CURVES[of][0]
    if "{}" not in column:
        return {"sciatic_nerve": table[column]}
    return {head.name: table[column.format(head.name)] for head in muscles.HEADS}


def draw(
    body: Body, movement: Movement, times_s: tuple[float, ...], of: str, size: tuple[int, int], scale: float, theme: str
) -> ByteArray:
    """A curve without a ground: (H, W, 4) with straight alpha.

    times_s : moments that get a cursor; the values at the last of them are told
    size    : width and height, pixels
    scale   : pixels per layout unit
    """
    return _draw(body, movement, times_s, of, size, scale, theme)[0]


class Strip(NamedTuple):
    """A curve without cursors, and where to draw them: for films, in which only they move.

    times_s : (N,)     moments of the samples
    x       : (N,)     pixels from the left
    lines   : colour of each line and its (N,) pixels from the top
    span    : top and bottom of the axes, pixels
    """

    pixels: ByteArray
    times_s: FloatArray
    x: FloatArray
    lines: tuple[tuple[Colour, FloatArray], ...]
    span: tuple[float, float]


def strip(body: Body, movement: Movement, of: str, size: tuple[int, int], scale: float, theme: str) -> Strip:
    """A curve drawn once for a whole film, see `draw`."""
    pixels, axes, time, lines = _draw(body, movement, (), of, size, scale, theme)

    def down(values: FloatArray) -> FloatArray:
        places: FloatArray = size[1] - axes.transData.transform(np.column_stack([time, values]))[:, 1]
        return places

    x = axes.transData.transform(np.column_stack([time, np.zeros_like(time)]))[:, 0]
    drawn = tuple((_colour(key, THEMES[theme]), down(values)) for key, values in lines.items())
    box = axes.get_window_extent()
    return Strip(pixels, time, x, drawn, (float(size[1] - box.y1), float(size[1] - box.y0)))


def _draw(
    body: Body, movement: Movement, times_s: tuple[float, ...], of: str, size: tuple[int, int], scale: float, theme: str
) -> tuple[ByteArray, Any, FloatArray, dict[str, FloatArray]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    look = THEMES[theme]
    table = measure(movement, _SAMPLES, heads=body.physique.heads, geometry=body.physique.geometry)
    time, lines = table["time_s"], lines_of(table, of)
    width, height = size[0] / 72, size[1] / 72  # at 72 dots an inch a point is a pixel
    figure = Figure(figsize=(width, height), dpi=72)
    canvas: Any = FigureCanvasAgg(figure)
    figure.patch.set_alpha(0.0)
    units = size[0] / scale, size[1] / scale
    room = 16.0 + _TYPE * 0.62 * max(len(_NAMES[key]) + 5 for key in lines)
    left, bottom, top = 62.0 / units[0], 66.0 / units[1], 46.0 / units[1]
    axes = figure.add_axes((left, bottom, 1 - left - room / units[0], 1 - bottom - top))
    axes.patch.set_alpha(0.0)
    ink, faint = _hex(look.ink), _hex(look.second_ink)
    ends = []
    for key, values in lines.items():
        colour = _hex(_colour(key, look))
        axes.plot(time, values, color=colour, linestyle=_DASHES.get(key, "-"), linewidth=_LINE * scale)
        now = float(values[-1])
        for time_s in times_s:
            now = float(np.interp(time_s, time, values))
            axes.plot(time_s, now, "o", color=colour, markersize=_DOT * scale, markeredgecolor=_hex(look.halo))
        told = f" {now:.0f}".replace("-", "\N{MINUS SIGN}") if times_s else ""
        ends.append(_End(float(values[-1]), now, f"{_NAMES[key]}{told}", colour))
    for time_s in times_s:
        axes.axvline(time_s, color=faint, linewidth=_CURSOR * scale, zorder=1)
    axes.set_xlim(0.0, movement.duration_s)
    axes.margins(y=0.12)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    if of == "length":
        axes.axhline(100.0, color=faint, linewidth=_AXIS * scale, linestyle=":", zorder=1)
    _name(axes, ends, scale, units[1] * (1 - bottom - top))
    axes.spines[["top", "right"]].set_visible(False)
    for spine in ("left", "bottom"):
        axes.spines[spine].set_color(faint)
        axes.spines[spine].set_linewidth(_AXIS * scale)
    axes.tick_params(colors=faint, labelsize=_TYPE * scale, width=_AXIS * scale, length=6 * scale, pad=4 * scale)
    axes.set_xlabel("Time, s", color=faint, fontsize=_TYPE * scale, labelpad=3 * scale)
    figure.text(
        14.0 / units[0], 1 - 6.0 / units[1], CURVES[of][1], fontsize=SMALL_SIZE * scale, color=ink, va="top", ha="left"
    )
    canvas.draw()
    pixels: ByteArray = np.asarray(canvas.buffer_rgba()).copy()
    return pixels, axes, time, lines


def said(movement: Movement, of: str, time_s: float, body: Body) -> str:
    """A curve in words: what it shows, and its values at a moment."""
    table = measure(movement, _SAMPLES, heads=body.physique.heads, geometry=body.physique.geometry)
    values = ", ".join(
        f"{_NAMES[key]} {np.interp(time_s, table['time_s'], line):.0f}".replace(", l", " l").replace(", s", " s")
        for key, line in lines_of(table, of).items()
    )
    return f"A curve over time: {CURVES[of][1]}; at {time_s:.1f} s {values}."


def _colour(key: str, theme: Theme) -> Colour:
    if key == "sciatic_nerve":
        return theme.groups["nerve"]
    own = _ON_DARK if sum(theme.bottom) < 384 else _ON_LIGHT
    return own.get(key, IDENTITY[key])


def _hex(colour: Colour) -> str:
    return "#{:02X}{:02X}{:02X}".format(*colour)


class _End(NamedTuple):
    """Where a line ends, what it is at the cursor, and its name in its colour."""

    last: float
    now: float
    label: str
    colour: str


def _name(axes: Any, ends: list[_End], scale: float, high: float) -> None:
    """Names with the values at the cursor beside the ends of their lines, moved apart where these lie close together.

    Where lines end together, as in every movement that returns to its start, their order is that at the cursor.
    """
    low, top = axes.get_ylim()
    gap = _TYPE * 1.25 / high * (top - low)
    order = sorted(ends, key=lambda end: (round(2 * end.last / gap), end.now))
    places: list[float] = []
    for end in order:
        places.append(max(end.last, places[-1] + gap) if places else end.last)
    excess = max(places[-1] - (top - 0.3 * gap), 0.0)  # the whole stack slides down rather than out of the axes
    for end, place in zip(order, places, strict=True):
        axes.annotate(
            end.label, (1.0, place - excess), (10 * scale, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=_TYPE * scale, color=end.colour, annotation_clip=False,
        )  # fmt: skip
