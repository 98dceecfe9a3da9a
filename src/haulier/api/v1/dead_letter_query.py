"""The queries of `GET /v1/dlq` and `/groups`: filters, and cursors bound to them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from haulier.api.context import ApiConfig, Caller
from haulier.api.times import parse_time
from haulier.domain.dead_letters import (
    DeadLetter,
    LetterFilter,
    LetterGroup,
    parse_fingerprint,
    parse_region,
)
from haulier.domain.kinds import parse_kind, parse_queue
from haulier.domain.outcomes import Category
from haulier.errors import InvalidInput
from haulier.security.cursors import Cursors, Listing

MAX_OFFSET: Final = 10_000
_MAX_TEXT: Final = 200


class GroupQuery(BaseModel):
    """The parameters of the list of groups."""

    model_config = ConfigDict(extra="forbid")

    category: Category | None = None
    kind: str | None = Field(
        None, max_length=_MAX_TEXT, description="A kind's name, without a version."
    )
    queue: str | None = Field(None, max_length=_MAX_TEXT)
    region: str | None = Field(None, max_length=_MAX_TEXT)
    fingerprint: str | None = Field(None, max_length=_MAX_TEXT, description="Alike failures.")
    failed_after: str | None = Field(
        None, max_length=_MAX_TEXT, description="RFC 3339 with an offset."
    )
    failed_before: str | None = Field(
        None, max_length=_MAX_TEXT, description="RFC 3339 with an offset."
    )
    replayed: bool | None = Field(None, description="Whether it was replayed.")
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, description="next_cursor of the page before.")
    workspace_id: str | None = Field(None, description="Must be the credential's own.")


class LetterQuery(GroupQuery):
    """The parameters of the list of letters."""

    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="Not with a cursor.")


def read_filter(query: GroupQuery) -> LetterFilter:
    """The filters of a list. Raises InvalidInput."""
    return LetterFilter(
        category=query.category,
        kind=None if query.kind is None else kind_name(query.kind),
        queue=None if query.queue is None else parse_queue(query.queue),
        region=None if query.region is None else parse_region(query.region),
        fingerprint=None if query.fingerprint is None else parse_fingerprint(query.fingerprint),
        failed_after=None if query.failed_after is None else parse_time(query.failed_after),
        failed_before=None if query.failed_before is None else parse_time(query.failed_before),
        replayed=query.replayed,
    )


def kind_name(text: str) -> str:
    """A kind's name. Raises InvalidInput for a version too: letters of all versions go together."""
    if "@" in text:
        raise InvalidInput("Dead letters are filtered by a kind's name, without a version.")
    return parse_kind(text).name


class LetterCursors:
    """Cursors of both lists, bound to the caller's workspace and the filters."""

    def __init__(self, config: ApiConfig, caller: Caller, wanted: LetterFilter) -> None:
        self._cursors = Cursors(config.cursor_key)
        self._workspace_id = caller.principal.workspace_id
        self._filters = _flat(wanted)

    def read_letter(self, text: str | None) -> tuple[datetime, UUID] | None:
        """Where a page of letters begins. Raises InvalidCursor."""
        place = tuple[datetime, UUID]
        return None if text is None else self._cursors.decode(text, place, self._letters())

    def after_letter(self, last: DeadLetter) -> str:
        """A cursor for what comes after this letter."""
        return self._cursors.encode((last.failed_at, last.job_id), self._letters())

    def read_group(self, text: str | None) -> tuple[int, str] | None:
        """Where a page of groups begins. Raises InvalidCursor."""
        place = tuple[int, str]
        return None if text is None else self._cursors.decode(text, place, self._groups())

    def after_group(self, last: LetterGroup) -> str:
        """A cursor for what comes after this group."""
        return self._cursors.encode((last.count, last.fingerprint), self._groups())

    def _letters(self) -> Listing:
        return self._listing("dead_letters", "-failed_at,-job_id")

    def _groups(self) -> Listing:
        return self._listing("dead_letter_groups", "-count,-fingerprint")

    def _listing(self, name: str, sort: str) -> Listing:
        return Listing(workspace_id=self._workspace_id, name=name, filters=self._filters, sort=sort)


def _flat(wanted: LetterFilter) -> dict[str, str | int | bool | None]:
    return {
        "category": wanted.category,
        "kind": wanted.kind,
        "queue": wanted.queue,
        "region": wanted.region,
        "fingerprint": wanted.fingerprint,
        "failed_after": None if (time := wanted.failed_after) is None else time.isoformat(),
        "failed_before": None if (time := wanted.failed_before) is None else time.isoformat(),
        "replayed": wanted.replayed,
    }
