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
from haulier.services.attempts import Attempts
from haulier.telemetry.span import Span, span
from haulier.worker.claimer import Claimer, Ended
from haulier.worker.context import RunningJob
from haulier.worker.executor import Executor
from haulier.worker.fetchers import Fetchers
from haulier.worker.interrupted import interrupted
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
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._run_until_spent())

    async def _run_until_spent(self) -> None:
        """Ends when a handler left its cancellation behind, which would reach the next job."""
        task = asyncio.current_task()
        while task is None or not task.cancelling():
            job = await self._claimer.local.get()
            await self._run_job(job)

    async def _run_job(self, job: HeldJob) -> None:
        claimed = job.claimed
        started = time.monotonic()
        outcome: Outcome | None = None
        job.task = asyncio.current_task()
        try:
            with span(
                "job.attempt",
                workspace_id=claimed.workspace_id,
                job_id=format_job_id(claimed.job_id),
                kind=str(claimed.kind),
                attempt=claimed.attempt,
                trace_id=_trace_id(claimed.trace_context),
            ) as line:
                if job.interruption is None:
                    context = RunningJob(job, self._attempts, self._recorder, self._fetchers)
                    outcome = await self._executor.execute(job, context)
                    await self._flush(job)
                outcome = outcome or interrupted(job)
                _settle(line, outcome)
        finally:
            job.task = None
            self._recorder.forget(job)
            elapsed = time.monotonic() - started
            outcome = outcome or interrupted(job)
            self._claimer.ended(Ended(job=job, outcome=outcome, elapsed_seconds=elapsed))

    async def _flush(self, job: HeldJob) -> None:
        """The last progress is told before the end is."""
        if job.lost or job.interruption is Interruption.STOPPING:
            return
        job.task = None  # an interruption that comes now must not cut the slot itself
        await self._recorder.flush(job)


def _settle(line: Span, outcome: Outcome) -> None:
    """A failing job is a warning: it is the job's author who must act, not the operator."""
    match outcome:
        case Completed():
            line.settle("completed")
        case Failed(category=category, error_type=error_type):
            line.add(category=category, error_type=error_type)
            line.settle("failed", level="warning")
        case Snoozed():
            line.settle("snoozed")
        case Cancelled():
            line.settle("cancelled")
        case Interrupted():
            line.settle("interrupted")
        case _:
            assert_never(outcome)


def _trace_id(trace_context: str | None) -> str | None:
    """The trace that the request began; the second field of a traceparent."""
    return trace_context.split("-")[1] if trace_context else None
