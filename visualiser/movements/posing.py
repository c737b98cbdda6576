"""One pose as a scene: joint angles as typed, standing still, with the surroundings of another scene."""

from collections.abc import Mapping

import tomli_w

from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, TRUNK_COORDINATES, Side, degrees
from visualiser.errors import PoseError, unknown_name
from visualiser.kinematics import check_pose
from visualiser.movements import scenefile
from visualiser.movements.movement import LEAN, Movement, pose_of
from visualiser.typed import FloatArray

_NAME = "pose"
_NUMBERS = {2: "Two", 3: "Three", 4: "Four"}


def posed(movement: Movement, *poses_deg: Mapping[str, float]) -> Movement:
    """A scene that holds one pose, or goes from one to the next and reaches each at a whole second.

    Side, view, labels and posture are those of `movement`; all angles not named are zero.

    raises : PoseError for an angle outside its joint's range
    """
    poses = [_checked(angles_deg, movement) for angles_deg in poses_deg]
    words = [title_of(angles) for angles in poses]
    held = len(poses) == 1
    end = len(poses) - 1.0
    phases = [
        {"start_s": max(at - 0.4, 0.0), "end_s": min(at + 0.4, end), "caption": word} for at, word in enumerate(words)
    ]
    text = tomli_w.dumps(
        {
            "title": words[0] if held else f"{_NUMBERS.get(len(poses), len(poses))} poses compared",
            "posture": movement.posture,
            "side": str(movement.side),
            "view": movement.view,
            "frame": movement.frame,
            "legs": movement.legs,
            "labels": list(movement.labels),
            "keyframes": [
                {"time_s": float(time_s), **angles} for time_s, angles in enumerate(poses * 2 if held else poses)
            ],
            "phases": [] if held else phases,
        }
    )
    return scenefile.parse(text, _NAME)


def spelt(pose: FloatArray, side: Side) -> dict[str, float]:
    """A pose (16,) radians as a scene of a side would write it: degrees by name, trunk, leg and other leg."""
    values = degrees(pose)
    own, other = LEG_SLICES[side], LEG_SLICES[side.other]
    table = dict(zip(TRUNK_COORDINATES, values[: len(TRUNK_COORDINATES)].tolist(), strict=True))
    table |= dict(zip(LEG_COORDINATES, values[own].tolist(), strict=True))
    return table | {f"other_{name}": v for name, v in zip(LEG_COORDINATES, values[other].tolist(), strict=True)}


def is_held(movement: Movement) -> bool:
    """Whether a scene is made of poses: its times mean nothing, its captions are the poses."""
    return movement.name == _NAME


def _checked(angles_deg: Mapping[str, float], movement: Movement) -> dict[str, float]:
    angles = {name: float(value) for name, value in angles_deg.items()}
    for name in angles:
        if name not in scenefile.ANGLES:
            raise unknown_name("coordinate", name, scenefile.ANGLES)
    check_pose(pose_of(angles, movement.side)[:-1])
    if not scenefile.LEAN_LIMITS[0] <= angles.get(LEAN, 0.0) <= scenefile.LEAN_LIMITS[1]:
        raise PoseError(LEAN, angles[LEAN], scenefile.LEAN_LIMITS)
    return angles


def title_of(angles_deg: Mapping[str, float]) -> str:
    """'Hip flexion 70°, knee flexion 20°'."""
    words = ", ".join(f"{name.replace('_', ' ')} {value:g}°" for name, value in angles_deg.items() if value)
    return f"{words[0].upper()}{words[1:]}" if words else "Upright standing"
