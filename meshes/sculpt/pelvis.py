"""The right hip bone. Sculpted about the hip centre, written in the pelvis frame (hip centre at z = 80).

Numbers are estimates shaped by hand towards published sizes (men): 240 between the anterior superior spines, about 215 from crest to
ischium, hip centre 30/14/22 % of the inter-spinous distance below, medial of and behind the spine (Bell 1989), posterior inferior iliac
spine to ischial spine 50 +- 6, two hamstring footprints of 39 x 14 and 45 x 12 on the tuberosity (Feucht 2015).
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
    plane,
    raised,
    sphere,
    trim,
    turn,
    unit,
)
from .nets import sheet

HIP_CENTRE = (0.0, 0.0, 80.0)
CUP_AXIS = unit((0.29, -0.677, 0.677))  # the socket opens forwards, downwards and outwards
CUP_RADIUS = 27.0  # 3 mm of joint space round a head of radius 24
SYMPHYSIS_Z = -78.0  # half a disc of 4 mm is left to the midline

# The wing of the ilium: columns from the anterior superior to the posterior inferior spine, rows from the crest down to the socket.
ILIUM = (  # x, y, z, half thickness
    ((51, 73, 40, 5.5), (42, 61, 35, 4.5), (33, 48, 25, 5.5), (31, 35, 13, 7.5), (27, 21, 3, 10)),
    ((46, 91, 46, 6), (35, 76, 39, 4.2), (22, 57, 27, 5.5), (16, 36, 9, 10), (14, 20, 2, 13)),
    ((27, 110, 52, 7), (18, 88, 41, 4.5), (8, 64, 25, 7), (4, 39, 5, 13), (0, 22, -1, 14)),
    ((3, 125, 47, 6.5), (-3, 100, 35, 4), (-10, 74, 15, 6.5), (-14, 46, 0, 10.5), (-15, 25, -6, 12)),
    ((-22, 136, 33, 6), (-25, 107, 15, 4), (-30, 79, -4, 8), (-33, 53, -10, 9), (-32, 29, -12, 8.5)),
    ((-47, 137, 10, 6.5), (-48, 109, -6, 6), (-51, 81, -16, 9), (-53, 58, -20, 7.5), (-50, 50, -22, 5.5)),
    ((-68, 122, -12, 7), (-69, 100, -19, 9), (-70, 79, -25, 9), (-71, 62, -29, 7), (-69, 51, -30, 5.5)),
    ((-85, 100, -33, 6.5), (-90, 88, -36, 6.5), (-88, 73, -38, 6), (-85, 59, -38, 6), (-79, 46.5, -36, 5.3)),
)
# The ring round the obturator foramen, from the ischial body by the ramus and pubis back to the socket: outer edge, middle, inner edge.
# The thin inner edge makes the rami plates; the foramen is what is left open.
RING = (
    ((-39, 20, -19, 6), (-30, 18, -13, 9), (-16, 12, -13, 12)),
    ((-40, -4, -24, 5.5), (-28, -7, -16, 9.5), (-10, -13, -16, 11)),
    ((-37, -20, -22, 5.5), (-26, -24, -17.5, 9.5), (-10, -28, -19, 6)),
    ((-36, -40, -22, 6.5), (-26, -43, -20.5, 8.5), (-12, -42, -24, 4)),
    ((-27, -60, -34, 7), (-18, -57, -34, 8), (-6, -51, -35, 3.2)),
    ((-8, -69, -39, 6), (-3, -64, -39, 5.5), (4, -57, -40, 3)),
    ((12, -67, -49, 4.8), (14, -60, -48, 5), (16, -52, -47, 3)),
    ((28, -50, -64, 4.8), (27, -46, -60, 5), (24, -40, -55, 3)),
    ((37, -34, -75, 6), (34, -30, -66, 6), (29, -27, -56, 3.5)),
    ((44, -14, -75, 7), (39, -15, -64, 6.5), (32, -16, -51, 5)),
    ((43, -3, -59, 5.5), (37, -5.5, -51, 7), (31, -10, -43, 5)),
    ((32, 9, -38, 5.5), (28, 4, -34, 7.5), (22, -5, -31, 5.5)),
    ((21, 20, -20, 7), (16, 11, -18, 11), (12, 0, -20, 9)),
)
TUBEROSITY = (  # y, centre x, centre z, radius AP, radius ML, triangularity
    (-14, -28, -16, 9, 10.5, 0),
    (-24, -32, -18, 14.5, 13.5, 0),
    (-35, -36, -20, 17.5, 15.5, 0),
    (-46, -35, -22, 18.5, 15.5, 0),
    (-57, -28, -27.5, 16, 12, 0),
    (-66, -20, -33, 12, 9.5, 0),
    (-72, -13.5, -38, 8, 7, 0),
)


def _tuberosity() -> Field:
    """A block with three facets: upper outer for semimembranosus, upper inner for the conjoint tendon, lower for adductor magnus."""
    body = loft(TUBEROSITY, cap=8)
    body = trim(body, plane((-51.3, -40, -27), (-0.93, -0.20, -0.30)), width=2)
    body = trim(body, plane((-48, -33, -10), (-0.82, 0.10, 0.56)), width=2)
    return trim(body, plane((-39.0, -60, -24), (-0.78, -0.62, 0.02)), width=2)


def _socket(body: Field) -> Field:
    wall = trim(sphere((0, 0, 0), 32.5), plane(-3.5 * CUP_AXIS, CUP_AXIS), width=4)
    body = blend(body, wall, width=8)
    body = carve(body, sphere(0.8 * CUP_AXIS, CUP_RADIUS), width=2.5)
    body = carve(body, cone(5 * CUP_AXIS, 34 * CUP_AXIS, 26, 44), width=4)
    body = carve(
        body, chain([(31, 18, 21, 15.5), (35, -2, 9, 10)]), width=8
    )  # the front of the rim is low: the neck passes in flexion
    down = np.array([0.35, -1.0, -0.35])
    down = unit(down - CUP_AXIS * (down @ CUP_AXIS))
    fossa = cone(-15 * CUP_AXIS, -8 * CUP_AXIS + 16 * down, 15.2, 11)
    body = carve(body, fossa, width=2)  # acetabular fossa: what is left of the cup is the lunate surface
    notch = cone(-5 * CUP_AXIS + 8 * down, 4 * CUP_AXIS + 34 * down, 8, 9)
    return carve(body, notch, width=4)  # acetabular notch


def _spines_and_lines(body: Field) -> Field:
    body = blend(body, cone((-36, 5, -22), (-54, -2.5, -35.5), 8, 2.4), width=12)  # ischial spine
    body = blend(body, sphere((47, -5, -59), 4), width=7)  # pubic tubercle
    body = blend(body, sphere((24, 21, -9), 9), width=12)  # iliopubic eminence
    arcuate = chain([(22, 14, -23, 3), (0, 27, -20, 3), (-24, 42, -20, 3), (-46, 57, -23, 2), (-60, 66, -21, 0.5)])
    body = blend(body, arcuate, width=14)
    body = blend(body, sphere((33.5, 37, 15), 5.5), width=8)  # anterior inferior iliac spine
    body = blend(body, ellipsoid((-74, 78, -31), (17, 20, 8), turn(y=25)), width=12)  # iliac tuberosity
    body = raised(
        body, [(23, 108, 60), (14, 86, 49, 0.6), (7, 60, 36, 0.3)], height=1.8, width=9
    )  # iliac tubercle and pillar
    inferior = [(40, 48, 33, 0.4), (22, 48, 32), (2, 46, 25), (-20, 42, 10), (-38, 40, -4, 0.3)]
    anterior = [(44, 86, 48, 0.4), (20, 84, 46), (-8, 84, 32), (-32, 77, 13), (-48, 65, -4), (-52, 55, -14, 0.3)]
    posterior = [(-54, 128, 10, 0.4), (-61, 105, -4), (-67, 84, -14), (-67, 64, -20, 0.4)]
    body = raised(body, inferior, anterior, posterior, height=0.8, width=6)  # gluteal lines
    return raised(body, [(-58, 62, -31), (-72, 66, -41), (-80, 54, -44)], height=1.2, width=6)  # auricular surface


def field_about_hip_centre() -> Field:
    """The hip bone with the hip centre as origin."""
    body = blend(sheet(ILIUM, 150, 110), sheet(RING, 260, 34), width=12)
    body = blend(body, _tuberosity(), width=7)
    body = _spines_and_lines(body)
    body = _socket(body)
    return trim(body, plane((0, 0, SYMPHYSIS_Z), (0, 0, -1)), width=7)


def cartilage(points: FloatArray) -> FloatArray:
    """The lunate surface of the socket."""
    local = points - np.array(HIP_CENTRE)
    on_cup = 1 - fade(np.abs(norm(local - 0.8 * CUP_AXIS) - CUP_RADIUS), 0.5, 1.2)
    return on_cup * fade(local @ CUP_AXIS, -30, -20)


HIP_BONE = Bone(
    "hip_bone",
    moved(field_about_hip_centre(), HIP_CENTRE),
    (-112, -90, -4),
    (68, 156, 150),
    1.5,
    30,
    14_000,
    3_000,
    cartilage,
)
