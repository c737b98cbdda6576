"""The command line: help everywhere, one line for every mistake, nothing heavy for small questions."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from conftest import GRAPHICS, ROOT

from visualiser import checks, cli, keys, machine
from visualiser.bodies import assets
from visualiser.commands import common
from visualiser.errors import DisplayError
from visualiser.pictures import facts

COMMANDS = (
    "view",
    "shot",
    "clip",
    "export",
    "measure",
    "plot",
    "compare",
    "sheet",
    "new",
    "schema",
    "list",
    "info",
    "check",
    "bones",
    "render",
)
SCENE = "straight_leg_raise"
Run = Callable[..., subprocess.CompletedProcess[str]]
Capture = pytest.CaptureFixture[str]


def complaint(arguments: Sequence[str], capsys: Capture) -> str:
    """The one line that a command said before it ended with status 2."""
    assert cli.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("hamstring: ")
    assert said.err.count("\n") == 1
    return said.err


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands write into the current folder: each test has its own."""
    monkeypatch.chdir(tmp_path)


# -- help ------------------------------------------------------------------------------------------------------------


def test_the_commands_are_those_that_work() -> None:
    assert {name for name in cli.app if not name.startswith("-")} == set(COMMANDS)


@pytest.mark.parametrize(
    "command", [(), *((name,) for name in COMMANDS)], ids=lambda words: "".join(words) or "hamstring"
)
def test_help_at_every_level_has_an_example_of_itself(command: tuple[str, ...], capsys: Capture) -> None:
    assert cli.main([*command, "--help"]) == 0
    said = capsys.readouterr().out
    examples = said.partition("Examples:")[2]
    assert " ".join(["hamstring", *command]) in examples


def test_the_help_of_the_window_lists_its_keys(capsys: Capture) -> None:
    assert cli.main(["view", "--help"]) == 0
    said = capsys.readouterr().out
    for key in keys.KEYS:
        assert not key.keys or key.keys[0] in said  # what has no key stands in the menus only


def test_the_version_is_that_of_the_package(capsys: Capture) -> None:
    import visualiser

    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == visualiser.__version__


@pytest.mark.parametrize("arguments", [("list",), ("list", "structures"), ("--help",), ("shot", "--help")])
def test_small_questions_load_nothing_heavy(fresh_python: Run, arguments: tuple[str, ...]) -> None:
    code = (
        f"import sys; from visualiser.cli import main; status = main({list(arguments)!r}); "
        f"heavy = [name for name in {(*GRAPHICS, 'scipy', 'trimesh', 'PIL')} if name in sys.modules]; "
        "sys.exit(f'{status} {heavy}' if status or heavy else 0)"
    )
    result = fresh_python("-c", code)
    assert result.returncode == 0, result.stderr
    assert result.stdout


