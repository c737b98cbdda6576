"""The section slider: which way the thigh is cut, and where."""

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from visualiser.pictures.section import LEVELS, Section
from visualiser.window import texts
from visualiser.window.choicebox import ChoiceBox

# How far each slider goes, millimetres from the centre of the hip: over hip bone and knee, and through the thickness of a thigh.
REACH_MM = {"axial": (-440, 60), "coronal": (-70, 50), "sagittal": (-90, 70)}
WHOLE = "whole"


def usual(kind: str) -> Section:
    """Where a section begins when it is asked for first."""
    return Section(kind, LEVELS[kind].get("mid-thigh", 0.0))


class SectionRow(QWidget):
    """A choice and a slider."""

    wanted = Signal(object)  # a Section, or None for the whole body

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = ChoiceBox()
        self.kind.setAccessibleName(texts.SECTION)
        self.kind.setToolTip(texts.SECTION_TIP)
        for name, text in texts.SECTIONS.items():
            self.kind.addItem(text, name)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(texts.SECTION_PLACE)
        self.slider.setToolTip(texts.SECTION_TIP)
        self.slider.setPageStep(20)
        self.place = QLabel()
        self.place.setFixedWidth(self.place.fontMetrics().horizontalAdvance("-000 mm") + 4)
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.kind, 0, 0)
        grid.addWidget(self.slider, 0, 1)
        grid.addWidget(self.place, 0, 2)
        grid.setColumnStretch(1, 1)
        self.kind.activated.connect(lambda _: self.wanted.emit(self._begun()))
        self.slider.valueChanged.connect(lambda value: self.wanted.emit(Section(self.kind.currentData(), float(value))))
        self.show_section(None)

    def _begun(self) -> Section | None:
        kind = str(self.kind.currentData())
        return None if kind == WHOLE else usual(kind)

    def show_section(self, section: Section | None) -> None:
        """Show where the body is cut, without reporting it."""
        with QSignalBlocker(self.kind), QSignalBlocker(self.slider):
            self.kind.setCurrentIndex(self.kind.findData(section.kind if section else WHOLE))
            self.slider.setEnabled(section is not None)
            if section is not None:
                self.slider.setRange(*REACH_MM[section.kind])
                self.slider.setValue(round(section.offset_mm))
        self.place.setText(f"{section.offset_mm:.0f} mm".replace("-", "−") if section else "")
