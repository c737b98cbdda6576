"""The panels beside the body: movements, structures and the card of one. They show state and report wishes; they own none."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from qtpy.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSlider,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from visualiser.cards import Card
from visualiser.window.theme import shades

NAME = Qt.ItemDataRole.UserRole


def _tree(accessible: str) -> QTreeWidget:
    tree = QTreeWidget()
    tree.setHeaderHidden(True)
    tree.setIndentation(14)
    tree.setUniformRowHeights(True)
    tree.setAccessibleName(accessible)
    return tree


def _search(hint: str) -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText(hint)
    field.setAccessibleName(hint)
    field.setClearButtonEnabled(True)
    return field


def _heading_item(tree: QTreeWidget, text: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem(tree, [text])
    font = item.font(0)
    font.setBold(True)
    item.setFont(0, font)
    item.setExpanded(True)
    return item


class MovementPanel(QWidget):
    """Movements in their groups, with a search."""

    chosen = Signal(str)

    def __init__(self, movements: Mapping[str, tuple[str, str, str]], parent: QWidget | None = None) -> None:
        """movements : name -> (title, group, summary)"""
        super().__init__(parent)
        self.search = _search("Find a movement")
        self.tree = _tree("Movements")
        self.setMinimumWidth(250)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 6, 6)
        column.addWidget(self.search)
        column.addWidget(self.tree)
        groups: dict[str, QTreeWidgetItem] = {}
        for name, (title, group, summary) in movements.items():
            if group not in groups:
                groups[group] = _heading_item(self.tree, group[:1].upper() + group[1:])
                groups[group].setFlags(Qt.ItemFlag.ItemIsEnabled)
            item = QTreeWidgetItem(groups[group], [title])
            item.setData(0, NAME, name)
            item.setToolTip(0, f"<p>{escape(' '.join(summary.split()))}</p>")
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(self._report)

    def _items(self) -> Iterable[QTreeWidgetItem]:
        for i in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(i)
            for k in range(group.childCount()):
                if item := group.child(k):
                    yield item

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for item in self._items():
            spoken = f"{item.text(0)} {item.parent().text(0)}".lower()
            item.setHidden(not all(word in spoken for word in words))
        for i in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(i)
            group.setHidden(all(group.child(k).isHidden() for k in range(group.childCount())))

    def _report(self, item: QTreeWidgetItem | None) -> None:
        name = item.data(0, NAME) if item else None
        if name:
            self.chosen.emit(name)

    def mark(self, name: str) -> None:
        """Show which movement is on, without reporting a choice."""
        with QSignalBlocker(self.tree):
            for item in self._items():
                if item.data(0, NAME) == name:
                    self.tree.setCurrentItem(item)


class StructurePanel(QWidget):
    """Structures in their groups: a check box shows or hides, a click selects, a slider fades the selected one."""

    selected = Signal(str)
    hidden_changed = Signal(set)
    opacity_changed = Signal(str, float)

    def __init__(self, cards: Sequence[Card], extra: Mapping[str, str], parent: QWidget | None = None) -> None:
        """extra : name -> title of rows without a card, such as the other leg"""
        super().__init__(parent)
        self._cards = {card.name: card for card in cards}
        self.search = _search("Find a structure, English or Latin")
        self.tree = _tree("Structures")
        self.setMinimumWidth(270)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(5, 100)
        self.opacity.setValue(100)
        self.opacity.setEnabled(False)
        self.opacity.setAccessibleName("Opacity of the selected structure")
        self.opacity.setToolTip("How solid the selected structure is")
        self.opacity_label = QLabel("100 %")
        self.opacity_label.setFixedWidth(44)
        fade = QHBoxLayout()
        fade.addWidget(QLabel("Opacity"))
        fade.addWidget(self.opacity)
        fade.addWidget(self.opacity_label)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 10, 4)
        column.addWidget(self.search)
        column.addWidget(self.tree)
        column.addLayout(fade)
        self._items: dict[str, QTreeWidgetItem] = {}
        titles = {"muscle": "Hamstrings", "nerve": "Nerve", "bone": "Bones"}
        groups: dict[str, QTreeWidgetItem] = {}
        for card in cards:
            if card.kind not in groups:
                groups[card.kind] = self._group(titles[card.kind])
            self._row(groups[card.kind], card.name, card.title, card.latin)
        for name, title in extra.items():
            self._row(groups["bone"], name, title, "the leg that is not shown in full")
        self.tree.itemChanged.connect(self._report_hidden)
        self.tree.currentItemChanged.connect(self._report_selected)
        self.search.textChanged.connect(self._filter)
        self.opacity.valueChanged.connect(self._report_opacity)

    def _group(self, title: str) -> QTreeWidgetItem:
        item = _heading_item(self.tree, title)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsAutoTristate)
        return item

    def _row(self, group: QTreeWidgetItem, name: str, title: str, tip: str) -> None:
        item = QTreeWidgetItem(group, [title])
        item.setData(0, NAME, name)
        item.setToolTip(0, tip)
        item.setCheckState(0, Qt.CheckState.Checked)
        self._items[name] = item

    def _report_hidden(self, _: object = None) -> None:
        self.hidden_changed.emit(self.hidden())

    def hidden(self) -> set[str]:
        """Names whose check box is empty."""
        return {name for name, item in self._items.items() if item.checkState(0) == Qt.CheckState.Unchecked}

    def show_hidden(self, hidden: Iterable[str]) -> None:
        """Set the check boxes, without reporting."""
        away = set(hidden)
        with QSignalBlocker(self.tree):
            for name, item in self._items.items():
                item.setCheckState(0, Qt.CheckState.Unchecked if name in away else Qt.CheckState.Checked)
        self.tree.viewport().update()

    def _report_selected(self, item: QTreeWidgetItem | None) -> None:
        self.selected.emit((item.data(0, NAME) or "") if item else "")

    def mark(self, name: str, opacity: float) -> None:
        """Show which structure is selected and how solid it is, without reporting."""
        with QSignalBlocker(self.tree), QSignalBlocker(self.opacity):
            if name in self._items:
                self.tree.setCurrentItem(self._items[name])
            else:
                self.tree.clearSelection()
                self.tree.setCurrentIndex(QModelIndex())
            self.opacity.setEnabled(name in self._items)
            self.opacity.setValue(round(100 * opacity))
        self.opacity_label.setText(f"{self.opacity.value()} %")

    def _report_opacity(self, value: int) -> None:
        self.opacity_label.setText(f"{value} %")
        item = self.tree.currentItem()
        if item is not None and item.data(0, NAME):
            self.opacity_changed.emit(item.data(0, NAME), value / 100)

    def _filter(self, text: str) -> None:
        for name, item in self._items.items():
            known = self._cards.get(name)
            item.setHidden(not known.matches(text) if known else text.lower() not in item.text(0).lower())


class CardView(QTextBrowser):
    """The card of the selected structure, or a word of welcome."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenExternalLinks(False)
        self.setAccessibleName("About the selected structure")
        self.document().setDocumentMargin(10)

    def show_card(self, card: Card | None, theme: str) -> None:
        """Show a card in the colours of a theme."""
        colours = shades(theme)
        quiet = f"color:{colours.quiet}"
        if card is None:
            self.setHtml(
                f"<p style='font-size:13pt; font-weight:600; margin-bottom:2px'>Click a structure</p>"
                f"<p style='{quiet}; margin-top:0'>Its names, attachments, actions and nerve appear here. "
                "Drag turns the body, the wheel comes nearer, Space plays the movement.</p>"
            )
            return
        rows = "".join(
            f"<p style='margin:7px 0 0 0'><span style='{quiet}; font-size:9pt'>{escape(heading)}</span>"
            f"<br/>{escape(text)}</p>"
            for heading, text in card.rows
        )
        synonyms = [word for word in card.synonyms if len(word) > 4]
        also = f"<p style='{quiet}; margin:2px 0 0 0'>also: {escape(', '.join(synonyms))}</p>" if synonyms else ""
        sources = "".join(f"<br/>{escape(source)}" for source in card.sources)
        self.setHtml(
            f"<p style='font-size:14pt; font-weight:600; margin:0'>{escape(card.title)}</p>"
            f"<p style='margin:0; {quiet}'><i>{escape(card.latin)}</i></p>{also}{rows}"
            f"<p style='margin:9px 0 0 0; {quiet}; font-size:8pt'>Sources{sources}</p>"
        )
