"""Below the body: play, step, scrub along the phases, speed and loop. The panel shows the time and reports wishes; it owns none."""

from collections.abc import Callable
from itertools import pairwise

from qtpy.QtCore import QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QToolButton, QWidget

from visualiser.movements.movement import Movement
from visualiser.window import texts
from visualiser.window.choicebox import ChoiceBox
from visualiser.window.theme import icon, shades

SPEEDS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0)


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
        self.setAccessibleName(texts.TIME_LINE)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Left and Right step wherever the focus is

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
        for first, last in pairwise(cuts):
            left, right = (
                self.place(first).x() + (1.0 if first else 0.0),
                self.place(last).x() - (1.0 if last < 1 else 0.0),
            )
            painter.setBrush(QColor(colours.line))
            painter.drawRoundedRect(QRectF(left, groove.top(), right - left, groove.height()), 2.5, 2.5)
            if now > left:
                painter.setBrush(QColor(colours.accent))
                painter.drawRoundedRect(QRectF(left, groove.top(), min(now, right) - left, groove.height()), 2.5, 2.5)
        if movement is not None:
            painter.setBrush(QColor(colours.field))
            painter.setPen(QPen(QColor(colours.accent), 2.4))
            painter.drawEllipse(QPointF(now, groove.center().y()), 7.5, 7.5)
            if self.hasFocus():
                painter.setBrush(QColor(colours.accent))
                painter.drawEllipse(QPointF(now, groove.center().y()), 3.0, 3.0)
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


class Caption(QLabel):
    """One line of text that ends in dots where there is no room for all of it; the tool tip has the rest."""

    def paintEvent(self, _: QPaintEvent) -> None:  # Qt's name
        """Paint as much as there is room for."""
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


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
        self.play_button = self._button(texts.PLAY, self.play.emit)
        self.play_button.setObjectName("play")
        self.play_button.setFixedSize(40, 40)
        self.play_button.setIconSize(QSize(22, 22))
        self.rewind_button = self._button(texts.REWIND, self.rewind.emit)
        self.back_button = self._button(texts.BACK, lambda: self.step.emit(-1))
        self.on_button = self._button(texts.ON, lambda: self.step.emit(1))
        self.loop_button = self._button(texts.LOOP, lambda: self.loop.emit(self.loop_button.isChecked()))
        self.loop_button.setCheckable(True)
        self.time_line = TimeLine()
        self.caption = Caption()
        self.caption.setObjectName("caption")
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.clock = QLabel()
        self.clock.setObjectName("quiet")
        self.clock.setMinimumWidth(self.clock.fontMetrics().horizontalAdvance("00.00 / 00.00 s "))
        self.clock.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.speeds = ChoiceBox()
        self.speeds.setAccessibleName(texts.SPEED)
        self.speeds.setToolTip(texts.SPEED_TIP)
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
        grid.addWidget(self.caption, 0, 5, 1, 2)
        grid.addWidget(self.time_line, 1, 5)
        grid.addWidget(self.clock, 1, 6)
        grid.setColumnStretch(5, 1)
        grid.setColumnMinimumWidth(7, 4)
        grid.addWidget(self.speeds, 0, 8, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.loop_button, 0, 9, 2, 1, Qt.AlignmentFlag.AlignVCenter)

    def _button(self, tip: str, action: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setIconSize(QSize(20, 20))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda *_: action())
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
        self.clock.setText(f"{time_s:.2f} / {movement.duration_s:.2f} s")
        caption = movement.caption_at(time_s) or movement.title
        self.caption.setToolTip(caption)
        self.caption.setText(caption)

    def show_speed(self, speed: float) -> None:
        """The speed nearest to the one that is on."""
        nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - speed))
        self.speeds.setCurrentIndex(nearest)
