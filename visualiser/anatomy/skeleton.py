"""Bones, segments and joints of the body: the right side is defined, the left is its mirror.

Zero pose: upright standing, knees straight, and the pelvis turned so that the anterior superior iliac spines and the pubic symphysis
stand in one vertical plane (`ZERO_PELVIS`). Coordinates are degrees; lengths of definitions are millimetres.
"""

from visualiser.anatomy import sources
from visualiser.anatomy.definitions import Bone, Coordinate, Geometry, JointStop, Segment
from visualiser.conventions import LEG_COORDINATES, POSE_COORDINATES, SIDES, TRUNK_COORDINATES, Side
from visualiser.errors import unknown_name

ZERO_PELVIS = "Upright standing with the anterior pelvic plane (both ASIS and the pubic symphysis) vertical."

SEGMENTS = (
    Segment("pelvis", None, sided=False),
    Segment("lumbar", "pelvis", sided=False),
    Segment("femur", "pelvis", sided=True),
    Segment("patella", "femur", sided=True),
    Segment("tibia", "femur", sided=True),
    Segment("foot", "tibia", sided=True),
)

BONES = (
    Bone(
        "hip_bone",
        "Hip bone",
        "os coxae",
        "pelvis",
        True,
        (180.0, 260.0),
        sources.OPENSIM_MODELS,
        ("pelvis", "innominate bone"),
    ),
    Bone("sacrum", "Sacrum", "os sacrum", "pelvis", False, (90.0, 175.0), sources.OPENSIM_MODELS, ("sacral bone",)),
    Bone(
        "lumbar_4",
        "Fourth lumbar vertebra",
        "vertebra lumbalis IV",
        "lumbar",
        False,
        (60.0, 120.0),
        sources.OPENSIM_MODELS,
        ("l4",),
    ),
    Bone(
        "lumbar_5",
        "Fifth lumbar vertebra",
        "vertebra lumbalis V",
        "lumbar",
        False,
        (60.0, 120.0),
        sources.OPENSIM_MODELS,
        ("l5",),
    ),
    Bone("femur", "Femur", "os femoris", "femur", True, (380.0, 540.0), sources.FEMORA_2000, ("thigh bone",)),
    Bone("patella", "Patella", "patella", "patella", True, (30.0, 60.0), sources.ESTIMATE, ("kneecap",)),
    Bone("tibia", "Tibia", "tibia", "tibia", True, (300.0, 460.0), sources.ESTIMATE, ("shin bone",)),
    Bone("fibula", "Fibula", "fibula", "tibia", True, (290.0, 440.0), sources.ESTIMATE, ("calf bone",)),
    Bone("foot", "Foot", "ossa pedis", "foot", True, (180.0, 300.0), sources.ESTIMATE, ("foot bones",)),
)

STANDARD = Geometry(
    # Half the distance between the hip centres; 155-170 apart in three public models.
    hip_centre_mm=(0.0, 0.0, 80.0),
    # Femoral hinge of the knee, and what the tibia does on it. Rotation: the research models' screw-home; roll-back (x): smaller than
    # Johal's, our choice; y: solved on our bones so that they keep 4-6 mm to 140 degrees and 3 at 150, where the back of the plateau
    # has rolled off the condyles. Both bend gently: the knee arms of the muscles feel their slopes.
    knee_hinge_mm=(0.0, -402.0, 1.0),
    knee_coupling=(
        (-10.0, -3.4, -2.0, 32.6),
        (0.0, 0.0, -2.0, 32.5),
        (10.0, 3.4, -2.6, 32.1),
        (20.0, 6.3, -3.2, 32.1),
        (30.0, 8.6, -3.8, 32.4),
        (45.0, 11.3, -4.6, 32.7),
        (60.0, 13.2, -5.5, 33.1),
        (75.0, 14.2, -6.4, 33.5),
        (90.0, 14.9, -7.2, 33.3),
        (105.0, 15.0, -8.2, 32.7),
        (120.0, 15.0, -9.4, 31.4),
        (138.0, 15.0, -11.4, 30.4),
        (150.0, 15.0, -15.8, 33.3),
    ),
    # The patella glides round the trochlea: it turns about the knee hinge by a share of knee flexion (about 0.7, from memory) and comes
    # nearer to it as the trochlea ends, solved on our bones for a 4 mm gap.
    patella_share=0.70,
    patella_approach=((-10.0, 0.0), (0.0, 0.0), (30.0, 3.0), (60.0, 5.0), (90.0, 7.0), (120.0, 8.0), (150.0, 8.5)),
    # The drum of our talus, the middle of our lowest disc (estimates).
    ankle_axis_mm=(-1.0, -386.0, 2.0),
    lumbar_pivot_mm=(-25.0, 107.5, 0.0),
)
GEOMETRY_SOURCES = (sources.OPENSIM_MODELS, sources.JOHAL_2005, sources.ESTIMATE)

