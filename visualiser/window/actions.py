"""Keys, menus and tool bar of the window, all made from the one list in `keys`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QAction, QKeySequence
from qtpy.QtWidgets import QDockWidget, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from visualiser import keys
from visualiser.keys import NUMBERED_VIEWS
from visualiser.pictures.appearance import THEMES
from visualiser.pictures.colouring import COLOURINGS
from visualiser.window import texts
from visualiser.window.bookmarks import title_of
from visualiser.window.theme import icon

Window = Any  # of `window.main`, which is made of this module and must not be imported by it

_RULE_BEFORE = (
    "turn_left",
    "save",
    "copy",
    "quit",
    "bookmark",
    "loop",
    "compare",
    "reset_view",
    "labels",
    "find",
    "full_screen",
)
_PICTURES = {
    "undo": "undo",
    "redo": "redo",
    "labels": "labels",
    "colour": "colour",
    "peel": "peel",
    "theme": "theme",
    "save": "save",
    "save_clip": "film",
    "full_screen": "full",
    "help": "help",
    "reset_view": "home",
}
_BAR = (
    "reset_view",
    "undo",
    "redo",
    None,
    "labels",
    "colour",
    "peel",
    "theme",
    None,
    "save",
    "save_clip",
    None,
    "help",
)


class Actions:
    """Everything that can be chosen in a window, by its name in `keys`."""

    def __init__(self, window: Window, does: Mapping[str, Callable[[], object]]) -> None:
        self._window = window
        self._more: QToolButton | None = None
        self.by_name: dict[str, QAction] = {}
        for entry in keys.KEYS:
            action = QAction(entry.does[:1].upper() + entry.does[1:], window)
            action.setShortcuts([QKeySequence(k) for k in entry.keys])
            action.setToolTip(f"{action.text()} ({entry.shown})" if entry.keys else action.text())
            action.triggered.connect(window.careful(does[entry.action]))
            window.addAction(action)
            self.by_name[entry.action] = action
        for name in ("labels", "loop"):
            self.by_name[name].setCheckable(True)
            self.by_name[name].setChecked(True)
        self.by_name["compare"].setCheckable(True)

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    # -- menus -----------------------------------------------------------------------------------------------------------------------

    def make_menus(self, docks: Mapping[str, QDockWidget]) -> None:
        """The menu bar."""
        bar, menus = self._window.menuBar(), {}
        for group in keys.GROUPS:
            menu = menus[group] = bar.addMenu(texts.MENUS[group])
            menu.setToolTipsVisible(True)
            for entry in keys.KEYS:
                if entry.group != group or entry.action == "escape":
                    continue
                if entry.action in _RULE_BEFORE:
                    menu.addSeparator()
                if entry.action == "save":
                    self.recent = menu.addMenu(texts.RECENT)
                    self.recent.aboutToShow.connect(self._list_recent)
                    menu.addSeparator()
                menu.addAction(self.by_name[entry.action])
        self.bookmarks = menus["Edit"].addMenu(texts.BOOKMARKS)
        self.bookmarks.aboutToShow.connect(self._list_bookmarks)
        self._choices(menus["View"], texts.COLOUR_BY, {name: texts.COLOURINGS.get(name, name) for name in COLOURINGS})
        menus["View"].addSeparator()
        for name in ("system", *THEMES):
            action = menus["View"].addAction(texts.THEMES[name])
            action.triggered.connect(self._window.careful(lambda name=name: self._window.choose_theme(name)))
        menus["Window"].addSeparator()
        for dock in docks.values():
            menus["Window"].addAction(dock.toggleViewAction())

    def _choices(self, menu: QMenu, title: str, choices: Mapping[str, str]) -> None:
        inner = menu.addMenu(title)
        for name, text in choices.items():
            action = inner.addAction(text[:1].upper() + text[1:])
            action.triggered.connect(self._window.careful(lambda name=name: self._window.wishes.colour_by(name)))

    def _list_recent(self) -> None:
        self.recent.clear()
        paths = self._window.settings.recent
        for path in paths:
            action = self.recent.addAction(Path(path).name)
            action.setToolTip(path)
            action.triggered.connect(self._window.careful(lambda path=path: self._window.desk.open(Path(path))))
        if not paths:
            self.recent.addAction(texts.NO_RECENT).setEnabled(False)

    def _list_bookmarks(self) -> None:
        self.bookmarks.clear()
        kept = self._window.settings.bookmarks
        for text in kept:
            action = self.bookmarks.addAction(title_of(text))
            action.triggered.connect(self._window.careful(lambda text=text: self._window.wishes.go_to_bookmark(text)))
        if not kept:
            self.bookmarks.addAction(texts.NO_BOOKMARKS).setEnabled(False)
            return
        self.bookmarks.addSeparator()
        forget = self.bookmarks.addAction(texts.FORGET_BOOKMARKS)
        forget.triggered.connect(lambda *_: self._window.settings.keep_bookmarks([]))

    # -- tool bar --------------------------------------------------------------------------------------------------------------------

    def make_tool_bar(self) -> dict[str, QToolButton]:
        """The bar above the picture: the views as buttons, and what is done most."""
        bar = QToolBar(texts.BAR)
        bar.setObjectName("Views")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        buttons = {}
        for name in NUMBERED_VIEWS:
            button = QToolButton()
            button.setText(name.capitalize())
            button.setCheckable(True)
            button.setToolTip(self.by_name[f"view_{name}"].toolTip())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda *_, name=name: self.by_name[f"view_{name}"].trigger())
            bar.addWidget(button)
            buttons[name] = button
        spring = QWidget()
        spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spring)
        for word in _BAR:
            if word is None:
                bar.addSeparator()
            else:
                bar.addAction(self.by_name[word])
        self._window.addToolBar(bar)
        # The mark at the end of a bar that is too long for the window; Qt's own is black.
        self._more = bar.findChild(QToolButton, "qt_toolbar_ext_button")
        if self._more is not None:
            self._more.setAccessibleName(texts.MORE)
            self._more.setToolTip(texts.MORE)
        return buttons

    def dress(self, theme: str) -> None:
        """Icons in the colours of a theme."""
        for action, picture in _PICTURES.items():
            self.by_name[action].setIcon(icon(picture, theme))
        if self._more is not None:
            self._more.setIcon(icon("more", theme))
