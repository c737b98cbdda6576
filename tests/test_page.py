"""The offline page in a real browser: it loads without a network, plays, picks, hides, and says what it shows."""

import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Browser, program

from visualiser import cli
from visualiser.bodies import assembly
from visualiser.conventions import Side, degrees
from visualiser.errors import ExportError, UnknownNameError
from visualiser.exports import page as pages
from visualiser.exports.levels import coarse
from visualiser.exports.page import PROFILE, page
from visualiser.movements.movement import pose_at
from visualiser.pictures import colouring
from visualiser.scene import Scene

SCENE = "straight_leg_raise"
MIDDLE = (420.0, 420.0)  # of the canvas at desktop size
AS_OPENED = """hamstring.play(false); hamstring.choose(null); hamstring.showAll(); hamstring.setColour('tissue');
    hamstring.setLabels(true); hamstring.setTheme('light'); hamstring.setMovement(0);
    document.getElementById('tab-structures').click();"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def single(folder: Path) -> Path:
    return Scene.load(SCENE).export(folder / "single.html")


@pytest.fixture(scope="module")
def several(folder: Path) -> Path:
    """Three movements, two of them with one leg, one with both, for a frame in another page."""
    file = folder / "several.html"
    assert (
        cli.main(["export", SCENE, "standing_leg_curl", "sprint", "-o", str(file), "--embed", "--theme", "dark"]) == 0
    )
    return file


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = program()
    if path is None:
        missing = "Chromium is not installed (Debian: apt-get install chromium)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    browser = Browser(path)
    yield browser
    browser.close()


@pytest.fixture
def opened(chromium: Browser, single: Path) -> Browser:
    """The page of one movement, resting, at desktop size; opened once, and put back to how it opens before each test."""
    chromium.media(prefers_reduced_motion="reduce", prefers_color_scheme="light")
    chromium.size(1000, 760)
    if not chromium.run("window.ofAllTests === true"):
        chromium.open(single)
        chromium.run("window.ofAllTests = true")
    chromium.run(AS_OPENED)
    chromium.run("hamstring.seek(2.8)")
    chromium.settle()
    return chromium


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Share of pixels that changed visibly."""
    changed = np.abs(first.astype(int) - second.astype(int)).max(axis=2) > 24
    return float(changed.mean())


def test_a_page_is_one_file_of_at_most_six_megabytes_that_asks_no_network_for_anything(single: Path) -> None:
    text = single.read_text(encoding="utf-8")
    assert len(text.encode()) <= 6_000_000
    assert "default-src 'none'" in text
    assert "MIT" in text  # the licence of three.js stays with it
    without_code = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!#)""", without_code)


@pytest.mark.render
def test_the_page_loads_plays_and_complains_of_nothing(opened: Browser) -> None:
    asked = [url for url in opened.requests if not url.startswith(("file:", "blob:"))]
    assert asked == []
    opened.run("hamstring.seek(0)")
    opened.settle()
    before = opened.picture()
    opened.key(" ")
    opened.wait("hamstring.model.time > 1.0")
    opened.key(" ")
    opened.settle()
    assert difference(before, opened.picture()) > 0.01
    assert opened.problems == []


@pytest.mark.render
def test_the_page_rests_where_reduced_motion_is_wanted_and_plays_elsewhere(opened: Browser, single: Path) -> None:
    assert opened.run("document.body.classList.contains('playing')") is False
    opened.media(prefers_reduced_motion="no-preference", prefers_color_scheme="dark")
    opened.open(single)
    assert opened.run("document.body.classList.contains('playing')") is True
    assert opened.run("document.documentElement.dataset.theme") == "dark"


