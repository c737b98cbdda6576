"""Movements: scene files (TOML, degrees) to joint angles over time. Scene files are data; opening one never runs code."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from visualiser.anatomy import skeleton, sources
from visualiser.conventions import LEG_COORDINATES, POSE_COORDINATES, TRUNK_COORDINATES, Side, Z, degrees, radians
from visualiser.errors import PoseError, SceneFileError, nearest
from visualiser.kinematics import check_pose
from visualiser.transforms import rotation
from visualiser.typed import FloatArray

POSTURES = ("standing", "supine", "prone", "seated")
FRAMES = ("leg", "thigh")
VERDICTS = ("sound", "loose", "claim")
OTHER = "other_"
LONGEST_S = 600.0
LARGEST_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Keyframe:
    """Joint angles at one time; a `via` keyframe is passed without stopping."""

    time_s: float
    angles_deg: tuple[tuple[str, float], ...]
    via: bool = False


@dataclass(frozen=True, slots=True)
class Phase:
    """A named stretch of a movement, shown as a caption."""

    start_s: float
    end_s: float
    caption: str


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement as written in its scene file."""

    name: str
    title: str
    summary: str
    group: str
    posture: str
    side: Side
    keyframes: tuple[Keyframe, ...]
    cycle: bool = False
    phases: tuple[Phase, ...] = ()
    view: str = "lateral"
    frame: str = "leg"
    labels: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    claim: str = ""
    verdict: str = ""
    comment: str = ""
    text: str = field(default="", repr=False, compare=False)

    @property
    def duration_s(self) -> float:
        """Time of the last keyframe."""
        return self.keyframes[-1].time_s

    @property
    def source_names(self) -> str:
        """The publications behind the numbers, as one line."""
        return "; ".join(sources.ALL[key].citation for key in self.sources)

    def caption_at(self, time_s: float) -> str:
        """Caption of the phase at a time; empty between phases."""
        return next((p.caption for p in reversed(self.phases) if p.start_s <= time_s <= p.end_s), "")


def on_side(movement: Movement, side: Side) -> Movement:
    """The same movement of the leg of a given side."""
    return replace(movement, side=side)


def posture_to_world(posture: str) -> FloatArray:
    """Turn of the upright body into a posture: (3, 3). Supine and prone lie along -X to +X, head towards -X when supine."""
    quarter = {"standing": 0.0, "seated": 0.0, "supine": 90.0, "prone": -90.0}[posture]
    return rotation(Z, np.radians(quarter))


def pose_at(movement: Movement, time_s: ArrayLike) -> FloatArray:
    """Joint angles at one time or many; times outside the movement hold its first or last pose, cycles go round.

    time_s  : (...)      seconds
    returns : (..., 16)  radians, order of `conventions.POSE_COORDINATES`
    """
    from scipy.interpolate import CubicSpline  # here: half a second that listing scenes does not need

    time = np.asarray(time_s, dtype=np.float64)
    times = np.array([key.time_s for key in movement.keyframes])
    values = np.stack([_pose_of(key, movement.side) for key in movement.keyframes])
    if movement.cycle:
        values[-1] = values[0]
        curve = CubicSpline(times, values, bc_type="periodic")
        moved: FloatArray = curve(np.mod(time, times[-1]))
        return moved
    return _stop_to_stop(movement, times, values, np.clip(time, times[0], times[-1]))


def _pose_of(key: Keyframe, side: Side) -> FloatArray:
    """A keyframe as a whole pose: bare leg coordinates belong to the scene's side, `other_` ones to the opposite leg."""
    pose = np.zeros(len(POSE_COORDINATES))
    for name, value in key.angles_deg:
        if name in LEG_COORDINATES:
            name = f"{name}_{side}"
        elif name.startswith(OTHER):
            name = f"{name.removeprefix(OTHER)}_{side.other}"
        pose[POSE_COORDINATES.index(name)] = radians(value)
    return pose


def _minimum_jerk(share: FloatArray) -> FloatArray:
    """Rest-to-rest course from 0 to 1 with zero speed and acceleration at both ends (Flash & Hogan 1985)."""
    return share**3 * (10.0 - 15.0 * share + 6.0 * share**2)


