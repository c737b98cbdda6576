"""Many outputs made: only what changed, again after a kill, in one process, in several, or on a Dask cluster.

What was made is noted in a small file in the folder of the outputs: started before a file is touched, done after. An output whose
fingerprint is noted as done, and whose file is as long as it was, is left alone.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Literal

from visualiser import inputs
from visualiser.errors import ExportError, VisualiserError
from visualiser.films.video import is_pattern
from visualiser.jobs import Output
from visualiser.processes import checked, deaf_to_interrupts, end_with_parent
from visualiser.writing import clear_leftovers, replacing

NOTES = ".hamstring-render.json"
_ATTEMPTS = 3  # of an output whose process died under it
_one_at_a_time = Lock()  # drawing is not made for several threads of one process

State = Literal["written", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an output."""

    file: str
    state: State
    said: str = ""
    seconds: float = 0.0


Told = Callable[[Result, int, int], None]
Steps = Callable[[str, int, int], None]


class Notes:
    """What was made in a folder: the fingerprint and length of each file, and whether it is complete."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NOTES
        try:
            read = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            read = {}
        self._made: dict[str, dict[str, Any]] = read if isinstance(read, dict) else {}

    def is_done(self, output: Output, target: Path, fingerprint: str) -> bool:
        """Whether this very output is there, whole."""
        note = self._made.get(output.file, {})
        return (
            bool(note.get("done"))
            and note.get("fingerprint") == fingerprint
            and note.get("length") == length_of(target)
        )

    def is_ours(self, output: Output) -> bool:
        """Whether we made, or began to make, a file of that name."""
        return output.file in self._made

    def note(self, output: Output, fingerprint: str, length: int | None) -> None:
        """Write down that an output was begun (length None) or done."""
        self._made[output.file] = {"fingerprint": fingerprint, "done": length is not None, "length": length}
        with replacing(self.path, True) as part:
            part.write_text(json.dumps(self._made, indent=1, sort_keys=True), encoding="utf-8")


def length_of(target: Path) -> int | None:
    """Bytes of a file, or of all pictures of a folder; None where there is nothing."""
    if is_pattern(target):
        folder = target.parent
        return sum(path.stat().st_size for path in folder.iterdir()) if folder.is_dir() else None
    return target.stat().st_size if target.is_file() else None


def _place_of(target: Path) -> Path:
    """The folder in which an output is begun, under a temporary name."""
    return target.parent.parent if is_pattern(target) else target.parent


def make(output: Output, folder: str, *, force: bool, steps: Callable[[int, int], None] | None = None) -> Result:
    """Make one output; what goes wrong is told in the result, never raised."""
    started = monotonic()
    try:
        with _one_at_a_time, inputs.watched():
            _make(output, Path(folder) / output.file, force, steps)
    except VisualiserError as problem:
        return Result(output.file, "failed", " ".join(str(problem).split()), monotonic() - started)
    except Exception as problem:  # a fault of ours in one output must not take the others with it
        return Result(output.file, "failed", f"{type(problem).__name__}: {problem}", monotonic() - started)
    return Result(output.file, "written", "", monotonic() - started)


def _make(output: Output, target: Path, force: bool, steps: Callable[[int, int], None] | None) -> None:
    from visualiser.scene import Scene

    scene = Scene.load(output.scene, **output.scene_words)
    asked = output.asked
    _place_of(target).mkdir(parents=True, exist_ok=True)
    try:
        match output.kind:
            case "clip":
                scene.clip(target, progress=steps, force=force, **asked)
            case "still":
                scene.image(target, force=force, **asked)
            case "table":
                from visualiser import writing

                writing.target(target, force, writing.TABLE_SUFFIXES)
                writing.write_csv(scene.measure(**asked), target, force=force)
            case _:
                scene.export(target, force=force, **asked)
    except TypeError as problem:
        if "unexpected keyword" not in str(problem):
            raise
        word = str(problem).rpartition("'")[0].rpartition("'")[2]
        raise ExportError(f'{output.file} is asked for "{word}", which is not for a {output.kind}.') from problem


# -- running -------------------------------------------------------------------------------------------------------------------------


def run(
    outputs: Sequence[Output],
    folder: Path,
    *,
    force: bool = False,
    workers: int = 1,
    scheduler: str | None = None,
    told: Told | None = None,
    steps: Steps | None = None,
) -> list[Result]:
    """Make outputs that are not there yet, or that would be different now; the results in the order asked.

    force     : overwrite files that were not made by us
    workers   : processes at work at once
    scheduler : address of a Dask cluster that sees the same folders, instead of processes here
    told      : called with (result, how many are done, how many in all)
    steps     : called with (file, frames done, frames in all) of what is made in this process
    """
    checked(workers)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ExportError(f"{folder} cannot be made: {problem.strerror}.") from problem
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ExportError(f"The folder {folder} cannot be written to.")
    notes, results, begun = Notes(folder), {}, {}
    sources = [path for path in (Path(output.scene) for output in outputs) if os.path.isfile(path)]
    for output in outputs:
        target = folder / output.file
        fingerprint = output.fingerprint()
        if notes.is_done(output, target, fingerprint):
            results[output.file] = Result(output.file, "unchanged")
        elif source := next((path for path in sources if inputs.same(path, target)), None):
            said = f"{target} would be written over {source}, which outputs of this run are made from."
            results[output.file] = Result(output.file, "failed", said)
        elif length_of(target) is not None and not (force or notes.is_ours(output)):
            said = f"{target} exists and was not made by hamstring render; give --force to overwrite it."
            results[output.file] = Result(output.file, "failed", said)
        else:
            begun[output.file] = (output, fingerprint)
            continue
        if told is not None:
            told(results[output.file], len(results), len(outputs))
    waiting = [output for output, _ in begun.values()]

    def starting(output: Output) -> None:
        notes.note(output, begun[output.file][1], None)

    for result in _results(waiting, folder, workers, scheduler, starting, steps):
        if result.state == "written":
            output, fingerprint = begun[result.file]
            notes.note(output, fingerprint, length_of(folder / output.file))
        results[result.file] = result
        if told is not None:
            told(result, len(results), len(outputs))
    return [results[output.file] for output in outputs]


def _results(
    outputs: Sequence[Output],
    folder: Path,
    workers: int,
    scheduler: str | None,
    starting: Callable[[Output], None],
    steps: Steps | None,
) -> Iterator[Result]:
    if scheduler is not None:
        yield from _on_cluster(outputs, folder, scheduler, starting)
    elif workers > 1 and len(outputs) > 1:
        yield from _in_processes(outputs, folder, min(workers, len(outputs)), starting)
    else:
        for output in outputs:
            starting(output)
            yield make(output, str(folder), force=True, steps=_steps_of(output, steps))


def _steps_of(output: Output, steps: Steps | None) -> Callable[[int, int], None] | None:
    if steps is None:
        return None
    return lambda done, total: steps(output.file, done, total)


def _in_processes(
    outputs: Iterable[Output], folder: Path, workers: int, starting: Callable[[Output], None]
) -> Iterator[Result]:
    """In processes of our own, which end with us however we end; one that dies takes its output to the next."""
    waiting = [(output, 1) for output in reversed(list(outputs))]
    while waiting:
        running: dict[Future[Result], tuple[Output, int]] = {}
        with ProcessPoolExecutor(workers, get_context("spawn"), initializer=end_with_parent) as pool:
            try:
                while waiting or running:
                    while waiting and len(running) < workers:
                        output, attempt = waiting.pop()
                        starting(output)
                        with deaf_to_interrupts():
                            running[pool.submit(make, output, str(folder), force=True)] = (output, attempt)
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield future.result()
                        del running[future]
            except BrokenProcessPool:
                for output, attempt in running.values():
                    if attempt < _ATTEMPTS:
                        waiting.append((output, attempt + 1))
                    else:
                        yield Result(output.file, "failed", f"its process died {_ATTEMPTS} times.")
            except BaseException:
                processes = list((pool._processes or {}).values())
                for process in processes:
                    process.terminate()
                for process in processes:
                    process.join()
                for output, _ in running.values():
                    clear_leftovers(_place_of(folder / output.file))
                raise


def _on_cluster(
    outputs: Sequence[Output], folder: Path, scheduler: str, starting: Callable[[Output], None]
) -> Iterator[Result]:
    """On a Dask cluster; an output whose worker dies goes to another."""
    try:
        import distributed
    except ImportError:
        raise ExportError('--scheduler needs Dask: pip install "hamstring-visualiser[cluster]".') from None
    cluster: Any = distributed  # it carries no types
    try:
        client: Any = cluster.Client(scheduler, timeout=10)
    except (OSError, ValueError) as problem:
        raise ExportError(f"There is no Dask scheduler at {scheduler}: {problem or type(problem).__name__}.") from None
    with client:
        for output in outputs:
            starting(output)
        futures: Mapping[Any, Output] = {
            client.submit(make, output, str(folder.resolve()), force=True, pure=False, retries=_ATTEMPTS): output
            for output in outputs
        }
        for future in cluster.as_completed(futures):
            fault = future.exception()
            yield future.result() if fault is None else Result(futures[future].file, "failed", str(fault))


def table(results: Sequence[Result]) -> str:
    """What became of each output, and a line of sums."""
    wide = max((len(result.file) for result in results), default=4)
    lines = [
        f"{result.file:<{wide}}  {result.state:<9}  {f'{result.seconds:.1f} s' if result.seconds else '':>8}  {result.said}".rstrip()
        for result in results
    ]
    counts = {state: sum(result.state == state for result in results) for state in ("written", "unchanged", "failed")}
    return "\n".join([*lines, ", ".join(f"{count} {state}" for state, count in counts.items() if count)])
