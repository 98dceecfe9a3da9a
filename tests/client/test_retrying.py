from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.contract import JOB_ID, Answer, Contract, drop, lose_answer, problem, say
from haulier.client import AsyncHaulier, Haulier
from haulier.client.call import Reply
from haulier.client.retrying import backoff_seconds, is_worth_retrying, retry_after
from haulier.errors import Conflict, IdempotencyInProgress, Throttled, Unavailable

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def test_a_lost_answer_is_asked_for_again_and_makes_no_second_job(
    contract: Contract, haulier: Haulier
) -> None:
    """S0-FR5b."""
    contract.script += [lose_answer, lose_answer]

    told = haulier.jobs.enqueue("demo.hello")

    assert list(contract.jobs) == [told.id]
    assert len(contract.asked) == 3
    assert len({asked.headers["idempotency-key"] for asked in contract.asked}) == 1


def test_two_jobs_have_two_keys(contract: Contract, haulier: Haulier) -> None:
    haulier.jobs.enqueue("demo.hello")
    haulier.jobs.enqueue("demo.hello")

    assert len(contract.jobs) == 2


async def test_the_async_client_does_the_same(
    contract: Contract, async_haulier: AsyncHaulier
) -> None:
    contract.script += [lose_answer, say(problem(503, "draining", retry_after=0)), drop]

    told = await async_haulier.jobs.enqueue("demo.hello")

    assert list(contract.jobs) == [told.id]
    assert len(contract.asked) == 4


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again_when_it_says(
    contract: Contract, haulier: Haulier, status: int
) -> None:
    contract.add_job(JOB_ID)
    contract.script.append(say(problem(status, "busy", retry_after=0)))

    assert haulier.jobs.get(JOB_ID).id == JOB_ID


def test_a_request_still_in_flight_is_waited_for(contract: Contract, haulier: Haulier) -> None:
    contract.script += [lose_answer, say(problem(409, "idempotency_in_progress"))]

    assert haulier.jobs.enqueue("demo.hello").id in contract.jobs


def test_retries_end_with_the_last_refusal(contract: Contract) -> None:
    contract.script += [say(problem(429, "rate_limited", retry_after=0))] * 3

    with Haulier(contract.url, "hlr_" + "x", retries=2) as haulier, pytest.raises(Throttled):
        haulier.jobs.get(JOB_ID)

    assert len(contract.asked) == 3


def test_retries_end_with_the_last_loss(contract: Contract) -> None:
    contract.script += [drop] * 2

    with Haulier(contract.url, "hlr_" + "x", retries=1) as haulier, pytest.raises(Unavailable):
        haulier.jobs.get(JOB_ID)

    assert len(contract.asked) == 2


@pytest.mark.parametrize(
    ("status", "code"), [(400, "invalid_request"), (409, "conflict"), (500, "internal_error")]
)
def test_a_refusal_that_time_does_not_mend_is_not_retried(
    contract: Contract, haulier: Haulier, status: int, code: str
) -> None:
    contract.script.append(say(problem(status, code)))

    with pytest.raises(Exception, match=code) as caught:
        haulier.jobs.enqueue("demo.hello")

    assert len(contract.asked) == 1
    assert isinstance(caught.value, Conflict) == (status == 409)


def test_a_key_of_the_callers_own_that_stays_in_flight_is_told(contract: Contract) -> None:
    contract.script += [say(problem(409, "idempotency_in_progress"))] * 2

    with Haulier(contract.url, "hlr_" + "x", retries=1) as haulier:  # noqa: SIM117 reads in order
        with pytest.raises(IdempotencyInProgress):
            haulier.jobs.enqueue("demo.hello", idempotency_key="mine")


def asking(value: str) -> Reply:
    return Reply(status=503, headers={"retry-after": value})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        ("Sat, 31 Jan 2026 09:30:20 GMT", 20.0),
        ("Sat, 31 Jan 2026 09:29:20 GMT", 0.0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
    ],
)
def test_retry_after_is_read_as_rfc_9110_writes_it(value: str, seconds: float | None) -> None:
    assert retry_after(asking(value), NOW) == seconds


def test_an_endless_retry_after_is_not_waited_for() -> None:
    assert not is_worth_retrying(asking("9" * 5_000))
    assert is_worth_retrying(asking("30"))


@given(st.text(st.characters(codec="latin-1")))
def test_any_retry_after_is_read_without_an_error(value: str) -> None:
    seconds = retry_after(asking(value), NOW)

    assert seconds is None or seconds >= 0


@given(st.integers(1, 10_000))
def test_backoff_stays_within_its_bounds(attempt: int) -> None:
    assert 0 <= backoff_seconds(attempt) <= min(5.0, 0.1 * 2 ** min(attempt, 20))


def test_an_answer_that_breaks_off_is_asked_for_again(contract: Contract, haulier: Haulier) -> None:
    contract.add_job(JOB_ID)
    contract.script.append(say(Answer(body=b'{"id": "job_', promised=500)))

    assert haulier.jobs.get(JOB_ID).id == JOB_ID
