"""The offline page: one HTML file with the moving model in it, that needs no network, no installation and no server.

three.js draws our own GLB; what the page knows (names, facts, numbers, views, colours) is data beside it.
"""

import gzip
import html
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import ConvexHull

from visualiser import __version__, keys
from visualiser.anatomy import landmarks, skeleton
from visualiser.bodies.assembly import BONE, MUSCLE, NERVE, Body, Surface, structures
from visualiser.conventions import LEG_SLICES, SIDES
from visualiser.errors import ExportError
from visualiser.exports.gltf import Profile, animated
from visualiser.exports.levels import coarse
from visualiser.exports.subject import Subject
from visualiser.movements.movement import Movement, body_turn, pose_at
from visualiser.pictures import colouring
from visualiser.pictures.appearance import (
    DIVERGING,
    IDENTITY,
    QUIET_FLESH,
    QUIET_NERVE,
    RISING,
    THEMES,
    TISSUE,
    VIEWS,
    Colour,
    Theme,
    look_up,
)
from visualiser.pictures.cards import card
from visualiser.pictures.naming import label_specs
from visualiser.tissue.measurement import Table
from visualiser.tissue.nerve import nerve_state_since_standing
from visualiser.tissue.nervelevels import drawn_levels, strain_at

_FOLDER = Path(__file__).parent / "viewer"
_CODE = ("model.js", "labels.js", "plot.js", "panel.js", "main.js")
PROFILE = Profile("fine", 2, 1, False, "the offline page")
_SMALL = Profile("light", 2, 1, False, "the offline page with several movements")
_SAMPLES = 121  # of the plotted numbers
_NERVE_STEP = 4  # of the points of the nerve whose strain a page knows: every two centimetres
_SURVEY = 5  # poses that decide the framing
_BELOW_THIGH = ("tibia", "fibula", "foot", "tibial_nerve", "common_fibular_nerve")
_THIGH_ENDS_M = -0.11  # how far down the shank a picture framed on the thigh reaches; by eye, as in stills
QUANTITIES = {  # what can be plotted: in the menu, on the axis, its unit
    "length": ("Length of the heads", "Muscle and tendon, % of upright standing", "%"),
    "strain": ("Strain of the bellies", "Belly, % longer than upright", "%"),
    "nerve": ("Strain of the nerve", "Sciatic nerve, strain in %", "%"),
    "angles": ("Joint angles", "Joint angles, degrees", "°"),
}
_SHORT = {"biceps_femoris_long_head": "Biceps, long head", "biceps_femoris_short_head": "Biceps, short head"}
# Keys of the window that a page has no use for.
_WINDOW_ONLY = (
    "open",
    "copy",
    "undo",
    "redo",
    "bookmark",
    "loop",
    "plot",
    "compare",
    "release",
    "other_side",
    "colour",
    "peel",
)
_LEFT_OUT = ("find", "save", "quit", "view_", *_WINDOW_ONLY)
ABOUT = (
    f"Made by hamstring-visualiser {__version__}. A teaching model of one plausible adult: bones and soft tissue are its own sculpture, "
    "lengths are model values. Do not plan treatment with it."
)


