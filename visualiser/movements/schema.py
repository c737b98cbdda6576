"""The JSON Schema of scene files, for editors that complete and check while one types; and the draft that a new scene starts from."""

import re
from pathlib import Path
from typing import Any

from visualiser.anatomy import skeleton, sources
from visualiser.conventions import LEG_COORDINATES, Side
from visualiser.errors import SceneFileError
from visualiser.movements.movement import ACTIVITIES, CONTACTS, DIALS, FRAMES, LEAN, OTHER, POSTURES, SUPPORTS, VERDICTS
from visualiser.movements.scenefile import ANGLES, HEAD_GROUPS, HEADS, LEAN_LIMITS, LEGS, LONGEST_S, parse, read_text

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def _words(allowed: Any, said: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(allowed), "description": said}


def _text(said: str) -> dict[str, Any]:
    return {"type": "string", "description": said}


def _list(items: dict[str, Any], said: str, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": said, **more}


def _time(said: str) -> dict[str, Any]:
    return {"type": "number", "minimum": 0, "maximum": LONGEST_S, "description": said}


def _angle(name: str) -> dict[str, Any]:
    """One angle of a keyframe with its range."""
    bare = name.removeprefix(OTHER) if name not in LEG_COORDINATES else name
    low, high = LEAN_LIMITS if name == LEAN else skeleton.limits_deg(bare)
    spoken = "Whole body leaning forwards" if name == LEAN else skeleton.COORDINATES[bare].display
    whose = " of the other leg" if name.startswith(OTHER) else ""
    return {
        "type": "number",
        "minimum": low,
        "maximum": high,
        "description": f"{spoken}{whose}, degrees; 0 if left out.",
    }


def _table(properties: dict[str, Any], required: tuple[str, ...], said: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        "description": said,
    }


def json_schema() -> dict[str, Any]:
    """The schema of a scene file as a JSON value."""
    keyframe = _table(
        {
            "time_s": _time("Seconds from the start; the first keyframe is at 0."),
            "via": {"type": "boolean", "description": "true: passed without stopping."},
            **{name: _angle(name) for name in ANGLES},
        },
        ("time_s",),
        "Joint angles at one time.",
    )
    activity = _table(
        {name: _words(ACTIVITIES, f"What {name.replace('_', ' ')} does.") for name in (*HEAD_GROUPS, *HEADS)},
        (),
        "What each head does: a group such as all or two_joint first, a head's own name has the last word.",
    )
    phase = _table(
        {
            "start_s": _time("Start, seconds."),
            "end_s": _time("End, seconds."),
            "caption": _text("One short line, shown with the movement."),
            "activity": activity,
            "effort": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "description": "How hard the working heads work, as a share of the most they can.",
            },
        },
        ("start_s", "end_s", "caption"),
        "A named stretch of the movement.",
    )
    properties = {
        "title": _text("Name of the movement as people say it."),
        "summary": _text("A paragraph: what is seen, and what it shows."),
        "group": _text("Where lists show it, such as gym or stretch tests."),
        "posture": _words(POSTURES, "How the body lies in the world."),
        "side": _words([side.value for side in Side], "The leg that the keyframes move."),
        "cycle": {"type": "boolean", "description": "true: the end joins the beginning."},
        "other_leg_shift": {
            "type": "number",
            "minimum": 0,
            "exclusiveMaximum": 1,
            "description": "The other leg does the same this share of the cycle later; 0: both together.",
        },
        "ground": {"type": "boolean", "description": "true: the body stands on a floor, its lowest bone on it."},
        "planted": _list(_words(CONTACTS, "A part that stays put."), "What stays in its place on the floor."),
        "flight_s": _list(
            {"type": "array", "items": _time("Seconds."), "minItems": 2, "maxItems": 2},
            "Stretches [start, end] without contact with the floor.",
        ),
        "support": _words(SUPPORTS, "What the body lies or sits on."),
        "view": _text("The view it opens with, see hamstring list views."),
        "frame": _words(FRAMES, "How much must be in the picture."),
        "legs": _words(LEGS, "How the other leg is shown."),
        "dial": _words(DIALS, "An angle told by a dial in pictures."),
        "labels": _list({"type": "string"}, "What is named in pictures, see hamstring list structures and landmarks."),
        "keyframes": _list(keyframe, "The movement: at least two.", minItems=2),
        "phases": _list(phase, "What happens when."),
        "sources": _list(_words(sources.ALL, "A publication."), "Where the numbers come from."),
        "claim": _text("A sentence the scene illustrates, quoted."),
        "verdict": _words(VERDICTS, "What is to be thought of the claim."),
        "comment": _text("Why."),
    }
    schema = _table(
        properties,
        ("title", "keyframes"),
        "A movement of the hamstring visualiser. Angles in degrees, times in seconds.",
    )
    return {"$schema": DRAFT, "title": "Scene", **schema}


def draft(path: Path, pattern: Path) -> str:
    """The text of a new scene file that starts as a copy of another: its motion and looks, without its claim and its sources."""
    text = read_text(pattern)
    title = parse(text, pattern).title
    for key in ("claim", "verdict", "comment", "sources"):
        text = re.sub(rf"^{key} = .*\n", "", text, flags=re.MULTILINE)
    name = path.stem.replace("_", " ").strip().capitalize() or title
    text = re.sub(r"^title = .*$", lambda _: f'title = "{name}"', text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^group = .*$", 'group = "own"', text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^keyframes = ", 'sources = ["estimate"]\nkeyframes = ', text, count=1, flags=re.MULTILINE)
    top = (
        f"# A copy of {pattern.stem} to change. Times are seconds, angles degrees; what is left out of a keyframe is 0.\n"
        f"# Look at it: hamstring view {path.name}    Names: hamstring list coordinates, views, structures, landmarks, sources\n"
    )
    try:
        parse(top + text, path)
    except SceneFileError as problem:
        raise SceneFileError(pattern, f"cannot be copied: {problem}") from problem
    return top + text
