"""The project's pages of Markdown, and what stands in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(
    r"^(?:<!-- (?P<mark>[a-z]+)(?:: (?P<name>\S+))? -->\n)?"
    r"```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block."""

    language: str
    text: str
    mark: str
    """The word of the comment above it: `run`, `start`, `restart`, `file`, `append`; else ""."""
    name: str
    """The file that the comment names."""


def pages() -> list[Path]:
    """Every page, the generated ones too."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a page in their order."""
    return [
        Block(
            language=found["language"],
            text=found["text"],
            mark=found["mark"] or "",
            name=found["name"] or "",
        )
        for found in _FENCE.finditer(path.read_text(encoding="utf-8"))
    ]


def links(path: Path) -> Iterator[str]:
    """The targets of a page's links, code left out."""
    text = _FENCE.sub("", path.read_text(encoding="utf-8"))
    yield from _LINK.findall(re.sub(r"`[^`]*`", "", text))


def anchors(path: Path) -> set[str]:
    """What a link may name behind `#`, by GitHub's rule."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def rows(path: Path, *, section: str | None = None) -> list[list[str]]:
    """The cells of every table row of a page, or of one section; heads and rules left out."""
    text = path.read_text(encoding="utf-8")
    if section is not None:
        text = text.partition(f"## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    found: list[list[str]] = []
    for number, line in enumerate(lines):
        is_rule = set(line) <= set("|- ")
        is_head = number + 1 < len(lines) and set(lines[number + 1]) <= set("|- ")
        if not is_rule and not is_head:
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found
