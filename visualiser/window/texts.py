"""What the window says, in one place: a translation replaces this module's values and nothing else.

Keys and gestures are in `keys`; what structures are called, in the definitions of the anatomy.
"""

TITLE = "Hamstring visualiser"

# -- short names, where there is little room -----------------------------------------------------------------------------------------
SHORT = {
    "semitendinosus": "Semitendinosus",
    "semimembranosus": "Semimembranosus",
    "biceps_femoris_long_head": "Biceps, long head",
    "biceps_femoris_short_head": "Biceps, short head",
    "sciatic_nerve": "Sciatic nerve",
}

# -- docks ---------------------------------------------------------------------------------------------------------------------------
MOVEMENTS, STRUCTURES, CARD, POSE, PLOT, TRANSPORT = "Movements", "Structures", "About", "Pose", "Plot", "Transport"

HIDE_PANEL = "Hide: {} (the menu Window shows it again)"

PICTURE = "The body: click a structure to select it"
BAR = "Views"
MORE = "More of this bar"
HELP, MOUSE, PUT_AWAY = "Keys and mouse", "Mouse", "Put the message away"
HELP_COLUMNS = ((MOUSE, "View", "Window"), ("Movement", "Structures"), ("File", "Edit"))
MENUS = {
    "File": "&File",
    "Edit": "&Edit",
    "Movement": "&Movement",
    "View": "&View",
    "Structures": "&Structures",
    "Window": "&Window",
}

# -- the transport -------------------------------------------------------------------------------------------------------------------
PLAY, REWIND, BACK, ON = (
    "Play or pause (Space)",
    "To the start (Backspace)",
    "One frame back (Left)",
    "One frame on (Right)",
)
LOOP, TIME_LINE, SPEED, SPEED_TIP = "Over and over (O)", "Time line", "Speed", "Speed (Up, Down)"

# -- the plot ------------------------------------------------------------------------------------------------------------------------
QUANTITY = "What is plotted"
QUANTITIES = {
    "percent": "Length, % of upright standing",
    "length": "Length, mm",
    "strain": "Strain of the belly, %",
    "hip_arm": "Moment arm, hip extension, mm",
    "knee_arm": "Moment arm, knee flexion, mm",
    "nerve": "Sciatic nerve, strain, %",
    "map": "Map of length, hip × knee",
}
PLOT_TIP = "Drag to move through the movement; click a curve to select its muscle"
MAP_TIP = "Click or drag to bend hip and knee"
MAP_AXES = ("Hip flexion", "Knee flexion")
MAP_UNIT = "% of upright"
MAP_KEY = ("Lines: each 10 %, the bright one 100 %", "White: the way of this movement")
MAP_VALUE = "{name}: {percent:.1f} % at hip {hip:.0f}°, knee {knee:.0f}°"

# -- the pose ------------------------------------------------------------------------------------------------------------------------
SIDE, RIGHT, LEFT, BOTH, GHOST_LEG = "Side", "Right", "Left", "Both", "Other leg as pale bones"
TIGHTNESS, TIGHTNESS_OFF, TIGHTNESS_TIP = (
    "Tight hamstrings",
    "as written",
    "How much length the hamstrings allow: 0 supple, 0.5 usual, 1 very tight. The pelvis gives way when they stop the hip.",
)
LEG, TRUNK, RESET = "Leg", "Pelvis and back", "Back to the movement"
STOPPED = "With the other turns of the hip as they are, it reaches {:.0f}°."
RESET_TIP = "Leave the pose and go back to the movement"
ZERO, ZERO_TIP = "Upright", "All angles zero: upright standing"
REFERENCE, REFERENCE_TIP = (
    "Compare with",
    "Show a pale body in another pose, and how much longer or shorter the muscles are",
)
REFERENCES = {"none": "nothing", "upright": "upright standing", "start": "start of the movement", "now": "this pose"}
LENGTHS_HEAD = ("", "Length", "Difference")
NO_DIFFERENCE = "–"
LONGER_THAN = "Compared with {}"
RANGE_TIP = "{name}: {low:g}° to {high:g}°. Arrow keys move it by a degree."

# -- movements -----------------------------------------------------------------------------------------------------------------------
FIND_MOVEMENT = "Find a movement"
OPENED = "Opened"

