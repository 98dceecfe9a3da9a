"""Dead letters through both transports."""

from datetime import UTC, datetime, timedelta

import pytest

from client.contract import JOB_ID, Answer, Contract, lose_answer, problem, say
from client.letters import MADE, PRINT, acknowledgement, group, letter, page, report, told
from haulier.client import AsyncHaulier, Haulier
from haulier.errors import Gone, InvalidInput, NotFound, ValidationFailed


def test_a_list_goes_over_all_pages(contract: Contract, haulier: Haulier) -> None:
    """S2-DLQ, S2-SCH."""
    contract.script += [
        say(told(page(letter("job_1"), letter("job_2"), cursor="next"))),
        say(told(page(letter("job_3")))),
    ]

    found = list(haulier.dead_letters.list(category="timeout", replayed=False))

    assert [one.job_id for one in found] == ["job_1", "job_2", "job_3"]
    assert [asked.query for asked in contract.asked] == [
        {"category": "timeout", "replayed": "false"},
        {"category": "timeout", "replayed": "false", "cursor": "next"},
    ]


def test_a_page_takes_every_filter(contract: Contract, haulier: Haulier) -> None:
    contract.script.append(say(told(page())))

    haulier.dead_letters.list_page(
        category="timeout",
        kind="demo.hello",
        queue="slow",
        region="eu",
        fingerprint=PRINT,
        failed_after=datetime(2030, 1, 1, tzinfo=UTC),
        failed_before=datetime(2030, 1, 2, tzinfo=UTC),
        replayed=True,
        limit=7,
        offset=14,
    )

    (asked,) = contract.asked
    assert (asked.path, dict(asked.query)) == (
        "/v1/dlq",
        {
            "category": "timeout",
            "kind": "demo.hello",
            "queue": "slow",
            "region": "eu",
            "fingerprint": PRINT,
            "failed_after": "2030-01-01T00:00:00+00:00",
            "failed_before": "2030-01-02T00:00:00+00:00",
            "replayed": "true",
            "limit": "7",
            "offset": "14",
        },
    )
    with pytest.raises(InvalidInput):
        haulier.dead_letters.list_page(failed_after=datetime(2030, 1, 1))  # noqa: DTZ001 refused


def test_groups_and_one_letter_are_read(contract: Contract, haulier: Haulier) -> None:
    contract.script += [say(told(page(group()))), say(told(letter(args={"a": 1})))]

    (found,) = haulier.dead_letters.groups_page(kind="demo.hello", limit=3).data
    one = haulier.dead_letters.get(JOB_ID)

    assert (found.count, found.open, found.sample.error.type) == (2, 1, "Timeout")
    assert (one.args, one.fingerprint, one.attempts) == ({"a": 1}, PRINT, 5)
    assert [asked.path for asked in contract.asked] == ["/v1/dlq/groups", f"/v1/dlq/{JOB_ID}"]


def test_a_letter_is_replayed_with_or_without_other_args(
    contract: Contract, haulier: Haulier
) -> None:
    contract.script += [say(told(acknowledgement(), 202)), say(told(acknowledgement(), 202))]

    plain = haulier.dead_letters.replay(JOB_ID)
    edited = haulier.dead_letters.replay(JOB_ID, args={"n": 2})

    assert (plain.id, edited.id) == (MADE, MADE)
    assert [asked.json for asked in contract.asked] == [{}, {"args": {"n": 2}}]
    assert {asked.path for asked in contract.asked} == {f"/v1/dlq/{JOB_ID}/replay"}


def test_a_replay_by_filter_keeps_its_key_over_lost_answers(
    contract: Contract, haulier: Haulier
) -> None:
    contract.script += [lose_answer, say(told(report(), 202))]

    came = haulier.dead_letters.replay_all(fingerprint=PRINT, rate=2.5, limit=5)

    first, second = contract.asked
    assert (came.matched, came.replayed, came.remaining, came.spread_seconds) == (9, 5, 4, 2.0)
    assert second.json == first.json == {"fingerprint": PRINT, "rate": 2.5, "limit": 5}
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_a_letter_is_removed_and_others_are_purged(contract: Contract, haulier: Haulier) -> None:
    contract.script += [
        say(Answer(status=204, body=b"")),
        say(told({"purged": 3, "has_more": True}, 202)),
    ]

    haulier.dead_letters.delete(JOB_ID)
    came = haulier.dead_letters.purge(older_than=timedelta(days=1), category="timeout")

    removed, purged = contract.asked
    assert (removed.method, removed.path) == ("DELETE", f"/v1/dlq/{JOB_ID}")
    assert purged.json == {"older_than_seconds": 86400.0, "category": "timeout"}
    assert (came.purged, came.has_more) == (3, True)


def test_refusals_come_as_their_classes(contract: Contract, haulier: Haulier) -> None:
    for answer, error in (
        (problem(404, "not_found"), NotFound),
        (problem(410, "gone"), Gone),
        (problem(422, "validation_failed"), ValidationFailed),
    ):
        contract.script.append(say(answer))

        with pytest.raises(error):
            haulier.dead_letters.replay(JOB_ID)


async def test_the_async_client_reads_the_same(
    contract: Contract, async_haulier: AsyncHaulier
) -> None:
    contract.script += [
        say(told(page(letter("job_1"), cursor="next"))),
        say(told(page(letter("job_2")))),
        say(told(acknowledgement(), 202)),
        say(told(report(dry_run=True, replayed=0), 200)),
    ]
    letters = async_haulier.dead_letters

    found = [one.job_id async for one in letters.list(kind="demo.hello")]
    made = await letters.replay("job_1")
    dry = await letters.replay_all(kind="demo.hello", dry_run=True)

    assert (found, made.id, dry.dry_run) == (["job_1", "job_2"], MADE, True)
    assert contract.asked[-1].json == {"kind": "demo.hello", "dry_run": True}
