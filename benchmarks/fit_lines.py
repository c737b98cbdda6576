"""How the lines of action were fitted: circles on our own condyles, and points near published footprints that follow the models' bands.

python benchmarks/fit_lines.py            what the lines miss now, and the circles that our femur asks for
python benchmarks/fit_lines.py --refit    the points that a new fit would choose, starting from the present ones (minutes)

After a change of bones, run the second, write what it prints into `visualiser/anatomy/muscles.py`, and bake the soft tissue anew
(`python -m visualiser.sculpt soft_tissue`). It changes nothing by itself: which of two fits looks right on the bone is for people.
"""

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # before numpy

import argparse
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pyvista
from scipy.optimize import least_squares
from scipy.spatial import ConvexHull

from visualiser.anatomy import skeleton, yardsticks
from visualiser.anatomy.definitions import Cylinder, LineOfAction, MuscleHead, ObliqueCylinder
from visualiser.anatomy.muscles import HEADS
from visualiser.bodies.physique import standard, standard_footprints
from visualiser.conventions import millimetres
from visualiser.errors import AnatomyError
from visualiser.kinematics import femur_to_pelvis
from visualiser.tissue import paths
from visualiser.tissue.paths import line_points, moment_arms, muscle_length
from visualiser.tissue.routes import joints_of, numbers, origin_clearance, route

# Half of the tendons where they cross the condyle, mm: half depths of the drawn sections there.
HALF_TENDON_MM = {"semitendinosus": 2.5, "semimembranosus": 2.5, "biceps_femoris_long_head": 1.9}
CONDYLES = {"medial": (-40.0, 0.0), "lateral": (0.0, 45.0)}  # where they lie across, z in mm
BACK_DEG = (130.0, 250.0)  # of their outline, seen from its middle, counted from the front over the top
# What one unit of cost is: a point of length, millimetres of arm, of bone, of way from a footprint, of room round a via.
POINT, ARM_MM, BONE_MM, FOOTPRINT_MM, ROOM_MM = 0.5, 2.0, 0.5, 1.0, 1.0
FROM_MIDDLE = 3.0  # units of what lies outside a band count as one unit of what lies off its middle
UPRIGHT_MM = 6.5  # our bones are not the models'
FROM_FOOTPRINT_MM, VIA_ROOM_MM, HABIT_MM = 4.0, 1.0, 8.0  # allowed; and how far a point may wander for one unit
# `paths.check_line` wants 1 and 5 mm; a fit needs a slope before such cliffs, and a line aimed along its ring turns too fast long before.
ORIGIN_ROOM_MM, AIM_ROOM_MM, CLIFF_MM, AIM_UNIT_MM = 1.2, 35.0, 0.2, 1.0
# Wound half round and more, a line would be about to jump to the other side of its cylinder.
WOUND_DEG, CLIFF_DEG = 150.0, 5.0
TURNED_MM = 0.8  # a line may lie this deep in bone where the thigh is turned as well as bent
# Adduction arms of Gait2392, whose strings run through the ischium, computed from the public model's points (`sources.OPENSIM_MODELS`).
ADDUCTION_HIPS_DEG = (0.0, 40.0, 80.0)
ADDUCTION_MM = {
    "semitendinosus": (23.0, 23.0, 23.0),
    "semimembranosus": (11.0, 12.0, 12.5),
    "biceps_femoris_long_head": (18.0, 13.0, 10.0),
}
ADDUCTION_UNIT_MM = 5.0
FAILED = 50.0
MODEL_HIP_DEG = 80  # arms of the models are followed up to here: beyond, their strings run through the ischium


