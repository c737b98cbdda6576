"""What a picture shows, in words: for readers who cannot see it, and for search."""

from collections.abc import Iterable

import numpy as np

from visualiser.anatomy import skeleton
from visualiser.bodies.assembly import MUSCLE, Body, structures
from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, degrees
from visualiser.movements.movement import Movement, pose_at
from visualiser.pictures import dial, visibility
from visualiser.pictures.labels import Placement
from visualiser.pictures.options import Options
from visualiser.pictures.section import words_for

_WORTH_SAYING_DEG = 1.0
_COLOURS = {
    "tissue": "",
    "identity": "Each muscle has a colour of its own.",
    "length": "The muscles are coloured by their length: dark blue shorter, yellow longer than in upright standing.",
    "activation": "The muscles are coloured by how active they are, from slate, silent, to yellow; a schematic, not a recording.",
    "strain": "The muscles are coloured by the strain of their bellies: dark blue shorter, yellow longer than in upright standing.",
    "nerve_strain": "The sciatic and tibial nerve are coloured by their strain: slate none, yellow most; the muscles are pale.",
    "nerve_excursion": "The sciatic and tibial nerve are coloured by how far they have slid in their bed since upright standing: dark blue "
    "towards the spine, yellow towards the foot; the muscles are pale.",
}


def text(body: Body, movement: Movement, time_s: float, options: Options, placement: Placement | None = None) -> str:
    """A few sentences: movement, moment, view, joint angles, what is drawn, what is named."""
    sentences = [
        f"{movement.title}, {time_s:.1f} s of {movement.duration_s:g} s: {_view(options)} of the {body.side} leg.",
        _angles(movement, time_s),
        _dial(body, movement, time_s, options),
        f"{words_for(options.section)}." if options.section else "",
        *_drawn(body, options),
        _COLOURS[options.colour],
    ]
    named = [callout.spec.text for callout in placement.callouts] if placement else []
    if named:
        sentences.append(f"Labels: {_joined(named)}.")
    if isinstance(options.title, str) and options.title:
        sentences.insert(0, f"{options.title.rstrip('.')}.")
    return " ".join(sentence for sentence in sentences if sentence)


def _dial(body: Body, movement: Movement, time_s: float, options: Options) -> str:
    """What the dial tells."""
    reading = dial.reading_at(movement, time_s, body.physique) if options.dial and options.section is None else None
    return reading.sentence if reading is not None else ""


def _view(options: Options) -> str:
    """'posterior view', 'close-up of the gluteal region', with how far the camera was turned."""
    word = options.view
    if options.section is not None and options.section.areas:
        return "cut face"
    view = {"gluteal": "close-up of the gluteal region", "popliteal": "close-up of the popliteal fossa"}.get(
        word, "close-up of the pes anserinus" if word == "pes" else f"{word} view"
    )
    turned = [
        f"{name} {angle:+g}°"
        for name, angle in (("azimuth", options.azimuth), ("elevation", options.elevation))
        if angle
    ]
    return f"{view} ({', '.join(turned)})" if turned else view


def _angles(movement: Movement, time_s: float) -> str:
    """'Hip flexion 60°, knee flexion 12°.'"""
    leg = degrees(pose_at(movement, time_s)[LEG_SLICES[movement.side]])
    said = [
        f"{skeleton.COORDINATES[name].display.lower()} {value:.0f}°"
        for name, value in zip(LEG_COORDINATES, leg, strict=True)
        if np.abs(value) >= _WORTH_SAYING_DEG
    ]
    words = _joined(said) if said else "All joints of the leg at zero, as in upright standing"
    return f"{words[0].upper()}{words[1:]}."


def _drawn(body: Body, options: Options) -> Iterable[str]:
    """What is solid, what is faint, what was left out."""
    shown = visibility.opacities(body.surfaces, options.show)
    best = {
        s.structure: max(shown[o.name] for o in body.surfaces if o.structure == s.structure and not o.ghost)
        for s in body.surfaces
        if not s.ghost
    }
    names = {s.name: s.display.lower() for s in structures() if s.name in best}
    kinds = {s.name: s.kind for s in structures()}
    solid = [names[n] for n in names if best[n] == 1.0 and (kinds[n] == MUSCLE or options.show.only)]
    faint = [names[n] for n in names if 0.0 < best[n] < 1.0]
    hidden = [names[n] for n in names if best[n] == 0.0]
    bones = not options.show.only and any(best[n] == 1.0 for n in names if kinds[n] == "bone")
    if solid or bones:
        yield f"Drawn: {_joined([*solid, *(['bones'] if bones else [])])}."
    if len(faint) > 8:
        yield "Everything else is faint."
    elif faint:
        yield f"See-through: {_joined(faint)}."
    if hidden:
        yield f"Left out: {_joined(hidden)}."


def _joined(words: Iterable[str]) -> str:
    """'a, b and c'."""
    parts = [
        word.replace(", ", " ") for word in words
    ]  # "biceps femoris long head": a comma would look like the next item
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