@pytest.mark.render
def test_what_the_page_draws_is_where_our_frames_are(opened: Browser) -> None:
    """three.js, as one more independent reader of the file in the page: five times, 200 vertices of each surface."""
    subject = Scene.load(SCENE).subject
    body, movement = subject.body(PROFILE.detail), subject.movement
    surfaces = [s for s in body.surfaces if not s.ghost]
    for share in (0.0, 0.17, 0.41, 0.6, 0.93):
        time_s = share * movement.duration_s
        frame = body.movement_frame(movement, time_s)
        found: dict[str, list[list[float]]] = opened.run(
            f"""(hamstring.seek({time_s}), hamstring.model.scene.updateMatrixWorld(true), Object.fromEntries(
                hamstring.model.surfaces.filter(s => !s.ghost && s.kind !== "prop").map(({{mesh}}) => {{
                    const count = mesh.geometry.attributes.position.count, step = Math.max(1, Math.floor(count / 200));
                    const points = [];
                    for (let i = 0; i < count; i += step)
                        points.push(mesh.localToWorld(mesh.getVertexPosition(i, new THREE.Vector3())).toArray());
                    return [mesh.name, points];
                }})))"""
        )
        for surface in surfaces:
            ours = body.placed(surface, frame)
            if surface.segment is None:
                ours = ours[coarse(body, surface, PROFILE.ring_step, PROFILE.sector_step).kept]
            ours = ours[:: max(1, len(ours) // 200)]
            miss = np.linalg.norm(np.array(found[surface.name]) - ours, axis=1).max()
            assert miss <= 0.0005, (surface.name, time_s, miss)


@pytest.mark.render
def test_a_click_on_a_muscle_opens_its_card(opened: Browser) -> None:
    place = opened.run(
        """(() => { const m = hamstring.model, e = hamstring.labels.entries.find(e => e.key === "biceps_femoris_long_head");
            const box = m.canvas.getBoundingClientRect(); return [box.left + e.x, box.top + e.at]; })()"""
    )
    opened.click(*place)
    opened.settle()
    assert opened.run("hamstring.model.chosen") == "biceps_femoris_long_head"
    card = opened.run("document.getElementById('card').innerText")
    assert "musculus biceps femoris, caput longum" in card
    assert "ischial tuberosity" in card.lower()
    opened.key("Escape")
    assert opened.run("document.getElementById('card').children.length") == 0


@pytest.mark.render
def test_hiding_isolating_and_fading_change_the_picture_and_everything_comes_back(opened: Browser) -> None:
    opened.run("hamstring.setLabels(false)")
    opened.settle()
    whole = opened.picture()
    box = "[...document.querySelectorAll('.entry')].find(e => e.innerText.includes('long head')).querySelector('input')"
    opened.run(f"{box}.click()")
    opened.settle()
    without = opened.picture()
    opened.run("hamstring.setOpacity('femur', 0.2)")
    opened.settle()
    faded = opened.picture()
    opened.run("hamstring.isolate('sciatic_nerve')")
    opened.settle()
    alone = opened.picture()
    opened.run("hamstring.showAll()")
    opened.settle()
    assert difference(whole, without) > 0.002
    assert difference(without, faded) > 0.002
    assert difference(faded, alone) > 0.02
    assert difference(whole, opened.picture()) < 0.001


@pytest.mark.render
def test_views_colours_themes_and_dragging_change_the_picture(opened: Browser) -> None:
    seen = [opened.picture()]
    for change in (
        "hamstring.setView('posterior')",
        "hamstring.setColour('strain')",
        "hamstring.setColour('identity')",
        "hamstring.setTheme('dark')",
    ):
        opened.run(change)
        opened.settle()
        seen.append(opened.picture())
    opened.drag(MIDDLE, (620.0, 430.0))
    opened.settle()
    seen.append(opened.picture())
    assert all(difference(a, b) > 0.005 for a, b in pairwise(seen))
    assert opened.run("document.getElementById('scale').hidden") is True
    opened.run("hamstring.setColour('length')")
    assert opened.run("document.getElementById('scale').innerText").split() == [
        "Length,",
        "%",
        "of",
        "upright",
        "80",
        "100",
        "120",
    ]


@pytest.mark.render
@pytest.mark.parametrize("size", [(1000, 760), (390, 760)], ids=["desktop", "telephone"])
def test_labels_lie_in_the_picture_and_neither_overlap_nor_cross(opened: Browser, size: tuple[int, int]) -> None:
    opened.size(*size, touch=size[0] < 500)
    for view in ("lateral", "posterior", "medial"):
        opened.run(f"hamstring.setView('{view}')")
        opened.settle()
        boxes: list[dict[str, Any]] = opened.run(
            """(() => { const stage = document.getElementById("stage").getBoundingClientRect();
                return hamstring.labels.entries.filter(e => e.button.style.display === "").map(e => {
                    const b = e.button.getBoundingClientRect();
                    return { key: e.key, left: b.left - stage.left, right: b.right - stage.left, top: b.top - stage.top,
                             bottom: b.bottom - stage.top, width: stage.width, height: stage.height,
                             line: e.line.getAttribute("points").split(" ").map(p => p.split(",").map(Number)) }; }); })()"""
        )
        assert len(boxes) >= 5
        for i, box in enumerate(boxes):
            assert -1 <= box["left"] and box["right"] <= box["width"] + 1, (view, box["key"])
            assert -1 <= box["top"] and box["bottom"] <= box["height"] + 1, (view, box["key"])
            for other in boxes[:i]:
                apart = (
                    box["right"] <= other["left"] + 0.5
                    or other["right"] <= box["left"] + 0.5
                    or box["bottom"] <= other["top"] + 0.5
                    or other["bottom"] <= box["top"] + 0.5
                )
                assert apart, (view, box["key"], other["key"])
                assert not crossing(box["line"][1:], other["line"][1:]), (view, box["key"], other["key"])


def crossing(first: list[list[float]], second: list[list[float]]) -> bool:
    (a, b), (c, d) = first, second

    def side(p: list[float], q: list[float], r: list[float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


@pytest.mark.render
@pytest.mark.parametrize(
    ("choice", "title"),
    [("nerve_strain", "Strain along the nerve, %"), ("nerve_excursion", "Nerve slid since standing, mm")],
)
def test_the_page_colours_the_nerve_along_its_length_as_pictures_do(opened: Browser, choice: str, title: str) -> None:
    before = opened.picture()
    opened.run(f"hamstring.setColour('{choice}')")
    opened.settle()
    assert difference(before, opened.picture()) > 0.005  # the muscles step back
    movement, body = Scene.load(SCENE).movement, assembly.body(Side.RIGHT, "one")
    shown = opened.run("document.getElementById('scale').innerText").replace("−", "-").split()
    limit = colouring.reach(choice, body, movement)
    low, middle = (0.0, limit / 2) if choice == "nerve_strain" else (-limit, 0.0)
    assert " ".join(shown).startswith(title) and [float(word) for word in shown[-3:]] == [low, middle, limit]
    linear = opened.run(
        """(() => { const one = hamstring.model.surfaces.find(s => s.structure === "sciatic_nerve" && s.side === "right");
            return one.mesh.material.vertexColors && [...one.mesh.geometry.attributes.color.array]; })()"""
    )
    page = np.reshape(linear, (-1, 3))
    page = 255.0 * np.where(page <= 0.0031308, 12.92 * page, 1.055 * np.maximum(page, 0.0031308) ** (1 / 2.4) - 0.055)
    surface = body.surface("sciatic_nerve_right")
    kept = coarse(body, surface, PROFILE.ring_step, PROFILE.sector_step).kept
    ours = np.asarray(colouring.colours(choice, body, movement, 2.8)["sciatic_nerve_right"])[kept]
    # The page knows the nerve every two centimetres and 121 times; that is seen by no eye.
    assert np.abs(page - ours).max() < 12 and np.abs(page - ours).mean() < 2
    opened.run("hamstring.setColour('tissue')")
    opened.settle()
    assert difference(before, opened.picture()) < 0.001


@pytest.mark.render
def test_numbers_phases_and_words_for_screen_readers_are_those_of_the_model(opened: Browser) -> None:
    movement = Scene.load(SCENE).movement
    said = opened.run("document.getElementById('canvas').getAttribute('aria-label')")
    assert said.startswith("Straight leg raise")
    hip = degrees(pose_at(movement, np.linspace(0.0, movement.duration_s, 200)))[:, 4]
    assert f"from {hip.min():.0f} to {hip.max():.0f} degrees" in said
    opened.run("document.getElementById('tab-plot').click()")
    opened.run("hamstring.seek(3.8)")
    shown = opened.run("document.querySelector('#legend [data-name=semitendinosus] b').innerText")
    table = Scene.load(SCENE).measure()
    ours = np.interp(3.8, table["time_s"], table["semitendinosus_length_percent"])
    assert float(shown.split()[0]) == pytest.approx(ours, abs=0.15)
    assert "posterior pelvic tilt" in opened.run("document.getElementById('caption').innerText")
    opened.run("document.getElementById('tab-about').click()")
    about = opened.run("document.getElementById('about').innerText")
    assert movement.claim in about
    assert "Loose" in about
    unnamed = opened.run(
        """[...document.querySelectorAll("button, input, select")].filter(e =>
            !(e.innerText.trim() || e.getAttribute("aria-label") || e.labels?.[0]?.innerText.trim())).length"""
    )
    assert unnamed == 0


@pytest.mark.render
def test_keys_step_pause_and_choose_views(opened: Browser) -> None:
    before = opened.run("hamstring.model.time")
    opened.key("ArrowRight")
    assert opened.run("hamstring.model.time") == pytest.approx(before + 1 / 30)
    opened.key("1")
    assert opened.run("document.getElementById('view').value") == "posterior"
    opened.key("l")
    assert opened.run("hamstring.labels.shown") is False
    opened.key("t")
    assert opened.run("document.documentElement.dataset.theme") == "dark"


@pytest.mark.render
def test_a_page_of_several_movements_switches_between_them(chromium: Browser, several: Path) -> None:
    chromium.media(prefers_reduced_motion="reduce", prefers_color_scheme="light")
    chromium.size(900, 560)
    chromium.open(several)
    assert chromium.run("[...document.getElementById('movement').options].map(o => o.text)") == [
        "Straight leg raise",
        "Standing leg curl",
        "Sprint stride",
    ]
    assert chromium.run("document.documentElement.dataset.theme") == "dark"
    assert (
        chromium.run("document.querySelector('header').offsetHeight") == 0
    )  # in a frame there is no heading of its own
    seen = []
    for number, full_legs in ((0, False), (1, False), (2, True)):
        chromium.run(f"hamstring.setMovement({number}); hamstring.seek(0.4 * hamstring.model.duration)")
        chromium.settle()
        seen.append(chromium.picture())
        other = chromium.run("hamstring.model.surfaces.find(s => s.mesh.name === 'semitendinosus_left').mesh.visible")
        assert other is full_legs
    assert difference(seen[0], seen[1]) > 0.02
    assert difference(seen[1], seen[2]) > 0.02
    assert chromium.problems == []


def test_what_a_page_cannot_be_is_refused_in_one_sentence() -> None:
    right = Scene.load(SCENE).subject
    with pytest.raises(ExportError, match="shows one side"):
        page([right, Scene.load("standing_leg_curl", side="left").subject])
    with pytest.raises(ExportError, match="allowed are light and dark"):
        page([right], theme="print")
    with pytest.raises(UnknownNameError, match=r'no view "posteror".*Did you mean "posterior"'):
        page([right], view="posteror")
    with pytest.raises(UnknownNameError, match="no label"):
        page([right], labels="hamstringz")


def test_nothing_that_a_scene_says_can_end_the_script_that_carries_it(single: Path) -> None:
    facts = re.search(r'id="facts">(.*?)</script>', single.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert facts is not None
    assert "<" not in facts[1]
    assert "hamstring" in facts[1]


def test_the_part_of_three_js_is_built_by_the_script_beside_it() -> None:
    folder = Path(pages.__file__).parent / "viewer"
    build = (folder / "build.mjs").read_text(encoding="utf-8")
    version = re.search(r"three@0\.(\d+)\.", build)
    assert version is not None
    library = (folder / "three.min.js").read_text(encoding="utf-8")
    assert f'"{version[1]}"' in library  # its REVISION
    assert len(library) < 1_000_000
    assert "The MIT License" in (folder / "three.LICENSE").read_text(encoding="utf-8")
