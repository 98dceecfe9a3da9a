"""Dead letters: failed jobs kept for replay, and what makes two failures the same failure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.kinds import KindRef
from haulier.domain.outcomes import Category
from haulier.errors import InvalidInput

FINGERPRINT_PATTERN: Final = r"^[0-9a-f]{16}$"
REGION_PATTERN: Final = r"^[a-z0-9][a-z0-9_-]{0,31}$"
_REGION: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")
_LENGTH: Final = 16
"""64 bits: that any two of a million failures meet by chance is one in 37 million."""

# What differs between two runs of the same failure, in the order in which it is taken out. Every
# pattern runs in linear time: a repetition is bounded or ends at a character it cannot hold.
_VARIABLE: Final = (
    (
        re.compile(r"\b([a-zA-Z][a-zA-Z0-9+.-]{0,20}://[^\s/?#'\"<>`]{1,255})[^\s'\"<>`]*"),
        r"\1/<path>",
    ),
    (re.compile(r"(?<!\w)(['\"`])(?:(?!\1)[^\n]){0,500}\1(?!\w)"), "<value>"),
    (re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), "<uuid>"),
    (re.compile(r"\b0[xX][0-9a-fA-F]+\b"), "<address>"),
    (re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])"), "<address>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b"), "<address>"),
    (re.compile(r"(?:(?<![\w)\]>])-)?\b\d+(?:\.\d+)?[eE][+-]\d+\b"), "<number>"),
    (re.compile(r"\b(?=[a-fA-F]*\d)(?=\d*[a-fA-F])[0-9a-fA-F]{8,}\b"), "<hex>"),
    (
        re.compile(r"(?<![a-zA-Z0-9])(?=(?:[a-zA-Z]*\d){3})(?=\d*[a-zA-Z])[a-zA-Z0-9]{16,}"),
        "<id>",
    ),
    (re.compile(r"(?:(?<![\w)\]>])-)?\d+(?:[.,:]\d+)*(?:[eE][+-]?\d+)?"), "<number>"),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A failed job as it is kept for replay."""

    workspace_id: WorkspaceId
    job_id: JobId
    kind: KindRef
    queue: str
    region: str
    category: str
    """A word of `Category`, or of one that a later release knew."""
    fingerprint: str
    """The same for alike failures."""
    error_type: str
    message: str
    attempts: int
    failed_at: datetime
    replayed_as: JobId | None
    """The job of its last replay."""
    replayed_at: datetime | None
    args: Mapping[str, object] | None = None
    """Only where one letter is read, with `payloads:read`, while the job itself is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """What dead letters are narrowed by; None leaves them as wide as they are."""

    category: Category | None = None
    kind: str | None = None
    """A kind's name, without a version."""
    queue: str | None = None
    region: str | None = None
    fingerprint: str | None = None
    failed_after: datetime | None = None
    failed_before: datetime | None = None
    older_than: timedelta | None = None
    """By the database's clock."""
    replayed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterGroup:
    """Dead letters of one fingerprint."""

    fingerprint: str
    count: int
    open: int
    """Those that were not replayed."""
    first_seen: datetime
    last_seen: datetime
    sample: DeadLetter
    """The latest of them."""


def fingerprint(kind: str, category: Category, error_type: str, error: str) -> str:
    """What alike failures share: 16 hex digits of SHA-256.

    The text counts without what differs from run to run: numbers, ids, addresses, quoted values,
    paths of URLs. Total, for any text.
    """
    parts = [kind, category.value, error_type, without_variables(error)]
    return sha256(json.dumps(parts).encode()).hexdigest()[:_LENGTH]


def without_variables(text: str) -> str:
    """An error's text with a placeholder for everything that differs from run to run."""
    for pattern, placeholder in _VARIABLE:
        text = pattern.sub(placeholder, text)
    return text.strip()


def parse_fingerprint(text: str) -> str:
    """Raises InvalidInput unless the text is 16 hex digits."""
    if not _FINGERPRINT.fullmatch(text):
        raise InvalidInput("A fingerprint is 16 hex digits, as dead letters show it.")
    return text


def parse_region(text: str) -> str:
    """A region's name. Raises InvalidInput when malformed."""
    if not _REGION.fullmatch(text):
        raise InvalidInput("A region has 1 to 32 of a-z, 0-9, dash and underscore.")
    return text
