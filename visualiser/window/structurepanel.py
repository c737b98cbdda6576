"""The structures as a tree: an eye shows or hides, a target isolates, a click selects, a slider fades. It reports wishes and owns none."""

from collections.abc import Iterable, Mapping, Sequence

from qtpy.QtCore import QModelIndex, QPoint, QSignalBlocker, QSize, Qt, Signal
from qtpy.QtGui import QKeyEvent, QMouseEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSlider,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from visualiser.pictures.cards import Card
from visualiser.window import texts
from visualiser.window.panels import NAME, heading_item, search_field
from visualiser.window.sectionrow import SectionRow
from visualiser.window.theme import icon

TITLE, TARGET, EYE = 0, 1, 2


class StructureTree(QTreeWidget):
    """The tree; Space works the eye of the row that is chosen."""

    eye = Signal(str)
    target = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(3)
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setIconSize(QSize(16, 16))
        self.setAccessibleName(texts.STRUCTURES)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(TITLE, QHeaderView.ResizeMode.Stretch)
        for column in (TARGET, EYE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, 28)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # Qt's name
        """A press on an eye or a target works it and selects nothing."""
        index = self.indexAt(event.position().toPoint())
        name = index.siblingAtColumn(TITLE).data(NAME)
        if name and index.column() in (TARGET, EYE) and event.button() == Qt.MouseButton.LeftButton:
            (self.eye if index.column() == EYE else self.target).emit(name)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # Qt's name
        """Space opens or shuts the eye; everything else is as in every tree."""
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Space and item is not None and item.data(TITLE, NAME):
            self.eye.emit(item.data(TITLE, NAME))
            return
        super().keyPressEvent(event)


