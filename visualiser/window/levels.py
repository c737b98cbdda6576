"""The body twice on one plotter: fine for a picture at rest, light for one that moves. Only one of the two is ever seen."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from visualiser.bodies.assembly import Body, Frame, Surface
from visualiser.pictures.appearance import TISSUE, Colour, Paint
from visualiser.pictures.cameras import Camera
from visualiser.pictures.pages import CUT_COLOURS
from visualiser.pictures.rendering import Stage
from visualiser.pictures.section import Plane
from visualiser.typed import FloatArray
from visualiser.window.drafts import Draft

_SHADE, _GLOW = 0.78, 0.14  # light left on everything else when something is selected, and added to that
_LIFT_M = 0.0012  # how far a lit footprint stands off its bone, so that it shows
# Cut faces of the heads, in parts of the colour of cut muscle. ESTIMATE: by eye.
_CUT_SHADES = {"semitendinosus": 1.12, "semimembranosus": 0.88, "biceps_femoris_short_head": 1.24}
_FINE, _LIGHT, _SET, _GHOST, _PRINT = "", "draft ", "set ", "then ", "print "  # before the names of actors


class Levels:
    """Stages on one plotter that show the same.

    prints : asked for at the first selection of a muscle, because laying footprints on bones takes a moment
    """

    def __init__(
        self, plotter: Any, body: Body, draft: Draft, theme: str, prints: Callable[[], Iterable[Surface]]
    ) -> None:
        self._plotter, self._body, self._draft, self._make_prints = plotter, body, draft, prints
        self._opacities = {s.name: 1.0 for s in body.surfaces}
        self._chosen: frozenset[str] = frozenset()
        self._lit: frozenset[str] = frozenset()
        self._prints: dict[str, Surface] = {}
        self._reference: Frame | None = None
        self._colours: Mapping[str, Paint] = {}
        self._frame: Frame | None = None
        self.fine_shown = True
        self._plane: Plane | None = None
        self.dress(theme)

    def dress(self, theme: str) -> None:
        """Put everything on stage in the colours and lights of a theme."""
        self.theme = theme
        self._plotter.clear_actors()
        self._extra: dict[str, Stage] = {}
        self.fine = self._stage(self._body.surfaces, _FINE)
        self._light = self._stage(self._draft.surfaces, _LIGHT)
        self._set = self._stage(self._body.props, _SET)
        self.fine.backdrop(self.fine.theme.bottom, self.fine.theme.top)
        self._plotter.disable_anti_aliasing()
        self._diffuse = {s.name: float(self._plotter.actors[s.name].prop.diffuse) for s in self._body.surfaces}
        self._ambient = {s.name: float(self._plotter.actors[s.name].prop.ambient) for s in self._body.surfaces}
        self.choose(self._chosen)
        self.refer(self._reference)
        self.light_up(self._lit)
        self.halve(self._plane)

    def _stage(self, surfaces: Iterable[Surface], prefix: str) -> Stage:
        return Stage(surfaces, self.theme, plotter=self._plotter, prefix=prefix)

    def halve(self, plane: Plane | None) -> None:
        """Take away what lies before a plane and show what is cut open; None makes the body whole."""
        self._plane = plane
        colours = {s.name: self._cut_colour(s) for s in self._body.surfaces if s.kind in CUT_COLOURS}
        self.fine.halve(plane, colours)
        self._light.halve(plane, colours)
        for stage in self._extra.values():
            stage.halve(plane, {})

    def _cut_colour(self, surface: Surface) -> Colour:
        """Heads in shades of their own, so that neighbours are told apart; a pale leg paler."""
        paint = self._colours.get(surface.name, CUT_COLOURS[surface.kind])
        own = paint if isinstance(paint, tuple) else CUT_COLOURS[surface.kind]
        strength = _CUT_SHADES.get(surface.structure, 1.0)
        ground, share = self.fine.theme.bottom, 0.7 if surface.ghost else 0.0
        red, green, blue = (
            round(min(c * strength, 255.0) * (1 - share) + b * share) for c, b in zip(own, ground, strict=True)
        )
        return red, green, blue

    @property
    def _now(self) -> Stage:
        return self.fine if self.fine_shown else self._light

    # -- moving ----------------------------------------------------------------------------------------------------------------------

    def update(self, frame: Frame, *, fine: bool) -> None:
        """Move one of the two to a frame, and show that one."""
        self._frame = frame
        (self.fine if fine else self._light).update(frame)
        self._set.update(frame)
        self._lay_prints()
        if fine != self.fine_shown:
            self.fine_shown = fine
            self._apply()

    def look(self, camera: Camera) -> None:
        """Look through a camera; the clipping planes enclose all that can be seen."""
        lens, near, far = self._plotter.camera, [], []
        for stage in (self._set, *self._extra.values(), self._now):
            stage.look(camera)
            near.append(lens.clipping_range[0])
            far.append(lens.clipping_range[1])
        lens.clipping_range = (min(near), max(far))

    # -- what is seen ----------------------------------------------------------------------------------------------------------------

    def show(self, opacities: Mapping[str, float]) -> None:
        """Show surfaces as solid as said, hide those at 0."""
        self._opacities |= opacities
        self._apply()

    def _apply(self) -> None:
        clear = dict.fromkeys(self._opacities, 0.0)
        self._light.show(clear if self.fine_shown else self._opacities)
        self.fine.show(self._opacities if self.fine_shown else clear)
        # Layers behind one another are sorted at rest only: it takes several drawings.
        if not self.fine_shown:
            self._plotter.renderer.SetUseDepthPeeling(False)

    def choose(self, names: Iterable[str]) -> None:
        """Let these surfaces stand out: all others step back into the shade; no names, no shade."""
        self._chosen = frozenset(names)
        for name, diffuse in self._diffuse.items():
            shaded = bool(self._chosen) and name not in self._chosen
            for prefix in (_FINE, _LIGHT):
                look = self._plotter.actors[prefix + name].prop
                look.diffuse = diffuse * (_SHADE if shaded else 1.0)
                look.ambient = self._ambient[name] + (_GLOW if name in self._chosen else 0.0)

    def paint(self, colours: Mapping[str, Paint]) -> None:
        """Give surfaces a colour of their own; only `dress` takes it off again."""
        self._colours = colours
        self.fine.paint(colours)
        self._light.paint(self._draft.painted(colours))

    # -- what is added ---------------------------------------------------------------------------------------------------------------

    def light_up(self, structures: Iterable[str]) -> None:
        """Light the footprints of some muscles; no names, no lights."""
        self._lit = frozenset(structures)
        if self._lit and not self._prints:
            self._prints = {s.name: s for s in _lifted(self._make_prints())}
        if self._prints and "prints" not in self._extra:
            self._extra["prints"] = self._stage(self._prints.values(), _PRINT)
            for name in self._prints:
                look = self._plotter.actors[_PRINT + name].prop
                look.ambient, look.diffuse, look.specular = 0.85, 0.35, 0.0
        self._lay_prints()

    def _lay_prints(self) -> None:
        stage = self._extra.get("prints")
        if stage is None or self._frame is None:
            return
        bones = {s.segment: self._frame.transforms[s.name] for s in self._body.surfaces if s.segment and not s.ghost}
        rides = {s.name: bones[s.segment] for s in self._prints.values() if s.segment in bones}
        stage.update(replace(self._frame, transforms=rides, vertices={}, normals={}))
        stage.show_only(name for name, s in self._prints.items() if s.structure in self._lit and name in rides)

    def refer(self, reference: Frame | None) -> None:
        """Show a pale body in another pose (a draft's frame) beside the body, or none."""
        self._reference = reference
        if reference is None and "ghosts" not in self._extra:
            return
        ghosts = tuple(_ghosts(self._draft.surfaces))
        if "ghosts" not in self._extra:
            self._extra["ghosts"] = self._stage(ghosts, _GHOST)
        if reference is not None:
            self._extra["ghosts"].update(reference)
        self._extra["ghosts"].show_only(s.name for s in ghosts if reference is not None)


def _ghosts(surfaces: Iterable[Surface]) -> Iterator[Surface]:
    """Everything shown in full as pale surfaces, for another pose."""
    for surface in surfaces:
        if surface.ghost:
            continue
        colours = surface.colours
        if colours is None:
            colours = np.tile(np.array(TISSUE[surface.kind], np.uint8), (len(surface.vertices), 1))
        yield replace(surface, texture=None, uv=None, colours=colours, ghost=True)


def _lifted(prints: Iterable[Surface]) -> Iterator[Surface]:
    """Footprints a little off their bones."""
    for surface in prints:
        vertices: FloatArray = surface.vertices + _LIFT_M * surface.normals
        yield replace(surface, vertices=vertices)
