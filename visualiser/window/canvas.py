"""What brings the picture to the screen: OpenGL itself, or paper on which the picture is laid where OpenGL is drawn in software.

Qt draws a window that holds an OpenGL widget by OpenGL as a whole, with all its panels, whatever changes in it. A graphics card does not
notice; in software that takes several times as long as the body.
"""

from functools import cache
from typing import Any

import numpy as np
from PIL import Image
from pyvistaqt import QtInteractor
from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QImage, QOffscreenSurface, QOpenGLContext, QPainter, QPaintEvent
from qtpy.QtWidgets import QWidget

from visualiser.pictures.rendering import off_screen_plotter, pixels_of

_GL_RENDERER = 0x1F01
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "software", "swiftshader", "basic render", "gdi generic")


@cache
def drawn_in_software() -> bool:
    """Whether OpenGL has no graphics card here, by the name it gives itself; Qt's application must be there."""
    context, surface = QOpenGLContext(), QOffscreenSurface()
    if not context.create():
        return False
    surface.setFormat(context.format())
    surface.create()
    if not context.makeCurrent(surface):
        return False
    name = str(context.functions().glGetString(_GL_RENDERER)).lower()
    context.doneCurrent()
    surface.destroy()
    return any(word in name for word in _SOFTWARE)


class Glass(QtInteractor):
    """OpenGL draws straight into the window. `frameSwapped` tells that a picture stands."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, auto_update=False, multi_samples=0, lighting="none")
        self.setAcceptDrops(False)

    @property
    def plotter(self) -> Any:
        """The plotter that draws."""
        return self

    def ask(self, wanted: bool) -> None:
        """Let Qt's next paint draw the body, or only show the picture that stands: a moving label must not cost a drawing."""
        interactor = self.render_window.GetInteractor()
        (interactor.EnableRenderOn if wanted else interactor.EnableRenderOff)()


class Paper(QWidget):
    """OpenGL draws beside the window, and the picture is laid into it: of all else only what changes is painted.

    plotter : the plotter that draws
    """

    frameSwapped = Signal()  # as Qt's OpenGL widget has it: a picture stands

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.plotter: Any = off_screen_plotter((64, 64))
        self._image = QImage()
        self._wanted = False

    def ask(self, wanted: bool) -> None:
        """See `Glass.ask`."""
        self._wanted = wanted

    def paintEvent(self, _: QPaintEvent) -> None:  # Qt's name
        """Draw if a picture was asked for, and lay it into the window."""
        drawn, self._wanted = self._wanted, False
        if drawn:
            self._image = self._picture()
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        # Pixel on pixel, also where a ratio of 1.5 leaves half a one over.
        if abs(self._image.width() - self.width() * ratio) <= 1.0:
            self._image.setDevicePixelRatio(ratio)
            painter.drawImage(0, 0, self._image)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), self._image)
        painter.end()
        if drawn:
            self.frameSwapped.emit()

    def _picture(self) -> QImage:
        """The body drawn anew: larger than the place it has in the window, it is averaged, as OpenGL would."""
        pixels = pixels_of(self.plotter)
        finer = round(pixels.shape[1] / max(self.width() * self.devicePixelRatioF(), 1.0))
        if finer > 1:
            pixels = np.asarray(Image.fromarray(pixels).reduce(finer))
        upright = np.ascontiguousarray(pixels[::-1])
        image = QImage(upright.data, upright.shape[1], upright.shape[0], QImage.Format.Format_RGBX8888)
        return image.convertToFormat(QImage.Format.Format_RGB32)

    def close(self) -> bool:
        """Give the graphics memory back."""
        self.plotter.close()
        return super().close()


def canvas_in(parent: QWidget, *, software: bool | None = None) -> Glass | Paper:
    """The canvas for this machine.

    software : whether OpenGL is drawn in software; None finds it out
    """
    return Paper(parent) if (drawn_in_software() if software is None else software) else Glass(parent)
