"""The four heads of the hamstrings of the right leg: words, lines of action, drawn shape, volumes.

Three muscles, four heads: the short head of biceps is no true (ischial, two-joint) hamstring. Points on the pelvis are counted from the
right hip centre on pelvic axes, points on femur and tibia from the origins of those segments; millimetres and degrees.
"""

from visualiser.anatomy import sources
from visualiser.anatomy.definitions import (
    Contact,
    Cylinder,
    Footprint,
    LineOfAction,
    MuscleHead,
    ObliqueCylinder,
    Point,
    Station,
    TubeDesign,
)
from visualiser.errors import unknown_name

# Lines of action. The wraps are circles through the posterior condyles of our femur plus half the thickness of the tendon, the vias
# stand outside our tibia, and origins and insertions lie within 5 mm of the published footprints: semitendinosus and the long head,
# which share the conjoint tendon, of the one that they share. Within these bounds the points were fitted so that lengths and arms about
# hip, knee and tibia lie within what the public models say, and knee arms near its middle, so that no model is farther than another (they
# are therefore no independent confirmation of them). `benchmarks/fit_lines.py` says what the bones and the models ask for, and fits anew
# after a change of bones.
_LINE_SOURCES = (sources.OPENSIM_MODELS, sources.FEUCHT_2015, sources.ESTIMATE)

# In hip flexion the lines of the models run straight through the ischium, as ours would, by up to 11 mm. Ours go round it: on cylinders
# along the ridge of the tuberosity, down, forward and to the middle, over which a line slides to the lateral side of the bone, fitted so
# that it stays outside our bone while its length and its extension arm stay near the models'. Sliding sideways costs adduction arms in
# bent hips; the fit keeps as much of them as our bone and the extension arms leave.
_SEMITENDINOSUS_LINE = LineOfAction(
    "pelvis",
    (-53.3, -41.3, -17.1),
    (-33.9, -12.9, -23.4),
    (9.1, -58.6, -19.1),
    Cylinder(-8.5, -404.5, 23.9),
    _LINE_SOURCES,
    ObliqueCylinder((-35.0, -36.9, -19.6), (-0.01, 0.75, 0.66), 17.8),
)
_SEMIMEMBRANOSUS_LINE = LineOfAction(
    "pelvis",
    (-42.3, -35.8, -5.8),
    (-29.9, -2.7, -18.9),
    (-29.1, -15.9, -21.9),
    Cylinder(-8.5, -404.5, 23.9),
    _LINE_SOURCES,
    ObliqueCylinder((-32.3, -35.8, -9.5), (0.73, 0.56, 0.29), 6.4),
)
_LONG_HEAD_LINE = LineOfAction(
    "pelvis",
    (-53.8, -35.5, -14.2),
    (-31.7, -2.1, 37.6),
    (-27.6, -23.2, 45.1),
    Cylinder(-7.2, -404.5, 23.5),
    _LINE_SOURCES,
    ObliqueCylinder((-37.6, -37.5, -21.7), (0.52, 0.62, 0.60), 16.5),
)
# Fitted to the middle of what the three models say of lengths and arms all through knee flexion, where they differ most.
_SHORT_HEAD_LINE = LineOfAction(
    "femur", (-1.4, -236.4, 18.5), (-29.5, 1.3, 24.1), (-32.5, -24.5, 39.7), None, _LINE_SOURCES
)


def _stations(*rows: tuple[float, tuple[float, float] | None, float, float, float, float]) -> tuple[Station, ...]:
    return tuple(Station(*row) for row in rows)


# Drawn shapes. Belly lengths, tendon lengths and peak sections follow the published ones (anatomy of each head below); the offsets, radii
# and guides are our estimates, drawn to look dissected and to keep the published order at each level of the thigh.
# Adductor magnus and the sciatic nerve lie between the two-joint heads and the shaft of the femur.
_BEHIND_FEMUR_MM = 7.0
# Both origin footprints lie along the oblique ridge of the tuberosity: semimembranosus on its upper outer facet, the conjoint one of
# semitendinosus (inner strip) and long head (outer strip) on the lower inner facet.
_UP_THE_RIDGE: Point = (-0.1, 0.80, -0.60)
_ACROSS_THE_RIDGE: Point = (0.0, 0.60, 0.80)

