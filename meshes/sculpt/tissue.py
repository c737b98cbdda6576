"""Bakes the soft tissue: solves muscles and nerve against the bone meshes on a grid of poses and writes `soft_tissue.npz`.

python -m meshes.sculpt.tissue meshes/fine meshes/soft_tissue.npz
"""

import sys
from pathlib import Path

import numpy as np
import pyvista
from scipy.ndimage import map_coordinates

from visualiser.anatomy.definitions import MuscleHead
from visualiser.anatomy.muscles import HEADS
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.anatomy.skeleton import HIP_CENTRE_MM
from visualiser.contact import Bed, Solver
from visualiser.kinematics import HIP_FLEXION, KNEE_FLEXION
from visualiser.nerve import NerveSolver
from visualiser.tubes import FINE_RINGS, FINE_SECTORS, FORMAT, RINGS, SECTORS, rest_positions
from visualiser.typed import FloatArray

# Each bone that soft tissue touches, and the heights (mm, own frame) between which it does: distances are sampled only there.
BONES = {"hip_bone": (-110.0, 80.0), "femur": (-450.0, 10.0), "tibia": (-130.0, 20.0), "fibula": (-130.0, 20.0)}
HIP_DEG = (-40.0, -25.0, -10.0, 5.0, 20.0, 40.0, 60.0, 80.0, 95.0, 110.0, 130.0)
KNEE_DEG = (-5.0, 10.0, 25.0, 45.0, 65.0, 85.0, 105.0, 120.0, 135.0, 150.0)
FIELD_STEP_MM, FIELD_MARGIN_MM, COARSENING = 2.0, 26.0, 4
STEP_M = 2e-5  # of the stored points: 16 bits of 0.02 mm reach 65 cm either way
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
        place = np.clip((1e3 * points - self.corner) / FIELD_STEP_MM, 0.0, self.count - 1.001)
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
        return 1e-3 * distance, gradient / np.maximum(np.linalg.norm(gradient, axis=1, keepdims=True), 1e-9)


def _sampled(mesh: pyvista.PolyData, low: FloatArray, step: float, count: FloatArray) -> FloatArray:
    """Distances from a mesh on a regular grid (nx, ny, nz)."""
    grid = pyvista.ImageData(dimensions=count, spacing=(step,) * 3, origin=low)
    flat = np.asarray(grid.compute_implicit_distance(mesh)["implicit_distance"], dtype=np.float64)
    return flat.reshape(count, order="F")


def bed(bones_folder: Path) -> Bed:
    """Distance fields of the right leg's bones, the hip bone counted from the hip centre."""
    fields = {}
    for bone, heights in BONES.items():
        mesh = pyvista.read(bones_folder / f"{bone}.ply")
        if bone == "hip_bone":
            mesh = mesh.translate(-np.array(HIP_CENTRE_MM), inplace=False)
        fields[bone] = GridField(mesh, heights)
    return Bed(fields)


def bake(bones_folder: Path, target: Path) -> None:
    """Solve every pose of the grid and write the table."""
    surroundings = bed(bones_folder)
    muscles, nerve = Solver(surroundings), NerveSolver(surroundings)
    rows, parts = [], None
    for hip in HIP_DEG:
        for knee in KNEE_DEG:
            leg = np.zeros(6)
            leg[[HIP_FLEXION, KNEE_FLEXION]] = np.radians([hip, knee])
            tubes, rings = muscles.solve_tubes(leg)
            solved = {**{name: [ring] for name, ring in rings.items()}, **nerve.tubes(leg, tubes)}
            parts = parts or [(name, tube.shape) for name, drawn in solved.items() for tube in drawn]
            rows.append(np.concatenate([tube.ravel() for drawn in solved.values() for tube in drawn]))
    points = np.round(np.array(rows) / STEP_M)
    contents: dict[str, object] = {
        "format": FORMAT,
        "hip_deg": np.array(HIP_DEG),
        "knee_deg": np.array(KNEE_DEG),
        "step_m": STEP_M,
        "points": points.astype(np.int16),
        "parts": np.array([_part_row(name, shape) for name, shape in parts or []]),
    }
    seen: dict[str, int] = {}
    for i, (name, shape) in enumerate(parts or []):
        rigid, chord, anchors = _carriers(name, seen.get(name, 0), shape[0])
        seen[name] = seen.get(name, 0) + 1
        contents |= {f"rigid_{i}": rigid, f"chord_{i}": chord, f"anchors_{i}": np.array(anchors)}
    np.savez_compressed(target, **contents)


def _part_row(name: str, shape: tuple[int, ...]) -> tuple[str, ...]:
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
