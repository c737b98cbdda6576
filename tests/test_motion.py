"""Recorded motion: what files say, what they mean, and a sentence for everything that cannot be believed."""

from pathlib import Path

import numpy as np
import pytest

from visualiser import Scene, cli
from visualiser.bodies import assets
from visualiser.conventions import LEG_SLICES, POSE_COORDINATES, Side, degrees, radians
from visualiser.errors import SceneFileError, UnknownNameError, VisualiserError
from visualiser.films import clips
from visualiser.kinematics import segment_transforms
from visualiser.movements import motion, scenefile
from visualiser.movements.movement import pose_at
from visualiser.transforms import rotation

TIME = np.linspace(0.0, 1.2, 121)
KNEE = 35 - 30 * np.cos(2 * np.pi * TIME / 1.2)
HIP = 25 * np.cos(2 * np.pi * TIME / 1.2)


def write(path: Path, columns: dict[str, np.ndarray], header: str | None = "inDegrees=yes") -> Path:
    """An OpenSim file (or a CSV when its name says so) with these columns after time."""
    table = np.column_stack([columns.pop("time", TIME), *columns.values()])
    names = ["time", *columns]
    if path.suffix == ".csv":
        text = ",".join(names) + "\n" + "\n".join(",".join(f"{v:.9g}" for v in row) for row in table)
    else:
        head = f"Coordinates\nversion=1\nnRows={len(table)}\nnColumns={len(names)}\n{header}\nendheader\n"
        text = head + "\t".join(names) + "\n" + "\n".join("\t".join(f"{v:.9g}" for v in row) for row in table)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def knee(path: Path, at: float = 0.6, side: Side = Side.RIGHT, **how: str) -> float:
    """Knee flexion at a time, degrees."""
    read, _ = motion.load(path, **how)
    return float(degrees(pose_at(read, at)[LEG_SLICES[side]][3]))


def said(path: Path, **how: object) -> str:
    return " ".join(motion.load(path, **how)[1])


def test_times_and_angles_are_kept(tmp_path: Path) -> None:
    read, _ = motion.load(
        write(tmp_path / "walk.mot", {"hip_flexion_r": HIP, "knee_angle_r": KNEE, "knee_angle_l": KNEE[::-1]})
    )
    assert read.duration_s == pytest.approx(1.2)
    right = degrees(pose_at(read, TIME)[:, LEG_SLICES[Side.RIGHT]])
    np.testing.assert_allclose(right[:, 0], HIP, atol=1e-6)
    np.testing.assert_allclose(right[:, 3], KNEE, atol=1e-6)


def test_a_recording_with_negative_knee_flexion_bends_the_same_way(tmp_path: Path) -> None:
    older = write(tmp_path / "older.mot", {"knee_angle_r": -KNEE})
    newer = write(tmp_path / "newer.mot", {"knee_angle_r": KNEE})
    assert knee(older) == pytest.approx(65) and knee(newer) == pytest.approx(65)
    assert "knee flexion is taken as negative" in said(older)
    assert "knee flexion is taken as positive" in said(newer)


def test_the_sign_of_the_knee_can_be_told(tmp_path: Path) -> None:
    stiff = write(tmp_path / "stiff.mot", {"knee_angle_r": np.full(121, -3.0)})
    assert "--knee-sign" in said(stiff)
    assert knee(stiff) == pytest.approx(3) and knee(stiff, knee_sign="positive") == pytest.approx(-3)
    with pytest.raises(VisualiserError, match=r'allowed: auto, positive, negative.*Did you mean "positive"'):
        motion.load(stiff, knee_sign="positiv")


@pytest.mark.parametrize(
    ("header", "factor", "sentence"),
    [
        ("inDegrees=yes", 1.0, "angles are in degrees"),
        ("inDegrees=no", np.pi / 180, "angles are in radians"),
        ("inDegrees=no", 1.0, "says radians, but angles reach 65: taken as degrees"),
        ("name=x", 1.0, "names no unit; angles reach 65: taken as degrees"),
        ("name=x", np.pi / 180, "taken as radians"),
    ],
)
def test_units_are_believed_unless_the_numbers_contradict(
    header: str, factor: float, sentence: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "walk.sto", {"knee_angle_r": KNEE * factor}, header)
    assert sentence in said(path)
    assert knee(path) == pytest.approx(65, abs=1e-4)