_SEMITENDINOSUS_TUBE = TubeDesign(
    origin=Footprint(
        "hip_bone", (-52.5, -43.5, -26.8), _ACROSS_THE_RIDGE, 4.0, _UP_THE_RIDGE, 21.0, sources.FEUCHT_2015
    ),
    insertion=Footprint(
        "tibia", (9.0, -60.0, -17.5), (-0.65, -0.75, 0.0), 9.0, (0.72, -0.62, 0.3), 5.0, sources.VADGAONKAR_2021
    ),
    distal_guides_mm=(
        (-30.5, -12.0, -28.6),
        (-22.2, -21.6, -33.8),
        (-9.2, -36.1, -30.1),
        (2.5, -46.6, -27.1),
        (7.0, -53.6, -22.6),
    ),
    stations=_stations(
        (0.00, None, 8.5, 3.4, 0, 0.0),
        (0.02, None, 8.5, 3.6, 0, 0.0),
        (0.05, (-58.5, -27.0), 9.5, 4.6, 0, 0.25),
        (0.10, (-55.0, -24.0), 11.0, 7.0, 0, 0.75),
        (0.17, (-55.5, -24.5), 14.0, 11.0, 0, 1.0),
        (0.28, (-55.5, -25.0), 17.0, 15.5, 0, 1.0),
        (0.38, (-55.0, -25.0), 18.0, 16.5, 0, 1.0),
        (0.48, (-55.0, -24.0), 16.0, 14.5, 0, 1.0),
        (0.56, (-55.5, -23.5), 11.5, 10.5, 0, 0.95),
        (0.62, (-55.0, -23.0), 6.5, 6.5, 0, 0.45),
        (0.67, (-54.5, -23.0), 3.9, 3.9, 0, 0.05),
        (0.72, (-54.0, -23.5), 3.2, 3.2, 0, 0.0),
        (0.80, None, 3.0, 3.0, 0, 0.0),
        (0.90, None, 3.2, 2.8, 60, 0.0),
        (0.955, None, 4.6, 2.4, 90, 0.0),
        (1.00, None, 9.0, 2.2, 90, 0.0),
    ),
    belly=(0.05, 0.62),
    touches=(
        Contact("hip_bone", 0.0, 0.5),
        Contact("femur", 0.0, 0.7, _BEHIND_FEMUR_MM),
        Contact("femur", 0.7, 1.0),
        Contact("tibia", 0.7, 1.0),
    ),
    neighbours=("semimembranosus", "biceps_femoris_long_head"),
)
_SEMIMEMBRANOSUS_TUBE = TubeDesign(
    origin=Footprint(
        "hip_bone", (-47.0, -33.0, -4.0), _ACROSS_THE_RIDGE, 6.0, _UP_THE_RIDGE, 22.5, sources.FEUCHT_2015
    ),
    # Drawn 16 mm long instead of 10, an estimate: so the tendon, with the slips that it gives off there, ends flat and not as a stump. The
    # area that bare bones carry is the published one (`attachments.py`).
    insertion=Footprint(
        "tibia", (-27.5, -14.5, -23.0), (-0.5, 0.0, 0.86), 7.0, (0.0, -1.0, 0.0), 8.0, sources.LAPRADE_2007
    ),
    distal_guides_mm=((-31.5, -1.5, -20.5), (-31.5, -7.0, -22.5)),
    stations=_stations(
        (0.00, None, 14.0, 3.2, -30, 0.0),
        (0.03, None, 14.0, 3.1, -30, 0.0),
        (0.07, (-47.0, -8.0), 11.5, 3.2, -28, 0.0),
        (0.15, (-40.0, -11.0), 14.0, 2.9, -22, 0.0),
        (0.25, (-35.0, -13.0), 16.0, 3.3, -20, 0.05),
        (0.33, (-32.0, -16.0), 16.5, 5.5, -20, 0.55),
        (0.42, (-31.0, -19.0), 19.0, 9.0, -18, 0.95),
        (0.53, (-32.0, -22.0), 23.0, 13.0, -15, 1.0),
        (0.64, (-34.0, -24.0), 26.0, 16.0, -12, 1.0),
        (0.73, (-36.0, -25.0), 24.0, 15.5, -8, 1.0),
        (0.80, (-37.0, -25.0), 18.0, 12.5, -5, 1.0),
        (0.86, (-38.0, -25.5), 11.0, 8.5, 0, 0.8),
        (0.90, (-38.0, -25.5), 7.0, 6.0, 0, 0.3),
        (0.94, None, 5.5, 4.2, 0, 0.0),
        (0.97, None, 6.5, 3.2, 0, 0.0),
        (1.00, None, 7.0, 2.4, 0, 0.0),
    ),
    belly=(0.28, 0.90),
    touches=(
        Contact("hip_bone", 0.0, 0.5),
        Contact("femur", 0.0, 0.7, _BEHIND_FEMUR_MM),
        Contact("femur", 0.7, 1.0),
        Contact("tibia", 0.7, 1.0),
    ),
    neighbours=("semitendinosus", "biceps_femoris_long_head", "biceps_femoris_short_head"),
    guides_let_go=0.5,
)
_LONG_HEAD_TUBE = TubeDesign(
    origin=Footprint(
        "hip_bone", (-54.5, -39.7, -21.0), _ACROSS_THE_RIDGE, 4.0, _UP_THE_RIDGE, 21.0, sources.FEUCHT_2015
    ),
    insertion=Footprint(
        "fibula", (-26.0, -31.5, 47.0), (-0.95, 0.0, -0.3), 7.0, (0.0, 1.0, 0.0), 7.0, sources.TERRY_LAPRADE_1996
    ),
    distal_guides_mm=((-31.5, -11.0, 46.5),),
    stations=_stations(
        (0.00, None, 8.5, 3.4, 0, 0.0),
        (0.025, None, 8.5, 3.5, 0, 0.0),
        (0.06, (-57.5, -15.0), 8.5, 3.6, 0, 0.0),
        (0.14, (-51.5, -7.0), 9.0, 5.4, 0, 0.2),
        (0.20, (-50.0, -1.0), 12.0, 9.0, 0, 0.8),
        (0.30, (-47.5, 9.0), 17.0, 14.0, 10, 1.0),
        (0.40, (-45.0, 16.0), 20.0, 16.5, 15, 1.0),
        (0.52, (-43.5, 23.0), 20.5, 17.5, 20, 1.0),
        (0.62, (-42.0, 29.0), 18.0, 15.5, 25, 1.0),
        (0.71, (-41.0, 34.0), 13.5, 12.0, 30, 0.9),
        (0.78, (-40.0, 38.0), 10.0, 8.0, 35, 0.5),
        (0.85, (-38.5, 41.0), 8.0, 5.0, 45, 0.1),
        (0.92, None, 6.5, 4.2, 60, 0.0),
        (0.97, None, 6.5, 3.5, 75, 0.0),
        (1.00, None, 7.0, 3.0, 80, 0.0),
    ),
    belly=(0.12, 0.80),
    touches=(
        Contact("hip_bone", 0.0, 0.5, gap=0.7),
        Contact("femur", 0.0, 0.7, _BEHIND_FEMUR_MM),
        Contact("femur", 0.7, 1.0),
        Contact("tibia", 0.7, 1.0),
        Contact("fibula", 0.8, 1.0),
    ),
    neighbours=("semitendinosus", "semimembranosus", "biceps_femoris_short_head"),
)
_SHORT_HEAD_TUBE = TubeDesign(
    origin=Footprint("femur", (-6.5, -169.0, 29.0), (0.45, 0.0, 0.89), 3.0, (0.0, 1.0, 0.0), 6.0, sources.GRAY),
    insertion=Footprint(
        "fibula", (-30.0, -29.0, 38.5), (-0.95, 0.0, -0.3), 4.0, (0.0, 1.0, 0.0), 5.0, sources.TERRY_LAPRADE_1996
    ),
    distal_guides_mm=((-25.5, -10.0, 38.5),),
    stations=_stations(
        (0.00, None, 3.0, 2.0, 40, 0.2),
        (0.04, None, 5.0, 2.5, 40, 0.8),
        (0.08, (-10.0, 28.0), 8.0, 3.5, 40, 1.0),
        (0.20, (-10.0, 28.0), 13.0, 5.5, 40, 1.0),
        (0.36, (-12.0, 28.0), 17.0, 8.0, 38, 1.0),
        (0.52, (-16.0, 29.0), 19.0, 10.5, 35, 1.0),
        (0.64, (-20.0, 32.0), 17.5, 10.5, 32, 1.0),
        (0.75, (-23.0, 35.0), 13.0, 7.5, 34, 1.0),
        (0.85, (-26.5, 37.5), 8.0, 4.2, 42, 0.8),
        (0.95, None, 5.5, 3.2, 55, 0.0),
        (1.00, None, 5.0, 2.6, 75, 0.0),
    ),
    belly=(0.02, 0.94),
    # The strip that it arises from goes down to 85 % of the shaft.
    touches=(
        Contact("femur", 0.0, 0.62, gap=0.4),
        Contact("femur", 0.62, 1.0),
        Contact("tibia", 0.8, 1.0),
        Contact("fibula", 0.8, 1.0),
    ),
    neighbours=("biceps_femoris_long_head", "semimembranosus"),
    guides_let_go=0.35,
    distal_turn_deg=45.0,
)

