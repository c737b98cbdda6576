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
GROUPS = ("File", "Edit", "Movement", "View", "Structures", "Window")


@dataclass(frozen=True, slots=True)
class Key:
    """What one key does. `keys` are written as on the keyboard and understood by Qt; the first is the one that menus show.

    What has no key is in the menus only.
    """

    action: str
    keys: tuple[str, ...]
    does: str
    group: str

    @property
    def shown(self) -> str:
        """The keys as people read them: 'Left', 'Ctrl+S or S'."""
        return " or ".join(self.keys)


KEYS = (
    Key("open", ("Ctrl+O",), "open a scene, a recording, a picture of ours", "File"),
    Key("open_bones", ("Ctrl+Shift+O",), "open a folder of bones", "File"),
    Key("save", ("S", "Ctrl+S"), "save the picture", "File"),
    Key("save_clip", ("Ctrl+Shift+S",), "save a film", "File"),
    Key("save_scene", ("Ctrl+Alt+S",), "save the scene or pose as a file", "File"),
    Key("copy", ("Ctrl+C",), "copy the picture", "File"),
    Key("copy_command", ("Ctrl+Shift+C",), "copy as a command", "File"),
    Key("copy_python", ("Ctrl+Alt+C",), "copy as Python", "File"),
    Key("copy_scene", ("Ctrl+Alt+T",), "copy as a scene file", "File"),
    Key("quit", ("Ctrl+Q",), "close", "File"),
    Key("undo", ("Ctrl+Z",), "undo a change of pose, structures or view", "Edit"),
    Key("redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "Edit"),
    Key("bookmark", ("Ctrl+B",), "keep a bookmark of what is shown", "Edit"),
    Key("play", ("Space",), "play or pause", "Movement"),
    Key("step_back", ("Left",), "one frame back", "Movement"),
    Key("step_on", ("Right",), "one frame on", "Movement"),
    Key("phase_back", ("Shift+Left",), "to the phase before", "Movement"),
    Key("phase_on", ("Shift+Right",), "to the next phase", "Movement"),
    Key("slower", ("Down",), "slower", "Movement"),
    Key("faster", ("Up",), "faster", "Movement"),
    Key("rewind", ("Backspace",), "to the start of the movement", "Movement"),
    Key("loop", ("O",), "over and over, or once", "Movement"),
    Key("plot", ("V",), "next quantity in the plot", "Movement"),
    Key("compare", ("G",), "compare with this pose, shown pale, or no more", "Movement"),
    Key("release", ("R",), "from a pose back to the movement", "Movement"),
    Key("other_side", ("M",), "the other side", "Movement"),
    *(Key(f"view_{view}", (str(number),), f"{view} view", "View") for number, view in enumerate(NUMBERED_VIEWS, 1)),
    Key("reset_view", ("Home", "0"), "back to the view last chosen, everything in the picture", "View"),
    Key("turn_left", ("Ctrl+Left",), "turn the body to the left", "View"),
    Key("turn_right", ("Ctrl+Right",), "turn the body to the right", "View"),
    Key("turn_up", ("Ctrl+Up",), "look from lower down", "View"),
    Key("turn_down", ("Ctrl+Down",), "look from higher up", "View"),
    Key("nearer", ("+", "="), "nearer", "View"),
    Key("further", ("-",), "further away", "View"),
    Key("labels", ("L",), "labels on or off", "View"),
    Key("colour", ("C",), "next way to colour the muscles", "View"),
    Key("theme", ("T",), "light or dark", "View"),
    Key("isolate", ("I",), "show only the selected structure, and everything again", "Structures"),
    Key("hide", ("H",), "hide the selected structure", "Structures"),
    Key("peel", ("D",), "fade what lies over the selected structure, or no more", "Structures"),
    Key("section", ("X",), "cut the thigh open: axial, coronal, sagittal, or no more", "Structures"),
    Key("show_all", ("A",), "show everything again", "Structures"),
    Key("find", ("Ctrl+F",), "find a structure", "Structures"),
    Key("find_movement", ("Ctrl+M",), "find a movement", "Structures"),
    Key("panels", ("P",), "panels on or off", "Window"),
    Key("full_screen", ("F", "F11"), "full screen on or off", "Window"),
    Key("help", ("?", "F1"), "these keys on or off", "Window"),
    Key("escape", ("Esc",), "leave help, selection, full screen", "Window"),
)

GESTURES = (
    ("drag", "turn the body; up stays up"),
    ("Shift + drag, or right drag", "move the picture"),
    ("wheel", "nearer or further, towards the pointer"),
    ("click", "select a structure and read about it"),
    ("double click", "show only that structure, and everything again"),
    ("right click", "what can be done with a structure"),
    ("drop a file", "open a scene, a recording, a picture of ours or a folder of bones"),
)


def key(action: str) -> Key:
    """The key of an action of the window."""
    return next(entry for entry in KEYS if entry.action == action)


def rows(group: str) -> list[tuple[str, str]]:
    """Keys of a group and what they do; the views, which have one number each, in one row."""
    found = [(k.shown, k.does) for k in KEYS if k.group == group and k.keys and not k.action.startswith("view_")]
    views = ", ".join(f"{number} {view}" for number, view in enumerate(NUMBERED_VIEWS, 1))
    return [(f"1-{len(NUMBERED_VIEWS)}", f"views: {views}"), *found] if group == "View" else found


def listing() -> str:
    """All keys and gestures as plain text, for `--help` and the README."""
    found = [row for group in GROUPS for row in rows(group)]
    found.sort(key=lambda row: row[0] == f"1-{len(NUMBERED_VIEWS)}")  # the longest line last
    wide = max(len(left) for left, _ in (*found, *GESTURES))
    return "\n".join(f"{left:<{wide}}  {does}" for left, does in (*GESTURES, *found))
