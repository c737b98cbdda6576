"""Bookmarks: a state of the window as a line of JSON, and back. Movements are kept by their names."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from visualiser.conventions import Side
from visualiser.errors import VisualiserError
from visualiser.movements.movement import Movement, on_side
from visualiser.pictures.appearance import Vector
from visualiser.pictures.cameras import Camera
from visualiser.pictures.section import section_of, typed
from visualiser.window import texts
from visualiser.window.snapshots import Snapshot


def as_text(state: Snapshot, time_s: float) -> str:
    """A state as one line."""
    title = texts.BOOKMARK.format(title=state.asked.title, view=state.view_name or "own view", time=time_s)
    return json.dumps(
        {
            "title": title,
            "movement": state.asked.name,
            "side": str(state.side),
            "legs": state.legs,
            "tightness": state.tightness,
            "share": state.share,
            "pose": state.pose,
            "hidden": sorted(state.hidden),
            "opacities": state.opacities,
            "peeled": sorted(state.peeled),
            "colouring": state.colouring,
            "view": state.view_name,
            "camera": None if state.camera is None else asdict(state.camera),
            "pivot": state.pivot,
            "section": typed(state.section) if state.section else None,
        }
    )


def title_of(text: str) -> str:
    """What a bookmark is called; empty when it cannot be read."""
    try:
        return str(json.loads(text)["title"])
    except (ValueError, KeyError, TypeError):
        return ""


def _camera(kept: Mapping[str, Any]) -> Camera:
    def vector(name: str) -> Vector:
        x, y, z = kept[name]
        return float(x), float(y), float(z)

    eye, right, up, back = (vector(name) for name in ("eye", "right", "up", "back"))
    return Camera(eye, right, up, back, float(kept["half"]), bool(kept["parallel"]))


def state_of(text: str, movements: Mapping[str, Movement]) -> Snapshot | None:
    """The state of a bookmark; nothing when it cannot be read or its movement is not at hand."""
    try:
        kept: dict[str, Any] = json.loads(text)
        side = Side(kept["side"])
        camera = kept["camera"]
        return Snapshot(
            on_side(movements[kept["movement"]], side),
            side,
            str(kept["legs"]),
            kept["tightness"],
            float(kept["share"]),
            None if kept["pose"] is None else tuple((str(name), float(value)) for name, value in kept["pose"]),
            frozenset(kept["hidden"]),
            tuple((str(name), float(value)) for name, value in kept["opacities"]),
            frozenset(kept["peeled"]),
            str(kept["colouring"]),
            str(kept["view"]),
            None if camera is None else _camera(camera),
            tuple(float(v) for v in kept["pivot"]),
            section_of(str(kept["section"])) if kept.get("section") else None,
        )
    except (ValueError, KeyError, TypeError, VisualiserError):
        return None
