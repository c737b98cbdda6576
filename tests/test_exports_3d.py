"""Movements as animated glTF, and poses as meshes: read back by other programs, they are where our own frames are."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkMultiBlockDataSet
from vtkmodules.vtkIOGeometry import vtkGLTFReader

from visualiser import cli
from visualiser.bodies.vtp import read_vtp
from visualiser.errors import ExportError, SceneFileError, UnknownNameError
from visualiser.exports import posed
from visualiser.exports.glb import document_of
from visualiser.exports.gltf import PROFILES
from visualiser.exports.levels import coarse
from visualiser.scene import Scene

SHARES = (0.0, 0.17, 0.41, 0.6, 0.93)
RATE = 240  # at which the other reader plays
MOST_MM = 0.5
SCENES = ("straight_leg_raise", "sprint", "standing_leg_curl")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def exported(folder: Path) -> Callable[[str, str], Path]:
    """Animated files, each made once."""

    def make(scene: str, profile: str = "phone") -> Path:
        file = folder / f"{scene}_{profile}.glb"
        return file if file.exists() else Scene.load(scene).export(file, profile=profile)

    return make


def read_at(file: Path, times: list[float]) -> list[dict[str, np.ndarray]]:
    """Points of every mesh by name at some times, as VTK's reader of glTF plays them."""
    names = [mesh["name"] for mesh in document_of(file, 10**8)["meshes"]]
    reader = vtkGLTFReader()
    reader.SetFileName(str(file))
    reader.SetFrameRate(RATE)
    reader.ApplyDeformationsToGeometryOn()
    reader.UpdateInformation()
    assert reader.GetNumberOfAnimations() == 1
    reader.EnableAnimation(0)
    reader.UpdateInformation()
    found = []
    for time in times:
        reader.UpdateTimeStep(time)
        points: dict[str, np.ndarray] = {}
        collect(reader.GetOutput(), "", points)
        found.append({names[int(key.removeprefix("Mesh_"))]: value for key, value in points.items()})
    return found


def collect(blocks: vtkMultiBlockDataSet, name: str, points: dict[str, np.ndarray]) -> None:
    for i in range(blocks.GetNumberOfBlocks()):
        told = blocks.GetMetaData(i)
        own = told.Get(blocks.NAME()) if told is not None and told.Has(blocks.NAME()) else name
        block = blocks.GetBlock(i)
        if isinstance(block, vtkMultiBlockDataSet):
            collect(block, own, points)
        elif block is not None:
            points[name or own] = vtk_to_numpy(block.GetPoints().GetData()).copy()


def largest_misses_mm(file: Path, scene: str, profile: str) -> dict[str, float]:
    """How far each surface is from our own frames at five times, at worst."""
    subject, chosen = Scene.load(scene).subject, PROFILES[profile]
    body, movement = subject.body(chosen.detail), subject.movement
    kept = {s.name: coarse(body, s, chosen.ring_step, chosen.sector_step).kept for s in body.surfaces if not s.segment}
    times = [round(share * movement.duration_s * RATE) / RATE for share in SHARES]
    misses: dict[str, float] = {}
    for time, points in zip(times, read_at(file, times), strict=True):
        frame = body.movement_frame(movement, time)
        for surface in body.surfaces:
            ours = body.placed(surface, frame)
            ours = ours[kept[surface.name]] if surface.name in kept else ours
            miss = 1e3 * float(np.linalg.norm(points[surface.name] - ours, axis=1).max())
            misses[surface.name] = max(miss, misses.get(surface.name, 0.0))
    return misses


@pytest.mark.parametrize("scene", SCENES)
def test_another_reader_finds_every_vertex_within_half_a_millimetre(
    scene: str, exported: Callable[[str, str], Path]
) -> None:
    misses = largest_misses_mm(exported(scene, "phone"), scene, "phone")
    assert max(misses.values()) <= MOST_MM, misses
    assert len(misses) >= 22


def test_a_skin_for_powerpoint_stays_within_a_centimetre_and_its_bones_are_exact(
    exported: Callable[[str, str], Path],
) -> None:
    misses = largest_misses_mm(exported("straight_leg_raise", "powerpoint"), "straight_leg_raise", "powerpoint")
    bones = {name: miss for name, miss in misses.items() if "femur" in name.split("_") or "tibia" in name.split("_")}
    assert max(bones.values()) < 0.2
    assert max(misses.values()) < 6.0


@pytest.mark.parametrize("scene", SCENES)
def test_a_file_for_telephones_is_small(scene: str, exported: Callable[[str, str], Path]) -> None:
    file = exported(scene, "phone")
    assert file.stat().st_size <= 10_000_000
    document = document_of(file, 10**8)
    parts = [part for mesh in document["meshes"] for part in mesh["primitives"]]
    assert sum(document["accessors"][part["attributes"]["POSITION"]]["count"] for part in parts) <= 30_000


