"""Pictures of what is handed to other programs, for docs/export.md: a page in Chromium, slides in LibreOffice. `draw.py` calls `drawn`."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from sheets import sheet

from visualiser.scene import Scene

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))
from browser import Browser, program

SCENE = "straight_leg_raise"
PAGE_SIZE, AT_S, CHOSEN = (1080, 680), 2.8, "biceps_femoris_long_head"
SLIDES = (2, 3, 4, 6)  # labelled still, film, chart, verdict
SLIDE_WIDTH, SLIDE_GAP, TABLE = 587, 12, (203, 207, 211)  # the slides lie on something a little darker
PATIENCE_S = 300


def page(elsewhere: Path) -> Image.Image:
    """A page with a muscle chosen, as the leg goes up."""
    path = program()
    if path is None:
        raise SystemExit("Chromium is not installed (Debian: apt-get install chromium)")
    file = Scene.load(SCENE).export(elsewhere / "raise.html")
    chromium = Browser(path)
    try:
        chromium.media(prefers_reduced_motion="reduce", prefers_color_scheme="light")
        chromium.size(*PAGE_SIZE)
        chromium.open(file)
        chromium.run(f"hamstring.seek({AT_S}); hamstring.choose('{CHOSEN}')")
        chromium.settle()
        return Image.fromarray(chromium.picture())
    finally:
        chromium.close()


def slides(elsewhere: Path) -> Image.Image:
    """Four slides of a deck."""
    office = shutil.which("soffice")
    if office is None:
        raise SystemExit("LibreOffice is not installed (Debian: apt-get install libreoffice-impress)")
    deck = Scene.load(SCENE).export(elsewhere / "lecture.pptx", size=(1280, 720), fps=2)
    files = [alone(deck, number) for number in SLIDES]
    home = f"-env:UserInstallation={(elsewhere / 'office').as_uri()}"
    command = [office, home, "--headless", "--convert-to", "png", "--outdir", elsewhere, *files]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_S)
    pictures = [Image.open(file.with_suffix(".png")).convert("RGB") for file in files]
    return sheet(pictures, SLIDE_WIDTH, SLIDE_GAP, TABLE)


def alone(deck: Path, number: int) -> Path:
    """One slide of a deck as a deck of its own: LibreOffice makes a picture of the first slide only."""
    from pptx import Presentation

    shown = Presentation(str(deck))
    listed = shown.slides._sldIdLst
    for place, entry in enumerate(list(listed), start=1):
        if place != number:
            shown.part.drop_rel(entry.rId)
            listed.remove(entry)
    path = deck.with_name(f"slide_{number}.pptx")
    shown.save(str(path))
    return path


PICTURES: dict[str, Callable[[Path], Image.Image]] = {"export/page.png": page, "export/slides.png": slides}


def drawn(names: list[str], folder: Path) -> Iterator[Path]:
    """Draw some of the `PICTURES` into a folder, and give each as it is there."""
    for name in names:
        with TemporaryDirectory() as elsewhere:
            PICTURES[name](Path(elsewhere)).save(folder / name)
        yield folder / name
