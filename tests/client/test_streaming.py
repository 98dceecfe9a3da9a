import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.contract import JOB_ID, Answer, Conduct, Contract, drop, problem, say
from haulier.client import AsyncHaulier, Haulier
from haulier.client.following import Following, pauses
from haulier.errors import NotFound, Unavailable

WORDS = ("queued", "running", *("progress",) * 6, "completed")


@pytest.mark.parametrize("cuts", [[], [0], [1, 1, 1], [3, 0, 2], [8], [0, 0, 5]])
def test_a_stream_that_breaks_goes_on_without_gap_or_repeat(
    contract: Contract, haulier: Haulier, cuts: list[int]
) -> None:
    contract.add_job(JOB_ID, *WORDS)
    contract.cuts = list(cuts)

    events = list(haulier.jobs.stream(JOB_ID))

    assert [(event.seq, event.type) for event in events] == list(enumerate(WORDS, start=1))
    assert len(contract.asked) == len(cuts) + 1


async def test_the_async_stream_does_the_same(
    contract: Contract, async_haulier: AsyncHaulier
) -> None:
    contract.add_job(JOB_ID, *WORDS)
    contract.cuts = [2, 3, 0]
    contract.script.append(say(problem(503, "draining", retry_after=0)))

    events = [event async for event in async_haulier.jobs.stream(JOB_ID)]

    assert [(event.seq, event.type) for event in events] == list(enumerate(WORDS, start=1))


def test_a_stream_resumes_where_the_caller_stood(contract: Contract, haulier: Haulier) -> None:
    contract.add_job(JOB_ID, *WORDS)
    contract.cuts = [1]

    events = list(haulier.jobs.stream(JOB_ID, after=6))

    assert [event.seq for event in events] == [7, 8, 9]
    assert [asked.headers["last-event-id"] for asked in contract.asked] == ["6", "7"]


def test_a_stream_of_a_job_that_has_ended_ends(contract: Contract, haulier: Haulier) -> None:
    contract.add_job(JOB_ID, "queued", "cancelled")
    contract.script.append(say(Answer(body=b"event: end\ndata: {}\n\n", headers=SSE)))

    assert list(haulier.jobs.stream(JOB_ID, after=2)) == []
    assert len(contract.asked) == 1


def test_a_stream_is_live(contract: Contract, haulier: Haulier) -> None:
    contract.add_job(JOB_ID, "queued")

    stream = haulier.jobs.stream(JOB_ID)

    assert next(stream).type == "queued"
    contract.add_event(JOB_ID, "running")
    assert next(stream).type == "running"
    contract.add_event(JOB_ID, "failed")
    assert [event.type for event in stream] == ["failed"]


def test_a_stream_that_is_left_early_closes_its_connection(
    contract: Contract, haulier: Haulier
) -> None:
    contract.add_job(JOB_ID, *WORDS)

    stream = haulier.jobs.stream(JOB_ID)
    next(stream)
    del stream

    assert haulier.jobs.get(JOB_ID).id == JOB_ID


@pytest.mark.parametrize("refusal", [drop, say(problem(503, "draining", retry_after=0))])
def test_a_server_that_stays_away_ends_the_stream(contract: Contract, refusal: Conduct) -> None:
    contract.script = [refusal] * 3

    with Haulier(contract.url, "hlr_" + "x", retries=2) as haulier, pytest.raises(Unavailable):
        list(haulier.jobs.stream(JOB_ID))

    assert len(contract.asked) == 3


def test_a_job_that_is_not_there_ends_the_stream_at_once(
    contract: Contract, haulier: Haulier
) -> None:
    with pytest.raises(NotFound):
        next(haulier.jobs.stream(JOB_ID))

    assert len(contract.asked) == 1


SSE = {"Content-Type": "text/event-stream"}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"{}"),
        Answer(body=b"data: nonsense\n\n", headers=SSE),
        Answer(body=b'data: {"seq": "one"}\n\n', headers=SSE),
        Answer(body=b"data: " + b"x" * 2_000_000 + b"\n\n", headers=SSE),
        Answer(body=b"\xff\xfe\x00" * 100, headers=SSE),
        Answer(body=b"", headers=SSE),
    ],
)
def test_a_stream_of_nonsense_ends_with_an_error(contract: Contract, answer: Answer) -> None:
    contract.script = [say(answer)] * 3

    with Haulier(contract.url, "hlr_" + "x", retries=0) as haulier, pytest.raises(Unavailable):
        list(haulier.jobs.stream(JOB_ID))


def message(seq: int, word: str = "progress") -> httpx2.ServerSentEvent:
    data = f'{{"seq": {seq}, "type": "{word}", "at": "2026-01-31T09:30:00Z"}}'
    return httpx2.ServerSentEvent(event=word, data=data, id=str(seq))


@given(st.lists(st.integers(1, 30), max_size=60), st.integers(0, 10))
def test_what_is_kept_only_rises(seqs: list[int], after: int) -> None:
    following = Following(JOB_ID, after, 3)

    kept = [event.seq for seq in seqs if (event := following.take(message(seq)))]

    assert kept == sorted(set(kept))
    assert all(seq > after for seq in kept)


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def lose_each_minute(following: Following, clock: Clock, trouble: httpx2.HTTPError) -> None:
    for _ in range(50):
        following.request()
        clock.now += 60.0
        following.lose(trouble)
        following.pause()


def test_a_connection_that_held_for_a_while_is_not_a_failure() -> None:
    clock = Clock()

    lose_each_minute(Following(JOB_ID, 0, 1, clock), clock, httpx2.RemoteProtocolError("cut"))

    assert clock.now == 3000.0


def test_a_server_that_only_keeps_silent_is_given_up() -> None:
    clock = Clock()

    with pytest.raises(Unavailable):
        lose_each_minute(Following(JOB_ID, 0, 1, clock), clock, httpx2.ReadTimeout("silence"))

    assert clock.now == 120.0


def test_an_overflow_is_followed_by_another_connection() -> None:
    following = Following(JOB_ID, 0, 0)
    following.request()

    assert following.take(httpx2.ServerSentEvent(event="overflow", data="{}")) is None
    assert not following.is_over


def test_pauses_grow_to_a_second_and_end_at_the_timeout() -> None:
    clock = Clock()
    seen: list[float] = []
    for pause in pauses(10.0, clock):
        seen.append(pause)
        clock.now += pause

    assert seen[0] == 0.05
    assert max(seen) <= 1.0
    assert sum(seen) == pytest.approx(10.0)
