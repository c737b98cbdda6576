"""Sacrum, fifth and fourth lumbar vertebra, in the pelvis frame at standing zero; all symmetric about z = 0.

Numbers are estimates shaped by hand towards textbook sizes (from memory): sacrum about 105 wide and 110-130 tall with its base tilted
38 degrees, lumbar bodies 50 wide, 35 deep and 27 tall, discs 11 thick. The disc below each vertebra is part of its mesh.
"""

import numpy as np

from visualiser.typed import FloatArray

from .bone import Bone, Cover, fade
from .fields import (
    Field,
    blend,
    carve,
    chain,
    cone,
    drum,
    ellipsoid,
    loft,
    moved,
    plane,
    raised,
    trim,
    turn,
    two_sided,
)
from .nets import sheet
from .pelvis import HIP_BONE

BASE_CENTRE = (-28.0, 103.0, 0.0)
BASE_TILT_DEG = 38.0
LUMBAR_5_CENTRE, LUMBAR_5_TILT_DEG = (-16.8, 124.7, 0.0), 24.0
LUMBAR_4_CENTRE, LUMBAR_4_TILT_DEG = (-5.9, 160.9, 0.0), 10.0
LUMBOSACRAL_PIVOT = (-25.0, 107.5, 0.0)  # middle of the disc between L5 and S1
JOINT_SPACE = 2.4

SACRUM = (  # x, y of the midline, half width, half thickness in the midline and at the side, setback of the side
    (-35, 98, 40, 14, 8, 15),
    (-43, 86, 46, 14, 11, 18),
    (-56, 68, 40.5, 13, 11, 14),
    (-66, 50, 31, 11.5, 9, 8),
    (-74, 32, 25, 9.5, 6, 4),
    (-77.5, 17, 21, 8, 5, 2),
    (-78.5, 7, 14.5, 7, 4.5, 0),
    (-78, 0, 8.5, 5, 3.8, 0),
    (-76, -6, 11.5, 5.8, 3.6, 0),
    (-72, -13, 7.2, 5, 3.2, 0),
    (-67, -20, 5.8, 4.6, 3, 0),
    (-62, -26, 3.8, 3.8, 2.5, 0),
)
FORAMINA = (  # x, y, z, radius, direction backwards
    (-52, 76, 21, 5.4, (-0.75, 0.62, 0.12)),
    (-65, 57, 19, 4.8, (-0.85, 0.50, 0.10)),
    (-74, 38, 16.5, 4.1, (-0.95, 0.28, 0.08)),
    (-78, 20, 14, 3.5, (-1.0, 0.0, 0.05)),
)
CREST = ((-76, 90, 3.2), (-87, 72, 3.2), (-93, 54, 2.8), (-94, 38, 2.4))  # x, y, radius of the spinous tubercles


def _sacral_net() -> FloatArray:
    across = (-1.0, -0.66, -0.33, 0.0, 0.33, 0.66, 1.0)
    return np.array(
        [
            [
                (
                    x - back * abs(u) ** 1.5,
                    y - 0.35 * back * abs(u) ** 1.5,
                    u * width,
                    middle + (side - middle) * abs(u) ** 1.2,
                )
                for u in across
            ]
            for x, y, width, middle, side, back in SACRUM
        ]
    )


def _sacrum() -> Field:
    body = sheet(_sacral_net(), 110, 80)
    first_body = moved(drum((0, 0), 16.5, 25, -22, 0, 5), BASE_CENTRE, turn(z=-BASE_TILT_DEG))
    body = blend(body, first_body, width=8)
    laminae = chain([(-62, 88, 0, 8), (-72, 74, 0, 8), (-80, 57, 0, 7), (-84, 40, 0, 5.5), (-86, 24, 0, 4)])
    body = blend(body, laminae, width=12)
    for x, y, radius in CREST:
        body = blend(body, cone((x + 12, y - 4, 0), (x, y, 0), 7, radius), width=8)
    side_crest = chain([(-60, 86, 18, 4), (-74, 69, 16, 3), (-83, 52, 13.5, 2.5), (-87, 35, 11.5, 2), (-86, 18, 9, 2)])
    body = blend(body, two_sided(side_crest), width=9)
    body = blend(
        body, two_sided(chain([(-52, 95, 19, 9), (-53, 105, 21, 8), (-53, 111, 22, 6.5)])), width=9
    )  # facets for L5
    for x, y, z, radius, direction in FORAMINA:
        middle, back = np.array([x, y, z]), np.array(direction)
        body = carve(
            body, two_sided(cone(middle - 15 * back, middle + 22 * back, 1.35 * radius, 0.7 * radius)), width=4
        )
    body = carve(body, chain([(-46, 116, 0, 8), (-58, 95, 0, 6.5), (-68, 76, 0, 4)]), width=4)  # sacral canal
    lines = [[(-36, y, -13), (-36, y, 13)] for _, y, *_ in FORAMINA]
    body = raised(body, *lines, height=1.0, width=2.8)  # where the five vertebrae have fused
    body = raised(
        body, [(-73, 0, -9), (-72, 0, 0), (-73, 0, 9)], [(-83, 0, -9), (-84, 0, 0), (-83, 0, 9)], height=-1.4, width=2.4
    )  # coccyx
    body = raised(body, [(-86, 14, 7), (-85, 4, 8)], [(-86, 14, -7), (-85, 4, -8)], height=2.0, width=3)  # horns
    hip_bone = two_sided(HIP_BONE.field)
    body = trim(body, lambda points: JOINT_SPACE - hip_bone(points), width=1.5)  # sacroiliac joint
    return trim(body, lambda points: JOINT_SPACE - LUMBAR_5.field(points), width=1.5)


