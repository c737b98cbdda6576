"""The panels beside the body: movements, structures with their card, transport. They show state and report wishes; they own none."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from qtpy.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from qtpy.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QTextBrowser,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from visualiser.cards import Card
from visualiser.movement import Movement
from visualiser.window_theme import icon, shades

NAME = Qt.ItemDataRole.UserRole
SPEEDS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0)
_FINENESS = 10_000  # steps of the time line


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
            yield from (group.child(k) for k in range(group.childCount()))

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
            self.tree.setCurrentItem(self._items.get(name))
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


class TimeLine(QWidget):
    """The movement as a line with its phases; press or drag to go there. Left to right is start to end."""

    scrubbed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.share, self.theme = 0.0, "light"
        self._movement: Movement | None = None
        self.setMinimumHeight(34)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time line")

    def show_movement(self, movement: Movement) -> None:
        """Take over the phases of a movement."""
        self._movement = movement
        self.update()

    def show_share(self, share: float) -> None:
        """Move the cursor."""
        self.share = share
        self.update()

    def sizeHint(self) -> QSize:  # Qt's name
        """Wide and low."""
        return QSize(400, 34)

    def _groove(self) -> QRectF:
        return QRectF(9.0, self.height() / 2 - 4.0, self.width() - 18.0, 8.0)

    def place(self, share: float) -> QPointF:
        """Where a share of the movement lies on the widget."""
        groove = self._groove()
        return QPointF(groove.left() + share * groove.width(), groove.center().y())

    def paintEvent(self, _: QPaintEvent) -> None:  # Qt's name
        """Groove, phases as segments, what has passed in the accent, cursor."""
        colours, painter = shades(self.theme), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove, now = self._groove(), self.place(self.share).x()
        movement = self._movement
        cuts = sorted({0.0, 1.0, *self._cuts()})
        for first, last in zip(cuts[:-1], cuts[1:], strict=True):
            left, right = self.place(first).x() + (1.0 if first else 0.0), self.place(last).x() - (1.0 if last < 1 else 0.0)
            painter.setBrush(QColor(colours.line))
            painter.drawRoundedRect(QRectF(left, groove.top(), right - left, groove.height()), 2.5, 2.5)
            if now > left:
                painter.setBrush(QColor(colours.accent))
                painter.drawRoundedRect(QRectF(left, groove.top(), min(now, right) - left, groove.height()), 2.5, 2.5)
        if movement is not None:
            painter.setBrush(QColor(colours.field))
            painter.setPen(QPen(QColor(colours.accent), 2.4))
            painter.drawEllipse(QPointF(now, groove.center().y()), 7.5, 7.5)
        painter.end()

    def _cuts(self) -> list[float]:
        if self._movement is None:
            return []
        length = self._movement.duration_s
        return [edge / length for phase in self._movement.phases for edge in (phase.start_s, phase.end_s)]

    def phase_edges(self) -> list[float]:
        """Shares at which phases begin, with start and end of the movement."""
        return sorted({0.0, 1.0, *self._cuts()})

    def _go(self, event: QMouseEvent) -> None:
        groove = self._groove()
        self.scrubbed.emit(min(max((event.position().x() - groove.left()) / groove.width(), 0.0), 1.0))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # Qt's name
        """Go to the place pressed."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # Qt's name
        """Follow the pointer while pressed; name the phase under it otherwise."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)
        elif self._movement is not None:
            groove = self._groove()
            share = min(max((event.position().x() - groove.left()) / groove.width(), 0.0), 1.0)
            self.setToolTip(self._movement.caption_at(share * self._movement.duration_s))


class TransportPanel(QFrame):
    """Play, step, scrub, speed, loop, and the caption of the phase that is on."""

    play = Signal()
    step = Signal(int)
    rewind = Signal()
    loop = Signal(bool)
    speed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self.play_button = self._button("Play or pause (Space)", self.play.emit)
        self.play_button.setObjectName("play")
        self.play_button.setFixedSize(40, 40)
        self.play_button.setIconSize(QSize(22, 22))
        self.rewind_button = self._button("To the start (Backspace)", self.rewind.emit)
        self.back_button = self._button("One frame back (Left)", lambda: self.step.emit(-1))
        self.on_button = self._button("One frame on (Right)", lambda: self.step.emit(1))
        self.loop_button = self._button("Over and over", lambda: self.loop.emit(self.loop_button.isChecked()))
        self.loop_button.setCheckable(True)
        self.time_line = TimeLine()
        self.caption = QLabel()
        self.caption.setObjectName("caption")
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.clock = QLabel()
        self.clock.setObjectName("quiet")
        self.clock.setMinimumWidth(self.clock.fontMetrics().horizontalAdvance("00.00 s of 00.00 s  "))
        self.clock.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.speeds = QComboBox()
        self.speeds.setAccessibleName("Speed")
        self.speeds.setToolTip("Speed (Up, Down)")
        self.speeds.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for value in SPEEDS:
            self.speeds.addItem(f"{value:g}×", value)
        self.speeds.activated.connect(lambda i: self.speed.emit(self.speeds.itemData(i)))
        grid = QGridLayout(self)
        grid.setContentsMargins(14, 8, 14, 8)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(0)
        for column, widget in enumerate((self.rewind_button, self.back_button, self.play_button, self.on_button)):
            grid.addWidget(widget, 0, column, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnMinimumWidth(4, 6)
        grid.addWidget(self.caption, 0, 5)
        grid.addWidget(self.clock, 0, 6, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.time_line, 1, 5, 1, 2)
        grid.setColumnStretch(5, 1)
        grid.setColumnMinimumWidth(7, 4)
        grid.addWidget(self.speeds, 0, 8, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.loop_button, 0, 9, 2, 1, Qt.AlignmentFlag.AlignVCenter)

    def _button(self, tip: str, action: object) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setIconSize(QSize(20, 20))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: action())  # type: ignore[operator]
        return button

    def dress(self, theme: str, playing: bool) -> None:
        """Icons in the colours of a theme."""
        self.time_line.theme = theme
        self.play_button.setIcon(icon("pause" if playing else "play", theme, inverse=True))
        self.rewind_button.setIcon(icon("rewind", theme))
        self.back_button.setIcon(icon("back", theme))
        self.on_button.setIcon(icon("on", theme))
        self.loop_button.setIcon(icon("loop", theme))
        self.time_line.update()

    def show_time(self, movement: Movement, time_s: float) -> None:
        """Cursor, clock and caption for a time of the movement."""
        self.time_line.show_share(time_s / movement.duration_s)
        self.clock.setText(f"{time_s:.2f} s of {movement.duration_s:.2f} s")
        self.caption.setText(movement.caption_at(time_s) or movement.title)

    def show_speed(self, speed: float) -> None:
        """The speed nearest to the one that is on."""
        nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - speed))
        self.speeds.setCurrentIndex(nearest)
