from collections.abc import Callable

import pytest

from client.contract import JOB_ID, Contract, problem, say
from haulier.cli.exit_codes import ExitCode

Haulier = Callable[..., int]


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "invalid_request", ExitCode.USAGE),
        (422, "validation_failed", ExitCode.USAGE),
        (422, "unknown_kind", ExitCode.USAGE),
        (401, "unauthenticated", ExitCode.DENIED),
        (403, "permission_denied", ExitCode.DENIED),
        (404, "not_found", ExitCode.NOT_FOUND),
        (404, "result_not_ready", ExitCode.NOT_FOUND),
        (410, "result_expired", ExitCode.NOT_FOUND),
        (409, "conflict", ExitCode.CONFLICT),
        (409, "invalid_transition", ExitCode.CONFLICT),
        (500, "internal_error", ExitCode.FAILED),
    ],
)
def test_each_family_of_refusals_has_its_code(
    contract: Contract,
    haulier: Haulier,
    capsys: pytest.CaptureFixture[str],
    status: int,
    code: str,
    expected: int,
) -> None:
    contract.script.append(say(problem(status, code)))

    assert haulier("jobs", "get", JOB_ID) == expected

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"haulier: refused: {code}\n  ({code}, request req_1)\n"


def test_problems_with_fields_are_told_one_a_line(
    contract: Contract, haulier: Haulier, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = [{"pointer": "/args/url", "code": "invalid", "detail": "not a URL"}]
    contract.script.append(say(problem(422, "validation_failed", errors=fields)))

    haulier("jobs", "enqueue", "demo.hello")

    assert "  /args/url: not a URL\n" in capsys.readouterr().err


def test_no_server_is_told_with_what_to_do(
    haulier: Haulier, capsys: pytest.CaptureFixture[str]
) -> None:
    code = haulier("kinds", "list", "--url", "http://127.0.0.1:9")

    assert code == ExitCode.FAILED
    happened, advice = capsys.readouterr().err.splitlines()
    assert happened.startswith("haulier: No answer from http://127.0.0.1:9")
    assert "haulier up" in advice


@pytest.mark.parametrize("word", ["nonsense", "--nonsense"])
def test_unknown_words_are_wrong_usage(haulier: Haulier, word: str) -> None:
    assert haulier(word) == ExitCode.USAGE
    assert haulier("jobs", word) == ExitCode.USAGE


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["jobs", "--help"]])
def test_help_and_version_are_fine(haulier: Haulier, words: list[str]) -> None:
    assert haulier(*words) == ExitCode.OK
