"""Tables of lengths, moment arms and strains: one row per pose, one column per quantity, the unit in the column's name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from visualiser.anatomy import muscles, skeleton
from visualiser.anatomy.definitions import Geometry, MuscleHead
from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, TRUNK_COORDINATES, TRUNK_SLICE, degrees, millimetres
from visualiser.errors import unknown_name
from visualiser.movement import Movement, pose_at
from visualiser.paths import ARM_COORDINATES, moment_arms, muscle_length
from visualiser.typed import FloatArray

# Hip arms are reported for extension, as textbooks print them; `paths` counts them for flexion.
_ARM_NAMES = {
    "hip_flexion": ("hip_extension", -1.0),
    "hip_adduction": ("hip_adduction", 1.0),
    "hip_internal_rotation": ("hip_internal_rotation", 1.0),
    "knee_flexion": ("knee_flexion", 1.0),
    "tibial_internal_rotation": ("tibial_internal_rotation", 1.0),
}
Column = tuple[str, FloatArray]


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Numbers with names: `columns` (C names with units) over `values` (N, C)."""

    columns: tuple[str, ...]
    values: FloatArray

    def __getitem__(self, column: str) -> FloatArray:
        """One column by name: (N,)."""
        if column not in self.columns:
            raise unknown_name("column", column, self.columns)
        values: FloatArray = self.values[:, self.columns.index(column)]
        return values

    def __len__(self) -> int:
        return len(self.values)


def head_columns(
    head: MuscleHead, leg: FloatArray, geometry: Geometry = skeleton.STANDARD
) -> Iterator[Column]:
    """What one head does in N poses: length, length in percent of upright standing, five moment arms.

    leg : (N, 6)  radians
    """
    length = muscle_length(head, leg, geometry)
    upright = muscle_length(head, np.zeros(len(LEG_COORDINATES)), geometry)
    yield f"{head.name}_length_mm", millimetres(length)
    yield f"{head.name}_length_percent", 100.0 * length / upright
    arms = millimetres(moment_arms(head, leg, geometry))
    for i, coordinate in enumerate(ARM_COORDINATES):
        name, sign = _ARM_NAMES[coordinate]
        yield f"{head.name}_{name}_moment_arm_mm", sign * arms[:, i]


def leg_columns(
    leg: FloatArray, heads: Sequence[MuscleHead] = muscles.HEADS, geometry: Geometry = skeleton.STANDARD
) -> list[Column]:
    """Every quantity of one leg in N poses (N, 6), radians."""
    return [column for head in heads for column in head_columns(head, leg, geometry)]


def measure(
    movement: Movement,
    samples: int = 101,
    *,
    heads: Sequence[MuscleHead] = muscles.HEADS,
    geometry: Geometry = skeleton.STANDARD,
) -> Table:
    """Joint angles, lengths and moment arms of the moving leg at equal steps of time over a movement.

    heads, geometry : of the body that moves; ours when left out
    """
    time = np.linspace(0.0, movement.duration_s, samples)
    pose = pose_at(movement, time)
    trunk, leg = pose[:, TRUNK_SLICE], pose[:, LEG_SLICES[movement.side]]
    columns: list[Column] = [("time_s", time)]
    columns += [(f"{name}_deg", degrees(trunk[:, i])) for i, name in enumerate(TRUNK_COORDINATES)]
    columns += [(f"{name}_deg", degrees(leg[:, i])) for i, name in enumerate(LEG_COORDINATES)]
    columns += leg_columns(leg, heads, geometry)
    return Table(tuple(name for name, _ in columns), np.column_stack([values for _, values in columns]))
