"""Ratios against bare baselines, measured in one run: `python benchmarks/run.py`, with `--quick` for fewer repeats.

Seconds depend on the machine and on what else it does; a ratio of two things measured in turns does not. Every figure is a median.
`--encoder` measures the presets of the video encoder instead: time, size and likeness. Lengths and arms: `benchmarks/lengths.py`.
Whole films: `benchmarks/clips.py`.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any

import numpy as np
import pyvista as pv
from baselines import FPS, SCENE, SIZE, bare_plotter, film_of, in_turns, turn
from lengths import random_legs

from visualiser import Scene, machine
from visualiser.bodies.assets import soft_tissue_path
from visualiser.films.video import VideoWriter
from visualiser.pictures import overlay, pages, tracking
from visualiser.pictures.options import Options
from visualiser.pictures.rendering import Stage
from visualiser.tissue.tubes import SoftTissue


def row(what: str, ours: float, bare: float, unit: str = "ms", factor: float = 1e3) -> None:
    """One line of the table."""
    print(f"| {what} | {factor * ours:.3g} {unit} | {factor * bare:.3g} {unit} | {ours / bare:.2g} |", flush=True)


# -- drawing ---------------------------------------------------------------------------------------------------------


def drawing(repeats: int) -> None:
    """One frame: pose, points and matrices, render, read back; the bare plotter turns its camera, renders, reads back."""
    scene = Scene.load(SCENE)
    options = Options(*SIZE, view=scene.movement.view, frame=scene.movement.frame)
    moments = cycle(np.linspace(0.0, 1.0, 41))
    camera = pages.page(scene.body, scene.movement, [scene.frame(0.6)], (), options).camera
    bare = bare_plotter(scene)
    with Stage(scene.body.surfaces, "light", SIZE) as stage:

        def ours() -> None:
            stage.update(scene.frame(float(next(moments))))
            stage.look(camera)
            stage.pixels()

        found = in_turns({"ours": ours, "bare": lambda: turn(bare)}, repeats)
        posing = in_turns({"frame": lambda: scene.frame(float(next(moments)))}, repeats)["frame"]
    tissue = SoftTissue.load(soft_tissue_path())
    legs = cycle(random_legs(60).reshape(-1, 2, 6))

    def soft() -> None:
        tissue.all_normals(tissue.vertices(next(legs)))

    both = in_turns({"soft": soft, "bare": lambda: turn(bare)}, repeats)
    bare.close()
    triangles = sum(len(surface.faces) for surface in scene.body.surfaces)
    row(f"moving frame, {triangles} triangles, 1080p / turntable of the same triangles", found["ours"], found["bare"])
    row("muscles and nerves of both legs with normals, any pose / the same turntable", both["soft"], both["bare"])
    print(f"| of which pose, muscles and nerve | {1e3 * posing:.3g} ms | | |", flush=True)


def overlays(frames: int) -> None:
    """What labels and captions add to a frame of a film: places, visibility, drawing / its bare, unsmoothed render; processor time."""
    scene = Scene.load(SCENE)
    options = Options(*SIZE, view=scene.movement.view, frame=scene.movement.frame, captions=True)
    spent: dict[str, list[float]] = {"labels": [], "render": []}
    undo: list[Callable[[], None]] = []

    def timed(owner: Any, name: str) -> None:
        task = getattr(owner, name)

        def run(*arguments: Any, **words: Any) -> Any:
            start = thread_time()  # drawing goes on in another thread
            result = task(*arguments, **words)
            spent["labels"].append(thread_time() - start)
            return result

        setattr(owner, name, run)
        undo.append(lambda: setattr(owner, name, task))

    for owner, name in ((overlay, "draw"), (tracking.Tracker, "step"), (Stage, "seen")):
        timed(owner, name)
    try:
        for _ in islice(film_of(scene), frames):
            pass
    finally:
        for mend in undo:
            mend()
    camera = pages.page(scene.body, scene.movement, [scene.frame(0.6)], (), options).camera
    with Stage(scene.body.surfaces, "light", SIZE) as stage:
        for at in np.linspace(0.0, 1.0, frames):
            stage.update(scene.frame(float(at)))
            stage.look(camera)
            start = process_time()
            stage.pixels()
            spent["render"].append(process_time() - start)
    labels = sum(spent["labels"]) / frames
    row("labels of a frame of a film / bare render of it", labels, statistics.median(spent["render"]))


BARE_SCRIPT = """
import sys
from pathlib import Path
import pyvista as pv
plotter = pv.Plotter(off_screen=True, window_size=[1920, 1080])
for path in sorted(Path(sys.argv[1]).glob("*.vtp")):
    plotter.add_mesh(pv.read(path), smooth_shading=True)
