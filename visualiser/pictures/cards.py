"""The card of a structure: what a student should know about it, from the definitions, as headings and sentences."""

from collections.abc import Iterable
from dataclasses import dataclass

from visualiser.anatomy import landmarks, muscles, nerves, skeleton, sources
from visualiser.anatomy.definitions import Bone, Landmark, MuscleHead, Nerve, NerveDivision, Source
from visualiser.errors import unknown_name

# Why a structure is worth knowing to those who teach or treat hamstrings, and who says so.
WHY: dict[str, tuple[str, Source]] = {
    "semitendinosus": (
        "Its long cord of a tendon ends in the pes anserinus and is often taken to replace an anterior cruciate ligament.",
        sources.GRAY,
    ),
    "semimembranosus": (
        "Injuries by slow or wide stretching, as in kicks and splits, mostly take its proximal tendon.",
        sources.WOODLEY_STOREY_2013,
    ),
    "biceps_femoris_long_head": (
        "Most sprinting injuries of the hamstrings are here, at the proximal junction of muscle and tendon.",
        sources.WOODLEY_STOREY_2013,
    ),
    "biceps_femoris_short_head": (
        "It crosses the knee alone and has another nerve: moving the hip does not stretch it.",
        sources.GRAY,
    ),
    "sciatic_nerve": (
        "A straight leg raise tightens it together with the hamstrings; lifting the foot then tightens the nerve, not the muscles.",
        sources.BUENO_GRACIA_2019,
    ),
    "tibial_nerve": ("It supplies every head but the short head of biceps femoris.", sources.GRAY),
    "common_fibular_nerve": (
        "It winds round the neck of the fibula under thin skin, where a blow or a tight cast reaches it.",
        sources.GRAY,
    ),
    "hip_bone": ("Its ischial tuberosity gives origin to the three heads that cross the hip.", sources.GRAY),
    "sacrum": ("The roots of the sciatic nerve leave through it and beside it.", sources.GRAY),
    "lumbar_4": ("The uppermost root of the sciatic nerve leaves below it.", sources.GRAY),
    "lumbar_5": (
        "The fifth lumbar root leaves below it; with the first sacral one it is the most often pressed.",
        sources.GRAY,
    ),
    "femur": ("The short head of biceps comes from its linea aspera; the others pass behind it.", sources.GRAY),
    "tibia": (
        "Semitendinosus and semimembranosus end on its medial side, and turn it inwards when the knee is bent.",
        sources.GRAY,
    ),
    "fibula": ("Biceps femoris ends on its head: the cord felt at the outer side of a bent knee.", sources.GRAY),
    "patella": ("It carries the pull of quadriceps, the antagonist of the hamstrings at the knee.", sources.GRAY),
    "foot": (
        "Its dorsiflexion tightens the sciatic nerve and leaves the hamstrings as they are.",
        sources.BUENO_GRACIA_2019,
    ),
}


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


def landmark_cards() -> tuple[Card, ...]:
    """The cards of all bony landmarks."""
    return tuple(_landmark(mark) for mark in landmarks.LANDMARKS)


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
        *_why(head.name),
        ("Volume", f"About {head.volume_cm3:g} cm³ in an adult."),
    )
    return Card(head.name, head.display, head.latin, "muscle", rows, _known(head.name, head.sources), head.synonyms)


def _nerve(nerve: Nerve) -> Card:
    rows = (
        ("Roots", f"{nerve.roots[0].level} to {nerve.roots[-1].level}."),
        ("Divides into", _sentence(division.display.lower() for division in nerve.divisions)),
        *_why(nerve.name),
        ("Width", f"About {2 * nerve.half_width_mm:g} mm."),
    )
    return Card(
        nerve.name, nerve.display, nerve.latin, "nerve", rows, _known(nerve.name, nerve.sources), nerve.synonyms
    )


def _division(division: NerveDivision) -> Card:
    rows = (
        (
            "Division of",
            _sentence(n.display.lower() for n in nerves.NERVES if isinstance(n, Nerve) and division in n.divisions),
        ),
        *_why(division.name),
        ("Width", f"About {2 * division.half_width_mm:g} mm."),
    )
    cited = _known(division.name, division.sources)
    return Card(division.name, division.display, division.latin, "nerve", rows, cited, division.synonyms)


def _bone(bone: Bone) -> Card:
    low, high = bone.length_mm
    rows = (
        ("Bone", "One on each side." if bone.sided else "One, in the middle."),
        *_why(bone.name),
        ("Length", f"{low / 10:g} to {high / 10:g} cm in adults."),
    )
    return Card(bone.name, bone.display, bone.latin, "bone", rows, _known(bone.name, (bone.source,)), bone.synonyms)


def _landmark(mark: Landmark) -> Card:
    rows = (("Bone", f"{skeleton.bone(mark.bone).display}."), ("Why it matters", _sentence([mark.why.rstrip(".")])))
    return Card(mark.name, mark.display, mark.latin, "landmark", rows, _cited((mark.source,)))


def _why(name: str) -> tuple[tuple[str, str], ...]:
    """The row that says why a structure matters."""
    return (("Why it matters", WHY[name][0]),)


def _known(name: str, sources: Iterable[Source]) -> tuple[str, ...]:
    """Citations of a structure, with that of why it matters; each once."""
    return tuple(dict.fromkeys((*_cited(sources), *_cited((WHY[name][1],)))))


def _sentence(parts: Iterable[str]) -> str:
    """'Hip extension, knee flexion.'"""
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _cited(sources: Iterable[Source]) -> tuple[str, ...]:
    return tuple(source.citation for source in sources)
