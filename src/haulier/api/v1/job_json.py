"""A job, and what a caller is told when it asks for one, as JSON."""

from collections.abc import Mapping

from starlette.responses import Response

from haulier.api.answers import json_answer
from haulier.api.context import ApiConfig
from haulier.api.times import format_optional_time, format_time
from haulier.domain.ids import format_job_id
from haulier.domain.jobs import Job
from haulier.services.requests import Acknowledgement, Enqueued


def job_json(job: Job) -> dict[str, object]:
    """The job as the API shows it."""
    job_id = format_job_id(job.id)
    return {
        "id": job_id,
        "kind": job.kind.name,
        "version": job.kind.version,
        "queue": job.queue,
        "priority": job.priority,
        "status": job.status,
        "attempt": job.attempt,
        "max_attempts": job.max_attempts,
        "progress": _progress(job),
        "args": job.args,
        "labels": job.labels,
        "created_at": format_time(job.created_at),
        "run_at": format_optional_time(job.run_at),
        "started_at": format_optional_time(job.started_at),
        "finished_at": format_optional_time(job.finished_at),
        "error": _error(job.error),
        "retried_from": None if job.retried_from is None else format_job_id(job.retried_from),
        "links": {
            "self": job_path(job_id),
            "events": f"{job_path(job_id)}/events",
            "result": f"{job_path(job_id)}/result",
        },
    }


def acknowledgement_json(told: Acknowledgement) -> dict[str, object]:
    """What a caller is told at once."""
    return {
        "id": told.id,
        "kind": told.kind,
        "queue": told.queue,
        "priority": told.priority,
        "status": told.status,
        "created_at": format_time(told.created_at),
        "run_at": format_optional_time(told.run_at),
        "duplicate": told.duplicate,
    }


def job_path(job_id: str) -> str:
    """Where a job is found."""
    return f"/v1/jobs/{job_id}"


def answer_enqueued(
    enqueued: Enqueued, body: Mapping[str, object], path: str, config: ApiConfig
) -> Response:
    """202 for a job that was made, 200 for a duplicate; a replay is answered as it was."""
    told = enqueued.acknowledgement
    headers = {"Location": f"{config.public_url or ''}{path}"}
    if told.duplicate:
        headers["Haulier-Duplicate-Of"] = told.id
    if enqueued.replayed:
        headers["Idempotency-Replayed"] = "true"
    return json_answer(body, 200 if told.duplicate else 202, headers)


def _progress(job: Job) -> dict[str, object] | None:
    if job.progress is None:
        return None
    fraction = min(max(job.progress.fraction, 0.0), 1.0)
    return {"fraction": fraction, "message": job.progress.message, "data": job.progress.data}


def _error(error: Mapping[str, object] | None) -> dict[str, object] | None:
    if error is None:
        return None
    return {
        "category": str(error.get("category", "unknown")),
        "type": str(error.get("error_type", "")),
        "message": str(error.get("error", "")),
    }
