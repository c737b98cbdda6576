"""How a picture is laid out before anything is drawn: what is in it, where the camera stands, which furniture and labels it has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from visualiser.bodies.assembly import BONE, MUSCLE, NERVE, Body, Frame, structures
from visualiser.errors import VisualiserError
from visualiser.movements.movement import Movement
from visualiser.pictures import colouring, dial, visibility
from visualiser.pictures.appearance import IDENTITY, VIEWS, Colour, Paint
from visualiser.pictures.cameras import (
    PERSPECTIVE_DEG,
    Box,
    Camera,
    around,
    camera_for,
    compass_words,
    look_axes,
    orbit,
)
from visualiser.pictures.cameras import frame as fitted
from visualiser.pictures.caps import Cap, cap
from visualiser.pictures.furniture import Furniture, furnish
from visualiser.pictures.labels import Arrangement, LabelSpec
from visualiser.pictures.layout import arrangement_for, gutters
from visualiser.pictures.naming import label_specs
from visualiser.pictures.options import Options
from visualiser.pictures.section import Plane, Section, axes_of, femur_turn, plane_in, words_for
from visualiser.transforms import apply, inverse
from visualiser.typed import BoolArray, FloatArray

# How far down the shank a picture framed on the thigh reaches, in the tibia frame: below the insertions. Estimate by eye.
_THIGH_ENDS_M = -0.11
_COVERING = 120  # points of each surface that tell where it is
_BELOW_THIGH = ("tibia", "fibula", "foot", "tibial_nerve", "common_fibular_nerve")
_CUT_STRUCTURES = "muscles,nerve,bones"
CUT_COLOURS = {
    BONE: (232, 220, 194),
    MUSCLE: (158, 62, 54),
    NERVE: (240, 205, 84),
}  # paler than their surfaces; by eye
_GROUP_WORDS = {
    "muscle": "Muscle",
    "nerve": "Nerve",
    "pelvis": "Pelvis",
    "spine": "Spine",
    "femur": "Femur",
    "leg": "Knee and leg",
}


def framing_points(body: Body, frames: Sequence[Frame], options: Options) -> FloatArray:
    """World points that a picture must contain: the pelvis and the leg that is shown in full, thinned, over all frames."""
    view = VIEWS[options.view]
    if view.focus:
        wanted = [frame.anchors[name] for frame in frames for name in view.focus if name in frame.anchors]
        return around(np.array(wanted), view.reach_mm * 1e-3)
    shown = visibility.opacities(body.surfaces, options.show)
    visible = [surface for surface in body.surfaces if shown[surface.name] > 0.0]
    points = []
    for frame in frames:
        tibia = next(inverse(frame.transforms[s.name]) for s in body.surfaces if s.structure == "tibia" and not s.ghost)
        for surface in [s for s in visible if not s.ghost] or visible:
            thinned = body.placed(surface, frame)[:: max(1, len(surface.vertices) // 400)]
            if options.frame == "thigh" and surface.structure in _BELOW_THIGH:
                thinned = thinned[apply(tibia, thinned)[:, 1] > _THIGH_ENDS_M]
            points.append(thinned)
    framed = np.concatenate(points)
    if not len(framed):
        return np.concatenate([body.placed(s, f) for f in frames for s in visible])
    return np.concatenate([framed, *_underneath(body, frames, framed)])


def _underneath(body: Body, frames: Sequence[Frame], framed: FloatArray) -> Iterator[FloatArray]:
    """The part of a couch, bench or seat that lies under what is framed: cut off by the edge of a picture it would look like a fault."""
    low, high = framed.min(axis=0), framed.max(axis=0)
    low[1], high[1] = -np.inf, np.inf
    for frame in frames:
        for support in body.props:
            if support.name in frame.transforms and support.name != "floor":
                yield np.clip(body.placed(support, frame), low, high)


def covering_points(body: Body, frame: Frame, shown: Mapping[str, float]) -> FloatArray:
    """World points all over what a picture shows, ghosts, couch and seat included: (n, 3). The floor may lie under labels."""
    points = []
    for surface in body.surfaces:
        if shown[surface.name] > 0.0:
            chosen = surface.vertices[:: max(1, len(surface.vertices) // _COVERING)]
            if surface.segment is None:
                placed = frame.vertices[surface.name]
                points.append(placed[:: max(1, len(placed) // _COVERING)])
            else:
                points.append(apply(frame.transforms[surface.name], chosen))
    for prop in body.props:
        if prop.name in frame.transforms and prop.name != "floor":
            low, high = prop.vertices.min(axis=0), prop.vertices.max(axis=0)
            grid = np.stack(
                np.meshgrid(*(np.linspace(a, b, n) for a, b, n in zip(low, high, (60, 3, 3), strict=True))), -1
            )
            points.append(apply(frame.transforms[prop.name], grid.reshape(-1, 3)))
    return np.concatenate(points)


def shown_opacities(body: Body, options: Options) -> dict[str, float]:
    """Opacity of each surface on the picture: the ghost of the other leg stays out of close-ups and out of the way."""
    view = VIEWS[options.view]
    shown = visibility.opacities(body.surfaces, options.show)
    # It would only lie under labels close up, and stand there hollow when cut.
    alone = bool(view.focus) or view.across_the_midline or options.section is not None
    # From the medial side the other half of the pelvis hides the origins, as the other leg hides the rest: atlases show half a pelvis.
    halved = view.across_the_midline and body.legs != "both"
    left_out = {s.name for s in body.surfaces if (alone and s.ghost) or (halved and s.side not in (None, body.side))}
    return {name: 0.0 if name in left_out else opacity for name, opacity in shown.items()}


def specs_for(body: Body, movement: Movement, options: Options) -> tuple[LabelSpec, ...]:
    """The labels wanted, of what can be seen; on a section, of whatever may be cut."""
    choice = _CUT_STRUCTURES if options.section and options.labels == "default" else options.labels
    return visibility.named(
        label_specs(choice, movement), body.surfaces, visibility.opacities(body.surfaces, options.show)
    )


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
    *,
    least_half: float = 0.0,
) -> Page:
    """Frame the anatomy of all frames beside its labels.

    least_half : half the height shown is at least that many metres, so that several pictures have one scale
    """
    canvas, turn = options.canvas, frames[0].body_to_world
    points = left_points(body, frames, options)
    if options.section is not None and options.section.areas:
        turn = femur_turn(body, frames[0])[:3, :3]

    def camera(box: Box | None) -> Camera:
        if options.camera is not None:
            return options.camera
        if options.section is not None and options.section.areas:
            axes = axes_of(options.section, body, frames[0])
            return fitted(points, axes, *canvas, box or Box(0.0, 0.0, *canvas))
        return aimed(body, points, options, turn, box)

    title, source = title_of(movement, options), source_of(movement, options)
    caption = caption or options.caption
    colours = colouring.scale(options.colour, body, movement, options.reach)
    legend = _legend(body, specs, options)
    furnished = partial(
        furnish,
        canvas,
        title=title,
        note=options.note,
        caption=caption,
        source=source,
        legend=legend,
        colours=colours,
        inset=options.inset,
    )
    before = furnished()
    extent = np.ptp(camera(None).project(points, *canvas)[:, :2], axis=0)
    arrangement = arrangement_for(float(extent[0]), float(extent[1]), canvas)
    free = gutters(specs, canvas, options.style, options.language, arrangement=arrangement, reserved=before.boxes)
    chosen = camera(free)
    if chosen.parallel and chosen.half < least_half:
        chosen = camera(_shrunk(free, chosen.half / least_half))
    if options.zoom != 1.0:
        chosen = orbit(chosen, _pivot(points), zoom=options.zoom)
    furniture = furnished(metres_per_unit=chosen.metres_per_unit(canvas[1]) if options.scale_bar else None)
    return Page(chosen, furniture, arrangement, compass_words(chosen, body.side, turn))


def dial_of(
    body: Body,
    movement: Movement,
    time_s: float,
    frame: Frame,
    camera: Camera,
    options: Options,
    *,
    taken: Sequence[Box],
    drawn: BoolArray,
) -> dial.Dial | None:
    """The dial of a movement in its place, opening to the side to which the resting leg points; None where there is none.

    taken : boxes of the furniture
    drawn : where there is anything on the picture
    """
    # A close-up or a section is about a place, not about the angle of a joint.
    wanted = options.dial and options.section is None and not VIEWS[options.view].focus
    reading = dial.reading_at(movement, time_s, body.physique) if wanted else None
    if reading is None:
        return None
    footwards = frame.body_to_world @ (0.0, -1.0, 0.0)
    to_the_left = float(footwards @ camera.right) < 0.0
    return dial.stand(reading, options.canvas, taken=taken, silhouette=drawn, leftwards=to_the_left)


def left_points(body: Body, frames: Sequence[Frame], options: Options) -> FloatArray:
    """What a picture must contain, see `framing_points`; of a section, what it leaves in each of the frames."""
    if options.section is None:
        return framing_points(body, frames, options)
    each = [(frame, framing_points(body, [frame], options)) for frame in frames]
    return np.concatenate([_left_by(options.section, body, frame, points, options) for frame, points in each])


def plane_of(body: Body, frame: Frame, camera: Camera, options: Options) -> Plane | None:
    """The plane of a picture's section in a pose, its normal towards the viewer; None where nothing is cut."""
    return None if options.section is None else plane_in(options.section, body, frame).facing(camera)


