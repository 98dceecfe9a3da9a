"""Dead letters as the API tells them, for scripted answers."""

import json

from client.contract import AT, JOB_ID, Answer, Json

PRINT = "7e439ada693da8bf"
MADE = "job_06f0q2k3m8x7v9a1b2c3d4e5f7"


def letter(job_id: str = JOB_ID, **more: object) -> Json:
    """A letter, with a field of a later release."""
    known: Json = {
        "job_id": job_id,
        "kind": "demo.hello",
        "version": 1,
        "queue": "default",
        "region": "default",
        "fingerprint": PRINT,
        "error": {"category": "timeout", "type": "Timeout", "message": "first\nstopped after 3 s"},
        "attempts": 5,
        "failed_at": AT,
        "replayed_as": None,
        "replayed_at": None,
        "links": {"a_field": "of a later release"},
    }
    return known | more


def group() -> Json:
    """A group of two."""
    return {
        "fingerprint": PRINT,
        "kind": "demo.hello",
        "category": "timeout",
        "count": 2,
        "open": 1,
        "first_seen": AT,
        "last_seen": AT,
        "sample": letter(),
    }


def page(*items: Json, cursor: str | None = None) -> Json:
    """A page of a list."""
    return {"data": list(items), "has_more": cursor is not None, "next_cursor": cursor}


def acknowledgement(**more: object) -> Json:
    """The job that a letter was replayed as."""
    known: Json = {"id": MADE, "kind": "demo.hello@1", "queue": "default", "priority": 5}
    return known | {"status": "queued", "created_at": AT, "run_at": AT} | more


def report(**more: object) -> Json:
    """What a replay by filter came to."""
    known: Json = {"matched": 9, "replayed": 5, "remaining": 4, "spread_seconds": 2.0}
    return known | {"dry_run": False} | more


def told(body: Json, status: int = 200) -> Answer:
    """An answer with this body."""
    return Answer(status=status, body=json.dumps(body).encode())
