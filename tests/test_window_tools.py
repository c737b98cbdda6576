"""What can be done in the real window: poses, plot, picking, saving, filming, opening, undo, bookmarks; and what is left when it closes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("pytestqt")

import window_driver
from qtpy.QtCore import QMimeData, QPointF, Qt, QUrl
from qtpy.QtGui import QDropEvent, QGuiApplication
from qtpy.QtWidgets import QMessageBox
from window_driver import changed, pixels, place_of, put_back, rest, wait

from visualiser.anatomy import muscles
from visualiser.bodies import assets
from visualiser.movements import scenefile
from visualiser.window import Window, texts
from visualiser.window.helpers import thumbnail_files
from visualiser.window.snapshots import Snapshot
from visualiser.window.wording import Saving

pytestmark = pytest.mark.window

HEADS = tuple(head.name for head in muscles.HEADS)
SMALL = Saving(size="320x180", quality="draft", labels="none", fps=4)


@pytest.fixture(scope="module", autouse=True)
def application_ends_before_its_screen(qapp) -> Iterator[None]:
    """Qt ends the process when its screen goes away first."""
    yield
    qapp.shutdown()


@pytest.fixture(autouse=True)
def plotters_closed() -> None:
    """The plotter of this file's window outlives the single test; closing the window closes it."""


@pytest.fixture(scope="module")
def one(qapp) -> Iterator[tuple[Window, Snapshot]]:
    """The window of this file."""
    yield from window_driver.shared()


@pytest.fixture
def window(one: tuple[Window, Snapshot]) -> Window:
    """A window with a leg curl, as it was opened."""
    return put_back(*one)


def click(qtbot, window: Window, structure: str, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    """Click a pixel of a structure."""
    qtbot.mouseClick(window.view.plotter, button, pos=place_of(window, structure))


def test_each_muscle_is_picked_by_its_pixels_and_chosen_everywhere(qtbot, window: Window) -> None:
    window.showing.look_from("posterior")
    for head in HEADS:
        if head == "biceps_femoris_short_head":
            window.showing.hide({"biceps_femoris_long_head"})  # it lies under it
        rest(window)
        click(qtbot, window, head)
        assert window.showing.selected == head
        assert window.structure_panel.tree.currentItem() is window.structure_panel.row(head)
        assert window.plot.canvas.chosen == head
        assert window.cards[head].latin in window.card.toPlainText()
        assert "Why it matters" in window.card.toPlainText()


def test_footprints_of_the_chosen_muscle_light_up(window: Window) -> None:
    window.showing.hide({"semimembranosus", "semitendinosus", "biceps_femoris_long_head", "biceps_femoris_short_head"})
    window.showing.show_labels(False)
    window.showing.look_from("posterior")
    rest(window)
    window.showing.select("ischial_tuberosity")  # no shade, no lights
    rest(window)
    before = pixels(window)
    window.showing.select("semimembranosus")
    rest(window)
    lit = pixels(window)
    blue = (lit[..., 2] - lit[..., 0] > 60) & (before[..., 2] - before[..., 0] < 40)
    assert blue.sum() > 20


def test_a_double_click_isolates_and_a_right_click_offers_a_menu(qtbot, window: Window) -> None:
    place = place_of(window, "semitendinosus")
    qtbot.mouseDClick(window.view.plotter, Qt.MouseButton.LeftButton, pos=place)
    assert {s.structure for s in window.view.visible()} == {"semitendinosus"}
    menu = window.open_menu("semitendinosus", window.mapToGlobal(place))
    words = [action.text() for action in menu.actions() if action.text()]
    assert words[:2] == [texts.MENU["unisolate"], texts.MENU["hide"].format("Semitendinosus")]
    menu.actions()[0].trigger()
    menu.close()
    assert len(window.view.visible()) > 10


def test_a_slider_poses_the_leg_reset_goes_back_and_undo_knows_both(window: Window) -> None:
    rest(window)
    panel, showing, before = window.pose_panel, window.showing, pixels(window)
    window.docks.movable[texts.POSE].raise_()
    panel.angles["knee_flexion"].slider.setValue(110)
    rest(window)
    assert showing.angles()["knee_flexion"] == pytest.approx(110.0)
    assert changed(before, pixels(window)) > 0.01
    panel.reset_button.click()
    assert showing.pose is None
    window.actions_by_name["undo"].trigger()
    assert showing.angles()["knee_flexion"] == pytest.approx(110.0)
    window.actions_by_name["undo"].trigger()
    assert showing.pose is None
    window.actions_by_name["redo"].trigger()
    assert showing.angles()["knee_flexion"] == pytest.approx(110.0)


def test_tight_hamstrings_stop_the_hip_and_the_other_side_is_its_mirror(window: Window) -> None:
    showing = window.showing
    window.show_movement("straight_leg_raise")
    showing.scrub(0.55)
    supple = showing.angles()["hip_flexion"]
    showing.change_tightness(1.0)
    assert showing.angles()["hip_flexion"] < supple - 10
    showing.change_tightness(None)
    window.actions_by_name["other_side"].trigger()
    assert showing.body.side == "left"
    assert showing.angles()["hip_flexion"] == pytest.approx(supple)
    assert window.pose_panel.side_buttons["left"].isChecked()


def test_a_pale_body_in_another_pose_comes_with_differences_of_length(window: Window) -> None:
    window.docks.movable[texts.POSE].raise_()
    rest(window)
    before = pixels(window)
    window.linking.compare("upright")
    window.showing.hold({"hip_flexion": 60.0})
    rest(window)
    assert changed(before, pixels(window)) > 0.02
    window.linking.show_lengths()
    shown = window.pose_panel._cells[1, 2].text()
    assert shown.startswith("+")
    assert "mm" in shown
    assert "%" in shown


def test_the_plot_follows_and_its_cursor_can_be_dragged(qtbot, window: Window) -> None:
    wait(lambda: len(window.plot.canvas.curves) == 4)
    canvas = window.plot.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=canvas.place(0.2).toPoint())
    qtbot.mouseMove(canvas, canvas.place(0.6).toPoint())
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=canvas.place(0.6).toPoint())
    assert window.showing.playback.share == pytest.approx(0.6, abs=0.01)
    window.plot.want("map")
    window.linking._plot()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.map_place(60.0, 30.0).toPoint())
    angles = window.showing.angles()
    assert (angles["hip_flexion"], angles["knee_flexion"]) == pytest.approx((60.0, 30.0), abs=3.0)
    window.plot.want("percent")
    window.linking._plot()


