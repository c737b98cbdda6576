"""The drawn muscles and nerves of a leg in any pose: a baked table of solved tubes, blended, turned and breathed to exact volume.

Contact is solved once on a grid of hip and knee flexion (`contact.py`, `meshes/sculpt/tissue.py`). A frame is then one cubic blend in that
grid, a skinning of the turns that leave its plane (adduction, rotations), and a last uniform breath of each belly, so that volume holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from visualiser.anatomy.muscles import head
from visualiser.conventions import metres
from visualiser.errors import AssetError, unknown_name
from visualiser.kinematics import HIP_FLEXION, KNEE_FLEXION, femur_to_pelvis, tibia_to_femur
from visualiser.sections import (
    closed_faces,
    closed_normals,
    closed_uv,
    closed_vertices,
    refined,
    refining_matrix,
    ring_volume,
)
from visualiser.typed import FloatArray, IntArray

RINGS, SECTORS = 40, 20  # solved and baked
FINE_RINGS, FINE_SECTORS = 80, 40  # drawn
FORMAT = 1  # of the baked file; raised when its layout changes


@dataclass(frozen=True)
class Rest:
    """The rest design of one head at each ring: half sizes (m), turn (rad), flesh 0 to 1, and where centres leave the path."""

    half_width: FloatArray
    half_depth: FloatArray
    turn: FloatArray
    flesh: FloatArray
    row_positions: FloatArray
    row_places: FloatArray

    def offset(self, path: FloatArray) -> FloatArray:
        """Vectors (R, 3) from path points (R, 3) to the designed centres, level by level; rows without a place stay on the path."""
        at_rows = np.stack([np.interp(self.row_positions, rest_positions(), path[:, axis]) for axis in (0, 2)], axis=1)
        rows = np.where(np.isnan(self.row_places), 0.0, self.row_places - at_rows)
        x, z = PchipInterpolator(self.row_positions, rows)(rest_positions()).T
        return np.stack([x, np.zeros_like(x), z], axis=1)


@lru_cache
def rest_positions() -> FloatArray:
    """Positions (R,) of the solved rings from origin 0 to insertion 1 in upright standing: closer together towards both ends."""
    even = np.linspace(0.0, 1.0, RINGS)
    positions = even - 0.06 * np.sin(2 * np.pi * even)
    positions.flags.writeable = False
    return positions


@lru_cache
def station_values(name: str) -> Rest:
    """The rest design of the head called `name`, drawn smoothly through its stations."""
    stations = head(name).tube.stations
    at = np.array([s.position for s in stations])

    def along(values: list[float]) -> FloatArray:
        curve: FloatArray = PchipInterpolator(at, values)(rest_positions())
        return curve

    nowhere = (np.nan, np.nan)
    return Rest(
        half_width=metres(along([s.half_width_mm for s in stations])),
        half_depth=metres(along([s.half_depth_mm for s in stations])),
        turn=np.radians(along([s.turn_deg for s in stations])),
        flesh=np.clip(along([s.flesh for s in stations]), 0.0, 1.0),
        row_positions=at,
        row_places=metres([s.place_mm or nowhere for s in stations]),
    )


def hinge_axes(pelvis_to_femur: FloatArray, tibia_to_femur_turn: FloatArray) -> FloatArray:
    """Axis (R, 3) that the sections take as lateral: the hinge axes of pelvis, femur and tibia, blended along the head."""
    at = rest_positions()[:, None]
    proximal, distal = np.clip(1.0 - at / 0.35, 0.0, 1.0), np.clip((at - 0.8) / 0.2, 0.0, 1.0)
    femoral = np.array([0.0, 0.0, 1.0])
    axes: FloatArray = (
        proximal * pelvis_to_femur[:, 2] + (1.0 - proximal - distal) * femoral + distal * tibia_to_femur_turn[:, 2]
    )
    return axes


@dataclass(frozen=True)
class Part:
    """One tube of a surface in the baked table: its place there, its rings, and how much pelvis and tibia carry each ring.

    `rigid` shares turn a ring with pelvis (first column) or tibia (second); `chord` shares move it as part of the chord between the ends.
    """

    columns: slice
    rings: int
    sectors: int
    fine_rings: int
    fine_sectors: int
    rigid: FloatArray
    chord: FloatArray
    anchors: tuple[int, int]
    flesh: FloatArray | None
    volume: float | None


@dataclass(frozen=True)
class SoftSurface:
    """A muscle or nerve surface whose points change with the pose: fixed triangles, texture coordinates and identity."""

    name: str
    display: str
    kind: str
    faces: IntArray
    uv: FloatArray
    parts: tuple[Part, ...]


class SoftTissue:
    """Muscles and nerves of the right leg. Load once, then ask for vertices pose by pose or for many poses together."""

    def __init__(self, baked: Mapping[str, Any]) -> None:
        if int(baked["format"]) != FORMAT:
            raise AssetError(f"The baked soft tissue has format {int(baked['format'])}; this version reads {FORMAT}.")
        hip, knee = np.radians(baked["hip_deg"]), np.radians(baked["knee_deg"])
        self._hip, self._knee = CubicSpline(hip, np.eye(len(hip))), CubicSpline(knee, np.eye(len(knee)))
        table = baked["points"].astype(np.float32) * np.float32(baked["step_m"])
        self._table = table.reshape(len(hip) * len(knee), -1)
        self.surfaces = _surfaces(baked)

    @classmethod
    def load(cls, path: Path | str) -> "SoftTissue":
        """Soft tissue from the file that `meshes/sculpt/tissue.py` bakes.

        raises : AssetError if the file is missing or damaged
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                return cls({name: file[name] for name in file.files})
        except (OSError, ValueError, KeyError) as problem:
            raise AssetError(f"The baked soft tissue {path} cannot be read: {problem}.") from problem

    def surface(self, name: str) -> SoftSurface:
        """The surface called `name`."""
        for surface in self.surfaces:
            if surface.name == name:
                return surface
        raise unknown_name("soft-tissue surface", name, [s.name for s in self.surfaces])

    def vertices(self, leg: FloatArray) -> dict[str, FloatArray]:
        """Vertices of every surface.

        leg     : (..., 6)  radians, order of `conventions.LEG_COORDINATES`
        returns : name -> (..., V, 3)  metres, femur frame
        """
        tubes = self.rings(leg)
        return {
            name: np.concatenate([closed_vertices(part) for part in parts], axis=-2) for name, parts in tubes.items()
        }

    def rings(self, leg: FloatArray) -> dict[str, tuple[FloatArray, ...]]:
        """Drawn rings of every tube of every surface.

        leg     : (..., 6)  radians
        returns : name -> one (..., R, S, 3) per tube  metres, femur frame
        """
        leg = np.asarray(leg, dtype=np.float64)
        lead = leg.shape[:-1]
        weights = self._hip(leg[..., HIP_FLEXION])[..., :, None] * self._knee(leg[..., KNEE_FLEXION])[..., None, :]
        flat = weights.reshape(*lead, -1).astype(np.float32) @ self._table
        turns = _leaving_the_plane(leg)
        tubes = {}
        for surface in self.surfaces:
            drawn = []
            for part in surface.parts:
                coarse = flat[..., part.columns].reshape(*lead, part.rings, part.sectors, 3).astype(np.float64)
                if turns is not None:
                    coarse = _skinned(coarse, part, *turns)
                drawn.append(_breathed(refined(coarse, part.fine_rings, part.fine_sectors), part))
            tubes[surface.name] = tuple(drawn)
        return tubes

    def normals(self, name: str, vertices: FloatArray) -> FloatArray:
        """Outward unit normals (..., V, 3) of the surface called `name` at `vertices` (..., V, 3)."""
        normals = np.empty_like(vertices)
        first = 0
        for part in self.surface(name).parts:
            last = first + part.fine_rings * (part.fine_sectors + 1) + 2
            normals[..., first:last, :] = closed_normals(
                vertices[..., first:last, :], part.fine_rings, part.fine_sectors
            )
            first = last
        return normals


