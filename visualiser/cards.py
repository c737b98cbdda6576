"""The card of a structure: what a student should know about it, from the definitions, as headings and sentences."""

from collections.abc import Iterable
from dataclasses import dataclass

from visualiser.anatomy import muscles, nerves, skeleton
from visualiser.anatomy.definitions import Bone, MuscleHead, Nerve, NerveDivision, Source
from visualiser.errors import unknown_name


@dataclass(frozen=True, slots=True)
class Card:
    """Names, facts in reading order and sources of one structure."""

    name: str
    title: str
    latin: str
    kind: str
    rows: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    synonyms: tuple[str, ...] = ()

    def matches(self, words: str) -> bool:
        """Whether every word typed into a search occurs in one of the names, English or Latin."""
        spoken = " ".join((self.title, self.latin, *self.synonyms, self.name.replace("_", " "))).lower()
        return all(word in spoken for word in words.lower().split())


def cards() -> tuple[Card, ...]:
    """All cards: muscles, nerves, bones."""
    return (
        *(_muscle(head) for head in muscles.HEADS),
        *(_nerve(nerve) if isinstance(nerve, Nerve) else _division(nerve) for nerve in nerves.NERVES),
        *(_bone(bone) for bone in skeleton.BONES),
    )


def card(name: str) -> Card:
    """The card of a muscle head, nerve or bone, by its identifier."""
    for entry in cards():
        if entry.name == name:
            return entry
    raise unknown_name("structure", name, [entry.name for entry in cards()])


def _muscle(head: MuscleHead) -> Card:
    rows = (
        ("Origin", head.origin),
        ("Insertion", head.insertion),
        ("Action", _sentence(head.actions)),
        ("Nerve", head.nerve),
        ("Antagonists", _sentence(head.antagonists)),
        ("Volume", f"About {head.volume_cm3:g} cm³ in an adult."),
    )
    return Card(head.name, head.display, head.latin, "muscle", rows, _cited(head.sources), head.synonyms)


def _nerve(nerve: Nerve) -> Card:
    rows = (
        ("Roots", f"{nerve.roots[0].level} to {nerve.roots[-1].level}."),
        ("Divides into", _sentence(division.display.lower() for division in nerve.divisions)),
        ("Width", f"About {2 * nerve.half_width_mm:g} mm."),
    )
    return Card(nerve.name, nerve.display, nerve.latin, "nerve", rows, _cited(nerve.sources), nerve.synonyms)


def _division(division: NerveDivision) -> Card:
    rows = (
        (
            "Division of",
            _sentence(n.display.lower() for n in nerves.NERVES if isinstance(n, Nerve) and division in n.divisions),
        ),
        ("Width", f"About {2 * division.half_width_mm:g} mm."),
    )
    return Card(
        division.name, division.display, division.latin, "nerve", rows, _cited(division.sources), division.synonyms
    )


def _bone(bone: Bone) -> Card:
    low, high = bone.length_mm
    rows = (
        ("Bone", "One on each side." if bone.sided else "One, in the middle."),
        ("Length", f"{low / 10:g} to {high / 10:g} cm in adults."),
    )
    return Card(bone.name, bone.display, bone.latin, "bone", rows, _cited((bone.source,)), bone.synonyms)


def _sentence(parts: Iterable[str]) -> str:
    """'Hip extension, knee flexion.'"""
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _cited(sources: Iterable[Source]) -> tuple[str, ...]:
    return tuple(source.citation for source in sources)
