"""Draws the pictures of these pages anew, by the commands that stand beside them: `python docs/draw.py [gallery clips scenes window ...]`.

Run it when bones, muscles or the look change. Pictures of the window are taken on a virtual screen (`draw_window.py`), those of page and
slides in Chromium and LibreOffice (`draw_export.py`); those of bones and the figures of docs/muscles.md come from `hamstring bones gallery`
and `benchmarks/muscle_figures.py`.
"""

import re
import subprocess
import sys
from pathlib import Path

import draw_export
import draw_window
from pages import commands, quoted
from PIL import Image

from visualiser import cli, writing
from visualiser.pictures import palettes

DOCS = Path(__file__).resolve().parent
FIGURES = tuple(f"muscles_{name}.png" for name in ("lengths", "arms", "sections", "nerve"))


def tasks() -> dict[Path, list[str]]:
    """Every picture that a command of ours makes, with the words of the command; nothing is drawn yet."""
    found: dict[Path, list[str]] = {}
    for folder in ("gallery", "clips"):
        page = DOCS / f"{folder}.md"
        shown = page.read_text(encoding="utf-8")
        for words in commands(page):
            name = words[words.index("-o") + 1] if "-o" in words else ""
            if f"({folder}/{name})" in shown:
                found[DOCS / folder / name] = words[: words.index("-o")]
    told = (DOCS / "scenes.md").read_text(encoding="utf-8").partition("## The movements that ship")[2]
    for section in told.split("\n### ")[1:]:
        names = re.findall(r"^- `(\w+)`:", section, flags=re.MULTILINE)
        found[DOCS / re.findall(r"\((scenes/\w+\.png)\)", section)[0]] = ["sheet", *names]
    found[DOCS / "scenes/injuries.png"] = next(words for words in quoted(told) if words[0] == "compare")
    found[DOCS / "muscles_nerve_strain.png"] = next(w for w in commands(DOCS / "muscles.md") if "nerve_strain" in w)
    (words,) = quoted((DOCS.parent / "README.md").read_text(encoding="utf-8"), after="This picture is ")
    found[DOCS.parent / words[words.index("-o") + 1]] = words[: words.index("-o")]
    return found


def with_palette(path: Path) -> None:
    """Store a picture with a palette, at a third of its size; texts that it carries stay with it. A transparent one stays as it is."""
    texts = writing.read_png_texts(path)
    with Image.open(path) as image:
        if image.mode != "RGB":
            return
        small = palettes.with_palette(image)
    writing.write_png(small, path, metadata=texts, force=True)


def main(wanted: list[str]) -> None:
    """Draw the pictures whose path has one of the words, or all."""

    def asked(name: str) -> bool:
        return not wanted or any(word in name for word in wanted)

    for path, words in tasks().items():
        if asked(str(path.relative_to(DOCS))):
            run([*words, "-o", str(path), "--force"])
            finished(path)
    if any(asked(f"bones/{path.name}") for path in (DOCS / "bones").iterdir()):
        run(["bones", "gallery", str(DOCS), "--force"])
    if any(asked(name) for name in FIGURES):
        subprocess.run([sys.executable, DOCS.parent / "benchmarks" / "muscle_figures.py"], check=True)
    for more in (draw_export, draw_window):
        for path in more.drawn([name for name in more.PICTURES if asked(name)], DOCS):
            finished(path)


def run(words: list[str]) -> None:
    """Run a command of the program; one that fails ends this one too."""
    status = cli.main(words)
    if status:
        raise SystemExit(status)


def finished(path: Path) -> None:
    """Store a picture as small as it can be, and tell."""
    if path.suffix == ".png" and path.parent.name in ("gallery", "scenes", "window", "export"):
        with_palette(path)
    print(f"{path.relative_to(DOCS)}: {path.stat().st_size / 1000:.0f} kB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
