"""Folders of bones as users bring them, made of ours."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import trimesh

from visualiser.bodies import assets
from visualiser.bodies.surfaces import signed_volume
from visualiser.typed import FloatArray, IntArray

Change = Callable[[str, FloatArray], FloatArray]


def same(_: str, points: FloatArray) -> FloatArray:
    return points


@lru_cache
def shipped(name: str, detail: str = "light") -> tuple[FloatArray, IntArray, dict[str, FloatArray]]:
    """Vertices (mm), faces and landmarks (mm) of one of our bones."""
    mesh = assets.load_bone(name, detail)
    marks = {mark: 1e3 * place for mark, place in assets.load_landmarks().get(name, {}).items()}
    return 1e3 * mesh.vertices, mesh.faces, marks


def write_folder(
    folder: Path,
    bones: Sequence[str],
    change: Change = same,
    *,
    suffix: str = ".stl",
    factor: float = 1.0,
    units: str = "mm",
    detail: str = "light",
) -> Path:
    """A folder as users bring it: our bones changed, in millimetres times `factor`."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f'units = "{units}"'] if units else []
    for name in bones:
        vertices, faces, marks = shipped(name, detail)
        moved = change(name, vertices)
        if signed_volume(moved, faces) < 0:
            faces = faces[:, ::-1]
        trimesh.Trimesh(factor * moved, faces, process=False).export(folder / f"{name}{suffix}")
        lines.append(f"[{name}]")
        lines += [f"{mark} = {(factor * change(name, at[None])[0]).tolist()}" for mark, at in marks.items()]
    (folder / "landmarks.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def femur_only(scale: float) -> Change:
    return lambda name, points: points * (scale if name == "femur" else 1.0)


def femur() -> trimesh.Trimesh:
    vertices, faces, _ = shipped("femur")
    return trimesh.Trimesh(vertices.copy(), faces.copy(), process=False)
