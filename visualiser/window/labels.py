"""Labels of the 3D picture, alive: they glide with what they name while it moves, and come to rest with it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from visualiser.anatomy import landmarks
from visualiser.bodies import anchoring
from visualiser.bodies.assembly import Body, Frame
from visualiser.pictures import overlay
from visualiser.pictures.appearance import HIDDEN_BELOW, LabelStyle
from visualiser.pictures.cameras import Box, Camera
from visualiser.pictures.labels import LabelSpec, Placement, label_style, leaders
from visualiser.pictures.layout import gutters
from visualiser.pictures.layout_check import segments_meet_boxes
from visualiser.pictures.tracking import Tracker
from visualiser.transforms import apply
from visualiser.typed import BoolArray, ByteArray, FloatArray
from visualiser.window.drafts import Draft

UNIT_PX = 0.58  # window pixels per layout unit: a label's first line is 15 pixels high, as the text of the panels
STYLE: LabelStyle = label_style("atlas")
BILINGUAL_PX = 960.0  # a narrower picture has English labels only
_ROOM_KEPT = 0.55  # share of the labels' columns that the anatomy leaves free; the rest may lie over its outer parts
_REST_STEPS, _REST_S = 40, 1 / 20  # how long labels may still glide when the picture has come to rest
_COARSE = 8  # pixels of the depth picture per pixel of the outline
_LONGEST_STEP_S = 0.2

Left = Callable[[FloatArray], BoolArray]  # world points (n, 3) -> which of them a section leaves
Seen = Callable[[FloatArray], FloatArray]  # projected points (n, 3) of the picture -> share seen (n,)


@dataclass(frozen=True, eq=False)
class _Cut(Camera):
    """A camera from which what a section takes away, or what stands on the picture covers, lies behind everything.

    covered : boxes on a picture of `size`
    """

    left: Left = lambda points: np.ones(len(points), dtype=bool)
    covered: tuple[Box, ...] = ()
    size: tuple[float, float] = (1.0, 1.0)

    @classmethod
    def of(cls, camera: Camera, left: Left, covered: tuple[Box, ...], size: tuple[float, float]) -> "_Cut":
        seen = (camera.eye, camera.right, camera.up, camera.back, camera.half, camera.parallel)
        return cls(*seen, left, covered, size)

    def project(self, points: ArrayLike, width: float, height: float) -> FloatArray:
        """As any camera does, see `Camera.project`."""
        projected = super().project(points, width, height)
        places = projected[:, :2] * (self.size[0] / width, self.size[1] / height)
        projected[~self.left(np.atleast_2d(points)) | _within(places, self.covered), 2] = np.inf
        return projected


class LiveLabels:
    """Callouts of one body in a window."""

    def __init__(self, body: Body, draft: Draft) -> None:
        self._body, self._draft = body, draft
        self._kept: dict[str, int] = {}  # label -> vertex of the draft that stands for the fine one it points at
        self._bone_of = {mark.name: mark.bone for mark in landmarks.LANDMARKS}
        self.specs: tuple[LabelSpec, ...] = ()
        self._anchors: list[anchoring.Anchor] = []
        self._tracker: Tracker | None = None
        self._placement: Placement | None = None
        self._outline: BoolArray | None = None
        self.reserved: tuple[Box, ...] = ()  # what else stands on the picture, window pixels

    def shown(self, specs: Iterable[LabelSpec], hidden: Iterable[str]) -> None:
        """Label these, but nothing that is hidden and no landmark of a hidden bone."""
        away = set(hidden)
        self.specs = tuple(s for s in specs if s.key not in away and self._bone_of.get(s.key) not in away)
        self.forget()

    def forget(self) -> None:
        """Let all places go: the next picture at rest finds new ones."""
        self._anchors, self._tracker, self._placement = [], None, None

    @property
    def keys(self) -> tuple[str, ...]:
        """What is named on the picture now."""
        return tuple(c.spec.key for c in self._placement.callouts) if self._placement else ()

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where the labels stand, window pixels."""
        return tuple(c.box.scaled(UNIT_PX) for c in self._placement.callouts) if self._placement else ()

    @property
    def leaders(self) -> FloatArray:
        """Corners of their lines from the label to what it names: (n, 3, 2) window pixels."""
        return leaders(self._placement.callouts if self._placement else ()) * UNIT_PX

    def free_box(self, size: tuple[float, float]) -> Box:
        """Where the anatomy may stand so that labels find room beside it, in window pixels."""
        whole = Box(0.0, 0.0, *size)
        if not self.specs:
            return whole
        free = gutters(self.specs, _canvas(size), STYLE, _language(size)).scaled(UNIT_PX)
        return whole._replace(left=free.left * _ROOM_KEPT, right=size[0] - (size[0] - free.right) * _ROOM_KEPT)

    def settle(self, frame: Frame, camera: Camera, depth: FloatArray, left: Left, size: tuple[float, float]) -> None:
        """Bring the labels of a picture at rest to rest; what cannot be seen any more is pointed at elsewhere.

        left : what a section leaves is labelled, what it takes away is not
        """
        if not self.specs:
            self.forget()
            return
        look = anchoring.Look(frame, _Cut.of(camera, left, self.reserved, size), depth)
        self._outline = np.isfinite(depth[::_COARSE, ::_COARSE])
        anatomy = _extent(self._outline, _canvas(size))
        points, seen = self._points(look, size)
        if self._tracker is None or (seen < HIDDEN_BELOW).any():
            self._anchors = anchoring.choose(self.specs, self._body, [look])
            places = anchoring.places(self._anchors, self._body, frame)
            there = left(places) & ~_within(camera.project(places, *size)[:, :2], self.reserved)
            self._anchors = [self._anchors[i] for i in np.flatnonzero(there)]
            if not self._anchors:
                self.forget()
                return
            points, seen = self._points(look, size)
            self._tracker = Tracker(
                [anchor.spec for anchor in self._anchors],
                _canvas(size),
                STYLE,
                anatomy=anatomy,
                language=_language(size),
                frame_s=_REST_S,
                reserved=[box.scaled(1 / UNIT_PX) for box in self.reserved],
            )
        self._tracker.frame_s = _REST_S
        self._keep(frame)
        for _ in range(_REST_STEPS):
            placement = self._tracker.step(points, seen, np.stack([points, points]), anatomy=anatomy)
        self._placement = self._uncovered(placement)

    def _points(self, look: anchoring.Look, size: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
        return anchoring.project(anchoring.places(self._anchors, self._body, look.frame), look, _canvas(size))

    def follow(self, frame: Frame, camera: Camera, seen: Seen, size: tuple[float, float], elapsed_s: float) -> None:
        """Let the labels move with the picture, a draft, for some time."""
        if self._tracker is None or not self._anchors:
            return
        places = np.array([self._place(anchor, frame) for anchor in self._anchors])
        self._tracker.frame_s = min(max(elapsed_s, 1e-3), _LONGEST_STEP_S)
        points = camera.project(places, *_canvas(size))[:, :2]
        self._placement = self._uncovered(self._tracker.step(points, seen(places)))

    def _uncovered(self, placement: Placement) -> Placement:
        """Without labels whose leader would run under what else stands on the picture."""
        if not self.reserved or not placement.callouts:
            return placement
        paths = leaders(placement.callouts)
        boxes = np.array([box.scaled(1 / UNIT_PX) for box in self.reserved])
        met = segments_meet_boxes(np.concatenate([paths[:, :2], paths[:, 1:]]), boxes)  # stubs, then leaders
        clear = np.flatnonzero(~met.reshape(2, -1, len(boxes)).any(axis=(0, 2)))
        return replace(placement, callouts=tuple(placement.callouts[i] for i in clear))

    def _keep(self, frame: Frame) -> None:
        """Find the vertex of the draft next to each anchor on soft tissue."""
        for anchor in self._anchors:
            if anchor.surface is not None and anchor.surface in self._draft.picks:
                vertices = frame.vertices[anchor.surface]
                away = vertices[self._draft.picks[anchor.surface]] - vertices[anchor.vertex]
                self._kept[anchor.spec.key] = int(np.argmin((away * away).sum(axis=1)))

    def _place(self, anchor: anchoring.Anchor, frame: Frame) -> FloatArray:
        """Where an anchor is in a draft's frame: (3,) metres."""
        if anchor.surface is None:
            return frame.anchors[anchor.spec.key]
        if anchor.surface in self._draft.picks:
            place: FloatArray = frame.vertices[anchor.surface][self._kept[anchor.spec.key]]
            return place
        spot = self._body.surface(anchor.surface).vertices[anchor.vertex]
        placed: FloatArray = apply(frame.transforms[anchor.surface], spot[None])[0]
        return placed

    def pixels(self, size: tuple[float, float], ratio: float, theme: str) -> ByteArray | None:
        """The labels alone, in device pixels: (H, W, 4) with straight alpha, or None when there are none."""
        if self._placement is None or not self._placement.callouts:
            return None
        image = np.zeros((round(size[1] * ratio), round(size[0] * ratio), 4), dtype=np.uint8)
        return overlay.draw(image, self._on_grounds(self._placement), UNIT_PX * ratio, theme, style=STYLE)

    def _on_grounds(self, placement: Placement) -> Placement:
        """The placement with a ground under every text that lies over anatomy."""
        if self._outline is None:
            return placement
        rows, columns = self._outline.shape
        fx, fy = columns / placement.canvas[0], rows / placement.canvas[1]
        grounded = []
        for c in placement.callouts:
            part = self._outline[
                max(int(c.box.top * fy), 0) : int(np.ceil(c.box.bottom * fy)),
                max(int(c.box.left * fx), 0) : int(np.ceil(c.box.right * fx)),
            ]
            grounded.append(replace(c, pill=bool(part.any())))
        return replace(placement, callouts=tuple(grounded))


def _canvas(size: tuple[float, float]) -> tuple[float, float]:
    """Size of the picture in layout units."""
    return size[0] / UNIT_PX, size[1] / UNIT_PX


def _within(places: FloatArray, boxes: Iterable[Box]) -> BoolArray:
    """Which places (n, 2) lie in one of some boxes."""
    inside = np.zeros(len(places), dtype=bool)
    for box in boxes:
        inside |= (places > (box.left, box.top)).all(axis=1) & (places < (box.right, box.bottom)).all(axis=1)
    return inside


def _language(size: tuple[float, float]) -> str:
    return "both" if size[0] >= BILINGUAL_PX else "en"


def _extent(outline: BoolArray, canvas: tuple[float, float]) -> Box:
    """The rectangle the anatomy fills, in layout units; the middle line of an empty picture."""
    if not outline.any():
        return Box(canvas[0] / 2, canvas[1] / 2, canvas[0] / 2, canvas[1] / 2)
    rows, columns = np.flatnonzero(outline.any(axis=1)), np.flatnonzero(outline.any(axis=0))
    fx, fy = canvas[0] / outline.shape[1], canvas[1] / outline.shape[0]
    return Box(columns[0] * fx, rows[0] * fy, (columns[-1] + 1) * fx, (rows[-1] + 1) * fy)
