"""Small pictures beside the movements: those that there are, and a process that makes the others."""

from pathlib import Path
from typing import Any

from qtpy.QtCore import QObject
from qtpy.QtGui import QIcon, QPixmap

from visualiser.errands import Thumbnails
from visualiser.window.helpers import Helper, thumbnail_files

Window = Any  # of `window.main`, which is made of this module and must not be imported by it


class SmallPictures(QObject):
    """The small pictures of one window.

    folder : where they are kept; without it there are none
    """

    def __init__(self, window: Window, folder: Path | None) -> None:
        super().__init__(window)
        self._window, self._folder = window, folder
        self._names: dict[str, str] = {}  # file -> movement
        self._helper: Helper | None = None

    def begin(self) -> None:
        """Show what there is; let a process make the rest."""
        if self._folder is None:
            return
        movements = self._window.movements
        self._names = {file: name for name, file in thumbnail_files(movements, "light").items()}
        missing = {file: movements[name] for file, name in self._names.items() if not self._show(file)}
        if missing:
            self._helper = Helper(self, Thumbnails(self._folder, missing))
            self._helper.thumbnail.connect(self._show)

    def _show(self, file: str) -> bool:
        assert self._folder is not None
        picture = QPixmap(str(self._folder / file))
        if picture.isNull():  # not there yet, or damaged: it is made again
            return False
        shown = QIcon(picture)
        shown.addPixmap(picture, QIcon.Mode.Selected)  # not tinted in the row that is chosen
        self._window.movement_panel.show_thumbnail(self._names[file], shown)
        return True

    def stop(self) -> None:
        """Let no process work on."""
        if self._helper is not None:
            self._helper.give_up()
            self._helper.wait()