@pytest.mark.parametrize("choice", ["length", "nerve_strain", "nerve_excursion"])
def test_colours_bring_their_scale(window: Window, choice: str) -> None:
    rest(window)
    before = pixels(window)
    window.colour_by(choice)
    rest(window)
    assert changed(before, pixels(window)) > 0.005
    assert window.scale_bar.isVisible()
    window.showing.scrub(0.55)  # while it moves, fewer vertices take the same colours
    rest(window)
    window.colour_by("tissue")
    assert not window.scale_bar.isVisible()


def test_a_saved_picture_opens_again_where_it_was(window: Window, tmp_path: Path) -> None:
    window.showing.scrub(0.4)
    rest(window)
    window.desk.save_picture(tmp_path / "leg.png", SMALL)
    with Image.open(tmp_path / "leg.png") as image:
        assert image.size == (320, 180)
        assert np.ptp(np.asarray(image.convert("L"))) > 100
    window.showing.scrub(0.0)
    drop(window, tmp_path / "leg.png")
    assert window.showing.playback.share == pytest.approx(0.4, abs=1e-3)
    assert str(tmp_path / "leg.png") in window.settings.recent
    window.desk.copy_command()
    assert QGuiApplication.clipboard().text().split("\n")[-1].startswith("hamstring shot")


def drop(window: Window, path: Path) -> None:
    """Drop a file on the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys))


def test_a_bad_file_is_refused_in_a_dialog_and_the_window_lives_on(window: Window, tmp_path: Path) -> None:
    for name, text in (("bad.toml", "keyframes = 3"), ("notes.docx", "x")):
        (tmp_path / name).write_text(text)
        drop(window, tmp_path / name)
        assert isinstance(window.dialog, QMessageBox)
        assert name in window.dialog.informativeText()
        window.dialog.close()
        wait(lambda: window.dialog is None)
    window.showing.scrub(0.3)
    rest(window)


def test_a_bookmark_brings_back_what_was_shown(window: Window) -> None:
    window.showing.scrub(0.25)
    window.showing.hide({"femur"})
    window.keep_bookmark()
    window.showing.hide(())
    window.showing.scrub(0.8)
    window.go_to_bookmark(window.settings.bookmarks[-1])
    assert window.showing.hidden == {"femur"}
    assert window.showing.playback.share == pytest.approx(0.25)


def test_a_damaged_small_picture_is_made_again(one: tuple[Window, Snapshot], tmp_path: Path) -> None:
    shown = {window_driver.FIRST: assets.scene_paths()[window_driver.FIRST]}
    files = thumbnail_files({name: scenefile.load(path) for name, path in shown.items()}, "light")
    for file in files.values():
        (tmp_path / file).write_bytes(b"no picture")
    window = window_driver.opened(movements=shown, thumbnails=tmp_path)
    try:
        wait(lambda: all((tmp_path / file).read_bytes().startswith(b"\x89PNG") for file in files.values()))
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files.values())
    finally:
        window.close()
