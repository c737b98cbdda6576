"""The questions before a picture or a film is saved: the words of `hamstring shot` and `clip`, remembered for the next time."""

import json
from collections.abc import Callable
from dataclasses import asdict, fields

from qtpy.QtCore import QRectF, Qt, Signal
from qtpy.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from visualiser.errors import VisualiserError
from visualiser.pictures.appearance import THEMES
from visualiser.pictures.options import QUALITIES, SIZES
from visualiser.window import texts
from visualiser.window.choicebox import ChoiceBox
from visualiser.window.theme import shades
from visualiser.window.wording import Saving, capture

_LABELS = ("default", "all", "muscles", "nerve", "bones", "landmarks", "none")
_DPIS, _FPS, _SPEEDS = (0.0, 96.0, 150.0, 200.0, 300.0, 600.0), (24, 25, 30, 50, 60), (0.1, 0.25, 0.5, 1.0, 1.5, 2.0)
_STILL_ONLY, _FILM_ONLY = ("quality", "dpi", "transparent", "camera"), ("fps", "speed", "captions")


def remembered(text: str) -> Saving:
    """The answers of last time; the usual ones where nothing sound is remembered."""
    try:
        kept = json.loads(text or "{}")
        known = {f.name: f.type for f in fields(Saving)}
        found = Saving(**{name: value for name, value in kept.items() if name in known})
        assert found.aspect > 0
        return found
    except (ValueError, TypeError, AssertionError, VisualiserError):
        return Saving()


def as_text(saving: Saving) -> str:
    """The answers as one line."""
    return json.dumps(asdict(saving))


class SaveDialog(QDialog):
    """One page of choices.

    note : a sentence below them
    """

    aspect_changed = Signal(float)

    def __init__(self, parent: QWidget, saving: Saving, *, film: bool, note: str = "") -> None:
        super().__init__(parent)
        self._start, self._film = saving, film
        self.setWindowTitle(texts.SAVE_CLIP if film else texts.SAVE_PICTURE)
        self._boxes: dict[str, QComboBox] = {}
        self._checks: dict[str, QCheckBox] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        self._form = form
        self._choose("size", [(name, f"{name}, {w} × {h}") for name, (w, h) in SIZES.items()])
        self._choose("camera", [("window", texts.CHOICES["window"]), ("fit", texts.CHOICES["fit"])], key="view")
        self._choose("theme", [(name, texts.CHOICES[name]) for name in THEMES])
        self._choose("labels", [(name, texts.CHOICES[name]) for name in _LABELS])
        self._choose("style", [(name, texts.CHOICES[name]) for name in ("lecture", "atlas")])
        self._choose("language", [(name, texts.CHOICES[name]) for name in ("en", "la", "both")])
        self._choose("quality", [(name, texts.CHOICES[name]) for name in QUALITIES])
        self._choose("dpi", [(v, "-" if not v else f"{v:g}") for v in _DPIS])
        self._choose("fps", [(v, f"{v}") for v in _FPS])
        self._choose("speed", [(v, f"{v:g}×") for v in _SPEEDS])
        checks = QGridLayout()
        wanted = [name for name in texts.CHECKS if self._asked(name)]
        for i, name in enumerate(wanted):
            self._checks[name] = QCheckBox(texts.CHECKS[name])
            self._checks[name].setChecked(bool(getattr(saving, name)))
            checks.addWidget(self._checks[name], i // 2, i % 2)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addLayout(checks)
        if note:
            words = QLabel(note)
            words.setObjectName("quiet")
            column.addWidget(words)
        column.addWidget(buttons)
        self._boxes["size"].currentIndexChanged.connect(lambda _: self.aspect_changed.emit(self.saving().aspect))

    def _asked(self, name: str) -> bool:
        return name not in (_STILL_ONLY if self._film else _FILM_ONLY)

    def _choose(self, name: str, choices: list[tuple[object, str]], key: str = "") -> None:
        if not self._asked(name):
            return
        box = ChoiceBox()
        for value, text in choices:
            box.addItem(text, value)
        box.setCurrentIndex(max(box.findData(getattr(self._start, name)), 0))
        box.setAccessibleName(texts.FIELDS[key or name])
        self._boxes[name] = box
        self._form.addRow(texts.FIELDS[key or name], box)

    def saving(self) -> Saving:
        """The answers."""
        answers = {name: box.currentData() for name, box in self._boxes.items()}
        answers |= {name: check.isChecked() for name, check in self._checks.items()}
        return Saving(**{**asdict(self._start), **answers})


class CaptureFrame(QWidget):
    """A frame over the picture: what a picture of the chosen aspect will contain. The mouse does not notice it."""

    def __init__(self, parent: QWidget, theme: Callable[[], str]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._theme, self.aspect = theme, 16 / 9
        self.hide()

    def frame(self) -> QRectF:
        """The rectangle that is captured."""
        return QRectF(*capture(float(self.width()), float(self.height()), self.aspect))

    def open(self, aspect: float) -> None:
        """Show the frame of an aspect."""
        self.aspect = aspect
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # Qt's name
        """Shade what is cut off."""
        painter, frame = QPainter(self), self.frame()
        veil = QColor(shades(self._theme()).panel)
        veil.setAlphaF(0.7)
        whole = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(veil)
        painter.drawRect(QRectF(0, 0, frame.left(), whole.height()))
        painter.drawRect(QRectF(frame.right(), 0, whole.width() - frame.right(), whole.height()))
        painter.drawRect(QRectF(frame.left(), 0, frame.width(), frame.top()))
        painter.drawRect(QRectF(frame.left(), frame.bottom(), frame.width(), whole.height() - frame.bottom()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(shades(self._theme()).accent), 1.5))
        painter.drawRect(frame.adjusted(0.75, 0.75, -0.75, -0.75))
        painter.end()
