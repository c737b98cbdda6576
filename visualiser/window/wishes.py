"""What one asks of the body with a key, a menu or a click: a view, another side, hiding, showing alone, a bookmark. Each can be undone."""

from collections.abc import Callable
from typing import Any

import numpy as np
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QMenu

from visualiser.conventions import Side
from visualiser.errors import VisualiserError
from visualiser.pictures.cameras import Camera, orbit
from visualiser.pictures.colouring import COLOURINGS
from visualiser.pictures.section import Section
from visualiser.window import bookmarks, framing, texts
from visualiser.window import camera as lens
from visualiser.window.sectionrow import REACH_MM, usual
from visualiser.window.snapshots import snapshot
from visualiser.window.transport import SPEEDS

Window = Any  # of `window.main`, which is made of this module and must not be imported by it
TURN_PX, ZOOM = 24.0, 1.15  # what one press of a key does
_FACING = {"coronal": "posterior", "sagittal": "lateral"}


class Wishes:
    """The wishes of one window."""

    def __init__(self, window: Window) -> None:
        self._window, self.showing = window, window.showing

    def viewer(self, name: str) -> Callable[[], None]:
        """Something that looks from a view."""

        def look() -> None:
            self.showing.remember()
            self.showing.look_from(name, glide=True)

        return look

    def turner(self, right: float, down: float) -> Callable[[], None]:
        """Something that turns the body as a drag of so many pixels would."""

        def turn() -> None:
            view = self.showing.view
            if view.camera is not None:
                self._carry(lens.dragged(view.camera, view.pivot, right, down))

        return turn

    def zoomer(self, factor: float) -> Callable[[], None]:
        """Something that brings the body nearer."""

        def zoom() -> None:
            view = self.showing.view
            if view.camera is not None:
                wide, high = view.size_px
                self._carry(lens.zoomed(view.camera, view.pivot, factor, (wide / 2, high / 2), (wide, high)))

        return zoom

    def _carry(self, camera: Camera) -> None:
        view = self.showing.view
        self.showing.remember("keys")
        view.turned.emit()
        view.look(camera, view.pivot)

    def reset_view(self) -> None:
        """Back to the view last chosen."""
        self.showing.remember()
        self.showing.look_from(self.showing.view_name or self.showing.last_view, glide=True)

    def release(self) -> None:
        """From a pose back to the movement."""
        if self.showing.pose is not None:
            self.showing.remember()
            self.showing.let_go()

    def change_body(self, side: str, legs: str) -> None:
        """Another side or choice of legs."""
        self.showing.remember()
        self.showing.change_body(Side(side), legs)

    def shift_speed(self, steps: int) -> None:
        """Faster or slower by steps of the list."""
        nearest = int(np.argmin([abs(value - self.showing.playback.speed) for value in SPEEDS]))
        self.showing.change_speed(SPEEDS[min(max(nearest + steps, 0), len(SPEEDS) - 1)])

    def loop(self, on: bool) -> None:
        """Over and over, or once."""
        self.showing.playback.loop = on
        self._window.show_time()

    def show_labels(self, on: bool) -> None:
        """Labels on or off."""
        self.showing.show_labels(on)
        self._window.actions_by_name["labels"].setChecked(on)

    def colour_by(self, name: str) -> None:
        """Colour the muscles by something else."""
        self.showing.remember()
        self.showing.change_colouring(name)

    def next_colouring(self) -> None:
        """The next way to colour."""
        self.colour_by(COLOURINGS[(COLOURINGS.index(self.showing.colouring) + 1) % len(COLOURINGS)])

    # -- structures ------------------------------------------------------------------------------------------------------------------

    def set_hidden(self, structures: set[str]) -> None:
        """Hide these structures, show all others."""
        self.showing.remember()
        self.showing.hide(structures)

    def hide_structure(self, structure: str) -> None:
        """Hide one structure."""
        if structure in self.showing.structures():
            self.set_hidden(set(self.showing.hidden | {structure}))
            self.showing.select("")

    def isolate(self) -> None:
        """Show only what is selected, or everything again."""
        self.showing.remember()
        self.showing.isolate()

    def isolate_this(self, structure: str) -> None:
        """Show only this structure; asked again, what was shown before."""
        again = self.showing.sight.alone and structure == self.showing.selected
        self.showing.remember()
        if self.showing.sight.alone:
            self.showing.isolate()
        if not again:
            self.showing.select(structure)
            self.showing.isolate()

    def double_click(self, structure: str) -> None:
        """Show only what was clicked; in the open, everything again or the whole view."""
        if structure:
            self.isolate_this(structure)
        elif self.showing.sight.alone:
            self.isolate()
        else:
            self.reset_view()

    def fade(self, structure: str, opacity: float) -> None:
        """Make a structure translucent."""
        self.showing.remember(f"opacity {structure}")
        self.showing.fade(structure, opacity)

    def peel(self, structure: str) -> None:
        """Fade what lies over a structure, or no more."""
        if structure in self.showing.structures():
            self.showing.remember()
            self.showing.peel(structure)

    def cut(self, section: Section | None) -> None:
        """Cut the thigh open, or make it whole."""
        self.showing.remember("section" if section and self.showing.section else None)
        begins = section is not None and (self.showing.section is None or self.showing.section.kind != section.kind)
        self.showing.cut(section)
        if begins:
            self._face_cut()

    def _face_cut(self) -> None:
        """Turn to where the section is seen as a face, when it is seen as an edge."""
        showing, view = self.showing, self.showing.view
        section, plane, camera = showing.section, view.plane, view.camera
        if section is None or plane is None or camera is None or float(plane.normal @ camera.back) > framing.EDGE_ON:
            return
        if section.kind != "axial":
            showing.look_from(_FACING[section.kind], glide=True)
            return
        lift = float(np.radians(framing.FROM_ABOVE_DEG))
        view.turned.emit()
        view.look(orbit(camera, view.pivot, elevation=lift), view.pivot, glide=True)

    def next_section(self) -> None:
        """Cut the next way, or no more."""
        kinds = [None, *REACH_MM]
        now = self.showing.section.kind if self.showing.section else None
        kind = kinds[(kinds.index(now) + 1) % len(kinds)]
        self.cut(usual(kind) if kind else None)

    def show_all(self) -> None:
        """Everything visible, solid and whole."""
        self.showing.remember()
        self.showing.reset_structures()

    def open_menu(self, structure: str, place: QPoint) -> QMenu:
        """What can be done with a structure, at a place of the screen."""
        menu, showing, title = QMenu(self._window), self.showing, self._window.title_of(structure)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def add(word: str, action: Callable[[], object]) -> None:
            menu.addAction(texts.MENU[word].format(title)).triggered.connect(self._window.careful(action))

        if structure in showing.structures():
            hidden, alone = structure in showing.hidden, showing.sight.alone and structure == showing.selected
            add("unisolate" if alone else "isolate", lambda: self.isolate_this(structure))
            if hidden:
                add("show", lambda: self.set_hidden(set(showing.hidden - {structure})))
            else:
                add("hide", lambda: self.hide_structure(structure))
            add("unpeel" if structure in showing.sight.peeled else "peel", lambda: self.peel(structure))
            solid = showing.sight.opacity(structure) >= 1.0
            add("fade" if solid else "solid", lambda: self.fade(structure, 0.5 if solid else 1.0))
            menu.addSeparator()
        add("all", self.show_all)
        menu.addSeparator()
        for name in ("reset_view", "labels", "copy", "save"):
            menu.addAction(self._window.actions_by_name[name])
        menu.popup(place)
        return menu

    # -- bookmarks ---------------------------------------------------------------------------------------------------------------------

    def keep_bookmark(self) -> None:
        """Keep what is shown under a name."""
        text = bookmarks.as_text(snapshot(self.showing), self.showing.playback.time_s)
        self._window.settings.keep_bookmarks([*self._window.settings.bookmarks, text])
        self._window.say(texts.BOOKMARK_KEPT.format(bookmarks.title_of(text)))

    def go_to_bookmark(self, text: str) -> None:
        """Show what a bookmark kept."""
        state = bookmarks.state_of(text, self._window.movements)
        if state is None:
            raise VisualiserError(texts.BOOKMARK_GONE.format(bookmarks.title_of(text)))
        self.showing.remember()
        self.showing.restore(state)
