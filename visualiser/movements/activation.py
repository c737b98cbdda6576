"""How active each head is over a movement: schematic curves, from what the phases of a scene say.

They are drawings, not recordings. The rules: a head that shortens, lengthens or holds under load has the level of its phase's `effort`,
or half where the phase says none; a head that is stretched or silent has none. Around every border of two phases the level changes along
a smooth step, which takes 0.2 seconds or, between short phases, half of the shorter one.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from visualiser.anatomy import muscles
from visualiser.movements.movement import Movement, Phase
from visualiser.typed import FloatArray

HEADS = tuple(head.name for head in muscles.HEADS)
WORKING = ("concentric", "eccentric", "isometric")
USUAL_EFFORT = 0.5  # ESTIMATE: where a phase does not say how hard it is
_CHANGE_S = 0.2  # ESTIMATE: force rises and falls within about a fifth of a second
_SHARE = 0.5  # of the shorter of two phases, at most, is change


def level(phase: Phase | None, head: str) -> float:
    """How active a head is in the middle of a phase, 0 to 1; nothing happens between phases."""
    if phase is None or phase.of(head) not in WORKING:
        return 0.0
    return USUAL_EFFORT if phase.effort is None else phase.effort


def activation(movement: Movement, time_s: ArrayLike) -> FloatArray:
    """Activation of the four heads as a share of the most they can: schematic, from the phases of the scene.

    time_s  : (...)     seconds; outside the movement its first or last value holds, cycles go round
    returns : (..., 4)  0 to 1, in the order of `muscles.HEADS`; zero throughout where the scene says nothing
    """
    time = np.asarray(time_s, dtype=np.float64)
    end = movement.duration_s
    time = np.mod(time, end) if movement.cycle else np.clip(time, 0.0, end)
    starts, levels = _plateaus(movement)
    found = np.broadcast_to(levels[0], (*time.shape, len(HEADS))).copy()
    ends = [*starts[1:], end]
    for i, (before, after) in enumerate(pairwise(levels), start=1):
        half = _half(starts[i] - starts[i - 1], ends[i] - starts[i])
        found += _step((time - starts[i]) / half)[..., None] * (after - before)
    if movement.cycle:  # the end joins the beginning
        half = _half(end - starts[-1], ends[0])
        jump = levels[0] - levels[-1]
        found += (_step((time - end) / half)[..., None] + _step(time / half)[..., None] - 1.0) * jump
    return np.clip(found, 0.0, 1.0)


def _plateaus(movement: Movement) -> tuple[list[float], list[FloatArray]]:
    """Starts of the stretches of equal level and the levels (4,) in them; where phases overlap the later one speaks."""
    borders = {0.0}
    for phase in movement.phases:
        borders |= {phase.start_s, phase.end_s}
    starts = [border for border in sorted(borders) if border < movement.duration_s]
    levels = []
    for start, stop in pairwise([*starts, movement.duration_s]):
        said = movement.phase_at((start + stop) / 2)
        levels.append(np.array([level(said, head) for head in HEADS]))
    return starts, levels


def _half(before_s: float, after_s: float) -> float:
    """Half of the time that a change between two phases of these durations takes."""
    return max(min(_CHANGE_S, _SHARE * min(before_s, after_s)) / 2, 1e-6)


def _step(place: FloatArray) -> FloatArray:
    """From 0 at -1 to 1 at +1, without a jump in speed or acceleration."""
    share = np.clip((place + 1.0) / 2.0, 0.0, 1.0)
    step: FloatArray = share**3 * (share * (6.0 * share - 15.0) + 10.0)
    return step
