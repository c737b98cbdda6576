"""What the plot strip shows: curves of the heads or the nerve over a movement, and a map of length over hip and knee. Pure numpy."""

from dataclasses import dataclass

import numpy as np

from visualiser.anatomy import skeleton
from visualiser.anatomy.definitions import MuscleHead
from visualiser.bodies.assembly import Body
from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, degrees, radians
from visualiser.kinematics import HIP_FLEXION, KNEE_FLEXION
from visualiser.movements.movement import Movement, pose_at
from visualiser.pictures.appearance import DIVERGING, IDENTITY, Colour
from visualiser.tissue.measurement import head_columns, nerve_columns
from visualiser.tissue.paths import muscle_length
from visualiser.typed import ByteArray, FloatArray
from visualiser.window import texts

MAP = "map"
NERVE = "nerve"
# Quantity -> column of `measurement.head_columns`, unit, decimals.
QUANTITIES: dict[str, tuple[str, str, int]] = {
    "percent": ("{}_length_percent", "%", 1),
    "length": ("{}_length_mm", "mm", 0),
    "strain": ("{}_belly_strain_percent", "%", 1),
    "hip_arm": ("{}_hip_extension_moment_arm_mm", "mm", 0),
    "knee_arm": ("{}_knee_flexion_moment_arm_mm", "mm", 0),
    NERVE: ("sciatic_nerve_strain_percent", "%", 1),
}
SAMPLES = 181
# Lengths of dashes and gaps in pen widths: curves are told apart in grey, too.
DASHES: dict[str, tuple[float, ...]] = {
    "semimembranosus": (5.0, 2.0),
    "biceps_femoris_long_head": (7.0, 2.0, 1.5, 2.0),
    "biceps_femoris_short_head": (1.8, 1.8),
}


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """One line: values (N,) at equal steps of a movement."""

    structure: str
    label: str
    colour: Colour
    dashes: tuple[float, ...]
    values: FloatArray

    def at(self, share: float) -> float:
        """The value at a share of the movement."""
        return float(np.interp(share * (len(self.values) - 1), np.arange(len(self.values)), self.values))


def curves(quantity: str, body: Body, movement: Movement) -> tuple[Curve, ...]:
    """The curves of a quantity over a movement, of the leg in front."""
    time = np.linspace(0.0, movement.duration_s, SAMPLES)
    leg = pose_at(movement, time)[:, LEG_SLICES[body.side]]
    column = QUANTITIES[quantity][0]
    if quantity == NERVE:
        values = dict(nerve_columns(leg))[column]
        return (Curve("sciatic_nerve", texts.SHORT["sciatic_nerve"], IDENTITY["sciatic_nerve"], (), values),)
    found = []
    for head in body.physique.heads:
        values = dict(head_columns(head, leg, body.physique.geometry))[column.format(head.name)]
        label, dashes = texts.SHORT.get(head.name, head.display), DASHES.get(head.name, ())
        found.append(Curve(head.name, label, IDENTITY[head.name], dashes, values))
    return tuple(found)


@dataclass(frozen=True, eq=False, slots=True)
class LengthMap:
    """Length of one head over all flexions of hip (across) and knee (upwards), percent of upright; the other angles are zero.

    percent : (K, H)  rows from the least knee flexion upwards
    course  : (N, 2)  hip and knee flexion of the movement, degrees
    """

    head: str
    hip_deg: tuple[float, float]
    knee_deg: tuple[float, float]
    percent: FloatArray
    course: FloatArray

    def pixels(self) -> ByteArray:
        """The map as a picture (K, H, 3), the greatest knee flexion in the first row; grey is upright, yellow long, blue short."""
        low, high = self.ends
        share = np.clip((self.percent[::-1] - low) / (high - low), 0.0, 1.0)
        knots, table = np.linspace(0.0, 1.0, len(DIVERGING)), np.array(DIVERGING, dtype=np.float64)
        return np.stack([np.interp(share, knots, table[:, c]) for c in range(3)], axis=-1).astype(np.uint8)

    @property
    def ends(self) -> tuple[float, float]:
        """Percent at the two ends of the colours."""
        reach = float(np.abs(self.percent - 100.0).max())
        return 100.0 - reach, 100.0 + reach

    def contours(self) -> list[tuple[float, FloatArray]]:
        """Lines of equal length at every ten percent: (percent, (n, 2) of hip and knee flexion in degrees), one knee for each hip."""
        hips = np.linspace(*self.hip_deg, self.percent.shape[1])
        knees = np.linspace(*self.knee_deg, self.percent.shape[0])
        lines = []
        for value in np.arange(np.ceil(self.percent.min() / 10) * 10, self.percent.max(), 10.0):
            line = []
            for column, hip in enumerate(hips):  # a bent knee makes every head shorter
                above = self.percent[:, column] - value
                cross = np.flatnonzero((above[:-1] >= 0) & (above[1:] < 0))
                if len(cross):
                    k = int(cross[0])
                    share = above[k] / (above[k] - above[k + 1])
                    line.append((hip, knees[k] + share * (knees[k + 1] - knees[k])))
            if len(line) > 1:
                lines.append((float(value), np.array(line)))
        return lines


def length_map(head: MuscleHead, body: Body, movement: Movement) -> LengthMap:
    """The map of one head, with the way that a movement takes over it."""
    limits = {name: skeleton.limits_deg(LEG_COORDINATES[name]) for name in (HIP_FLEXION, KNEE_FLEXION)}
    hip, knee = (np.linspace(*limits[name], 72) for name in (HIP_FLEXION, KNEE_FLEXION))
    legs = np.zeros((len(knee), len(hip), len(LEG_COORDINATES)))
    legs[..., HIP_FLEXION], legs[..., KNEE_FLEXION] = radians(hip)[None, :], radians(knee)[:, None]
    geometry = body.physique.geometry
    length = muscle_length(head, legs, geometry) / muscle_length(head, np.zeros(len(LEG_COORDINATES)), geometry)
    leg = pose_at(movement, np.linspace(0.0, movement.duration_s, SAMPLES))[:, LEG_SLICES[body.side]]
    course = degrees(leg[:, [HIP_FLEXION, KNEE_FLEXION]])
    return LengthMap(head.name, limits[HIP_FLEXION], limits[KNEE_FLEXION], 100.0 * length, course)
