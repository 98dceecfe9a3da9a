import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.pages import ROOT, anchors, blocks, links, pages, rows
from haulier.domain.outcomes import Category
from haulier.domain.states import EventType, Status

GLOSSARY = ROOT / "docs" / "glossary.md"


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    broken: list[str] = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


def test_the_generated_pages_are_what_the_code_says() -> None:
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_glossary_has_every_status_event_and_category() -> None:
    for words, section in (
        (Status, "Statuses"),
        (EventType, "Events"),
        (Category, "Categories of failures"),
    ):
        listed = [cells[0] for cells in rows(GLOSSARY, section=section)]

        assert listed == [word.value for word in words]


def test_the_glossary_has_each_word_once_and_a_meaning_for_it() -> None:
    general = rows(GLOSSARY)[: -sum(map(len, (Status, EventType, Category)))]
    words = [cells[0] for cells in general]

    assert len(words) == len(set(words)) > 20
    assert all(cells[1].endswith(".") for cells in rows(GLOSSARY))


def test_the_index_of_decisions_names_each_in_order() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))

    assert list(links(folder / "README.md")) == records
    assert [name[:4] for name in records] == [f"{n:04}" for n in range(1, len(records) + 1)]


def examples() -> Iterator[tuple[str, str]]:
    """Python that stands for itself: what is put into a file is run by test_examples."""
    for page in pages():
        for number, block in enumerate(blocks(page), start=1):
            if block.language == "python" and not block.mark:
                yield f"{page.relative_to(ROOT)}:{number}", block.text


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in examples()])
def test_python_on_a_page_runs(text: str, tmp_path: Path) -> None:
    path = tmp_path / "example.py"
    path.write_text(text)

    runpy.run_path(str(path))
