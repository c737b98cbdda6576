"""Labels of the 3D picture that stay readable while it moves: boxes keep their place, leaders follow, new places are found at rest."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from visualiser import anchoring, overlay
from visualiser.anatomy import landmarks
from visualiser.appearance import LabelStyle
from visualiser.assembly import Body, Frame
from visualiser.cameras import Box, Camera
from visualiser.labels import LabelSpec, Placement, label_style
from visualiser.layout import gutters, place
from visualiser.typed import ByteArray, FloatArray

UNIT_PX = 0.58  # window pixels per layout unit: a label's first line is 15 pixels high, as the text of the panels
STYLE: LabelStyle = label_style("atlas")


class LiveLabels:
    """Callouts of one body in a window."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._bone_of = {mark.name: mark.bone for mark in landmarks.LANDMARKS}
        self.specs: tuple[LabelSpec, ...] = ()
        self._anchors: list[anchoring.Anchor] = []
        self._placement: Placement | None = None

    def shown(self, specs: Iterable[LabelSpec], hidden: Iterable[str]) -> None:
        """Label these, but nothing that is hidden and no landmark of a hidden bone."""
        away = set(hidden)
        self.specs = tuple(s for s in specs if s.key not in away and self._bone_of.get(s.key) not in away)
        self.forget()

    def forget(self) -> None:
        """Let all places go: the next picture at rest finds new ones."""
        self._anchors, self._placement = [], None

    def canvas(self, size: tuple[float, float]) -> tuple[float, float]:
        """Size of the picture in layout units."""
        return size[0] / UNIT_PX, size[1] / UNIT_PX

    def free_box(self, size: tuple[float, float]) -> Box:
        """Where the anatomy may stand so that labels find room beside it, in the units of `size`."""
        return gutters(self.specs, self.canvas(size), STYLE, "both").scaled(UNIT_PX)

    def settle(self, frame: Frame, camera: Camera, depth: FloatArray, size: tuple[float, float]) -> None:
        """Find what to point at and where the texts stand, for a picture at rest."""
        if not self.specs:
            self.forget()
            return
        canvas = self.canvas(size)
        look = anchoring.Look(frame, camera, depth)
        self._anchors = anchoring.choose(self.specs, self._body, [look])
        points, seen = anchoring.project(anchoring.places(self._anchors, self._body, frame), look, canvas)
        self._placement = place(
            [anchor.spec for anchor in self._anchors],
            points,
            seen,
            canvas=canvas,
            silhouette=np.isfinite(depth),
            style=STYLE,
            language="both",
        )

    def follow(self, frame: Frame, camera: Camera, size: tuple[float, float]) -> None:
        """Let the leaders follow what they point at; the texts stay where they are."""
        if self._placement is None or not self._anchors:
            return
        canvas = self.canvas(size)
        places = camera.project(anchoring.places(self._anchors, self._body, frame), *canvas)[:, :2]
        now = {anchor.spec.key: (float(x), float(y)) for anchor, (x, y) in zip(self._anchors, places, strict=True)}
        self._placement = replace(
            self._placement,
            callouts=tuple(replace(c, anchor=now[c.spec.key], pill=False) for c in self._placement.callouts),
        )

    def pixels(self, size: tuple[float, float], ratio: float, theme: str) -> ByteArray | None:
        """The labels alone, in device pixels: (H, W, 4) with straight alpha, or None when there are none."""
        if self._placement is None or not self._placement.callouts:
            return None
        image = np.zeros((round(size[1] * ratio), round(size[0] * ratio), 4), dtype=np.uint8)
        return overlay.draw(image, self._placement, UNIT_PX * ratio, theme, style=STYLE)


