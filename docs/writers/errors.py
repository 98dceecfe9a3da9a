"""The page of errors."""

import inspect
from collections.abc import Iterator

from writers.tables import table

from haulier.api.problems import status_of
from haulier.cli.exit_codes import exit_code
from haulier.errors import HaulierError


def errors_page() -> Iterator[str]:
    """The tree of errors with code, status and exit code."""
    yield "# Errors"
    yield ""
    yield "Every error is one class of this tree. Its `code` is stable; the text may change."
    yield "Over HTTP it is a problem with that `code`; on the command line it is an exit code."
    yield ""
    yield from table(
        ("Class", "Code", "HTTP", "Exit", "Default text"),
        (
            (
                f"{'&nbsp;&nbsp;' * depth}`{error.__name__}`",
                f"`{error.code}`",
                str(status_of(error)),
                str(int(exit_code(error.__new__(error)))),
                inspect.cleandoc(error.__doc__ or "").splitlines()[0],
            )
            for error, depth in _tree(HaulierError, 0)
        ),
    )
    yield ""
    yield "The framework's own refusals have the codes `method_not_allowed` (405) and"
    yield "`unsupported_media_type` (415)."


def _tree(error: type[HaulierError], depth: int) -> Iterator[tuple[type[HaulierError], int]]:
    yield error, depth
    for child in error.__subclasses__():
        if child.__module__ == HaulierError.__module__:
            yield from _tree(child, depth + 1)