def condyle_circle(side: str) -> tuple[float, float, float, float]:
    """Centre (x, y), radius and largest misfit (mm) of a circle through the back of a condyle's outline, seen along the knee's axis."""
    low, high = CONDYLES[side]
    points = millimetres(standard().bone("femur", "fine").vertices)
    own = points[(points[:, 1] < -370.0) & (points[:, 2] > low) & (points[:, 2] < high)][:, :2]
    outline = own[ConvexHull(own).vertices]
    centre, radius = outline.mean(axis=0), 0.0
    for _ in range(20):
        angle = np.degrees(np.arctan2(*(outline - centre).T[::-1])) % 360.0
        back = outline[(angle > BACK_DEG[0]) & (angle < BACK_DEG[1])]
        solved = np.linalg.lstsq(np.column_stack([2.0 * back, np.ones(len(back))]), (back**2).sum(axis=1), rcond=None)[
            0
        ]
        centre, radius = solved[:2], float(np.sqrt(solved[2] + solved[:2] @ solved[:2]))
    return (
        float(centre[0]),
        float(centre[1]),
        radius,
        float(np.abs(np.linalg.norm(back - centre, axis=1) - radius).max()),
    )


def leg(hip: float = 0.0, knee: float = 0.0) -> np.ndarray:
    """A pose from degrees."""
    return np.radians([hip, 0.0, 0.0, knee, 0.0, 0.0])


BENT = np.array([leg(hip) for hip in range(-40, 121, 8)])
TURNED = np.radians(
    [
        (hip, adduction, rotation, 60.0, 0.0, 0.0)
        for hip in (-20.0, 20.0, 60.0, 90.0, 115.0)
        for adduction in (-28.0, 18.0)
        for rotation in (-28.0, 28.0)
    ]
)


def outside(values: np.ndarray, bands: list[tuple[float, float]]) -> np.ndarray:
    """How far values lie outside their bands, with sign."""
    low, high = np.array(bands, dtype=float).T
    return np.where(values < low, values - low, np.where(values > high, values - high, 0.0))


def off_middle(values: np.ndarray, bands: list[tuple[float, float]]) -> np.ndarray:
    """How far values lie from the middle of their bands, with sign."""
    result: np.ndarray = values - np.array(bands, dtype=float).mean(axis=1)
    return result


def misfits(head: MuscleHead) -> Iterator[tuple[str, np.ndarray, float]]:
    """What a line misses: in words, by how much (points or mm), and what one unit of cost is."""
    place = yardsticks.ORDER.index(head.name)
    # Beyond 90 degrees ours goes round the ischium and may be half a point longer.
    bands = [
        (low, high + (0.5 if hip > 90 else 0.0))
        for (hip, _), row in yardsticks.LENGTH_BANDS.items()
        for low, high in [row[place]]
    ]
    poses = np.array([leg(*angles) for angles in yardsticks.LENGTH_BANDS])
    percent = 100.0 * muscle_length(head, poses) / muscle_length(head, leg())
    yield "length, points", outside(percent, bands), POINT
    yield "length off the middle, points", off_middle(percent, bands), FROM_MIDDLE * POINT
    upright = millimetres(np.atleast_1d(muscle_length(head, leg())))
    far = np.abs(outside(upright, [yardsticks.STANDING_MM[place]])) - UPRIGHT_MM
    yield "upright length, mm", np.maximum(far, 0.0), BONE_MM
    if head.name in yardsticks.HIP_EXTENSION_BANDS:
        kept = [i for i, hip in enumerate(yardsticks.HIP_ANGLES) if hip <= MODEL_HIP_DEG]
        arms = -millimetres(moment_arms(head, np.array([leg(yardsticks.HIP_ANGLES[i]) for i in kept]))[:, 0])
        yield (
            "hip extension arm, mm",
            outside(arms, [yardsticks.HIP_EXTENSION_BANDS[head.name][i] for i in kept]),
            ARM_MM,
        )
    knees = np.array([leg(0.0, knee) for knee in yardsticks.KNEE_ANGLES])
    arms = millimetres(moment_arms(head, knees)[:, 3])
    knee_bands = list(yardsticks.KNEE_FLEXION_BANDS[head.name])
    yield "knee flexion arm, mm", outside(arms, knee_bands), ARM_MM
    # Where the models differ most, any line between them is as near to one as another is far: the middle is nearest to all.
    yield "knee arm off the middle, mm", off_middle(arms, knee_bands), FROM_MIDDLE * ARM_MM
    knees[:, 0] = np.pi / 2
    arms = millimetres(moment_arms(head, knees)[:, 4])
    yield "tibial rotation arm, mm", outside(arms, list(yardsticks.INTERNAL_ROTATION_BANDS[head.name])), ARM_MM
    if head.line.ischium is not None:
        yield "inside the ischium, mm", np.maximum(depth_in_ischium(head, BENT), 0.0), BONE_MM
        yield "inside, thigh turned, mm", np.maximum(depth_in_ischium(head, TURNED) - TURNED_MM, 0.0), BONE_MM
        yield "wound round its ring, degrees", np.array([max(wound(head) - WOUND_DEG, 0.0)]), CLIFF_DEG
        near = ORIGIN_ROOM_MM - millimetres(origin_clearance(head.line))
        yield "origin too near its ring, mm", np.array([max(near, 0.0)]), CLIFF_MM
        aim = AIM_ROOM_MM - millimetres(paths.aim_clearance(head.line))
        yield "ring too near the knee, mm", np.array([max(aim, 0.0)]), AIM_UNIT_MM
    if head.name in ADDUCTION_MM:
        poses = np.array([leg(hip) for hip in ADDUCTION_HIPS_DEG])
        arms = millimetres(moment_arms(head, poses)[:, 1])
        yield "hip adduction arm, mm", arms - np.array(ADDUCTION_MM[head.name]), ADDUCTION_UNIT_MM
    far = np.array([from_footprint(head, end) for end in ("origin", "insertion")])
    yield "beyond the footprint, mm", np.maximum(far - FROM_FOOTPRINT_MM, 0.0), FOOTPRINT_MM
    yield "via too near the tibia, mm", np.array([max(VIA_ROOM_MM - room_round_via(head.line), 0.0)]), ROOM_MM


