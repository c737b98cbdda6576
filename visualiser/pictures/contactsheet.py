"""Contact sheets: movements as rows of small pictures at equal steps of time, to see at a glance what happens."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from visualiser.errors import ExportError
from visualiser.pictures import pages, typefaces
from visualiser.pictures.appearance import THEMES
from visualiser.pictures.cameras import Box, camera_for
from visualiser.pictures.options import Options
from visualiser.pictures.rendering import Stage
from visualiser.writing import PNG_SUFFIXES, target, write_png

if TYPE_CHECKING:
    from visualiser.scene import Scene

CELL, HEAD, MARGIN, SAMPLES = (
    190,
    24,
    8,
    2,
)  # pixels of a picture, of the line above a row, round the body; supersampling
FEWEST, MOST = 2, 24
COLOURS = 150  # of the written file: small enough for a page in a repository


def moments(scene: "Scene", frames: int) -> list[float]:
    """Times of the pictures: a cycle is divided, anything else is shown to its very end."""
    last = scene.movement.duration_s * ((frames - 1) / frames if scene.movement.cycle else 1.0)
    return [float(time_s) for time_s in np.linspace(0.0, last, frames)]


def row(scene: "Scene", frames: int, theme: str = "light") -> Image.Image:
    """One movement: its title and its pictures, all seen by one camera."""
    body, movement, look = scene.body, scene.movement, THEMES[theme]
    times = moments(scene, frames)
    poses = [body.movement_frame(movement, time_s) for time_s in times]
    options = Options(width=CELL, height=CELL, view=movement.view, theme=theme, frame=movement.frame)
    points = pages.framing_points(body, poses, options)
    box = Box(MARGIN, MARGIN, CELL - MARGIN, CELL - MARGIN)
    turn = poses[0].body_to_world
    camera = camera_for(movement.view, body.side, points, CELL, CELL, box, body_to_world=turn)
    strip = Image.new("RGB", (CELL * frames, CELL + HEAD), look.bottom)
    pen = ImageDraw.Draw(strip)
    face = ImageFont.truetype(str(typefaces.font_file("english")), 14)
    small = ImageFont.truetype(str(typefaces.font_file("english")), 11)
    pen.text((MARGIN, 4), movement.title, fill=look.ink, font=face)
    with Stage(body.drawn, theme, (CELL * SAMPLES, CELL * SAMPLES)) as stage:
        stage.backdrop(look.bottom)
        stage.look(camera)
        for place, (time_s, pose) in enumerate(zip(times, poses, strict=True)):
            stage.update(pose)
            stage.look(camera)
            picture = Image.fromarray(np.ascontiguousarray(stage.colour())).reduce(SAMPLES)
            strip.paste(picture, (CELL * place, HEAD))
            pen.text((CELL * place + MARGIN, HEAD + 2), f"{time_s:.2f} s", fill=look.second_ink, font=small)
    return strip


def write(scenes: Sequence["Scene"], path: Path | str, *, frames: int = 6, force: bool = False) -> Path:
    """A sheet of movements as a PNG.

    raises : ExportError
    """
    file = target(path, force, PNG_SUFFIXES)
    if not FEWEST <= frames <= MOST:
        raise ExportError(f"frames is {frames}; {FEWEST} to {MOST} pictures of a movement are allowed.")
    sheet = Image.new("RGB", (CELL * frames, (CELL + HEAD) * len(scenes)))
    for place, scene in enumerate(scenes):
        sheet.paste(row(scene, frames), (0, (CELL + HEAD) * place))
    write_png(sheet.quantize(COLOURS, dither=Image.Dither.NONE), file, force=force)
    return file
