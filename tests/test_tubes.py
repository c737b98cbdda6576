"""Drawn muscles in many poses: closed, of constant volume, out of the bones, in the published order, smooth in time."""

import ast
import inspect
import os
from concurrent.futures import ProcessPoolExecutor
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import tissue_measures as measures
import trimesh
from bone_files import HIP_CENTRE, MESHES, mesh, sculptor
from scipy.spatial import cKDTree

from visualiser.anatomy.definitions import MuscleHead
from visualiser.anatomy.muscles import HEADS
from visualiser.bodies.assets import soft_tissue_path
from visualiser.conventions import LEG_COORDINATES, metres, radians
from visualiser.errors import AssetError, UnknownNameError
from visualiser.kinematics import femur_to_pelvis, tibia_to_femur
from visualiser.movements.asked_poses import legs_of
from visualiser.pictures import textures
from visualiser.sculpt import ONE_THREAD, single_threaded
from visualiser.tissue.bonefields import Joints
from visualiser.tissue.crowding import Bundle
from visualiser.tissue.restshapes import RINGS, ROUND, THINNEST, thick_enough
from visualiser.tissue.sections import recounted, ring_centres
from visualiser.tissue.shapetable import ShapeTable
from visualiser.tissue.tubeends import Ends
from visualiser.tissue.tubes import SoftTissue
from visualiser.transforms import apply, inverse
from visualiser.typed import FloatArray

STANDING = np.zeros(6)
LARGEST_JERK = 0.3  # mm in a step of 2 degrees
PLANE_POSES = [(h, 0, 0, k, 0, 0) for h in (-20, 0, 45, 90, 110) for k in (0, 45, 90, 120)]
TURNED_POSES = [
    (40, 15, 15, 60, 10, 0),
    (80, -15, -20, 20, 0, 0),
    (20, -10, 15, 100, -20, 0),
    (60, 10, -15, 90, 15, 10),
]
POSES = radians([*PLANE_POSES, *TURNED_POSES])


@pytest.fixture(scope="module")
def tissue() -> SoftTissue:
    return SoftTissue.load(soft_tissue_path())


@pytest.fixture(scope="module")
def rings(tissue: SoftTissue) -> dict[str, tuple[FloatArray, ...]]:
    return tissue.rings(POSES)


class Bones:
    """Signed distances from the bones of the right leg, by the nearest vertex and its normal: good to a millimetre near the surface."""

    def __init__(self) -> None:
        self.trees = {}
        for name in ("hip_bone", "femur", "tibia", "fibula"):
            bone = mesh(name)
            points = metres(bone.vertices - (HIP_CENTRE if name == "hip_bone" else 0.0))
            self.trees[name] = (cKDTree(points), points, np.asarray(bone.vertex_normals))

    def distance(self, name: str, points: FloatArray, leg: FloatArray) -> FloatArray:
        """Distance (P,) of points (P, 3) of the femur frame from a bone in one pose, negative inside."""
        if name == "hip_bone":
            points = points @ femur_to_pelvis(leg)[:3, :3].T
        elif name != "femur":
            points = apply(inverse(tibia_to_femur(leg)), points)
        tree, surface, normals = self.trees[name]
        far, at = tree.query(points)
        side = ((points - surface[at]) * normals[at]).sum(axis=1)
        # Beside a vertex the foot of the normal is what counts; far off, the straight distance.
        return np.where(np.abs(side) < 0.004, side, np.sign(side) * far)


@pytest.fixture(scope="module")
def bones() -> Bones:
    return Bones()


def closed(tissue: SoftTissue, name: str, vertices: FloatArray) -> trimesh.Trimesh:
    """A surface with its doubled seam joined."""
    return trimesh.Trimesh(vertices, tissue.surface(name).faces, process=True, merge_tex=True, merge_norm=True)


def at_level(ring: FloatArray, height: float) -> FloatArray:
    """Where a tube's centreline (R, S, 3) crosses a height of the thigh: (3,)."""
    centre = ring_centres(ring)
    return centre[np.argmin(np.abs(centre[:, 1] - height))]


