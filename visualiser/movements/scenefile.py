"""Scene files: movements as TOML in degrees, read and checked. They are data; opening one never runs code.

`KEYS`, `KEYFRAME_KEYS` and `PHASE_KEYS` say what may stand in a file; `schema` turns them into a JSON Schema for editors.
"""

import tomllib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from visualiser import inputs
from visualiser.anatomy import muscles, skeleton, sources
from visualiser.conventions import LEG_COORDINATES, POSE_COORDINATES, TRUNK_COORDINATES, Side, degrees
from visualiser.errors import PoseError, SceneFileError, nearest
from visualiser.kinematics import check_pose, past_hip_stops
from visualiser.movements.movement import (
    ACTIVITIES,
    CONTACTS,
    DIALS,
    FRAMES,
    LEAN,
    OTHER,
    POSTURES,
    SUPPORTS,
    VERDICTS,
    Keyframe,
    Movement,
    Phase,
    angles_at,
    pose_of,
)

LONGEST_S = 600.0
LARGEST_NUMBER = 1e12
LARGEST_FILE = 1_000_000
LEAN_LIMITS = (-90.0, 120.0)
LEGS = ("one", "ghost", "both")
HEADS = tuple(head.name for head in muscles.HEADS)
# Words for several heads at once, in a phase's activity.
HEAD_GROUPS: dict[str, tuple[str, ...]] = {
    "all": HEADS,
    "two_joint": tuple(name for name in HEADS if name != "biceps_femoris_short_head"),
    "medial": ("semitendinosus", "semimembranosus"),
    "biceps": ("biceps_femoris_long_head", "biceps_femoris_short_head"),
}

KEYS: dict[str, type | tuple[type, ...]] = {
    "title": str,
    "summary": str,
    "group": str,
    "posture": str,
    "side": str,
    "cycle": bool,
    "other_leg_shift": (int, float),
    "ground": bool,
    "planted": list,
    "flight_s": list,
    "support": str,
    "view": str,
    "frame": str,
    "legs": str,
    "dial": str,
    "labels": list,
    "keyframes": list,
    "phases": list,
    "sources": list,
    "claim": str,
    "verdict": str,
    "comment": str,
}
ANGLES = (*TRUNK_COORDINATES, LEAN, *LEG_COORDINATES, *(OTHER + name for name in LEG_COORDINATES))
KEYFRAME_KEYS = ("time_s", "via", *ANGLES)
PHASE_KEYS = ("start_s", "end_s", "caption", "activity", "effort")
_NEEDED = ("title", "keyframes")
_WORDS: dict[Any, str] = {str: "text", bool: "true or false", list: "a list", (int, float): "a number"}


def load(path: Path | str) -> Movement:
    """Read one scene file and check all of it, joint ranges between keyframes included.

    raises : SceneFileError naming the file, the key, what came and what is allowed
    """
    movement = read(path)
    check_ranges(movement, path)
    return movement


def read(path: Path | str) -> Movement:
    """Read one scene file without following its motion: enough for lists, and quick."""
    return parse(read_text(path), path)


def read_text(path: Path | str, kind: str = "scene file", largest: int = LARGEST_FILE) -> str:
    """The text of a file of the user's, or a sentence why not."""
    path = Path(path)
    inputs.note(path)
    try:
        if (size := inputs.size_of(path)) > largest:
            raise SceneFileError(path, f"is {size} bytes; a {kind} has at most {largest}.")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SceneFileError(path, "there is no such file.") from None
    except IsADirectoryError:
        raise SceneFileError(path, f"is a folder, not a {kind}.") from None
    except UnicodeDecodeError:
        raise SceneFileError(path, "is not a text file in UTF-8.") from None
    except (OSError, ValueError) as error:
        raise SceneFileError(path, f"cannot be read ({getattr(error, 'strerror', None) or error}).") from None


