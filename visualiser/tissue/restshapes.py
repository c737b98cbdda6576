"""The drawn shape of each head at rest: sizes and places of its sections, level by level from origin to insertion."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from visualiser.anatomy.definitions import MuscleHead
from visualiser.anatomy.muscles import HEADS
from visualiser.anatomy.muscles import head as head_called
from visualiser.conventions import metres
from visualiser.tissue.bonefields import Joints
from visualiser.typed import FloatArray

RINGS, SECTORS = 40, 20  # solved and baked
THINNEST, THIN = 0.0003, 0.0012  # metres that a spoke of a section has left at least, and below which it feels that
FINE_RINGS, FINE_SECTORS = 72, 36  # drawn
ANGLES = np.arange(SECTORS) * 2 * np.pi / SECTORS
VOLUMES = np.array([head.volume_cm3 * 1e-6 for head in HEADS])  # (H,) m3
ROUND = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)  # directions of the points of a section
_FEMORAL = np.array([0.0, 0.0, 1.0])  # the femur's own lateral axis


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
    stations = head_called(name).tube.stations
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


@lru_cache
def all_flesh() -> FloatArray:
    """Flesh (H, R) of every head, 0 in tendon and 1 in belly."""
    flesh = np.stack([station_values(own.name).flesh for own in HEADS])
    flesh.flags.writeable = False
    return flesh


@lru_cache
def all_tendons() -> FloatArray:
    """Radii (H, R, S), metres, of the undisturbed sections in upright standing, which those of tendons are in every pose."""
    radii = np.concatenate([ellipses(own, np.ones(1)) for own in HEADS])
    radii.flags.writeable = False
    return radii


def thick_enough(radii: FloatArray) -> FloatArray:
    """Radii (...) of at least `THINNEST`, metres: those below `THIN` are led there smoothly, for an edge would be seen as a jerk."""
    thin: FloatArray = np.maximum(radii - THINNEST + THIN, 0.0)
    return np.where(thin < 2.0 * THIN, THINNEST + thin * thin / (4.0 * THIN), radii)


@lru_cache
def all_turns() -> tuple[FloatArray, FloatArray]:
    """Cosine and sine (H, R, 1) of the turn of the sections of every head from its hinge axes; designs count it from the joints' own."""
    turns = np.stack([station_values(own.name).turn for own in HEADS])[..., None]
    turns -= _distal_turns()[:, None, None] * _axis_shares()[2]
    return np.cos(turns), np.sin(turns)


def ellipses(own: MuscleHead, scale: FloatArray) -> FloatArray:
    """Radii (N, R, S) of the undisturbed sections of a head whose belly is `scale` (N,) times as thick as designed."""
    rest = station_values(own.name)
    grow = 1.0 + (scale[:, None] - 1.0) * np.sqrt(rest.flesh)
    width, depth = (rest.half_width * grow)[..., None], (rest.half_depth * grow)[..., None]
    radii: FloatArray = width * depth / np.hypot(depth * ROUND[:, 0], width * ROUND[:, 1])
    return radii


def hinge_axes(joints: Joints) -> FloatArray:
    """Axes (N, H, R, 3) that the sections take as lateral: the hinge axes of pelvis, femur and tibia, blended along the heads; of the
    tibia's own each head has its turn of it."""
    proximal, femoral, distal = _axis_shares()
    turns = _distal_turns()[:, None]
    forward, lateral = joints.tibia[:, None, :3, 0], joints.tibia[:, None, :3, 2]
    tibial = np.cos(turns) * lateral - np.sin(turns) * forward  # (N, H, 3)
    shared = (proximal * joints.pelvis[:, None, :, 2] + femoral)[:, None]
    axes: FloatArray = shared + distal * tibial[:, :, None]
    return axes


@lru_cache
def _axis_shares() -> tuple[FloatArray, FloatArray, FloatArray]:
    """How much rings take of the pelvis' axis (R, 1), what they have of the femur's (R, 3), how much they take of the tibia's (R, 1)."""
    at = rest_positions()[:, None]
    proximal, distal = np.clip(1.0 - at / 0.35, 0.0, 1.0), np.clip((at - 0.8) / 0.2, 0.0, 1.0)
    return proximal, (1.0 - proximal - distal) * _FEMORAL, distal


@lru_cache
def _distal_turns() -> FloatArray:
    """By how much (H,), radians, the axes of heads at their insertions are turned backwards."""
    return np.radians([own.tube.distal_turn_deg for own in HEADS])
