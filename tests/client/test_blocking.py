from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer

import pytest

from client.contract import JOB_ID, Contract
from haulier.client import Haulier
from haulier.errors import InvalidInput, JobFailed, NotFound, ResultNotReady, Unavailable


def test_a_job_is_enqueued_with_everything_that_was_asked(
    contract: Contract, haulier: Haulier
) -> None:
    """S0-FR1a."""
    told = haulier.jobs.enqueue(
        "demo.hello",
        {"name": "Ada"},
        queue="quick",
        priority="high",
        run_at=datetime(2030, 1, 1, tzinfo=UTC),
        timeout=timedelta(minutes=2),
        max_attempts=3,
        labels={"region": "eu"},
        dedupe_key="once",
        on_duplicate="reject",
        idempotency_key="mine",
    )

    assert told.id in contract.jobs
    assert told.status == "queued"
    (asked,) = contract.asked
    assert asked.headers["idempotency-key"] == "mine"
    assert asked.json == {
        "kind": "demo.hello",
        "args": {"name": "Ada"},
        "queue": "quick",
        "priority": "high",
        "run_at": "2030-01-01T00:00:00Z",
        "timeout_seconds": 120.0,
        "max_attempts": 3,
        "labels": {"region": "eu"},
        "dedupe_key": "once",
        "on_duplicate": "reject",
    }


def test_a_job_without_options_leaves_the_defaults_to_the_server(
    contract: Contract, haulier: Haulier
) -> None:
    haulier.jobs.enqueue("demo.hello")

    assert contract.asked[0].json == {"kind": "demo.hello", "args": {}}


def test_a_job_is_read_and_unknown_fields_do_not_matter(
    contract: Contract, haulier: Haulier
) -> None:
    contract.add_job(JOB_ID, "queued", "running")

    job = haulier.jobs.get(JOB_ID)

    assert (job.id, job.status, job.is_final) == (JOB_ID, "running", False)
    assert job.progress is not None
    assert job.progress.fraction == 0.5


def test_a_list_goes_over_all_pages(contract: Contract, haulier: Haulier) -> None:
    for number in range(5):
        contract.add_job(f"job_{number}")

    ids = [job.id for job in haulier.jobs.list(status="queued", labels={"region": "eu"})]

    assert ids == [f"job_{number}" for number in range(5)]
    assert [asked.query.get("cursor") for asked in contract.asked] == [None, "2", "4"]
    assert contract.asked[0].query == {"status": "queued", "label.region": "eu"}


def test_a_list_asks_for_a_page_only_when_somebody_reads_it(
    contract: Contract, haulier: Haulier
) -> None:
    for number in range(5):
        contract.add_job(f"job_{number}")

    next(haulier.jobs.list())

    assert len(contract.asked) == 1


def test_events_go_over_all_pages(contract: Contract, haulier: Haulier) -> None:
    contract.add_job(JOB_ID, "queued", "running", "progress", "progress", "completed")

    events = list(haulier.jobs.events(JOB_ID, after=1))

    assert [(event.seq, event.type) for event in events] == [
        (2, "running"),
        (3, "progress"),
        (4, "progress"),
        (5, "completed"),
    ]


def test_waiting_ends_with_the_job(contract: Contract, haulier: Haulier) -> None:
    contract.add_job(JOB_ID, "queued", "running")
    finish = Timer(0.1, contract.add_event, [JOB_ID, "failed"])
    finish.start()

    job = haulier.jobs.wait(JOB_ID, timeout=10)

    finish.join()
    assert job.status == "failed"
    assert job.error is not None
    assert job.error.message == "no such page"


def test_waiting_has_a_limit(contract: Contract, haulier: Haulier) -> None:
    contract.add_job(JOB_ID, "queued")

    with pytest.raises(TimeoutError, match=JOB_ID):
        haulier.jobs.wait(JOB_ID, timeout=0.1)


def test_a_result_comes_decoded_or_as_bytes_or_into_a_file(
    contract: Contract, haulier: Haulier, tmp_path: Path
) -> None:
    text = b'{"greeting": "hello", "size": ' + b"1" * 10 + b"}"
    contract.add_job(JOB_ID, "queued", "completed", result=text)

    size = haulier.jobs.save_result(JOB_ID, tmp_path / "result.json")

    assert haulier.jobs.result(JOB_ID) == {"greeting": "hello", "size": 1111111111}
    assert haulier.jobs.result_bytes(JOB_ID) == text
    assert size == len(text)
    assert (tmp_path / "result.json").read_bytes() == text
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_no_result_says_why(contract: Contract, haulier: Haulier, tmp_path: Path) -> None:
    contract.add_job("running", "running")
    contract.add_job("failed", "failed")

    with pytest.raises(ResultNotReady):
        haulier.jobs.result("running")
    with pytest.raises(JobFailed):
        haulier.jobs.save_result("failed", tmp_path / "result.json")
    assert not list(tmp_path.iterdir())


def test_a_job_is_cancelled_and_asked_for_again(contract: Contract, haulier: Haulier) -> None:
    contract.add_job(JOB_ID)

    assert haulier.jobs.cancel(JOB_ID, reason="typo").status == "cancelled"
    assert haulier.jobs.retry(JOB_ID).kind == "demo.hello"
    assert contract.asked[0].json == {"reason": "typo"}
    assert all(asked.headers["idempotency-key"] for asked in contract.asked)


def test_a_site_audit_names_its_job(contract: Contract, haulier: Haulier) -> None:
    """S0-FR1b."""
    audit = haulier.site_audits.create("https://example.com/", {"mode": "page"})

    assert audit.audit_id == audit.job.id
    assert contract.asked[0].json == {"mode": "page", "url": "https://example.com/"}


def test_kinds_are_listed_and_shown(haulier: Haulier) -> None:
    assert [kind.name for kind in haulier.kinds.list()] == ["demo.hello"]
    assert haulier.kinds.get("demo.hello").args_schema == {"type": "object"}


def test_readiness_is_an_answer_either_way(contract: Contract, haulier: Haulier) -> None:
    assert haulier.health.ready().is_ready


@pytest.mark.parametrize("bad", ["", "..", "a/b", "a?b", "a\nb", "ä", "x" * 300])
def test_an_id_that_would_change_the_path_never_leaves_the_client(
    contract: Contract, haulier: Haulier, bad: str
) -> None:
    with pytest.raises(InvalidInput):
        haulier.jobs.get(bad)

    assert not contract.asked


def test_a_job_that_is_not_there_is_not_found(haulier: Haulier) -> None:
    with pytest.raises(NotFound):
        haulier.jobs.get(JOB_ID)
    with pytest.raises(NotFound):
        list(haulier.jobs.stream(JOB_ID))


def test_args_that_json_cannot_say_are_refused_before_sending(
    contract: Contract, haulier: Haulier
) -> None:
    with pytest.raises(InvalidInput, match="JSON"):
        haulier.jobs.enqueue("demo.hello", {"name": object()})

    assert not contract.asked


def test_a_time_without_a_zone_is_refused(haulier: Haulier) -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        haulier.jobs.enqueue("demo.hello", run_at=datetime(2030, 1, 1))  # noqa: DTZ001 the point


def test_nobody_listening_is_told_with_the_address() -> None:
    with (
        Haulier("http://127.0.0.1:9", "hlr_" + "x", retries=0) as haulier,
        pytest.raises(Unavailable, match=r"http://127\.0\.0\.1:9"),
    ):
        haulier.jobs.get(JOB_ID)