def parse(text: str, path: Path | str) -> Movement:
    """A Movement from the text of a scene file; `path` is only for messages and for the scene's name. Its motion is not checked yet."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SceneFileError(path, f"is not valid TOML: {error}.") from None
    _known(table, KEYS, path)
    for key in _NEEDED:
        if key not in table:
            raise SceneFileError(path, f'the key "{key}" is missing.')
    for key, kind in KEYS.items():
        if key in table and (not isinstance(table[key], kind) or (kind is not bool and isinstance(table[key], bool))):
            raise SceneFileError(path, f"must be {_WORDS[kind]}, not {table[key]!r}.", key)
    keyframes = _keyframes(table["keyframes"], path)
    shift = _shift(table, keyframes, path)
    return Movement(
        name=Path(path).stem,
        title=table["title"],
        summary=table.get("summary", ""),
        group=table.get("group", "own"),
        posture=_one_of(table.get("posture", "standing"), POSTURES, path, "posture"),
        side=Side(_one_of(table.get("side", "right"), [s.value for s in Side], path, "side")),
        keyframes=keyframes,
        cycle=table.get("cycle", False),
        phases=tuple(
            _phase(row, keyframes[-1].time_s, path, f"phases[{i}]") for i, row in enumerate(table.get("phases", ()))
        ),
        view=table.get("view", "lateral"),
        frame=_one_of(table.get("frame", "leg"), FRAMES, path, "frame"),
        legs=_one_of(table.get("legs", "ghost"), LEGS, path, "legs"),
        labels=_names(table.get("labels", []), path, "labels"),
        sources=_all_of(table.get("sources", []), sources.ALL, path, "sources"),
        claim=table.get("claim", ""),
        verdict=_one_of(table["verdict"], VERDICTS, path, "verdict") if "verdict" in table else "",
        comment=table.get("comment", ""),
        other_leg_shift=shift,
        ground=table.get("ground", False),
        planted=_all_of(table.get("planted", []), CONTACTS, path, "planted"),
        flight_s=tuple(
            _window(row, keyframes[-1].time_s, path, f"flight_s[{i}]")
            for i, row in enumerate(table.get("flight_s", ()))
        ),
        support=_one_of(table.get("support", "none"), SUPPORTS, path, "support"),
        dial=_one_of(table.get("dial", "none"), DIALS, path, "dial"),
        text=text,
    )


# -- joint ranges --------------------------------------------------------------------------------------------------------------------


def check_ranges(movement: Movement, path: Path | str) -> None:
    """Raise SceneFileError if the movement leaves a joint range at any time, also between keyframes."""
    for i, key in enumerate(movement.keyframes):
        columns = pose_of(dict(key.angles_deg), movement.side)
        try:
            check_pose(columns[:-1])
            _check_lean(columns[-1:])
        except PoseError as error:
            raise SceneFileError(
                path, f"at {key.time_s:g} s, {_said(error, movement.side)}", f"keyframes[{i}]"
            ) from error
    times = np.linspace(0.0, movement.duration_s, max(200, int(50 * movement.duration_s)))
    angles = angles_at(movement, times)
    for i, name in enumerate((*POSE_COORDINATES, LEAN)):
        low, high = LEAN_LIMITS if name == LEAN else skeleton.limits_deg(name)
        column = degrees(angles[:, i])
        worst = int(np.argmax(np.maximum(low - column, column - high)))
        if not low - 1e-6 <= column[worst] <= high + 1e-6:
            said = PoseError(as_written(name, movement.side), float(column[worst]), (low, high))
            problem = f"between keyframes, at {times[worst]:.2f} s, {said}"
            raise SceneFileError(path, problem, "keyframes")
    beyond = past_hip_stops(degrees(angles[:, :-1])).max(axis=(1, 2))
    worst = int(beyond.argmax())
    if beyond[worst] > 1e-6:
        try:
            check_pose(angles[worst, :-1])
        except PoseError as error:
            problem = f"between keyframes, at {times[worst]:.2f} s, {_said(error, movement.side)}"
            raise SceneFileError(path, problem, "keyframes") from error


def _said(error: PoseError, side: Side) -> PoseError:
    """The same with the coordinate called as scene files do."""
    return PoseError(as_written(error.name, side), error.value_deg, error.limits_deg, why=error.why)


def as_written(coordinate: str, side: Side) -> str:
    """The name of a coordinate as scene files have it: bare for the leg of the scene, with `other_` for the opposite one."""
    if coordinate.endswith(f"_{side}"):
        return coordinate.removesuffix(f"_{side}")
    if coordinate.endswith(f"_{side.other}"):
        return OTHER + coordinate.removesuffix(f"_{side.other}")
    return coordinate


def _check_lean(lean: np.ndarray) -> None:
    value = float(degrees(lean)[0])
    if not LEAN_LIMITS[0] - 1e-6 <= value <= LEAN_LIMITS[1] + 1e-6:
        raise PoseError(LEAN, value, LEAN_LIMITS)


# -- parts of a file -----------------------------------------------------------------------------------------------------------------


def _known(table: Mapping[str, Any], allowed: Iterable[str], path: Path | str, where: str = "") -> None:
    """Raise SceneFileError for the first key that is not allowed."""
    options = tuple(allowed)
    for key in table:
        if key not in options:
            place = f"{where}.{key}" if where else key
            raise SceneFileError(path, f"unknown key; allowed: {', '.join(options)}.{nearest(key, options)}", place)


def _one_of(value: Any, allowed: Iterable[str], path: Path | str, key: str) -> str:
    options = tuple(allowed)
    if not isinstance(value, str) or value not in options:
        raise SceneFileError(path, f"is {value!r}; allowed: {', '.join(options)}.{nearest(str(value), options)}", key)
    return value


def _names(rows: list[Any], path: Path | str, key: str) -> tuple[str, ...]:
    for row in rows:
        if not isinstance(row, str):
            raise SceneFileError(path, f"must be a list of names, not of {row!r}.", key)
    return tuple(rows)


def _all_of(rows: list[Any], allowed: Iterable[str], path: Path | str, key: str) -> tuple[str, ...]:
    options = tuple(allowed)
    return tuple(_one_of(row, options, path, key) for row in _names(rows, path, key))


def _number(value: Any, path: Path | str, key: str) -> float:
    # TOML knows whole numbers of any length; beyond the limit neither floats nor messages can hold them.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST_NUMBER:
        raise SceneFileError(path, f"must be a number, not {value!r:.60}.", key)
    return float(value)


def _window(row: Any, duration_s: float, path: Path | str, key: str) -> tuple[float, float]:
    """A stretch of time [start, end] within the movement."""
    if not isinstance(row, list) or len(row) != 2:
        raise SceneFileError(path, f"must be [start, end] in seconds, not {row!r}.", key)
    start, end = (_number(value, path, key) for value in row)
    if not 0 <= start < end <= duration_s:
        raise SceneFileError(
            path, f"runs from {start:g} s to {end:g} s; allowed is 0 to {duration_s:g} s, rising.", key
        )
    return start, end


def _shift(table: Mapping[str, Any], keyframes: tuple[Keyframe, ...], path: Path | str) -> float | None:
    """The other leg's delay as a share of the cycle; it takes the place of `other_` keyframes."""
    key = "other_leg_shift"
    if key not in table:
        return None
    shift = _number(table[key], path, key)
    if not 0 <= shift < 1:
        raise SceneFileError(path, f"is {shift:g}; a share of the cycle from 0 (together) to below 1 is allowed.", key)
    if shift and not table.get("cycle", False):
        raise SceneFileError(path, f"is {shift:g}, but the movement is no cycle; only 0 (together) is allowed.", key)
    for i, frame in enumerate(keyframes):
        for name, _ in frame.angles_deg:
            if name.startswith(OTHER):
                raise SceneFileError(path, f"{key} already says what the other leg does.", f"keyframes[{i}].{name}")
    return shift


