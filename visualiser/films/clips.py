"""Clips: a movement as labelled pictures, frame by frame through short queues, so that memory does not grow with length."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from PIL import Image

from visualiser.bodies import anchoring
from visualiser.bodies.assembly import Body, Frame
from visualiser.errors import VisualiserError, unknown_name
from visualiser.films import cameramoves
from visualiser.films.cameramoves import FIXED, Move, Way
from visualiser.films.crew import Expose
from visualiser.films.filming import QUALITIES, STILL, Exposure, Shot, expose, middle_of
from visualiser.films.timeline import AS_WRITTEN, Moment, Pace, Timeline
from visualiser.films.titlecards import draw_card
from visualiser.films.video import VideoWriter
from visualiser.machine import one_thread_of_algebra
from visualiser.movements.movement import Movement
from visualiser.pictures import dial, overlay
from visualiser.pictures.appearance import look_up
from visualiser.pictures.backdrop import compose_background
from visualiser.pictures.cameras import Box, Camera, compass_words
from visualiser.pictures.furniture import CORNERS, Compass, Furniture, caption_block, compass_box, furnish, with_compass
from visualiser.pictures.ink import four_bytes, on_four_bytes
from visualiser.pictures.layout import gutters
from visualiser.pictures.options import Options, moment
from visualiser.pictures.pages import (
    Page,
    dial_of,
    inner_colours,
    left_points,
    page,
    plane_of,
    shown_opacities,
    source_of,
    specs_for,
)
from visualiser.pictures.rendering import Stage
from visualiser.pictures.section import Cutaway
from visualiser.pictures.stills import solid
from visualiser.pictures.tracking import AHEAD_S, Tracker
from visualiser.typed import BoolArray, ByteArray, FloatArray

_SURVEY = 9  # poses that decide framing and anchors
_EVERYWHERE = np.ones((1, 1), dtype=bool)  # leaders get a casing all along: on the background it does not show
_LONGEST_WORDS = ("posterolateral", "posterolateral", "superior", "inferior")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False, slots=True)
class Survey:
    """What is decided once for a whole clip: where the camera goes, what each label points at, where the furniture is."""

    shot: Shot
    page: Page
    furniture: Furniture
    captions: Mapping[str, Furniture]
    anatomy: Box
    gauge: dial.Dial | None
    corner: str  # of a compass whose words change with the camera; "" where there is none
    body_to_world: FloatArray


def frame_count(movement: Movement, fps: int, speed: float) -> int:
    """Frames of the whole movement. A movement of T seconds has T * fps of them: its last pose is the next loop's first."""
    return max(1, round(movement.duration_s / speed * fps))


def timeline_of(movement: Movement, pace: Pace) -> Timeline:
    """The frames of a film of a movement."""
    start, end = (
        default if typed is None else moment(typed, movement.duration_s)
        for typed, default in ((pace.start, 0.0), (pace.end, movement.duration_s))
    )
    return Timeline(start, end, pace)


def clip(
    body: Body,
    movement: Movement,
    target: Path,
    options: Options,
    *,
    pace: Pace = AS_WRITTEN,
    move: Move = FIXED,
    quality: str = "standard",
    metadata: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    force: bool = False,
) -> None:
    """Film a movement into a file.

    raises : ExportError for an impossible rate or speed, or if the file cannot be written
    """
    timeline = timeline_of(movement, pace)
    write(
        target,
        images(body, movement, options, timeline, move=move, quality=quality),
        timeline,
        (options.width, options.height),
        alpha=options.transparent,
        metadata=metadata,
        progress=progress,
        force=force,
    )


def write(
    target: Path,
    pictures: Iterable[ByteArray],
    timeline: Timeline,
    size: tuple[int, int],
    *,
    alpha: bool,
    metadata: Mapping[str, str] | None,
    progress: Progress | None,
    force: bool,
) -> None:
    """Encode the pictures of a film; what is played again is not encoded again."""
    writer = VideoWriter(
        target,
        width=size[0],
        height=size[1],
        fps=timeline.pace.fps,
        alpha=alpha,
        rounds=timeline.pace.loops,
        first=timeline.first,
        last=timeline.last,
        metadata=metadata,
        force=force,
    )
    with writer:
        for number, picture in enumerate(pictures, start=1):
            writer.write(picture)
            if progress is not None:
                progress(number, len(timeline))


