"""Examples of the OpenAPI document; a test holds them against their schemas."""

from typing import Final

_ID: Final = "job_06f0q2k3m8x7v9a1b2c3d4e5f6"
_EARLIER: Final = "2026-01-31T09:30:00.000Z"
_LATER: Final = "2026-01-31T09:30:02.481Z"

ACKNOWLEDGEMENT: Final[dict[str, object]] = {
    "id": _ID,
    "kind": "site.audit@1",
    "queue": "default",
    "priority": 2,
    "status": "queued",
    "created_at": _EARLIER,
    "run_at": _EARLIER,
    "duplicate": False,
}
DUPLICATE: Final[dict[str, object]] = {**ACKNOWLEDGEMENT, "status": "running", "duplicate": True}
JOB: Final[dict[str, object]] = {
    "id": _ID,
    "kind": "site.audit",
    "version": 1,
    "queue": "default",
    "priority": 2,
    "status": "running",
    "attempt": 1,
    "max_attempts": 5,
    "progress": {"fraction": 0.4, "message": "Checking headers", "data": {"done": 10}},
    "args": {"url": "https://example.com/"},
    "labels": {"customer": "c-17"},
    "created_at": _EARLIER,
    "run_at": None,
    "started_at": _LATER,
    "finished_at": None,
    "error": None,
    "retried_from": None,
    "links": {
        "self": f"/v1/jobs/{_ID}",
        "events": f"/v1/jobs/{_ID}/events",
        "result": f"/v1/jobs/{_ID}/result",
    },
}
CANCELLING: Final[dict[str, object]] = {**JOB, "status": "cancelling"}
CANCELLED: Final[dict[str, object]] = {
    **JOB,
    "status": "cancelled",
    "started_at": None,
    "finished_at": _LATER,
}
JOBS: Final[dict[str, object]] = {"data": [JOB], "has_more": False, "next_cursor": None}
SITE_AUDIT: Final[dict[str, object]] = {"audit_id": _ID, "job": JOB}
SITE_AUDIT_ACKNOWLEDGEMENT: Final[dict[str, object]] = {
    "audit_id": _ID,
    "job": ACKNOWLEDGEMENT,
    "duplicate": False,
}
SITE_AUDIT_DUPLICATE: Final[dict[str, object]] = {
    "audit_id": _ID,
    "job": DUPLICATE,
    "duplicate": True,
}
EVENTS: Final[dict[str, object]] = {
    "data": [
        {
            "seq": 1,
            "job_id": _ID,
            "at": _EARLIER,
            "type": "queued",
            "attempt": 0,
            "data": {},
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        }
    ],
    "has_more": True,
    "next_cursor": "1",
}
KIND: Final[dict[str, object]] = {
    "name": "site.audit",
    "version": 1,
    "description": "Inspects a web page.",
    "queue": "default",
    "priority": None,
    "executor": "async",
    "max_attempts": 5,
    "backoff_seconds": 1.0,
    "backoff_cap_seconds": 3600.0,
    "retries": {
        "timeout": {"max_attempts": 2, "backoff_seconds": 30.0, "backoff_cap_seconds": 3600.0}
    },
    "timeout_seconds": 300.0,
    "has_dedupe": True,
    "args_schema": {"type": "object", "properties": {"url": {"type": "string", "format": "uri"}}},
    "result_schema": {"type": "object"},
}
KINDS: Final[dict[str, object]] = {"data": [KIND], "has_more": False, "next_cursor": None}
READY: Final[dict[str, object]] = {
    "status": "ready",
    "database": "ok",
    "migrations": {"applied": 1, "wanted": 1},
}
NOT_READY: Final[dict[str, object]] = {
    "status": "not_ready",
    "database": "unreachable",
    "migrations": {"applied": 0, "wanted": 1},
}
