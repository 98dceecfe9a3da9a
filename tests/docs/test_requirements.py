import ast
import re

from docs.pages import ROOT, rows

PAGE = ROOT / "docs" / "requirements.md"
TESTS = ROOT / "tests"


def table() -> list[list[str]]:
    """Id, words, state, tests, page."""
    return rows(PAGE)


def docstrings() -> str:
    """What all tests say that they prove."""
    found: list[str] = []
    for path in TESTS.rglob("test_*.py"):
        found += [
            ast.get_docstring(node) or ""
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        ]
    return "\n".join(found)


def test_every_row_has_an_id_of_its_own_and_a_known_state() -> None:
    ids = [cells[0] for cells in table()]

    assert len(ids) == len(set(ids)) > 100
    assert all(re.fullmatch(r"S[0-4]-[\w.…]+", name) for name in ids)
    assert {cells[2] for cells in table()} <= {"done", "partly", "open"}


def test_every_test_that_a_row_names_exists_and_names_the_row() -> None:
    wrong: list[str] = []
    for name, _, _, tests, _ in table():
        for path in re.findall(r"`([^`]+)`", tests):
            file = ROOT / path
            if not file.is_file() or not re.search(rf"\b{re.escape(name)}\b", file.read_text()):
                wrong.append(f"{name}: {path}")

    assert wrong == []


def test_every_row_that_is_done_is_proved_by_a_test_that_says_so() -> None:
    said = docstrings()
    unproved = [
        cells[0]
        for cells in table()
        if cells[2] == "done" and (not cells[3] or not re.search(rf"\b{cells[0]}\b", said))
    ]

    assert unproved == []


def test_every_row_that_a_test_names_is_in_the_table() -> None:
    known = {cells[0] for cells in table()}
    named = set(re.findall(r"\bS[0-4]-[A-Z0-9][A-Za-z0-9]*(?:\.\d+[a-z]?)?", docstrings()))

    assert named - known == set()
