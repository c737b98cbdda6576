"""Landmarks lie on their bones, where an anatomist puts a finger. Millimetres."""

import itertools
import tomllib

import numpy as np
import pytest
import trimesh
from bone_files import HIP_CENTRE, MESHES, distance, landmarks, mesh

from visualiser.anatomy.landmarks import LANDMARKS


def test_every_landmark_with_a_bone_has_a_place_on_it() -> None:
    content = tomllib.loads((MESHES / "landmarks.toml").read_text())
    missing = [mark.name for mark in LANDMARKS if mark.name not in content.get(mark.bone, {})]
    assert missing == []


def test_every_landmark_lies_on_its_bone() -> None:
    content = tomllib.loads((MESHES / "landmarks.toml").read_text())
    assert content["units"] == "mm"
    for bone, places in ((bone, places) for bone, places in content.items() if isinstance(places, dict)):
        _, away, _ = trimesh.proximity.closest_point_naive(mesh(bone), np.array(list(places.values())))
        assert away.max() <= 0.5


def test_the_tuberosity_lies_behind_and_below_the_hip_centre() -> None:
    forward, up, right = landmarks()["ischial_tuberosity"] - HIP_CENTRE
    assert -60 <= forward <= -45 and -50 <= up <= -30
    assert right < 0  # nearer the midline than the hip centre


def test_psis_tuberosity_and_trochanter_keep_their_distances() -> None:
    # Wan-ae-loh 2020, 102 cadavers of women and men: within one standard deviation.
    spine, tuberosity = landmarks()["posterior_superior_iliac_spine"], landmarks()["ischial_tuberosity"]
    trochanter = landmarks()["greater_trochanter"] + HIP_CENTRE
    assert np.linalg.norm(spine - tuberosity) == pytest.approx(129.6, abs=11.9)
    assert np.linalg.norm(spine - trochanter) == pytest.approx(151.3, abs=14.8)
    assert np.linalg.norm(trochanter - tuberosity) == pytest.approx(73.0, abs=10.2)


DOWN_THE_FEMUR = (
    "head_of_femur",
    "greater_trochanter",
    "neck_of_femur",
    "lesser_trochanter",
    "gluteal_tuberosity",
    "linea_aspera_lateral_lip",
    "lateral_supracondylar_line",
    "popliteal_surface",
    "adductor_tubercle",
    "medial_epicondyle",
)


def test_landmarks_of_the_femur_follow_each_other_downwards() -> None:
    heights = [landmarks()[name][1] for name in DOWN_THE_FEMUR]
    assert all(higher > lower for higher, lower in itertools.pairwise(heights))


def test_medial_structures_are_medial_and_lateral_ones_lateral() -> None:
    for name in (
        "medial_epicondyle",
        "medial_femoral_condyle",
        "adductor_tubercle",
        "medial_tibial_condyle",
        "pes_anserinus",
        "medial_malleolus",
    ):
        assert landmarks()[name][2] < -10
    for name in (
        "lateral_epicondyle",
        "lateral_femoral_condyle",
        "iliotibial_tubercle",
        "head_of_fibula",
        "lateral_malleolus",
    ):
        assert landmarks()[name][2] > 10


def test_the_pes_anserinus_lies_behind_and_below_the_tuberosity_of_the_tibia() -> None:
    forward, up, right = landmarks()["pes_anserinus"] - landmarks()["tibial_tuberosity"]
    assert forward < -15 and up < -5 and right < -10
    assert 35 <= distance("pes_anserinus", "tibial_tuberosity") <= 50  # Vadgaonkar 2021: 40-50


def test_the_neck_of_the_fibula_lies_where_the_common_fibular_nerve_divides() -> None:
    apex, neck = landmarks()["apex_of_head_of_fibula"], landmarks()["neck_of_fibula"]
    assert 32 - 10 <= apex[1] - neck[1] <= 38 + 9  # Ryan 2003: tunnel 32 +- 10, division 38 +- 9 below the apex
