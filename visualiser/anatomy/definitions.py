"""What a segment, a joint coordinate, a bone, a landmark and a source are. Values only: behaviour lives in higher layers."""

from dataclasses import dataclass
from itertools import pairwise

from visualiser.errors import AnatomyError

Point = tuple[float, float, float]
Range = tuple[float, float]


def require(condition: bool, problem: str) -> None:
    """Raise AnatomyError with `problem` unless the condition holds."""
    if not condition:
        raise AnatomyError(problem)


@dataclass(frozen=True, slots=True)
class Source:
    """Where numbers come from: one publication, or an estimate with its reason."""

    key: str
    citation: str
    taken: str
    doi: str | None = None

    def __post_init__(self) -> None:
        require(
            bool(self.key and self.citation and self.taken),
            f"Source {self.key!r} needs a key, a citation and what was taken.",
        )


@dataclass(frozen=True, slots=True)
class Coordinate:
    """One joint coordinate; its name states the positive direction. Limits belong to the definition."""

    name: str
    display: str
    limits_deg: Range
    source: Source

    def __post_init__(self) -> None:
        low, high = self.limits_deg
        require(
            low < high and low <= 0 <= high,
            f"{self.name}: limits {self.limits_deg} must enclose zero, low before high.",
        )


@dataclass(frozen=True, slots=True)
class JointStop:
    """How far the turns of one joint go together before bone meets bone.

    turns    : coordinates with weights, whose sign says which way counts; the first counts both ways, the others only that way
    most_deg : what the weighted turns reach at most
    """

    display: str
    turns: tuple[tuple[str, float], ...]
    most_deg: float
    sources: tuple[Source, ...]

    def __post_init__(self) -> None:
        require(self.most_deg > 0 and all(weight for _, weight in self.turns), f"{self.display}: no turn counts.")


