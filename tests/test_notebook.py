"""A scene at the end of a notebook's cell: a page in a frame, a picture where no page is shown."""

import html
import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pytest
from browser import Browser
from PIL import Image
from test_page import chromium

from visualiser.scene import Scene

__all__ = ["chromium"]  # a fixture


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene.load("tibial_rotation")


@pytest.mark.render
def test_a_notebook_shows_the_moving_model_in_a_frame(scene: Scene, chromium: Browser, tmp_path: Path) -> None:
    shown = scene._repr_mimebundle_(include={"text/html"})
    assert list(shown) == ["text/html"]
    cell = tmp_path / "cell.html"
    cell.write_text(f"<!DOCTYPE html><body><p>Out[1]</p>{shown['text/html']}</body>", encoding="utf-8")
    chromium.media(prefers_reduced_motion="reduce", prefers_color_scheme="light")
    chromium.size(900, 640)
    chromium.problems.clear()
    chromium.ask("Page.navigate", url=cell.as_uri())
    chromium.wait("document.querySelector('iframe') !== null")
    for _ in range(40):
        chromium.settle()
        picture = chromium.picture()[60:560]
        red = (picture[..., 0] > 110) & (picture[..., 1] < 80) & (picture[..., 2] < 80)
        if red.sum() > 500:
            break
    assert red.sum() > 500  # muscle
    assert chromium.problems == []


def test_the_page_in_the_frame_is_sealed_off(scene: Scene) -> None:
    shown = scene._repr_mimebundle_(exclude={"image/png"})
    frame = re.fullmatch(
        r'<iframe title="Rotation of the tibia[^"]*" sandbox="allow-scripts" srcdoc="([^"]*)" style="[^"]*"></iframe>',
        shown["text/html"],
    )
    assert frame is not None
    page = html.unescape(frame[1])
    assert page.startswith("<!DOCTYPE html>")
    assert "data-embed" in page[:300]
    assert shown["text/plain"].startswith("Rotation of the tibia")


@pytest.mark.render
def test_a_picture_stands_in_where_no_page_is_shown(scene: Scene) -> None:
    shown = scene._repr_mimebundle_(include={"image/png", "text/latex"})
    assert list(shown) == ["image/png"]
    with Image.open(BytesIO(b64decode(shown["image/png"]))) as image:
        assert image.size == (960, 540)
        assert len(image.convert("RGB").getcolors(1 << 20) or []) > 1000


def test_a_scene_tells_its_name_in_a_plain_console(scene: Scene) -> None:
    assert repr(scene).startswith("<Scene tibial_rotation: Rotation of the tibia")
