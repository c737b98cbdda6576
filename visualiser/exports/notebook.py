"""A scene in a notebook: the offline page in a frame, with a picture for what shows no pages."""

import html
from base64 import b64encode
from collections.abc import Collection
from io import BytesIO

from visualiser.exports.page import page
from visualiser.exports.subject import Subject
from visualiser.pictures import stills
from visualiser.pictures.options import Options, moment

_HEIGHT = 560  # pixels of the frame
_PICTURE = (960, 540)
KINDS = ("text/html", "image/png", "text/plain")


def bundle(
    subject: Subject, include: Collection[str] | None = None, exclude: Collection[str] | None = None
) -> dict[str, str]:
    """What a notebook may show, by kind; the richest that it can show it does.

    include, exclude : kinds that it asks for, or has no use for
    """
    wanted = [kind for kind in KINDS if (include is None or kind in include) and kind not in (exclude or ())]
    make = {"text/html": frame, "image/png": picture, "text/plain": words}
    return {kind: make[kind](subject) for kind in wanted}


def frame(subject: Subject) -> str:
    """The page in a frame of its own: its script sees nothing of the notebook, the notebook nothing of it."""
    content = html.escape(page([subject], embed=True), quote=True)
    title = html.escape(subject.movement.title, quote=True)
    return (
        f'<iframe title="{title}" sandbox="allow-scripts" srcdoc="{content}" '
        f'style="width: 100%; height: {_HEIGHT}px; border: 1px solid #d0d5da; border-radius: 8px"></iframe>'
    )


def picture(subject: Subject) -> str:
    """A labelled still (PNG, base64)."""
    movement = subject.movement
    options = Options(width=_PICTURE[0], height=_PICTURE[1], view=movement.view, frame=movement.frame, supersampling=2)
    stream = BytesIO()
    stills.still(subject.body(), movement, moment(subject.at, movement.duration_s), options).save(stream, "PNG")
    return b64encode(stream.getvalue()).decode()


def words(subject: Subject) -> str:
    """A line of text."""
    movement = subject.movement
    return f"{movement.title}, {movement.side} leg, {movement.duration_s:g} s"