def _surfaces(baked: Mapping[str, Any]) -> tuple[SoftSurface, ...]:
    """Fixed surfaces from the part list of the baked file: name, display, kind, rings, sectors, drawn rings, drawn sectors of each tube."""
    surfaces: dict[str, SoftSurface] = {}
    column = 0
    for i, (name, display, kind, *sizes) in enumerate(baked["parts"].tolist()):
        rings, sectors, fine_rings, fine_sectors = map(int, sizes)
        flesh, volume, along = None, None, np.linspace(0.0, 1.0, fine_rings)
        if kind == "muscle":
            flesh = np.sqrt(np.clip(refining_matrix(rings, fine_rings, False) @ station_values(name).flesh, 0.0, 1.0))
            volume, along = head(name).volume_cm3 * 1e-6, refining_matrix(rings, fine_rings, False) @ rest_positions()
        columns = slice(column, column + rings * sectors * 3)
        column = columns.stop
        part = Part(
            columns=columns,
            rings=rings,
            sectors=sectors,
            fine_rings=fine_rings,
            fine_sectors=fine_sectors,
            rigid=baked[f"rigid_{i}"],
            chord=baked[f"chord_{i}"],
            anchors=tuple(baked[f"anchors_{i}"].tolist()),
            flesh=flesh,
            volume=volume,
        )
        before = surfaces.get(name)
        offset = len(before.uv) if before else 0
        faces, uv = closed_faces(fine_rings, fine_sectors) + offset, closed_uv(along, fine_sectors)
        if before:
            faces, uv = np.concatenate([before.faces, faces]), np.concatenate([before.uv, uv])
        faces.flags.writeable = uv.flags.writeable = False
        surfaces[name] = SoftSurface(name, display, kind, faces, uv, (*before.parts, part) if before else (part,))
    return tuple(surfaces.values())


