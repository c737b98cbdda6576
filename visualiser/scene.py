"""The Python door: a scene that can be drawn, filmed, measured and taken apart into meshes.

Importing this module loads no graphics; the first picture does.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from os import PathLike
from os.path import exists, isfile  # unlike those of Path they answer no, whatever stands in the name
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from visualiser import carried, inputs
from visualiser.bodies import assets
from visualiser.carried import SCENE_KEY
from visualiser.conventions import Side, side_named
from visualiser.errors import VisualiserError, unknown_name
from visualiser.inputs import sparing
from visualiser.movements import asked_poses, movement, posing, scenefile

if TYPE_CHECKING:
    import pyvista
    import trimesh
    from PIL import Image

    from visualiser.bodies.assembly import Body, Frame
    from visualiser.bodies.physique import Physique
    from visualiser.exports.doors import Choices
    from visualiser.exports.subject import Subject
    from visualiser.films.compositions import Part
    from visualiser.films.presets import Clip
    from visualiser.pictures.options import Still
    from visualiser.pictures.visibility import Words
    from visualiser.tissue.measurement import Table

RECORDINGS = (".mot", ".sto", ".csv", ".tsv")


class Scene:
    """One movement of one body.

    legs     : 'one' leg, the other as a 'ghost' of bones, or 'both' in full; the movement's own when None
    physique : whose body; ours when None
    """

    def __init__(
        self,
        definition: movement.Movement,
        *,
        legs: str | None = None,
        detail: str = "fine",
        physique: "Physique | None" = None,
        tightness: float | None = None,
        report: Sequence[str] = (),
    ) -> None:
        self._asked = definition  # before tight hamstrings change it
        self.movement = definition
        if tightness is not None:
            from visualiser.bodies.suppleness import limited

            self.movement = limited(definition, tightness, physique)
        self.legs, self.detail, self.physique = legs or definition.legs, detail, physique
        self.at: float | str = 0.6  # the moment of pictures that say none
        self.tightness, self.report = tightness, tuple(report)
        self.files: tuple[Path, ...] = ()  # what it was made from: nothing made of it is written over them

    @classmethod
    def load(
        cls,
        name_or_path: str | PathLike[str],
        *,
        side: Side | str | None = None,
        legs: str | None = None,
        tightness: float | None = None,
        bones: str | PathLike[str] | None = None,
    ) -> "Scene":
        """A shipped scene by its name, a scene file or a recorded motion by its path, or what a picture, film or GLB of ours carries.

        side      : show and move the other leg than the file says
        tightness : 0 (supple) to 1 (very tight): how much length the hamstrings allow; None plays the scene as it is written
        bones     : a folder of your own bones with their landmarks.toml, see docs/bones.md
        raises    : UnknownNameError, SceneFileError, AssetError
        """
        with inputs.watched() as files:
            scene = cls._load(name_or_path, side=side, legs=legs, tightness=tightness, bones=bones)
        scene.files = tuple(files)
        return scene

    @classmethod
    def _load(
        cls,
        name_or_path: str | PathLike[str],
        *,
        side: Side | str | None,
        legs: str | None,
        tightness: float | None,
        bones: str | PathLike[str] | None,
    ) -> "Scene":
        shipped = assets.scene_paths()
        path = Path(name_or_path)
        if path.suffix.lower() in RECORDINGS:
            return cls.from_motion(path, side=side or Side.RIGHT, legs=legs, tightness=tightness, bones=bones)
        if path.suffix.lower() in carried.SUFFIXES:
            return cls._of_picture(path, side=side, legs=legs, tightness=tightness, bones=bones)
        if str(name_or_path) in shipped and not isfile(path):
            path = shipped[str(name_or_path)]
        elif path.suffix != ".toml" and (not str(name_or_path) or not exists(path)):
            raise unknown_name("movement", str(name_or_path), shipped)
        definition = scenefile.load(path)
        if path not in shipped.values():
            from visualiser.pictures.naming import check_words  # here: the scenes that ship need no such check

            check_words(definition, path)
        scene = cls(definition, legs=legs, tightness=tightness, physique=_build(bones))
        return scene if side is None else scene.on_side(side)

    @classmethod
    def from_motion(
        cls,
        path: str | PathLike[str],
        *,
        side: Side | str = Side.RIGHT,
        legs: str | None = "both",
        tightness: float | None = None,
        knee_sign: str = "auto",
        clamp: bool = False,
        columns: Mapping[str, str] | None = None,
        like: str | PathLike[str] | None = None,
        bones: str | PathLike[str] | None = None,
    ) -> "Scene":
        """A recorded motion: OpenSim `.mot` or `.sto`, or a table (`.csv`); `report` says how it was understood.

        knee_sign : which sign knee flexion has in the file: 'positive', 'negative', or 'auto' to look at the numbers
        clamp     : bend angles into the model's range instead of refusing them
        columns   : names of ours to names in the file: {"knee_flexion_right": "-RKnee"}; a minus turns the sign
        like      : the scene whose view, labels and ground to take over
        """
        from visualiser.movements import motion

        with inputs.watched() as files:
            pattern = None if like is None else cls.load(like).movement
            read, report = motion.load(
                Path(path), side=side_named(side), knee_sign=knee_sign, clamp=clamp, columns=columns, like=pattern
            )
            scene = cls(read, legs=legs, tightness=tightness, report=report, physique=_build(bones))
        scene.files = tuple(files)
        return scene

    @classmethod
    def _of_picture(
        cls,
        path: Path,
        *,
        side: Side | str | None,
        legs: str | None,
        tightness: float | None,
        bones: str | PathLike[str] | None,
    ) -> "Scene":
        found = carried.read(path)
        tight = found.tightness if tightness is None else tightness
        scene = cls(found.movement, legs=legs or found.legs, tightness=tight, physique=_build(bones))
        scene.at = found.at or scene.at
        return scene if side is None else scene.on_side(side)

    def posed(self, *poses_deg: Mapping[str, float] | str) -> "Scene":
        """The same body and surroundings in one pose: degrees by name, or "hip_flexion=70,knee_flexion=20"; the rest is zero.

        Of several poses, each is reached at a whole second.
        raises : PoseError for an angle outside its joint's range
        """
        poses = [asked_poses.parse_pose(pose) if isinstance(pose, str) else pose for pose in poses_deg]
        held = posing.posed(self.movement, *poses)
        return self._moving(held)

    def pose(self, **angles_deg: float) -> "Scene":
        """The same body and surroundings in one pose: `scene.pose(hip_flexion=70, knee_flexion=20)`, degrees; the rest is zero.

        raises : PoseError for an angle outside its joint's range
        """
        return self.posed(angles_deg)

    def mixed(self, other: "Scene", share: float = 0.5) -> "Scene":
        """The movement a share of the way from this one to another: joint angles and times mixed, on this scene's side.

        raises : VisualiserError unless both bodies lie alike and the share is from 0 to 1
        """
        from visualiser.movements.mixing import mixed

        scene = self._moving(mixed(self.movement, other.movement, share))
        scene.files += other.files
        return scene

    def _moving(self, definition: movement.Movement, **more: Any) -> "Scene":
        """The same body with another movement."""
        scene = Scene(definition, legs=self.legs, detail=self.detail, physique=self.physique, **more)
        scene.files = self.files
        return scene

    @sparing
    def compare(
        self,
        *others: "Scene",
        path: str | PathLike[str] | None = None,
        at: float | str = "peak",
        colours: "Words" = ("strain", "activation"),
        force: bool = False,
        **look: "Unpack[Still]",
    ) -> "Image.Image":
        """This scene and others side by side in one figure, at one scale of size and of colours; written to `path` if one is given.

        at      : a share of each movement or a time, or "peak": when a head of each is stretched most
        colours : one row of pictures each, see `colouring.COLOURINGS`
        look    : what the picture shows, see `options.Look` and `options.Still`
        """
        from visualiser import writing
        from visualiser.pictures import comparison
        from visualiser.pictures.options import still_options

        for other in others:
            other._spare()
        if path is not None:
            writing.target(Path(path), force, writing.PNG_SUFFIXES)
        options = still_options(look, self.movement)
        shown = [
            comparison.Shown(
                s.body, s.movement, comparison.longest(s.body, s.movement) if at == "peak" else s._time(at, "peak, ")
            )
            for s in (self, *others)
        ]
        picture = comparison.compare(
            shown, _listed(colours) or ["tissue"], options, view=look.get("view"), frame=look.get("frame")
        )
        if path is not None:
            writing.write_png(picture, path, metadata={"Description": picture.info["alt"]}, force=force)
        return picture

    def on_side(self, side: Side | str) -> "Scene":
        """The same movement on a given side."""
        turned = movement.on_side(self._asked, side_named(side))
        scene = self._moving(turned, tightness=self.tightness, report=self.report)
        scene.at = self.at
        return scene

    @property
    def body(self) -> "Body":
        """The body that moves, built at first use."""
        from visualiser.bodies.assembly import body

        return body(self.movement.side, self.legs, self.detail, self.physique)

    @property
    def bare_body(self) -> "Body":
        """The same body as bare bones, with the areas on which the heads take hold."""
        from visualiser.bodies.assembly import body

        return body(self.movement.side, self.legs, self.detail, self.physique, footprints=True)

    def frame(self, at: float | str = 0.6) -> "Frame":
        """Where everything is at a share of the movement (0 to 1): transforms and vertices in metres."""
        return self.body.movement_frame(self.movement, self._time(at))

    def _time(self, at: float | str, also: str = "") -> float:
        from visualiser.pictures.options import moment

        return moment(at, self.movement.duration_s, also)

    # -- pictures --------------------------------------------------------------------------------------------------------------------

    @sparing
    def image(
        self,
        path: str | PathLike[str] | None = None,
        *,
        at: float | str | None = None,
        views: "Words" = (),
        compare: "str | Sequence[float | str]" = (),
        overlay: bool = False,
        curve: str = "",
        curve_place: str = "beside",
        footprints: bool = False,
        width_cm: float | None = None,
        dpi: float | None = None,
        force: bool = False,
        **look: "Unpack[Still]",
    ) -> "Image.Image":
        """A labelled still; written to `path` if one is given (PNG, carrying its scene so that it can be reopened).

        at             : share of the movement, 0 to 1 or "60%", or a time, "1.2s"; 0.6 or what the picture loaded showed when None
        views, compare : several views, or several moments, side by side at one scale
        overlay        : the moments compared over one another instead, all but the last pale
        curve          : 'length', 'strain', ... of `curves.CURVES` over the movement, with a cursor at the moment shown
        curve_place    : 'beside' the anatomy, or as an 'inset' in a corner
        footprints     : bare bones with the areas on which the heads take hold, named, instead of muscles and nerve
        width_cm       : printed width; the width in pixels follows from `dpi` (200 when not given) and the height from the aspect
        look           : what the picture shows, see `options.Look` and `options.Still`
        returns        : the picture; `picture.info["alt"]` says what it shows
        """
        from visualiser import writing
        from visualiser.pictures import figures
        from visualiser.pictures.options import check_dpi, printed, still_options

        if path is not None:
            writing.target(Path(path), force, writing.PNG_SUFFIXES)
        if dpi is not None:
            check_dpi(dpi)
        if width_cm is not None:
            dpi = 200.0 if dpi is None else dpi
            look["width"], look["height"] = printed(width_cm, dpi, look.get("width", 1920), look.get("height", 1080))
        if footprints and look.get("labels", "default") == "default":
            look["labels"] = "footprints"
        options = still_options(look, self.movement)
        body = self.bare_body if footprints else self.body
        moments = _listed(compare) if isinstance(compare, str) else tuple(compare)
        times = [self._time(moment) for moment in moments or (self.at if at is None else at,)]
        picture = figures.picture(
            body,
            self.movement,
            times,
            _listed(views),
            options,
            as_overlay=overlay,
            curve=curve,
            curve_place=curve_place,
        )
        if path is not None:
            share = f"{times[-1 if overlay else 0] / self.movement.duration_s:.6g}"
            metadata = self._metadata(at=share, Description=picture.info["alt"])
            writing.write_png(picture, path, dpi=dpi, metadata=metadata, force=force)
        return picture

    @sparing
    def clip(
        self,
        path: str | PathLike[str],
        *,
        camera: str = "fixed",
        views: "Words" = (),
        beside: "Sequence[Scene | str]" = (),
        tight: Sequence[float] = (),
        curve: str = "",
        captions: bool = True,
        subtitles: str | PathLike[str] | None = None,
        poster: str | PathLike[str] | None = None,
        workers: int = 1,
        progress: Callable[[int, int], None] | None = None,
        force: bool = False,
        **asked: "Unpack[Clip]",
    ) -> Path:
        """A film of the movement, frame by frame through short queues: memory does not grow with its length.

        path      : .mp4, .webm, .gif, .apng, .webp, or numbered pictures: folder/%04d.png
        camera    : how the camera moves, see `cameramoves`
        views     : several views side by side, in step
        beside    : other scenes, or their names, beside this one at the same share of their movements
        tight     : the same movement with hamstrings of several degrees of tightness, side by side
        curve     : a curve below with a cursor at the moment shown, see `curves.CURVES`
        captions  : title and phases in the picture
        subtitles : the phases as a text file besides, .srt or .vtt
        poster    : a still (PNG) of the first frame besides, for the slide on which the film waits
        workers   : processes that draw frames at once; the file is the same, byte for byte
        progress  : called with (frames done, frames in all)
        asked     : preset, quality, how it is played (`timeline.Pace`) and what the picture shows, see `presets.Clip`
        """
        from visualiser.films import cameramoves, making, presets

        together = [scene if isinstance(scene, Scene) else Scene.load(scene) for scene in beside]
        for scene in together:
            scene._spare()
        target = making.check(path, subtitles, poster, force=force)
        plan = presets.plan(asked, self.movement, captions=captions)
        making.make(
            target,
            self._parts(_listed(views) or (plan.options.view,), together, tight),
            plan,
            move=cameramoves.parse(camera, plan.options.view),
            curve=curve,
            subtitles=subtitles,
            poster=poster,
            metadata=self._metadata(),
            workers=workers,
            progress=progress,
            force=force,
        )
        return target

    def _parts(self, views: Sequence[str], beside: "Sequence[Scene]", tight: Sequence[float]) -> "list[Part]":
        """The parts of a film: one kind of comparison at a time."""
        from visualiser.films.compositions import Part

        asked = [name for name, given in (("views", len(views) > 1), ("beside", beside), ("tight", tight)) if given]
        if len(asked) > 1:
            raise VisualiserError(f"{' and '.join(asked)} do not go together in one film; choose one.")
        if beside:
            return [Part(s.body, s.movement, s.movement.view, s.movement.title) for s in (self, *beside)]
        if tight:
            limited = [self._moving(self._asked, tightness=value) for value in tight]
            return [Part(s.body, s.movement, views[0], f"Tightness {s.tightness:g}") for s in limited]
        return [Part(self.body, self.movement, view, f"{view.capitalize()} view") for view in views]

    def _spare(self) -> None:
        """Say that what is made now is made of this scene too."""
        for file in self.files:
            inputs.note(file)

    def _metadata(self, **more: str) -> dict[str, str]:
        own = {"title": self.movement.title, "side": str(self.movement.side), "legs": self.legs}
        if self.tightness is not None:
            own["tightness"] = f"{self.tightness:g}"
        return {**own, "comment": f"{SCENE_KEY}\n{self.movement.text}", **more}

    # -- other programs ------------------------------------------------------------------------------------------------------------

    @property
    def subject(self) -> "Subject":
        """What exporters need of a scene: movement, body and what a file says of them."""
        from visualiser.exports.subject import Subject

        return Subject(self.movement, self.legs, self.physique, self._metadata(), self.at)

    @sparing
    def export(self, path: str | PathLike[str], **choices: "Unpack[Choices]") -> Path:
        """Write the scene for another program, by the ending of `path`: animated GLB, web page, slides, handout, or one pose as a mesh.

        choices : see `exports.doors.Choices` and docs/export.md
        """
        from visualiser.exports import doors

        return doors.write([self.subject], path, **choices)[0]

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """In a notebook: the moving model as a page in a frame, or a picture where no pages are shown."""
        from visualiser.exports import notebook

        return notebook.bundle(self.subject, include, exclude)

    def __repr__(self) -> str:
        return f"<Scene {self.movement.name}: {self.movement.title}, {self.movement.side} leg>"

    # -- numbers and meshes ----------------------------------------------------------------------------------------------------------

    def measure(self, samples: int = 101) -> "Table":
        """Joint angles, what each head does and how the nerve slides and stretches over the movement: arrays with names and units."""
        from visualiser.tissue.measurement import measure

        if self.physique is None:
            return measure(self.movement, samples)
        return measure(self.movement, samples, heads=self.physique.heads, geometry=self.physique.geometry)

    def measure_nerve(self, samples: int = 101) -> "Table":
        """Strain and excursion along the nerve, a row for each moment and each place, see `tissue.measurement.measure_nerve`."""
        from visualiser.tissue.measurement import measure_nerve

        return measure_nerve(self.movement, samples)

    def meshes(self, at: float | str = 0.6) -> "dict[str, trimesh.Trimesh]":
        """Every surface in its pose at a share of the movement, by name: closed trimesh meshes, metres."""
        from visualiser.exports import posed

        return posed.meshes(self.body, self.frame(at))

    def plotter(self, at: float | str = 0.6, *, theme: str = "light", off_screen: bool = True) -> "pyvista.Plotter":
        """A PyVista plotter with the posed body on it, to go on from there; the caller shows and closes it."""
        from visualiser.pictures import stills

        plotter: pyvista.Plotter = stills.plotter(
            self.body, self.movement, self._time(at), theme=theme, off_screen=off_screen
        )
        return plotter

    def show(self, *, theme: str = "system") -> int:
        """Open the window with this scene and wait until it is closed.

        theme  : light, dark or print; "system" is what was chosen last or goes with the desktop
        raises : DisplayError without a screen, saying what to run instead
        """
        from visualiser import screen

        screen.require_screen()
        from visualiser import window

        status: int = window.show(
            self.body, self._asked, movements=assets.scene_paths(), theme=theme, tightness=self.tightness
        )
        return status


def _listed(words: "Words") -> tuple[str, ...]:
    """Names as typed, separated by commas, or as a sequence."""
    return tuple(word.strip() for word in (words.split(",") if isinstance(words, str) else words) if word.strip())


def _build(bones: str | PathLike[str] | None) -> "Physique | None":
    """The build of a folder of bones; None for ours."""
    if bones is None:
        return None
    from visualiser.bodies import ownbones  # here: with it comes all that fitting needs

    return ownbones.load(Path(bones)).physique
