"""The baseline: one-row insert commits by pgbench, on the same server in the same minute."""

import asyncio
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

_INSERT = "insert into bench_baseline (data) values (repeat('x', 235));\n"


async def commits_per_second(pg_bin: Path, superuser_url: str, clients: int, seconds: int) -> float:
    """What `clients` connections commit, each insert in a transaction of its own."""
    connection = await asyncpg.connect(superuser_url)
    await connection.execute(
        "create table if not exists bench_baseline (id bigserial primary key, data text)"
    )
    await connection.close()
    with TemporaryDirectory() as folder:
        script = Path(folder, "insert.sql")
        script.write_text(_INSERT)
        process = await asyncio.create_subprocess_exec(
            pg_bin / "pgbench",
            *("-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds)),
            *("-f", script),
            env=_environment(superuser_url),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await process.communicate()
    found = re.search(rb"tps = ([0-9.]+)", output)
    if found is None:
        raise RuntimeError(errors.decode())
    return float(found[1])


def _environment(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "PGHOST": query["host"][0],
        "PGPORT": query["port"][0],
        "PGUSER": parts.username or "",
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
    }