@pytest.mark.parametrize("name", [head.name for head in HEADS])
def test_muscles_are_closed_surfaces_that_face_outwards(tissue: SoftTissue, name: str) -> None:
    for vertices in tissue.vertices(POSES[[0, 9, 20]])[name]:
        surface = closed(tissue, name, vertices)
        assert surface.is_watertight and surface.is_winding_consistent and surface.volume > 0


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_belly_volume_is_that_of_an_adult_and_conserved_within_half_a_percent(
    tissue: SoftTissue, head: MuscleHead
) -> None:
    for vertices in tissue.vertices(POSES)[head.name]:
        volume_cm3 = trimesh.Trimesh(vertices, tissue.surface(head.name).faces, process=False).volume * 1e6
        assert volume_cm3 == pytest.approx(head.volume_cm3, rel=0.005)


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_no_centreline_enters_a_bone(rings: dict[str, tuple[FloatArray, ...]], bones: Bones, head: MuscleHead) -> None:
    for leg, ring in zip(POSES, rings[head.name][0], strict=True):
        centre = ring_centres(ring)[4:-4]  # the outermost rings, 15 mm, lie on the bone
        for bone in bones.trees:
            assert bones.distance(bone, centre, leg).min() > -0.0005, (bone, np.degrees(leg))


@pytest.fixture(scope="module")
def found(tissue: SoftTissue) -> measures.Measured:
    """What is measured in a few random poses in which all joints turn, and in the planar ones where heads crowd most."""
    deep = radians([(110, 0, 0, 110, 0, 0), (-20, 0, 0, 120, 0, 0), (90, 0, 0, 0, 0, 0)])
    return measures.depths(tissue, np.concatenate([measures.random_legs(7, seed=3), deep]))


def test_in_any_pose_no_muscle_lies_more_than_a_millimetre_in_bone(found: measures.Measured) -> None:
    assert found.largest("muscle in bone, mm") <= 1.0, [*found.lines()]


def test_in_any_pose_no_muscle_lies_more_than_one_and_a_half_millimetres_in_another(found: measures.Measured) -> None:
    assert found.largest("muscle in muscle, mm") <= 1.5, [*found.lines()]


def test_in_any_pose_the_nerve_keeps_out_of_bone(found: measures.Measured) -> None:
    assert found.largest("nerve in bone, mm") <= 1.0, [*found.lines()]


def test_in_any_pose_the_nerve_keeps_out_of_the_muscles(found: measures.Measured) -> None:
    assert found.largest("nerve in muscle, mm") <= 1.5, [*found.lines()]


def test_in_any_pose_volumes_are_those_of_an_adult_within_half_a_percent(found: measures.Measured) -> None:
    assert found.largest("volume off, %") <= 0.5


def test_drawn_heads_change_their_length_as_their_lines_of_action_do(tissue: SoftTissue) -> None:
    grid = legs_of({"hip_flexion": range(-20, 121, 10), "knee_flexion": range(0, 121, 10)})
    for name, off in measures.line_differences(tissue, grid).items():
        assert np.sqrt((off**2).mean()) <= 1.0 and np.abs(off).max() <= 3.0, (name, off.round(1))  # points


def test_both_ends_of_every_head_lie_on_bone(rings: dict[str, tuple[FloatArray, ...]], bones: Bones) -> None:
    ends = {head.name: (head.tube.origin.bone, head.tube.insertion.bone) for head in HEADS}
    for name, (origin, insertion) in ends.items():
        for leg, ring in zip(POSES[:20], rings[name][0], strict=False):
            assert np.abs(bones.distance(origin, ring[0], leg)).mean() < 0.0015
            assert np.abs(bones.distance(insertion, ring[-1], leg)).mean() < 0.0015


def test_behind_a_straight_knee_the_short_head_lies_on_the_shaft(
    rings: dict[str, tuple[FloatArray, ...]], bones: Bones
) -> None:
    """It arises from a strip along the shaft, from 45 % of its length on, so there its sheet must not stand off the bone."""
    femur = metres(mesh("femur").vertices[:, 1])
    upper, lower = femur.max() - np.array([0.47, 0.70]) * np.ptp(femur)
    straight = np.array([leg[LEG_COORDINATES.index("knee_flexion")] == 0.0 for leg in POSES])
    for leg, ring in zip(POSES[straight], rings["biceps_femoris_short_head"][0][straight], strict=True):
        heights = ring_centres(ring)[:, 1]
        for section in ring[(heights < upper) & (heights > lower)]:
            assert bones.distance("femur", section, leg).min() < 0.0025, np.degrees(leg)


