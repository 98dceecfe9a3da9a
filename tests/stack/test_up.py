"""`haulier up` with real processes."""

import json
import os
import signal
import socket

import pytest

from haulier.client import Haulier
from stack.conftest import temporary_home
from stack.processes import Home, Running, wait_until
from support.postgres import Database

pytestmark = pytest.mark.serial

READY = r"Stop: Ctrl-C"
KEY = r"API key, shown this once: (hlr_\S+)"


def hello(home: Home) -> str:
    """Runs the smallest job through the server of this home; its id."""
    ended = home.run("jobs", "enqueue", "hello.audit", "--wait", "--json")
    assert ended.returncode == 0, ended.stderr
    job = json.loads(ended.stdout)
    assert job["status"] == "completed"
    return job["id"]


def assert_all_gone(up: Running, home: Home) -> None:
    wait_until(lambda: True if not up.left() else None, lambda: f"Alive: {up.left()} of {up.seen}")
    assert not list((home.path / "postgres" / "socket").glob(".s.PGSQL*"))
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(home.settings["PORT"]))) != 0


def test_up_stops_cleanly_and_a_second_one_finds_its_data(home: Home) -> None:
    """S0-EX1, S1-AC1, S1-AC3: one command brings everything; the key is shown once."""
    with home.started("up") as up:
        key = up.wait_for(KEY)
        up.wait_for(READY)
        job_id = hello(home)
        family = up.family()
        up.process.send_signal(signal.SIGINT)
        code = up.wait_for_end()
        assert_all_gone(up, home)
        first = up.said()

    assert code == 0, first
    assert set(family) == {"api", "worker", "postgres"}
    assert first.count(key) == 1
    assert (home.path / "credentials.json").stat().st_mode & 0o777 == 0o600

    with home.started("up") as up:
        up.wait_for(READY)
        again = home.run("jobs", "get", job_id, "--json")
        second = up.said()

    assert json.loads(again.stdout)["id"] == job_id
    assert "API key" not in second
    assert key not in second


def test_nothing_outlives_an_up_that_is_killed(home: Home) -> None:
    with home.started("up") as up:
        up.wait_for(READY)
        family = up.family()
        up.process.kill()
        up.wait_for_end()
        wait_until(lambda: True if not up.left() else None, lambda: f"Alive: {up.left()}")
        assert set(family) == {"api", "worker", "postgres"}


@pytest.mark.parametrize(("name", "how"), [("api", signal.SIGKILL), ("worker", signal.SIGTERM)])
def test_up_ends_with_an_error_when_a_part_of_it_does(
    database: Database, name: str, how: signal.Signals
) -> None:
    with temporary_home(DATABASE_URL=database.url, DATABASE_ADMIN_URL=database.admin_url) as home:
        with home.started("up") as up:
            up.wait_for(READY)
            family = up.family()
            os.kill(family[name], how)
            code = up.wait_for_end()
            assert_all_gone(up, home)

        assert code == 1
        assert f"The {name} process ended by itself" in up.said()
        assert "Traceback" not in up.said()


def test_with_another_server_none_is_started(database: Database) -> None:
    with temporary_home(DATABASE_URL=database.url, DATABASE_ADMIN_URL=database.admin_url) as home:
        with home.started("up") as up:
            up.wait_for(READY)
            hello(home)
            family = up.family()

        assert set(family) == {"api", "worker"}
        assert not (home.path / "postgres").exists()
        assert database.url not in up.said()


def test_two_ups_on_one_home_do_not_hurt_each_other(home: Home) -> None:
    with home.started("up") as first:
        first.wait_for(READY)
        second = home.run("up")
        hello(home)

    assert second.returncode == 1
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_told_in_a_sentence(database: Database) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as holder,
        temporary_home(
            DATABASE_URL=database.url,
            DATABASE_ADMIN_URL=database.admin_url,
            PORT=str(holder.getsockname()[1]),
        ) as home,
    ):
        ended = home.run("up")

        assert ended.returncode == 1
        assert f"Port {home.settings['PORT']}" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_port_0_takes_any_that_is_free(database: Database) -> None:
    with (
        temporary_home(
            DATABASE_URL=database.url, DATABASE_ADMIN_URL=database.admin_url, PORT="0"
        ) as home,
        home.started("up") as up,
    ):
        port = up.wait_for(r"haulier is up at http://127.0.0.1:(\d+) ")
        up.wait_for(READY)
        hello(home)

    assert int(port) > 0


def test_api_and_workers_run_alone_and_share_a_database(database: Database) -> None:
    """S0-BR1, S0-EX2: jobs run in another process than the one that took them."""
    with temporary_home(DATABASE_URL=database.url, DATABASE_ADMIN_URL=database.admin_url) as home:
        home.run("workspaces", "create", "shop")
        made = json.loads(home.run("keys", "create", "-w", "shop", "--json").stdout)
        (home.path / "harbour_jobs.py").write_text(PID_KIND)
        url = f"http://127.0.0.1:{home.settings['PORT']}"
        with (
            home.started("api") as api,
            home.started("worker", "--app", "harbour_jobs", "--concurrency", "1") as one,
            Haulier(url, made["key"]) as haulier,
        ):
            wait_until(lambda: True if _is_ready(haulier) else None, api.said)
            one.wait_for("worker.started")
            with home.started("worker", "--app", "harbour_jobs", "--concurrency", "1") as two:
                two.wait_for("worker.started")
                asked = [haulier.jobs.enqueue("harbour.pid", {}) for _ in range(2)]
                ended = [haulier.jobs.wait(job.id, timeout=30) for job in asked]
                results = [json.loads(haulier.jobs.result_bytes(job.id)) for job in asked]
                pids = {result["pid"] for result in results}

                assert {job.status for job in ended} == {"completed"}
                assert pids == {one.process.pid, two.process.pid}
                assert api.process.pid not in pids
            home.run("keys", "revoke", made["id"], "-w", "shop")
            wait_until(lambda: True if _is_refused(haulier) else None, lambda: "It works still.")


PID_KIND = '''
import os, time
from haulier import JobContext, handler

@handler("harbour.pid")
def pid(job: JobContext) -> dict[str, int]:
    """Tells who runs it; both workers are busy when two of these run."""
    time.sleep(1.5)
    return {"pid": os.getpid()}
'''


def _is_ready(haulier: Haulier) -> bool:
    try:
        return haulier.health.ready().is_ready
    except Exception:  # noqa: BLE001 - whatever a server that comes up may answer
        return False


def _is_refused(haulier: Haulier) -> bool:
    from haulier.errors import Unauthenticated

    try:
        haulier.kinds.list()
    except Unauthenticated:
        return True
    return False
