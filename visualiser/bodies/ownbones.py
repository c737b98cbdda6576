"""Bones of your own: a folder of mesh files and landmarks becomes a build that moves like ours.

    femur.stl  tibia.stl  ...      one file per bone, called as the bone is (`hamstring list structures`), .stl .obj .ply .vtp or .glb
    landmarks.toml                 units = "mm" and a table per bone: [femur] medial_epicondyle = [x, y, z], in the coordinates of its file

Pelvis (hip bone), femur and tibia or fibula need four landmarks each. Sacrum, vertebrae, patella and foot may have fewer when they lie in
the coordinates of their neighbour, as bones of one scan do. What is missing is ours, scaled to match.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os.path import isdir
from pathlib import Path

import numpy as np

from visualiser import inputs
from visualiser.anatomy import landmarks as known
from visualiser.anatomy import skeleton
from visualiser.bodies import assets
from visualiser.bodies.meshfiles import SUFFIXES, RawMesh, read_mesh, repaired
from visualiser.bodies.ownfit import BoneFit, Fit, Given, fitted
from visualiser.bodies.physique import MAP_OF, Physique
from visualiser.bodies.surfaces import Ground
from visualiser.conventions import metres
from visualiser.errors import AssetError, UnknownNameError, nearest, unknown_name

LANDMARKS_FILE = "landmarks.toml"
UNITS: Mapping[str, float] = {"mm": 1e-3, "cm": 1e-2, "m": 1.0}  # metres
_ROOM = 0.25  # share by which the bones of users may be smaller or larger than those of most adults
_ON_BONE = 0.03  # metres from the surface beyond which a landmark belongs to another bone or unit
_OFF_BONE = 0.006  # metres from the surface that are worth a word
_MANY_PIECES = ("foot",)
_MOST_TEXT = 2**20  # bytes of a landmarks file


@dataclass(frozen=True, slots=True)
class BoneReport:
    """One bone of the folder: its file, unit, what was mended, how it was fitted."""

    name: str
    file: str
    unit: str
    unit_from: str
    triangles: int
    notes: tuple[str, ...]
    fit: BoneFit


@dataclass(frozen=True, eq=False, slots=True)
class OwnBones:
    """A build from a folder, and the report on it."""

    folder: Path
    physique: Physique
    reports: tuple[BoneReport, ...]
    fit: Fit

    def lines(self) -> Iterator[str]:
        """The report as lines of text."""
        for report in self.reports:
            yield from _told(report)
        missing = [b for b in skeleton.BONES if b.name not in {report.name for report in self.reports}]
        for bone in missing:
            scale = self.fit.scales[MAP_OF[bone.segment]]
            yield f"{bone.name}: ours, scaled by {scale:.3f} to match"
        if abs(self.fit.knee_space_mm) >= 0.05:
            yield f"knee: the tibia was moved {self.fit.knee_space_mm:+.1f} mm away from the femur, to leave the gap of our knee"


def load(folder: Path | str) -> OwnBones:
    """The build of a folder.

    raises : AssetError in one sentence, whatever the folder holds
    """
    folder = Path(folder)
    files = _mesh_files(folder)
    declared, marks = _read_landmarks(folder / LANDMARKS_FILE)
    given, told = {}, {}
    for name, path in files.items():
        raw, notes = repaired(read_mesh(path), path, many_pieces=name in _MANY_PIECES)
        unit, how = _unit(path, name, raw, declared)
        places = {mark: UNITS[declared or unit] * np.array(at) for mark, at in marks.get(name, {}).items()}
        bone = Given(name, path.name, UNITS[unit] * raw.vertices, raw.faces, places)
        notes += _off_the_bone(bone)
        given[name], told[name] = bone, (path.name, unit, how, len(raw.faces), notes)
    for name in marks:
        if name not in given:
            raise AssetError(f"{folder / LANDMARKS_FILE} has landmarks of the {name}, but {folder} has no mesh of it.")
    fit = fitted(given)
    reports = tuple(BoneReport(name, *told[name], fit.bones[name]) for name in given)
    return OwnBones(folder, fit.physique, reports, fit)


# -- files -----------------------------------------------------------------------------------------------------------


def _mesh_files(folder: Path) -> dict[str, Path]:
    """The mesh of each bone in a folder, in the order of the skeleton."""
    if not isdir(folder):
        raise AssetError(f"{folder} is no folder; bones come as a folder of meshes with a {LANDMARKS_FILE}.")
    found: dict[str, list[Path]] = {}
    try:
        paths = sorted(folder.iterdir())
    except OSError as problem:
        raise AssetError(f"{folder} cannot be read: {problem.strerror}.") from problem
    for path in paths:
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith("."):
            found.setdefault(_bone_called(path), []).append(path)
    if not found:
        raise AssetError(
            f"{folder} has no meshes; {', '.join(SUFFIXES)} files called as the bones are, such as femur.stl."
        )
    for name, paths in found.items():
        if len(paths) > 1:
            both = " and ".join(path.name for path in paths[:2])
            raise AssetError(
                f"{folder} has two meshes of the {name}: {both}; one is enough, the other side is its mirror."
            )
    return {bone.name: found[bone.name][0] for bone in skeleton.BONES if bone.name in found}


def _bone_called(path: Path) -> str:
    """The bone that a file is called after; `_right`, `_left`, `_r`, `_l` at the end may stay."""
    stem = path.stem.lower().replace("-", "_").replace(" ", "_")
    for suffix in ("_right", "_left", "_r", "_l"):
        stem = stem.removesuffix(suffix)
    try:
        return skeleton.bone(stem).name
    except UnknownNameError:
        names = [bone.name for bone in skeleton.BONES]
        raise AssetError(
            f"{path} is called after no bone; allowed: {', '.join(names)}.{nearest(stem, names)}"
        ) from None


def _read_landmarks(path: Path) -> tuple[str | None, dict[str, dict[str, list[float]]]]:
    """The declared unit if there is one, and bone -> landmark -> three numbers in the unit of the file."""
    if not path.is_file():
        raise AssetError(f"{path} is missing: it says where at least four landmarks of each bone are.")
    try:
        if path.stat().st_size > _MOST_TEXT:
            raise AssetError(f"{path} is larger than a landmarks file can be.")
        inputs.note(path)
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise AssetError(f"{path} cannot be read: {problem.strerror}.") from problem
    except UnicodeDecodeError as problem:
        raise AssetError(f"{path} is not a readable TOML file: it is no text in UTF-8.") from problem
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise AssetError(f"{path} is not a readable TOML file: {' '.join(str(problem).split())}.") from problem
    unit = content.pop("units", None)
    if unit is not None and (not isinstance(unit, str) or unit not in UNITS):
        raise AssetError(f"{path}: units is {unit!r}; allowed are {', '.join(UNITS)}, or none to have it inferred.")
    marks: dict[str, dict[str, list[float]]] = {}
    for bone, places in content.items():
        try:
            name = skeleton.bone(bone).name
        except UnknownNameError as problem:
            raise AssetError(f"{path}: {problem}") from None
        if not isinstance(places, dict):
            raise AssetError(f"{path}: {bone} must be a table of landmarks, [{bone}] and a line for each.")
        marks[name] = {
            _landmark_called(path, name, mark): _three(path, f"{bone}.{mark}", at) for mark, at in places.items()
        }
    return unit, marks


def _landmark_called(path: Path, bone: str, name: str) -> str:
    """The identifier of a landmark of a bone, from its identifier, English or Latin name."""
    wanted = name.strip().lower().replace(" ", "_")
    ours = assets.load_landmarks().get(bone, {})
    if wanted in ours:
        return wanted
    for mark in known.LANDMARKS:
        spoken = {word.lower().replace(" ", "_") for word in (mark.name, mark.display, mark.latin)}
        if mark.name in ours and wanted in spoken:
            return mark.name
    raise AssetError(f"{path}: {unknown_name(f'landmark of the {bone}', name, ours)}")


def _three(path: Path, key: str, value: object) -> list[float]:
    """Three finite numbers."""
    if isinstance(value, list) and len(value) == 3 and all(type(n) in (int, float) and abs(n) < 1e9 for n in value):
        return [float(n) for n in value]
    raise AssetError(f"{path}: {key} must be three numbers, such as [12.5, -40.0, 3.0], not {str(value)[:60]}.")


# -- units and places ------------------------------------------------------------------------------------------------


def _unit(path: Path, name: str, mesh: RawMesh, declared: str | None) -> tuple[str, str]:
    """The unit of a mesh, and how it is known: declared in the landmarks file, or from the only one that makes a bone of that size."""
    low, high = metres(skeleton.bone(name).length_mm) * (1.0 - _ROOM, 1.0 + _ROOM)
    fits = [unit for unit, factor in UNITS.items() if low <= factor * mesh.size <= high]
    if declared in fits:
        return declared, "declared"
    display = skeleton.bone(name).display.lower()
    allowed = f"a {display} is {1e3 * low:.0f} to {1e3 * high:.0f} mm"
    if not fits:
        raise AssetError(f"{path} is {mesh.size:.4g} long, which is no {display} in mm, cm or m; {allowed}.")
    if (
        declared is None or path.suffix.lower() == ".glb"
    ):  # GLB says itself that it is in metres, whatever the landmarks are in
        return fits[0], "inferred from its size"
    raise AssetError(
        f"{path} is {mesh.size:.4g} {declared} long; {allowed}, so that it seems to be in {fits[0]}: change units."
    )


def _off_the_bone(bone: Given) -> tuple[str, ...]:
    """Words on landmarks that stand off the surface; an error where they cannot belong to it."""
    if not bone.landmarks:
        return ()
    names = list(bone.landmarks)
    _, _, off = Ground(bone.vertices, bone.faces).nearest(np.array([bone.landmarks[name] for name in names]))
    if off.max() > _ON_BONE:
        raise AssetError(
            f"The landmarks of {bone.file} do not lie on it: {names[int(off.argmax())]} is {1e3 * off.max():.0f} mm away; "
            f"they must be in the unit and the coordinates of the mesh."
        )
    far = [
        f"{name} stands {1e3 * d:.0f} mm off the surface" for name, d in zip(names, off, strict=True) if d > _OFF_BONE
    ]
    return tuple(far)


# -- words -----------------------------------------------------------------------------------------------------------


def _told(report: BoneReport) -> Iterator[str]:
    """One bone in lines of text."""
    fit = report.fit
    side = ", a left one: mirrored" if fit.mirrored else ""
    yield f"{report.name}: {report.file}, in {report.unit} ({report.unit_from}), {report.triangles:,} triangles{side}"
    if fit.landmarks >= 4:
        yield (
            f"  scale {fit.scale:.3f}; {fit.landmarks} landmarks, {fit.off_mm:.1f} mm off on average before correction, "
            f"most at {fit.worst} ({fit.worst_mm:.1f} mm)"
        )
    else:
        yield f"  scale {fit.scale:.3f}; placed in the coordinates of the {fit.placed_by}"
    yield f"  surface off ours by {fit.surface_mm[0]:.1f} mm on average, 95 % within {fit.surface_mm[1]:.1f} mm"
    yield from (f"  mended: {note}" if not note.endswith("surface") else f"  note: {note}" for note in report.notes)