def test_both_parts_of_the_conjoint_tendon_lie_together_for_nine_centimetres(
    rings: dict[str, tuple[FloatArray, ...]],
) -> None:
    gaps = []
    for medial, lateral in zip(rings["semitendinosus"][0], rings["biceps_femoris_long_head"][0], strict=True):
        centres = ring_centres(medial)
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(centres, axis=0), axis=1))])
        joined = medial[(along > 0.030) & (along < 0.090)]
        far, _ = cKDTree(lateral.reshape(-1, 3)).query(joined.reshape(-1, 3))
        gaps.append(far.reshape(joined.shape[:2]).min(axis=1))
    assert np.concatenate(gaps).max() < 0.0042 and np.concatenate(gaps).mean() < 0.0023


def test_origins_cover_the_published_area_of_the_tuberosity(tissue: SoftTissue) -> None:
    # Feucht 2015: conjoint footprint 39 mm long, semimembranosus 45 mm, along the bone; straight across its curve they are shorter.
    standing = tissue.rings(STANDING)
    for name, length in (("semimembranosus", 0.045), ("biceps_femoris_long_head", 0.039)):
        ring = standing[name][0][0]
        assert np.linalg.norm(ring[:, None] - ring[None], axis=2).max() == pytest.approx(length, rel=0.2)


def test_heads_lie_in_the_published_order_at_mid_thigh(tissue: SoftTissue) -> None:
    standing = {name: at_level(tubes[0], -0.200) for name, tubes in tissue.rings(STANDING).items()}
    st, sm = standing["semitendinosus"], standing["semimembranosus"]
    long, short, nerve = (
        standing[n] for n in ("biceps_femoris_long_head", "biceps_femoris_short_head", "sciatic_nerve")
    )
    assert st[2] < long[2] - 0.02  # semitendinosus medial to biceps
    assert sm[0] > st[0] + 0.01  # semimembranosus deep to semitendinosus
    assert short[0] > long[0] + 0.01  # short head deep to long head
    assert nerve[0] > long[0] + 0.01  # nerve deep to long head


def test_semimembranosus_tendon_passes_deep_to_the_conjoint_tendon_from_lateral_to_medial(tissue: SoftTissue) -> None:
    standing = {name: ring_centres(tubes[0]) for name, tubes in tissue.rings(STANDING).items()}
    sm, long = standing["semimembranosus"], standing["biceps_femoris_long_head"]
    assert sm[0, 2] > long[0, 2] + 0.008  # begins lateral to it
    assert (
        at_level(tissue.rings(STANDING)["semimembranosus"][0], -0.16)[2]
        < at_level(tissue.rings(STANDING)["biceps_femoris_long_head"][0], -0.16)[2]
    )


def test_low_in_the_thigh_semimembranosus_is_broad_and_semitendinosus_a_cord_behind_it(tissue: SoftTissue) -> None:
    standing = tissue.rings(STANDING)

    def width(name: str) -> float:
        centres = ring_centres(standing[name][0])
        return float(np.ptp(standing[name][0][np.argmin(np.abs(centres[:, 1] + 0.350))][:, 2]))

    assert width("semimembranosus") > 0.03 and width("semitendinosus") < 0.012
    assert at_level(standing["semitendinosus"][0], -0.35)[0] < at_level(standing["semimembranosus"][0], -0.35)[0] - 0.01


def test_bellies_thicken_when_the_knee_bends(tissue: SoftTissue) -> None:
    poses = radians([(0, 0, 0, 0, 0, 0), (0, 0, 0, 90, 0, 0)])
    for name in ("semitendinosus", "semimembranosus", "biceps_femoris_long_head", "biceps_femoris_short_head"):
        ring = tissue.rings(poses)[name][0]
        reach = np.linalg.norm(ring - ring_centres(ring)[..., None, :], axis=3).mean(axis=2).max(axis=1)
        assert reach[1] > 1.03 * reach[0], name


