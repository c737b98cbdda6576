"""Which names a picture carries: choices such as "muscles,ischial_tuberosity" to label specifications."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from visualiser.anatomy import landmarks
from visualiser.anatomy.attachments import ATTACHMENTS
from visualiser.bodies.assembly import BONE, MUSCLE, NERVE, Structure, structures
from visualiser.errors import SceneFileError, UnknownNameError, unknown_name
from visualiser.movements.movement import Movement
from visualiser.pictures.appearance import VIEWS, look_up
from visualiser.pictures.labels import LabelSpec

# What is named when nothing is asked for and the scene names nothing: the four heads, the nerve, where they begin and end.
DEFAULT = (
    "semitendinosus",
    "semimembranosus",
    "biceps_femoris_long_head",
    "biceps_femoris_short_head",
    "sciatic_nerve",
    "ischial_tuberosity",
    "head_of_fibula",
    "pes_anserinus",
)
GROUPS = ("default", "all", "none", "muscles", "nerve", "bones", "landmarks", "footprints")
_BONE_GROUPS = {"hip_bone": "pelvis", "sacrum": "spine", "lumbar_4": "spine", "lumbar_5": "spine", "femur": "femur"}


def _structure_spec(structure: Structure) -> LabelSpec:
    group = {MUSCLE: "muscle", NERVE: "nerve", BONE: _BONE_GROUPS.get(structure.name, "leg")}[structure.kind]
    return LabelSpec(structure.name, structure.display, structure.latin, group, 2 if structure.kind == BONE else 1)


def all_specs() -> dict[str, LabelSpec]:
    """Every name that a picture can carry. Where a bone and a landmark share a name, such as the patella, the landmark speaks."""
    specs = {structure.name: _structure_spec(structure) for structure in structures()}
    specs |= {a.name: LabelSpec(a.name, a.display, a.latin, "muscle", 1) for a in ATTACHMENTS}
    specs |= {m.name: LabelSpec(m.name, m.display, m.latin, m.group, m.priority) for m in landmarks.LANDMARKS}
    return specs


def _members(group: str, movement: Movement | None) -> tuple[str, ...]:
    """Identifiers of a group word."""
    by_kind = {kind: tuple(s.name for s in structures() if s.kind == kind) for kind in (MUSCLE, NERVE, BONE)}
    marks = tuple(mark.name for mark in landmarks.LANDMARKS)
    match group:
        case "default":
            return movement.labels if movement is not None and movement.labels else DEFAULT
        case "all":
            return (*by_kind[MUSCLE], *by_kind[NERVE], *marks)
        case "none":
            return ()
        case "muscles":
            return by_kind[MUSCLE]
        case "nerve":
            return by_kind[NERVE]
        case "bones":
            return by_kind[BONE]
        case "footprints":
            return tuple(attachment.name for attachment in ATTACHMENTS)
        case _:
            return marks


def _identifier(name: str, specs: dict[str, LabelSpec]) -> str:
    """The identifier behind an identifier, a display name, a Latin name or a synonym."""
    wanted = name.strip().lower().replace(" ", "_")
    if wanted in specs:
        return wanted
    for key, spec in specs.items():
        if wanted in (spec.text.lower().replace(" ", "_"), spec.latin.lower().replace(" ", "_")):
            return key
    for structure in structures():
        if wanted in {synonym.lower().replace(" ", "_") for synonym in structure.synonyms}:
            return structure.name
    raise unknown_name("label", name.strip(), (*GROUPS, *specs))


def label_specs(choice: str | Sequence[str] = "default", movement: Movement | None = None) -> tuple[LabelSpec, ...]:
    """The labels of a choice: group words of `GROUPS` and names, separated by commas; each name once, in the order asked for.

    What is asked for by its own name has the highest priority: it stays, dashed, where something hides it.

    raises : UnknownNameError with the nearest match
    """
    specs = all_specs()
    words = choice.split(",") if isinstance(choice, str) else list(choice)
    chosen: dict[str, LabelSpec] = {}
    for word in words:
        group = word.strip().lower()
        for name in _members(group, movement) if group in GROUPS else (word,):
            key = _identifier(name, specs)
            chosen[key] = specs[key] if group in GROUPS else replace(specs[key], priority=1)
    return tuple(chosen.values())


def check_words(movement: Movement, path: Path | str) -> None:
    """Raise SceneFileError if the view or a label of a scene does not exist: what opens a scene must be able to show it."""
    for key, check in (
        ("view", lambda: look_up("view", movement.view, VIEWS)),
        ("labels", lambda: label_specs(movement.labels)),
    ):
        try:
            check()
        except UnknownNameError as problem:
            raise SceneFileError(path, str(problem), key) from None