def _stop_to_stop(movement: Movement, times: FloatArray, values: FloatArray, time: FloatArray) -> FloatArray:
    """Minimum-jerk motion from stop to stop; `via` keyframes in between are hit exactly and passed smoothly.

    Each leg of the way is a cubic spline over warped time. The warp rests at both ends, so the whole course is C2.
    """
    from scipy.interpolate import CubicSpline

    stops = [i for i, key in enumerate(movement.keyframes) if not key.via]
    pose = np.empty((*time.shape, values.shape[1]))
    for first, last in zip(stops[:-1], stops[1:], strict=True):
        start, span = times[first], times[last] - times[first]
        inside = (time >= start) & (time <= times[last])
        knots = _minimum_jerk((times[first : last + 1] - start) / span)
        curve = CubicSpline(knots, values[first : last + 1], bc_type="not-a-knot")
        pose[inside] = curve(_minimum_jerk((time[inside] - start) / span))
    return pose


def check_ranges(movement: Movement, path: Path | str) -> None:
    """Raise SceneFileError if the movement leaves a joint range at any time, also between keyframes."""
    for i, key in enumerate(movement.keyframes):
        try:
            check_pose(_pose_of(key, movement.side))
        except PoseError as error:
            raise SceneFileError(path, str(error), f"keyframes[{i}]") from error
    times = np.linspace(0.0, movement.duration_s, max(200, int(50 * movement.duration_s)))
    poses = pose_at(movement, times)
    for i, name in enumerate(POSE_COORDINATES):
        low, high = skeleton.limits_deg(name)
        column = degrees(poses[:, i])
        worst = int(np.argmax(np.maximum(low - column, column - high)))
        if not low - 1e-6 <= column[worst] <= high + 1e-6:
            problem = (
                f"between keyframes, at {times[worst]:.2f} s, {PoseError(name, float(column[worst]), (low, high))}"
            )
            raise SceneFileError(path, problem, "keyframes")


# -- reading -------------------------------------------------------------------------------------------------------------------------

_KEYS: dict[str, type | tuple[type, ...]] = {
    "title": str,
    "summary": str,
    "group": str,
    "posture": str,
    "side": str,
    "cycle": bool,
    "view": str,
    "frame": str,
    "labels": list,
    "keyframes": list,
    "phases": list,
    "sources": list,
    "claim": str,
    "verdict": str,
    "comment": str,
}
_NEEDED = ("title", "keyframes")
_WORDS = {str: "text", bool: "true or false", list: "a list", float: "a number", dict: "a table"}


def load(path: Path | str) -> Movement:
    """Read one scene file and check all of it, joint ranges between keyframes included.

    raises : SceneFileError naming the file, the key, what came and what is allowed
    """
    movement = read(path)
    check_ranges(movement, path)
    return movement


def read(path: Path | str) -> Movement:
    """Read one scene file without following its motion: enough for lists, and quick."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SceneFileError(path, f"is {path.stat().st_size} bytes; a scene file has at most {LARGEST_FILE}.")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SceneFileError(path, "there is no such scene file.") from None
    except IsADirectoryError:
        raise SceneFileError(path, "is a folder, not a scene file.") from None
    except UnicodeDecodeError:
        raise SceneFileError(path, "is not a text file in UTF-8.") from None
    except (OSError, ValueError) as error:
        raise SceneFileError(path, f"cannot be read ({getattr(error, 'strerror', None) or error}).") from None
    return parse(text, path)


def parse(text: str, path: Path | str) -> Movement:
    """A Movement from the text of a scene file; `path` is only for messages and for the scene's name. Its motion is not checked yet."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SceneFileError(path, f"is not valid TOML: {error}.") from None
    _known(table, _KEYS, path)
    for key in _NEEDED:
        if key not in table:
            raise SceneFileError(path, f'the key "{key}" is missing.')
    for key, kind in _KEYS.items():
        if key in table and not isinstance(table[key], kind):
            raise SceneFileError(path, f"must be {_WORDS[kind]}, not {table[key]!r}.", key)  # type: ignore[index]
    phases = tuple(_phase(row, path, f"phases[{i}]") for i, row in enumerate(table.get("phases", ())))
    return Movement(
        name=Path(path).stem,
        title=table["title"],
        summary=table.get("summary", ""),
        group=table.get("group", "own"),
        posture=_one_of(table.get("posture", "standing"), POSTURES, path, "posture"),
        side=Side(_one_of(table.get("side", "right"), [s.value for s in Side], path, "side")),
        keyframes=_keyframes(table["keyframes"], path),
        cycle=table.get("cycle", False),
        phases=phases,
        view=table.get("view", "lateral"),
        frame=_one_of(table.get("frame", "leg"), FRAMES, path, "frame"),
        labels=_names(table.get("labels", []), path, "labels"),
        sources=tuple(
            _one_of(s, sources.ALL, path, "sources") for s in _names(table.get("sources", []), path, "sources")
        ),
        claim=table.get("claim", ""),
        verdict=_one_of(table["verdict"], VERDICTS, path, "verdict") if "verdict" in table else "",
        comment=table.get("comment", ""),
        text=text,
    )


