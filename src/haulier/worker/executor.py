"""Runs one claimed job to an outcome. Never raises for anything that the handler did."""

import asyncio
from collections.abc import Mapping
from typing import Final

import msgspec

from haulier.domain.kinds import KindRef
from haulier.domain.outcomes import Completed, Outcome, Snoozed
from haulier.handlers.base import Handler, encode_result
from haulier.handlers.outcomes import Snooze
from haulier.redact import redact_text
from haulier.services.results import Results
from haulier.worker.blocking import BlockingJob
from haulier.worker.context import RunningJob
from haulier.worker.egress import EgressGuard
from haulier.worker.failures import failure, timed_out
from haulier.worker.interrupted import interrupted, without_running
from haulier.worker.isolation.attempt import run_isolated
from haulier.worker.isolation.children import Children
from haulier.worker.running import HeldJob
from haulier.worker.threads import HandlerThreads

_NOTHING: Final = b"null"


class Executor:
    """Runs handlers, each in its kind's way."""

    def __init__(
        self,
        handlers: Mapping[KindRef, Handler],
        results: Results,
        threads: HandlerThreads,
        children: Children,
        egress: EgressGuard | None = None,
    ) -> None:
        self._handlers = handlers
        self._results = results
        self._threads = threads
        self._children = children
        self._egress = egress

    async def execute(self, job: HeldJob, context: RunningJob) -> Outcome:
        """What the attempt came to.

        Raises CancelledError only when the worker itself is being torn down.
        """
        unrun = without_running(job.claimed)
        if unrun is not None:
            return unrun
        seconds = job.claimed.timeout.total_seconds()
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                value = await self._held(job, context)
            return await self._completed(job, value)
        except TimeoutError as error:
            return timed_out(seconds) if deadline.expired() else failure(error)
        except asyncio.CancelledError:
            return self._interrupted(job)
        except SystemExit:
            return failure(RuntimeError("The handler asked the process to exit."))
        except Exception as error:  # noqa: BLE001 - whatever the handler raised ends as an outcome
            return failure(error)
        finally:
            context.close()

    async def _held(self, job: HeldJob, context: RunningJob) -> object:
        handler = self._handlers[job.claimed.kind]
        if handler.kind.executor == "process":
            policy = None if self._egress is None else await self._egress.policy(context)
            return await run_isolated(self._children, handler, job, context, policy)
        if self._egress is None:
            return await self._run(job, context)
        async with self._egress.around(context):
            return await self._run(job, context)

    async def _run(self, job: HeldJob, context: RunningJob) -> object:
        handler = self._handlers[job.claimed.kind]
        args = handler.decode_args(job.claimed.args)
        given = () if handler.args_type is None else (args,)
        if handler.is_async:
            return await handler.start(context, *given)
        loop = asyncio.get_running_loop()
        blocking = BlockingJob(context, loop)
        return await self._threads.run(lambda: handler.function(blocking, *given))

    async def _completed(self, job: HeldJob, value: object) -> Outcome:
        if isinstance(value, Snooze):
            return Snoozed(delay=value.delay, reason=redact_text(value.reason))
        body = encode_result(value)
        if body == _NOTHING:
            return Completed(result=None)
        text, score = _lifted(body) if b'"extracted_text"' in body else (None, None)
        claimed = job.claimed
        return Completed(
            result=await self._results.keep(
                claimed.workspace_id,
                claimed.job_id,
                claimed.lease_token,
                body,
                extracted_text=text,
                quality_score=score,
            )
        )

    @staticmethod
    def _interrupted(job: HeldJob) -> Outcome:
        task = asyncio.current_task()
        if job.interruption is None:
            if task is not None and task.cancelling():
                raise asyncio.CancelledError
            return failure(RuntimeError("The handler cancelled itself."))
        if task is not None:
            task.uncancel()
        return interrupted(job)


class _Lifted(msgspec.Struct):
    extracted_text: str | None = None
    quality_score: float | None = None


def _lifted(body: bytes) -> tuple[str | None, float | None]:
    """`extracted_text` and `quality_score`, where a result has them, get columns of their own."""
    try:
        found = msgspec.json.decode(body, type=_Lifted)
    except msgspec.ValidationError:
        return None, None
    text = found.extracted_text
    return (text.replace("\x00", "\ufffd") if text else None), found.quality_score
