"""Clips: a movement drawn frame by frame and streamed to the encoder, so that memory does not grow with length."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, repeat
from pathlib import Path

import numpy as np

from visualiser import anchoring, colouring, dial, overlay
from visualiser.assembly import Body, Frame
from visualiser.backdrop import reduce_opaque
from visualiser.cameras import Box
from visualiser.errors import ExportError
from visualiser.furniture import Furniture, caption_block, with_compass
from visualiser.movement import Movement
from visualiser.options import Options
from visualiser.pages import Page, covering_points, dial_of, framing_points, page, shown_opacities, specs_for
from visualiser.rendering import Stage
from visualiser.stills import solid
from visualiser.tracking import AHEAD_S, Tracker
from visualiser.typed import BoolArray, ByteArray, FloatArray
from visualiser.video import VideoWriter

SUPERSAMPLING = 2
SLOWEST, FASTEST = 0.02, 20.0
MOST_FPS = 240
_SURVEY = 9  # poses that decide framing and anchors
_EVERYWHERE = np.ones((1, 1), dtype=bool)  # leaders get a casing all along: on the background it does not show

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False, slots=True)
class Survey:
    """What is decided once for a whole clip: where the camera stands, what each label points at, where the furniture is."""

    page: Page
    anchors: Sequence[anchoring.Anchor]
    furniture: Furniture
    captions: Mapping[str, Furniture]
    anatomy: Box
    gauge: dial.Dial | None


def frame_count(movement: Movement, fps: int, speed: float) -> int:
    """Frames of the whole movement. A movement of T seconds has T * fps of them: its last pose is the next loop's first."""
    return max(1, round(movement.duration_s / speed * fps))


def clip(
    body: Body,
    movement: Movement,
    target: Path,
    options: Options,
    *,
    fps: int = 30,
    speed: float = 1.0,
    metadata: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    force: bool = False,
) -> None:
    """Film a whole movement into an MP4 file.

    raises : ExportError for an impossible rate or speed, or if the file cannot be written
    """
    if not 1 <= fps <= MOST_FPS:
        raise ExportError(f"fps is {fps}; 1 to {MOST_FPS} frames a second are allowed.")
    if not SLOWEST <= speed <= FASTEST:
        raise ExportError(f"speed is {speed:g}; {SLOWEST:g} to {FASTEST:g} are allowed.")
    count = frame_count(movement, fps, speed)
    writer = VideoWriter(
        target, width=options.width, height=options.height, fps=Fraction(fps), metadata=metadata, force=force
    )
    with writer:
        for number, image in enumerate(images(body, movement, options, fps=fps, speed=speed), start=1):
            writer.write(image)
            if progress is not None:
                progress(number, count)


def images(
    body: Body, movement: Movement, options: Options, *, fps: int = 30, speed: float = 1.0
) -> Iterator[ByteArray]:
    """The labelled pictures of a clip, (height, width, 3) each, in order."""
    survey = _survey(body, movement, options)
    tracker = Tracker(
        [anchor.spec for anchor in survey.anchors],
        options.canvas,
        options.style,
        anatomy=survey.anatomy,
        language=options.language,
        arrangement=survey.page.arrangement,
        reserved=[
            *(box for furniture in survey.captions.values() for box in furniture.boxes),
            *([survey.gauge.box] if survey.gauge else []),
        ],
        frame_s=1 / fps,
    )
    times = np.arange(frame_count(movement, fps, speed)) * speed / fps
    samples = max(1, min(SUPERSAMPLING, options.samples))
    size = (options.width * samples, options.height * samples)
    steps = [max(1, round(seconds * fps)) for seconds in AHEAD_S]
    with Stage(body.drawn, options.theme, size) as stage:
        shown = shown_opacities(body, options)
        stage.show(shown)
        if options.show.only:
            stage.hide_props()
        stage.backdrop(stage.theme.bottom, stage.theme.top)
        for time_s, (now, *later) in zip(times, _with_future(body, movement, times, steps), strict=True):
            stage.update(now)
            stage.paint(colouring.colours(options.colour, body, movement, float(time_s), options.reach))
            stage.look(survey.page.camera)
            image = reduce_opaque(stage.pixels(), samples)
            points = [anchoring.places(survey.anchors, body, frame) for frame in (now, *later)]
            seen = stage.seen(survey.page.camera.project(points[0], *size), radius=3.0 * options.scale * samples)
            covered = survey.page.camera.project(covering_points(body, now, shown), *options.canvas)[:, :2]
            yield _labelled(image, points, covered, seen, time_s, survey, tracker, body, movement, options)


