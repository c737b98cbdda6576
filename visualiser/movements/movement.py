"""Movements: what a scene file says, as values, and the joint angles over time that follow from them.

Reading the files is the business of `scenefile`; `motion` makes movements of recordings, `tightness` of other movements.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from visualiser.anatomy import skeleton, sources
from visualiser.conventions import LEG_COORDINATES, LEG_SLICES, POSE_COORDINATES, Side, Z, radians
from visualiser.transforms import rotation
from visualiser.typed import FloatArray

POSTURES = ("standing", "supine", "prone", "seated")
SUPPORTS = ("none", "couch", "bench", "seat", "sliding_seat")
FRAMES = ("leg", "thigh")
DIALS = ("none", "leg_raise", "knee")
VERDICTS = ("sound", "loose", "claim")
# What a head does in a phase: shortening, lengthening or holding under load; lengthened without its own doing; not involved.
ACTIVITIES = ("concentric", "eccentric", "isometric", "passive", "silent")
CONTACTS = ("foot", "other_foot", "knee", "other_knee")
OTHER = "other_"
# The whole body leaning forwards (degrees, about its left-right axis): not a joint, so it stands beside the pose.
LEAN = "lean"
_COLUMNS = (*POSE_COORDINATES, LEAN)
_EVEN = 1.5  # steps of a recording at most so uneven count as even

Curve = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Keyframe:
    """Joint angles at one time; a `via` keyframe is passed without stopping."""

    time_s: float
    angles_deg: tuple[tuple[str, float], ...]
    via: bool = False


@dataclass(frozen=True, slots=True)
class Phase:
    """A named stretch of a movement, shown as a caption; `activity` says what each head does, (head, activity) pairs.

    `effort` is how hard the working heads work, as a share of the most they can; `activation` has a word for None.
    """

    start_s: float
    end_s: float
    caption: str
    activity: tuple[tuple[str, str], ...] = ()
    effort: float | None = None

    def of(self, head: str) -> str:
        """What a head does in this phase; empty where the scene does not say."""
        return dict(self.activity).get(head, "")


@dataclass(frozen=True, eq=False, slots=True)
class Course:
    """Angles sampled densely, for movements that come from a recording or a calculation instead of keyframes.

    time_s : (N,)     rising, seconds, first 0
    values : (N, 17)  radians, the 16 of `conventions.POSE_COORDINATES` and the lean of the body
    """

    time_s: FloatArray
    values: FloatArray


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement: keyframes or a course of angles, and what is to be said and shown with it."""

    name: str
    title: str
    summary: str
    group: str
    posture: str
    side: Side
    keyframes: tuple[Keyframe, ...]
    cycle: bool = False
    phases: tuple[Phase, ...] = ()
    view: str = "lateral"
    frame: str = "leg"
    legs: str = "ghost"
    labels: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    claim: str = ""
    verdict: str = ""
    comment: str = ""
    other_leg_shift: float | None = (
        None  # share of a cycle by which the other leg does the same later; None: its own keyframes
    )
    ground: bool = False
    planted: tuple[str, ...] = ()
    flight_s: tuple[tuple[float, float], ...] = ()
    support: str = "none"
    dial: str = "none"
    course: Course | None = None
    text: str = field(default="", repr=False, compare=False)

    @property
    def duration_s(self) -> float:
        """Time of the last keyframe or sample."""
        return self.keyframes[-1].time_s if self.course is None else float(self.course.time_s[-1])

    @property
    def source_names(self) -> str:
        """The publications behind the numbers, as one line."""
        return "; ".join(sources.ALL[key].citation for key in self.sources)

    def phase_at(self, time_s: float) -> Phase | None:
        """The phase at a time; None between phases."""
        return next((p for p in reversed(self.phases) if p.start_s <= time_s <= p.end_s), None)

    def caption_at(self, time_s: float) -> str:
        """Caption of the phase at a time; empty between phases."""
        phase = self.phase_at(time_s)
        return phase.caption if phase else ""


def on_side(movement: Movement, side: Side) -> Movement:
    """The same movement of the leg of a given side. A course has a right and a left of its own: there, the other leg comes to the front."""
    return replace(movement, side=side)


def pose(side: Side | str = Side.RIGHT, **angles_deg: float) -> FloatArray:
    """One pose from angles in degrees, named as in scene files: (16,) radians.

    Bare leg coordinates belong to `side`, `other_` ones to the opposite leg; what is not named is zero.
    """
    return pose_of(angles_deg, Side(side))[: len(POSE_COORDINATES)]


def pose_of(angles_deg: Mapping[str, float], side: Side) -> FloatArray:
    """Angles as in a scene file to the 17 columns of a Course, radians."""
    columns = np.zeros(len(_COLUMNS))
    for name, value in angles_deg.items():
        columns[column_of(name, side)] = radians(value)
    return columns


def column_of(name: str, side: Side) -> int:
    """The column of a Course in which an angle of a scene file stands."""
    if name in LEG_COORDINATES:
        name = f"{name}_{side}"
    elif name.startswith(OTHER):
        name = f"{name.removeprefix(OTHER)}_{side.other}"
    return _COLUMNS.index(name)


def posture_to_world(posture: str) -> FloatArray:
    """Turn of the upright body into a posture: (3, 3). Supine and prone lie along -X to +X, head towards -X when supine."""
    quarter = {"standing": 0.0, "seated": 0.0, "supine": 90.0, "prone": -90.0}[posture]
    return rotation(Z, np.radians(quarter))


