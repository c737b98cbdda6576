"""The command that rebuilds bones and soft tissue: nothing of it stays behind when it is killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT
from process_tree import busy_s, descendants, left

AT_WORK_S = 0.6  # of processor time; a process has read its task by then, and each of these takes seconds
# What is asked for, and with how many processes it begins.
KINDS = {"bones": (["hip_bone", "femur"], 2), "soft tissue": (["soft_tissue"], 1)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_sculptor_that_is_killed_leaves_no_process(kind: str, tmp_path: Path) -> None:
    names, count = KINDS[kind]
    if (os.cpu_count() or 1) < count:
        pytest.skip("one processor sculpts in one process")
    (tmp_path / "fine").symlink_to(ROOT / "meshes" / "fine")
    command = [sys.executable, "-m", "visualiser.sculpt", *names, "--check", "--out", str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as sculptor:
        until = time.monotonic() + 60
        started: list[int] = []
        while sum(busy_s(pid) > AT_WORK_S for pid in started) < count:
            started = descendants(sculptor.pid)
            assert sculptor.poll() is None and time.monotonic() < until, "its processes never started"
            time.sleep(0.05)
        sculptor.kill()
    assert left(started, within_s=2) == []
