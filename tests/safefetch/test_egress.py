import asyncio
import pickle
import socket
import urllib.error

import pytest

from haulier.safefetch import EgressDenied, Policy, guarded, is_denied, process_guard

DENIAL = EgressDenied("connect", "private")


def test_a_denial_survives_pickling() -> None:
    denial = pickle.loads(pickle.dumps(DENIAL))  # noqa: S301

    assert (denial.operation, denial.reason) == ("connect", "private")
    assert isinstance(denial, OSError)


@pytest.mark.parametrize(
    ("error", "known"),
    [
        (DENIAL, True),
        (urllib.error.URLError(DENIAL), True),
        (RuntimeError("max retries", DENIAL), True),
        (ExceptionGroup("several", [ValueError(), DENIAL]), True),
        (OSError("connection refused"), False),
        (ValueError("egress denied"), False),
    ],
)
def test_a_denial_is_found_through_what_libraries_wrap_around_it(
    error: Exception, known: bool
) -> None:
    assert is_denied(error) is known


def test_a_denial_is_found_as_cause_but_not_where_it_was_put_aside() -> None:
    def fail(*, aside: bool) -> None:
        try:
            _deny()
        except EgressDenied:
            if aside:
                raise ValueError from None
            raise ValueError  # noqa: B904 - its context is what is looked for

    with pytest.raises(ValueError) as found:  # noqa: PT011
        fail(aside=False)
    with pytest.raises(ValueError) as put_aside:  # noqa: PT011
        fail(aside=True)

    assert is_denied(found.value)
    assert not is_denied(put_aside.value)


def _deny() -> None:
    raise EgressDenied("connect", "private")


def test_errors_in_a_circle_are_looked_through_once() -> None:
    first, second = ValueError(), ValueError()
    first.__cause__, second.__cause__ = second, first

    assert not is_denied(first)


async def test_errors_that_asyncio_joins_are_known_as_denials() -> None:
    loop = asyncio.get_running_loop()

    async def two_addresses(*_: object, **__: object) -> list[object]:
        kinds = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kinds, ("10.0.0.1", 80)), (*kinds, ("127.0.0.1", 80))]

    loop.getaddrinfo = two_addresses  # pyright: ignore[reportAttributeAccessIssue]
    with (
        process_guard(print),
        guarded(Policy(), print),
        pytest.raises(OSError, match="Multiple exceptions") as caught,
    ):
        await asyncio.open_connection("two.example", 80)

    assert is_denied(caught.value)
