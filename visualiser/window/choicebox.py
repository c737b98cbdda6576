"""A box of choices with a mark that tells it from a field: a style sheet takes Qt's own mark away."""

from qtpy.QtCore import QPointF, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from qtpy.QtWidgets import QComboBox

_AWAY_PX, _WIDE_PX, _HIGH_PX = 15.0, 4.0, 2.5


class ChoiceBox(QComboBox):
    """A QComboBox with a chevron at its right end."""

    def paintEvent(self, event: QPaintEvent) -> None:  # Qt's name
        """The box as ever, and the chevron."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = QPalette.ColorRole.Text if self.isEnabled() else QPalette.ColorRole.PlaceholderText
        pen = QPen(QColor(self.palette().color(role)), 1.5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        x, y = self.width() - _AWAY_PX, self.height() / 2
        painter.drawPolyline(
            QPolygonF(
                [QPointF(x - _WIDE_PX, y - _HIGH_PX), QPointF(x, y + _HIGH_PX), QPointF(x + _WIDE_PX, y - _HIGH_PX)]
            )
        )
        painter.end()
