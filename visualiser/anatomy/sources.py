"""Publications that numbers and facts were taken from, one entry each. Facts only: no sentence, mesh or table is copied.

An entry marked "from memory" was written down without the paper at hand: check it before quoting it elsewhere.
"""

from visualiser.anatomy.definitions import Source

ESTIMATE = Source(
    "estimate", "Estimate of this project", "chosen by eye or derived from cited values, said beside the number"
)

WU_2002 = Source(
    "wu_2002",
    "Wu et al. 2002, ISB recommendation on definitions of joint coordinate systems, part I, J Biomech 35:543",
    "axes of pelvis and femur, order of hip rotations, sign of coordinates",
    "10.1016/S0021-9290(01)00222-6",
)
GROOD_SUNTAY_1983 = Source(
    "grood_suntay_1983",
    "Grood & Suntay 1983, A joint coordinate system for the clinical description of three-dimensional motions, J Biomech Eng 105:136",
    "order and axes of knee rotations (from memory)",
    "10.1115/1.3138397",
)
RAJAGOPAL_2016 = Source(
    "rajagopal_2016",
    "Rajagopal et al. 2016, Full-body musculoskeletal model for muscle-driven simulation of human gait, IEEE TBME 63:2068",
    "lengths, moment arms, coupled tibial rotation and attachment points as yardsticks, computed from the public model",
    "10.1109/TBME.2016.2586891",
)
OPENSIM_MODELS = Source(
    "opensim_models",
    "Public OpenSim models Rajagopal 2016, Lai/Uhlrich 2023 and Gait2392",
    "ranges of lengths and moment arms over the three models",
)
FEUCHT_2015 = Source(
    "feucht_2015",
    "Feucht et al. 2015, Gross anatomical and dimensional characteristics of the proximal hamstring origin",
    "size of the conjoint and semimembranosus footprints, conjoint tendon length",
)
PHILIPPON_2015 = Source(
    "philippon_2015",
    "Philippon et al. 2015, A qualitative and quantitative analysis of the attachment sites of the proximal hamstrings",
    "areas and centres of the origins; sacrotuberous ligament as guide",
)
VAN_DER_MADE_2015 = Source(
    "van_der_made_2015",
    "van der Made et al. 2015, The hamstring muscle complex",
    "raphe of semitendinosus, shape of the heads, tendon lengths (lengths from memory)",
)
WOODLEY_STOREY_2013 = Source(
    "woodley_storey_2013",
    "Woodley & Storey 2013, Review of hamstring anatomy",
    "order of structures at the levels of the thigh, injury types",
)
ARNER_2019 = Source(
    "arner_2019", "Arner et al. 2019, Hamstring injuries in athletes", "relations at the tuberosity, nerve distance"
)
WARD_2009 = Source(
    "ward_2009",
    "Ward et al. 2009, Are current measurements of lower extremity muscle architecture accurate?",
    "belly lengths and physiological cross-sections (from memory)",
)
SCHACHE_2012 = Source(
    "schache_2012",
    "Schache et al. 2012, Mechanics of the human hamstring muscles during sprinting",
    "order of strain, speed and force of the heads in late swing",
)
CHUMANOV_2011 = Source(
    "chumanov_2011",
    "Chumanov et al. 2011, Hamstrings are most susceptible to injury during the late swing phase of sprinting",
    "when the heads are loaded while they lengthen",
)
HIP_ANGLE_SPRINT = Source(
    "hip_angle_sprint",
    "Influence of hip-flexion angle on hamstrings excitation, J Athl Train",
    "hip flexion above 70 degrees in late swing",
)
HURDLE_KINEMATICS = Source(
    "hurdle_kinematics",
    "Kinematic factors associated with hitting hurdles",
    "lead leg over the bar",
)
KELLIS_KATIS_2007 = Source(
    "kellis_katis_2007",
    "Kellis & Katis 2007, Biomechanical characteristics and determinants of instep soccer kick",
    "thigh before shank",
)
WRIGHT_1999 = Source(
    "wright_1999",
    "Wright et al. 1999, Electromyographic activity of the hamstrings in leg curl, stiff-leg deadlift and squat",
    "activity in the squat about half of the others'",
)
DEADLIFT_2013 = Source(
    "deadlift_2013",
    "Deadlifts and good mornings compared, 2013",
    "knee flexion in hip-dominant lifts",
)
NORDIC_SLOPE_2021 = Source(
    "nordic_slope_2021",
    "Nordic hamstring exercise on slopes, J Sports Sci Med 2021",
    "knee angle at which the body falls",
)
NORDIC_INCLINE_2021 = Source(
    "nordic_incline_2021",
    "Nordic hamstring exercise on an incline device, Front Sports 2021",
    "knee and hip angles",
)
NORDIC_FASCICLES_2021 = Source(
    "nordic_fascicles_2021",
    "Biceps femoris fascicles in the Nordic exercise, 2021",
    "fascicles lengthen near the peak of force",
)
MITCHELL_2017 = Source(
    "mitchell_2017",
    "Mitchell et al. 2017, Self-selected knee angle of the squat jump",
    "knee flexion before push-off",
)
VISSER_1990 = Source(
    "visser_1990",
    "Visser et al. 1990, Length and moment arm of human leg muscles as a function of knee and hip-joint angles",
    "biceps in the push-off; hip angle counts more than knee angle",
)
FORWARD_BENDING_2015 = Source(
    "forward_bending_2015",
    "Influence of hamstring tightness in forward bending, Asian Spine J 2015",
    "pelvic and lumbar share of bending",
)
FELAND_MARIN_2004 = Source(
    "feland_marin_2004",
    "Feland & Marin 2004, Effect of submaximal contraction intensity in contract-relax stretching",
    "durations and effort",
)
LEMPKE_2018 = Source(
    "lempke_2018",
    "Lempke et al. 2018, Proprioceptive neuromuscular facilitation versus static stretching",
    "no clear difference",
)
KAY_2015 = Source(
    "kay_2015",
    "Kay et al. 2015, Contract-relax stretching",
    "tendon compliance and stretch tolerance (calf)",
)
SCHOENFELD_2015 = Source(
    "schoenfeld_2015",
    "Schoenfeld et al. 2015, Regional differences in hamstring activation",
    "upper and lower portion",
)
HERRINGTON_2011 = Source(
    "herrington_2011",
    "Herrington 2011, Assessment of the degree of pelvic tilt",
    "tilt in standing",
)
HANDSFIELD_2014 = Source(
    "handsfield_2014",
    "Handsfield et al. 2014, Relationships of 35 lower limb muscles to height and body mass quantified using MRI, J Biomech 47:631",
    "muscle volumes (from memory)",
)
GRAY = Source("gray", "Gray's Anatomy, standard textbook", "attachments, nerve supply and actions (from memory)")
WHEELESS = Source(
    "wheeless", "Wheeless' Textbook of Orthopaedics, biceps femoris", "attachments and nerve supply of biceps femoris"
)
TERRY_LAPRADE_1996 = Source(
    "terry_laprade_1996",
    "Terry & LaPrade 1996, The biceps femoris muscle complex at the knee",
    "insertions of biceps femoris",
)
DE_MAESENEER_2014 = Source(
    "de_maeseneer_2014",
    "De Maeseneer et al. 2014, Distal insertions of the semimembranosus tendon",
    "arms of semimembranosus",
)
LAPRADE_2007 = Source(
    "laprade_2007",
    "LaPrade et al. 2007, The anatomy of the medial part of the knee",
    "direct arm of semimembranosus: depth and area",
)
VADGAONKAR_2021 = Source(
    "vadgaonkar_2021", "Vadgaonkar et al. 2021, Dimensions of pes anserinus", "size and place of the pes anserinus"
)
CURRIN_2015 = Source(
    "currin_2015",
    "Currin et al. 2015, Revisiting the surface anatomy of the sciatic nerve",
    "nerve half-way between tuberosity and trochanter",
)
MBAKA_2022 = Source(
    "mbaka_2022", "Mbaka et al. 2022, Morphometric study of sciatic nerve", "width of the sciatic nerve"
)
SCIATIC_ULTRASOUND = Source(
    "sciatic_ultrasound",
    "Ultrasonographic assessment of sciatic nerve bifurcation (KUMJ)",
    "height of the split above the crease",
)
RYAN_2003 = Source(
    "ryan_2003",
    "Ryan et al. 2003, Relationship of the common peroneal nerve to the fibula",
    "common fibular nerve at the fibular neck",
)
RIDEHALGH_2014 = Source(
    "ridehalgh_2014", "Ridehalgh et al. 2014, Normative sciatic nerve excursion", "excursion with knee extension"
)
ROBINSON_PROBYN_2019 = Source(
    "robinson_probyn_2019",
    "Robinson & Probyn 2019, How Much Sciatic Nerve Does Hip Flexion Require?, Can J Neurol Sci",
    "the nerve lies 41 mm from the femoral head on scans; 64 mm of it are needed to flex the hip (abstract)",
)
SMITH_1993 = Source(
    "smith_1993",
    "Smith et al. 1993, Straight leg raising: anatomical effects on the spinal nerve root, Spine 18:992",
    "roots L4 to S1 move by 0.5 to 5 mm and are strained by 2 to 4 % in a leg raise, ten fresh cadavers (abstract)",
)
COPPIETERS_2006 = Source(
    "coppieters_2006",
    "Coppieters et al. 2006, Strain and excursion of the sciatic, tibial, and plantar nerves, J Orthop Res 24:1883",
    "a leg raise strains the nerve most nearest the moving joint, and is felt beyond the ankle (abstract)",
    "10.1002/jor.20210",
)
FLEMING_2003 = Source(
    "fleming_2003",
    "Fleming et al. 2003, Strain on the human sciatic nerve in vivo during movement of the hip and knee, J Bone Joint Surg Br",
    "26 % (19 to 30) locally where it is laid bare at the hip, hip flexed and knee straight, ten operations (abstract)",
    "10.1302/0301-620X.85B3.13220",
)
BUENO_GRACIA_2019 = Source(
    "bueno_gracia_2019",
    "Bueno-Gracia et al. 2019, Differential movement of the sciatic nerve and hamstrings",
    "ankle dorsiflexion strains the nerve, not biceps femoris",
)
KOZIOL_2024 = Source(
    "koziol_2024", "Kozioł et al. 2024, Motor branches of the sciatic nerve", "motor branches to the hamstrings"
)
JOHAL_2005 = Source(
    "johal_2005", "Johal et al. 2005, Tibio-femoral movement in the living knee", "roll-back of the lateral condyle"
)
IWAKI_2000 = Source(
    "iwaki_2000", "Iwaki, Pinskerova & Freeman 2000, Tibiofemoral movement 1", "radii of the condyles (from memory)"
)
MOSSBERG_SMITH_1983 = Source(
    "mossberg_smith_1983",
    "Mossberg & Smith 1983, Axial rotation of the knee in women",
    "active tibial rotation at knee 70 to 110 degrees",
)
KNEE_ROTATION_1983 = Source(
    "knee_rotation_1983", "Rotational motion of the knee, Am J Sports Med 1983", "passive tibial rotation"
)
DANCE_KINESIOLOGY = Source(
    "dance_kinesiology", "Dance Anatomy and Kinesiology, table 4.6", "range of hip flexion and extension"
)
KIVLAN_2017 = Source(
    "kivlan_2017",
    "Kivlan, Martin & Martin 2017, Ischiofemoral impingement: defining the lesser trochanter-ischial space, KSSTA 25:72",
    "28 +- 11 mm between lesser trochanter and ischium in neutral rotation; in 10 degrees of extension and adduction they touch at 29 +- 20 "
    "of external rotation",
    "10.1007/s00167-016-4036-y",
)
TANNAST_2007 = Source(
    "tannast_2007",
    "Tannast et al. 2007, Noninvasive three-dimensional assessment of femoroacetabular impingement, J Orthop Res 25:122",
    "where the bones of normal hips meet: flexion 122 +- 16, internal rotation 35 +- 7 in 90 degrees of flexion (from memory)",
    "10.1002/jor.20309",
)
BOHANNON_1985 = Source(
    "bohannon_1985",
    "Bohannon et al. 1985, Contribution of pelvic and lower limb motion to the straight leg raise",
    "share of the pelvis in leg raising",
)
MUYOR_2011 = Source(
    "muyor_2011",
    "Muyor et al. 2011, Hamstring extensibility of cyclists",
    "classes of straight-leg-raise angle; posture by class",
)
THELEN_2005 = Source(
    "thelen_2005",
    "Thelen et al. 2005, Hamstring muscle kinematics during treadmill sprinting",
    "peak lengths in sprinting",
)
BELL_1989 = Source(
    "bell_1989", "Bell et al. 1989, Prediction of hip joint centre location", "hip centre from the spines"
)
FEMORA_2000 = Source(
    "femora_2000",
    "Determination of sex from femora, German sample, 2000",
    "femur length, head diameter, condylar width",
)
TOOGOOD_2009 = Source("toogood_2009", "Toogood et al. 2009, Proximal femoral anatomy", "neck-shaft angle")
FEMORAL_TORSION_CT = Source(
    "femoral_torsion_ct",
    "Femoral neck and torsion by automated CT, 1070 femora (PMC4775021)",
    "anteversion, neck-shaft angle",
)
MARINKOVIC = Source(
    "marinkovic", "Marinković et al., Gender-specific differences of distal femur and tibia", "width of the condyles"
)
PLATEAU_CT = Source("plateau_ct", "Tibial plateau dimensions, 42 CTs", "depth of the tibial plateaus")
TIBIAL_SLOPE_MRI = Source(
    "tibial_slope_mri", "Posterior tibial slopes on MRI, Saudi adults, 2021", "slope of the tibial plateaus"
)
DAY_1984 = Source(
    "day_1984",
    "Day et al. 1984, Effect of pelvic tilt on standing posture",
    "tilt changes the lumbar, not the thoracic curve",
)

ALL: dict[str, Source] = {value.key: value for value in tuple(globals().values()) if isinstance(value, Source)}