_TRUNK = (
    Coordinate("pelvis_anterior_tilt", "Pelvis anterior tilt", (-120.0, 120.0), sources.ESTIMATE),
    Coordinate("pelvis_right_drop", "Pelvis drop to the right", (-45.0, 45.0), sources.ESTIMATE),
    Coordinate("pelvis_left_rotation", "Pelvis rotation to the left", (-90.0, 90.0), sources.ESTIMATE),
    Coordinate("lumbar_flexion", "Lumbar flexion", (-30.0, 70.0), sources.ESTIMATE),
)
# Hip flexion with the knee straight ends near 80 in most people; from 120 on our bones have less than 2 mm between the neck of the femur
# and the rim of the acetabulum. Tibial rotation is passive range.
_LEG = (
    Coordinate("hip_flexion", "Hip flexion", (-40.0, 120.0), sources.DANCE_KINESIOLOGY),
    Coordinate("hip_adduction", "Hip adduction", (-45.0, 30.0), sources.ESTIMATE),
    Coordinate("hip_internal_rotation", "Hip internal rotation", (-45.0, 45.0), sources.ESTIMATE),
    Coordinate("knee_flexion", "Knee flexion", (-5.0, 150.0), sources.ESTIMATE),
    Coordinate("tibial_internal_rotation", "Tibial internal rotation", (-45.0, 30.0), sources.KNEE_ROTATION_1983),
    Coordinate("ankle_dorsiflexion", "Ankle dorsiflexion", (-55.0, 30.0), sources.ESTIMATE),
)
# No hip reaches every corner of its three ranges: the neck of the femur meets the front or the back of the socket, the lesser trochanter
# the ischium. The sums were read off our bones so that none meets another; the cited hips end at about the same places.
HIP_STOPS = (
    JointStop(
        "hip flexion, adduction and internal rotation together end at 125°",
        (("hip_flexion", 1.0), ("hip_adduction", 1.0), ("hip_internal_rotation", 1.0)),
        125.0,
        (sources.TANNAST_2007, sources.ESTIMATE),
    ),
    JointStop(
        "hip extension, twice the adduction and external rotation together end at 60°",
        (("hip_flexion", -1.0), ("hip_adduction", 2.0), ("hip_internal_rotation", -1.0)),
        60.0,
        (sources.KIVLAN_2017, sources.ESTIMATE),
    ),
    JointStop(
        "hip extension, abduction and external rotation together end at 80°",
        (("hip_flexion", -1.0), ("hip_adduction", -1.0), ("hip_internal_rotation", -1.0)),
        80.0,
        (sources.ESTIMATE,),
    ),
)
COORDINATES: dict[str, Coordinate] = {c.name: c for c in (*_TRUNK, *_LEG)}


def bone(name: str) -> Bone:
    """The bone called `name` (identifier, display name, Latin or synonym)."""
    wanted = name.lower().replace(" ", "_")
    for candidate in BONES:
        spoken = (candidate.name, candidate.display, candidate.latin, *candidate.synonyms)
        if wanted in {s.lower().replace(" ", "_") for s in spoken}:
            return candidate
    raise unknown_name("bone", name, [b.name for b in BONES])


def segment_names() -> tuple[str, ...]:
    """Every segment of the body in the order of transforms: unsided ones once, sided ones as `<name>_right` and `<name>_left`."""
    unsided = [s.name for s in SEGMENTS if not s.sided]
    sided = [f"{s.name}_{side}" for side in SIDES for s in SEGMENTS if s.sided]
    return (*unsided, *sided)


def segment_of(bone_name: str, side: Side) -> str:
    """Name of the segment that carries a bone on one side."""
    segment = bone(bone_name).segment
    sided = next(s.sided for s in SEGMENTS if s.name == segment)
    return f"{segment}_{side}" if sided else segment


def limits_deg(pose_coordinate: str) -> tuple[float, float]:
    """Allowed range of a pose coordinate, `hip_flexion_right` as well as `hip_flexion`."""
    base = pose_coordinate
    for side in SIDES:
        base = base.removesuffix(f"_{side}") if base.removesuffix(f"_{side}") in LEG_COORDINATES else base
    if base not in COORDINATES:
        raise unknown_name("coordinate", pose_coordinate, (*TRUNK_COORDINATES, *LEG_COORDINATES, *POSE_COORDINATES))
    return COORDINATES[base].limits_deg
