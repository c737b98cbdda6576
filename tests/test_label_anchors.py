"""Where labels point: at the structure that they name, not at a part of it that has another name."""

import numpy as np
import pytest

from visualiser.bodies import anchoring
from visualiser.bodies.assembly import Body, body
from visualiser.bodies.assets import scene_paths
from visualiser.conventions import Side
from visualiser.movements.movement import Movement
from visualiser.movements.scenefile import load
from visualiser.pictures.naming import label_specs
from visualiser.pictures.options import Options
from visualiser.pictures.pages import page

SHAPE = (108, 192)


@pytest.fixture(scope="module")
def shown() -> tuple[Body, Movement]:
    return body(Side.RIGHT, "one"), load(scene_paths()["straight_leg_raise"])


def looked(shown: tuple[Body, Movement], view: str, time_s: float = 0.0) -> anchoring.Look:
    """One pose of the leg raise from a view; nothing hides anything."""
    whose, movement = shown
    frame = whose.movement_frame(movement, time_s)
    camera = page(whose, movement, [frame], (), Options(view=view)).camera
    return anchoring.Look(frame, camera, np.full(SHAPE, np.inf))


@pytest.mark.parametrize("view", ["posterior", "lateral", "posterolateral", "medial"])
def test_name_of_the_sciatic_nerve_points_at_its_trunk_and_not_at_a_branch_or_root(
    shown: tuple[Body, Movement], view: str
) -> None:
    whose, _ = shown
    (anchor,) = anchoring.choose(label_specs("sciatic_nerve"), whose, [looked(shown, view, 3.9)])
    rings, sectors = whose.tube_sizes("sciatic_nerve")[0]
    assert anchor.vertex < rings * (sectors + 1)


def test_pes_anserinus_is_named_on_the_tendon_that_ends_there(shown: tuple[Body, Movement]) -> None:
    whose, _ = shown
    look = looked(shown, "anteromedial")
    (anchor,) = anchoring.choose(label_specs("pes_anserinus"), whose, [look])
    assert anchor.surface == "semitendinosus_right"
    (place,) = anchoring.places([anchor], whose, look.frame)
    assert np.linalg.norm(place - look.frame.anchors["pes_anserinus"]) < 0.012


def test_dots_keep_off_the_edge_of_a_close_up(shown: tuple[Body, Movement]) -> None:
    whose, _ = shown
    look = looked(shown, "popliteal")
    anchors = anchoring.choose(label_specs("muscles"), whose, [look])
    points, _ = anchoring.project(anchoring.places(anchors, whose, look.frame), look, (SHAPE[1], SHAPE[0]))
    assert (np.minimum(points, (SHAPE[1], SHAPE[0]) - points) > 0.04 * SHAPE[0]).all()


def test_what_is_asked_for_by_name_stays_where_it_is_hidden() -> None:
    (asked,) = label_specs("head_of_femur")
    among = {spec.key: spec for spec in label_specs("landmarks")}
    assert asked.priority == 1 < among["head_of_femur"].priority
