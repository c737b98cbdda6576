"""Bony landmarks: where they are in words, what they are called and why a student of the hamstrings should know them.

Terms follow Terminologia Anatomica. Positions belong to the meshes (`meshes/landmarks.toml`); the right side is described.
Priority 1: places where the hamstrings or their nerve attach, bend or are found; 2: the frame they move in; 3: orientation.
"""

from visualiser.anatomy.definitions import Landmark, Source
from visualiser.anatomy.sources import (
    BELL_1989,
    CURRIN_2015,
    DAY_1984,
    FEUCHT_2015,
    GRAY,
    GROOD_SUNTAY_1983,
    IWAKI_2000,
    JOHAL_2005,
    LAPRADE_2007,
    RYAN_2003,
    TERRY_LAPRADE_1996,
    TOOGOOD_2009,
    VADGAONKAR_2021,
    WHEELESS,
    WU_2002,
)
from visualiser.errors import unknown_name


def _on(bone: str, group: str, *rows: tuple[str, str, str, int, str, Source]) -> tuple[Landmark, ...]:
    """Landmarks of one bone from rows of identifier, English, Latin, priority, reason, source."""
    return tuple(
        Landmark(name, display, latin, bone, group, priority, why, source)
        for name, display, latin, priority, why, source in rows
    )


PELVIS = _on(
    "hip_bone",
    "pelvis",
    (
        "ischial_tuberosity",
        "Ischial tuberosity",
        "tuber ischiadicum",
        1,
        "The sitting bone: semitendinosus, semimembranosus and the long head of biceps begin here.",
        FEUCHT_2015,
    ),
    (
        "ischial_spine",
        "Ischial spine",
        "spina ischiadica",
        2,
        "Lower end of the greater sciatic notch; level of the pudendal nerve.",
        GRAY,
    ),
    (
        "greater_sciatic_notch",
        "Greater sciatic notch",
        "incisura ischiadica major",
        1,
        "The sciatic nerve leaves the pelvis here, below piriformis.",
        GRAY,
    ),
    (
        "anterior_superior_iliac_spine",
        "Anterior superior iliac spine",
        "spina iliaca anterior superior",
        2,
        "Felt at the front of the hip; with the posterior spine it shows the tilt of the pelvis.",
        WU_2002,
    ),
    (
        "posterior_superior_iliac_spine",
        "Posterior superior iliac spine",
        "spina iliaca posterior superior",
        2,
        "Under the dimple of the back; the sciatic nerve crosses its line to the tuberosity a third of the way down.",
        CURRIN_2015,
    ),
    ("iliac_crest", "Iliac crest", "crista iliaca", 3, "Top of the hip bone: orientation from every side.", GRAY),
    (
        "pubic_symphysis",
        "Pubic symphysis",
        "symphysis pubica",
        3,
        "Front of the pelvis in the midline; with both anterior spines it spans the anterior pelvic plane.",
        WU_2002,
    ),
    ("acetabulum", "Acetabulum", "acetabulum", 3, "The socket: its centre is the centre of the hip joint.", BELL_1989),
)

FEMUR = _on(
    "femur",
    "femur",
    (
        "head_of_femur",
        "Head of femur",
        "caput femoris",
        2,
        "Turns in the socket; the hamstrings begin behind and below it on the ischium, not on it.",
        BELL_1989,
    ),
    (
        "neck_of_femur",
        "Neck of femur",
        "collum femoris",
        3,
        "Holds the shaft away from the pelvis, at about 127 degrees to it.",
        TOOGOOD_2009,
    ),
    (
        "greater_trochanter",
        "Greater trochanter",
        "trochanter major",
        1,
        "Felt at the side of the hip; the sciatic nerve runs half-way between it and the ischial tuberosity.",
        CURRIN_2015,
    ),
    (
        "lesser_trochanter",
        "Lesser trochanter",
        "trochanter minor",
        2,
        "Insertion of iliopsoas, the hip flexor that is said to tip the pelvis forwards.",
        GRAY,
    ),
    (
        "gluteal_tuberosity",
        "Gluteal tuberosity",
        "tuberositas glutea",
        3,
        "Insertion of gluteus maximus; the short head of biceps begins below it.",
        GRAY,
    ),
    (
        "linea_aspera_lateral_lip",
        "Linea aspera, lateral lip",
        "labium laterale lineae asperae",
        1,
        "The short head of biceps begins here: on the femur, so it cannot move the hip.",
        WHEELESS,
    ),
    (
        "lateral_supracondylar_line",
        "Lateral supracondylar line",
        "linea supracondylaris lateralis",
        2,
        "Lower part of the origin of the short head of biceps.",
        WHEELESS,
    ),
    (
        "popliteal_surface",
        "Popliteal surface",
        "facies poplitea",
        2,
        "Floor of the popliteal fossa; the tibial nerve passes over it between the hamstring tendons.",
        GRAY,
    ),
    (
        "adductor_tubercle",
        "Adductor tubercle",
        "tuberculum adductorium",
        3,
        "Insertion of the hamstring part of adductor magnus, which helps to extend the hip.",
        GRAY,
    ),
    (
        "medial_epicondyle",
        "Medial epicondyle",
        "epicondylus medialis",
        2,
        "Medial end of the axis about which the knee bends.",
        GROOD_SUNTAY_1983,
    ),
    (
        "lateral_epicondyle",
        "Lateral epicondyle",
        "epicondylus lateralis",
        2,
        "Lateral end of the axis about which the knee bends.",
        GROOD_SUNTAY_1983,
    ),
    (
        "medial_femoral_condyle",
        "Medial femoral condyle",
        "condylus medialis femoris",
        2,
        "Rolls little when the knee bends; semitendinosus and semimembranosus run round behind it.",
        IWAKI_2000,
    ),
    (
        "lateral_femoral_condyle",
        "Lateral femoral condyle",
        "condylus lateralis femoris",
        2,
        "Rolls back on the tibia when the knee bends, which turns the leg inwards.",
        JOHAL_2005,
    ),
    (
        "intercondylar_fossa",
        "Intercondylar fossa",
        "fossa intercondylaris",
        3,
        "Room for the cruciate ligaments, close to the axis about which the leg turns.",
        GRAY,
    ),
)

