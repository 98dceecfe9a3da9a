"""The bodies of requests about dead letters: what is decoded, and its twin that explains."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Final

import msgspec
import pydantic
from msgspec import Meta
from pydantic import ConfigDict, Field

from haulier.api.times import parse_time
from haulier.api.v1.dead_letter_query import kind_name
from haulier.domain.dead_letters import LetterFilter, parse_fingerprint, parse_region
from haulier.domain.kinds import parse_queue
from haulier.domain.outcomes import Category
from haulier.services.dead_letters import MAX_REPLAYED, Pace

_MAX_TEXT: Final = 200
_MIN_RATE: Final = 0.001
_MAX_RATE: Final = 10_000.0
_MAX_AGE_SECONDS: Final = 366 * 86_400.0

_Text = Annotated[str, Meta(max_length=_MAX_TEXT)]
_ModelText = Annotated[str, Field(max_length=_MAX_TEXT)]


class ReplayBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the replay of one letter decodes."""

    args: dict[str, object] | None = None


class Replay(pydantic.BaseModel):
    """How a dead letter is replayed."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{}]})

    args: dict[str, object] | None = Field(
        None, description="In place of what the job was given; checked by its kind's schema."
    )


class _FilterBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    category: Category | None = None
    kind: _Text | None = None
    queue: _Text | None = None
    region: _Text | None = None
    fingerprint: _Text | None = None

    def filter(self) -> LetterFilter:
        """Raises InvalidInput."""
        return LetterFilter(
            category=self.category,
            kind=None if self.kind is None else kind_name(self.kind),
            queue=None if self.queue is None else parse_queue(self.queue),
            region=None if self.region is None else parse_region(self.region),
            fingerprint=None if self.fingerprint is None else parse_fingerprint(self.fingerprint),
        )


class _Filter(pydantic.BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    category: Category | None = None
    kind: _ModelText | None = Field(None, description="A kind's name, without a version.")
    queue: _ModelText | None = None
    region: _ModelText | None = None
    fingerprint: _ModelText | None = Field(None, description="Alike failures.")


class ReplayAllBody(_FilterBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a replay by filter decodes."""

    failed_after: _Text | None = None
    failed_before: _Text | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_REPLAYED)] = MAX_REPLAYED
    rate: Annotated[float, Meta(ge=_MIN_RATE, le=_MAX_RATE)] | None = None
    dry_run: bool = False

    def wanted(self) -> LetterFilter:
        """The letters meant. Raises InvalidInput."""
        after, before = self.failed_after, self.failed_before
        return replace(
            self.filter(),
            failed_after=None if after is None else parse_time(after),
            failed_before=None if before is None else parse_time(before),
        )

    @property
    def pace(self) -> Pace:
        """How many, how fast."""
        return Pace(limit=self.limit, per_second=self.rate)


class ReplayAll(_Filter):
    """Which dead letters are replayed, and how fast; those that were not replayed yet."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"fingerprint": "7e439ada693da8bf", "rate": 5}]}
    )

    failed_after: _ModelText | None = Field(None, description="RFC 3339 with an offset.")
    failed_before: _ModelText | None = Field(None, description="RFC 3339 with an offset.")
    limit: Annotated[int, Field(ge=1, le=MAX_REPLAYED)] = Field(
        MAX_REPLAYED, description="At most so many, the earliest failures first."
    )
    rate: Annotated[float, Field(ge=_MIN_RATE, le=_MAX_RATE)] | None = Field(
        None, description="Jobs a second; unset starts all at once."
    )
    dry_run: bool = Field(False, description="Count, and change nothing.")


class PurgeBody(_FilterBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a purge decodes."""

    older_than_seconds: Annotated[float, Meta(ge=0, le=_MAX_AGE_SECONDS)]
    replayed: bool | None = None

    def wanted(self) -> LetterFilter:
        """The letters meant. Raises InvalidInput."""
        age = timedelta(seconds=self.older_than_seconds)
        return replace(self.filter(), older_than=age, replayed=self.replayed)


class Purge(_Filter):
    """Which dead letters are removed for good."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"older_than_seconds": 2592000, "category": "timeout"}]}
    )

    older_than_seconds: Annotated[float, Field(ge=0, le=_MAX_AGE_SECONDS)] = Field(
        description="Since the failure, by the database's clock; 0 means every age."
    )
    replayed: bool | None = Field(None, description="Whether it was replayed.")