class StructurePanel(QWidget):
    """Muscles, nerve, bones and landmarks in their groups."""

    selected = Signal(str)
    hidden_changed = Signal(set)
    isolate_wanted = Signal(str)
    opacity_changed = Signal(str, float)
    menu_wanted = Signal(str, QPoint)

    def __init__(self, cards: Sequence[Card], extra: Mapping[str, str], parent: QWidget | None = None) -> None:
        """extra : name -> title of rows without a card, such as the other leg"""
        super().__init__(parent)
        self.setMinimumWidth(270)
        self._theme = "light"
        self._hidden: set[str] = set()
        self._groups: dict[str, QTreeWidgetItem] = {}
        self.search = search_field(texts.FIND_STRUCTURE)
        self.tree = StructureTree()
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(5, 100)
        self.opacity.setValue(100)
        self.opacity.setEnabled(False)
        self.opacity.setAccessibleName(f"{texts.OPACITY}: {texts.OPACITY_TIP}")
        self.opacity.setToolTip(texts.OPACITY_TIP)
        self.opacity_label = QLabel("100 %")
        self.opacity_label.setFixedWidth(44)
        fade = QHBoxLayout()
        fade.addWidget(QLabel(texts.OPACITY))
        fade.addWidget(self.opacity)
        fade.addWidget(self.opacity_label)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 10, 4)
        column.addWidget(self.search)
        column.addWidget(self.tree)
        column.addLayout(fade)
        self.section = SectionRow()
        column.addWidget(self.section)
        self.fill(cards, extra)
        self.tree.currentItemChanged.connect(self._report_selected)
        self.tree.itemClicked.connect(self._fold)
        self.tree.eye.connect(self._toggle)
        self.tree.target.connect(self._isolate)
        self.tree.customContextMenuRequested.connect(self._ask_for_menu)
        self.search.textChanged.connect(self._filter)
        self.opacity.valueChanged.connect(self._report_opacity)

    def fill(self, cards: Sequence[Card], extra: Mapping[str, str]) -> None:
        """Rows for these structures, in place of those before."""
        with QSignalBlocker(self.tree):
            self.tree.clear()
            self._cards = {card.name: card for card in cards}
            self._rows: dict[str, QTreeWidgetItem] = {}
            self._groups = {}
            for card in cards:
                if card.kind not in self._groups:
                    self._groups[card.kind] = heading_item(self.tree, texts.KINDS[card.kind])
                    self._groups[card.kind].setFlags(Qt.ItemFlag.ItemIsEnabled)
                self._row(self._groups[card.kind], card.name, card.title, card.latin)
            for name, title in extra.items():
                self._row(self._groups["bone"], name, title, texts.OTHER_LEG_TIP)
            if "landmark" in self._groups:
                self._groups["landmark"].setExpanded(False)
        self.dress(self._theme)

    def _row(self, group: QTreeWidgetItem, name: str, title: str, tip: str) -> None:
        item = QTreeWidgetItem(group, [title])
        item.setData(TITLE, NAME, name)
        item.setToolTip(TITLE, tip)
        if self._is_drawn(name):
            item.setToolTip(EYE, texts.EYE_TIP)
            item.setToolTip(TARGET, texts.MENU["isolate"].format(title))
        self._rows[name] = item

    def _is_drawn(self, name: str) -> bool:
        card = self._cards.get(name)
        return card is None or card.kind != "landmark"

    @property
    def names(self) -> tuple[str, ...]:
        """All rows by name."""
        return tuple(self._rows)

    def row(self, name: str) -> QTreeWidgetItem:
        """The row of a structure."""
        return self._rows[name]

    def dress(self, theme: str) -> None:
        """Eyes and targets in the colours of a theme."""
        self._theme = theme
        self._icons = {word: icon(word, theme) for word in ("eye", "eye_shut", "isolate")}
        for name in self._rows:
            self._show_eye(name)

    def _show_eye(self, name: str) -> None:
        item = self._rows[name]
        if self._is_drawn(name):
            shut = name in self._hidden
            item.setIcon(EYE, self._icons["eye_shut" if shut else "eye"])
            item.setData(EYE, Qt.ItemDataRole.AccessibleTextRole, texts.EYE_SHUT if shut else texts.EYE_OPEN)
            item.setIcon(TARGET, self._icons["isolate"])
            item.setForeground(TITLE, self.palette().placeholderText() if shut else self.palette().text())

    # -- reporting -------------------------------------------------------------------------------------------------------------------

    def _fold(self, item: QTreeWidgetItem, _: int) -> None:
        if not item.data(TITLE, NAME):
            item.setExpanded(not item.isExpanded())

    def _isolate(self, name: str) -> None:
        if self._is_drawn(name):
            self.isolate_wanted.emit(name)

    def _toggle(self, name: str) -> None:
        if self._is_drawn(name):
            self.hidden_changed.emit(self._hidden ^ {name})

    def _ask_for_menu(self, place: QPoint) -> None:
        item = self.tree.itemAt(place)
        if item is not None and item.data(TITLE, NAME):
            self.menu_wanted.emit(item.data(TITLE, NAME), self.tree.viewport().mapToGlobal(place))

    def _report_selected(self, item: QTreeWidgetItem | None) -> None:
        self.selected.emit((item.data(TITLE, NAME) or "") if item else "")

    def _report_opacity(self, value: int) -> None:
        self.opacity_label.setText(f"{value} %")
        item = self.tree.currentItem()
        if item is not None and item.data(TITLE, NAME):
            self.opacity_changed.emit(item.data(TITLE, NAME), value / 100)

    # -- showing ---------------------------------------------------------------------------------------------------------------------

    def show_hidden(self, hidden: Iterable[str]) -> None:
        """Shut the eyes of what is hidden."""
        before, self._hidden = self._hidden, set(hidden)
        for name in (before ^ self._hidden) & set(self._rows):
            self._show_eye(name)

    def mark(self, name: str, opacity: float) -> None:
        """Show which structure is selected and how solid it is, without reporting."""
        with QSignalBlocker(self.tree), QSignalBlocker(self.opacity):
            if name in self._rows:
                item = self._rows[name]
                if self.tree.currentItem() is not item:
                    if item.parent() is not None:
                        item.parent().setExpanded(True)
                    self.tree.setCurrentItem(item)
                    self.tree.scrollToItem(item)
            else:
                self.tree.clearSelection()
                self.tree.setCurrentIndex(QModelIndex())
            self.opacity.setEnabled(name in self._rows and self._is_drawn(name))
            self.opacity.setValue(round(100 * opacity))
        self.opacity_label.setText(f"{self.opacity.value()} %")

    def _filter(self, text: str) -> None:
        for name, item in self._rows.items():
            card = self._cards.get(name)
            item.setHidden(not card.matches(text) if card else text.lower() not in item.text(TITLE).lower())
        for kind, group in self._groups.items():
            group.setHidden(all(group.child(k).isHidden() for k in range(group.childCount())))
            if text:
                group.setExpanded(True)
            elif kind == "landmark":
                group.setExpanded(False)
