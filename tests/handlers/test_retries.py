"""What a handler says of retries, and what it makes of a busy server."""

from datetime import timedelta
from typing import Literal

import pytest

from haulier import Retries, Retry, handler, require_available
from haulier.domain.kinds import decode_kind, encode_kind
from haulier.domain.outcomes import Category
from haulier.errors import ConfigurationInvalid
from haulier.safefetch import Response
from haulier.worker.failures import failure


async def job(job: object) -> None:
    """Of the kinds declared here."""


def response(status: int, *headers: tuple[str, str]) -> Response:
    return Response(
        url="https://example.com/",
        status=status,
        headers=headers,
        body=b"",
        wire_bytes=0,
        truncated=False,
        http_version="1.1",
        peer="192.0.2.1",
        hops=(),
        first_byte_ms=1.0,
        total_ms=1.0,
    )


def test_retries_by_category_are_declared_and_stored() -> None:
    """S2-H4."""
    slow = Retries(max_attempts=4, base=timedelta(seconds=30), cap=timedelta(minutes=5))
    declared = handler(
        "shop.report", max_attempts=5, retries={"rate_limited": slow, "timeout": "never"}
    )(job)

    kind = decode_kind(encode_kind(declared.kind))

    assert kind == declared.kind
    assert kind.retry.categories == {
        Category.RATE_LIMITED: slow,
        Category.TIMEOUT: Retries(max_attempts=1),
    }


@pytest.mark.parametrize(
    "retries",
    [
        {"rate-limited": "never"},
        {"": "never"},
        {"timeout": Retries(max_attempts=0)},
        {"timeout": Retries(max_attempts=6)},
        {"timeout": Retries(base=timedelta(0))},
        {"timeout": Retries(cap=timedelta(seconds=-1))},
    ],
)
def test_retries_that_make_no_sense_are_refused(
    retries: dict[str, Retries | Literal["never"]],
) -> None:
    with pytest.raises(ConfigurationInvalid, match="retries"):
        handler("shop.report", max_attempts=5, retries=retries)(job)


@pytest.mark.parametrize(
    ("status", "category"), [(429, Category.RATE_LIMITED), (503, Category.UPSTREAM)]
)
@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ([("retry-after", "90")], timedelta(seconds=90)),
        (
            [
                ("Retry-After", "Sun, 01 Mar 2026 12:05:00 GMT"),
                ("Date", "Sun, 01 Mar 2026 12:04:00 GMT"),
            ],
            timedelta(minutes=1),
        ),
        ([], None),
    ],
)
def test_a_busy_server_is_asked_again_when_it_says(
    status: int, category: Category, headers: list[tuple[str, str]], after: timedelta | None
) -> None:
    with pytest.raises(Retry) as caught:
        require_available(response(status, *headers))

    outcome = failure(caught.value)
    assert (outcome.category, outcome.retry_after, outcome.permanent) == (category, after, False)


@pytest.mark.parametrize("status", [200, 301, 404, 500, 502, 599, 799])
def test_any_other_answer_is_the_handlers_to_judge(status: int) -> None:
    given = response(status, ("Retry-After", "90"))

    assert require_available(given) is given
