"""What is shown, hidden or seen through: words such as "hip bone" or "muscles" become an opacity for every surface."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from visualiser.anatomy import landmarks
from visualiser.bodies.assembly import BONE, MUSCLE, NERVE, Surface, structures
from visualiser.errors import VisualiserError, unknown_name
from visualiser.pictures.labels import LabelSpec

GROUPS = ("muscles", "bones", "nerve", "medial", "biceps", "all")
_MUSCLES_OF = {
    "medial": ("semitendinosus", "semimembranosus"),
    "biceps": ("biceps_femoris_long_head", "biceps_femoris_short_head"),
}
# What lies on what, seen from behind (Gray's Anatomy, 41st ed., ch. 80: relations of the hamstrings and the sciatic nerve).
LIES_UNDER: Mapping[str, tuple[str, ...]] = {
    "semimembranosus": ("semitendinosus",),
    "biceps_femoris_short_head": ("biceps_femoris_long_head",),
    "sciatic_nerve": ("biceps_femoris_long_head",),
    "tibial_nerve": ("biceps_femoris_long_head", "semimembranosus"),
    "common_fibular_nerve": ("biceps_femoris_long_head",),
    "femur": ("semimembranosus", "biceps_femoris_short_head", "sciatic_nerve", "tibial_nerve", "common_fibular_nerve"),
}
# ESTIMATES, by eye on all three themes: context that can still be read, a muscle that can still be followed, the least
# that is worth a name, and what hides things for good.
GHOSTED, PEELED, NAMED_FROM, SOLID_FROM = 0.14, 0.38, 0.2, 0.6

Words = str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Show:
    """Which structures are hidden, isolated, see-through or peeled away: structure names, resolved and checked."""

    hide: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    opacity: tuple[tuple[str, float], ...] = ()
    peel: tuple[str, ...] = ()


EVERYTHING = Show()


def show(
    *, hide: Words = (), only: Words = (), opacity: Mapping[str, float] | Words | None = None, peel: Words = ()
) -> Show:
    """A choice from words as typed: names and groups, separated by commas.

    hide    : not drawn
    only    : drawn in full, all the rest as a faint ghost
    opacity : name -> 0 (clear) to 1 (solid), or "femur=0.3,muscles=0.5"
    peel    : faded together with everything that lies over it, so that what lies deep to it can be seen
    raises  : UnknownNameError with the nearest match; VisualiserError for an opacity that is none
    """
    faded = [pair for word, value in _pairs(opacity or ()) for pair in _fade(word, value)]
    return Show(structure_names(hide), structure_names(only), tuple(faded), structure_names(peel))


def structure_names(words: Words) -> tuple[str, ...]:
    """Structures behind names, Latin names, synonyms and group words; each once, in the order asked for."""
    parts = words.split(",") if isinstance(words, str) else list(words)
    return tuple(dict.fromkeys(name for part in parts if part.strip() for name in _structures_of(part)))


def _structures_of(word: str) -> tuple[str, ...]:
    wanted = word.strip().lower().replace(" ", "_").replace("-", "_")
    kinds = {"muscles": MUSCLE, "hamstrings": MUSCLE, "bones": BONE, "nerve": NERVE, "nerves": NERVE}
    known = structures()
    if wanted == "all":
        return tuple(s.name for s in known)
    if wanted in kinds:
        return tuple(s.name for s in known if s.kind == kinds[wanted])
    if wanted in _MUSCLES_OF:
        return _MUSCLES_OF[wanted]
    for structure in known:
        spoken = (structure.name, structure.display, structure.latin, *structure.synonyms)
        if wanted in {name.lower().replace(" ", "_") for name in spoken}:
            return (structure.name,)
    raise unknown_name("structure", word.strip(), (*GROUPS, *(s.name for s in known)))


def _pairs(opacity: Mapping[str, float] | Words) -> Iterable[tuple[str, object]]:
    """(word, value) of a mapping, or of texts such as "femur=0.3"."""
    if isinstance(opacity, Mapping):
        yield from opacity.items()
        return
    for part in opacity.split(",") if isinstance(opacity, str) else opacity:
        word, _, value = part.partition("=")
        yield word, value.strip()


def _fade(word: str, value: object) -> list[tuple[str, float]]:
    try:
        opacity = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        opacity = -1.0
    if not 0.0 <= opacity <= 1.0:
        raise VisualiserError(
            f'The opacity of {word.strip()} is "{value}"; allowed is NAME=0 (clear) to NAME=1 (solid).'
        )
    return [(name, opacity) for name in _structures_of(word)]


def lying_over(structure: str) -> frozenset[str]:
    """Everything between a structure and the skin behind the thigh."""
    above = LIES_UNDER.get(structure, ())
    return frozenset(above).union(*(lying_over(name) for name in above))


def opacities(surfaces: Iterable[Surface], chosen: Show = EVERYTHING) -> dict[str, float]:
    """Opacity of every surface by its name; the more particular word wins: only < peel < opacity < hide.

    raises : VisualiserError when nothing would be left to see
    """
    peeled = frozenset(chosen.peel).union(*(lying_over(name) for name in chosen.peel))
    explicit = dict(chosen.opacity) | dict.fromkeys(chosen.hide, 0.0)
    result = {}
    for surface in surfaces:
        opacity = 1.0
        if chosen.only and surface.structure not in chosen.only:
            opacity = 0.0 if surface.ghost else GHOSTED
        elif chosen.only and surface.ghost:
            opacity = 0.0  # the other leg would only distract from what is singled out
        if surface.structure in peeled:
            opacity = min(opacity, PEELED)
        result[surface.name] = explicit.get(surface.structure, opacity)
    if not any(result.values()):
        raise VisualiserError("Nothing is left to see; hide fewer structures.")
    return result


def seen_well(surfaces: Iterable[Surface], shown: Mapping[str, float], from_opacity: float = NAMED_FROM) -> list[str]:
    """Surfaces that are at least so opaque and no ghosts: what a picture is about."""
    return [s.name for s in surfaces if not s.ghost and shown.get(s.name, 0.0) >= from_opacity]


def named(specs: Sequence[LabelSpec], surfaces: Sequence[Surface], shown: Mapping[str, float]) -> tuple[LabelSpec, ...]:
    """The labels of what can be seen: a structure that is hidden or faint, and every landmark on a hidden bone, loses its name."""
    bone_of = {mark.name: mark.bone for mark in landmarks.LANDMARKS}
    best: dict[str, float] = {}
    for surface in surfaces:
        if not surface.ghost:
            best[surface.structure] = max(best.get(surface.structure, 0.0), shown.get(surface.name, 0.0))

    def stays(spec: LabelSpec) -> bool:
        if spec.key in bone_of:
            return best.get(bone_of[spec.key], 1.0) > 0.0
        return best.get(spec.key, 1.0) >= NAMED_FROM

    return tuple(spec for spec in specs if stays(spec))