def _labelled(
    image: ByteArray,
    points: Sequence[FloatArray],
    covered: FloatArray,
    seen: FloatArray,
    time_s: float,
    survey: Survey,
    tracker: Tracker,
    body: Body,
    movement: Movement,
    options: Options,
) -> ByteArray:
    """A frame with the labels of its moment drawn onto it."""
    now, *later = (survey.page.camera.project(p, *options.canvas)[:, :2] for p in points)
    placement = tracker.step(now, seen, np.array(later), occupied=covered)
    caption = movement.caption_at(time_s) if options.captions else ""
    overlay.draw(
        image,
        placement,
        options.scale,
        options.theme,
        style=options.style,
        furniture=survey.captions[caption],
        anatomy=_EVERYWHERE,
    )
    reading = dial.reading_at(movement, time_s, body.physique) if survey.gauge else None
    if survey.gauge is not None and reading is not None:
        dial.draw(image, replace(survey.gauge, reading=reading), options.scale, options.theme)
    return image


def _with_future(body: Body, movement: Movement, times: FloatArray, steps: Sequence[int]) -> Iterator[list[Frame]]:
    """Each frame together with the ones some steps later; only the frames in between are held."""
    frames = (body.movement_frame(movement, float(time_s)) for time_s in times)
    window: deque[Frame] = deque(maxlen=max(steps) + 1)
    for frame in frames:
        window.append(frame)
        if len(window) == window.maxlen:
            yield [window[0], *(window[step] for step in steps)]
    # The end, and clips shorter than the look ahead: the last pose stands for what would come.
    last = window[-1]
    rest = list(window)[1 if len(window) == window.maxlen else 0 :]
    for i in range(len(rest)):
        following = chain(rest[i:], repeat(last))
        ahead = [frame for frame, _ in zip(following, range(max(steps) + 1), strict=False)]
        yield [ahead[0], *(ahead[step] for step in steps)]


def _survey(body: Body, movement: Movement, options: Options) -> Survey:
    """Look at the movement in a few poses and decide what stays fixed in the clip."""
    specs = specs_for(body, movement, options)
    frames = [body.movement_frame(movement, t) for t in np.linspace(0.0, movement.duration_s, _SURVEY)]
    captions = ("", *dict.fromkeys(phase.caption for phase in movement.phases)) if options.captions else ("",)
    laid = page(body, movement, frames, specs, options, caption=max(captions, key=len))
    bare = replace(laid.furniture, texts=laid.furniture.texts[:-1] if max(captions, key=len) else laid.furniture.texts)
    looks, occupied = _looks(body, frames, laid, options)
    projected = laid.camera.project(framing_points(body, frames, options), *options.canvas)
    anatomy = Box(*projected[:, :2].min(axis=0), *projected[:, :2].max(axis=0))
    gauge = dial_of(body, movement, 0.0, frames[0], laid.camera, options, taken=laid.furniture.boxes, drawn=occupied)
    taken = [gauge.box] if gauge else []
    furniture = (
        with_compass(bare, laid.words, options.canvas, taken=taken, silhouette=occupied) if options.compass else bare
    )
    with_caption = {
        text: replace(furniture, texts=(*furniture.texts, caption_block(options.canvas, text))) if text else furniture
        for text in captions
    }
    return Survey(laid, anchoring.choose(specs, body, looks), furniture, with_caption, anatomy, gauge)


def _looks(body: Body, frames: Sequence[Frame], laid: Page, options: Options) -> tuple[list[anchoring.Look], BoolArray]:
    """Depth of every surveyed pose at layout size, and every place where something is ever drawn, floor and ghosts included."""
    looks = []
    width, height = options.layout_size
    occupied = np.zeros((height, width), dtype=bool)
    shown = shown_opacities(body, options)
    opaque, anything = solid(shown), {name: float(opacity > 0.0) for name, opacity in shown.items()}
    with Stage(body.drawn, options.theme, options.layout_size) as stage:
        stage.show(opaque)
        for frame in frames:
            stage.update(frame)
            stage.look(laid.camera)
            stage.colour()
            looks.append(anchoring.Look(frame, laid.camera, stage.depth()))
            if opaque != anything:
                stage.show(anything)
                stage.colour()
            occupied |= stage.hit()
            stage.show(opaque)
    return looks, occupied
