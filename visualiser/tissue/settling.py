"""Nearly right tubes settled to right ones: out of bone and of each other, at their volumes and lengths, else as near as can be to where
they were.

A pose solved from its design (`contact.py`) may pass a tuberosity on the one side or the other, and two like poses need not agree.
Settled from a smooth guess, like poses stay alike; so a guess that is fitted to settled poses gets better with every round, until nothing
is left to do when a picture is drawn (`meshes/sculpt/tissue.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from visualiser.anatomy.muscles import HEADS
from visualiser.tissue import nervetubes
from visualiser.tissue.bonefields import Joints
from visualiser.tissue.contact import Solver
from visualiser.tissue.crowding import Bundle, Room, join, mend, part_rings, places
from visualiser.tissue.restshapes import (
    FINE_RINGS,
    FINE_SECTORS,
    RINGS,
    ROUND,
    VOLUMES,
    all_flesh,
    all_tendons,
    thick_enough,
)
from visualiser.tissue.sections import recounted, refined, ring_centres, ring_volume, spread_matrix
from visualiser.tissue.shapetable import Shapes, packed, unpacked
from visualiser.tissue.tautness import FREE, bring_to_length, lengths, ring_shares, space_out
from visualiser.tissue.tubeends import Ends
from visualiser.typed import FloatArray

# A little more than nothing, so that a blend between poses still keeps clear.
ROOM = Room(0.0011, 0.0017, 0.0028, joined=0.0010)
MOVES, ROUNDS, LOOKS = 4, 2, 2
CLEARINGS = 14
DRAWN_BACK = 0.1  # share of their way home in a move
# Near the tuberosity more of it: there three tendons lie on one another, and in like poses they would slip past each other unalike.
_HOMEWARD = (DRAWN_BACK * (1.0 + 1.5 * np.clip(1.4 - np.arange(RINGS) / 8.0, 0.0, 1.0)) * FREE)[:, None]
# Share of what a centre lies beside its section that it loses in a round, and rings that share it.
CENTRED, CENTRED_RINGS = 0.5, 1.5
MUCH_BESIDE = 0.04  # of a radius, beyond which outlines are counted anew point by point
RESTORED = 0.5  # share of what a tendon has lost of its thickness that it gets back first


def settled(
    rows: FloatArray,
    anchor: FloatArray,
    legs: FloatArray,
    solver: Solver,
) -> FloatArray:
    """Rows (N, P) of the tables settled in poses (N, 6).

    anchor   : (N, P)  rows to which heads and nerve are drawn back while they are pushed: else a cord that lies on a round belly slides
                       off to the one side or the other, and the nerve keeps what former rounds made of it
    solver   : whose bones they meet, and which says how long heads should be drawn
    """
    bones, ends, joints = solver.bones, solver.ends, Joints.of(legs)
    centres, lines, radii, fullness = (part.copy() for part in unpacked(rows))
    home, course, *_ = unpacked(anchor)
    # Bellies swell back to their volume; what guess after guess takes from a tendon has to be given back to it.
    radii = thick_enough(radii + RESTORED * (1.0 - all_flesh()[..., None]) * (all_tendons() - radii))
    bundle = Bundle.of(centres, radii, joints)
    lost = np.zeros_like(radii)
    # Sections cut by bone have their middles beside their centres: what is drawn is a little longer than the line of centres.
    on_centres = solver.wanted(legs) - lengths(ring_centres(ends.closed(bundle, joints))) + lengths(bundle.centres)
    for number in range(ROUNDS):
        centre(bundle)
        for _ in range(MOVES if number == 0 else 1):
            bundle.centres += _HOMEWARD * (home - bundle.centres)
            bring_to_length(bundle.centres, on_centres, legs)
            stretched = lengths(bundle.centres) / solver.standing_length
            space_out(bundle.centres, np.stack([ring_shares(head, stretched[:, i]) for i, head in enumerate(HEADS)], 1))
            with as_drawn(bundle, ends, joints) as drawn:
                part_rings(drawn, bones, joints, places(True), ROOM)
        for _ in range(LOOKS):
            with as_drawn(bundle, ends, joints) as drawn:
                lost += mend(drawn, bones, joints, ROOM)
        breathe(bundle, lost, ends, joints, VOLUMES / fullness)
    with as_drawn(bundle, ends, joints) as drawn:
        lost += mend(drawn, bones, joints, ROOM)
    breathe(bundle, lost, ends, joints, VOLUMES / fullness)
    join(bundle)
    nervetubes.clear(lines, course, bundle, bones, joints, CLEARINGS)
    return packed(Shapes(bundle.centres, lines, bundle.radii, fullness_of(ends.closed(bundle, joints))))


@contextmanager
def as_drawn(bundle: Bundle, ends: Ends, joints: Joints) -> Iterator[Bundle]:
    """The bundle with its ends as they are drawn; what happens to that happens to the bundle."""
    drawn = ends.as_drawn(bundle, joints)
    centres, radii = drawn.centres.copy(), drawn.radii
    yield drawn
    bundle.centres += drawn.centres - centres
    bundle.radii = bundle.radii + (drawn.radii - radii)
    bundle.orient()


def centre(bundle: Bundle) -> None:
    """Bring centres, in place, nearer to the middles of their sections, whose outlines stay: a spoke that has nothing left cannot give way,
    and a blend between poses would ask less than nothing of it."""
    # A circle's centre lies so far from where it is counted from.
    beside = 2.0 * (bundle.radii[..., None] * ROUND).mean(axis=-2)
    shift = CENTRED * FREE[:, None] * (spread_matrix(RINGS, CENTRED_RINGS) @ beside)
    radii = bundle.radii - shift @ ROUND.T
    much = np.linalg.norm(shift, axis=-1) > MUCH_BESIDE * bundle.radii.mean(axis=-1)
    radii[much] = recounted(bundle.radii[much], shift[much])
    bundle.radii = radii
    bundle.centres += shift[..., :1] * bundle.across + shift[..., 1:] * bundle.deep
    bundle.orient()


def fullness_of(rings: FloatArray) -> FloatArray:
    """Volume (N, H) of heads as they are drawn over that of their sections (N, H, R, S, 3)."""
    drawn: FloatArray = ring_volume(refined(rings, FINE_RINGS, FINE_SECTORS))
    return drawn / ring_volume(rings)


def breathe(bundle: Bundle, lost: FloatArray, ends: Ends, joints: Joints, volumes: FloatArray) -> None:
    """Swell or shrink bellies, in place, to their volumes (N, H); points that gave way, by `lost` (N, H, R, S), take little part."""
    free = np.sqrt(all_flesh())[..., None] / (1.0 + np.square(lost / 0.0012))
    plain = bundle.radii

    def volume(share: FloatArray) -> FloatArray:
        bundle.radii = plain * (1.0 + share[:, :, None, None] * free)
        return ring_volume(ends.closed(bundle, joints))

    before = volume(np.zeros(plain.shape[:2]))
    guess = 0.6 * (volumes / before - 1.0)
    guess = np.where(np.abs(guess) < 1e-4, 1e-4, guess)
    slope = (volume(guess) - before) / guess
    share = np.clip((volumes - before) / np.maximum(slope, 0.4 * volumes), -0.25, 0.25)
    bundle.radii = plain * (1.0 + share[:, :, None, None] * free)
