import json
from collections.abc import Callable

import pytest

from client.contract import JOB_ID, Answer, Contract, Json, problem, say
from client.letters import MADE, PRINT, acknowledgement, group, letter, page, report, told

Haulier = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def test_letters_are_a_table_or_json(contract: Contract, haulier: Haulier, capsys: Capture) -> None:
    """S2-DLQ."""
    contract.script += [say(told(page(letter("job_1"), letter("job_2"))))] * 2

    assert haulier("dlq", "list", "--category", "timeout", "--open", "--limit", "1") == 0
    table = capsys.readouterr().out
    assert haulier("dlq", "list", "--json") == 0
    found = json.loads(capsys.readouterr().out)

    assert "job_1" in table
    assert "job_2" not in table
    assert [one["job_id"] for one in found] == ["job_1", "job_2"]
    assert contract.asked[0].query == {"category": "timeout", "replayed": "false"}
    assert contract.asked[1].query == {}


def test_groups_are_a_table_or_json(contract: Contract, haulier: Haulier, capsys: Capture) -> None:
    contract.script += [say(told(page(group())))] * 2

    assert haulier("dlq", "groups", "--kind", "demo.hello") == 0
    table = capsys.readouterr().out
    assert haulier("dlq", "groups", "--json") == 0

    assert PRINT in table
    assert json.loads(capsys.readouterr().out)[0]["count"] == 2
    assert contract.asked[0].query == {"kind": "demo.hello", "limit": "50"}


def test_a_letter_is_shown_with_error_and_args(
    contract: Contract, haulier: Haulier, capsys: Capture
) -> None:
    contract.script.append(say(told(letter(args={"n": 1}, replayed_as=MADE, replayed_at=None))))

    assert haulier("dlq", "get", JOB_ID) == 0

    shown = capsys.readouterr().out
    assert "stopped after 3 s" in shown
    assert '{"n":1}' in shown
    assert MADE in shown


def test_a_letter_is_replayed(contract: Contract, haulier: Haulier, capsys: Capture) -> None:
    contract.script += [say(told(acknowledgement(), 202))] * 2

    assert haulier("dlq", "replay", JOB_ID) == 0
    assert capsys.readouterr().out.split()[0] == MADE
    assert haulier("dlq", "replay", JOB_ID, "--args", '{"n": 2}', "--json") == 0

    assert json.loads(capsys.readouterr().out)["id"] == MADE
    assert [asked.json for asked in contract.asked] == [{}, {"args": {"n": 2}}]


def test_letters_are_replayed_by_filter(
    contract: Contract, haulier: Haulier, capsys: Capture
) -> None:
    """S2-DLQ: count first, then replay at a rate."""
    contract.script += [
        say(told(report(dry_run=True, replayed=0, remaining=9))),
        say(told(report(), 202)),
        say(told(report(), 202)),
    ]
    chosen = ["--category", "timeout", "--rate", "2.5", "--limit", "5"]

    assert haulier("dlq", "replay", *chosen, "--dry-run") == 0
    assert capsys.readouterr().out == "9 would be replayed (dry run)\n"
    assert haulier("dlq", "replay", *chosen) == 0
    assert capsys.readouterr().out == "5 replayed, over 2 s; 4 remain\n"
    assert haulier("dlq", "replay", "--all", "--json") == 0

    assert json.loads(capsys.readouterr().out)["remaining"] == 4
    body = {"category": "timeout", "rate": 2.5, "limit": 5}
    assert [asked.json for asked in contract.asked] == [{**body, "dry_run": True}, body, {}]


def test_a_purge_goes_on_until_nothing_fits(
    contract: Contract, haulier: Haulier, capsys: Capture
) -> None:
    """S2-DLQ: purge()."""
    more: Json = {"purged": 10000, "has_more": True}
    contract.script += [say(told(more, 202)), say(told({"purged": 5, "has_more": False}, 202))]

    assert haulier("dlq", "purge", "--older-than", "30d", "--category", "timeout") == 0

    assert capsys.readouterr().out == "10005 removed\n"
    assert contract.asked[1].json == {"older_than_seconds": 2592000.0, "category": "timeout"}


def test_a_letter_is_removed(contract: Contract, haulier: Haulier, capsys: Capture) -> None:
    contract.script += [say(Answer(status=204, body=b"")), say(problem(404, "not_found"))]

    assert haulier("dlq", "delete", JOB_ID) == 0
    assert capsys.readouterr().out == f"{JOB_ID} is removed\n"
    assert haulier("dlq", "delete", JOB_ID) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        ["replay"],
        ["replay", "--rate", "5"],
        ["replay", "--args", "{}", "--all"],
        ["replay", JOB_ID, "--all"],
        ["replay", JOB_ID, "--rate", "5"],
        ["replay", JOB_ID, "--dry-run"],
        ["replay", JOB_ID, "--args", "[]"],
        ["replay", "--all", "--rate", "0"],
        ["replay", "--all", "--limit", "1001"],
        ["purge"],
        ["purge", "--older-than", "long"],
        ["groups", "--limit", "201"],
        ["get"],
        ["get", "a/b"],
    ],
)
def test_wrong_usage_exits_2_and_sends_nothing(
    contract: Contract, haulier: Haulier, capsys: Capture, wrong: list[str]
) -> None:
    assert haulier("dlq", *wrong) == 2

    assert not contract.asked
    assert "Traceback" not in capsys.readouterr().err