@dataclass(frozen=True, slots=True)
class Segment:
    """A rigid part of the body that carries bones."""

    name: str
    parent: str | None
    sided: bool


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where the joints of one body are, right side: millimetres in the frame of the segment named, degrees.

    knee_coupling    : rows of knee flexion, coupled internal rotation of the tibia, x and y of the hinge in the tibia frame
    patella_approach : rows of knee flexion and the distance by which the patella comes nearer to the hinge
    """

    hip_centre_mm: Point  # pelvis
    knee_hinge_mm: Point  # femur
    knee_coupling: tuple[tuple[float, float, float, float], ...]
    patella_share: float
    patella_approach: tuple[tuple[float, float], ...]
    ankle_axis_mm: Point  # tibia
    lumbar_pivot_mm: Point  # pelvis

    def __post_init__(self) -> None:
        for name, rows in (("knee_coupling", self.knee_coupling), ("patella_approach", self.patella_approach)):
            bends = [row[0] for row in rows]
            require(bends == sorted(set(bends)) and len(bends) > 1, f"{name}: knee flexion must rise from row to row.")


@dataclass(frozen=True, slots=True)
class Bone:
    """One bone (or fused group) with the segment that carries it and the size that its mesh must have.

    `sided` bones are stored for the right and mirrored for the left; `length_mm` is the allowed extent of the mesh along its longest
    axis, wide enough for adults of any build.
    """

    name: str
    display: str
    latin: str
    segment: str
    sided: bool
    length_mm: Range
    source: Source
    synonyms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(
            0 < self.length_mm[0] < self.length_mm[1], f"{self.name}: length range {self.length_mm} is not a range."
        )


LANDMARK_GROUPS = ("spine", "pelvis", "femur", "leg")


@dataclass(frozen=True, slots=True)
class Landmark:
    """A named place on a bone; its position belongs to the mesh (`meshes/landmarks.toml`)."""

    name: str
    display: str
    latin: str
    bone: str
    group: str
    priority: int
    why: str
    source: Source

    def __post_init__(self) -> None:
        require(self.group in LANDMARK_GROUPS, f"{self.name}: group {self.group!r} is none of {LANDMARK_GROUPS}.")
        require(self.priority in (1, 2, 3), f"{self.name}: priority {self.priority} is none of 1, 2, 3.")


@dataclass(frozen=True, slots=True)
class Cylinder:
    """A cylinder along the Z axis of a segment that a line bends round: place of its axis there and its radius."""

    x_mm: float
    y_mm: float
    radius_mm: float

    def __post_init__(self) -> None:
        require(self.radius_mm > 0, f"A wrap cylinder of radius {self.radius_mm} mm cannot be bent round.")


@dataclass(frozen=True, slots=True)
class ObliqueCylinder:
    """A cylinder that leans in its segment: a point of its axis, the direction of the axis (any length) and the radius.

    A line bends round it counterclockwise, seen against the direction of the axis.
    """

    point_mm: Point
    axis: Point
    radius_mm: float

    def __post_init__(self) -> None:
        require(self.radius_mm > 0, f"A wrap cylinder of radius {self.radius_mm} mm cannot be bent round.")
        require(
            self.axis[0] != 0 or self.axis[2] != 0, f"The axis {self.axis} of a wrap cylinder must not stand upright."
        )


@dataclass(frozen=True, slots=True)
class LineOfAction:
    """The mechanical line of a muscle head: origin, round a cylinder on the femur, via point and insertion on the tibia.

    It alone gives lengths and moment arms; what is drawn is the `TubeDesign`. `wrap` lies in the femoral condyles, `ischium` in the
    pelvis, counted from the hip centre like the origin; heads that begin on the femur have none.
    """

    origin_segment: str
    origin_mm: Point
    via_mm: Point
    insertion_mm: Point
    wrap: Cylinder | None
    sources: tuple[Source, ...]
    ischium: ObliqueCylinder | None = None

    def __post_init__(self) -> None:
        require(
            self.ischium is None or self.origin_segment == "pelvis",
            "Only a line from the pelvis bends round the ischium.",
        )
        require(
            self.origin_segment in ("pelvis", "femur"),
            f"A line of action starts on pelvis or femur, not on {self.origin_segment!r}.",
        )


@dataclass(frozen=True, slots=True)
class Footprint:
    """An attachment area on a bone: an ellipse that is laid on the surface, in the frame of the bone's segment.

    `across` runs to the lateral side of the tendon, `along` to its posterior (superficial) side.
    """

    bone: str
    centre_mm: Point
    across: Point
    half_across_mm: float
    along: Point
    half_along_mm: float
    source: Source

    def __post_init__(self) -> None:
        require(min(self.half_across_mm, self.half_along_mm) > 0, f"The footprint on {self.bone} has no area.")


@dataclass(frozen=True, slots=True)
class Station:
    """One row of a tube's rest design, at `position` from origin (0) to insertion (1) in upright standing.

    The centre lies at `place_mm` = (x, z) in the femur, or on the guided path where that is None. `turn_deg` turns the
    section's width from the lateral towards the posterior side; `flesh` is 0 in tendon and 1 in belly.
    """

    position: float
    place_mm: tuple[float, float] | None
    half_width_mm: float
    half_depth_mm: float
    turn_deg: float
    flesh: float


@dataclass(frozen=True, slots=True)
class Contact:
    """A bone that a tube may touch between two of its positions, the room in between that other tissue fills there, and the share of the
    usual gap that it keeps: little where fibres arise from the bone all along, and where a tendon lies taut on it."""

    bone: str
    begin: float
    end: float
    room_mm: float = 0.0
    gap: float = 1.0


@dataclass(frozen=True, slots=True)
class TubeDesign:
    """How a muscle head is drawn: footprints, guides that its path passes on the tibia, and its sections.

    `guides_let_go` is the share of their way to the insertion that guides go when the knee is bent by 140 degrees: the tendon then comes
    to the bone from behind and from below, and would turn back on itself round them. An estimate, made so that it turns in a wide bow.

    `distal_turn_deg` turns what its sections take as lateral at the insertion backwards from the hinge of the knee, for a tendon that comes
    to the bone along that hinge when the knee is bent: nothing about it could then be told to be lateral.
    """

    origin: Footprint
    insertion: Footprint
    distal_guides_mm: tuple[Point, ...]
    stations: tuple[Station, ...]
    belly: Range
    touches: tuple[Contact, ...]
    neighbours: tuple[str, ...]
    guides_let_go: float = 0.0
    distal_turn_deg: float = 0.0

    def __post_init__(self) -> None:
        require(0.0 <= self.guides_let_go <= 1.0, f"Guides let go by {self.guides_let_go}, which is no share.")
        positions = [s.position for s in self.stations]
        require(positions[0] == 0.0 and positions[-1] == 1.0, "The stations of a tube must run from position 0 to 1.")
        require(all(a < b for a, b in pairwise(positions)), "The stations of a tube must be in order.")
        require(
            0 <= self.belly[0] < self.belly[1] <= 1,
            f"The belly {self.belly} does not lie between origin and insertion.",
        )


@dataclass(frozen=True, slots=True)
class MuscleHead:
    """One head of the hamstrings: names, attachments and actions in words, its line of action and its drawn shape."""

    name: str
    display: str
    latin: str
    muscle: str
    origin: str
    insertion: str
    nerve: str
    actions: tuple[str, ...]
    antagonists: tuple[str, ...]
    volume_cm3: float
    line: LineOfAction
    tube: TubeDesign
    sources: tuple[Source, ...]
    synonyms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(self.volume_cm3 > 0, f"{self.name}: volume {self.volume_cm3} cm³ is not positive.")


@dataclass(frozen=True, slots=True)
class Guide:
    """A point that a nerve passes in upright standing (femur axes, hip centre as origin), and how much of each joint turns it.

    `hip_share` 0 rides on the pelvis and 1 on the femur; `knee_share` 0 rides on the femur and 1 on the tibia.
    """

    point_mm: Point
    hip_share: float
    knee_share: float

    def __post_init__(self) -> None:
        require(
            0 <= self.hip_share <= 1 and 0 <= self.knee_share <= 1, f"A guide's shares lie between 0 and 1, not {self}."
        )


@dataclass(frozen=True, slots=True)
class NerveDivision:
    """One division of a nerve: the guides below the common trunk and its round section."""

    name: str
    display: str
    latin: str
    guides: tuple[Guide, ...]
    half_width_mm: float
    half_depth_mm: float
    sources: tuple[Source, ...]
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NerveRoot:
    """An anterior ramus that joins the nerve: its level and where it leaves the spine (pelvis axes, hip centre as origin)."""

    level: str
    point_mm: Point


@dataclass(frozen=True, slots=True)
class MotorBranch:
    """A branch to a muscle head: where along the trunk it leaves, and along the head it enters, from 0 at the top to 1; whether from the
    trunk's lateral edge, the fibular side, or from its medial one, the tibial side."""

    head: str
    leaves_at: float
    enters_at: float
    lateral: bool = False


@dataclass(frozen=True, slots=True)
class Nerve:
    """A mixed nerve: roots, trunk, divisions and the mechanics of its bed.

    `distal_guides` lead on from the first division to the ankle, whose dorsiflexion pulls at `ankle_arm_mm`.
    `slack` is the strain of the bed, counted from upright standing, that the nerve takes up before it carries tension;
    `bed_length_mm` is the distance over which the bed's shear holds the nerve, sqrt(axial / shear stiffness); `hip_travel_mm` is by how
    much 90 degrees of hip flexion lengthen the bed.
    """

    name: str
    display: str
    latin: str
    roots: tuple[NerveRoot, ...]
    trunk: tuple[Guide, ...]
    half_width_mm: float
    half_depth_mm: float
    divisions: tuple[NerveDivision, ...]
    branches: tuple[MotorBranch, ...]
    distal_guides: tuple[Guide, ...]
    ankle_arm_mm: float
    slack: float
    bed_length_mm: float
    hip_travel_mm: float
    sources: tuple[Source, ...]
    synonyms: tuple[str, ...] = ()