def images(
    body: Body,
    movement: Movement,
    options: Options,
    timeline: Timeline,
    *,
    move: Move = FIXED,
    quality: str = "standard",
    least_half: float = 0.0,
    ground: ByteArray | None = None,
    draw: Expose = expose,
) -> Generator[ByteArray]:
    """The labelled pictures of a clip in order: (height, width, 3), or with straight alpha (height, width, 4) when transparent.

    least_half : see `pages.page`: several clips side by side have one scale
    ground     : (height, width, 3)  what the anatomy is laid on; the theme's own when None
    draw       : who draws the frames: this process, or a `crew.Crew`
    """
    if quality != STILL:
        look_up("quality", quality, QUALITIES)
    with one_thread_of_algebra():
        found = survey(body, movement, options, timeline, move, quality, least_half=least_half)
        if ground is None:
            ground = compose_background(options.width, options.height, options.theme, dither=True)
        writer = _Writer(body, found, timeline, ground)
        shown = (now for now in timeline if now.card is None)
        shot = found.shot if options.transparent else replace(found.shot, ground=ground)
        exposures = _with_future(draw(body, shot, shown), timeline.pace.fps)
        cards: dict[str, ByteArray] = {}
        with closing(exposures):
            for now in timeline:
                if now.card is not None:
                    if now.card not in cards:
                        cards[now.card] = draw_card(now.card, movement, options)
                    picture = cards[now.card]
                else:
                    picture = writer.picture(now, *next(exposures))
                yield picture if now.strength >= 1.0 else faded(picture, now.strength, ground)


def poster(body: Body, movement: Movement, options: Options, pace: Pace, *, move: Move = FIXED) -> Image.Image:
    """The first frame of the movement as the film shows it, drawn as finely as a still."""
    timeline = timeline_of(movement, replace(pace, title_card=0.0, fade=0.0))
    pictures = images(body, movement, options, timeline, move=move, quality=STILL)
    first = next(pictures)
    pictures.close()
    return Image.fromarray(first, "RGBA" if options.transparent else "RGB")


def faded(picture: ByteArray, strength: float, ground: ByteArray) -> ByteArray:
    """A picture on its way to the bare ground, or to nothing when transparent."""
    if picture.shape[2] == 4:
        result = picture.copy()
        result[..., 3] = np.round(picture[..., 3] * strength)
        return result
    share = np.uint16(round(strength * 256))
    mixed = picture.astype(np.uint16) * share + ground.astype(np.uint16) * (256 - share) + 128
    return (mixed >> 8).astype(np.uint8)


