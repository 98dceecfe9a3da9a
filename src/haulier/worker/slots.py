"""Slots: each takes one job after another from the local queue and runs it."""

import asyncio
import time
from typing import assert_never

from haulier.domain.ids import format_job_id
from haulier.domain.outcomes import (
    Cancelled,
    Completed,
    Failed,
    Interrupted,
    Outcome,
    Snoozed,
)
from haulier.redact import redact_text
from haulier.services.attempts import Attempts
from haulier.telemetry.span import span
from haulier.worker.claimer import Claimer, Ended
from haulier.worker.context import RunningJob
from haulier.worker.executor import Executor
from haulier.worker.fetchers import Fetchers
from haulier.worker.recorder import Recorder
from haulier.worker.running import HeldJob, Interruption


class Slots:
    """Runs the jobs that the claimer brought. One `run()` per slot."""

    def __init__(
        self,
        claimer: Claimer,
        executor: Executor,
        attempts: Attempts,
        recorder: Recorder,
        fetchers: Fetchers,
    ) -> None:
        self._claimer = claimer
        self._executor = executor
        self._attempts = attempts
        self._recorder = recorder
        self._fetchers = fetchers

    async def run(self) -> None:
        """Runs one job after another until cancelled."""
        while True:
            job = await self._claimer.local.get()
            await self._run_job(job)

    async def _run_job(self, job: HeldJob) -> None:
        claimed = job.claimed
        started = time.monotonic()
        outcome: Outcome = Interrupted(reason=redact_text("The worker stopped."))
        job.task = asyncio.current_task()
        try:
            with span(
                "job.attempt",
                workspace_id=claimed.workspace_id,
                job_id=format_job_id(claimed.job_id),
                kind=str(claimed.kind),
                attempt=claimed.attempt,
                traceparent=claimed.trace_context,
            ) as facts:
                if job.interruption is None:
                    context = RunningJob(job, self._attempts, self._recorder, self._fetchers)
                    outcome = await self._executor.execute(job, context)
                    await self._flush(job)
                facts["outcome"], facts["category"] = _words(outcome)
        finally:
            job.task = None
            self._recorder.forget(job)
            elapsed = time.monotonic() - started
            self._claimer.ended(Ended(job=job, outcome=outcome, elapsed_seconds=elapsed))

    async def _flush(self, job: HeldJob) -> None:
        """The last progress is told before the end is."""
        if job.lost or job.interruption is Interruption.STOPPING:
            return
        job.task = None  # an interruption that comes now must not cut the slot itself
        await self._recorder.flush(job)


def _words(outcome: Outcome) -> tuple[str, str | None]:
    match outcome:
        case Completed():
            return "completed", None
        case Failed(category=category):
            return "failed", category
        case Snoozed():
            return "snoozed", None
        case Cancelled():
            return "cancelled", None
        case Interrupted():
            return "interrupted", None
        case _:
            assert_never(outcome)
