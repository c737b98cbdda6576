"""What the commands share: their common arguments, a scene from them, examples of help pages, progress."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from visualiser.errors import VisualiserError

if TYPE_CHECKING:
    from visualiser.batch import Result
    from visualiser.scene import Scene

FIRST_SCENE = "straight_leg_raise"


def example(*lines: str) -> str:
    """The examples at the end of a help page."""
    return "\n".join(["Examples:", *(f"  {line}" for line in lines)])


SceneName = Annotated[
    str,
    Parameter(
        help="A movement, see hamstring list, a scene file (.toml), a recording (.mot, .sto, .csv), or a picture, film or model of ours."
    ),
]
Output = Annotated[Path | None, Parameter(name=["--output", "-o"], help="The file to write.")]
Force = Annotated[
    bool, Parameter(name=["--force", "-f"], negative="", show_default=False, help="Overwrite the file if it exists.")
]
Legs = Annotated[
    str | None, Parameter(help="one, ghost (the other leg as pale bones) or both; the scene's own if left out.")
]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whose body moves, how stiff it is, and which recorded motion plays in the place of the scene's own."""

    side: Annotated[str | None, Parameter(help="right or left; the scene's own if left out.")] = None
    tightness: Annotated[
        float | None,
        Parameter(help="0 (supple) to 1 (very tight): how much length the hamstrings allow; as written if left out."),
    ] = None
    motion: Annotated[
        Path | None, Parameter(help="OpenSim .mot or .sto, or .csv: plays with the scene's view and labels.")
    ] = None
    knee_sign: Annotated[str, Parameter(help="Sign of knee flexion in that file: auto, positive or negative.")] = "auto"
    clamp: Annotated[
        bool, Parameter(negative="", show_default=False, help="Bend recorded angles into the model's range.")
    ] = False
    columns: Annotated[
        str,
        Parameter(help="Which column is what: knee_flexion_right=-RKnee,hip_flexion_right=RHip; minus turns the sign."),
    ] = ""
    bones: Annotated[
        Path | None, Parameter(help="A folder of your own bones with a landmarks.toml, see hamstring bones --help.")
    ] = None

    def scene(self, name: str, legs: str | None = None) -> "Scene":
        """A scene by its name or path, or a recording in its place; how a recording was read is told on standard error."""
        from visualiser.scene import RECORDINGS, Scene

        path = self.motion or (Path(name) if Path(name).suffix.lower() in RECORDINGS else None)
        if path is None:
            self._no_recording(name)
            return Scene.load(name, side=self.side, legs=legs, tightness=self.tightness, bones=self.bones)
        shown = Scene.from_motion(
            path,
            side=self.side or "right",
            legs=legs or "both",
            tightness=self.tightness,
            knee_sign=self.knee_sign,
            clamp=self.clamp,
            columns=columns_of(self.columns),
            like=name if self.motion else None,
            bones=self.bones,
        )
        for sentence in shown.report:
            print(f"{path.name}: {sentence}", file=sys.stderr)
        return shown

    def _no_recording(self, name: str) -> None:
        """Refuse what is only said about a recording: it would be passed over in silence."""
        asked = {"--knee-sign": self.knee_sign != "auto", "--clamp": self.clamp, "--columns": bool(self.columns)}
        if said := " and ".join(option for option, given in asked.items() if given):
            raise VisualiserError(f"{said} tell how a recording is read, and {name} is none; give it with --motion.")


def columns_of(text: str) -> dict[str, str]:
    """Coordinates and the columns that hold them, from knee_flexion_right=-RKnee,hip_flexion_right=RHip."""
    told: dict[str, str] = {}
    for part in text.split(",") if text else ():
        name, equals, column = (piece.strip() for piece in part.partition("="))
        if not (name and equals and column) or name in told:
            raise VisualiserError(f'--columns "{text}" must read like knee_flexion_right=-RKnee, each name once.')
        told[name] = column
    return told


AS_WRITTEN = Actor()


def require_drawing() -> None:
    """Raise DisplayError before VTK would end the program."""
    from visualiser import machine

    machine.require_opengl()


@contextmanager
def tidy_when_terminated() -> Iterator[None]:
    """Inside the block, a request to end (SIGTERM, and SIGHUP of a terminal that is closed) is answered like Ctrl-C: what is half written
    is removed first. Who ignores a signal, as nohup does, goes on ignoring it.
    """
    asking = [signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    try:
        before = {asked: signal.signal(asked, end) for asked in asking if signal.getsignal(asked) != signal.SIG_IGN}
    except ValueError:  # not on the main thread: somebody else answers signals
        yield
        return
    try:
        yield
    finally:
        for asked, answer in before.items():
            signal.signal(asked, answer)


@contextmanager
def progress(name: str, counted: str = "frames") -> Iterator[Callable[[int, int], None]]:
    """A bar with the time left on a terminal, ten plain lines elsewhere; both on standard error."""
    if not sys.stderr.isatty():
        yield _plain_progress(name, counted)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"{counted}, left:"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain_progress(name: str, counted: str) -> Callable[[int, int], None]:
    """A line for every tenth: 'a.mp4: 60 of 195 frames, 12 s left'."""
    started, told = monotonic(), 0

    def step(done: int, total: int) -> None:
        nonlocal told
        tenth = 10 * done // total
        if tenth > told:
            told = tenth
            left = (monotonic() - started) * (total - done) / done
            print(f"{name}: {done} of {total} {counted}, {left:.0f} s left", file=sys.stderr, flush=True)

    return step


@contextmanager
def results_told() -> Iterator[tuple[Callable[["Result", int, int], None], Callable[[str, int, int], None]]]:
    """Progress of many outputs: bars for all and for the one at work on a terminal, a line an output elsewhere; on standard error."""
    if not sys.stderr.isatty():

        def line(result: "Result", done: int, total: int) -> None:
            print(f"{done} of {total}: {result.file} {result.state}", file=sys.stderr, flush=True)

        yield line, lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        everything, current = bars.add_task("outputs", total=None), bars.add_task("", total=None)
        yield (
            lambda result, done, total: bars.update(everything, completed=done, total=total),
            lambda file, done, total: bars.update(current, description=file, completed=done, total=total),
        )
