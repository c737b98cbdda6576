"""How much longer each head is than in the pose compared with: a small table over the picture, while a pale body stands in it."""

from collections.abc import Sequence

from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QColor, QPaintEvent
from qtpy.QtWidgets import QWidget

from visualiser.pictures.cameras import Box
from visualiser.window import texts
from visualiser.window.inlay import Inlay
from visualiser.window.posepanel import HeadLength
from visualiser.window.theme import shades

_WIDE, _ROW, _AWAY = 262, 18, 12


class DifferenceTable(Inlay):
    """A heading and a row for each head, in the upper right corner. The mouse does not notice it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: Sequence[HeadLength] = ()
        self._than = ""
        parent.installEventFilter(self)

    def _place(self) -> None:
        parent, high = self.parentWidget(), _ROW * (len(self._rows) + 1) + 12
        if parent is not None:
            self.setGeometry(parent.width() - _WIDE - _AWAY, _AWAY, _WIDE, high)

    def show_rows(self, rows: Sequence[HeadLength], than: str) -> None:
        """Show the rows that have a difference; `than` names the pose compared with, nothing hides the table."""
        self._rows, self._than = [row for row in rows if row.more_mm is not None], than
        self.setVisible(bool(than and self._rows))
        self._place()
        self.update()

    @property
    def box(self) -> Box | None:
        """The place that labels must leave free, window pixels; None when it is hidden."""
        if self.isHidden():
            return None
        place = self.geometry()
        return Box(float(place.left()), 0.0, float(place.right() + _AWAY), float(place.bottom() + 1))

    def paintEvent(self, _: QPaintEvent) -> None:  # Qt's name
        """Heading and rows."""
        painter, colours = self._painter(), shades(self._theme)
        self._lay_ground(painter)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        painter.setPen(QColor(colours.quiet))
        painter.drawText(QRectF(10, 6, _WIDE - 20, _ROW), left, texts.LONGER_THAN.format(self._than))
        painter.setPen(QColor(colours.ink))
        for i, row in enumerate(self._rows, start=1):
            box = QRectF(10, 6 + _ROW * i, _WIDE - 20, _ROW)
            painter.drawText(box, left, row.label)
            painter.drawText(box, right, row.said)
        painter.end()
