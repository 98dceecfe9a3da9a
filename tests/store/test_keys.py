"""Idempotency, dedupe and retry keys: who wins, who waits, who is forgotten."""

import asyncio
from datetime import timedelta

from haulier.domain.ids import JobId, WorkspaceId
from haulier.store import keys
from haulier.store.keys import Scope, WantedKey
from support.engine import Engine, fresh_workspace


def wanted(
    workspace: WorkspaceId, key: str, scope: Scope = "request", kept: timedelta = timedelta(hours=1)
) -> WantedKey:
    return WantedKey(
        workspace_id=workspace, scope=scope, key=key, digest=key.encode(), kept_for=kept
    )


async def claim(engine: Engine, *items: tuple[int, WantedKey]) -> dict[str, tuple[int, JobId]]:
    async with engine.database.system() as tx:
        won = await keys.claim(tx, items, max(number for number, _ in items))
    return {f"{scope} {key}": found for (_, scope, key), found in won.items()}


async def test_a_free_key_is_won_and_a_held_one_is_not(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-FR4b."""
    first = await claim(engine, (1, wanted(workspace, "a")))
    second = await claim(engine, (1, wanted(workspace, "a")), (2, wanted(workspace, "b")))

    assert list(first) == ["request a"]
    assert list(second) == ["request b"]


async def test_all_keys_of_a_job_name_the_same_job(engine: Engine, workspace: WorkspaceId) -> None:
    won = await claim(
        engine, (1, wanted(workspace, "a")), (1, wanted(workspace, "a", "dedupe")),
        (2, wanted(workspace, "b")),
    )  # fmt: skip

    assert won["request a"] == won["dedupe a"]
    assert won["request b"][0] == 2
    assert won["request b"][1] != won["request a"][1]


async def test_scopes_and_workspaces_do_not_share_keys(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S3-MT."""
    await claim(engine, (1, wanted(workspace, "a")))

    assert await claim(engine, (1, wanted(workspace, "a", "dedupe")))
    assert await claim(engine, (1, wanted(fresh_workspace(), "a")))


async def test_a_key_past_its_time_is_free(engine: Engine, workspace: WorkspaceId) -> None:
    (first,) = (await claim(engine, (1, wanted(workspace, "a", kept=timedelta(0))))).values()
    async with engine.database.system() as tx:
        assert await keys.get(tx, workspace, "request", "a") is None

    (second,) = (await claim(engine, (1, wanted(workspace, "a")))).values()

    assert second[1] != first[1]


async def test_callers_with_the_same_keys_in_other_orders_do_not_deadlock(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """Keys are taken in order, whoever asks; exactly one caller gets each."""
    names = [f"k{n}" for n in range(40)]
    winners: list[str] = []

    async def take(turn: int) -> None:
        order = names if turn % 2 else names[::-1]
        won = await claim(
            engine, *[(n, wanted(workspace, name)) for n, name in enumerate(order, 1)]
        )
        winners.extend(won)

    async with asyncio.TaskGroup() as tasks:
        for turn in range(6):
            tasks.create_task(take(turn))

    assert sorted(winners) == sorted(f"request {name}" for name in names)


async def test_a_released_key_is_free_but_not_one_that_moved_on(
    engine: Engine, workspace: WorkspaceId
) -> None:
    won = await claim(engine, (1, wanted(workspace, "a")), (2, wanted(workspace, "b")))
    other = JobId(won["request a"][1])
    async with engine.database.system() as tx:
        await keys.release(tx, [((workspace, "request", "b"), other)])
        await keys.release(tx, [((workspace, "request", "a"), other)])
        assert await keys.get(tx, workspace, "request", "a") is None
        assert await keys.get(tx, workspace, "request", "b") is not None


async def test_a_sweep_forgets_what_has_expired_and_no_more_than_it_may(
    engine: Engine, workspace: WorkspaceId
) -> None:
    old = [(n, wanted(workspace, f"old{n}", kept=timedelta(0))) for n in range(1, 6)]
    await claim(engine, *old, (6, wanted(workspace, "young")))

    async with engine.database.system() as tx:
        first = await keys.sweep(tx, 3)
        second = await keys.sweep(tx, 1000)
        left = await tx.connection.fetch(
            "select key from job_keys where workspace_id = $1", workspace
        )

    assert first == 3
    assert second >= 2
    assert [row[0] for row in left] == ["young"]
