"""From a field to a mesh: contour, smooth, reduce."""

from dataclasses import dataclass

import numpy as np
import pyvista as pv
from scipy.spatial import cKDTree
from vtkmodules.vtkFiltersCore import vtkQuadricDecimation

from visualiser.typed import FloatArray, IntArray

from .fields import Field

BLOCK = 5  # samples along the edge of a block that is sampled whole or not at all
REGULARITY = 0.06  # 0 follows curvature alone; from 0.2 on the surface error doubles
BAND = 1.5  # blocks further than this many block lengths from the surface are not sampled


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A closed triangle mesh: vertices (V, 3) mm, faces (F, 3), outward normals (V, 3)."""

    vertices: FloatArray
    faces: IntArray
    normals: FloatArray


def contour(field: Field, low: FloatArray, high: FloatArray, step: float, smoothing: int = 0) -> Surface:
    """The closed surface of a field inside a box, on a grid of `step` mm.

    smoothing : rounds of volume-keeping (Taubin) smoothing; plates made of balls need about 30, solids none
    """
    grid = pv.ImageData(dimensions=(counts := _grid_counts(low, high, step)), spacing=(step,) * 3, origin=low)
    grid["distance"] = _sampled(field, low, counts, step).ravel(order="F")
    mesh = grid.contour([0.0], scalars="distance", method="flying_edges")
    mesh.clear_data()
    mesh = pv.PolyData.from_regular_faces(
        mesh.points, mesh.regular_faces[:, ::-1]
    )  # VTK winds triangles towards the inside
    mesh = mesh.connectivity("largest")
    mesh.clear_data()
    if smoothing:
        mesh = mesh.smooth_taubin(n_iter=smoothing, pass_band=0.05, normalize_coordinates=True)
    return _surface(mesh)


def reduced(surface: Surface, triangles: int) -> Surface:
    """The surface with about this many triangles, placed by quadric error; normals are those of the full surface."""
    mesh = pv.PolyData.from_regular_faces(surface.vertices, surface.faces.astype(int))
    reduction = vtkQuadricDecimation()
    reduction.SetInputData(mesh)
    reduction.SetTargetReduction(1.0 - triangles / mesh.n_cells)
    reduction.VolumePreservationOn()
    reduction.RegularizeOn()  # without it long shafts are covered with splinters
    reduction.SetRegularization(REGULARITY)
    reduction.Update()
    mesh = pv.wrap(reduction.GetOutput())
    vertices = np.asarray(mesh.points, dtype=np.float64)
    _, nearest = cKDTree(surface.vertices).query(vertices, k=4)
    normals = surface.normals[nearest].mean(axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Surface(vertices, np.asarray(mesh.regular_faces, dtype=np.intp), normals)


def nearest_on(surface: Surface, point: FloatArray) -> FloatArray:
    """The point of the mesh nearest to a place (3,)."""
    mesh = pv.PolyData.from_regular_faces(surface.vertices, surface.faces.astype(int))
    _, closest = mesh.find_closest_cell(point, return_closest_point=True)
    return np.asarray(closest, dtype=np.float64)


def _grid_counts(low: FloatArray, high: FloatArray, step: float) -> tuple[int, int, int]:
    blocks = np.ceil((high - low) / step / BLOCK).astype(int)
    x, y, z = (blocks * BLOCK).tolist()
    return x, y, z


def _sampled(field: Field, low: FloatArray, counts: tuple[int, int, int], step: float) -> FloatArray:
    """Field values on the grid: exact in blocks near the surface, the block's middle value elsewhere."""
    blocks = np.array(counts) // BLOCK
    size = step * BLOCK
    corners = low + np.stack(np.meshgrid(*map(np.arange, blocks), indexing="ij"), axis=-1).reshape(-1, 3) * size
    inner = np.stack(np.meshgrid(*[np.arange(BLOCK)] * 3, indexing="ij"), axis=-1).reshape(-1, 3) * step
    middle = _evaluated(field, corners + 0.5 * (BLOCK - 1) * step)
    near = np.abs(middle) < BAND * size
    values = np.repeat(middle[:, None], BLOCK**3, axis=1)
    values[near] = _evaluated(field, (corners[near][:, None] + inner).reshape(-1, 3)).reshape(-1, BLOCK**3)
    volume = values.reshape(*blocks, BLOCK, BLOCK, BLOCK).transpose(0, 3, 1, 4, 2, 5).reshape(counts)
    # A sample exactly on the surface makes triangles without area: move such samples just outside it.
    return np.where(np.abs(volume) < 0.02 * step, 0.02 * step, volume)


def _evaluated(field: Field, points: FloatArray, batch: int = 200_000) -> FloatArray:
    return np.concatenate([field(points[i : i + batch]) for i in range(0, len(points), batch)])


def _surface(mesh: pv.PolyData) -> Surface:
    oriented = mesh.compute_normals(
        cell_normals=False, consistent_normals=False, auto_orient_normals=False, split_vertices=False
    )
    return Surface(
        np.asarray(oriented.points, dtype=np.float64),
        np.asarray(oriented.regular_faces, dtype=np.intp),
        np.asarray(oriented["Normals"], dtype=np.float64),
    )
