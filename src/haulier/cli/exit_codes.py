"""What a command's end means to a script."""

from enum import IntEnum
from typing import Final

from haulier.errors import (
    Conflict,
    Forbidden,
    Gone,
    HaulierError,
    InvalidInput,
    NotFound,
    Unauthenticated,
)


class ExitCode(IntEnum):
    """The codes of every command."""

    OK = 0
    FAILED = 1
    """Anything that has no code of its own: no server, too many requests, a failed job."""
    USAGE = 2
    """The command's words are wrong, to the command line or to the server."""
    NOT_FOUND = 3
    """Absent, or no more."""
    DENIED = 4
    CONFLICT = 5
    CHECK_FAILED = 6
    """The command did its work and found what it was to find."""
    RECYCLED = 75
    """A worker stopped because too many threads of handlers never end: start it again."""
    INTERRUPTED = 130
    """Ctrl-C, or the reader of a pipe has left."""


_BY_ERROR: Final = (
    (InvalidInput, ExitCode.USAGE),
    (NotFound, ExitCode.NOT_FOUND),
    (Gone, ExitCode.NOT_FOUND),
    (Unauthenticated, ExitCode.DENIED),
    (Forbidden, ExitCode.DENIED),
    (Conflict, ExitCode.CONFLICT),
)


def exit_code(error: HaulierError) -> ExitCode:
    """The code for an error of this family."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), ExitCode.FAILED)
