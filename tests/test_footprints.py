"""Footprints: areas of published size, on the right bones, at the right places, made of good triangles."""

from pathlib import Path

import numpy as np
import pytest

from visualiser.anatomy import skeleton
from visualiser.anatomy.attachments import ATTACHMENTS
from visualiser.bodies import assets
from visualiser.bodies.assembly import FOOTPRINT, Body
from visualiser.bodies.footprints import LIFT, Patch
from visualiser.bodies.physique import standard_footprints
from visualiser.bodies.surfaces import Ground, area
from visualiser.conventions import MIRROR
from visualiser.scene import Scene
from visualiser.typed import FloatArray

NAMES = [attachment.name for attachment in ATTACHMENTS]


def patch(name: str) -> Patch:
    return next(p for p in standard_footprints() if p.attachment.name == name)


def middle(name: str) -> FloatArray:
    """Centre of an area in the frame of its bone, millimetres."""
    return 1e3 * patch(name).vertices.mean(axis=0)


def test_every_head_has_an_origin_and_an_insertion() -> None:
    assert len(NAMES) == len(set(NAMES)) == 8
    assert {a.head for a in ATTACHMENTS if a.end == "origin"} == {a.head for a in ATTACHMENTS if a.end == "insertion"}


@pytest.mark.parametrize("attachment", [a for a in ATTACHMENTS if a.published_mm2], ids=lambda a: a.name)
def test_areas_are_the_published_ones_within_a_tenth(attachment) -> None:  # type: ignore[no-untyped-def]
    own = patch(attachment.name).area_mm2
    if attachment.shared_with:  # Philippon 2015 measured the conjoint origin as one
        own += patch(f"{attachment.shared_with}_{attachment.end}").area_mm2
    assert own == pytest.approx(attachment.published_mm2, rel=0.10)


def test_the_conjoint_origin_is_as_long_and_high_as_published() -> None:
    both = np.concatenate([patch(f"{head}_origin").vertices for head in ("semitendinosus", "biceps_femoris_long_head")])
    points = 1e3 * (both - both.mean(axis=0))
    axes = np.linalg.svd(points, full_matrices=False)[2]
    assert over_the_bone(points, axes[0], axes[1]) == pytest.approx(39.0, rel=0.10)  # Feucht 2015: 39 ± 4 by 14 ± 5 mm
    assert over_the_bone(points, axes[1], axes[0]) == pytest.approx(14.0, rel=0.10)


def over_the_bone(points: FloatArray, along: FloatArray, across: FloatArray) -> float:
    """Length of an area along its middle, as a tape over the bone would measure it, millimetres."""
    band = points[np.abs(points @ across) < 2.0]
    bins = np.round(band @ along / 1.5)
    line = np.array([band[bins == b].mean(axis=0) for b in np.unique(bins)])
    ends = np.ptp(band @ along) - np.ptp(line @ along)  # what the means of the outermost bins leave out
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum() + ends)


