"""Bakes the soft tissue: solves muscles and nerve against the bone meshes on a grid of poses and writes `soft_tissue.npz`.

python -m meshes.sculpt.tissue meshes/fine meshes/soft_tissue.npz
"""

import os
import sys
from pathlib import Path

import numpy as np
import pyvista
from scipy.ndimage import map_coordinates

from visualiser.anatomy import skeleton
from visualiser.anatomy.definitions import MuscleHead
from visualiser.anatomy.muscles import HEADS
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.contact import Bed, Solver
from visualiser.keepout import COUNTS_MM
from visualiser.kinematics import HIP_FLEXION, KNEE_FLEXION
from visualiser.nerve import NerveSolver
from visualiser.tubes import BESIDE, FINE_RINGS, FINE_SECTORS, FORMAT, RINGS, SECTORS, SoftTissue, rest_positions
from visualiser.typed import FloatArray

# Each bone that soft tissue touches, and the heights (mm, own frame) between which it does: distances are sampled only there.
BONES = {"hip_bone": (-110.0, 80.0), "femur": (-450.0, 60.0), "tibia": (-130.0, 20.0), "fibula": (-130.0, 20.0)}
HIP_DEG = (-40.0, -25.0, -10.0, 5.0, 20.0, 40.0, 55.0, 68.0, 80.0, 92.0, 105.0, 120.0)
KNEE_DEG = (-5.0, 10.0, 25.0, 45.0, 65.0, 85.0, 105.0, 120.0, 135.0, 150.0)
KEEPOUT_STEP_MM, KEEPOUT_MARGIN_MM = 3.0, 9.0
FIELD_STEP_MM, FIELD_MARGIN_MM, COARSENING = 2.0, 26.0, 4
SIDE_HIP_DEG, SIDE_KNEE_DEG = (-25.0, 15.0, 50.0, 75.0, 95.0, 115.0), (0.0, 40.0, 80.0, 125.0)
BESIDE_REACH_DEG = (20.0, 25.0, 20.0)  # adduction, hip rotation and tibial rotation that are solved, either way
_REACH = {"beside_reach_deg": np.array(BESIDE_REACH_DEG)}
SHAPES = {"plane": (80, np.int16), "beside": (80, np.int8)}  # how many shapes each table keeps, and how they are stored
NERVE_FINE_SECTORS = 16


