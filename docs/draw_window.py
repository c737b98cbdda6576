"""Pictures of the window for docs/window.md, each taken by a process of its own on a virtual screen of its own (Xvfb).

`draw.py` calls `drawn`; the processes are `python docs/draw_window.py PICTURE FILE FOLDER_OF_SMALL_PICTURES`.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from PIL import Image
from sheets import sheet

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))
from own_screen import MISSING, PROGRAM, own_screen

Window = Any  # of `visualiser.window`, which is imported only where the screen is there
SETTLING_MS = 1_000  # panels lay themselves out once they know what they tell
STEEPER_PX, NEARER = 50.0, 2.4  # how a hand would bring the cut nearer
PATIENCE_MS = 600_000  # small pictures of all movements, on a machine that has other things to do


class Shot(NamedTuple):
    """One picture of the window: its size as Qt counts, how much it is enlarged, what it shows, and how it comes to show it."""

    scene: str
    at: float
    prepare: Callable[[Window], object]
    width: int = 1366
    height: int = 768
    enlarged: int = 1
    theme: str = "light"


def semitendinosus(window: Window) -> None:
    """Read about a muscle."""
    window.showing.select("semitendinosus")


def joints(window: Window) -> None:
    """Bring the sliders forward, which need a moment to stand where the leg is."""
    from window_driver import wait

    window.docks.movable["Pose"].raise_()
    bent = round(window.showing.angles()["knee_flexion"])
    wait(lambda: window.pose_panel.angles["knee_flexion"].slider.value() == bent)


def cut_open(window: Window) -> None:
    """Cut the thigh across at its middle, and look at the cut from near."""
    from window_driver import rest

    from visualiser.pictures.section import Section
    from visualiser.window import camera as lens

    view, (wide, high) = window.showing.view, window.showing.view.size_px
    window.wishes.cut(Section("axial", -201.0))
    rest(window)
    camera = lens.dragged(view.camera, view.pivot, 0.0, STEEPER_PX)
    x, y, _ = camera.project(view.plane.origin, wide, high)
    camera = lens.zoomed(camera, view.pivot, NEARER, (x, y), (wide, high))
    view.look(*lens.panned(camera, view.pivot, (wide / 2 - x, high / 3 - y), (wide, high)))


SHOTS = {
    "light": Shot("straight_leg_raise", 0.42, semitendinosus),
    "dark": Shot("squat", 0.45, joints, theme="dark"),
    "section": Shot("standing_leg_curl", 0.0, cut_open),
    "full_hd": Shot("straight_leg_raise", 0.55, semitendinosus, 1920, 1080),
    "full_hd_enlarged": Shot("straight_leg_raise", 0.55, semitendinosus, 960, 540, 2),
    "wide": Shot("straight_leg_raise", 0.55, semitendinosus, 2560, 1440),
    "wide_enlarged": Shot("straight_leg_raise", 0.55, semitendinosus, 1280, 720, 2),
}
# The pictures of the page, and of which shots they are made.
PICTURES = {
    **{f"window/{name}.png": (name,) for name in ("light", "dark", "section")},
    "window/sizes.webp": ("full_hd", "full_hd_enlarged", "wide", "wide_enlarged"),
}
SHEET_WIDTH, SHEET_GAP, SHEET_QUALITY = 620, 8, 80  # of the sheet of several shots


def drawn(names: list[str], folder: Path) -> Iterator[Path]:
    """Draw some of the `PICTURES` into a folder, and give each as it is there."""
    with TemporaryDirectory() as elsewhere:
        small = Path(elsewhere) / "small"  # of movements, made by the first window, as the body looks now
        for name in names:
            shots = [Path(elsewhere) / f"{shot}.png" for shot in PICTURES[name]]
            for shot in shots:
                environment = os.environ | {"QT_SCALE_FACTOR": str(SHOTS[shot.stem].enlarged)}
                subprocess.run([sys.executable, __file__, shot.stem, shot, small], env=environment, check=True)
            taken = [Image.open(shot).convert("RGB") for shot in shots]
            if len(taken) == 1:
                taken[0].save(folder / name)
            else:
                sheet(taken, SHEET_WIDTH, SHEET_GAP).save(folder / name, quality=SHEET_QUALITY, method=6)
            yield folder / name


def take(shot: Shot, path: Path, small_pictures: Path) -> None:
    """Open a window on the screen at hand and take its picture."""
    from qtpy.QtTest import QTest
    from qtpy.QtWidgets import QApplication
    from window_driver import rest, wait

    from visualiser.bodies import assembly, assets
    from visualiser.movements import scenefile
    from visualiser.window import Window
    from visualiser.window.helpers import thumbnail_files

    QApplication(sys.argv[:1]).setStyle("Fusion")
    paths = assets.scene_paths()
    movement = scenefile.load(paths[shot.scene])
    body = assembly.body(movement.side, movement.legs)
    window = Window(body, movement, movements=paths, theme=shot.theme, thumbnails=small_pictures)
    try:
        window.resize(shot.width, shot.height)
        window.show()
        rest(window)
        small = [small_pictures / file for file in thumbnail_files(window.movements, "light").values()]
        wait(lambda: all(path.is_file() for path in small), PATIENCE_MS)
        window.showing.scrub(shot.at)
        rest(window)
        shot.prepare(window)
        QTest.qWait(SETTLING_MS)
        rest(window)
        window.grab().save(str(path))
    finally:
        window.close()


def main() -> None:
    """Take the shot that is named, into a file."""
    name, path, small_pictures = sys.argv[1:]
    shot = SHOTS[name]
    try:
        with own_screen(shot.width * shot.enlarged, shot.height * shot.enlarged):
            take(shot, Path(path), Path(small_pictures))
    except FileNotFoundError as error:
        if error.filename == PROGRAM:
            raise SystemExit(MISSING) from None
        raise


if __name__ == "__main__":
    main()
