"""Cards before and after a film: title and summary, or the sources, on the ground of the theme."""

import numpy as np

from visualiser.films.timeline import Card
from visualiser.movements.movement import Movement
from visualiser.pictures import overlay
from visualiser.pictures.appearance import CAPTION_SIZE, SMALL_SIZE, TITLE_SIZE
from visualiser.pictures.backdrop import compose_background
from visualiser.pictures.cameras import Box
from visualiser.pictures.furniture import MARGIN, ROW, Furniture, TextBlock
from visualiser.pictures.labels import Placement
from visualiser.pictures.options import Options
from visualiser.pictures.pages import title_of
from visualiser.pictures.typefaces import wrap
from visualiser.typed import ByteArray

_TITLE = 1.5  # times the size of a title on a picture
_ROOM = 0.72  # share of the width that text may take
_GAP = 34.0
_MODEL = "A model made by hamstring-visualiser; muscle and nerve are schematic."


def draw_card(card: Card, movement: Movement, options: Options) -> ByteArray:
    """A card at the size of the film: (H, W, 3), or (H, W, 4) without a ground when transparent."""
    if card == "title":
        title = title_of(movement, options) or movement.title
        texts = [(title, TITLE_SIZE * _TITLE, False), (movement.summary, CAPTION_SIZE, True)]
    else:
        said = [f"Angles: {movement.source_names}."] if movement.source_names else []
        texts = [("Sources", TITLE_SIZE, False), (" ".join([*said, _MODEL]), SMALL_SIZE, True)]
    shape = (options.height, options.width)
    image = (
        np.zeros((*shape, 4), dtype=np.uint8)
        if options.transparent
        else compose_background(options.width, options.height, options.theme, dither=True).copy()
    )
    furniture = Furniture(tuple(_stacked(texts, options)))
    return overlay.draw(
        image, Placement(options.canvas, ()), options.scale, options.theme, style=options.style, furniture=furniture
    )


def _stacked(texts: list[tuple[str, float, bool]], options: Options) -> list[TextBlock]:
    """Centred blocks below one another, their middle a little above that of the picture."""
    width, height = options.canvas
    room = min(width * _ROOM, width - 2 * MARGIN)
    blocks = [(wrap(text, "english", size, room=room), second) for text, size, second in texts if text]
    heights = [sum(line.size for line in lines) * ROW for lines, _ in blocks]
    top = max(MARGIN, 0.46 * height - (sum(heights) + _GAP * (len(blocks) - 1)) / 2)
    placed = []
    for (lines, second), high in zip(blocks, heights, strict=True):
        wide = max(line.width for line in lines)
        box = Box((width - wide) / 2, top, (width + wide) / 2, top + high)
        placed.append(TextBlock(tuple(lines), box, "centre", second=second))
        top += high + _GAP
    return placed
