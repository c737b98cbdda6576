"""Films against bare scripts, memory and kills, measured in one run: `python benchmarks/clips.py speed|workers|plain|memory|kill`.

speed  : a whole labelled film / a bare script that turns a camera round the same triangles, still, and encodes with the same settings in a
         thread; of each quality. The bare script smooths no edges and has no labels: draft is its like, standard is what films have
         unless another is asked for
workers: a whole film by one process, by two, and where there are cores for it by four, command to file
plain  : the same film scripted plainly in PyVista (meshes rebuilt each frame, open_movie) and in vedo, where that is installed
memory : peak memory of a film of ten minutes beside one of ten seconds, each in a process of its own
kill   : kill -9 at random moments of a clip and of a batch: never a broken file, always resumable

Seconds depend on the machine and on what else it does: processor time of all threads is told beside them, and ratios of both.
"""

import argparse
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
from baselines import FPS, SCENE, SIZE, bare_plotter, film_of, turntable


def measured(task: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of processors."""
    wall, cpu = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - wall, time.process_time() - cpu


def encoded(pictures: Iterator[np.ndarray], frames: int) -> tuple[float, float]:
    """Seconds a frame, by clock and of processors, of pictures that stream into a film; what happens once before the first is left out."""
    from visualiser.films.video import VideoWriter

    next(pictures)
    with tempfile.TemporaryDirectory() as folder:

        def film() -> None:
            with VideoWriter(Path(folder) / "a.mp4", width=SIZE[0], height=SIZE[1], fps=FPS) as writer:
                for picture in islice(pictures, frames):
                    writer.write(picture)

        wall, cpu = measured(film)
    close = getattr(pictures, "close", None)
    if close is not None:
        close()
    return wall / frames, cpu / frames


def speed(frames: int, repeats: int) -> None:
    """Ratios of a whole film to the bare script, by clock and by processor time."""
    from visualiser import Scene

    scene = Scene.load(SCENE)
    triangles = sum(len(surface.faces) for surface in scene.body.surfaces)
    plotter = bare_plotter(scene)
    tasks: dict[str, Callable[[], Iterator[np.ndarray]]] = {"bare": lambda: turntable(plotter)}
    for quality in ("draft", "standard", "fine"):
        tasks[quality] = lambda quality=quality: film_of(scene, quality)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, make in tasks.items():
            found[name].append(encoded(make(), frames))
    plotter.close()
    print(f"{triangles} triangles, {SIZE[0]} x {SIZE[1]}, {frames} frames, median of {repeats}\n")
    print("| film | ms a frame | processor ms a frame | ratio by clock | ratio by processor |\n|---|---|---|---|---|")
    bare = [statistics.median(column) for column in zip(*found["bare"], strict=True)]
    for name, values in found.items():
        wall, cpu = (statistics.median(column) for column in zip(*values, strict=True))
        # Ratios of neighbours in time: what else the machine did met both.
        by_clock = statistics.median(v[0] / b[0] for v, b in zip(values, found["bare"], strict=True))
        by_cpu = statistics.median(v[1] / b[1] for v, b in zip(values, found["bare"], strict=True))
        print(f"| {name} | {1e3 * wall:.0f} | {1e3 * cpu:.0f} | {by_clock:.2f} | {by_cpu:.2f} |", flush=True)
    del bare


def workers(repeats: int) -> None:
    """The same film, from a cold start, by several numbers of processes; the files must be the same."""
    with tempfile.TemporaryDirectory() as folder:
        taken: dict[int, list[tuple[float, float]]] = {1: [], 2: []} | ({4: []} if (os.cpu_count() or 1) > 3 else {})
        for _ in range(repeats):
            for number, values in taken.items():
                path = Path(folder) / f"{number}.mp4"
                words = ["clip", SCENE, "--workers", str(number), "--force", "-o", str(path)]
                start, before = time.perf_counter(), os.times()
                subprocess.run([sys.executable, "-m", "visualiser", *words], check=True, capture_output=True)
                after = os.times()
                used = after.children_user + after.children_system - before.children_user - before.children_system
                values.append((time.perf_counter() - start, used))
        same = len({(Path(folder) / f"{number}.mp4").read_bytes() for number in taken}) == 1
    print(f"files the same: {same}; {os.cpu_count()} cores\n")
    print("| processes | s | times one | processor s | times one |\n|---|---|---|---|---|")
    for number, values in taken.items():
        row = []
        for kind in (0, 1):
            ratio = statistics.median(v[kind] / one[kind] for v, one in zip(values, taken[1], strict=True))
            row.append(f"{statistics.median(v[kind] for v in values):.1f} | {ratio:.2f}")
        print(f"| {number} | {' | '.join(row)} |", flush=True)


def plain(frames: int) -> None:
    """The same moving body filmed by plain scripts: no labels, no captions, no smoothing."""
    import pyvista as pv

    from visualiser import Scene

    scene = Scene.load(SCENE)
    shares = np.linspace(0.0, 1.0, frames + 1)[:-1]
    rows = []
    wall, cpu = encoded(film_of(scene), frames)
    rows.append(("ours: labels, captions, smoothed edges", wall, cpu))
    with tempfile.TemporaryDirectory() as folder:

        def in_pyvista() -> None:
            plotter: Any = pv.Plotter(off_screen=True, window_size=list(SIZE))
            plotter.open_movie(str(Path(folder) / "b.mp4"), framerate=FPS)
            for share in shares:
                frame = scene.frame(float(share))
                plotter.clear_actors()
                for surface in scene.body.surfaces:
                    points = scene.body.placed(surface, frame)
                    mesh = pv.PolyData.from_regular_faces(points, surface.faces)
                    plotter.add_mesh(
                        mesh, smooth_shading=True, render=False
                    )  # else each of them draws the whole picture
                plotter.write_frame()
            plotter.close()

        try:
            wall, cpu = measured(in_pyvista)
            rows.append(("PyVista: meshes rebuilt, open_movie", wall / frames, cpu / frames))
        except ImportError as missing:
            print(f"PyVista's open_movie: {missing}")

        def in_vedo() -> None:
            import vedo

            vedo.settings.default_backend = "vtk"
            plotter = vedo.Plotter(offscreen=True, size=SIZE)
            video = vedo.Video(str(Path(folder) / "c.mp4"), fps=FPS, backend="imageio")
            for share in shares:
                frame = scene.frame(float(share))
                meshes = [
                    vedo.Mesh([scene.body.placed(s, frame), s.faces]).compute_normals() for s in scene.body.surfaces
                ]
                plotter.clear()
                plotter.show(*meshes, interactive=False)
                video.add_frame()
            video.close()
            plotter.close()

        try:
            wall, cpu = measured(in_vedo)
            rows.append(("vedo: meshes rebuilt", wall / frames, cpu / frames))
        except ImportError as missing:
            print(f"vedo: {missing}")
    print("| script | ms a frame | processor ms a frame | times ours |\n|---|---|---|---|")
    for name, wall, cpu in rows:
        print(f"| {name} | {1e3 * wall:.0f} | {1e3 * cpu:.0f} | {wall / rows[0][1]:.2f} |")


_PEAK = """
import resource, sys
from visualiser import Scene
scene = Scene.load(sys.argv[1])
scene.clip(sys.argv[2], preset="draft", fps=int(sys.argv[3]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _stretched(text: str, factor: float) -> str:
    """A scene file with all its times so many times longer."""
    return re.sub(r"(time_s|start_s|end_s) = ([\d.]+)", lambda m: f"{m[1]} = {float(m[2]) * factor:.4f}", text)


def memory(longer_s: float, fps: int) -> None:
    """Peak memory of a film of ten seconds and of one of the same movement stretched to `longer_s`, at the size of a draft."""
    from visualiser.bodies import assets

    peaks = {}
    with tempfile.TemporaryDirectory() as folder:
        text = assets.scene_paths()[SCENE].read_text(encoding="utf-8")
        for seconds in (10.0, longer_s):
            stretched = _stretched(text, seconds / 6.5)
            scene = Path(folder) / f"{seconds:g}.toml"
            scene.write_text(stretched, encoding="utf-8")
            command = [sys.executable, "-c", _PEAK, str(scene), str(scene.with_suffix(".mp4")), str(fps)]
            told = subprocess.run(command, capture_output=True, text=True, check=True)
            peaks[seconds] = int(told.stdout.split()[-1]) / 1024
            print(f"{seconds:g} s, {round(seconds * fps)} frames: {peaks[seconds]:.0f} MB", flush=True)
    print(f"ratio {peaks[longer_s] / peaks[10.0]:.3f}")


def kill(times: int) -> None:
    """Kill a clip and a batch at random moments; look at what is there; at the end let both finish.

    Each run is a copy of this process, with everything loaded: the seconds in which a fresh one only loads are not worth a kill.
    """
    from visualiser import backstage, cli  # noqa: F401 - loaded once, for all copies
    from visualiser.films import making  # noqa: F401
    from visualiser.pictures import stills  # noqa: F401

    chance = random.Random(8)
    small = ["--preset", "draft", "--size", "160x96", "--fps", "3"]
    broken = early = ended = orphans = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = folder / "jobs.toml"
        job.write_text(
            '[defaults]\npreset = "draft"\nwidth = 160\nheight = 96\nfps = 3\n'
            '[[output]]\nfile = "{scene}.mp4"\nscenes = ["squat", "walking"]\n'
        )
        film = folder / "clip.mp4"
        commands = {
            "clip": ["clip", SCENE, *small, "--force", "-o", str(film)],
            "batch": ["render", str(job), "-o", str(folder / "out")],
            "batch by two": ["render", str(job), "-o", str(folder / "out"), "--workers", "2"],
        }

        def films() -> list[Path]:
            return [film, *(folder / "out").glob("*.mp4")]

        took = {}
        for kind, words in commands.items():
            for path in (folder / "out").glob("*"):
                path.unlink()
            start = time.perf_counter()
            if _ended(_copy(words), 600.0) != 0:
                sys.exit(f"The {kind} failed before anything was killed.")
            took[kind] = time.perf_counter() - start
        whole = {path.name: _frames(path) for path in films()}
        print(f"a clip {took['clip']:.1f} s, a batch {took['batch']:.1f} s, loaded", file=sys.stderr, flush=True)
        for number in count():
            if early == times:
                break
            # Processes of its own load for seconds: every fifth batch has some.
            kind = "clip" if number % 2 == 0 else "batch by two" if number % 10 == 1 else "batch"
            if kind != "clip":  # made anew, or there is nothing to kill
                for path in (folder / "out").glob("*"):
                    path.unlink()
            pid, start = _copy(commands[kind]), time.perf_counter()
            if _ended(pid, chance.uniform(0.02, 1.02) * took[kind]) is None:
                children = _children(pid)
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                early += 1
                orphans += _left_after(children, 10.0)
            else:
                ended += 1
                took[kind] = time.perf_counter() - start  # the first run of each is slower than the others
            broken += sum(_frames(path) != whole[path.name] for path in films())
            print(
                f"{early} of {times} killed in {number + 1} runs, {broken} broken, {orphans} left",
                file=sys.stderr,
                flush=True,
            )
        resumed = sum(_ended(_copy(words), 600.0) == 0 for words in commands.values())
        broken += sum(_frames(path) != whole[path.name] for path in films())
        left = [
            path.name
            for where in (folder, folder / "out")
            for path in where.iterdir()
            if path.name.endswith((".part", ".once"))
        ]
        made = sorted(path.name for path in (folder / "out").iterdir())
    print(f"{early} killed, {ended} had ended before; broken files {broken}, processes left {orphans}")
    print(f"then {resumed} of 3 went on to their ends: {', '.join(made)}; temporary files left: {len(left)}")


def _copy(words: list[str]) -> int:
    """A copy of this process that runs a command of ours: its number."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        from visualiser import cli

        status = int(cli.main(words) or 0)
    finally:
        os._exit(status)


def _ended(pid: int, seconds: float) -> int | None:
    """Exit status of a copy that ends within some seconds; None if it goes on."""
    until = time.perf_counter() + seconds
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.perf_counter() > until:
            return None
        time.sleep(0.005)


def _frames(path: Path) -> int:
    """How many frames of a film can be read; 0 of a broken one."""
    import av

    try:
        with av.open(str(path)) as opened:
            return sum(1 for _ in opened.decode(video=0))
    except (av.FFmpegError, OSError):
        return 0


def _left_after(pids: list[int], seconds: float) -> int:
    """How many of some processes are still there after a while; returns as soon as none is."""
    until = time.perf_counter() + seconds
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.perf_counter() < until:
        time.sleep(0.05)
    return sum(Path(f"/proc/{pid}").exists() for pid in pids)


def _children(pid: int) -> list[int]:
    """Processes started by a process, and by those."""
    try:
        own = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return own + [inner for child in own for inner in _children(child)]


def main() -> None:
    """Run one of the measurements."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("what", choices=("speed", "workers", "plain", "memory", "kill"))
    arguments.add_argument("--quick", action="store_true", help="fewer frames and repeats: figures for a glance")
    arguments.add_argument(
        "--fps", type=int, help="of the films whose memory is measured: 5, or 15 as in the preset (long)"
    )
    chosen = arguments.parse_args()
    match chosen.what:
        case "speed":
            speed(15 if chosen.quick else 60, 2 if chosen.quick else 5)
        case "workers":
            workers(1 if chosen.quick else 3)
        case "plain":
            plain(4 if chosen.quick else 30)
        case "memory":
            memory(600.0, chosen.fps or (1 if chosen.quick else 5))
        case _:
            kill(6 if chosen.quick else 50)


if __name__ == "__main__":
    sys.exit(main())
