"""What a segment, a joint coordinate, a bone, a landmark and a source are. Values only: behaviour lives in higher layers."""

from dataclasses import dataclass

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
        require(bool(self.key and self.citation and self.taken), f"Source {self.key!r} needs a key, a citation and what was taken.")


@dataclass(frozen=True, slots=True)
class Coordinate:
    """One joint coordinate; its name states the positive direction. Limits belong to the definition."""

    name: str
    display: str
    limits_deg: Range
    source: Source

    def __post_init__(self) -> None:
        low, high = self.limits_deg
        require(low < high and low <= 0 <= high, f"{self.name}: limits {self.limits_deg} must enclose zero, low before high.")


@dataclass(frozen=True, slots=True)
class Segment:
    """A rigid part of the body that carries bones."""

    name: str
    parent: str | None
    sided: bool


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
        require(0 < self.length_mm[0] < self.length_mm[1], f"{self.name}: length range {self.length_mm} is not a range.")


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
