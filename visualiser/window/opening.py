"""What is dropped on the window or chosen in its dialog: a scene, a recording, a picture of ours, a folder of bones."""

from dataclasses import dataclass
from pathlib import Path

from visualiser import carried
from visualiser.bodies import ownbones
from visualiser.bodies.physique import Physique
from visualiser.conventions import Side
from visualiser.errors import VisualiserError
from visualiser.movements import motion, scenefile
from visualiser.movements.movement import Movement
from visualiser.pictures.naming import check_words
from visualiser.window import texts

RECORDINGS = (".mot", ".sto", ".csv", ".tsv")


@dataclass(frozen=True, eq=False, slots=True)
class Opened:
    """What a file or folder holds; what it does not hold is None."""

    path: Path
    movement: Movement | None = None
    legs: str | None = None
    tightness: float | None = None
    share: float | None = None
    physique: Physique | None = None
    report: tuple[str, ...] = ()


def read(path: Path, side: Side) -> Opened:
    """Read anything that the window understands.

    side   : whose leg a recording shows in full
    raises : VisualiserError in one sentence
    """
    if path.is_dir():
        return Opened(path, physique=ownbones.load(path).physique)
    suffix = path.suffix.lower()
    if suffix in RECORDINGS:
        found, report = motion.load(path, side=side)
        return Opened(path, found, legs="both", report=report)
    if suffix in carried.SUFFIXES:
        held = carried.read(path)
        return Opened(path, held.movement, held.legs, held.tightness, float(held.at) if held.at else None)
    if suffix == ".toml":
        scene = scenefile.load(path)
        check_words(scene, path)
        return Opened(path, scene)
    raise VisualiserError(texts.NOT_OURS.format(name=path.name))
