"""The pose: a slider for each joint angle, the side, how tight the hamstrings are, and a pose to compare with. It owns none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from visualiser.anatomy import skeleton
from visualiser.conventions import LEG_COORDINATES, TRUNK_COORDINATES, Side
from visualiser.window import texts
from visualiser.window.choicebox import ChoiceBox

_TIGHT_STEPS = 20


@dataclass(frozen=True, slots=True)
class HeadLength:
    """How long a head is, and how much longer than in the pose compared with; millimetres and percent, None without one."""

    label: str
    length_mm: float
    more_mm: float | None = None
    more_percent: float | None = None

    @property
    def said(self) -> str:
        """'+38 mm, +9.1 %', or a stroke where there is nothing to compare with."""
        if self.more_mm is None or self.more_percent is None:
            return texts.NO_DIFFERENCE
        return f"{round(self.more_mm) + 0:+d} mm, {round(self.more_percent, 1) + 0.0:+.1f} %".replace("-", "−")


class _Angle:
    """Name, slider and number of one joint angle, one row of a grid."""

    def __init__(self, name: str, grid: QGridLayout, row: int) -> None:
        display = skeleton.COORDINATES[name].display
        low, high = skeleton.limits_deg(name)
        tip = texts.RANGE_TIP.format(name=display, low=low, high=high)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(round(low), round(high))
        self.slider.setPageStep(10)
        self.number = QDoubleSpinBox()
        self.number.setRange(low, high)
        self.number.setDecimals(0)
        self.number.setSuffix("°")
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.number.setFixedWidth(58)
        self.number.setKeyboardTracking(False)
        label = QLabel(display)
        for widget in (label, self.slider, self.number):
            widget.setToolTip(tip)
        self.slider.setAccessibleName(display)
        self.number.setAccessibleName(display)
        self.slider.setMinimumWidth(50)
        grid.addWidget(label, row, 0)
        grid.addWidget(self.slider, row, 1)
        grid.addWidget(self.number, row, 2)

    def show(self, angle_deg: float) -> None:
        """Show an angle without reporting it."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self.slider.setValue(round(angle_deg))
            self.number.setValue(angle_deg)