@cache
def bone(name: str) -> pyvista.PolyData:
    """One of our bones, mm, in its segment."""
    mesh = standard().bone(name, "fine")
    return pyvista.PolyData.from_regular_faces(millimetres(mesh.vertices), mesh.faces)


def depth_in_ischium(head: MuscleHead, poses: np.ndarray) -> np.ndarray:
    """How deep (mm) the line runs in our hip bone (N,) in poses (N, 6), apart from the last 2.5 mm to its origin."""
    points = millimetres(line_points(head, poses, 181))[:, :60] @ np.swapaxes(femur_to_pelvis(poses)[:, :3, :3], 1, 2)
    cloud = pyvista.PolyData(points.reshape(-1, 3) + np.array(skeleton.STANDARD.hip_centre_mm))
    away = np.asarray(cloud.compute_implicit_distance(bone("hip_bone"))["implicit_distance"]).reshape(points.shape[:2])
    near = np.linalg.norm(points - np.array(head.line.origin_mm), axis=2) < 2.5
    return -np.where(near, np.inf, away).min(axis=1)


def wound(head: MuscleHead) -> float:
    """The largest angle (degrees) by which a line lies round the cylinder in the ischium anywhere in the range of the hip."""
    ranges = [np.radians(np.linspace(*skeleton.limits_deg(name), 12)) for name in paths.ARM_COORDINATES[:3]]
    poses = np.zeros((12**3, 6))
    poses[:, :3] = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 3)
    held = route(numbers(head.line), joints_of(poses, skeleton.STANDARD)).held
    assert held is not None
    return float(np.degrees(held.angle[held.where]).max(initial=0.0))


def from_footprint(head: MuscleHead, end: str) -> float:
    """How far (mm) an end of the line is from the footprint on which the head takes hold; two heads share the conjoint one."""
    conjoint = {"semitendinosus", "biceps_femoris_long_head"}
    names = conjoint if end == "origin" and head.name in conjoint else {head.name}
    patches = [p for p in standard_footprints() if p.attachment.end == end and p.attachment.head in names]
    at = np.array(head.line.origin_mm if end == "origin" else head.line.insertion_mm)
    if patches[0].attachment.bone == "hip_bone":
        at = at + np.array(skeleton.STANDARD.hip_centre_mm)
    return float(min(np.linalg.norm(millimetres(p.vertices) - at, axis=1).min() for p in patches))


