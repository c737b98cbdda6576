"""Rebuild the bone meshes: `python -m visualiser.sculpt`.

The sculptor's code lies with the meshes it makes: `meshes/sculpt` inside the installed package, or beside the package in a checkout.
"""

import sys
import time
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from visualiser.assets import data_folder
from visualiser.errors import VisualiserError, unknown_name

PACKAGE_NAME = "visualiser_sculptor"


def load_sculptor() -> ModuleType:
    """The sculptor's package, imported from where the meshes are."""
    if PACKAGE_NAME not in sys.modules:
        folder = data_folder("meshes") / "sculpt"
        spec = spec_from_file_location(PACKAGE_NAME, folder / "__init__.py", submodule_search_locations=[str(folder)])
        assert spec and spec.loader
        module = module_from_spec(spec)
        sys.modules[PACKAGE_NAME] = module
        spec.loader.exec_module(module)
    return sys.modules[PACKAGE_NAME]


def main(*names: str, check: bool = False, out: Path | None = None) -> int:
    """Rebuild the bone meshes, all of them or the named ones; takes about a minute.

    Example: python -m visualiser.sculpt femur tibia --check

    Parameters
    ----------
    names
        Bones to rebuild; all without any.
    check
        Write nothing; compare with the files that are there and exit with 1 where one differs.
    out
        Folder to write to instead of the meshes of this installation.
    """
    build = import_module(f"{load_sculptor().__name__}.build")
    for name in names:
        if name not in build.BONES:
            raise unknown_name("bone", name, build.BONES)
    wanted = names or tuple(build.BONES)
    words = {True: "unchanged", False: "differs" if check else "rewritten", None: "missing" if check else "written"}
    start, good = time.perf_counter(), True
    for done, (name, files) in enumerate(build.rebuild(out or data_folder("meshes"), wanted, check=check), start=1):
        told = ", ".join(f"{file} {words[same]}" for file, same in files.items())
        print(
            f"[{done}/{len(wanted) + (wanted == tuple(build.BONES))}] {name}: {told} ({time.perf_counter() - start:.0f} s)",
            flush=True,
        )
        good = good and all(files.values())
    return 0 if good or not check else 1


def run() -> None:
    """The command, with one-line errors."""
    from cyclopts import App

    try:
        sys.exit(App(name="python -m visualiser.sculpt", default_command=main, result_action="return_value")())
    except VisualiserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    run()
