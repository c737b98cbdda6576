"""Bakes the soft tissue: solves muscles and nerve against the bone meshes on grids of poses and writes `soft_tissue.npz`.

python -m meshes.sculpt.tissue meshes/fine meshes/soft_tissue.npz
"""

import hashlib
import multiprocessing
import os
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pyvista
from scipy.spatial import cKDTree

from visualiser.anatomy import skeleton
from visualiser.anatomy.muscles import HEADS
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.conventions import LEG_COORDINATES
from visualiser.kinematics import HIP_FLEXION, KNEE_FLEXION
from visualiser.tissue import nervetubes
from visualiser.tissue.bonefields import BONES, COUNTS_MM, Bones, Joints
from visualiser.tissue.contact import Solver
from visualiser.tissue.crowding import Bundle
from visualiser.tissue.restshapes import FINE_RINGS, FINE_SECTORS, hinge_axes
from visualiser.tissue.sections import refined, ring_volume
from visualiser.tissue.shapetable import TABLES, Blend, ShapeTable, likeness, packed, turned
from visualiser.tissue.tubes import FORMAT
from visualiser.typed import FloatArray

# Heights (mm, own frame) between which soft tissue touches each bone: distances are sampled only there.
HEIGHTS = {"hip_bone": (-110.0, 80.0), "femur": (-450.0, 60.0), "tibia": (-130.0, 20.0), "fibula": (-130.0, 20.0)}
FIELD_STEP_MM, FIELD_MARGIN_MM, NEAR_MM = 2.5, 11.0, 4.0
NODES_DEG = {
    "plane": (
        (-40.0, -25.0, -10.0, 5.0, 20.0, 36.0, 52.0, 67.0, 80.0, 93.0, 106.0, 120.0),
        (-5.0, 10.0, 26.0, 44.0, 64.0, 85.0, 105.0, 120.0, 135.0, 150.0),
    ),
    "hip": (
        (-40.0, -15.0, 10.0, 35.0, 58.0, 80.0, 100.0, 120.0),
        (-45.0, -22.0, 0.0, 15.0, 30.0),
        (-45.0, -23.0, 0.0, 23.0, 45.0),
    ),
    "knee": ((-5.0, 20.0, 45.0, 75.0, 105.0, 130.0, 150.0), (-45.0, -22.0, 0.0, 15.0, 30.0)),
}
RESTING = {HIP_FLEXION: 30.0, KNEE_FLEXION: 45.0}  # degrees of the flexion that a table leaves out, in its poses
SHAPES = {"plane": 70, "hip": 70, "knee": 24, "cross": 60}  # how many shapes each table keeps: off by 0.05 mm RMS
CLEARINGS = 14
CROSS_DEG = ((-40.0, 120.0), (-40.0, 30.0), (-45.0, 45.0), (-5.0, 150.0), (-40.0, 30.0))
CROSS_POSES, DOUBT = 640, 0.05
AT_ONCE = 8  # poses


def made_from(bones_folder: Path) -> str:
    """Hash of what a bake depends on: the bones, the lines, designs and volumes of the heads, the nerve's guides and the joints."""
    found = hashlib.sha256()
    for bone in BONES:
        found.update((bones_folder / f"{bone}.ply").read_bytes())
    designs = [(head.line, head.tube, head.volume_cm3) for head in HEADS]
    nerve = (SCIATIC_NERVE.trunk, SCIATIC_NERVE.divisions, SCIATIC_NERVE.half_width_mm, SCIATIC_NERVE.half_depth_mm)
    found.update(repr((designs, nerve, skeleton.STANDARD, NODES_DEG, SHAPES, CROSS_DEG, CROSS_POSES, DOUBT)).encode())
    return found.hexdigest()


def fields(bones_folder: Path) -> dict[str, object]:
    """Distances from the bones on grids, in counts."""
    contents: dict[str, object] = {"field_step_mm": FIELD_STEP_MM}
    for bone, (lowest, highest) in HEIGHTS.items():
        mesh = _hip_centred(bones_folder, bone)
        low, high = np.array(mesh.bounds).reshape(3, 2).T + np.array([[-FIELD_MARGIN_MM], [FIELD_MARGIN_MM]])
        low[1], high[1] = max(low[1], lowest), min(high[1], highest)
        count = np.ceil((high - low) / FIELD_STEP_MM).astype(int) + 1
        contents[f"{bone}_field"] = _sampled(mesh, low, FIELD_STEP_MM, count) / COUNTS_MM
        contents[f"{bone}_corner_mm"] = low
    return contents


def _bytes(counts: object) -> object:
    """A field as it is shipped: bytes are enough near the surface."""
    return np.clip(np.round(np.asarray(counts)), -127, 127).astype(np.int8)


def _sampled(mesh: pyvista.PolyData, low: FloatArray, step: float, count: FloatArray) -> FloatArray:
    """Distances from a mesh on a regular grid (nx, ny, nz): exact near the surface, by the nearest vertex farther off."""
    places = low + step * np.stack(np.meshgrid(*(np.arange(n) for n in count), indexing="ij"), axis=-1).reshape(-1, 3)
    vertices, normals = np.asarray(mesh.points, np.float64), np.asarray(mesh.point_normals, np.float64)
    far, at = cKDTree(vertices).query(places)
    distance = far * np.where(((places - vertices[at]) * normals[at]).sum(axis=1) < 0.0, -1.0, 1.0)
    near = far < NEAR_MM
    distance[near] = pyvista.PolyData(places[near]).compute_implicit_distance(mesh)["implicit_distance"]
    return distance.reshape(count)


