"""What is shown, said as the words of a picture: for `stills`, as a command, as Python, as a scene file."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from visualiser.bodies.assembly import Body
from visualiser.movements.movement import Movement
from visualiser.pictures.appearance import VIEWS
from visualiser.pictures.cameras import Camera, camera_for, orbit
from visualiser.pictures.options import Options, samples_of, size_of
from visualiser.pictures.section import typed
from visualiser.pictures.visibility import show
from visualiser.typed import FloatArray
from visualiser.window import texts
from visualiser.window.sight import OTHER_LEG
from visualiser.window.snapshots import Snapshot

Words = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Saving:
    """What the window asks of a picture or a film besides what it shows; the words of `hamstring shot`."""

    size: str = "full"
    camera: str = "window"  # or "fit"
    theme: str = "light"
    labels: str = "default"
    style: str = "lecture"
    language: str = "en"
    quality: str = "fine"
    dpi: float = 0.0
    title: bool = True
    source: bool = False
    legend: bool = False
    scale_bar: bool = True
    compass: bool = True
    transparent: bool = False
    captions: bool = True
    fps: int = 30
    speed: float = 1.0

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height."""
        return size_of(self.size)

    @property
    def aspect(self) -> float:
        """Width over height."""
        width, height = self.pixels
        return width / height


def cropped(camera: Camera, window_aspect: float, aspect: float) -> Camera:
    """The camera of a picture of another aspect: what the frame in the window encloses, no more and no less."""
    return replace(camera, half=camera.half * min(1.0, window_aspect / aspect))


def capture(width: float, height: float, aspect: float) -> tuple[float, float, float, float]:
    """The largest rectangle of an aspect in the middle of the picture: left, top, width, height."""
    wide, high = min(width, height * aspect), min(height, width / aspect)
    return (width - wide) / 2, (height - high) / 2, wide, high


def visibility_words(state: Snapshot) -> Words:
    """Hidden, faded and peeled structures as words."""
    words: Words = {}
    hidden = sorted(state.hidden - {OTHER_LEG})
    faded = {name: value for name, value in state.opacities if value < 1.0 and name != OTHER_LEG}
    if hidden:
        words["hide"] = ",".join(hidden)
    if faded:
        words["opacity"] = ",".join(f"{name}={value:g}" for name, value in sorted(faded.items()))
    if state.peeled:
        words["peel"] = ",".join(sorted(state.peeled))
    return words


def view_words(state: Snapshot, body: Body, points: FloatArray, turn: FloatArray) -> Words:
    """The view nearest to the camera, with the degrees that the camera has gone on from there."""
    assert state.camera is not None
    back = np.asarray(state.camera.back)
    named = {
        name: camera_for(name, body.side, points, 16.0, 9.0, None, body_to_world=turn)
        for name in VIEWS
        if not VIEWS[name].focus
    }
    if state.view_name:
        return {"view": state.view_name}
    name = max(named, key=lambda n: float(back @ np.asarray(named[n].back)))
    azimuth, elevation = _way(named[name], state.camera, points.mean(axis=0))
    return {"view": name, "azimuth": azimuth, "elevation": elevation}


def _way(start: Camera, end: Camera, pivot: FloatArray) -> tuple[float, float]:
    """Whole degrees of azimuth and elevation that bring one camera nearest to the direction of another."""
    wanted, best, found = np.asarray(end.back), -2.0, (0.0, 0.0)
    around, step = (0.0, 0.0), 32.0
    while step >= 1.0:
        for azimuth in np.arange(around[0] - 2 * step, around[0] + 2.5 * step, step):
            for elevation in np.clip(np.arange(around[1] - 2 * step, around[1] + 2.5 * step, step), -89.0, 89.0):
                carried = orbit(
                    start, pivot, azimuth=float(np.radians(azimuth)), elevation=float(np.radians(elevation))
                )
                near = float(np.asarray(carried.back) @ wanted)
                if near > best + 1e-12:
                    best, found = near, (float(azimuth), float(elevation))
        around, step = found, step / 2
    return found


