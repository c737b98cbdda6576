"""Keys and gestures of the window, listed once: the window obeys this table, and the help overlay, `--help` and README show it."""

from dataclasses import dataclass

# Views in the order of the number keys and of the toolbar.
NUMBERED_VIEWS = (
    "posterior",
    "lateral",
    "medial",
    "anterior",
    "posterolateral",
    "posteromedial",
    "gluteal",
    "popliteal",
    "pes",
)
GROUPS = ("Movement", "View", "Structures", "Window")


@dataclass(frozen=True, slots=True)
class Key:
    """What one key does. `keys` are written as on the keyboard and understood by Qt; the first is the one that menus show."""

    action: str
    keys: tuple[str, ...]
    does: str
    group: str

    @property
    def shown(self) -> str:
        """The keys as people read them: 'Left', 'Ctrl+S or S'."""
        return " or ".join(self.keys)


KEYS = (
    Key("play", ("Space",), "play or pause", "Movement"),
    Key("step_back", ("Left",), "one frame back", "Movement"),
    Key("step_on", ("Right",), "one frame on", "Movement"),
    Key("phase_back", ("Shift+Left",), "to the phase before", "Movement"),
    Key("phase_on", ("Shift+Right",), "to the next phase", "Movement"),
    Key("slower", ("Down",), "slower", "Movement"),
    Key("faster", ("Up",), "faster", "Movement"),
    Key("rewind", ("Backspace",), "to the start of the movement", "Movement"),
    *(Key(f"view_{view}", (str(number),), f"{view} view", "View") for number, view in enumerate(NUMBERED_VIEWS, 1)),
    Key("reset_view", ("Home", "0"), "back to the view last chosen, everything in the picture", "View"),
    Key("labels", ("L",), "labels on or off", "View"),
    Key("theme", ("T",), "light or dark", "View"),
    Key("isolate", ("I",), "show only the selected structure, and everything again", "Structures"),
    Key("hide", ("H",), "hide the selected structure", "Structures"),
    Key("show_all", ("A",), "show everything again", "Structures"),
    Key("find", ("Ctrl+F",), "find a structure", "Structures"),
    Key("save", ("S", "Ctrl+S"), "save the picture", "Window"),
    Key("panels", ("P",), "panels on or off", "Window"),
    Key("full_screen", ("F", "F11"), "full screen on or off", "Window"),
    Key("help", ("?", "F1"), "these keys on or off", "Window"),
    Key("escape", ("Esc",), "leave help, selection, full screen", "Window"),
    Key("quit", ("Ctrl+Q",), "close", "Window"),
)

GESTURES = (
    ("drag", "turn the body; up stays up"),
    ("Shift + drag, or right button", "move the picture"),
    ("wheel", "nearer or further, towards the pointer"),
    ("click", "select a structure and read about it"),
    ("double click", "back to the whole view"),
)


def key(action: str) -> Key:
    """The key of an action of the window."""
    return next(entry for entry in KEYS if entry.action == action)


def listing() -> str:
    """All keys and gestures as plain text, for `--help` and the README."""
    rows = [(entry.shown, entry.does) for entry in KEYS if not entry.action.startswith("view_")]
    views = ", ".join(f"{number} {view}" for number, view in enumerate(NUMBERED_VIEWS, 1))
    wide = max(len(left) for left, _ in (*rows, *GESTURES))
    lines = [f"{left:<{wide}}  {does}" for left, does in (*GESTURES, *rows)]
    return "\n".join([*lines, f"{'1-9':<{wide}}  views: {views}"])
