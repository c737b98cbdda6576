"""How fast the window plays: `python benchmarks/window.py` opens it on a screen of its own (Xvfb), with a 3D picture of 1280 x 720.

Frames a second depend on the machine and on what else it does. Beside them stands the processor time of a frame, which does not, and how
much of it is the program's own work: everything but Qt's and VTK's drawing. Labels are off, unless `--labels`.
"""

import argparse
import os
import statistics
import sys
from pathlib import Path
from time import monotonic, perf_counter, process_time, thread_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from own_screen import own_screen

SIZE = (1280, 720)
SECONDS = 10.0
SCREEN = (2200, 1400)


def opened(scene: str) -> tuple[Any, Any]:
    """The application and a window whose 3D picture has the size asked for, at rest."""
    from qtpy.QtWidgets import QApplication

    from visualiser.bodies import assembly, assets
    from visualiser.movements import scenefile
    from visualiser.window import Window

    application: Any = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    paths = assets.scene_paths()
    movement = scenefile.load(paths[scene])
    window = Window(assembly.body(movement.side, movement.legs), movement, movements=paths)
    window.resize(2000, 1200)
    window.show()
    rest(application, window)
    width, height = window.view.size_px
    window.resize(window.width() + SIZE[0] - round(width), window.height() + SIZE[1] - round(height))
    rest(application, window)
    return application, window


def rest(application: Any, window: Any, patience_s: float = 120.0) -> None:
    """Let the window work until its picture stands still."""
    begun = monotonic()
    while monotonic() - begun < patience_s:
        application.processEvents()
        if monotonic() - begun > 0.5 and window.view.resting and not window.view.gliding:
            return
    raise TimeoutError("the picture never came to rest")


class Meter:
    """Time spent in the program's own work of a frame, measured on the thread that draws."""

    def __init__(self, window: Any) -> None:
        self.own = 0.0
        self._depth = 0
        for owner, name in (
            (window.showing, "tick"),
            (window.view, "_ask"),
            (window.view, "_drawn"),
            (window.showing.labelling, "_follow"),
            (window.linking, "_count"),
        ):
            setattr(owner, name, self._timed(getattr(owner, name)))
        # Painting of our own, which Qt looks up where it is defined.
        for widget in (window.plot.canvas, window.dial, window.transport.time_line, window.view.sheet):
            type(widget).paintEvent = self._timed(type(widget).paintEvent)

    def _timed(self, action: Any) -> Any:
        def run(*values: Any, **named: Any) -> Any:
            begun, self._depth = thread_time(), self._depth + 1
            try:
                return action(*values, **named)
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self.own += thread_time() - begun

        return run


def playing(application: Any, window: Any, seconds: float) -> dict[str, float]:
    """Play for some seconds: frames, processor time of a frame, the share of our own work, how far the movement is off the clock."""
    meter = Meter(window)
    window.showing.toggle_play()
    before = window.view.frames_drawn
    used, thread, begun, own = process_time(), thread_time(), monotonic(), meter.own
    gaps, last, seen = [], perf_counter(), window.view.frames_drawn
    worst, turns, was = 0.0, 0, window.showing.playback.time_s
    start = was
    while monotonic() - begun < seconds:
        application.processEvents()
        playback = window.showing.playback
        if window.view.frames_drawn != seen:
            gaps.append(perf_counter() - last)
            last, seen = perf_counter(), window.view.frames_drawn
        turns += playback.time_s < was - 1e-6
        was = playback.time_s
        shown_at = window.showing.clock  # the last tick
        wanted = start + (shown_at - begun) * playback.speed
        worst = max(worst, abs(wanted - (turns * playback.duration_s + playback.time_s)))
    took, frames = monotonic() - begun, window.view.frames_drawn - before
    used, thread, own = process_time() - used, thread_time() - thread, meter.own - own
    window.showing.pause()
    return {
        "frames a second": frames / took,
        "median of a frame, ms": 1e3 * statistics.median(gaps),
        "processor time of a frame, ms": 1e3 * used / frames,
        "of which the drawing thread, ms": 1e3 * thread / frames,
        "own work of a frame, ms": 1e3 * own / frames,
        "own work / processor time": own / used,
        "own work / drawing thread": own / thread,
        "off the clock at most, ms": 1e3 * worst,
        "pixels drawn a side": window.view.coarseness,
    }


def main() -> None:
    """Print the figures of the first showing and of the second, which is rehearsed."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--scene", default="straight_leg_raise")
    arguments.add_argument("--labels", action="store_true", help="with labels on")
    arguments.add_argument("--seconds", type=float, default=SECONDS)
    chosen = arguments.parse_args()
    with own_screen(*SCREEN):
        application, window = opened(chosen.scene)
        window.showing.show_labels(chosen.labels)
        rest(application, window)
        print(f"3D picture {window.view.size_px}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        first = playing(application, window, chosen.seconds)
        rest(application, window)
        second = playing(application, window, chosen.seconds)
        print("| | first showing | rehearsed |\n|---|---|---|")
        for name, value in first.items():
            print(f"| {name} | {value:.3g} | {second[name]:.3g} |")
        print(f"poses known: {window.showing.rehearsed}")
        window.close()


if __name__ == "__main__":
    main()
