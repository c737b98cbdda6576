"""What is painted over the picture and lets the mouse through: dial, scale of colours, differences of length."""

from qtpy.QtCore import QEvent, QObject, QRectF, Qt
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import QWidget

from visualiser.window.theme import shades

_CLEAR, _CORNER = 0.85, 8.0


class Inlay(QWidget):
    """Hidden at first, in the colours of a theme. One that keeps to an edge says where in `_place` and watches its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._theme = "light"
        self.hide()

    def dress(self, theme: str) -> None:
        """In the colours of a theme."""
        self._theme = theme
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # Qt's name
        """Keep to the edge."""
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self._place()
        return False

    def _place(self) -> None:
        """Go where it belongs in a parent of this size."""

    def _painter(self) -> QPainter:
        """A painter of this widget with smooth edges."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter

    def _lay_ground(self, painter: QPainter) -> QColor:
        """A pale ground with round corners, and its colour."""
        ground = QColor(shades(self._theme).panel)
        ground.setAlphaF(_CLEAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()), _CORNER, _CORNER)
        return ground
