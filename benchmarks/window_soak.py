"""Does the window last: `python benchmarks/window_soak.py --minutes 30` plays, clicks, poses and changes scenes, and watches memory.

The window is driven as a user would drive it, on a screen of its own. After a warm-up (a fifth of the time, in which every shipped scene is
seen once if time allows) memory must not grow by more than 5 %; the exit status says so.
"""

import argparse
import os
import random
import resource
import statistics
import sys
from pathlib import Path
from time import monotonic
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from window import SCREEN, opened, own_screen, rest

SCENES = 200
GROWTH = 0.05


def resident_mb() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def one_act(application: Any, window: Any, chance: random.Random) -> None:
    """Something that a user does."""
    from qtpy.QtCore import QPoint, Qt
    from qtpy.QtTest import QTest

    canvas, showing = window.view.canvas, window.showing
    place = QPoint(chance.randrange(canvas.width()), chance.randrange(canvas.height()))
    act = chance.randrange(8)
    if act == 0:
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    elif act == 1:
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=place)
        for step in range(5):
            QTest.mouseMove(canvas, place + QPoint(12 * step, 5 * step))
            application.processEvents()
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=place + QPoint(48, 20))
    elif act == 2:
        window.actions_by_name[
            chance.choice(["view_posterior", "view_lateral", "view_medial", "reset_view", "labels"])
        ].trigger()
    elif act == 3:
        window.actions_by_name[
            chance.choice(["isolate", "hide", "show_all", "peel", "undo", "redo", "colour"])
        ].trigger()
    elif act == 4:
        showing.scrub(chance.random())
    elif act == 5:
        showing.pose_by("knee_flexion", float(chance.randrange(0, 100)))
    elif act == 6:
        window.linking.compare(chance.choice(["none", "upright", "now"]))
    else:
        showing.toggle_play()


def main() -> int:
    """Soak, and print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--minutes", type=float, default=30.0)
    chosen = arguments.parse_args()
    with own_screen(*SCREEN):
        return soaked(60 * chosen.minutes)


def soaked(seconds: float) -> int:
    """Soak for so long, on the screen at hand."""
    chance = random.Random(7)
    application, window = opened("straight_leg_raise")
    rest(application, window)
    names, told = list(window.movements), []
    window.view.failed.connect(told.append)
    begun, last, scenes, acts, samples = monotonic(), 0.0, 0, 0, []
    warm = seconds / 5
    while (now := monotonic() - begun) < seconds:
        if now - last > seconds / SCENES:
            last, scenes = now, scenes + 1
            window.show_movement(names[scenes % len(names)])
            window.showing.toggle_play()
        one_act(application, window, chance)
        acts += 1
        if window.dialog is not None:
            told.append(window.dialog.informativeText())
            window.dialog.close()
        pause = monotonic()
        while monotonic() - pause < 0.25:
            application.processEvents()
        samples.append((now, resident_mb()))
    early = statistics.median(m for t, m in samples if warm <= t < 2 * warm)
    late = statistics.median(m for t, m in samples if t > seconds - warm)
    growth = late / early - 1
    drawn, load, most = window.view.frames_drawn, os.getloadavg()[0], max(m for _, m in samples)
    print(f"{seconds / 60:g} minutes, {scenes} scene changes, {acts} acts, {drawn} frames, load {load:.1f}")
    print(
        f"memory after warm-up {early:.0f} MB, at the end {late:.0f} MB, most {most:.0f} MB; growth {100 * growth:.1f} %"
    )
    print(f"told {len(told)} problems: {sorted(set(told))[:5]}")
    window.close()
    return int(growth > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
