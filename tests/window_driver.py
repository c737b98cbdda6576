"""Driving the real window: one for a whole file of tests, put back to its start before each of them, because opening one takes seconds."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QPoint
from qtpy.QtGui import QImage
from qtpy.QtWidgets import QApplication

from visualiser.bodies import assembly, assets
from visualiser.conventions import Side
from visualiser.movements import scenefile
from visualiser.window import Window
from visualiser.window.snapshots import Snapshot, snapshot

PATIENCE_MS = 120_000  # on a machine that does other things as well
RED_OVER_GREEN = 60  # muscle is the only red thing on the picture
FIRST = "standing_leg_curl"


def opened(scene: str = FIRST, **options: object) -> Window:
    """A small window on the screen, at rest."""
    paths = assets.scene_paths()
    movements = options.pop("movements", paths)
    body = assembly.body(Side.RIGHT, "ghost", "light")
    made = Window(body, scenefile.load(paths[scene]), movements=movements, **options)  # type: ignore[arg-type]
    made.resize(1180, 800)
    made.show()
    made.activateWindow()
    rest(made)
    return made


def rest(window: Window) -> None:
    """Work until nothing moves and the fine picture stands."""
    wait(lambda: window.view.resting and not window.view.gliding and not window.showing.framing)


def wait(until: object, patience_ms: int = PATIENCE_MS) -> None:
    """Let Qt work until something holds."""
    begun = monotonic()
    while True:
        QApplication.processEvents()
        if until():  # type: ignore[operator]
            return
        sleep(0.003)  # what is waited for may need the processor
        assert monotonic() - begun < patience_ms / 1000, "waited in vain"


def shared() -> Iterator[tuple[Window, Snapshot]]:
    """One window, and the state in which each test finds it."""
    window = opened()
    yield window, snapshot(window.showing)
    window.close()


def put_back(window: Window, start: Snapshot) -> Window:
    """The window as it was opened."""
    for popup in (window.dialog, QApplication.activePopupWidget(), QApplication.activeModalWidget()):
        if popup is not None:
            popup.close()
    window.help.hide()
    window.message.hide()
    window.message.text.setText("")
    window.showing.restore(start)
    window.showing.refer_to(None)
    window.showing.select("")
    window.showing.change_speed(1.0)
    window.showing.playback.loop = True
    if not window.showing.labels_on:
        window.showing.show_labels(True)
    if window.showing.theme != "light":
        window.dress("light")
    window.showing.history.__init__()  # type: ignore[misc]
    window.structure_panel.search.clear()
    window.movement_panel.search.clear()
    window.activateWindow()
    rest(window)
    return window


def pixels(window: Window) -> NDArray[np.int64]:
    """The 3D picture as it is drawn, with labels: (H, W, 3)."""
    return values(window.view.grab().toImage())


def on_screen(window: Window) -> NDArray[np.int64]:
    """The same place as the screen shows it to a person, whatever the window believes to have drawn: (H, W, 3)."""
    corner = window.view.mapToGlobal(QPoint(0, 0))
    whole = window.screen().grabWindow(0, corner.x(), corner.y(), window.view.width(), window.view.height())
    return values(whole.toImage())


def values(image: QImage) -> NDArray[np.int64]:
    """Colours of a picture of Qt's: (H, W, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return raw[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(np.int64)


def red_pixels(window: Window) -> int:
    """How many pixels show muscle."""
    picture = pixels(window)
    return int((picture[..., 0] - picture[..., 1] > RED_OVER_GREEN).sum())


def changed(before: NDArray[np.int64], after: NDArray[np.int64]) -> float:
    """The share of pixels that clearly changed."""
    return float(np.mean(np.abs(after - before).max(axis=2) > 30))


def place_of(window: Window, structure: str) -> QPoint:
    """A place of the picture where a structure is seen, not at its rim: the neighbours belong to it as well."""
    view = window.view
    width, height = (int(side) for side in view.size_px)
    for y in range(6, height, 9):
        for x in range(6, width, 9):
            if window.showing.structure_of(view.structure_at(x, y)) == structure:
                around = [view.structure_at(x + dx, y + dy) for dx, dy in ((3, 0), (-3, 0), (0, 3), (0, -3))]
                if {window.showing.structure_of(name) for name in around} == {structure}:
                    return QPoint(x, y)
    raise AssertionError(f"{structure} is not on the picture")


def written(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())
