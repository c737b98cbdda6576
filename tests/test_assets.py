"""What ships with the program is found, closed, of the right size, and says so when it is not."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from visualiser.anatomy import skeleton
from visualiser.bodies import assets
from visualiser.errors import AssetError, UnknownNameError


def capsule(length_mm: float = 440.0) -> trimesh.Trimesh:
    """A closed body of a femur's length."""
    return trimesh.creation.capsule(height=length_mm - 40.0, radius=20.0)


def stored(mesh: trimesh.Trimesh, path: Path) -> Path:
    path.write_bytes(trimesh.exchange.ply.export_ply(mesh))
    return path


def test_millimetres_in_the_file_are_metres_in_the_program(tmp_path: Path) -> None:
    mesh = capsule()
    bone = assets.read_bone(stored(mesh, tmp_path / "femur.ply"), "femur")
    assert bone.name == "femur"
    assert np.ptp(bone.vertices, axis=0).max() == pytest.approx(0.440, abs=1e-6)
    assert np.array_equal(bone.faces, mesh.faces)


def test_stored_normals_and_colours_survive(tmp_path: Path) -> None:
    mesh = capsule()
    random = np.random.default_rng(3)
    colours = random.integers(0, 256, (len(mesh.vertices), 4), dtype=np.uint8)
    colours[:, 3] = 255
    normals = mesh.vertex_normals + random.normal(0, 0.1, mesh.vertices.shape)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    own = trimesh.Trimesh(mesh.vertices, mesh.faces, vertex_colors=colours, process=False)
    own.vertex_normals = normals
    path = tmp_path / "femur.ply"
    path.write_bytes(trimesh.exchange.ply.export_ply(own, vertex_normal=True))
    bone = assets.read_bone(path, "femur")
    assert np.allclose(bone.normals, normals, atol=1e-6)
    assert np.array_equal(bone.colours, colours[:, :3])


def test_a_mesh_without_normals_or_colours_gets_its_own(tmp_path: Path) -> None:
    bone = assets.read_bone(stored(capsule(), tmp_path / "femur.ply"), "femur")
    assert np.allclose(np.linalg.norm(bone.normals, axis=1), 1.0)
    outwards = bone.vertices - bone.vertices.mean(axis=0)
    assert (np.sum(bone.normals * outwards, axis=1) > 0).all()
    assert (bone.colours == assets.BONE_COLOUR).all()


def test_shared_arrays_cannot_be_written_to(tmp_path: Path) -> None:
    bone = assets.read_bone(stored(capsule(), tmp_path / "femur.ply"), "femur")
    for array in (bone.vertices, bone.faces, bone.normals, bone.colours):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_mesh_in_metres_is_refused_with_the_unit(tmp_path: Path) -> None:
    path = stored(capsule().apply_scale(0.001), tmp_path / "femur.ply")
    with pytest.raises(
        AssetError, match=r"is 0.44 mm long; a femur is 380 to 540 mm \(mesh files are in millimetres\)"
    ):
        assets.read_bone(path, "femur")


def test_a_mesh_with_a_hole_is_refused(tmp_path: Path) -> None:
    mesh = capsule()
    mesh.faces = mesh.faces[1:]
    with pytest.raises(AssetError, match="is not closed"):
        assets.read_bone(stored(mesh, tmp_path / "femur.ply"), "femur")


def test_a_mesh_inside_out_is_refused(tmp_path: Path) -> None:
    mesh = capsule()
    mesh.invert()
    with pytest.raises(AssetError, match="is inside out"):
        assets.read_bone(stored(mesh, tmp_path / "femur.ply"), "femur")


