"""What our figures are compared with: the same triangles in a plain PyVista script, and tasks that take turns."""

import statistics
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import numpy as np

SCENE = "straight_leg_raise"
SIZE = (1920, 1080)
FPS = 30


def in_turns(tasks: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each task; the tasks take turns, so that a busy moment of the machine meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats + 1):
        for name, task in tasks.items():
            start = perf_counter()
            task()
            times[name].append(perf_counter() - start)
    return {name: statistics.median(values[1:]) for name, values in times.items()}  # the first round warms up


def bare_plotter(scene: Any) -> Any:
    """The same triangles in a plain PyVista plotter: one actor a surface, standing still, one colour, multisampling off (its fastest)."""
    import pyvista as pv

    plotter: Any = pv.Plotter(off_screen=True, window_size=list(SIZE))
    plotter.disable_anti_aliasing()
    plotter.render_window.SetMultiSamples(0)
    frame = scene.frame(0.6)
    for surface in scene.body.surfaces:
        points = scene.body.placed(surface, frame)
        plotter.add_mesh(pv.PolyData.from_regular_faces(points, surface.faces), smooth_shading=True)
    plotter.reset_camera()
    return plotter


def turn(plotter: Any) -> np.ndarray:
    """One picture of a turntable."""
    plotter.camera.azimuth += 2.0
    plotter.render()
    picture: np.ndarray = plotter.screenshot(return_img=True)
    return picture


def turntable(plotter: Any) -> Iterator[np.ndarray]:
    """Pictures of a turntable without end."""
    while True:
        yield turn(plotter)


def film_of(scene: Any, quality: str = "standard") -> Iterator[np.ndarray]:
    """The pictures of a whole film of ours: muscles move, labels, captions, smoothed edges."""
    from visualiser.films import clips
    from visualiser.films.timeline import Pace
    from visualiser.pictures.options import Options

    movement = scene.movement
    options = Options(*SIZE, view=movement.view, frame=movement.frame, captions=True)
    return clips.images(scene.body, movement, options, clips.timeline_of(movement, Pace(fps=FPS)), quality=quality)
