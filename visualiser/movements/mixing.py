"""Movements between movements: two scenes mixed joint by joint, such as a squat half as deep or a stride between walk and run."""

from dataclasses import replace

import numpy as np

from visualiser.errors import VisualiserError
from visualiser.movements.movement import Course, Movement, angles_at, on_side

_RATE = 120.0  # samples a second
_MOST_SAMPLES = 20_000


def mixed(first: Movement, second: Movement, share: float = 0.5) -> Movement:
    """The movement a share of the way from one to another: angles, times and lean mixed at equal shares of both.

    share   : 0 is the first, 1 the second
    returns : with the looks and the surroundings of the first, without phases, claims and sources of either
    raises  : VisualiserError unless both bodies lie alike and the share is from 0 to 1
    """
    if not 0.0 <= share <= 1.0:
        raise VisualiserError(f"share is {share:g}; 0 (all {first.name}) to 1 (all {second.name}) is allowed.")
    if first.posture != second.posture:
        raise VisualiserError(
            f"{first.name} is {first.posture} and {second.name} {second.posture}; only movements in one posture can be mixed."
        )
    duration_s = (1.0 - share) * first.duration_s + share * second.duration_s
    count = int(np.clip(round(duration_s * _RATE) + 1, 3, _MOST_SAMPLES))
    way = np.linspace(0.0, 1.0, count)
    cycle = first.cycle and second.cycle
    ends = way if not cycle else np.append(way[:-1], 0.0)  # the end of a cycle is its beginning
    one, other = (angles_at(movement, ends * movement.duration_s) for movement in (first, on_side(second, first.side)))
    return replace(
        first,
        name=f"{first.name}_{second.name}",
        title=f"{first.title} and {second.title[:1].lower()}{second.title[1:]}, {100 * share:.0f} % of the way",
        summary="",
        keyframes=(),
        cycle=cycle,
        phases=(),
        sources=(),
        claim="",
        verdict="",
        comment="",
        other_leg_shift=None,
        flight_s=(),
        text="",
        course=Course(way * duration_s, (1.0 - share) * one + share * other),
    )