def test_names_of_newer_opensim_files_and_of_our_own_tables_are_understood(tmp_path: Path) -> None:
    states = {
        "/jointset/walker_knee_r/knee_angle_r/value": radians(KNEE),
        "/jointset/walker_knee_r/knee_angle_r/speed": KNEE,
    }
    assert knee(write(tmp_path / "states.sto", states, "inDegrees=no")) == pytest.approx(65, abs=1e-4)
    assert knee(write(tmp_path / "own.csv", {"knee_flexion_left": KNEE}), side=Side.LEFT) == pytest.approx(65)


def test_what_is_missing_is_zero_and_said(tmp_path: Path) -> None:
    path = write(tmp_path / "knee.mot", {"knee_angle_r": KNEE, "wrist_flex_r": KNEE})
    report = said(path)
    assert "taken as zero: pelvis_anterior_tilt" in report and "hip_flexion_right" in report
    assert "not used: wrist_flex_r" in report
    pose = pose_at(motion.load(path)[0], 0.5)
    assert np.count_nonzero(pose) == 1


def test_the_pelvis_keeps_its_attitude_though_the_order_of_turns_differs(tmp_path: Path) -> None:
    tilt, drop, turn = -12.0, 6.0, 20.0
    columns = {
        name: np.full(121, value)
        for name, value in (("pelvis_tilt", tilt), ("pelvis_list", drop), ("pelvis_rotation", turn))
    }
    read, _ = motion.load(write(tmp_path / "pelvis.mot", {**columns, "knee_angle_r": KNEE}))
    theirs = rotation(2, radians(tilt)) @ rotation(0, radians(drop)) @ rotation(1, radians(turn))
    np.testing.assert_allclose(segment_transforms(pose_at(read, 0.3))[0, :3, :3], theirs, atol=1e-12)


def test_a_walker_who_faces_elsewhere_is_turned_to_the_front(tmp_path: Path) -> None:
    path = write(tmp_path / "west.mot", {"pelvis_rotation": 90 + 5 * np.sin(TIME), "knee_angle_r": KNEE})
    assert "turned to the front" in said(path)
    assert abs(degrees(pose_at(motion.load(path)[0], TIME)[:, 2])).max() < 6


