"""The command line as a process of its own."""

import os
import signal
import subprocess
import sys

import pytest

from client.contract import JOB_ID, Contract

# Whoever runs the tests in the background hands down an ignored SIGINT; a terminal does not.
COMMAND = [
    sys.executable,
    "-c",
    (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from haulier.cli import main; main()"
    ),
]


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_ctrl_c_ends_quietly(contract: Contract) -> None:
    contract.add_job(JOB_ID, "queued", "running")

    with start("jobs", "events", JOB_ID, "--follow") as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)

    assert (process.returncode, told) == (130, b"")


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_reader_that_leaves_ends_it_quietly(contract: Contract, more: list[str]) -> None:
    contract.add_job(JOB_ID, "queued", "running")

    with start("jobs", "events", JOB_ID, "--follow", *more) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        contract.add_event(JOB_ID, "log", message="nobody reads this")
        contract.add_event(JOB_ID, "completed")
        assert process.stderr is not None
        told = process.stderr.read()
        process.wait(timeout=20)

    assert (process.returncode, told) == (130, b"")


def test_a_reader_that_leaves_before_the_first_byte_ends_it_quietly(contract: Contract) -> None:
    contract.add_job(JOB_ID, "completed", result=b"[" + b"1," * 200_000 + b"1]")

    with start("jobs", "result", JOB_ID) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        told = process.stderr.read()
        process.wait(timeout=20)

    assert (process.returncode, told) == (130, b"")


def test_help_loads_neither_the_client_nor_a_group() -> None:
    script = (
        "import sys\n"
        "from haulier.cli.app import run\n"
        "assert run(['--help']) == 0\n"
        "heavy = {'httpx2', 'haulier.client', 'haulier.cli.jobs', 'fastapi', 'asyncpg'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, env=environment, check=True
    )

    assert ended.stderr == b"[]\n"
