"""Names in the picture of the window: which are wanted, and when they move and come to rest."""

import time
from collections.abc import Iterable, Mapping

from visualiser.bodies.assembly import Body
from visualiser.movements.movement import Movement
from visualiser.pictures.appearance import VIEWS
from visualiser.pictures.cameras import Box
from visualiser.pictures.labels import LabelSpec
from visualiser.pictures.naming import all_specs, label_specs
from visualiser.typed import FloatArray
from visualiser.window.labels import LiveLabels
from visualiser.window.view import BodyView


class Labelling:
    """The labels of one view.

    theme : of the picture; changed when that changes
    """

    def __init__(self, view: BodyView, body: Body, theme: str) -> None:
        self._view, self.theme = view, theme
        self._at = 0.0
        self.take_body(body)
        view.drawing.connect(view.guarded(self._follow))
        view.settled.connect(view.guarded(self._settle))

    def take_body(self, body: Body) -> None:
        """Label another body from now on."""
        self._live = LiveLabels(body, self._view.draft)

    @property
    def keys(self) -> tuple[str, ...]:
        """What is named on the picture now."""
        return self._live.keys

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where names stand, window pixels."""
        return self._live.boxes

    @property
    def leaders(self) -> FloatArray:
        """Their lines, (n, 3, 2) window pixels."""
        return self._live.leaders

    def free_box(self) -> Box:
        """Where the anatomy may stand, see `LiveLabels.free_box`."""
        return self._live.free_box(self._view.size_px)

    def reserve(self, *boxes: Box | None) -> None:
        """Leave these places free, window pixels, from the next picture at rest on."""
        wanted = tuple(box for box in boxes if box is not None)
        if wanted != self._live.reserved:
            self._live.reserved = wanted
            self._live.forget()

    def choose(self, movement: Movement, view: str, selected: str, hidden: Iterable[str], *, on: bool) -> None:
        """What is to be named: what the scene wants and a close-up was made to show, when labels are `on`; what is selected always."""
        specs: dict[str, LabelSpec] = {spec.key: spec for spec in label_specs("default", movement)} if on else {}
        known: Mapping[str, LabelSpec] = all_specs()
        near = VIEWS[view].focus if on and view else ()
        specs |= {name: known[name] for name in (*near, selected) if name in known}
        self._live.shown(specs.values(), hidden)

    def _follow(self) -> None:
        view = self._view
        if view.drafted is None or view.camera is None:
            return
        now = time.monotonic()
        elapsed, self._at = now - self._at, now
        self._live.follow(view.drafted, view.camera, view.seen, view.size_px, elapsed)
        self._lay()

    def _settle(self) -> None:
        view = self._view
        if view.frame is None or view.camera is None:
            return
        self._at = time.monotonic()
        self._live.settle(view.frame, view.camera, view.distances(), view.left, view.size_px)
        self._lay()

    def _lay(self) -> None:
        view = self._view
        view.sheet.show_pixels(self._live.pixels(view.size_px, view.canvas.devicePixelRatioF(), self.theme))
