"""Every command on the pages of `docs/` works, one after the other as a reader would type them; every link leads somewhere."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import draw
import draw_export
import draw_window
import pytest
from conftest import ROOT
from pages import commands

from visualiser import cli, keys

PAGES = sorted((ROOT / "docs").glob("*.md"))
# Small and coarse: what a command does is tried, not how fine its pixels are.
SMALLER = {
    "shot": ("--size", "480x270", "--quality", "draft"),
    "clip": ("--size", "240x144", "--fps", "1"),
    "render": ("--as", "csv"),
    "sheet": ("--frames", "2"),
    "compare": ("--size", "480x270", "--quality", "draft"),
    "export .pptx": ("--size", "320x180", "--fps", "1"),
    "export .pdf": ("--size", "480x216"),
}
OPENS_A_WINDOW = ("view",)
PICTURES = (".png", ".gif", ".webp")


def smaller(words: Sequence[str]) -> list[str]:
    """The same command with fewer pixels and frames."""
    what = f"export {Path(words[words.index('-o') + 1]).suffix}" if words[0] == "export" else words[0]
    options = dict(zip(SMALLER.get(what, ())[::2], SMALLER.get(what, ())[1::2], strict=True))
    kept = list(words)
    for option in (*options, *(("--width", "--height") if "--size" in options else ())):
        if option in kept:
            del kept[kept.index(option) : kept.index(option) + 2]
    return [*kept, *(word for pair in options.items() for word in pair)]


def recording() -> str:
    """A short made-up recording in OpenSim's format: a thigh that swings."""
    rows = "\n".join(f"{i / 20:.3f}\t{5 * i}\t{2 * i}" for i in range(11))
    header = "run\nversion=1\nnRows=11\nnColumns=3\ninDegrees=yes\nendheader"
    return f"{header}\ntime\thip_flexion_r\tknee_angle_r\n{rows}\n"


@pytest.mark.render
@pytest.mark.parametrize("page", [page for page in PAGES if any(commands(page))], ids=lambda page: page.stem)
def test_every_command_of_a_page_works(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("docs").mkdir()
    Path("my_run.mot").write_text(recording(), encoding="utf-8")
    for words in dict.fromkeys(map(tuple, commands(page))):
        if words[0] in OPENS_A_WINDOW:
            cli.app.parse_args(words, exit_on_error=False, print_error=False)
        else:
            assert cli.main(smaller(words)) == 0, f"{shlex.join(words)}\n{capsys.readouterr().err}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_every_picture_of_the_docs_is_shown_on_a_page() -> None:
    said = "".join(page.read_text(encoding="utf-8") for page in (*PAGES, ROOT / "README.md"))
    pictures = [path for path in (ROOT / "docs").rglob("*") if path.suffix in PICTURES]
    assert [p.name for p in pictures if "_build" not in p.parts and p.name not in said] == []


def test_every_picture_of_the_docs_is_drawn_anew_by_a_command_that_exists() -> None:
    docs = ROOT / "docs"
    found = draw.tasks()
    made = {*found, *(docs / name for name in (*draw.FIGURES, *draw_window.PICTURES, *draw_export.PICTURES))}
    pictures = {path for path in docs.rglob("*") if path.suffix in PICTURES and "_build" not in path.parts}
    assert {path for path in pictures if path.parent.name != "bones"} == made
    assert {shot for shots in draw_window.PICTURES.values() for shot in shots} == set(draw_window.SHOTS)
    for words in found.values():
        cli.app.parse_args([*words, "-o", "a.png"], exit_on_error=False, print_error=False)


def test_keys_that_pages_list_are_those_of_the_window() -> None:
    pages = [page for page in PAGES if "Ctrl+Q" in page.read_text(encoding="utf-8")]
    assert all(keys.listing() in page.read_text(encoding="utf-8") for page in pages)