def test_the_short_head_takes_the_shaft_from_45_to_85_percent_of_its_length() -> None:
    bone, own = assets.load_bone("femur").vertices[:, 1], patch("biceps_femoris_short_head_origin").vertices[:, 1]
    share = (bone.max() - np.array([own.max(), own.min()])) / np.ptp(bone)
    np.testing.assert_allclose(share, [0.45, 0.85], atol=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_an_area_lies_on_its_bone_and_looks_outwards(name: str) -> None:
    found = patch(name)
    bone = assets.load_bone(found.attachment.bone)
    places, normals, distance = Ground(bone.vertices, bone.faces, bone.normals).nearest(found.vertices)
    assert 0.5 * LIFT < distance.min() and distance.max() < 1.5 * LIFT
    assert ((found.vertices - places) * normals).sum(axis=1).min() > 0
    corners = found.vertices[found.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (across * found.normals[found.faces[:, 0]]).sum(axis=1).min() > 0


@pytest.mark.parametrize("name", NAMES)
def test_triangles_of_an_area_are_good(name: str) -> None:
    found = patch(name)
    corners = 1e3 * found.vertices[found.faces]
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
    doubled = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    longest = np.sort(sides, axis=1)
    smallest_angle = np.degrees(np.arcsin(doubled / (longest[:, 1] * longest[:, 2])))
    assert np.median(smallest_angle) > 50 and smallest_angle.min() > 15
    assert sides.max() < 2.5  # mm: no triangle spans a hollow


def test_semimembranosus_takes_the_outer_facet_and_the_conjoint_tendon_the_inner_one() -> None:
    outer, biceps, inner = (
        middle(f"{h}_origin") for h in ("semimembranosus", "biceps_femoris_long_head", "semitendinosus")
    )
    assert outer[2] > biceps[2] > inner[2]  # lateral to medial
    assert outer[1] > inner[1]  # above


def test_insertions_are_medial_for_the_semis_and_lateral_for_biceps() -> None:
    assert middle("semitendinosus_insertion")[2] < 0 and middle("semimembranosus_insertion")[2] < 0
    assert middle("biceps_femoris_long_head_insertion")[2] > 35
    assert patch("biceps_femoris_short_head_insertion").attachment.bone == "fibula"


def test_semitendinosus_inserts_lower_and_further_forward_than_semimembranosus() -> None:
    low, high = middle("semitendinosus_insertion"), middle("semimembranosus_insertion")
    assert low[1] < high[1] - 30 and low[0] > high[0] + 20


def test_the_direct_arm_lies_below_the_joint_line_as_published() -> None:
    plateau = 1e3 * assets.load_bone("tibia").vertices
    rim = plateau[(plateau[:, 2] < -15) & (plateau[:, 0] < -10)][:, 1].max()
    assert 5.0 < rim - middle("semimembranosus_insertion")[1] < 20.0  # LaPrade 2007: 12.1 (9.2-14.9) mm below it


def test_areas_of_different_heads_do_not_cover_each_other() -> None:
    for bone in {a.bone for a in ATTACHMENTS}:
        own = [p for p in standard_footprints() if p.attachment.bone == bone]
        for i, one in enumerate(own):
            for other in own[:i]:
                triangles = 1e3 * one.vertices[one.faces].mean(axis=1)
                _, _, distance = Ground(1e3 * other.vertices, other.faces).nearest(triangles)
                covered = distance < 0.15
                shared = area(1e3 * one.vertices, one.faces[covered])
                assert shared < 0.10 * min(one.area_mm2, other.area_mm2), (one.attachment.name, other.attachment.name)


def test_bare_bones_carry_the_areas_of_the_leg_that_is_shown() -> None:
    body = Body("left", "ghost", "light", footprints=True)
    shown = [s for s in body.surfaces if s.kind == FOOTPRINT]
    assert {s.name for s in shown} == {f"{name}_left" for name in NAMES}
    assert not any(s.kind in ("muscle", "nerve") for s in body.surfaces)
    np.testing.assert_allclose(shown[0].vertices, patch(shown[0].structure).vertices @ MIRROR, atol=1e-12)
    frame = body.frame(np.zeros(16))
    assert frame.vertices == {}
    bone = body.surface("hip_bone_left")
    _, _, distance = Ground(body.placed(bone, frame), bone.faces).nearest(body.placed(shown[0], frame))
    assert distance.max() < 0.002  # it rides on its bone; the light bone is coarser than the one it was laid on


def test_areas_keep_their_bones_in_every_segment() -> None:
    for attachment in ATTACHMENTS:
        assert skeleton.bone(attachment.bone).segment in ("pelvis", "femur", "tibia")


@pytest.mark.render
def test_a_picture_of_footprints_shows_their_colours(tmp_path: Path) -> None:
    scene = Scene.load("straight_leg_raise", legs="one")
    options = {"at": 0.0, "view": "posterior", "width": 500, "height": 700, "labels": "none"}
    bare = np.asarray(scene.image(tmp_path / "a.png", footprints=True, **options)).astype(int)  # type: ignore[arg-type]
    orange = (bare[..., 0] > 150) & (bare[..., 1] < 130) & (bare[..., 2] < 60)
    blue = (bare[..., 2] > bare[..., 0] + 60) & (bare[..., 2] > 110)
    assert orange.sum() > 10 and blue.sum() > 20
