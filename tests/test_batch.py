"""Many outputs: named, fingerprinted, made once, resumed after a kill, and one that fails stops no other."""

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT
from process_tree import descendants, left

from visualiser import batch, cli, jobs
from visualiser.errors import SceneFileError, VisualiserError
from visualiser.jobs import Output

TABLE = Output("a.csv", "squat", '{"samples": 5}')


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# -- what a job file says ------------------------------------------------------------------------------------------------------------


def test_a_job_file_lists_outputs_of_every_kind_with_defaults_scenes_and_views(tmp_path: Path) -> None:
    path = write(
        tmp_path / "library.toml",
        """
        [defaults]
        theme = "dark"
        [[output]]
        file = "{scene}_{view}.mp4"
        scenes = ["squat", "sprint"]
        views = ["posterior", "lateral"]
        preset = "draft"
        [[output]]
        file = "still/squat.png"
        scene = "squat"
        at = 0.5
        [[output]]
        file = "frames/%04d.png"
        scene = "squat"
        """,
    )
    outputs = jobs.read(path)
    assert [o.file for o in outputs] == [
        "squat_posterior.mp4", "squat_lateral.mp4", "sprint_posterior.mp4", "sprint_lateral.mp4", "still/squat.png",
        "frames/%04d.png",
    ]  # fmt: skip
    assert [o.kind for o in outputs] == ["clip"] * 4 + ["still", "clip"]
    assert outputs[1].asked == {"preset": "draft", "theme": "dark", "view": "lateral"}
    assert outputs[4].asked == {"at": 0.5, "theme": "dark"}


def test_scenes_of_a_job_file_are_meant_from_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    write(tmp_path / "mine" / "own.toml", "title = 'x'")
    listed = write(tmp_path / "jobs.toml", '[[output]]\nfile = "{scene}.csv"\nscene = "mine"\n')
    (output,) = jobs.read(listed)
    assert (output.file, output.scene) == ("own.csv", str(tmp_path / "mine" / "own.toml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[output]]\nscene = 'squat'", "without file"),
        ("[[output]]\nfile = 'a.mp4'", "no scene"),
        (
            "[[output]]\nfile = 'a.mp4'\nscene = 'squat'\n[[output]]\nfile = 'a.mp4'\nscene = 'sprint'",
            "asked for twice",
        ),
        ("[[output]]\nfile = '../a.mp4'\nscene = 'squat'", "outside the folder"),
        ("[[output]]\nfile = 'a.avi'\nscene = 'squat'", "must end in"),
        ("output = 3", "lists no outputs"),
        ("[defaults]\n[[output]]\nfile='a.mp4'\nscene='squat'\n[extra]", 'has "extra"'),
        ("[[output", "is not TOML"),
    ],
)
def test_a_job_file_that_makes_no_sense_is_refused_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises((SceneFileError, VisualiserError), match=said):
        jobs.read(write(tmp_path / "jobs.toml", text))


@pytest.mark.parametrize(
    ("name", "said"),
    [("sqat", 'no movement "sqat".* Did you mean "squat"'), ("jobs.toml", "jobs.toml: there is no such file")],
)
def test_where_no_name_is_anything_it_is_refused_before_a_folder_is_made(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["render", name, name, "--as", "csv"]) == 2
    assert re.search(said, capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_scenes_gives_every_view_and_kind_but_tables_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / f"{name}.toml", "title = 'x'")
    outputs = jobs.of_scenes([str(tmp_path)], ["mp4", ".csv"], ["posterior", "lateral"], {"theme": "dark"})
    assert [o.file for o in outputs] == [
        "a_posterior.mp4",
        "a.csv",
        "a_lateral.mp4",
        "b_posterior.mp4",
        "b.csv",
        "b_lateral.mp4",
    ]


def test_a_fingerprint_changes_with_the_scene_and_with_what_is_asked_and_with_nothing_else(tmp_path: Path) -> None:
    scene = write(tmp_path / "a.toml", "title = 'x'")
    one = Output("a.mp4", str(scene), '{"fps": 5}')
    first = one.fingerprint()
    os.utime(scene, (1, 1))
    assert one.fingerprint() == first == Output("a.mp4", str(scene), '{"fps": 5}').fingerprint()
    assert Output("a.mp4", str(scene), '{"fps": 6}').fingerprint() != first
    write(scene, "title = 'y'")
    assert one.fingerprint() != first


# -- running -------------------------------------------------------------------------------------------------------------------------


def test_only_what_changed_is_made_again_and_what_is_not_ours_is_left(tmp_path: Path) -> None:
    outputs = [TABLE, Output("b.csv", "sprint", '{"samples": 5}')]
    assert [r.state for r in batch.run(outputs, tmp_path)] == ["written", "written"]
    assert [r.state for r in batch.run(outputs, tmp_path)] == ["unchanged", "unchanged"]
    changed = [Output("a.csv", "squat", '{"samples": 6}'), outputs[1]]
    assert [r.state for r in batch.run(changed, tmp_path)] == ["written", "unchanged"]
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 7
    (tmp_path / "b.csv").write_text("cut")
    assert [r.state for r in batch.run(changed, tmp_path)] == ["unchanged", "written"], "a damaged file is made again"
    write(tmp_path / "c.csv", "mine")
    theirs = Output("c.csv", "squat", '{"samples": 5}')
    (refused,) = batch.run([theirs], tmp_path)
    assert (refused.state, (tmp_path / "c.csv").read_text()) == ("failed", "mine")
    assert "give --force" in refused.said
    assert [r.state for r in batch.run([theirs], tmp_path, force=True)] == ["written"]


