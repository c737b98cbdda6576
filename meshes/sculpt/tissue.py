"""Bakes the soft tissue: solves muscles and nerve against the bone meshes in a few thousand poses and writes `soft_tissue.npz`.

`python -m visualiser.sculpt soft_tissue` does it, in several processes.
"""

import ast
import hashlib
import inspect
import io
import os
import sys
import tokenize
from collections.abc import Callable
from itertools import product
from pathlib import Path
from types import ModuleType

import numpy as np
import pyvista
from scipy.linalg import solve
from scipy.spatial import cKDTree

from visualiser import easing, kinematics
from visualiser.anatomy import skeleton
from visualiser.anatomy.muscles import HEADS
from visualiser.anatomy.nerves import SCIATIC_NERVE
from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, POSE_COORDINATES, Side
from visualiser.kinematics import (
    BESIDE_FLEXION,
    HIP_FLEXION,
    KNEE_FLEXION,
    beside_flexion,
    past_hip_stops,
)
from visualiser.tissue import (
    bonefields,
    contact,
    crowding,
    nerve,
    nervetubes,
    paths,
    restshapes,
    routes,
    sections,
    settling,
    shapetable,
    strain,
    tautness,
    tubeends,
    wrapping,
)
from visualiser.tissue.bonefields import BONES, COUNTS_MM, Bones, Joints
from visualiser.tissue.contact import Solver
from visualiser.tissue.crowding import Bundle, deepest
from visualiser.tissue.restshapes import all_flesh, thick_enough
from visualiser.tissue.sections import ring_volume
from visualiser.tissue.settling import fullness_of, settled
from visualiser.tissue.shapetable import (
    COLUMNS,
    FORMAT,
    POINTS,
    TABLES,
    Blend,
    Shapes,
    likeness,
    packed,
    turned,
    unpacked,
)
from visualiser.typed import FloatArray, IntArray

# Heights (mm, own frame) between which soft tissue touches each bone: distances are sampled only there.
HEIGHTS = {"hip_bone": (-110.0, 80.0), "femur": (-450.0, 60.0), "tibia": (-130.0, 20.0), "fibula": (-130.0, 20.0)}
FIELD_STEP_MM, FIELD_MARGIN_MM, NEAR_MM = 2.5, 11.0, 4.0
NODES_DEG = {
    "plane": (
        (-40.0, -32.0, -25.0, -17.0, -8.0, 5.0, 20.0, 36.0, 52.0, 67.0, 80.0, 93.0, 106.0, 120.0),
        (-5.0, 10.0, 26.0, 44.0, 64.0, 85.0, 105.0, 120.0, 135.0, 150.0),
    ),
    "hip": (
        (-40.0, -28.0, -15.0, 10.0, 35.0, 58.0, 80.0, 100.0, 120.0),
        (-45.0, -22.0, 0.0, 15.0, 30.0),
        (-45.0, -23.0, 0.0, 23.0, 45.0),
    ),
    "knee": ((-5.0, 20.0, 45.0, 75.0, 105.0, 130.0, 150.0), (-45.0, -22.0, 0.0, 15.0, 30.0)),
}
RESTING = {HIP_FLEXION: 30.0, KNEE_FLEXION: 45.0}  # degrees of the flexion that a table leaves out, in its poses
SHAPES = 144  # that all tables are mixtures of: off by 0.05 mm RMS
CLEARINGS = 10
# How much worse a muscle in bone is than the nerve in a muscle, when the worst poses are looked for.
MUSCLES_COUNT = 3.0
NERVE_AT_MOST = 0.003  # metres: where it is deeper there may be no room for it at all
EVENNESS = 1.0  # of the tables over their nodes: twice as much changes little, none doubles the jerks of what is drawn
# Poses in which all joints turn, settled round after round from what the poses before them tell; after the first round, the worst of
# `CANDIDATES` times as many.
CROSS_DEG = ((-40.0, 120.0), (-40.0, 30.0), (-45.0, 45.0), (-5.0, 150.0), (-40.0, 30.0))
CROSS_POSES, CANDIDATES, DOUBT, BEYOND_STOPS_DEG = (600, *(350,) * 10), 12, 0.02, 4.0
DOUBT_IN_PLANE = 0.008  # where joints only flex, as in most movements
ALIKE = 0.9  # poses that tell so much of each other need not both be settled in a round


# The code that a bake comes from, apart from this file: whole modules, or what some of their names reach where the rest only draws.
# `tests/test_tubes.py` looks whether any is missing.
MODULES: dict[ModuleType, tuple[str, ...]] = {
    easing: (),
    kinematics: (),
    bonefields: (),
    contact: (),
    crowding: (),
    nerve: ("curve_through", "guide_points"),
    nervetubes: ("designed_lines", "clear", "deepest", "shares", "POINTS"),
    paths: (),
    restshapes: (),
    routes: (),
    sections: (),
    settling: (),
    shapetable: (
        "COLUMNS",
        "FORMAT",
        "POINTS",
        "TABLES",
        "Blend",
        "Shapes",
        "likeness",
        "packed",
        "turned",
        "unpacked",
    ),
    strain: (),
    tautness: (),
    tubeends: (),
    wrapping: (),
}


