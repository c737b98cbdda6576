"""Work for the window in a process of its own, `python -m visualiser.backstage`: films, and small pictures of movements.

The job comes as one line on standard input (a pickle in base64, from the window that started this process); answers go out as lines of
JSON. When standard input ends, or says anything more, the work is given up and nothing half-made stays behind.
"""

import base64
import json
import os
import pickle
import sys
from threading import Event, Thread

from visualiser.errands import THUMBNAIL_PX, Film, Thumbnails
from visualiser.errors import VisualiserError
from visualiser.scene import Scene

NICENESS = 5  # the window comes first


class GivenUp(Exception):
    """The window does not want the work any more."""


def _say(**answer: object) -> None:
    print(json.dumps(answer), flush=True)


def _film(job: Film, given_up: Event) -> None:
    def step(done: int, total: int) -> None:
        if given_up.is_set():
            raise GivenUp
        _say(done=done, total=total)

    scene = Scene(job.movement, legs=job.legs, physique=job.physique, tightness=job.tightness)
    written = scene.clip(
        job.path, fps=job.fps, speed=job.speed, captions=job.captions, progress=step, force=True, **job.look
    )
    _say(written=str(written))


def _thumbnails(job: Thumbnails, given_up: Event) -> None:
    job.folder.mkdir(parents=True, exist_ok=True)
    for file, movement in job.movements.items():
        if given_up.is_set():
            raise GivenUp
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
            width=width,
            height=height,
            quality="standard",
            transparent=True,
            force=True,
        )
        _say(thumbnail=file)


def _listen(given_up: Event) -> None:
    """Wait for the next word of the window, or its end: both mean that the work is not wanted any more."""
    sys.stdin.buffer.readline()
    given_up.set()


def main() -> int:
    """Do the job on standard input; 0 done, 1 given up, 2 told why it failed."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    job = pickle.loads(base64.b64decode(sys.stdin.buffer.readline()))
    given_up = Event()
    Thread(target=_listen, args=(given_up,), daemon=True).start()
    try:
        if isinstance(job, Film):
            _film(job, given_up)
        else:
            _thumbnails(job, given_up)
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
