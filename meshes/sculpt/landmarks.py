"""Landmarks of the bones: placed by hand near the surface, then pulled onto the fine mesh, and written to landmarks.toml.

Where each lies is textbook anatomy; the numbers are read off our own bones. Coordinates: millimetres, frame of the bone's segment.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from visualiser.typed import FloatArray

from .pelvis import HIP_CENTRE
from .shank import ANKLE_AXIS
from .spine import LUMBOSACRAL_PIVOT
from .surface import Surface, nearest_on

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Near:
    """The surface point nearest to a place."""

    place: Point


@dataclass(frozen=True, slots=True)
class Furthest:
    """The vertex furthest along a direction among those within `reach` mm of a place."""

    place: Point
    direction: Point
    reach: float = 15.0


Hint = Near | Furthest


def _hip(x: float, y: float, z: float) -> Point:
    """A place on the hip bone told from the hip centre."""
    return (x, y, z + HIP_CENTRE[2])


LANDMARKS: Mapping[str, Mapping[str, Hint]] = {
    "hip_bone": {
        "ischial_tuberosity": Furthest(_hip(-53, -42, -20), (-1, -0.3, 0), 10),
        "ischial_spine": Furthest(_hip(-55, -5, -37), (-0.8, -0.5, -0.7)),
        "greater_sciatic_notch": Furthest(_hip(-52, 33, -25), (0.5, 1, 0), 12),
        "lesser_sciatic_notch": Near(_hip(-43, -16, -24)),
        "anterior_superior_iliac_spine": Furthest(_hip(56, 72, 40), (1, -0.3, 0.2)),
        "anterior_inferior_iliac_spine": Furthest(_hip(42, 37, 17), (1, -0.2, 0.3), 9),
        "posterior_superior_iliac_spine": Furthest(_hip(-88, 96, -37), (-1, 0.2, -0.3), 12),
        "posterior_inferior_iliac_spine": Furthest(_hip(-88, 36, -38), (-0.7, -0.7, 0), 12),
        "iliac_crest": Furthest(_hip(-10, 147, 30), (0, 1, 0), 40),
        "pubic_symphysis": Furthest(_hip(48, -12, -75), (1, 0.2, -0.5), 12),
        "pubic_tubercle": Furthest(_hip(49, 0, -60), (0.6, 1, 0.2), 8),
        "acetabulum": Near(_hip(-6, 23, -13)),
    },
    "sacrum": {
        "sacral_promontory": Near((-14, 93, 0)),
        "base_of_sacrum": Near((-28, 104, 0)),
    },
    "lumbar_4": {"fourth_lumbar_vertebra": Near((14, 160, 0))},
    "lumbar_5": {"fifth_lumbar_vertebra": Near((5, 122, 0))},
    "femur": {
        "head_of_femur": Furthest((0, 24, 0), (0, 1, 0), 8),
        "neck_of_femur": Near((6, -20, 25)),
        "greater_trochanter": Furthest((-17, 0, 50), (0, 1, 0)),
        "lesser_trochanter": Furthest((-22, -58, 17), (-0.7, 0, -0.7)),
        "gluteal_tuberosity": Near((-15, -95, 39)),
        "linea_aspera_lateral_lip": Near((-5, -200, 27)),
        "lateral_supracondylar_line": Near((0, -330, 23)),
        "popliteal_surface": Near((2, -355, 2)),
        "adductor_tubercle": Furthest((-8, -378, -34), (-0.2, 1, -0.8), 8),
        "medial_epicondyle": Furthest((-3, -395, -40), (0, 0, -1)),
        "lateral_epicondyle": Furthest((-3, -398, 42), (0, 0, 1)),
        "medial_femoral_condyle": Furthest((-28, -408, -20), (-0.8, -0.3, 0), 12),
        "lateral_femoral_condyle": Furthest((-28, -408, 22), (-0.8, -0.3, 0), 12),
        "intercondylar_fossa": Near((-8, -402, 1)),
    },
    "patella": {"patella": Furthest((57, -388, 2), (1, 0, 0), 14)},
    "tibia": {
        "medial_tibial_condyle": Near((-22, -12, -27)),
        "lateral_tibial_condyle": Furthest((-4, -8, 38), (0, 0, 1), 14),
        "tibial_tuberosity": Furthest((27, -42, 3), (1, 0, 0), 12),
        "pes_anserinus": Near((1, -56, -21)),
        "iliotibial_tubercle": Furthest((16, -20, 29), (0.6, -0.2, 0.8), 8),
        "soleal_line": Near((-15, -75, 4)),
        "medial_malleolus": Furthest((12, -374, -18), (0, -1, 0)),
    },
    "fibula": {
        "head_of_fibula": Furthest((-24, -38, 48), (-0.2, 0, 1), 12),
        "apex_of_head_of_fibula": Furthest((-27, -22, 40), (0, 1, 0), 12),
        "neck_of_fibula": Near((-21, -58, 43)),
        "lateral_malleolus": Furthest((-20, -388, 33), (0, -1, 0)),
    },
}


def located(bone: str, surface: Surface) -> dict[str, FloatArray]:
    """The bone's landmarks on its surface, mm."""
    return {name: _place(hint, surface) for name, hint in LANDMARKS.get(bone, {}).items()}


def _place(hint: Hint, surface: Surface) -> FloatArray:
    if isinstance(hint, Near):
        return nearest_on(surface, np.array(hint.place))
    near = np.linalg.norm(surface.vertices - hint.place, axis=1) < hint.reach
    candidates = surface.vertices[near]
    best: FloatArray = candidates[np.argmax(candidates @ np.array(hint.direction))]
    return best


def toml(places: Mapping[str, Mapping[str, FloatArray]]) -> str:
    """The text of landmarks.toml."""
    lines = [
        "# Landmarks on the bones, written by `python -m visualiser.sculpt`. Right side; the left is its mirror (z -> -z).",
        "# Frames: hip_bone, sacrum and lumbar in the pelvis (origin midway between the hip centres), femur and patella in the femur",
        "# (origin: centre of the head), tibia and fibula in the tibia (origin: centre of the plateau). x anterior, y up, z right.",
        f"# Joints: hip centre {_numbers(HIP_CENTRE)} (pelvis), ankle axis through {_numbers(ANKLE_AXIS)} along z (tibia),",
        f"# lumbosacral pivot {_numbers(LUMBOSACRAL_PIVOT)} (pelvis).",
        'units = "mm"',
    ]
    for bone, points in places.items():
        if not points:
            continue
        lines += ["", f"[{bone}]", *(f"{name} = {_numbers(point)}" for name, point in points.items())]
    return "\n".join(lines) + "\n"


def _numbers(point: FloatArray | Point) -> str:
    return "[" + ", ".join(f"{value + 0.0:.1f}" for value in np.round(point, 1)) + "]"
