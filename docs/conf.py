"""How the documentation is built: `sphinx-build -W docs docs/_build` after `pip install '.[docs]'`."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import visualiser  # noqa: E402 - the checkout beside this file, not an installed copy
from visualiser.anatomy import landmarks, skeleton, sources  # noqa: E402
from visualiser.pictures.cards import cards  # noqa: E402
from visualiser.pictures.facts import listing  # noqa: E402

project = "hamstring-visualiser"
author = "The hamstring-visualiser authors"
release = version = visualiser.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_generated"]
html_theme = "pydata_sphinx_theme"
html_title = "Hamstring visualiser"
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}
html_show_sourcelink = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": False}
nitpicky = False
# Headings of pages that are also read on their own begin where they like; pages of pictures name files that are only there.
suppress_warnings = ["myst.header"]


def setup(app: Sphinx) -> None:
    """Pages that are tables of the program's own facts are written before they are read."""
    app.connect("builder-inited", lambda _: write_tables(HERE / "_generated"))
    app.connect("autodoc-process-docstring", as_written)


def as_written(_app: Sphinx, _what: str, _name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Docstrings are a sentence and then an aligned table of shapes and units: the table is kept as it stands."""
    if "" not in lines:
        return
    first = lines.index("")
    rest = lines[first + 1 :]
    while rest and not rest[-1].strip():
        rest.pop()
    if rest:
        lines[first:] = ["", "::", "", *(f"    {line}" for line in rest), ""]


def write_tables(folder: Path) -> None:
    """Structures, landmarks, coordinates and sources as pages, from the tables that the program itself uses."""
    folder.mkdir(exist_ok=True)
    pages = {
        "structures": structures(),
        "landmarks": table(
            ("name", "English", "Latin", "on", "why it matters"),
            [(f"`{m.name}`", m.display, f"*{m.latin}*", m.bone, m.why) for m in landmarks.LANDMARKS],
        ),
        "coordinates": table(
            ("coordinate", "positive means", "range"),
            [
                (f"`{c.name}`", c.display, f"{c.limits_deg[0]:g}° to {c.limits_deg[1]:g}°")
                for c in skeleton.COORDINATES.values()
            ],
        ),
        "sources": table(
            ("key", "publication", "what was taken"),
            [(f"`{s.key}`", s.citation, s.taken) for s in sources.ALL.values()],
        ),
        "movements": table(("name", "movement", "group"), [(f"`{row[0]}`", *row[1:]) for row in listing("movements")]),
    }
    for name, lines in pages.items():
        text = "\n".join(lines) + "\n"
        path = folder / f"{name}.md"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def structures() -> Iterator[str]:
    """A heading and the facts of each structure."""
    for card in cards():
        yield f"### {card.title}\n"
        yield f"*{card.latin}*\n"
        for label, text in card.rows:
            yield f"- **{label}**: {text}"
        yield ""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table in Markdown."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
