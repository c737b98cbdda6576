"""Processes that work for the window: a film with progress and cancel, small pictures of movements. The window stays quick meanwhile."""

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from qtpy.QtCore import QObject, QProcess, Signal

from visualiser import __version__
from visualiser.errands import THUMBNAIL_PX, Film, Thumbnails, packed
from visualiser.movements.movement import Movement
from visualiser.writing import clear_leftovers

_PATIENCE_MS = 3_000
_MADE = 2  # raised when small pictures are made in another way


class Helper(QObject):
    """One process that does one job."""

    progressed = Signal(int, int)
    thumbnail = Signal(str)
    finished = Signal(str, str)  # what was written, or why not; both empty when it was given up

    def __init__(self, parent: QObject, job: Film | Thumbnails) -> None:
        super().__init__(parent)
        self._written = self._error = ""
        self._given_up = False
        self._folder = job.path.parent if isinstance(job, Film) else job.folder
        self._process = QProcess(self)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._end)
        self._process.errorOccurred.connect(self._fail)
        self._process.start(sys.executable, ["-m", "visualiser.backstage"])
        self._process.write(packed(job))

    @property
    def running(self) -> bool:
        """Whether the work goes on."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def give_up(self) -> None:
        """Ask the process to stop; it clears up after itself."""
        self._given_up = True
        self._process.closeWriteChannel()

    def wait(self) -> None:
        """Wait until the process has ended; one that does not listen is ended, and what it leaves is cleared away."""
        if self.running and not self._process.waitForFinished(_PATIENCE_MS):
            self._process.kill()
            self._process.waitForFinished(_PATIENCE_MS)
        if self._given_up and self._folder.is_dir():
            clear_leftovers(self._folder)

    def _read(self) -> None:
        while self._process.canReadLine():
            line = bytes(self._process.readLine().data())
            try:
                said = json.loads(line)
            except ValueError:
                continue  # a library that chats
            if "done" in said:
                self.progressed.emit(said["done"], said["total"])
            elif "thumbnail" in said:
                self.thumbnail.emit(said["thumbnail"])
            self._written, self._error = said.get("written", self._written), said.get("error", self._error)

    def _fail(self, problem: QProcess.ProcessError) -> None:
        if problem == QProcess.ProcessError.FailedToStart:  # of every other end `finished` tells
            self.finished.emit("", "" if self._given_up else self._process.errorString())

    @property
    def process_id(self) -> int:
        """Number of the process, 0 when there is none."""
        return int(self._process.processId())

    def _end(self, *_: object) -> None:
        self._read()
        if self._given_up:
            self.wait()
            self.finished.emit("", "")
            return
        if not self._written and not self._error:
            last = bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip().splitlines()
            self._error = last[-1] if last else f"it ended with {self._process.exitCode()}"
        self.finished.emit(self._written, "" if self._written else self._error)


def thumbnail_folder() -> Path:
    """Where small pictures of movements are kept."""
    return Path(platformdirs.user_cache_dir("hamstring-visualiser")) / "thumbnails"


def thumbnail_files(movements: Mapping[str, Movement], theme: str) -> dict[str, str]:
    """File of the small picture of each movement: another text, program or theme makes another one."""
    made_of = f"{__version__} {THUMBNAIL_PX} {theme} {_MADE}"
    return {
        name: hashlib.sha256(f"{made_of} {movement.side} {movement.text}".encode()).hexdigest()[:24] + ".png"
        for name, movement in movements.items()
    }
