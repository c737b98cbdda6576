"""Opening, saving, copying and filming for the window: everything that leaves it or comes in from outside."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image
from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtGui import QGuiApplication, QImage
from qtpy.QtWidgets import QDialog, QFileDialog

from visualiser.carried import SCENE_KEY
from visualiser.errands import Film
from visualiser.errors import ExportError
from visualiser.films.video import FORMATS, film_target
from visualiser.movements.movement import Movement
from visualiser.pictures import stills
from visualiser.window import opening, texts
from visualiser.window.helpers import Helper
from visualiser.window.savedialog import SaveDialog, as_text, remembered
from visualiser.window.sight import OTHER_LEG
from visualiser.window.snapshots import Snapshot, snapshot
from visualiser.window.wording import (
    Saving,
    Words,
    as_command,
    as_python,
    options,
    view_words,
    visibility_words,
    words_of,
)
from visualiser.writing import PNG_SUFFIXES, replacing, target, write_png

Window = Any  # of `window.main`, which is made of this module and must not be imported by it


class Desk(QObject):
    """What one window opens, saves and copies."""

    filming = Signal(int, int)
    filmed = Signal(str, str)
    opened = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.helper: Helper | None = None
        self.sources: dict[str, str] = {}  # movement opened from a file -> the file

    # -- what is shown ---------------------------------------------------------------------------------------------------------------

    def _saving(self) -> Saving:
        return replace(remembered(self._window.settings.text("saving")), theme=self._window.showing.theme)

    def _keep(self, saving: Saving) -> None:
        self._window.settings.keep("saving", as_text(saving))

    def _state(self) -> Snapshot:
        """What is shown; a name shown alone is what the legs are when the other one is hidden."""
        state = snapshot(self._window.showing)
        return replace(state, legs="one") if OTHER_LEG in state.hidden else state

    @property
    def _source(self) -> str:
        name = self._window.showing.asked.name
        return str(self.sources.get(name, name))

    def _view(self) -> Words:
        showing = self._window.showing
        drafted = showing.view.drafted
        if drafted is None or showing.view.camera is None:
            raise ExportError(texts.NO_PICTURE)
        points = showing.framing_points()
        return view_words(self._state(), showing.body, points, drafted.body_to_world)

    # -- pictures --------------------------------------------------------------------------------------------------------------------

    def picture(self, saving: Saving) -> Image.Image:
        """What the window shows as a picture with labels, title and scale of its own."""
        showing = self._window.showing
        if showing.view.camera is None:
            raise ExportError(texts.NO_PICTURE)
        width, height = showing.view.size_px
        movement, time_s = showing.moment
        body = showing.body.with_legs("one") if OTHER_LEG in showing.hidden else showing.body
        state = self._state()
        if showing.pose is not None:
            state = replace(state, view_name=state.view_name or showing.asked.view)
        self._window.setCursor(Qt.CursorShape.WaitCursor)
        try:
            return stills.still(body, movement, time_s, options(state, saving, movement, width / height))
        finally:
            self._window.unsetCursor()

    def save_picture(self, path: Path, saving: Saving | None = None) -> None:
        """Write what the window shows as a picture that can be opened again."""
        saving = saving or self._saving()
        target(path, True, PNG_SUFFIXES)
        picture = self.picture(saving)
        showing = self._window.showing
        movement, time_s = showing.moment
        share = f"{time_s / movement.duration_s:.6g}"
        own = {"title": movement.title, "side": str(showing.body.side), "legs": self._state().legs, "at": share}
        if showing.tightness is not None and showing.pose is None:
            own["tightness"] = f"{showing.tightness:g}"
        own |= {"comment": f"{SCENE_KEY}\n{movement.text}", "Description": str(picture.info["alt"])}
        write_png(picture, path, dpi=saving.dpi or None, metadata=own, force=True)
        self._window.say(texts.SAVED.format(path))

    def ask_and_save(self) -> None:
        """Ask how, then where, then save the picture."""
        window = self._window
        window.showing.pause()
        dialog = SaveDialog(window, self._saving(), film=False, note=texts.CAPTURE)
        frame = window.capture_frame
        dialog.aspect_changed.connect(frame.open)
        frame.open(dialog.saving().aspect)
        dialog.finished.connect(lambda _: frame.hide())
        dialog.accepted.connect(window.careful(lambda: self._choose_picture(dialog.saving())))
        self._open(dialog)

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.open()
        # Beside the picture, whose frame shows what will be captured, not over it.
        corner = self._window.mapToGlobal(self._window.rect().topRight())
        dialog.move(max(corner.x() - dialog.width() - 12, 0), corner.y() + 60)

    def _choose_picture(self, saving: Saving) -> None:
        self._keep(saving)
        path = self._where(texts.SAVE_PICTURE, {".png": texts.PICTURES})
        if path is not None:
            self.save_picture(path, saving)

    def _where(self, title: str, kinds: Mapping[str, str]) -> Path | None:
        """Where to save; Qt asks before a file is overwritten.

        kinds  : suffix -> what such a file is; the first is meant where neither the name nor the choice says another
        raises : ExportError for a file that is there and was not asked about
        """
        folder = Path(self._window.settings.text("folder", "."))
        name = "pose" if self._window.showing.pose is not None else self._window.showing.movement.name
        choices = {f"{kind} (*{suffix})": suffix for suffix, kind in kinds.items()}
        usual = next(iter(kinds))
        chosen, choice = QFileDialog.getSaveFileName(
            self._window, title, str(folder / f"{name}{usual}"), ";;".join(choices)
        )
        if not chosen:
            return None
        path = Path(chosen)
        self._window.settings.keep("folder", str(path.parent))
        meant = with_suffix(path, choices.get(choice, usual), kinds, usual)
        if meant != path and meant.exists():  # Qt asked about another name
            raise ExportError(texts.THERE_ALREADY.format(meant))
        return meant

    def copy_picture(self) -> None:
        """The picture as it would be saved, on the clipboard."""
        picture = self.picture(replace(self._saving(), quality="standard")).convert("RGBA")
        pixels = picture.tobytes()
        image = QImage(pixels, picture.width, picture.height, 4 * picture.width, QImage.Format.Format_RGBA8888)
        self._copy(lambda: QGuiApplication.clipboard().setImage(image.copy()))

    def _copy(self, put: Callable[[], object]) -> None:
        put()
        self._window.say(texts.COPIED)

    def copy_command(self) -> None:
        """What is shown as a command, on the clipboard."""
        text = as_command(self._state(), self._saving(), self._source, self._view())
        self._copy(lambda: QGuiApplication.clipboard().setText(text))

    def copy_python(self) -> None:
        """What is shown as lines of Python, on the clipboard."""
        text = as_python(self._state(), self._saving(), self._source, self._view())
        self._copy(lambda: QGuiApplication.clipboard().setText(text))

    # -- scenes ----------------------------------------------------------------------------------------------------------------------

    def scene_text(self) -> str:
        """The scene or pose that is shown, as a scene file.

        raises : ExportError for a recording, which no scene file can hold
        """
        showing = self._window.showing
        movement = showing.asked if showing.pose is None else showing.moment[0]
        if movement.course is not None or not movement.text:
            raise ExportError(texts.RECORDING.format(movement.title))
        return str(movement.text)

    def copy_scene(self) -> None:
        """The scene or pose as a scene file, on the clipboard."""
        text = self.scene_text()
        self._copy(lambda: QGuiApplication.clipboard().setText(text))

    def save_scene(self, path: Path) -> None:
        """Write the scene or pose that is shown as a scene file."""
        text = self.scene_text()
        with replacing(target(path, True, (".toml",)), True) as temporary:
            temporary.write_text(text, encoding="utf-8")
        self._window.say(texts.SAVED.format(path))
        self._window.settings.opened(path)
        self.opened.emit()

    def ask_and_save_scene(self) -> None:
        """Ask where, then save the scene."""
        self.scene_text()  # before asking for a place
        path = self._where(texts.SAVE_SCENE, {".toml": texts.SCENES})
        if path is not None:
            self.save_scene(path)

    # -- films -----------------------------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a film is being made."""
        return self.helper is not None and self.helper.running

    def ask_and_film(self) -> None:
        """Ask how, then where, then begin to film."""
        if self.busy:
            return
        self._window.showing.pause()
        dialog = SaveDialog(self._window, self._saving(), film=True)
        dialog.accepted.connect(self._window.careful(lambda: self._choose_film(dialog.saving())))
        self._open(dialog)

    def _choose_film(self, saving: Saving) -> None:
        self._keep(saving)
        path = self._where(texts.SAVE_CLIP, {suffix: kind.name for suffix, kind in FORMATS.items()})
        if path is not None:
            self.film(path, saving)

    def film(self, path: Path, saving: Saving) -> None:
        """Begin to film the movement in a process of its own; `filmed` says how it ended."""
        showing = self._window.showing
        path = place_of_film(path)
        state = self._state()
        width, height = saving.pixels
        look = {**words_of(state, saving, self._view()), "width": width, "height": height, "theme": saving.theme}
        job = Film(
            showing.asked,
            state.legs,
            showing.own_physique,
            showing.tightness,
            path,
            fps=saving.fps,
            speed=saving.speed,
            captions=saving.captions,
            look={**look, **visibility_words(state)},
        )
        self.helper = Helper(self, job)
        self.helper.progressed.connect(self.filming)
        self.helper.finished.connect(self._filmed)
        self.filming.emit(0, 0)

    def _filmed(self, written: str, why: str) -> None:
        if self.helper is not None:
            self.helper.deleteLater()
            self.helper = None
        self.filmed.emit(written, why)

    def cancel(self) -> None:
        """Give the film up."""
        if self.helper is not None:
            self.helper.give_up()

    # -- opening ---------------------------------------------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a scene, a recording, a picture of ours or a folder of bones."""
        window, showing = self._window, self._window.showing
        found = opening.read(path, showing.body.side)
        showing.pause()
        if found.physique is not None:
            showing.change_body(showing.body.side, showing.body.legs, found.physique)
        elif found.movement is not None:
            self._show(found, found.movement)
        for sentence in found.report:
            window.tell(f"{path.name}: {sentence}")
        window.say(texts.OPENED_AS.format(path.name))
        window.settings.opened(path)
        self.opened.emit()

    def _show(self, found: opening.Opened, movement: Movement) -> None:
        window, showing = self._window, self._window.showing
        if found.legs is not None:
            movement = replace(movement, legs=found.legs)
        self.sources[movement.name] = str(found.path)
        window.add_movement(movement)
        showing.tightness = found.tightness
        showing.show_movement(movement)
        if found.share is not None:
            showing.scrub(found.share)

    def ask_and_open(self) -> None:
        """Ask which file, then open it."""
        folder = self._window.settings.text("folder", ".")
        chosen, _ = QFileDialog.getOpenFileName(self._window, texts.OPEN_FILE, folder, texts.OPENABLE)
        if chosen:
            self._window.settings.keep("folder", str(Path(chosen).parent))
            self.open(Path(chosen))

    def ask_and_open_bones(self) -> None:
        """Ask which folder of bones, then show them."""
        folder = self._window.settings.text("folder", ".")
        chosen = QFileDialog.getExistingDirectory(self._window, texts.OPEN_FILE, folder)
        if chosen:
            self.open(Path(chosen))

    def stop(self) -> None:
        """Give up what is going on and wait for its end."""
        if self.helper is not None:
            self.helper.give_up()
            self.helper.wait()


def with_suffix(path: Path, chosen: str, suffixes: Iterable[str], usual: str) -> Path:
    """A path whose suffix says what is written: its own, or that of the kind chosen in the dialog.

    usual : what the dialog offered; left in the name beside another kind, the choice is what was meant
    """
    own = path.suffix.lower()
    if own == usual != chosen:
        return path.with_suffix(chosen)
    return path if own in suffixes else path.with_name(path.name + chosen)


def place_of_film(path: Path) -> Path:
    """Where a film goes, checked; numbered pictures go into a folder of their own that has the name given.

    raises : ExportError
    """
    if path.suffix.lower() != ".png":
        return film_target(path, True)
    folder = path.with_suffix("")
    if folder.is_dir() and any(folder.iterdir()):
        raise ExportError(texts.FOLDER_FULL.format(folder))
    return film_target(folder / "%04d.png", True)
