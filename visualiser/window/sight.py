"""What can be seen of the body: structures hidden, faded, peeled down to, or shown alone. Values without widgets."""

from collections.abc import Iterable, Mapping

from visualiser.bodies.assembly import Body
from visualiser.pictures.visibility import PEELED, lying_over

OTHER_LEG = "other_leg"


def owners(body: Body) -> dict[str, str]:
    """The structure that each surface of a body shows; all of a pale leg is one."""
    return {surface.name: OTHER_LEG if surface.ghost else surface.structure for surface in body.surfaces}


class Sight:
    """Hidden, faded and peeled structures by name."""

    def __init__(self) -> None:
        self.hidden: frozenset[str] = frozenset()
        self.opacities: dict[str, float] = {}
        self.peeled: frozenset[str] = frozenset()
        self._before: frozenset[str] | None = None  # what was hidden before one structure was shown alone

    def keep_to(self, structures: Iterable[str]) -> None:
        """Forget what is not on stage any more."""
        self.hidden &= frozenset(structures)

    def hide(self, structures: Iterable[str]) -> None:
        """Hide these and show all others."""
        self._before, self.hidden = None, frozenset(structures)

    @property
    def alone(self) -> bool:
        """Whether a single structure is shown, so that `isolate` goes back."""
        return self._before is not None

    def isolate(self, structure: str, structures: Iterable[str]) -> bool:
        """Show only this of all structures; again: what was shown before. Says whether anything changed."""
        everything = frozenset(structures)
        if self._before is not None:
            self.hide(self._before & everything)
        elif structure in everything:
            self._before, self.hidden = self.hidden, everything - {structure}
        else:
            return False
        return True

    def opacity(self, structure: str) -> float:
        """How solid a structure was made."""
        return self.opacities.get(structure, 1.0)

    def peel(self, structure: str) -> None:
        """Fade a structure with all that lies over it, so that what is deep to it is seen; again: as before."""
        self.peeled = self.peeled ^ {structure}

    def of(self, owners: Mapping[str, str]) -> dict[str, float]:
        """How solid each surface is drawn, 0 for hidden.

        owners : surface -> its structure
        """
        faded = self.peeled.union(*(lying_over(name) for name in self.peeled))

        def opacity(structure: str) -> float:
            if structure in self.hidden:
                return 0.0
            return self.opacities.get(structure, PEELED if structure in faded else 1.0)

        return {surface: opacity(owner) for surface, owner in owners.items()}
