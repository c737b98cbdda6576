"""How the window looks: palette, style sheet and icons, all drawn from the colours of a picture theme."""

from dataclasses import dataclass
from functools import cache

from qtpy.QtCore import QByteArray, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from qtpy.QtSvg import QSvgRenderer

from visualiser.pictures.appearance import THEMES, Colour, Theme, look_up


@dataclass(frozen=True, slots=True)
class Shades:
    """Colours of the window as style-sheet words."""

    panel: str
    field: str
    raised: str
    line: str
    ink: str
    quiet: str
    accent: str
    on_accent: str
    wash: str  # a breath of the accent, behind what is selected
    warning: str


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a * (1 - share) + b * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def is_dark(theme: Theme) -> bool:
    """Whether the background is darker than the ink."""
    return sum(theme.bottom) < sum(theme.ink)


@cache
def shades(name: str) -> Shades:
    """The colours of the window for a picture theme."""
    theme = look_up("theme", name, THEMES)
    accent, dark = theme.groups["femur" if is_dark(theme) else "pelvis"], is_dark(theme)
    ground = theme.bottom
    return Shades(
        panel=_hex(_mix(ground, theme.ink, 0.05 if dark else 0.0)),
        field=_hex(_mix(ground, theme.ink, 0.09) if dark else (255, 255, 255)),
        raised=_hex(_mix(ground, theme.ink, 0.14 if dark else 0.06)),
        line=_hex(_mix(ground, theme.ink, 0.18 if dark else 0.14)),
        ink=_hex(theme.ink),
        quiet=_hex(theme.second_ink),
        accent=_hex(accent),
        on_accent=_hex(theme.bottom if dark else (255, 255, 255)),
        wash=_hex(_mix(ground, accent, 0.22 if dark else 0.14)),
        warning=_hex(_mix(ground, (213, 94, 0), 0.35 if dark else 0.22)),
    )


def palette(name: str) -> QPalette:
    """The same colours for what style sheets do not reach."""
    colours, roles = shades(name), QPalette()
    for role, code in (
        (QPalette.ColorRole.Window, colours.panel),
        (QPalette.ColorRole.Base, colours.field),
        (QPalette.ColorRole.AlternateBase, colours.panel),
        (QPalette.ColorRole.Button, colours.raised),
        (QPalette.ColorRole.WindowText, colours.ink),
        (QPalette.ColorRole.Text, colours.ink),
        (QPalette.ColorRole.ButtonText, colours.ink),
        (QPalette.ColorRole.PlaceholderText, colours.quiet),
        (QPalette.ColorRole.Highlight, colours.accent),
        (QPalette.ColorRole.HighlightedText, colours.on_accent),
        (QPalette.ColorRole.ToolTipBase, colours.field),
        (QPalette.ColorRole.ToolTipText, colours.ink),
        (QPalette.ColorRole.Link, colours.accent),
    ):
        roles.setColor(role, QColor(code))
    return roles