def made_from(bones_folder: Path) -> str:
    """Hash of what a bake depends on: bones, lines, designs and volumes of heads, guides of the nerve, joints, and the code that solves."""
    found = hashlib.sha256()
    for bone in BONES:
        found.update((bones_folder / f"{bone}.ply").read_bytes())
    designs = [(head.line, head.tube, head.volume_cm3) for head in HEADS]
    nerve_values = (
        SCIATIC_NERVE.trunk,
        SCIATIC_NERVE.divisions,
        SCIATIC_NERVE.half_width_mm,
        SCIATIC_NERVE.half_depth_mm,
    )
    found.update(repr((designs, nerve_values, skeleton.STANDARD, skeleton.HIP_STOPS)).encode())
    for module, names in {**MODULES, sys.modules[__name__]: ()}.items():
        found.update(code(module, names).encode())
    return found.hexdigest()


def code(module: ModuleType, names: tuple[str, ...] = ()) -> str:
    """The text of a module, or of what some of its names reach in it, without comments, docstrings and empty lines."""
    source = inspect.getsource(module)
    lines, tree = source.splitlines(), ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or 0) - node.lineno + 1)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    if names:
        wanted = reached(module, names)
        kept = [node for node in tree.body if defined(node) & wanted]
        lines = [line for node in kept for line in lines[node.lineno - 1 : node.end_lineno]]
    return "\n".join(line.rstrip() for line in lines if line.strip())


def reached(module: ModuleType, names: tuple[str, ...]) -> set[str]:
    """Names of a module that its code behind `names` asks for, directly or through others, and `names` themselves."""
    statements = ast.parse(inspect.getsource(module)).body
    found: set[str] = set()
    asked = set(names)
    while asked - found:
        found |= asked
        for statement in statements:
            if defined(statement) & found:
                asked |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return found


