"""Calls about dead letters."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from haulier.client.call import Call, Reply, accept, delete, get, post, reading, segment
from haulier.client.models import (
    Acknowledgement,
    DeadLetter,
    LetterGroup,
    Page,
    PurgeReport,
    ReplayReport,
)
from haulier.client.pages import Listing
from haulier.errors import InvalidInput


class _Filter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    category: str | None = None
    kind: str | None = None
    queue: str | None = None
    region: str | None = None
    fingerprint: str | None = None


class _ReplayAll(_Filter, frozen=True, kw_only=True, omit_defaults=True):
    failed_after: datetime | None = None
    failed_before: datetime | None = None
    limit: int | None = None
    rate: float | None = None
    dry_run: bool = False


class _Purge(_Filter, frozen=True, kw_only=True, omit_defaults=True):
    older_than_seconds: float
    replayed: bool | None = None


def list_page(
    *,
    category: str | None = None,
    kind: str | None = None,
    queue: str | None = None,
    region: str | None = None,
    fingerprint: str | None = None,
    failed_after: datetime | None = None,
    failed_before: datetime | None = None,
    replayed: bool | None = None,
    limit: int | None = None,
    offset: int | None = None,
    cursor: str | None = None,
) -> Call[Page[DeadLetter]]:
    """One page of dead letters, the latest failure first; `limit` is 1 to 200.

    Raises InvalidCursor, InvalidInput.
    """
    request = get(
        "/v1/dlq",
        category=category,
        kind=kind,
        queue=queue,
        region=region,
        fingerprint=fingerprint,
        failed_after=_text(failed_after),
        failed_before=_text(failed_before),
        replayed=_word(value=replayed),
        limit=limit,
        offset=offset,
        cursor=cursor,
    )
    return Call(request=request, read=reading(Page[DeadLetter]))


def listing(
    *,
    category: str | None,
    kind: str | None,
    queue: str | None,
    region: str | None,
    fingerprint: str | None,
    replayed: bool | None,
) -> Listing[DeadLetter]:
    """All pages of dead letters that fit, the latest failure first."""

    def page_at(cursor: str | None) -> Call[Page[DeadLetter]]:
        return list_page(
            category=category,
            kind=kind,
            queue=queue,
            region=region,
            fingerprint=fingerprint,
            replayed=replayed,
            cursor=cursor,
        )

    return Listing(page_at, lambda page: page.next_cursor)


def groups_page(
    *,
    category: str | None = None,
    kind: str | None = None,
    queue: str | None = None,
    region: str | None = None,
    replayed: bool | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Call[Page[LetterGroup]]:
    """One page of groups of alike failures, the most frequent first; `limit` is 1 to 200."""
    request = get(
        "/v1/dlq/groups",
        category=category,
        kind=kind,
        queue=queue,
        region=region,
        replayed=_word(value=replayed),
        limit=limit,
        cursor=cursor,
    )
    return Call(request=request, read=reading(Page[LetterGroup]))


def get_letter(job_id: str) -> Call[DeadLetter]:
    """A dead letter with its args. Raises NotFound."""
    return Call(request=get(f"/v1/dlq/{segment(job_id)}"), read=reading(DeadLetter))


def replay(job_id: str, *, args: Mapping[str, object] | None = None) -> Call[Acknowledgement]:
    """Runs a failed job again as a job of its own, with other args where they are given.

    However often it is called with the same args, one job comes of it. Raises NotFound, Gone when
    the job is past its time of keeping, ValidationFailed (`problems` point into the args).
    """
    body = None if args is None else {"args": args}
    request = post(f"/v1/dlq/{segment(job_id)}/replay", body)
    return Call(request=request, read=reading(Acknowledgement))


def replay_all(
    *,
    category: str | None = None,
    kind: str | None = None,
    queue: str | None = None,
    region: str | None = None,
    fingerprint: str | None = None,
    failed_after: datetime | None = None,
    failed_before: datetime | None = None,
    limit: int | None = None,
    rate: float | None = None,
    dry_run: bool = False,
    idempotency_key: str | None = None,
) -> Call[ReplayReport]:
    """Replays the letters that fit and were not replayed yet, the earliest failure first.

    At most `limit` (1 to 1000) in one call, `rate` of them a second; `dry_run` only counts. Call
    again while `remaining` is above 0. Safe to send again over a lost connection.
    """
    body = _ReplayAll(
        category=category,
        kind=kind,
        queue=queue,
        region=region,
        fingerprint=fingerprint,
        failed_after=_with_zone(failed_after),
        failed_before=_with_zone(failed_before),
        limit=limit,
        rate=rate,
        dry_run=dry_run,
    )
    request = post("/v1/dlq/replay", body, idempotency_key=idempotency_key)
    return Call(request=request, read=reading(ReplayReport))


def delete_letter(job_id: str) -> Call[None]:
    """Removes a dead letter for good; its job stays failed.

    Raises NotFound, also where an answer was lost and the letter was removed at the first sending.
    """

    def read(reply: Reply) -> None:
        accept(reply)

    return Call(request=delete(f"/v1/dlq/{segment(job_id)}"), read=read)


def purge(
    *,
    older_than: timedelta,
    category: str | None = None,
    kind: str | None = None,
    queue: str | None = None,
    region: str | None = None,
    fingerprint: str | None = None,
    replayed: bool | None = None,
) -> Call[PurgeReport]:
    """Removes dead letters of an age for good, at most 10000 in one call; their jobs stay failed.

    Call again while `has_more`.
    """
    body = _Purge(
        older_than_seconds=older_than.total_seconds(),
        category=category,
        kind=kind,
        queue=queue,
        region=region,
        fingerprint=fingerprint,
        replayed=replayed,
    )
    return Call(request=post("/v1/dlq/purge", body), read=reading(PurgeReport))


def _with_zone(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise InvalidInput("A time needs a time zone.")
    return moment.astimezone(UTC) if moment else None


def _text(moment: datetime | None) -> str | None:
    known = _with_zone(moment)
    return None if known is None else known.isoformat()


def _word(*, value: bool | None) -> str | None:
    return None if value is None else str(value).lower()
