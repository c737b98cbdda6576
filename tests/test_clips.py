"""Films end to end on the real body: what is in the file is what was asked for, and its first frame is the still of that moment."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from visualiser import Scene, machine
from visualiser.errors import UnknownNameError, VisualiserError
from visualiser.films import clips, presets
from visualiser.films.filming import Laying, expose, occupied
from visualiser.films.pipes import ahead
from visualiser.films.timeline import Pace
from visualiser.pictures.options import Options
from visualiser.pictures.pages import CUT_COLOURS

pytestmark = pytest.mark.render
SMALL = {"width": 320, "height": 180}


@pytest.fixture(scope="module")
def leg_raise() -> Scene:
    return Scene.load("straight_leg_raise")


def frames_of(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Structural similarity of two pictures (Wang et al. 2004: Gaussian window of 1.5 pixels, usual constants), of their brightness."""
    x, y = (picture[..., :3].astype(float) @ (0.299, 0.587, 0.114) for picture in (a, b))
    mx, my = gaussian_filter(x, 1.5), gaussian_filter(y, 1.5)
    vx, vy = gaussian_filter(x * x, 1.5) - mx**2, gaussian_filter(y * y, 1.5) - my**2
    both = gaussian_filter(x * y, 1.5) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float((((2 * mx * my + c1) * (2 * both + c2)) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean())


def options_of(scene: Scene, **words: Any) -> Options:
    return Options(view=scene.movement.view, frame=scene.movement.frame, **(SMALL | words))


def test_the_first_frame_of_a_film_is_its_still(leg_raise: Scene, tmp_path: Path) -> None:
    leg_raise.clip(tmp_path / "a.mp4", fps=2, width=960, height=540, poster=tmp_path / "a.png", end=0.2)
    first = frames_of(tmp_path / "a.mp4")[0]
    with Image.open(tmp_path / "a.png") as poster:
        still = np.asarray(poster)
        assert "scene" in poster.info["comment"]
    assert likeness(first, still) >= 0.98
    assert likeness(first, np.roll(still, 3, axis=1)) < 0.98, "the yardstick sees three pixels"


def test_the_preset_for_laying_over_is_transparent_around_the_anatomy(leg_raise: Scene, tmp_path: Path) -> None:
    path = leg_raise.clip(tmp_path / "a.webm", preset="alpha", fps=1, labels="none", captions=False, **SMALL)
    with av.open(str(path)) as film:
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        pictures = [f.to_ndarray(format="rgba") for packet in film.demux(video=0) for f in decoder.decode(packet)]
    assert len(pictures) == 6
    for picture in pictures:
        assert picture[:12, :12, 3].max() <= 2  # of 255: the codec loses a little
        assert 0.02 < (picture[..., 3] > 200).mean() < 0.4


def test_cards_fades_holds_and_rounds_make_a_film_of_the_length_asked_for(leg_raise: Scene, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    leg_raise.clip(
        path,
        fps=4,
        speed=4.0,
        hold=1.0,
        fade=0.5,
        title_card=1.0,
        end_card=0.5,
        loops=2,
        subtitles=tmp_path / "a.vtt",
        **SMALL,
    )
    frames = frames_of(path)
    moving = round(leg_raise.movement.duration_s)  # at four times the speed, four frames a second
    body = moving + 4
    assert len(frames) == 4 + 2 * body + 2
    assert all(np.array_equal(frames[4 + k], frames[4 + body + k]) for k in range(body)), "rounds are copies"
    held = frames[4 + moving : 4 + moving + 2]
    assert np.abs(held[0].astype(int) - held[1]).mean() < 1.5, "the last pose stands still"
    darkest = [int(frame.min()) for frame in frames[:4]]
    assert darkest[0] > darkest[1] + 20 < 200, "the title fades in"
    assert (tmp_path / "a.vtt").read_text().startswith("WEBVTT\n\n00:00:01.000 -->")


def test_frames_that_look_the_same_are_drawn_once(leg_raise: Scene) -> None:
    timeline = clips.timeline_of(leg_raise.movement, Pace(fps=5, hold_start=1.0, end="1.0s"))
    found = clips.survey(leg_raise.body, leg_raise.movement, options_of(leg_raise), timeline)
    exposures = list(expose(leg_raise.body, found.shot, timeline))
    assert len(exposures) == 10
    assert len({id(exposure.parts[0].pixels) for exposure in exposures[:6]}) == 1
    assert len({id(exposure.parts[0].pixels) for exposure in exposures}) == 5


def test_parts_that_show_anatomy_hold_all_of_it_and_little_else() -> None:
    picture = np.zeros((150, 300), np.uint32)
    picture[40:90, 20:50] = picture[10:20, 280:300] = picture[60:66, 120] = 0xFF0000FF
    regions = occupied(picture)
    held = np.zeros_like(picture, bool)
    for top, bottom, left, right in regions:
        held[top:bottom, left:right] = True
    assert held[picture != 0].all()
    assert held[62:66, 18:52].all() and held[64:66, 118:123].all(), "with room for the neighbours of edges"
    assert held.mean() < 0.25
    assert occupied(np.zeros_like(picture)) == []


def test_anatomy_laid_on_its_ground_is_what_compositing_the_whole_picture_gives() -> None:
    random = np.random.default_rng(1)
    ground = random.integers(0, 256, (140, 200, 3), dtype=np.uint8)
    alpha = np.zeros((100, 120), np.uint8)
    alpha[10:80, 30:60], alpha[30:50, 60:64] = 255, 128
    cutout = np.dstack([random.integers(0, 100, (100, 120, 3)).astype(np.uint8), alpha])
    cutout[alpha == 0] = 0
    expected = ground.astype(float)
    share = alpha[..., None] / 255
    expected[20:120, 50:170] = cutout[..., :3] + expected[20:120, 50:170] * (1 - share)
    laying = Laying(ground)
    for _ in range(2):  # the second frame finds nothing of the first
        found = ground.copy()
        for left, top, pixels in laying.laid(cutout, 50, 20, False):
            found[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels[..., :3]
        assert np.abs(found - expected).max() <= 1
    assert np.array_equal(laying.laid(np.zeros_like(cutout), 50, 20, True), ())


def test_frames_posed_together_are_those_posed_one_by_one(leg_raise: Scene) -> None:
    """Bit for bit whatever a time is asked together with: films by several processes rest on it."""
    times = [0.3, 1.1, 1.7, 2.9, 3.3, 4.0]
    together = list(leg_raise.body.movement_frames(leg_raise.movement, times))
    for time_s, frame in zip(times, together, strict=True):
        alone = next(leg_raise.body.movement_frames(leg_raise.movement, [time_s]))
        single = leg_raise.body.movement_frame(leg_raise.movement, time_s)
        for name in frame.vertices:
            assert np.array_equal(frame.vertices[name], alone.vertices[name])
            assert np.allclose(frame.vertices[name], single.vertices[name], atol=1e-5)  # metres
        assert all(np.allclose(frame.anchors[name], single.anchors[name], atol=1e-9) for name in single.anchors)


def test_films_leave_the_threads_of_linear_algebra_as_they_were() -> None:
    found = machine._algebra()
    if found is None:
        pytest.skip("this numpy has no OpenBLAS")
    ask, tell = found
    before = ask()
    tell(2)
    try:
        with machine.one_thread_of_algebra():
            with machine.one_thread_of_algebra():
                assert ask() == 1
            assert ask() == 1
        assert ask() == 2
    finally:
        tell(before)


def test_colours_along_the_nerve_change_from_frame_to_frame_and_are_those_of_the_still(leg_raise: Scene) -> None:
    look = {"colour": "nerve_strain", "show": _show(hide="muscles"), "labels": "none", "width": 960, "height": 540}
    timeline = clips.timeline_of(leg_raise.movement, Pace(fps=1, end="4s"))
    found = clips.survey(leg_raise.body, leg_raise.movement, options_of(leg_raise, **look), timeline)
    cutouts = [exposure.parts[0].pixels.astype(int) for exposure in expose(leg_raise.body, found.shot, timeline)]
    red = [int(((c[..., 0] - c[..., 2] > 60) & (c[..., 0] - c[..., 1] > 50)).sum()) for c in cutouts]
    assert red[-1] > red[0] + 30


@pytest.mark.parametrize("camera", ["orbit:90", "views:posterior,lateral,popliteal", "follow:semitendinosus"])
def test_while_the_camera_moves_the_anatomy_stays_in_the_picture(leg_raise: Scene, tmp_path: Path, camera: str) -> None:
    path = leg_raise.clip(tmp_path / "a.mp4", fps=2, camera=camera, labels="semitendinosus", title=False, **SMALL)
    frames = frames_of(path)
    ground = frames[0][4:8, 4:8].astype(int).mean()
    drawn = [(np.abs(frame.astype(int) - ground).max(axis=-1) > 40).mean() for frame in frames]
    assert ground > 200
    assert all(0.01 < share < 0.6 for share in drawn), "something is seen all the way, and never too near"
    if camera.startswith("follow"):
        coloured = [(np.ptp(frame.astype(int), axis=-1) > 60) for frame in frames]
        middles = np.array([np.argwhere(mask).mean(axis=0) for mask in coloured])
        assert np.ptp(middles, axis=0).max() < 70, "what is followed stays where it is"


def test_the_cursor_of_a_curve_runs_from_left_to_right_with_the_film(leg_raise: Scene, tmp_path: Path) -> None:
    path = leg_raise.clip(tmp_path / "a.mp4", fps=1, curve="length", width=640, height=360, labels="none")
    strips = [frame[270:330].astype(int) for frame in frames_of(path)]
    rest = np.median(strips, axis=0)
    places = [float(np.argmax(np.abs(strip - rest).sum(axis=(0, 2)))) for strip in strips]
    assert places == sorted(places) and places[-1] - places[0] > 300


def test_two_views_and_two_degrees_of_tightness_stand_side_by_side_in_step(leg_raise: Scene, tmp_path: Path) -> None:
    words = {
        "fps": 1,
        "start": "30%",
        "end": "60%",
        "labels": "none",
        "captions": False,
        "title": False,
        "dial": False,
        **SMALL,
    }
    tight = frames_of(leg_raise.clip(tmp_path / "t.mp4", tight=(0.0, 1.0), **words))
    views = frames_of(leg_raise.clip(tmp_path / "v.mp4", views="posterior,lateral", **words))
    assert len(tight) == len(views) == 2
    for left, right in ((frame[:, :160].astype(int), frame[:, 160:].astype(int)) for frame in (*tight, *views)):
        for half in (left, right):
            assert (np.abs(half - half[2, 2]).max(axis=-1) > 60).mean() > 0.01
        assert np.abs(left - right).mean() > 1.0, "a tight leg and a supple one, two views, differ"
    with pytest.raises(VisualiserError, match="do not go together"):
        leg_raise.clip(tmp_path / "x.mp4", views="posterior,lateral", tight=(0, 1), **SMALL)


def test_a_tight_leg_beside_a_supple_one_is_told_what_it_does_itself(leg_raise: Scene, tmp_path: Path) -> None:
    words = {"fps": 2, "labels": "none", "title": False, "dial": False, "scale_bar": False, "compass": False, **SMALL}
    film = frames_of(leg_raise.clip(tmp_path / "t.mp4", tight=(0.0, 1.0), start="50%", end="62%", **words))
    # Where captions stand, under either leg.
    lifting, held = ((frame[-14:, :160].astype(int), frame[-14:, 160:].astype(int)) for frame in (film[0], film[-1]))
    assert np.abs(lifting[0] - lifting[1]).mean() < 1.0, "both are being lifted"
    assert np.abs(held[0] - held[1]).mean() > 3.0, "only the supple leg is at 90 degrees"


def test_a_structure_that_is_not_there_cannot_be_followed(leg_raise: Scene, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="semitendinosus"):
        leg_raise.clip(tmp_path / "a.mp4", camera="follow:semitendinosis", **SMALL)
    assert not list(tmp_path.iterdir())


def test_translucent_anatomy_lets_the_ground_and_what_is_behind_through(leg_raise: Scene) -> None:
    timeline = clips.timeline_of(leg_raise.movement, Pace(fps=1, end="1s"))
    pictures = [
        next(clips.images(leg_raise.body, leg_raise.movement, options_of(leg_raise, labels="none", **more), timeline))
        for more in ({}, {"show": _show(opacity={"muscles": 0.4})})
    ]
    red = [int((np.ptp(picture.astype(int), axis=-1) > 90).sum()) for picture in pictures]
    assert 0 < red[1] < 0.7 * red[0]
    assert np.abs(pictures[0].astype(int) - pictures[1]).max(axis=-1).astype(bool).mean() < 0.2


def _show(**words: Any) -> Any:
    from visualiser.pictures.visibility import show

    return show(**words)


def test_work_done_ahead_keeps_its_order_hands_failures_on_and_stops_when_nobody_takes_it() -> None:
    closed: list[str] = []

    def count() -> Any:
        try:
            for number in range(1000):
                if number == 7:
                    raise ZeroDivisionError
                yield number
        finally:
            closed.append("here")

    taken = []
    with pytest.raises(ZeroDivisionError):
        for number in ahead(count(), 2, "test"):
            taken.append(number)
    assert taken == list(range(7))
    stream = ahead(iter(range(10**9)), 2, "test")
    assert next(stream) == 0
    stream.close()  # type: ignore[attr-defined]
    early = ahead(count(), 2, "test")
    next(early)
    early.close()  # type: ignore[attr-defined]
    assert closed == ["here", "here"]


def test_a_film_is_opened_again_as_the_scene_that_it_shows(tmp_path: Path) -> None:
    scene = Scene.load("straight_leg_raise", side="left", legs="one", tightness=0.5)
    path = scene.clip(tmp_path / "a.mp4", fps=1, end="2s", loops=2, labels="none", captions=False, width=64, height=64)
    again = Scene.load(path)
    assert again.movement.text == scene.movement.text
    assert (again.movement.side, again.legs, again.tightness) == ("left", "one", 0.5)
    assert np.array_equal(again.measure(5).values, scene.measure(5).values)


def test_a_section_goes_along_with_the_thigh_through_a_film(leg_raise: Scene, tmp_path: Path) -> None:
    """Cut in the middle of the thigh: what is left stands beyond the plane, its cut faces are flat, and nothing cut away has a name."""
    plan = presets.plan({"section": "sagittal", "labels": "none", **SMALL}, leg_raise.movement)
    timeline = clips.timeline_of(leg_raise.movement, Pace(fps=1, start="1s", end="4s"))
    shown = {"labels": "none"}
    whole = list(clips.images(leg_raise.body, leg_raise.movement, options_of(leg_raise, **shown), timeline))
    halved = list(clips.images(leg_raise.body, leg_raise.movement, plan.options, timeline))
    bone = np.array(CUT_COLOURS["bone"])
    for uncut, cut in zip(whole, halved, strict=True):
        flat = [(np.abs(picture.astype(int) - bone).max(axis=-1) <= 1).sum() for picture in (uncut, cut)]
        assert flat[1] > 150 and flat[1] > 3 * flat[0]
    with pytest.raises(UnknownNameError, match="section"):
        leg_raise.clip(tmp_path / "a.mp4", section="oblique", **SMALL)


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("outline", True, '"outline" is for stills'),
        ("caption", "A line", '"caption" is for stills'),
        ("footprints", True, '"footprints" is for stills'),
        ("colours", "strain", 'no option of a film "colours".*Did you mean "colour"'),
    ],
)
def test_what_a_film_has_no_answer_to_is_said_and_not_passed_over(
    leg_raise: Scene, tmp_path: Path, word: str, value: object, said: str
) -> None:
    with pytest.raises(VisualiserError, match=said):
        leg_raise.clip(tmp_path / "a.mp4", **{word: value}, **SMALL)
    assert not list(tmp_path.iterdir())
