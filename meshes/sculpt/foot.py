"""The right foot as one piece, in the tibia frame with the sole level: heel, ankle, arch, five rays.

Shaped by hand; the numbers are estimates throughout.
"""

import numpy as np

from .bone import Bone
from .fields import Field, Rows, blend, chain, cone, ellipsoid, loft, moved, turn
from .shank import ANKLE_AXIS, TROCHLEA_HALF_WIDTH, TROCHLEA_RADIUS, pulley

TOE_OUT_DEG = 7.0
CALCANEUS = (  # how far forward, height and side of the centre, half height, half width
    (-58, -46, 3, 16, 10, 0),
    (-50, -48, 3, 20.5, 13.5, 0),
    (-38, -48, 3.5, 19.5, 13.8, 0),
    (-22, -46, 5, 17, 12.5, 0),
    (-5, -43, 6.5, 15.5, 13.5, 0),
    (14, -43, 10, 14, 13.5, 0),
    (36, -42, 14.5, 12.5, 12, 0),
)
LENGTHWISE = np.array(
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
)  # a loft laid down: its height points forwards
TARSALS = (  # centre and radii, about the ankle axis: x forward, y up, z lateral
    ((46, -24, -14), (7, 13, 17)),  # navicular
    ((61, -32, -21), (13, 12, 9)),  # medial, intermediate, lateral cuneiform
    ((59, -25, -8), (10, 11, 8)),
    ((60, -28, 4), (12, 10, 8)),
    ((52, -40, 17), (18, 12, 12)),  # cuboid
)
METATARSALS: tuple[Rows, ...] = (
    ((72, -36, -24, 9.5), (95, -48, -27, 6.5), (118, -58, -29, 6.2), (130, -62, -29, 9.5)),
    ((70, -28, -9, 7), (100, -42, -12, 4), (128, -58, -14, 4), (138, -62, -14, 6)),
    ((70, -31, 3, 6.5), (98, -46, 2, 3.8), (124, -60, 1, 3.8), (133, -63, 1, 5.5)),
    ((68, -38, 14, 6.5), (95, -50, 15, 3.8), (117, -61, 15, 3.8), (126, -64, 15, 5.5)),
    ((52, -52, 33, 3.5), (64, -50, 27, 6.5), (88, -57, 29, 4), (109, -63, 29, 3.8), (118, -65, 28, 5.2)),
)
TOES: tuple[Rows, ...] = (
    (
        (139, -63, -30, 8),
        (150, -66, -31, 5.5),
        (160, -67, -32, 7),
        (164, -67, -32, 6.3),
        (177, -69, -33, 4.6),
        (184, -70, -33, 4.8),
    ),
    ((143, -63, -14, 5), (157, -61, -14, 3.2), (166, -63, -14, 4.2), (174, -66, -14, 3.2), (182, -70, -14, 3.4)),
    ((138, -64, 1, 4.8), (151, -62, 1, 3.1), (159, -64, 2, 4), (166, -67, 2, 3.1), (173, -70, 2, 3.3)),
    ((131, -65, 15, 4.6), (142, -63, 16, 3), (150, -65, 16, 3.8), (156, -68, 16, 3), (162, -70, 16, 3.2)),
    ((122, -66, 28, 4.4), (132, -65, 28, 2.9), (139, -67, 28, 3.6), (145, -69, 28, 2.9), (150, -71, 28, 3.1)),
)


def _foot() -> Field:
    heel = blend(
        moved(loft(CALCANEUS, cap=9), (0, 0, 0), LENGTHWISE),
        cone(
            (-42, -58, -3), (-39, -65, -3), 9, 7.5
        ),  # the medial and the lateral process of the tuber stand on the ground
        cone((-42, -58, 9), (-38, -65, 9), 7, 6.5),
        ellipsoid((-4, -33, 4), (18, 9, 13)),  # under the talus
        cone((0, -31, -4), (4, -27, -18), 8, 6),  # sustentaculum
        width=10,
    )
    talus = blend(
        pulley(TROCHLEA_RADIUS, TROCHLEA_HALF_WIDTH),
        chain([(4, -10, -2, 14), (20, -15, -8, 10.5), (34, -18, -12, 12.5)]),  # neck and head
        ellipsoid((-2, -15, 0), (22, 11, 14)),
        cone((0, -10, 9), (4, -20, 16), 8, 5),  # lateral process
        cone((-12, -12, 0), (-25, -17, -2), 8, 4),  # posterior process
        width=7,
    )
    body = blend(heel, talus, width=3)
    body = blend(body, *(ellipsoid(centre, radii) for centre, radii in TARSALS), width=2.5)
    body = blend(body, *map(chain, METATARSALS), width=2.0)
    body = blend(body, *map(chain, TOES), width=1.2)
    return moved(body, ANKLE_AXIS, turn(y=-TOE_OUT_DEG))


FOOT = Bone("foot", _foot(), (-75, -475, -55), (205, -355, 70), 1.25, 0, 8_000, 1_600)
