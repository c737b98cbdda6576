"""Rebuild the bone meshes and the soft tissue baked on them: `python -m visualiser.sculpt`.

The sculptor's code lies with the meshes it makes: `meshes/sculpt` inside the installed package, or beside the package in a checkout.
"""

import os
import pickle
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from visualiser.bodies.assets import data_folder
from visualiser.commands.common import progress
from visualiser.errors import VisualiserError, unknown_name
from visualiser.processes import end_with_parent

PACKAGE_NAME = "visualiser_sculptor"
SOFT_TISSUE = "soft_tissue"
# Sums come out in another order, and so with other last digits, for every number of threads of the linear algebra.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
AT_ONCE = 20  # poses that a process is given to bake


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
    build = _part("build")
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
        jobs = chain(jobs, _soft_tissue(folder, check=check))
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
    return _part("build").meshes_of(name)


def _part(name: str) -> ModuleType:
    """A module of the sculptor."""
    return import_module(f"{load_sculptor().__name__}.{name}")


def _sculpted_at_once(bones: Sequence[str], hands: ExitStack) -> Iterable[Any]:
    """What the sculptor makes of the bones, in their order, as many at once as there are processors.

    The processes are fresh ones, so that nothing of this one changes a byte of theirs; `hands` ends them.
    """
    count = min(os.cpu_count() or 1, len(bones))
    if count < 2:
        return map(sculpted, bones)
    pool = hands.enter_context(get_context("spawn").Pool(count, end_with_parent))
    return pool.imap(sculpted, bones)


def _soft_tissue(folder: Path, *, check: bool) -> Iterator[tuple[str, dict[str, bool | None]]]:
    """Bake muscles and nerve against the bones in `folder`, and tell whether the same bytes were there before."""
    target = folder / f"{SOFT_TISSUE}.npz"
    before = target.read_bytes() if target.is_file() else None
    with TemporaryDirectory() as elsewhere:
        baked = Path(elsewhere) / target.name
        with single_threaded(), ProcessPoolExecutor(1, get_context("spawn"), end_with_parent) as fresh:
            fresh.submit(bake_soft_tissue, folder / "fine", baked).result()
        made = baked.read_bytes()
    if not check and made != before:
        _part("build").write_whole(target, made)
    yield SOFT_TISSUE, {"file": None if before is None else made == before}


@contextmanager
def single_threaded() -> Iterator[None]:
    """Processes that are started meanwhile do their linear algebra in one thread: they read this before they import numpy."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def bake_soft_tissue(bones_folder: Path, target: Path) -> None:
    """Bake muscles and nerve against the bones of a folder into a file, with as many processes as there are processors."""
    tissue = _part("tissue")
    baker = tissue.Baker.of(bones_folder)
    with get_context("spawn").Pool(os.cpu_count(), take_baker, (pickle.dumps(baker),)) as pool:

        def share_out(task: str, *parts: Any) -> list[Any]:
            blocks = [(task, *(part[i : i + AT_ONCE] for part in parts)) for i in range(0, len(parts[0]), AT_ONCE)]
            return pool.starmap(baked_block, blocks, 1)

        tissue.bake(baker, share_out, tissue.made_from(bones_folder), target)


_BAKER: list[Any] = []  # of a process that bakes


def take_baker(pickled: bytes) -> None:
    """Keep a baker in a fresh process, which finds its class only when the sculptor is loaded."""
    end_with_parent()
    load_sculptor()
    _BAKER[:] = [pickle.loads(pickled)]


def baked_block(task: str, *parts: Any) -> Any:
    """What the baker of this process makes of a few poses."""
    return getattr(_BAKER[0], task)(*parts)


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
