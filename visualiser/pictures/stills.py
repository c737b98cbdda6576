"""Stills: one pose, framed, drawn larger than wanted and averaged, with its labels set at output pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyvista as pv
from PIL import Image

from visualiser.bodies import anchoring
from visualiser.bodies.assembly import Body, Frame
from visualiser.movements.movement import Movement
from visualiser.pictures import alt, colouring, dial, overlay, shading, visibility
from visualiser.pictures.backdrop import cut_out, faint, flatten, over, reduce_cutout, reduce_premultiplied
from visualiser.pictures.cameras import Camera
from visualiser.pictures.caps import Cap
from visualiser.pictures.furniture import Furniture, with_clear_bars, with_compass
from visualiser.pictures.labels import Placement
from visualiser.pictures.layout import place
from visualiser.pictures.options import Options
from visualiser.pictures.pages import CUT_COLOURS, cut_faces, dial_of, page, shown_opacities, specs_for
from visualiser.pictures.rendering import Stage
from visualiser.pictures.section import plane_in
from visualiser.typed import BoolArray, ByteArray

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_OUTLINE = 2.0  # layout units round a cut face
_LINE, _LINE_STRENGTH = 1.7, 0.85  # layout units and opacity of outlines round structures
_PALE = 0.34  # opacity of another moment under the one that is shown
_COARSE_SHADE = 2  # shade in grooves is soft: half the pixels of the layout show all of it


def silhouette_of(stage: Stage, body: Body, shown: Mapping[str, float]) -> BoolArray:
    """Where the anatomy is that labels keep clear of. Ghosts do not count: they are ground, not figure."""
    figure = set(visibility.seen_well(body.surfaces, shown))
    stage.show({surface.name: float(surface.name in figure) for surface in body.surfaces})
    stage.render()
    return stage.hit()


def solid(shown: Mapping[str, float]) -> dict[str, float]:
    """Opacities for the pass that finds what is hidden: what can be seen through hides nothing."""
    return {name: float(opacity >= visibility.SOLID_FROM) for name, opacity in shown.items()}


# -- drawing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """A drawn panel before it is put on its ground: anatomy with straight alpha, labels, furniture, and its words."""

    cutout: ByteArray  # (H, W, 4)
    placement: Placement
    furniture: Furniture
    alt: str
    gauge: dial.Dial | None = None


def still(
    body: Body, movement: Movement, time_s: float, options: Options, *, under_s: Sequence[float] = ()
) -> Image.Image:
    """A labelled picture of a movement at one time: RGB, or RGBA when transparent; `info["alt"]` says what it shows.

    under_s : other moments, drawn pale underneath
    """
    picture = draw(body, movement, time_s, options, under_s=under_s)
    pixels = picture.cutout.copy() if options.transparent else flatten(picture.cutout, options.theme)
    write(pixels, picture, options)
    image = Image.fromarray(pixels, "RGBA" if options.transparent else "RGB")
    image.info["alt"] = picture.alt
    return image


def write(pixels: ByteArray, picture: Picture, options: Options) -> None:
    """Labels and furniture onto the pixels of a picture, in place."""
    overlay.draw(
        pixels,
        picture.placement,
        options.scale,
        options.theme,
        style=options.style,
        furniture=picture.furniture,
        anatomy=picture.cutout[..., 3],
    )
    if picture.gauge is not None:
        dial.draw(pixels, picture.gauge, options.scale, options.theme)


def draw(
    body: Body,
    movement: Movement,
    time_s: float,
    options: Options,
    *,
    under_s: Sequence[float] = (),
    least_half: float = 0.0,
) -> Picture:
    """Draw the anatomy of one moment and find the places of its labels.

    under_s : other moments, drawn pale underneath as the same camera sees them
    """
    frame = body.movement_frame(movement, time_s)
    others = [body.movement_frame(movement, other_s) for other_s in under_s]
    specs = specs_for(body, movement, options)
    laid = page(body, movement, [frame, *others], specs, options, least_half=least_half)
    shown = shown_opacities(body, options)
    if others:  # the pale poses are context enough
        shown = _figure(body, shown)
    samples = options.samples
    with Stage(body.drawn, options.theme, (options.width * samples, options.height * samples)) as stage:
        if options.transparent or options.show.only or options.section is not None:
            stage.hide_props()
        stage.paint(colouring.colours(options.colour, body, movement, time_s, options.reach))
        stage.show(shown)
        stage.update(frame)
        faces = _cut(stage, body, movement, time_s, frame, laid.camera, options)
        stage.look(laid.camera)
        if options.section is not None and options.section.areas:
            shown = dict.fromkeys(shown, 0.0)
            stage.show(shown)
        cutout = cut(stage, samples, translucent=_translucent(shown))
        stage.hide_props()
        if options.outline:
            cutout = _with_outline(stage, cutout, body, shown, options)
        ground = _pale(stage, body, movement, list(zip(under_s, others, strict=True)), laid.camera, options)
        stage.update(frame)
        stage.resize(options.layout_size)
        stage.look(laid.camera)
        stage.show(solid(shown))
        stage.render()
        look = anchoring.Look(frame, laid.camera, stage.depth())
        silhouette = silhouette_of(stage, body, shown)
        if options.fine:
            cutout = _with_shade(stage, cutout, body, look, shown, options)
    if ground is not None:
        cutout = over(cutout, ground)
    if faces:
        named = [(spec, f) for spec in specs for n, f in faces.items() if body.surface(n).structure == spec.key]
        wanted = [spec for spec, _ in named]
        points, seen = anchoring.project(np.array([f.centre for _, f in named]).reshape(-1, 3), look, options.canvas)
    else:
        anchors = anchoring.choose(specs, body, [look])
        points, seen = anchoring.project(anchoring.places(anchors, body, frame), look, options.canvas)
        wanted = anchoring.wanted(anchors, seen)
    drawn = cutout[..., 3] > 0  # dial, bars and compass, unlike labels, keep clear of ghosts, floor and couch too
    furniture = with_clear_bars(laid.furniture, options.canvas, drawn)
    gauge = dial_of(body, movement, time_s, frame, laid.camera, options, taken=furniture.boxes, drawn=drawn)
    placement = place(
        wanted,
        points,
        seen,
        canvas=options.canvas,
        silhouette=silhouette,
        style=options.style,
        reserved=[*furniture.boxes, *([gauge.box] if gauge else [])],
        language=options.language,
        arrangement=laid.arrangement,
    )
    if options.compass:
        taken = [*placement.boxes, *([gauge.box] if gauge else [])]
        furniture = with_compass(furniture, laid.words, options.canvas, taken=taken, silhouette=drawn)
    return Picture(cutout, placement, furniture, alt.text(body, movement, time_s, options, placement), gauge)


def _translucent(shown: Mapping[str, float]) -> bool:
    return any(0.0 < opacity < 1.0 for opacity in shown.values())


def _figure(body: Body, shown: Mapping[str, float]) -> dict[str, float]:
    """Opacities without the ghosts."""
    return {s.name: 0.0 if s.ghost else shown[s.name] for s in body.surfaces}


def _with_outline(
    stage: Stage, cutout: ByteArray, body: Body, shown: Mapping[str, float], options: Options
) -> ByteArray:
    """The picture with a line round everything solid on it but ghosts; leaves the stage showing that only."""
    stage.show(_figure(body, solid(shown)))
    width = max(1, round(_LINE * options.scale * options.samples))
    return shading.outlined(cutout, stage.lines(width), options.samples, stage.theme.outline, _LINE_STRENGTH)


def _with_shade(
    stage: Stage,
    cutout: ByteArray,
    body: Body,
    look: anchoring.Look,
    shown: Mapping[str, float],
    options: Options,
) -> ByteArray:
    """The picture darkened where solid surfaces meet. Ghosts neither cast such shade nor bear it."""
    if any(surface.ghost for surface in body.surfaces):
        stage.show(_figure(body, solid(shown)))
        stage.render()
        depth = stage.depth()
    else:
        depth = look.depth
    coarse = depth[::_COARSE_SHADE, ::_COARSE_SHADE]
    unit = look.camera.metres_per_unit(options.canvas[1])
    if unit is None:  # in perspective, at the depth of what is shown
        hit = depth[np.isfinite(depth)]
        unit = 2.0 * look.camera.half / options.canvas[1] * float(np.median(hit)) if len(hit) else 1.0
    return shading.shaded(cutout, shading.occlusion(coarse, unit * _COARSE_SHADE))


def _pale(
    stage: Stage,
    body: Body,
    movement: Movement,
    moments: Sequence[tuple[float, Frame]],
    camera: Camera,
    options: Options,
) -> ByteArray | None:
    """Other moments one over the other, the first lowest, as a pale ground; None where there are none."""
    figure = _figure(body, shown_opacities(body, options))
    ground: ByteArray | None = None
    for time_s, frame in moments:
        stage.paint(colouring.colours(options.colour, body, movement, time_s, options.reach))
        stage.show(figure)
        stage.update(frame)
        stage.look(camera)
        layer = faint(cut(stage, options.samples, translucent=_translucent(figure)), _PALE)
        ground = layer if ground is None else over(layer, ground)
    return ground


def _cut(
    stage: Stage, body: Body, movement: Movement, time_s: float, frame: Frame, camera: Camera, options: Options
) -> dict[str, Cap]:
    """Cut the body on the stage where a section is asked for; the faces of the cut."""
    if options.section is None:
        return {}
    plane = plane_in(options.section, body, frame).facing(camera)
    faces = cut_faces(body, frame, plane, options)
    own = colouring.colours(options.colour, body, movement, time_s, options.reach)
    colours = {
        name: colouring.colour_near(own[name], frame.vertices[name], face.centre)
        if name in own
        else CUT_COLOURS[body.surface(name).kind]
        for name, face in faces.items()
    }
    stage.cut(plane, faces, colours, outline=_OUTLINE * options.scale * options.samples)
    return faces


def cut(stage: Stage, samples: int, *, translucent: bool) -> ByteArray:
    """The anatomy without its ground: (H, W, 4) with straight alpha, reduced by `samples`."""
    if not translucent:
        stage.backdrop(_BLACK)  # solid colours on black are premultiplied by what they cover
        return reduce_cutout(stage.pixels(), stage.hit()[::-1], samples)
    grounds = []
    for ground in (_BLACK, _WHITE):
        stage.backdrop(ground)
        grounds.append(reduce_premultiplied(np.ascontiguousarray(stage.colour()), samples))
    return cut_out(*grounds)


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
