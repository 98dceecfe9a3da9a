"""Jobs that fail for good, and what is left of them."""

from collections.abc import Sequence
from dataclasses import replace

from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.jobs import NewJob
from haulier.domain.lifecycle import Finish
from haulier.domain.outcomes import Category, Failed
from haulier.redact import redact_text
from haulier.store import attempts
from support.engine import Engine
from support.held import Claimant, ending, step_of, write


def failed(
    text: str = "It broke.", category: Category = Category.AUTH, error_type: str = "Denied"
) -> Failed:
    """An attempt that is not tried again."""
    return Failed(category=category, error=redact_text(text), error_type=error_type, permanent=True)


async def fail(
    engine: Engine, worker: Claimant, new: Sequence[NewJob], outcome: Failed | None = None
) -> list[JobId]:
    """Writes jobs and fails them one after the other; their ids in order."""
    ids = await write(engine, *new)
    claimed = {job.job_id: job for job in await worker.claim(len(ids))}
    for job_id in ids:
        assert await worker.end(claimed[job_id], outcome or failed())
    return ids


async def fail_together(engine: Engine, worker: Claimant, new: Sequence[NewJob]) -> list[JobId]:
    """Writes jobs and fails them in one commit; their ids in order."""
    ids = await write(engine, *new)
    steps = [(job, step_of(job, failed())) for job in await worker.claim(len(ids))]
    endings = [ending(job, step) for job, step in steps if isinstance(step, Finish)]
    async with engine.database.system() as tx:
        cycle = await attempts.cycle(tx, endings, replace(worker.demand(1), lanes=()))
    assert len(endings) == len(ids)
    assert not cycle.missing
    return ids


async def audit_of(engine: Engine, workspace: WorkspaceId) -> list[tuple[str, str]]:
    """(action, resource) of the workspace's audit entries that are about dead letters."""
    async with engine.database.workspace(workspace) as tx:
        rows = await tx.connection.fetch(
            "select action, resource_id from audit_logs where action like 'dead_letter.%'"
            " order by id"
        )
    return [(row["action"], row["resource_id"]) for row in rows]
