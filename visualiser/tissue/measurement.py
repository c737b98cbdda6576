"""Tables of lengths, moment arms and strains: one row per pose, one column per quantity, the unit in the column's name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from visualiser.anatomy import muscles, skeleton
from visualiser.anatomy.definitions import Geometry, MuscleHead
from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, TRUNK_COORDINATES, TRUNK_SLICE, degrees, millimetres
from visualiser.errors import unknown_name
from visualiser.movements.activation import HEADS, activation
from visualiser.movements.movement import Movement, pose_at
from visualiser.tissue.insufficiency import active_knee_limit
from visualiser.tissue.nerve import BED_POINTS, BLOCK, largest_strain, nerve_state_since_standing, slid_at
from visualiser.tissue.paths import ARM_COORDINATES, moment_arms, muscle_length
from visualiser.tissue.strain import parted
from visualiser.tissue.tightness import leg_to_couch
from visualiser.typed import FloatArray

PLACES = BED_POINTS - 1  # along the nerve, at which it is told how it fares
VELOCITY_STEP_S = 1e-4  # to either side of a moment: velocity does not depend on how many rows are asked for

# Hip arms are reported for extension, as textbooks print them; `paths` counts them for flexion.
_ARM_NAMES = {
    "hip_flexion": ("hip_extension", -1.0),
    "hip_adduction": ("hip_adduction", 1.0),
    "hip_internal_rotation": ("hip_internal_rotation", 1.0),
    "knee_flexion": ("knee_flexion", 1.0),
    "tibial_internal_rotation": ("tibial_internal_rotation", 1.0),
}
_COUCH_COLUMNS = ("leg_to_couch_deg", "hip_share_of_it_deg", "pelvis_share_of_it_deg")
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


def head_columns(head: MuscleHead, leg: FloatArray, geometry: Geometry = skeleton.STANDARD) -> Iterator[Column]:
    """What one head does in N poses: length, length in percent of upright standing, five moment arms, strain of its belly, its
    tendons and the whole.

    leg : (N, 6)  radians
    """
    length = muscle_length(head, leg, geometry)
    whole = length / muscle_length(head, np.zeros(len(LEG_COORDINATES)), geometry)
    yield f"{head.name}_length_mm", millimetres(length)
    yield f"{head.name}_length_percent", 100.0 * whole
    arms = millimetres(moment_arms(head, leg, geometry))
    for i, coordinate in enumerate(ARM_COORDINATES):
        name, sign = _ARM_NAMES[coordinate]
        yield f"{head.name}_{name}_moment_arm_mm", sign * arms[:, i] + 0.0  # no minus zeros
    shared = parted(head, whole)
    yield f"{head.name}_belly_strain_percent", 100.0 * (shared.belly - 1.0)
    yield f"{head.name}_tendon_strain_percent", 100.0 * (shared.tendon - 1.0)
    yield f"{head.name}_strain_percent", 100.0 * (whole - 1.0)


def nerve_columns(leg: FloatArray) -> Iterator[Column]:
    """What the sciatic nerve does in N poses (N, 6): how far it slides in mid-thigh, distally positive, and its largest strain.

    Always of our own body: its bed is not fitted to other bones.
    """
    states = [nerve_state_since_standing(block) for block in _blocks(leg)]
    yield "sciatic_nerve_excursion_mm", millimetres(np.concatenate([slid_at(state) for state in states]))
    yield "sciatic_nerve_strain_percent", 100.0 * np.concatenate([largest_strain(state) for state in states])


def _blocks(leg: FloatArray) -> list[FloatArray]:
    """Poses (N, 6) in parts that are solved quickly."""
    return np.array_split(leg, len(leg) // BLOCK + 1)


def along_nerve(leg: FloatArray) -> Iterator[Column]:
    """Strain and excursion along the sciatic and tibial nerve in N poses (N, 6): N * K rows, from spine to ankle pose by pose.

    Levels are heights above the hip centre in upright standing; excursion counts from upright standing, towards the foot positive.
    """
    blocks = [nerve_state_since_standing(block) for block in _blocks(leg)]
    level = 0.5 * (blocks[0].level[1:] + blocks[0].level[:-1])
    strain = np.concatenate([state.strain for state in blocks])
    excursion = np.concatenate([0.5 * (state.excursion[:, 1:] + state.excursion[:, :-1]) for state in blocks])
    yield "nerve_level_mm", millimetres(np.tile(level, len(leg)))
    yield "nerve_strain_percent", 100.0 * strain.ravel()
    yield "nerve_excursion_mm", millimetres(excursion.ravel())


def measure_nerve_poses(leg: ArrayLike) -> Table:
    """Strain and excursion along the nerve in any poses of one leg: `PLACES` rows a pose, with its joint angles in each.

    leg : (..., 6)  radians, order of `conventions.LEG_COORDINATES`
    """
    rows = np.asarray(leg, dtype=np.float64).reshape(-1, len(LEG_COORDINATES))
    repeated = np.repeat(rows, PLACES, axis=0)
    return _table([*_coordinates(LEG_COORDINATES, repeated), *along_nerve(rows)])


def measure_nerve(movement: Movement, samples: int = 101) -> Table:
    """Strain and excursion along the nerve of the moving leg at equal steps of time over a movement: `PLACES` rows a moment."""
    time = np.linspace(0.0, movement.duration_s, samples)
    table = measure_nerve_poses(pose_at(movement, time)[:, LEG_SLICES[movement.side]])
    return Table(("time_s", *table.columns), np.column_stack([np.repeat(time, PLACES), table.values]))


def measure_poses(
    leg: ArrayLike, *, heads: Sequence[MuscleHead] = muscles.HEADS, geometry: Geometry = skeleton.STANDARD
) -> Table:
    """Joint angles, and what heads and nerve do, in any poses of one leg (either side: they are mirror images).

    leg             : (..., 6)  radians, order of `conventions.LEG_COORDINATES`; one row per pose
    heads, geometry : of the body; ours when left out
    """
    rows = np.asarray(leg, dtype=np.float64).reshape(-1, len(LEG_COORDINATES))
    columns = list(_coordinates(LEG_COORDINATES, rows))
    for head in heads:
        columns += head_columns(head, rows, geometry)
    return _table([*columns, *nerve_columns(rows)])


def measure(
    movement: Movement,
    samples: int = 101,
    *,
    heads: Sequence[MuscleHead] = muscles.HEADS,
    geometry: Geometry = skeleton.STANDARD,
) -> Table:
    """Joint angles, and what heads and nerve of the moving leg do, at equal steps of time over a movement.

    Beside what `measure_poses` tells, each head has the velocity of its length, positive while it lengthens, and its schematic activation;
    the knee has the angle to which the two-joint heads could bend it by their own force with the hip as it is. Of a person on the back,
    also the angle of the leg to the couch is told, with the shares of hip and pelvis in it.

    heads, geometry : of the body that moves; ours when left out
    """
    time = np.linspace(0.0, movement.duration_s, samples)
    pose = pose_at(movement, time)
    trunk, leg = pose[:, TRUNK_SLICE], pose[:, LEG_SLICES[movement.side]]
    columns: list[Column] = [("time_s", time)]
    columns += [*_coordinates(TRUNK_COORDINATES, trunk), *_coordinates(LEG_COORDINATES, leg)]
    columns.append(("active_knee_limit_deg", degrees(active_knee_limit(leg, heads=heads, geometry=geometry))))
    if movement.posture == "supine":
        columns += zip(_COUCH_COLUMNS, leg_to_couch(pose, movement.side), strict=True)
    active = activation(movement, time)
    for head in heads:
        columns += head_columns(head, leg, geometry)
        columns.append((f"{head.name}_activation_percent", 100.0 * active[:, HEADS.index(head.name)]))
        velocity = millimetres(_velocity(head, geometry, movement, time))
        columns.append((f"{head.name}_velocity_mm_per_s", velocity))
    return _table([*columns, *nerve_columns(leg)])


def _velocity(head: MuscleHead, geometry: Geometry, movement: Movement, time: FloatArray) -> FloatArray:
    """How fast (N,) a head lengthens at times (N,) of a movement, metres a second."""
    begin, end = np.maximum(time - VELOCITY_STEP_S, 0.0), np.minimum(time + VELOCITY_STEP_S, movement.duration_s)
    leg = pose_at(movement, np.stack([begin, end]))[..., LEG_SLICES[movement.side]]
    before, after = muscle_length(head, leg, geometry)
    velocity: FloatArray = (after - before) / (end - begin)
    return velocity


def _coordinates(names: Iterable[str], values: FloatArray) -> Iterator[Column]:
    for i, name in enumerate(names):
        yield f"{name}_deg", degrees(values[:, i])


def _table(columns: list[Column]) -> Table:
    return Table(tuple(name for name, _ in columns), np.column_stack([values for _, values in columns]))