# -- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["shott"], 'There is no command "shott"; allowed: view, shot, .* Did you mean "shot"?'),
        (["shot"], "hamstring shot needs SCENE; see hamstring shot --help"),
        (["info"], "hamstring info needs NAME"),
        (["--foo"], "Unknown option: --foo"),
        (["shot", SCENE, "--ad", "3"], "Unknown option: --ad. Did you mean --at"),
        (["shot", SCENE, "--at"], "--at needs a value"),
        (["shot", SCENE, "--at", "x"], 'at is "x"; allowed are a share such as 0.6 or 60%, or a time'),
        (["clip", SCENE, "--fps", "2.5"], '--fps is "2.5"; allowed is a whole number'),
        (["list", "themes", "views"], '"views" is one argument too many for hamstring list'),
        (["list", "vews"], 'There is no list "vews"; allowed: movements, .* Did you mean "views"?'),
        (["info", "semitendinosis"], 'Did you mean "semitendinosus"'),
        (
            ["shot", "straight_leg_rase"],
            'There is no movement "straight_leg_rase"; .* Did you mean "straight_leg_raise"?',
        ),
        (["shot", "no/such.toml"], "no/such.toml: there is no such file"),
        (["shot", "."], r"\.: is a folder, not a scene file"),
        (["shot", ""], 'There is no movement ""; allowed'),
        (["shot", SCENE, "--at", "0.5", "--pose", "hip_flexion=9"], "--at 0.5 is a moment .*, --pose a pose instead"),
        (["measure", SCENE, "--knee-sign", "negative"], "--knee-sign tell how a recording is read, and .* is none"),
        (["clip", SCENE, "--clamp", "--columns", "a=b"], "--clamp and --columns tell how a recording is read"),
        (["measure", SCENE, "-o", ".csv"], r"\.csv is an ending without a name"),
        (["shot", SCENE, "--side", "up"], 'There is no side "up"; allowed: right, left'),
        (["shot", SCENE, "-o", "a.jpg"], "a.jpg must end in .png"),
        (["shot", SCENE, "-o", "nowhere/a.png"], "There is no folder nowhere to write a.png into"),
        (["clip", SCENE, "-o", "a.avi"], "a.avi must end in .mp4"),
        (["measure", SCENE, "-o", "a.txt"], "a.txt must end in .csv"),
        (["measure", SCENE, "--samples", "1"], "--samples is 1; a table has 2 to 100000 rows"),
        (["measure", SCENE, "--samples", "100000000"], "--samples is 100000000; a table has 2 to"),
        (
            ["measure", SCENE, "--samples", "900", "--nerve"],
            "--nerve writes 120 rows for each moment or pose and takes 833",
        ),
        (["measure", "--grid", "hip_flexion=0:90:0.1", "--nerve"], "takes 833 of them; 901 are asked for"),
        (["measure"], "hamstring measure needs SCENE, --pose or --grid"),
        (["measure", SCENE, "--pose", "hip_flexion=9"], "takes a movement, or --pose and --grid"),
        (["measure", "--pose", "hip_flexion"], 'The pose "hip_flexion" must read like hip_flexion=90,knee_flexion=0'),
        (["measure", "--pose", "knee_flexion=170"], "knee_flexion is 170°; the model allows -5° to 150°"),
        (["measure", "--grid", "knee_flexon=0:90:10"], 'Did you mean "knee_flexion"'),
        (["measure", "--grid", "knee_flexion=0:90"], 'The grid "knee_flexion=0:90" must read like'),
        (["measure", "--grid", "knee_flexion=0:90:1e-300"], "has 9e\\+301 angles; a table has at most"),
        (["measure", "--grid", "knee_flexion=0:90:-1"], "must rise from its first to its last angle"),
        (["measure", "--grid", "knee_flexion=0:x:1"], '"x" in "knee_flexion=0:x:1" is no number of degrees'),
        (
            ["measure", "--grid", "knee_flexion=0:9:1", "--pose", "knee_flexion=9"],
            "knee_flexion is in --pose and in --grid",
        ),
    ],
)
def test_a_mistake_is_one_line_and_exit_status_2(arguments: list[str], sentence: str, capsys: Capture) -> None:
    import re

    assert re.search(sentence, complaint(arguments, capsys))


@pytest.mark.render
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["shot", SCENE, "--at", "1.2"], "at is 1.2; .* 0 to 1"),
        (["shot", SCENE, "--at", "nan"], "at is nan; .* 0 to 1"),
        (["shot", SCENE, "--view", "postrior"], 'There is no view "postrior"; .* Did you mean "posterior"?'),
        (["shot", SCENE, "--theme", "blue"], 'There is no theme "blue"; allowed: light, dark, print'),
        (["shot", SCENE, "--labels", "femurr"], 'Did you mean "femur"?'),
        (["shot", SCENE, "--style", "poster"], "lecture, atlas"),
        (["shot", SCENE, "--language", "fr"], "en, la, both"),
        (["shot", SCENE, "--legs", "three"], "one, ghost, both"),
        (["shot", SCENE, "--frame", "toe"], "leg, thigh"),
        (["compare", SCENE, "squat", "--at", "noon"], 'at is "noon"; allowed are peak, a share such as 0.6'),
        (["shot", SCENE, "--width", "0"], "0"),
        (["shot", SCENE, "--height", "-5"], "-5"),
        (["shot", SCENE, "--width", "1000000"], "1000000"),
        (["shot", SCENE, "--width-cm", "-1"], "-1 cm"),
        (["shot", SCENE, "--width-cm", "10", "--dpi", "0"], "dpi is 0; 10 to 2400 is allowed"),
        (["shot", SCENE, "--dpi", "-3"], "dpi is -3; 10 to 2400 is allowed"),
        (["shot", SCENE, "--dpi", "inf"], "dpi is inf; 10 to 2400 is allowed"),
        (["shot", SCENE, "--size", "hd", "--width", "300"], "--size hd says width and height at once"),
        (["clip", SCENE, "--fps", "0"], "0"),
        (["clip", SCENE, "--fps", "-5"], "-5"),
        (["clip", SCENE, "--speed", "0"], "0"),
        (["clip", SCENE, "--speed", "nan"], "nan"),
        (["clip", SCENE, "--speed", "inf"], "inf"),
        (["clip", SCENE, "--width", "8", "--height", "8"], "8"),
    ],
)
def test_an_impossible_picture_is_one_line_and_exit_status_2(
    arguments: list[str], sentence: str, capsys: Capture, tmp_path: Path
) -> None:
    import re

    assert re.search(sentence, complaint(arguments, capsys))
    assert list(tmp_path.iterdir()) == []