# -- structures ----------------------------------------------------------------------------------------------------------------------
FIND_STRUCTURE = "Find a structure, English or Latin"
KINDS = {"muscle": "Hamstrings", "nerve": "Nerve", "bone": "Bones", "landmark": "Landmarks"}
OTHER_LEG, OTHER_LEG_TIP = "The other leg", "the leg that is not shown in full"
OPACITY, OPACITY_TIP = "Opacity", "How solid the selected structure is"
EYE_TIP = "Shown or hidden"
SECTION, SECTION_PLACE = "Section", "Place of the section"
SECTION_TIP = "Cut the thigh open: what is nearer than the plane is taken away. Millimetres from the centre of the hip."
SECTIONS = {"whole": "No section", "axial": "Axial", "coronal": "Coronal", "sagittal": "Sagittal"}
WELCOME = (
    "Click a structure",
    "Its names, attachments, actions and nerve appear here. Drag turns the body, the wheel comes nearer, Space plays the movement.",
)
ABOUT_SELECTED = "About the selected structure"
EYE_SHUT, EYE_OPEN = "hidden", "shown"
ALSO, SOURCES = "also: {}", "Sources"
MENU = {
    "isolate": "Show only {}",
    "unisolate": "Show what was shown before",
    "hide": "Hide {}",
    "show": "Show {}",
    "peel": "Peel down to {}",
    "unpeel": "Put back what lies over {}",
    "fade": "Half transparent",
    "solid": "Solid",
    "all": "Show everything",
}

# -- saving --------------------------------------------------------------------------------------------------------------------------
SAVE_PICTURE, SAVE_CLIP, SAVE_SCENE, OPEN_FILE = "Save the picture", "Save a film", "Save the scene", "Open"
PICTURES, SCENES = "Pictures", "Scenes"
OPENABLE = "What can be opened (*.toml *.mot *.sto *.csv *.tsv *.png *.mp4 *.webm *.gif *.apng *.webp *.glb)"
FIELDS = {
    "size": "Size",
    "view": "Camera",
    "theme": "Theme",
    "labels": "Labels",
    "style": "Type",
    "language": "Language",
    "quality": "Quality",
    "dpi": "Pixels an inch",
    "fps": "Frames a second",
    "speed": "Speed",
}
CHOICES = {
    "window": "as in the window",
    "fit": "everything in the picture",
    "default": "as the scene has it",
    "all": "all",
    "none": "none",
    "muscles": "muscles",
    "nerve": "nerve",
    "bones": "bones",
    "landmarks": "landmarks",
    "lecture": "large, for a lecture",
    "atlas": "small, as in an atlas",
    "en": "English",
    "la": "Latin",
    "both": "English and Latin",
    "draft": "draft",
    "standard": "standard",
    "fine": "fine",
    "light": "light",
    "dark": "dark",
    "print": "print",
}
CHECKS = {
    "title": "Title",
    "source": "Sources",
    "legend": "Legend",
    "scale_bar": "Scale bar",
    "compass": "Compass",
    "captions": "Captions",
    "transparent": "No background",
}
CAPTURE = "The frame in the window shows what will be in the picture."
THERE_ALREADY = "{} is there already: choose it by its whole name to replace it."
FOLDER_FULL = "{} already holds files; numbered pictures go into a new folder: choose another name."
SAVED, COPIED, OPENED_AS = "Saved {}", "Copied", "Opened {}"
FILM_BEGINS = "Getting ready to film {}"
FILMING, CANCEL, CANCELLED = (
    "Filming {name}: {done} of {total} frames",
    "Cancel",
    "The film was cancelled; no file was written.",
)
FILM_FAILED = "The film was not made: {}"
CLOSE_ASK = ("A film is being made", "Close the window and give the film up?")
CLOSE_GIVE_UP, CLOSE_STAY = "Close and give up", "Stay"
NO_PICTURE = "There is no picture yet."
RECORDING = "{} is a recording; take a pose of it, or save a picture."
PROBLEM = "That did not work"
COMMAND_NOTE = "# the camera was moved by hand; this comes near it"

# -- bookmarks, files ----------------------------------------------------------------------------------------------------------------
RECENT, NO_RECENT, BOOKMARKS, NO_BOOKMARKS, FORGET_BOOKMARKS = (
    "Recent files",
    "None yet",
    "Bookmarks",
    "None yet",
    "Forget all bookmarks",
)
BOOKMARK = "{title}, {view}, {time:.1f} s"
BOOKMARK_KEPT = "Bookmark kept: {}"
BOOKMARK_GONE = "The movement of this bookmark is not open: {}."
NOT_OURS = (
    "{name} is nothing that can be opened; drop a scene (.toml), a recording (.mot, .sto, .csv), a picture, film or "
    "model of ours (.png, .mp4, .glb) or a folder of bones."
)

# -- colouring -----------------------------------------------------------------------------------------------------------------------
COLOUR_BY = "Colour"
COLOURINGS = {
    "tissue": "as tissue",
    "identity": "each its own",
    "length": "by length",
    "strain": "by strain of the belly",
    "activation": "by what each head does",
    "nerve_strain": "the nerve, by its strain",
    "nerve_excursion": "the nerve, by how far it slid",
}
THEMES = {"system": "Theme as the system's", "light": "Light theme", "dark": "Dark theme", "print": "Print theme"}
