"""What the worker knows of the jobs that it holds."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

from haulier.services.attempts import Claimed, Held, Hold, Key


class Interruption(StrEnum):
    """Why a running handler was told to stop."""

    CANCEL = "cancel"
    """Somebody asked."""
    LOST = "lost"
    """The lease was taken over: whatever comes of it is thrown away."""
    STOPPING = "stopping"
    """The worker stops."""


@dataclass(slots=True)
class HeldJob:
    """A job that this worker holds: waiting in the local queue, or running in a slot."""

    claimed: Claimed
    hold: Hold
    address: tuple[int, int] | None
    """Where its row lies; None when it may have moved."""
    task: "asyncio.Task[None] | None" = None
    """The slot that runs it."""
    interruption: Interruption | None = None
    cancel_asked: bool = False
    lost: bool = False

    @property
    def key(self) -> Key:
        """What names the job among all workspaces."""
        return self.claimed.key

    def interrupt(self, why: Interruption) -> None:
        """Tells the handler to stop, once.

        The attempt's own write may be what found out: it raises then, because a task that cancels
        itself carries the cancellation into whatever it does next.
        """
        self.cancel_asked = self.cancel_asked or why is Interruption.CANCEL
        self.lost = self.lost or why is Interruption.LOST
        if self.interruption is not None:
            return
        self.interruption = why
        if self.task is not None and self.task is not _current_task():
            self.task.cancel()

    def heard(self, held: Held) -> None:
        """A write went through: the row lies elsewhere now, and may carry a request to cancel."""
        self.address = held.address
        if held.cancel_asked:
            self.interrupt(Interruption.CANCEL)


@dataclass(slots=True)
class Holdings:
    """Every job that this worker holds, by key. Read by the lease keeper's thread."""

    by_key: dict[Key, HeldJob] = field(default_factory=dict[Key, HeldJob])

    def add(self, claimed: Claimed) -> HeldJob:
        """Notes a job that was just claimed."""
        hold = Hold(
            workspace_id=claimed.workspace_id,
            job_id=claimed.job_id,
            lease_token=claimed.lease_token,
        )
        job = HeldJob(claimed=claimed, hold=hold, address=claimed.address)
        job.cancel_asked = claimed.cancel_asked
        self.by_key[claimed.key] = job
        return job

    def drop(self, job: HeldJob) -> None:
        """Forgets a job that ended, went back or was lost."""
        if self.by_key.get(job.key) is job:
            del self.by_key[job.key]

    def holds(self) -> list[Hold]:
        """What to renew. Safe to call from another thread."""
        return [job.hold for job in list(self.by_key.values())]


def _current_task() -> "asyncio.Task[object] | None":
    try:
        return asyncio.current_task()
    except RuntimeError:  # called from another thread
        return None
