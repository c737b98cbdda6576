"""A film from its plan to the file: one picture or several side by side, drawn here or by a crew, with subtitles and poster."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from os import PathLike
from pathlib import Path
from typing import Any

from visualiser import writing
from visualiser.films import clips, compositions, crew, video
from visualiser.films.cameramoves import Move
from visualiser.films.clips import Progress
from visualiser.films.compositions import Part
from visualiser.films.presets import Plan
from visualiser.pictures.backdrop import compose_background

# Noise of half a level keeps a codec from making bands; images of 256 colours or few bytes do without.
_DITHERED = (".mp4", ".webm")


def check(
    path: str | PathLike[str],
    subtitles: str | PathLike[str] | None,
    poster: str | PathLike[str] | None,
    *,
    force: bool,
) -> Path:
    """The place of a film, with all that is written besides checked as well.

    raises : ExportError
    """
    target = video.film_target(path, force)
    if subtitles is not None:
        writing.target(subtitles, force, writing.SUBTITLE_SUFFIXES)
    if poster is not None:
        writing.target(poster, force, writing.PNG_SUFFIXES)
    return target


def make(
    target: Path,
    parts: Sequence[Part],
    plan: Plan,
    *,
    move: Move,
    curve: str = "",
    subtitles: str | PathLike[str] | None = None,
    poster: str | PathLike[str] | None = None,
    metadata: Mapping[str, str],
    workers: int = 1,
    progress: Progress | None = None,
    force: bool = False,
) -> None:
    """Write a film and what goes with it; the first part is whose captions, cards and metadata it has.

    raises : ExportError if it cannot be written, VisualiserError for a film that cannot be made of these parts
    """
    options, pace = plan.options, plan.pace
    body, movement = parts[0].body, parts[0].movement
    size = options.width, options.height
    ground = compose_background(*size, options.theme, dither=target.suffix.lower() in _DITHERED)
    timeline = clips.timeline_of(movement, pace)
    with crew.hired(workers, len(parts)) as draw:
        words: dict[str, Any] = {"move": move, "quality": plan.quality, "draw": draw}
        if len(parts) > 1 or curve:
            pictures = compositions.images(parts, options, pace, ground, curve=curve, **words)
        else:
            pictures = clips.images(body, movement, options, timeline, ground=ground, **words)
        with closing(pictures):
            clips.write(
                target,
                pictures,
                timeline,
                size,
                alpha=options.transparent,
                metadata=metadata,
                progress=progress,
                force=force,
            )
    if subtitles is not None:
        writing.write_subtitles(timeline.spans(movement.caption_at), subtitles, force=force)
    if poster is not None:
        picture = clips.poster(body, movement, options, pace, move=move)
        writing.write_png(picture, poster, metadata=metadata, force=force)
