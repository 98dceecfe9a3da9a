"""A reader at a terminal: types what a page says, and compares what comes back."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from haulier.cli.credentials import read_credentials

_JOB = re.compile(r"job_[0-9a-z]{26}")
_VARYING = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "URL"),
    (re.compile(r"hlr_live_\S+"), "KEY"),
    (re.compile(r"data in \S+"), "data in HOME"),
)
_UP_SECONDS = 40.0
_COMMAND_SECONDS = 30.0


@dataclass(kw_only=True)
class Reader:
    """Works in a folder that has `./haulier`, and remembers which id stands for which."""

    folder: Path
    environment: dict[str, str]
    ids: dict[str, str] = field(default_factory=dict[str, str])
    up: "subprocess.Popen[str] | None" = None

    def start(self, command: str, expected: str) -> None:
        """Runs `up` beside everything else, and waits until it greets."""
        log = self.folder / "up.log"
        with log.open("w") as stream:
            self.up = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {command}"],
                cwd=self.folder,
                env=self.environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
                text=True,
            )
        deadline = time.monotonic() + _UP_SECONDS
        while "Stop: Ctrl-C" not in log.read_text():
            assert self.up.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        said = _normal(log.read_text()).splitlines()
        told = _normal(expected).splitlines()
        assert [line for line in said if line in told] == told

    def stop(self) -> None:
        """Ctrl-C."""
        if self.up is not None and self.up.poll() is None:
            self.up.send_signal(signal.SIGINT)
            assert self.up.wait(_UP_SECONDS) == 0
        self.up = None

    def run(self, command: str, expected: str) -> None:
        """Types a command; ids that the page shows stand for those that came back before."""
        done = subprocess.run(
            ["/bin/sh", "-c", self._with_ids(command)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        output = done.stdout + done.stderr
        for told, came in zip(_JOB.findall(expected), _JOB.findall(output), strict=False):
            self.ids.setdefault(told, came)
        assert output.rstrip().splitlines() == self._with_ids(expected).rstrip().splitlines()

    def _with_ids(self, text: str) -> str:
        return _JOB.sub(lambda found: self.ids.get(found.group(), found.group()), text)


def open_reader(folder: Path, *, database_url: str, admin_url: str) -> Reader:
    """A reader in `folder`, with a data home of its own and no settings but the database."""
    script = folder / "haulier"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m haulier "$@"\n')
    script.chmod(0o755)
    own = {name: text for name, text in os.environ.items() if not name.startswith("HAULIER_")}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    environment = {
        **own,
        "HAULIER_HOME": str(folder / "home"),
        "HAULIER_PORT": str(port),
        "HAULIER_DATABASE_URL": database_url,
        "HAULIER_DATABASE_ADMIN_URL": admin_url,
    }
    return Reader(folder=folder, environment=environment)


def api_key(reader: Reader) -> str:
    """What `up` left for the command line."""
    kept = read_credentials(reader.folder / "home")
    assert kept is not None
    return kept.api_key


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each `$ ` line of a console block with the output below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def _normal(text: str) -> str:
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return text