def defined(statement: ast.stmt) -> set[str]:
    """Names that a statement of a module defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return {node.id for target in targets if target for node in ast.walk(target) if isinstance(node, ast.Name)}


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


def bake(baker: "Baker", share_out: Callable[..., list[FloatArray]], made_from: str, target: Path) -> None:
    """Solve the plane of the flexions, settle everything else from it, and write the tables.

    share_out : asks a method of the baker, by name, about poses and what belongs to them (N, ...) each: blocks of answers in their order
    """

    def at_once(task: str, *parts: FloatArray) -> FloatArray:
        return np.concatenate(share_out(task, *parts))

    guess = Guess({"plane": _evened("plane", at_once("solved", _poses("plane")))})
    for name in ("hip", "knee"):
        legs = _poses(name)
        start = guess.rows(legs)
        leaves = beside_flexion(legs) > 1e-9
        rows = np.zeros_like(start)
        rows[leaves] = at_once("settled", start[leaves], start[leaves], legs[leaves]) - start[leaves]
        guess.tables[name] = _none_in_plane(name, _evened(name, rows))
    for number, count in enumerate(CROSS_POSES):
        legs = _random_poses(count * (CANDIDATES if number else 1), number)
        if number == 0:
            legs = np.concatenate([_between_nodes(), legs])
        else:
            depth = at_once("deepest", guess.rows(legs), legs)
            legs = legs[_worst(legs, depth, count)]
        guess.learn(legs, at_once("settled", *guess.rows_and_plain(legs), legs))
    # What was learnt first was settled from a worse guess than there is by now.
    guess.relearn(at_once("settled", *guess.rows_and_plain(guess.legs), guess.legs))
    contents = {"format": FORMAT, "made_from": made_from, "areas": baker.solver.ends.areas}
    contents |= {"swelling": baker.swelling()} | guess.contents()
    part = target.with_suffix(".part.npz")
    np.savez_compressed(part, **contents)
    os.replace(part, target)


def _evened(name: str, rows: FloatArray) -> FloatArray:
    """Rows (nodes, P) of a table without what a neighbouring node denies: each axis gives up part of its third differences.

    What is lost of contact by that is settled anew in the poses of `cross`.
    """
    nodes = NODES_DEG[name]
    table = rows.reshape(*map(len, nodes), -1)
    for axis, at in enumerate(nodes):
        if len(at) > 4:
            rough = _differences(np.array(at) / np.diff(at).mean())
            smooth = np.linalg.inv(np.eye(len(at)) + EVENNESS * rough.T @ rough)
            table = np.moveaxis(np.tensordot(smooth, table, axes=(1, axis)), 0, axis)
    return table.reshape(rows.shape)


def _none_in_plane(name: str, rows: FloatArray) -> FloatArray:
    """Rows (nodes, P) less what evening spread into the plane of the flexions, where that of `plane` is all there is."""
    flexion, *turns = NODES_DEG[name]
    table = rows.reshape(len(flexion), *map(len, turns), -1)
    straight = table[(slice(None), *(np.array([axis.index(0.0)]) for axis in turns))]
    return (table - straight.reshape(len(flexion), *(1 for _ in turns), -1)).reshape(rows.shape)


def _differences(at: FloatArray) -> FloatArray:
    """Matrix of the third differences, second for fewer than six nodes, of values at places (n,)."""
    matrix = np.eye(len(at))
    for order in range(1, 4 if len(at) > 5 else 3):
        matrix = order * np.diff(matrix, axis=0) / (at[order:] - at[:-order])[:, None]
    return matrix


class Guess:
    """What is known so far: rows (nodes, P) of the tables, and rows missing in poses (M, 6) beside what the tables give there."""

    def __init__(self, tables: dict[str, FloatArray]) -> None:
        self.tables = tables
        self.legs, self.missing = np.zeros((0, len(LEG_COORDINATES))), np.zeros((0, COLUMNS))
        self._amounts = np.zeros((0, COLUMNS))

    def plain(self, legs: FloatArray) -> FloatArray:
        """What the tables alone give (N, P)."""
        rows = self._blended("plane", legs)
        points = turned(rows[:, : 3 * POINTS], legs, Joints.of(legs))
        rows = np.concatenate([points, rows[:, 3 * POINTS :]], axis=1)
        return rows + sum(self._blended(name, legs) for name in self.tables if name != "plane")

    def _blended(self, name: str, legs: FloatArray) -> FloatArray:
        nodes = [np.array(axis) for axis in NODES_DEG[name]]
        return Blend(nodes, TABLES[name]).weights(legs) @ self.tables[name]

    def rows(self, legs: FloatArray) -> FloatArray:
        """Rows (N, P) in poses (N, 6)."""
        return self.rows_and_plain(legs)[0]

    def rows_and_plain(self, legs: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Rows (N, P), and what the tables alone give of them."""
        plain = self.plain(legs)
        return plain + likeness(legs, self.legs) @ self._amounts, plain

    def learn(self, legs: FloatArray, rows: FloatArray) -> None:
        """Take settled rows (N, P) of poses (N, 6) in."""
        self.legs = np.concatenate([self.legs, legs])
        self.missing = np.concatenate([self.missing, rows - self.plain(legs)])
        self._amounts = _kriged(self.legs, self.missing)

    def relearn(self, rows: FloatArray) -> None:
        """Take better rows (M, P) of all poses that are known."""
        self.missing = rows - self.plain(self.legs)

    def contents(self) -> dict[str, object]:
        """All tables as mixtures of few shapes."""
        shapes = _main_shapes(np.concatenate([*self.tables.values(), self.missing]))
        steps = np.maximum(np.abs(shapes).max(axis=1), 1e-12) / np.iinfo(np.int16).max
        contents: dict[str, object] = {
            "shapes": np.round(shapes / steps[:, None]).astype(np.int16),
            "steps": steps,
            "cross_legs": self.legs,
            "cross_amounts": _kriged(self.legs, self.missing @ shapes.T).astype(np.float32),
        }
        for name, rows in self.tables.items():
            contents |= {f"{name}_{i}_deg": np.array(axis) for i, axis in enumerate(NODES_DEG[name])}
            contents[f"{name}_amounts"] = (rows @ shapes.T).astype(np.float32)
        return contents


def _kriged(legs: FloatArray, missing: FloatArray) -> FloatArray:
    """Amounts (M, ...) with which poses (M, 6) tell of what is missing in each: a smooth guess that need not meet every one."""
    doubt = np.where(beside_flexion(legs) > 0.0, DOUBT, DOUBT_IN_PLANE)
    amounts: FloatArray = solve(likeness(legs, legs) + np.diag(doubt), missing, assume_a="pos")
    return amounts


def _main_shapes(rows: FloatArray) -> FloatArray:
    """The few orthogonal shapes (C, P) that rows (N, P) are best mixed from, by a randomised singular value decomposition."""
    seen = rows @ np.random.default_rng(7).standard_normal((rows.shape[1], SHAPES + 24))
    for _ in range(2):
        seen = rows @ (rows.T @ np.linalg.qr(seen)[0])
    basis = np.linalg.qr(seen)[0]
    shapes: FloatArray = np.linalg.svd(basis.T @ rows, full_matrices=False)[2][:SHAPES]
    return shapes