@pytest.fixture(scope="module")
def validator() -> Callable[[list[Path]], list[dict[str, Any]]]:
    """The Khronos validator, as the npm package `gltf-validator` in NODE_PATH."""
    node = shutil.which("node")
    asked = [node or "node", "-e", "require('gltf-validator')"]
    if node is None or subprocess.run(asked, capture_output=True, check=False).returncode:
        missing = "node or its package gltf-validator is missing (npm install gltf-validator, NODE_PATH)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    code = """
        const fs = require('fs'), validator = require('gltf-validator');
        Promise.all(process.argv.slice(1).map(f => validator.validateBytes(new Uint8Array(fs.readFileSync(f)))))
            .then(reports => console.log(JSON.stringify(reports.map(r => r.issues))));
    """

    def validate(files: list[Path]) -> list[dict[str, Any]]:
        done = subprocess.run([str(node), "-e", code, *map(str, files)], capture_output=True, text=True, check=True)
        issues: list[dict[str, Any]] = json.loads(done.stdout)
        return issues

    return validate


def test_the_validator_of_khronos_finds_nothing_to_say(
    exported: Callable[[str, str], Path], folder: Path, validator: Callable[[list[Path]], list[dict[str, Any]]]
) -> None:
    still = Scene.load("squat").export(folder / "still.glb", at=0.5)
    files = [*(exported(scene, "phone") for scene in SCENES), exported("straight_leg_raise", "powerpoint"), still]
    for file, issues in zip(files, validator(files), strict=True):
        assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), (file, issues["messages"][:3])


def test_the_validator_would_find_a_fault(
    exported: Callable[[str, str], Path], folder: Path, validator: Callable[[list[Path]], list[dict[str, Any]]]
) -> None:
    content = exported("straight_leg_raise", "phone").read_bytes()
    broken = folder / "broken.glb"
    broken.write_bytes(content.replace(b'"VEC3"', b'"VEC2"', 1))
    assert validator([broken])[0]["numErrors"] > 0


def test_nodes_carry_names_facts_and_sources(exported: Callable[[str, str], Path]) -> None:
    document = document_of(exported("straight_leg_raise", "phone"), 10**8)
    nodes = {node["name"]: node for node in document["nodes"]}
    told = nodes["biceps_femoris_long_head_right"]["extras"]
    assert (told["name"], told["side"]) == ("Biceps femoris, long head", "right")
    assert "ischial tuberosity" in told["facts"]["Origin"].lower()
    assert told["sources"]
    marks = nodes["pelvis_segment"]["extras"]["landmarks_mm"]
    assert marks["ischial_tuberosity"]["name"] == "Ischial tuberosity"
    assert document["animations"][0]["extras"]["phases"][0]["caption"].startswith("Passive lift")


def test_bones_hang_on_the_joints_that_carry_them(exported: Callable[[str, str], Path]) -> None:
    nodes = document_of(exported("straight_leg_raise", "phone"), 10**8)["nodes"]
    children = {node["name"]: [nodes[i]["name"] for i in node.get("children", [])] for node in nodes}
    assert "tibia_right_segment" in children["femur_right_segment"]
    assert {"tibia_right", "fibula_right", "foot_right_segment"} <= set(children["tibia_right_segment"])


def test_a_3d_file_opens_again_as_its_scene(exported: Callable[[str, str], Path], folder: Path) -> None:
    again = Scene.load(exported("straight_leg_raise", "phone"))
    assert again.movement.keyframes == Scene.load("straight_leg_raise").movement.keyframes
    left = Scene.load("standing_leg_curl", side="left", tightness=0.5)
    found = Scene.load(left.export(folder / "left.glb", profile="phone"))
    assert (found.movement.side, found.tightness) == ("left", 0.5)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "too short"),
        (b"glTF" + bytes(40), "no binary glTF"),
        (b"glTF\x02\0\0\0\xff\0\0\0\x10\0\0\0JSON{}", "ends too early"),
        (b"glTF\x02\0\0\0\xff\0\0\0\x04\0\0\0JSON[1] ", "no JSON object"),
        (b"glTF\x02\0\0\0\xff\0\0\0\x02\0\0\0JSON{}", "carries no scene"),
        (b"glTF\x02\0\0\0\xff\0\0\0\xff\xff\xff\x7fJSON{}", "at most"),
    ],
)
def test_a_damaged_or_foreign_3d_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "a.glb"
    file.write_bytes(content)
    with pytest.raises(SceneFileError, match=sentence) as refusal:
        Scene.load(file)
    assert "\n" not in str(refusal.value)


# -- poses ---------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parts() -> list[posed.Part]:
    subject = Scene.load("straight_leg_raise").subject
    body = subject.body("light")
    return posed.parts(body, body.movement_frame(subject.movement, 3.5))


def test_every_structure_of_a_pose_is_a_closed_surface_that_looks_outwards(parts: list[posed.Part]) -> None:
    for part in parts:
        mesh = trimesh.Trimesh(part.vertices, part.faces, process=False)
        assert mesh.is_watertight, part.name
        assert mesh.volume > 0, part.name
    assert "femur_left" not in [part.name for part in parts]  # a ghost is not printed


@pytest.mark.parametrize("suffix", [".stl", ".obj", ".ply", ".glb"])
def test_a_pose_read_by_another_library_has_its_size_and_volume(
    suffix: str, parts: list[posed.Part], tmp_path: Path
) -> None:
    scale, shown = 1.0, parts
    if suffix == ".glb":
        scale = 1000.0
        shown = [posed.Part(p.name, p.kind, p.vertices / scale, p.faces, p.colours) for p in parts]
    file = tmp_path / f"pose{suffix}"
    file.write_bytes(posed.content(shown, suffix, title="A pose", units="m" if suffix == ".glb" else "mm"))
    loaded = trimesh.load(file)
    whole = loaded.to_geometry() if isinstance(loaded, trimesh.Scene) else loaded
    points = np.concatenate([part.vertices for part in parts])
    assert np.allclose(whole.bounds * scale, [points.min(axis=0), points.max(axis=0)], atol=0.01)
    volume = sum(trimesh.Trimesh(p.vertices, p.faces, process=False).volume for p in parts)
    assert whole.volume * scale**3 == pytest.approx(volume, rel=1e-3)
    content = file.read_bytes()
    if suffix != ".stl":
        assert all(part.name.encode() in content for part in parts)
    assert b"unit m" in content


def test_a_vtp_pose_has_names_and_is_read_by_vtk_and_by_us(parts: list[posed.Part], tmp_path: Path) -> None:
    import pyvista as pv

    file = tmp_path / "pose.vtp"
    file.write_bytes(posed.content(parts, ".vtp", title="A -- pose & more"))
    vertices, faces = read_vtp(file.read_bytes())
    assert len(faces) == sum(len(part.faces) for part in parts)
    mesh = pv.read(file)
    assert list(mesh.field_data["structure_names"]) == [part.name for part in parts]
    assert np.allclose(mesh.points, vertices)
    counts = np.bincount(mesh.cell_data["structure"])
    assert counts.tolist() == [len(part.faces) for part in parts]


def test_one_file_for_each_structure_is_named_after_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["export", "straight_leg_raise", "-o", str(tmp_path / "p.stl"), "--separate", "--units", "cm", "--at", "1s"]
    assert cli.main(words) == 0
    written = [Path(line) for line in capsys.readouterr().out.split()]
    assert tmp_path / "p_semitendinosus_right.stl" in written
    femur = trimesh.load(tmp_path / "p_femur_right.stl")
    assert femur.is_watertight
    assert 44 < femur.bounding_box_oriented.extents.max() < 50  # centimetres
    assert b"femur_right, unit cm" in (tmp_path / "p_femur_right.stl").read_bytes()[:80]
    assert not (tmp_path / "p.stl").exists()


def test_a_choice_that_no_export_knows_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r'There is no choice "sise"; .*Did you mean "size"'):
        Scene.load("squat").export(tmp_path / "a.pptx", sise=(640, 360))  # type: ignore[call-arg]


def test_a_pose_without_a_closed_surface_is_refused(parts: list[posed.Part]) -> None:
    assert posed.closed(parts[0].faces)
    assert not posed.closed(parts[0].faces[1:])
    assert not posed.closed(np.concatenate([parts[0].faces[1:], parts[0].faces[:1, ::-1]]))


# -- what cannot be ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-o", "a.glb", "--profile", "phones"], 'no profile "phones".*Did you mean "phone"'),
        (["-o", "a.xyz"], "must end in .glb or"),
        (["-o", "a.stl", "--profile", "phone"], "--profile is for .glb"),
        (["-o", "a.stl", "--units", "inch"], 'no unit "inch"'),
        (["-o", "a.glb", "--at", "0.5", "--units", "mm"], "always in metres"),
        (["-o", "a.stl", "--at", "120%"], "0 to 100%"),
        (["-o", "nowhere/a.glb"], "no folder"),
        (["-o", "a.glb", "--at", "0.5", "--profile", "phone"], "--profile is for the whole movement"),
        ([], "needs a file to write"),
        (["squat", "-o", "a.glb"], "holds one movement, not 2"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_one_line(
    words: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import re

    monkeypatch.chdir(tmp_path)
    assert cli.main(["export", "straight_leg_raise", *words]) == 2
    said = capsys.readouterr().err
    assert re.search(sentence, said), said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.stl"
    file.write_text("mine")
    with pytest.raises(ExportError, match="--force"):
        Scene.load("squat").export(file)
    assert file.read_text() == "mine"


def test_an_unknown_scene_is_told_before_anything_is_made() -> None:
    with pytest.raises(UnknownNameError):
        Scene.load("straight_leg")
