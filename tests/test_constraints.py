"""The oldest libraries that are said to do are the ones that are tried."""

import re
import tomllib

from conftest import ROOT


def test_the_oldest_versions_that_ci_tries_are_the_lower_bounds_of_the_project() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    needs = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    bounds = dict(re.fullmatch(r"([\w.-]+)>=([\d.]+)(?:,!=[\d.]+)*", need).groups() for need in needs)  # type: ignore[union-attr]
    lines = (ROOT / ".ci" / "lowest.txt").read_text(encoding="utf-8").split()
    tried = dict(line.split("==") for line in lines)
    tools = {"setuptools"}  # builds packages in a test; the installer brings a newer one anyway
    assert set(tried) == set(bounds) - tools
    assert {name: version(tried[name]) for name in tried} == {name: version(bounds[name]) for name in tried}


def version(text: str) -> tuple[int, ...]:
    """2.0 and 2.0.0 are the same."""
    numbers = [int(part) for part in text.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
