"""One pose as a scene: joint angles as typed, standing still, with the surroundings of another scene."""

from collections.abc import Mapping

import tomli_w

from visualiser import scenefile
from visualiser.errors import PoseError, unknown_name
from visualiser.kinematics import check_pose
from visualiser.movement import LEAN, Movement, pose_of

_HELD_S = 1.0  # a scene needs a duration; nothing moves in it


def posed(movement: Movement, angles_deg: Mapping[str, float]) -> Movement:
    """A scene that holds one pose: side, view, labels and posture of `movement`, all angles not named zero.

    raises : PoseError for an angle outside its joint's range
    """
    angles = {name: float(value) for name, value in angles_deg.items()}
    for name in angles:
        if name not in scenefile.ANGLES:
            raise unknown_name("coordinate", name, scenefile.ANGLES)
    check_pose(pose_of(angles, movement.side)[:-1])
    if not scenefile.LEAN_LIMITS[0] <= angles.get(LEAN, 0.0) <= scenefile.LEAN_LIMITS[1]:
        raise PoseError(LEAN, angles[LEAN], scenefile.LEAN_LIMITS)
    text = tomli_w.dumps(
        {
            "title": title_of(angles),
            "posture": movement.posture,
            "side": str(movement.side),
            "view": movement.view,
            "frame": movement.frame,
            "legs": movement.legs,
            "labels": list(movement.labels),
            "keyframes": [{"time_s": time_s, **angles} for time_s in (0.0, _HELD_S)],
        }
    )
    return scenefile.parse(text, "pose")


def title_of(angles_deg: Mapping[str, float]) -> str:
    """'Hip flexion 70°, knee flexion 20°'."""
    words = ", ".join(f"{name.replace('_', ' ')} {value:g}°" for name, value in angles_deg.items() if value)
    return f"{words[0].upper()}{words[1:]}" if words else "Upright standing"
