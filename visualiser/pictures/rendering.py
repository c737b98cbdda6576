"""Drawing: the only module that touches PyVista and VTK. Actors are built once; a frame only moves points and matrices.

The renderer's quirks stay here: multisampling is off (it costs four times the render on software OpenGL, and makes translucent meshes
vanish when depth peeling is on), edges are smoothed by drawing larger and averaging, lights hang on the camera.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkFloatArray, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkPlane
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkProperty

from visualiser import machine
from visualiser.bodies.assembly import BONE, FOOTPRINT, MUSCLE, PROP, Frame, Surface
from visualiser.errors import DisplayError
from visualiser.pictures.appearance import THEMES, TISSUE, Colour, Paint, Theme, look_up
from visualiser.pictures.cameras import Camera, visible_share
from visualiser.pictures.caps import Cap
from visualiser.pictures.halving import Halving
from visualiser.pictures.section import Plane
from visualiser.pictures.shading import edges
from visualiser.typed import BoolArray, ByteArray, FloatArray

# Where the four camera lights stand (x right, y up, z towards the viewer) and their colours: warm key from the upper left, cool fill
# from the lower right, so that what is seen from steeply above or below is not black, white rim from behind, a weak light at the eye.
# Estimates by eye; brightness belongs to the theme.
_LIGHTS = {
    "key": ((-0.7, 0.9, 0.8), "#fff2de"),
    "fill": ((0.8, -0.45, 0.7), "#dfe9ff"),
    "rim": ((-0.3, 0.5, -1.0), "#ffffff"),
    "head": ((0.0, 0.0, 1.0), "#ffffff"),
}
_MATERIAL: Mapping[str, dict[str, float]] = {
    BONE: {"specular": 0.10, "specular_power": 14, "ambient": 0.12, "diffuse": 0.86},
    MUSCLE: {"specular": 0.30, "specular_power": 22, "ambient": 0.14, "diffuse": 0.92},
    FOOTPRINT: {"specular": 0.05, "specular_power": 10, "ambient": 0.22, "diffuse": 0.84},
    "nerve": {"specular": 0.25, "specular_power": 18, "ambient": 0.18, "diffuse": 0.90},
    PROP: {"specular": 0.0, "ambient": 0.8, "diffuse": 0.22},
}
# A colour that means a number must be found again on its scale: shaded less than tissue, without highlights.
_PAINTED = {"specular": 0.08, "ambient": 0.42, "diffuse": 0.66}
# A ghost is mostly the background's colour and hardly shaded: context that never competes with what is shown.
_GHOST_STRENGTH = 0.30
_GHOST_MATERIAL = {"specular": 0.0, "ambient": 0.55, "diffuse": 0.50}
# Floor and supports: a breath of the theme's second ink in its background, and nothing from below.
_PROP_STRENGTH = 0.16
_NEAR = 0.002
_SOME = (
    7  # of so many points of a soft surface, one tells how deep the picture is: neighbours lie some millimetres apart
)
_LEVEL = 0.02  # sine of the angle below the horizon from which a floor stands in the way
_CAP_MATERIAL: dict[str, Any] = {"ambient": 0.75, "diffuse": 0.25, "specular": 0.0, "smooth_shading": False}
_CAP_LIFT = 2e-4
_OUTLINE_SHADE = 0.45
_NOTHING: Colour = (0, 0, 0)
_PEELS = 12  # translucent layers behind one another; closed surfaces without back faces rarely stand more than six deep


def polydata(surface: Surface, vertices: FloatArray | None = None, normals: FloatArray | None = None) -> pv.PolyData:
    """A surface as PyVista mesh with normals and its colours or texture coordinates."""
    # Copies of its own: PyVista takes memory over as it is, and what moves the mesh would move the body's own surface.
    points: Any = np.array(surface.vertices if vertices is None else vertices, np.float32, order="C")
    faces: Any = surface.faces
    mesh: Any = pv.PolyData.from_regular_faces(points, faces)  # PyVista's annotations allow double precision only
    mesh.point_data["Normals"] = np.array(surface.normals if normals is None else normals, np.float32, order="C")
    mesh.point_data.active_normals_name = "Normals"
    if surface.colours is not None:
        mesh.point_data["colour"] = surface.colours
    if surface.uv is not None:
        mesh.active_texture_coordinates = np.ascontiguousarray(surface.uv, np.float32)
    posed: pv.PolyData = mesh
    return posed


def _ball(points: FloatArray, every: int = 1) -> tuple[FloatArray, float]:
    """Centre and radius of a ball round points (n, 3), or roughly round them where only some are looked at."""
    some = np.ascontiguousarray(
        points[::every].T
    )  # one row after the other is much faster than one point after the other
    low, high = some.min(axis=1), some.max(axis=1)
    return (low + high) / 2, float(np.linalg.norm(high - low)) / 2


class Stage:
    """A plotter with the body on it.

    surfaces : what may be drawn; every one gets its actor now
    size     : pixels, of an off-screen picture
    plotter  : a plotter to draw on instead, such as the one in a window
    prefix   : before the names of the actors, where several stages share a plotter
    """

    def __init__(
        self,
        surfaces: Iterable[Surface],
        theme: str = "light",
        size: tuple[int, int] = (1920, 1080),
        plotter: pv.BasePlotter | None = None,
        prefix: str = "",
    ) -> None:
        self._prefix = prefix
        self.plotter: Any = plotter if plotter is not None else off_screen_plotter(size)
        self.theme: Theme = look_up("theme", theme, THEMES)
        self._surfaces = {surface.name: surface for surface in surfaces}
        self._meshes: dict[str, Any] = {}
        self._actors: dict[str, Any] = {}
        self._placed: dict[str, vtkMatrix4x4] = {}
        self._moving: dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}
        self._pixels = vtkUnsignedCharArray()
        self._camera: Camera | None = None
        self._with_props = self._from_above = True
        self._present: dict[str, bool] = {}  # floor and supports: whether the pose has them
        for surface in self._surfaces.values():
            self._add(surface)
        solid = {name: actor for name, actor in self._actors.items() if self._surfaces[name].kind != PROP}
        self._halving = Halving(self.plotter.renderer, solid, self._meshes)
        # A ball round each surface tells how deep the picture is; VTK's own bounds go through its whole pipeline in every frame.
        self._at_rest = {name: _ball(surface.vertices) for name, surface in self._surfaces.items()}
        self._balls = dict(self._at_rest)
        self.light(self.theme)

    def _add(self, surface: Surface) -> None:
        mesh = polydata(surface)
        # Every surface is closed: its back faces are never seen, and not drawing them saves time on software OpenGL.
        look: dict[str, Any] = {"smooth_shading": True, "culling": "back", **_MATERIAL[surface.kind]}
        if surface.texture is not None:
            look["texture"] = pv.Texture(surface.texture)
        elif surface.colours is not None:
            if surface.ghost:
                mesh.point_data["colour"] = self._faded(surface.colours)
                look |= _GHOST_MATERIAL
            look |= {"scalars": "colour", "rgb": True}
        elif surface.kind == PROP:
            ink, paper = np.asarray(self.theme.second_ink), np.asarray(self.theme.bottom)
            look |= {"color": tuple(np.round(_PROP_STRENGTH * ink + (1 - _PROP_STRENGTH) * paper).astype(int))}
            look |= {"smooth_shading": False, "culling": "back"}
        else:
            look["color"] = TISSUE[surface.kind]
        self._meshes[surface.name] = mesh
        self._actors[surface.name] = self.plotter.add_mesh(
            mesh, name=self._prefix + surface.name, reset_camera=False, render=False, **look
        )
        # PyVista puts filters of its own, in Python, between mesh and mapper: they would run anew, and copy, at every change of points.
        if "scalars" in look:
            mesh.set_active_scalars("colour", preference="point")
        self._actors[surface.name].mapper.SetInputDataObject(mesh)
        self._placed[surface.name] = vtkMatrix4x4()
        self._actors[surface.name].SetUserMatrix(self._placed[surface.name])
        # VTK's own memory: what PyVista hands out asks and tells more than a frame has time for.
        self._moving[surface.name] = (
            vtk_to_numpy(mesh.GetPoints().GetData()),
            vtk_to_numpy(mesh.GetPointData().GetNormals()),
        )

    def _faded(self, colours: ByteArray) -> ByteArray:
        """Colours of a ghost: mostly the background's, so that it reads as context and never hides a label."""
        background = np.asarray(self.theme.bottom, dtype=np.float64)
        return np.round(_GHOST_STRENGTH * colours + (1 - _GHOST_STRENGTH) * background).astype(np.uint8)

    def light(self, theme: Theme) -> None:
        """Hang the four lights of a theme on the camera."""
        self.plotter.renderer.remove_all_lights()  # PyVista's: VTK's own leaves them in PyVista's list for ever
        for name, (position, colour) in _LIGHTS.items():
            self.plotter.add_light(
                pv.Light(
                    position=position, color=colour, intensity=getattr(theme.lights, name), light_type="camera light"
                )
            )

    # -- what changes ----------------------------------------------------------------------------------------------------------------

    def update(self, frame: Frame) -> None:
        """Move everything to a frame; a floor or support that the frame leaves out is hidden."""
        for name, mesh in self._meshes.items():
            if self._surfaces[name].kind == PROP:
                self._present[name] = name in frame.transforms
            if name in frame.transforms:
                placed, (centre, radius) = frame.transforms[name], self._at_rest[name]
                self._placed[name].DeepCopy(placed.ravel().tolist())
                self._balls[name] = (placed[:3, :3] @ centre + placed[:3, 3], radius)
            elif name in frame.vertices:
                self._balls[name] = _ball(frame.vertices[name], _SOME)
                points, normals = self._moving[name]
                points[...] = frame.vertices[name]
                normals[...] = frame.normals[name]
                mesh.GetPoints().Modified()
                mesh.GetPointData().GetNormals().Modified()
                mesh.Modified()
        self._halving.follow()
        self._show_props()

    def show_only(self, names: Iterable[str]) -> None:
        """Show the surfaces of these names, hide the others; floor and supports stay as they are."""
        wanted = set(names)
        for name, actor in self._actors.items():
            if self._surfaces[name].kind != PROP:
                actor.visibility = name in wanted
        self._halving.follow()

    def hide_props(self) -> None:
        """Leave floor and supports out from now on: a silhouette is the body's."""
        self._with_props = False
        self._show_props()

    def _show_props(self) -> None:
        """Floor and supports are seen from above only: from below they would stand before what lies on them."""
        for name, present in self._present.items():
            self._actors[name].SetVisibility(self._with_props and self._from_above and present)

    def show(self, opacities: Mapping[str, float]) -> None:
        """Show surfaces as solid as said, hide those at 0; translucent ones are drawn in the right order, however they lie."""
        for name, opacity in opacities.items():
            self._actors[name].visibility = opacity > 0.0
            self._actors[name].prop.opacity = opacity
        self._halving.follow()
        renderer = self.plotter.renderer
        renderer.SetUseDepthPeeling(any(0.0 < opacity < 1.0 for opacity in opacities.values()))
        renderer.SetMaximumNumberOfPeels(_PEELS)
        renderer.SetOcclusionRatio(0.0)

    def paint(self, colours: Mapping[str, Paint]) -> None:
        """Give surfaces one colour each, or one for each of their vertices, instead of their tissue's."""
        for name, colour in colours.items():
            actor, varied = self._actors[name], isinstance(colour, np.ndarray)
            actor.SetTexture(None)
            actor.mapper.scalar_visibility = varied
            for quality, share in _PAINTED.items():
                setattr(actor.prop, quality, share)
            if not varied:
                actor.prop.color = tuple(channel / 255 for channel in colour)
                continue
            mesh = self._meshes[name]
            mesh.point_data["paint"] = colour
            mesh.set_active_scalars("paint", preference="point")
            actor.mapper.SetScalarModeToUsePointData()
            actor.mapper.SetColorModeToDirectScalars()

    def cut(self, plane: Plane, caps: Mapping[str, Cap], colours: Mapping[str, Colour], *, outline: float) -> None:
        """Take away what lies before a plane, and close the cut surfaces with flat faces of given colours.

        outline : width of the line round each face, pixels
        """
        cutting = vtkPlane()
        cutting.SetOrigin(*plane.origin)
        cutting.SetNormal(*(-plane.normal))  # VTK keeps the side to which the normal points
        for name, actor in self._actors.items():
            actor.mapper.RemoveAllClippingPlanes()
            if self._surfaces[name].kind != PROP:
                actor.mapper.AddClippingPlane(cutting)
        for name, face in caps.items():
            # A hair's breadth in front of the plane, where no clipped surface can shine through.
            shift = plane.normal * _CAP_LIFT
            filled, line = face.face.translate(shift, inplace=False), face.outline.translate(2 * shift, inplace=False)
            tone = [channel / 255 for channel in colours[name]]
            self.plotter.add_mesh(
                filled, color=tone, name=f"cap {name}", reset_camera=False, render=False, **_CAP_MATERIAL
            )
            dark = [_OUTLINE_SHADE * channel for channel in tone]
            self.plotter.add_mesh(
                line,
                color=dark,
                line_width=outline,
                name=f"outline {name}",
                reset_camera=False,
                render=False,
                lighting=False,
            )

    def look(self, camera: Camera) -> None:
        """Look through a camera; the clipping planes enclose all that can be seen."""
        lens = self.plotter.camera
        self._camera = camera
        eye, back = np.asarray(camera.eye), np.asarray(camera.back)
        self._from_above = camera.back[1] > -_LEVEL
        self._show_props()
        # VTK's own setters: each of PyVista's works out the clipping planes anew.
        lens.SetPosition(*eye)
        lens.SetFocalPoint(*(eye - back))
        lens.SetViewUp(*camera.up)
        lens.parallel_projection = camera.parallel
        if camera.parallel:
            lens.parallel_scale = camera.half
        else:
            lens.view_angle = camera.view_angle_deg()
        centres, radii = (np.array(values) for values in zip(*self._balls.values(), strict=True))
        depth = (eye - centres) @ back
        near, far = float((depth - radii).min()), float((depth + radii).max())
        lens.clipping_range = (max(near - 0.05, _NEAR), far + 0.05)

    def halve(self, plane: Plane | None, colours: Mapping[str, Colour]) -> None:
        """Take away what lies before a plane from now on, and show what is cut open in these colours, see `Halving.at`."""
        self._halving.at(plane, colours)

    # -- pictures --------------------------------------------------------------------------------------------------------------------

    def resize(self, size: tuple[int, int]) -> None:
        """Change the size of an off-screen picture, pixels."""
        if tuple(self.plotter.window_size) != size:
            self.plotter.window_size = list(size)

    def backdrop(self, bottom: Colour, top: Colour | None = None) -> None:
        """The ground behind the anatomy: one colour, or a gradient."""
        self.plotter.set_background([c / 255 for c in bottom], top=None if top is None else [c / 255 for c in top])

    def render(self) -> None:
        """Render without reading the picture: depth and hits can be asked for afterwards."""
        self.plotter.render_window.Render()

    def colour(self) -> ByteArray:
        """Render and read the picture back: (height, width, 3)."""
        return self.pixels()[::-1, :, :3]

    def pixels(self) -> ByteArray:
        """Render and read the picture back as graphics memory holds it, rows from below: (height, width, 4); valid until the next call."""
        return pixels_of(self.plotter, self._pixels)

    def cutout(self, step: int = 1) -> tuple[ByteArray, tuple[int, int]]:
        """Render and read back only where something may be: (h, w, 4), rows from below, and the left upper corner of that part.

        On a black backdrop this is premultiplied colour: alpha tells what was drawn.

        step : the edges of the part are multiples of so many pixels
        """
        window = self.plotter.render_window
        window.Render()
        width, height = window.GetActualSize()
        boxes = [actor.GetBounds() for actor in self._actors.values() if actor.visibility]
        corners = _corners_of(boxes) if boxes else np.zeros((0, 3))
        if self._camera is None or not len(corners):
            left = top = 0
            right, bottom = width, height
        else:
            places = self._camera.project(corners, width, height)[:, :2]
            low, high = np.floor(places.min(axis=0) - 2), np.ceil(places.max(axis=0) + 2)
            left, top = (
                int(step * (np.clip(v, 0, side - 2 * step) // step))
                for v, side in zip(low, (width, height), strict=True)
            )
            right, bottom = (
                int(min(step * -(-v // step), side))
                for v, side in zip(np.maximum(high, (left + 2 * step, top + 2 * step)), (width, height), strict=True)
            )
        values = vtkUnsignedCharArray()
        window.GetRGBACharPixelData(left, height - bottom, right - 1, height - 1 - top, 0, values, 0)
        image: ByteArray = vtk_to_numpy(values).reshape(bottom - top, right - left, 4)
        return image, (left, top)

    def seen(self, projected: FloatArray, radius: float = 3.0, tolerance: float = 0.004) -> FloatArray:
        """How much of each point of the picture rendered last can be seen; reads only small windows of the depth.

        projected : (n, 3)  pixels of this picture and depth, as from `Camera.project`
        returns   : (n,)    share 0 to 1, see `cameras.visible_share`
        """
        width, height = self.plotter.render_window.GetActualSize()
        reach = int(np.ceil(radius)) + 1
        corners = np.floor(projected[:, :2]).astype(np.intp) - reach
        within = np.flatnonzero(((corners >= 0) & (corners + 2 * reach < (width, height))).all(axis=1))
        shares = np.zeros(len(projected))
        if len(within):
            side = 2 * reach + 1
            # One below the other: what hides what is then asked once.
            patches = np.empty((len(within) * side, side), dtype=np.float32)
            for number, (left, top) in enumerate(corners[within].tolist()):
                patches[number * side : (number + 1) * side] = self._z_buffer(
                    left, top, left + side - 1, top + side - 1
                )
            places = projected[within] - np.pad(corners[within], ((0, 0), (0, 1)))
            places[:, 1] += np.arange(len(within)) * side
            shares[within] = visible_share(self._distance(patches), places, radius, tolerance)
        return shares

    def depth(self) -> FloatArray:
        """Distance along the line of sight of the picture rendered last: (height, width) metres, inf where nothing was hit."""
        return self._distance(self._z_buffer())

    def hit(self) -> BoolArray:
        """Which pixels of the picture rendered last show anatomy: (height, width)."""
        return self._z_buffer() < 1.0

    def lines(self, width: int) -> BoolArray:
        """Outlines of everything that is shown, as if it were solid, on the picture rendered last: (height, width).

        width : of the lines, pixels
        """
        before = []
        for number, actor in enumerate(self._actors.values(), start=1):
            look = vtkProperty()
            look.DeepCopy(actor.prop)
            before.append((look, actor.GetTexture(), actor.mapper.scalar_visibility))
            actor.SetTexture(None)
            actor.mapper.scalar_visibility = False
            actor.prop.color, actor.prop.lighting, actor.prop.opacity = (number / 255, 0.0, 0.0), False, 1.0
            actor.prop.ambient, actor.prop.diffuse = 0.0, 1.0
        try:
            self.backdrop(_NOTHING)
            identities = self.pixels()[::-1, :, 0]
            return edges(identities, self._distance(self._z_buffer()).astype(np.float32), width)
        finally:
            for actor, (look, texture, scalars) in zip(self._actors.values(), before, strict=True):
                actor.prop.DeepCopy(look)
                actor.SetTexture(texture)
                actor.mapper.scalar_visibility = scalars

    def _distance(self, raw: NDArray[np.float32]) -> FloatArray:
        near, far = self.plotter.camera.clipping_range
        z = raw.astype(np.float64)
        distance = (
            near + z * (far - near)
            if self.plotter.camera.parallel_projection
            else near * far / (far - z * (far - near))
        )
        return np.where(raw >= 1.0, np.inf, distance)

    def _z_buffer(
        self, left: int = 0, top: int = 0, right: int | None = None, bottom: int | None = None
    ) -> NDArray[np.float32]:
        """Depth of a rectangle of pixels, edges included, counted from the upper left corner; VTK counts rows from below."""
        width, height = self.plotter.render_window.GetActualSize()
        right, bottom = width - 1 if right is None else right, height - 1 if bottom is None else bottom
        values = vtkFloatArray()
        self.plotter.render_window.GetZbufferData(left, height - 1 - bottom, right, height - 1 - top, values)
        flipped: NDArray[np.float32] = vtk_to_numpy(values).reshape(bottom - top + 1, right - left + 1)[::-1]
        return flipped

    def close(self) -> None:
        """Give the graphics memory back."""
        self.plotter.close()

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _corners_of(boxes: Sequence[Sequence[float]]) -> FloatArray:
    """Corners of boxes (low x, high x, low y ...): (8 n, 3)."""
    bounds = np.array(boxes).reshape(-1, 3, 2)
    pick = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    return np.stack([bounds[:, axis, pick[:, axis]] for axis in range(3)], axis=-1).reshape(-1, 3)


def pixels_of(plotter: Any, store: vtkUnsignedCharArray | None = None) -> ByteArray:
    """Render all that is on a plotter and read it back, rows from below: (height, width, 4).

    store : holds the picture, until it is used again; without it the picture is for keeps
    """
    window, store = plotter.render_window, vtkUnsignedCharArray() if store is None else store
    window.Render()
    width, height = window.GetActualSize()
    window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, store, 0)
    image: ByteArray = vtk_to_numpy(store).reshape(height, width, 4)
    return image


def off_screen_plotter(size: tuple[int, int]) -> pv.Plotter:
    """A plotter without a window: multisampling off, no default lights.

    raises : DisplayError if this machine has no OpenGL, saying what to install
    """
    machine.require_opengl()
    try:
        plotter = pv.Plotter(off_screen=True, window_size=list(size), lighting="none")
        plotter.disable_anti_aliasing()
        window: Any = plotter.render_window
        window.SetMultiSamples(0)
    except (RuntimeError, OSError) as error:
        raise DisplayError(
            f"OpenGL is not usable here ({error}); on Debian or Ubuntu: apt install libegl1 libgl1."
        ) from error
    return plotter