class Baker:
    """Solves and settles poses into rows of the tables."""

    @classmethod
    def of(cls, bones_folder: Path) -> "Baker":
        """A baker for the bones of a folder."""
        return cls(Bones.read(fields(bones_folder)))

    def __init__(self, bones: Bones) -> None:
        self.bones, self.solver = bones, Solver(bones)

    def solved(self, legs: FloatArray) -> FloatArray:
        """Rows (N, P) of poses (N, 6), solved from their designs."""
        joints = Joints.of(legs)
        bundle = self._bundle(legs)
        lines = nervetubes.designed_lines(legs)
        nervetubes.clear(lines, lines.copy(), bundle, self.bones, joints, CLEARINGS)
        fullness = fullness_of(self.solver.ends.closed(bundle, joints))
        rows = packed(Shapes(bundle.centres, lines, bundle.radii, fullness))
        return self.settled(rows, rows, legs)

    def settled(self, rows: FloatArray, anchor: FloatArray, legs: FloatArray) -> FloatArray:
        """Rows (N, P) settled in poses (N, 6), near an anchor (N, P)."""
        return settled(rows, anchor, legs, self.solver)

    def deepest(self, rows: FloatArray, legs: FloatArray) -> FloatArray:
        """How badly (N,) muscles and nerve of rows (N, P) lie in bone or each other in poses (N, 6): metres of the nerve's depth."""
        joints, (centres, lines, radii) = Joints.of(legs), unpacked(rows)[:3]
        bundle = Bundle.of(centres, thick_enough(radii), joints)
        nerve = np.minimum(nervetubes.deepest(lines, bundle, self.bones, joints), NERVE_AT_MOST)
        muscles = deepest(self.solver.ends.as_drawn(bundle, joints), self.bones, joints)
        return np.maximum(MUSCLES_COUNT * muscles, nerve)

    def swelling(self) -> FloatArray:
        """By how much of itself (H,) a breath adds to the volume of each head."""
        standing = np.zeros((1, len(LEG_COORDINATES)))
        joints, bundle = Joints.of(standing), self._bundle(standing)
        rings = self.solver.ends.closed(bundle, joints)
        volume, middle = ring_volume(rings), rings.mean(axis=-2, keepdims=True)
        swollen = rings + 0.01 * np.sqrt(all_flesh())[..., None, None] * (rings - middle)
        return (ring_volume(swollen) / volume - 1.0)[0] / 0.01

    def _bundle(self, legs: FloatArray) -> Bundle:
        solved = self.solver.solve(legs)
        return Bundle.of(solved.centres, solved.radii, Joints.of(legs))


def _poses(name: str) -> FloatArray:
    """The poses (N, 6) of a table, radians, in the order of its nodes."""
    nodes = np.array(list(product(*NODES_DEG[name])))
    legs = np.zeros((len(nodes), len(LEG_COORDINATES)))
    for axis, flexion in RESTING.items():
        legs[:, axis] = flexion
    legs[:, TABLES[name]] = nodes
    return np.radians(legs)


def _between_nodes() -> FloatArray:
    """The poses (N, 6), radians, in the middle of four nodes of the plane of the flexions, where most movements are."""
    middles = [np.convolve(axis, (0.5, 0.5), mode="valid") for axis in NODES_DEG["plane"]]
    poses = np.array(list(product(*middles)))
    legs = np.zeros((len(poses), len(LEG_COORDINATES)))
    legs[:, TABLES["plane"]] = np.radians(poses)
    return legs


def _worst(legs: FloatArray, depth: FloatArray, count: int) -> IntArray:
    """Indices (count,) of poses (N, 6) with the largest depths (N,), but none beside a worse one that tells of it."""
    order = np.argsort(-depth)
    like = likeness(legs[order], legs[order])
    spoken_for, chosen = np.zeros(len(order), dtype=bool), []
    for i in range(len(order)):
        if len(chosen) < count and not spoken_for[i]:
            chosen.append(i)
            spoken_for |= like[i] > ALIKE
    return np.sort(order[chosen])


def _random_poses(count: int, seed: int) -> FloatArray:
    """Poses (N, 6), radians, that a hip can take or nearly: more of them near the ends of the ranges, where most is missing; in every fifth
    joints only flex."""
    low, high = np.array(CROSS_DEG).T
    share = np.random.default_rng(11 + seed).beta(0.75, 0.75, (3 * count, len(CROSS_DEG)))
    turns = low + share * (high - low)
    turns[::5, BESIDE_FLEXION] = 0.0
    poses = np.zeros((len(turns), len(POSE_COORDINATES)))
    poses[:, LEG_SLICES[Side.RIGHT]][:, : turns.shape[1]] = turns
    near = past_hip_stops(poses).max(axis=(1, 2)) < BEYOND_STOPS_DEG
    legs = np.zeros((count, len(LEG_COORDINATES)))
    legs[:, : turns.shape[1]] = np.radians(turns[near][:count])
    return legs
