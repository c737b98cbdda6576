"""Figures of what the heads do: lengths and arms over a movement or over an angle, and maps over hip and knee."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from visualiser import __version__
from visualiser.anatomy import muscles, skeleton
from visualiser.anatomy.definitions import Geometry, MuscleHead
from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, TRUNK_COORDINATES, degrees, radians
from visualiser.errors import unknown_name
from visualiser.kinematics import HIP_FLEXION, KNEE_FLEXION
from visualiser.movements.movement import ACTIVITIES, Movement, pose_at
from visualiser.pictures.appearance import IDENTITY, Colour, rgb
from visualiser.tissue.measurement import Table, measure
from visualiser.tissue.paths import muscle_length
from visualiser.typed import FloatArray
from visualiser.writing import replacing, target

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")
# What can be plotted: columns of `measure` for each head (or of the nerve), and what the axis says.
QUANTITIES = {
    "length": ("{}_length_percent", "Muscle and tendon, % of upright standing"),
    "strain": ("{}_belly_strain_percent", "Belly, % longer than in upright standing"),
    "activation": ("{}_activation_percent", "Activation, % (schematic)"),
    "velocity": ("{}_velocity_mm_per_s", "Lengthening, mm/s"),
    "hip_arm": ("{}_hip_extension_moment_arm_mm", "Moment arm for hip extension, mm"),
    "knee_arm": ("{}_knee_flexion_moment_arm_mm", "Moment arm for knee flexion, mm"),
    "rotation_arm": ("{}_tibial_internal_rotation_moment_arm_mm", "Moment arm for inward rotation of the tibia, mm"),
    "nerve": ("sciatic_nerve_strain_percent", "Sciatic nerve, strain in %"),
}
_SAMPLES = 241
_DASHES: dict[str, Any] = {  # told apart in grey, too
    "semitendinosus": "-",
    "semimembranosus": (0, (6, 2)),
    "biceps_femoris_long_head": (0, (8, 2, 2, 2)),
    "biceps_femoris_short_head": (0, (2, 1.5)),
}
_SHORT = {
    "semitendinosus": "Semitendinosus",
    "semimembranosus": "Semimembranosus",
    "biceps_femoris_long_head": "Biceps, long head",
    "biceps_femoris_short_head": "Biceps, short head",
}
# Light for idle, strong for loaded; hatched where colour alone might not do.
_ACTIVITY: dict[str, tuple[Colour, str]] = {
    "concentric": (rgb("#D55E00"), ""),
    "eccentric": (rgb("#0072B2"), "////"),
    "isometric": (rgb("#57616C"), ""),
    "passive": (rgb("#CFE3F1"), ""),
    "silent": (rgb("#F2F4F6"), ""),
}
_INK, _FAINT = "#15191E", "#57616C"
_MODEL = "Model values of this visualiser"


def _hex(colour: Colour) -> str:
    return "#{:02X}{:02X}{:02X}".format(*colour)


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=150, facecolor="white")


def plot(
    movement: Movement,
    path: Path | str,
    *,
    of: str = "length",
    vs: str | None = None,
    heads: Sequence[MuscleHead] = muscles.HEADS,
    geometry: Geometry = skeleton.STANDARD,
    force: bool = False,
) -> Path:
    """A quantity of the four heads over a movement, phases shaded and peaks marked; or over one of its angles.

    of     : a key of QUANTITIES
    vs     : a coordinate such as knee_flexion instead of time
    raises : UnknownNameError, ExportError
    """
    if of not in QUANTITIES:
        raise unknown_name("quantity to plot", of, QUANTITIES)
    if vs is not None and vs not in (*TRUNK_COORDINATES, *LEG_COORDINATES):
        raise unknown_name("coordinate", vs, (*TRUNK_COORDINATES, *LEG_COORDINATES))
    file = target(path, force, SUFFIXES)
    table = measure(movement, _SAMPLES, heads=heads, geometry=geometry)
    timeline = vs is None and any(phase.activity for phase in movement.phases)
    captions, sourced = _captions(movement) if vs is None else [], _sourced(movement)
    # From below, in inches: sources, captions, key of the activities, the label of the axis.
    foot = 0.20 + 0.13 * len(sourced) + 0.17 * len(captions)
    under = foot + (0.34 if timeline else 0.0) + 0.45
    height = under + 4.0 + (1.05 if timeline else 0.0)
    figure = _figure(9.0, height)
    bottom = under / height
    if timeline:
        strip = figure.add_axes((0.085, bottom, 0.68, 0.85 / height))
        axes = figure.add_axes((0.085, bottom + 1.05 / height, 0.68, 1 - bottom - 1.75 / height), sharex=strip)
        _timeline(strip, movement)
        axes.tick_params(labelbottom=False)
    else:
        axes = figure.add_axes((0.085, bottom, 0.68, 1 - bottom - 0.70 / height))
    if vs is None:
        _over_time(axes, table, movement, of)
        (strip if timeline else axes).set_xlabel("Time, s")
    else:
        _over_angle(axes, table, of, vs)
    axes.set_ylabel(QUANTITIES[of][1])
    figure.text(0.085, 1 - 0.30 / height, movement.title, fontsize=14, color=_INK, weight="bold")
    for i, line in enumerate(captions):
        figure.text(0.085, (foot - 0.17 * (i + 1)) / height, line, fontsize=8, color=_FAINT)
    _write_sources(figure, sourced, height)
    return _save(figure, file, movement.title, force)


def _lines(table: Table, of: str) -> list[tuple[str, str, FloatArray]]:
    """(key, label, values) of what is drawn: four heads, or the nerve."""
    pattern = QUANTITIES[of][0]
    if "{}" not in pattern:
        return [("sciatic_nerve", "Sciatic nerve", table[pattern])]
    return [(head.name, _SHORT[head.name], table[pattern.format(head.name)]) for head in muscles.HEADS]


def _style(key: str) -> dict[str, Any]:
    colour = rgb("#8A6A00") if key == "sciatic_nerve" else IDENTITY[key]
    return {"color": _hex(colour), "linestyle": _DASHES.get(key, "-"), "linewidth": 2.0}


def _over_time(axes: "Axes", table: Table, movement: Movement, of: str) -> None:
    time = table["time_s"]
    for i, phase in enumerate(movement.phases):
        if i % 2 == 0:
            axes.axvspan(phase.start_s, phase.end_s, color="#EEF1F4", zorder=0, linewidth=0)
        middle = (phase.start_s + phase.end_s) / 2
        axes.text(
            middle, 1.015, str(i + 1), transform=axes.get_xaxis_transform(), ha="center", fontsize=8, color=_FAINT
        )
    ends = []
    for key, label, values in _lines(table, of):
        axes.plot(time, values, **_style(key))
        if np.ptp(values) > 0.5:
            top = int(np.argmax(values >= values.max() - 1e-3 * np.ptp(values)))  # of a plateau, its beginning
            axes.plot(time[top], values[top], "o", color=_style(key)["color"], markersize=6, markeredgecolor="white")
            label = f"{label}, peak {values[top]:.{0 if np.ptp(values) > 10 else 1}f}"
        ends.append((float(values[-1]), label, _style(key)["color"]))
    axes.set_xlim(0.0, movement.duration_s)
    axes.margins(y=0.10)
    if of == "length":
        axes.axhline(100.0, color=_FAINT, linewidth=0.8, linestyle=":", zorder=1)
    _name_ends(axes, ends)
    _plain(axes)


def _name_ends(axes: "Axes", ends: Sequence[tuple[float, str, str]]) -> None:
    """Names at the right edge beside their lines, moved apart where lines end close together."""
    low, high = axes.get_ylim()
    gap = 0.062 * (high - low)
    placed: list[float] = []
    for value, label, colour in sorted(ends):
        place = max(value, placed[-1] + gap) if placed else value
        placed.append(place)
        axes.annotate(
            label, (1.0, place), (6, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=9, color=colour, annotation_clip=False,
        )  # fmt: skip


def _over_angle(axes: "Axes", table: Table, of: str, vs: str) -> None:
    angle = table[f"{vs}_deg"]
    for key, label, values in _lines(table, of):
        axes.plot(angle, values, label=label, **_style(key))
        axes.plot(angle[0], values[0], "o", color=_style(key)["color"], markersize=5)
        middle = int(np.argmax(np.abs(np.gradient(angle)[: len(angle) // 2]))) if np.ptp(angle) > 1 else 0
        if middle + 3 < len(angle):
            axes.annotate(
                "", (angle[middle + 3], values[middle + 3]), (angle[middle], values[middle]),
                arrowprops={"arrowstyle": "-|>", "color": _style(key)["color"]},
            )  # fmt: skip
    axes.set_xlabel(f"{skeleton.COORDINATES[vs].display}, degrees (dot: start)")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9, handlelength=3)
    _plain(axes)


def _timeline(strip: "Axes", movement: Movement) -> None:
    """What each head does, as bars under the curves."""
    from matplotlib.patches import Patch

    used = []
    for row, head in enumerate(reversed(muscles.HEADS)):
        for phase in movement.phases:
            activity = phase.of(head.name)
            if not activity:
                continue
            colour, hatch = _ACTIVITY[activity]
            strip.barh(
                row, phase.end_s - phase.start_s, left=phase.start_s, height=0.78, color=_hex(colour), hatch=hatch,
                edgecolor="white", linewidth=0.6,
            )  # fmt: skip
            used.append(activity)
        strip.annotate(
            _SHORT[head.name], (1.0, row), (6, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=7.5, color=_style(head.name)["color"], annotation_clip=False,
        )  # fmt: skip
    strip.set_yticks([])
    strip.set_ylim(-0.55, len(muscles.HEADS) - 0.45)
    _plain(strip)
    strip.spines["left"].set_visible(False)
    keys = [
        Patch(facecolor=_hex(_ACTIVITY[a][0]), hatch=_ACTIVITY[a][1], edgecolor="#B8C0C8", label=a)
        for a in ACTIVITIES
        if a in used
    ]
    strip.legend(
        handles=keys,
        loc="upper left",
        bbox_to_anchor=(-0.01, -0.42),
        ncol=5,
        frameon=False,
        fontsize=7.5,
        handlelength=1.4,
    )


def _captions(movement: Movement) -> list[str]:
    """Numbered captions of the phases, wrapped, several on a line where they fit."""
    parts = [f"{i + 1}  {phase.caption}" for i, phase in enumerate(movement.phases)]
    return (
        wrap("     ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts), 132, break_long_words=False)
        if parts
        else []
    )


def _plain(axes: "Axes") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_FAINT)
    axes.tick_params(colors=_FAINT, labelsize=8)
    axes.xaxis.label.set_color(_FAINT)
    axes.yaxis.label.set_color(_FAINT)
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)


def _sourced(*movements: Movement) -> list[str]:
    """Where the numbers come from, in lines; of several movements each source once."""
    names = [name for movement in movements for name in movement.source_names.split("; ") if name]
    named = f" Movement: {'; '.join(dict.fromkeys(names))}." if names else ""
    return wrap(f"{_MODEL} (version {__version__}), not measurements.{named}", 165)


def _write_sources(figure: "Figure", lines: Sequence[str], height: float) -> None:
    for i, line in enumerate(reversed(lines)):
        figure.text(0.085, (0.10 + 0.13 * i) / height, line, fontsize=6.5, color=_FAINT)


# -- maps ----------------------------------------------------------------------------------------------------------------------------

HIPS, KNEES = np.linspace(-30.0, 120.0, 76), np.linspace(0.0, 140.0, 71)


def length_map(head: MuscleHead, geometry: Geometry = skeleton.STANDARD) -> FloatArray:
    """Length of a head over HIPS and KNEES: (hips, knees), percent of upright standing."""
    leg = np.zeros((len(HIPS), len(KNEES), len(LEG_COORDINATES)))
    leg[..., HIP_FLEXION], leg[..., KNEE_FLEXION] = radians(HIPS)[:, None], radians(KNEES)
    lengths: FloatArray = 100.0 * muscle_length(head, leg, geometry)
    return lengths / muscle_length(head, np.zeros(len(LEG_COORDINATES)), geometry)


def plot_map(
    path: Path | str,
    movements: Sequence[Movement] = (),
    *,
    heads: Sequence[MuscleHead] = muscles.HEADS,
    geometry: Geometry = skeleton.STANDARD,
    force: bool = False,
) -> Path:
    """Length of each head over hip and knee flexion, with the tracks of movements on it."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import TwoSlopeNorm

    file = target(path, force, SUFFIXES)
    rows = wrap_names([movement.title for movement in movements])
    sourced = _sourced(*movements)
    foot = 0.55 + 0.13 * len(sourced)  # inches under the maps: sources and axis labels
    height = foot + 6.6 + 0.22 * len(rows)  # over them: title and legend
    figure = _figure(9.0, height)
    scale = TwoSlopeNorm(100.0, 70.0, 126.0)
    inks = ("#15191E", "#00796B", "#C2185B", "#1565C0")
    for i, head in enumerate(heads):
        bottom = (foot + (3.2 if i < 2 else 0.0)) / height
        axes = figure.add_axes((0.08 + 0.43 * (i % 2), bottom, 0.36, 2.62 / height))
        lengths = length_map(head, geometry)
        axes.contourf(HIPS, KNEES, lengths.T, levels=np.arange(68, 128, 2), cmap="PuOr_r", norm=scale)
        lines = axes.contour(HIPS, KNEES, lengths.T, levels=np.arange(70, 126, 5), colors=_FAINT, linewidths=0.5)
        axes.clabel(lines, fmt="%d", fontsize=6.5)
        axes.contour(HIPS, KNEES, lengths.T, levels=[100.0], colors=_INK, linewidths=1.3)
        for number, movement in enumerate(movements):
            ink, dash = inks[number % len(inks)], ("-", (0, (4, 1.5)), ":")[number // len(inks) % 3]
            leg = degrees(
                pose_at(movement, np.linspace(0.0, movement.duration_s, _SAMPLES))[:, LEG_SLICES[movement.side]]
            )
            axes.plot(leg[:, HIP_FLEXION], leg[:, KNEE_FLEXION], color="white", linewidth=3.2)
            axes.plot(leg[:, HIP_FLEXION], leg[:, KNEE_FLEXION], color=ink, ls=dash, lw=1.6, label=movement.title)
            axes.plot(leg[0, HIP_FLEXION], leg[0, KNEE_FLEXION], "o", color=ink, markersize=5, markeredgecolor="white")
        axes.set(xlim=(HIPS[0], HIPS[-1]), ylim=(KNEES[0] - 4.0, KNEES[-1]))
        axes.set_title(head.display, fontsize=10, color=_INK, loc="left")
        axes.set_xlabel("Hip flexion, degrees" if i >= 2 else "")
        axes.set_ylabel("Knee flexion, degrees" if i % 2 == 0 else "")
        _plain(axes)
    bar = figure.colorbar(
        ScalarMappable(scale, "PuOr_r"), cax=figure.add_axes((0.905, foot / height, 0.014, 5.82 / height))
    )
    bar.set_label("Muscle and tendon, % of upright standing", fontsize=8, color=_FAINT)
    bar.ax.tick_params(labelsize=7.5, colors=_FAINT)
    if movements:
        named = dict(zip(*reversed(figure.axes[0].get_legend_handles_labels()), strict=True))
        for i, row in enumerate(rows):
            place = (0.072, 1 - (0.40 + 0.22 * i) / height)
            row_legend = figure.legend(
                [named[title] for title in row], row, loc="upper left", bbox_to_anchor=place, ncol=len(row),
                frameon=False, fontsize=8.5, borderpad=0.0, borderaxespad=0.0,
            )  # fmt: skip
            figure.add_artist(row_legend)
    figure.text(0.08, 1 - 0.30 / height, "Length over hip and knee", fontsize=14, color=_INK, weight="bold")
    _write_sources(figure, sourced, height)
    return _save(figure, file, "Length over hip and knee", force)


def wrap_names(titles: Sequence[str], most: int = 92) -> list[list[str]]:
    """Titles in rows that fit beside one another over the maps, each once."""
    rows: list[list[str]] = []
    for title in dict.fromkeys(titles):
        if rows and sum(len(t) + 8 for t in rows[-1]) + len(title) <= most:
            rows[-1].append(title)
        else:
            rows.append([title])
    return rows


def _save(figure: "Figure", file: Path, title: str, force: bool) -> Path:
    """Write a figure whole or not at all, the same bytes every time."""
    import matplotlib as mpl

    kind = file.suffix.lower().removeprefix(".")
    dates: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
    write: Callable[..., None] = figure.savefig
    whole = BytesIO()  # a disk that is full would leave the library's writer of PDF in a state that it cannot close
    with mpl.rc_context({"svg.hashsalt": "hamstring", "svg.fonttype": "none"}):
        write(whole, format=kind, metadata={"Title": title, **dates[kind]})
    with replacing(file, force) as temporary:
        temporary.write_bytes(whole.getvalue())
    return file
