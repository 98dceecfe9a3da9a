"""How a worker works."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """Of one worker process."""

    queues: tuple[str, ...] = ()
    """Empty: every queue that its kinds name."""
    slots: int = 10
    """Jobs that run at the same time."""
    lease: timedelta = timedelta(seconds=30)
    """How long a silent worker keeps its jobs."""
    heartbeat: timedelta = timedelta(seconds=10)
    """How often leases are renewed; well under a third of the lease."""
    poll: timedelta = timedelta(milliseconds=500)
    """How late new work is found when every wake-up is lost."""
    shutdown_grace: timedelta = timedelta(seconds=30)
    """How long running jobs may go on after SIGTERM before they are handed back."""
    prefetch: int = 500
    """Jobs held ahead of the slots, at most; in practice what a quarter of a second needs."""
    result_ttl: timedelta = timedelta(days=30)
    maintenance: timedelta = timedelta(hours=1)
    egress_guard: bool = False
    """Hold sockets that handlers open themselves to their workspace's fetch policy."""
    trust_file: str | None = None
    """PEM file of further certificate authorities for fetches."""
