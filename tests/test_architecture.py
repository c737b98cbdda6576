"""Data flows one way: a module imports only from the rows above its own, or from modules to its left in its row."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import GRAPHICS, ROOT

PACKAGE = ROOT / "visualiser"

LAYERS = (
    "errors typed conventions inputs easing",
    "tissue transforms tissue.(wrapping)",
    "anatomy anatomy.(definitions sources skeleton muscles nerves landmarks attachments yardsticks)",
    "movements kinematics movements.(movement activation scenefile schema posing mixing motion asked_poses)",
    "bodies tissue.(routes paths strain sections) bodies.(surfaces registration vtp) tissue.(bonefields restshapes crowding tubeends "
    "tautness contact nerve nervetubes nervelevels branches shapetable settling tubes tightness insufficiency measurement)",
    "pictures films machine processes pictures.(typefaces appearance) bodies.(assets) pictures.(cards facts cameras labels layout_check "
    "columns layout zones tracking furniture backdrop) bodies.(meshfiles footprints physique suppleness ownfit "
    "ownbones) pictures.(textures) bodies.(ground assembly) pictures.(naming) bodies.(anchoring) pictures.(ink overlay dial visibility "
    "section colouring options) films.(timeline presets cameramoves subtitles pipes smoothing) pictures.(alt shading)",
    "pictures.(caps halving rendering)",
    "playback keys screen writing pictures.(texts) films.(encoders video) pictures.(pages stills curves figures) films.(filming "
    "crew titlecards clips compositions making) pictures.(comparison) exports exports.(glb levels sampling skinning gltf posed subject "
    "page quiz slides deck handout notebook doors) carried errands window.(texts theme inlay camera history sight snapshots drafts "
    "rehearsal levels curves choicebox notices transport panels sectionrow structurepanel posepanel difference plotstrip dialview "
    "canvas pace memory view labels labelling framing showing settings bookmarks helpers wording savedialog opening desk filmprogress "
    "smallpictures docks wishes actions linking main launch) window scene backstage pictures.(palettes gallery plots contactsheet) jobs "
    "batch",
    "checks commands commands.(common look pictures films exports numbers scenes names bones windows) cli __main__ sculpt",
)
FIRST_DRAWING_LAYER = 6

# Which module of the layers below drawing may use a library with one home; from the drawing layer on, all may.
HOMES = {
    "trimesh": {"bodies.assets", "bodies.meshfiles"},
    "PIL": {"pictures.overlay", "pictures.backdrop", "pictures.ink", "pictures.shading"},
}
# Who may touch the drawing library: one module draws, others hold a window, hand meshes out, or look whether it works.
DRAWERS = {"pictures.caps", "pictures.halving", "pictures.rendering", "pictures.stills", "scene", "checks"}


def spelt_out(row: str) -> list[str]:
    """Names of modules in a row of the table: "tissue.(routes paths) cli" are three."""
    groups = re.findall(r"(?:([a-z.]+)\.\(([^)]*)\))|([a-z_.]+)", row)
    return [
        f"{package}.{name}" if package else single
        for package, names, single in groups
        for name in names.split() or [single]
    ]


ORDER = {name: (row, place) for row, names in enumerate(LAYERS) for place, name in enumerate(spelt_out(names))}
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path != PACKAGE / "__init__.py"
)
CORE = [name for name in MODULES if ORDER.get(name, (FIRST_DRAWING_LAYER,))[0] < FIRST_DRAWING_LAYER]


def source_of(module: str) -> Path:
    """The file of a module of the package."""
    path = PACKAGE / Path(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imported(module: str) -> Iterator[str]:
    """Everything a module imports, also inside functions: full dotted names."""
    for node in ast.walk(ast.parse(source_of(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports inside the package are written in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own(name: str) -> str | None:
    """The module of ours that an imported name lies in, or nothing for other libraries."""
    if name != "visualiser" and not name.startswith("visualiser."):
        return None
    inner = name.removeprefix("visualiser").removeprefix(".")
    while inner and inner not in ORDER:
        inner = inner.rpartition(".")[0]
    return inner or None


def test_every_module_has_its_place_in_the_table() -> None:
    assert [name for name in MODULES if name not in ORDER] == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_above_or_from_its_left(module: str) -> None:
    for name in imported(module):
        other = own(name)
        if other and other != module:
            same_row = ORDER[other][0] == ORDER[module][0]
            assert ORDER[other] < ORDER[module], (
                f"{module} imports {other}: {'to its right' if same_row else 'below it'}"
            )


@pytest.mark.parametrize("module", CORE)
def test_the_core_never_imports_graphics(module: str) -> None:
    libraries = {name.partition(".")[0] for name in imported(module)}
    assert libraries.isdisjoint(GRAPHICS)
    for library, homes in HOMES.items():
        assert library not in libraries or module in homes, f"{library} has its home in {sorted(homes)}"


def test_one_module_draws() -> None:
    users = {
        name for name in MODULES if {"pyvista", "vtkmodules", "vtk"} & {i.partition(".")[0] for i in imported(name)}
    }
    assert users <= DRAWERS


def test_importing_the_core_prints_nothing_writes_nothing_and_loads_no_graphics(
    fresh_python: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    names = ", ".join(["visualiser", *(f"visualiser.{name}" for name in CORE)])
    found = f"import {names}, sys; print([name for name in {(*GRAPHICS, 'trimesh')} if name in sys.modules])"
    result = fresh_python("-c", found)
    assert (result.returncode, result.stdout, result.stderr) == (0, "[]\n", "")
    assert [path.name for path in tmp_path.rglob("*")] == ["home"]


def test_importing_the_package_is_cheap(fresh_python: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    heavy = (*GRAPHICS, "scipy", "trimesh", "PIL")
    result = fresh_python("-c", f"import visualiser, sys; print([name for name in {heavy} if name in sys.modules])")
    assert (result.stdout, result.stderr) == ("[]\n", "")