def test_surfaces_move_without_jerks(tissue: SoftTissue) -> None:
    moved = measures.jitter(tissue, radians([[0, 0, 0, 0, 0, 0], [60, 5, 5, 60, 5, 0]]))
    assert moved.largest("muscle jitter, mm") <= LARGEST_JERK, [*moved.lines()]
    assert moved.largest("nerve jitter, mm") <= LARGEST_JERK, [*moved.lines()]


def test_sections_beside_the_ends_are_seen_as_they_are_drawn() -> None:
    legs = POSES[[0, 12, 20]]
    joints = Joints.of(legs)
    with np.load(soft_tissue_path()) as file:
        shapes, ends = ShapeTable(dict(file)).at(legs, joints), Ends(file["areas"])
    bundle = Bundle.of(shapes.centres.astype(np.float64), thick_enough(shapes.radii.astype(np.float64)), joints)
    seen, drawn = ends.as_drawn(bundle, joints), ends.closed(bundle, joints)
    beside = [1, 2, RINGS - 3, RINGS - 2]
    sizes = []
    for points in (drawn, seen.points(seen.directions()), bundle.points(bundle.directions())):
        spokes = (points - ring_centres(points)[..., None, :])[:, :, beside]
        across, deep = (np.einsum("nhrsk,nhrk->nhrs", spokes, axis[:, :, beside]) for axis in (seen.across, seen.deep))
        sizes.append(np.hypot(across, deep).mean(axis=-1))
    assert np.abs(sizes[1] / sizes[0] - 1.0).mean() < 0.5 * np.abs(sizes[2] / sizes[0] - 1.0).mean()
    assert np.array_equal(seen.radii[:, :, 4:-4], bundle.radii[:, :, 4:-4])


def test_spokes_of_sections_end_before_nothing_and_without_an_edge() -> None:
    asked = np.linspace(-0.004, 0.006, 2001)
    kept = thick_enough(asked)
    assert kept.min() == pytest.approx(THINNEST)
    assert np.array_equal(kept[asked > 0.002], asked[asked > 0.002])
    slopes = np.diff(kept) / np.diff(asked)
    assert slopes.min() >= 0.0 and slopes.max() <= 1.0 + 1e-9
    assert np.abs(np.diff(slopes)).max() < 0.01  # a plain maximum leaps by 1


def test_a_section_counted_from_another_middle_keeps_its_outline() -> None:
    middle, ways = np.array([0.006, -0.002]), ROUND @ np.array([0.006, -0.002])
    # A circle of 10 mm counted from beside its middle.
    radii = (ways + np.sqrt(np.square(ways) - middle @ middle + 0.01**2))[None]
    moved = recounted(radii, middle[None])[0]
    outline = radii[0, :, None] * ROUND
    along = np.roll(outline, -1, axis=0) - outline
    points = (middle + moved[:, None] * ROUND)[:, None] - outline
    share = np.clip((points * along).sum(axis=-1) / (along * along).sum(axis=-1), 0.0, 1.0)
    assert np.linalg.norm(points - share[..., None] * along, axis=-1).min(axis=1).max() < 1e-9
    assert np.ptp(moved) < 0.05 * np.ptp(radii)  # from its middle a circle looks round


@pytest.mark.parametrize("lead", [(), (2,), (2, 2)])
def test_many_poses_at_once_equal_one_by_one(tissue: SoftTissue, lead: tuple[int, ...]) -> None:
    poses = np.random.default_rng(3).uniform(-0.2, 1.0, (*lead, 6))
    together = tissue.vertices(poses)
    for index in np.ndindex(*lead):
        for name, vertices in tissue.vertices(poses[index]).items():
            np.testing.assert_allclose(together[name][index], vertices, atol=2e-6)


def test_normals_are_unit_vectors_that_agree_with_the_triangles(tissue: SoftTissue) -> None:
    for name, vertices in tissue.vertices(POSES[3]).items():
        normals = tissue.normals(name, vertices)
        np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-6)
        by_triangles = trimesh.Trimesh(vertices, tissue.surface(name).faces, process=False).vertex_normals
        assert np.median((normals * by_triangles).sum(axis=1)) > 0.95


