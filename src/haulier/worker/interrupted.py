"""Outcomes of jobs whose handler was told to stop, or was never called."""

from haulier.domain.outcomes import Cancelled, Interrupted, Outcome
from haulier.redact import redact_text
from haulier.services.attempts import Claimed
from haulier.worker.failures import used_up
from haulier.worker.running import HeldJob, Interruption


def without_running(claimed: Claimed) -> Outcome | None:
    """The end of a job that was claimed only to be ended; None for one that is to run."""
    if claimed.cancel_asked:
        return Cancelled(reason=redact_text("Cancelled while its worker was lost."))
    if not claimed.runs:
        return used_up(claimed.max_attempts)
    return None


def interrupted(job: HeldJob) -> Outcome:
    """What an attempt came to that was stopped, or stopped before it began.

    A job that was claimed only to be ended is ended also then: handing it back would give it an
    attempt that it has used up.
    """
    unrun = without_running(job.claimed)
    if unrun is not None:
        return unrun
    if job.cancel_asked:
        return Cancelled(reason=redact_text("Cancelled on request."))
    if job.interruption is Interruption.LOST:
        return Interrupted(reason=redact_text("The lease was taken over."))
    return Interrupted(reason=redact_text("The worker stopped."))
