"""What the program knows, as plain text: lists of names, and a card of facts for each of them.

Listing reads tables and the titles of scene files only, so that it answers at once.
"""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from visualiser import assets
from visualiser.anatomy import landmarks, muscles, nerves, skeleton, sources
from visualiser.anatomy.definitions import Bone, Coordinate, Landmark, MuscleHead, Nerve, NerveDivision
from visualiser.appearance import THEMES, VIEWS
from visualiser.errors import SceneFileError, unknown_name

Row = tuple[str, ...]
Structure = MuscleHead | Nerve | NerveDivision | Bone


def _movements() -> Iterator[Row]:
    for name, path in assets.scene_paths().items():
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise SceneFileError(path, f"is not valid TOML: {problem}.") from problem
        yield name, str(table.get("title", name)), str(table.get("group", ""))


def structures() -> tuple[Structure, ...]:
    """Everything that is drawn: heads, nerve and its divisions, bones."""
    return (*muscles.HEADS, nerves.SCIATIC_NERVE, *nerves.SCIATIC_NERVE.divisions, *skeleton.BONES)


def _coordinates() -> Iterator[Row]:
    for coordinate in skeleton.COORDINATES.values():
        low, high = coordinate.limits_deg
        yield coordinate.name, coordinate.display, f"{low:g}° to {high:g}°"


KINDS: dict[str, Callable[[], Iterator[Row]]] = {
    "movements": _movements,
    "structures": lambda: ((s.name, s.display, s.latin) for s in structures()),
    "landmarks": lambda: ((m.name, m.display, m.latin, m.bone) for m in landmarks.LANDMARKS),
    "views": lambda: ((name,) for name in VIEWS),
    "themes": lambda: ((name,) for name in THEMES),
    "coordinates": _coordinates,
    "sources": lambda: ((source.key, source.citation) for source in sources.ALL.values()),
}


def listing(kind: str) -> list[Row]:
    """The rows of one kind of name: identifier first, then what it is called."""
    if kind not in KINDS:
        raise unknown_name("list", kind, KINDS)
    return list(KINDS[kind]())


def columns(rows: Sequence[Row]) -> str:
    """Rows as text in columns."""
    if not rows:
        return ""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


# -- cards -----------------------------------------------------------------------------------------------------------


def card(name: str) -> str:
    """The facts of a structure, landmark, coordinate or movement; display names, Latin and synonyms are understood."""
    for entry in (*structures(), *landmarks.LANDMARKS, *skeleton.COORDINATES.values()):
        if _spoken(name) in _names(entry):
            return _text(entry.display, _entry_rows(entry))
    paths = assets.scene_paths()
    if _spoken(name) in paths:
        return _movement_card(_spoken(name))
    known = [row[0] for kind in ("movements", "structures", "landmarks", "coordinates") for row in listing(kind)]
    raise unknown_name("structure, landmark, coordinate or movement", name, known)


def _spoken(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _names(entry: Any) -> set[str]:
    words = (entry.name, entry.display, getattr(entry, "latin", ""), *getattr(entry, "synonyms", ()))
    return {_spoken(word) for word in words if word}


def _entry_rows(entry: Structure | Landmark | Coordinate) -> Iterator[Row]:
    """Label and text of each fact."""
    yield "name", entry.name
    if not isinstance(entry, Coordinate):
        yield "Latin", entry.latin
    if synonyms := getattr(entry, "synonyms", ()):
        yield "also", ", ".join(synonyms)
    match entry:
        case MuscleHead():
            yield "origin", entry.origin
            yield "insertion", entry.insertion
            yield "nerve", entry.nerve
            yield "actions", ", ".join(entry.actions)
            yield "antagonists", ", ".join(entry.antagonists)
            yield "volume", f"{entry.volume_cm3:g} cm³"
        case Nerve():
            yield "roots", ", ".join(root.level for root in entry.roots)
            yield "divisions", ", ".join(division.display for division in entry.divisions)
        case Bone():
            yield "length", f"{entry.length_mm[0]:g} to {entry.length_mm[1]:g} mm is accepted"
            marks = [mark.display for mark in landmarks.LANDMARKS if mark.bone == entry.name]
            yield "landmarks", ", ".join(marks) or "none"
        case Landmark():
            yield "bone", skeleton.bone(entry.bone).display
            yield "why", entry.why
        case Coordinate():
            yield "range", f"{entry.limits_deg[0]:g}° to {entry.limits_deg[1]:g}°"
    cited = (entry.source,) if isinstance(entry, Bone | Landmark | Coordinate) else entry.sources
    for place, source in enumerate(cited):
        yield "" if place else "sources", source.citation


def _movement_card(name: str) -> str:
    from visualiser import movement  # here: it brings scipy, which listing does without

    found = movement.load(assets.scene_paths()[name])
    rows: list[Row] = [
        ("name", name),
        ("group", found.group),
        ("posture", f"{found.posture}, {found.side} leg moves"),
        ("duration", f"{found.duration_s:g} s{', a cycle' if found.cycle else ''}"),
    ]
    rows += [
        ("" if place else "phases", f"{p.start_s:g}-{p.end_s:g} s  {p.caption}") for place, p in enumerate(found.phases)
    ]
    rows += [("shows", " ".join(found.summary.split()))]
    if found.claim:
        rows += [("claim", f'"{found.claim}"'), ("verdict", f"{found.verdict}: {found.comment}")]
    rows += [("" if place else "sources", sources.ALL[key].citation) for place, key in enumerate(found.sources)]
    return _text(found.title, rows)


def _text(title: str, rows: Sequence[Row] | Iterator[Row]) -> str:
    """A title and its facts, wrapped to a readable width."""
    from textwrap import fill

    rows = list(rows)
    wide = max(len(label) for label, _ in rows) + 2
    lines = [
        fill(text, 100, initial_indent=f"  {label:<{wide}}", subsequent_indent=" " * (wide + 2)) for label, text in rows
    ]
    return "\n".join([title, *lines])