def test_every_surface_has_a_picture_and_texture_coordinates(tissue: SoftTissue) -> None:
    for surface in tissue.surfaces:
        assert textures.textures()[surface.name].ndim == 3
        assert surface.uv.shape == (surface.faces.max() + 1, 2)
        assert surface.uv.min() >= 0.0 and surface.uv.max() <= 1.0


def test_tendons_are_pearl_and_bellies_red() -> None:
    for name in ("semitendinosus", "semimembranosus", "biceps_femoris_long_head"):
        picture = textures.textures()[name].astype(float)
        tendon, middle = picture[-20:].mean(axis=(0, 1)), picture[int(0.45 * len(picture))].mean(axis=0)
        assert tendon[1] > 1.8 * middle[1]  # green: high in pearl, low in red
        assert middle[0] > 1.8 * middle[1]


def test_a_missing_a_damaged_and_an_old_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="cannot be read"):
        SoftTissue.load(tmp_path / "nothing.npz")
    (tmp_path / "damaged.npz").write_bytes(b"not an archive")
    with pytest.raises(AssetError, match="cannot be read"):
        SoftTissue.load(tmp_path / "damaged.npz")
    with np.load(soft_tissue_path()) as file:
        np.savez(tmp_path / "old.npz", **{name: file[name] for name in file.files if name != "format"}, format=0)
    with pytest.raises(AssetError, match="format 0"):
        SoftTissue.load(tmp_path / "old.npz")


def test_an_unknown_surface_is_refused(tissue: SoftTissue) -> None:
    with pytest.raises(UnknownNameError, match="semitendinosus"):
        tissue.surface("semitendinous")


def test_what_is_baked_was_baked_from_these_bones_lines_designs_and_code() -> None:
    with np.load(soft_tissue_path()) as file:
        made_from = str(file["made_from"])
    assert made_from == sculptor("tissue").made_from(MESHES / "fine"), (
        "bake anew: python -m visualiser.sculpt soft_tissue"
    )


def test_the_hash_of_a_bake_covers_every_module_that_it_comes_from() -> None:
    tissue = sculptor("tissue")
    covered = {module.__name__ for module in tissue.MODULES}
    for module in (*tissue.MODULES, tissue):
        for name, value in vars(module).items():
            home = value.__name__ if isinstance(value, ModuleType) else str(getattr(value, "__module__", ""))
            assert not home.startswith("visualiser.tissue.") or home in covered, f"{module.__name__}.{name}"
    for mixed, names in tissue.MODULES.items():
        for module in (*tissue.MODULES, tissue) if names else ():
            unknown = asked_of(mixed, module) - tissue.reached(mixed, names)
            assert module is mixed or not unknown, f"{module.__name__} asks {mixed.__name__} for {unknown}"


def asked_of(module: ModuleType, by: ModuleType) -> set[str]:
    """Names of a module that another one imports or uses."""
    tree = list(ast.walk(ast.parse(inspect.getsource(by))))
    imports = [node.names for node in tree if isinstance(node, ast.ImportFrom) and node.module == module.__name__]
    own = module.__name__.rpartition(".")[2] if any(value is module for value in vars(by).values()) else ""
    uses = [node for node in tree if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    return {alias.name for names in imports for alias in names} | {node.attr for node in uses if node.value.id == own}


def test_words_about_the_code_do_not_ask_for_a_new_bake_but_its_numbers_do(tmp_path: Path) -> None:
    def code(text: str) -> str:
        path = tmp_path / f"written_{len(list(tmp_path.iterdir()))}.py"
        path.write_text(text)
        spec = spec_from_file_location(path.stem, path)
        assert spec and spec.loader
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return str(sculptor("tissue").code(module))

    plain = code('"""What it is."""\n\nROOM = 0.8  # mm\n')
    assert code('"""What it was,\n\nat length."""\nROOM = 0.8\n# Why.\n') == plain
    assert code('"""What it is."""\n\nROOM = 0.9  # mm\n') != plain


def test_what_is_baked_does_not_depend_on_how_many_threads_a_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    with single_threaded(), ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        assert [fresh.submit(os.getenv, name).result() for name in ONE_THREAD] == ["1"] * len(ONE_THREAD)
    assert os.environ["OMP_NUM_THREADS"] == "7" and "OPENBLAS_NUM_THREADS" not in os.environ
