"""Habits of the window: every control has a name, every action a key, and nothing is left alive when it is closed."""

import gc
import threading
import weakref

import pytest

pytest.importorskip("pytestqt")

from qtpy.QtCore import QEvent, Qt, QTimer
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QToolButton,
    QWidget,
)
from shiboken6 import getCppPointer
from window_driver import opened, rest, wait

from visualiser import keys
from visualiser.bodies import assets
from visualiser.pictures.section import Section
from visualiser.window import Window, texts
from visualiser.window.plotstrip import PlotCanvas
from visualiser.window.savedialog import SaveDialog
from visualiser.window.theme import shades
from visualiser.window.transport import TimeLine
from visualiser.window.view import BodyView
from visualiser.window.wording import Saving

pytestmark = pytest.mark.window

INTERACTIVE = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, PlotCanvas, TimeLine, BodyView,
)  # fmt: skip


def controls(root: QWidget) -> list[QWidget]:
    """Everything that a hand or a screen reader can meet in a window."""
    found = [widget for widget in root.findChildren(QWidget) if isinstance(widget, INTERACTIVE)]
    inside = (QComboBox, QLineEdit)
    return [
        widget
        for widget in found
        if not widget.objectName().startswith("qt_")  # parts of Qt's own widgets, which speak for them
        and not isinstance(widget, QScrollBar)
        and not any(isinstance(above, inside) for above in _above(widget))
        and not type(widget).__name__.startswith("QComboBoxPrivate")
        and not widget.metaObject().className().startswith(("QTabBar", "QHeaderView", "CloseButton"))
    ]


def _above(widget: QWidget) -> list[QWidget]:
    found, parent = [], widget.parentWidget()
    while parent is not None:
        found.append(parent)
        parent = parent.parentWidget()
    return found


def name_of(widget: QWidget) -> str:
    """What a screen reader says: the name given, or the words on the control."""
    given = widget.accessibleName()
    return given or (widget.text() if isinstance(widget, QAbstractButton) else "")


def test_every_control_has_a_name_for_screen_readers(window: Window) -> None:
    dialogs = [SaveDialog(window, Saving(), film=film) for film in (False, True)]
    for root in (window, *dialogs):
        nameless = [f"{type(w).__name__} {w.objectName()} {w.toolTip()}" for w in controls(root) if not name_of(w)]
        assert nameless == []
    assert len(controls(window)) > 60
    for dialog in dialogs:
        dialog.deleteLater()


def test_every_action_has_a_key_of_its_own_and_stands_in_a_menu(window: Window) -> None:
    in_menus = [action for menu in window.menuBar().actions() for action in menu.menu().actions()]
    taken: set[str] = set()
    for entry in keys.KEYS:
        action = window.actions_by_name[entry.action]
        assert entry.keys, entry.action
        assert not taken & set(entry.keys), entry.action
        taken |= set(entry.keys)
        assert action.toolTip()
        assert action in in_menus or entry.action == "escape"


def test_tab_reaches_every_control_that_is_shown(qtbot, window: Window) -> None:
    window.activateWindow()
    window.view.setFocus()
    met, now = [], QApplication.focusWidget()
    for _ in range(300):
        met.append(now)
        qtbot.keyClick(now, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is window.view:
            break
    assert now is window.view  # once round
    shown = [w for w in controls(window) if w.isVisible() and w.isEnabled()]
    waiting = [w for w in shown if w not in met and not w.visibleRegion().isEmpty()]
    by_key = {action.text() for action in window.actions() if action.shortcuts()}  # the buttons of the tool bar
    assert [name_of(w) for w in waiting if name_of(w) not in by_key] == []


def test_the_body_turns_by_keys_and_undo_turns_it_back(qtbot, window: Window) -> None:
    before = window.view.camera
    assert before is not None
    for _ in range(4):
        qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_Plus)
    assert window.view.camera is not None
    assert window.view.camera.back[0] != pytest.approx(before.back[0], abs=0.1)
    assert window.view.camera.eye != before.eye
    window.actions_by_name["undo"].trigger()
    assert window.view.camera == before