plotter.screenshot(sys.argv[2])
"""


def cold_stills(repeats: int) -> None:
    """A fine still from a cold start, command to file / a plain PyVista script that shows the same triangles from files."""
    scene = Scene.load(SCENE)
    frame = scene.frame(0.6)
    with tempfile.TemporaryDirectory() as folder:
        for surface in scene.body.surfaces:
            mesh = pv.PolyData.from_regular_faces(scene.body.placed(surface, frame), surface.faces)
            mesh.save(Path(folder) / f"{surface.name}.vtp")
        plain = [sys.executable, "-c", BARE_SCRIPT, folder, f"{folder}/bare.png"]
        fine = [sys.executable, "-m", "visualiser", "shot", SCENE, "-o", f"{folder}/ours.png", "--force"]

        def start(command: list[str]) -> None:
            subprocess.run(command, check=True, capture_output=True)

        found = in_turns({"ours": lambda: start(fine), "bare": lambda: start(plain)}, repeats)
    row("fine still, 1080p, from a cold start / plain PyVista script", found["ours"], found["bare"], "s", 1.0)


# -- encoder ---------------------------------------------------------------------------------------------------------


def encoder(frames: int) -> None:
    """Presets of x264 on our own frames: time a frame, size, likeness to the original (PSNR of the decoded film)."""
    import av

    scene = Scene.load(SCENE)
    pictures = list(
        islice(
            film_of(scene),
            30,
            30 + frames,
        )
    )
    print("| preset | CRF | ms a frame | kB a second | PSNR dB |\n|---|---|---|---|---|")
    for preset, crf in (
        ("ultrafast", 18), ("superfast", 18), ("veryfast", 16), ("veryfast", 18), ("veryfast", 20), ("veryfast", 23),
        ("faster", 18), ("medium", 18),
    ):  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.mp4"
            start = perf_counter()
            with VideoWriter(path, width=SIZE[0], height=SIZE[1], fps=FPS, preset=preset, crf=crf) as writer:
                for picture in pictures:
                    writer.write(picture)
            taken = (perf_counter() - start) / frames
            size = path.stat().st_size * FPS / frames / 1000
            with av.open(str(path)) as container:
                decoded = [image.to_ndarray(format="rgb24") for image in container.decode(video=0)]
        wrong = [np.mean((a.astype(float) - b) ** 2) for a, b in zip(pictures[::10], decoded[::10], strict=True)]
        print(
            f"| {preset} | {crf} | {1e3 * taken:.1f} | {size:.0f} | {10 * np.log10(255**2 / np.mean(wrong)):.1f} |",
            flush=True,
        )


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--quick", action="store_true", help="fewer repeats: figures for a glance")
    arguments.add_argument("--encoder", action="store_true", help="presets of the video encoder instead")
    chosen = arguments.parse_args()
    machine.require_opengl()
    if chosen.encoder:
        encoder(20 if chosen.quick else 60)
        return
    print("| ours / baseline | ours | baseline | ratio |\n|---|---|---|---|")
    drawing(5 if chosen.quick else 21)
    overlays(10 if chosen.quick else 60)
    cold_stills(2 if chosen.quick else 7)


if __name__ == "__main__":
    sys.exit(main())
