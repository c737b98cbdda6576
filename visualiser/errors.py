"""Every error a user can cause, and the sentences that tell it.

The command line turns a `VisualiserError` into one line and exit status 2; anything else is a fault of ours and keeps its traceback.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

LONGEST_NAME = 120  # characters of a name that came, as far as a sentence repeats it


class VisualiserError(Exception):
    """Base of every error that the user's input or machine causes; its text is one sentence."""


class AnatomyError(VisualiserError):
    """A definition of the body contradicts itself."""


class UnknownNameError(VisualiserError):
    """A scene, structure, view, theme or coordinate that does not exist."""


class PoseError(VisualiserError, ValueError):
    """A joint coordinate lies outside its range; carries `name`, `value_deg`, `limits_deg` and, where other turns narrow it, `why`."""

    def __init__(
        self, name: str, value_deg: float, limits_deg: tuple[float, float], where: str = "", why: str = ""
    ) -> None:
        self.name, self.value_deg, self.limits_deg, self.why = name, value_deg, limits_deg, why
        low, high = limits_deg
        super().__init__(f"{where}{name} is {value_deg:.4g}°; the model allows {low:.4g}° to {high:.4g}°{why}.")


class SceneFileError(VisualiserError):
    """A scene file that cannot be read; names the file and the key."""

    def __init__(self, path: Path | str, problem: str, key: str | None = None) -> None:
        self.path, self.key = path, key
        place = f"{path}: {key}: " if key else f"{path}: "
        super().__init__(place + problem)


class AssetError(VisualiserError):
    """A mesh or another shipped file is missing, damaged or of the wrong size."""


class ExportError(VisualiserError):
    """A picture, clip or table cannot be written."""


class DisplayError(VisualiserError):
    """No screen, no Qt platform or no OpenGL on this machine; says what to install or to run instead."""


def nearest(name: str, allowed: Iterable[str]) -> str:
    """' Did you mean "…"?' for the allowed name nearest to `name`, or nothing."""
    by_lower = {option.lower(): option for option in allowed}
    match = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    return f' Did you mean "{by_lower[match[0]]}"?' if match else ""


def unknown_name(kind: str, name: str, allowed: Iterable[str]) -> UnknownNameError:
    """The error for a name that is not in a table: what came, what is allowed, the nearest match."""
    options = list(allowed)
    came = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
    return UnknownNameError(f'There is no {kind} "{came}"; allowed: {", ".join(options)}.{nearest(came, options)}')
