"""Finds every call of redact in haulier outside of redact itself, and takes one away."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeGuard

SOURCE = Path(__file__).parents[1] / "src" / "haulier"
_NAMES = frozenset({"redact", "redact_text", "redact_exception"})
_OUTSIDE = ("redact/", "testing/")
"""The redactor itself, and what runs in users' tests only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, by file, function and what it is given."""

    path: str
    """Below src/haulier."""
    function: str
    argument: str
    line: int
    column: int

    @property
    def name(self) -> str:
        """What names the call in a ledger: stable while the code around it moves."""
        return f"{self.path} {self.function}: {self.argument}"


@cache
def calls() -> tuple[Call, ...]:
    """Every call that is given more than a text of our own."""
    found = {
        # Of functions within functions the inner one comes last, and stays.
        (name, call.line, call.column): call
        for path in sorted(SOURCE.rglob("*.py"))
        if not (name := path.relative_to(SOURCE).as_posix()).startswith(_OUTSIDE)
        for call in _calls_of(name, ast.parse(path.read_text()))
    }
    return tuple(found.values())


def without(call: Call) -> str:
    """The file's text with this one call replaced by what it was given."""
    tree = ast.parse((SOURCE / call.path).read_text())
    return ast.unparse(_Remover(call).visit(tree))


def _calls_of(path: str, tree: ast.Module) -> Iterator[Call]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if _is_call(node) and not isinstance(node.args[0], ast.Constant):
                yield Call(
                    path=path,
                    function=function.name,
                    argument=ast.unparse(node.args[0])[:50],
                    line=node.lineno,
                    column=node.col_offset,
                )


def _is_call(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _NAMES
        and len(node.args) == 1
    )


class _Remover(ast.NodeTransformer):
    def __init__(self, call: Call) -> None:
        self._place = (call.line, call.column)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if _is_call(node) and (node.lineno, node.col_offset) == self._place:
            if isinstance(node.func, ast.Name) and node.func.id == "redact_exception":
                shown = ast.parse(
                    "''.join(__import__('traceback').format_exception(error))", mode="eval"
                )
                return shown.body
            return node.args[0]
        return node
