"""The words on the command line for what a picture shows: one set for stills and clips."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from cyclopts import CoercionError, Parameter, Token

from visualiser.errors import VisualiserError


def _whole(kind: type, tokens: Sequence[Token]) -> int:
    """A whole number: 29.97 is refused, not rounded."""
    try:
        return int(tokens[0].value)
    except ValueError:
        raise CoercionError(token=tokens[0], target_type=int) from None


Whole = Annotated[int, Parameter(converter=_whole)]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a picture shows and how large it is; the same for stills and clips."""

    view: Annotated[
        str | None, Parameter(help="Anatomical view, see hamstring list views; the scene's own if left out.")
    ] = None
    theme: Annotated[str, Parameter(help="light, dark or print.")] = "light"
    labels: Annotated[
        str,
        Parameter(
            help="default, all, none, muscles, nerve, bones, landmarks, footprints, or names separated by commas."
        ),
    ] = "default"
    style: Annotated[str, Parameter(help="lecture (large type, few names) or atlas (small type, many).")] = "lecture"
    language: Annotated[str, Parameter(help="en, la or both.")] = "en"
    frame: Annotated[str | None, Parameter(help="leg or thigh: how much must be in the picture.")] = None
    width: Annotated[Whole, Parameter(help="Pixels.")] = 1920
    height: Annotated[Whole, Parameter(help="Pixels.")] = 1080
    size: Annotated[
        str | None, Parameter(help="hd, full, 4k, 4:3, square, story, a4, a4-upright or 1920x1080, for both at once.")
    ] = None
    hide: Annotated[str, Parameter(help="Structures or groups not to draw: hip_bone, bones, muscles, nerve, ...")] = ""
    only: Annotated[str, Parameter(help="Structures to single out; everything else becomes a ghost.")] = ""
    opacity: Annotated[str, Parameter(help="How solid structures are: femur=0.3,biceps=0.5.")] = ""
    peel: Annotated[str, Parameter(help="Structures to fade, with what lies over them, to see what is deep.")] = ""
    colour: Annotated[
        str,
        Parameter(
            name=["--colour", "--color"],
            help="tissue, identity (one each), length or strain (blue short, yellow long), activation (schematic), nerve_strain or "
            "nerve_excursion (along the nerve).",
        ),
    ] = "tissue"
    title: Annotated[str | None, Parameter(help="A title of your own, or none; the scene's if left out.")] = None
    source: Annotated[
        bool, Parameter(negative="", show_default=False, help="A line with the sources of the movement.")
    ] = False
    legend: Annotated[bool, Parameter(negative="", show_default=False, help="What the colours mean.")] = False
    scale_bar: Annotated[bool, Parameter(help="A bar of so many centimetres.")] = True
    compass: Annotated[bool, Parameter(help="What lies up, down, left and right.")] = True
    dial: Annotated[bool, Parameter(help="The scene's dial, such as the angle of a leg raise and its shares.")] = True
    perspective: Annotated[
        bool, Parameter(negative="", show_default=False, help="As a long lens sees it, instead of parallel.")
    ] = False
    azimuth: Annotated[float, Parameter(help="Degrees the camera goes to your right from the view.")] = 0.0
    elevation: Annotated[float, Parameter(help="Degrees the camera goes up from the view.")] = 0.0
    zoom: Annotated[float, Parameter(help="2 shows everything twice as large.")] = 1.0

    def words(self) -> dict[str, Any]:
        """Arguments of `Scene.image` and `Scene.clip`."""
        from visualiser.pictures.options import size_of

        words = asdict(self)
        size = words.pop("size")
        if size is not None:
            if (self.width, self.height) != (AS_USUAL.width, AS_USUAL.height):
                raise VisualiserError(f"--size {size} says width and height at once; leave out --width and --height.")
            words["width"], words["height"] = size_of(size)
        words["title"] = {None: True, "none": False}.get(self.title, self.title)
        return words


AS_USUAL = Look()