class PosePanel(QWidget):
    """Sliders, side, tightness and comparison."""

    angle_changed = Signal(str, float)
    reset = Signal()
    upright = Signal()
    body_changed = Signal(str, str)  # side, legs
    tightness_changed = Signal(object)  # a number, or None
    reference_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = "right"
        self.angles: dict[str, _Angle] = {}
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(10, 6, 10, 8)
        column.setSpacing(8)
        column.addLayout(self._side_row())
        column.addWidget(self._heading(texts.LEG))
        column.addLayout(self._grid(LEG_COORDINATES))
        column.addWidget(self._heading(texts.TRUNK))
        column.addLayout(self._grid(TRUNK_COORDINATES))
        column.addLayout(self._buttons())
        column.addLayout(self._tightness_row())
        column.addLayout(self._reference_rows())
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        # Whatever the type and the language: the numbers beside the sliders are never cut off.
        self._inner, self._scroll = inner, scroll
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def showEvent(self, event: QShowEvent) -> None:  # Qt's name
        """Become as wide as what is inside needs in the style that it has by now."""
        super().showEvent(event)
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(self._inner.minimumSizeHint().width() + bar)

    # -- building --------------------------------------------------------------------------------------------------------------------

    def _heading(self, text: str) -> QLabel:
        heading = QLabel(text)
        heading.setObjectName("group")
        return heading

    def _grid(self, names: Sequence[str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        for row, name in enumerate(names):
            angle = _Angle(name, grid, row)
            angle.slider.valueChanged.connect(lambda value, name=name: self.angle_changed.emit(name, float(value)))
            angle.number.valueChanged.connect(lambda value, name=name: self.angle_changed.emit(name, float(value)))
            self.angles[name] = angle
        grid.setColumnStretch(1, 1)
        return grid

    def _side_row(self) -> QVBoxLayout:
        rows, row = QVBoxLayout(), QHBoxLayout()
        row.setSpacing(2)
        self.sides = QButtonGroup(self)
        self.side_buttons: dict[str, QToolButton] = {}
        for word, text in (("right", texts.RIGHT), ("left", texts.LEFT), ("both", texts.BOTH)):
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setAccessibleName(f"{texts.SIDE}: {text}")
            self.sides.addButton(button)
            self.side_buttons[word] = button
            button.clicked.connect(self._report_body)
            row.addWidget(button)
        self.ghost_leg = QCheckBox(texts.GHOST_LEG)
        self.ghost_leg.clicked.connect(self._report_body)
        row.addStretch(1)
        rows.addLayout(row)
        rows.addWidget(self.ghost_leg)
        return rows

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.reset_button, self.upright_button = QPushButton(texts.RESET), QPushButton(texts.ZERO)
        self.reset_button.setToolTip(texts.RESET_TIP)
        self.upright_button.setToolTip(texts.ZERO_TIP)
        self.reset_button.clicked.connect(lambda: self.reset.emit())
        self.upright_button.clicked.connect(lambda: self.upright.emit())
        for button in (self.reset_button, self.upright_button):
            button.setObjectName("plain")
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _tightness_row(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        self.tight = QCheckBox(texts.TIGHTNESS)
        self.tight.setToolTip(texts.TIGHTNESS_TIP)
        self.tightness = QSlider(Qt.Orientation.Horizontal)
        self.tightness.setRange(0, _TIGHT_STEPS)
        self.tightness.setValue(_TIGHT_STEPS // 2)
        self.tightness.setEnabled(False)
        self.tightness.setAccessibleName(texts.TIGHTNESS)
        self.tightness.setToolTip(texts.TIGHTNESS_TIP)
        self.tightness_label = QLabel(texts.TIGHTNESS_OFF)
        self.tightness_label.setFixedWidth(66)
        self.tightness_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.tight.clicked.connect(self._report_tightness)
        self.tightness.valueChanged.connect(self._report_tightness)
        grid.addWidget(self.tight, 0, 0)
        grid.addWidget(self.tightness, 0, 1)
        grid.addWidget(self.tightness_label, 0, 2)
        grid.setColumnStretch(1, 1)
        return grid

    def _reference_rows(self) -> QVBoxLayout:
        column, row = QVBoxLayout(), QHBoxLayout()
        self.reference = ChoiceBox()
        self.reference.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.reference.setMinimumContentsLength(14)
        for name, text in texts.REFERENCES.items():
            self.reference.addItem(text, name)
        self.reference.setToolTip(texts.REFERENCE_TIP)
        self.reference.setAccessibleName(texts.REFERENCE)
        self.reference.activated.connect(lambda i: self.reference_chosen.emit(self.reference.itemData(i)))
        row.addWidget(QLabel(texts.REFERENCE))
        row.addWidget(self.reference, 1)
        column.addLayout(row)
        self.lengths = QGridLayout()
        self.lengths.setHorizontalSpacing(10)
        self.lengths.setVerticalSpacing(1)
        self.lengths.setColumnStretch(0, 1)
        self._cells: dict[tuple[int, int], QLabel] = {}
        column.addLayout(self.lengths)
        return column

    # -- reporting -------------------------------------------------------------------------------------------------------------------

    def _report_body(self) -> None:
        both = self.side_buttons["both"].isChecked()
        chosen = [side for side in ("right", "left") if self.side_buttons[side].isChecked()]
        side = chosen[0] if chosen else self._side  # both legs: the one in front stays in front
        self.ghost_leg.setEnabled(not both)
        self.body_changed.emit(side, "both" if both else "ghost" if self.ghost_leg.isChecked() else "one")

    def _report_tightness(self) -> None:
        on, value = self.tight.isChecked(), self.tightness.value() / _TIGHT_STEPS
        self.tightness.setEnabled(on)
        self.tightness_label.setText(f"{value:.2f}" if on else texts.TIGHTNESS_OFF)
        self.tightness_changed.emit(value if on else None)

    # -- showing ---------------------------------------------------------------------------------------------------------------------

    def show_angles(self, angles_deg: Mapping[str, float], posed: bool) -> None:
        """Show the angles of a moment or a pose."""
        for name, angle in self.angles.items():
            angle.show(angles_deg[name])
        self.reset_button.setEnabled(posed)

    def show_body(self, side: Side, legs: str) -> None:
        """Show whose leg and how many."""
        self._side = str(side)
        self.side_buttons["both" if legs == "both" else str(side)].setChecked(True)
        self.ghost_leg.setChecked(legs == "ghost")
        self.ghost_leg.setEnabled(legs != "both")

    def show_tightness(self, tightness: float | None) -> None:
        """Show how tight the hamstrings are."""
        with QSignalBlocker(self.tightness):
            self.tight.setChecked(tightness is not None)
            self.tightness.setEnabled(tightness is not None)
            if tightness is not None:
                self.tightness.setValue(round(tightness * _TIGHT_STEPS))
        self.tightness_label.setText(texts.TIGHTNESS_OFF if tightness is None else f"{tightness:.2f}")

    def show_lengths(self, rows: Sequence[HeadLength]) -> None:
        """The table of lengths, with differences where there is a pose to compare with."""
        for column, text in enumerate(texts.LENGTHS_HEAD):
            self._cell(0, column, text, quiet=True)
        for row, head in enumerate(rows, start=1):
            self._cell(row, 0, head.label)
            self._cell(row, 1, f"{head.length_mm:.0f} mm")
            self._cell(row, 2, head.said)

    def _cell(self, row: int, column: int, text: str, *, quiet: bool = False) -> None:
        if (row, column) not in self._cells:
            cell = QLabel()
            if quiet:
                cell.setObjectName("quiet")
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            self.lengths.addWidget(cell, row, column, side)
            self._cells[row, column] = cell
        self._cells[row, column].setText(text)
