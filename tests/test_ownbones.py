"""Bones of your own: our own bones give our own body, others give theirs, and no file can do harm."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from bone_folders import femur, femur_only, shipped, write_folder
from conftest import Unprivileged
from scipy.spatial.transform import Rotation

from visualiser import cli
from visualiser.anatomy import skeleton
from visualiser.anatomy.muscles import HEADS
from visualiser.bodies import assets, ownbones
from visualiser.bodies.assembly import Body
from visualiser.bodies.ownbones import OwnBones
from visualiser.bodies.surfaces import Ground, signed_volume
from visualiser.conventions import POSE_COORDINATES
from visualiser.errors import AssetError
from visualiser.scene import Scene
from visualiser.tissue.paths import moment_arms, muscle_length
from visualiser.typed import FloatArray

LEG = ("hip_bone", "femur", "tibia", "fibula")
EVERY = tuple(bone.name for bone in skeleton.BONES)
BENT = np.radians([0, 0, 0, 20, 80, 5, 5, 60, 10, 10, *[0] * 6])


def lengths(own: OwnBones, leg: FloatArray | None = None) -> FloatArray:
    """Lengths of the four heads in a build, divided by ours."""
    leg = np.zeros(6) if leg is None else leg
    physique = own.physique
    return np.array(
        [
            muscle_length(moved, leg, physique.geometry) / muscle_length(head, leg)
            for head, moved in zip(HEADS, physique.heads, strict=True)
        ]
    )


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> OwnBones:
    """Our own bones brought back to us, fine ones."""
    folder = tmp_path_factory.mktemp("bones") / "ours"
    return ownbones.load(write_folder(folder, EVERY, detail="fine"))


@pytest.fixture(scope="module")
def long_femur(tmp_path_factory: pytest.TempPathFactory) -> OwnBones:
    """Our leg with a femur that is 10 % longer and thicker."""
    return ownbones.load(write_folder(tmp_path_factory.mktemp("bones") / "long", LEG, femur_only(1.1)))


# -- the body that comes of it ---------------------------------------------------------------------------------------


def test_our_own_bones_give_our_own_body(ours: OwnBones) -> None:
    body, own = Body(legs="one"), Body(legs="one", physique=ours.physique)
    for pose in (np.zeros(len(POSE_COORDINATES)), BENT):
        expected, found = body.frame(pose), own.frame(pose)
        for name, points in expected.vertices.items():
            np.testing.assert_allclose(found.vertices[name], points, atol=1e-4)  # 0.1 mm
        for name, transform in expected.transforms.items():
            np.testing.assert_allclose(found.transforms[name], transform, atol=1e-4)
        for name, place in expected.anchors.items():
            np.testing.assert_allclose(found.anchors[name], place, atol=1e-4)
    np.testing.assert_allclose(lengths(ours), 1.0, atol=1e-5)


def test_our_own_bones_fit_without_a_rest(ours: OwnBones) -> None:
    for report in ours.reports:
        assert report.fit.scale == pytest.approx(1.0, abs=1e-4)
        assert report.fit.off_mm < 0.01 and report.fit.surface_mm[1] < 0.05
        assert not report.fit.mirrored and not report.notes
    assert abs(ours.fit.knee_space_mm) < 0.05


def test_a_femur_a_tenth_longer_lengthens_the_two_joint_heads_by_about_a_tenth(long_femur: OwnBones) -> None:
    *two_joint, short = lengths(long_femur)
    # Not exactly: pelvis and shank stay, so that what lies on them (a few centimetres of tendon) does not grow.
    assert all(1.085 < ratio < 1.11 for ratio in two_joint)
    assert 1.06 < short < 1.10


def test_length_grows_in_proportion_to_the_femur(tmp_path: Path) -> None:
    scales = (0.92, 1.0, 1.05, 1.1)
    found = [lengths(ownbones.load(write_folder(tmp_path / str(s), LEG, femur_only(s)))) for s in scales]
    gained = np.diff(found, axis=0) / np.diff(scales)[:, None]
    np.testing.assert_allclose(gained, np.broadcast_to(gained.mean(axis=0), gained.shape), atol=0.12)
    assert (gained.mean(axis=0)[:3] > 0.85).all()


def test_a_leg_scaled_as_a_whole_keeps_its_proportions_in_every_pose(tmp_path: Path) -> None:
    own = ownbones.load(write_folder(tmp_path, ("femur",), lambda _, points: 1.1 * points, detail="fine"))
    for leg in (np.zeros(6), BENT[4:10]):
        np.testing.assert_allclose(lengths(own, leg), 1.1, atol=1e-3)
        arms = [moment_arms(moved, leg, own.physique.geometry) for moved in own.physique.heads]
        np.testing.assert_allclose(arms, [1.1 * moment_arms(head, leg) for head in HEADS], atol=2e-5)
    body, moved = Body(legs="one"), Body(legs="one", physique=own.physique)
    for name, points in body.frame(BENT).vertices.items():
        np.testing.assert_allclose(moved.frame(BENT).vertices[name], 1.1 * points, atol=2e-4)


def test_muscles_of_a_longer_femur_still_begin_and_end_on_bone(long_femur: OwnBones) -> None:
    body = Body(legs="one", physique=long_femur.physique)
    frame = body.frame(BENT)
    for head, begins, ends in (
        ("semitendinosus", "hip_bone", "tibia"),
        ("biceps_femoris_long_head", "hip_bone", "fibula"),
    ):
        soft = frame.vertices[f"{head}_right"]
        for bone in (begins, ends):
            surface = body.surface(f"{bone}_right")
            _, _, distance = Ground(body.placed(surface, frame), surface.faces).nearest(soft)
            assert distance.min() < 0.002


def test_the_knee_of_a_longer_femur_keeps_its_gap(long_femur: OwnBones) -> None:
    body = Body(legs="one", physique=long_femur.physique)
    frame = body.frame(np.zeros(len(POSE_COORDINATES)))
    femur, tibia = body.surface("femur_right"), body.surface("tibia_right")
    ground = Ground(body.placed(femur, frame), femur.faces)
    places, normals, distance = ground.nearest(body.placed(tibia, frame))
    assert ((body.placed(tibia, frame) - places) * normals).sum(axis=1).min() > 0
    assert 0.003 < distance.min() < 0.008


def test_footprints_lie_on_bones_of_your_own(long_femur: OwnBones) -> None:
    for patch in long_femur.physique.footprints():
        bone = long_femur.physique.bone(patch.attachment.bone)
        _, _, distance = Ground(bone.vertices, bone.faces).nearest(patch.vertices)
        assert distance.max() < 4e-4


def test_a_bowed_femur_takes_its_muscles_along(tmp_path: Path) -> None:
    def bowed(name: str, points: FloatArray) -> FloatArray:
        share = np.clip((20.0 - points[:, 1]) / 450.0, 0.0, 1.0)
        return points + (name == "femur") * np.outer(np.sin(np.pi * share), [12.0, 0.0, 8.0])

    own = ownbones.load(write_folder(tmp_path / "bowed", LEG, bowed))
    report = next(r for r in own.reports if r.name == "femur")
    assert report.fit.off_mm > 1.0 and report.fit.surface_mm[0] < 1.0  # the similarity cannot know, the correction does
    body, moved = Body(legs="one"), Body(legs="one", physique=own.physique)
    pose = np.zeros(len(POSE_COORDINATES))
    before, after = (b.frame(pose).vertices["biceps_femoris_short_head_right"].mean(axis=0) for b in (body, moved))
    assert after[2] - before[2] > 0.003  # sideways with the shaft


def test_left_bones_are_recognised_and_mirrored(tmp_path: Path) -> None:
    turn = Rotation.from_euler("xyz", [0.5, 1.0, -2.0]).as_matrix()
    folder = write_folder(
        tmp_path / "left", ("hip_bone", "sacrum", "femur"), lambda _, p: (p * [1, 1, -1]) @ turn.T + [100, 900, 50]
    )
    own = ownbones.load(folder)
    assert {r.name: r.fit.mirrored for r in own.reports} == dict.fromkeys(("hip_bone", "sacrum", "femur"), True)
    np.testing.assert_allclose(lengths(own), 1.0, atol=2e-3)
    for mesh in own.physique.meshes.values():
        assert signed_volume(mesh.vertices, mesh.faces) > 0


def test_a_bone_may_lie_anywhere_and_anyhow(tmp_path: Path) -> None:
    turn = {name: Rotation.random(rng=np.random.default_rng(i)).as_matrix() for i, name in enumerate(LEG)}
    own = ownbones.load(write_folder(tmp_path / "turned", LEG, lambda name, p: p @ turn[name].T + [500.0, -70.0, 3.0]))
    np.testing.assert_allclose(lengths(own), 1.0, atol=2e-3)
    assert next(r for r in own.reports if r.name == "fibula").fit.placed_by in ("fibula", "tibia")


def test_the_left_leg_is_the_mirror_of_the_right_one(long_femur: OwnBones) -> None:
    right, left = (Body(side, "one", "light", physique=long_femur.physique) for side in ("right", "left"))
    pose = np.zeros(len(POSE_COORDINATES))
    for name in ("semitendinosus", "sciatic_nerve"):
        mirrored = left.frame(pose).vertices[f"{name}_left"] * [1.0, 1.0, -1.0]
        np.testing.assert_allclose(mirrored, right.frame(pose).vertices[f"{name}_right"], atol=1e-9)


def test_missing_bones_are_ours_scaled_to_match(tmp_path: Path) -> None:
    own = ownbones.load(
        write_folder(tmp_path / "ends", ("hip_bone", "tibia"), lambda n, p: p * (1.21 if n == "tibia" else 1.0))
    )
    assert own.fit.scales["femur"] == pytest.approx(1.1, rel=1e-3)  # between its neighbours
    femur = own.physique.bone("femur")
    assert np.ptp(femur.vertices[:, 1]) == pytest.approx(
        1.1 * np.ptp(assets.load_bone("femur").vertices[:, 1]), rel=1e-3
    )


# -- units and files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("factor", "unit"), [(1.0, "mm"), (0.1, "cm"), (0.001, "m")])
@pytest.mark.parametrize("declared", [True, False])
def test_units_are_declared_or_inferred_and_said(factor: float, unit: str, declared: bool, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / unit, ("femur",), suffix=".ply", factor=factor, units=unit if declared else "")
    own = ownbones.load(folder)
    assert (own.reports[0].unit, own.reports[0].unit_from == "declared") == (unit, declared)
    assert own.reports[0].fit.scale == pytest.approx(1.0, abs=1e-4)
    assert any(f"in {unit} " in line for line in own.lines())


@pytest.mark.parametrize("suffix", [".stl", ".obj", ".ply", ".glb"])
def test_mesh_formats_are_read(suffix: str, tmp_path: Path) -> None:
    own = ownbones.load(write_folder(tmp_path, ("femur",), suffix=suffix))
    assert own.reports[0].file == f"femur{suffix}"
    assert own.reports[0].triangles == len(shipped("femur")[1])


def test_a_glb_in_metres_goes_with_landmarks_in_millimetres(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, ("femur",))
    (folder / "femur.stl").unlink()
    vertices, faces, _ = shipped("femur")
    trimesh.Trimesh(1e-3 * vertices, faces, process=False).export(folder / "femur.glb")
    assert ownbones.load(folder).reports[0].unit == "m"


# -- folders and landmarks -------------------------------------------------------------------------------------------


def _spoil(folder: Path, old: str, new: str) -> None:
    path = folder / "landmarks.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


_LANDMARK_FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no landmarks file": (lambda f: (f / "landmarks.toml").unlink(), "is missing"),
    "not TOML": (lambda f: (f / "landmarks.toml").write_text("[femur"), "not a readable TOML"),
    "not text": (lambda f: (f / "landmarks.toml").write_bytes(b"\xff\xfe\x00"), "not a readable TOML"),
    "unknown unit": (lambda f: _spoil(f, '"mm"', '"inch"'), "allowed are mm, cm, m"),
    "wrong unit": (lambda f: _spoil(f, '"mm"', '"m"'), "seems to be in mm"),
    "unknown landmark": (
        lambda f: _spoil(f, "adductor_tubercle", "adductor_tubercel"),
        'Did you mean "adductor_tubercle"',
    ),
    "unknown bone": (lambda f: _spoil(f, "[femur]", "[femer]"), 'Did you mean "femur"'),
    "two numbers": (lambda f: _spoil(f, "head_of_femur = [", "head_of_femur = [1.0, 2.0] # ["), "three numbers"),
    "not a number": (lambda f: _spoil(f, "head_of_femur = [", "head_of_femur = [nan, 1.0, 2.0] # ["), "three numbers"),
    "wrong place": (
        lambda f: _spoil(f, "medial_epicondyle = [", "medial_epicondyle = [0.0, -200.0, 90.0] # ["),
        "medial_epicondyle",
    ),
    "few landmarks": (
        lambda f: (f / "landmarks.toml").write_text("[femur]\nhead_of_femur = [0.2, 24, 0]"),
        "at least 4",
    ),
    "mesh without name": (lambda f: (f / "femur.stl").rename(f / "femurr.stl"), 'Did you mean "femur"'),
    "same bone twice": (lambda f: (f / "femur_left.stl").write_bytes(b""), "two meshes of the femur"),
    "no mesh": (lambda f: (f / "femur.stl").unlink(), "has no meshes"),
    "a bone alone": (lambda f: (f / "femur.stl").rename(f / "patella.stl"), "patella"),
}


@pytest.mark.parametrize("case", _LANDMARK_FAULTS)
def test_a_faulty_folder_is_one_sentence(case: str, tmp_path: Path) -> None:
    spoil, sentence = _LANDMARK_FAULTS[case]
    folder = write_folder(tmp_path / "bones", ("femur",))
    spoil(folder)
    with pytest.raises(AssetError, match=sentence) as caught:
        ownbones.load(folder)
    assert "\n" not in str(caught.value)


def test_a_folder_that_may_not_be_listed_is_told(tmp_path: Path, unprivileged: Unprivileged) -> None:
    (tmp_path / "bones").mkdir(mode=0)
    with unprivileged(tmp_path), pytest.raises(AssetError, match="bones cannot be read: Permission denied"):
        ownbones.load(Path("bones"))


def test_landmarks_of_another_coordinate_system_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, ("femur",))
    mesh = femur()
    mesh.apply_translation([0.0, 0.0, 400.0])
    mesh.export(folder / "femur.stl")
    with pytest.raises(AssetError, match="do not lie on it"):
        ownbones.load(folder)


def test_landmarks_on_one_line_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, ("femur",))
    names = ("medial_epicondyle", "lateral_epicondyle", "intercondylar_fossa", "medial_femoral_condyle")
    rows = [f"{name} = [0.0, -405.0, {z}]" for name, z in zip(names, (-40.0, 40.0, 1.0, -20.0), strict=True)]
    (folder / "landmarks.toml").write_text("\n".join(["[femur]", *rows]))
    with pytest.raises(AssetError, match="lie on one line"):
        ownbones.load(folder)


def moved_patella(name: str, points: FloatArray) -> FloatArray:
    return points + np.array([0.0, 0.0, 300.0 if name == "patella" else 0.0])


def test_a_patella_of_another_scan_is_refused_with_the_reason(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, ("femur", "patella"), moved_patella)
    with pytest.raises(AssetError, match=r"does not lie in the coordinates of femur\.stl"):
        ownbones.load(folder)


def test_the_report_names_scale_rest_and_repairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_folder(tmp_path, ("femur",), femur_only(1.05), units="")
    mesh = trimesh.load_mesh(folder / "femur.stl")
    mesh.invert()
    mesh.export(folder / "femur.stl")
    assert cli.main(["bones", "check", str(folder)]) == 0
    said = capsys.readouterr().out
    for words in (
        "femur.stl, in mm (inferred",
        "scale 1.050",
        "14 landmarks",
        "mended: turned inside out",
        "tibia: ours, scaled by 1.050",
    ):
        assert words in said


# -- the doors -------------------------------------------------------------------------------------------------------


def test_a_scene_measures_the_body_that_it_was_given(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, LEG, femur_only(1.1))
    plain, own = (Scene.load("straight_leg_raise", bones=bones) for bones in (None, folder))
    column = "semimembranosus_length_mm"
    np.testing.assert_allclose(own.measure(5)[column] / plain.measure(5)[column], 1.10, atol=0.02)
    assert own.on_side("left").physique is own.physique


def test_a_standing_body_of_your_own_stands_on_the_floor(tmp_path: Path) -> None:
    scene = Scene.load("squat", bones=write_folder(tmp_path, ("femur",), femur_only(1.1)))
    body, frame = scene.body, scene.frame(0.0)
    lowest = min(body.placed(s, frame)[:, 1].min() for s in body.surfaces if s.structure == "foot")
    assert lowest - frame.transforms["floor"][1, 3] == pytest.approx(0.006, abs=0.003)
