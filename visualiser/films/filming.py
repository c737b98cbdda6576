"""One film's anatomy: every frame posed, drawn, smoothed and handed on as a cut-out, ready to be laid on its ground.

Posing, drawing and smoothing run on threads of their own. The ground is not drawn: a gradient on software OpenGL costs as much as half the
anatomy. Only the part of the picture that holds anatomy is read back; a frame that equals the one before is not drawn again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image

from visualiser.bodies import anchoring
from visualiser.bodies.anchoring import Anchor
from visualiser.bodies.assembly import Body, Frame
from visualiser.films.cameramoves import Way
from visualiser.films.pipes import ahead
from visualiser.films.smoothing import smooth
from visualiser.films.timeline import Moment
from visualiser.movements.movement import Movement
from visualiser.pictures import colouring
from visualiser.pictures.appearance import THEMES, Paint
from visualiser.pictures.backdrop import cut_out
from visualiser.pictures.cameras import Camera
from visualiser.pictures.options import Options
from visualiser.pictures.pages import covering_points, shown_opacities
from visualiser.pictures.rendering import Stage
from visualiser.typed import ByteArray, FloatArray

# Drawn how many times larger, and whether edges are smoothed afterwards.
QUALITIES: Mapping[str, tuple[int, bool]] = {"draft": (1, False), "standard": (1, True), "fine": (2, False)}
STILL = "still"  # for the poster of a film
_SAMPLES = {**{name: samples for name, (samples, _) in QUALITIES.items()}, STILL: 3}
_AHEAD = 2
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)


@dataclass(frozen=True, eq=False, slots=True)
class Shot:
    """What is filmed and from where.

    followed : the structure that the camera goes along with, "" for none
    """

    movement: Movement
    options: Options
    way: Way
    anchors: tuple[Anchor, ...]
    quality: str = "standard"
    followed: str = ""

    @property
    def samples(self) -> int:
        """How many times larger the anatomy is drawn."""
        return min(_SAMPLES[self.quality], self.options.samples)

    def camera(self, moment: Moment, shift: FloatArray | None) -> Camera:
        """The camera of one frame."""
        return self.way.at(moment.share, shift)


class Exposure(NamedTuple):
    """The anatomy of one frame.

    cutout  : (h, w, 4)  premultiplied, at the film's own pixels
    corner  : where its left upper corner lies, pixels
    anchors : (n, 2)     what labels point at, layout units
    seen    : (n,)       share of each in view
    covered : (m, 2)     points all over what is drawn, layout units
    """

    cutout: ByteArray
    corner: tuple[int, int]
    camera: Camera
    anchors: FloatArray
    seen: FloatArray
    covered: FloatArray


class _Posed(NamedTuple):
    frame: Frame
    camera: Camera
    colours: dict[str, Paint]


class _Raw(NamedTuple):
    """As it comes from graphics memory: (h, w, 4), rows from below; the same array again where nothing changed."""

    pixels: ByteArray
    corner: tuple[int, int]
    exposure: Exposure


def middle_of(body: Body, frame: Frame, structure: str) -> FloatArray:
    """The middle of a structure of the leg that moves: (3,) world metres."""
    surface = next(s for s in body.surfaces if s.structure == structure and s.side in (None, body.side))
    points = body.placed(surface, frame)
    centre: FloatArray = (points.min(axis=0) + points.max(axis=0)) / 2
    return centre


def expose(body: Body, shot: Shot, moments: Iterable[Moment]) -> Iterator[Exposure]:
    """The anatomy of some moments in their order."""
    posed = ahead(_pose(body, shot, moments), _AHEAD, "poses")
    drawn = ahead(_draw(body, shot, posed), _AHEAD, "drawing")
    return ahead(_finish(shot, drawn), _AHEAD, "smoothing")


def _pose(body: Body, shot: Shot, moments: Iterable[Moment]) -> Iterator[_Posed]:
    last_s, frame = -1.0, None
    for moment in moments:
        if frame is None or moment.time_s != last_s:
            frame, last_s = body.movement_frame(shot.movement, moment.time_s), moment.time_s
        shift = None
        if shot.followed:
            centre = middle_of(body, frame, shot.followed)
            shift = centre - np.asarray(shot.way.pivot)
        colours = colouring.colours(shot.options.colour, body, shot.movement, moment.time_s, shot.options.reach)
        yield _Posed(frame, shot.camera(moment, shift), colours)


def _draw(body: Body, shot: Shot, posed: Iterator[_Posed]) -> Iterator[_Raw]:
    options, samples = shot.options, shot.samples
    size = (options.width * samples, options.height * samples)
    shown = shown_opacities(body, options)
    translucent = any(0.0 < opacity < 1.0 for opacity in shown.values())
    before: _Posed | None = None
    raw: _Raw | None = None
    with Stage(body.drawn, options.theme, size) as stage:
        stage.show(shown)
        if options.show.only or options.transparent:
            stage.hide_props()
        stage.backdrop(_BLACK)
        for now in posed:
            if raw is None or before is None or not _same(before, now):
                stage.update(now.frame)
                stage.paint(now.colours)
                stage.look(now.camera)
                pixels, corner = _both(stage, samples) if translucent else stage.cutout(samples)
                places = anchoring.places(shot.anchors, body, now.frame)
                seen = stage.seen(now.camera.project(places, *size), radius=3.0 * options.scale * samples)
                anchors = now.camera.project(places, *options.canvas)[:, :2]
                covered = now.camera.project(covering_points(body, now.frame, shown), *options.canvas)[:, :2]
                raw = _Raw(pixels, corner, Exposure(pixels, corner, now.camera, anchors, seen, covered))
            before = now
            yield raw


def _both(stage: Stage, samples: int) -> tuple[ByteArray, tuple[int, int]]:
    """Translucent anatomy tells what it lets through by being drawn on black and on white; premultiplied, rows from below."""
    on_black, corner = stage.cutout(samples)
    stage.backdrop(_WHITE)
    on_white, _ = stage.cutout(samples)
    stage.backdrop(_BLACK)
    straight = cut_out(on_black[..., :3], on_white[..., :3])
    straight[..., :3] = on_black[..., :3]
    return straight, corner


def _same(a: _Posed, b: _Posed) -> bool:
    """Whether two frames look the same: pose, camera and colours."""
    if a.camera != b.camera or not colouring.same(a.colours, b.colours):
        return False
    if a.frame is b.frame:
        return True
    pairs = [(a.frame.transforms, b.frame.transforms), (a.frame.vertices, b.frame.vertices)]
    return all(x.keys() == y.keys() and all(np.array_equal(x[k], y[k]) for k in x) for x, y in pairs)


def _finish(shot: Shot, drawn: Iterator[_Raw]) -> Iterator[Exposure]:
    samples, blended = shot.samples, shot.quality in QUALITIES and QUALITIES[shot.quality][1]
    ground = _grey(np.array([[[*THEMES[shot.options.theme].bottom, 255]]], dtype=np.uint8))
    done: tuple[_Raw, Exposure] | None = None
    for raw in drawn:
        if done is None or done[0] is not raw:
            left, top = raw.corner
            picture = raw.pixels
            if samples > 1:
                size = (picture.shape[1], picture.shape[0])
                picture = np.asarray(Image.frombuffer("RGBX", size, picture, "raw", "RGBX", 0, 1).reduce(samples))
            cutout = np.ascontiguousarray(picture[::-1])
            if blended:
                signal = _grey(cutout)
                np.copyto(signal, ground, where=cutout.view("<u4")[..., 0] == 0)
                smooth(cutout, signal)
            done = raw, raw.exposure._replace(cutout=cutout, corner=(left // samples, top // samples))
        yield done[1]


def _grey(pixels: ByteArray) -> ByteArray:
    """Brightness of each pixel (h, w, 4): (h, w). Pillow's own, which takes a third of the time that numpy does."""
    size = (pixels.shape[1], pixels.shape[0])
    return np.array(Image.frombuffer("RGBX", size, pixels, "raw", "RGBX", 0, 1).convert("L"))