BAD = {
    "gap": (
        {"knee_angle_r": np.where(TIME == TIME[40], np.nan, KNEE)},
        r"row 41, knee_angle_r: 1 of 121 values are no numbers.*0.4 s",
    ),
    "time back": (
        {"time": np.where(TIME == TIME[7], 0.0, TIME), "knee_angle_r": KNEE},
        r"row 8, time: does not rise: 0 s follows",
    ),
    "longer than a day": (
        {"time": np.where(TIME == TIME[-1], 1e308, TIME), "knee_angle_r": KNEE},
        r"time: lasts 1e\+308 s; at most 86400 s",
    ),
    "hardly a step": (
        {"time": np.where(TIME == TIME[1], 1e-300, TIME), "knee_angle_r": KNEE},
        r"time: 1e-300 s follows 0 s; rows lie at least 1e-06 s apart",
    ),
    "too far": (
        {"knee_angle_r": KNEE * 2.5},
        r"knee_flexion_right is 162.5°; the model allows -5° to 150°, at 0.6 s; --clamp",
    ),
    "nothing known": (
        {"shoulder_r": KNEE},
        "no column of joint angles; its columns: time, shoulder_r; known: hip_flexion_r",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_believed_gets_a_sentence(case: str, tmp_path: Path) -> None:
    columns, message = BAD[case]
    with pytest.raises(SceneFileError, match=message) as caught:
        motion.load(write(tmp_path / "bad.mot", dict(columns)))
    assert "\n" not in str(caught.value)


def test_files_that_are_no_recordings_get_a_sentence(tmp_path: Path) -> None:
    good = write(tmp_path / "good.mot", {"knee_angle_r": KNEE}).read_text(encoding="utf-8")
    cases = {
        "headless.mot": (good.replace("endheader\n", ""), "endheader"),
        "short.mot": (
            good.rsplit("\n", 4)[0] + "\n1.17\n1.18\t50\n",
            "line [0-9]+ has 1 values; the row of names has 2",
        ),
        "words.mot": (good.replace("\t65", "\tsixty"), 'knee_angle_r: is "sixty"'),
        "timeless.csv": ("knee_angle_r\n1\n2\n", 'no column "time"; its columns: knee_angle_r'),
        "one.csv": ("time,knee_angle_r\n0,1\n", "1 rows"),
        "empty.csv": ("", "no row of column names"),
        "motion.trc": ("", 'not ".trc"'),
    }
    for name, (text, message) in cases.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(SceneFileError, match=message):
            motion.load(tmp_path / name)
    with pytest.raises(SceneFileError, match="no such file"):
        motion.load(tmp_path / "missing.mot")


def test_an_angle_out_of_range_comes_with_the_unit_that_was_guessed(tmp_path: Path) -> None:
    (tmp_path / "short.csv").write_text("time,knee_angle_r\n0,1.5\n1,3\n", encoding="utf-8")
    with pytest.raises(
        SceneFileError, match=r"is 171.9°; .* at 1 s; the file names no unit; angles reach 3: taken as rad"
    ):
        motion.load(tmp_path / "short.csv")


def test_angles_are_bent_into_range_only_when_asked(tmp_path: Path) -> None:
    path = write(tmp_path / "far.mot", {"knee_angle_r": KNEE * 2.5})
    read, report = motion.load(path, clamp=True)
    assert degrees(pose_at(read, TIME)[:, POSE_COORDINATES.index("knee_flexion_right")]).max() <= 150 + 1e-9
    assert any("clamped: knee_flexion_right is 162.5°" in sentence for sentence in report)


def test_missing_rows_and_a_late_start_are_told(tmp_path: Path) -> None:
    there = (TIME < 0.4) | (TIME > 0.7)
    path = write(tmp_path / "holes.csv", {"time": TIME[there] + 5, "knee_angle_r": KNEE[there]})
    report = said(path)
    assert "rows are missing" in report and "starts at 5 s" in report
    assert motion.load(path)[0].duration_s == pytest.approx(1.2)


def test_a_hundred_thousand_rows_are_read_played_and_measured(tmp_path: Path) -> None:
    time = np.arange(100_000) / 100
    values = np.column_stack([time, *(30 + 25 * np.sin(2 * np.pi * time + i) for i in range(5))])
    path = tmp_path / "long.mot"
    names = "time hip_flexion_r knee_angle_r hip_flexion_l knee_angle_l ankle_angle_x"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"long\ninDegrees=yes\nendheader\n{names}\n")
        np.savetxt(file, values, fmt="%.4f")
    scene = Scene.from_motion(path, like="running")
    table = scene.measure(3_000)
    shown = [scene.frame(at).anchors["head_of_fibula"] for at in (0.0, 0.123, 1.0)]
    assert np.isfinite(shown).all()
    assert scene.movement.duration_s == pytest.approx(999.99)
    assert np.isfinite(table.values).all()


def test_a_recording_takes_view_and_ground_from_a_scene_but_not_its_claims(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.mot", {"knee_angle_r": KNEE, "hip_flexion_r": HIP})
    scene = Scene.from_motion(path, like="squat")
    pattern = scenefile.load(assets.scene_paths()["squat"])
    assert (scene.movement.view, scene.movement.ground) == (pattern.view, True)
    assert scene.movement.title == "Squat: mine" and not scene.movement.phases and not scene.movement.claim
    assert Scene.load(path).movement.duration_s == scene.movement.duration_s
    with pytest.raises(UnknownNameError, match="squat"):
        Scene.from_motion(path, like="sqat")


def test_files_as_spreadsheets_leave_them_are_read(tmp_path: Path) -> None:
    rows = "\n".join(f"{t:.2f}\t{-10 - 500 * t:.1f}\t\t\t" for t in (0, 0.02, 0.04, 0.1))
    text = f"\ufeffgait\t\t\nversion=1\t\t\nnRows=4\t\ninDegrees=yes\t\nendheader\t\t\ntime\tknee_angle_r\t\t\t\n{rows}\n\t\t\t\n\t\t\n"
    (tmp_path / "gait.mot").write_text(text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    assert knee(tmp_path / "gait.mot", at=0.1) == pytest.approx(60)
    (tmp_path / "gait.csv").write_text("time;knee_angle_r_deg\n0;10\n0.1;60\n", encoding="utf-8")
    assert knee(tmp_path / "gait.csv", at=0.1) == pytest.approx(60)


def test_columns_can_be_told_by_name_with_their_sign(tmp_path: Path) -> None:
    path = write(tmp_path / "lab.csv", {"RKnee": -KNEE, "RHip": HIP, "knee_angle_r": KNEE - 60}, header=None)
    told = {"knee_flexion_right": "-RKnee", "hip_flexion_right": "RHip"}
    read, report = motion.load(path, columns=told)
    pose = degrees(pose_at(read, 0.6))[LEG_SLICES[Side.RIGHT]]
    assert pose[[0, 3]] == pytest.approx([HIP[60], KNEE[60]], abs=0.01)
    assert "RKnee as knee_flexion_right" in " ".join(report)
    with pytest.raises(SceneFileError, match=r'knee_flexion_right: has no column "RKne".*Did you mean "RKnee"'):
        motion.load(path, columns={"knee_flexion_right": "RKne"})
    with pytest.raises(UnknownNameError, match=r'"knee_flexion_rigt".*"knee_flexion_right"'):
        motion.load(path, columns={"knee_flexion_rigt": "RKnee"})


def test_columns_without_a_side_belong_to_the_leg_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "one.csv", {"hip_flexion": HIP, "knee_flexion": KNEE}, header=None)
    assert knee(path, side=Side.RIGHT) == pytest.approx(KNEE[60], abs=0.01)
    left, report = motion.load(path, side=Side.LEFT)
    assert degrees(pose_at(left, 0.6))[LEG_SLICES[Side.LEFT]][3] == pytest.approx(KNEE[60], abs=0.01)
    assert "taken for the left leg: hip_flexion, knee_flexion" in " ".join(report)


def test_decimal_commas_of_spreadsheets_are_read(tmp_path: Path) -> None:
    (tmp_path / "comma.csv").write_text("time;knee_angle_r_deg\n0,00;10,5\n0,10;60,5\n", encoding="utf-8")
    assert knee(tmp_path / "comma.csv", at=0.1) == pytest.approx(60.5)


def test_the_command_line_takes_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "lab.csv", {"RKnee": -KNEE, "RHip": HIP}, header=None)
    told = "knee_flexion_right=-RKnee,hip_flexion_right=RHip"
    assert cli.main(["measure", str(path), "--columns", told, "-o", str(tmp_path / "a.csv")]) == 0
    assert "RHip as hip_flexion_right" in capsys.readouterr().err
    assert cli.main(["measure", str(path), "--columns", "RHip", "-o", str(tmp_path / "b.csv")]) == 2
    assert "must read like knee_flexion_right=-RKnee" in capsys.readouterr().err


@pytest.mark.parametrize("fps", [25, 30])
def test_a_clip_of_a_recording_lasts_as_long_as_the_recording(fps: int, tmp_path: Path) -> None:
    path = write(tmp_path / "mine.mot", {"knee_angle_r": KNEE, "hip_flexion_r": HIP})
    read, _ = motion.load(path)
    count = clips.frame_count(read, fps, 1.0)
    assert count / fps == pytest.approx(1.2, abs=0.5 / fps)
    times = np.arange(count) / fps
    found = degrees(pose_at(read, times))[:, LEG_SLICES[Side.RIGHT]][:, 3]
    np.testing.assert_allclose(found, 35 - 30 * np.cos(2 * np.pi * times / 1.2), atol=0.05)
