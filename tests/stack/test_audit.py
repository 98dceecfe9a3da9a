"""`haulier audit URL`: through a running server, and alone."""

import asyncio
import json
import socket
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from queue import Queue
from threading import Thread

import pytest

from haulier.checks.report import from_json
from haulier.cli.exit_codes import ExitCode
from haulier.testing.site_server import SampleSite, serve_sample_site
from stack.conftest import temporary_home
from stack.processes import Home
from support.postgres import Database, cloned_database

pytestmark = pytest.mark.serial


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server of haulier that may audit a site, and the site."""

    home: Home
    site: SampleSite
    closed_port: int
    """Nobody listens there, and it may be asked."""


class ServedSite:
    """The faulty sample site on an event loop in a thread of its own."""

    def __enter__(self) -> SampleSite:
        self._sites = Queue[SampleSite]()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        return self._sites.get(timeout=20)

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        async with serve_sample_site("faulty") as site:
            self._sites.put(site)
            await self._stop.wait()


@pytest.fixture(scope="module")
def served(fast_server: Database) -> Generator[Served]:
    with ExitStack() as stack:
        database = stack.enter_context(cloned_database(fast_server, template="template1"))
        site = stack.enter_context(ServedSite())
        home = stack.enter_context(
            temporary_home(
                DATABASE_URL=database.url,
                DATABASE_ADMIN_URL=database.admin_url,
                EGRESS_CA_FILE=str(site.ca_file),
            )
        )
        up = stack.enter_context(home.started("up"))
        up.wait_for("Stop: Ctrl-C")
        closed = stack.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))
        closed_port = closed.getsockname()[1]
        ports = [f"--port={port}" for port in (site.https_port, site.http_port, closed_port)]
        opened = home.run("fetch", "policy", "set", "default", "--allow", "127.0.0.1/32", *ports)
        assert opened.returncode == 0, opened.stderr
        yield Served(home=home, site=site, closed_port=closed_port)


def test_an_audit_through_a_server_is_shown_for_people(served: Served) -> None:
    code, shown = served.home.show("audit", served.site.https_url, columns=80)

    assert code == 0, shown
    assert "grade D" in shown
    assert "sec.cookies" in shown
    assert [line for line in shown.splitlines() if len(line) > 80] == []
    ids = [check for check in ("seo.structured-data-required",) if f" {check} " in shown]
    assert ids, "the longest id is cut"


def test_in_a_pipe_each_check_is_one_line(served: Served) -> None:
    ended = served.home.run("audit", served.site.https_url)

    assert ended.returncode == 0, ended.stderr
    lines = [
        line for line in ended.stdout.splitlines() if line.strip().startswith(("fail", "warn"))
    ]
    assert len(lines) >= 57
    assert all(len(line.split()) > 6 for line in lines)
    assert "No server answers" not in ended.stderr


def test_with_json_the_report_alone_is_on_stdout(served: Served) -> None:
    folder = served.home.path / "saved"

    ended = served.home.run("audit", served.site.https_url, "--json", "--save", str(folder))

    assert ended.returncode == 0, ended.stderr
    report = from_json(ended.stdout.encode())
    assert json.loads(ended.stdout)["schema"] == "haulier.audit/1"
    assert {path.name for path in folder.iterdir()} == {
        f"{report.audit_id}.html",
        f"{report.audit_id}.json",
    }


@pytest.mark.parametrize(
    ("least", "code"),
    [("A", ExitCode.CHECK_FAILED), ("d", ExitCode.OK), ("Z", ExitCode.USAGE), ("", ExitCode.USAGE)],
)
def test_a_grade_can_be_demanded(served: Served, least: str, code: ExitCode) -> None:
    ended = served.home.run("audit", served.site.https_url, "--json", "--fail-below", least)

    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::ffff:169.254.169.254]/",
        "http://127.0.0.1:22/",
        "file:///etc/passwd",
        "ftp://example.com/",
        "not a url",
        "http://ada:lovelace@example.com/",
        "http://" + "a" * 3000 + ".example/",
        "",
    ],
)
def test_an_address_that_may_not_be_fetched_is_refused_in_a_sentence(
    served: Served, url: str
) -> None:
    ended = served.home.run("audit", url)

    assert ended.returncode == ExitCode.USAGE, (ended.returncode, ended.stderr)
    assert ended.stderr.startswith("haulier: ")
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_site_that_is_not_there_is_told(served: Served) -> None:
    ended = served.home.run("audit", f"http://shop.localhost:{served.closed_port}/")

    assert ended.returncode == ExitCode.NOT_FOUND, ended.stderr
    assert "connect_failed" in ended.stderr


def test_without_a_server_one_is_started_for_the_audit(fast_server: Database) -> None:
    with (
        cloned_database(fast_server, template="template1") as database,
        temporary_home(DATABASE_URL=database.url, DATABASE_ADMIN_URL=database.admin_url) as home,
    ):
        ended = home.run("audit", "http://127.0.0.1/")
        again = home.run("audit", "http://127.0.0.1/", "--url", "http://127.0.0.1:9")

    assert ended.returncode == ExitCode.USAGE, ended.stderr
    assert "starting one" in ended.stderr
    assert "loopback" in ended.stderr
    assert again.returncode != 0
    assert "Traceback" not in ended.stderr + again.stderr
