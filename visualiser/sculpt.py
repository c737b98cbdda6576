"""Rebuild the bone meshes and the soft tissue baked on them: `python -m visualiser.sculpt`.

The sculptor's code lies with the meshes it makes: `meshes/sculpt` inside the installed package, or beside the package in a checkout.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from visualiser.bodies.assets import data_folder
from visualiser.commands.common import progress
from visualiser.errors import VisualiserError, unknown_name

PACKAGE_NAME = "visualiser_sculptor"
SOFT_TISSUE = "soft_tissue"


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
    """Rebuild the bone meshes and bake the soft tissue on them, all or the named ones; takes about two minutes.

    Example: python -m visualiser.sculpt femur tibia --check

    Parameters
    ----------
    names
        Bones to rebuild, or soft_tissue; everything without any.
    check
        Write nothing; compare with the files that are there and exit with 1 where one differs.
    out
        Folder to write to instead of the meshes of this installation.
    """
    sculptor = load_sculptor().__name__
    build = import_module(f"{sculptor}.build")
    for name in names:
        if name not in (*build.BONES, SOFT_TISSUE):
            raise unknown_name("bone", name, (*build.BONES, SOFT_TISSUE))
    folder = out or data_folder("meshes")
    bones = [name for name in names if name != SOFT_TISSUE] if names else list(build.BONES)
    words = {True: "unchanged", False: "differs" if check else "rewritten", None: "missing" if check else "written"}
    start, good = time.perf_counter(), True
    hands = ExitStack()
    jobs = build.rebuild(folder, bones, _sculpted_at_once(bones, hands), check=check) if bones else ()
    if not names or SOFT_TISSUE in names:
        jobs = chain(jobs, _soft_tissue(import_module(f"{sculptor}.tissue"), folder, check=check))
    total = len(bones) + (len(bones) == len(build.BONES)) + (not names or SOFT_TISSUE in names)
    # On a terminal a bar with the time left stands under the lines; elsewhere the lines are enough.
    bar = progress("Sculpting", "parts") if sys.stderr.isatty() else nullcontext(lambda done, total: None)
    with hands, bar as step:
        step(0, total)
        for done, (name, files) in enumerate(jobs, start=1):
            told = ", ".join(f"{file} {words[same]}" for file, same in files.items())
            print(f"[{done}/{total}] {name}: {told} ({time.perf_counter() - start:.0f} s)", flush=True)
            good = good and all(files.values())
            step(done, total)
    return 0 if good or not check else 1


def sculpted(name: str) -> Any:
    """What the sculptor makes of one bone; a function that a fresh process finds by its name."""
    return import_module(f"{load_sculptor().__name__}.build").meshes_of(name)


def _sculpted_at_once(bones: Sequence[str], hands: ExitStack) -> Iterable[Any]:
    """What the sculptor makes of the bones, in their order, as many at once as there are processors.

    The processes are fresh ones, so that nothing of this one changes a byte of theirs; `hands` ends them.
    """
    count = min(os.cpu_count() or 1, len(bones))
    if count < 2:
        return map(sculpted, bones)
    pool = hands.enter_context(multiprocessing.get_context("spawn").Pool(count))
    return pool.imap(sculpted, bones)


def _soft_tissue(tissue: ModuleType, folder: Path, *, check: bool) -> Iterator[tuple[str, dict[str, bool | None]]]:
    """Bake muscles and nerve against the bones in `folder`, and tell whether the same bytes were there before."""
    target = folder / f"{SOFT_TISSUE}.npz"
    before = target.read_bytes() if target.is_file() else None
    with TemporaryDirectory() as elsewhere:
        baked = Path(elsewhere) / target.name
        tissue.bake(folder / "fine", baked)
        made = baked.read_bytes()
    if not check and made != before:
        import_module(f"{PACKAGE_NAME}.build").write_whole(target, made)
    yield SOFT_TISSUE, {"file": None if before is None else made == before}


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
