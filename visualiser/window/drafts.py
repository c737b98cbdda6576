"""The body as it is drawn while it moves: light bones, and every second ring and spoke of muscles and nerve. Pure numpy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from visualiser.bodies.assembly import Body, Frame, Surface
from visualiser.conventions import Side
from visualiser.pictures.appearance import Paint
from visualiser.tissue.sections import closed_faces
from visualiser.transforms import apply
from visualiser.typed import FloatArray, IntArray

_FEWEST = 6  # rings or spokes that a tube keeps


@dataclass(frozen=True, eq=False, slots=True)
class Draft:
    """The surfaces of a body with fewer triangles, under the same names.

    picks : soft surface -> the vertices (V',) of the fine one that are kept
    """

    surfaces: tuple[Surface, ...]
    picks: Mapping[str, IntArray]
    props: tuple[Surface, ...] = ()

    def frame(self, fine: Frame) -> Frame:
        """The same moment with the vertices that are kept; single precision is enough for a picture."""

        def kept(table: Mapping[str, FloatArray]) -> Any:
            return {name: table[name][pick].astype(np.float32) for name, pick in self.picks.items()}

        return replace(fine, vertices=kept(fine.vertices), normals=kept(fine.normals))

    def painted(self, colours: Mapping[str, Paint]) -> dict[str, Paint]:
        """Colours for the surfaces of the body, for the vertices that are kept."""
        return {name: paint if isinstance(paint, tuple) else paint[self.picks[name]] for name, paint in colours.items()}

    def placed(self, surface: Surface, frame: Frame) -> FloatArray:
        """Vertices of a surface in the world: (V', 3) metres; what `Body.placed` does for the fine ones."""
        if surface.segment is None:
            return frame.vertices[surface.name]
        return apply(frame.transforms[surface.name], surface.vertices)


def draft_of(body: Body) -> Draft:
    """The draft of a body."""
    surfaces, picks = list(body.bones("light")), {}
    for surface in body.surfaces:
        if surface.segment is None and surface.uv is not None:
            pick, faces = thinned(surface.uv)
            picks[surface.name] = pick
            surfaces.append(
                replace(
                    surface,
                    faces=np.ascontiguousarray(faces[:, ::-1]) if surface.side is Side.LEFT else faces,
                    vertices=surface.vertices[pick],
                    normals=surface.normals[pick],
                    uv=surface.uv[pick],
                )
            )
    return Draft(tuple(surfaces), picks, body.props)


def thinned(uv: FloatArray) -> tuple[IntArray, IntArray]:
    """Every second ring and spoke of a surface of closed tubes, see `sections.closed_vertices`.

    uv      : (V, 2)             its texture coordinates: all vertices of a ring have one v
    returns : (V',) and (F', 3)  vertices kept, and faces between them, wound as designed
    """
    picks: list[IntArray] = []
    faces: list[IntArray] = []
    start = kept = 0
    while start < len(uv):
        around = round(1.0 / float(uv[start + 1, 0]) if uv[start + 1, 0] else 1.0) + 1  # spokes, the seam counted twice
        count = int(
            np.argmax(uv[start::around, 0] != 0.0)
        )  # the end centres, in the middle of u, come after the last ring
        spokes, rings = _every_second(around), _every_second(count)
        ends = count * around + np.arange(2)
        pick = start + np.concatenate([(rings[:, None] * around + spokes).ravel(), ends])
        picks.append(pick)
        faces.append(closed_faces(len(rings), len(spokes) - 1) + kept)
        start, kept = start + count * around + 2, kept + len(pick)
    return np.concatenate(picks), np.concatenate(faces)


def _every_second(count: int) -> IntArray:
    """Both ends and about every second place between them; all where there are few."""
    return np.unique(np.round(np.linspace(0, count - 1, max((count + 2) // 2, min(count, _FEWEST)))).astype(np.intp))
