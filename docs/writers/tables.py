"""Markdown tables, and the words below the members of an enumeration."""

import ast
import enum
import inspect
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from textwrap import dedent


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table, a line at a time."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        cells = (" ".join(cell.split()).replace("|", "\\|").replace("<", "&lt;") for cell in row)
        yield f"| {' | '.join(cells)} |"


def member_docs(words: type[enum.Enum]) -> dict[str, str]:
    """The text below each member of an enumeration, which exists in its source only."""
    (definition,) = ast.parse(dedent(inspect.getsource(words))).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    found: dict[str, str] = {}
    for member, text in pairwise(body):
        match member, text:
            case (
                ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(words_of_it))),
            ):
                found[name] = inspect.cleandoc(words_of_it)
            case _:
                pass
    return found


def glossary(section: str) -> dict[str, str]:
    """The words of one section of the glossary with their meanings."""
    text = (Path(__file__).parents[1] / "glossary.md").read_text(encoding="utf-8")
    body = text.partition(f"## {section}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ", 1) for line in body.splitlines() if line.startswith("|")]
    return {row[0]: row[1] for row in rows[2:]}
