"""Any order of steps that a job can take, against PostgreSQL and a small model."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from haulier.domain.access import Origin
from haulier.domain.events import Event, fold
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.lifecycle import Finish
from haulier.domain.outcomes import Cancelled, Category, Failed, Interrupted, Outcome, Snoozed
from haulier.domain.states import EventType, Status
from haulier.redact import redact_text
from haulier.services.attempts import Claimed
from haulier.store import events, jobs
from support.engine import Engine, fresh_workspace, open_engine, principal_of
from support.held import (
    asked,
    claimant,
    completed,
    expire_leases,
    hold_of,
    make_due,
    step_of,
    write,
)
from support.postgres import Database

T = TypeVar("T")
TEXT = redact_text("because")
MAX_ATTEMPTS = 2
OUTCOMES: dict[str, Outcome] = {
    "completed": completed(),
    "failed": Failed(category=Category.NETWORK, error=TEXT, error_type="X"),
    "permanent": Failed(category=Category.AUTH, error=TEXT, error_type="X", permanent=True),
    "snoozed": Snoozed(delay=timedelta(hours=1), reason=TEXT),
    "interrupted": Interrupted(reason=TEXT),
    "cancelled": Cancelled(reason=TEXT),
}


@dataclass(slots=True)
class Modelled:
    """What the model knows of a job."""

    attempt: int = 0
    token: int = 0
    ahead: bool = False
    held: bool = False
    cancel_asked: bool = False
    ended: bool = False
    seen: list[Event] = field(default_factory=list[Event])

    def is_held_by(self, claimed: Claimed) -> bool:
        """The claim's token still counts."""
        return self.held and not self.ended and self.token == claimed.lease_token


class Machine(RuleBasedStateMachine):
    """Jobs of one workspace of its own; `engine` and `runner` come from the fixture below."""

    engine: Engine
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.workspace: WorkspaceId = fresh_workspace()
        self.worker = claimant(self.engine, self.workspace)
        self.model: dict[JobId, Modelled] = {}
        self.claims: list[Claimed] = []

    def run(self, work: Coroutine[object, object, T]) -> T:
        return self.runner.run(work)

    @rule(ahead=st.booleans())
    def enqueue(self, ahead: bool) -> None:
        delay = timedelta(hours=1) if ahead else None
        new = asked(self.workspace, max_attempts=MAX_ATTEMPTS, delay=delay)
        (job_id,) = self.run(write(self.engine, new))
        self.model[job_id] = Modelled(ahead=ahead)

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        free = [key for key, job in self.model.items() if not (job.ended or job.held or job.ahead)]
        claimed: list[Claimed] = self.run(self.worker.claim(limit))
        assert len(claimed) == min(limit, len(free))
        for one in claimed:
            job = self.model[one.job_id]
            runs = job.attempt < MAX_ATTEMPTS and not job.cancel_asked
            job.attempt += runs
            job.token += 1
            job.held = True
            assert one.job_id in free
            assert (one.runs, one.attempt, one.lease_token) == (runs, job.attempt, job.token)
            self.claims.append(one)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), word=st.sampled_from(sorted(OUTCOMES)))
    def end(self, data: st.DataObject, word: str) -> None:
        """Any claim there ever was; those that are stale must change nothing."""
        claimed = data.draw(st.sampled_from(self.claims))
        job = self.model[claimed.job_id]
        holds = job.is_held_by(claimed)
        if holds and not claimed.runs:
            word = "cancelled"
        step = step_of(claimed, OUTCOMES[word], cancel_asked=job.cancel_asked)
        if isinstance(step, Finish):
            assert self.run(self.worker.finish(claimed, step)) == holds
            job.ended = job.ended or holds
        else:
            assert self.run(self.worker.put_back(claimed, step)) == (False if holds else None)
            if holds:
                job.attempt -= not step.charged
                job.held, job.ahead = False, step.delay > timedelta(0)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def progress(self, data: st.DataObject) -> None:
        claimed = data.draw(st.sampled_from(self.claims))
        job = self.model[claimed.job_id]
        fact = (hold_of(claimed), EventType.PROGRESS, {"progress": 0.5})
        held = self.run(self.engine.attempts.record([fact]))
        assert bool(held) == job.is_held_by(claimed)

    @rule()
    def crash(self) -> None:
        """Every lease runs out; the claims stay good until somebody takes the jobs over."""
        self.run(expire_leases(self.engine, self.workspace))
        for one in self.run(self.worker.claim(50)):
            job = self.model[one.job_id]
            runs = job.attempt < MAX_ATTEMPTS and not job.cancel_asked
            job.attempt += runs
            job.token += 1
            job.held = True
            assert (one.runs, one.attempt, one.lease_token) == (runs, job.attempt, job.token)
            self.claims.append(one)

    @rule()
    def wait(self) -> None:
        self.run(make_due(self.engine, self.workspace))
        for job in self.model.values():
            job.ahead = False

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.model)))
        job = self.model[job_id]
        me = principal_of(self.workspace)
        answer = self.run(self.engine.jobs.cancel(me, job_id, "", Origin()))
        if not job.ended and job.held:
            job.cancel_asked = True
            assert answer.job.status is Status.CANCELLING
        else:
            job.ended = True
            assert answer.job.status.is_final

    @invariant()
    def events_tell_where_every_job_stands(self) -> None:
        for job_id, job in self.model.items():
            self.run(self.check(job_id, job))

    async def check(self, job_id: JobId, job: Modelled) -> None:
        async with self.engine.database.system() as tx:
            found = await events.list_after(tx, self.workspace, job_id, 0, 1000)
            current = await jobs.get(tx, self.workspace, job_id)
            now = await tx.connection.fetchval("select now()")
        assert current is not None
        # `wait` made the row due without waiting: told from the events, that is a later time.
        standing = fold(found, now if job.ahead else now + timedelta(days=400))
        assert (standing.status, standing.attempt) == (current.status, current.attempt)
        assert (current.status.is_final, current.attempt) == (job.ended, job.attempt)
        assert [event.seq for event in found] == list(range(1, len(found) + 1))
        assert found[: len(job.seen)] == job.seen
        finals = [event.seq for event in found if event.type.is_final]
        assert finals == ([len(found)] if job.ended else [])
        assert current.attempt <= MAX_ATTEMPTS
        job.seen = found


def test_every_order_of_steps_leaves_one_history(
    module_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """S0-FR3c, S0-NFR1b, S1-1.1a: the events fold to where the job stands, after every step."""
    with asyncio.Runner() as runner:
        opened = open_engine(module_database.url, tmp_path_factory.mktemp("blobs"))
        engine = runner.run(opened.__aenter__())
        machine = type("Bound", (Machine,), {"engine": engine, "runner": runner})
        bounds = settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        try:
            run_state_machine_as_test(machine, settings=bounds)
        finally:
            runner.run(opened.__aexit__(None, None, None))
