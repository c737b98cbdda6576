"""Cut faces: where a plane goes through closed surfaces, as flat areas with their outline and a spot for a label."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvista as pv
from vtkmodules.vtkCommonDataModel import vtkPlane
from vtkmodules.vtkFiltersCore import vtkCleanPolyData, vtkCutter, vtkStripper
from vtkmodules.vtkFiltersGeneral import vtkContourTriangulator

from visualiser.section import Plane
from visualiser.typed import FloatArray, IntArray

_SAME_POINT = 1e-7  # metres: the seam of a texture doubles vertices


@dataclass(frozen=True, eq=False, slots=True)
class Cap:
    """One surface's cut face: triangles, outline, area and the spot farthest from any edge."""

    surface: str
    face: pv.PolyData
    outline: pv.PolyData
    area: float  # square metres
    centre: FloatArray


def cap(name: str, vertices: FloatArray, faces: IntArray, plane: Plane) -> Cap | None:
    """The cut face of a closed surface; None where the plane misses it."""
    triangles: Any = faces  # PyVista's annotations allow one width of integers only
    mesh: Any = pv.PolyData.from_regular_faces(np.ascontiguousarray(vertices, np.float64), triangles)
    cutting = vtkPlane()
    cutting.SetOrigin(*plane.origin)
    cutting.SetNormal(*plane.normal)
    cutter, clean, strips, filled = vtkCutter(), vtkCleanPolyData(), vtkStripper(), vtkContourTriangulator()
    cutter.SetCutFunction(cutting)
    cutter.SetInputData(mesh)
    clean.SetInputConnection(cutter.GetOutputPort())
    clean.ToleranceIsAbsoluteOn()
    clean.SetAbsoluteTolerance(_SAME_POINT)
    strips.SetInputConnection(clean.GetOutputPort())
    strips.JoinContiguousSegmentsOn()
    filled.SetInputConnection(clean.GetOutputPort())
    filled.Update()
    strips.Update()
    face: Any = pv.wrap(filled.GetOutput())
    outline: Any = pv.wrap(strips.GetOutput())
    if face.n_cells == 0:
        return None
    corners = np.asarray(face.points, np.float64)[face.regular_faces]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    return Cap(name, face, outline, float(areas.sum()), _inmost(corners, np.asarray(outline.points, np.float64)))


def _inmost(corners: FloatArray, edge: FloatArray) -> FloatArray:
    """Of the middles of triangles and of their sides, the one farthest from the outline."""
    spots = np.concatenate([corners.mean(axis=1), *((corners[:, i] + corners[:, i - 1]) / 2 for i in range(3))])
    if len(spots) > 600:
        spots = spots[:: len(spots) // 600 + 1]
    nearest = np.linalg.norm(spots[:, None] - edge[None], axis=-1).min(axis=1)
    best: FloatArray = spots[int(nearest.argmax())]
    return best
