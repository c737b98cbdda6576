"""What ties plot and pose panel to the picture: selection, time, angles and lengths mean the same everywhere."""

from typing import Any

import numpy as np
from qtpy.QtCore import QObject, QTimer

from visualiser.conventions import LEG_SLICES, POSE_COORDINATES, Side, degrees, millimetres
from visualiser.kinematics import HIP_FLEXION, KNEE_FLEXION
from visualiser.movements.movement import pose_at, posture_to_world
from visualiser.pictures.appearance import VIEWS
from visualiser.tissue.paths import muscle_length
from visualiser.window import texts
from visualiser.window.curves import MAP, QUANTITIES, curves, length_map
from visualiser.window.posepanel import HeadLength

Window = Any  # of `window.main`, which is made of this module and must not be imported by it

_SOON_MS = 60  # the picture of a new movement comes first
_PANEL_MS = 120  # numbers beside a moving picture need not change faster
_TIGHT_MS = 180  # a slider that is dragged is waited for


class Linking(QObject):
    """The connections of one window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._reference = "none"
        self._tightness: float | None = None
        self._plotting = self._timer(_SOON_MS, self._plot)
        self._counting = self._timer(_PANEL_MS, self._count)
        self._tightening = self._timer(_TIGHT_MS, self._tighten)
        plot, panel = window.plot, window.pose_panel
        plot.canvas.scrubbed.connect(lambda share: window.careful(lambda: window.showing.scrub(share))())
        plot.canvas.selected.connect(window.showing.select)
        plot.canvas.posed.connect(lambda hip, knee: window.careful(lambda: self._bend(hip, knee))())
        plot.quantity_chosen.connect(lambda _: window.careful(self._plot)())
        panel.angle_changed.connect(lambda name, angle: window.careful(lambda: self._turn(name, angle))())
        panel.reset.connect(window.actions_by_name["release"].trigger)
        panel.upright.connect(window.careful(self._stand))
        panel.body_changed.connect(lambda side, legs: window.careful(lambda: self._change_body(side, legs))())
        panel.tightness_changed.connect(self._want_tightness)
        panel.reference_chosen.connect(lambda name: window.careful(lambda: self.compare(name))())
        # Behind other panels it is not kept up to date. A window that closes hides its panels: nothing may start then.
        window.docks.movable[texts.POSE].visibilityChanged.connect(self._count_if)
        window.showing.pose_changed.connect(self._show_pose)
        window.showing.body_changed.connect(self._show_body)
        for changed in (window.showing.view_changed, window.showing.look_changed, window.showing.pose_changed):
            changed.connect(window.careful(self._show_dial))
        plot.want(window.settings.text("quantity", "percent"))

    def _count_if(self, shown: bool) -> None:
        if shown:
            self._counting.start()

    def _timer(self, milliseconds: int, action: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(self._window.careful(action))
        return timer

    # -- the plot --------------------------------------------------------------------------------------------------------------------

    def show_movement(self) -> None:
        """Another movement: plot it once its picture stands."""
        showing, dial = self._window.showing, self._window.dial
        self._plotting.start()
        self._show_body()
        dial.show_movement(showing.movement, showing.body.physique)
        footwards = posture_to_world(showing.movement.posture) @ (0.0, -1.0, 0.0)
        dial.footwards = (float(footwards[0]), float(footwards[1]), float(footwards[2]))
        self._show_dial()

    def _show_dial(self) -> None:
        """The dial says what the movement does; a pose, a close-up and a section are about something else."""
        window, showing = self._window, self._window.showing
        close = bool(showing.view_name and VIEWS[showing.view_name].focus)
        window.dial.stand(showing.view.camera, wanted=showing.pose is None and showing.section is None and not close)
        window.dial.show_time(showing.playback.time_s)
        showing.labelling.reserve(window.dial.box, window.difference.box)

    def _plot(self) -> None:
        window, showing, plot = self._window, self._window.showing, self._window.plot
        quantity, had_map = plot.wanted, plot.canvas.map is not None
        window.settings.keep("quantity", quantity)
        if quantity == MAP:
            heads = {head.name: head for head in showing.body.physique.heads}
            head = heads.get(showing.selected) or next(iter(heads.values()))
            plot.canvas.show_map(length_map(head, showing.body, showing.movement), showing.movement)
        else:
            plot.canvas.show_curves(quantity, curves(quantity, showing.body, showing.movement), showing.movement)
            if had_map:
                window.docks.lower_plot()  # a map made it higher
        self.show_time()

    def next_quantity(self) -> None:
        """Plot the next quantity."""
        names = (*QUANTITIES, MAP)
        self._window.plot.want(names[(names.index(self._window.plot.wanted) + 1) % len(names)])
        self._plot()

    def show_time(self) -> None:
        """Cursor of the plot at once, numbers and sliders a little later."""
        showing = self._window.showing
        leg = degrees(showing.leg_now)[[HIP_FLEXION, KNEE_FLEXION]]
        self._window.plot.show_time(showing.playback.share, leg)
        self._window.dial.show_time(showing.playback.time_s)
        if not self._counting.isActive():
            self._counting.start()

    def choose(self, structure: str) -> None:
        """A structure was selected: its curve stands out, and a map is its own."""
        self._window.plot.canvas.choose(structure)
        if self._window.plot.wanted == MAP and structure in {h.name for h in self._window.showing.body.physique.heads}:
            self._plot()

    def _bend(self, hip: float, knee: float) -> None:
        showing = self._window.showing
        showing.remember("map")
        showing.pause()
        angles = {name: round(value, 2) for name, value in showing.angles().items()}
        showing.hold({**angles, "hip_flexion": hip, "knee_flexion": knee})

    # -- the pose --------------------------------------------------------------------------------------------------------------------

    def _turn(self, name: str, angle: float) -> None:
        self._window.showing.remember(f"pose {name}")
        reached = self._window.showing.pose_by(name, angle)
        if abs(reached - angle) > 0.5:
            self._window.say(texts.STOPPED.format(reached))

    def _stand(self) -> None:
        showing = self._window.showing
        showing.remember()
        showing.pause()
        showing.hold(dict.fromkeys(showing.angles(), 0.0))

    def _change_body(self, side: str, legs: str) -> None:
        self._window.showing.remember()
        self._window.showing.change_body(Side(side), legs)

    def _want_tightness(self, value: float | None) -> None:
        self._tightness = value
        self._tightening.start()

    def _tighten(self) -> None:
        if self._tightness != self._window.showing.tightness:
            self._window.showing.remember("tightness")
            self._window.showing.change_tightness(self._tightness)

    def _show_body(self) -> None:
        showing, panel = self._window.showing, self._window.pose_panel
        panel.show_body(showing.body.side, showing.body.legs)
        panel.show_tightness(showing.tightness)
        if showing.reference is None:
            panel.reference.setCurrentIndex(0)

    def _show_pose(self) -> None:
        self._count()
        self._window.actions_by_name["release"].setEnabled(self._window.showing.pose is not None)

    def _count(self) -> None:
        showing, panel = self._window.showing, self._window.pose_panel
        seen = not panel.visibleRegion().isEmpty()  # behind another tab it is visible to Qt
        if seen:
            panel.show_angles(showing.angles(), showing.pose is not None)
        if seen or showing.reference is not None:
            self.show_lengths()

    # -- comparing -------------------------------------------------------------------------------------------------------------------

    def compare(self, name: str) -> None:
        """Compare with a pose: 'none', 'upright', the 'start' of the movement, or what is shown 'now'."""
        showing, panel = self._window.showing, self._window.pose_panel
        poses = {
            "none": lambda: None,
            "upright": lambda: np.zeros(len(POSE_COORDINATES)),
            "start": lambda: pose_at(showing.movement, 0.0),
            "now": lambda: showing.pose_now,
        }
        panel.reference.setCurrentIndex(max(panel.reference.findData(name), 0))
        showing.refer_to(poses[name]())

    def show_lengths(self) -> None:
        """How long each head is, and how much longer than in the pose compared with."""
        showing = self._window.showing
        body, leg, rows = showing.body, showing.leg_now, []
        for head in body.physique.heads:
            length = float(millimetres(muscle_length(head, leg, body.physique.geometry)))
            label = texts.SHORT.get(head.name, head.display)
            if showing.reference is None:
                rows.append(HeadLength(label, length))
                continue
            then = showing.reference[LEG_SLICES[body.side]]
            before = float(millimetres(muscle_length(head, then, body.physique.geometry)))
            rows.append(HeadLength(label, length, length - before, 100.0 * (length / before - 1.0)))
        self._window.pose_panel.show_lengths(rows)
        than = (
            "" if showing.reference is None else texts.REFERENCES[str(self._window.pose_panel.reference.currentData())]
        )
        self._window.difference.show_rows(rows, than)
