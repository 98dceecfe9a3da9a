import io
import json
from collections.abc import Callable
from pathlib import Path
from threading import Timer

import pytest

from client.contract import JOB_ID, Contract, problem, say

Haulier = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def test_enqueue_prints_the_id_first(contract: Contract, haulier: Haulier, capsys: Capture) -> None:
    code = haulier("jobs", "enqueue", "demo.hello", "--args", '{"name": "Ada"}')

    (job_id,) = contract.jobs
    assert code == 0
    assert capsys.readouterr().out.split() == [job_id, "demo.hello", "queued"]
    assert contract.asked[0].json == {"kind": "demo.hello", "args": {"name": "Ada"}}


def test_enqueue_sends_every_option(contract: Contract, haulier: Haulier, capsys: Capture) -> None:
    options = "--queue quick --priority 3 --delay 1.5m --dedupe-key once --no-dedupe"
    labels = ["--label", "region=eu", "--label", "note=a=b"]

    code = haulier("jobs", "enqueue", "demo.hello", *options.split(), *labels, "--json")

    assert code == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "demo.hello"
    assert contract.asked[0].json == {
        "kind": "demo.hello",
        "args": {},
        "queue": "quick",
        "priority": 3,
        "delay_seconds": 90.0,
        "labels": {"region": "eu", "note": "a=b"},
        "dedupe": False,
        "dedupe_key": "once",
    }


def test_enqueue_takes_a_time_and_a_priority_by_name(contract: Contract, haulier: Haulier) -> None:
    when = "2030-01-01T01:00:00+01:00"

    assert haulier("jobs", "enqueue", "demo.hello", "--at", when, "--priority", "high") == 0

    asked = contract.asked[0].json
    assert (asked["run_at"], asked["priority"]) == ("2030-01-01T00:00:00Z", "high")


def test_args_come_from_a_file_or_from_stdin(
    contract: Contract, haulier: Haulier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "args.json"
    file.write_text('{"from": "file"}')
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"from": "stdin"}')))

    haulier("jobs", "enqueue", "demo.hello", "--args", f"@{file}")
    haulier("jobs", "enqueue", "demo.hello", "--args", "-")

    assert [asked.json["args"] for asked in contract.asked] == [{"from": "file"}, {"from": "stdin"}]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--args", "[1]"],
        ["--args", "{"],
        ["--args", "@/nowhere/at/all"],
        ["--label", "alone"],
        ["--delay", "soon"],
        ["--delay", "-5s"],
        ["--at", "yesterday"],
        ["--delay", "1s", "--at", "2030-01-01T00:00Z"],
        ["--unknown"],
        [],
    ],
)
def test_wrong_usage_exits_2_and_sends_nothing(
    contract: Contract, haulier: Haulier, capsys: Capture, wrong: list[str]
) -> None:
    kind = ["demo.hello"] if wrong else []

    assert haulier("jobs", "enqueue", *kind, *wrong) == 2

    assert not contract.asked
    assert "Traceback" not in capsys.readouterr().err


def test_enqueue_can_wait_for_the_end(
    contract: Contract, haulier: Haulier, capsys: Capture
) -> None:
    first = f"job_{0:026}"
    finish = Timer(0.2, lambda: contract.add_event(first, "completed"))
    finish.start()

    code = haulier("jobs", "enqueue", "demo.hello", "--wait", "--json")

    finish.join()
    assert code == 0
    assert json.loads(capsys.readouterr().out)["status"] == "completed"


def test_a_list_is_a_table_or_json(contract: Contract, haulier: Haulier, capsys: Capture) -> None:
    for number in range(5):
        contract.add_job(f"job_{number}")

    assert haulier("jobs", "list", "--limit", "3") == 0
    table = capsys.readouterr().out
    assert haulier("jobs", "list", "--status", "queued", "--json") == 0
    found = json.loads(capsys.readouterr().out)

    assert "job_2" in table
    assert "job_3" not in table
    assert [job["id"] for job in found] == [f"job_{number}" for number in range(5)]


def test_a_job_is_shown_with_its_error(
    contract: Contract, haulier: Haulier, capsys: Capture
) -> None:
    contract.add_job(JOB_ID, "failed")

    assert haulier("jobs", "get", JOB_ID) == 0
    shown = capsys.readouterr().out
    assert haulier("jobs", "get", JOB_ID, "--json") == 0

    assert "permanent: no such page" in shown
    assert json.loads(capsys.readouterr().out)["error"]["type"] == "ValueError"