def test_a_mesh_that_is_not_finite_is_refused(tmp_path: Path) -> None:
    mesh = capsule()
    mesh.vertices[0] = np.nan
    with pytest.raises(AssetError, match="not finite"):
        assets.read_bone(stored(mesh, tmp_path / "femur.ply"), "femur")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"ply\n",
        b"not a mesh at all",
        b"ply\nformat ascii 1.0\nend_header\n",
        b"ply\nformat ascii 1.0\nelement vertex 1\nproperty int x\nproperty int y\nproperty int z\nend_header\n0 0 0\n",
        b"ply\nformat binary_little_endian 1.0\nelement vertex 9\nproperty float x\nend_header\n\x00",
    ],
)
def test_a_damaged_file_is_told_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "femur.ply"
    path.write_bytes(content)
    with pytest.raises(AssetError) as refusal:
        assets.read_bone(path, "femur")
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"femur\.ply is missing: reinstall hamstring-visualiser, or rebuild it"):
        assets.read_bone(tmp_path / "femur.ply", "femur")


def test_an_unknown_bone_or_detail_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match='Did you mean "femur"'):
        assets.load_bone("femurr")
    with pytest.raises(UnknownNameError, match="allowed: fine, light"):
        assets.load_bone("femur", "coarse")


# -- what ships ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("detail", assets.DETAILS)
@pytest.mark.parametrize("bone", [bone.name for bone in skeleton.BONES])
def test_every_bone_ships_closed_and_of_an_adult_s_size(bone: str, detail: str) -> None:
    mesh = assets.load_bone(bone, detail)
    assert len(mesh.vertices) == len(mesh.normals) == len(mesh.colours)
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-3)


def test_every_landmark_of_a_file_lies_on_a_known_bone_near_its_surface() -> None:
    for bone, places in assets.load_landmarks().items():
        vertices = assets.load_bone(bone).vertices
        for name, place in places.items():
            distance = np.linalg.norm(vertices - place, axis=1).min()
            assert distance < 0.03, f"{name} is {1000 * distance:.0f} mm from the surface of {bone}"


def test_landmarks_that_are_not_three_millimetres_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "data_folder", lambda kind: tmp_path)
    for text, sentence in (
        ("units = 'mm'\n[femur]\nhead = [1, 2]", "femur.head must be three millimetres"),
        ("units = 'mm'\n[femur]\nhead = [1, 2, nan]", "femur.head must be three millimetres"),
        ("units = 'mm'\n[femur]\nhead = [true, 2, 3]", "femur.head must be three millimetres"),
        ("units = 'mm'\nfemur = 3", "femur must be a table"),
        ("units = 'mm'\n[femurr]\nhead = [1, 2, 3]", 'Did you mean "femur"'),
        ("[femur", "is not a TOML file"),
        ("[femur]\nhead = [1, 2, 3]", 'must say units = "mm"'),
        ("units = 'm'\n[femur]\nhead = [1, 2, 3]", 'must say units = "mm"'),
    ):
        (tmp_path / "landmarks.toml").write_text(text, encoding="utf-8")
        assets.load_landmarks.cache_clear()
        with pytest.raises((AssetError, UnknownNameError), match=sentence):
            assets.load_landmarks()
    assets.load_landmarks.cache_clear()


def test_the_four_first_movements_ship() -> None:
    assert {"straight_leg_raise", "standing_leg_curl", "tibial_rotation", "hip_extension"} <= set(assets.scene_paths())


def test_a_folder_of_the_same_name_beside_an_installed_package_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "visualiser" / "bodies").mkdir(parents=True)
    (tmp_path / "meshes").mkdir()
    monkeypatch.setattr(assets, "__file__", str(tmp_path / "visualiser" / "bodies" / "assets.py"))
    with pytest.raises(AssetError, match="The folder meshes is missing"):
        assets.data_folder("meshes")
    (tmp_path / "pyproject.toml").touch()
    assert assets.data_folder("meshes") == tmp_path / "meshes"
    (tmp_path / "visualiser" / "meshes").mkdir()
    assert assets.data_folder("meshes") == tmp_path / "visualiser" / "meshes"
