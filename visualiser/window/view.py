"""The body in the middle of the window: it draws what it is told, turns with the mouse, and says what lies under the pointer.

It holds a plotter and keeps VTK's own mouse and key bindings out: the camera is a value that the mouse changes.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from qtpy.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer, Signal
from qtpy.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from qtpy.QtWidgets import QVBoxLayout, QWidget

from visualiser.bodies.assembly import Body, Frame, Surface
from visualiser.easing import ease
from visualiser.errors import VisualiserError
from visualiser.pictures.appearance import Paint
from visualiser.pictures.cameras import Camera
from visualiser.pictures.section import Plane, Section, plane_in
from visualiser.transforms import apply, inverse
from visualiser.typed import BoolArray, ByteArray, FloatArray
from visualiser.window import camera as lens
from visualiser.window import texts
from visualiser.window.canvas import canvas_in
from visualiser.window.drafts import Draft, draft_of
from visualiser.window.levels import Levels
from visualiser.window.pace import Pace

_TOUCHING_M = 0.02  # a point of a surface lies nearer than this to one of its vertices
PRESS_SLACK = 4.0  # pixels the hand may move in a click
STILL_AFTER_MS = 160
GLIDE_S = 0.32
FINE = 2  # pixels drawn per pixel shown and side, when nothing moves


def told(error: Exception) -> str:
    """The sentence for an error; one that is our fault leaves its traceback in the log as well."""
    if not isinstance(error, VisualiserError):
        logging.getLogger(__name__).error("The window goes on after this:", exc_info=error)
    return str(error) or type(error).__name__


class Sheet(QWidget):
    """A transparent sheet over the 3D picture, with labels; the mouse does not notice it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._image, self._top = QImage(), 0

    def show_pixels(self, pixels: ByteArray | None) -> None:
        """Lay a picture (H, W, 4) with straight alpha on the sheet, in device pixels; None clears it."""
        if pixels is None and self._image.isNull():
            return
        self._image = QImage()
        if pixels is not None and (filled := pixels[..., 3].any(axis=1)).any():
            rows = np.flatnonzero(filled)
            self._top, part = int(rows[0]), np.ascontiguousarray(pixels[rows[0] : rows[-1] + 1])
            height, width = part.shape[:2]
            image = QImage(part.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
            self._image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
            self._image.setDevicePixelRatio(self.devicePixelRatioF())
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # Qt's name
        """Paint the picture."""
        if not self._image.isNull():
            painter = QPainter(self)
            painter.drawImage(QPointF(0.0, self._top / self.devicePixelRatioF()), self._image)
            painter.end()


class BodyView(QWidget):
    """The 3D picture."""

    hovered = Signal(str)
    clicked = Signal(str)
    double_clicked = Signal(str)
    menu_wanted = Signal(str, QPoint)
    turned = Signal()  # the camera was moved by hand
    turning = Signal(str)  # it is about to be: by a drag or by the wheel
    drawing = Signal()  # a picture was asked for: what lies on the sheet must move too
    resized = Signal()
    stood = Signal()  # a picture stands, fine or not
    settled = Signal()  # a fine picture stands
    failed = Signal(str)

    def __init__(self, body: Body, theme: str, parent: QWidget | None = None, *, software: bool | None = None) -> None:
        super().__init__(parent)
        self._body = body
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(texts.PICTURE)
        self.canvas = canvas_in(self, software=software)
        self.plotter = self.canvas.plotter
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.canvas.installEventFilter(self)
        self.canvas.frameSwapped.connect(self._drawn)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.sheet = Sheet(self.canvas)
        self.levels: Levels
        self.draft: Draft
        self.camera: Camera | None = None
        self.pivot = np.zeros(3)
        self.drafted: Frame | None = None  # the moment that is shown, light
        self._whole: Callable[[], Frame] | None = None  # works the fine one out
        self._frame: Frame | None = None
        self.opacities: dict[str, float] = {}  # names of surfaces
        self._pace = Pace()
        self.frames_drawn = 0
        self._colours: Mapping[str, Paint] = {}
        self._section: Section | None = None
        self.plane: Plane | None = None  # where the body is cut now
        self._depth: FloatArray | None = None
        self._fine = self._resting = False
        self._asked_at: float | None = None
        self._again = False  # something changed since the picture that is being drawn was asked for
        self._pressed: QPointF | None = None
        self._last: QPointF | None = None
        self._dragging = False
        self.pointer: QPoint | None = None  # on the screen, while it is over the picture
        self._glide: tuple[Camera, Camera, float] | None = None
        self._settle = self._timer(STILL_AFTER_MS, self._refine)
        self._hover = self._timer(40, self._report_hover)
        self._next = self._timer(0, self.draw)
        self._glider = QTimer(self)
        self._glider.setInterval(15)
        self._glider.timeout.connect(self.guarded(self._glide_on))
        self._put_on(theme)

    def _timer(self, milliseconds: int, action: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(self.guarded(action))
        return timer

    def guarded(self, action: Callable[[], None]) -> Callable[[], None]:
        """The action as a Qt callback: what goes wrong is told by `failed`, and never raised into Qt."""

        def run() -> None:
            try:
                action()
            except Exception as error:  # told in the message bar; the window lives on
                self.failed.emit(told(error))

        return run

    # -- what is shown ---------------------------------------------------------------------------------------------------------------

    def _put_on(self, theme: str) -> None:
        self.draft = draft_of(self._body)
        self.opacities = {s.name: 1.0 for s in self._body.surfaces}
        self.levels = Levels(self.plotter, self._body, self.draft, theme, self._body.footprints)
        self.plane = None

    def dress(self, theme: str) -> None:
        """Dress body and ground in the colours and lights of a theme."""
        self.levels.dress(theme)
        self.levels.show(self.opacities)
        self.levels.paint(self._colours)
        if self.drafted is not None:
            self.levels.update(self.drafted, fine=False)
        self.draw()

    def take_body(self, body: Body, theme: str) -> None:
        """Show another body from now on; its first frame comes next."""
        self._body, self.drafted, self._whole, self._frame, self._colours = body, None, None, None, {}
        self._put_on(theme)

    def show_frame(self, drafted: Frame, whole: Callable[[], Frame]) -> None:
        """Move the body.

        drafted : the moment as `Draft.frame` has it, for now
        whole   : works the fine one out, when the picture comes to rest
        """
        self.drafted, self._whole, self._frame = drafted, whole, None
        self.levels.update(drafted, fine=False)
        self.draw()

    @property
    def frame(self) -> Frame | None:
        """The moment that is shown, fine; worked out when it is asked for."""
        if self._frame is None and self._whole is not None:
            self._frame = self._whole()
        return self._frame

    def show_opacities(self, opacities: Mapping[str, float]) -> None:
        """Show surfaces as solid as said, 0 hides; those not named stay as they are."""
        self.opacities |= opacities
        self.levels.show(opacities)
        self.draw()

    def paint(self, colours: Mapping[str, Paint]) -> None:
        """Give surfaces colours of their own; none gives them back the look of their tissue."""
        undress = bool(set(self._colours) - set(colours))
        self._colours = colours
        if undress:
            self.dress(self.levels.theme)
        else:
            self.levels.paint(colours)

    def show_chosen(self, names: Iterable[str], heads: Iterable[str] = ()) -> None:
        """Let these surfaces stand out, and light the footprints of these heads."""
        self.levels.choose(names)
        self.levels.light_up(heads)
        self.draw()

    def show_reference(self, reference: Frame | None) -> None:
        """A pale body in another pose (a draft's frame), or none."""
        self.levels.refer(reference)
        self.draw()

    def cut(self, section: Section | None) -> None:
        """Show the body cut open, or whole; what is nearer than the plane is taken away, from wherever one looks."""
        self._section = section
        if section is None and self.plane is not None:
            self.plane = None
            self.levels.halve(None)
        self._cut_open()
        self.draw()

    def _cut_open(self) -> None:
        if self._section is not None and self.drafted is not None and self.camera is not None:
            self.plane = plane_in(self._section, self._body, self.drafted).facing(self.camera)
            self.levels.halve(self.plane)

    def left(self, points: FloatArray) -> BoolArray:
        """Which of some world points (n, 3) a section leaves."""
        if self.plane is None:
            return np.ones(len(points), dtype=bool)
        return np.asarray((points - self.plane.origin) @ self.plane.normal <= _TOUCHING_M / 10)

    def visible(self) -> list[Surface]:
        """Surfaces that are not hidden."""
        return [s for s in self._body.surfaces if self.opacities[s.name] > 0.0]

    def look(self, camera: Camera, pivot: FloatArray, *, glide: bool = False) -> None:
        """Look through a camera that turns about a pivot, at once or in a smooth move."""
        self.pivot = pivot
        if glide and self.camera is not None:
            self._glide = (self.camera, camera, time.monotonic())
            self._glider.start()
            return
        self._glider.stop()
        self.camera = camera
        self.draw()

    def _glide_on(self) -> None:
        assert self._glide is not None
        start, end, began = self._glide
        share = min((time.monotonic() - began) / GLIDE_S, 1.0)
        self.camera = lens.glided(start, end, self.pivot, float(ease(np.array(share))))
        if share >= 1.0:
            self._glider.stop()
        self.draw()

    @property
    def coarseness(self) -> float:
        """Pixels drawn per pixel shown and side, while something moves."""
        return self._pace.scale

    @property
    def dragging(self) -> bool:
        """Whether the hand turns or moves the picture."""
        return self._dragging

    @property
    def gliding(self) -> bool:
        """Whether the camera is on its way to a view."""
        return self._glider.isActive()

    @property
    def size_px(self) -> tuple[float, float]:
        """Width and height in the window's pixels, in which cameras are asked."""
        return float(max(self.canvas.width(), 1)), float(max(self.canvas.height(), 1))

    # -- drawing ---------------------------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Ask for a picture; a fine one follows when nothing has moved for a while."""
        if self.camera is None or self.drafted is None:
            return
        self._settle.start()
        if self.busy:
            self._again = True
        else:
            self._ask(fine=self._pace.quick)

    def _ask(self, *, fine: bool, rest: bool = False) -> None:
        """Let Qt draw: `fine` in pixels, at `rest` in triangles too."""
        assert self.camera is not None
        assert self.drafted is not None
        self.drawing.emit()  # before the picture changes: what can be seen is judged by the one that stands
        self._depth, self._fine = None, fine
        if rest and (frame := self.frame) is not None:
            self.levels.update(frame, fine=True)
        elif not rest and self.levels.fine_shown and (self._frame is None or not fine):
            self.levels.update(self.drafted, fine=False)
        self._resting = rest
        factor = self.canvas.devicePixelRatioF() * (FINE if fine else self._pace.scale)
        width, height = self.size_px
        self.plotter.render_window.SetSize(round(width * factor), round(height * factor))
        self._cut_open()
        self.levels.look(self.camera)
        self._asked_at = time.monotonic()
        self.canvas.ask(True)
        self.canvas.update()

    def _drawn(self) -> None:
        """A picture stands; learn how long it took."""
        self.frames_drawn += 1
        self.canvas.ask(False)
        if self._asked_at is not None:
            if not self._resting:
                self._pace.learn((time.monotonic() - self._asked_at) / (FINE * FINE if self._fine else 1))
            self._asked_at = None
        if self._again:
            self._again = False
            self._next.start()
        self.stood.emit()

    @property
    def resting(self) -> bool:
        """Whether the fine picture of a body at rest stands."""
        return self._resting and not self.busy and not self._again and not self._settle.isActive()

    @property
    def busy(self) -> bool:
        """Whether a picture was asked for and does not stand yet."""
        return self._asked_at is not None

    def _refine(self) -> None:
        if self._dragging or self.gliding or self.camera is None or not self.isVisible():
            return
        if not self._resting:
            self._ask(fine=True, rest=True)
            self.canvas.repaint()
        if self.busy:  # covered, or not on the screen yet
            self._settle.start()
            return
        self.settled.emit()

    def distances(self) -> FloatArray:
        """Distance of everything on the picture: (H, W) metres, inf where there is nothing."""
        if self.busy:
            self.canvas.repaint()
        if self.busy:
            return np.full((1, 1), np.inf)
        if self._depth is None:
            self.plotter.render_window.MakeCurrent()
            self._depth = self.levels.fine.depth()
        return self._depth

    def seen(self, points: FloatArray) -> FloatArray:
        """How much of each world point can be seen: (n,) shares, judged by the picture drawn last."""
        if self.camera is None or self.frames_drawn == 0 or self.busy:
            return np.ones(len(points))
        self.plotter.render_window.MakeCurrent()
        seen = self.levels.fine.seen(self.camera.project(points, *self.plotter.render_window.GetActualSize()))
        return np.where(self.left(points), seen, 0.0)

    # -- the mouse -------------------------------------------------------------------------------------------------------------------

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # Qt's name
        """Mouse and wheel over the picture are ours; VTK never sees them."""
        match event.type():
            case QEvent.Type.MouseButtonPress if isinstance(event, QMouseEvent):
                self._press(event)
            case QEvent.Type.MouseMove if isinstance(event, QMouseEvent):
                self._move(event)
            case QEvent.Type.MouseButtonRelease if isinstance(event, QMouseEvent):
                self._release(event)
            case QEvent.Type.MouseButtonDblClick if isinstance(event, QMouseEvent):
                if event.button() == Qt.MouseButton.LeftButton:
                    self.double_clicked.emit(self.structure_at(event.position().x(), event.position().y()))
            case QEvent.Type.Wheel if isinstance(event, QWheelEvent):
                self._wheel(event)
            case QEvent.Type.Leave:
                self._hover.stop()
                self.pointer = None
                self.hovered.emit("")
            case QEvent.Type.Resize:
                self.sheet.setGeometry(self.canvas.rect())
                self.resized.emit()
                self.draw()
                return False
            case _:
                return False
        return True

    def _press(self, event: QMouseEvent) -> None:
        self.setFocus()
        self._glider.stop()
        self._pressed = self._last = event.position()
        self._dragging = False

    def _move(self, event: QMouseEvent) -> None:
        place = event.position()
        if self._pressed is None or self._last is None or self.camera is None:
            self._last, self.pointer = place, event.globalPosition().toPoint()
            self._hover.start()
            return
        far = place - self._pressed
        if not self._dragging:
            if abs(far.x()) + abs(far.y()) <= PRESS_SLACK:
                return
            self.turning.emit(f"drag {event.timestamp()}")
        self._dragging = True
        self.canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
        step = place - self._last
        self._last = place
        pan = bool(
            event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            or event.buttons() & (Qt.MouseButton.RightButton | Qt.MouseButton.MiddleButton)
        )
        if pan:
            self.camera, self.pivot = lens.panned(self.camera, self.pivot, (step.x(), step.y()), self.size_px)
        else:
            self.camera = lens.dragged(self.camera, self.pivot, step.x(), step.y())
        self.turned.emit()
        self.draw()

    def _release(self, event: QMouseEvent) -> None:
        still = self._pressed is not None and not self._dragging
        self._pressed, self._dragging = None, False
        self.canvas.unsetCursor()
        if still and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            under = self.structure_at(event.position().x(), event.position().y())
            if event.button() == Qt.MouseButton.LeftButton:
                self.clicked.emit(under)
            else:
                self.menu_wanted.emit(under, event.globalPosition().toPoint())
        self._settle.start()

    def _wheel(self, event: QWheelEvent) -> None:
        if self.camera is None:
            return
        self._glider.stop()
        self.turning.emit("wheel")
        place = event.position()
        factor = 1.0015 ** event.angleDelta().y()
        self.camera = lens.zoomed(self.camera, self.pivot, factor, (place.x(), place.y()), self.size_px)
        self.turned.emit()
        self.draw()

    def _report_hover(self) -> None:
        if self._last is not None and self._pressed is None:
            self.hovered.emit(self.structure_at(self._last.x(), self._last.y()))

    def structure_at(self, x: float, y: float) -> str:
        """The surface seen at a place of the picture, or an empty word."""
        fine = self.levels.fine_shown
        frame = self.frame if fine else self.drafted
        if self.camera is None or frame is None:
            return ""
        depth, (width, height) = self.distances(), self.size_px
        row, column = int(y / height * depth.shape[0]), int(x / width * depth.shape[1])
        if not (0 <= row < depth.shape[0] and 0 <= column < depth.shape[1]) or np.isinf(depth[row, column]):
            return ""
        point = lens.point_at(self.camera, x, y, float(depth[row, column]), (width, height))
        surfaces = [s for s in (self._body if fine else self.draft).surfaces if self.opacities[s.name] > 0.0]
        far, name = min((_distance(s, frame, point), s.name) for s in surfaces)
        return name if far < _TOUCHING_M else ""  # else a floor or a couch

    # -- the end ---------------------------------------------------------------------------------------------------------------------

    def close_view(self) -> None:
        """Stop all timers and give the graphics memory back."""
        for timer in (self._settle, self._hover, self._next, self._glider):
            timer.stop()
        self.canvas.removeEventFilter(self)
        self.canvas.close()


def _distance(surface: Surface, frame: Frame, point: FloatArray) -> float:
    """From a world point to the nearest vertex of a surface, metres."""
    if surface.segment is None:
        vertices = frame.vertices[surface.name]
    else:
        vertices, point = surface.vertices, apply(inverse(frame.transforms[surface.name]), point[None])[0]
    return float(np.sqrt(np.min(np.sum((vertices - point) ** 2, axis=1))))