def inner_colours(body: Body, shown: Mapping[str, float], painted: Mapping[str, Paint]) -> dict[str, Colour]:
    """The colour of each surface where it is cut open: what it is painted all over, or that of its tissue."""
    found: dict[str, Colour] = {}
    for surface in body.surfaces:
        if surface.kind in CUT_COLOURS and not surface.ghost and shown[surface.name] >= visibility.NAMED_FROM:
            paint = painted.get(surface.name)
            found[surface.name] = paint if isinstance(paint, tuple) else CUT_COLOURS[surface.kind]
    return found


def _left_by(section: Section, body: Body, frame: Frame, points: FloatArray, options: Options) -> FloatArray:
    """What a section leaves to be framed: the half behind the plane, or the cut faces alone."""
    plane = plane_in(section, body, frame)
    if section.areas:
        return np.concatenate([np.asarray(cut.face.points) for cut in cut_faces(body, frame, plane, options).values()])
    kept = plane.facing(aimed(body, points, options, frame.body_to_world, None)).behind(points)
    return kept if len(kept) else points


def cut_faces(body: Body, frame: Frame, plane: Plane, options: Options) -> dict[str, Cap]:
    """Cut faces of everything that is shown, ghosts left out.

    raises : VisualiserError if the plane goes through nothing
    """
    shown = shown_opacities(body, options)
    alone = options.section is not None and options.section.areas
    found = {}
    for surface in body.surfaces:
        whole = shown[surface.name] >= visibility.NAMED_FROM and not surface.ghost and surface.kind in CUT_COLOURS
        face = cap(surface.name, body.placed(surface, frame), surface.faces, plane, smooth=alone) if whole else None
        if face is not None and not (alone and surface.side not in (None, body.side)):
            found[surface.name] = face
    if not found:
        raise VisualiserError("The section goes through nothing that is shown; choose another level.")
    return found


