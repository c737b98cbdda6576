"""A body cut open while it moves: what lies before a plane is taken away, and what is cut through shows as flat areas.

The back faces of a closed surface are all that is seen of it where it is cut open: drawn flat, they are its cut face, at no cost worth
mentioning. So the plane can be asked anew in every frame, unlike the faces of `caps`, which are exact and have outlines.
"""

from collections.abc import Mapping
from typing import Any

from vtkmodules.vtkCommonDataModel import vtkPlane
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from visualiser.pictures.appearance import Colour
from visualiser.pictures.section import Plane


class Halving:
    """The cut through the bodies of one stage.

    renderer : draws the cut faces
    actors   : what is cut, by name
    meshes   : their surfaces, at least of those whose cut faces are shown
    """

    def __init__(self, renderer: Any, actors: Mapping[str, Any], meshes: Mapping[str, Any]) -> None:
        self._renderer, self._actors, self._meshes = renderer, actors, meshes
        self._plane: vtkPlane | None = None
        self._insides: dict[str, vtkActor] = {}

    def at(self, plane: Plane | None, colours: Mapping[str, Colour]) -> None:
        """Cut at a plane from now on; without one the body is whole again.

        colours : of the cut faces; what is not named stays hollow
        """
        if plane is None:
            self._mend()
            return
        if self._plane is None:
            self._plane = vtkPlane()
            for actor in self._actors.values():
                actor.mapper.AddClippingPlane(self._plane)
            self._insides = {name: self._inside(name, self._plane) for name in colours}
            self.follow()
        for name, colour in colours.items():
            self._insides[name].GetProperty().SetColor(*(channel / 255 for channel in colour))
        self._plane.SetOrigin(*plane.origin)
        self._plane.SetNormal(*(-plane.normal))  # VTK keeps the side to which the normal points

    def _mend(self) -> None:
        for actor in self._actors.values() if self._plane is not None else ():
            actor.mapper.RemoveAllClippingPlanes()
        for inside in self._insides.values():
            self._renderer.RemoveActor(inside)
        self._plane, self._insides = None, {}

    def _inside(self, name: str, plane: vtkPlane) -> vtkActor:
        """The back faces of a surface, flat."""
        mapper, inside = vtkPolyDataMapper(), vtkActor()
        mapper.SetInputDataObject(self._meshes[name])
        mapper.ScalarVisibilityOff()
        mapper.AddClippingPlane(plane)
        inside.SetMapper(mapper)
        look = inside.GetProperty()
        look.LightingOff()
        look.FrontfaceCullingOn()
        self._renderer.AddActor(inside)
        return inside

    def follow(self) -> None:
        """Move the cut faces with their surfaces; what is translucent is hollow."""
        for name, inside in self._insides.items():
            actor = self._actors[name]
            inside.SetUserMatrix(actor.GetUserMatrix())
            inside.SetVisibility(bool(actor.visibility) and actor.prop.opacity >= 1.0)
