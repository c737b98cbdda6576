"""How far a film is, in the status bar, with a button that gives it up."""

from typing import Any

from qtpy.QtCore import QObject
from qtpy.QtWidgets import QProgressBar, QPushButton

from visualiser.window import texts

Window = Any  # of `window.main`, which is made of this module and must not be imported by it

_WIDE_PX = 140


class FilmProgress(QObject):
    """Bar and button of one window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._name = ""
        self.bar, self.cancel = QProgressBar(), QPushButton(texts.CANCEL)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_WIDE_PX)
        self.bar.setAccessibleName(texts.SAVE_CLIP)
        self.cancel.setObjectName("plain")
        self.cancel.setAccessibleName(f"{texts.CANCEL}: {texts.SAVE_CLIP}")
        self.cancel.clicked.connect(lambda *_: window.desk.cancel())
        for widget in (self.bar, self.cancel):
            window.statusBar().addPermanentWidget(widget)
            widget.hide()
        window.desk.filming.connect(self._show)
        window.desk.filmed.connect(self._end)

    def _show(self, done: int, total: int) -> None:
        if total == 0:  # while the process gets ready
            self._name = self._window.showing.movement.title
            self._window.say(texts.FILM_BEGINS.format(self._name))
        else:
            self._window.say(texts.FILMING.format(name=self._name, done=done, total=total))
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.bar.show()
        self.cancel.show()
        self._window.actions_by_name["save_clip"].setEnabled(False)

    def _end(self, written: str, why: str) -> None:
        self.bar.hide()
        self.cancel.hide()
        self._window.actions_by_name["save_clip"].setEnabled(True)
        if why:
            self._window.warn(texts.FILM_FAILED.format(why))
        else:
            self._window.say(texts.SAVED.format(written) if written else texts.CANCELLED)
