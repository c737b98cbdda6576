"""How true the drawn muscles and the nerve are: `python benchmarks/soft_tissue.py`.

Over every frame of every scene and over random poses in which all joints turn at once: how deep tissue lies in bone and in its
neighbours, how exact volumes are, how far vertices jerk, and how far drawn lengths leave the lines of action. Prints the worst, the 95th
percentile and the median over poses of the worst vertex, and the pose (hip flexion, adduction, internal rotation, knee flexion, tibial
internal rotation) in which the worst was found.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import tissue_measures as measures  # noqa: E402 - tests are no package

from visualiser import Scene  # noqa: E402
from visualiser.bodies.assets import soft_tissue_path  # noqa: E402
from visualiser.conventions import LEG_SLICES, SIDES  # noqa: E402
from visualiser.movements.asked_poses import legs_of  # noqa: E402
from visualiser.movements.movement import pose_at  # noqa: E402
from visualiser.tissue.tubes import SoftTissue  # noqa: E402
from visualiser.typed import FloatArray  # noqa: E402

FPS = 30


def scene_legs(every: int) -> FloatArray:
    """Poses of both legs in the frames of all scenes, those less than a degree apart once."""
    legs = []
    for path in sorted((ROOT / "scenes").glob("*.toml")):
        movement = Scene.load(path.stem).movement
        poses = pose_at(movement, np.arange(0.0, movement.duration_s, 1.0 / FPS))
        legs += [poses[:, LEG_SLICES[side]] for side in SIDES]
    every_frame = np.concatenate(legs)
    every_frame[:, 5] = 0.0  # nothing that is drawn here feels the ankle
    _, first = np.unique(np.round(np.degrees(every_frame)), axis=0, return_index=True)
    return every_frame[np.sort(first)][::every]


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--every", type=int, default=1, help="of the frames of the scenes")
    arguments.add_argument("--random", type=int, default=200, help="random poses")
    arguments.add_argument("--starts", type=int, default=8, help="random poses from which each joint is swept")
    arguments.add_argument("--baked", type=Path, default=None, help="another file of baked soft tissue")
    chosen = arguments.parse_args()
    tissue = SoftTissue.load(chosen.baked or soft_tissue_path())
    head = "| what | where | worst | 95 % | median | worst pose |\n|---|---|---|---|---|---|"
    starts = np.concatenate([np.zeros((1, 6)), measures.random_legs(chosen.starts, seed=5)])
    print(f"Turning one joint at a time, 2 degrees a step\n\n{head}")
    print(*measures.jitter(tissue, starts).lines(), sep="\n", flush=True)
    grid = legs_of({"hip_flexion": range(-20, 121, 10), "knee_flexion": range(0, 121, 10)})
    print("\nDrawn length against line of action, points of the standing length\n\n| head | RMS | worst | pose |")
    for name, off in measures.line_differences(tissue, grid).items():
        at = int(np.abs(off).argmax())
        print(f"| {name} | {np.sqrt((off**2).mean()):.2f} | {off[at]:.2f} | {np.degrees(grid[at, [0, 3]])} |")
    random = measures.random_legs(chosen.random)
    can = measures.reachable(random)
    for title, legs in (
        ("Random poses that a hip can take", random[can]),
        ("Random poses that no hip can take: the program refuses them", random[~can]),
        ("Frames of the scenes", scene_legs(chosen.every)),
    ):
        if len(legs):
            print(f"\n{title}: {len(legs)}\n\n{head}")
            found = measures.depths(tissue, legs)
            print(*found.lines(), sep="\n", flush=True)


if __name__ == "__main__":
    main()
