"""The source as data: files, trees, functions, SQL."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "src" / "haulier"
SQL = ROOT / "store" / "sql"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files() -> list[Path]:
    """Every Python file of the product."""
    return sorted(ROOT.rglob("*.py"))


def tree(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(), filename=str(path))


def functions(node: ast.AST) -> Iterator[Function]:
    """Every function in it, nested ones too."""
    for child in ast.walk(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every string of the file but docstrings, with its line."""
    module = tree(path)
    statements = [node.value for node in ast.walk(module) if isinstance(node, ast.Expr)]
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node not in statements
        ):
            yield node.lineno, node.value


def sql_names() -> list[str]:
    """`jobs/enqueue` and the like."""
    return sorted(path.relative_to(SQL).with_suffix("").as_posix() for path in SQL.rglob("*.sql"))


def sql_text(name: str) -> str:
    """The statement without its comments."""
    return re.sub(r"--[^\n]*", "", (SQL / f"{name}.sql").read_text()).strip()


def statement_calls() -> list[str]:
    """Every statement's name that stands in the code, once for each place."""
    known = set(sql_names())
    return [text for path in python_files() for _, text in texts(path) if text in known]
