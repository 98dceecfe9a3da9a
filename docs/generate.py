"""Writes the pages of docs/reference from the code. `--check` only says which are out of date."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from writers.cli import cli_page
from writers.errors import errors_page
from writers.http_api import http_page
from writers.lifecycle import lifecycle_page
from writers.recipe import recipe_page
from writers.settings import settings_page

FOLDER: Final = Path(__file__).parent / "reference"
NOTE: Final = "<!-- Written by docs/generate.py (make docs): edit the code that it reads. -->"
WRITERS: Final[Mapping[str, Callable[[], Iterable[str]]]] = {
    "settings.md": settings_page,
    "cli.md": cli_page,
    "http-api.md": http_page,
    "events-and-statuses.md": lifecycle_page,
    "errors.md": errors_page,
    "recipe-web-1.md": recipe_page,
}


def main(arguments: Sequence[str]) -> int:
    """Writes the pages, or checks them; 1 when one is out of date."""
    stale: list[str] = []
    FOLDER.mkdir(exist_ok=True)
    for name, write in WRITERS.items():
        text = "\n".join([NOTE, "", *write(), ""])
        path = FOLDER / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    if "--check" in arguments and stale:
        print(f"Out of date: {', '.join(stale)}. Run: make docs")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
