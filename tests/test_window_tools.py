"""What can be done in the real window: poses, plot, picking, saving, filming, opening, undo, bookmarks; and what is left when it closes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("pytestqt")

from qtpy.QtCore import QMimeData, QPointF, Qt, QUrl
from qtpy.QtGui import QDropEvent, QGuiApplication
from qtpy.QtWidgets import QMessageBox
from window_driver import FIRST, changed, opened, pixels, place_of, rest, wait

from visualiser.anatomy import muscles
from visualiser.bodies import assets
from visualiser.movements import scenefile
from visualiser.movements.movement import pose_at
from visualiser.pictures.dial import reading_at
from visualiser.pictures.section import Section
from visualiser.scene import Scene
from visualiser.window import Window, texts
from visualiser.window import camera as lens
from visualiser.window.helpers import thumbnail_files
from visualiser.window.wording import Saving

pytestmark = pytest.mark.window

HEADS = tuple(head.name for head in muscles.HEADS)
SMALL = Saving(size="320x180", quality="draft", labels="none", fps=4)


def click(qtbot, window: Window, structure: str, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    """Click a pixel of a structure."""
    qtbot.mouseClick(window.view.canvas, button, pos=place_of(window, structure))


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
    qtbot.mouseDClick(window.view.canvas, Qt.MouseButton.LeftButton, pos=place)
    assert {s.structure for s in window.view.visible()} == {"semitendinosus"}
    menu = window.wishes.open_menu("semitendinosus", window.mapToGlobal(place))
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


def test_sliders_that_come_forward_stand_where_the_movement_is(window: Window) -> None:
    window.docks.movable[texts.STRUCTURES].raise_()
    window.showing.scrub(0.5)
    rest(window)
    bent = window.showing.angles()["knee_flexion"]
    assert abs(window.pose_panel.angles["knee_flexion"].slider.value() - bent) > 20
    window.docks.movable[texts.POSE].raise_()
    wait(lambda: window.pose_panel.angles["knee_flexion"].slider.value() == round(bent))


def test_a_slider_of_the_hip_stops_where_bone_would_meet_bone(window: Window) -> None:
    angles = window.pose_panel.angles
    window.docks.movable[texts.POSE].raise_()
    angles["hip_adduction"].slider.setValue(20)
    angles["hip_flexion"].slider.setValue(-40)
    reached = window.showing.angles()["hip_flexion"]
    assert reached == pytest.approx(-20.0)
    assert f"reaches {reached:.0f}°" in window.statusBar().currentMessage()
    wait(lambda: angles["hip_flexion"].slider.value() == -20)


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


def test_tight_hamstrings_do_in_the_window_what_they_do_in_its_pictures_and_films(window: Window) -> None:
    """Also in a scene about the knee, which its own hamstrings stop a little before the angle asked for."""
    window.show_movement("active_insufficiency")
    window.showing.change_tightness(0.5)
    window.showing.scrub(0.4)
    shown, asked = window.showing.pose_now, pose_at(window.showing.asked, window.showing.playback.time_s)
    filmed = pose_at(Scene.load("active_insufficiency", tightness=0.5).movement, window.showing.playback.time_s)
    np.testing.assert_allclose(shown, filmed, atol=1e-9)
    assert np.degrees(np.abs(shown - asked)).max() > 0.1


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
    window.wishes.colour_by(choice)
    rest(window)
    assert changed(before, pixels(window)) > 0.005
    assert window.scale_bar.isVisible()
    window.showing.scrub(0.55)  # while it moves, fewer vertices take the same colours
    rest(window)
    window.wishes.colour_by("tissue")
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
    window.wishes.keep_bookmark()
    window.showing.hide(())
    window.showing.scrub(0.8)
    window.wishes.go_to_bookmark(window.settings.bookmarks[-1])
    assert window.showing.hidden == {"femur"}
    assert window.showing.playback.share == pytest.approx(0.25)


def test_a_damaged_small_picture_is_made_again(qapp: object, tmp_path: Path) -> None:
    shown = {FIRST: assets.scene_paths()[FIRST]}
    files = thumbnail_files({name: scenefile.load(path) for name, path in shown.items()}, "light")
    for file in files.values():
        (tmp_path / file).write_bytes(b"no picture")
    window = opened(movements=shown, thumbnails=tmp_path)
    try:
        wait(lambda: all((tmp_path / file).read_bytes().startswith(b"\x89PNG") for file in files.values()))
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files.values())
    finally:
        window.close()


def test_the_section_cuts_the_thigh_open_and_undo_closes_it(qtbot, window: Window) -> None:
    row, showing = window.structure_panel.section, window.showing
    rest(window)
    whole = pixels(window)
    qtbot.keyClick(window, Qt.Key.Key_X)
    rest(window)
    assert showing.section == Section("axial", -201.0)
    assert (row.kind.currentData(), row.slider.value()) == ("axial", -201)
    cut = pixels(window)
    assert changed(whole, cut) > 0.02
    with pytest.raises(AssertionError):
        place_of(window, "hip_bone")  # taken away
    assert "ischial_tuberosity" not in showing.labelling.keys
    assert showing.view.camera is not None
    assert showing.view.camera.back[1] > 0.4  # one looks onto it
    row.slider.setValue(-300)
    rest(window)
    assert changed(cut, pixels(window)) > 0.005
    window.desk.copy_command()
    assert "--section axial:y=-300" in QGuiApplication.clipboard().text()
    showing.scrub(0.5)
    rest(window)
    assert showing.section == Section("axial", -300.0)
    for _ in range(2):
        window.actions_by_name["undo"].trigger()
    assert showing.section is None
    assert window.view.plane is None


def test_the_cut_face_of_the_femur_is_pale_bone(window: Window) -> None:
    window.showing.hide(set(HEADS))
    window.showing.show_labels(False)
    window.wishes.cut(Section("axial", -201.0))
    rest(window)
    flat = np.abs(pixels(window) - (232, 220, 194)).max(axis=2) < 3
    rows, columns = np.nonzero(flat)
    assert 40 < len(rows) < 4000
    middle = len(rows) // 2
    ratio = window.view.canvas.devicePixelRatioF()
    assert (
        window.showing.structure_of(window.view.structure_at(columns[middle] / ratio, rows[middle] / ratio)) == "femur"
    )


def test_the_dial_follows_the_movement_and_labels_leave_it_free(window: Window) -> None:
    window.show_movement("straight_leg_raise")
    rest(window)
    dial = window.dial
    assert dial.isVisible()
    for share in (0.2, 0.43):
        window.showing.scrub(share)
        true = reading_at(window.showing.movement, window.showing.playback.time_s)
        assert true is not None
        assert dial.reading is not None
        assert dial.reading.angle_deg == pytest.approx(true.angle_deg, abs=0.6)
    rest(window)
    box = dial.box
    assert box is not None
    placed = window.showing.labelling.boxes
    assert len(placed) > 3
    assert not any(box.overlaps(label, 0.0) for label in placed)
    # With the knee moved under the dial, what it covers is not pointed at, and no leader runs beneath it.
    view = window.view
    assert view.camera is not None
    knee = view.camera.project(view.frame.anchors["head_of_fibula"][None], *view.size_px)[0]
    way = box.right - 12.0 - knee[0], box.bottom - 30.0 - knee[1]
    view.camera, view.pivot = lens.panned(view.camera, view.pivot, way, view.size_px)
    view.draw()
    rest(window)
    lines = window.showing.labelling.leaders
    assert len(lines) > 2
    for path in lines:
        for share in np.linspace(0.0, 1.0, 50):
            x, y = path[-2] + share * (path[-1] - path[-2])
            assert not (box.left < x < box.right - 1 and box.top < y < box.bottom - 1)
    window.showing.hold({"hip_flexion": 60.0})
    assert not dial.isVisible()
