"""What the program knows, as plain text: lists of names, and a card of facts for each of them.

Listing reads tables and the titles of scene files only, so that it answers at once.
"""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from textwrap import fill

from visualiser.anatomy import landmarks, skeleton, sources
from visualiser.anatomy.definitions import Coordinate, Landmark
from visualiser.bodies import assets
from visualiser.errors import SceneFileError, unknown_name
from visualiser.pictures.appearance import THEMES, VIEWS
from visualiser.pictures.cards import Card, cards

Row = tuple[str, ...]


def _movements() -> Iterator[Row]:
    for name, path in assets.scene_paths().items():
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise SceneFileError(path, f"is not valid TOML: {problem}.") from problem
        yield name, str(table.get("title", name)), str(table.get("group", ""))


def _coordinates() -> Iterator[Row]:
    for coordinate in skeleton.COORDINATES.values():
        low, high = coordinate.limits_deg
        yield coordinate.name, coordinate.display, f"{low:g}° to {high:g}°"


KINDS: dict[str, Callable[[], Iterator[Row]]] = {
    "movements": _movements,
    "structures": lambda: ((entry.name, entry.title, entry.latin) for entry in cards()),
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
    wanted = _spoken(name)
    for entry in (*cards(), *map(_landmark, landmarks.LANDMARKS), *map(_coordinate, skeleton.COORDINATES.values())):
        if wanted in {_spoken(word) for word in (entry.name, entry.title, entry.latin, *entry.synonyms) if word}:
            return _text(entry)
    if wanted in assets.scene_paths():
        return _text(_movement(wanted))
    known = [row[0] for kind in ("movements", "structures", "landmarks", "coordinates") for row in listing(kind)]
    raise unknown_name("structure, landmark, coordinate or movement", name, known)


def _spoken(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _landmark(mark: Landmark) -> Card:
    rows = (("Bone", skeleton.bone(mark.bone).display), ("Why", mark.why))
    return Card(mark.name, mark.display, mark.latin, "landmark", rows, (mark.source.citation,))


def _coordinate(coordinate: Coordinate) -> Card:
    low, high = coordinate.limits_deg
    rows = (("Range", f"{low:g}° to {high:g}°"), ("Zero", skeleton.ZERO_PELVIS))
    return Card(coordinate.name, coordinate.display, "", "coordinate", rows, (coordinate.source.citation,))


def _movement(name: str) -> Card:
    from visualiser.movements import scenefile  # here: lists do without what it brings

    found = scenefile.load(assets.scene_paths()[name])
    rows = [
        ("Group", found.group),
        ("Posture", f"{found.posture}, the {found.side} leg moves"),
        ("Duration", f"{found.duration_s:g} s{', a cycle' if found.cycle else ''}"),
        ("Shows", " ".join(found.summary.split())),
        *(("Phase", f"{phase.start_s:g}-{phase.end_s:g} s: {phase.caption}") for phase in found.phases),
    ]
    if found.claim:
        rows += [("Claim", found.claim), ("Verdict", f"{found.verdict}: {found.comment}")]
    cited = tuple(sources.ALL[key].citation for key in found.sources)
    return Card(name, found.title, "", "movement", tuple(rows), cited)


def _text(entry: Card) -> str:
    """A card wrapped to a readable width: names, facts, sources; a label that repeats is written once."""
    names = (("Latin", entry.latin), ("Also", ", ".join(entry.synonyms)))
    rows = [row for row in names if row[1]] + list(entry.rows) + [("Source", cited) for cited in entry.sources]
    wide = max(len(label) for label, _ in rows) + 2
    lines = [f"{entry.title} ({entry.kind} {entry.name})"]
    before = ""
    for label, text in rows:
        shown = "" if label == before else label
        before = label
        lines.append(fill(text, 100, initial_indent=f"  {shown:<{wide}}", subsequent_indent=" " * (wide + 2)))
    return "\n".join(lines)