def test_an_output_that_fails_stops_no_other_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = write(
        tmp_path / "jobs.toml",
        """
        [[output]]
        file = "bad.csv"
        scene = "squatt"
        [[output]]
        file = "odd.csv"
        scene = "squat"
        colour = "strain"
        [[output]]
        file = "good.csv"
        scene = "squat"
        samples = 5
        """,
    )
    assert cli.main(["render", str(listed), "-o", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert said.err.splitlines()[-1] == "hamstring: 2 of 3 outputs failed."
    rows = said.out.splitlines()
    assert rows[0].startswith("bad.csv") and "squat" in rows[0] and "failed" in rows[0]
    assert 'asked for "colour", which is not for a table' in rows[1]
    assert rows[2].startswith("good.csv") and "written" in rows[2]
    assert rows[3] == "1 written, 2 failed"
    assert (tmp_path / "out" / "good.csv").is_file()


def test_several_processes_make_the_same_files(tmp_path: Path) -> None:
    outputs = [Output(f"{n}.csv", "squat", json.dumps({"samples": n})) for n in (3, 4, 5)]
    batch.run(outputs, tmp_path / "one")
    results = batch.run(outputs, tmp_path / "two", workers=2)
    assert [r.state for r in results] == ["written"] * 3
    for output in outputs:
        assert (tmp_path / "one" / output.file).read_bytes() == (tmp_path / "two" / output.file).read_bytes()


@pytest.mark.render
def test_a_run_that_is_killed_is_taken_up_again_and_leaves_no_process(tmp_path: Path) -> None:
    listed = write(
        tmp_path / "jobs.toml",
        '[defaults]\npreset = "draft"\nwidth = 160\nheight = 90\nfps = 1\n'
        '[[output]]\nfile = "{scene}.mp4"\nscenes = ["squat", "sprint", "walking"]\n',
    )
    command = [sys.executable, "-m", "visualiser", "render", str(listed), "-o", str(tmp_path / "out"), "--workers", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "written" in process.stderr.readline()
        children = descendants(process.pid)
        process.kill()
    whole = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.mp4")}
    assert whole, "the one that was told is there"
    assert children and left(children, within_s=5) == []
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    states = dict(line.split()[:2] for line in done.stdout.splitlines()[:3])
    assert sorted(states) == ["sprint.mp4", "squat.mp4", "walking.mp4"]
    assert "unchanged" in states.values()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [batch.NOTES, *sorted(states)]
    for name, content in whole.items():
        if states[name] == "unchanged":
            assert (tmp_path / "out" / name).read_bytes() == content


def test_a_run_that_is_interrupted_leaves_nothing_half_made_and_no_process(tmp_path: Path) -> None:
    film = Output("a.mp4", "squat", '{"width": 160, "height": 90, "fps": 60, "labels": "none"}')

    def interrupted(*_: object) -> None:  # told that the table is there
        until = time.monotonic() + 60
        while not list(tmp_path.glob(".a-*.part")):
            assert time.monotonic() < until
            time.sleep(0.05)
        for (
            child
        ) in multiprocessing.active_children():  # a terminal asks all of a command's processes to end: one answers
            blocked = re.search(r"SigBlk:\s*(\w+)", Path(f"/proc/{child.pid}/status").read_text())
            assert blocked and int(blocked[1], 16) & 1 << signal.SIGINT - 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch.run([TABLE, film], tmp_path, workers=2, told=interrupted)
    assert sorted(path.name for path in tmp_path.iterdir()) == [batch.NOTES, "a.csv"]
    assert multiprocessing.active_children() == []


def test_a_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(VisualiserError, match="no Dask scheduler at nonsense"):
        batch.run([TABLE], tmp_path, scheduler="nonsense://here")


@pytest.mark.filterwarnings("ignore")  # the library's own: sockets of the worker that is killed
def test_a_cluster_whose_worker_is_killed_completes_all_outputs(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    port = "tcp://127.0.0.1:"
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
         "--scheduler-file", str(tmp_path / "scheduler.json")],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    workers = []
    try:
        address = _address(tmp_path / "scheduler.json")
        assert address.startswith(port)
        workers = [
            subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                 "--local-directory", str(tmp_path / f"worker{n}")],
                env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for n in range(2)
        ]  # fmt: skip
        outputs = [Output(f"{n}.csv", "squat", json.dumps({"samples": 900 + n})) for n in range(5)]
        killed = []

        def told(result: batch.Result, done: int, total: int) -> None:
            if not killed:  # the others are at work now
                workers[0].send_signal(signal.SIGKILL)
                killed.append(done)

        results = batch.run(outputs, tmp_path / "out", scheduler=address, told=told)
        assert killed and workers[0].wait(10) == -signal.SIGKILL
        assert [result.state for result in results] == ["written"] * 5, batch.table(results)
        for n, output in enumerate(outputs):
            assert len((tmp_path / "out" / output.file).read_text().splitlines()) == 901 + n
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def _address(file: Path) -> str:
    """Where the scheduler listens, once it has said so."""
    for _ in range(300):
        try:
            return str(json.loads(file.read_text())["address"])
        except (OSError, ValueError):
            time.sleep(0.1)
    raise AssertionError("the scheduler did not start")
