"""What the window shows: a movement at a time or a pose, from a view, with some structures hidden, one selected. It drives the picture."""

import time
from collections.abc import Iterable, Mapping

import numpy as np
from qtpy.QtCore import QObject, QTimer, Signal

from visualiser.anatomy.attachments import ATTACHMENTS
from visualiser.bodies import assembly
from visualiser.bodies.assembly import Body, Frame
from visualiser.bodies.physique import Physique, standard
from visualiser.bodies.suppleness import limited
from visualiser.conventions import LEG_SLICES, Side
from visualiser.kinematics import nearest_reached
from visualiser.movements import posing
from visualiser.movements.movement import Movement, column_of, on_side, pose_at, pose_of
from visualiser.pictures import colouring
from visualiser.pictures.appearance import Scale
from visualiser.pictures.section import Section
from visualiser.playback import Playback
from visualiser.typed import FloatArray
from visualiser.window import framing, memory
from visualiser.window.history import History
from visualiser.window.labelling import Labelling
from visualiser.window.rehearsal import Rehearsal
from visualiser.window.sight import Sight, owners
from visualiser.window.snapshots import Snapshot, snapshot
from visualiser.window.view import BodyView

TICK_MS = 16
_FRAME_MS = 60  # after a change of size


class Showing(QObject):
    """State of the window apart from its widgets."""

    time_changed = Signal()
    play_changed = Signal(bool)
    movement_changed = Signal()
    body_changed = Signal()
    pose_changed = Signal()
    selection_changed = Signal(str)
    hidden_changed = Signal()
    look_changed = Signal()  # opacity, peel, colouring, reference
    view_changed = Signal(str)

    def __init__(self, view: BodyView, body: Body, movement: Movement, theme: str) -> None:
        super().__init__(view)
        self.view, self.body, self.theme = view, body, theme
        self.movement = self.asked = movement
        self.tightness: float | None = None
        self.pose: dict[str, float] | None = None  # degrees, of the scene's own names; None while the movement is shown
        self._held: Movement | None = None
        self.playback = Playback(movement.duration_s)
        self.view_name = self.last_view = movement.view
        self.selected = ""
        self.sight = Sight()
        self.section: Section | None = None
        self.colouring = "tissue"
        self.reference: FloatArray | None = None  # (16,) radians
        self.labels_on = True
        self.history: History[Snapshot] = History()
        self.labelling = Labelling(view, body, theme)
        self.clock = 0.0
        self._rehearsal = Rehearsal(body, movement, view.draft)
        self._timer = self._timer_of(TICK_MS, self._tick_or_stop)
        self._soon = self._timer_of(0, self._tick_or_stop)
        self._soon.setSingleShot(True)
        self._by_surface = owners(body)
        view.stood.connect(self._go_on)
        view.turned.connect(self._turned)
        self._framing = self._timer_of(_FRAME_MS, self._frame_anew)
        self._framing.setSingleShot(True)
        view.resized.connect(self._framing.start)
        view.turning.connect(lambda kind: self.remember(kind))

    def _timer_of(self, milliseconds: int, action: object) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(milliseconds)
        timer.timeout.connect(self.view.guarded(action))  # type: ignore[arg-type]
        return timer

    # -- movement and body -----------------------------------------------------------------------------------------------------------

    def show_movement(self, movement: Movement, *, play: bool = False) -> None:
        """Change to another movement, from its start and its own view."""
        self.asked = movement
        self.movement = self._limited(movement)
        self.pose, self._held = None, None
        if movement.legs != self.body.legs or movement.side is not self.body.side:
            self._take_body(assembly.body(movement.side, movement.legs, self.body.detail, self.own_physique))
        old, self.playback = self.playback, Playback(movement.duration_s)
        self.playback.speed, self.playback.loop = old.speed, old.loop
        self._rehearse()
        self.movement_changed.emit()
        self._show_time()
        self.look_from(movement.view)
        self.pose_changed.emit()
        if old.playing != play:
            self._set_playing(play)
        self.playback.playing = play

    @property
    def own_physique(self) -> Physique | None:
        """The build that is shown, if it is not ours."""
        return None if self.body.physique is standard() else self.body.physique

    def _limited(self, movement: Movement) -> Movement:
        return limited(movement, self.tightness, self.body.physique)

    def _rehearse(self) -> None:
        self._rehearsal.stop()
        self._rehearsal = Rehearsal(self.body, self.movement, self.view.draft)
        memory.give_back()
        self._rehearsal.start(idle=lambda: not self.playback.playing and not self.view.dragging)

    def change_tightness(self, value: float | None) -> None:
        """How much length the hamstrings allow, 0 to 1; None plays the movement as it is written."""
        if value == self.tightness:
            return
        self.tightness = value
        self.movement = self._limited(self.asked)
        self._rehearse()
        self.movement_changed.emit()
        self._show_time()
        self.pose_changed.emit()

    def change_body(self, side: Side, legs: str, physique: Physique | None = None) -> None:
        """Show the other side, another choice of legs, or another build; the movement goes on where it is."""
        self.asked = on_side(self.asked, side)
        build = physique or self.own_physique
        self._take_body(assembly.body(side, legs, self.body.detail, build))
        self.movement = self._limited(self.asked)
        if self.pose is not None:
            self._held = posing.posed(self.asked, self.pose)
        self._rehearse()
        self.movement_changed.emit()
        self._show_time()
        self.look_from(self.view_name or self.last_view)

    def _take_body(self, body: Body) -> None:
        """Go on with another body, dressed as the one before."""
        self._rehearsal.stop()
        self.body = body
        self._by_surface = owners(body)
        self.view.take_body(body, self.theme)
        self.labelling.take_body(body)
        self.sight.keep_to(self.structures())
        self.view.show_opacities(self.sight.of(self._by_surface))
        self._mark_selected()
        self.reference = None
        self.body_changed.emit()

    # -- time ------------------------------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Let the time since the last tick pass; skip the picture if the one before does not stand yet."""
        now = time.monotonic()
        elapsed, self.clock = now - self.clock, now
        was_playing = self.playback.playing
        self.playback.tick(elapsed)
        if self.view.busy and self.playback.playing:
            return
        self._show_time()
        if was_playing and not self.playback.playing:
            self._set_playing(False)

    def _tick_or_stop(self) -> None:
        """One tick; after a failure time stands still, so that it is told once and not at every tick."""
        try:
            self.tick()
        except Exception:
            self.pause()
            raise

    def _go_on(self) -> None:
        """A picture stands: the next one is asked for at once, not at the next tick."""
        if self.playback.playing:
            self._soon.start()

    def _show_time(self) -> None:
        if self._held is not None:
            frame = self.body.movement_frame(self._held, 0.0)
            self.view.show_frame(self.view.draft.frame(frame), lambda: frame)
        else:
            movement, body, time_s = self.movement, self.body, self.playback.time_s
            self.view.show_frame(self._rehearsal.at(time_s), lambda: body.movement_frame(movement, time_s))
        if self.colouring != "tissue":
            self.view.paint(colouring.colours(self.colouring, self.body, *self.moment))
        self.time_changed.emit()

    @property
    def moment(self) -> tuple[Movement, float]:
        """Movement and time that are shown; a pose is a movement that stands still."""
        return (self.movement, self.playback.time_s) if self._held is None else (self._held, 0.0)

    def toggle_play(self) -> None:
        """Play or pause; a pose is left for the movement."""
        if self.pose is not None:
            self.let_go()
        self.playback.toggle()
        self._set_playing(self.playback.playing)

    def _set_playing(self, playing: bool) -> None:
        self.clock = time.monotonic()
        if playing:
            self._timer.start()
        else:
            self._timer.stop()
            self._soon.stop()
        self.play_changed.emit(playing)

    @property
    def rehearsed(self) -> tuple[int, int]:
        """How many poses of the movement are worked out, and how many there are."""
        return self._rehearsal.known, self._rehearsal.count

    @property
    def ticking(self) -> bool:
        """Whether the clock of the movement runs."""
        return self._timer.isActive()

    def pause(self) -> None:
        """Stand still where the movement is."""
        if self.playback.playing:
            self.playback.toggle()
            self._set_playing(False)

    def scrub(self, share: float) -> None:
        """Go to a share of the movement; playing goes on from there."""
        posed, self.pose, self._held = self.pose is not None, None, None
        self.playback.scrub(share)
        self._show_time()
        if posed:
            self.pose_changed.emit()

    def step(self, frames: int) -> None:
        """Pause and go on or back by frames."""
        self.pause()
        self.playback.step(frames)
        self.scrub(self.playback.share)

    def to_phase(self, edges: Iterable[float], direction: int) -> None:
        """Go to the next or the last of some shares at which phases begin."""
        self.scrub(self.playback.edge(edges, direction))

    def change_speed(self, speed: float) -> None:
        """How fast time runs."""
        self.playback.set_speed(speed)
        self.time_changed.emit()

    # -- pose ------------------------------------------------------------------------------------------------------------------------

    @property
    def pose_now(self) -> FloatArray:
        """Joint angles that are shown: (16,) radians."""
        return pose_at(*self.moment)

    @property
    def leg_now(self) -> FloatArray:
        """Joint angles of the leg in front: (6,) radians."""
        return self.pose_now[LEG_SLICES[self.body.side]]

    def angles(self) -> dict[str, float]:
        """What is shown as a scene would write it: degrees by name, trunk, leg and other leg."""
        return posing.spelt(self.pose_now, self.body.side)

    def pose_by(self, name: str, angle_deg: float) -> float:
        """Leave the movement for a pose: what is shown, with one angle changed as far as the other turns of the hip let it.

        returns : the angle that was reached, degrees
        raises  : PoseError for an angle outside its joint's range
        """
        self.pause()
        angles = {key: round(value, 2) for key, value in self.angles().items()}
        if "hip_" in name:
            pose = pose_of(angles, self.body.side)[:-1]
            angle_deg = nearest_reached(pose, column_of(name, self.body.side), angle_deg)
        self.hold({**angles, name: angle_deg})
        return angle_deg

    def hold(self, angles_deg: Mapping[str, float]) -> None:
        """Show a pose instead of the movement."""
        self._held = posing.posed(self.asked, {name: value for name, value in angles_deg.items() if value})
        self.pose = dict(angles_deg)
        self._show_time()
        self.pose_changed.emit()

    def let_go(self) -> None:
        """Back from a pose to the movement."""
        self.scrub(self.playback.share)

    def refer_to(self, pose: FloatArray | None) -> None:
        """Show a pale body in another pose beside the body, (16,) radians; None takes it away."""
        self.reference = pose
        drafted: Frame | None = None
        if pose is not None:
            drafted = self.view.draft.frame(self.body.frame(pose, self.movement.posture))
        self.view.show_reference(drafted)
        self.look_changed.emit()

    # -- views -----------------------------------------------------------------------------------------------------------------------

    def look_from(self, name: str, *, glide: bool = False) -> None:
        """Take a view of the body, with all of the movement in the picture."""
        self.view_name = self.last_view = name
        self._choose_labels()
        points = self.framing_points(name)
        camera, pivot = framing.framed(
            name, self.body.side, points, self.labelling.free_box(), self.view.size_px, self.movement.posture
        )
        self.view.look(camera, pivot, glide=glide)
        self.view_changed.emit(name)

    @property
    def framing(self) -> bool:
        """Whether the picture is about to be framed anew."""
        return self._framing.isActive()

    def _frame_anew(self) -> None:
        """The picture has another size: a view that was chosen is framed anew, a camera of one's own stays."""
        if self.view_name and self.view.drafted is not None:
            self.look_from(self.view_name)

    def framing_points(self, view: str = "") -> FloatArray:
        """Points that must be in the picture, (n, 3) metres: of all of the movement, of a pose, or of a close-up."""
        movement, time_s = self.moment
        view = view or movement.view
        if self._held is not None:
            frames = [self.view.draft.frame(self.body.movement_frame(movement, time_s))]
        else:
            frames = [self._rehearsal.at(t) for t in framing.times(movement, time_s, view)]
        return framing.points(self.view.draft, frames, view, movement.frame)

    def _turned(self) -> None:
        if self.view_name:
            self.view_name = ""
            self.view_changed.emit("")

    # -- structures ------------------------------------------------------------------------------------------------------------------

    def structure_of(self, surface: str) -> str:
        """The structure that a surface belongs to, or an empty word."""
        return self._by_surface.get(surface, "")

    def surfaces_of(self, structure: str) -> list[str]:
        """The surfaces of a structure."""
        return [surface for surface, owner in self._by_surface.items() if owner == structure]

    def structures(self) -> set[str]:
        """Every structure that is on stage."""
        return set(self._by_surface.values())

    def select(self, structure: str) -> None:
        """Select a structure or a landmark; an empty word selects nothing."""
        if structure == self.selected:
            return
        self.selected = structure
        self._mark_selected()
        self._choose_labels()
        self.selection_changed.emit(structure)

    def _mark_selected(self) -> None:
        heads = {a.name for a in ATTACHMENTS if a.head == self.selected}
        self.view.show_chosen(self.surfaces_of(self.selected) if self.selected else (), heads)

    @property
    def hidden(self) -> frozenset[str]:
        """Structures that are hidden."""
        return self.sight.hidden

    def hide(self, structures: Iterable[str]) -> None:
        """Hide these structures and show all others."""
        self.sight.hide(set(structures) & self.structures())
        self._show_hidden()

    def _show_hidden(self) -> None:
        self._choose_labels()
        self._dim()
        self.hidden_changed.emit()

    def isolate(self) -> None:
        """Show only the selected structure; again: what was shown before."""
        if self.sight.isolate(self.selected, self.structures()):
            self._show_hidden()

    def fade(self, structure: str, opacity: float) -> None:
        """Make a structure translucent."""
        self.sight.opacities[structure] = opacity
        self._dim()

    def peel(self, structure: str) -> None:
        """Fade a structure with all that lies over it, so that what is deep to it is seen; again: as before."""
        self.sight.peel(structure)
        self._dim()

    def reset_structures(self) -> None:
        """Everything visible, solid and whole."""
        self.sight = Sight()
        self.cut(None)
        self.hide(())

    def _dim(self) -> None:
        self.view.show_opacities(self.sight.of(self._by_surface))
        self.look_changed.emit()

    def cut(self, section: Section | None) -> None:
        """Show the thigh cut open by a plane, or whole."""
        self.section = section
        self.view.cut(section)
        self.look_changed.emit()

    # -- look and labels -------------------------------------------------------------------------------------------------------------

    def change_theme(self, theme: str) -> None:
        """Dress the picture in another theme."""
        self.theme = self.labelling.theme = theme
        self.view.dress(theme)

    def change_colouring(self, name: str) -> None:
        """Colour muscles by their tissue, by name, or by what the pose does to them."""
        self.colouring = colouring.look_up_colouring(name)
        self.view.paint(colouring.colours(name, self.body, *self.moment))
        self.view.draw()
        self.look_changed.emit()

    @property
    def scale(self) -> Scale | None:
        """What the colours mean; None where they need no scale."""
        return colouring.scale(self.colouring, self.body, self.moment[0])

    def show_labels(self, on: bool) -> None:
        """Names in the picture, or none but the selected one's."""
        self.labels_on = on
        self._choose_labels()
        self.view.draw()

    def _choose_labels(self) -> None:
        self.labelling.choose(self.movement, self.view_name, self.selected, self.hidden, on=self.labels_on)

    # -- undo ------------------------------------------------------------------------------------------------------------------------

    def remember(self, kind: str | None = None) -> None:
        """Keep the state before a change, so that it can be undone; changes of one kind in a row are one."""
        self.history.remember(snapshot(self), kind)

    def undo(self) -> None:
        """Take the last change of pose, structures or view back."""
        self._bring_back(self.history.undo(snapshot(self)))

    def redo(self) -> None:
        """Do again what was undone last."""
        self._bring_back(self.history.redo(snapshot(self)))

    def _bring_back(self, state: Snapshot | None) -> None:
        if state is not None:
            self.restore(state)

    def restore(self, state: Snapshot) -> None:
        """Show a state of before."""
        self.pause()
        changed = state.side is not self.body.side or state.legs != self.body.legs
        if changed:
            self._take_body(assembly.body(state.side, state.legs, self.body.detail, self.own_physique))
        if changed or state.asked is not self.asked or state.tightness != self.tightness:
            self.asked, self.tightness = state.asked, state.tightness
            self.movement = self._limited(state.asked)
            speed, loop = self.playback.speed, self.playback.loop
            self.playback = Playback(self.movement.duration_s, speed=speed, loop=loop)
            self._rehearse()
            self.movement_changed.emit()
        self.sight.opacities, self.sight.peeled = dict(state.opacities), state.peeled
        self.hide(state.hidden)
        if state.section != self.section:
            self.cut(state.section)
        if state.colouring != self.colouring:
            self.change_colouring(state.colouring)
        self.playback.scrub(state.share)
        self.pose = None if state.pose is None else dict(state.pose)
        self._held = None if self.pose is None else posing.posed(self.asked, {n: v for n, v in self.pose.items() if v})
        self._show_time()
        self.pose_changed.emit()
        self.view_name = state.view_name
        self.last_view = state.view_name or self.last_view
        if state.camera is not None:
            self.view.look(state.camera, np.array(state.pivot))
        self.view_changed.emit(self.view_name)

    def stop(self) -> None:
        """Let no timer and no thread run on."""
        self._timer.stop()
        self._soon.stop()
        self._framing.stop()
        self._rehearsal.stop()
