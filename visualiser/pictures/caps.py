"""Cut faces: where a plane goes through closed surfaces, as flat areas with their outline and a spot for a label."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyvista as pv
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from vtkmodules.vtkCommonDataModel import vtkPlane
from vtkmodules.vtkFiltersCore import vtkCleanPolyData, vtkCutter, vtkStripper
from vtkmodules.vtkFiltersGeneral import vtkContourTriangulator

from visualiser.pictures.section import Plane
from visualiser.typed import FloatArray, IntArray

_FINER = 2  # halvings of every edge
_SAME_POINT = 1e-7  # metres: the seam of a texture doubles vertices


@dataclass(frozen=True, eq=False, slots=True)
class Cap:
    """One surface's cut face: triangles, outline, area and the spot farthest from any edge."""

    surface: str
    face: pv.PolyData
    outline: pv.PolyData
    area: float  # square metres
    centre: FloatArray


def cap(name: str, vertices: FloatArray, faces: IntArray, plane: Plane, *, smooth: bool = False) -> Cap | None:
    """The cut face of a closed surface; None where the plane misses it.

    smooth : round the corners between triangles, for faces that are looked at from near
    """
    parts = _parts(vertices, faces, plane)
    pieces = [piece for part in parts if (piece := _filled(vertices, part, plane, smooth)) is not None]
    if not pieces:
        return None
    # A branch that still lies in its trunk is no face of its own.
    pieces.sort(key=lambda piece: -piece.area)
    outer: list[Cap] = []
    for piece in pieces:
        if not any(_covers(other, piece.centre) for other in outer):
            outer.append(replace(piece, surface=name))
    face: Any = outer[0].face
    outline: Any = outer[0].outline
    for piece in outer[1:]:
        face, outline = face.append_polydata(piece.face), outline.append_polydata(piece.outline)
    return replace(outer[0], face=face, outline=outline, area=sum(piece.area for piece in outer))


def _parts(vertices: FloatArray, faces: IntArray, plane: Plane) -> list[IntArray]:
    """The faces of each closed part of a surface that the plane goes through: nerves are made of a trunk and its branches."""
    _, whole = np.unique(np.round(vertices / _SAME_POINT).astype(np.int64), axis=0, return_inverse=True)
    welded = whole.reshape(-1)[faces]
    count = int(welded.max()) + 1
    links = coo_array(
        (np.ones(2 * len(faces)), (welded[:, [0, 1]].ravel("F"), welded[:, [1, 2]].ravel("F"))), (count,) * 2
    )
    total, of_vertex = connected_components(links, directed=False)
    side = (vertices - plane.origin) @ plane.normal > 0.0
    owner = of_vertex[welded[:, 0]]
    parts = [faces[owner == number] for number in range(total)]
    return [part for part in parts if len(part) and side[part].any() and not side[part].all()]


def _covers(cap: Cap, point: FloatArray) -> bool:
    """Whether a point of the plane lies on a cut face."""
    corners = np.asarray(cap.face.points, np.float64)[cap.face.regular_faces]
    edges = np.roll(corners, -1, axis=1) - corners
    turns = np.cross(edges, point - corners)
    agree = np.einsum("nij,nj->ni", turns, turns.sum(axis=1))
    return bool((agree >= 0.0).all(axis=1).any())


def _filled(vertices: FloatArray, faces: IntArray, plane: Plane, smooth: bool) -> Cap | None:
    """The cut face of one closed part."""
    triangles: Any = faces  # PyVista's annotations allow one width of integers only
    mesh: Any = pv.PolyData.from_regular_faces(np.ascontiguousarray(vertices, np.float64), triangles)
    if smooth:  # finer triangles through the same vertices; the seam must be closed first
        mesh = mesh.clean(tolerance=_SAME_POINT, absolute=True).subdivide(_FINER, "butterfly")
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
    return Cap("", face, outline, float(areas.sum()), _inmost(corners, np.asarray(outline.points, np.float64)))


def _inmost(corners: FloatArray, edge: FloatArray) -> FloatArray:
    """Of the middles of triangles and of their sides, the one farthest from the outline."""
    spots = np.concatenate([corners.mean(axis=1), *((corners[:, i] + corners[:, i - 1]) / 2 for i in range(3))])
    if len(spots) > 600:
        spots = spots[:: len(spots) // 600 + 1]
    nearest = np.linalg.norm(spots[:, None] - edge[None], axis=-1).min(axis=1)
    best: FloatArray = spots[int(nearest.argmax())]
    return best
