"""What an exporter is given: a movement, whose body makes it, and what a file says of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from visualiser.bodies import assembly
from visualiser.bodies.assembly import Body
from visualiser.bodies.physique import Physique
from visualiser.movements.movement import Movement
from visualiser.tissue.measurement import Table, measure


@dataclass(frozen=True, eq=False, slots=True)
class Subject:
    """One scene to be exported.

    metadata : texts that travel with the file, so that it can be opened again
    at       : the moment of pictures that say none
    """

    movement: Movement
    legs: str
    physique: Physique | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    at: float | str = 0.6

    def body(self, detail: str = "fine") -> Body:
        """The body that moves, at a level of detail; shared, like every body."""
        return assembly.body(self.movement.side, self.legs, detail, self.physique)

    def table(self, samples: int) -> Table:
        """What heads and nerve do over the movement."""
        if self.physique is None:
            return measure(self.movement, samples)
        return measure(self.movement, samples, heads=self.physique.heads, geometry=self.physique.geometry)
