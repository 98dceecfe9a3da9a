"""`haulier demo`, really run."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest

from haulier.checks.report import from_json
from stack.conftest import temporary_home
from stack.processes import Home

pytestmark = pytest.mark.serial

WIDTHS = (80, 120)


@pytest.fixture(scope="module")
def demo_home() -> Generator[Home]:
    """Kept for the module: what the first run leaves, the second finds."""
    with temporary_home() as home:
        yield home


def too_wide(text: str, columns: int) -> list[str]:
    """Lines that a terminal would wrap, apart from those that are one path."""
    return [line for line in text.splitlines() if len(line) > columns and "/reports/" not in line]


@pytest.mark.parametrize("run", ["first", "second"])
def test_hello_audit_shows_the_events_in_order(demo_home: Home, run: str) -> None:
    """S0-EX2: queued, running, completed, as the database has them."""
    ended = demo_home.run("demo", "hello-audit")

    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[-1] == "queued -> running -> completed"
    assert [int(line.split()[0]) for line in lines[:-1]] == list(range(1, len(lines)))


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_demo_finds_every_planted_fault_and_saves_its_report(
    demo_home: Home, columns: int
) -> None:
    """S0-EX1: the main job on real input, offline, and again on what the first run left."""
    code, shown = demo_home.show("demo", columns=columns)

    assert code == 0, shown
    found = re.search(r"Found (\d+) of (\d+) planted faults", shown)
    assert found is not None
    assert found[1] == found[2]
    assert int(found[2]) >= 57
    paths = [Path(path) for path in re.findall(r"(/\S+/reports/\S+)", shown)]
    assert {path.suffix for path in paths} == {".html", ".json"}
    report = from_json(next(path for path in paths if path.suffix == ".json").read_bytes())
    assert report.target.final_url.startswith("https://shop.localhost:")
    page = next(path for path in paths if path.suffix == ".html").read_text()
    assert "sec.cookies" in page
    assert "<script" not in page
    assert too_wide(shown, columns) == []