def options(state: Snapshot, saving: Saving, movement: Movement, window_aspect: float) -> Options:
    """What a still is asked."""
    width, height = saving.pixels
    own = None
    if saving.camera == "window" and state.camera is not None:
        own = cropped(state.camera, window_aspect, saving.aspect)
    return Options(
        width=width,
        height=height,
        view=state.view_name or movement.view,
        theme=saving.theme,
        labels=saving.labels,
        style=saving.style,
        language=saving.language,
        frame=movement.frame,
        transparent=saving.transparent,
        title=saving.title,
        source=saving.source,
        legend=saving.legend,
        scale_bar=saving.scale_bar,
        compass=saving.compass,
        colour=state.colouring,
        supersampling=samples_of(saving.quality),
        show=show(**visibility_words(state)),
        perspective=True,
        camera=own,
        section=state.section,
    )


def words_of(state: Snapshot, saving: Saving, view: Mapping[str, Any]) -> Words:
    """What a picture is asked, as keyword arguments of `Scene.image` and `Scene.clip`; only what is not usual."""
    words: Words = {**view, **visibility_words(state)}
    if state.section is not None:
        words["section"] = typed(state.section)
    usual = Saving()
    for name in ("theme", "labels", "style", "language", "source", "legend", "scale_bar", "compass"):
        if getattr(saving, name) != getattr(usual, name):
            words[name] = getattr(saving, name)
    if not saving.title:
        words["title"] = False
    if state.colouring != "tissue":
        words["colour"] = state.colouring
    words["perspective"] = True
    return words


def loading(state: Snapshot, source: str) -> Words:
    """Arguments of `Scene.load`."""
    words: Words = {}
    if state.side is not state.asked.side or source.endswith((".mot", ".sto", ".csv", ".tsv")) or state.side == "left":
        words["side"] = str(state.side)
    if state.legs != state.asked.legs:
        words["legs"] = state.legs
    if state.tightness is not None:
        words["tightness"] = state.tightness
    return words


def _pose(state: Snapshot) -> str:
    return ",".join(f"{name}={value:g}" for name, value in state.pose or () if value)


def as_command(state: Snapshot, saving: Saving, source: str, view: Mapping[str, Any]) -> str:
    """What is shown as a command of the terminal."""
    parts = ["hamstring", "shot", shlex.quote(source)]
    parts += (
        ["--pose", _pose(state) or "hip_flexion=0"] if state.pose is not None else ["--at", f"{100 * state.share:.1f}%"]
    )
    words = {**loading(state, source), **words_of(state, saving, view), "size": saving.size}
    for name, value in words.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            parts.append(option)
        elif value is False:
            parts += ["--title", "none"] if name == "title" else ["--no-" + name.replace("_", "-")]
        else:
            parts += [option, shlex.quote(f"{value:g}" if isinstance(value, float) else str(value))]
    command = " ".join(parts)
    return command if state.view_name else f"{texts.COMMAND_NOTE}\n{command}"


def as_python(state: Snapshot, saving: Saving, source: str, view: Mapping[str, Any]) -> str:
    """What is shown as lines of Python."""

    def said(words: Mapping[str, Any]) -> str:
        return "".join(f", {name}={value!r}" for name, value in words.items())

    width, height = saving.pixels
    words = {**words_of(state, saving, view), "width": width, "height": height}
    lines = ["from visualiser import Scene", "", f"scene = Scene.load({source!r}{said(loading(state, source))})"]
    if state.pose is not None:
        lines.append(f"scene = scene.posed({_pose(state)!r})")
    else:
        words = {"at": round(state.share, 4), **words}
    lines.append(f'scene.image("picture.png"{said(words)})')
    return "\n".join(lines) + "\n"
