"""Row-level security: one workspace's transaction shows nothing of another's."""

from uuid import UUID

import asyncpg
import pytest

from haulier.domain.access import Origin
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.states import EventType
from haulier.store import audit_log, events, jobs, queue_entries, results, workspaces
from haulier.store.audit_log import Entry
from haulier.store.jobs import JobFilter, JobToWrite
from support.engine import Engine, fresh_workspace
from support.held import Claimant, asked, claimant, completed, hold_of, write


async def full_workspace(engine: Engine, workspace: WorkspaceId) -> JobId:
    """A workspace with a row in every table; a finished job and an open one."""
    worker = claimant(engine, workspace)
    async with engine.database.system() as tx:
        await workspaces.create(tx, workspace, "A shop")
    await engine.api_keys.create(workspace, "key")
    (job_id, _) = await write(engine, asked(workspace), asked(workspace))
    held = await worker.claim_one()
    await engine.attempts.record([(hold_of(held), EventType.PROGRESS, {"progress": 0.5})])
    await engine.attempts.remember_step(hold_of(held), "rows", "", "[]")
    await worker.end(held, completed(), moved=True)
    async with engine.database.system() as tx:
        await tx.connection.execute(
            "insert into job_keys values ($1, 'request', 'k', $2, '', null, now(), now() + '1 h')",
            workspace,
            job_id,
        )
        await tx.connection.execute(
            "insert into dead_letters values ($1, $2, 'k', 1, 'q', 'default', 'auth',"
            " repeat('0', 16), 'Denied', 'no entry', 1)",
            workspace,
            job_id,
        )
    return job_id


READABLE = [
    "workspaces", "jobs", "queue_entries", "job_events", "job_results", "job_steps", "job_keys",
    "dead_letters", "audit_logs", "jobs_current",
]  # fmt: skip


async def test_no_table_and_no_view_shows_another_workspace(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S4-ISO1, S4-ISO2, S3-MT: asked without any condition, each shows its own rows alone."""
    other = fresh_workspace()
    await full_workspace(engine, workspace)
    await full_workspace(engine, other)

    for mine in (workspace, other):
        async with engine.database.workspace(mine) as tx:
            for table in READABLE:
                seen = await tx.connection.fetch(f"select distinct workspace_id from {table}")
                assert [row[0] for row in seen] == [mine], table


async def test_every_relation_with_a_workspace_is_covered_here(engine: Engine) -> None:
    async with engine.database.system() as tx:
        found = await tx.connection.fetch(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relnamespace = 'public'::regnamespace and a.attname = 'workspace_id'"
            " and c.relkind in ('r', 'p', 'v') and not c.relispartition"
        )

    assert {row[0] for row in found} == {*READABLE, "api_keys"}


@pytest.mark.parametrize("table", ["api_keys", "workers", "schema_migrations"])
async def test_requests_cannot_read_what_is_not_theirs_at_all(engine: Engine, table: str) -> None:
    async with engine.database.workspace(WorkspaceId("alpha")) as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.connection.fetch(f"select * from {table}")


async def test_partitions_cannot_be_read_by_name(engine: Engine) -> None:
    """A partition's own name leads around no policy."""
    async with engine.database.system() as tx:
        names = await tx.connection.fetch(
            "select relname from pg_class where relispartition and relkind = 'r'"
        )
    assert len(names) > 20
    for row in names:
        async with engine.database.workspace(WorkspaceId("alpha")) as tx:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await tx.connection.fetch(f"select * from {row[0]}")


async def test_a_transaction_without_a_workspace_sees_nothing(
    engine: Engine, workspace: WorkspaceId
) -> None:
    await full_workspace(engine, workspace)
    connection = await asyncpg.connect(engine.url)
    await connection.execute("set role haulier_app")

    for table in READABLE:
        assert await connection.fetchval(f"select count(*) from {table}") == 0, table
    await connection.close()


async def test_writing_into_another_workspace_is_refused(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S4-ISO1."""
    other = fresh_workspace()
    job_id = await full_workspace(engine, other)
    entry = Entry(
        workspace_id=other,
        actor="key_test",
        action="job.cancel",
        resource_type="job",
        resource_id=str(job_id),
        origin=Origin(),
    )

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with engine.database.workspace(workspace) as tx:
            await audit_log.append(tx, entry)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with engine.database.workspace(workspace) as tx:
            await tx.connection.execute(
                "insert into job_events (workspace_id, job_id, seq, attempt, type)"
                " values ($1, $2, 99, 0, 'completed')",
                other,
                job_id,
            )


async def test_changing_another_workspaces_rows_finds_none(
    engine: Engine, workspace: WorkspaceId
) -> None:
    other = fresh_workspace()
    (job_id,) = await write(engine, asked(other))

    async with engine.database.workspace(workspace) as tx:
        assert await queue_entries.lock(tx, job_id) is None
        assert not await queue_entries.cancel(tx, job_id, "mine")
        assert not await queue_entries.ask_cancel(tx, job_id, "mine")
        assert await jobs.get(tx, other, job_id) is None
        assert await results.get(tx, job_id) is None
        assert await events.list_after(tx, other, job_id, 0, 10) == []
        assert await tx.connection.execute("delete from queue_entries") == "DELETE 0"
        updated = await tx.connection.execute("update queue_entries set cancel_asked = true")
        assert updated == "UPDATE 0"

    async with engine.database.system() as tx:
        job = await jobs.get(tx, other, job_id)
    assert job is not None
    assert job.status == "queued"


async def test_a_workspace_ends_with_its_transaction(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """The pool hands the same connection to the next request, which must not inherit it."""
    for _ in range(30):
        async with engine.database.workspace(workspace) as tx:
            pass
        assert tx.workspace_id == workspace
    async with engine.database._app.acquire() as connection:
        assert not await connection.fetchval("select current_workspace()")


async def test_two_workspaces_may_hold_the_same_job_id(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S3-MT."""
    other = fresh_workspace()
    async with engine.database.system() as tx:
        same = JobId(UUID(str(await tx.connection.fetchval("select uuidv7()"))))
        items = [
            JobToWrite(
                job=asked(name, args=b'{"of":"%s"}' % name.encode()), origin=Origin(), id=same
            )
            for name in (workspace, other)
        ]
        await jobs.enqueue(tx, items, [])

    held = await worker.claim_one()
    assert (held.job_id, held.args) == (same, f'{{"of": "{workspace}"}}')
    assert await worker.end(held, completed(), moved=True)

    seen: dict[str, str] = {}
    for name in (workspace, other):
        async with engine.database.workspace(name) as tx:
            job = await jobs.get(tx, name, same)
            assert job is not None
            assert job.args == {"of": name}
            seen[name] = job.status
            assert len(await jobs.list_page(tx, JobFilter(), None, 10)) == 1
    assert seen == {workspace: "completed", other: "queued"}