def test_keys_mean_the_body_until_one_goes_into_a_field(qtbot, window: Window) -> None:
    window.view.setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert window.showing.ticking
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert not window.showing.ticking
    window.docks.find(texts.MOVEMENTS, window.movement_panel.search)
    qtbot.keyClicks(QApplication.focusWidget(), "leg c")
    assert window.movement_panel.search.text() == "leg c"
    assert not window.showing.ticking


def addresses() -> dict[int, str]:
    """Every widget alive, by where Qt keeps it: Python's own objects for widgets of other windows come and go."""
    return {getCppPointer(widget)[0]: type(widget).__name__ for widget in QApplication.allWidgets()}


def test_nothing_is_left_alive_when_a_window_is_closed(qapp) -> None:
    before = addresses()
    made = opened()
    made.showing.select("semitendinosus")
    made.linking.compare("upright")
    made.wishes.cut(Section("axial", -201.0))
    made.showing.toggle_play()
    playback = made.showing.playback
    wait(lambda: playback.time_s > 0.2)
    made.showing.pause()
    made.warn("A sentence.")
    rest(made)
    kept = {
        "window": weakref.ref(made),
        "view": weakref.ref(made.view),
        "showing": weakref.ref(made.showing),
        "plotter": weakref.ref(made.view.plotter),
        "stage": weakref.ref(made.view.levels.fine),
        "linking": weakref.ref(made.linking),
        "renderer": weakref.ref(made.view.plotter.renderer),
        "render window": weakref.ref(made.view.plotter.render_window),
    }
    timers = made.findChildren(QTimer)
    made.close()
    assert not any(timer.isActive() for timer in timers)
    made.deleteLater()
    del made, timers
    for _ in range(3):
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
        gc.collect()
    assert [name for name, there in kept.items() if there() is not None] == []
    assert [name for address, name in addresses().items() if address not in before] == []
    assert [thread.name for thread in threading.enumerate() if thread.name == "rehearsal"] == []


def test_the_mark_of_a_bar_too_long_for_the_window_is_in_the_ink_of_the_theme(window: Window) -> None:
    more = window.findChild(QToolButton, "qt_toolbar_ext_button")
    for theme in ("dark", "light"):
        window.dress(theme)
        picture = more.icon().pixmap(24).toImage()
        colours = {
            picture.pixelColor(x, y).name()
            for x in range(24)
            for y in range(24)
            if picture.pixelColor(x, y).alpha() == 255
        }
        assert colours == {shades(theme).ink}


def test_the_window_follows_the_light_and_dark_of_the_system(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    # A bare X server has no scheme to change: what the desktop would say is put in its place, the way from there is real.
    changed = QGuiApplication.styleHints().colorSchemeChanged
    window.choose_theme("system")
    monkeypatch.setattr("visualiser.window.main.system_theme", lambda: "dark")
    changed.emit(Qt.ColorScheme.Dark)
    assert window.showing.theme == "dark"
    window.choose_theme("light")
    changed.emit(Qt.ColorScheme.Dark)
    assert window.showing.theme == "light"  # whoever chose a theme keeps it


def test_panels_stand_next_time_where_they_were_left(window: Window) -> None:
    docks, plot = window.docks, window.docks.movable[texts.PLOT]
    plot.hide()
    docks.keep()
    plot.show()
    docks.bring_back()
    assert plot.isHidden()
    plot.show()
    docks.keep()


def test_files_opened_lately_and_bookmarks_stand_in_their_menus(window: Window) -> None:
    scene = assets.scene_paths()["walking"]
    window.desk.open(scene)
    assert window.settings.recent[0] == str(scene.resolve())
    window.actions_by_name.recent.aboutToShow.emit()
    assert window.actions_by_name.recent.actions()[0].text() == scene.name
    window.actions_by_name["bookmark"].trigger()
    window.actions_by_name.bookmarks.aboutToShow.emit()
    kept = window.actions_by_name.bookmarks.actions()[0]
    window.show_movement("squat")
    kept.trigger()
    assert window.showing.movement.name == "walking"
    window.actions_by_name["copy_scene"].trigger()
    assert QGuiApplication.clipboard().text() == scene.read_text(encoding="utf-8")