def _keyframes(rows: list[Any], path: Path | str) -> tuple[Keyframe, ...]:
    if len(rows) < 2:
        raise SceneFileError(path, f"a movement needs at least two keyframes, not {len(rows)}.", "keyframes")
    keys = tuple(_keyframe(row, path, f"keyframes[{i}]") for i, row in enumerate(rows))
    if keys[0].time_s != 0:
        raise SceneFileError(path, f"the first keyframe is at 0 s, not at {keys[0].time_s:g} s.", "keyframes[0].time_s")
    if keys[0].via or keys[-1].via:
        raise SceneFileError(path, "the first and the last keyframe cannot be passed through.", "keyframes.via")
    for i, (before, after) in enumerate(pairwise(keys), start=1):
        if after.time_s - before.time_s < 0.001:
            problem = f"times must rise by at least 0.001 s; {after.time_s:g} s follows {before.time_s:g} s."
            raise SceneFileError(path, problem, f"keyframes[{i}].time_s")
    if keys[-1].time_s > LONGEST_S:
        raise SceneFileError(path, f"the movement lasts {keys[-1].time_s:g} s; at most {LONGEST_S:g} s.", "keyframes")
    return keys


def _keyframe(row: Any, path: Path | str, where: str) -> Keyframe:
    if not isinstance(row, dict):
        raise SceneFileError(path, f"must be a table with time_s and angles in degrees, not {row!r}.", where)
    _known(row, KEYFRAME_KEYS, path, where)
    if "time_s" not in row:
        raise SceneFileError(path, "time_s is missing.", where)
    if not isinstance(row.get("via", False), bool):
        raise SceneFileError(path, f"must be true or false, not {row['via']!r}.", f"{where}.via")
    angles = tuple((name, _number(row[name], path, f"{where}.{name}")) for name in ANGLES if name in row)
    return Keyframe(_number(row["time_s"], path, f"{where}.time_s"), angles, row.get("via", False))