def test_events_are_a_table_or_json_or_lines_of_json(
    contract: Contract, haulier: Haulier, capsys: Capture
) -> None:
    contract.add_job(JOB_ID, "queued", "running")
    contract.add_event(JOB_ID, "progress", progress=0.25, message="read")
    contract.add_event(JOB_ID, "completed")

    haulier("jobs", "events", JOB_ID)
    table = capsys.readouterr().out
    haulier("jobs", "events", JOB_ID, "--json")
    document = json.loads(capsys.readouterr().out)
    haulier("jobs", "events", JOB_ID, "--follow", "--json")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert "progress 25%  read" in table
    assert [event["type"] for event in document] == ["queued", "running", "progress", "completed"]
    assert lines == document


def test_tail_follows_to_the_end(contract: Contract, haulier: Haulier, capsys: Capture) -> None:
    contract.add_job(JOB_ID, "queued", "running", "progress", "completed")

    assert haulier("jobs", "tail", JOB_ID) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == [
        "queued",
        "running",
        "progress",
        "completed",
        "completed",
    ]


def test_tail_of_a_job_that_failed_exits_1_and_says_why(
    contract: Contract, haulier: Haulier, capsys: Capture
) -> None:
    contract.add_job(JOB_ID, "queued", "failed")

    assert haulier("jobs", "tail", JOB_ID) == 1

    assert "permanent: no such page" in capsys.readouterr().out


def test_a_result_goes_to_stdout_or_a_file(
    contract: Contract, haulier: Haulier, capsys: Capture, tmp_path: Path
) -> None:
    contract.add_job(JOB_ID, "completed", result=b'{"score": 7}')
    file = tmp_path / "result.json"

    haulier("jobs", "result", JOB_ID)
    printed = capsys.readouterr().out
    code = haulier("jobs", "result", JOB_ID, "--output", str(file), "--json")

    assert json.loads(printed) == {"score": 7}
    assert code == 0
    assert json.loads(capsys.readouterr().out) == {"path": str(file), "size_bytes": 12}
    assert file.read_bytes() == b'{"score": 7}'


def test_a_result_cannot_go_where_no_folder_is(contract: Contract, haulier: Haulier) -> None:
    contract.add_job(JOB_ID, "completed", result=b"1")

    assert haulier("jobs", "result", JOB_ID, "-o", "/nowhere/at/all/result.json") == 2


def test_cancel_and_retry_say_what_became(
    contract: Contract, haulier: Haulier, capsys: Capture
) -> None:
    contract.add_job(JOB_ID)

    assert haulier("jobs", "cancel", JOB_ID, "--reason", "typo") == 0
    assert capsys.readouterr().out == f"{JOB_ID} is cancelled\n"
    assert haulier("jobs", "retry", JOB_ID, "--json") == 0
    assert json.loads(capsys.readouterr().out)["id"] == JOB_ID


def test_kinds_are_listed_and_shown(haulier: Haulier, capsys: Capture) -> None:
    haulier("kinds", "list")
    table = capsys.readouterr().out
    haulier("kinds", "get", "demo.hello")
    shown = capsys.readouterr().out
    haulier("kinds", "list", "--json")

    assert "demo.hello@1" in table
    assert '{"type":"object"}' in shown
    assert json.loads(capsys.readouterr().out)[0]["name"] == "demo.hello"


def test_text_from_the_server_cannot_command_the_terminal(
    contract: Contract, haulier: Haulier, capsys: Capture
) -> None:
    contract.add_job(JOB_ID, "queued")
    contract.add_event(JOB_ID, "log", message="\x1b]0;owned\x07 [red]no markup[/red] \u202e")
    refusal = problem(404, "not_found", detail="\x1b[2Jgone")

    haulier("jobs", "events", JOB_ID)
    shown = capsys.readouterr().out
    contract.script.append(say(refusal))
    haulier("jobs", "get", JOB_ID)

    assert "\\x1b]0;owned\\x07 [red]no markup[/red] \\x202e" in shown
    assert "\x1b" not in shown + capsys.readouterr().err