def _hip_centred(bones_folder: Path, bone: str) -> pyvista.PolyData:
    """A bone's mesh; the hip bone counted from the hip centre."""
    mesh = pyvista.read(bones_folder / f"{bone}.ply")
    return mesh.translate(-np.array(skeleton.STANDARD.hip_centre_mm), inplace=False) if bone == "hip_bone" else mesh


def bake(bones_folder: Path, target: Path) -> None:
    """Solve every pose of the grids and write the tables."""
    exact = fields(bones_folder)
    baker = Baker(Bones.read(exact))
    contents: dict[str, object] = {
        "format": FORMAT,
        "made_from": made_from(bones_folder),
        "areas": baker.solver.ends.areas,
        "fullness": baker.fullness(),
    }
    contents |= {name: _bytes(value) if name.endswith("_field") else value for name, value in exact.items()}
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        plane = _poses("plane")
        contents |= _table("plane", _in_blocks(baker.rows, plane, pool.map))
        blend = Blend(contents, "plane")
        for name in ("hip", "knee"):
            legs = _poses(name)
            start = turned(blend.at(legs), legs, Joints.of(legs))
            leaves = np.abs(legs[:, [1, 2, 4]]).max(axis=1) > 1e-9
            rows = np.zeros_like(start)
            rows[leaves] = _in_blocks(baker.rows, legs[leaves], pool.map) - start[leaves]
            contents |= _table(name, rows)
        legs = _random_poses()
        missing = _in_blocks(baker.rows, legs, pool.map) - ShapeTable(contents).rows(legs, Joints.of(legs))
        contents |= _cross(legs, missing)
    part = target.with_suffix(".part.npz")
    np.savez_compressed(part, **contents)
    os.replace(part, target)


def _in_blocks(
    task: Callable[[FloatArray], FloatArray], legs: FloatArray, run: Callable[..., list[FloatArray]]
) -> FloatArray:
    """Rows (N, P) of all poses (N, 6), a few at a time."""
    return np.concatenate(run(task, [legs[first : first + AT_ONCE] for first in range(0, len(legs), AT_ONCE)], 1))


class Baker:
    """Solves poses into rows of the tables."""

    def __init__(self, bones: Bones) -> None:
        self.bones, self.solver = bones, Solver(bones)

    def rows(self, legs: FloatArray) -> FloatArray:
        """Solved rows (N, P) of poses (N, 6)."""
        joints, solved = Joints.of(legs), self.solver.solve(legs)
        bundle = Bundle(solved.centres, hinge_axes(joints.pelvis, joints.tibia[:, :3, :3])[:, None], solved.radii)
        lines = nervetubes.designed_lines(legs)
        nervetubes.clear(lines, bundle, self.bones, joints, CLEARINGS)
        return packed(solved.centres, lines, solved.radii)

    def fullness(self) -> FloatArray:
        """Volume of each drawn head over that of its solved sections."""
        standing = np.zeros((1, len(LEG_COORDINATES)))
        joints, solved = Joints.of(standing), self.solver.solve(standing)
        bundle = Bundle(solved.centres, hinge_axes(joints.pelvis, joints.tibia[:, :3, :3])[:, None], solved.radii)
        rings = self.solver.ends.laid(bundle.centres, bundle.points(bundle.directions()), joints)
        ratio: FloatArray = (ring_volume(refined(rings, FINE_RINGS, FINE_SECTORS)) / ring_volume(rings))[0]
        return ratio


def _poses(name: str) -> FloatArray:
    """The poses (N, 6) of a table, radians, in the order of its nodes."""
    nodes = np.array(list(product(*NODES_DEG[name])))
    legs = np.zeros((len(nodes), len(LEG_COORDINATES)))
    for axis, flexion in RESTING.items():
        legs[:, axis] = flexion
    legs[:, TABLES[name]] = nodes
    return np.radians(legs)


def _random_poses() -> FloatArray:
    """Poses (N, 6), radians, in which all joints turn: more of them near the ends of their ranges, where most is missing."""
    low, high = np.array(CROSS_DEG).T
    share = np.random.default_rng(11).beta(0.7, 0.7, (CROSS_POSES, len(CROSS_DEG)))
    return np.radians(np.concatenate([low + share * (high - low), np.zeros((CROSS_POSES, 1))], axis=1))


def _cross(legs: FloatArray, missing: FloatArray) -> dict[str, object]:
    """What is missing (N, P) in poses (N, 6), as far as poses like them tell it: a smooth guess that need not meet every one."""
    amounts = np.linalg.solve(likeness(legs, legs) + DOUBT * np.eye(len(legs)), missing)
    return {"cross_legs": legs} | _mixtures("cross", amounts, (len(legs),))


def _table(name: str, rows: FloatArray) -> dict[str, object]:
    """Rows (N, P) of the nodes of a table, with the nodes."""
    nodes = NODES_DEG[name]
    return {f"{name}_{i}_deg": np.array(axis) for i, axis in enumerate(nodes)} | _mixtures(
        name, rows, tuple(map(len, nodes))
    )


def _mixtures(name: str, rows: FloatArray, nodes: tuple[int, ...]) -> dict[str, object]:
    """Rows (N, P) as few shapes and each node's amounts of them."""
    left, strength, shapes = np.linalg.svd(rows, full_matrices=False)
    count = SHAPES[name]
    steps = np.maximum(np.abs(shapes[:count]).max(axis=1), 1e-12) / np.iinfo(np.int16).max
    return {
        f"{name}_shapes": np.round(shapes[:count] / steps[:, None]).astype(np.int16),
        f"{name}_steps": steps,
        f"{name}_amounts": (left * strength)[:, :count].reshape(*nodes, -1),
    }


if __name__ == "__main__":
    bake(Path(sys.argv[1]), Path(sys.argv[2]))