def _phase(row: Any, duration_s: float, path: Path | str, where: str) -> Phase:
    if not isinstance(row, dict):
        raise SceneFileError(path, f"must be a table with start_s, end_s and caption, not {row!r}.", where)
    _known(row, PHASE_KEYS, path, where)
    for key in ("start_s", "end_s", "caption"):
        if key not in row:
            raise SceneFileError(path, f"{key} is missing.", where)
    if not isinstance(row["caption"], str):
        raise SceneFileError(path, f"must be text, not {row['caption']!r}.", f"{where}.caption")
    start, end = _number(row["start_s"], path, f"{where}.start_s"), _number(row["end_s"], path, f"{where}.end_s")
    if not 0 <= start < end:
        raise SceneFileError(path, f"runs from {start:g} s to {end:g} s; the end must lie after the start.", where)
    if end > duration_s:
        raise SceneFileError(path, f"runs from {start:g} s to {end:g} s; the movement ends at {duration_s:g} s.", where)
    activity = _activity(row.get("activity", {}), path, f"{where}.activity")
    effort = _number(row["effort"], path, f"{where}.effort") if "effort" in row else None
    if effort is not None and not 0.0 <= effort <= 1.0:
        raise SceneFileError(path, f"is {effort:g}; a share of the most, from 0 to 1, is allowed.", f"{where}.effort")
    return Phase(start, end, row["caption"], activity, effort)


def _activity(row: Any, path: Path | str, where: str) -> tuple[tuple[str, str], ...]:
    """What each head does; a group word speaks for its heads, a head's own name has the last word."""
    if not isinstance(row, dict):
        raise SceneFileError(path, f'must be a table such as {{ all = "passive" }}, not {row!r}.', where)
    _known(row, (*HEAD_GROUPS, *HEADS), path, where)
    done: dict[str, str] = {}
    for word in (*HEAD_GROUPS, *HEADS):
        if word in row:
            activity = _one_of(row[word], ACTIVITIES, path, f"{where}.{word}")
            done |= dict.fromkeys(HEAD_GROUPS.get(word, (word,)), activity)
    return tuple((head, done[head]) for head in HEADS if head in done)
