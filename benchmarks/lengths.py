"""Lengths and moment arms of the four heads: ours for all poses at once, against MuJoCo stepping the same tendons pose by pose.

python benchmarks/lengths.py

MuJoCo (`pip install mujoco`) gets the same attachments, joints and cylinders of the condyles; it has no cylinder in the ischium, whose way
round only our lines go, and no roll-back. Both fill the same arrays. Seconds are of the processor, on one core, in turns; medians.
"""

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # before numpy: one core for all

import argparse
import statistics
from collections.abc import Callable
from time import process_time

import numpy as np

from visualiser.anatomy import muscles, skeleton
from visualiser.conventions import LEG_COORDINATES
from visualiser.tissue.paths import lengths_and_arms, muscle_length, muscle_lengths

POSES, STEPS = 10_000, 2_000  # of ours at once, of MuJoCo's loop in one turn


def random_legs(count: int) -> np.ndarray:
    """Poses (count, 6) inside the joint ranges, radians."""
    random = np.random.default_rng(1)
    limits = np.radians([skeleton.COORDINATES[name].limits_deg for name in LEG_COORDINATES])
    return random.uniform(limits[:, 0], limits[:, 1], (count, len(LEG_COORDINATES)))


def mujoco_model() -> str:
    """Hip with three hinges, knee with two (without roll-back), four spatial tendons; metres."""

    def place(point: tuple[float, ...], offset: tuple[float, ...] = (0, 0, 0)) -> str:
        return " ".join(f"{1e-3 * (p - o):.6f}" for p, o in zip(point, offset, strict=True))

    hinge = skeleton.STANDARD.knee_hinge_mm
    sites: dict[str, list[str]] = {"pelvis": [], "femur": [], "tibia": []}
    wraps, tendons = [], []
    for head in muscles.HEADS:
        line, name = head.line, head.name
        sites[line.origin_segment].append(f'<site name="{name}_o" pos="{place(line.origin_mm)}"/>')
        sites["tibia"].append(f'<site name="{name}_v" pos="{place(line.via_mm)}"/>')
        sites["tibia"].append(f'<site name="{name}_i" pos="{place(line.insertion_mm)}"/>')
        wrap = ""
        if line.wrap is not None:
            centre = place((line.wrap.x_mm, line.wrap.y_mm, 0.0))
            radius = 1e-3 * line.wrap.radius_mm
            wraps.append(f'<geom name="{name}_w" type="cylinder" size="{radius:.5f} 0.1" pos="{centre}"/>')
            wrap = f'<geom geom="{name}_w"/>'
        tendons.append(
            f'<spatial><site site="{name}_o"/>{wrap}<site site="{name}_v"/><site site="{name}_i"/></spatial>'
        )
    return f"""<mujoco><worldbody><body>{"".join(sites["pelvis"])}
      <body><joint axis="0 0 1"/><joint axis="1 0 0"/><joint axis="0 1 0"/><geom size="0.02"/>
        {"".join(wraps)}{"".join(sites["femur"])}
        <body pos="{place(hinge)}"><joint axis="0 0 -1"/><joint axis="0 1 0"/><geom size="0.02"/>
          <body pos="{place((0.0, -32.5, 0.0))}">{"".join(sites["tibia"])}</body>
        </body></body></body></worldbody><tendon>{"".join(tendons)}</tendon></mujoco>"""


def mujoco_loops(legs: np.ndarray) -> dict[str, Callable[[], object]]:
    """Loops over poses in MuJoCo that fill arrays of lengths, or of lengths and Jacobians; none where it is not installed."""
    try:
        import mujoco
    except ImportError:
        return {}
    model = mujoco.MjModel.from_xml_string(mujoco_model())
    data = mujoco.MjData(model)
    angles = np.ascontiguousarray(legs[:, :5])
    lengths, jacobians = np.empty((len(legs), model.ntendon)), np.empty((len(legs), data.ten_J.size))

    def lengths_only() -> None:
        for i, row in enumerate(angles):
            data.qpos[:] = row
            mujoco.mj_kinematics(model, data)
            mujoco.mj_comPos(model, data)
            mujoco.mj_tendon(model, data)
            lengths[i] = data.ten_length

    def with_arms() -> None:
        for i, row in enumerate(angles):
            data.qpos[:] = row
            mujoco.mj_kinematics(model, data)
            mujoco.mj_comPos(model, data)
            mujoco.mj_tendon(model, data)
            lengths[i] = data.ten_length
            jacobians[i] = data.ten_J.reshape(-1)

    return {"mujoco": lengths_only, "mujoco with arms": with_arms}


def measured(repeats: int) -> dict[str, float]:
    """Median microseconds a pose of each task, taken in turns."""
    legs = random_legs(POSES)
    few = legs[:100]
    ours: dict[str, Callable[[], object]] = {
        "lengths": lambda: muscle_lengths(muscles.HEADS, legs),
        "with hip and knee arms": lambda: lengths_and_arms(muscles.HEADS, legs, ("hip_flexion", "knee_flexion")),
        "with five arms": lambda: lengths_and_arms(muscles.HEADS, legs),
        "pose by pose": lambda: [muscle_length(head, leg) for leg in few for head in muscles.HEADS],
    }
    loops = mujoco_loops(legs[:STEPS])
    tasks, counts = ours | loops, dict.fromkeys(ours, POSES) | dict.fromkeys(loops, STEPS) | {"pose by pose": len(few)}
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats + 1):
        for name, task in tasks.items():
            start = process_time()
            task()
            times[name].append((process_time() - start) / counts[name])
    return {name: 1e6 * statistics.median(values[1:]) for name, values in times.items()}  # the first round warms up


def table(repeats: int) -> None:
    """Print microseconds a pose, and how many times faster ours are."""
    found = measured(repeats)
    print("| four heads | microseconds a pose | MuJoCo | times faster |\n|---|---|---|---|")
    for name, baseline in (
        ("lengths", "mujoco"),
        ("with hip and knee arms", "mujoco with arms"),
        ("with five arms", "mujoco with arms"),
        ("pose by pose", "mujoco"),
    ):
        if baseline in found:
            print(f"| {name} | {found[name]:.2f} | {found[baseline]:.2f} | {found[baseline] / found[name]:.1f} |")
        else:
            print(f"| {name} | {found[name]:.2f} | not installed | |")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--repeats", type=int, default=15, help="turns of which the median counts (15)")
    table(arguments.parse_args().repeats)
