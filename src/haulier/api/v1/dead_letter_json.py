"""Dead letters and their groups as JSON."""

from haulier.api.times import format_optional_time, format_time
from haulier.api.v1.job_json import job_path
from haulier.domain.dead_letters import DeadLetter, LetterGroup
from haulier.domain.ids import format_job_id


def letter_json(letter: DeadLetter) -> dict[str, object]:
    """The letter as lists show it."""
    job_id = format_job_id(letter.job_id)
    replayed_as = None if letter.replayed_as is None else format_job_id(letter.replayed_as)
    return {
        "job_id": job_id,
        "kind": letter.kind.name,
        "version": letter.kind.version,
        "queue": letter.queue,
        "region": letter.region,
        "fingerprint": letter.fingerprint,
        "error": {
            "category": letter.category,
            "type": letter.error_type,
            "message": letter.message,
        },
        "attempts": letter.attempts,
        "failed_at": format_time(letter.failed_at),
        "replayed_as": replayed_as,
        "replayed_at": format_optional_time(letter.replayed_at),
        "links": {
            "self": f"/v1/dlq/{job_id}",
            "job": job_path(job_id),
            "replay": f"/v1/dlq/{job_id}/replay",
        },
    }


def letter_with_args_json(letter: DeadLetter) -> dict[str, object]:
    """The letter as it is shown by itself."""
    return {**letter_json(letter), "args": letter.args}


def group_json(group: LetterGroup) -> dict[str, object]:
    """Alike failures."""
    return {
        "fingerprint": group.fingerprint,
        "kind": group.sample.kind.name,
        "category": group.sample.category,
        "count": group.count,
        "open": group.open,
        "first_seen": format_time(group.first_seen),
        "last_seen": format_time(group.last_seen),
        "sample": letter_json(group.sample),
    }