def body_turn(movement: Movement, time_s: ArrayLike) -> FloatArray:
    """How the body's upright frame lies in the world over time: its posture and its lean, (..., 3, 3)."""
    lean = angles_at(movement, time_s)[..., -1]
    turned: FloatArray = rotation(Z, -lean) @ posture_to_world(movement.posture)
    return turned


def pose_at(movement: Movement, time_s: ArrayLike) -> FloatArray:
    """Joint angles at one time or many; times outside the movement hold its first or last pose, cycles go round.

    time_s  : (...)      seconds
    returns : (..., 16)  radians, order of `conventions.POSE_COORDINATES`
    """
    return angles_at(movement, time_s)[..., :-1]


def angles_at(movement: Movement, time_s: ArrayLike) -> FloatArray:
    """The pose and, as a last column, the lean of the body: (..., 17) radians."""
    time = np.asarray(time_s, dtype=np.float64)
    curve, end = _curve(movement), movement.duration_s
    within: Callable[[FloatArray], FloatArray] = (
        (lambda t: np.mod(t, end)) if movement.cycle else (lambda t: np.clip(t, 0.0, end))
    )
    angles = curve(within(time))
    if movement.other_leg_shift is not None and movement.course is None:
        own, other = LEG_SLICES[movement.side], LEG_SLICES[movement.side.other]
        shifted = curve(within(time - movement.other_leg_shift * end)) if movement.other_leg_shift else angles
        angles[..., other] = shifted[..., own]
    return angles


@lru_cache(maxsize=32)
def _curve(movement: Movement) -> Curve:
    """The smooth course through keyframes or samples: seconds (...) to radians (..., 17), inside the movement only."""
    from scipy.interpolate import CubicSpline  # here: half a second that listing does not need

    if movement.course is not None:
        return _through_samples(movement.course, movement.cycle)
    times = np.array([key.time_s for key in movement.keyframes])
    values = np.stack([pose_of(dict(key.angles_deg), movement.side) for key in movement.keyframes])
    if movement.cycle:
        values[-1] = values[0]
        periodic: Curve = CubicSpline(times, values, bc_type="periodic")
        return periodic
    return _stop_to_stop(movement, times, values)


def _through_samples(course: Course, cycle: bool) -> Curve:
    """A C2 spline through even samples; where rows are missing, a curve that does not swing beyond its samples."""
    from scipy.interpolate import CubicSpline, PchipInterpolator

    step = np.diff(course.time_s)
    if len(step) < 3 or step.max() > _EVEN * np.median(step):
        bridged: Curve = PchipInterpolator(course.time_s, course.values)
        return bridged
    closed = cycle and np.array_equal(course.values[0], course.values[-1])
    spline = CubicSpline(course.time_s, course.values, bc_type="periodic" if closed else "not-a-knot")
    # Where samples stop dead at the end of a joint's range, a spline would swing out by hundredths of a degree.
    low, high = course.values.min(axis=0), course.values.max(axis=0)
    limits = np.array([skeleton.limits_deg(name) for name in POSE_COORDINATES])
    low[:-1], high[:-1] = np.minimum(low[:-1], radians(limits[:, 0])), np.maximum(high[:-1], radians(limits[:, 1]))
    low[-1], high[-1] = -np.inf, np.inf

    def within(time: FloatArray) -> FloatArray:
        angles: FloatArray = np.clip(spline(time), low, high)
        return angles

    return within


def _stop_to_stop(movement: Movement, times: FloatArray, values: FloatArray) -> Curve:
    """Smooth motion from stop to stop through the `via` keyframes in between: splines of fifth degree at rest at their ends.

    Between two stops alone this is the minimum-jerk course; through via points it is the family of courses among which that of least
    jerk lies (Flash & Hogan 1985). Speed and acceleration are zero at every stop, so the whole movement is C2.
    """
    from scipy.interpolate import make_interp_spline

    stops = [i for i, key in enumerate(movement.keyframes) if not key.via]
    rest = [(order, np.zeros(values.shape[1])) for order in (1, 2)]
    pieces = [
        (times[a], times[b], make_interp_spline(times[a : b + 1], values[a : b + 1], k=5, bc_type=(rest, rest)))
        for a, b in pairwise(stops)
    ]

    def course(time: FloatArray) -> FloatArray:
        angles = np.empty((*np.shape(time), values.shape[1]))
        for start, end, spline in pieces:
            inside = (time >= start) & (time <= end)
            angles[inside] = spline(time[inside])
        return angles

    return course


def softened(held_back: FloatArray, time_s: FloatArray, cycle: bool, settle_s: float) -> FloatArray:
    """What a stop takes away from an asked course, with its beginning and end made soft; elsewhere nothing changes.

    held_back : (N, C)  at evenly spaced times
    time_s    : (N,)    seconds
    """
    from scipy.ndimage import gaussian_filter1d

    spread = settle_s / (time_s[1] - time_s[0])
    if cycle:  # first and last sample are the same moment
        smooth = gaussian_filter1d(held_back[:-1], spread, axis=0, mode="wrap")
        return np.vstack([smooth, smooth[:1]])
    soft: FloatArray = gaussian_filter1d(held_back, spread, axis=0, mode="nearest")
    return soft
