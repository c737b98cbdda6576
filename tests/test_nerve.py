"""The sciatic nerve: its place among bones and muscles, and how it slides and stretches."""

import numpy as np
import pytest
from bone_files import HIP_CENTRE, landmarks

from visualiser.anatomy.muscles import HEADS, head
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.bodies.assets import soft_tissue_path
from visualiser.conventions import metres, millimetres, radians
from visualiser.tissue.nerve import nerve_excursion, nerve_state, nerve_strain
from visualiser.tissue.paths import muscle_length
from visualiser.tissue.sections import ring_centres
from visualiser.tissue.tubes import SoftTissue
from visualiser.typed import FloatArray


@pytest.fixture(scope="module")
def tissue() -> SoftTissue:
    return SoftTissue.load(soft_tissue_path())


def leg(hip: float = 0, knee: float = 0, ankle: float = 0) -> FloatArray:
    """A pose from degrees."""
    return radians([hip, 0, 0, knee, 0, ankle])


def at_level(ring: FloatArray, height: float) -> FloatArray:
    """Where a tube's centreline crosses a height of the thigh: (3,)."""
    centre = ring_centres(ring)
    return centre[np.argmin(np.abs(centre[:, 1] - height))]


def test_the_nerve_has_the_roots_of_the_sacral_plexus() -> None:
    assert [root.level for root in SCIATIC_NERVE.roots] == ["L4", "L5", "S1", "S2", "S3"]


@pytest.mark.parametrize("pose", [(0, 0), (30, 0), (64, 0), (0, 90), (60, 60), (90, 90)])
def test_long_head_of_biceps_crosses_posterior_to_the_sciatic_nerve(tissue: SoftTissue, pose: tuple[int, int]) -> None:
    rings = tissue.rings(leg(*pose))
    for height in (-0.16, -0.20, -0.24):
        nerve = at_level(rings["sciatic_nerve"][0], height)
        long = at_level(rings["biceps_femoris_long_head"][0], height)
        assert nerve[0] > long[0] + 0.005


def test_the_nerve_passes_about_half_way_between_tuberosity_and_trochanter(tissue: SoftTissue) -> None:
    # Currin 2015: half-way on the line between the two.
    tuberosity = metres(landmarks()["ischial_tuberosity"] - HIP_CENTRE)
    trochanter = metres(landmarks()["greater_trochanter"])
    line = trochanter - tuberosity
    centre = ring_centres(tissue.rings(leg())["sciatic_nerve"][0])
    nearest = centre[np.argmin(np.linalg.norm(centre - (tuberosity + 0.5 * line), axis=1))]
    assert 0.3 < (nearest - tuberosity) @ line / (line @ line) < 0.7


def test_the_nerve_parts_above_the_knee_into_a_medial_tibial_and_a_lateral_fibular_division(tissue: SoftTissue) -> None:
    rings = tissue.rings(leg())
    tibial, fibular = rings["tibial_nerve"][0], rings["common_fibular_nerve"][0]

    def apart(height: float) -> float:
        return float(at_level(fibular, height)[2] - at_level(tibial, height)[2])

    assert apart(-0.345) < 0.010 < 0.015 < apart(-0.405) < apart(-0.450)


