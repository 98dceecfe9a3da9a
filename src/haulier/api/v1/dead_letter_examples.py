"""Examples about dead letters for the OpenAPI document."""

from typing import Final

_ID: Final = "job_06f0q2k3m8x7v9a1b2c3d4e5f6"
_FAILED: Final = "2026-01-31T09:30:00.000Z"

LETTER: Final[dict[str, object]] = {
    "job_id": _ID,
    "kind": "site.audit",
    "version": 1,
    "queue": "default",
    "region": "default",
    "fingerprint": "7e439ada693da8bf",
    "error": {
        "category": "timeout",
        "type": "Timeout",
        "message": "The attempt was stopped after 300 s, its time limit.",
    },
    "attempts": 5,
    "failed_at": _FAILED,
    "replayed_as": None,
    "replayed_at": None,
    "links": {
        "self": f"/v1/dlq/{_ID}",
        "job": f"/v1/jobs/{_ID}",
        "replay": f"/v1/dlq/{_ID}/replay",
    },
}
LETTER_WITH_ARGS: Final[dict[str, object]] = {**LETTER, "args": {"url": "https://example.com/"}}
LETTERS: Final[dict[str, object]] = {"data": [LETTER], "has_more": False, "next_cursor": None}
GROUPS: Final[dict[str, object]] = {
    "data": [
        {
            "fingerprint": "7e439ada693da8bf",
            "kind": "site.audit",
            "category": "timeout",
            "count": 812,
            "open": 812,
            "first_seen": "2026-01-31T08:02:11.512Z",
            "last_seen": _FAILED,
            "sample": LETTER,
        }
    ],
    "has_more": False,
    "next_cursor": None,
}
REPLAYED: Final[dict[str, object]] = {
    "matched": 812,
    "replayed": 200,
    "remaining": 612,
    "spread_seconds": 39.8,
    "dry_run": False,
}
DRY_RUN: Final[dict[str, object]] = {
    **REPLAYED,
    "replayed": 0,
    "remaining": 812,
    "dry_run": True,
}
PURGED: Final[dict[str, object]] = {"purged": 812, "has_more": False}