def aimed(body: Body, points: FloatArray, options: Options, turn: FloatArray, box: Box | None) -> Camera:
    """The camera of a view, carried by the picture's own azimuth and elevation, that fits points into a box."""
    angle = PERSPECTIVE_DEG if options.perspective else 0.0
    camera = camera_for(
        options.view, body.side, points, *options.canvas, box, body_to_world=turn, perspective_deg=angle
    )
    if not options.azimuth and not options.elevation:
        return camera
    azimuth, elevation = np.radians([options.azimuth, options.elevation])
    carried = orbit(camera, _pivot(points), azimuth=azimuth, elevation=elevation)
    axes = look_axes(carried.back, carried.up)
    return fitted(points, axes, *options.canvas, box or Box(0.0, 0.0, *options.canvas), perspective_deg=angle)


def _pivot(points: FloatArray) -> FloatArray:
    middle: FloatArray = (points.min(axis=0) + points.max(axis=0)) / 2
    return middle


def _shrunk(box: Box, factor: float) -> Box:
    """A box made smaller about its middle."""
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    wide, high = box.width * factor / 2, box.height * factor / 2
    return Box(x - wide, y - high, x + wide, y + high)


def title_of(movement: Movement, options: Options) -> str:
    """The title on the picture."""
    if isinstance(options.title, str) or not options.title:
        return options.title or ""
    return words_for(options.section) if options.section is not None else movement.title


def source_of(movement: Movement, options: Options) -> str:
    """The line of sources on the picture."""
    if isinstance(options.source, str):
        return options.source
    if options.section is not None and options.section.areas:
        return (
            "Drawn are the hamstrings, the nerve and the bones; other muscles, vessels, fat and skin are not modelled."
        )
    return f"Source: {movement.source_names}" if options.source and movement.source_names else ""


def _legend(body: Body, specs: Sequence[LabelSpec], options: Options) -> list[tuple[str | Colour, str]]:
    """What the colours of the picture mean: of the heads where they have their own, else of the labels."""
    if not options.legend:
        return []
    if options.colour == "identity":
        shown = visibility.opacities(body.surfaces, options.show)
        drawn = {s.structure for s in body.surfaces if s.kind in (MUSCLE, NERVE) and shown[s.name] > visibility.GHOSTED}
        return [(IDENTITY[s.name], s.display) for s in structures() if s.name in drawn]
    used = {spec.group for spec in specs}
    return [(group, word) for group, word in _GROUP_WORDS.items() if group in used]
