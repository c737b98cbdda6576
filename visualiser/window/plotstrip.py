"""The strip below the body: what the heads do over the movement, with a cursor that can be dragged; or a map over hip and knee."""

from collections.abc import Sequence

import numpy as np
from qtpy.QtCore import QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import (
    QColor,
    QFont,
    QImage,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from qtpy.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from visualiser.movements.movement import Movement
from visualiser.pictures.appearance import DIVERGING
from visualiser.typed import FloatArray
from visualiser.window import texts
from visualiser.window.choicebox import ChoiceBox
from visualiser.window.curves import MAP, QUANTITIES, Curve, LengthMap
from visualiser.window.theme import shades

_LEFT, _TOP, _BOTTOM, _LEGEND = 46.0, 6.0, 18.0, 226.0
_NAME, _MAP_ASPECT, _MAP_HIGH, _PLOT_HIGH = 18.0, 3.2, 150, 84
_NEAR_PX = 7.0  # a click so near to a curve selects its muscle


def ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Round numbers inside a range."""
    span = max(high - low, 1e-9)
    raw = span / most
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(power * factor for factor in (1.0, 2.0, 5.0, 10.0) if power * factor >= raw)
    return [float(v) for v in np.arange(np.ceil(low / step) * step, high + 1e-9, step) + 0.0]


def _degrees(value: float) -> str:
    return f"{value + 0.0:g}°".replace("-", "−")


class PlotCanvas(QWidget):
    """The plot itself."""

    scrubbed = Signal(float)
    selected = Signal(str)
    posed = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self.share, self.chosen = "light", 0.0, ""
        self.curves: Sequence[Curve] = ()
        self.quantity = "percent"
        self.map: LengthMap | None = None
        self.spot: tuple[float, float] = (0.0, 0.0)
        self._map_image = QImage()
        self._movement: Movement | None = None
        self._lines: list[tuple[Curve, QPolygonF]] = []
        self._dragging = False
        self._still: QPixmap | None = None
        self._made_of: tuple[object, ...] = ()
        self.setMinimumHeight(_PLOT_HIGH)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(texts.PLOT)

    def sizeHint(self) -> QSize:  # Qt's name
        """Wide and low."""
        return QSize(600, 110)

    # -- what is shown ---------------------------------------------------------------------------------------------------------------

    def show_curves(self, quantity: str, curves: Sequence[Curve], movement: Movement) -> None:
        """Show the curves of a quantity over a movement."""
        self.quantity, self.curves, self._movement, self.map = quantity, curves, movement, None
        self.setToolTip(texts.PLOT_TIP)
        self.setMinimumHeight(_PLOT_HIGH)
        self._trace()

    def show_map(self, found: LengthMap, movement: Movement) -> None:
        """Show the map of one head."""
        self.quantity, self.map, self._movement = MAP, found, movement
        pixels = np.ascontiguousarray(found.pixels())
        height, width = pixels.shape[:2]
        self._map_image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        self.setToolTip(texts.MAP_TIP)
        self.setMinimumHeight(_MAP_HIGH)  # a map needs both its sides
        self.update()

    def show_share(self, share: float, spot: tuple[float, float]) -> None:
        """Move the cursor; `spot` is hip and knee flexion in degrees."""
        self.share, self.spot = share, spot
        self.update()

    def choose(self, structure: str) -> None:
        """Let the curve of a structure stand out."""
        self.chosen = structure
        self.update()

    # -- geometry --------------------------------------------------------------------------------------------------------------------

    def area(self) -> QRectF:
        """Where curves or map are drawn."""
        if self.map is not None:
            room = max(self.width() - _LEFT - _LEGEND - _NAME, 10.0)
            high = max(self.height() - _TOP - _BOTTOM, 10.0)
            return QRectF(_LEFT + _NAME, _TOP, min(room, _MAP_ASPECT * high), high)
        legend = _LEGEND if self.width() > 420 else 12.0
        return QRectF(_LEFT, _TOP, max(self.width() - _LEFT - legend, 10.0), max(self.height() - _TOP - _BOTTOM, 10.0))

    def _range(self) -> tuple[float, float]:
        values = np.concatenate([curve.values for curve in self.curves])
        low, high = float(values.min()), float(values.max())
        room = max(0.06 * (high - low), 0.5)
        return low - room, high + room

    def _trace(self) -> None:
        """The curves as lines on the widget; they change with its size, not with the cursor."""
        self._lines, self._still = [], None
        if self.curves:
            area, (low, high) = self.area(), self._range()
            for curve in self.curves:
                x = area.left() + np.linspace(0.0, 1.0, len(curve.values)) * area.width()
                y = area.bottom() - (curve.values - low) / (high - low) * area.height()
                self._lines.append((curve, QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True)])))
        self.update()

    def resizeEvent(self, _: object) -> None:  # Qt's name
        """Trace the curves anew."""
        self._trace()

    def place(self, share: float) -> QPointF:
        """Where a share of the movement lies, half-way up."""
        area = self.area()
        return QPointF(area.left() + share * area.width(), area.center().y())

    def map_place(self, hip_deg: float, knee_deg: float) -> QPointF:
        """Where two flexions lie on the map."""
        assert self.map is not None
        area, (h0, h1), (k0, k1) = self.area(), self.map.hip_deg, self.map.knee_deg
        return QPointF(
            area.left() + (hip_deg - h0) / (h1 - h0) * area.width(),
            area.bottom() - (knee_deg - k0) / (k1 - k0) * area.height(),
        )

    # -- painting --------------------------------------------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:  # Qt's name
        """Axes, curves or map, cursor and values."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = QFont(self.font())
        small.setPointSizeF(max(self.font().pointSizeF() - 1.0, 7.0))
        painter.setFont(small)
        if self.map is not None:
            self._paint_map(painter)
        elif self.curves:
            painter.drawPixmap(0, 0, self._still_part(small))
            self._paint_cursor(painter)
            self._paint_values(painter)
        painter.end()

    def _still_part(self, font: QFont) -> QPixmap:
        """Axes and curves, which stay the same while the cursor moves: painted once."""
        ratio = self.devicePixelRatioF()
        made_of = (self.size(), ratio, self.theme, self.chosen, font.toString())
        if self._still is None or self._made_of != made_of:
            self._still, self._made_of = QPixmap(self.size() * ratio), made_of
            self._still.setDevicePixelRatio(ratio)
            self._still.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._still)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font)
            self._paint_axes(painter)
            self._paint_curves(painter)
            painter.end()
        return self._still

    def _paint_axes(self, painter: QPainter) -> None:
        colours, area, (low, high) = shades(self.theme), self.area(), self._range()
        movement = self._movement
        if movement is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.raised))
            for phase in movement.phases[::2]:
                left, right = (self.place(t / movement.duration_s).x() for t in (phase.start_s, phase.end_s))
                painter.drawRect(QRectF(left, area.top(), right - left, area.height()))
        for value in ticks(low, high, max(2, int(area.height() // 26))):
            y = area.bottom() - (value - low) / (high - low) * area.height()
            painter.setPen(QPen(QColor(colours.line), 1.0))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colours.quiet))
            box = QRectF(0.0, y - 9.0, _LEFT - 6.0, 18.0)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:g}")
        if movement is not None:
            painter.setPen(QColor(colours.quiet))
            for value in ticks(0.0, movement.duration_s, max(2, int(area.width() // 90))):
                x = self.place(value / movement.duration_s).x()
                box = QRectF(min(x, area.right() - 14.0) - 30.0, area.bottom() + 2.0, 60.0, 16.0)
                painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, f"{value:g} s")

    def _pen(self, curve: Curve) -> QPen:
        pen = QPen(self._ink(curve), 3.0 if curve.structure == self.chosen else 1.8)
        if curve.dashes:
            pen.setDashPattern(list(curve.dashes))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen

    def _ink(self, curve: Curve) -> QColor:
        """The colour of a curve, dark enough on a light ground."""
        colour = QColor(*curve.colour)
        light = QColor(shades(self.theme).panel).lightnessF() > 0.5
        if light and colour.lightnessF() > 0.5 and curve.structure == "sciatic_nerve":
            colour = colour.darker(170)
        if self.chosen and curve.structure != self.chosen and any(c.structure == self.chosen for c in self.curves):
            colour.setAlphaF(0.55)
        return colour

    def _paint_curves(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for curve, line in sorted(self._lines, key=lambda pair: pair[0].structure == self.chosen):
            painter.setPen(self._pen(curve))
            painter.drawPolyline(line)

    def _paint_cursor(self, painter: QPainter) -> None:
        colours, area = shades(self.theme), self.area()
        x = self.place(self.share).x()
        painter.setPen(QPen(QColor(colours.accent), 1.6))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        low, high = self._range()
        painter.setPen(QPen(QColor(colours.field), 1.2))
        for curve in self.curves:
            painter.setBrush(self._ink(curve))
            y = area.bottom() - (curve.at(self.share) - low) / (high - low) * area.height()
            painter.drawEllipse(QPointF(x, y), 3.6, 3.6)

    def _paint_values(self, painter: QPainter) -> None:
        """Names and values at the cursor, right of the curves."""
        if self.area().right() > self.width() - _LEGEND + 1.0:
            return
        colours, decimals = shades(self.theme), QUANTITIES[self.quantity][2]
        unit = QUANTITIES[self.quantity][1]
        row = min(24.0, (self.height() - 12.0) / max(len(self.curves), 1))
        for i, curve in enumerate(self.curves):
            left, middle = self.width() - _LEGEND + 12.0, 8.0 + (i + 0.5) * row
            painter.setPen(self._pen(curve))
            painter.drawLine(QPointF(left, middle), QPointF(left + 22.0, middle))
            painter.setPen(QColor(colours.ink))
            box = QRectF(left + 28.0, middle - row / 2, _LEGEND - 46.0, row)
            value = f"{curve.at(self.share):.{decimals}f} {unit}"
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, curve.label)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)

    def _paint_map(self, painter: QPainter) -> None:
        assert self.map is not None
        colours, area = shades(self.theme), self.area()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, self._map_image)
        painter.setPen(QColor(colours.quiet))
        for hip in ticks(*self.map.hip_deg, max(2, int(area.width() // 70))):
            box = QRectF(self.map_place(hip, 0.0).x() - 40.0, area.bottom() + 2.0, 80.0, 16.0)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, _degrees(hip))
        for knee in ticks(*self.map.knee_deg, max(2, int(area.height() // 24))):
            box = QRectF(_NAME, self.map_place(0.0, knee).y() - 9.0, _LEFT - 6.0, 18.0)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _degrees(knee))
        hip_name, knee_name = texts.MAP_AXES
        beside = QRectF(area.right() + 8.0, area.bottom() + 2.0, _LEGEND, 16.0)
        painter.drawText(beside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, hip_name)
        painter.save()
        painter.translate(_NAME - 4.0, area.bottom())
        painter.rotate(-90.0)
        painter.drawText(QRectF(0.0, -12.0, area.height(), 16.0), Qt.AlignmentFlag.AlignCenter, knee_name)
        painter.restore()
        painter.setClipRect(area)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for value, line in self.map.contours():
            painter.setPen(QPen(QColor(255, 255, 255, 200 if value == 100.0 else 90), 1.4 if value == 100.0 else 1.0))
            painter.drawPolyline(QPolygonF([self.map_place(float(hip), float(knee)) for hip, knee in line]))
        course = QPolygonF([self.map_place(float(hip), float(knee)) for hip, knee in self.map.course])
        for colour, width in ((QColor(0, 0, 0, 150), 3.8), (QColor(255, 255, 255), 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawPolyline(course)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(0, 0, 0), 1.6))
        painter.setBrush(QColor(255, 255, 255))
        painter.drawEllipse(self.map_place(*self.spot), 5.0, 5.0)
        self._paint_key(painter, QRectF(area.right() + 24.0, area.top() + 18.0, min(_LEGEND - 40.0, 170.0), 9.0))

    def _paint_key(self, painter: QPainter, bar: QRectF) -> None:
        """What the colours of the map mean."""
        assert self.map is not None
        colours, (low, high) = shades(self.theme), self.map.ends
        painter.setPen(QColor(colours.ink))
        title = QRectF(bar.left(), bar.top() - 19.0, _LEGEND, 17.0)
        painter.drawText(
            title, Qt.AlignmentFlag.AlignLeft, f"{texts.SHORT.get(self.map.head, self.map.head)}, {texts.MAP_UNIT}"
        )
        gradient = QLinearGradient(bar.left(), 0.0, bar.right(), 0.0)
        for i, colour in enumerate(DIVERGING):
            gradient.setColorAt(i / (len(DIVERGING) - 1), QColor(*colour))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRect(bar)
        painter.setPen(QColor(colours.quiet))
        for value in (low, 100.0, high):
            x = bar.left() + (value - low) / (high - low) * bar.width()
            painter.drawText(
                QRectF(x - 30.0, bar.bottom() + 2.0, 60.0, 16.0), Qt.AlignmentFlag.AlignHCenter, f"{value:.0f}"
            )
        for i, words in enumerate(texts.MAP_KEY):
            painter.drawText(
                QRectF(bar.left(), bar.bottom() + 24.0 + 17.0 * i, _LEGEND, 17.0), Qt.AlignmentFlag.AlignLeft, words
            )

    # -- the mouse -------------------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # Qt's name
        """Select the curve under the pointer, or begin to drag the cursor."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.map is None:
            curve = self.curve_at(event.position())
            on_cursor = abs(event.position().x() - self.place(self.share).x()) < _NEAR_PX
            if curve and not on_cursor:
                self.selected.emit(curve)
        self._dragging = True
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # Qt's name
        """Drag the cursor."""
        if self._dragging:
            self._go(event.position())

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:  # Qt's name
        """Let the cursor go."""
        self._dragging = False

    def _go(self, place: QPointF) -> None:
        area = self.area()
        across = float(np.clip((place.x() - area.left()) / area.width(), 0.0, 1.0))
        if self.map is None:
            self.scrubbed.emit(across)
            return
        up = float(np.clip((area.bottom() - place.y()) / area.height(), 0.0, 1.0))
        (h0, h1), (k0, k1) = self.map.hip_deg, self.map.knee_deg
        self.posed.emit(round(h0 + across * (h1 - h0), 1), round(k0 + up * (k1 - k0), 1))

    def curve_at(self, place: QPointF) -> str:
        """The structure whose curve is under a place, or an empty word."""
        area, (low, high) = self.area(), self._range() if self.curves else (0.0, 1.0)
        share = (place.x() - area.left()) / area.width()
        if not self.curves or not 0.0 <= share <= 1.0:
            return ""

        def away(curve: Curve) -> float:
            return abs(area.bottom() - (curve.at(share) - low) / (high - low) * area.height() - place.y())

        nearest = min(self.curves, key=away)
        return nearest.structure if away(nearest) < _NEAR_PX else ""


class PlotStrip(QWidget):
    """The plot, with the choice of what it shows and what a map says as widgets for its heading."""

    quantity_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = PlotCanvas()
        self.quantity = ChoiceBox()
        self.quantity.setAccessibleName(texts.QUANTITY)
        self.quantity.setToolTip(texts.QUANTITY)
        self.quantity.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for name in (*QUANTITIES, MAP):
            self.quantity.addItem(texts.QUANTITIES[name], name)
        self.quantity.activated.connect(lambda i: self.quantity_chosen.emit(self.quantity.itemData(i)))
        self.said = QLabel()
        self.said.setObjectName("quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 0, 14, 2)
        column.addWidget(self.canvas, 1)

    @property
    def wanted(self) -> str:
        """The quantity that is chosen."""
        return str(self.quantity.currentData())

    def want(self, quantity: str) -> None:
        """Choose a quantity without reporting it."""
        self.quantity.setCurrentIndex(max(self.quantity.findData(quantity), 0))

    def dress(self, theme: str) -> None:
        """In the colours of a theme."""
        self.canvas.theme = theme
        self.canvas.update()

    def show_time(self, share: float, leg_deg: FloatArray) -> None:
        """Move the cursor; `leg_deg` is hip and knee flexion (2,)."""
        self.canvas.show_share(share, (float(leg_deg[0]), float(leg_deg[1])))
        found = self.canvas.map
        if found is None:
            self.said.setText("")
            return
        (h0, h1), (k0, k1) = found.hip_deg, found.knee_deg
        rows, columns = found.percent.shape
        row = np.clip((leg_deg[1] - k0) / (k1 - k0) * (rows - 1), 0, rows - 1)
        column = np.clip((leg_deg[0] - h0) / (h1 - h0) * (columns - 1), 0, columns - 1)
        percent = found.percent[round(float(row)), round(float(column))]
        name = texts.SHORT.get(found.head, found.head)
        self.said.setText(texts.MAP_VALUE.format(name=name, percent=percent, hip=leg_deg[0], knee=leg_deg[1]))
