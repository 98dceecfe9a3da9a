"""Jobs as commands print them."""

from collections.abc import Sequence

from haulier.cli.output import print_fields, print_json, print_line, print_table
from haulier.client import Acknowledgement, Job


def print_acknowledgement(told: Acknowledgement, *, as_json: bool) -> None:
    """What an enqueue came to; the id stands first, for people who copy it."""
    if as_json:
        print_json(told)
    elif told.duplicate:
        print_line(f"{told.id}  {told.kind}  {told.status}  (asked for before)")
    else:
        print_line(f"{told.id}  {told.kind}  {told.status}")


def print_jobs(jobs: Sequence[Job], *, as_json: bool) -> None:
    """A list of jobs."""
    if as_json:
        print_json(jobs)
        return
    print_table(
        ("id", "kind", "status", "progress", "attempt", "queue", "created"),
        (
            (job.id, job.kind, job.status, _percent(job), job.attempt, job.queue, job.created_at)
            for job in jobs
        ),
    )


def print_job(job: Job, *, as_json: bool) -> None:
    """One job with everything that is known of it."""
    if as_json:
        print_json(job)
        return
    error = job.error and f"{job.error.category}: {job.error.message}"
    print_fields(
        (
            ("id", job.id),
            ("kind", f"{job.kind}@{job.version}" if job.version else job.kind),
            ("status", job.status),
            ("progress", job.progress and f"{_percent(job)} {job.progress.message}"),
            ("attempt", f"{job.attempt} of {job.max_attempts}"),
            ("error", error),
            ("queue", job.queue),
            ("priority", job.priority),
            ("args", job.args),
            ("labels", job.labels),
            ("created", job.created_at),
            ("runs at", job.run_at),
            ("started", job.started_at),
            ("finished", job.finished_at),
            ("retry of", job.retried_from),
        )
    )


def _percent(job: Job) -> str | None:
    if job.status == "completed":
        return "100%"
    return None if job.progress is None else f"{job.progress.fraction:.0%}"