def style_sheet(name: str) -> str:
    """The style sheet of the window."""
    c = shades(name)
    return f"""
* {{ color: {c.ink}; }}
QMainWindow, QDockWidget, QDialog {{ background: {c.panel}; }}
QDialog QPushButton {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: 6px; padding: 6px 16px; min-width: 60px; }}
QDialog QPushButton:default {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
QDialog QPushButton:focus {{ border: 2px solid {c.ink}; padding: 5px 15px; }}
QMainWindow::separator {{ background: {c.line}; width: 1px; height: 1px; }}
QToolTip {{ background: {c.field}; color: {c.ink}; border: 1px solid {c.line}; padding: 4px 6px; }}
QMenuBar, QStatusBar {{ background: {c.panel}; }}
QMenuBar::item {{ padding: 4px 10px; border-radius: 4px; }}
QMenuBar::item:selected, QMenu::item:selected {{ background: {c.wash}; }}
QMenu {{ background: {c.field}; border: 1px solid {c.line}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px; border-radius: 4px; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 8px; }}
QStatusBar {{ color: {c.quiet}; border-top: 1px solid {c.line}; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ color: {c.quiet}; padding: 0 6px; }}
QToolBar {{ background: {c.panel}; border: none; border-bottom: 1px solid {c.line}; padding: 4px 8px; spacing: 2px; }}
QToolBar::separator {{ background: {c.line}; width: 1px; margin: 5px 5px; }}
QToolBar QToolButton {{ padding: 5px 7px; }}
QToolBar QToolButton#qt_toolbar_ext_button {{ padding: 0; min-width: 18px; }}
QToolButton, QPushButton {{ background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px 9px; }}
QToolButton:hover, QPushButton:hover {{ background: {c.raised}; }}
QToolButton:pressed, QToolButton:checked, QPushButton:pressed {{ background: {c.wash}; border-color: {c.accent}; }}
QToolButton:focus, QPushButton:focus {{ border-color: {c.accent}; }}
QToolButton#play {{ background: {c.accent}; border-radius: 20px; padding: 0px; }}
QToolButton#play:hover {{ border-color: {c.ink}; }}
QLineEdit, QComboBox {{ background: {c.field}; border: 1px solid {c.line}; border-radius: 6px; padding: 5px 8px; }}
QLineEdit:focus, QComboBox:focus {{ border-color: {c.accent}; }}
QComboBox::drop-down {{ border: none; width: 18px; }}
QComboBox QAbstractItemView {{ background: {c.field}; border: 1px solid {c.line}; selection-background-color: {c.wash};
    selection-color: {c.ink}; outline: none; }}
QTreeWidget, QTextBrowser {{ background: {c.panel}; border: none; outline: none;
    selection-background-color: {c.wash}; selection-color: {c.ink}; }}
QTreeWidget::item {{ padding: 4px 4px; border-radius: 4px; }}
QTreeWidget::item:hover {{ background: {c.raised}; }}
QTreeWidget::item:selected {{ background: {c.wash}; color: {c.ink}; }}
QTreeWidget::branch, QTreeWidget::branch:selected {{ background: {c.panel}; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 2px; }}
QScrollBar::handle {{ background: {c.line}; border-radius: 3px; min-height: 24px; min-width: 24px; }}
QScrollBar::handle:hover {{ background: {c.quiet}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none; border: none;
    width: 0; height: 0; }}
QSlider::groove:horizontal {{ height: 4px; background: {c.line}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {c.accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {c.field}; border: 2px solid {c.accent}; width: 12px; height: 12px;
    margin: -6px 0; border-radius: 8px; }}
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled {{ background: {c.line}; border-color: {c.line}; }}
QLabel#heading {{ color: {c.quiet}; font-weight: 600; padding: 4px 4px 2px 4px; }}
QToolButton#closer {{ padding: 3px; }}
QLabel#group {{ font-weight: 600; padding-top: 4px; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: {c.panel}; }}
QPushButton#plain {{ background: {c.raised}; padding: 4px 10px; }}
QPushButton#plain:disabled {{ color: {c.quiet}; }}
QCheckBox {{ spacing: 6px; }}
QDoubleSpinBox, QSpinBox {{ background: {c.field}; border: 1px solid {c.line}; border-radius: 5px; padding: 1px 4px; }}
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button, QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
QDoubleSpinBox:focus, QSpinBox:focus {{ border-color: {c.accent}; }}
QProgressBar {{ background: {c.line}; border: none; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
QTabBar::tab {{ background: {c.panel}; padding: 6px 12px; border: none; border-bottom: 2px solid transparent; color: {c.quiet}; }}
QTabBar::tab:selected {{ color: {c.ink}; border-bottom: 2px solid {c.accent}; }}
QLabel#quiet {{ color: {c.quiet}; }}
QLabel#caption {{ font-size: 12pt; }}
QFrame#transport {{ background: {c.panel}; border-top: 1px solid {c.line}; }}
QFrame#message {{ background: {c.warning}; border-bottom: 1px solid {c.line}; }}
QFrame#help QScrollArea, QFrame#help QScrollArea > QWidget > QWidget {{ background: {c.field}; border-radius: 12px; }}
QFrame#help {{ background: {c.field}; border: 1px solid {c.line}; border-radius: 12px; }}
QFrame#rule {{ background: {c.line}; max-height: 1px; border: none; }}
QLabel#keycap {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: 4px; padding: 1px 6px; font-weight: 600; }}
QLabel#title {{ font-size: 15pt; font-weight: 600; }}
"""


