"""Colours that mean something: which head is which, how long a head is, how far its belly is stretched, what the nerve bears.

One colour a head and moment: the model shares a head's stretch between tendon and belly, and knows no more than that. The nerve has its
colours along its length.
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from visualiser.anatomy.definitions import MuscleHead
from visualiser.bodies.assembly import MUSCLE, NERVE, Body
from visualiser.conventions import LEG_SLICES, SIDES, millimetres
from visualiser.errors import unknown_name
from visualiser.movements.activation import HEADS, activation
from visualiser.movements.movement import Movement, pose_at
from visualiser.pictures.appearance import (
    DIVERGING,
    IDENTITY,
    OFF_THE_MAP,
    QUIET_FLESH,
    QUIET_NERVE,
    RISING,
    Colour,
    Paint,
    Scale,
    diverging,
    mapped,
    rising,
)
from visualiser.tissue.nerve import nerve_state_since_standing
from visualiser.tissue.nervelevels import drawn_levels, excursion_at, strain_at
from visualiser.tissue.paths import muscle_length
from visualiser.tissue.strain import stretch
from visualiser.typed import FloatArray

COLOURINGS = (
    "tissue",
    "identity",
    "length",
    "strain",
    "activation",
    "nerve_strain",
    "nerve_excursion",
)  # by their own look, by name, or by what the pose does to them
MEASURED = {
    "length": "Length, % of upright",
    "strain": "Strain of the belly, %",
    "nerve_strain": "Strain along the nerve, %",
    "nerve_excursion": "Nerve slid since standing, mm (+ towards the foot)",
}
_ALONG_NERVE = ("nerve_strain", "nerve_excursion")
_LIMITS = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0)
_STRAIN_LIMITS = (4.0, 6.0, 8.0, 10.0, 12.0, 15.0)  # of the nerve, percent
_SURVEY = 101  # moments that decide how far the colours reach


def look_up_colouring(name: str) -> str:
    """The name of a way to colour, if there is one."""
    if name not in COLOURINGS:
        raise unknown_name("colouring", name, COLOURINGS)
    return name


def change_percent(choice: str, body: Body, head: MuscleHead, leg: FloatArray) -> FloatArray:
    """How much longer than upright a head (`length`, tendons included) or its belly (`strain`) is.

    leg     : (..., 6)  radians
    returns : (...)     percent
    """
    geometry = body.physique.geometry
    if choice == "strain":
        belly: FloatArray = 100.0 * (stretch(head, leg, geometry).belly - 1.0)
        return belly
    whole: FloatArray = 100.0 * (muscle_length(head, leg, geometry) / muscle_length(head, np.zeros(6), geometry) - 1.0)
    return whole


@lru_cache(maxsize=32)
def reach(choice: str, body: Body, movement: Movement) -> float:
    """The change at the ends of the colour scale: a round number that no head passes in a movement, or no place along the nerve.

    Percent; of how far the nerve has slid, millimetres.
    """
    poses = pose_at(movement, np.linspace(0.0, movement.duration_s, _SURVEY))
    sides = SIDES if body.legs == "both" else (body.side,)
    if choice in _ALONG_NERVE:
        states = [nerve_state_since_standing(poses[:, LEG_SLICES[side]]) for side in sides]
        if choice == "nerve_strain":
            return _round(100.0 * max(float(state.strain.max()) for state in states), _STRAIN_LIMITS)
        return _round(1e3 * max(float(np.abs(state.excursion).max()) for state in states), _LIMITS)
    changes = [
        change_percent(choice, body, head, poses[:, LEG_SLICES[side]]) for head in body.physique.heads for side in sides
    ]
    return _round(float(np.abs(changes).max()), _LIMITS)


def _round(largest: float, limits: tuple[float, ...]) -> float:
    return next((limit for limit in limits if limit >= largest), limits[-1])


def colours(choice: str, body: Body, movement: Movement, time_s: float, limit: float | None = None) -> dict[str, Paint]:
    """Colour of every surface that has one of its own at this moment; empty where tissue shows its own.

    limit : the change at the ends of the scale, percent or millimetres; what the movement reaches when None
    """
    if look_up_colouring(choice) == "tissue":
        return {}
    if choice == "identity":
        return {s.name: IDENTITY[s.structure] for s in body.surfaces if s.kind in (MUSCLE, NERVE)}
    if choice == "activation":
        return _active(body, movement, time_s)
    pose, limit = pose_at(movement, time_s), limit or reach(choice, body, movement)
    if choice in _ALONG_NERVE:
        return _along_nerve(choice, body, pose, limit)
    heads = {head.name: head for head in body.physique.heads}
    result = _nerves(body)
    for surface in body.surfaces:
        if surface.kind == MUSCLE and surface.side is not None:
            change = change_percent(choice, body, heads[surface.structure], pose[LEG_SLICES[surface.side]])
            result[surface.name] = diverging(0.5 + float(change) / limit / 2)
    return result


def _along_nerve(choice: str, body: Body, pose: FloatArray, limit: float) -> dict[str, Paint]:
    """Colours along the nerves of the legs shown in full; the muscles step back."""
    result: dict[str, Paint] = {s.name: QUIET_FLESH for s in body.surfaces if s.kind == MUSCLE}
    nerves = [s for s in body.surfaces if s.kind == NERVE and s.side is not None]
    states = {side: nerve_state_since_standing(pose[LEG_SLICES[side]]) for side in {s.side for s in nerves} if side}
    for surface in nerves:
        levels = drawn_levels(surface.structure, body.tube_sizes(surface.structure))
        assert surface.side is not None
        if choice == "nerve_strain":
            shares, stops = 100.0 * strain_at(states[surface.side], levels) / limit, RISING
        else:
            shares, stops = 0.5 + millimetres(excursion_at(states[surface.side], levels)) / limit / 2, DIVERGING
        result[surface.name] = mapped(stops, shares)
    return result


def same(some: Mapping[str, Paint], others: Mapping[str, Paint]) -> bool:
    """Whether two sets of colours are equal."""
    return some.keys() == others.keys() and all(np.array_equal(some[name], others[name]) for name in some)


def colour_near(paint: Paint, vertices: FloatArray, point: FloatArray) -> Colour:
    """The colour that a surface with vertices (V, 3) has near a point (3,).

    Branches, which begin inside their trunk and of which nothing is known, count only where there is nothing else.
    """
    if isinstance(paint, tuple):
        return paint
    known = np.flatnonzero((paint != QUIET_NERVE).any(axis=1))
    if not len(known):
        return QUIET_NERVE
    red, green, blue = (
        int(channel) for channel in paint[known[np.linalg.norm(vertices[known] - point, axis=1).argmin()]]
    )
    return red, green, blue


def _active(body: Body, movement: Movement, time_s: float) -> dict[str, Paint]:
    """How active each head is, of the leg that the phases speak of; of the other leg only where it does the same later."""
    own = activation(movement, time_s)
    shift = movement.other_leg_shift
    other = np.zeros(len(HEADS)) if shift is None else activation(movement, time_s - shift * movement.duration_s)
    return _nerves(body) | {
        s.name: rising(float((own if s.side is movement.side else other)[HEADS.index(s.structure)]))
        for s in body.surfaces
        if s.kind == MUSCLE
    }


def _nerves(body: Body) -> dict[str, Paint]:
    return {s.name: OFF_THE_MAP for s in body.surfaces if s.kind == NERVE}


def scale(choice: str, body: Body, movement: Movement, limit: float | None = None) -> Scale | None:
    """What the colours of a choice mean; None where they need no scale."""
    if choice == "activation":
        return Scale("Activation, % (schematic)", RISING, ((0.0, 0.0), (50.0, 0.5), (100.0, 1.0)))
    if choice not in MEASURED:
        return None
    limit = limit or reach(choice, body, movement)
    if choice == "nerve_strain":
        return Scale(MEASURED[choice], RISING, ((0.0, 0.0), (limit / 2, 0.5), (limit, 1.0)))
    middle = 100.0 if choice == "length" else 0.0
    ticks = ((middle - limit, 0.0), (middle, 0.5), (middle + limit, 1.0))
    return Scale(MEASURED[choice], DIVERGING, ticks)
