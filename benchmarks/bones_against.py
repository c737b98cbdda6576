"""How far our bones are from those of a real adult: `python benchmarks/bones_against.py FOLDER`.

FOLDER holds surface meshes (STL, OBJ, PLY, VTP; any unit, place and side), one bone a file, named after the bone: `femur.stl`,
`r_femur.stl`, `pelvis.ply` for one half of it, and so on. Each is moved onto ours twice, as large as it is and enlarged for the best fit,
and the distances between the two surfaces are measured both ways: their mean, and the larger of the two 95th percentiles. Distance alone
does not tell a good bone from a bad one; a limit that is kept says only that no large part is in the wrong place. A second real adult is
about half as far away, coarse meshes of a hundred corners are further.
"""

import argparse
import itertools
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv
from scipy.spatial import cKDTree

ROOT = Path(__file__).resolve().parent.parent
SUFFIXES = (".stl", ".obj", ".ply", ".vtp")
# Other names that such files go by.
ALIASES = {
    "hip_bone": ("hip_bone", "hip", "pelvis", "innominate"),
    "lumbar_4": ("lumbar_4", "lumbar4"),
    "lumbar_5": ("lumbar_5", "lumbar5"),
}
# Mean and 95th percentile that the bone of another adult may be away, mm.
LIMITS_MM = {
    "femur": (2.6, 7.0),
    "tibia": (2.9, 7.5),
    "fibula": (1.5, 4.0),
    "hip_bone": (4.2, 12.5),
    "sacrum": (5.5, 14.0),
}
BONES = (*LIMITS_MM, "patella", "lumbar_4", "lumbar_5")
SAMPLES = 20_000
LIKE_MM = 15.0  # a right angle between two directions counts as much as 21 mm between two points
Points = np.ndarray


def bone_of(path: Path) -> str | None:
    """The bone that a file's name tells."""
    name = path.stem.lower()
    return next((bone for bone in BONES if any(word in name for word in ALIASES.get(bone, (bone,)))), None)


def sampled(mesh: pv.PolyData, count: int) -> tuple[Points, Points]:
    """Points (count, 3) spread evenly over a surface and its directions (count, 3) there, the same ones every time."""
    random = np.random.default_rng(1)
    corners = np.asarray(mesh.points, dtype=float)[mesh.regular_faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(across, axis=1)
    chosen = random.choice(len(corners), count, p=areas / areas.sum())
    u, v = random.random((2, count, 1))
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    first, second, third = corners[chosen].transpose(1, 0, 2)
    return first + u * (second - first) + v * (third - first), across[chosen] / areas[chosen, None]


def surface(path: Path) -> pv.PolyData:
    """A mesh of triangles with its outside out, its size brought to millimetres by powers of ten."""
    mesh = pv.read(path)
    if not isinstance(mesh, pv.PolyData) or not mesh.n_cells:
        raise SystemExit(f"{path} holds no surface.")
    mesh = pv.PolyData(mesh.points.astype(float), mesh.faces).triangulate().clean()
    longest = float(np.ptp(mesh.points, axis=0).max())
    mesh.points *= next((factor for factor in (1.0, 10.0, 1000.0) if longest * factor > 25), 1.0)
    return mesh.compute_normals(auto_orient_normals=True, consistent_normals=True, split_vertices=False)


@dataclass(frozen=True, slots=True)
class Move:
    """Turn, enlarge, shift: x -> scale * x @ turn.T + shift. A turn may be a mirror image."""

    turn: Points
    shift: Points
    scale: float = 1.0

    def points(self, points: Points) -> Points:
        """Points moved."""
        return np.asarray(self.scale * points @ self.turn.T + self.shift)


def paired(moving: Points, still: Points, mirrored: bool, scaling: bool) -> Move:
    """The move that brings points (N, 3) nearest to their partners (Umeyama 1991)."""
    a, b = moving.mean(axis=0), still.mean(axis=0)
    left, strength, right = np.linalg.svd((still - b).T @ (moving - a))
    flip = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right)) * (-1.0 if mirrored else 1.0)])
    turn = (left * flip) @ right
    scale = float((strength * flip).sum() / ((moving - a) ** 2).sum()) if scaling else 1.0
    return Move(turn, b - scale * turn @ a, scale)


