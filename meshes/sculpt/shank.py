"""The right tibia and fibula (tibia frame: origin at the centre of the plateau, y up) and the patella (femur frame, standing).

Numbers are estimates shaped by hand towards published osteometry: plateau 77 wide, medial 55 and lateral 50 deep (42 CTs of the tibial
plateau), posterior slope 6 and 4.5 (posterior tibial slopes, MRI, 2021), torsion 25-30, fibula about 365 long (both from memory).
"""

import numpy as np

from visualiser.typed import FloatArray

from .bone import Bone, fade
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
    norm,
    plane,
    raised,
    smooth_maximum,
    trim,
    turn,
    twisted,
)

ANKLE_AXIS = (-1.0, -386.0, 2.0)  # tibia frame; the plafond curves about it
TROCHLEA_RADIUS, TROCHLEA_HALF_WIDTH = 19.5, 14.0
ANKLE_GAP = 3.0  # joint space between talus and plafond
TORSION_DEG = -25.0  # the lower end turns outwards
FIBULA_HEAD = (-21.0, -24.0, 36.0)
FACET_CENTRE = (1.5, -8.0, -2.5)  # from the head's
FIBULAR_FACET = plane(FACET_CENTRE, (0.36, 0.80, -0.48))  # it looks forwards, upwards and to the middle
SLOPE_DEG = 6.0

TIBIA = (  # y, centre x, centre z, radius AP, radius ML, triangularity (edge anterior)
    (-5, -4, 0, 22, 34, 0),
    (-14, -3, 0, 22, 33.5, 0),
    (-24, 0, -0.5, 21.5, 30.4, 0.02),
    (-36, 1.6, -1, 20.6, 25.4, 0.05),
    (-50, 2.5, -1.2, 18.9, 20.2, 0.08),
    (-68, 4.2, -1.6, 17.5, 16.6, 0.11),
    (-100, 5.2, -1.7, 16, 13.4, 0.14),
    (-150, 4.4, -1.8, 14.4, 11.7, 0.15),
    (-205, 3.3, -1.5, 13.2, 11.2, 0.15),
    (-255, 2, -1.6, 11.9, 10.8, 0.12),
    (-295, 1, -1.8, 12, 12.2, 0.07),
    (-325, 0, -1.5, 13.7, 15.4, 0.03),
    (-347, -1, -1, 16.8, 20.5, 0),
    (-366, -1, -1, 18.5, 24, 0),
)
FIBULA = (
    (-6, -1.5, 0.5, 8.5, 8, 0),
    (-16, -1.2, 0.3, 10, 9, 0),
    (-25, -0.6, 0, 9.2, 8.4, 0),
    (-35, 0.2, -0.5, 7.6, 7.2, 0),
    (-48, 1.1, -1, 6.4, 6.2, 0.03),
    (-65, 2, -1.5, 6.2, 5.6, 0.10),
    (-120, 3.6, -2.5, 6.8, 5.7, 0.16),
    (-190, 3.9, -3.1, 6.8, 5.8, 0.17),
    (-250, 3.4, -3.1, 6.6, 5.8, 0.15),
    (-300, 2.9, -4.3, 6.7, 5.8, 0.10),
    (-325, 3.7, -6.5, 8.2, 6.7, 0.04),
    (-345, 2.5, -7, 10, 7.6, 0),
    (-358, 1, -7.2, 8.8, 7.2, 0),
)


def pulley(radius: float, half_width: float) -> Field:
    """A drum about the z axis, faintly grooved: the talus' trochlea, and, with a joint space added, the hollow that receives it."""

    def field(points: FloatArray) -> FloatArray:
        grooved = radius - 1.2 * np.exp(-((points[:, 2] / 7.0) ** 2))
        return smooth_maximum(np.hypot(points[:, 0], points[:, 1]) - grooved, np.abs(points[:, 2]) - half_width, 4.0)

    return field


def _plateau(body: Field) -> Field:
    tilt = turn(z=SLOPE_DEG)  # the plateau falls backwards

    def sloping(shape: Field) -> Field:
        return moved(shape, (0, 0, 0), tilt)

    medial = sloping(drum((-5, -16.7), 24.3, 17.8, -15, 0, 10))
    lateral = sloping(drum((-5.5, 17.2), 19.3, 17.3, -15, 0, 10))
    front = sloping(drum((8, 0), 14, 18, -15, -1.5, 10))
    body = blend(body, blend(medial, lateral, front, width=8), width=22)
    body = trim(body, sloping(plane((0, 0.2, 0), (0, 1, 0))), width=4)
    body = carve(body, sloping(ellipsoid((-36, -4, 0), (14, 20, 8))), width=6)  # posterior intercondylar area
    body = carve(body, sloping(ellipsoid((-5, 42.5, -20), (50, 44.5, 38))), width=3)  # dished medial plateau
    body = blend(
        body, sloping(chain([(-11, 1, -5, 3), (-5, 3.8, -4.8, 3.4), (3, -1, -4.5, 3)])), width=7
    )  # intercondylar eminence
    return blend(body, sloping(chain([(-10, 0, 5.5, 3), (-5, 3, 5.3, 3.2), (2, -1, 5, 3)])), width=7)


