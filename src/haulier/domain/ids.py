"""Identifiers as people and programs see them: a prefix and a UUIDv7 in base32."""

import re
from typing import Final, NewType
from uuid import UUID

from haulier.errors import InvalidWorkspaceId, NotFound

WorkspaceId = NewType("WorkspaceId", str)
"""Checked by `parse_workspace_id`; nothing else makes one from foreign text."""

JobId = NewType("JobId", UUID)

WORKSPACE_ID_PATTERN: Final = r"^[a-z0-9][a-z0-9_-]{0,31}$"
_WORKSPACE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

# Crockford's base32 in lower case: no i, l, o, u, sorts like the bytes behind it.
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_LENGTH: Final = 26


def parse_workspace_id(text: str) -> WorkspaceId:
    """Raises InvalidWorkspaceId unless the text is a well-formed workspace id."""
    if not _WORKSPACE_ID.fullmatch(text):
        raise InvalidWorkspaceId
    return WorkspaceId(text)


def format_id(prefix: str, value: UUID) -> str:
    """`job` and a UUID give `job_06e4...`; 26 characters after the prefix, order kept."""
    number = value.int
    letters = [_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(letters)}"


def parse_id(prefix: str, text: str) -> UUID:
    """The UUID behind a prefixed id.

    Raises NotFound for anything else, so that a malformed id answers like an unknown one.
    """
    head, _, letters = text.partition("_")
    if head != prefix or len(letters) != _LENGTH or letters[0] > "7":
        raise NotFound
    number = 0
    for letter in letters:
        value = _VALUES.get(letter)
        if value is None:
            raise NotFound
        number = (number << 5) | value
    return UUID(int=number)


def format_job_id(job_id: UUID) -> str:
    """A job's id as the API shows it: `job_...`."""
    return format_id("job", job_id)


def parse_job_id(text: str) -> JobId:
    """Raises NotFound when the text is not a job id."""
    return JobId(parse_id("job", text))