LEG = (
    *_on(
        "patella",
        "leg",
        (
            "patella",
            "Patella",
            "patella",
            2,
            "Lever of quadriceps, the antagonist of the hamstrings at the knee.",
            GRAY,
        ),
    ),
    *_on(
        "tibia",
        "leg",
        (
            "medial_tibial_condyle",
            "Medial tibial condyle",
            "condylus medialis tibiae",
            1,
            "The direct arm of semimembranosus ends in the groove at its back.",
            LAPRADE_2007,
        ),
        (
            "lateral_tibial_condyle",
            "Lateral tibial condyle",
            "condylus lateralis tibiae",
            2,
            "Slips of both heads of biceps reach it in front of the fibula.",
            TERRY_LAPRADE_1996,
        ),
        (
            "tibial_tuberosity",
            "Tibial tuberosity",
            "tuberositas tibiae",
            2,
            "Insertion of the patellar ligament; the pes anserinus lies a few fingers medial to it.",
            VADGAONKAR_2021,
        ),
        (
            "pes_anserinus",
            "Pes anserinus",
            "pes anserinus",
            1,
            "Semitendinosus ends here, behind gracilis and under sartorius.",
            VADGAONKAR_2021,
        ),
        (
            "iliotibial_tubercle",
            "Iliotibial tubercle",
            "tuberculum tractus iliotibialis",
            3,
            "Gerdy's tubercle: end of the iliotibial tract, and not of any hamstring.",
            GRAY,
        ),
        (
            "soleal_line",
            "Soleal line",
            "linea musculi solei",
            3,
            "The tibial nerve leaves the popliteal fossa under the arch of soleus at this height.",
            GRAY,
        ),
        (
            "medial_malleolus",
            "Medial malleolus",
            "malleolus medialis",
            3,
            "Medial end of the ankle axis; shows the rotation of the leg.",
            GRAY,
        ),
    ),
    *_on(
        "fibula",
        "leg",
        (
            "head_of_fibula",
            "Head of fibula",
            "caput fibulae",
            1,
            "Both heads of biceps end here; felt at the outer side of the knee.",
            TERRY_LAPRADE_1996,
        ),
        (
            "apex_of_head_of_fibula",
            "Apex of head of fibula",
            "apex capitis fibulae",
            3,
            "Distances along the common fibular nerve are measured from this tip.",
            RYAN_2003,
        ),
        (
            "neck_of_fibula",
            "Neck of fibula",
            "collum fibulae",
            2,
            "The common fibular nerve winds round it, against the bone and easily hurt.",
            RYAN_2003,
        ),
        (
            "lateral_malleolus",
            "Lateral malleolus",
            "malleolus lateralis",
            3,
            "Lateral end of the ankle axis; shows the rotation of the leg.",
            GRAY,
        ),
    ),
)

SPINE = (
    *_on(
        "sacrum",
        "spine",
        (
            "sacral_promontory",
            "Sacral promontory",
            "promontorium ossis sacri",
            3,
            "Front edge of the base of the sacrum, where the lumbar curve meets the pelvis.",
            GRAY,
        ),
        (
            "base_of_sacrum",
            "Base of sacrum",
            "basis ossis sacri",
            3,
            "Carries the spine; it tips with the pelvis, and the lumbar curve follows.",
            DAY_1984,
        ),
    ),
    *_on(
        "lumbar_4",
        "spine",
        (
            "fourth_lumbar_vertebra",
            "Fourth lumbar vertebra",
            "vertebra lumbalis IV",
            2,
            "Below it leaves L4, the highest root of the sciatic nerve.",
            GRAY,
        ),
    ),
    *_on(
        "lumbar_5",
        "spine",
        (
            "fifth_lumbar_vertebra",
            "Fifth lumbar vertebra",
            "vertebra lumbalis V",
            2,
            "Below it leaves L5, a root that supplies every hamstring.",
            GRAY,
        ),
    ),
)

LANDMARKS: tuple[Landmark, ...] = (*SPINE, *PELVIS, *FEMUR, *LEG)
_BY_NAME = {landmark.name: landmark for landmark in LANDMARKS}


def landmark(name: str) -> Landmark:
    """The landmark of an identifier.

    raises : UnknownNameError with the nearest match
    """
    if name not in _BY_NAME:
        raise unknown_name("landmark", name, _BY_NAME)
    return _BY_NAME[name]