# Icons on a grid of 24, drawn with a pen of 1.8 unless filled.
_ICONS = {
    "play": '<path d="M8 5.2 19 12 8 18.8z" fill="{ink}"/>',
    "pause": '<path d="M7.5 5.5v13M16.5 5.5v13" stroke-width="3.4"/>',
    "back": '<path d="M15 6l-7 6 7 6z" fill="{ink}"/><path d="M18.5 6v12"/>',
    "on": '<path d="M9 6l7 6-7 6z" fill="{ink}"/><path d="M5.5 6v12"/>',
    "rewind": '<path d="M5.5 6v12M12.5 6.5 7.5 12l5 5.5M19 6.5 14 12l5 5.5"/>',
    "loop": '<path d="M5 11a6 6 0 0 1 6-5h6M14.5 3l3 3-3 3M19 13a6 6 0 0 1-6 5H7M9.5 21l-3-3 3-3"/>',
    "labels": '<path d="M4 6.5h8M4 10h6M13 8.5l6 7"/><circle cx="19" cy="16" r="1.8" fill="{ink}"/>',
    "theme": '<circle cx="12" cy="12" r="7.5"/><path d="M12 4.5a7.5 7.5 0 0 1 0 15z" fill="{ink}"/>',
    "save": '<rect x="3.5" y="7" width="17" height="12" rx="2"/><path d="M8.5 7l1.5-2.5h4L15.5 7"/>'
    '<circle cx="12" cy="13" r="3.2"/>',
    "full": '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
    "help": '<circle cx="12" cy="12" r="8"/><path d="M9.6 9.6a2.5 2.5 0 1 1 3.4 2.6c-.7.3-1 .8-1 1.6"/>'
    '<circle cx="12" cy="16.6" r=".6" fill="{ink}"/>',
    "home": '<path d="M4 11.5 12 5l8 6.5M6.5 10v9h11v-9"/>',
    "search": '<circle cx="10.5" cy="10.5" r="5.5"/><path d="M15 15l5 5"/>',
    "close": '<path d="M6 6l12 12M18 6 6 18"/>',
    "eye": '<path d="M3 12s3.3-5.5 9-5.5 9 5.5 9 5.5-3.3 5.5-9 5.500S3 12 3 12z"/>'
    '<circle cx="12" cy="12" r="2.4" fill="{ink}"/>',
    "eye_shut": '<path d="M3.5 10.500c2 3 5 4.6 8.5 4.600s6.5-1.6 8.5-4.600M6.5 14l-1.6 2.3" opacity=".55"/>'
    '<path d="M12 15.200V18M17.5 14l1.6 2.3" opacity=".55"/>',
    "undo": '<path d="M8.5 5 4.5 9l4 4M5 9h9a5 5 0 0 1 0 10h-4"/>',
    "redo": '<path d="M15.5 5l4 4-4 4M19 9h-9a5 5 0 0 0 0 10h4"/>',
    "film": '<rect x="3.5" y="6" width="12" height="12" rx="2"/><path d="M15.5 11l5-3v8l-5-3z" fill="{ink}"/>',
    "more": '<path d="M5.5 6l6 6-6 6M12.5 6l6 6-6 6" stroke-width="2.4"/>',
    "peel": '<path d="M4 8.5 12 4.500l8 4-8 4zM4 12.500l8 4 8-4M4 16l8 4 8-4"/>',
    "colour": '<circle cx="12" cy="12" r="8"/><circle cx="9" cy="9.5" r="1.3" fill="{ink}"/>'
    '<circle cx="14.5" cy="9" r="1.3" fill="{ink}"/><circle cx="15.5" cy="14" r="1.3" fill="{ink}"/>',
    "isolate": '<circle cx="12" cy="12" r="3" fill="{ink}"/>'
    '<path d="M12 3.5v4M12 16.5v4M3.5 12h4M16.5 12h4"/>',
    "logo": '<path d="M7 3.5c5 2 7 6 6.4 10.5-.3 2.6-1.2 4.6-1.9 6.5" stroke="{accent}" stroke-width="3"/>'
    '<path d="M13 3.500c3.5 3.5 4.8 8 3 17" stroke-width="2"/>',
}  # fmt: skip


def icon(name: str, theme: str, *, inverse: bool = False) -> QIcon:
    """An icon in the ink of a theme, sharp at any scale; `inverse` for a filled button."""
    colours = shades(theme)
    ink = colours.on_accent if inverse else colours.ink
    body = _ICONS[name].format(ink=ink, accent=colours.accent)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{ink}" stroke-width="1.8" '
        f'stroke-linecap="round" stroke-linejoin="round">{body}</svg>'
    )
    renderer, made = QSvgRenderer(QByteArray(svg.encode())), QIcon()
    for size in (24, 48, 96):
        pixmap = QPixmap(QSize(size, size))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        made.addPixmap(pixmap)
    return made
