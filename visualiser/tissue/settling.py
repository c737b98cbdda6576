"""Nearly right tubes settled to right ones: out of bone and of each other, at their volumes and lengths, else as near as can be to where
they were.

A pose solved from its design (`contact.py`) may pass a tuberosity on the one side or the other, and two like poses need not agree.
Settled from a smooth guess, like poses stay alike; so a guess that is fitted to settled poses gets better with every round, until nothing
is left to do when a picture is drawn (`meshes/sculpt/tissue.py`).
"""

import numpy as np

from visualiser.anatomy.muscles import HEADS
from visualiser.tissue import nervetubes
from visualiser.tissue.bonefields import Bones, Joints
from visualiser.tissue.crowding import Bundle, Room, mend, part_rings, places
from visualiser.tissue.restshapes import all_flesh, hinge_axes
from visualiser.tissue.sections import ring_centres, ring_volume
from visualiser.tissue.shapetable import packed, unpacked
from visualiser.tissue.tautness import bring_to_length, lengths
from visualiser.tissue.tubeends import Ends
from visualiser.typed import FloatArray

ROOM = Room(0.0008, 0.0010, 0.0018)  # a little more than nothing, so that a blend between poses still keeps clear
MOVES, ROUNDS, LOOKS = 4, 2, 2
CLEARINGS = 12
VOLUMES = np.array([head.volume_cm3 * 1e-6 for head in HEADS])
THINNEST = 0.0004  # metres


def settled(
    rows: FloatArray, legs: FloatArray, bones: Bones, ends: Ends, fullness: FloatArray, wanted: FloatArray
) -> FloatArray:
    """Rows (N, P) of the tables settled in poses (N, 6).

    fullness : (H,)    volume of each drawn tube over that of its sections
    wanted   : (N, H)  how long heads should be drawn, metres
    """
    joints = Joints.of(legs)
    centres, lines, radii = (part.copy() for part in unpacked(rows))
    hinge = hinge_axes(joints.pelvis, joints.tibia[:, :3, :3])[:, None]
    bundle = Bundle(centres, hinge, np.maximum(radii, THINNEST))
    lost = np.zeros_like(radii)
    # Sections cut by bone have their middles beside their centres: what is drawn is a little longer than the line of centres.
    rings = ends.laid(bundle.centres, bundle.points(bundle.directions()), joints)
    on_centres = wanted - lengths(ring_centres(rings)) + lengths(bundle.centres)
    for number in range(ROUNDS):
        for _ in range(MOVES if number == 0 else 1):
            bring_to_length(bundle.centres, on_centres, legs)
            part_rings(bundle, bones, joints, places(False), ROOM)
            bundle.orient()
        for _ in range(LOOKS):
            lost += mend(bundle, bones, joints, ROOM)
            bundle.orient()
        breathe(bundle, lost, ends, joints, VOLUMES / fullness)
    lost += mend(bundle, bones, joints, ROOM)
    bundle.orient()
    breathe(bundle, lost, ends, joints, VOLUMES / fullness)
    nervetubes.clear(lines, bundle, bones, joints, CLEARINGS)
    return packed(bundle.centres, lines, bundle.radii)


def breathe(bundle: Bundle, lost: FloatArray, ends: Ends, joints: Joints, volumes: FloatArray) -> None:
    """Swell or shrink bellies, in place, to their volumes (H,); points that gave way, by `lost` (N, H, R, S), take little part."""
    free = np.sqrt(all_flesh())[..., None] / (1.0 + np.square(lost / 0.0012))
    plain = bundle.radii

    def volume(share: FloatArray) -> FloatArray:
        bundle.radii = plain * (1.0 + share[:, :, None, None] * free)
        return ring_volume(ends.laid(bundle.centres, bundle.points(bundle.directions()), joints))

    before = volume(np.zeros(plain.shape[:2]))
    guess = 0.6 * (volumes / before - 1.0)
    guess = np.where(np.abs(guess) < 1e-4, 1e-4, guess)
    slope = (volume(guess) - before) / guess
    share = np.clip((volumes - before) / np.maximum(slope, 0.4 * volumes), -0.25, 0.25)
    bundle.radii = plain * (1.0 + share[:, :, None, None] * free)
