"""One film's anatomy: every frame posed, drawn, laid on the film's ground, smoothed, and handed on as the parts that show any of it.

Posing, drawing and smoothing run on threads of their own. The ground is not drawn: a gradient on software OpenGL costs as much as half the
anatomy. A leg covers a sixth of a wide picture: only the parts that hold anatomy are read back, laid down, smoothed and handed on. A frame
that equals the one before is not drawn again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visualiser.bodies import anchoring
from visualiser.bodies.anchoring import Anchor
from visualiser.bodies.assembly import TOGETHER, Body, Frame
from visualiser.films.cameramoves import Way
from visualiser.films.pipes import ahead
from visualiser.films.smoothing import PAD, Region, signal_of, smooth, smooth_parts
from visualiser.films.timeline import Moment
from visualiser.movements.movement import Movement
from visualiser.pictures import colouring
from visualiser.pictures.appearance import Paint
from visualiser.pictures.backdrop import cut_out
from visualiser.pictures.cameras import Camera
from visualiser.pictures.options import Options
from visualiser.pictures.pages import covering_points, inner_colours, plane_of, shown_opacities
from visualiser.pictures.rendering import Stage
from visualiser.pictures.section import Cutaway
from visualiser.typed import BoolArray, ByteArray, FloatArray, IntArray

# Drawn how many times larger, and whether edges are smoothed afterwards.
QUALITIES: Mapping[str, tuple[int, bool]] = {"draft": (1, False), "standard": (1, True), "fine": (2, False)}
STILL = "still"  # for the poster of a film
_SAMPLES = {**{name: samples for name, (samples, _) in QUALITIES.items()}, STILL: 3}
_AHEAD = 2
_PALEST = np.uint8(190)  # of anatomy, where edges are looked for on a pale ground
_SOLID = np.uint32(0xFF000000)  # of a pixel as one number: the lowest that lets nothing through
_BAND, _GAP, _MARGIN = (
    64,
    32,
    2,
)  # pixels: height of the bands that anatomy is looked for in, what parts two boxes, room round them
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)


@dataclass(frozen=True, eq=False, slots=True)
class Shot:
    """What is filmed and from where.

    followed : the structure that the camera goes along with, "" for none
    ground   : (H, W, 3)  what the anatomy is laid on; None: on nothing
    """

    movement: Movement
    options: Options
    way: Way
    anchors: tuple[Anchor, ...]
    quality: str = "standard"
    followed: str = ""
    ground: ByteArray | None = None

    @property
    def samples(self) -> int:
        """How many times larger the anatomy is drawn."""
        return min(_SAMPLES[self.quality], self.options.samples)

    def camera(self, moment: Moment, shift: FloatArray | None) -> Camera:
        """The camera of one frame."""
        return self.way.at(moment.share, shift)


class Part(NamedTuple):
    """A part of a picture: where its left upper corner lies, pixels, and what it shows, (h, w, 4)."""

    left: int
    top: int
    pixels: ByteArray


class Exposure(NamedTuple):
    """The anatomy of one frame.

    parts   : all that shows anatomy, with the ground between; without a ground premultiplied, clear where nothing is
    anchors : (n, 2)     what labels point at, layout units
    seen    : (n,)       share of each in view
    covered : (m, 2)     points all over what is drawn, layout units
    """

    parts: tuple[Part, ...]
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
    last: dict[float, Frame] = {}
    remaining = iter(moments)
    while together := list(islice(remaining, TOGETHER)):
        times = dict.fromkeys(moment.time_s for moment in together)
        new = [time_s for time_s in times if time_s not in last]
        last |= zip(new, body.movement_frames(shot.movement, new), strict=True)
        last = {time_s: last[time_s] for time_s in times}
        for moment in together:
            frame, shift = last[moment.time_s], None
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
        if options.show.only or options.transparent or options.section is not None:
            stage.hide_props()
        stage.backdrop(_BLACK)
        for now in posed:
            if raw is None or before is None or not _same(before, now):
                stage.update(now.frame)
                stage.paint(now.colours)
                stage.look(now.camera)
                plane = plane_of(body, now.frame, now.camera, options)
                if plane is not None:
                    stage.halve(plane, inner_colours(body, shown, now.colours))
                camera = Cutaway.of(now.camera, plane)
                pixels, corner = _both(stage, samples) if translucent else stage.cutout(samples)
                places = anchoring.places(shot.anchors, body, now.frame)
                seen = stage.seen(camera.project(places, *size), radius=3.0 * options.scale * samples)
                anchors = now.camera.project(places, *options.canvas)[:, :2]
                covered = camera.project(covering_points(body, now.frame, shown), *options.canvas)
                covered = covered[np.isfinite(covered[:, 2]), :2]
                raw = _Raw(pixels, corner, Exposure((), now.camera, anchors, seen, covered))
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
    on_ground = None if shot.ground is None else Laying(shot.ground)
    done: tuple[_Raw, Exposure] | None = None
    for raw in drawn:
        if done is None or done[0] is not raw:
            left, top = raw.corner[0] // samples, raw.corner[1] // samples
            pixels = _reduced(raw.pixels, samples)[::-1]
            parts = (
                _alone(pixels, left, top, blended) if on_ground is None else on_ground.laid(pixels, left, top, blended)
            )
            done = raw, raw.exposure._replace(parts=parts)
        yield done[1]


def _reduced(pixels: ByteArray, samples: int) -> ByteArray:
    """Pixels (h, w, 4), premultiplied, averaged over blocks."""
    if samples == 1:
        return pixels
    size = (pixels.shape[1], pixels.shape[0])
    return np.asarray(Image.frombuffer("RGBX", size, pixels, "raw", "RGBX", 0, 1).reduce(samples))


def _alone(pixels: ByteArray, left: int, top: int, blended: bool) -> tuple[Part, ...]:
    """Anatomy on nothing, as one part."""
    cutout = np.ascontiguousarray(pixels)
    if blended:
        smooth(cutout, _apart(signal_of(cutout), cutout[..., 3] == 0, dark=False))
    return (Part(left, top, cutout),)


class Laying:
    """Lays anatomy on a ground (H, W, 3), frame by frame, wherever there is any."""

    def __init__(self, ground: ByteArray) -> None:
        page = np.dstack([ground, np.full(ground.shape[:2], 255, np.uint8)])
        self._ground = page.view("<u4")[..., 0]
        self._dark = bool(signal_of(page).mean() < 128)
        self._nothing = np.uint8(0 if self._dark else 255)
        self._signal = np.full((ground.shape[0] + 2 * PAD, ground.shape[1] + 2 * PAD), self._nothing)
        self._sheet = self._ground.copy()

    def laid(self, pixels: ByteArray, left: int, top: int, blended: bool) -> tuple[Part, ...]:
        """Parts of a picture that show anatomy.

        pixels  : (h, w, 4)  premultiplied, rows from above, at `left` and `top` of the picture
        blended : whether edges are smoothed
        """
        cutout = np.asarray(pixels).view("<u4")[..., 0]
        regions, clear = [], []
        for upper, lower, first, last in occupied(cutout):
            own = cutout[upper:lower, first:last]
            regions.append((upper + top, lower + top, first + left, last + left))
            at = np.s_[upper + top : lower + top, first + left : last + left]
            sheet = self._sheet[at]
            np.copyto(sheet, self._ground[at])
            clear.append(own == 0)
            solid = own >= _SOLID
            np.copyto(sheet, own, where=solid)
            soft = np.flatnonzero(clear[-1] == solid)
            if len(soft):
                _mix(sheet, own, soft)
        page = self._sheet[..., None].view(np.uint8)
        if blended and regions:
            padded = [np.s_[r[0] + PAD : r[1] + PAD, r[2] + PAD : r[3] + PAD] for r in regions]
            for region, at, nothing in zip(regions, padded, clear, strict=True):
                signal = signal_of(page[region[0] : region[1], region[2] : region[3]])
                self._signal[at] = _apart(signal, nothing, dark=self._dark)
            smooth_parts(page, self._signal, regions)
            for at in padded:
                self._signal[at] = self._nothing
        return tuple(Part(r[2], r[0], page[r[0] : r[1], r[2] : r[3]].copy()) for r in regions)


def _apart(signal: ByteArray, nothing: BoolArray, *, dark: bool) -> ByteArray:
    """A signal (h, w) in which a pale bone on a pale ground has an edge as well, in place: outlines are what is seen most."""
    there = nothing.view(np.uint8) - np.uint8(
        1
    )  # 0 where nothing is, else 255: many times faster than to choose pixels
    if dark:
        np.maximum(signal, 255 - _PALEST, out=signal)
        signal &= there
    else:
        np.minimum(signal, _PALEST, out=signal)
        signal |= ~there
    return signal


def _mix(below: NDArray[np.uint32], above: NDArray[np.uint32], at: IntArray) -> None:
    """Pixels that let something through, premultiplied, laid over others, in place."""
    rows, columns = np.divmod(at, above.shape[1])
    under = np.ascontiguousarray(below[rows, columns]).view(np.uint8).reshape(-1, 4)
    soft = np.ascontiguousarray(above[rows, columns]).view(np.uint8).reshape(-1, 4)
    through = 255 - soft[:, 3:].astype(np.uint16)
    under[:, :3] = soft[:, :3] + (under[:, :3] * through + 127) // 255
    below[rows, columns] = under.view("<u4")[:, 0]


def occupied(pixels: NDArray[np.uint32]) -> list[Region]:
    """Boxes (rows from, to, columns from, to) that hold all that is not 0 in a picture (h, w), and a margin: few, and not much else."""
    height, width = pixels.shape
    boxes = []
    for top in range(0, height, _BAND):
        bottom = min(top + _BAND, height)
        # The margin above and below too: what ends with a band is smoothed across it.
        band = pixels[max(top - _MARGIN, 0) : bottom + _MARGIN]
        there = np.flatnonzero(np.bitwise_or.reduce(band, axis=0))
        if not len(there):
            continue
        gaps = np.flatnonzero(np.diff(there) > _GAP)
        starts, ends = there[[0, *(gaps + 1)]], there[[*gaps, -1]]
        boxes += [
            (top, bottom, max(int(first) - _MARGIN, 0), min(int(last) + 1 + _MARGIN, width))
            for first, last in zip(starts, ends, strict=True)
        ]
    return boxes
