"""The bone files as several tests read them."""

import tomllib
from functools import cache
from importlib import import_module
from types import ModuleType

import numpy as np
import trimesh
from conftest import ROOT

from visualiser.sculpt import load_sculptor
from visualiser.typed import FloatArray

MESHES = ROOT / "meshes"
HIP_CENTRE = np.array([0.0, 0.0, 80.0])


@cache
def mesh(name: str, level: str = "fine") -> trimesh.Trimesh:
    """One bone, mm, in the frame of its segment."""
    return trimesh.load(MESHES / level / f"{name}.ply", process=False)


@cache
def landmarks() -> dict[str, FloatArray]:
    """Every landmark by name, mm, in the frame of its bone's segment."""
    content = tomllib.loads((MESHES / "landmarks.toml").read_text())
    return {name: np.array(at) for table in content.values() if isinstance(table, dict) for name, at in table.items()}


def distance(first: str, second: str) -> float:
    """Between two landmarks of one segment, mm."""
    return float(np.linalg.norm(landmarks()[first] - landmarks()[second]))


@cache
def sculptor(part: str) -> ModuleType:
    """A module of the sculptor, such as `fields`."""
    return import_module(f"{load_sculptor().__name__}.{part}")