def _vertebra(centre: tuple[float, float, float], tilt: float, wedge_deg: float, fifth: bool) -> Field:
    """A lumbar vertebra about the middle of its body, then put in its place; `wedge_deg` makes the body taller in front."""
    body = loft(
        [
            (-20, 0, 0, 18, 25.5, 0),
            (-12, 0, 0, 17.5, 25.5, 0),
            (0, 0.5, 0, 15, 22, 0),
            (12, 0, 0, 17, 24.5, 0),
            (20, 0, 0, 17, 24.5, 0),
        ]
    )
    half = np.radians(0.5 * wedge_deg)
    body = trim(body, plane((0, 13.5, 0), (-np.sin(half), np.cos(half), 0)), width=3)
    body = trim(body, plane((0, -13.5, 0), (-np.sin(half), -np.cos(half), 0)), width=3)
    body = carve(body, chain([(-24, -20, 0, 9), (-24, 20, 0, 9)]), width=5)
    arch = [cone((-10, 4, 14), (-28, 4, 15), 6.5, 6)]  # pedicle
    arch.append(cone((-31, 3, 14), (-41, -4, 0), 5, 5))  # lamina
    arch.append(chain([(-28, 4, 16, 5.5), (-29.5, 12, 18, 5.8), (-29, 17, 18, 4.8)]))  # superior articular process
    arch.append(cone((-33, -5, 12), (-41, -10, 0), 5, 4.5))
    inferior = [(-35, -3, 13, 5.5), (-35, -23, 14, 5.2)] if fifth else [(-35, -3, 12, 5.5), (-38.5, -18, 12, 5)]
    arch.append(chain(inferior))  # inferior articular process
    solid = blend(body, *(two_sided(part) for part in arch), width=5)
    tip = -59.0 if fifth else -65.0
    spinous = blend(
        chain([(-40, -1, 0, 3.6), (tip, -4, 0, 3.6), (tip - 1, -13 + 2 * fifth, 0, 4.6), (-42, -11, 0, 4)]),
        ellipsoid((0.5 * (tip - 40), -7, 0), (14, 8, 2.8)),
        width=5,
    )
    solid = blend(solid, spinous, width=5)
    if fifth:
        transverse = chain([(-16, 3, 18, 8), (-22, 4, 30, 6.5), (-27, 7, 43, 4.5)])
    else:
        transverse = chain([(-25, 4, 16, 5), (-28, 5, 30, 3.8), (-30, 7, 44, 3.4)])
    solid = blend(solid, two_sided(transverse), width=6)
    disc_tilt = np.radians(wedge_deg)
    disc = loft([(-30, 0, 0, 17.5, 25.5, 0), (0, 0, 0, 17.5, 25.5, 0)], cap=4)
    disc = trim(disc, plane((0, -23.5, 0), (-np.sin(disc_tilt), -np.cos(disc_tilt), 0)), width=3)
    disc = trim(disc, plane((0, -10, 0), (0, 1, 0)), width=1)
    disc = carve(disc, chain([(-25, -30, 0, 9), (-25, 0, 0, 9)]), width=4)
    return moved(blend(solid, disc, width=1.5), centre, turn(z=-tilt))


def _clear_of(shape: Field, other: Field) -> Field:
    return trim(shape, lambda points: JOINT_SPACE - other(points), width=1.5)


def _disc(centre: tuple[float, float, float], tilt: float) -> Cover:
    """The disc under a vertebra is coloured as cartilage."""
    axes = turn(z=-tilt)

    def cover(points: FloatArray) -> FloatArray:
        local = (points - np.array(centre)) @ axes
        below = -local[:, 1] - 13.2
        return fade(below, -0.4, 0.8) * fade(local[:, 0], -22, -18)

    return cover


LUMBAR_5 = Bone(
    "lumbar_5",
    _vertebra(LUMBAR_5_CENTRE, LUMBAR_5_TILT_DEG, 7, True),
    (-95, 80, -52),
    (15, 170, 52),
    1.25,
    0,
    5_000,
    1_100,
    _disc(LUMBAR_5_CENTRE, LUMBAR_5_TILT_DEG),
)
LUMBAR_4 = Bone(
    "lumbar_4",
    _clear_of(_vertebra(LUMBAR_4_CENTRE, LUMBAR_4_TILT_DEG, 3, False), LUMBAR_5.field),
    (-85, 120, -54),
    (25, 200, 54),
    1.25,
    0,
    5_000,
    1_100,
    _disc(LUMBAR_4_CENTRE, LUMBAR_4_TILT_DEG),
)
SACRUM_BONE = Bone("sacrum", _sacrum(), (-112, -36, -66), (0, 140, 66), 1.5, 30, 9_000, 2_000)
