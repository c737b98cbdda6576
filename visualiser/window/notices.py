"""What appears over or above the picture for a while: the keys, and messages."""

from qtpy.QtCore import QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QLinearGradient, QMouseEvent, QPaintEvent
from qtpy.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from visualiser import keys
from visualiser.pictures.appearance import Scale
from visualiser.window import texts
from visualiser.window.inlay import Inlay
from visualiser.window.theme import icon, shades

_HELP_PX = 216  # room for what a key does; longer ones take two lines


class MessageBar(QFrame):
    """One sentence above the picture, with a button to put it away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QToolButton()
        self.button.setAccessibleName(texts.PUT_AWAY)
        self.button.setIconSize(QSize(16, 16))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 4, 6, 4)
        row.addWidget(self.text)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def tell(self, sentence: str) -> None:
        """Show a sentence until it is put away or replaced."""
        self.text.setText(sentence)
        self.show()

    def dress(self, theme: str) -> None:
        """The icon in the colours of a theme."""
        self.button.setIcon(icon("close", theme))


class HelpSheet(QFrame):
    """All keys and gestures; any click puts it away."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("help")
        title = QLabel(texts.HELP)
        title.setObjectName("title")
        columns = QHBoxLayout()
        columns.setSpacing(26)
        for groups in texts.HELP_COLUMNS:
            column = QVBoxLayout()
            column.setSpacing(6)
            for group in groups:
                column.addWidget(self._heading(group))
                column.addLayout(self._rows(group))
            column.addStretch(1)
            columns.addLayout(column)
        inner = QWidget()
        body = QVBoxLayout(inner)
        body.setContentsMargins(28, 20, 28, 22)
        body.addWidget(title)
        body.addLayout(columns)
        self._inner = inner
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.addWidget(scroll)
        self.hide()

    def _heading(self, text: str) -> QLabel:
        heading = QLabel(text)
        heading.setObjectName("heading")
        heading.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        return heading

    def _rows(self, group: str) -> QGridLayout:
        rows = keys.rows(group)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        for i, (left, does) in enumerate(keys.GESTURES if group == texts.MOUSE else rows):
            cap = QLabel(left)
            cap.setObjectName("keycap")
            grid.addWidget(cap, i, 0, Qt.AlignmentFlag.AlignLeft)
            what = QLabel(does)
            what.setWordWrap(True)
            what.setFixedWidth(_HELP_PX)
            grid.addWidget(what, i, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def open_centred(self) -> None:
        """Show it in the middle of its window."""
        self.show()
        labels = self.findChildren(QLabel)
        for label in labels:
            label.ensurePolished()  # sizes are those of the type of this theme
        for label in labels:
            if label.wordWrap():  # a layout asks for the height of one line
                label.setMinimumHeight(label.heightForWidth(_HELP_PX))
        self._inner.layout().invalidate()
        self._inner.layout().activate()
        room = self.parentWidget().rect()
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)  # a small window shows a part, with a bar
        self.resize((self._inner.layout().totalSizeHint() + QSize(bar, bar)).boundedTo(room.size()))
        self.move((room.width() - self.width()) // 2, max((room.height() - self.height()) // 2, 0))
        self.raise_()

    def mousePressEvent(self, _: QMouseEvent) -> None:  # Qt's name
        """Put it away."""
        self.hide()
        self.closed.emit()


class ScaleBar(Inlay):
    """What the colours of the muscles mean, at the lower edge of the picture. The mouse does not notice it."""

    _SIZE, _BAR, _AWAY = QSize(260, 46), 8.0, 14

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.resize(self._SIZE)
        self._scale: Scale | None = None
        parent.installEventFilter(self)

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - self._AWAY)

    def show_scale(self, scale: Scale | None) -> None:
        """Show what colours mean, or nothing."""
        self._scale = scale
        self.setVisible(scale is not None)
        self._place()
        self.raise_()
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # Qt's name
        """Title, colours, numbers."""
        if self._scale is None:
            return
        painter = self._painter()
        painter.setPen(QColor(shades(self._theme).ink))
        painter.drawText(QRectF(0, 0, self.width(), 17), Qt.AlignmentFlag.AlignCenter, self._scale.title)
        bar = QRectF(18, 19, self.width() - 36, self._BAR)
        colours, gradient = self._scale.colours, QLinearGradient(bar.left(), 0, bar.right(), 0)
        for i, colour in enumerate(colours):
            gradient.setColorAt(i / (len(colours) - 1), QColor(*colour))
        for value, share in self._scale.ticks:
            box = QRectF(bar.left() + share * bar.width() - 40, bar.bottom() + 1, 80, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{value:g}")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 3, 3)
        painter.end()
