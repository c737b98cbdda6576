"""Labels in moving pictures: they glide, fade and never fly."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visualiser.anatomy.landmarks import LANDMARKS
from visualiser.pictures.cameras import Box
from visualiser.pictures.labels import LabelSpec, Placement
from visualiser.pictures.layout_check import faults
from visualiser.pictures.tracking import AHEAD_S, MOST, Tracker
from visualiser.pictures.zones import free_zones, shared_out

SPECS = tuple(LabelSpec(m.name, m.display, m.latin, m.group, m.priority) for m in LANDMARKS)
CANVAS = (1920.0, 1080.0)
BODY = Box(760.0, 60.0, 1160.0, 1040.0)
LYING = Box(200.0, 400.0, 1720.0, 680.0)
FPS = 30


def film(
    anchors: np.ndarray, seen: np.ndarray, *, ahead: bool = True, anatomy: Box = BODY, **options
) -> list[Placement]:
    """Track anchors (frames, n, 2) through a clip."""
    tracker = Tracker(SPECS[: anchors.shape[1]], CANVAS, anatomy=anatomy, **options)
    steps = [round(seconds * FPS) for seconds in AHEAD_S]
    last = len(anchors) - 1
    return [
        tracker.step(anchors[f], seen[f], anchors[[min(f + s, last) for s in steps]] if ahead else None)
        for f in range(len(anchors))
    ]


def swinging(count: int, frames: int, seed: int, reach: float = 120.0, body: Box = BODY) -> np.ndarray:
    """Anchors that swing smoothly inside a body, each in its own way."""
    rng = np.random.default_rng(seed)
    home = np.array(body[:2]) + rng.random((count, 2)) * (body.width, body.height)
    size, phase, turns = rng.random((count, 2)) * reach, rng.random((count, 2)) * 6.28, rng.integers(1, 3, (count, 2))
    time = np.linspace(0, 2 * np.pi, frames)[:, None, None]
    return np.clip(home + size * np.sin(turns * time + phase), np.array(body[:2]) + 1, np.array(body[2:]) - 1)


def solid(placement: Placement) -> Placement:
    """Only what is more than half visible."""
    return replace(placement, callouts=tuple(c for c in placement.callouts if c.alpha > 0.5))


@given(
    count=st.integers(1, 14),
    seed=st.integers(0, 2**32 - 1),
    reach=st.sampled_from([20.0, 120.0, 300.0]),
    ahead=st.booleans(),
    arrangement=st.sampled_from(["columns", "rows"]),
    language=st.sampled_from(["en", "both"]),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_tracked_labels_never_overlap_never_leave_and_never_fly(
    count, seed, reach, ahead, arrangement, language
) -> None:
    frames, body = 45, BODY if arrangement == "columns" else LYING
    anchors = swinging(count, frames, seed, reach, body)
    seen = np.clip(0.6 + np.cumsum(np.random.default_rng(seed).normal(0, 0.08, (frames, count)), axis=0), 0, 1)
    placements = film(anchors, seen, ahead=ahead, anatomy=body, arrangement=arrangement, language=language)
    before: dict[str, tuple[str, float, float]] = {}
    for placement in placements:
        verdict = faults(placement)
        assert (verdict.overlaps, verdict.off_canvas, verdict.over_boxes) == (0, 0, 0)
        assert sum(c.alpha > 0.99 for c in placement.callouts) <= MOST
        on, off = {c.spec.key for c in placement.callouts}, {d.key for d in placement.dropped}
        assert on | off == {spec.key for spec in SPECS[:count]} and not on & off
        now = {}
        for c in placement.callouts:
            along = c.port[1] if arrangement == "columns" else c.port[0]
            now[c.spec.key] = (c.place, along, c.alpha)
            if c.spec.key in before:
                place, was, alpha = before[c.spec.key]
                assert c.place == place  # to change column it must have gone first
                assert abs(along - was) < 0.35 * (c.box.height if arrangement == "columns" else c.box.width) + 40
                assert abs(c.alpha - alpha) < 0.25
            else:
                assert c.alpha < 0.25 or placement is placements[0]
        assert all(key in now or values[2] < 0.25 for key, values in before.items())
        before = now


def test_small_movements_move_no_label() -> None:
    anchors = swinging(8, 60, 1, reach=12.0)
    placements = film(anchors, np.ones((60, 8)))
    ports = {c.spec.key: [c.port] for c in placements[0].callouts}
    for placement in placements[1:]:
        for c in placement.callouts:
            ports[c.spec.key].append(c.port)
    assert all(np.ptp(np.array(path), axis=0).max() < 1e-9 for path in ports.values())


def test_leaders_that_meet_in_the_future_are_parted_before_they_cross() -> None:
    frames = 60
    share = np.linspace(0, 1, frames)[:, None, None]
    start = np.array([(1100.0, 300.0), (1100.0, 420.0)])
    end = start[::-1]
    placements = film(start + (end - start) * share, np.ones((frames, 2)))
    assert len(placements[0].callouts) == 2
    assert sum(faults(solid(placement)).crossings for placement in placements) == 0


def test_a_flickering_anchor_does_not_make_its_label_flicker() -> None:
    anchors = np.repeat(swinging(4, 2, 5)[:1], 60, axis=0)
    seen = np.ones((60, 4))
    seen[1::2, 0] = 0.0
    for placement in film(anchors, seen):
        assert len(placement.callouts) == 4 and all(c.alpha == 1.0 for c in placement.callouts)


def test_a_label_fades_when_its_landmark_goes_behind_and_a_chief_one_turns_dashed() -> None:
    specs = (
        LabelSpec("chief", "Ischial tuberosity", "", "pelvis", 1),
        LabelSpec("minor", "Iliac crest", "", "pelvis", 3),
    )
    tracker = Tracker(specs, CANVAS, anatomy=BODY)
    anchors = np.array([(900.0, 300.0), (1000.0, 600.0)])
    for _ in range(10):
        tracker.step(anchors, np.ones(2))
    steps = [tracker.step(anchors, np.zeros(2)) for _ in range(40)]
    alphas = [{c.spec.key: c.alpha for c in p.callouts}.get("minor", 0.0) for p in steps]
    assert alphas[0] == 1.0 and alphas[-1] == 0.0 and np.max(-np.diff(alphas)) < 0.25
    assert [(c.spec.key, c.veil) for c in steps[-1].callouts] == [("chief", 1.0)]
    assert [(d.key, d.reason) for d in steps[-1].dropped] == [("minor", "hidden")]
    veils = [next(c.veil for c in p.callouts if c.spec.key == "chief") for p in steps]
    assert 0.0 < min(v for v in veils if v > 0) < 0.3  # it turns dashed step by step


def test_eight_labels_are_shown_and_the_important_ones_first() -> None:
    count = 20
    anchors = np.repeat(swinging(count, 2, 8)[:1], 30, axis=0)
    last = film(anchors, np.ones((30, count)))[-1]
    assert len(last.callouts) == MOST == 8
    assert {s.key for s in SPECS[:count] if s.priority == 1} <= {c.spec.key for c in last.callouts}


def test_a_cut_to_another_view_starts_afresh_instead_of_gliding() -> None:
    one, other = swinging(6, 2, 2)[0], swinging(6, 2, 3)[0] + (0.0, 0.0)
    other = other[:, ::-1] * (0.5, 0.8) + (400.0, 0.0)
    other = np.clip(other, np.array(BODY[:2]) + 5, np.array(BODY[2:]) - 5)
    assert np.median(np.linalg.norm(one - other, axis=1)) > 220
    tracker = Tracker(SPECS[:6], CANVAS, anatomy=BODY)
    tracker.step(one, np.ones(6))
    after = tracker.step(other, np.ones(6))
    fresh = Tracker(SPECS[:6], CANVAS, anatomy=BODY).step(other, np.ones(6))
    assert after == fresh


def test_columns_of_a_window_follow_the_anatomy_slowly() -> None:
    tracker = Tracker(SPECS[:5], CANVAS, anatomy=BODY)
    anchors = swinging(5, 2, 4)[0] * (0.2, 1.0) + (760.0, 0.0)
    edges = []
    for k in range(60):
        placement = tracker.step(
            anchors, np.ones(5), anatomy=BODY if k < 2 else BODY._replace(left=600.0, right=1300.0)
        )
        edges.append(max(c.foot[0] for c in placement.callouts if c.place == "right"))
    assert edges[-1] - edges[0] == pytest.approx(140.0)
    assert np.abs(np.diff(edges)).max() <= 6.0 + 1e-9


def test_free_stretches_of_a_column_lie_between_what_is_drawn() -> None:
    drawn = np.concatenate([np.arange(300, 401, 10.0), [700.0, 720.0]])
    assert free_zones(drawn, (34.0, 1046.0), 50.0) == [(34.0, 292.0), (408.0, 692.0), (728.0, 1046.0)]
    assert free_zones(drawn, (34.0, 1046.0), 300.0) == [(728.0, 1046.0)]
    assert free_zones(np.arange(0, 1100, 10.0), (34.0, 1046.0), 50.0) == [(34.0, 1046.0)]  # no room at all: as before


def test_labels_share_out_over_free_stretches_in_order_and_the_least_important_stay_out() -> None:
    zones = [(0.0, 100.0), (200.0, 250.0)]
    ranks = [(1, 0), (1, 1), (2, 2), (3, 3)]
    assert shared_out([90, 140, 210], [40] * 3, ranks[:3], zones, 10.0) == [80.0, 80.0, 220.0]
    shared = shared_out([90, 140, 160, 210], [40] * 4, ranks, zones, 10.0)
    assert shared[3] is None and None not in shared[:3]


@pytest.mark.parametrize("seed", range(4))
def test_labels_keep_off_a_leg_that_sweeps_through_their_column(seed: int) -> None:
    """As in the leg raise: the shank lies level under the right column, rises through it and is gone."""
    frames, body = 120, Box(500.0, 60.0, 1120.0, 1040.0)
    rng = np.random.default_rng(seed)
    home = np.stack([rng.uniform(620, 1000, 7), rng.uniform(560, 740, 7)], axis=-1)
    anchors = home + np.stack([np.zeros(frames), np.linspace(0, -120, frames)], axis=-1)[:, None]
    tracker = Tracker(SPECS[:7], CANVAS, anatomy=body)
    before: dict[str, tuple[str, float]] = {}
    shown, covered = 0, 0
    for frame in range(frames):
        height = 650.0 - 8.0 * max(frame - 20, 0)
        x = np.arange(1000.0, 1900.0, 15.0)
        leg = np.concatenate([np.stack([x, np.full_like(x, height + dy)], axis=-1) for dy in (-40, 0, 40)])
        placement = tracker.step(anchors[frame], np.ones(7), occupied=leg)
        verdict = faults(placement)
        assert (verdict.overlaps, verdict.off_canvas, verdict.over_boxes) == (0, 0, 0)
        for c in placement.callouts:
            if c.place == "right" and c.alpha > 0.5 and height > 60:
                shown += 1
                covered += c.box.top < height + 36 and c.box.bottom > height - 36
            if c.spec.key in before:
                place, was = before[c.spec.key]
                assert c.place == place and abs(c.port[1] - was) < 70
        before = {c.spec.key: (c.place, c.port[1]) for c in placement.callouts}
    assert shown > 60 and covered < 0.08 * shown
