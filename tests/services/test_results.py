"""Results as callers get them, and the maintenance that removes what has expired."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from haulier.domain.ids import WorkspaceId
from haulier.domain.lifecycle import Finish
from haulier.domain.outcomes import Completed
from haulier.errors import NotFound, ResultExpired, ResultNotReady
from haulier.services.maintenance import Maintenance, MaintenanceConfig
from haulier.services.results import INLINE_MAX_BYTES
from haulier.store import keys
from support.engine import Engine, fresh_workspace, principal_of
from support.held import Claimant, asked, completed, ending, step_of, write


async def test_a_result_is_not_ready_until_the_job_has_completed(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S1-2.3."""
    me = principal_of(workspace)
    (job_id,) = await write(engine, asked(workspace))
    with pytest.raises(ResultNotReady, match="queued"):
        await engine.results.get(me, job_id)
    held = await worker.claim_one()
    with pytest.raises(ResultNotReady, match="running"):
        await engine.results.get(me, job_id)

    assert await worker.end(held, completed('{"n":1}'))
    found = await engine.results.get(me, job_id)
    assert (found.result.body, found.result.processing_time_ms) == ('{"n":1}', 7)
    assert found.result.sha256 == sha256(b'{"n":1}').digest()


@pytest.mark.parametrize("extra", [0, 1])
async def test_only_what_is_over_a_mebibyte_goes_to_the_blob_store(
    engine: Engine, workspace: WorkspaceId, worker: Claimant, extra: int
) -> None:
    """S1-2.4: the checksum and the size are of the bytes that come back."""
    body = b'"' + b"x" * (INLINE_MAX_BYTES - 2 + extra) + b'"'
    (job_id,) = await write(engine, asked(workspace))
    held = await worker.claim_one()
    kept = await engine.results.keep(workspace, job_id, held.lease_token, body)
    assert await worker.end(held, Completed(result=kept), moved=True)

    found = await engine.results.get(principal_of(workspace), job_id)

    assert (found.chunks is not None) == bool(extra)
    chunks = [] if found.chunks is None else [chunk async for chunk in found.chunks]
    back = b"".join(chunks) or (found.result.body or "").encode()
    assert (back, found.result.size_bytes) == (body, len(body))
    assert found.result.sha256 == sha256(back).digest()


async def test_a_blob_of_another_workspace_is_not_found(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S4-ISO1."""
    path = await engine.blobs.put(workspace, "one", b"content")
    for reader, name in ((fresh_workspace(), path), (workspace, f"{workspace}/gone")):
        with pytest.raises(NotFound):
            _ = [chunk async for chunk in engine.blobs.stream(reader, name)]
    await engine.blobs.remove(path)
    await engine.blobs.remove(path)


async def test_an_expired_result_is_gone_at_once(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S1-2.3: 410, while the row still stands."""
    (job_id,) = await write(engine, asked(workspace))
    held = await worker.claim_one()
    step = step_of(held, completed())
    assert isinstance(step, Finish)
    expired = replace(ending(held, step), kept_for=timedelta(0))
    nothing = replace(worker.demand(0), lanes=())
    assert not (await engine.attempts.cycle([expired], nothing)).lost

    with pytest.raises(ResultExpired):
        await engine.results.get(principal_of(workspace), job_id)


async def test_one_round_forgets_every_expired_key(engine: Engine, workspace: WorkspaceId) -> None:
    """However many there are: a bound a round would let them pile up."""
    old = [
        keys.WantedKey(
            workspace_id=workspace, scope="request", key=f"k{n}", digest=b"", kept_for=timedelta(0)
        )
        for n in range(35)
    ]
    async with engine.database.system() as tx:
        await keys.claim(tx, list(enumerate(old, 1)), len(old))
    maintenance = Maintenance(engine.database, engine.blobs, MaintenanceConfig(batch=10))

    await maintenance.run_once()

    async with engine.database.system() as tx:
        assert await tx.connection.fetchval("select count(*) from job_keys") == 0
