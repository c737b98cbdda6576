"""What the window shows: a movement at a time, from a view, with some structures hidden, one selected. It drives the picture."""

import time
from collections.abc import Iterable, Mapping

import numpy as np
from PIL import Image
from qtpy.QtCore import QObject, QTimer, Signal

from visualiser import pages
from visualiser.appearance import VIEWS
from visualiser.assembly import Body
from visualiser.backdrop import reduce_premultiplied
from visualiser.cameras import camera_for
from visualiser.errors import ExportError
from visualiser.labels import LabelSpec
from visualiser.movement import Movement
from visualiser.naming import all_specs, label_specs
from visualiser.options import Options
from visualiser.playback import Playback
from visualiser.rendering import Stage
from visualiser.window.labels import LiveLabels
from visualiser.window.view import BodyView

TICK_MS = 16
PERSPECTIVE_DEG = 18.0  # of a long lens, so that turning the body feels solid
OTHER_LEG = "other_leg"
_FRAMED_TIMES = 9  # moments of a movement that must fit into the picture
PICTURE_WIDTH, PICTURE_SAMPLES = 1920, 2
_MARGIN = 0.04  # of the picture's height and width, round the anatomy


class Showing(QObject):
    """State of the window apart from its widgets."""

    time_changed = Signal()
    play_changed = Signal(bool)
    movement_changed = Signal()
    selection_changed = Signal(str)
    hidden_changed = Signal()
    view_changed = Signal(str)

    def __init__(self, view: BodyView, body: Body, movement: Movement, theme: str) -> None:
        super().__init__(view)
        self.view, self.body, self.theme = view, body, theme
        self.movement = movement
        self.playback = Playback(movement.duration_s)
        self.view_name = movement.view
        self.selected = ""
        self.hidden: frozenset[str] = frozenset()  # names of structures
        self.opacities: dict[str, float] = {}
        self.labels_on = True
        self._before_isolation: frozenset[str] | None = None
        self._labels = LiveLabels(body)
        self._labelled_at = 0.0
        self._clock = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(view.guarded(self._tick_or_stop))
        self._by_surface = _owners(body)
        view.drawing.connect(view.guarded(self._labels_follow))
        view.settled.connect(view.guarded(self._labels_settle))
        view.turned.connect(self._turned)

    # -- movement and time -----------------------------------------------------------------------------------------------------------

    def show_movement(self, movement: Movement, *, play: bool = False) -> None:
        """Change to another movement, from its start and its own view."""
        self.movement = movement
        if movement.legs != self.body.legs:
            self._take_body(self.body.with_legs(movement.legs))
        old, self.playback = self.playback, Playback(movement.duration_s)
        self.playback.speed, self.playback.loop = old.speed, old.loop
        self.movement_changed.emit()
        self._show_time()
        self.look_from(movement.view)
        if old.playing != play:
            self._set_playing(play)
        self.playback.playing = play

    def _take_body(self, body: Body) -> None:
        """Go on with another body, dressed as the one before."""
        self.body = body
        self._labels = LiveLabels(body)
        self._by_surface = _owners(body)
        self.view.take_body(body)
        self.view.show_hidden(surface for name in self.hidden for surface in self.surfaces_of(name))
        for structure, opacity in self.opacities.items():
            self.view.show_opacity(dict.fromkeys(self.surfaces_of(structure), opacity))
        self.view.show_chosen(self.surfaces_of(self.selected) if self.selected else ())

    def tick(self) -> None:
        """Let the time since the last tick pass; skip the picture if the one before does not stand yet."""
        now = time.monotonic()
        elapsed, self._clock = now - self._clock, now
        was_playing = self.playback.playing
        self.playback.tick(elapsed)
        if self.view.busy and self.playback.playing:
            return
        self._show_time()
        if was_playing and not self.playback.playing:
            self._set_playing(False)

    def _tick_or_stop(self) -> None:
        """One tick; after a failure time stands still, so that it is told once and not at every tick."""
        try:
            self.tick()
        except Exception:
            self.pause()
            raise

    def _show_time(self) -> None:
        self.view.show_frame(self.body.movement_frame(self.movement, self.playback.time_s))
        self.time_changed.emit()

    def toggle_play(self) -> None:
        """Play or pause."""
        self.playback.toggle()
        self._set_playing(self.playback.playing)

    def _set_playing(self, playing: bool) -> None:
        self._clock = time.monotonic()
        if playing:
            self._timer.start()
        else:
            self._timer.stop()
        self.play_changed.emit(playing)

    @property
    def ticking(self) -> bool:
        """Whether the clock of the movement runs."""
        return self._timer.isActive()

    def pause(self) -> None:
        """Stand still where the movement is."""
        if self.playback.playing:
            self.toggle_play()

    def scrub(self, share: float) -> None:
        """Go to a share of the movement; playing goes on from there."""
        self.playback.scrub(share)
        self._show_time()

    def step(self, frames: int) -> None:
        """Pause and go on or back by frames."""
        self.pause()
        self.playback.step(frames)
        self._show_time()

    def to_phase(self, edges: Iterable[float], direction: int) -> None:
        """Go to the next or the last of some shares at which phases begin."""
        now, places = self.playback.share, sorted(edges)
        before, after = [p for p in places if p < now - 1e-3], [p for p in places if p > now + 1e-3]
        self.scrub((after or [places[-1]])[0] if direction > 0 else (before or [places[0]])[-1])

    def change_speed(self, speed: float) -> None:
        """How fast time runs."""
        self.playback.set_speed(speed)
        self.time_changed.emit()

    # -- views -----------------------------------------------------------------------------------------------------------------------

    def look_from(self, name: str, *, glide: bool = False) -> None:
        """Take a view of the body, with all of the movement in the picture."""
        self.view_name = name
        self._choose_labels()
        size = self.view.size_px
        times = np.linspace(0.0, self.movement.duration_s, _FRAMED_TIMES)
        if VIEWS[name].focus:
            times = np.array([self.playback.time_s])
        frames = [self.body.movement_frame(self.movement, float(t)) for t in times]
        options = Options(view=name, frame=self.movement.frame)
        points = pages.framing_points(self.body, frames, options)
        box = self._labels.free_box(size)
        wide, high = _MARGIN * size[0], _MARGIN * size[1]
        box = box._replace(
            left=max(box.left, wide), right=min(box.right, size[0] - wide), top=high, bottom=size[1] - high
        )
        turn = frames[0].body_to_world
        camera = camera_for(
            name, self.body.side, points, *size, box, body_to_world=turn, perspective_deg=PERSPECTIVE_DEG
        )
        pivot = (points.min(axis=0) + points.max(axis=0)) / 2
        self.view.look(camera, pivot, glide=glide)
        self.view_changed.emit(name)

    def _turned(self) -> None:
        if self.view_name:
            self.view_changed.emit("")

    # -- structures ------------------------------------------------------------------------------------------------------------------

    def structure_of(self, surface: str) -> str:
        """The structure that a surface belongs to, or an empty word."""
        return self._by_surface.get(surface, "")

    def surfaces_of(self, structure: str) -> list[str]:
        """The surfaces of a structure."""
        return [surface for surface, owner in self._by_surface.items() if owner == structure]

    def structures(self) -> set[str]:
        """Every structure that is on stage."""
        return set(self._by_surface.values())

    def select(self, structure: str) -> None:
        """Select a structure; an empty word selects nothing."""
        if structure == self.selected:
            return
        self.selected = structure
        self.view.show_chosen(self.surfaces_of(structure))
        self._choose_labels()
        self.selection_changed.emit(structure)

    def hide(self, structures: Iterable[str]) -> None:
        """Hide these structures and show all others."""
        self._before_isolation = None
        self._hide(frozenset(structures))

    def _hide(self, structures: frozenset[str]) -> None:
        self.hidden = structures & self.structures()
        self.view.show_hidden(surface for name in self.hidden for surface in self.surfaces_of(name))
        self._choose_labels()
        self.hidden_changed.emit()

    def isolate(self) -> None:
        """Show only the selected structure; again: what was shown before."""
        if self._before_isolation is not None:
            before, self._before_isolation = self._before_isolation, None
            self._hide(before)
        elif self.selected:
            before = self.hidden
            self._hide(frozenset(self.structures() - {self.selected}))
            self._before_isolation = before

    def fade(self, structure: str, opacity: float) -> None:
        """Make a structure translucent."""
        self.opacities[structure] = opacity
        self.view.show_opacity(dict.fromkeys(self.surfaces_of(structure), opacity))

    def opacity(self, structure: str) -> float:
        """How solid a structure is."""
        return self.opacities.get(structure, 1.0)

    def reset_structures(self) -> None:
        """Everything visible and solid."""
        for structure, opacity in list(self.opacities.items()):
            if opacity < 1.0:
                self.fade(structure, 1.0)
        self.hide(())

    # -- look and labels -------------------------------------------------------------------------------------------------------------

    def change_theme(self, theme: str) -> None:
        """Dress the picture in another theme."""
        self.theme = theme
        self.view.dress(theme)

    def show_labels(self, on: bool) -> None:
        """Names in the picture, or none but the selected one's."""
        self.labels_on = on
        self._choose_labels()
        self.view.draw()

    @property
    def label_keys(self) -> tuple[str, ...]:
        """What is named on the picture now."""
        return self._labels.keys

    def _choose_labels(self) -> None:
        specs: dict[str, LabelSpec] = {}
        if self.labels_on:
            specs = {spec.key: spec for spec in label_specs("default", self.movement)}
        known: Mapping[str, LabelSpec] = all_specs()
        near = VIEWS[self.view_name].focus if self.labels_on else ()  # a close-up names what it was made to show
        specs |= {name: known[name] for name in (*near, self.selected) if name in known}
        self._labels.shown(specs.values(), self.hidden)

    def _labels_follow(self) -> None:
        view = self.view
        if view.frame is None or view.camera is None:
            return
        now = time.monotonic()
        elapsed, self._labelled_at = now - self._labelled_at, now
        self._labels.follow(view.frame, view.camera, view.seen, view.size_px, elapsed)
        self._lay()

    def _labels_settle(self) -> None:
        view = self.view
        if view.frame is None or view.camera is None:
            return
        self._labelled_at = time.monotonic()
        self._labels.settle(view.frame, view.camera, view.distances(), view.size_px)
        self._lay()

    def _lay(self) -> None:
        view = self.view
        view.sheet.show_pixels(self._labels.pixels(view.size_px, view.plotter.devicePixelRatioF(), self.theme))

    def picture(self, width: int = PICTURE_WIDTH) -> Image.Image:
        """What the window shows, labels and all, drawn anew with smooth edges at a width fit for a slide."""
        view = self.view
        if view.frame is None or view.camera is None:
            raise ExportError("There is no picture to save yet.")
        scale = width / view.size_px[0]
        size = (width * PICTURE_SAMPLES, round(view.size_px[1] * scale) * PICTURE_SAMPLES)
        with Stage(self.body.drawn, self.theme, size) as stage:
            stage.update(view.frame)
            stage.show_only(surface.name for surface in view.visible())
            for structure, opacity in self.opacities.items():
                for surface in self.surfaces_of(structure):
                    stage.set_opacity(surface, opacity)
            stage.backdrop(stage.theme.bottom, stage.theme.top)
            stage.look(view.camera)
            pixels = reduce_premultiplied(stage.colour(), PICTURE_SAMPLES)
        self._labels.draw_on(pixels, scale, self.theme)
        return Image.fromarray(pixels)

    def stop(self) -> None:
        """Let no timer run on."""
        self._timer.stop()


def _owners(body: Body) -> dict[str, str]:
    """The structure that each surface of a body shows; all of a pale leg is one."""
    return {surface.name: OTHER_LEG if surface.ghost else surface.structure for surface in body.surfaces}
