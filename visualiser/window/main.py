"""The desktop window: movements on the left, the body in the middle, structures on the right, plot and transport below.

The window owns no truth: time is a `Playback`, the body a `Body`, the picture a `Stage`; it only carries wishes from the user to them.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from qtpy.QtCore import QPoint, Qt, QTimer
from qtpy.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QIcon, QResizeEvent
from qtpy.QtWidgets import QApplication, QLabel, QMainWindow, QMessageBox, QToolTip

from visualiser.bodies.assembly import Body
from visualiser.errors import VisualiserError
from visualiser.keys import NUMBERED_VIEWS
from visualiser.movements import scenefile
from visualiser.movements.movement import Movement, on_side
from visualiser.pictures.cards import cards as all_cards
from visualiser.pictures.cards import landmark_cards
from visualiser.window import texts
from visualiser.window.actions import Actions
from visualiser.window.desk import Desk
from visualiser.window.dialview import DialView
from visualiser.window.difference import DifferenceTable
from visualiser.window.docks import Docks
from visualiser.window.filmprogress import FilmProgress
from visualiser.window.linking import Linking
from visualiser.window.notices import HelpSheet, MessageBar, ScaleBar
from visualiser.window.panels import CardView, MovementPanel
from visualiser.window.plotstrip import PlotStrip
from visualiser.window.posepanel import PosePanel
from visualiser.window.savedialog import CaptureFrame
from visualiser.window.settings import Settings
from visualiser.window.showing import Showing
from visualiser.window.sight import OTHER_LEG
from visualiser.window.smallpictures import SmallPictures
from visualiser.window.structurepanel import StructurePanel
from visualiser.window.theme import icon, palette, style_sheet
from visualiser.window.transport import TransportPanel
from visualiser.window.view import BodyView, told
from visualiser.window.wishes import TURN_PX, ZOOM, Wishes

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
        self.wishes = Wishes(self)
        self.message, self.scale_bar, self.dial = MessageBar(), ScaleBar(self.view), DialView(self.view)
        self.difference = DifferenceTable(self.view)
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
        self.statusBar().addWidget(self.pointed, 1)
        self.statusBar().setSizeGripEnabled(False)
        self.film_progress = FilmProgress(self)
        self.small_pictures = SmallPictures(self, thumbnails)
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
        showing, desk, wishes = self.showing, self.desk, self.wishes
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
            "bookmark": wishes.keep_bookmark,
            "play": showing.toggle_play,
            "step_back": lambda: showing.step(-1),
            "step_on": lambda: showing.step(1),
            "phase_back": lambda: showing.to_phase(edges(), -1),
            "phase_on": lambda: showing.to_phase(edges(), 1),
            "slower": lambda: wishes.shift_speed(-1),
            "faster": lambda: wishes.shift_speed(1),
            "rewind": lambda: showing.scrub(0.0),
            "loop": lambda: wishes.loop(not showing.playback.loop),
            "plot": lambda: self.linking.next_quantity(),
            "compare": lambda: self.linking.compare("none" if showing.reference is not None else "now"),
            "release": wishes.release,
            "other_side": lambda: wishes.change_body(str(showing.body.side.other), showing.body.legs),
            **{f"view_{name}": wishes.viewer(name) for name in NUMBERED_VIEWS},
            "reset_view": wishes.reset_view,
            "turn_left": wishes.turner(-TURN_PX, 0.0),
            "turn_right": wishes.turner(TURN_PX, 0.0),
            "turn_up": wishes.turner(0.0, -TURN_PX),
            "turn_down": wishes.turner(0.0, TURN_PX),
            "nearer": wishes.zoomer(ZOOM),
            "further": wishes.zoomer(1.0 / ZOOM),
            "labels": lambda: wishes.show_labels(not showing.labels_on),
            "colour": wishes.next_colouring,
            "theme": lambda: self.choose_theme("light" if showing.theme == "dark" else "dark"),
            "isolate": wishes.isolate,
            "hide": lambda: wishes.hide_structure(showing.selected),
            "peel": lambda: wishes.peel(showing.selected),
            "section": wishes.next_section,
            "show_all": wishes.show_all,
            "find": lambda: self.docks.find(texts.STRUCTURES, self.structure_panel.search),
            "find_movement": lambda: self.docks.find(texts.MOVEMENTS, self.movement_panel.search),
            "panels": self.docks.toggle,
            "full_screen": self.toggle_full_screen,
            "help": self.toggle_help,
            "escape": self._escape,
            "quit": self.close,
        }

    def careful(self, action: Callable[..., object]) -> Callable[..., None]:
        """The action as a slot: what goes wrong is told in a dialog, not raised into Qt, and the window lives on."""

        def run(*_: object) -> None:
            try:
                action()
            except Exception as error:  # told in a dialog; the window lives on
                self.warn(told(error))

        return run

    def _connect(self) -> None:
        showing, transport, actions, wishes = self.showing, self.transport, self.actions_by_name, self.wishes
        self.view.failed.connect(self.tell)
        self.view.hovered.connect(lambda surface: self._point_at(showing.structure_of(surface)))
        self.view.clicked.connect(lambda surface: showing.select(showing.structure_of(surface)))
        self.view.double_clicked.connect(lambda surface: wishes.double_click(showing.structure_of(surface)))
        self.view.menu_wanted.connect(lambda surface, place: wishes.open_menu(showing.structure_of(surface), place))
        self.movement_panel.chosen.connect(lambda name: self.careful(lambda: self.show_movement(name))())
        self.structure_panel.selected.connect(showing.select)
        self.structure_panel.hidden_changed.connect(wishes.set_hidden)
        self.structure_panel.isolate_wanted.connect(wishes.isolate_this)
        self.structure_panel.opacity_changed.connect(wishes.fade)
        self.structure_panel.menu_wanted.connect(wishes.open_menu)
        self.structure_panel.section.wanted.connect(wishes.cut)
        transport.play.connect(actions["play"].trigger)
        transport.rewind.connect(actions["rewind"].trigger)
        transport.step.connect(lambda frames: self.careful(lambda: showing.step(frames))())
        transport.time_line.scrubbed.connect(lambda share: self.careful(lambda: showing.scrub(share))())
        transport.speed.connect(showing.change_speed)
        transport.loop.connect(wishes.loop)
        showing.time_changed.connect(self.show_time)
        showing.play_changed.connect(lambda playing: transport.dress(showing.theme, playing))
        showing.movement_changed.connect(self._show_movement)
        showing.body_changed.connect(lambda: self.structure_panel.fill(*self._rows()))
        showing.selection_changed.connect(self._show_selection)
        showing.hidden_changed.connect(lambda: self.structure_panel.show_hidden(showing.hidden))
        showing.look_changed.connect(self._show_look)
        showing.view_changed.connect(self._mark_view)
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
        self.dial.dress(theme)
        self.difference.dress(theme)
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

    def show_time(self) -> None:
        """Cursor, clock and caption of the moment that is shown."""
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
        self.structure_panel.mark(structure, self.showing.sight.opacity(structure))
        self.card.show_card(self.cards.get(structure), self.showing.theme)
        self.linking.choose(structure)

    def _show_look(self) -> None:
        self.scale_bar.show_scale(self.showing.scale)
        self.structure_panel.section.show_section(self.showing.section)
        self.structure_panel.mark(self.showing.selected, self.showing.sight.opacity(self.showing.selected))
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
        self.dialog.addButton(QMessageBox.StandardButton.Ok).setIcon(QIcon())
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

    # -- the window itself ------------------------------------------------------------------------------------------------------------

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
        self.view.setFocus()  # keys mean the body until one goes into a field
        self.pose_panel.show_body(self.showing.body.side, self.showing.body.legs)
        self.showing.show_movement(self.showing.asked)
        if self._problems:
            self.tell(" ".join(self._problems))
        QTimer.singleShot(_THUMBNAILS_AFTER_MS, self, self.careful(self.small_pictures.begin))

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
        self.small_pictures.stop()
        self.showing.stop()
        self.view.close_view()
        super().closeEvent(event)


def system_theme() -> str:
    """The theme that goes with the desktop."""
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"
