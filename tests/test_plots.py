"""Figures: what is drawn is what is measured; files are whole, the same every time, and never overwritten unasked."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visualiser import cli
from visualiser.anatomy import muscles
from visualiser.bodies import assets
from visualiser.errors import ExportError, UnknownNameError
from visualiser.movements import scenefile
from visualiser.movements.movement import Movement
from visualiser.pictures import contactsheet, plots
from visualiser.scene import Scene


def movement(name: str) -> Movement:
    return scenefile.load(assets.scene_paths()[name])


def test_a_plot_names_heads_peaks_phases_and_sources(tmp_path: Path) -> None:
    text = plots.plot(movement("sprint"), tmp_path / "sprint.svg").read_text(encoding="utf-8")
    for word in (
        "Sprint stride",
        "Biceps, long head, peak 11",
        "Semitendinosus",
        "eccentric",
        "Model values",
        "Thelen",
    ):
        assert word in text
    assert "Late\N{NO-BREAK SPACE}swing:" in text


def test_a_plot_over_an_angle_names_the_angle(tmp_path: Path) -> None:
    text = plots.plot(movement("squat"), tmp_path / "squat.svg", vs="knee_flexion").read_text(encoding="utf-8")
    assert "Knee flexion, degrees" in text and "Time, s" not in text


@pytest.mark.parametrize("of", plots.QUANTITIES)
def test_every_quantity_can_be_plotted(of: str, tmp_path: Path) -> None:
    file = plots.plot(movement("romanian_deadlift"), tmp_path / "a.svg", of=of)
    assert plots.QUANTITIES[of][1] in file.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")


def test_every_activity_has_a_colour() -> None:
    assert set(plots._ACTIVITY) == set(plots.ACTIVITIES)


def test_the_map_knows_that_the_hip_does_not_matter_to_the_short_head() -> None:
    maps = {head.name: plots.length_map(head) for head in muscles.HEADS}
    assert np.ptp(maps["biceps_femoris_short_head"], axis=0).max() < 1e-9
    straight = np.abs(plots.KNEES).argmin()
    for name in ("semitendinosus", "semimembranosus", "biceps_femoris_long_head"):
        at = {hip: maps[name][np.abs(plots.HIPS - hip).argmin(), straight] for hip in (0, 90)}
        assert at[0] == pytest.approx(100, abs=0.01) and 118 < at[90] < 123


def test_a_map_carries_the_tracks_of_movements(tmp_path: Path) -> None:
    file = plots.plot_map(tmp_path / "map.svg", [movement("squat"), movement("nordic_curl")])
    text = file.read_text(encoding="utf-8")
    assert "Squat" in text and "Nordic hamstring curl" in text and "Hip flexion, degrees" in text


@pytest.mark.parametrize("suffix", plots.SUFFIXES)
def test_the_same_plot_gives_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    first, second = (plots.plot(movement("squat"), tmp_path / f"{n}{suffix}").read_bytes() for n in "ab")
    assert first == second and len(first) > 5000


def test_nothing_is_overwritten_unasked_and_mistakes_get_a_sentence(tmp_path: Path) -> None:
    squat = movement("squat")
    plots.plot(squat, tmp_path / "a.png")
    with pytest.raises(ExportError, match="--force"):
        plots.plot(squat, tmp_path / "a.png")
    with pytest.raises(ExportError, match=r"must end in \.png or \.svg or \.pdf"):
        plots.plot(squat, tmp_path / "a.gif")
    with pytest.raises(UnknownNameError, match='Did you mean "length"'):
        plots.plot(squat, tmp_path / "b.png", of="lenght")
    with pytest.raises(UnknownNameError, match='Did you mean "knee_flexion"'):
        plots.plot(squat, tmp_path / "b.png", vs="knee_flexon")
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_the_command_plots_movements_and_maps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figure = tmp_path / "s.svg"
    assert cli.main(["plot", "straight_leg_raise", "--tightness", "1", "-o", str(figure)]) == 0
    assert capsys.readouterr().out.strip() == str(figure)
    assert cli.main(["plot", "map", "walking", "-o", str(tmp_path / "m.png")]) == 0
    assert cli.main(["plot"]) == 2
    assert cli.main(["plot", "squat", "walking"]) == 2
    assert "only hamstring plot map takes several" in capsys.readouterr().err


@pytest.mark.render
def test_a_contact_sheet_has_a_row_for_each_movement_and_the_body_in_every_picture(tmp_path: Path) -> None:
    file = contactsheet.write([Scene.load("squat"), Scene.load("walking")], tmp_path / "sheet.png", frames=3)
    sheet = np.asarray(Image.open(file).convert("RGB")).astype(int)
    cell, head = contactsheet.CELL, contactsheet.HEAD
    assert sheet.shape == (2 * (cell + head), 3 * cell, 3)
    for place in range(6):
        top, left = (cell + head) * (place // 3) + head, cell * (place % 3)
        picture = sheet[top : top + cell, left : left + cell]
        assert (picture[..., 0] - picture[..., 2] > 60).sum() > 100  # the red of muscle
    with pytest.raises(ExportError, match="2 to 24"):
        contactsheet.write([Scene.load("squat")], tmp_path / "b.png", frames=1)


def test_a_cycle_is_divided_and_anything_else_is_shown_to_its_end() -> None:
    assert contactsheet.moments(Scene.load("walking"), 2) == pytest.approx([0, 0.61])
    assert contactsheet.moments(Scene.load("squat"), 2) == pytest.approx([0, 5.5])
