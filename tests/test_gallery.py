"""The gallery of bones: every bone is on a sheet, the page in docs speaks of the bones that ship, its pictures are there and small."""

import re
from pathlib import Path

import pytest
from conftest import ROOT
from PIL import Image

from visualiser import cli, gallery
from visualiser.anatomy import skeleton
from visualiser.assembly import Body

DOCS = ROOT / "docs"
SHEETS = (*gallery.BONE_SHEETS, *gallery.FOOTPRINT_SHEETS)


def test_every_bone_has_its_sheet_from_four_sides() -> None:
    drawn = [bone for sheet in gallery.BONE_SHEETS for bone in sheet.bones]
    assert sorted(drawn) == sorted(bone.name for bone in skeleton.BONES)
    assert all(len(sheet.views) == 4 for sheet in SHEETS)


def test_the_page_in_docs_is_the_one_of_these_bones() -> None:
    stored = (DOCS / "bones.md").read_text(encoding="utf-8")
    again = "the bones have changed: run hamstring bones gallery docs"
    assert stored == gallery.page(Body("right", "one", footprints=True)), again


def test_the_pictures_of_the_page_are_there_and_small() -> None:
    shown = re.findall(r"\]\((bones/\w+\.png)\)", (DOCS / "bones.md").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(f"bones/{sheet.name}.png" for sheet in SHEETS)
    for name in shown:
        assert 5_000 < (DOCS / name).stat().st_size <= 150_000, name


@pytest.mark.render
def test_the_command_draws_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = (gallery.BONE_SHEETS[3],), (gallery.FOOTPRINT_SHEETS[0],)
    monkeypatch.setattr(gallery, "BONE_SHEETS", few[0])
    monkeypatch.setattr(gallery, "FOOTPRINT_SHEETS", few[1])
    assert cli.main(["bones", "gallery", str(tmp_path)]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [path.name for path in written] == ["femur.png", "origins.png", "bones.md"]
    with Image.open(written[0]) as sheet:
        femur = sheet.convert("L")
    assert femur.size == (4 * (gallery.WIDTH // 4), 900)
    quarter = femur.width // 4
    for i in range(4):  # four views, each with bone in it and white round it
        histogram = femur.crop((i * quarter, 0, (i + 1) * quarter, femur.height)).histogram()
        assert 0.1 < sum(histogram[:250]) / sum(histogram) < 0.7
