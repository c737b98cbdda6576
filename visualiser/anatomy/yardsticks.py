"""What three public models (Rajagopal 2016, Lai/Uhlrich 2023, Gait2392) say of the hamstrings: the band between lowest and highest.

Degrees, per cent of upright standing, millimetres; computed from the models (`sources.OPENSIM_MODELS`). Our lines of action are fitted to
these bands, so they guard the fit and confirm nothing.
"""

# The order of heads in lengths.
ORDER = ("semimembranosus", "semitendinosus", "biceps_femoris_long_head", "biceps_femoris_short_head")
STANDING_MM = ((412, 415), (454, 463), (414, 422), (230, 246))  # upright
# (hip flexion, knee flexion): per cent of upright
LENGTH_BANDS = {
    (30, 0): ((106, 107), (107, 107), (107, 108), (100, 100)),
    (60, 0): ((113, 114), (114, 115), (115, 116), (100, 100)),
    (90, 0): ((119, 119), (121, 121), (121, 122), (100, 100)),
    (110, 0): ((121, 121), (124, 124), (123, 124), (100, 100)),
    (90, 45): ((111, 112), (113, 114), (115, 116), (91, 93)),
    (-20, 0): ((96, 97), (97, 97), (96, 97), (100, 100)),
    (0, 30): ((95, 96), (95, 95), (96, 97), (94, 95)),
    (0, 60): ((90, 91), (89, 90), (92, 93), (87, 90)),
    (0, 90): ((84, 87), (83, 85), (87, 89), (78, 84)),
    (0, 120): ((80, 83), (79, 82), (84, 88), (73, 79)),
    (90, 90): ((103, 105), (104, 107), (108, 110), (78, 84)),
    (-20, 90): ((81, 84), (80, 82), (84, 86), (78, 84)),
}
HIP_ANGLES = (-20, 0, 20, 40, 60, 80, 100, 120)
HIP_EXTENSION_BANDS = {
    "semimembranosus": ((27, 34), (43, 49), (53, 57), (55, 57), (51, 51), (39, 42), (24, 28), (7, 12)),
    "semitendinosus": ((27, 36), (48, 57), (62, 68), (67, 71), (63, 65), (52, 53), (35, 38), (15, 20)),
    "biceps_femoris_long_head": ((30, 40), (49, 57), (60, 65), (62, 65), (57, 58), (44, 47), (27, 32), (8, 14)),
}
KNEE_ANGLES = (0, 30, 60, 90, 120)
KNEE_FLEXION_BANDS = {
    "semimembranosus": ((32, 32), (35, 43), (38, 46), (31, 38), (11, 19)),
    "semitendinosus": ((38, 39), (44, 50), (47, 55), (35, 47), (11, 24)),
    "biceps_femoris_long_head": ((28, 30), (28, 35), (31, 37), (17, 31), (0, 21)),
    "biceps_femoris_short_head": ((20, 22), (20, 32), (24, 39), (24, 36), (0, 16)),
}
INTERNAL_ROTATION_BANDS = {  # at hip 90
    "semimembranosus": ((0, 0), (8, 8), (12, 17), (14, 20), (13, 17)),
    "semitendinosus": ((0, 0), (9, 11), (14, 19), (16, 23), (15, 19)),
    "biceps_femoris_long_head": ((-4, -4), (-24, -17), (-40, -28), (-45, -32), (-38, -28)),
    "biceps_femoris_short_head": ((3, 3), (-14, -9), (-29, -22), (-38, -30), (-36, -28)),
}
