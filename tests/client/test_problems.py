import json
from collections.abc import Iterator

import pytest

from client.contract import JOB_ID, Answer, Contract, problem, say
from haulier import errors
from haulier.client import Haulier
from haulier.client.problems import read_problem
from haulier.errors import HaulierError, IllegalTransition, Throttled, Unavailable


def every(root: type[HaulierError]) -> Iterator[type[HaulierError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from every(child)


@pytest.mark.parametrize("kind", list(every(HaulierError)))
def test_every_class_of_the_tree_comes_back_by_its_code(kind: type[HaulierError]) -> None:
    fields = [{"pointer": "/args/url", "code": "invalid", "detail": "not a URL"}]
    body = {"code": kind.code, "detail": "what happened", "request_id": "req_7", "errors": fields}

    error = read_problem(418, {}, json.dumps(body).encode())

    assert type(error) is kind
    assert str(error) == error.detail == "what happened"
    assert error.request_id == "req_7"
    assert [problem.pointer for problem in error.problems] == ["/args/url"]


def test_codes_are_unique_so_that_they_can_come_back() -> None:
    codes = [kind.code for kind in every(HaulierError)]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.InvalidInput),
        (401, errors.Unauthenticated),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (410, errors.Gone),
        (413, errors.PayloadTooLarge),
        (422, errors.InvalidInput),
        (429, errors.Throttled),
        (503, errors.Unavailable),
        (599, HaulierError),
    ],
)
def test_a_code_of_a_later_release_is_told_by_its_status(
    status: int, kind: type[HaulierError]
) -> None:
    error = read_problem(status, {}, b'{"code": "egress_denied_by_moon_phase", "detail": "no"}')

    assert type(error) is kind
    assert error.detail == "no"


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"null", b"[]", b'"x"', b'{"code": 7}', b"\xff\xfe", b"[" * 100_000, b'{"c'],
)
@pytest.mark.parametrize("status", [301, 404, 418, 500])
def test_a_refusal_that_is_no_problem_is_an_error_all_the_same(status: int, body: bytes) -> None:
    error = read_problem(status, {"haulier-request-id": "req_9"}, body)

    assert isinstance(error, errors.NotFound if status == 404 else Unavailable)
    assert error.detail
    assert error.request_id == "req_9"


def test_a_huge_problem_is_cut() -> None:
    fields = [{"detail": "y" * 5_000}] * 5_000
    body = {"code": "conflict", "detail": "x" * 1_000_000, "errors": fields}

    error = read_problem(409, {}, json.dumps(body).encode())

    assert len(error.detail) == 2_000
    assert len(error.problems) == 100


def test_a_forbidden_step_has_words_but_no_states(contract: Contract, haulier: Haulier) -> None:
    contract.add_job(JOB_ID, "completed")

    with pytest.raises(IllegalTransition, match="refused: invalid_transition") as caught:
        haulier.jobs.retry(JOB_ID)

    assert (caught.value.job_id, caught.value.source, caught.value.target) == ("", "", "")


def test_a_quota_is_not_retried_when_the_server_asks_for_much_patience(
    contract: Contract, haulier: Haulier
) -> None:
    contract.script.append(say(problem(429, "quota_exceeded", retry_after=3600)))

    with pytest.raises(Throttled):
        haulier.jobs.get(JOB_ID)

    assert len(contract.asked) == 1


def test_readiness_is_told_from_a_server_that_is_not_ready(contract: Contract) -> None:
    refusal = Answer(status=503, body=b'{"status": "not_ready", "database": "unreachable"}')
    contract.script.append(say(refusal))

    with Haulier(contract.url, "hlr_" + "x", retries=0) as haulier:
        readiness = haulier.health.ready()

    assert not readiness.is_ready
    assert readiness.dependencies["database"] == "unreachable"
