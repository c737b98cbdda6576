"""What a body's own hamstrings let a movement do: tight ones stop the hip, and bending the knee they get too short to pull."""

from visualiser.bodies.physique import Physique, standard
from visualiser.movements.movement import Movement
from visualiser.tissue import insufficiency, tightness


def limited(movement: Movement, how_tight: float | None, build: Physique | None = None) -> Movement:
    """The movement as a body does it whose hamstrings are tight to some degree.

    how_tight : 0 (supple) to 1 (very tight); None plays the movement as it is written
    build     : whose body; ours when None
    raises    : VisualiserError for a degree outside 0 to 1
    """
    if how_tight is None:
        return movement
    build = build or standard()
    if movement.dial == "knee":  # scenes about how far the knee can be bent by its own hamstrings
        movement = insufficiency.limited(movement, heads=build.heads, geometry=build.geometry)
    return tightness.limited(movement, how_tight, heads=build.heads, geometry=build.geometry)