def _known(
    table: Mapping[str, Any], allowed: Mapping[str, Any] | tuple[str, ...], path: Path | str, where: str = ""
) -> None:
    """Raise SceneFileError for the first key that is not allowed."""
    for key in table:
        if key not in allowed:
            place = f"{where}.{key}" if where else key
            raise SceneFileError(path, f"unknown key; allowed: {', '.join(allowed)}.{nearest(key, allowed)}", place)


def _one_of(value: Any, allowed: Any, path: Path | str, key: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise SceneFileError(path, f"is {value!r}; allowed: {', '.join(allowed)}.{nearest(str(value), allowed)}", key)
    return value


def _names(rows: list[Any], path: Path | str, key: str) -> tuple[str, ...]:
    for row in rows:
        if not isinstance(row, str):
            raise SceneFileError(path, f"must be a list of names, not of {row!r}.", key)
    return tuple(rows)


def _number(value: Any, path: Path | str, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise SceneFileError(path, f"must be a number, not {value!r}.", key)
    return float(value)


_ANGLES = (*TRUNK_COORDINATES, *LEG_COORDINATES, *(OTHER + name for name in LEG_COORDINATES))


def _keyframes(rows: list[Any], path: Path | str) -> tuple[Keyframe, ...]:
    if len(rows) < 2:
        raise SceneFileError(path, f"a movement needs at least two keyframes, not {len(rows)}.", "keyframes")
    keys = tuple(_keyframe(row, path, f"keyframes[{i}]") for i, row in enumerate(rows))
    if keys[0].time_s != 0:
        raise SceneFileError(path, f"the first keyframe is at 0 s, not at {keys[0].time_s:g} s.", "keyframes[0].time_s")
    if keys[0].via or keys[-1].via:
        raise SceneFileError(path, "the first and the last keyframe cannot be passed through.", "keyframes.via")
    for i, (before, after) in enumerate(zip(keys[:-1], keys[1:], strict=True), start=1):
        if after.time_s - before.time_s < 0.001:
            problem = f"times must rise by at least 0.001 s; {after.time_s:g} s follows {before.time_s:g} s."
            raise SceneFileError(path, problem, f"keyframes[{i}].time_s")
    if keys[-1].time_s > LONGEST_S:
        raise SceneFileError(path, f"the movement lasts {keys[-1].time_s:g} s; at most {LONGEST_S:g} s.", "keyframes")
    return keys


def _keyframe(row: Any, path: Path | str, where: str) -> Keyframe:
    if not isinstance(row, dict):
        raise SceneFileError(path, f"must be a table with time_s and angles in degrees, not {row!r}.", where)
    _known(row, ("time_s", "via", *_ANGLES), path, where)
    if "time_s" not in row:
        raise SceneFileError(path, "time_s is missing.", where)
    if not isinstance(row.get("via", False), bool):
        raise SceneFileError(path, f"must be true or false, not {row['via']!r}.", f"{where}.via")
    angles = tuple((name, _number(row[name], path, f"{where}.{name}")) for name in _ANGLES if name in row)
    return Keyframe(_number(row["time_s"], path, f"{where}.time_s"), angles, row.get("via", False))


def _phase(row: Any, path: Path | str, where: str) -> Phase:
    if not isinstance(row, dict):
        raise SceneFileError(path, f"must be a table with start_s, end_s and caption, not {row!r}.", where)
    _known(row, ("start_s", "end_s", "caption"), path, where)
    for key in ("start_s", "end_s", "caption"):
        if key not in row:
            raise SceneFileError(path, f"{key} is missing.", where)
    if not isinstance(row["caption"], str):
        raise SceneFileError(path, f"must be text, not {row['caption']!r}.", f"{where}.caption")
    start, end = _number(row["start_s"], path, f"{where}.start_s"), _number(row["end_s"], path, f"{where}.end_s")
    if not 0 <= start < end:
        raise SceneFileError(path, f"runs from {start:g} s to {end:g} s; the end must lie after the start.", where)
    return Phase(start, end, row["caption"])
