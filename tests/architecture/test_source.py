"""Rules that the source keeps: sizes, where SQL lives, who may call what."""

import ast
import re
from pathlib import Path

import pytest

from architecture.source import (
    ROOT,
    functions,
    python_files,
    sql_names,
    sql_text,
    statement_calls,
    texts,
    tree,
)

SQL_WORDS = re.compile(
    r"\b(select\b.+\bfrom|insert\s+into|update\b.+\bset|delete\s+from|create\s+table|alter\s+table"
    r"|drop\s+table|with\b.+\bas\s*\(\s*select)\b",
    re.IGNORECASE | re.DOTALL,
)

SYSTEM_METHODS = {
    "ApiKeys": {"create", "list_all", "revoke"},
    "Attempts": {
        "register", "leave", "lanes", "cycle", "reschedule", "record", "recall_step",
        "remember_step",
    },
    "Auth": {"authenticate"},
    "EnqueueBatcher": {"write", "running"},
    "FetchPolicies": {"get", "check_args"},
    "Health": {"readiness"},
    "KindCatalogue": {"declare", "list_all", "find", "check_args"},
    "LeaseConnection": {"renew"},
    "Leases": {"connect"},
    "Maintenance": {"run_once"},
    "Results": {"keep"},
    "Workspaces": {"create", "get", "list_page", "set_fetch_policy"},
}  # fmt: skip
"""Methods of services that ask for no permission: haulier itself, the operator or the door calls
them. A new one is added here on purpose or begins with `require`."""


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300
    for function in functions(tree(path)):
        assert (function.end_lineno or 0) - function.lineno < 50, function.name


def test_sql_text_lives_in_sql_files_only() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text[:60]}"
        for path in python_files()
        for line, text in texts(path)
        if SQL_WORDS.search(text)
    ]

    assert found == []


def test_what_goes_to_a_connection_is_a_statement_from_a_file() -> None:
    found: list[str] = []
    for path in [*(ROOT / "store").rglob("*.py"), *(ROOT / "dispatch").rglob("*.py")]:
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in {"fetch", "fetchrow", "fetchval", "execute", "executemany"}:
                continue
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant):
                found.append(f"{path.name}:{node.lineno}: {first.value!r}")
            if isinstance(first, ast.JoinedStr | ast.BinOp):
                found.append(f"{path.name}:{node.lineno}: built text")

    assert found == []


def test_every_sql_file_is_loaded_in_exactly_one_place() -> None:
    assert sorted(statement_calls()) == sorted(sql_names())


def test_every_sql_file_holds_one_statement_and_names_its_parameters() -> None:
    for name in sql_names():
        text = sql_text(name)
        numbers = {int(number) for number in re.findall(r"\$(\d+)", text)}
        header = (ROOT / "store" / "sql" / f"{name}.sql").read_text()
        comment = "\n".join(line for line in header.splitlines() if line.startswith("--"))

        assert ";" not in text, name
        assert numbers == set(range(1, len(numbers) + 1)), name
        assert comment, name
        for number in numbers:
            assert f"${number}" in comment, (name, number)


def test_every_service_method_asks_for_a_permission_or_is_listed_as_system() -> None:
    """S4-ISO1: who forgets the permission forgets it loudly."""
    free: dict[str, set[str]] = {}
    for path in sorted((ROOT / "services").glob("*.py")):
        module = tree(path)
        for node in module.body:
            if not isinstance(node, ast.ClassDef):
                continue
            for method in node.body:
                if not isinstance(method, ast.AsyncFunctionDef) or method.name.startswith("_"):
                    continue
                if not _begins_with_require(method):
                    free.setdefault(node.name, set()).add(method.name)
                    words = " ".join(
                        filter(None, map(ast.get_docstring, (module, node, method)))
                    ).lower()
                    assert "system" in words or "operator" in words, f"{node.name}.{method.name}"

    assert free == SYSTEM_METHODS


def _begins_with_require(method: ast.AsyncFunctionDef) -> bool:
    first = method.body[1] if ast.get_docstring(method) else method.body[0]
    return (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Call)
        and isinstance(first.value.func, ast.Name)
        and first.value.func.id == "require"
    )
