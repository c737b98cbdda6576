"""The parts of the window that need no screen: drafts, rehearsal, undo, words of what is shown, bookmarks, curves."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("qtpy")

from visualiser.anatomy import muscles
from visualiser.backstage import GivenUp  # noqa: F401  (the module runs as a process of its own below)
from visualiser.bodies import assembly, assets
from visualiser.bodies.assembly import Body
from visualiser.conventions import Side
from visualiser.errors import ExportError
from visualiser.films.video import FORMATS
from visualiser.movements import scenefile
from visualiser.movements.movement import Movement
from visualiser.pictures.cameras import Camera
from visualiser.window import bookmarks
from visualiser.window.curves import QUANTITIES, curves, length_map
from visualiser.window.desk import place_of_film, with_suffix
from visualiser.window.drafts import draft_of
from visualiser.window.history import History
from visualiser.window.rehearsal import RATE, Rehearsal
from visualiser.window.savedialog import as_text, remembered
from visualiser.window.snapshots import Snapshot
from visualiser.window.wording import Saving, as_command, as_python, capture, cropped

CAMERA = Camera((0.0, 0.0, 3.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), 0.16, False)


@pytest.fixture(scope="module")
def movement() -> Movement:
    """A leg curl."""
    return scenefile.load(assets.scene_paths()["standing_leg_curl"])


@pytest.fixture(scope="module")
def body() -> Body:
    """A right leg."""
    return assembly.body(Side.RIGHT, "ghost", "light")


def state(movement: Movement, **changes: object) -> Snapshot:
    """A snapshot of that movement at its middle."""
    plain = Snapshot(
        movement,
        Side.RIGHT,
        movement.legs,
        None,
        0.5,
        None,
        frozenset(),
        (),
        frozenset(),
        "tissue",
        "posterior",
        CAMERA,
        (0.0, 0.0, 0.0),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("side", list(Side))
def test_a_draft_keeps_shape_and_volume_with_a_quarter_of_the_triangles(side: Side) -> None:
    whole = assembly.body(side, "ghost", "light")
    draft = draft_of(whole)
    for surface in (s for s in draft.surfaces if s.segment is None):
        fine = whole.surface(surface.name)
        assert len(surface.faces) < 0.3 * len(fine.faces)
        volumes = []
        for s in (surface, fine):
            a, b, c = (s.vertices[s.faces[:, i]] for i in range(3))
            volumes.append(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)
        assert volumes[0] > 0  # wound outwards, on the left too
        # A nerve has twelve sides, in a draft six: 0.87 of the same round section.
        assert volumes[0] == pytest.approx(volumes[1], rel=0.17 if "nerve" in surface.name else 0.05)


def test_a_rehearsed_pose_is_where_the_movement_is_between_two_known_ones(body: Body, movement: Movement) -> None:
    draft = draft_of(body)
    rehearsal = Rehearsal(body, movement, draft)
    time_s = 40.5 / RATE
    for index in (40, 41):
        rehearsal.at(index * movement.duration_s / (rehearsal.count - 1))
    between = 40.5 * movement.duration_s / (rehearsal.count - 1)
    assert between == pytest.approx(time_s, abs=0.02)
    blended, true = rehearsal.at(between), draft.frame(body.movement_frame(movement, between))
    assert rehearsal.known == 2
    for name, vertices in true.vertices.items():
        assert np.abs(blended.vertices[name] - vertices).max() < 0.002
    for name, transform in true.transforms.items():
        assert np.allclose(blended.transforms[name], transform, atol=1e-12)


def test_the_thread_fills_the_grid_and_ends_when_told(body: Body) -> None:
    short = scenefile.load(assets.scene_paths()["sprint"])
    rehearsal = Rehearsal(body, replace(short, legs="ghost"), draft_of(body))
    rehearsal.start()
    while rehearsal.known < 2:
        pass
    rehearsal.stop()
    known = rehearsal.known
    assert 2 <= known <= rehearsal.count
    assert rehearsal._thread is None


def test_undo_goes_back_change_by_change_and_redo_forth() -> None:
    history: History[int] = History()
    for before, kind in ((0, None), (1, "slider"), (2, "slider"), (3, None)):
        history.remember(before, kind)
    assert history.undo(4) == 3
    assert history.undo(3) == 1  # the slider's way is one change
    assert history.redo(1) == 3
    history.remember(3)
    assert history.redo(9) is None
    assert [history.undo(9), history.undo(3), history.undo(1), history.undo(0)] == [3, 1, 0, None]


def test_the_capture_frame_has_the_aspect_and_the_camera_shows_no_more() -> None:
    for aspect in (0.5, 1.0, 16 / 9, 3.0):
        left, top, wide, high = capture(800.0, 600.0, aspect)
        assert wide / high == pytest.approx(aspect)
        assert left >= 0.0
        assert top >= 0.0
        # what the picture's height shows, in parts of what the window's height shows
        assert cropped(CAMERA, 800 / 600, aspect).half / CAMERA.half == pytest.approx(high / 600.0)


def test_what_is_shown_reads_as_a_command_that_the_program_understands(movement: Movement) -> None:
    shown = state(
        movement, hidden=frozenset({"femur"}), opacities=(("tibia", 0.4),), peeled=frozenset({"sciatic_nerve"})
    )
    command = as_command(shown, Saving(), "standing_leg_curl", {"view": "posterior"})
    assert command.startswith("hamstring shot standing_leg_curl --at 50.0% --view posterior")
    assert {"--hide femur", "--opacity tibia=0.4", "--peel sciatic_nerve"} <= {
        f"{a} {b}" for a, b in zip(command.split(), command.split()[1:], strict=False)
    }
    python = as_python(
        state(movement, pose=(("hip_flexion", 40.0),)), Saving(), "standing_leg_curl", {"view": "posterior"}
    )
    assert "scene.posed('hip_flexion=40')" in python
    compile(python, "copied", "exec")


def test_a_copied_command_makes_its_picture(movement: Movement, tmp_path: Path) -> None:
    shown = state(movement, hidden=frozenset({"semitendinosus"}), colouring="length")
    command = as_command(shown, Saving(size="hd", quality="draft"), "standing_leg_curl", {"view": "posterior"})
    arguments = [*command.split()[1:], "--quality", "draft", "-o", str(tmp_path / "a.png")]
    done = subprocess.run(
        [sys.executable, "-m", "visualiser", *arguments], capture_output=True, text=True, timeout=200, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_a_bookmark_comes_back_as_it_was_kept(movement: Movement) -> None:
    kept = state(movement, hidden=frozenset({"femur"}), pose=(("hip_flexion", 40.0),), tightness=0.5)
    text = bookmarks.as_text(kept, 1.0)
    assert movement.title in bookmarks.title_of(text)
    back = bookmarks.state_of(text, {movement.name: movement})
    assert back is not None
    assert (back.hidden, back.pose, back.tightness, back.camera) == (
        kept.hidden,
        kept.pose,
        kept.tightness,
        kept.camera,
    )
    assert bookmarks.state_of(text, {}) is None
    assert bookmarks.state_of("{}", {movement.name: movement}) is None


def test_answers_of_last_time_come_back_and_nonsense_is_the_usual() -> None:
    chosen = Saving(size="square", transparent=True, fps=60)
    assert remembered(as_text(chosen)) == chosen
    assert remembered('{"size": "enormous"}') == Saving()
    assert remembered("[1") == Saving()


@pytest.mark.parametrize(
    ("name", "chosen", "meant"),
    [
        ("curl", ".mp4", "curl.mp4"),
        ("curl.mp4", ".gif", "curl.gif"),  # the name that the dialog offered, beside another kind
        ("curl.webm", ".mp4", "curl.webm"),
        ("curl.WebP", ".mp4", "curl.WebP"),
        ("curl.v2", ".apng", "curl.v2.apng"),
    ],
)
def test_a_film_is_of_the_kind_that_its_name_or_the_dialog_says(name: str, chosen: str, meant: str) -> None:
    assert with_suffix(Path("films") / name, chosen, FORMATS, ".mp4") == Path("films") / meant


def test_numbered_pictures_of_a_film_go_into_a_folder_of_their_own(tmp_path: Path) -> None:
    assert place_of_film(tmp_path / "curl.png") == tmp_path / "curl" / "%04d.png"
    (tmp_path / "curl").mkdir()
    (tmp_path / "curl" / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match="already holds files"):
        place_of_film(tmp_path / "curl.png")
    with pytest.raises(ExportError):
        place_of_film(tmp_path / "curl.doc")


def test_the_short_head_keeps_its_length_where_the_hip_moves_alone(body: Body) -> None:
    raised = scenefile.load(assets.scene_paths()["straight_leg_raise"])
    found = {curve.structure: curve for curve in curves("length", body, raised)}
    assert np.ptp(found["biceps_femoris_short_head"].values) < 1.0
    assert np.ptp(found["semitendinosus"].values) > 30.0
    assert all(len(curves(quantity, body, raised)) in (1, 4) for quantity in QUANTITIES)


def test_on_the_map_a_head_is_longest_at_full_hip_and_least_knee_flexion(body: Body, movement: Movement) -> None:
    found = length_map(muscles.head("semimembranosus"), body, movement)
    row, column = np.unravel_index(found.percent.argmax(), found.percent.shape)
    assert row == 0
    assert column > 0.9 * found.percent.shape[1]
    red, green, blue = found.pixels()[-1, column].tolist()
    assert red > blue  # yellow: long
    assert green > blue
