"""A PostgreSQL for the tests: started by whoever needs it first, shared, stopped after the last."""

import asyncio
import fcntl
import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import asyncpg

Flavour = Literal["fast", "durable"]
Migrate = Callable[[asyncpg.Connection], Awaitable[object]]

_KEEPER = Path(__file__).with_name("postgres_keeper.py")
_START_SECONDS = 120.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database on the tests' server."""

    name: str
    url: str
    """As haulier_login."""
    admin_url: str
    """As haulier_owner."""
    superuser_url: str

    def named(self, name: str) -> "Database":
        """The same server and roles, another database."""
        return Database(
            name=name,
            url=_with_database(self.url, name),
            admin_url=_with_database(self.admin_url, name),
            superuser_url=_with_database(self.superuser_url, name),
        )


@contextmanager
def shared_server(flavour: Flavour, *, home: Path | None = None) -> Generator[Database]:
    """Answer the database `haulier` on the server that all processes of this checkout share.

    The server stops when the last of them has left this context or died.
    """
    home = home or _home(flavour)
    with (home / "users").open("a") as users:
        with (home / "gate").open("a") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)  # waits for a keeper that is just stopping
            if not _is_locked(home / "keeper"):
                _start_keeper(home, flavour)
            urls = json.loads((home / "answer.json").read_text())
        if "error" in urls:
            raise RuntimeError(urls["error"])
        yield Database(name="haulier", **urls)


def ensure_template(server: Database, *, digest: str, migrate: Migrate) -> Database:
    """Answer a database that `migrate` has run on, made once per server and digest."""
    template = server.named(f"template_{digest[:16]}")
    with (_home("fast") / "templates").open("a") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        asyncio.run(_ensure_template(server, template, migrate))
    return template


@contextmanager
def cloned_database(server: Database, *, template: str) -> Generator[Database]:
    """A database of its own, copied from `template`, dropped at the end whoever is connected."""
    database = server.named(f"test_{secrets.token_hex(8)}")
    asyncio.run(
        _execute(
            server.superuser_url,
            f"create database {database.name} template {template} owner haulier_owner"
            " strategy file_copy",
        )
    )
    try:
        yield database
    finally:
        drop = f"drop database if exists {database.name} with (force)"
        asyncio.run(_execute(server.superuser_url, drop))


async def _ensure_template(server: Database, template: Database, migrate: Migrate) -> None:
    connection = await asyncpg.connect(server.superuser_url)
    try:
        if await connection.fetchval(
            "select exists (select from pg_database where datname = $1)", template.name
        ):
            return
        draft = server.named(f"{template.name}_draft")
        await connection.execute(f"drop database if exists {draft.name} with (force)")
        await connection.execute(f"create database {draft.name} owner haulier_owner")
        owner = await asyncpg.connect(draft.admin_url)
        try:
            await migrate(owner)
        finally:
            await owner.close()
        await connection.execute(f"alter database {draft.name} rename to {template.name}")
    finally:
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _home(flavour: Flavour) -> Path:
    # Short, because a socket's path is limited, and where the server's own account may pass.
    checkout = hashlib.sha256(os.fsencode(Path(__file__).parents[2])).hexdigest()[:10]
    home = Path(f"/tmp/haulier-tests-{os.geteuid()}-{checkout}-{flavour}")
    home.mkdir(mode=0o711, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != os.geteuid():
        raise RuntimeError(f"{home} is not ours.")
    return home


def _is_locked(path: Path) -> bool:
    with path.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _start_keeper(home: Path, flavour: Flavour) -> None:
    answer, log = home / "answer.json", home / "keeper.log"
    answer.unlink(missing_ok=True)
    log.unlink(missing_ok=True)
    # Through a shell that ends at once, so that the keeper is nobody's child.
    command = [sys.executable, str(_KEEPER), str(home), flavour]
    subprocess.run(
        ["/bin/sh", "-c", '"$@" </dev/null >"$0" 2>&1 &', str(log), *command],
        check=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    deadline = time.monotonic() + _START_SECONDS
    while not answer.exists():
        said = log.read_text() if log.exists() else ""
        if (said and not _is_locked(home / "keeper")) or time.monotonic() > deadline:
            raise RuntimeError(f"No server for the tests: {said}")
        time.sleep(_POLL_SECONDS)


def _with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()
