"""Landmarks as values: complete, in Latin, on bones that exist."""

import pytest

from visualiser.anatomy import skeleton
from visualiser.anatomy.landmarks import LANDMARKS, landmark
from visualiser.errors import UnknownNameError

BY_NAME = {mark.name: mark for mark in LANDMARKS}


def test_identifiers_and_names_are_unique() -> None:
    assert len(BY_NAME) == len(LANDMARKS) == 38
    assert len({mark.display for mark in LANDMARKS}) == len({mark.latin for mark in LANDMARKS}) == 38


def test_every_landmark_lies_on_a_bone_of_the_skeleton() -> None:
    assert {mark.bone for mark in LANDMARKS} <= {bone.name for bone in skeleton.BONES}


def test_the_origins_and_insertions_of_the_hamstrings_stay_longest() -> None:
    attachments = (
        "ischial_tuberosity",
        "linea_aspera_lateral_lip",
        "medial_tibial_condyle",
        "pes_anserinus",
        "head_of_fibula",
    )
    assert all(BY_NAME[name].priority == 1 for name in attachments)


def test_the_ischial_tuberosity_belongs_to_the_pelvis_and_not_to_the_femur() -> None:
    assert (BY_NAME["ischial_tuberosity"].bone, BY_NAME["ischial_tuberosity"].group) == ("hip_bone", "pelvis")


@pytest.mark.parametrize("mark", LANDMARKS, ids=BY_NAME)
def test_each_landmark_says_why_it_matters_in_a_sentence(mark) -> None:
    assert mark.why.endswith(".") and 30 < len(mark.why) < 140
    assert mark.latin == mark.latin.strip() and mark.latin[0].islower()
    assert mark.display[0].isupper()


def test_an_unknown_landmark_names_the_nearest_one() -> None:
    with pytest.raises(UnknownNameError, match='Did you mean "ischial_tuberosity"'):
        landmark("ischial_tuberositty")
