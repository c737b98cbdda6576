"""Where the panels stand: docks that move, hide, and are remembered; plot and transport below."""

from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from visualiser.window import texts
from visualiser.window.theme import icon

Window = Any  # of `window.main`, which is made of this module and must not be imported by it

_LEFT, _RIGHT, _BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)

_NARROW, _LOW = 1180, 640  # a screen under this width or height, as 1920 x 1080 enlarged twice


class Docks:
    """The docks of a window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._closers: list[QToolButton] = []
        self._middle()
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, window.tabPosition(_RIGHT).North)
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
            window.setCorner(corner, _BOTTOM)
        self.movable = {
            texts.MOVEMENTS: self._dock(texts.MOVEMENTS, window.movement_panel, _LEFT),
            texts.STRUCTURES: self._dock(texts.STRUCTURES, window.structure_panel, _RIGHT),
            texts.POSE: self._dock(texts.POSE, window.pose_panel, _RIGHT),
            texts.CARD: self._dock(texts.CARD, window.card, _RIGHT),
            texts.PLOT: self._dock(texts.PLOT, window.plot, _BOTTOM, window.plot.quantity, window.plot.said),
        }
        for dock in self.movable.values():
            dock.dockLocationChanged.connect(lambda _: self._spare_headings())
            dock.visibilityChanged.connect(lambda _: self._spare_headings())
        self._lay_transport()
        self.arrange()
        screen = window.screen().availableGeometry()
        if screen.width() < _NARROW or screen.height() < _LOW:
            self._spare_room()

    def _middle(self) -> None:
        window, middle = self._window, QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(window.message)
        column.addWidget(window.view, 1)
        window.setCentralWidget(middle)

    def arrange(self) -> None:
        """As on the first day."""
        window, docks = self._window, self.movable
        window.addDockWidget(_LEFT, docks[texts.MOVEMENTS])
        window.addDockWidget(_RIGHT, docks[texts.STRUCTURES])
        window.splitDockWidget(docks[texts.STRUCTURES], docks[texts.CARD], Qt.Orientation.Vertical)
        window.tabifyDockWidget(docks[texts.STRUCTURES], docks[texts.POSE])
        docks[texts.STRUCTURES].raise_()
        window.addDockWidget(_BOTTOM, docks[texts.PLOT])
        window.splitDockWidget(docks[texts.PLOT], self.transport, Qt.Orientation.Vertical)
        for dock in docks.values():
            dock.setFloating(False)
            dock.show()
        window.resizeDocks([docks[texts.MOVEMENTS], docks[texts.STRUCTURES]], [270, 320], Qt.Orientation.Horizontal)
        window.resizeDocks([docks[texts.STRUCTURES], docks[texts.CARD]], [420, 300], Qt.Orientation.Vertical)
        self.lower_plot()

    def _spare_room(self) -> None:
        """On a small screen the body comes first: all panels behind one another, the plot one choice in the menu away."""
        window, docks = self._window, self.movable
        for title in (texts.STRUCTURES, texts.POSE, texts.CARD):
            window.tabifyDockWidget(docks[texts.MOVEMENTS], docks[title])
        docks[texts.MOVEMENTS].raise_()
        docks[texts.PLOT].hide()

    def lower_plot(self) -> None:
        """The plot as low as curves can be read."""
        self._window.resizeDocks([self.movable[texts.PLOT]], [120], Qt.Orientation.Vertical)

    def _lay_transport(self) -> None:
        """The transport along the whole lower edge, always there."""
        self.transport = QDockWidget(texts.TRANSPORT, self._window)
        self.transport.setObjectName("Transport")
        self.transport.setWidget(self._window.transport)
        self.transport.setTitleBarWidget(QWidget())
        policy = self._window.transport.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Fixed)  # never higher, even when it is alone below
        self._window.transport.setSizePolicy(policy)
        self.transport.setSizePolicy(policy)
        self.transport.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        self._window.addDockWidget(_BOTTOM, self.transport)

    def _dock(self, title: str, content: QWidget, area: Qt.DockWidgetArea, *beside: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(title)
        dock.setWidget(content)
        dock.setTitleBarWidget(self._title_bar(dock, title, beside))
        dock.toggleViewAction().setText(title)
        self._window.addDockWidget(area, dock)
        return dock

    def _spare_headings(self) -> None:
        """A dock behind a tab needs no heading: the tab says the same."""
        for dock in self.movable.values():
            tabbed = any(other.isVisible() or not other.isHidden() for other in self._window.tabifiedDockWidgets(dock))
            bar = dock.titleBarWidget()
            # Not what is deeper inside: the list of a box of choices would open by itself.
            for part in bar.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
                part.setVisible(not tabbed or dock.isFloating())

    def _title_bar(self, dock: QDockWidget, title: str, beside: Sequence[QWidget]) -> QWidget:
        """The name of a dock, by which it can be dragged, what stands beside it, and a button that hides it."""
        bar, heading, closer = QWidget(), QLabel(title), QToolButton()
        heading.setObjectName("heading")
        closer.setObjectName("closer")
        closer.setIconSize(QSize(12, 12))
        closer.setToolTip(texts.HIDE_PANEL.format(title))
        closer.setAccessibleName(texts.HIDE_PANEL.format(title))
        closer.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        closer.clicked.connect(dock.close)
        self._closers.append(closer)
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 4, 4, 0)
        row.addWidget(heading)
        for widget in beside:
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(closer)
        return bar

    def dress(self, theme: str) -> None:
        """Buttons in the colours of a theme."""
        for closer in self._closers:
            closer.setIcon(icon("close", theme))

    # -- showing and hiding ----------------------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Everything beside the picture, or nothing."""
        shown = any(dock.isVisible() for dock in self.movable.values())
        for dock in self.movable.values():
            dock.setVisible(not shown)

    def find(self, title: str, field: QLineEdit) -> None:
        """Open a dock and put the cursor into its search."""
        self.movable[title].show()
        self.movable[title].raise_()
        field.setFocus()
        field.selectAll()

    def bring_back(self) -> None:
        """As they were left last time."""
        kept = self._window.settings.layout()
        if kept is not None:
            self._window.restoreGeometry(kept[0])
            self._window.restoreState(kept[1])

    def keep(self) -> None:
        """Remember where they are."""
        if not self._window.isFullScreen():
            self._window.settings.keep_layout(self._window.saveGeometry(), self._window.saveState())
