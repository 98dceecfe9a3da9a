import gzip
from pathlib import Path

import pytest

from client.contract import JOB_ID, Answer, Contract, say
from haulier.client import AsyncHaulier, Haulier, wire
from haulier.errors import Unavailable

BODIES = [
    b"",
    b"<html>It works!</html>",
    b"null",
    b"[]",
    b'{"id": 7}',
    b'{"id": "job_1"}',
    b'{"id": "job_1", "kind": "a", "queue": "b", "priority": "c"}',
    b"\xff\xfe{}",
    b"[" * 200_000,
    b'{"id": ' + b"9" * 10_000 + b"}",
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_an_answer_of_another_shape_is_told_as_such(
    contract: Contract, haulier: Haulier, body: bytes
) -> None:
    contract.script = [say(Answer(body=body))] * 2

    with pytest.raises(Unavailable, match="Check the URL"):
        haulier.jobs.get(JOB_ID)
    with pytest.raises(Unavailable, match="Check the URL"):
        list(haulier.jobs.list())


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_the_async_client_says_the_same(
    contract: Contract, async_haulier: AsyncHaulier, body: bytes
) -> None:
    contract.script = [say(Answer(body=body))]

    with pytest.raises(Unavailable, match="Check the URL"):
        await async_haulier.jobs.get(JOB_ID)


def test_a_redirect_is_not_followed(contract: Contract, haulier: Haulier) -> None:
    elsewhere = {"Location": "http://169.254.169.254/"}
    contract.script = [say(Answer(status=302, headers=elsewhere))]

    with pytest.raises(Unavailable, match="302"):
        haulier.jobs.get(JOB_ID)


def test_a_huge_answer_is_not_read_to_its_end(
    contract: Contract, haulier: Haulier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "ANSWER_LIMIT_BYTES", 100_000)
    contract.script = [say(Answer(body=b"x" * 10_000_000))]

    with pytest.raises(Unavailable, match="100000 bytes"):
        haulier.jobs.get(JOB_ID)


def test_a_result_over_the_limit_still_comes_in_chunks(
    contract: Contract, haulier: Haulier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "ANSWER_LIMIT_BYTES", 100_000)
    contract.add_job(JOB_ID, "completed", result=b"x" * 1_000_000)

    assert sum(len(chunk) for chunk in haulier.jobs.result_chunks(JOB_ID)) == 1_000_000


def test_a_compressed_answer_nobody_asked_for_is_not_unpacked(
    contract: Contract, haulier: Haulier
) -> None:
    bomb = Answer(body=gzip.compress(b"0" * 50_000_000), headers={"Content-Encoding": "gzip"})
    contract.script = [say(bomb)] * 2

    with pytest.raises(Unavailable, match="compressed"):
        haulier.jobs.get(JOB_ID)
    with pytest.raises(Unavailable, match="compressed"):
        list(haulier.jobs.result_chunks(JOB_ID))


def test_a_list_that_leads_back_to_itself_ends(contract: Contract, haulier: Haulier) -> None:
    page = Answer(body=b'{"data": [], "has_more": true, "next_cursor": "again"}')
    contract.script = [say(page)] * 5

    with pytest.raises(Unavailable, match="circles"):
        list(haulier.jobs.list())

    assert len(contract.asked) == 2


@pytest.mark.parametrize("promised", [0, 3, 5_000_000])
def test_a_result_of_a_wrong_length_leaves_no_file(
    contract: Contract, haulier: Haulier, tmp_path: Path, promised: int
) -> None:
    contract.script = [say(Answer(body=b"x" * 1000, promised=promised))]
    if promised < 1000:
        assert haulier.jobs.save_result(JOB_ID, tmp_path / "result") == promised
        return
    with pytest.raises(Unavailable):
        haulier.jobs.save_result(JOB_ID, tmp_path / "result")
    assert not list(tmp_path.iterdir())