def _tibia() -> Field:
    body = _plateau(loft(TIBIA, cap=6))
    body = blend(body, ellipsoid((21.5, -42, 3), (6, 15, 9)), width=14)  # tuberosity
    crest = [
        (20, -62, 3, 3),
        (20.8, -100, 2, 2),
        (17.6, -160, -0.5, 2),
        (13.6, -220, -1, 2),
        (9.2, -275, -3, 2),
        (5, -325, -3, 2),
    ]
    body = blend(body, chain(crest), width=10)  # anterior border
    body = blend(body, ellipsoid((-14, -14, 27), (9, 9, 7)), width=8)  # shelf over the fibular head
    body = raised(body, [(17, -17, 24), (13, -21, 28)], height=3.0, width=6.5)  # iliotibial (Gerdy) tubercle
    body = raised(
        body, [(-26, -12, -20), (-20, -13, -29), (-8, -14, -36)], height=-1.6, width=4.5
    )  # groove of semimembranosus
    body = raised(
        body,
        [(-17, -40, 17, 0.4), (-16, -52, 13), (-15, -75, 4), (-13, -105, -6, 0.7), (-9, -130, -11, 0)],
        height=1.5,
        width=4,
    )  # soleal line
    malleolus = [(-1, -330, -9, 8), (0, -350, -17, 10.5), (1, -362, -20, 9), (2, -372, -21.5, 6.5)]
    body = blend(body, chain(malleolus), width=12)
    body = carve(body, ellipsoid((-2, -350, 33), (9, 40, 11)), width=6)  # fibular notch
    body = twisted(body, TORSION_DEG, -120, -345)
    return carve(
        body, moved(pulley(TROCHLEA_RADIUS + ANKLE_GAP, TROCHLEA_HALF_WIDTH + ANKLE_GAP), ANKLE_AXIS), width=4
    )  # plafond


def _fibula() -> Field:
    body = loft(FIBULA, cap=6, vertex_deg=17)
    body = blend(body, ellipsoid((1.5, -15, -1.5), (8.5, 9, 8.5)), width=10)  # head, its joint side
    body = trim(body, FIBULAR_FACET, width=2.5)
    body = blend(body, cone((-5.5, -13, 3.5), (-8.5, -1, 5.5), 6.2, 3.6), width=5)  # apex: behind and outside
    body = trim(body, plane((0, -12, 9.2), (-0.2, 0.12, 0.97)), width=4)  # biceps and ligament flatten the outer side
    body = blend(body, ellipsoid((0.8, -347, -6.9), (9.8, 19, 7.4)), width=8)  # lateral malleolus
    body = carve(body, ellipsoid((-7, -355, -15), (6, 8, 5)), width=5)  # malleolar fossa
    return moved(twisted(body, 18, -100, -330), FIBULA_HEAD)


def _patella() -> Field:
    body = ellipsoid((44, -388, 1.5), (12, 21, 22))
    body = blend(body, cone((44, -396, 1.5), (42.5, -410, 1.5), 9.5, 4.5), width=10)  # apex
    body = blend(body, cone((46, -374, -9), (46, -374, 11), 8, 8), width=12)  # base
    # Two facets behind, the lateral one broader, meet in a vertical ridge that runs in the groove of the femur.
    facets = trim(plane((33.2, 0, 0), (-1, 0, 0.42)), plane((33.2, 0, 0), (-1, 0, -0.36)), width=4)
    return trim(body, facets, width=4)


def tibial_cartilage(points: FloatArray) -> FloatArray:
    """Both plateaus and the plafond."""
    height = points[:, 1] - points[:, 0] * np.tan(np.radians(SLOPE_DEG))
    plateau = fade(height, -5, -2.5) * (1 - fade(np.abs(points[:, 2]), 33, 37)) * fade(np.abs(points[:, 2]), 5, 9)
    plafond = (1 - fade(points[:, 1], -364, -361)) * fade(points[:, 2], -14, -10)
    return np.clip(plateau + plafond, 0, 1)


def fibular_cartilage(points: FloatArray) -> FloatArray:
    """The facet for the tibia."""
    local = points - np.array(FIBULA_HEAD)
    off = 1 - fade(np.abs(FIBULAR_FACET(local)), 0.4, 1.1)
    return off * (1 - fade(norm(local - np.array(FACET_CENTRE)), 6.0, 8.5))


def patellar_cartilage(points: FloatArray) -> FloatArray:
    """The facets behind."""
    return (1 - fade(points[:, 0], 39, 42)) * fade(points[:, 1], -404, -399)


TIBIA_BONE = Bone("tibia", _tibia(), (-45, -390, -46), (44, 16, 46), 1.25, 0, 9_000, 1_800, tibial_cartilage)
FIBULA_BONE = Bone("fibula", _fibula(), (-48, -402, 10), (8, -12, 64), 1.0, 0, 4_200, 900, fibular_cartilage)
PATELLA = Bone("patella", _patella(), (25, -425, -32), (70, -355, 36), 1.0, 0, 1_600, 400, patellar_cartilage)
