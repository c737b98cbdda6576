"""Stills: one pose, framed, drawn larger than wanted and averaged, with its labels set at output pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvista as pv
from PIL import Image

from visualiser import anchoring, overlay
from visualiser.appearance import THEMES, VIEWS, look_up
from visualiser.assembly import Body, Frame
from visualiser.backdrop import flatten, reduce_premultiplied
from visualiser.cameras import Box, Camera, around, camera_for, compass_words
from visualiser.errors import ExportError
from visualiser.furniture import Furniture, furnish, with_compass
from visualiser.labels import Arrangement, LabelSpec, layout_canvas
from visualiser.layout import arrangement_for, gutters, place
from visualiser.movement import Movement
from visualiser.naming import label_specs
from visualiser.rendering import Stage
from visualiser.transforms import apply, inverse
from visualiser.typed import BoolArray, FloatArray

SMALLEST, LARGEST = 64, 16384
MOST_PIXELS = 100_000_000
# How far down the shank a picture framed on the thigh reaches, in the tibia frame: below the insertions. Estimate by eye.
_THIGH_ENDS_M = -0.11
_GREY = (128, 128, 128)


@dataclass(frozen=True, slots=True)
class Options:
    """How a picture is made. Checked here, so that every door gives the same sentences."""

    width: int = 1920
    height: int = 1080
    view: str = "lateral"
    theme: str = "light"
    labels: str | Sequence[str] = "default"
    style: str = "lecture"
    language: str = "en"
    frame: str = "leg"
    transparent: bool = False
    title: bool = True
    captions: bool = False
    supersampling: int = 3

    def __post_init__(self) -> None:
        look_up("view", self.view, VIEWS)
        look_up("theme", self.theme, THEMES)
        look_up("frame", self.frame, {"leg": None, "thigh": None})
        for name, pixels in (("width", self.width), ("height", self.height)):
            if not SMALLEST <= pixels <= LARGEST:
                raise ExportError(f"{name} is {pixels} pixels; {SMALLEST} to {LARGEST} are allowed.")
        if self.width * self.height > MOST_PIXELS:
            raise ExportError(
                f"A picture of {self.width} x {self.height} pixels is too large; at most {MOST_PIXELS // 10**6} million."
            )

    @property
    def canvas(self) -> tuple[float, float]:
        """Size in layout units."""
        return layout_canvas(self.width, self.height)[0]

    @property
    def scale(self) -> float:
        """Pixels per layout unit."""
        return layout_canvas(self.width, self.height)[1]

    @property
    def layout_size(self) -> tuple[int, int]:
        """Pixels of the pass that decides where labels go: the same for every output size, so that the layout is the same too."""
        return round(self.canvas[0]), round(self.canvas[1])

    @property
    def samples(self) -> int:
        """Supersampling that still fits into graphics memory."""
        return max(1, min(self.supersampling, LARGEST // max(self.width, self.height)))


def framing_points(body: Body, frames: Sequence[Frame], options: Options) -> FloatArray:
    """World points that a picture must contain: the pelvis and the leg that is shown in full, thinned, over all frames."""
    view = VIEWS[options.view]
    if view.focus:
        wanted = [frame.anchors[name] for frame in frames for name in view.focus if name in frame.anchors]
        return around(np.array(wanted), view.reach_mm * 1e-3)
    points = []
    for frame in frames:
        tibia = next(inverse(frame.transforms[s.name]) for s in body.surfaces if s.structure == "tibia" and not s.ghost)
        for surface in body.surfaces:
            if surface.ghost:
                continue
            thinned = body.placed(surface, frame)[:: max(1, len(surface.vertices) // 400)]
            if options.frame == "thigh" and surface.structure in (
                "tibia",
                "fibula",
                "foot",
                "tibial_nerve",
                "common_fibular_nerve",
            ):
                thinned = thinned[apply(tibia, thinned)[:, 1] > _THIGH_ENDS_M]
            points.append(thinned)
    return np.concatenate(points)


def shown_names(body: Body, options: Options) -> list[str]:
    """Surfaces on the picture: a close-up leaves out the other leg, which would only lie under its labels."""
    close = bool(VIEWS[options.view].focus)
    return [surface.name for surface in body.surfaces if not (close and surface.ghost)]


def silhouette_of(stage: Stage, body: Body) -> BoolArray:
    """Where the anatomy is that labels keep clear of. Ghosts do not count: they are ground, not figure."""
    stage.show_only([surface.name for surface in body.surfaces if not surface.ghost])
    stage.colour()
    return stage.hit()


@dataclass(frozen=True, eq=False, slots=True)
class Page:
    """How a picture or a clip is laid out before anything is drawn: camera, furniture, direction of the label columns."""

    camera: Camera
    furniture: Furniture
    arrangement: Arrangement
    words: tuple[str, str, str, str]


def page(
    body: Body,
    movement: Movement,
    frames: Sequence[Frame],
    specs: Sequence[LabelSpec],
    options: Options,
    caption: str = "",
) -> Page:
    """Frame the anatomy of all frames beside its labels."""
    canvas, turn = options.canvas, frames[0].body_to_world
    points = framing_points(body, frames, options)

    def camera(box: Box | None) -> Camera:
        return camera_for(options.view, body.side, points, *canvas, box, body_to_world=turn)

    title = movement.title if options.title else ""
    before = furnish(canvas, title=title, caption=caption)
    extent = np.ptp(camera(None).project(points, *canvas)[:, :2], axis=0)
    arrangement = arrangement_for(float(extent[0]), float(extent[1]), canvas)
    free = gutters(specs, canvas, options.style, options.language, arrangement=arrangement, reserved=before.boxes)
    chosen = camera(free)
    furniture = furnish(canvas, title=title, caption=caption, metres_per_unit=chosen.metres_per_unit(canvas[1]))
    return Page(chosen, furniture, arrangement, compass_words(chosen, body.side, turn))


def still(body: Body, movement: Movement, time_s: float, options: Options) -> Image.Image:
    """A labelled picture of a movement at one time: RGB, or RGBA when transparent."""
    frame = body.movement_frame(movement, time_s)
    specs = label_specs(options.labels, movement)
    laid = page(body, movement, [frame], specs, options)
    samples = options.samples
    with Stage(body.drawn, options.theme, (options.width * samples, options.height * samples)) as stage:
        stage.show_only(shown_names(body, options))
        if options.transparent:
            stage.hide_props()
        stage.update(frame)
        stage.look(laid.camera)
        stage.backdrop(_GREY)
        colour = stage.colour()
        cutout = reduce_premultiplied(np.dstack([colour, stage.hit().astype(np.uint8) * np.uint8(255)]), samples)
        stage.hide_props()
        stage.resize(options.layout_size)
        stage.colour()
        look = anchoring.Look(frame, laid.camera, stage.depth())
        silhouette = silhouette_of(stage, body)
    anchors = anchoring.choose(specs, body, [look])
    points, seen = anchoring.project(anchoring.places(anchors, body, frame), look, options.canvas)
    placement = place(
        anchoring.wanted(anchors, seen),
        points,
        seen,
        canvas=options.canvas,
        silhouette=silhouette,
        style=options.style,
        reserved=laid.furniture.boxes,
        language=options.language,
        arrangement=laid.arrangement,
    )
    furniture = with_compass(laid.furniture, laid.words, options.canvas, taken=placement.boxes, silhouette=silhouette)
    pixels = cutout if options.transparent else flatten(cutout, options.theme)
    overlay.draw(
        pixels,
        placement,
        options.scale,
        options.theme,
        style=options.style,
        furniture=furniture,
        anatomy=cutout[..., 3],
    )
    return Image.fromarray(pixels, "RGBA" if options.transparent else "RGB")


def plotter(
    body: Body, movement: Movement, time_s: float, *, theme: str = "light", off_screen: bool = True
) -> pv.Plotter:
    """A PyVista plotter with the posed body, its lights and the scene's view, for users who go on from there."""
    frame = body.movement_frame(movement, time_s)
    options = Options(view=movement.view, theme=theme, labels="none", frame=movement.frame, title=False)
    own = None if off_screen else pv.Plotter(window_size=[options.width, options.height], lighting="none")
    stage = Stage(body.drawn, theme, (options.width, options.height), plotter=own)
    stage.update(frame)
    stage.look(page(body, movement, [frame], (), options).camera)
    stage.backdrop(stage.theme.bottom, stage.theme.top)
    shown: pv.Plotter = stage.plotter
    return shown