HEADS = (
    MuscleHead(
        name="semitendinosus",
        display="Semitendinosus",
        latin="musculus semitendinosus",
        muscle="semitendinosus",
        origin="Back of the ischial tuberosity, by a conjoint tendon shared with the long head of biceps; fleshy almost from the bone.",
        insertion="Upper medial surface of the tibia, the hindmost and lowest strand of the pes anserinus, by a long round cord.",
        nerve="Tibial division of the sciatic nerve, L5 S1 (S2), by two branches: above and below its tendinous inscription.",
        actions=("hip extension", "knee flexion", "medial rotation of the flexed leg"),
        antagonists=("quadriceps femoris", "iliopsoas", "rectus femoris", "biceps femoris (rotation)"),
        volume_cm3=186.0,
        line=_SEMITENDINOSUS_LINE,
        tube=_SEMITENDINOSUS_TUBE,
        sources=(sources.FEUCHT_2015, sources.VAN_DER_MADE_2015, sources.HANDSFIELD_2014, sources.GRAY),
        synonyms=("st", "semiten"),
    ),
    MuscleHead(
        name="semimembranosus",
        display="Semimembranosus",
        latin="musculus semimembranosus",
        muscle="semimembranosus",
        origin="Ischial tuberosity, to the front and side of the conjoint tendon, by a flat membrane that passes deep to it.",
        insertion="Groove at the back of the medial tibial condyle (direct arm), with slips to ligaments, fascia and meniscus.",
        nerve="Tibial division of the sciatic nerve, L5 S1 (S2).",
        actions=("hip extension", "knee flexion", "medial rotation of the flexed leg"),
        antagonists=("quadriceps femoris", "iliopsoas", "rectus femoris", "biceps femoris (rotation)"),
        volume_cm3=245.0,
        line=_SEMIMEMBRANOSUS_LINE,
        tube=_SEMIMEMBRANOSUS_TUBE,
        sources=(
            sources.FEUCHT_2015,
            sources.DE_MAESENEER_2014,
            sources.LAPRADE_2007,
            sources.HANDSFIELD_2014,
            sources.GRAY,
        ),
        synonyms=("sm", "semimem"),
    ),
    MuscleHead(
        name="biceps_femoris_long_head",
        display="Biceps femoris, long head",
        latin="musculus biceps femoris, caput longum",
        muscle="biceps_femoris",
        origin="Back of the ischial tuberosity, by the conjoint tendon with semitendinosus; fibres run on into the sacrotuberous ligament.",
        insertion="Lateral side of the head of the fibula, round the collateral ligament, with slips to the lateral tibial condyle.",
        nerve="Tibial division of the sciatic nerve, L5 S1-S3.",
        actions=("hip extension", "knee flexion", "lateral rotation of the flexed leg"),
        antagonists=(
            "quadriceps femoris",
            "iliopsoas",
            "rectus femoris",
            "semitendinosus, semimembranosus and popliteus (rotation)",
        ),
        volume_cm3=206.0,
        line=_LONG_HEAD_LINE,
        tube=_LONG_HEAD_TUBE,
        sources=(
            sources.FEUCHT_2015,
            sources.WHEELESS,
            sources.TERRY_LAPRADE_1996,
            sources.HANDSFIELD_2014,
            sources.GRAY,
        ),
        synonyms=("bflh", "long head of biceps", "biceps long head"),
    ),
    MuscleHead(
        name="biceps_femoris_short_head",
        display="Biceps femoris, short head",
        latin="musculus biceps femoris, caput breve",
        muscle="biceps_femoris",
        origin="Lateral lip of the linea aspera from mid-shaft and the lateral supracondylar line: the back of the femur, not the pelvis.",
        insertion="Deep side of the long head's tendon and the head of the fibula, with a slip to the lateral tibial condyle.",
        nerve="Common fibular division of the sciatic nerve, L5 S1 S2.",
        actions=("knee flexion", "lateral rotation of the flexed leg"),
        antagonists=("quadriceps femoris", "semitendinosus, semimembranosus and popliteus (rotation)"),
        volume_cm3=100.0,
        line=_SHORT_HEAD_LINE,
        tube=_SHORT_HEAD_TUBE,
        sources=(sources.WHEELESS, sources.TERRY_LAPRADE_1996, sources.HANDSFIELD_2014, sources.GRAY),
        synonyms=("bfsh", "short head of biceps", "biceps short head"),
    ),
)


def head(name: str) -> MuscleHead:
    """The muscle head called `name` (identifier, display name, Latin or synonym)."""
    wanted = name.lower().replace(" ", "_")
    for candidate in HEADS:
        spoken = (candidate.name, candidate.display, candidate.latin, *candidate.synonyms)
        if wanted in {s.lower().replace(" ", "_") for s in spoken}:
            return candidate
    raise unknown_name("muscle head", name, [h.name for h in HEADS])