def page(
    subjects: Sequence[Subject],
    *,
    theme: str | None = None,
    view: str | None = None,
    labels: str = "default",
    embed: bool = False,
) -> str:
    """The whole page as text.

    theme : 'light' or 'dark'; what the reader's system prefers when None
    embed : for a frame inside another page: no heading, the panel closed
    """
    if theme is not None and theme not in ("light", "dark"):
        raise ExportError(
            f'The theme of a page is "{theme}"; allowed are light and dark, or none for what the reader prefers.'
        )
    if view is not None:
        look_up("view", view, VIEWS)
    sides = {subject.movement.side for subject in subjects}
    if len(sides) > 1:
        raise ExportError("A page shows one side, and these movements are of both; give --side right or --side left.")
    first = subjects[0]
    profile = PROFILE if len(subjects) == 1 else _SMALL
    most = max((subject.legs for subject in subjects), key=("one", "ghost", "both").index)
    body = replace(first, legs=most).body(profile.detail)
    movements = [subject.movement for subject in subjects]
    facts = _facts(subjects, body, profile, view, labels)
    model = animated(body, movements, profile, carried=dict(first.metadata))
    title = movements[0].title if len(movements) == 1 else "Hamstrings in motion"
    facts["title"] = title
    parts = {
        "THEME": theme or "",
        "EMBED": " data-embed" if embed else "",
        "GENERATOR": f"hamstring-visualiser {__version__}",
        "TITLE": html.escape(title),
        "STYLE": _file("style.css").replace("%THEMES%", _theme_css()),
        "FACTS": json.dumps(facts, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        "MODEL": b64encode(gzip.compress(model, 6, mtime=0)).decode(),
        "THREE": _file("three.min.js").replace("</script", "<\\/script"),
        "CODE": "".join(_file(name) for name in _CODE),
    }
    text = _file("template.html")
    for key, value in parts.items():
        text = text.replace(f"%{key}%", value)
    return text


def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


# -- facts ---------------------------------------------------------------------------------------------------------------------------


def _facts(subjects: Sequence[Subject], body: Body, profile: Profile, view: str | None, labels: str) -> dict[str, Any]:
    """Everything that the page says and looks up."""
    told = [_movement(subject, body, view, labels) for subject in subjects]
    keyed = [(key.keys[0], key.does) for key in keys.KEYS if not key.action.startswith(_LEFT_OUT)]
    return {
        "side": str(body.side),
        "movements": told,
        "structures": {s.name: _structure(s.name) for s in structures()},
        "labels": _labels(body, profile, dict.fromkeys(key for one in told for key in one["labels"])),
        "views": {
            name: {"from": entry.from_direction, "focus": entry.focus, "reach": entry.reach_mm}
            for name, entry in VIEWS.items()
        },
        "numbered": keys.NUMBERED_VIEWS,
        "diverging": DIVERGING,
        "rising": RISING,
        "quiet": {MUSCLE: _hex(QUIET_FLESH), NERVE: _hex(QUIET_NERVE)},
        "measured": colouring.MEASURED,
        "nerve_levels": _nerve_levels(body, profile),
        "choices": {name: words for name, (words, _, _) in QUANTITIES.items()},
        "quantities": {name: words for name, (_, words, _) in QUANTITIES.items()},
        "units": {name: unit for name, (_, _, unit) in QUANTITIES.items()},
        "coordinates": {name: entry.display for name, entry in skeleton.COORDINATES.items()},
        "keys": [
            ("drag", "turn"),
            ("two fingers, or right button", "move"),
            ("pinch, or wheel", "nearer or further"),
            ("tap or click", "choose a structure"),
            *keyed,
            ("1-9", ", ".join(keys.NUMBERED_VIEWS)),
        ],
        "about": ABOUT,
    }


def _movement(subject: Subject, body: Body, view: str | None, labels: str) -> dict[str, Any]:
    movement = subject.movement
    table = subject.table(_SAMPLES)
    seen = replace(subject, legs=body.legs)
    return {
        "name": movement.name,
        "title": movement.title,
        "summary": " ".join(movement.summary.split()),
        "description": _description(movement, table),
        "duration": movement.duration_s,
        "view": view or movement.view,
        "legs": subject.legs,
        "phases": [{"start": p.start_s, "end": p.end_s, "caption": p.caption} for p in movement.phases],
        "claim": movement.claim,
        "verdict": movement.verdict.capitalize(),
        "comment": movement.comment,
        "sources": movement.source_names or "Estimates of this project.",
        "supports": [
            name for name in body.movement_frame(movement, 0.0).transforms if name in {p.name for p in body.props}
        ],
        "turn": np.block([[body_turn(movement, 0.0), np.zeros((3, 1))], [np.zeros((1, 3)), np.ones((1, 1))]])
        .round(6)
        .ravel()
        .tolist(),
        "framing": _framing(body, movement, seen),
        "reach": {choice: colouring.reach(choice, body, movement) for choice in colouring.MEASURED},
        "nerve": _along_nerve(movement, body),
        "series": _series(table, body),
        "labels": [spec.key for spec in label_specs(labels, movement)],
    }


def _description(movement: Movement, table: Table) -> str:
    """What the moving picture shows, for those who cannot see it."""
    said = [f"{movement.title}: moving 3D model of the {movement.side} leg with bones, hamstrings and sciatic nerve."]
    said.append(" ".join(movement.summary.split()))
    for name in ("hip_flexion", "knee_flexion"):
        column = table[f"{name}_deg"]
        if np.ptp(column) >= 1.0:
            said.append(
                f"{skeleton.COORDINATES[name].display} goes from {column.min():.0f} to {column.max():.0f} degrees."
            )
    return " ".join(said)


def _series(table: Table, body: Body) -> dict[str, dict[str, list[float]]]:
    """Numbers to plot: quantity -> name -> samples at equal steps of time."""
    heads = [head.name for head in body.physique.heads]
    angles = {name: table[f"{name}_deg"] for name in ("hip_flexion", "knee_flexion", "pelvis_anterior_tilt")}
    series = {
        "length": {name: table[f"{name}_length_percent"] for name in heads},
        "strain": {name: table[f"{name}_belly_strain_percent"] for name in heads},
        "nerve": {"sciatic_nerve": table["sciatic_nerve_strain_percent"]},
        "angles": {name: column for name, column in angles.items() if np.ptp(column) >= 1.0}
        or {"hip_flexion": angles["hip_flexion"]},
    }
    return {quantity: {n: np.round(v, 2).tolist() for n, v in columns.items()} for quantity, columns in series.items()}


def _nerve_levels(body: Body, profile: Profile) -> dict[str, list[float | None]]:
    """For each nerve, the height in standing (mm below the hip centre, negative) at which each vertex of its model lies along the nerve;
    none where nothing is computed."""
    levels: dict[str, list[float | None]] = {}
    for surface in body.surfaces:
        if surface.kind == NERVE and surface.structure not in levels:
            kept = coarse(body, surface, profile.ring_step, profile.sector_step).kept
            found = drawn_levels(surface.structure, body.tube_sizes(surface.structure))[kept]
            levels[surface.structure] = [None if np.isnan(value) else round(1e3 * value, 1) for value in found]
    return levels


def _along_nerve(movement: Movement, body: Body) -> dict[str, Any]:
    """Strain, per cent, and how far it has slid since standing, mm, along the nerve: sides -> moments at equal steps -> levels, mm."""
    poses = pose_at(movement, np.linspace(0.0, movement.duration_s, _SAMPLES))
    found: dict[str, Any] = {}
    for side in SIDES if body.legs == "both" else (body.side,):
        state = nerve_state_since_standing(poses[:, LEG_SLICES[side]])
        levels = state.level[::_NERVE_STEP]
        # Strain is known between the points, excursion at them: both told at the same levels.
        strain = np.array([strain_at(state._replace(strain=own), levels) for own in state.strain])
        found["levels"] = np.round(1e3 * levels, 1).tolist()
        found[str(side)] = {
            "nerve_strain": np.round(100.0 * strain, 2).tolist(),
            "nerve_excursion": np.round(1e3 * state.excursion[:, ::_NERVE_STEP], 1).tolist(),
        }
    return found


def _framing(body: Body, movement: Movement, subject: Subject) -> list[list[float]]:
    """World points round everything that the movement reaches: corners of the hull of pelvis and leg, as framed in stills."""
    points = []
    for time_s in np.linspace(0.0, movement.duration_s, _SURVEY):
        frame = body.movement_frame(movement, float(time_s))
        for surface in body.surfaces:
            if surface.ghost or (movement.frame == "thigh" and surface.structure in _BELOW_THIGH):
                continue
            points.append(body.placed(surface, frame)[:: max(1, len(surface.vertices) // 200)])
        if movement.frame == "thigh":
            knee = frame.transforms[f"tibia_{body.side}"]
            points.append((knee @ [0.0, _THIGH_ENDS_M, 0.0, 1.0])[None, :3])
    cloud = np.concatenate(points)
    corners = cloud[ConvexHull(cloud).vertices]
    thinned: list[list[float]] = np.round(corners[:: max(1, len(corners) // 120)], 4).tolist()
    return thinned


def _structure(name: str) -> dict[str, Any]:
    told = card(name)
    colour = IDENTITY.get(name, TISSUE["bone"] if told.kind == BONE else TISSUE["nerve"])
    return {
        "name": told.title,
        "short": _SHORT.get(name, told.title),
        "latin": told.latin,
        "kind": told.kind,
        "colour": _hex(colour),
        "facts": told.rows,
        "sources": told.sources,
    }


def _labels(body: Body, profile: Profile, wanted: Mapping[str, None]) -> dict[str, Any]:
    """What each name points at: a landmark, or candidates round the middle of a belly or a bone."""
    bone_of = {mark.name: mark.bone for mark in landmarks.LANDMARKS}
    found: dict[str, Any] = {}
    for spec in label_specs(tuple(wanted)):
        entry: dict[str, Any] = {
            "text": spec.text,
            "latin": spec.latin,
            "group": spec.group,
            "bone": bone_of.get(spec.key, spec.key),
        }
        if spec.key not in body.landmark_places():
            surface = next((s for s in body.surfaces if s.structure == spec.key and s.side in (None, body.side)), None)
            if surface is None:
                continue
            entry |= {"mesh": surface.name, "vertices": _candidates(body, surface, profile)}
        found[spec.key] = entry
    return found


def _candidates(body: Body, surface: Surface, profile: Profile) -> list[int]:
    """Vertices that may carry the label of a surface: round three rings of a belly, or spread over a bone."""
    if surface.segment is not None:
        return list(range(0, len(surface.vertices), max(1, len(surface.vertices) // 40)))
    rings, sectors = coarse(body, surface, profile.ring_step, profile.sector_step).sizes[0]
    levels = (0.38, 0.5, 0.62) if surface.kind == MUSCLE else (0.45, 0.6, 0.75)
    step = max(1, sectors // 10)
    return [
        round(level * (rings - 1)) * (sectors + 1) + column for level in levels for column in range(0, sectors, step)
    ]


# -- looks ---------------------------------------------------------------------------------------------------------------------------


def _theme_css() -> str:
    """The colours of both themes as variables of the style sheet; light also where nothing has been said yet."""
    return "\n".join(
        f"{selector} {{ color-scheme: {name}; {_variables(THEMES[name])} }}"
        for name, selector in (("light", ":root"), ("dark", ':root[data-theme="dark"]'))
    )


def _variables(theme: Theme) -> str:
    dark = sum(theme.bottom) < sum(theme.ink)
    accent = theme.groups["femur" if dark else "pelvis"]
    white: Colour = (255, 255, 255)
    colours = {
        "top": theme.top,
        "bottom": theme.bottom,
        "ink": theme.ink,
        "quiet": theme.second_ink,
        "halo": theme.halo,
        "panel": _mix(theme.bottom, theme.ink, 0.05) if dark else white,
        "field": _mix(theme.bottom, theme.ink, 0.09) if dark else white,
        "raised": _mix(theme.bottom, theme.ink, 0.14 if dark else 0.06),
        "line": _mix(theme.bottom, theme.ink, 0.18 if dark else 0.14),
        "accent": accent,
        "on-accent": theme.bottom if dark else white,
        "wash": _mix(theme.bottom, accent, 0.22 if dark else 0.14),
        **{f"group-{name}": colour for name, colour in theme.groups.items()},
        # Lines of a plot: a head's own colour, but never yellow on white.
        **{f"line-{name}": _line(colour, dark) for name, colour in IDENTITY.items() if name in _PLOTTED},
        "line-sciatic_nerve": theme.groups["nerve"],
        "line-hip_flexion": theme.groups["pelvis"],
        "line-knee_flexion": theme.groups["leg"],
        "line-pelvis_anterior_tilt": theme.groups["muscle"],
    }
    label = "rgb({} {} {} / .78)".format(*theme.halo)
    return " ".join(f"--{name}: {_hex(colour)};" for name, colour in colours.items()) + f" --label: {label};"


_PLOTTED = ("semitendinosus", "semimembranosus", "biceps_femoris_long_head", "biceps_femoris_short_head")


def _line(colour: Colour, dark: bool) -> Colour:
    return _mix(colour, (255, 255, 255), 0.18) if dark else _mix(colour, (0, 0, 0), 0.08)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a * (1 - share) + b * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
