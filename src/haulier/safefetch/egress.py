"""The error of a denied attempt to reach the network, and how to find it again."""

import errno
from typing import Final, Literal

Operation = Literal["connect", "send", "look_up"]

_MARK: Final = "egress denied"


class EgressDenied(PermissionError):
    """The policy of the running code forbids this connect, datagram or look-up.

    An OSError with EACCES, so that libraries treat it like a firewall's answer. Its text names the
    reason but no host.
    """

    def __init__(self, operation: Operation, reason: str) -> None:
        self.operation: Operation = operation
        self.reason = reason
        """A reason of `Refused` or `Verdict`, or `unix_socket`, `socket_family`, `unresolved`."""
        super().__init__(errno.EACCES, f"{_MARK}: {operation} ({reason})")

    def __reduce__(self) -> tuple[type["EgressDenied"], tuple[Operation, str]]:
        return type(self), (self.operation, self.reason)


def is_denied(error: BaseException) -> bool:
    """Tell whether a denial lies at the bottom of an error, through whatever wrapped it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        # asyncio joins the errors of several addresses into one OSError that only quotes them.
        if isinstance(one, EgressDenied) or (isinstance(one, OSError) and _MARK in str(one)):
            return True
        waiting += _beneath(one)
    return False


def _beneath(error: BaseException) -> list[BaseException]:
    context = None if error.__suppress_context__ else error.__context__
    found: list[object] = [error.__cause__, context, getattr(error, "reason", None), *error.args]
    if isinstance(error, BaseExceptionGroup):
        found += error.exceptions  # pyright: ignore[reportUnknownMemberType]
    return [one for one in found if isinstance(one, BaseException)]
