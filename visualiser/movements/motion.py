"""Recorded motion: OpenSim `.mot` and `.sto` files and CSV tables as movements, with a report of how they were understood.

Files differ in unit, in the sign of the knee and in names. What a file says is believed unless its numbers contradict it; every decision
is one sentence of the report. Nothing is guessed silently, and nothing is bent into range unless asked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from visualiser.anatomy import skeleton
from visualiser.conventions import LEG_COORDINATES, POSE_COORDINATES, Side, X, Y, Z, degrees, radians
from visualiser.errors import PoseError, SceneFileError, VisualiserError, nearest, unknown_name
from visualiser.movements.movement import Course, Movement
from visualiser.movements.scenefile import read_text
from visualiser.transforms import rotation
from visualiser.typed import FloatArray

SUFFIXES = (".mot", ".sto", ".csv", ".tsv")
KNEE_SIGNS = ("auto", "positive", "negative")
LARGEST_FILE = 400_000_000
LONGEST_S = 86_400.0  # a day
SHORTEST_STEP_S = 1e-6
_FULL_TURN = 2 * np.pi
_HEADING_LEFT_ALONE = radians(45.0)  # a walker who faces another way than ours is turned to the front

# Names in files, without side, to ours; the factor is the sign. OpenSim turns the pelvis about its axis to the right: backwards is
# positive there. The knee's sign is looked for in the numbers.
_NAMES: Mapping[str, tuple[str, float]] = {
    "hip_flexion": ("hip_flexion", 1.0),
    "hip_adduction": ("hip_adduction", 1.0),
    "hip_rotation": ("hip_internal_rotation", 1.0),
    "hip_internal_rotation": ("hip_internal_rotation", 1.0),
    "knee_angle": ("knee_flexion", 1.0),
    "knee_flexion": ("knee_flexion", 1.0),
    "tibial_internal_rotation": ("tibial_internal_rotation", 1.0),
    "ankle_angle": ("ankle_dorsiflexion", 1.0),
    "ankle_flexion": ("ankle_dorsiflexion", 1.0),
    "ankle_dorsiflexion": ("ankle_dorsiflexion", 1.0),
    "pelvis_anterior_tilt": ("pelvis_anterior_tilt", 1.0),
    "pelvis_right_drop": ("pelvis_right_drop", 1.0),
    "pelvis_left_rotation": ("pelvis_left_rotation", 1.0),
    "pelvis_tilt": ("pelvis_anterior_tilt", -1.0),
    "pelvis_list": ("pelvis_right_drop", 1.0),
    "pelvis_rotation": ("pelvis_left_rotation", 1.0),
    "lumbar_flexion": ("lumbar_flexion", 1.0),
    "lumbar_extension": ("lumbar_flexion", -1.0),
}
_OPENSIM_PELVIS = {"pelvis_tilt", "pelvis_list", "pelvis_rotation"}
_SIDES = {"_r": Side.RIGHT, "_right": Side.RIGHT, "_l": Side.LEFT, "_left": Side.LEFT}


@dataclass(frozen=True, eq=False, slots=True)
class Recording:
    """A table as it stands in a file: names of columns, values (N, C), and what its header says."""

    names: tuple[str, ...]
    values: FloatArray
    header: Mapping[str, str]


def load(
    path: Path | str,
    *,
    side: Side = Side.RIGHT,
    knee_sign: str = "auto",
    clamp: bool = False,
    columns: Mapping[str, str] | None = None,
    like: Movement | None = None,
) -> tuple[Movement, tuple[str, ...]]:
    """A movement from a recording, and the report of how it was read: one sentence an item.

    side      : the leg that is shown in full
    knee_sign : which sign knee flexion has in the file: 'positive', 'negative', or 'auto' to look at the numbers
    clamp     : bend angles into the model's range instead of refusing them
    columns   : names of ours, such as knee_flexion_right, to names in the file, with a minus before one of the other sign
    like      : the movement whose title, view and labels to take over
    raises    : SceneFileError for gaps, times that do not rise, angles out of range, and files that are none
    """
    path = Path(path)
    if knee_sign not in KNEE_SIGNS:
        raise VisualiserError(
            f'knee sign is "{knee_sign}"; allowed: {", ".join(KNEE_SIGNS)}.{nearest(knee_sign, KNEE_SIGNS)}'
        )
    recording = read(path)
    report: list[str] = []
    time = _time(recording, path, report)
    found, opensim_pelvis = _columns(recording, columns or {}, side, path, report)
    values, unit, guessed = _in_radians(found, recording, time, path)
    report.append(unit)
    _turn_knees(values, knee_sign, report)
    pose = np.zeros((len(time), len(POSE_COORDINATES)))
    for name, column in values.items():
        pose[:, POSE_COORDINATES.index(name)] = column
    if opensim_pelvis:
        _reorder_pelvis(pose)
        report.append("the pelvis turns in OpenSim's order; its tilt counts backwards and is turned round.")
    _face_front(pose, report)
    _check(pose, time, path, clamp, report, unit if guessed else "")
    missing = [name for name in POSE_COORDINATES if name not in values]
    if missing:
        report.append(f"not in the file and taken as zero: {', '.join(missing)}.")
    course = Course(time - time[0], np.column_stack([pose, np.zeros(len(time))]))
    if like is None:
        like = Movement(path.stem, path.stem, f"Recorded motion from {path.name}.", "recorded", "standing", side, ())
    else:
        like = replace(
            like, name=path.stem, side=side, keyframes=(), phases=(), claim="", verdict="", comment="", text=""
        )
        like = replace(
            like, other_leg_shift=None, flight_s=(), cycle=False, sources=(), title=f"{like.title}: {path.stem}"
        )
    return replace(like, course=course), tuple(report)


# -- files ---------------------------------------------------------------------------------------------------------------------------


def read(path: Path) -> Recording:
    """The table of a file, as it stands there."""
    if path.suffix.lower() not in SUFFIXES:
        raise SceneFileError(path, f'recordings end with {", ".join(SUFFIXES)}, not "{path.suffix}".')
    lines = read_text(path, "recording", LARGEST_FILE).splitlines()
    header: dict[str, str] = {}
    first = 0
    if path.suffix.lower() in (".mot", ".sto"):
        ends = [i for i, line in enumerate(lines[:200]) if line.strip().lower() == "endheader"]
        if not ends:
            raise SceneFileError(path, 'has no line "endheader": it is not an OpenSim file.')
        first = ends[0] + 1
        for line in lines[: ends[0]]:
            key, equals, value = line.partition("=")
            if equals:
                header[key.strip().lower()] = value.strip()
    while first < len(lines) and (not lines[first].strip() or lines[first].lstrip().startswith("#")):
        first += 1
    if first >= len(lines):
        raise SceneFileError(path, "has no row of column names.")
    comma = (
        next((mark for mark in (",", ";", "\t") if mark in lines[first]), None)
        if path.suffix.lower() in (".csv", ".tsv")
        else None
    )
    names = tuple(name.strip().strip('"') for name in lines[first].split(comma))
    return Recording(names, _numbers(lines, first + 1, names, comma, path), header)


def _numbers(lines: list[str], first: int, names: tuple[str, ...], comma: str | None, path: Path) -> FloatArray:
    """The rows under the names; a row that is too short or no numbers is told with its line."""
    rows = [line for line in lines[first:] if line.strip()]
    if len(rows) < 2:
        raise SceneFileError(path, f"has {len(rows)} rows of numbers; a motion needs at least two.")
    if comma in (";", "\t"):  # so spreadsheets write where the decimal mark is a comma
        rows, lines = ([line.replace(",", ".") for line in group] for group in (rows, lines))
    try:
        table = np.loadtxt(rows, delimiter=comma, ndmin=2, comments=None)
    except ValueError:
        table = np.empty((0, 0))
    if table.shape == (len(rows), len(names)):
        return table
    for number, line in enumerate(lines[first:], start=first + 1):
        cells = line.split(comma)
        if not line.strip():
            continue
        if len(cells) != len(names):
            raise SceneFileError(path, f"line {number} has {len(cells)} values; the row of names has {len(names)}.")
        for name, cell in zip(names, cells, strict=True):
            try:
                float(cell)
            except ValueError:
                problem = f'is "{cell.strip()}"; a number is needed (gaps must be filled before).'
                raise SceneFileError(path, problem, f"line {number}, {name}") from None
    raise SceneFileError(path, "cannot be read as a table of numbers.")


# -- columns -------------------------------------------------------------------------------------------------------------------------


def _time(recording: Recording, path: Path, report: list[str]) -> FloatArray:
    """The column of time, rising, seconds."""
    places = [i for i, name in enumerate(recording.names) if name.lower() in ("time", "time_s", "t")]
    if not places:
        raise SceneFileError(path, f'has no column "time"; its columns: {_some(recording.names)}.')
    time = recording.values[:, places[0]]
    _no_gaps(time, "time", time, path)
    step = np.diff(time)
    if (step <= 0).any():
        row = int(np.argmax(step <= 0))
        raise SceneFileError(
            path, f"does not rise: {time[row + 1]:g} s follows {time[row]:g} s.", f"row {row + 2}, time"
        )
    if time[-1] - time[0] > LONGEST_S:
        raise SceneFileError(path, f"lasts {time[-1] - time[0]:g} s; at most {LONGEST_S:g} s, a day.", "time")
    if step.min() < SHORTEST_STEP_S:
        row = int(step.argmin())
        raise SceneFileError(
            path,
            f"{time[row + 1]:.9g} s follows {time[row]:.9g} s; rows lie at least {SHORTEST_STEP_S:g} s apart.",
            "time",
        )
    usual = float(np.median(step))
    report.append(f"{len(time)} rows over {time[-1] - time[0]:.3f} s, {1 / usual:.4g} a second.")
    if step.max() > 4 * usual:
        report.append(
            f"between {time[step.argmax()]:g} s and {time[step.argmax() + 1]:g} s rows are missing; a smooth curve bridges them."
        )
    if time[0] != 0:
        report.append(f"the file starts at {time[0]:g} s, which is shown as 0 s.")
    said = recording.header.get("nrows") or recording.header.get("datarows")
    if said and said.isdigit() and int(said) != len(time):
        report.append(f"the header says {said} rows, the file has {len(time)}.")
    return time


def _columns(
    recording: Recording, told: Mapping[str, str], side: Side, path: Path, report: list[str]
) -> tuple[dict[str, tuple[str, FloatArray]], bool]:
    """Columns that mean something here: our name -> (name in the file, values with our sign). What is told goes before what is known."""
    found = {ours: _told(recording, ours, written, path) for ours, written in told.items()}
    used = {written for written, _ in found.values()}
    ignored, sideless = [], []
    opensim_pelvis = False
    for place, written in enumerate(recording.names):
        if written in used:
            continue
        name = _bare(written)
        suffix = next((s for s in ("_right", "_left", "_r", "_l") if name.endswith(s)), "")
        ours, sign = _NAMES.get(name.removesuffix(suffix) if suffix else name, ("", 1.0))
        full = f"{ours}_{_SIDES.get(suffix, side)}" if ours in LEG_COORDINATES else ours
        if not full or full in found:
            ignored += [written] if name not in ("time", "time_s", "t") else []
            continue
        sideless += [written] if ours in LEG_COORDINATES and not suffix else []
        opensim_pelvis |= name in _OPENSIM_PELVIS
        found[full] = (written, sign * recording.values[:, place])
    if not found:
        known = ", ".join(f"{name}_r" if ours in LEG_COORDINATES else name for name, (ours, _) in _NAMES.items())
        raise SceneFileError(
            path, f"has no column of joint angles; its columns: {_some(recording.names)}; known: {known}."
        )
    if sideless:
        report.append(f"named without a side and taken for the {side} leg: {_some(sideless)}.")
    report.append("columns: " + ", ".join(f"{written} as {ours}" for ours, (written, _) in found.items()) + ".")
    if ignored:
        report.append(f"not used: {_some(ignored)}.")
    return found, opensim_pelvis


def _told(recording: Recording, ours: str, written: str, path: Path) -> tuple[str, FloatArray]:
    """The column that somebody says is one of our coordinates, with the sign that they say."""
    if ours not in POSE_COORDINATES:
        raise unknown_name("coordinate", ours, POSE_COORDINATES)
    sign = -1.0 if written.startswith("-") and written not in recording.names else 1.0
    name = written.removeprefix("-") if sign < 0 else written
    if name not in recording.names:
        raise SceneFileError(
            path,
            f'has no column "{name}"; its columns: {_some(recording.names)}.{nearest(name, recording.names)}',
            ours,
        )
    return name, sign * recording.values[:, recording.names.index(name)]


def _bare(written: str) -> str:
    """A column's name without unit, and the coordinate out of OpenSim's long paths such as /jointset/knee_r/knee_angle_r/value."""
    name = written.strip().lower()
    if name.startswith("/"):
        parts = name.split("/")
        return parts[-2] if parts[-1] == "value" else name
    return name.removesuffix("_deg").removesuffix("_rad")


def _in_radians(
    found: Mapping[str, tuple[str, FloatArray]], recording: Recording, time: FloatArray, path: Path
) -> tuple[dict[str, FloatArray], str, bool]:
    """Angles in radians, whatever the header says: some files call degrees radians; how the unit was found, and whether it is a guess."""
    for written, column in found.values():
        _no_gaps(column, written, time, path)
    names = [written.lower() for written, _ in found.values()]
    largest = max(float(np.abs(column).max()) for _, column in found.values())
    said = recording.header.get("indegrees", "").lower()
    if said not in ("yes", "no"):
        marks = {"_deg": "yes", "_rad": "no"}
        said = next((yes for mark, yes in marks.items() if any(name.endswith(mark) for name in names)), "")
    degrees_meant, guessed = said == "yes", True
    if said == "no" and largest > _FULL_TURN:
        degrees_meant = True
        unit = f"the file says radians, but angles reach {largest:.4g}: taken as degrees."
    elif not said:
        degrees_meant = largest > _FULL_TURN
        unit = (
            f"the file names no unit; angles reach {largest:.4g}: taken as {'degrees' if degrees_meant else 'radians'}."
        )
    elif degrees_meant and largest < np.pi:
        unit = f"the file says degrees, but angles reach only {largest:.3g}: if they are radians, correct the header."
    else:
        guessed = False
        unit = f"angles are in {'degrees' if degrees_meant else 'radians'}."
    values = {ours: radians(column) if degrees_meant else column.copy() for ours, (_, column) in found.items()}
    return values, unit, guessed


def _turn_knees(values: dict[str, FloatArray], knee_sign: str, report: list[str]) -> None:
    """Knee flexion positive. Knees bend far one way and hardly the other: the longer way is flexion."""
    knees = [name for name in values if name.startswith("knee_flexion")]
    if not knees:
        return
    together = np.concatenate([values[name] for name in knees])
    low, high = (float(value) for value in np.percentile(together, (2, 98)))
    if knee_sign == "auto":
        negative = -low > high
        sure = max(-low, high) > radians(15.0)
        report.append(
            f"knee flexion is taken as {'negative' if negative else 'positive'} in the file (angles from {degrees(low):.0f}° to "
            f"{degrees(high):.0f}°){'' if sure else '; the knee hardly bends: say it with --knee-sign if that is wrong'}."
        )
    else:
        negative = knee_sign == "negative"
        report.append(f"knee flexion is {knee_sign} in the file, as asked.")
    for name in knees if negative else ():
        values[name] = -values[name]


def _reorder_pelvis(pose: FloatArray) -> None:
    """OpenSim turns the pelvis by tilt, list, rotation in this order, we by rotation, drop, tilt: same attitude, other angles."""
    tilt, drop, turn = -pose[:, 0], pose[:, 1], pose[:, 2]
    matrix = rotation(Z, tilt) @ rotation(X, drop) @ rotation(Y, turn)
    pose[:, 2] = np.unwrap(np.arctan2(matrix[:, 0, 2], matrix[:, 2, 2]))
    pose[:, 1] = -np.arcsin(np.clip(matrix[:, 1, 2], -1.0, 1.0))
    pose[:, 0] = -np.arctan2(matrix[:, 1, 0], matrix[:, 1, 1])


def _face_front(pose: FloatArray, report: list[str]) -> None:
    """Turn a body that faces another way than ours to the front."""
    heading = float(np.median(pose[:, 2]))
    if abs(heading) > _HEADING_LEFT_ALONE:
        pose[:, 2] -= heading
        report.append(f"the body faces {degrees(heading):.0f}° to the left of the front; it is turned to the front.")


# -- checks --------------------------------------------------------------------------------------------------------------------------


def _no_gaps(column: FloatArray, name: str, time: FloatArray, path: Path) -> None:
    bad = ~np.isfinite(column)
    if bad.any():
        row = int(np.argmax(bad))
        when = f" at {time[row]:g} s" if np.isfinite(time[row]) else ""
        problem = f"{int(bad.sum())} of {len(column)} values are no numbers, the first{when}; fill gaps before."
        raise SceneFileError(path, problem, f"row {row + 1}, {name}")


def _check(pose: FloatArray, time: FloatArray, path: Path, clamp: bool, report: list[str], unit: str) -> None:
    """Angles within the model's ranges: refused, together with how the unit was guessed, or bent into range and told."""
    for i, name in enumerate(POSE_COORDINATES):
        low, high = (float(radians(limit)) for limit in skeleton.limits_deg(name))
        outside = (pose[:, i] < low - 1e-9) | (pose[:, i] > high + 1e-9)
        if not outside.any():
            continue
        row = int(np.argmax(np.maximum(low - pose[:, i], pose[:, i] - high)))
        said = str(PoseError(name, float(degrees(pose[row, i])), skeleton.limits_deg(name))).rstrip(".")
        if not clamp:
            found = f"{said}, at {time[row]:g} s; {f'{unit} ' if unit else ''}--clamp bends such angles into range."
            raise SceneFileError(path, found, f"row {row + 1}")
        report.append(f"clamped: {said} ({int(outside.sum())} of {len(time)} rows).")
        pose[:, i] = np.clip(pose[:, i], low, high)


def _some(names: Iterable[str], most: int = 12) -> str:
    """The first names of many."""
    listed = list(names)
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")
