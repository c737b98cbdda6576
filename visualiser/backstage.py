"""Work for the window in a process of its own, `python -m visualiser.backstage`: films, and small pictures of movements.

The job comes as one line on standard input (a pickle in base64, from the window that started this process); answers go out as lines of
JSON. When standard input ends, or says anything more, the work is given up and nothing half-made stays behind.
"""

import _thread
import base64
import json
import os
import pickle
import signal
import sys
from threading import Event, Thread
from time import monotonic

from visualiser.errands import THUMBNAIL_PX, Film, Thumbnails
from visualiser.errors import VisualiserError
from visualiser.scene import Scene

NICENESS = 5  # the window comes first
_SAY_EVERY_S = 0.25  # each word makes the whole window draw itself


class GivenUp(Exception):
    """The window does not want the work any more."""


class Wish:
    """Whether the work is still wanted; asked between two pictures, and before the first one at any moment.

    Getting ready takes seconds without a place to ask at, but writes nothing yet, so that it may be broken off anywhere.
    """

    def __init__(self) -> None:
        self._ended, self._began = Event(), False
        signal.signal(signal.SIGINT, self._break_off)
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        """Wait for the next word of the window, or its end: both mean that the work is not wanted any more."""
        sys.stdin.buffer.readline()
        self._ended.set()
        _thread.interrupt_main()

    def _break_off(self, *_: object) -> None:
        if self._ended.is_set() and not self._began:
            self._began = True  # once
            raise GivenUp

    def ask(self) -> None:
        """Go on, or not.

        raises : GivenUp
        """
        self._began = True
        if self._ended.is_set():
            raise GivenUp


def _say(**answer: object) -> None:
    print(json.dumps(answer), flush=True)


def _film(job: Film, wish: Wish) -> None:
    last_s = -_SAY_EVERY_S

    def step(done: int, total: int) -> None:
        nonlocal last_s
        wish.ask()
        if monotonic() - last_s >= _SAY_EVERY_S or done == total:
            last_s = monotonic()
            _say(done=done, total=total)

    scene = Scene(job.movement, legs=job.legs, physique=job.physique, tightness=job.tightness)
    written = scene.clip(
        job.path, fps=job.fps, speed=job.speed, captions=job.captions, progress=step, force=True, **job.look
    )
    _say(written=str(written))


def _thumbnails(job: Thumbnails, wish: Wish) -> None:
    job.folder.mkdir(parents=True, exist_ok=True)
    for file, movement in job.movements.items():
        wish.ask()
        scene = Scene(movement, legs="one" if movement.legs == "ghost" else movement.legs, detail="light")
        width, height = THUMBNAIL_PX
        scene.image(
            job.folder / file,
            at=0.6,
            view=movement.view,
            theme=job.theme,
            labels="none",
            title=False,
            scale_bar=False,
            compass=False,
            dial=False,
            width=width,
            height=height,
            quality="standard",
            transparent=True,
            force=True,
        )
        _say(thumbnail=file)


def main() -> int:
    """Do the job on standard input; 0 done, 1 given up, 2 told why it failed."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    job = pickle.loads(base64.b64decode(sys.stdin.buffer.readline()))
    try:
        wish = Wish()
        if isinstance(job, Film):
            _film(job, wish)
        else:
            _thumbnails(job, wish)
    except GivenUp:
        return 1
    except VisualiserError as problem:
        _say(error=str(problem))
        return 2
    return 0


if __name__ == "__main__":
    # Under its own name, so that a pickle finds the classes of the module and not of the script.
    from visualiser import backstage

    status = backstage.main()
    sys.stdout.flush()
    os._exit(status)  # the listening thread may still hold standard input
