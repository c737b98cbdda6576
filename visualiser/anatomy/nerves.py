"""The sciatic nerve of the right leg: roots, trunk, divisions, and the mechanics of its bed.

Guide points are given in upright standing on femoral axes with the hip centre as origin, millimetres; the shares say how much of each
joint's turn a guide follows. They keep the published order: out of the greater sciatic foramen, half-way between tuberosity and trochanter,
deep to the long head of biceps in mid-thigh, parting above the knee, the fibular division along biceps and round the neck of the fibula.
"""

from visualiser.anatomy import sources
from visualiser.anatomy.definitions import Guide, MotorBranch, Nerve, NerveDivision, NerveRoot

_TRUNK = (
    Guide((-40.0, 56.0, -62.0), 0.0, 0.0),
    Guide((-50.0, 36.0, -50.0), 0.0, 0.0),
    Guide((-62.0, 15.0, -35.0), 0.0, 0.0),
    Guide((-55.0, -3.0, -14.0), 0.2, 0.0),
    Guide((-46.0, -18.0, 4.0), 0.4, 0.0),
    Guide((-41.0, -35.0, 12.0), 0.6, 0.0),
    Guide((-33.0, -64.0, 19.0), 0.8, 0.0),
    Guide((-29.0, -110.0, 18.0), 1.0, 0.0),
    Guide((-22.0, -200.0, 17.0), 1.0, 0.0),
    Guide((-23.0, -280.0, 10.0), 1.0, 0.0),
    Guide((-26.0, -335.0, 5.0), 1.0, 0.0),
    Guide((-30.0, -362.0, 4.0), 1.0, 0.05),
)
_TIBIAL = NerveDivision(
    name="tibial_nerve",
    display="Tibial nerve",
    latin="nervus tibialis",
    guides=(
        Guide((-36.0, -385.0, 2.0), 1.0, 0.25),
        Guide((-38.0, -408.0, 2.0), 1.0, 0.5),
        Guide((-31.0, -440.0, 3.0), 1.0, 0.8),
        Guide((-25.0, -475.0, 5.0), 1.0, 1.0),
        Guide((-20.0, -520.0, 6.0), 1.0, 1.0),
    ),
    half_width_mm=2.8,
    half_depth_mm=2.4,
    sources=(sources.SCIATIC_ULTRASOUND, sources.ESTIMATE),
    synonyms=("tibial division",),
)
_COMMON_FIBULAR = NerveDivision(
    name="common_fibular_nerve",
    display="Common fibular nerve",
    latin="nervus fibularis communis",
    guides=(
        Guide((-36.0, -384.0, 16.0), 1.0, 0.25),
        Guide((-38.0, -410.0, 29.0), 1.0, 0.5),
        Guide((-38.0, -440.0, 39.0), 1.0, 0.8),
        Guide((-36.0, -464.0, 43.0), 1.0, 1.0),
        Guide((-26.5, -482.0, 45.8), 1.0, 1.0),
        Guide((-19.5, -490.0, 47.5), 1.0, 1.0),
        Guide((-11.5, -497.0, 45.0), 1.0, 1.0),
        Guide((-7.0, -504.0, 38.5), 1.0, 1.0),
    ),
    half_width_mm=2.1,
    half_depth_mm=1.8,
    sources=(sources.RYAN_2003, sources.ESTIMATE),
    synonyms=("common peroneal nerve", "nervus peroneus communis", "fibular division"),
)
SCIATIC_NERVE = Nerve(
    name="sciatic_nerve",
    display="Sciatic nerve",
    latin="nervus ischiadicus",
    roots=(
        NerveRoot("L4", (-28.0, 132.0, -56.0)),
        NerveRoot("L5", (-36.0, 112.0, -56.0)),
        NerveRoot("S1", (-50.0, 86.0, -60.0)),
        NerveRoot("S2", (-66.0, 66.0, -62.0)),
        NerveRoot("S3", (-79.0, 46.0, -64.0)),
    ),
    trunk=_TRUNK,
    half_width_mm=6.5,
    half_depth_mm=2.6,
    divisions=(_TIBIAL, _COMMON_FIBULAR),
    # Usual pattern: the proximal ones from the tibial side in the upper third, semitendinosus by two, above and below its inscription,
    # the short head's from the fibular side; exact places are estimates.
    branches=(
        MotorBranch("biceps_femoris_long_head", 0.38, 0.26),
        MotorBranch("semitendinosus", 0.35, 0.20),
        MotorBranch("semitendinosus", 0.47, 0.46),
        MotorBranch("semimembranosus", 0.49, 0.55),
        MotorBranch("biceps_femoris_short_head", 0.66, 0.32, lateral=True),
    ),
    distal_guides=(Guide((-18.0, -640.0, -2.0), 1.0, 1.0), Guide((-20.0, -810.0, -18.0), 1.0, 1.0)),
    ankle_arm_mm=24.0,
    slack=0.01,
    bed_length_mm=360.0,
    hip_travel_mm=64.0,  # a quarter turn round the femoral head at the 41 mm where scans find the nerve
    sources=(
        sources.CURRIN_2015,
        sources.MBAKA_2022,
        sources.SCIATIC_ULTRASOUND,
        sources.RIDEHALGH_2014,
        sources.ROBINSON_PROBYN_2019,
        sources.SMITH_1993,
        sources.COPPIETERS_2006,
        sources.KOZIOL_2024,
        sources.ESTIMATE,
    ),
    synonyms=("nervus ischiadicus", "sciatic"),
)

NERVES: tuple[Nerve | NerveDivision, ...] = (SCIATIC_NERVE, *SCIATIC_NERVE.divisions)