@pytest.mark.parametrize("pose", [(0, 0), (64, 0), (30, 110)])
def test_the_trunk_passes_into_its_divisions_without_a_step(tissue: SoftTissue, pose: tuple[int, int]) -> None:
    rings = tissue.rings(leg(*pose))
    trunk, tibial, fibular = (
        1e3 * rings[name][0] for name in ("sciatic_nerve", "tibial_nerve", "common_fibular_nerve")
    )
    end = trunk[-1]
    medial, lateral = end[len(end) // 2], end[0]  # sections run from lateral to behind
    # The edges of the trunk's end go on as the outer edges of the divisions, which touch in between.
    assert np.linalg.norm(tibial[0, len(end) // 2] - medial) < 0.2
    assert np.linalg.norm(fibular[0, 0] - lateral) < 0.2
    assert np.linalg.norm(tibial[0, 0] - fibular[0, len(end) // 2]) < 0.2
    # No part of a division lies within the trunk: all of it is beyond the plane of the trunk's end.
    along = ring_centres(trunk)[-1] - ring_centres(trunk)[-2]
    for division in (tibial, fibular):
        assert ((division[1:12] - end.mean(axis=0)) @ along > 0).all()


@pytest.mark.parametrize("pose", [(0, 0), (64, 0), (30, 110)])
def test_the_divisions_lie_side_by_side_until_they_part(tissue: SoftTissue, pose: tuple[int, int]) -> None:
    rings = tissue.rings(leg(*pose))
    tibial, fibular = (ring_centres(rings[name][0])[:40] for name in ("tibial_nerve", "common_fibular_nerve"))
    half_widths = metres(SCIATIC_NERVE.divisions[0].half_width_mm + SCIATIC_NERVE.divisions[1].half_width_mm)
    # A little less in the first centimetre, where they are still flat towards each other.
    assert np.linalg.norm(fibular - tibial, axis=1).min() > 0.85 * half_widths


def test_motor_branches_grow_out_of_the_edges_of_the_trunk(tissue: SoftTissue) -> None:
    trunk, *others = tissue.rings(leg())["sciatic_nerve"]
    for branch, tube in zip(SCIATIC_NERVE.branches, others[len(SCIATIC_NERVE.roots) :], strict=True):
        begin = ring_centres(tube)[0]
        ring = trunk[np.argmin(np.linalg.norm(ring_centres(trunk) - begin, axis=1))]
        off, half_width = begin - ring.mean(axis=0), 0.5 * np.linalg.norm(ring[0] - ring[len(ring) // 2])
        assert 0.7 < np.linalg.norm(off) / half_width < 0.9
        assert (off[2] > 0) == (branch.head == "biceps_femoris_short_head")


def test_no_section_of_the_nerve_turns_over_where_the_knee_is_bent_to_its_end(tissue: SoftTissue) -> None:
    # Corners in which sections of the tibial nerve once turned over within a step of two degrees.
    corners = [(76, -30, 0, -18), (-11, -27, -41, 9), (91, 18, 1, -27), (91, -11, -32, -3), (19, 27, 42, -27)]
    knees = np.arange(138.0, 151.0, 2.0)
    sweeps = np.array([[[h, a, r, knee, t, 0] for knee in knees] for h, a, r, t in corners])
    for name in ("sciatic_nerve", "tibial_nerve", "common_fibular_nerve"):
        rings = tissue.rings(radians(sweeps))[name][0]
        assert 1e3 * np.linalg.norm(np.diff(rings, 2, axis=1), axis=-1).max() <= 0.3, name


def test_the_common_fibular_nerve_ends_beside_the_neck_of_the_fibula(tissue: SoftTissue) -> None:
    # Ryan 2003: it enters its tunnel about 32 mm below the apex of the head.
    apex = landmarks()["apex_of_head_of_fibula"]
    end = millimetres(ring_centres(tissue.rings(leg())["common_fibular_nerve"][0])[-1]) - (2.0, -434.5, 1.0)
    assert 15 < apex[1] - end[1] < 55
    assert end[2] > apex[2] - 10


def test_the_tibial_nerve_runs_down_the_middle_of_the_popliteal_fossa(tissue: SoftTissue) -> None:
    rings = tissue.rings(leg())
    nerve = at_level(rings["tibial_nerve"][0], -0.40)
    medial, lateral = (
        at_level(rings["semimembranosus"][0], -0.40),
        at_level(rings["biceps_femoris_long_head"][0], -0.40),
    )
    assert medial[2] + 0.01 < nerve[2] < lateral[2] - 0.01


@pytest.mark.parametrize(("hip", "published"), [(30, 9.9), (60, 12.4)])
def test_straightening_the_knee_slides_the_nerve_in_mid_thigh_as_measured(hip: float, published: float) -> None:
    # Ridehalgh 2014; the bed length was fitted to these two, so this guards the fit.
    bent, straight = nerve_excursion(np.array([leg(hip, 90), leg(hip, 0)]))
    assert 8.0 < millimetres(straight - bent) < 15.0
    assert millimetres(straight - bent) == pytest.approx(published, abs=3.0)


def test_hip_flexion_slides_the_nerve_in_the_thigh_towards_the_hip() -> None:
    assert (np.diff(nerve_excursion(np.array([leg(h) for h in (0, 20, 40, 60)]))) < 0).all()


def test_the_nerve_stretches_at_most_eight_percent_in_a_straight_leg_raise() -> None:
    # 90 degrees of leg raise are 64 of hip flexion and 26 of pelvis (Bohannon 1985).
    raised = nerve_strain(np.array([leg(h) for h in (0, 25, 45, 58, 64)]))
    assert (np.diff(raised) > 0).all()
    assert raised[0] < 0.005 and 0.05 < raised[-1] <= 0.08


def test_strain_in_a_straight_leg_raise_is_largest_near_the_hip() -> None:
    state = nerve_state(leg(64))
    assert abs(state.level[int(state.strain.argmax())]) < 0.06


def test_ankle_dorsiflexion_strains_the_nerve_but_no_hamstring() -> None:
    # Bueno-Gracia 2019
    plain, dorsiflexed = leg(64), leg(64, ankle=20)
    assert nerve_strain(dorsiflexed) > nerve_strain(plain)
    assert nerve_state(dorsiflexed).strain[-1] > nerve_state(plain).strain[-1] + 0.01  # behind the ankle
    biceps = head("biceps_femoris_long_head")
    assert muscle_length(biceps, dorsiflexed) == muscle_length(biceps, plain)


def test_beyond_a_leg_raise_strain_goes_on_rising_but_less_and_less() -> None:
    strain = nerve_strain(np.array([leg(h) for h in (50, 70, 90, 110)]))
    assert (np.diff(strain) > 0).all() and (np.diff(strain, 2) < 0).all()
    assert strain[-1] < 0.14


def test_motor_branches_join_the_trunk_to_the_four_heads(tissue: SoftTissue) -> None:
    assert {branch.head for branch in SCIATIC_NERVE.branches} == {h.name for h in HEADS}
    for pose in (leg(), leg(90), leg(0, 110), radians([60, 15, -20, 60, 10, 0])):
        rings = tissue.rings(pose)
        trunk = ring_centres(rings["sciatic_nerve"][0])
        tubes = rings["sciatic_nerve"][1 + len(SCIATIC_NERVE.roots) :]
        for branch, tube in zip(SCIATIC_NERVE.branches, tubes, strict=True):
            line, belly = ring_centres(tube), ring_centres(rings[branch.head][0])
            assert np.linalg.norm(trunk - line[0], axis=1).min() < 0.006
            at = int(np.linalg.norm(belly - line[-1], axis=1).argmin())
            radius = np.linalg.norm(rings[branch.head][0][at] - belly[at], axis=1).max()
            assert np.linalg.norm(belly[at] - line[-1]) < radius + 0.002


def test_a_bent_knee_slackens_the_nerve() -> None:
    assert nerve_strain(leg(30, 90)) < nerve_strain(leg(30, 0))
    assert nerve_strain(leg(0, 90)) == pytest.approx(0.0, abs=0.002)


def test_excursion_fades_with_the_distance_from_the_moving_knee() -> None:
    bent, straight = nerve_state(leg(30, 90)), nerve_state(leg(30, 0))
    slid = straight.excursion - bent.excursion
    at = [slid[int(np.argmin(np.abs(bent.level - level)))] for level in (-0.35, -0.25, -0.15, -0.05)]
    assert at == sorted(at, reverse=True) and at[0] > 2 * at[-1]


@pytest.mark.parametrize("lead", [(), (3,), (2, 2), (0,)])
def test_many_poses_at_once_equal_one_by_one(lead: tuple[int, ...]) -> None:
    poses = np.random.default_rng(4).uniform(0.0, 1.2, (*lead, 6))
    strain, excursion = nerve_strain(poses), nerve_excursion(poses)
    assert strain.shape == excursion.shape == lead
    for index in np.ndindex(*lead):
        assert strain[index] == pytest.approx(float(nerve_strain(poses[index])), abs=1e-9)
        assert excursion[index] == pytest.approx(float(nerve_excursion(poses[index])), abs=1e-9)


def test_strain_and_excursion_change_smoothly() -> None:
    sweep = np.array([leg(h, 20) for h in np.arange(-20, 111, 1.0)])
    assert np.abs(np.diff(nerve_strain(sweep), 2)).max() < 0.001
    assert np.abs(np.diff(nerve_excursion(sweep), 2)).max() < 2e-4