class GridField:
    """Distance from a closed mesh, sampled on a grid and read trilinearly: negative inside, clamped far outside. Metres."""

    def __init__(self, mesh: pyvista.PolyData, heights: tuple[float, float]) -> None:
        bounds = np.array(mesh.bounds).reshape(3, 2)
        low, high = bounds[:, 0] - FIELD_MARGIN_MM, bounds[:, 1] + FIELD_MARGIN_MM
        low[1], high[1] = max(low[1], heights[0]), min(high[1], heights[1])
        coarse_step = COARSENING * FIELD_STEP_MM
        blocks = np.ceil((high - low) / coarse_step).astype(int)
        self.corner, self.count = low, COARSENING * blocks + 1
        # Distances are exact near the surface; farther off, the coarse grid between its points is good enough.
        coarse = _sampled(mesh, low, coarse_step, blocks + 1)
        places = np.stack(np.meshgrid(*(np.arange(n) for n in self.count), indexing="ij"), axis=-1).reshape(-1, 3)
        values = map_coordinates(coarse, places.T / COARSENING, order=1)
        near = np.abs(values) < 1.2 * coarse_step
        cloud = pyvista.PolyData(low + FIELD_STEP_MM * places[near])
        values[near] = cloud.compute_implicit_distance(mesh)["implicit_distance"]
        self.values = values.reshape(self.count).ravel(order="F")
        self.strides = np.array([1, self.count[0], self.count[0] * self.count[1]])
        self.cube = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) @ self.strides

    def __call__(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance (P,) in metres and outward unit direction (P, 3) at points (P, 3) in metres."""
        wanted = (1e3 * points - self.corner) / FIELD_STEP_MM
        place = np.clip(wanted, 0.0, self.count - 1.001)
        beyond = FIELD_STEP_MM * np.linalg.norm(wanted - place, axis=1)  # off the grid: farther than its nearest point
        cell = place.astype(np.intp)
        x, y, z = (place - cell).T[:, :, None]
        corners = self.values[(cell @ self.strides)[:, None] + self.cube]
        slope_x = corners[:, 4:] - corners[:, :4]
        face = corners[:, :4] + slope_x * x
        slope_y = face[:, 2:] - face[:, :2]
        edge = face[:, :2] + slope_y * y
        distance = edge[:, 0] + (edge[:, 1] - edge[:, 0]) * z[:, 0]
        edge_x = slope_x[:, :2] + (slope_x[:, 2:] - slope_x[:, :2]) * y
        gradient = np.stack(
            [
                edge_x[:, 0] + (edge_x[:, 1] - edge_x[:, 0]) * z[:, 0],
                slope_y[:, 0] + (slope_y[:, 1] - slope_y[:, 0]) * z[:, 0],
                edge[:, 1] - edge[:, 0],
            ],
            axis=1,
        )
        return 1e-3 * (distance + beyond), gradient / np.maximum(np.linalg.norm(gradient, axis=1, keepdims=True), 1e-9)


def _sampled(mesh: pyvista.PolyData, low: FloatArray, step: float, count: FloatArray) -> FloatArray:
    """Distances from a mesh on a regular grid (nx, ny, nz)."""
    grid = pyvista.ImageData(dimensions=count, spacing=(step,) * 3, origin=low)
    flat = np.asarray(grid.compute_implicit_distance(mesh)["implicit_distance"], dtype=np.float64)
    return flat.reshape(count, order="F")


def bed(bones_folder: Path) -> Bed:
    """Distance fields of the right leg's bones, the hip bone counted from the hip centre."""
    return Bed({bone: GridField(_hip_centred(bones_folder, bone), heights) for bone, heights in BONES.items()})


def _small_fields(bones_folder: Path) -> dict[str, object]:
    """Distances from the bones on coarse grids, in counts of a byte: what keeps drawn tubes out of bone between the solved poses."""
    contents: dict[str, object] = {"field_step_mm": KEEPOUT_STEP_MM}
    for bone, (lowest, highest) in BONES.items():
        mesh = _hip_centred(bones_folder, bone)
        low, high = np.array(mesh.bounds).reshape(3, 2).T + np.array([[-KEEPOUT_MARGIN_MM], [KEEPOUT_MARGIN_MM]])
        low[1], high[1] = max(low[1], lowest), min(high[1], highest)
        count = np.ceil((high - low) / KEEPOUT_STEP_MM).astype(int) + 1
        counts = np.round(_sampled(mesh, low, KEEPOUT_STEP_MM, count) / COUNTS_MM)
        contents[f"{bone}_field"] = np.clip(counts, -127, 127).astype(np.int8)
        contents[f"{bone}_corner_mm"] = low
    return contents


def _hip_centred(bones_folder: Path, bone: str) -> pyvista.PolyData:
    """A bone's mesh; the hip bone counted from the hip centre."""
    mesh = pyvista.read(bones_folder / f"{bone}.ply")
    return mesh.translate(-np.array(skeleton.STANDARD.hip_centre_mm), inplace=False) if bone == "hip_bone" else mesh


def bake(bones_folder: Path, target: Path) -> None:
    """Solve every pose of the grids and write the table."""
    baker = _Baker(bed(bones_folder))
    plane = np.array([[baker.solved(hip, knee) for knee in KNEE_DEG] for hip in HIP_DEG])
    contents: dict[str, object] = {"format": FORMAT, **baker.tubes_table(), **_small_fields(bones_folder)}
    contents |= _table("plane", HIP_DEG, KNEE_DEG, plane[:, :, None])
    # What solving adds to skinning, where the leg leaves the plane. Skinning starts from the plane as it is read back.
    flat = SoftTissue(
        contents
        | _table(
            "beside",
            SIDE_HIP_DEG,
            SIDE_KNEE_DEG,
            np.zeros((len(SIDE_HIP_DEG), len(SIDE_KNEE_DEG), 2 * len(BESIDE), plane.shape[-1])),
        )
        | _REACH
    )
    sides = [(turn, sign * reach) for turn, reach in zip(BESIDE, BESIDE_REACH_DEG, strict=True) for sign in (-1.0, 1.0)]
    beside = [
        [[baker.beyond_skinning(flat, hip, knee, *side) for side in sides] for knee in SIDE_KNEE_DEG]
        for hip in SIDE_HIP_DEG
    ]
    contents |= _table("beside", SIDE_HIP_DEG, SIDE_KNEE_DEG, np.array(beside)) | _REACH
    beside_target = target.with_suffix(".part.npz")
    np.savez_compressed(beside_target, **contents)
    os.replace(beside_target, target)


class _Baker:
    """Solves single poses into rows of the table, and remembers the tubes that a row is made of."""

    def __init__(self, surroundings: Bed) -> None:
        self.muscles, self.nerve = Solver(surroundings), NerveSolver(surroundings)
        self.tubes: list[tuple[str, tuple[int, ...]]] = []

    def solved(self, hip_deg: float, knee_deg: float, turn: int = 0, turn_deg: float | None = None) -> FloatArray:
        """All points of one pose in a row."""
        leg = _leg(hip_deg, knee_deg, turn, turn_deg)
        tubes, rings = self.muscles.solve(leg)
        drawn = [*((name, ring) for name, ring in rings.items())]
        drawn += [(name, tube) for name, parts in self.nerve.tubes(leg, tubes).items() for tube in parts]
        self.tubes = [(name, tube.shape) for name, tube in drawn]
        return np.concatenate([tube.ravel() for _, tube in drawn])

    def beyond_skinning(
        self, flat: SoftTissue, hip_deg: float, knee_deg: float, turn: int, turn_deg: float
    ) -> FloatArray:
        """Solved points less skinned ones, in a row."""
        return self.solved(hip_deg, knee_deg, turn, turn_deg) - flat.skinned(_leg(hip_deg, knee_deg, turn, turn_deg))

    def tubes_table(self) -> dict[str, object]:
        """Names, sizes and carriers of the tubes in a row."""
        longest = max(shape[0] for _, shape in self.tubes)
        rigid, chord = np.zeros((len(self.tubes), longest, 2)), np.zeros((len(self.tubes), longest, 2))
        anchors = np.zeros((len(self.tubes), 2), dtype=np.intp)
        seen: dict[str, int] = {}
        for i, (name, shape) in enumerate(self.tubes):
            rigid[i, : shape[0]], chord[i, : shape[0]], anchors[i] = _carriers(name, seen.get(name, 0), shape[0])
            seen[name] = seen.get(name, 0) + 1
        return {
            "tubes": np.array([_tube_row(name, shape) for name, shape in self.tubes]),
            "rigid": rigid,
            "chord": chord,
            "anchors": anchors,
        }


def _leg(hip_deg: float, knee_deg: float, turn: int = 0, turn_deg: float | None = None) -> FloatArray:
    leg = np.zeros(6)
    leg[[HIP_FLEXION, KNEE_FLEXION]] = np.radians([hip_deg, knee_deg])
    if turn_deg is not None:
        leg[turn] = np.radians(turn_deg)
    return leg


def _table(name: str, hip_deg: tuple[float, ...], knee_deg: tuple[float, ...], nodes: FloatArray) -> dict[str, object]:
    """Nodes (hip, knee, L, P) as few shapes and each node's amounts of them: the file is half as large, and off by 0.05 mm RMS."""
    count, kind = SHAPES[name]
    rows = nodes.reshape(-1, nodes.shape[-1])
    left, strength, shapes = np.linalg.svd(rows, full_matrices=False)
    steps = np.maximum(np.abs(shapes[:count]).max(axis=1), 1e-12) / np.iinfo(kind).max
    amounts = (left * strength)[:, :count]
    return {
        f"{name}_hip_deg": np.array(hip_deg),
        f"{name}_knee_deg": np.array(knee_deg),
        f"{name}_shapes": np.round(shapes[:count] / steps[:, None]).astype(kind),
        f"{name}_steps": steps,
        f"{name}_amounts": amounts.reshape(*nodes.shape[:-1], -1),
    }


def _tube_row(name: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Name, display name, kind, rings, sectors, drawn rings and drawn sectors of a tube, as text."""
    for head in HEADS:
        if head.name == name:
            return name, head.display, "muscle", *map(str, (RINGS, SECTORS, FINE_RINGS, FINE_SECTORS))
    owner = next(n for n in (SCIATIC_NERVE, *SCIATIC_NERVE.divisions) if n.name == name)
    return name, owner.display, "nerve", *map(str, (shape[0], shape[1], 2 * shape[0], NERVE_FINE_SECTORS))


def _carriers(name: str, tube: int, rings: int) -> tuple[FloatArray, FloatArray, tuple[int, int]]:
    """Shares (rings, 2) of pelvis and tibia in each ring, rigid and as a chord, and the rings whose motion moves the chord."""
    for head in HEADS:
        if head.name == name:
            return _muscle_carriers(head)
    rigid, chord, even = np.zeros((rings, 2)), np.zeros((rings, 2)), np.linspace(0.0, 1.0, rings)
    if name == SCIATIC_NERVE.name:  # the trunk leaves the pelvis in the buttock; roots ride on the pelvis
        rigid[:, 0] = 1.0 if tube else 1.0 - _ease((even - 0.18) / 0.26)
    else:
        rigid[:, 1] = _ease((even - 0.15) / 0.45)
    return rigid, chord, (0, rings - 1)


def _muscle_carriers(head: MuscleHead) -> tuple[FloatArray, FloatArray, tuple[int, int]]:
    at = rest_positions()
    crosses_hip = 1.0 if head.line.origin_segment == "pelvis" else 0.0
    by_pelvis, by_tibia = crosses_hip * _ease(1.0 - at / 0.15), _ease((at - 0.82) / 0.08)
    along = np.clip(at / 0.9, 0.0, 1.0)
    chord = np.stack([(1.0 - by_pelvis) * crosses_hip * (1.0 - along), (1.0 - by_tibia) * along], axis=1)
    return np.stack([by_pelvis, by_tibia], axis=1), chord, (0, int(np.searchsorted(at, 0.9)))


def _ease(share: FloatArray) -> FloatArray:
    share = np.clip(share, 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


if __name__ == "__main__":
    bake(Path(sys.argv[1]), Path(sys.argv[2]))
