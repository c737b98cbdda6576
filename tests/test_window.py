"""The real window on a screen of its own: clicks and keys go in, pictures and state come out."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pytestqt")

from qtpy.QtCore import QPoint, Qt, QTimer
from qtpy.QtGui import QKeySequence
from qtpy.QtWidgets import QApplication
from window_driver import PATIENCE_MS, changed, on_screen, opened, pixels, place_of, red_pixels, rest, values, wait

from visualiser import keys
from visualiser.bodies import assembly, assets
from visualiser.movements import scenefile
from visualiser.pictures.cameras import Box
from visualiser.window import Window, framing, texts
from visualiser.window.canvas import Glass, Paper
from visualiser.window.structurepanel import EYE
from visualiser.window.view import BodyView

pytestmark = pytest.mark.window


def test_the_window_opens_with_body_labels_and_caption(window: Window) -> None:
    assert red_pixels(window) > 500
    assert {"semitendinosus", "ischial_tuberosity"} <= set(window.showing.labelling.keys)
    assert window.transport.caption.text() == window.showing.movement.phases[0].caption
    assert (window.message.isHidden(), window.message.text.text()) == (True, "")
    assert window.view_buttons["posterolateral"].isChecked()


def test_what_the_window_draws_is_what_the_screen_shows(window: Window) -> None:
    drawn, shown = pixels(window), on_screen(window)
    assert drawn.shape == shown.shape
    assert np.mean(np.abs(drawn - shown).max(axis=2) > 30) < 0.02


def test_choosing_the_pose_panel_opens_nothing_else_and_cuts_no_number_off(window: Window) -> None:
    dock = window.docks.movable[texts.POSE]
    dock.raise_()
    rest(window)
    assert [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()] == [window]
    number = window.pose_panel.angles["knee_flexion"].number
    assert number.lineEdit().width() >= number.fontMetrics().horizontalAdvance(number.text())
    assert number.visibleRegion().boundingRect().width() == number.width()
    window.docks.movable[texts.STRUCTURES].raise_()
    rest(window)


def test_space_plays_true_to_the_clock_and_space_pauses(qtbot, window: Window) -> None:
    before, playback = pixels(window), window.showing.playback
    start = time.monotonic()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window.showing.ticking
    qtbot.waitUntil(lambda: playback.time_s > 0.8, timeout=PATIENCE_MS)
    took = time.monotonic() - start
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not window.showing.ticking
    # one frame of a slow machine late at most
    assert playback.time_s == pytest.approx(took, abs=0.5)
    held = playback.time_s
    rest(window)
    assert changed(before, pixels(window)) > 0.01
    assert playback.time_s == held


def test_a_click_on_the_time_line_goes_there(qtbot, window: Window) -> None:
    line = window.transport.time_line
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=line.place(0.48).toPoint())
    assert window.showing.playback.share == pytest.approx(0.48, abs=0.01)
    assert "Top" in window.transport.caption.text()
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert window.showing.playback.share > 0.48
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert window.showing.playback.time_s == pytest.approx(2.2)


def test_view_buttons_and_number_keys_change_the_picture(qtbot, window: Window) -> None:
    before = pixels(window)
    qtbot.mouseClick(window.view_buttons["medial"], Qt.MouseButton.LeftButton)
    rest(window)
    assert window.view.camera is not None
    assert window.view.camera.back[2] < -0.9  # seen from the left: medial of a right leg
    assert changed(before, pixels(window)) > 0.02
    qtbot.keyClick(window, Qt.Key.Key_1)
    rest(window)
    assert window.view.camera.back[0] < -0.9
    assert window.view_buttons["posterior"].isChecked()
    assert not window.view_buttons["medial"].isChecked()


def test_a_drag_turns_the_body_and_keeps_it_upright(qtbot, window: Window) -> None:
    canvas, before = window.view.canvas, window.view.camera
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    for step in range(1, 9):
        qtbot.mouseMove(canvas, QPoint(200 + 20 * step, 200 + 8 * step))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(360, 264))
    after = window.view.camera
    assert before is not None
    assert after is not None
    assert np.degrees(np.arccos(np.dot(before.back, after.back))) > 20
    assert after.right[1] == pytest.approx(0.0, abs=1e-9)
    assert after.up[1] > 0.0
    assert window.showing.selected == ""
    assert not any(button.isChecked() for button in window.view_buttons.values())
    qtbot.keyClick(window, Qt.Key.Key_Home)
    rest(window)
    assert window.view.camera.back == pytest.approx(before.back)


def test_a_click_on_a_structure_tells_about_it(qtbot, window: Window) -> None:
    for structure in ("semitendinosus", "biceps_femoris_long_head", "femur"):
        rest(window)
        qtbot.mouseClick(window.view.canvas, Qt.MouseButton.LeftButton, pos=place_of(window, structure))
        assert window.showing.selected == structure
        card = window.card.toPlainText()
        assert window.cards[structure].title in card
        assert window.cards[structure].latin in card
        assert all(text in card for _, text in window.cards[structure].rows)
        assert window.structure_panel.opacity.isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.showing.selected == ""


def test_pointing_at_a_structure_names_it(qtbot, window: Window) -> None:
    qtbot.mouseMove(window.view.canvas, place_of(window, "femur"))
    qtbot.waitUntil(lambda: "os femoris" in window.pointed.text(), timeout=PATIENCE_MS)


def eye_of(qtbot, window: Window, structure: str) -> None:
    """Click the eye of a structure in the tree."""
    tree, item = window.structure_panel.tree, window.structure_panel.row(structure)
    tree.scrollToItem(item)
    place = tree.visualRect(tree.indexFromItem(item, EYE)).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_shut_eye_removes_a_muscle_and_fading_lets_the_femur_through(qtbot, window: Window) -> None:
    showing = window.showing
    with_muscles = red_pixels(window)
    eye_of(qtbot, window, "biceps_femoris_long_head")
    rest(window)
    assert showing.hidden == {"biceps_femoris_long_head"}
    assert red_pixels(window) < 0.9 * with_muscles
    assert "biceps_femoris_long_head" not in showing.labelling.keys
    with pytest.raises(AssertionError):
        place_of(window, "biceps_femoris_long_head")
    qtbot.keyClick(window, Qt.Key.Key_A)
    rest(window)
    assert red_pixels(window) == pytest.approx(with_muscles, rel=0.02)


def test_isolating_shows_one_structure_and_brings_the_others_back(qtbot, window: Window) -> None:
    window.structure_panel.tree.setCurrentItem(window.structure_panel.row("semitendinosus"))
    assert window.showing.selected == "semitendinosus"
    qtbot.keyClick(window, Qt.Key.Key_I)
    assert {s.structure for s in window.view.visible()} == {"semitendinosus"}
    qtbot.keyClick(window, Qt.Key.Key_I)
    assert len(window.view.visible()) > 10


def test_the_structure_search_understands_latin(window: Window) -> None:
    window.structure_panel.search.setText("caput longum")
    shown = {n for n in window.structure_panel.names if not window.structure_panel.row(n).isHidden()}
    assert shown == {"biceps_femoris_long_head"}


def test_another_movement_begins_from_its_own_view(qtbot, window: Window) -> None:
    panel = window.movement_panel
    panel.search.setText("straight")
    items = [item for item in panel._items() if not item.isHidden()]
    assert items and all("straight" in item.text(0).lower() for item in items)
    panel.tree.setCurrentItem(next(item for item in items if item.text(0) == "Straight leg raise"))
    assert window.showing.movement.name == "straight_leg_raise"
    assert window.showing.view_name == window.showing.movement.view
    assert window.showing.playback.time_s == 0.0
    rest(window)
    assert (window.message.isHidden(), window.message.text.text()) == (True, "")


def test_a_movement_of_both_legs_brings_the_other_leg_and_its_floor(qtbot, window: Window) -> None:
    window.show_movement("squat")
    rest(window)
    assert window.showing.body.legs == window.showing.movement.legs
    window.show_movement("sprint")
    rest(window)
    assert window.showing.body.legs == "both"
    assert len(window.showing.surfaces_of("semitendinosus")) == 2
    assert (window.message.isHidden(), window.message.text.text()) == (True, "")
    size = window.view.canvas.size()
    assert window.view.structure_at(size.width() / 2, size.height() - 3) == ""  # a floor is no structure


def test_theme_labels_help_and_full_screen_have_keys(qtbot, window: Window) -> None:
    light = pixels(window)[5, 5].sum()
    qtbot.keyClick(window, Qt.Key.Key_T)
    rest(window)
    assert pixels(window)[5, 5].sum() < light / 2
    qtbot.keyClick(window, Qt.Key.Key_L)
    rest(window)
    assert window.showing.labelling.keys == ()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.help.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.help.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F)
    assert window.isFullScreen()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()


def test_every_key_of_the_table_is_bound(window: Window) -> None:
    for entry in keys.KEYS:
        bound = window.actions_by_name[entry.action].shortcuts()
        assert [QKeySequence(key) for key in entry.keys] == bound
        assert all(not sequence.isEmpty() for sequence in bound)


def test_a_damaged_scene_and_a_failing_frame_are_told_and_the_window_lives(qtbot, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('title = "Bad"\nkeyframes = 3\n')
    made = opened("hip_extension", movements={**assets.scene_paths(), "bad": bad})
    assert made.message.isVisible()
    assert "keyframes" in made.message.text.text()
    made.message.hide()

    def fails(*_: object) -> None:
        raise RuntimeError("no such pose")

    made.view.show_frame = fails  # type: ignore[method-assign]
    qtbot.keyClick(made, Qt.Key.Key_Space)
    qtbot.waitUntil(made.message.isVisible, timeout=PATIENCE_MS)
    assert "no such pose" in made.message.text.text()
    assert not made.showing.ticking
    made.close()
    assert not any(timer.isActive() for timer in made.findChildren(QTimer))
    assert made.view.plotter._closed


def test_what_is_laid_on_paper_is_what_opengl_would_show(qapp) -> None:
    movement = scenefile.load(assets.scene_paths()["standing_leg_curl"])
    body = assembly.body(movement.side, "one", "light")
    frame = body.movement_frame(movement, 0.8)
    shown = []
    for software, kind in ((True, Paper), (False, Glass)):
        view = BodyView(body, "light", software=software)
        assert isinstance(view.canvas, kind)
        view.resize(360, 300)
        view.show()
        drafted = view.draft.frame(frame)
        points = framing.points(view.draft, [drafted], "posterior", movement.frame)
        whole = Box(0.0, 0.0, *view.size_px)
        view.show_frame(drafted, lambda: frame)
        view.look(*framing.framed("posterior", body.side, points, whole, view.size_px, movement.posture))
        wait(lambda view=view: view.resting)
        shown.append(values(view.grab().toImage()))
        view.close_view()
        view.deleteLater()
    assert np.ptp(shown[0]) > 100
    assert np.abs(shown[0] - shown[1]).max() <= 2  # of 255: both average four pixels, and round


# -- where no window can be opened ----------------------------------------------------------------------------------------------------

OPEN = "from visualiser.screen import require_screen\nfrom visualiser.errors import DisplayError\n" + (
    "try:\n    require_screen()\nexcept DisplayError as error:\n    print(error)"
)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "no display"),
        ({"DISPLAY": ":4093"}, "The screen :4093 does not answer"),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, "unset QT_QPA_PLATFORM"),
    ],
)
def test_without_a_screen_one_sentence_says_what_to_do(
    fresh_python: Callable[..., subprocess.CompletedProcess[str]], environment: dict[str, str], words: str
) -> None:
    environment = {"QT_QPA_PLATFORM": "", **environment}
    result = fresh_python("-c", OPEN, **environment)
    assert result.returncode == 0, result.stderr
    assert words in result.stdout
    assert "hamstring shot" in result.stdout
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize(("asked", "taken"), [("", "xcb"), ("wayland", "wayland")])
def test_under_wayland_the_x_server_is_taken_unless_the_user_says_otherwise(
    virtual_screen: str, fresh_python: Callable[..., subprocess.CompletedProcess[str]], asked: str, taken: str
) -> None:
    script = "import os\nfrom visualiser.screen import require_screen\nrequire_screen()\nprint(os.environ['QT_QPA_PLATFORM'])"
    result = fresh_python("-c", script, DISPLAY=virtual_screen, WAYLAND_DISPLAY="wayland-0", QT_QPA_PLATFORM=asked)
    assert (result.stdout.strip(), result.stderr) == (taken, "")
