"""The panels beside the body: the movements, and the card of a structure. They show state and report wishes; they own none."""

from collections.abc import Iterable, Mapping
from html import escape

from qtpy.QtCore import QSignalBlocker, QSize, Qt, Signal
from qtpy.QtGui import QIcon
from qtpy.QtWidgets import QLineEdit, QTextBrowser, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from visualiser.pictures.cards import Card
from visualiser.window import texts
from visualiser.window.theme import shades

NAME = Qt.ItemDataRole.UserRole
THUMBNAIL = QSize(56, 42)


def _tree(accessible: str) -> QTreeWidget:
    tree = QTreeWidget()
    tree.setHeaderHidden(True)
    tree.setIndentation(14)
    tree.setUniformRowHeights(True)
    tree.setAccessibleName(accessible)
    return tree


def search_field(hint: str) -> QLineEdit:
    """A field to search in."""
    field = QLineEdit()
    field.setPlaceholderText(hint)
    field.setAccessibleName(hint)
    field.setClearButtonEnabled(True)
    return field


def heading_item(tree: QTreeWidget, text: str) -> QTreeWidgetItem:
    """A group of a tree."""
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
        self.search = search_field(texts.FIND_MOVEMENT)
        self.tree = _tree(texts.MOVEMENTS)
        self.tree.setIconSize(THUMBNAIL)
        self.tree.setUniformRowHeights(False)
        self.tree.setWordWrap(True)
        self.tree.setIndentation(6)
        self.setMinimumWidth(250)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 6, 6)
        column.addWidget(self.search)
        column.addWidget(self.tree)
        self._groups: dict[str, QTreeWidgetItem] = {}
        self._rows: dict[str, QTreeWidgetItem] = {}
        for name, (title, group, summary) in movements.items():
            self.add(name, title, group, summary)
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(self._report)

    def add(self, name: str, title: str, group: str, summary: str) -> None:
        """A movement more, or one anew."""
        if name in self._rows:
            self._rows[name].setText(0, title)
            return
        if group not in self._groups:
            self._groups[group] = heading_item(self.tree, group[:1].upper() + group[1:])
            self._groups[group].setFlags(Qt.ItemFlag.ItemIsEnabled)
        item = QTreeWidgetItem(self._groups[group], [title])
        item.setData(0, NAME, name)
        item.setSizeHint(0, QSize(0, THUMBNAIL.height() + 4))
        item.setToolTip(0, f"<p><b>{escape(title)}</b></p><p>{escape(' '.join(summary.split()))}</p>")
        self._rows[name] = item

    def show_thumbnail(self, name: str, picture: QIcon) -> None:
        """A small picture beside a movement."""
        if name in self._rows:
            self._rows[name].setIcon(0, picture)

    @property
    def names(self) -> tuple[str, ...]:
        """All movements by name."""
        return tuple(self._rows)

    def _items(self) -> Iterable[QTreeWidgetItem]:
        return self._rows.values()

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


class CardView(QTextBrowser):
    """The card of the selected structure, or a word of welcome."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenExternalLinks(False)
        self.setAccessibleName(texts.ABOUT_SELECTED)
        self.document().setDocumentMargin(10)

    def show_card(self, card: Card | None, theme: str) -> None:
        """Show a card in the colours of a theme."""
        colours = shades(theme)
        quiet = f"color:{colours.quiet}"
        if card is None:
            self.setHtml(
                f"<p style='font-size:13pt; font-weight:600; margin-bottom:2px'>{texts.WELCOME[0]}</p>"
                f"<p style='{quiet}; margin-top:0'>{texts.WELCOME[1]}</p>"
            )
            return
        rows = "".join(
            f"<p style='margin:7px 0 0 0'><span style='{quiet}; font-size:9pt'>{escape(heading)}</span>"
            f"<br/>{escape(text)}</p>"
            for heading, text in card.rows
        )
        synonyms = [word for word in card.synonyms if len(word) > 4]
        also = (
            f"<p style='{quiet}; margin:2px 0 0 0'>{texts.ALSO.format(escape(', '.join(synonyms)))}</p>"
            if synonyms
            else ""
        )
        sources = "".join(f"<br/>{escape(source)}" for source in card.sources)
        self.setHtml(
            f"<p style='font-size:14pt; font-weight:600; margin:0'>{escape(card.title)}</p>"
            f"<p style='margin:0; {quiet}'><i>{escape(card.latin)}</i></p>{also}{rows}"
            f"<p style='margin:9px 0 0 0; {quiet}; font-size:8pt'>{texts.SOURCES}{sources}</p>"
        )