class _Writer:
    """Lays the anatomy of each frame on its ground and writes labels and furniture over it; frames must come in order."""

    def __init__(self, body: Body, found: Survey, timeline: Timeline, ground: ByteArray) -> None:
        self.body, self.found = body, found
        self.ground = ground
        self.movement, self.options = found.shot.movement, found.shot.options
        boxes = [box for furniture in found.captions.values() for box in furniture.boxes]
        self.tracker = Tracker(
            [anchor.spec for anchor in found.shot.anchors],
            self.options.canvas,
            self.options.style,
            anatomy=found.anatomy,
            language=self.options.language,
            arrangement=found.page.arrangement,
            reserved=[*boxes, *([found.gauge.box] if found.gauge else [])],
            frame_s=1 / timeline.pace.fps,
        )
        self._known: dict[tuple[str, tuple[str, ...]], Furniture] = {}
        self._bare: tuple[Furniture, ByteArray] | None = None  # the ground with all that stands still on it

    def picture(self, now: Moment, exposure: Exposure, later: FloatArray) -> ByteArray:
        """One frame.

        later : (2, n, 2)  where the anchors will be, see `tracking.AHEAD_S`
        """
        options, found = self.options, self.found
        caption = self.movement.caption_at(now.time_s) if options.captions else ""
        furniture = self._furniture(caption, exposure.camera)
        image = self._laid_down(exposure, furniture)
        placement = self.tracker.step(exposure.anchors, exposure.seen, later, occupied=exposure.covered)
        overlay.draw(image, placement, options.scale, options.theme, style=options.style, anatomy=_EVERYWHERE)
        reading = dial.reading_at(self.movement, now.time_s, self.body.physique) if found.gauge else None
        if found.gauge is not None and reading is not None:
            dial.draw(image, replace(found.gauge, reading=reading), options.scale, options.theme)
        return image

    def _laid_down(self, exposure: Exposure, furniture: Furniture) -> ByteArray:
        """Ground, anatomy and furniture: (H, W, 3) on four bytes a pixel, or (H, W, 4) with straight alpha."""
        scale, theme = self.options.scale, self.options.theme
        if self.options.transparent:
            return overlay.furnish(on_nothing(exposure, self.options), furniture, scale, theme)
        if self._bare is None or self._bare[0] is not furniture:
            page = four_bytes(overlay.furnish(on_four_bytes(self.ground), furniture, scale, theme))
            assert page is not None
            self._bare = furniture, page
        image = self._bare[1].copy()
        for left, top, pixels in exposure.parts:
            image[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        # Anatomy brought the bare ground with it: what stands there is laid down again, only there.
        regions = [(left, top, left + pixels.shape[1], top + pixels.shape[0]) for left, top, pixels in exposure.parts]
        return overlay.furnish(image[..., :3], furniture, scale, theme, regions)

    def _furniture(self, caption: str, camera: Camera) -> Furniture:
        """What stands on the picture; a camera that moves changes the words of the compass."""
        furniture = self.found.captions[caption]
        if not self.found.corner:
            return furniture
        words = compass_words(camera, self.body.side, self.found.body_to_world)
        if (caption, words) not in self._known:
            box = compass_box(words, self.options.canvas, self.found.corner)
            centre = (box.left + box.right) / 2, (box.top + box.bottom) / 2
            self._known[caption, words] = replace(furniture, compass=Compass(words, centre, box))
        return self._known[caption, words]


def on_nothing(exposure: Exposure, options: Options) -> ByteArray:
    """The anatomy on a clear picture (H, W, 4), straight alpha."""
    image = np.zeros((options.height, options.width, 4), dtype=np.uint8)
    for left, top, cutout in exposure.parts:
        part = image[top : top + cutout.shape[0], left : left + cutout.shape[1]]
        part[...] = cutout
        alpha = cutout[..., 3]
        partly = (alpha > 0) & (alpha < 255)
        part[partly, :3] = np.minimum(cutout[partly, :3].astype(np.uint16) * 255 // alpha[partly, None], 255)
    return image


def _with_future(exposures: Iterator[Exposure], fps: int) -> Generator[tuple[Exposure, FloatArray]]:
    """Each frame with the anchors of the ones some steps later; only the frames in between are held."""
    steps = [max(1, round(seconds * fps)) for seconds in AHEAD_S]
    held: deque[Exposure] = deque(maxlen=max(steps) + 1)
    try:
        for exposure in chain(exposures, (None,) * max(steps)):
            # At the end, and in clips shorter than the look ahead, the last frame stands for what would come.
            held.append(held[-1] if exposure is None else exposure)
            if len(held) == held.maxlen:
                yield held[0], np.array([held[step].anchors for step in steps])
    finally:
        close = getattr(exposures, "close", None)
        if close is not None:
            close()


# -- what is decided before the first frame ------------------------------------------------------------------------------------------


def half_of(body: Body, movement: Movement, options: Options, timeline: Timeline) -> float:
    """Half the height that a fixed camera shows of a clip, metres: see `least_half`."""
    _, frames = _surveyed(body, movement, timeline)
    return page(body, movement, frames, specs_for(body, movement, options), options).camera.half


def _surveyed(body: Body, movement: Movement, timeline: Timeline) -> tuple[FloatArray, list[Frame]]:
    """Shares of a clip at which it is looked at before it begins, and its frames there."""
    shares = np.linspace(0.0, 1.0, _SURVEY)
    times = timeline.start_s + shares * (timeline.end_s - timeline.start_s)
    return shares, list(body.movement_frames(movement, times.tolist()))


def survey(
    body: Body,
    movement: Movement,
    options: Options,
    timeline: Timeline,
    move: Move = FIXED,
    quality: str = "standard",
    *,
    least_half: float = 0.0,
) -> Survey:
    """Look at the movement in a few poses and decide what stays fixed in the clip."""
    specs = specs_for(body, movement, options)
    shares, frames = _surveyed(body, movement, timeline)
    captions = ("", *dict.fromkeys(phase.caption for phase in movement.phases)) if options.captions else ("",)
    if move.views:
        options = replace(options, view=move.views[0])
    longest = max(captions, key=len)
    laid = page(body, movement, frames, specs, options, caption=longest, least_half=least_half)
    way = _way(body, movement, frames, options, laid, move, longest)
    cameras = [way.at(float(share)) for share in shares]
    if move.structure:
        shifts = [middle_of(body, frame, move.structure) - np.asarray(way.pivot) for frame in frames]
        cameras = [way.at(0.0, shift) for shift in shifts]
    bare = replace(laid.furniture, texts=laid.furniture.texts[:-1] if longest else laid.furniture.texts)
    if way.moves and len({round(camera.half, 9) for camera in cameras}) > 1:
        bare = replace(bare, scale_bar=None)
    elif way.moves and bare.scale_bar is not None:
        scale = cameras[0].metres_per_unit(options.canvas[1])
        own = furnish(options.canvas, source=source_of(movement, options), metres_per_unit=scale)
        bare = replace(bare, scale_bar=own.scale_bar)
    looks, occupied = _looks(body, frames, cameras, options)
    anatomy = _anatomy(body, frames, cameras, options)
    gauge = dial_of(body, movement, 0.0, frames[0], laid.camera, options, taken=laid.furniture.boxes, drawn=occupied)
    if way.moves:
        gauge = None  # it opens to the side on which the leg rests, which changes
    taken = [gauge.box] if gauge else []
    furniture, corner = bare, ""
    if options.compass:
        words = _LONGEST_WORDS if way.moves else laid.words
        furniture = with_compass(bare, words, options.canvas, taken=taken, silhouette=None if way.moves else occupied)
        if way.moves and furniture.compass is not None:
            place = furniture.compass.box
            corner = next((c for c in CORNERS if compass_box(words, options.canvas, c) == place), "")
    with_caption = {
        text: replace(furniture, texts=(*furniture.texts, caption_block(options.canvas, text))) if text else furniture
        for text in captions
    }
    if options.section is not None:  # what the section takes away loses its name, even a landmark
        specs = tuple(replace(spec, priority=max(spec.priority, 2)) for spec in specs)
    anchors = tuple(anchoring.choose(specs, body, looks))
    shot = Shot(movement, options, way, anchors, quality, move.structure)
    return Survey(shot, laid, furniture, with_caption, anatomy, gauge, corner, frames[0].body_to_world)


def _way(
    body: Body, movement: Movement, frames: Sequence[Frame], options: Options, laid: Page, move: Move, caption: str
) -> Way:
    """The way of the camera through a film."""
    if move.kind == "fixed":
        return cameramoves.fixed(laid.camera)
    specs = specs_for(body, movement, options)
    points = left_points(body, frames, options)
    if move.views:
        stops = []
        for share, view in move.keys:
            seen_so = replace(options, view=view)
            stops.append((share, page(body, movement, frames, specs, seen_so, caption=caption).camera))
        return cameramoves.through(stops, points)
    free = gutters(
        specs,
        options.canvas,
        options.style,
        options.language,
        arrangement=laid.arrangement,
        reserved=laid.furniture.boxes,
    )
    if move.kind == "orbit":
        return cameramoves.orbiting(laid.camera, points, move.degrees, options.canvas, free)
    drawn = {surface.structure for surface in body.surfaces}
    if move.structure not in drawn:
        raise unknown_name("structure to follow", move.structure, sorted(drawn))
    if not laid.camera.parallel:
        raise VisualiserError("A camera that follows a structure has no perspective; leave out --perspective.")
    centres = [middle_of(body, frame, move.structure) for frame in frames]
    surface = next(s for s in body.surfaces if s.structure == move.structure and s.side in (None, body.side))
    around = np.concatenate([body.placed(surface, f) - c for f, c in zip(frames, centres, strict=True)])
    way = cameramoves.following(laid.camera, around, centres[0], options.canvas, free)
    return replace(way, pivot=(float(centres[0][0]), float(centres[0][1]), float(centres[0][2])))


def _anatomy(body: Body, frames: Sequence[Frame], cameras: Sequence[Camera], options: Options) -> Box:
    """The rectangle that the anatomy fills over the whole film, layout units."""
    places = [
        camera.project(left_points(body, [frame], options), *options.canvas)[:, :2]
        for frame, camera in zip(frames, cameras, strict=True)
    ]
    all_places = np.concatenate(places)
    return Box(*all_places.min(axis=0), *all_places.max(axis=0))


def _looks(
    body: Body, frames: Sequence[Frame], cameras: Sequence[Camera], options: Options
) -> tuple[list[anchoring.Look], BoolArray]:
    """Depth of every surveyed pose, and every place where something is ever drawn, floor and ghosts included.

    At half the layout's size, whatever the film's: what a label points at and where nothing is drawn is seen well enough.
    """
    looks = []
    width, height = ((side + 1) // 2 for side in options.layout_size)
    occupied = np.zeros((height, width), dtype=bool)
    shown = shown_opacities(body, options)
    opaque, anything = solid(shown), {name: float(opacity > 0.0) for name, opacity in shown.items()}
    with Stage(body.drawn, options.theme, (width, height)) as stage:
        stage.show(opaque)
        for frame, camera in zip(frames, cameras, strict=True):
            stage.update(frame)
            stage.look(camera)
            plane = plane_of(body, frame, camera, options)
            if plane is not None:
                stage.hide_props()
                stage.halve(plane, inner_colours(body, shown, {}))
            stage.render()
            depth = stage.depth()
            looks.append(anchoring.Look(frame, Cutaway.of(camera, plane), depth))
            if opaque == anything:
                occupied |= np.isfinite(depth)
                continue
            stage.show(anything)
            stage.render()
            occupied |= stage.hit()
            stage.show(opaque)
    return looks, occupied
