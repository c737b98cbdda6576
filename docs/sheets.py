"""Several pictures on one."""

from PIL import Image


def sheet(
    pictures: list[Image.Image], width: int, gap: int, ground: tuple[int, int, int] = (255, 255, 255)
) -> Image.Image:
    """Pictures in two columns, each brought to a width; the first says how high they are."""
    height = round(width * pictures[0].height / pictures[0].width)
    rows = len(pictures) // 2
    made = Image.new("RGB", (2 * width + gap, rows * (height + gap) - gap), ground)
    for number, picture in enumerate(pictures):
        place = (number % 2 * (width + gap), number // 2 * (height + gap))
        made.paste(picture.resize((width, height), Image.Resampling.LANCZOS), place)
    return made