def _leaving_the_plane(leg: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Pelvis and tibia in the femur, from their place with flexions alone to their true place; None where no other turn is made."""
    plane = np.zeros_like(leg)
    plane[..., (HIP_FLEXION, KNEE_FLEXION)] = leg[..., (HIP_FLEXION, KNEE_FLEXION)]
    if np.array_equal(plane[..., :5], leg[..., :5]):
        return None
    pelvis = np.swapaxes(femur_to_pelvis(leg), -1, -2)[..., :3, :3] @ femur_to_pelvis(plane)[..., :3, :3]
    tibia = tibia_to_femur(leg) @ np.linalg.inv(tibia_to_femur(plane))
    return pelvis, tibia


def _skinned(rings: FloatArray, part: Part, pelvis: FloatArray, tibia: FloatArray) -> FloatArray:
    """Rings (..., R, S, 3) after the turns that leave the plane: ends turn with their bones, the rest follows as a stretched chord."""
    points = rings.reshape(*rings.shape[:-3], -1, 3)
    by_pelvis = (points @ np.swapaxes(pelvis, -1, -2)).reshape(rings.shape) - rings
    by_tibia = (points @ np.swapaxes(tibia[..., :3, :3], -1, -2) + tibia[..., None, :3, 3]).reshape(rings.shape) - rings
    moved = rings.copy()
    for column, by_bone in enumerate((by_pelvis, by_tibia)):
        anchor = by_bone[..., part.anchors[column], :, :].mean(axis=-2)[..., None, None, :]
        moved += part.rigid[:, column, None, None] * by_bone + part.chord[:, column, None, None] * anchor
    return moved


def _breathed(rings: FloatArray, part: Part) -> FloatArray:
    """Drawn rings after a uniform breath of the belly that makes the volume exact; nerves as they are."""
    if part.flesh is None or part.volume is None:
        return rings
    middle = rings.mean(axis=-2, keepdims=True)
    spokes = rings - middle
    for _ in range(2):
        missing = np.sqrt(part.volume / ring_volume(middle + spokes)) - 1.0
        spokes *= 1.0 + 1.05 * missing[..., None, None, None] * part.flesh[:, None, None]
    breathed: FloatArray = middle + spokes
    return breathed
