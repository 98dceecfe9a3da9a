"""Ends what is done and claims what comes next, one cycle at a time."""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import structlog

from haulier.domain.ids import JobId, parse_workspace_id
from haulier.domain.kinds import KindRef
from haulier.domain.lifecycle import AttemptFacts, Finish, Reschedule, next_step
from haulier.domain.outcomes import Cancelled, Outcome
from haulier.domain.retries import RetryPolicy
from haulier.errors import InvalidWorkspaceId, Unavailable
from haulier.redact import redact_exception, redact_text
from haulier.services.attempts import Attempts, CycleResult, Demand, Ending, Key, Lane, Return
from haulier.worker.config import WorkerConfig
from haulier.worker.failures import failure
from haulier.worker.interrupted import interrupted
from haulier.worker.lanes import Lanes
from haulier.worker.running import HeldJob, Holdings, Interruption

_MAX_ENDINGS: Final = 500
_RATE_WINDOW_SECONDS: Final = 0.25
_AWAY_SECONDS: Final = 0.5
_jitter = secrets.SystemRandom()
_log = structlog.stdlib.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An attempt that came to an outcome and must be written down."""

    job: HeldJob
    outcome: Outcome
    elapsed_seconds: float


class Claimer:
    """The only one in a worker who claims, ends and returns jobs. Runs inside `run()`."""

    def __init__(
        self,
        attempts: Attempts,
        holdings: Holdings,
        kinds: dict[KindRef, RetryPolicy],
        queues: Sequence[str],
        worker_id: UUID,
        config: WorkerConfig,
    ) -> None:
        self._attempts = attempts
        self._holdings = holdings
        self._kinds = kinds
        self._queues = frozenset(queues)
        self._worker_id = worker_id
        self._config = config
        self._lanes = Lanes()
        self._ended: deque[Ended] = deque()
        self._wake = asyncio.Event()
        self._refresh_at = 0.0
        self._started: deque[float] = deque(maxlen=config.prefetch)
        self.stopping = False
        self._giving_up = False
        self.local: asyncio.Queue[HeldJob] = asyncio.Queue()
        """Jobs that wait for a slot of this worker, in the order in which to run them."""

    def ended(self, ended: Ended) -> None:
        """Takes note of an outcome; the next cycle writes it down."""
        self._started.append(time.monotonic())
        self._ended.append(ended)
        self._wake.set()

    def hear(self, channel: str, payload: str) -> None:
        """A wake-up came: "queue workspace" of new work, or "workspace job" to cancel."""
        if channel.endswith("cancel"):
            self._hear_cancel(payload)
            return
        queue, _, workspace = payload.partition(" ")
        if not payload:
            self._refresh_at = 0.0
        elif queue in self._queues:
            try:
                self._lanes.add([Lane(queue=queue, workspace_id=parse_workspace_id(workspace))])
            except InvalidWorkspaceId:
                return
        self._wake.set()

    def stop(self) -> None:
        """Claims nothing from now on; `run` returns when everything held is written down."""
        self.stopping = True
        self._wake.set()

    def give_up(self) -> None:
        """The grace is over: `run` waits no longer for a database that is away."""
        self._giving_up = True

    async def run(self) -> None:
        """Cycles until stopped and everything is written down."""
        while not (self.stopping and not self._holdings.by_key):
            try:
                await self._run_once()
            except Unavailable as error:
                _log.warning("claim.database_away", error=redact_exception(error))
                if self._giving_up:
                    break  # the leases end by themselves
                await asyncio.sleep(_AWAY_SECONDS)
        _log.info("claim.stopped")

    async def _run_once(self) -> None:
        if self.stopping:
            self._return_unstarted()
        await self._refresh_lanes()
        lanes, per_lane = self._lanes.choose(self._wanted())
        if not lanes and not self._ended:
            await self._wait()
            return
        self._wake.clear()
        endings, returns = self._take_ended()
        with self._kept_on_error(endings):
            with self._kept_on_error(returns):
                await self._put_back(returns)
            result = await self._cycle(endings, lanes, per_lane)
        self._lanes.learn(lanes, per_lane, result.claimed)
        self._settle(endings, result)
        for claimed in result.claimed:
            self.local.put_nowait(self._holdings.add(claimed))

    @contextmanager
    def _kept_on_error(self, ended: Sequence[Ended]) -> Generator[None]:
        """What could not be written is written by a later cycle."""
        try:
            yield
        except BaseException:
            self._ended.extendleft(reversed(ended))
            raise

    def _wanted(self) -> int:
        """Free slots, and ahead of them what a quarter of a second works off."""
        if self.stopping:
            return 0
        now = time.monotonic()
        while self._started and self._started[0] < now - _RATE_WINDOW_SECONDS:
            self._started.popleft()
        held = len(self._holdings.by_key) - len(self._ended)
        return self._config.slots + len(self._started) - held

    async def _refresh_lanes(self) -> None:
        now = time.monotonic()
        if self.stopping or now < self._refresh_at:
            return
        self._refresh_at = now + self._config.poll.total_seconds()
        self._lanes.add(await self._attempts.lanes(sorted(self._queues)))

    async def _wait(self) -> None:
        delay = max(0.0, self._refresh_at - time.monotonic())
        try:
            async with asyncio.timeout(None if self.stopping else delay):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    def _take_ended(self) -> tuple[list[Ended], list[Ended]]:
        endings: list[Ended] = []
        returns: list[Ended] = []
        while self._ended and len(endings) + len(returns) < _MAX_ENDINGS:
            ended = self._ended.popleft()
            if ended.job.lost:
                self._drop_lost(ended.job)
            elif isinstance(self._step(ended), Finish):
                endings.append(ended)
            else:
                returns.append(ended)
        return endings, returns

    def _step(self, ended: Ended) -> Finish | Reschedule:
        claimed = ended.job.claimed
        facts = AttemptFacts(
            kind=claimed.kind,
            attempt=claimed.attempt,
            retry=replace(self._kinds[claimed.kind], max_attempts=claimed.max_attempts),
            cancel_asked=ended.job.cancel_asked,
        )
        return next_step(facts, ended.outcome, _jitter.random())

    async def _cycle(
        self, endings: Sequence[Ended], lanes: tuple[Lane, ...], per_lane: int
    ) -> CycleResult:
        if not endings and not lanes:
            return CycleResult(claimed=(), lost=frozenset())
        demand = Demand(
            worker_id=self._worker_id,
            lanes=lanes,
            per_lane=per_lane,
            kinds=tuple(self._kinds),
            lease=self._config.lease,
        )
        try:
            return await self._attempts.cycle([self._ending(ended) for ended in endings], demand)
        except Unavailable:
            raise
        except Exception:
            if not endings:
                raise
            _log.exception("claim.cycle_failed", endings=len(endings))
        nothing = replace(demand, lanes=())
        lost = [await self._end_alone(ended, nothing) for ended in endings]
        return CycleResult(claimed=(), lost=frozenset[Key]().union(*lost))

    async def _end_alone(self, ended: Ended, nothing: Demand) -> frozenset[Key]:
        """Ends one job by itself; what PostgreSQL does not take fails that job, not the worker."""
        try:
            return (await self._attempts.cycle([self._ending(ended)], nothing)).lost
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the result is what the handler made of it
            unstorable = replace(failure(error), permanent=True)
            failed = replace(ended, outcome=unstorable)
            return (await self._attempts.cycle([self._ending(failed)], nothing)).lost

    def _ending(self, ended: Ended) -> Ending:
        step = self._step(ended)
        if not isinstance(step, Finish):
            raise TypeError("only a finish ends a job")
        return Ending(
            hold=ended.job.hold,
            step=step,
            processing_time_ms=round(ended.elapsed_seconds * 1000),
            kept_for=self._config.result_ttl,
            address=ended.job.address,
        )

    async def _put_back(self, returns: Sequence[Ended]) -> None:
        """Retries, snoozes and hand-backs; a job told to cancel meanwhile ends as cancelled."""
        if not returns:
            return
        steps = [(ended, self._step(ended)) for ended in returns]
        items = [
            Return(hold=ended.job.hold, step=step)
            for ended, step in steps
            if isinstance(step, Reschedule)
        ]
        held = await self._attempts.reschedule(items)
        for ended in returns:
            answer = held.get(ended.job.key)
            if answer is True:
                outcome = Cancelled(reason=redact_text("Cancelled on request."))
                ended.job.cancel_asked = True
                self._ended.append(
                    Ended(job=ended.job, outcome=outcome, elapsed_seconds=ended.elapsed_seconds)
                )
            elif answer is None:
                self._drop_lost(ended.job)
            else:
                self._holdings.drop(ended.job)

    def _settle(self, endings: Sequence[Ended], result: CycleResult) -> None:
        for ended in endings:
            if ended.job.key in result.lost:
                self._drop_lost(ended.job)
            else:
                self._holdings.drop(ended.job)

    def _drop_lost(self, job: HeldJob) -> None:
        self._holdings.drop(job)
        _log.warning(
            "lease_lost",
            workspace_id=job.claimed.workspace_id,
            job_id=str(job.claimed.job_id),
            attempt=job.claimed.attempt,
            lease_token=job.claimed.lease_token,
        )

    def _return_unstarted(self) -> None:
        """Jobs that no slot has taken go back uncharged."""
        while not self.local.empty():
            job = self.local.get_nowait()
            self._ended.append(Ended(job=job, outcome=interrupted(job), elapsed_seconds=0.0))

    def _hear_cancel(self, payload: str) -> None:
        workspace, _, job = payload.partition(" ")
        try:
            key = (parse_workspace_id(workspace), JobId(UUID(job)))
        except (InvalidWorkspaceId, ValueError):
            return
        held = self._holdings.by_key.get(key)
        if held is not None:
            held.address = None  # the request to cancel moved the row
            held.interrupt(Interruption.CANCEL)
