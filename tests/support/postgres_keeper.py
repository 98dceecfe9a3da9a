"""Runs one PostgreSQL for everybody who holds a share of `<home>/users`, then stops it.

Run as a script: `postgres_keeper.py <home> <fast or durable>`. It is a process of its own, so that
no xdist worker owns the server, and the kernel counts its users: a share of a file lock is gone
when its process is, however it died.
"""

import asyncio
import fcntl
import json
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from haulier.embedded import EmbeddedConfig, EmbeddedPostgres
from haulier.errors import HaulierError

FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""Lost with the machine, and so are the tests."""


def main(home: Path, flavour: str) -> None:
    """Returns when the last user is gone."""
    # The share of users is let go last: whoever then gets it finds no keeper, and starts one.
    with (home / "users").open("a") as users, (home / "keeper").open("a") as keeper:
        fcntl.flock(keeper, fcntl.LOCK_EX)
        answer = home / "answer.json"
        try:
            asyncio.run(_keep(home, flavour, answer, users.fileno()))
        except HaulierError as error:
            _publish(answer, {"error": error.detail})


async def _keep(home: Path, flavour: str, answer: Path, users: int) -> None:
    database_home = home / "home"
    await asyncio.to_thread(shutil.rmtree, database_home, ignore_errors=True)
    config = EmbeddedConfig(
        home=database_home,
        shared_buffers_mb=128,
        max_wal_size_mb=1024,
        stop_timeout=timedelta(seconds=10),
        server_settings={} if flavour == "durable" else FAST,
    )
    async with EmbeddedPostgres(config) as server:
        urls = {
            "url": server.url,
            "admin_url": server.admin_url,
            "superuser_url": server.superuser_url,
        }
        _publish(answer, urls)
        await asyncio.to_thread(fcntl.flock, users, fcntl.LOCK_EX)
        await asyncio.to_thread(answer.unlink)
    await asyncio.to_thread(shutil.rmtree, database_home, ignore_errors=True)


def _publish(answer: Path, content: dict[str, str]) -> None:
    draft = answer.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content))
    draft.replace(answer)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