def room_round_via(line: LineOfAction) -> float:
    """How far (mm) the via point stands off our tibia."""
    cloud = pyvista.PolyData(np.array([line.via_mm]))
    return float(cloud.compute_implicit_distance(bone("tibia"))["implicit_distance"][0])


def numbers_of(line: LineOfAction) -> np.ndarray:
    """What of a line may be fitted: origin, via, insertion, and the cylinder in the ischium."""
    parts = [line.origin_mm, line.via_mm, line.insertion_mm]
    if line.ischium is not None:
        parts += [line.ischium.point_mm, tuple(10.0 * a for a in line.ischium.axis), (line.ischium.radius_mm,)]
    return np.concatenate([np.array(part) for part in parts])


def line_of(line: LineOfAction, numbers: np.ndarray) -> LineOfAction:
    """The line with other numbers."""
    origin, via, insertion = (tuple(part) for part in numbers[:9].reshape(3, 3).tolist())
    ring = line.ischium
    if ring is not None:
        ring = ObliqueCylinder(
            tuple(numbers[9:12].tolist()), tuple((numbers[12:15] / 10.0).round(8).tolist()), float(numbers[15])
        )
    return replace(line, origin_mm=origin, via_mm=via, insertion_mm=insertion, ischium=ring)


def cost(head: MuscleHead, numbers: np.ndarray, before: np.ndarray) -> np.ndarray:
    """All that counts, in units of cost; a line that cannot be is dear."""
    habit = (numbers - before) / HABIT_MM
    try:
        own = replace(head, line=line_of(head.line, numbers))
        return np.concatenate([*(amount.ravel() / unit for _, amount, unit in misfits(own)), habit])
    except AnatomyError:
        return np.concatenate([*(np.full(amount.size, FAILED) for _, amount, _ in misfits(head)), habit])


def refit(head: MuscleHead) -> MuscleHead:
    """The head with a line fitted anew."""
    paths.VIA_CLEARANCE = paths.AIM_CLEARANCE = 0.0  # here matters of cost, not of yes or no
    before = numbers_of(head.line)
    found = least_squares(lambda numbers: cost(head, numbers, before), before, diff_step=1e-4, max_nfev=20)
    return replace(head, line=line_of(head.line, np.round(found.x, 1)))


def with_circle(head: MuscleHead, circles: dict[str, tuple[float, float, float, float]]) -> MuscleHead:
    """The head with the wrap that our condyle asks for."""
    if head.line.wrap is None:
        return head
    x, y, radius, _ = circles["lateral" if head.line.insertion_mm[2] > 0 else "medial"]
    wrap = Cylinder(round(x, 1), round(y, 1), round(radius + HALF_TENDON_MM[head.name], 1))
    return replace(head, line=replace(head.line, wrap=wrap))


def said(wrap: Cylinder | None) -> str:
    """'(-8.7, -405.2) radius 24.4'."""
    return "none" if wrap is None else f"({wrap.x_mm:g}, {wrap.y_mm:g}) radius {wrap.radius_mm:g}"


def told(head: MuscleHead) -> None:
    """Print what a line misses."""
    for words, amount, unit in misfits(head):
        print(f"  {words:30s} largest {np.abs(amount).max():5.2f}   (one unit of cost: {unit:g})")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--refit", action="store_true", help="also fit the points anew and print them")
    asked = arguments.parse_args()
    found = {side: condyle_circle(side) for side in CONDYLES}
    for side, (x, y, radius, misfit) in found.items():
        print(f"{side} condyle: centre ({x:.1f}, {y:.1f}), radius {radius:.1f} mm, misfit {misfit:.2f} mm")
    for muscle in HEADS:
        print(
            f"\n{muscle.name}: wrap now {said(muscle.line.wrap)}, asked for {said(with_circle(muscle, found).line.wrap)}"
        )
        told(muscle)
        if asked.refit:
            fitted = refit(with_circle(muscle, found))
            print(
                "  fitted anew:",
                fitted.line.origin_mm,
                fitted.line.via_mm,
                fitted.line.insertion_mm,
                fitted.line.ischium,
            )
            told(fitted)
