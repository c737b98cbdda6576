"""The desktop window: movements on the left, the body in the middle, structures on the right, transport below.

The window owns no truth: time is a `Playback`, the body a `Body`, the picture a `Stage`; it only carries wishes from the user to them.
"""

import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

import numpy as np
from qtpy.QtCore import QSize, Qt, QTimer
from qtpy.QtGui import QAction, QCloseEvent, QKeySequence, QOpenGLContext, QResizeEvent
from qtpy.QtWidgets import (
    QApplication,
    QDockWidget,
    QFileDialog,
    QLabel,
    QMainWindow,
    QSplitter,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from visualiser import keys, machine, scenefile, screen
from visualiser.assembly import Body
from visualiser.cards import cards as all_cards
from visualiser.errors import DisplayError, VisualiserError
from visualiser.keys import NUMBERED_VIEWS
from visualiser.movement import Movement, on_side
from visualiser.window.notices import HelpSheet, MessageBar
from visualiser.window.panels import CardView, MovementPanel, StructurePanel
from visualiser.window.showing import OTHER_LEG, Showing
from visualiser.window.theme import icon, palette, style_sheet
from visualiser.window.transport import SPEEDS, TransportPanel
from visualiser.window.view import BodyView, told
from visualiser.writing import write_png

SavePicture = Callable[..., None]


class Window(QMainWindow):
    """The window of one body."""

    def __init__(
        self,
        body: Body,
        movement: Movement,
        *,
        movements: Mapping[str, Path],
        theme: str = "light",
        on_save_picture: SavePicture | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle("Hamstring visualiser")
        self._on_save_picture = on_save_picture
        self._problems: list[str] = []
        self._movements = self._read(movements, movement)
        self.view = BodyView(body, theme)
        self.showing = Showing(self.view, body, movement, theme)
        self.message = MessageBar()
        self.transport = TransportPanel()
        self.movement_panel = MovementPanel({n: (m.title, m.group, m.summary) for n, m in self._movements.items()})
        on_stage = self.showing.structures()
        cards = [card for card in all_cards() if card.name in on_stage]
        extra = {OTHER_LEG: "The other leg"} if OTHER_LEG in on_stage else {}
        self.structure_panel = StructurePanel(cards, extra)
        self.card = CardView()
        self._cards = {card.name: card for card in cards}
        self.pointed = QLabel()
        self._began = False
        self._panels_hidden = False
        self._lay_out()
        self.actions_by_name = self._make_actions()
        self._make_menus()
        self._make_toolbar()
        self.help = HelpSheet(self)
        self._connect()
        self.dress(theme)
        self.movement_panel.mark(movement.name)
        self.resize(1360, 860)

    def _read(self, paths: Mapping[str, Path], first: Movement) -> dict[str, Movement]:
        """Movements for the list; one that cannot be read is told once the window stands, not fatal."""
        read: dict[str, Movement] = {}
        for name, path in paths.items():
            try:
                read[name] = first if name == first.name else scenefile.read(path)
            except VisualiserError as error:
                self._problems.append(str(error))
        return {first.name: first, **read} if first.name not in read else read

    # -- building --------------------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.message)
        column.addWidget(self.view, 1)
        self.setCentralWidget(middle)
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(self.structure_panel)
        right.addWidget(self.card)
        right.setStretchFactor(0, 1)
        right.setStretchFactor(1, 1)
        right.setSizes([400, 400])
        self.docks = (
            self._dock("Movements", self.movement_panel, Qt.DockWidgetArea.LeftDockWidgetArea),
            self._dock("Structures", right, Qt.DockWidgetArea.RightDockWidgetArea),
        )
        self._lay_transport()
        self.resizeDocks(list(self.docks), [220, 300], Qt.Orientation.Horizontal)
        self.statusBar().addWidget(self.pointed, 1)
        self.statusBar().setSizeGripEnabled(False)

    def _lay_transport(self) -> None:
        """The transport along the whole lower edge, always there."""
        dock = QDockWidget("Transport", self)
        dock.setObjectName("Transport")
        dock.setWidget(self.transport)
        dock.setTitleBarWidget(QWidget())
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
            self.setCorner(corner, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)

    def _dock(self, title: str, content: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setWidget(content)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        heading = QLabel(title)
        heading.setObjectName("heading")
        heading.setContentsMargins(8, 0, 0, 0)
        dock.setTitleBarWidget(heading)
        self.addDockWidget(area, dock)
        return dock

    def _make_actions(self) -> dict[str, QAction]:
        showing = self.showing
        does: dict[str, Callable[[], object]] = {
            "play": showing.toggle_play,
            "step_back": lambda: showing.step(-1),
            "step_on": lambda: showing.step(1),
            "phase_back": lambda: showing.to_phase(self.transport.time_line.phase_edges(), -1),
            "phase_on": lambda: showing.to_phase(self.transport.time_line.phase_edges(), 1),
            "slower": lambda: self._shift_speed(-1),
            "faster": lambda: self._shift_speed(1),
            "rewind": lambda: showing.scrub(0.0),
            **{f"view_{name}": self._viewer(name) for name in NUMBERED_VIEWS},
            "reset_view": lambda: showing.look_from(showing.view_name, glide=True),
            "labels": lambda: self._show_labels(not showing.labels_on),
            "theme": lambda: self.dress("light" if showing.theme == "dark" else "dark"),
            "isolate": showing.isolate,
            "hide": self._hide_selected,
            "show_all": self._show_all,
            "find": self._find,
            "save": self._ask_and_save,
            "panels": self.toggle_panels,
            "full_screen": self.toggle_full_screen,
            "help": self.toggle_help,
            "escape": self._escape,
            "quit": self.close,
        }
        actions = {}
        for entry in keys.KEYS:
            action = QAction(entry.does[:1].upper() + entry.does[1:], self)
            action.setShortcuts([QKeySequence(k) for k in entry.keys])
            action.setToolTip(f"{action.text()} ({entry.shown})")
            action.triggered.connect(self._caller(does[entry.action]))
            self.addAction(action)
            actions[entry.action] = action
        return actions

    def _viewer(self, name: str) -> Callable[[], None]:
        return lambda: self.showing.look_from(name, glide=True)

    def _caller(self, action: Callable[[], object]) -> Callable[..., None]:
        """The action as a slot: what goes wrong is shown, not raised into Qt."""

        def run(*_: object) -> None:
            try:
                action()
            except Exception as error:  # told in the message bar; the window lives on
                self.tell(told(error))

        return run

    def _make_menus(self) -> None:
        names = {"Movement": "&Movement", "View": "&View", "Structures": "&Structures", "Window": "&Window"}
        for group in keys.GROUPS:
            menu = self.menuBar().addMenu(names[group])
            for entry in keys.KEYS:
                if entry.group == group and entry.action != "escape":
                    menu.addAction(self.actions_by_name[entry.action])

    def _make_toolbar(self) -> None:
        bar = QToolBar("Views")
        bar.setObjectName("Views")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        self.view_buttons: dict[str, QToolButton] = {}
        for name in NUMBERED_VIEWS:
            button = QToolButton()
            button.setText(name.capitalize())
            button.setCheckable(True)
            button.setToolTip(self.actions_by_name[f"view_{name}"].toolTip())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(self._caller(self._viewer(name)))
            bar.addWidget(button)
            self.view_buttons[name] = button
        spring = QWidget()
        spring.setSizePolicy(spring.sizePolicy().Policy.Expanding, spring.sizePolicy().Policy.Preferred)
        bar.addWidget(spring)
        for name in ("reset_view", "labels", "theme", "save", "full_screen", "help"):
            bar.addAction(self.actions_by_name[name])
        self.actions_by_name["labels"].setCheckable(True)
        self.actions_by_name["labels"].setChecked(True)
        self.addToolBar(bar)
        self.tool_bar = bar

    def _connect(self) -> None:
        showing, transport, tell = self.showing, self.transport, self.tell
        self.view.failed.connect(tell)
        self.view.hovered.connect(lambda surface: self._point_at(showing.structure_of(surface)))
        self.view.clicked.connect(lambda surface: showing.select(showing.structure_of(surface)))
        self.view.reset_wanted.connect(self.actions_by_name["reset_view"].trigger)
        self.movement_panel.chosen.connect(lambda name: self._caller(lambda: self.show_movement(name))())
        self.structure_panel.selected.connect(showing.select)
        self.structure_panel.hidden_changed.connect(showing.hide)
        self.structure_panel.opacity_changed.connect(showing.fade)
        transport.play.connect(self.actions_by_name["play"].trigger)
        transport.rewind.connect(self.actions_by_name["rewind"].trigger)
        transport.step.connect(lambda frames: self._caller(lambda: showing.step(frames))())
        transport.time_line.scrubbed.connect(lambda share: self._caller(lambda: showing.scrub(share))())
        transport.speed.connect(showing.change_speed)
        transport.loop.connect(self._loop)
        showing.time_changed.connect(self._show_time)
        showing.play_changed.connect(lambda playing: transport.dress(showing.theme, playing))
        showing.movement_changed.connect(self._show_movement)
        showing.selection_changed.connect(self._show_selection)
        showing.hidden_changed.connect(lambda: self.structure_panel.show_hidden(showing.hidden))
        showing.view_changed.connect(self._mark_view)

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
        self.card.show_card(self._cards.get(self.showing.selected), theme)
        self.setWindowIcon(icon("logo", theme))
        pictures = {
            "labels": "labels",
            "theme": "theme",
            "save": "save",
            "full_screen": "full",
            "help": "help",
            "reset_view": "home",
        }
        for action, picture in pictures.items():
            self.actions_by_name[action].setIcon(icon(picture, theme))

    def _show_time(self) -> None:
        playback = self.showing.playback
        self.transport.show_time(self.showing.movement, playback.time_s)
        self.transport.show_speed(playback.speed)
        self.transport.loop_button.setChecked(playback.loop)

    def _show_movement(self) -> None:
        movement = self.showing.movement
        self.setWindowTitle(f"{movement.title} - Hamstring visualiser")
        self.transport.time_line.show_movement(movement)
        self.movement_panel.mark(movement.name)

    def _show_selection(self, structure: str) -> None:
        self.structure_panel.mark(structure, self.showing.opacity(structure))
        self.card.show_card(self._cards.get(structure), self.showing.theme)

    def _mark_view(self, name: str) -> None:
        for view, button in self.view_buttons.items():
            button.setChecked(view == name)

    def _point_at(self, structure: str) -> None:
        card = self._cards.get(structure)
        self.pointed.setText(f"{card.title}  ·  {card.latin}" if card else "")
        self.view.plotter.setToolTip("")

    def tell(self, sentence: str) -> None:
        """Show a message above the picture."""
        self.message.tell(sentence)

    # -- wishes ----------------------------------------------------------------------------------------------------------------------

    def show_movement(self, name: str) -> None:
        """Change to a movement of the list; one that breaks a joint's range is refused with a message."""
        movement = self._movements[name]
        scenefile.check_ranges(movement, f"{name}.toml")
        self.showing.show_movement(on_side(movement, self.showing.body.side))

    def _shift_speed(self, steps: int) -> None:
        nearest = int(np.argmin([abs(value - self.showing.playback.speed) for value in SPEEDS]))
        self.showing.change_speed(SPEEDS[min(max(nearest + steps, 0), len(SPEEDS) - 1)])

    def _loop(self, on: bool) -> None:
        self.showing.playback.loop = on

    def _show_labels(self, on: bool) -> None:
        self.showing.show_labels(on)
        self.actions_by_name["labels"].setChecked(on)

    def _hide_selected(self) -> None:
        if self.showing.selected:
            self.showing.hide(self.showing.hidden | {self.showing.selected})
            self.showing.select("")

    def _show_all(self) -> None:
        self.showing.reset_structures()
        self.structure_panel.mark(self.showing.selected, 1.0)

    def _find(self) -> None:
        self.docks[1].show()
        self.structure_panel.search.setFocus()
        self.structure_panel.search.selectAll()

    def toggle_panels(self) -> None:
        """Everything beside the picture, or nothing."""
        self._panels_hidden = not self._panels_hidden
        for dock in self.docks:
            dock.setVisible(not self._panels_hidden)

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

    # -- pictures --------------------------------------------------------------------------------------------------------------------

    def _ask_and_save(self) -> None:
        self.showing.pause()
        suggestion = f"{self.showing.movement.name}.png"
        path, _ = QFileDialog.getSaveFileName(self, "Save the picture", suggestion, "Pictures (*.png)")
        if path:
            self.save_picture(Path(path).with_suffix(".png"))

    def save_picture(self, path: Path) -> None:
        """Write what the window shows as a picture."""
        showing = self.showing
        if self._on_save_picture is None:
            write_png(showing.picture(), path, force=True, metadata={"title": showing.movement.title})
        else:
            self._on_save_picture(
                path,
                movement=showing.movement,
                at=showing.playback.share,
                view=showing.view_name,
                camera=self.view.camera,
                theme=showing.theme,
                labels="default" if showing.labels_on else "none",
                hidden=tuple(sorted(showing.hidden)),
            )
        self.statusBar().showMessage(f"Saved {path}", 6000)

    # -- life ------------------------------------------------------------------------------------------------------------------------

    def showEvent(self, event: object) -> None:  # Qt's name
        """Begin with the movement once the picture has its size."""
        super().showEvent(event)  # type: ignore[arg-type]
        if not self._began:
            self._began = True
            QTimer.singleShot(0, self._caller(self._begin))

    def _begin(self) -> None:
        self.showing.show_movement(self.showing.movement)
        if self._problems:
            self.tell(" ".join(self._problems))

    def resizeEvent(self, event: QResizeEvent) -> None:  # Qt's name
        """Keep the help in the middle."""
        super().resizeEvent(event)
        if self.help.isVisible():
            self.help.open_centred()

    def closeEvent(self, event: QCloseEvent) -> None:  # Qt's name
        """Leave no timer running and give the graphics memory back."""
        self.showing.stop()
        self.view.close_view()
        super().closeEvent(event)


# -- opening it ----------------------------------------------------------------------------------------------------------------------


def show(
    body: Body,
    movement: Movement,
    *,
    movements: Mapping[str, Path],
    theme: str = "light",
    on_save_picture: SavePicture | None = None,
) -> int:
    """Open the window and wait until it is closed; returns the exit status.

    movements       : scene files for the list, by name
    on_save_picture : called with a path and what is shown; without it the window saves its own picture
    raises          : DisplayError if no window can be opened here
    """
    screen.require_screen()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Hamstring visualiser")
    application.setStyle("Fusion")
    if not QOpenGLContext().create():
        raise DisplayError(f"This screen offers no OpenGL; {machine.install(machine.OPENGL_PACKAGES)}.")
    window = Window(body, movement, movements=movements, theme=theme, on_save_picture=on_save_picture)
    window.show()

    def leave(_: int, __: FrameType | None) -> None:
        window.close()

    before = signal.signal(signal.SIGINT, leave)  # Ctrl+C in the terminal closes the window
    heartbeat = QTimer()  # Qt's loop must return to Python now and then to notice
    heartbeat.start(300)
    heartbeat.timeout.connect(lambda: None)
    try:
        return int(application.exec())
    finally:
        heartbeat.stop()
        signal.signal(signal.SIGINT, before)
