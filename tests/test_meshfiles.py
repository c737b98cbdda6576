"""Mesh files of users: mended where that is safe and said, refused in one sentence where it is not."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from bone_folders import femur, shipped, write_folder

from visualiser import cli
from visualiser.bodies import meshfiles, ownbones
from visualiser.bodies.meshfiles import read_mesh, repaired
from visualiser.bodies.vtp import read_vtp
from visualiser.errors import AssetError


@pytest.mark.parametrize("mode", ["Ascii", "Binary", "Appended"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoded", [False, True])
def test_vtp_files_of_every_kind_are_read(mode: str, packed: bool, encoded: bool, tmp_path: Path) -> None:
    import pyvista
    from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter

    vertices, faces, _ = shipped("tibia")
    writer = vtkXMLPolyDataWriter()
    writer.SetFileName(str(tmp_path / "tibia.vtp"))
    writer.SetInputData(pyvista.PolyData.from_regular_faces(vertices, faces))
    getattr(writer, f"SetDataModeTo{mode}")()
    writer.SetEncodeAppendedData(encoded)
    if not packed:
        writer.SetCompressorTypeToNone()
    writer.Write()
    found, triangles = read_vtp((tmp_path / "tibia.vtp").read_bytes())
    np.testing.assert_allclose(found, vertices, atol=1e-4)
    np.testing.assert_array_equal(triangles, faces)


def mended(tmp_path: Path, mesh: trimesh.Trimesh, suffix: str = ".ply") -> tuple[trimesh.Trimesh, str]:
    path = tmp_path / f"femur{suffix}"
    mesh.export(path)
    raw, notes = repaired(read_mesh(path), path)
    return trimesh.Trimesh(raw.vertices, raw.faces, process=False), "; ".join(notes)


def test_a_good_mesh_is_left_alone(tmp_path: Path) -> None:
    found, notes = mended(tmp_path, femur(), ".stl")
    assert notes == "" and found.is_watertight and len(found.faces) == len(femur().faces)


def test_a_mesh_that_is_inside_out_is_turned(tmp_path: Path) -> None:
    mesh = femur()
    mesh.invert()
    found, notes = mended(tmp_path, mesh)
    assert notes == "turned inside out" and found.volume > 0


def test_triangles_that_look_the_other_way_are_turned(tmp_path: Path) -> None:
    mesh = femur()
    mesh.faces[40:90] = mesh.faces[40:90][:, ::-1]
    found, notes = mended(tmp_path, trimesh.Trimesh(mesh.vertices, mesh.faces, process=False))
    assert "turned 50 triangles" in notes and found.is_winding_consistent and found.volume > 0


def test_small_holes_are_closed_also_where_they_touch(tmp_path: Path) -> None:
    mesh = femur()
    keep = np.ones(len(mesh.faces), dtype=bool)
    keep[200:206] = keep[900] = False
    found, notes = mended(tmp_path, trimesh.Trimesh(mesh.vertices, mesh.faces[keep], process=False))
    assert notes.startswith("closed ") and found.is_watertight
    assert found.volume == pytest.approx(femur().volume, rel=1e-3)


def test_splinters_and_inner_shells_are_left_out_and_said(tmp_path: Path) -> None:
    splinter = trimesh.creation.icosphere(2, 6.0)
    splinter.apply_translation([50.0, -50.0, 0.0])
    canal = femur()
    canal.vertices -= 3.0 * canal.vertex_normals
    canal.invert()
    found, notes = mended(tmp_path, trimesh.util.concatenate([femur(), splinter, canal]))
    assert "1 splinter" in notes and "1 inner shell" in notes
    assert len(found.faces) == len(femur().faces)


def test_a_few_vertices_that_are_no_numbers_are_survived(tmp_path: Path) -> None:
    mesh = femur()
    mesh.vertices[100] = np.nan
    found, notes = mended(tmp_path, trimesh.Trimesh(mesh.vertices, mesh.faces, process=False))
    assert "not finite" in notes and np.isfinite(found.vertices).all() and found.is_watertight


def _cut() -> trimesh.Trimesh:
    mesh = femur()
    return trimesh.Trimesh(mesh.vertices, mesh.faces[mesh.triangles_center[:, 1] < 10.0], process=False)


def _soup() -> trimesh.Trimesh:
    """Many small strips that disagree with themselves: mending them one by one would take hours."""
    strip = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], dtype=float)
    places = np.random.default_rng(0).uniform(0, 450, size=(20_000, 1, 3))
    faces = np.array([[0, 1, 2], [1, 2, 3]])
    return trimesh.Trimesh(
        (strip + places).reshape(-1, 3), (faces + 4 * np.arange(20_000)[:, None, None]).reshape(-1, 3), process=False
    )


def _two() -> trimesh.Trimesh:
    other = femur()
    other.apply_translation([150.0, 0.0, 0.0])
    return trimesh.util.concatenate([femur(), other])


def _glb(document: object) -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    return b"glTF" + struct.pack("<II", 2, 20 + len(text)) + struct.pack("<I", len(text)) + b"JSON" + text


_TRIANGLE = {
    "asset": {"version": "2.0"},
    "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
    "nodes": [{"mesh": 0}],
    "scenes": [{"nodes": [0]}],
    "scene": 0,
}
_HOSTILE: dict[str, tuple[str, bytes | Callable[[], trimesh.Trimesh], str]] = {
    "empty stl": (".stl", b"", "no triangles"),
    "empty ply": (".ply", b"", "not a readable PLY mesh"),
    "empty obj": (".obj", b"", "no triangles"),
    "empty glb": (".glb", b"", "not a readable GLB mesh"),
    "empty vtp": (".vtp", b"", "not a readable VTP mesh"),
    "words": (".obj", b"this is a letter\n", "no triangles"),
    "noise": (".glb", b"glTF" + bytes(range(256)) * 9, "not a readable GLB mesh"),
    "huge stl": (".stl", bytes(80) + b"\xff\xff\xff\xff" + bytes(50), "at most"),
    "huge ply": (
        ".ply",
        b"ply\nformat ascii 1.0\nelement vertex 99999999999\nproperty float x\nend_header\n0\n",
        "at most",
    ),
    "huge glb": (
        ".glb",
        _glb(_TRIANGLE | {"accessors": [{"count": 10**12, "componentType": 5126, "type": "VEC3"}]}),
        "at most",
    ),
    "negative glb": (
        ".glb",
        _glb(_TRIANGLE | {"accessors": [{"count": -5, "componentType": 5126, "type": "VEC3"}]}),
        "GLB",
    ),
    "deep glb": (".glb", b"glTF" + struct.pack("<IIII", 2, 200020, 200000, 0x4E4F534A) + b"[" * 200000, "GLB"),
    "glb that points elsewhere": (
        ".glb",
        _glb(_TRIANGLE | {"buffers": [{"uri": "file:///etc/passwd", "byteLength": 36}], "accessors": [{"count": 3}]}),
        "not a readable GLB mesh",
    ),
    "wrong indices": (".obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 900\n", "OBJ mesh|vertices that are not there"),
    "points only": (
        ".ply",
        b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\n0 0 0\n",
        "no triangles",
    ),
    "entities": (".vtp", b'<!DOCTYPE a [<!ENTITY b "c">]><VTKFile type="PolyData">&b;</VTKFile>', "entities"),
    "cut vtp": (".vtp", b'<VTKFile type="PolyData"><PolyData><Piece NumberOfPolys="1">', "VTP"),
    "box": (".stl", lambda: trimesh.creation.box((40, 450, 40)), "12 triangles"),
    "all nan": (
        ".ply",
        lambda: trimesh.Trimesh(np.full_like(femur().vertices, np.nan), femur().faces, process=False),
        "not finite",
    ),
    "cut bone": (".ply", _cut, "is open"),
    "two bones": (".ply", _two, "2 large pieces"),
    "soup": (".ply", _soup, "is no surface"),
    "flat": (
        ".ply",
        lambda: trimesh.Trimesh(femur().vertices * [1, 1, 0], femur().faces, process=False),
        "no bone|open",
    ),
}


@pytest.mark.parametrize("case", _HOSTILE)
def test_a_bad_mesh_is_one_sentence(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suffix, content, sentence = _HOSTILE[case]
    folder = write_folder(tmp_path, ("femur",))
    (folder / "femur.stl").unlink()
    path = folder / f"femur{suffix}"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content().export(path)
    with pytest.raises(AssetError, match=sentence):
        ownbones.load(folder)
    assert cli.main(["bones", "check", str(folder)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("hamstring: ") and said.err.count("\n") == 1
    assert len(said.err) < 300 + len(str(folder))


def test_more_triangles_than_allowed_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert meshfiles.MOST_TRIANGLES == 2_000_000
    monkeypatch.setattr(meshfiles, "MOST_TRIANGLES", 1000)
    femur().export(tmp_path / "femur.stl")
    with pytest.raises(AssetError, match="triangles; at most 1,000 are read"):
        read_mesh(tmp_path / "femur.stl")
