"""The desktop window: movements on the left, the body in the middle, structures on the right, plot and transport below.

The window owns no truth: time is a `Playback`, the body a `Body`, the picture a `Stage`; it only carries wishes from the user to them.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from qtpy.QtCore import QPoint, Qt, QTimer
from qtpy.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QIcon, QPixmap, QResizeEvent
from qtpy.QtWidgets import QApplication, QLabel, QMainWindow, QMenu, QMessageBox, QProgressBar, QPushButton, QToolTip

from visualiser.bodies.assembly import Body
from visualiser.conventions import Side
from visualiser.errands import Thumbnails
from visualiser.errors import VisualiserError
from visualiser.keys import NUMBERED_VIEWS
from visualiser.movements import scenefile
from visualiser.movements.movement import Movement, on_side
from visualiser.pictures.cards import cards as all_cards
from visualiser.pictures.cards import landmark_cards
from visualiser.pictures.colouring import COLOURINGS
from visualiser.window import bookmarks, texts
from visualiser.window.actions import Actions
from visualiser.window.desk import Desk
from visualiser.window.docks import Docks
from visualiser.window.helpers import Helper, thumbnail_files
from visualiser.window.linking import Linking
from visualiser.window.notices import HelpSheet, MessageBar, ScaleBar
from visualiser.window.panels import CardView, MovementPanel
from visualiser.window.plotstrip import PlotStrip
from visualiser.window.posepanel import PosePanel
from visualiser.window.savedialog import CaptureFrame
from visualiser.window.settings import Settings
from visualiser.window.showing import OTHER_LEG, Showing
from visualiser.window.snapshots import snapshot
from visualiser.window.structurepanel import StructurePanel
from visualiser.window.theme import icon, palette, style_sheet
from visualiser.window.transport import SPEEDS, TransportPanel
from visualiser.window.view import BodyView, told

_THUMBNAILS_AFTER_MS = 2500  # the first picture of the window comes first
_STATUS_MS = 6000


class Window(QMainWindow):
    """The window of one body.

    settings   : what is remembered; without them, nothing beyond the window's life
    thumbnails : the folder of small pictures of movements; without it there are none
    theme      : one of `appearance.THEMES`, or "system"
    """

    def __init__(
        self,
        body: Body,
        movement: Movement,
        *,
        movements: Mapping[str, Path],
        theme: str = "light",
        settings: Settings | None = None,
        thumbnails: Path | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle(texts.TITLE)
        self.settings = settings or Settings()
        self._problems: list[str] = []
        self.movements = self._read(movements, movement)
        self._follows_system = theme == "system"
        theme = system_theme() if self._follows_system else theme
        self.view = BodyView(body, theme)
        self.showing = Showing(self.view, body, movement, theme)
        self.desk = Desk(self)
        self.message, self.scale_bar = MessageBar(), ScaleBar(self.view)
        self.transport, self.plot, self.pose_panel = TransportPanel(), PlotStrip(), PosePanel()
        self.movement_panel = MovementPanel({n: (m.title, m.group, m.summary) for n, m in self.movements.items()})
        self.cards = {card.name: card for card in (*all_cards(), *landmark_cards())}
        self.structure_panel = StructurePanel(*self._rows())
        self.card = CardView()
        self.pointed = QLabel()
        self.capture_frame = CaptureFrame(self.view, lambda: self.showing.theme)
        self.docks = Docks(self)
        self.actions_by_name = Actions(self, self._doings())
        self.actions_by_name.make_menus(self.docks.movable)
        self.view_buttons = self.actions_by_name.make_tool_bar()
        self.help = HelpSheet(self)
        self.dialog: QMessageBox | None = None
        self._make_progress()
        self._thumbnails = thumbnails
        self._thumbnailer: Helper | None = None
        self._began = False
        self.linking = Linking(self)
        self._connect()
        self.dress(theme)
        self.setAcceptDrops(True)
        self.movement_panel.mark(movement.name)
        self.resize(1360, 900)
        self.docks.bring_back()

    def _read(self, paths: Mapping[str, Path], first: Movement) -> dict[str, Movement]:
        """Movements for the list; one that cannot be read is told once the window stands, not fatal."""
        read: dict[str, Movement] = {}
        for name, path in paths.items():
            try:
                read[name] = first if name == first.name else scenefile.read(path)
            except VisualiserError as error:
                self._problems.append(str(error))
        return {first.name: first, **read} if first.name not in read else read

    def _rows(self) -> tuple[list, dict[str, str]]:  # type: ignore[type-arg]
        """Cards of what is on stage, with landmarks; and what else is."""
        on_stage = self.showing.structures()
        rows = [card for card in self.cards.values() if card.name in on_stage or card.kind == "landmark"]
        return rows, {OTHER_LEG: texts.OTHER_LEG} if OTHER_LEG in on_stage else {}

    def _doings(self) -> dict[str, Callable[[], object]]:
        showing, desk = self.showing, self.desk
        edges = self.transport.time_line.phase_edges
        return {
            "open": desk.ask_and_open,
            "open_bones": desk.ask_and_open_bones,
            "save": desk.ask_and_save,
            "save_clip": desk.ask_and_film,
            "save_scene": desk.ask_and_save_scene,
            "copy": desk.copy_picture,
            "copy_command": desk.copy_command,
            "copy_python": desk.copy_python,
            "copy_scene": desk.copy_scene,
            "undo": showing.undo,
            "redo": showing.redo,
            "bookmark": self.keep_bookmark,
            "play": showing.toggle_play,
            "step_back": lambda: showing.step(-1),
            "step_on": lambda: showing.step(1),
            "phase_back": lambda: showing.to_phase(edges(), -1),
            "phase_on": lambda: showing.to_phase(edges(), 1),
            "slower": lambda: self._shift_speed(-1),
            "faster": lambda: self._shift_speed(1),
            "rewind": lambda: showing.scrub(0.0),
            "loop": lambda: self._loop(not showing.playback.loop),
            "plot": lambda: self.linking.next_quantity(),
            "compare": lambda: self.linking.compare("none" if showing.reference is not None else "now"),
            "release": self._release,
            "other_side": lambda: self._change_body(str(showing.body.side.other), showing.body.legs),
            **{f"view_{name}": self._viewer(name) for name in NUMBERED_VIEWS},
            "reset_view": self._reset_view,
            "labels": lambda: self._show_labels(not showing.labels_on),
            "colour": self._next_colouring,
            "theme": lambda: self.choose_theme("light" if showing.theme == "dark" else "dark"),
            "isolate": self._isolate,
            "hide": lambda: self.hide_structure(showing.selected),
            "peel": lambda: self._peel(showing.selected),
            "show_all": self._show_all,
            "find": lambda: self.docks.find(texts.STRUCTURES, self.structure_panel.search),
            "find_movement": lambda: self.docks.find(texts.MOVEMENTS, self.movement_panel.search),
            "panels": self.docks.toggle,
            "full_screen": self.toggle_full_screen,
            "help": self.toggle_help,
            "escape": self._escape,
            "quit": self.close,
        }

    def _make_progress(self) -> None:
        self.progress, self.cancel_button = QProgressBar(), QPushButton(texts.CANCEL)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(140)
        self.progress.setAccessibleName(texts.SAVE_CLIP)
        self.cancel_button.setObjectName("plain")
        self.cancel_button.clicked.connect(lambda *_: self.desk.cancel())
        self.statusBar().addWidget(self.pointed, 1)
        for widget in (self.progress, self.cancel_button):
            self.statusBar().addPermanentWidget(widget)
            widget.hide()
        self.statusBar().setSizeGripEnabled(False)

    def careful(self, action: Callable[..., object]) -> Callable[..., None]:
        """The action as a slot: what goes wrong is told in a dialog, not raised into Qt, and the window lives on."""

        def run(*_: object) -> None:
            try:
                action()
            except Exception as error:  # told in a dialog; the window lives on
                self.warn(told(error))

        return run

    def _connect(self) -> None:
        showing, transport, actions = self.showing, self.transport, self.actions_by_name
        self.view.failed.connect(self.tell)
        self.view.hovered.connect(lambda surface: self._point_at(showing.structure_of(surface)))
        self.view.clicked.connect(lambda surface: showing.select(showing.structure_of(surface)))
        self.view.double_clicked.connect(lambda surface: self._double_click(showing.structure_of(surface)))
        self.view.menu_wanted.connect(lambda surface, place: self.open_menu(showing.structure_of(surface), place))
        self.movement_panel.chosen.connect(lambda name: self.careful(lambda: self.show_movement(name))())
        self.structure_panel.selected.connect(showing.select)
        self.structure_panel.hidden_changed.connect(self._hide)
        self.structure_panel.isolate_wanted.connect(self._isolate_this)
        self.structure_panel.opacity_changed.connect(self._fade)
        self.structure_panel.menu_wanted.connect(self.open_menu)
        transport.play.connect(actions["play"].trigger)
        transport.rewind.connect(actions["rewind"].trigger)
        transport.step.connect(lambda frames: self.careful(lambda: showing.step(frames))())
        transport.time_line.scrubbed.connect(lambda share: self.careful(lambda: showing.scrub(share))())
        transport.speed.connect(showing.change_speed)
        transport.loop.connect(self._loop)
        showing.time_changed.connect(self._show_time)
        showing.play_changed.connect(lambda playing: transport.dress(showing.theme, playing))
        showing.movement_changed.connect(self._show_movement)
        showing.body_changed.connect(lambda: self.structure_panel.fill(*self._rows()))
        showing.selection_changed.connect(self._show_selection)
        showing.hidden_changed.connect(lambda: self.structure_panel.show_hidden(showing.hidden))
        showing.look_changed.connect(self._show_look)
        showing.view_changed.connect(self._mark_view)
        self.desk.filming.connect(self._show_progress)
        self.desk.filmed.connect(self._end_progress)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    # -- what the user sees of the state ---------------------------------------------------------------------------------------------

    def dress(self, theme: str) -> None:
        """Window and picture in a theme."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(palette(theme))
        self.setStyleSheet(style_sheet(theme))
        if theme != self.showing.theme:
            self.showing.change_theme(theme)
        self.message.dress(theme)
        self.transport.dress(theme, self.showing.playback.playing)
        self.plot.dress(theme)
        self.structure_panel.dress(theme)
        self.scale_bar.dress(theme)
        self.docks.dress(theme)
        self.card.show_card(self.cards.get(self.showing.selected), theme)
        self.setWindowIcon(icon("logo", theme))
        self.actions_by_name.dress(theme)

    def choose_theme(self, name: str) -> None:
        """Take a theme and remember it; "system" follows the desktop."""
        self._follows_system = name == "system"
        self.settings.keep("theme", name)
        self.dress(system_theme() if self._follows_system else name)

    def _follow_system(self, *_: object) -> None:
        if self._follows_system:
            self.dress(system_theme())

    def _show_time(self) -> None:
        playback = self.showing.playback
        self.transport.show_time(self.showing.movement, playback.time_s)
        self.transport.show_speed(playback.speed)
        self.transport.loop_button.setChecked(playback.loop)
        self.actions_by_name["loop"].setChecked(playback.loop)
        self.linking.show_time()

    def _show_movement(self) -> None:
        movement = self.showing.movement
        self.setWindowTitle(f"{movement.title} - {texts.TITLE}")
        self.transport.time_line.show_movement(movement)
        self.movement_panel.mark(movement.name)
        self.linking.show_movement()
        self.scale_bar.show_scale(self.showing.scale)

    def _show_selection(self, structure: str) -> None:
        self.structure_panel.mark(structure, self.showing.opacity(structure))
        self.card.show_card(self.cards.get(structure), self.showing.theme)
        self.linking.choose(structure)

    def _show_look(self) -> None:
        self.scale_bar.show_scale(self.showing.scale)
        self.structure_panel.mark(self.showing.selected, self.showing.opacity(self.showing.selected))
        self.actions_by_name["compare"].setChecked(self.showing.reference is not None)
        self.linking.show_lengths()

    def _mark_view(self, name: str) -> None:
        for view, button in self.view_buttons.items():
            button.setChecked(view == name)

    def title_of(self, structure: str) -> str:
        """What a structure is called."""
        card = self.cards.get(structure)
        return card.title if card else texts.OTHER_LEG if structure == OTHER_LEG else ""

    def _point_at(self, structure: str) -> None:
        card = self.cards.get(structure)
        self.pointed.setText(f"{card.title}  ·  {card.latin}" if card else self.title_of(structure))
        title = self.title_of(structure)
        if title and self.view.pointer is not None:
            QToolTip.showText(self.view.pointer + QPoint(12, 14), title, self.view)
        else:
            QToolTip.hideText()

    def tell(self, sentence: str) -> None:
        """Show a message above the picture."""
        self.message.tell(sentence)

    def warn(self, sentence: str) -> None:
        """Say in a dialog what did not work."""
        self.dialog = QMessageBox(QMessageBox.Icon.Warning, texts.TITLE, texts.PROBLEM, parent=self)
        self.dialog.setInformativeText(sentence)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.finished.connect(lambda _: setattr(self, "dialog", None))
        self.dialog.open()

    def say(self, sentence: str) -> None:
        """Say something in passing, at the lower edge."""
        self.statusBar().showMessage(sentence, _STATUS_MS)

    # -- wishes ----------------------------------------------------------------------------------------------------------------------

    def show_movement(self, name: str) -> None:
        """Change to a movement of the list; one that breaks a joint's range is refused with a message."""
        movement = self.movements[name]
        scenefile.check_ranges(movement, f"{name}.toml")
        self.showing.show_movement(on_side(movement, self.showing.body.side))

    def add_movement(self, movement: Movement) -> None:
        """A movement from a file, into the list."""
        self.movements[movement.name] = movement
        self.movement_panel.add(movement.name, movement.title, texts.OPENED, movement.summary)

    def _viewer(self, name: str) -> Callable[[], None]:
        def look() -> None:
            self.showing.remember()
            self.showing.look_from(name, glide=True)

        return look

    def _reset_view(self) -> None:
        self.showing.remember()
        self.showing.look_from(self.showing.view_name or self.showing.last_view, glide=True)

    def _release(self) -> None:
        if self.showing.pose is not None:
            self.showing.remember()
            self.showing.let_go()

    def _change_body(self, side: str, legs: str) -> None:
        self.showing.remember()
        self.showing.change_body(Side(side), legs)

    def _shift_speed(self, steps: int) -> None:
        nearest = int(np.argmin([abs(value - self.showing.playback.speed) for value in SPEEDS]))
        self.showing.change_speed(SPEEDS[min(max(nearest + steps, 0), len(SPEEDS) - 1)])

    def _loop(self, on: bool) -> None:
        self.showing.playback.loop = on
        self._show_time()

    def _show_labels(self, on: bool) -> None:
        self.showing.show_labels(on)
        self.actions_by_name["labels"].setChecked(on)

    def colour_by(self, name: str) -> None:
        """Colour the muscles by something else."""
        self.showing.remember()
        self.showing.change_colouring(name)

    def _next_colouring(self) -> None:
        self.colour_by(COLOURINGS[(COLOURINGS.index(self.showing.colouring) + 1) % len(COLOURINGS)])

    # -- structures ------------------------------------------------------------------------------------------------------------------

    def _hide(self, structures: set[str]) -> None:
        self.showing.remember()
        self.showing.hide(structures)

    def hide_structure(self, structure: str) -> None:
        """Hide one structure."""
        if structure in self.showing.structures():
            self._hide(set(self.showing.hidden | {structure}))
            self.showing.select("")

    def _isolate(self) -> None:
        self.showing.remember()
        self.showing.isolate()

    def _isolate_this(self, structure: str) -> None:
        again = self.showing.isolated and structure == self.showing.selected
        self.showing.remember()
        if self.showing.isolated:
            self.showing.isolate()
        if not again:
            self.showing.select(structure)
            self.showing.isolate()

    def _double_click(self, structure: str) -> None:
        if structure:
            self._isolate_this(structure)
        elif self.showing.isolated:
            self._isolate()
        else:
            self._reset_view()

    def _fade(self, structure: str, opacity: float) -> None:
        self.showing.remember(f"opacity {structure}")
        self.showing.fade(structure, opacity)

    def _peel(self, structure: str) -> None:
        if structure in self.showing.structures():
            self.showing.remember()
            self.showing.peel(structure)

    def _show_all(self) -> None:
        self.showing.remember()
        self.showing.reset_structures()

    def open_menu(self, structure: str, place: QPoint) -> QMenu:
        """What can be done with a structure, at a place of the screen."""
        menu, showing, title = QMenu(self), self.showing, self.title_of(structure)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def add(word: str, action: Callable[[], object]) -> None:
            menu.addAction(texts.MENU[word].format(title)).triggered.connect(self.careful(action))

        if structure in showing.structures():
            hidden, alone = structure in showing.hidden, showing.isolated and structure == showing.selected
            add("unisolate" if alone else "isolate", lambda: self._isolate_this(structure))
            if hidden:
                add("show", lambda: self._hide(set(showing.hidden - {structure})))
            else:
                add("hide", lambda: self.hide_structure(structure))
            add("unpeel" if structure in showing.peeled else "peel", lambda: self._peel(structure))
            solid = showing.opacity(structure) >= 1.0
            add("fade" if solid else "solid", lambda: self._fade(structure, 0.5 if solid else 1.0))
            menu.addSeparator()
        add("all", self._show_all)
        menu.addSeparator()
        for name in ("reset_view", "labels", "copy", "save"):
            menu.addAction(self.actions_by_name[name])
        menu.popup(place)
        return menu

    # -- bookmarks, window -----------------------------------------------------------------------------------------------------------

    def keep_bookmark(self) -> None:
        """Keep what is shown under a name."""
        text = bookmarks.as_text(snapshot(self.showing), self.showing.playback.time_s)
        self.settings.keep_bookmarks([*self.settings.bookmarks, text])
        self.say(texts.BOOKMARK_KEPT.format(bookmarks.title_of(text)))

    def go_to_bookmark(self, text: str) -> None:
        """Show what a bookmark kept."""
        state = bookmarks.state_of(text, self.movements)
        if state is None:
            raise VisualiserError(texts.BOOKMARK_GONE.format(bookmarks.title_of(text)))
        self.showing.remember()
        self.showing.restore(state)

    def toggle_full_screen(self) -> None:
        """The whole screen, or a window."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def toggle_help(self) -> None:
        """Keys and gestures over the picture, or not."""
        if self.help.isVisible():
            self.help.hide()
        else:
            self.help.open_centred()

    def _escape(self) -> None:
        """Leave the innermost of what is open."""
        if self.help.isVisible():
            self.help.hide()
        elif self.showing.selected:
            self.showing.select("")
        elif self.isFullScreen():
            self.showNormal()

    # -- films -----------------------------------------------------------------------------------------------------------------------

    def _show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)  # 0 to 0 while the process gets ready
        self.progress.setValue(done)
        self.progress.show()
        self.cancel_button.show()
        self.actions_by_name["save_clip"].setEnabled(False)
        if total:
            self.say(texts.FILMING.format(name=self.showing.movement.title, done=done, total=total))

    def _end_progress(self, written: str, why: str) -> None:
        self.progress.hide()
        self.cancel_button.hide()
        self.actions_by_name["save_clip"].setEnabled(True)
        if why:
            self.warn(texts.FILM_FAILED.format(why))
        else:
            self.say(texts.SAVED.format(written) if written else texts.CANCELLED)

    # -- small pictures --------------------------------------------------------------------------------------------------------------

    def _begin_thumbnails(self) -> None:
        """Show the small pictures that there are; let a process make the others."""
        if self._thumbnails is None:
            return
        self._small = {file: name for name, file in thumbnail_files(self.movements, "light").items()}
        missing = {file: self.movements[n] for file, n in self._small.items() if not self._show_thumbnail(file)}
        if missing:
            self._thumbnailer = Helper(self, Thumbnails(self._thumbnails, missing))
            self._thumbnailer.thumbnail.connect(self._show_thumbnail)

    def _show_thumbnail(self, file: str) -> bool:
        assert self._thumbnails is not None
        picture = QPixmap(str(self._thumbnails / file))
        if picture.isNull():  # not there yet, or damaged: it is made again
            return False
        self.movement_panel.show_thumbnail(self._small[file], QIcon(picture))
        return True

    # -- dropping --------------------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # Qt's name
        """Files may be dropped."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # Qt's name
        """Open what was dropped."""
        for url in event.mimeData().urls()[:1]:
            self.careful(lambda url=url: self.desk.open(Path(url.toLocalFile())))()
        event.acceptProposedAction()

    # -- life ------------------------------------------------------------------------------------------------------------------------

    def showEvent(self, event: object) -> None:  # Qt's name
        """Begin with the movement once the picture has its size."""
        super().showEvent(event)  # type: ignore[arg-type]
        if not self._began:
            self._began = True
            QTimer.singleShot(0, self.careful(self._begin))

    def _begin(self) -> None:
        self.pose_panel.show_body(self.showing.body.side, self.showing.body.legs)
        self.showing.show_movement(self.showing.asked)
        if self._problems:
            self.tell(" ".join(self._problems))
        QTimer.singleShot(_THUMBNAILS_AFTER_MS, self, self.careful(self._begin_thumbnails))

    def resizeEvent(self, event: QResizeEvent) -> None:  # Qt's name
        """Keep the help in the middle."""
        super().resizeEvent(event)
        if self.help.isVisible():
            self.help.open_centred()

    def _may_close(self) -> bool:
        """Ask before a film is given up."""
        if not self.desk.busy:
            return True
        self.dialog = QMessageBox(QMessageBox.Icon.Question, texts.TITLE, texts.CLOSE_ASK[0], parent=self)
        self.dialog.setInformativeText(texts.CLOSE_ASK[1])
        give_up = self.dialog.addButton(texts.CLOSE_GIVE_UP, QMessageBox.ButtonRole.DestructiveRole)
        self.dialog.setDefaultButton(self.dialog.addButton(texts.CLOSE_STAY, QMessageBox.ButtonRole.RejectRole))
        self.dialog.exec()
        chosen, self.dialog = self.dialog.clickedButton(), None
        return chosen is give_up

    def closeEvent(self, event: QCloseEvent) -> None:  # Qt's name
        """Leave no timer, thread or process running, and give the graphics memory back."""
        if not self._may_close():
            event.ignore()
            return
        self.docks.keep()
        self.settings.sync()
        self.desk.stop()
        if self._thumbnailer is not None:
            self._thumbnailer.give_up()
            self._thumbnailer.wait()
        self.showing.stop()
        self.view.close_view()
        super().closeEvent(event)


def system_theme() -> str:
    """The theme that goes with the desktop."""
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"
