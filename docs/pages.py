"""What the pages tell a reader to type: one rule for the tests, which try it, and for `draw.py`, which draws the pages' pictures by it."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

_ASIDE = re.compile(r"\s{2,}(?!-)")  # what is said beside a command stands two blanks away


def blocks(text: str, language: str = r"\w*") -> list[str]:
    """The contents of the fenced blocks in one language, or in any."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def commands(page: Path) -> Iterator[list[str]]:
    """The words of each call of the program in a page's blocks, without its name and without what is said beside it."""
    for block in blocks(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("hamstring "):
                yield shlex.split(_ASIDE.split(line.strip())[0])[1:]


def quoted(text: str, after: str = "") -> list[list[str]]:
    """The words of each call of the program that stands in a sentence, behind these words."""
    return [shlex.split(line) for line in re.findall(rf"{re.escape(after)}`hamstring ([^`]*)`", text)]
