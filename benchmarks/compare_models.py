"""Our lengths and moment arms beside those of research models that you have as files, and the models beside one another.

python benchmarks/compare_models.py Rajagopal2015.osim FullBody.osim=15 myolegs.xml walking.mot

`.osim` files need `pip install opensim`, MuJoCo `.xml` files `pip install mujoco`; nothing of them is copied here. `FILE=DEGREES` says by
how much the model flexes its hip where ours has none: models call different pelves upright. Lengths are compared in points of per cent of
each model's own upright length, arms in millimetres, as root mean squares over hip -20 to 120 and knee 0 to 120 in steps of ten degrees,
and lengths over our walking and running scenes, and over recordings (`.mot`, `.sto`, `.csv`) of a right leg that you name.
"""

import argparse
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from visualiser.anatomy.muscles import HEADS
from visualiser.conventions import LEG_SLICES, degrees
from visualiser.movements import motion
from visualiser.movements.movement import Movement, pose_at
from visualiser.scene import Scene
from visualiser.tissue.paths import muscle_lengths

NAMES = ("semiten_r", "semimem_r", "bflh_r", "bfsh_r")  # of the heads in the models, in our order
STEP_DEG = 0.5
RECORDINGS = {".mot", ".sto", ".csv"}
Lengths = Callable[[float, float], np.ndarray]  # hip and knee flexion in degrees -> millimetres of four heads


def ours(hip: float, knee: float) -> np.ndarray:
    """Our lengths."""
    return 1e3 * muscle_lengths(HEADS, np.radians([hip, 0, 0, knee, 0, 0]))


def opensim_lengths(path: Path, zero_deg: float) -> Lengths:
    """Lengths of a model for OpenSim."""
    import opensim

    opensim.Logger.setLevelString("Off")
    model = opensim.Model(str(path))
    state = model.initSystem()
    hip_flexion, knee_angle = (model.getCoordinateSet().get(name) for name in ("hip_flexion_r", "knee_angle_r"))
    sign = 1.0 if knee_angle.getRangeMax() > -knee_angle.getRangeMin() else -1.0
    paths = [model.getMuscles().get(name).getGeometryPath() for name in NAMES]

    def lengths(hip: float, knee: float) -> np.ndarray:
        hip_flexion.setValue(state, np.radians(hip + zero_deg), False)
        knee_angle.setValue(state, np.radians(sign * knee), False)
        model.realizePosition(
            state
        )  # not assembled: the patella, the only part that follows by a constraint, moves no hamstring
        return np.array([1e3 * path.getLength(state) for path in paths])

    return lengths


def mujoco_lengths(path: Path, zero_deg: float) -> Lengths:
    """Lengths of a model for MuJoCo, whose joints that follow the knee are moved as its equality constraints say."""
    import mujoco

    model = mujoco.MjModel.from_xml_path(str(path))
    data = mujoco.MjData(model)
    hip_joint, knee_joint = model.joint("hip_flexion_r"), model.joint("knee_angle_r")
    tendons = [next(i for i in range(model.ntendon) if model.tendon(i).name.startswith(name)) for name in NAMES]
    followers = [
        i
        for i in range(model.neq)
        if model.eq_type[i] == mujoco.mjtEq.mjEQ_JOINT and model.eq_obj2id[i] == knee_joint.id
    ]

    def lengths(hip: float, knee: float) -> np.ndarray:
        mujoco.mj_resetData(model, data)
        data.qpos[hip_joint.qposadr[0]] = np.radians(hip + zero_deg)
        place = knee_joint.qposadr[0]
        data.qpos[place] = np.radians(knee)
        for i in followers:
            follower = model.jnt_qposadr[model.eq_obj1id[i]]
            moved = data.qpos[place] - model.qpos0[place]
            data.qpos[follower] = model.qpos0[follower] + np.polyval(model.eq_data[i, 4::-1], moved)
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_tendon(model, data)
        return 1e3 * data.ten_length[tendons]

    return lengths


class Grid:
    """What one model says over the whole grid and along the movements."""

    def __init__(self, lengths: Lengths, hips: np.ndarray, knees: np.ndarray, movements: dict[str, np.ndarray]) -> None:
        self.standing = lengths(0.0, 0.0)
        self.hips = hips
        turn = np.radians(2 * STEP_DEG)
        rows: list[Any] = [[(lengths(h, k)) for k in knees] for h in hips]
        self.percent = 100 * np.array(rows) / self.standing
        self.hip_arms = np.array([(lengths(h + STEP_DEG, 0.0) - lengths(h - STEP_DEG, 0.0)) / turn for h in hips])
        self.knee_arms = np.array([(lengths(0.0, k - STEP_DEG) - lengths(0.0, k + STEP_DEG)) / turn for k in knees[1:]])
        self.along = {
            name: 100 * np.array([lengths(h, k) for h, k in angles]) / self.standing
            for name, angles in movements.items()
        }


def hip_and_knee(movement: Movement) -> np.ndarray:
    """Hip and knee flexion of the right leg in degrees (N, 2) over a movement."""
    pose = pose_at(movement, np.linspace(0.0, movement.duration_s, 41))[:, LEG_SLICES["right"]]
    result: np.ndarray = degrees(pose)[:, [0, 3]]
    return result


def rms(difference: np.ndarray) -> np.ndarray:
    """Root mean square over all but the heads."""
    result: np.ndarray = np.sqrt((difference**2).reshape(-1, difference.shape[-1]).mean(axis=0))
    return result


def told(values: np.ndarray) -> str:
    """Values of the heads."""
    return "/".join(f"{value:.1f}" for value in values)


def main() -> None:
    """Print how far each is from each."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument(
        "files", nargs="+", help="models, each with =DEGREES if its upright pelvis leans from ours, and recordings"
    )
    files = arguments.parse_args().files
    movements = {name: hip_and_knee(Scene.load(name).movement) for name in ("walking", "running")}
    recordings = [Path(word) for word in files if Path(word).suffix in RECORDINGS]
    movements |= {path.stem: hip_and_knee(motion.load(path)[0]) for path in recordings}
    hips, knees = np.arange(-20.0, 121.0, 10.0), np.arange(0.0, 121.0, 10.0)
    grids = {"ours": Grid(ours, hips, knees, movements)}
    for word in (word for word in files if Path(word).suffix not in RECORDINGS):
        file, _, zero = word.partition("=")
        path = Path(file)
        load = opensim_lengths if path.suffix == ".osim" else mujoco_lengths
        grids[path.stem] = Grid(load(path, float(zero or 0.0)), hips, knees, movements)
    print("Heads: " + ", ".join(head.display for head in HEADS) + "\n\nUpright, mm")
    for name, grid in grids.items():
        print(f"  {name}: {told(grid.standing)}")
    titles = ("pair", "length, hip to 90", "beyond", *movements, "hip arm to 70", "beyond", "knee arm")
    print(f"\n| {' | '.join(titles)} |\n|{'---|' * len(titles)}")
    for (first, a), (second, b) in combinations(grids.items(), 2):
        cells = (
            rms((a.percent - b.percent)[hips <= 90]),
            rms((a.percent - b.percent)[hips > 90]),
            *(rms(a.along[name] - b.along[name]) for name in movements),
            rms((a.hip_arms - b.hip_arms)[hips <= 70]),
            rms((a.hip_arms - b.hip_arms)[hips > 70]),
            rms(a.knee_arms - b.knee_arms),
        )
        print(f"| {first} – {second} | " + " | ".join(told(cell) for cell in cells) + " |")


if __name__ == "__main__":
    main()