def test_an_angle_out_of_range_names_file_key_value_and_limits(capsys: Capture, tmp_path: Path) -> None:
    text = 'title = "Too far"\nkeyframes = [{ time_s = 0 }, { time_s = 1, knee_flexion = 170 }]\n'
    (tmp_path / "far.toml").write_text(text, encoding="utf-8")
    said = complaint(["measure", "far.toml"], capsys)
    assert "far.toml: keyframes[1]: at 1 s, knee_flexion is 170°; the model allows -5° to 150°" in said


def test_an_argument_that_is_not_text_is_told(fresh_python: Run) -> None:
    result = fresh_python(
        "-c", r"from visualiser.cli import main; raise SystemExit(main(['info', '\udcff\n\x1b[31m']))"
    )
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)


def test_a_name_of_any_length_is_repeated_only_in_part(capsys: Capture) -> None:
    said = complaint(["info", "a = " * 600], capsys)
    assert 'movement "a = a =' in said and '…"; allowed' in said
    assert said.count("a = ") == 30


# -- without display or OpenGL ---------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a window system")
def test_without_a_display_the_window_says_what_to_run_instead(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    said = complaint([], capsys)
    assert "no display" in said
    assert "hamstring shot straight_leg_raise" in said
    assert "xvfb-run" in said


def test_without_opengl_pictures_and_clips_say_what_to_install(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "egl_devices", lambda: 0)
    monkeypatch.setattr(machine, "loads", lambda library: False)
    monkeypatch.setattr(machine.sys, "platform", "linux")
    for command in ("shot", "clip"):
        assert "apt-get install libegl1" in complaint([command, SCENE], capsys)


def test_a_missing_window_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(machine, "missing_window_library", lambda: "libxcb-cursor.so.0")
    with pytest.raises(
        DisplayError, match=r"libxcb-cursor\.so\.0; on Debian or Ubuntu: apt-get install libxcb-cursor0;"
    ):
        machine.require_window()


@pytest.mark.render
def test_the_check_finds_what_pictures_need(capsys: Capture) -> None:
    assert cli.main(["check"]) == 0
    said = capsys.readouterr().out
    assert [line[8:18].strip() for line in said.splitlines()] == [
        "program",
        "libraries",
        "data",
        "drawing",
        "video",
        "window",
    ]
    assert "OpenGL" in said


def test_a_driver_that_crashes_is_a_finding(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(checks, "DRAW", "import os; os.kill(os.getpid(), 11)")
    monkeypatch.setattr(machine, "require_opengl", lambda: None)
    assert cli.main(["check"]) == 2
    said = capsys.readouterr()
    assert "MISSING drawing   a test picture failed: it crashed with signal 11" in said.out
    assert said.err.count("\n") == 1


# -- what comes out --------------------------------------------------------------------------------------------------


def test_the_list_of_movements_is_the_folder_of_scenes(capsys: Capture) -> None:
    assert cli.main(["list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(assets.scene_paths())


@pytest.mark.parametrize("kind", facts.KINDS)
def test_every_list_has_rows_with_unique_names(kind: str, capsys: Capture) -> None:
    assert cli.main(["list", kind]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", ["movements", "structures", "landmarks", "coordinates"])
def test_everything_that_is_listed_has_a_card_of_facts(kind: str) -> None:
    for name, display, *_ in facts.listing(kind):
        card = facts.card(name)
        assert card.startswith(f"{display} (")
        assert "  Source" in card


def test_the_card_of_a_muscle_is_found_by_any_of_its_names() -> None:
    card = facts.card("semitendinosus")
    assert card == facts.card("Musculus semitendinosus") == facts.card("ST")
    for fact in (
        "Origin",
        "ischial tuberosity",
        "Insertion",
        "anserinus",
        "Nerve",
        "L5",
        "Antagonists",
    ):
        assert fact in card


def test_a_table_is_written_and_its_path_printed(capsys: Capture, tmp_path: Path) -> None:
    assert cli.main(["measure", SCENE, "--samples", "11"]) == 0
    assert capsys.readouterr().out == f"{SCENE}.csv\n"
    rows = (tmp_path / f"{SCENE}.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 12
    assert rows[0].startswith("time_s,")
    assert "exists; give --force" in complaint(["measure", SCENE], capsys)
    assert cli.main(["measure", SCENE, "--force"]) == 0


def test_one_pose_is_printed_line_by_line(capsys: Capture) -> None:
    assert cli.main(["measure", "--pose", "hip_flexion=90,knee_flexion=0"]) == 0
    said = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert float(said["hip_flexion_deg"]) == 90
    assert float(said["biceps_femoris_short_head_length_percent"]) == 100


def test_a_grid_is_written_with_every_combination(capsys: Capture, tmp_path: Path) -> None:
    grid = ["--grid", "hip_flexion=-20:120:70", "--grid", "knee_flexion=0:120:60"]
    assert cli.main(["measure", *grid, "--pose", "hip_adduction=5", "-o", "grid.csv"]) == 0
    assert capsys.readouterr().out == "grid.csv\n"
    rows = (tmp_path / "grid.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[:4] for row in rows[1:3]] == [["-20", "5", "0", "0"], ["-20", "5", "0", "60"]]
    assert len(rows) == 10


def test_along_the_nerve_a_table_has_a_row_for_each_place(capsys: Capture, tmp_path: Path) -> None:
    assert cli.main(["measure", "--pose", "hip_flexion=64", "--nerve"]) == 0
    assert cli.main(["measure", SCENE, "--samples", "3", "--nerve", "-o", "a.csv"]) == 0
    assert capsys.readouterr().out == "nerve.csv\na.csv\n"
    pose, scene = ((tmp_path / name).read_text(encoding="utf-8").splitlines() for name in ("nerve.csv", "a.csv"))
    assert pose[0].endswith("ankle_dorsiflexion_deg,nerve_level_mm,nerve_strain_percent,nerve_excursion_mm")
    assert scene[0].startswith("time_s,hip_flexion_deg") and (len(pose), len(scene)) == (121, 361)


@pytest.mark.render
def test_a_picture_is_written_twice_with_the_same_bytes(capsys: Capture, tmp_path: Path) -> None:
    size = ["--width", "480", "--height", "270"]
    for name in ("a.png", "b.png"):
        assert cli.main(["shot", SCENE, "--at", "0.6", "--view", "posterior", "-o", name, *size]) == 0
    assert capsys.readouterr().out == "a.png\nb.png\n"
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.render
def test_a_clip_is_written_with_plain_lines_of_progress(capsys: Capture, tmp_path: Path) -> None:
    size = ["--width", "320", "--height", "180", "--fps", "5"]
    assert cli.main(["clip", SCENE, *size]) == 0
    said = capsys.readouterr()
    assert said.out == f"{SCENE}.mp4\n"
    assert (tmp_path / f"{SCENE}.mp4").stat().st_size > 1000
    lines = said.err.splitlines()
    assert len(lines) == 10
    done, total = lines[-1].removeprefix(f"{SCENE}.mp4: ").removesuffix(" frames, 0 s left").split(" of ")
    assert done == total


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def interrupted(name: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(facts, "card", interrupted)
    assert cli.main(["info", "femur"]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no terminals that hang up")
def test_a_terminal_that_is_closed_ends_a_film_tidily_but_for_nohup() -> None:
    with pytest.raises(SystemExit, match="129"), common.tidy_when_terminated():
        signal.raise_signal(signal.SIGHUP)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with common.tidy_when_terminated():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_ctrl_c_that_a_library_swallowed_is_quiet_too(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def swallowed(name: str) -> str:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ValueError from None
        return ""

    monkeypatch.setattr(facts, "card", swallowed)
    assert cli.main(["info", "femur"]) == 130
    assert capsys.readouterr() == ("", "")
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler


@pytest.mark.render
@pytest.mark.parametrize(("asked", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_clip_that_is_asked_to_end_leaves_nothing(tmp_path: Path, asked: signal.Signals, status: int) -> None:
    command = [sys.executable, "-m", "visualiser", "clip", SCENE, "--width", "320", "--height", "180"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        process.send_signal(asked)
        rest = process.stderr.read()
    assert "frames" in first
    assert (process.returncode, [line for line in rest.splitlines() if "frames" not in line]) == (status, [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("closed", "status"), [("list >&-", 0), ("info nix 2>&-", 2), ("info nix 2>/dev/full", 2)])
def test_a_stream_that_is_closed_or_full_leads_to_no_fault_of_ours(closed: str, status: int) -> None:
    command = f'exec "{sys.executable}" -m visualiser {closed}'
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")


@pytest.mark.parametrize("words", [["list", "sources"], ["shot", "--help"]])
def test_a_reader_that_goes_away_is_no_error(fresh_python: Run, words: list[str]) -> None:
    code = (
        "import os, subprocess, sys\n"
        f"p = subprocess.Popen([sys.executable, '-m', 'visualiser', *{words}],\n"
        "    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)\n"
        "p.stdout.close()\n"
        "print(p.stderr.read(), p.wait())\n"
    )
    assert fresh_python("-c", code).stdout == " 141\n"
