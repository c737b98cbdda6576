"""Pictures of our bones, each from four sides on one sheet, and of the areas on which the heads take hold; a page that shows them.

The page is written by the same command as the pictures, so that it never speaks of bones that look otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from visualiser.anatomy import skeleton
from visualiser.anatomy.attachments import ATTACHMENTS
from visualiser.bodies.assembly import BONE, FOOTPRINT, Body, Frame, Surface
from visualiser.conventions import Side
from visualiser.pictures.appearance import THEMES, VIEWS
from visualiser.pictures.backdrop import flatten, reduce_premultiplied
from visualiser.pictures.cameras import Camera, look_axes
from visualiser.pictures.palettes import with_palette
from visualiser.pictures.rendering import Stage
from visualiser.typed import ByteArray, FloatArray
from visualiser.writing import replacing, spare_existing, target, unwritable, write_png

SIDES_SEEN = ("posterior", "anterior", "medial", "lateral")
WIDTH, GAP, SAMPLES = 1120, 24, 3  # pixels of a sheet and between its views, supersampling
_AIR = 1.06  # room round a bone, shares of its size
_TALLEST = 900


@dataclass(frozen=True, slots=True)
class Sheet:
    """One picture: which bones, seen how, and what stands under it. `focus` (segment frame, metres, and reach) makes it a close-up."""

    name: str
    title: str
    bones: tuple[str, ...]
    views: tuple[str, ...] = SIDES_SEEN
    focus: tuple[tuple[float, float, float], float] | None = None


# How the page names the views of a sheet.
_FROM = {
    "posterior": "behind",
    "anterior": "in front",
    "medial": "the medial side",
    "lateral": "the lateral side",
    "posterolateral": "behind and lateral",
    "posteromedial": "behind and medial",
    "anteromedial": "in front and medial",
}
_HOW_MANY = {2: "two", 4: "four"}


# Each bone alone, the two of the leg together; then the areas of attachment close by.
BONE_SHEETS = (
    Sheet("hip_bone", "Hip bone", ("hip_bone",)),
    Sheet("sacrum", "Sacrum", ("sacrum",)),
    Sheet("lumbar", "Fourth and fifth lumbar vertebra", ("lumbar_4", "lumbar_5")),
    Sheet("femur", "Femur", ("femur",)),
    Sheet("patella", "Patella", ("patella",)),
    Sheet("tibia", "Tibia", ("tibia",)),
    Sheet("fibula", "Fibula", ("fibula",)),
    Sheet("foot", "Foot", ("foot",), ("medial", "lateral")),  # end on it would be all toes
)
# The ends of the long bones close by, where most of what an anatomist looks for is.
CLOSE_SHEETS = (
    Sheet("hip_femur", "Upper end of the femur", ("femur",), focus=((0.0, -0.030, 0.022), 0.062)),
    Sheet("knee_femur", "Lower end of the femur", ("femur",), focus=((0.0, -0.395, 0.001), 0.055)),
    Sheet("knee_shank", "Upper ends of tibia and fibula", ("tibia", "fibula"), focus=((-0.002, -0.030, 0.004), 0.060)),
    Sheet("ankle_shank", "Lower ends of tibia and fibula", ("tibia", "fibula"), focus=((-0.004, -0.362, 0.006), 0.045)),
)
FOOTPRINT_SHEETS = (
    Sheet(
        "origins",
        "Origins on the ischial tuberosity",
        ("hip_bone",),
        ("posterior", "posterolateral", "lateral", "posteromedial"),
        ((-0.045, -0.030, 0.066), 0.055),
    ),
    Sheet(
        "short_head",
        "Origin of the short head on the femur",
        ("femur",),
        ("posterior", "posterolateral", "lateral", "medial"),
    ),
    Sheet(
        "insertions",
        "Insertions on tibia and fibula",
        ("tibia", "fibula"),
        ("posterior", "posterolateral", "lateral", "anteromedial"),
        ((-0.004, -0.035, 0.006), 0.058),
    ),
)


def write(folder: Path | str, *, force: bool = False) -> Iterator[Path]:
    """Draw all sheets into `folder`/bones and write `folder`/bones.md.

    force   : replace what is there of these names
    returns : the files, one by one as they are written
    raises  : ExportError before anything is drawn, where one of them exists or the folder cannot be made
    """
    folder = Path(folder)
    told = folder / "bones.md"
    targets = {sheet: folder / "bones" / f"{sheet.name}.png" for sheet in BONE_SHEETS + CLOSE_SHEETS + FOOTPRINT_SHEETS}
    try:
        for path in (told, *targets.values()):
            spare_existing(path, force)
        (folder / "bones").mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise unwritable(folder / "bones", problem) from problem
    for path in (told, *targets.values()):
        target(path, force, (path.suffix,))
    body = Body(Side.RIGHT, "one", footprints=True)
    for sheets, kinds in ((BONE_SHEETS + CLOSE_SHEETS, (BONE,)), (FOOTPRINT_SHEETS, (BONE, FOOTPRINT))):
        for sheet in sheets:
            surfaces = [s for s in body.surfaces if s.kind in kinds and _shown(s, sheet.bones)]
            image = Image.fromarray(_drawn(sheet, surfaces), "RGB")
            if sheet.focus is None:  # close-ups are small files as they are
                image = with_palette(image)
            yield write_png(image, targets[sheet], force=force)
    with replacing(told, force) as temporary:
        temporary.write_text(page(body), encoding="utf-8")
    yield told


def _shown(surface: Surface, bones: Sequence[str]) -> bool:
    """Whether a surface of the right side is one of the bones, or an area on one of them."""
    on = {a.name: a.bone for a in ATTACHMENTS}
    return surface.side in (None, Side.RIGHT) and on.get(surface.structure, surface.structure) in bones


def _drawn(sheet: Sheet, surfaces: Sequence[Surface]) -> ByteArray:
    """The views of a sheet side by side, all at one scale: (H, W, 3)."""
    still = Frame({s.name: np.eye(4) for s in surfaces}, {}, {}, {}, np.eye(3))
    points = np.concatenate([s.vertices for s in surfaces])
    if sheet.focus:
        centre, reach = np.array(sheet.focus[0]), sheet.focus[1]
        wide = tall = 2.0 * reach
    else:
        centre = 0.5 * (points.min(axis=0) + points.max(axis=0))
        spans = [np.ptp((points - centre) @ _axes(view), axis=0) for view in sheet.views]
        wide, tall = (_AIR * max(span[i] for span in spans) for i in (0, 1))
    width = WIDTH // len(sheet.views) - GAP
    height = min(_TALLEST, round(width * tall / wide))
    half = 0.5 * max(tall, wide * height / width)
    panels = []
    with Stage(surfaces, "light", (width * SAMPLES, height * SAMPLES)) as stage:
        stage.update(still)
        stage.backdrop((128, 128, 128))
        for view in sheet.views:
            stage.look(_camera(view, centre, half))
            cutout = np.dstack([stage.colour(), stage.hit().astype(np.uint8) * np.uint8(255)])
            panels += [reduce_premultiplied(cutout, SAMPLES), np.zeros((height, GAP, 4), np.uint8)]
    return flatten(np.concatenate(panels, axis=1), THEMES["print"])


def _axes(view: str) -> FloatArray:
    """Right and up of a view, seen square on, as columns (3, 2)."""
    right, up, _ = look_axes(_square(view), (0.0, 1.0, 0.0))
    return np.column_stack([right, up])


def _square(view: str) -> FloatArray:
    """Direction of the eye without the little height that pictures of the whole body have: bones are measured on these."""
    x, _, z = VIEWS[view].from_direction
    return np.array([x, 0.0, z])


def _camera(view: str, centre: FloatArray, half: float) -> Camera:
    right, up, back = (tuple(axis.tolist()) for axis in look_axes(_square(view), (0.0, 1.0, 0.0)))
    return Camera(tuple((centre + np.array(back)).tolist()), right, up, back, half, parallel=True)


# -- the page --------------------------------------------------------------------------------------------------------


def page(body: Body) -> str:
    """The page in Markdown."""
    lines = [
        "# Bones",
        "",
        "Made by `hamstring bones gallery docs --force`; draw it again when a bone changes. Every sheet shows the right side at one scale,",
        "and the line under it says from where. The bones are sculpted by `meshes/sculpt`, see CONTRIBUTING.md.",
        "",
    ]
    sizes = _sizes(body)
    for sheet in BONE_SHEETS:
        latin = ", ".join(f"*{skeleton.bone(name).latin}*" for name in sheet.bones)
        told = "; ".join(f"{sizes[name][0]:.0f} mm long, {sizes[name][1]:,} triangles" for name in sheet.bones)
        lines += [
            f"## {sheet.title}",
            "",
            f"{latin}: {told}.",
            "",
            f"![{sheet.title} from {_HOW_MANY[len(sheet.views)]} sides](bones/{sheet.name}.png)",
            "",
            _seen_from(sheet),
            "",
        ]
    lines += ["## Ends close by", ""]
    for sheet in CLOSE_SHEETS:
        lines += [f"![{sheet.title}](bones/{sheet.name}.png)", "", f"{sheet.title}. {_seen_from(sheet)}", ""]
    lines += [
        "## Where the hamstrings take hold",
        "",
        "Areas over the bone in the colours of the heads: semitendinosus dark blue, semimembranosus light blue, long head orange,",
        "short head amber. `hamstring shot SCENE --footprints` draws them in any pose.",
        "",
        "| area | on our bones | published | source |",
        "|---|---|---|---|",
        *_area_rows(body),
        "",
    ]
    for sheet in FOOTPRINT_SHEETS:
        lines += [f"![{sheet.title}](bones/{sheet.name}.png)", "", f"{sheet.title}. {_seen_from(sheet)}", ""]
    return "\n".join([*lines, *_OWN_BONES]) + "\n"


def _seen_from(sheet: Sheet) -> str:
    """Where the views of a sheet are taken from, in words."""
    return f"From the left: seen from {', '.join(_FROM[view] for view in sheet.views)}."


def _sizes(body: Body) -> Mapping[str, tuple[float, int]]:
    """Length (mm) and number of triangles of each bone."""
    bones = [s for s in body.surfaces if s.kind == BONE]
    return {s.structure: (1e3 * float(np.ptp(s.vertices, axis=0).max()), len(s.faces)) for s in bones}


def _area_rows(body: Body) -> Iterator[str]:
    patches = {patch.attachment.head + patch.attachment.end: patch for patch in body.physique.footprints()}
    for patch in patches.values():
        told = patch.attachment
        own = f"{patch.area_mm2:.0f} mm²"
        if told.published_mm2 is None:
            published = "not measured; estimate"
        elif told.shared_with:
            both = patch.area_mm2 + patches[told.shared_with + told.end].area_mm2
            published = f"{told.published_mm2:.0f} mm² for both heads together (ours {both:.0f})"
        else:
            published = f"{told.published_mm2:.0f} mm²"
        yield f"| {told.display} | {own} | {published} | {told.source.citation} |"


_OWN_BONES = (
    "## Your own bones",
    "",
    "A folder with one mesh for each bone (`femur.stl`, `hip_bone.obj`, `tibia.ply` ...; `.stl .obj .ply .vtp .glb`) and a",
    "`landmarks.toml` makes a body of them: joints, lines of action, muscles, nerve and labels move along.",
    "",
    "```toml",
    'units = "mm"                                   # or cm, m; left out, it is inferred from the size of the bones',
    "",
    "[femur]                                        # in the coordinates of femur.stl, whatever they are",
    "head_of_femur = [12.1, 430.5, -88.0]",
    "greater_trochanter = [1.0, 411.9, -40.2]",
    "medial_epicondyle = [6.2, 5.1, -120.7]",
    "lateral_epicondyle = [7.0, 3.9, -36.4]",
    "```",
    "",
    "- Hip bone, femur, and tibia or fibula need four landmarks each, not all on one line; `hamstring list landmarks` has the names.",
    "  Sacrum, vertebrae, patella and foot may have fewer when they lie in the coordinates of their neighbour, as in one scan.",
    "- A left bone is recognised and mirrored. What is missing is ours, scaled to match its neighbours.",
    "- `hamstring bones check FOLDER` says how each bone was read and fitted: unit, scale, distances at the landmarks before the",
    "  correction, distance of its surface from ours after it, and what was mended (small holes, splinters, inner shells, triangles",
    "  that look inwards). Larger holes, several large pieces and more than two million triangles are refused.",
    "- Then `hamstring shot SCENE --bones FOLDER`, the same with `clip`, `measure` and `view`; in Python",
    '  `Scene.load("straight_leg_raise", bones="FOLDER")`.',
    "",
    "How it works: a similarity at the landmarks gives each bone its place, size and side; a smooth correction (thin-plate kernel) meets",
    "every landmark and draws our surface onto yours. Joint centres, attachments and wraps move through these maps; muscles and nerve",
    "follow the map of the bone beside them. The ranges of the joints stay ours, and contact is not solved anew: where your bone",
    "differs by more than the maps know, a muscle may touch it.",
)
