"""Running ended jobs again: each comes back as one job, however often it is asked for.

Whoever runs a job again holds its dead letter first and takes the key afterwards, so that two of
them cannot wait for each other.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from haulier.domain.access import Origin, Principal
from haulier.domain.ids import JobId
from haulier.domain.jobs import Job, NewJob
from haulier.services.new_jobs import again, rerun_key
from haulier.services.repeats import acknowledge_written, duplicate_of
from haulier.services.requests import Enqueued
from haulier.store import dead_letters, jobs, keys
from haulier.store.database import SystemTx
from haulier.store.jobs import JobToWrite

_AT_A_TIME: Final = 50
"""Jobs read into memory at once: their args may have a mebibyte each."""


async def run_again(tx: SystemTx, job: Job, new: NewJob, origin: Origin) -> Enqueued:
    """Writes the job that comes of `job`, or finds the one that came of it before.

    The same args make the same job. The caller holds the dead letter, where there is one.
    """
    key = rerun_key(job, new)
    won = (await keys.claim(tx, [(1, key)], 1)).get(key.name)
    if won is None:
        held = await keys.get(tx, key.workspace_id, key.scope, key.key)
        before = held and await jobs.get(tx, key.workspace_id, held.job_id)
        if before is not None:
            return Enqueued(acknowledgement=duplicate_of(before))
    item = JobToWrite(job=new, origin=origin, id=None if won is None else won[1])
    (written,) = await jobs.enqueue(tx, [item], [_lane(new)])
    if won is None:  # the job that had the key is past its time of keeping
        await keys.put(tx, key, written.id, None)
    await dead_letters.mark_replayed(
        tx, job.workspace_id, [(job.id, written.id)], new.created_by, origin
    )
    return Enqueued(acknowledgement=acknowledge_written(new, written))


async def run_all_again(
    tx: SystemTx,
    principal: Principal,
    job_ids: Sequence[JobId],
    interval: timedelta,
    origin: Origin,
) -> int:
    """Replays dead letters `interval` apart, the first at once; returns how many.

    Leaves out what was replayed meanwhile or is being replayed by somebody else.
    """
    done = 0
    for start in range(0, len(job_ids), _AT_A_TIME):
        some = job_ids[start : start + _AT_A_TIME]
        found = await dead_letters.take(tx, principal.workspace_id, some)
        new = [
            replace(again(principal, job), delay=(done + place) * interval)
            for place, job in enumerate(found)
        ]
        done += await _write(tx, list(zip(found, new, strict=True)), origin)
    return done


async def _write(tx: SystemTx, pairs: Sequence[tuple[Job, NewJob]], origin: Origin) -> int:
    wanted = [(number, rerun_key(job, new)) for number, (job, new) in enumerate(pairs, 1)]
    won = await keys.claim(tx, wanted, len(pairs))
    ids = dict(won.values())
    winners = [(job, new, ids[n]) for n, (job, new) in enumerate(pairs, 1) if n in ids]
    if not winners:
        return 0
    items = [JobToWrite(job=new, origin=origin, id=made) for _, new, made in winners]
    lanes = sorted({_lane(new) for _, new, _ in winners if not new.delay})
    await jobs.enqueue(tx, items, lanes)
    first = winners[0][1]
    await dead_letters.mark_replayed(
        tx,
        first.workspace_id,
        [(job.id, made) for job, _, made in winners],
        first.created_by,
        origin,
    )
    return len(winners)


def _lane(new: NewJob) -> str:
    return f"{new.queue} {new.workspace_id}"