def settled(theirs: tuple[Points, Points], ours: tuple[Points, Points], move: Move, rounds: int, scaling: bool) -> Move:
    """A move bettered by pairing each point with the nearest that looks the same way, both ways, until nothing changes."""
    still = np.column_stack([ours[0], LIKE_MM * ours[1]])
    tree, mirrored = cKDTree(still), bool(np.linalg.det(move.turn) < 0)
    for _ in range(rounds):
        now = np.column_stack([move.points(theirs[0]), LIKE_MM * theirs[1] @ move.turn.T])
        _, to_still = tree.query(now)
        _, to_moving = cKDTree(now).query(still)
        pairs = np.concatenate([theirs[0], theirs[0][to_moving]]), np.concatenate([ours[0][to_still], ours[0]])
        before, move = move, paired(*pairs, mirrored, scaling)
        if np.abs(move.points(theirs[0]) - before.points(theirs[0])).max() < 1e-3:
            break
    return move


def starts(theirs: Points, ours: Points) -> list[Move]:
    """Long axis laid over long axis and so on, in every way, mirror images included."""
    a, b = theirs.mean(axis=0), ours.mean(axis=0)
    own, other = (np.linalg.svd(p - p.mean(axis=0), full_matrices=False)[2] for p in (theirs, ours))
    turns = [other.T @ np.diag(signs) @ own for signs in itertools.product((1.0, -1.0), repeat=3)]
    return [Move(turn, b - turn @ a) for turn in turns]


def aligned(mesh: pv.PolyData, ours: pv.PolyData, scaling: bool) -> tuple[pv.PolyData, float]:
    """The mesh moved onto ours, mirrored if that fits better, and the factor by which it has grown."""
    theirs, target = sampled(mesh, 1500), sampled(ours, 1500)
    still = cKDTree(np.column_stack([target[0], LIKE_MM * target[1]]))

    def apart(move: Move) -> float:
        now = np.column_stack([move.points(theirs[0]), LIKE_MM * theirs[1] @ move.turn.T])
        return float(still.query(now)[0].mean())

    best = min((settled(theirs, target, start, 25, scaling) for start in starts(theirs[0], target[0])), key=apart)
    best = settled(sampled(mesh, 9000), sampled(ours, 9000), best, 60, scaling)
    moved = mesh.copy()
    moved.points = best.points(np.asarray(mesh.points))
    return moved, best.scale


def away(points: Points, mesh: pv.PolyData) -> Points:
    """Distances (N,) of points from a surface, open or closed."""
    return np.abs(np.asarray(pv.PolyData(points).compute_implicit_distance(mesh)["implicit_distance"]))


def distances(one: pv.PolyData, other: pv.PolyData) -> tuple[float, float]:
    """Mean of the distances both ways, and the larger 95th percentile."""
    there, back = away(sampled(one, SAMPLES)[0], other), away(sampled(other, SAMPLES)[0], one)
    return float(0.5 * (there.mean() + back.mean())), float(max(np.percentile(there, 95), np.percentile(back, 95)))


def main() -> int:
    """Print the table; 1 where a bone enlarged for the best fit is beyond its limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with surface meshes of real bones")
    parser.add_argument("--bones", type=Path, default=ROOT / "meshes" / "fine", help="our bones (default: %(default)s)")
    asked = parser.parse_args()
    files = {
        path: bone
        for path in sorted(asked.folder.glob("*"))
        if path.suffix.lower() in SUFFIXES and (bone := bone_of(path))
    }
    if not files:
        raise SystemExit(f"{asked.folder} holds no mesh named after one of {', '.join(BONES)}.")
    print("| bone | file | as it is: mean / 95 % mm | scaled by | mean / 95 % mm | limit |\n|---|---|---|---|---|---|")
    good = True
    for path, bone in files.items():
        theirs, ours = surface(path), surface(asked.bones / f"{bone}.ply")
        rigid, _ = aligned(theirs, ours, False)
        scaled, scale = aligned(theirs, ours, True)
        plain, freed = distances(rigid, ours), distances(scaled, ours)
        limit = LIMITS_MM.get(bone)
        good = good and (limit is None or (freed[0] <= limit[0] and freed[1] <= limit[1]))
        told = f"{limit[0]} / {limit[1]}" if limit else "-"
        print(
            f"| {bone} | {path.name} | {plain[0]:.2f} / {plain[1]:.1f} | {scale:.3f} | {freed[0]:.2f} / {freed[1]:.1f} | {told} |",
            flush=True,
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
