"""The dial of a movement over the picture: the angle in its parts, alive. The same readings as on a saved picture, drawn by Qt."""

from dataclasses import replace

import numpy as np
from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QWidget

from visualiser.bodies.physique import Physique
from visualiser.movements.movement import Movement
from visualiser.pictures.appearance import THEMES, Vector, label_colour
from visualiser.pictures.cameras import Box, Camera
from visualiser.pictures.dial import Reading, readings_at
from visualiser.window.inlay import Inlay
from visualiser.window.theme import shades

_RATE = 16.0  # readings a second; between them numbers go along straight lines
_AWAY = 12
_RADIUS, _CORE, _BAND, _TICK = 68.0, 17.0, 6.0, 5.0
_SIZE = QSize(212, 134)
_ROOM = 2.6  # a picture that is not so many times as large as the dial has no room for it
_SEEN_DEG = 0.4  # half a pixel at the tip of the needle


class DialView(Inlay):
    """A half circle with a needle and two lines of numbers. The mouse does not notice it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setGeometry(_AWAY, _AWAY, _SIZE.width(), _SIZE.height())
        self.reading: Reading | None = None
        self.leftwards = False
        self.footwards: Vector = (0.0, -1.0, 0.0)  # where the resting leg points, in the world
        self._readings: list[Reading] = []
        self._duration_s = 1.0

    def show_movement(self, movement: Movement, physique: Physique) -> None:
        """Take over the readings of a movement; one without a dial shows none."""
        self._duration_s = movement.duration_s
        count = max(round(movement.duration_s * _RATE), 1) + 1
        self._readings = readings_at(movement, np.linspace(0.0, movement.duration_s, count).tolist(), physique)
        self.reading = None

    def stand(self, camera: Camera | None, *, wanted: bool) -> None:
        """Show it, open towards the resting leg as a camera sees it, or not."""
        if camera is not None:
            self.leftwards = float(np.dot(self.footwards, camera.right)) < 0.0
        parent = self.parentWidget()
        room = parent is not None and parent.width() > _ROOM * self.width() and parent.height() > _ROOM * self.height()
        self.setVisible(wanted and room and bool(self._readings))
        self.update()

    def show_time(self, time_s: float) -> None:
        """Go to a time of the movement."""
        if not self._readings:
            return
        place = min(max(time_s / self._duration_s, 0.0), 1.0) * (len(self._readings) - 1)
        low = min(int(place), max(len(self._readings) - 2, 0))
        found = between(self._readings[low], self._readings[min(low + 1, len(self._readings) - 1)], place - low)
        drawn, self.reading = self.reading, found
        if drawn is None or drawn.headline != found.headline or _apart(drawn, found) > _SEEN_DEG:
            self.update()
        else:
            self.reading = drawn

    @property
    def box(self) -> Box | None:
        """The place that labels must leave free, window pixels; None when there is no dial."""
        if self.isHidden():
            return None
        return Box(0.0, 0.0, float(self.geometry().right() + 1), float(self.geometry().bottom() + 1))

    def paintEvent(self, _: QPaintEvent) -> None:  # Qt's name
        """Shares, band, limit, needle and numbers."""
        if self.reading is None:
            return
        painter, reading, look, colours = self._painter(), self.reading, THEMES[self._theme], shades(self._theme)
        ground = self._lay_ground(painter)
        quiet, ink = QColor(colours.quiet), QColor(colours.ink)
        pale = QColor(quiet)
        pale.setAlphaF(0.14)
        self._fan(painter, 0.0, 180.0, _RADIUS, pale)
        start = 0.0
        if reading.limit_deg is None:
            for part in reading.parts:
                end = float(np.clip(start + max(part.angle_deg, 0.0), 0.0, max(reading.angle_deg, 0.0)))
                self._fan(painter, start, end, _RADIUS, QColor(*label_colour(look, part.group)))
                start = end
        else:
            self._fan(
                painter, 0.0, float(np.clip(reading.angle_deg, 0.0, 180.0)), _RADIUS, QColor(*label_colour(look, "leg"))
            )
        painter.setBrush(ground)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(self._centre, _CORE, _CORE)
        if reading.band_deg is not None:
            pen = QPen(quiet, _BAND)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            low, high = reading.band_deg
            painter.drawArc(self._circle(_RADIUS + 2 + _BAND / 2), *self._span(low, high))
        painter.setPen(QPen(quiet, 1.0))
        painter.drawLine(self._at(0.0, _RADIUS), self._at(180.0, _RADIUS))
        for tick in (30.0, 60.0, 90.0, 120.0, 150.0):
            painter.drawLine(self._at(tick, _RADIUS - _TICK), self._at(tick, _RADIUS))
        if reading.limit_deg is not None:
            painter.setPen(QPen(ink, 1.8, Qt.PenStyle.DashLine))
            painter.drawLine(self._at(reading.limit_deg, _CORE), self._at(reading.limit_deg, _RADIUS + _BAND))
        painter.setPen(QPen(ink, 2.8))
        painter.drawLine(self._at(0.0, 0.0), self._at(float(np.clip(reading.angle_deg, -10.0, 180.0)), _RADIUS))
        self._words(painter, reading)
        painter.end()

    # -- geometry --------------------------------------------------------------------------------------------------------------------

    @property
    def _centre(self) -> QPointF:
        return QPointF(self.width() / 2, 12.0 + _BAND + _RADIUS)

    def _at(self, angle_deg: float, radius: float) -> QPointF:
        turn = np.radians(180.0 - angle_deg if self.leftwards else angle_deg)
        centre = self._centre
        return QPointF(centre.x() + radius * float(np.cos(turn)), centre.y() - radius * float(np.sin(turn)))

    def _circle(self, radius: float) -> QRectF:
        return QRectF(self._centre.x() - radius, self._centre.y() - radius, 2 * radius, 2 * radius)

    def _span(self, first: float, last: float) -> tuple[int, int]:
        """Start and length of an arc in Qt's sixteenths of a degree."""
        start = 180.0 - last if self.leftwards else first
        return round(16 * start), round(16 * (last - first))

    def _fan(self, painter: QPainter, first: float, last: float, radius: float, colour: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPie(self._circle(radius), *self._span(first, last))

    def _words(self, painter: QPainter, reading: Reading) -> None:
        """The angle under the half circle, and its parts with dots in their colours."""
        colours, look = shades(self._theme), THEMES[self._theme]
        top = self._centre.y() + 5.0
        painter.setPen(QColor(colours.ink))
        painter.drawText(QRectF(0, top, self.width(), 17), Qt.AlignmentFlag.AlignCenter, reading.headline)
        small = self.font()
        small.setPointSizeF(max(small.pointSizeF() - 1.0, 7.0))
        painter.setFont(small)
        measure = painter.fontMetrics()
        words = [f"{p.word} {p.angle_deg:.0f}°".replace("-", "−") for p in reading.parts]
        widths = [measure.horizontalAdvance(word) + 14.0 for word in words]
        x, middle = (self.width() - sum(widths) - 12.0 * (len(words) - 1)) / 2, top + 17.0 + 8.0
        for part, word, width in zip(reading.parts, words, widths, strict=True):
            if reading.limit_deg is None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(*label_colour(look, part.group)))
                painter.drawEllipse(QPointF(x + 4.0, middle), 3.8, 3.8)
            else:
                painter.setPen(QPen(QColor(colours.ink), 1.8, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(x + 4.0, middle - 6.0), QPointF(x + 4.0, middle + 6.0))
            painter.setPen(QColor(colours.quiet))
            painter.drawText(QRectF(x + 12.0, middle - 8.0, width, 16.0), Qt.AlignmentFlag.AlignVCenter, word)
            x += width + 12.0


def _apart(first: Reading, second: Reading) -> float:
    return abs(first.angle_deg - second.angle_deg)


def between(first: Reading, second: Reading, share: float) -> Reading:
    """A reading on the straight way from one to another."""

    def mix(a: float, b: float) -> float:
        return a + share * (b - a)

    parts = tuple(
        replace(a, angle_deg=mix(a.angle_deg, b.angle_deg)) for a, b in zip(first.parts, second.parts, strict=True)
    )
    limit = None if first.limit_deg is None or second.limit_deg is None else mix(first.limit_deg, second.limit_deg)
    return replace(first, angle_deg=mix(first.angle_deg, second.angle_deg), parts=parts, limit_deg=limit)
