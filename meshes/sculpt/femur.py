"""The right femur. Origin: centre of the head; y: mechanical axis; the knee axis passes (0, -402, 1) along z.

Numbers are estimates shaped by hand towards published osteometry: length 464 +- 24 mm and head diameter 49 mm (men; determination of
sex from femora, German sample, 2000), neck-shaft angle 129 (Toogood 2009) to 122 (automated CT, PMC4775021), here about 127; anteversion
12 men, 16 women (PMC4775021), here about 14; posterior condyles of radius 20-22 (Iwaki and Freeman 2000, from memory).
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
    ellipsoid,
    loft,
    moved,
    norm,
    raised,
    smooth_maximum,
    sphere,
    table,
    turn,
    unit,
)

HEAD_RADIUS = 24.0
KNEE_AXIS = (0.0, -402.0, 1.0)
NECK_AXIS = unit((-7.8, -37.0, 37.0))  # from the head towards the shaft; with the condyles, 14 degrees of anteversion

SHAFT = (  # y, centre x, centre z, radius AP, radius ML, triangularity (edge posterior)
    (-7, -14, 44, 10, 10.5, 0),
    (-30, -11, 41, 14, 16, 0),
    (-60, -8.5, 37.3, 13.6, 17, 0),
    (-90, -3, 34.2, 12.8, 14.8, 0.02),
    (-130, 5, 30.5, 12.3, 13.4, 0.03),
    (-180, 11.2, 26.4, 12.4, 12.8, 0.04),
    (-230, 15, 21.5, 12.5, 12.8, 0.04),
    (-280, 16.2, 16, 12.8, 13.6, 0.03),
    (-320, 15.7, 11.2, 13.6, 15.8, 0),
    (-350, 14, 7.5, 14.6, 19.6, 0),
    (-372, 12, 4, 17, 25, 0),
    (-388, 10, 2.5, 19, 29.5, 0),
    (-398, 9, 1.3, 19, 32, 0),
)
NECK = (  # distance from the head centre, centre, centre, radius AP, radius up-down
    (2, 0, 0, 15, 16, 0),
    (16, 0, 0, 12, 14, 0),
    (27, 0, 0, 12, 14.2, 0),
    (42, 0, 0, 13, 18, 0),
    (54, 0, 0, 13, 22, 0),
)
# Sagittal profile of the condyles as radii about the knee axis. Angle: 0 anterior, -90 distal, -180 posterior, -228 the upper back;
# -255 closes the turn.
# From -130 on, the rows lie on circles of radius 21.1 about (-8.9, -404.8) medially and 21.6 about (-7.6, -404.4) laterally.
CONDYLES = (  # angle, medial radius, lateral radius, depth of the groove between, half width of the groove
    (105, 18.2, 18, 0, 12),
    (80, 20, 22, 0, 12),
    (45, 26, 29, 2.5, 12),
    (10, 29.5, 33, 5.5, 12),
    (-30, 28.8, 30.2, 6, 11),
    (-60, 27.9, 27.4, 10, 10),
    (-90, 27.8, 26.6, 20, 9.5),
    (-110, 27.4, 26.4, 28, 9.7),
    (-130, 28.4, 27.9, 34, 10),
    (-150, 30.1, 29.3, 38, 10.3),
    (-170, 30.3, 29.5, 40, 10.5),
    (-185, 29.4, 28.7, 38, 10.7),
    (-200, 27.7, 27.4, 34, 11),
    (-228, 23.2, 23.6, 12, 11),
    (-255, 18.2, 18, 0, 12),
)


def condyles() -> Field:
    """Both condyles and the trochlea: a bobbin about the knee axis, narrower in front, with sloping sides."""
    profile = table(CONDYLES)
    axis_x, axis_y, axis_z = KNEE_AXIS

    def field(points: FloatArray) -> FloatArray:
        x, y, z = points[:, 0] - axis_x, points[:, 1] - axis_y, points[:, 2] - axis_z
        angle = np.degrees(np.arctan2(y, x))
        medial, lateral, groove, groove_width = profile(np.where(angle > 105, angle - 360, angle))
        share = fade(z, -14.0, 14.0)
        radius = medial * (1 - share) + lateral * share
        radius = np.maximum(radius - groove * np.exp(-0.7 * np.abs(z / groove_width) ** 3), 7.0)
        crown = 0.035 * (
            1 + 1.2 * fade(y, 2.0, 18.0)
        )  # each condyle is rounded from side to side, and slopes to the shaft above
        radius -= np.clip(np.abs(z) - 19.0, 0.0, None) ** 2 * crown
        bobbin = 0.85 * (np.hypot(x, y) - radius)
        behind, front = np.clip(x + 5, 0, None), np.clip(x - 12, 0, None)
        lateral_wall = z + 0.5 - (39.5 - 0.10 * behind - 0.25 * front)
        medial_wall = -z - 0.5 - (38.0 - 0.28 * behind - 0.20 * front)
        return smooth_maximum(bobbin, np.maximum(lateral_wall, medial_wall), 9.0)

    return field


def _neck() -> Field:
    upward = unit(np.cross(NECK_AXIS, (1.0, 0.0, 0.0)))
    forward = np.cross(upward, NECK_AXIS)
    return moved(loft(NECK, cap=6), (0, 0, 0), np.column_stack([forward, NECK_AXIS, upward]))


def _upper_end(body: Field) -> Field:
    body = blend(body, _neck(), width=12)
    body = blend(body, ellipsoid((-13, -29, 49), (16.5, 24, 12), turn(x=-8)), width=12)  # greater trochanter
    body = blend(body, ellipsoid((-20, -12, 46), (10, 11, 8.5)), width=8)  # its tip
    crest = chain([(-25.5, -18, 45, 4), (-22, -36, 36, 4), (-17, -54, 27, 5)])
    body = blend(body, crest, width=12)  # intertrochanteric crest
    body = blend(body, cone((-9, -61, 30.5), (-19, -60, 25), 12, 5.5), width=8)  # lesser trochanter
    body = blend(body, cone((-15.5, -61, 25), (-6, -82, 28), 6, 5.5), width=10)  # which runs out downwards
    body = carve(body, ellipsoid((-25, -19, 32), (8, 10, 8)), width=12)  # trochanteric fossa
    body = raised(
        body, [(4, -12, 46), (5, -30, 38), (4, -48, 27), (-2, -66, 19)], height=1.3, width=5
    )  # intertrochanteric line
    body = raised(body, [(-25, -7, 53), (-11, -24, 61), (2, -44, 56)], height=1.3, width=4.5)  # line of gluteus medius
    body = blend(body, sphere((0, 0, 0), HEAD_RADIUS), width=5)
    return carve(body, sphere((-4.2, 6.2, -27.6), 6), width=4)  # fovea


def _lower_end(body: Field) -> Field:
    body = blend(body, condyles(), width=10)
    notch = chain([(-45, -421, 1, 11), (-18, -415, 1, 10.5), (-2, -418, 1, 9), (6, -428, 1, 7)])
    body = carve(body, notch, width=6)  # intercondylar fossa
    body = blend(body, ellipsoid((-3, -398, 34), (12, 13, 6)), width=14)  # lateral epicondyle
    return blend(body, ellipsoid((-4, -397, -31.5), (14, 14.5, 5.7)), width=16)  # medial epicondyle


def _ridges(body: Field) -> Field:
    aspera = [(-8, -130, 32), (-5, -160, 29), (0.5, -210, 24.5), (3.5, -250, 20.5), (4, -272, 18.5)]
    gluteal = [(-15, -70, 43, 0.5), (-13, -85, 41, 0.9), (-11, -105, 37), aspera[0]]  # gluteal tuberosity
    spiral = [(-13, -72, 22, 0.3), (-9, -105, 26, 0.4), (-6, -140, 29, 0.6), aspera[1]]
    lateral_line = [
        aspera[3],
        (4, -272, 20.5),
        (4, -300, 21.5, 0.8),
        (2, -330, 23, 0.6),
        (-2, -362, 27, 0.5),
        (-4, -384, 31, 0.4),
    ]
    medial_line = [
        aspera[3],
        (4, -272, 16),
        (4, -295, 9, 0.7),
        (2, -330, -3, 0.5),
        (-2, -360, -16, 0.4),
        (-5, -377, -27, 0.4),
    ]
    body = raised(body, aspera, gluteal, spiral, lateral_line, medial_line, height=5.0, width=4.3)
    lips = [(-6, -145, 30.5, 0.3), (-2, -185, 27), (2, -230, 22.5), (4, -262, 19.4, 0.1)]
    body = raised(body, lips, height=-0.8, width=2.3)  # the two lips of the linea aspera stand apart
    return raised(body, [(-9, -378, -29)], height=2.0, width=5)  # adductor tubercle


def field() -> Field:
    """The whole femur."""
    return _ridges(_lower_end(_upper_end(loft(SHAFT, vertex_deg=180))))


def cartilage(points: FloatArray) -> FloatArray:
    """Head (not its fovea) and the joint surfaces for tibia and patella."""
    radius = norm(points)
    head = (1 - fade(np.abs(radius - HEAD_RADIUS), 0.4, 1.2)) * (1 - fade(points @ NECK_AXIS, 9, 13))
    bearing = 1 - fade(np.abs(condyles()(points)), 0.5, 1.6)
    inside = (1 - fade(np.abs(points[:, 2] - 0.5), 30, 35)) * (points[:, 1] < -383)
    return np.maximum(head, bearing * inside)


FEMUR = Bone("femur", field(), (-60, -440, -52), (52, 34, 74), 1.0, 0, 12_000, 2_600, cartilage)
