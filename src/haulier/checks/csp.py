"""Content-Security-Policy lists, merged the way the HTTP Observatory merges them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote_to_bytes

SHORTEST_POLICY = 6
MOST_POLICIES = 32
MOST_CHARACTERS = 65_536
"""Beyond these limits a list counts as invalid: merging is not linear in their number."""

_REPEATABLE = frozenset({"report-uri", "report-to"})
_SPACE = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    chr(code) for code in range(0x2000, 0x200B)
)
_SPACES = re.compile(f"[{_SPACE}]+")
_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_COLLATION = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz"
_RANKS = {ord(character): rank for rank, character in enumerate(_COLLATION)}


class InvalidPolicyError(ValueError):
    """The policy list cannot be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyList:
    """What remains of one or several policies."""

    directives: dict[str, set[str]]
    """Lower-cased directive -> lower-cased sources, never empty: nothing left is 'none'."""
    repeats_reporting: bool
    """A policy says report-uri or report-to twice, which is allowed but pointless."""


@dataclass(slots=True)
class _Source:
    """One source of one directive, while policies are merged."""

    text: str
    policy: int
    kept: bool
    order: str


def split_policies(values: Iterable[str]) -> tuple[str, ...]:
    """Every policy of the header values: a comma ends one (CSP3 section 2.2)."""
    return tuple(part.strip(_SPACE) for value in values for part in value.split(","))


def parse_policies(policies: Sequence[str]) -> PolicyList:
    """Merges policies: with several of them, a source must be matched in more than one to stay.

    Raises InvalidPolicyError for a policy under 6 characters, a repeated directive (other than
    report-uri and report-to), a broken percent escape that is compared, or a list over the limits.
    """
    cleaned = [policy.replace("\r", "").replace("\n", "").strip(_SPACE) for policy in policies]
    if len(cleaned) > MOST_POLICIES or sum(map(len, cleaned)) > MOST_CHARACTERS:
        raise InvalidPolicyError("too many policies")
    if any(len(policy) < SHORTEST_POLICY for policy in cleaned):
        raise InvalidPolicyError("a policy is too short")
    merged: dict[str, list[_Source]] = {}
    repeats = False
    for number, policy in enumerate(cleaned):
        repeats |= _merge_policy(merged, policy, number, alone=len(cleaned) == 1)
    return PolicyList(
        directives={
            directive: {source.text for source in sources} or {"'none'"}
            for directive, sources in merged.items()
        },
        repeats_reporting=repeats,
    )


def _merge_policy(
    merged: dict[str, list[_Source]], policy: str, number: int, *, alone: bool
) -> bool:
    """Merges one policy in; true when it repeats a reporting directive."""
    seen: set[str] = set()
    repeats = False
    for entry in policy.split(";"):
        words = [word for word in _SPACES.split(entry) if word]
        if not words:
            continue
        directive = words[0].lower()
        if directive in seen:
            if directive not in _REPEATABLE:
                raise InvalidPolicyError(f"{directive} is repeated")
            repeats = True
        seen.add(directive)
        known = [] if number == 0 else merged.get(directive, [])
        kept = _survivors([*known, *_sources(directive, words[1:], number)])
        merged[directive] = kept
        if number == 0 and not alone:
            for source in kept:
                source.kept = False
    return repeats


def _sources(directive: str, words: list[str], number: int) -> list[_Source]:
    if not words and directive.endswith("-src"):
        words = ["'none'"]
    texts = [word.lower() for word in words]
    return [
        _Source(text=text, policy=number, kept=number == 0, order=text.translate(_RANKS))
        for text in texts
    ]


def _survivors(sources: list[_Source]) -> list[_Source]:
    """Neighbours in English collation order decide: only there can one cover the other."""
    sources.sort(key=lambda source: source.order)
    for before, source in pairwise(sources):
        if source.policy == before.policy:
            if source.text.startswith(before.text):
                source.kept = False
        elif _path_matches(before.text, source.text):
            source.kept = True
    return [source for source in sources if source.kept]


def _path_matches(pattern: str, path: str) -> bool:
    """CSP3 section 6.7.2.12, on whole sources: a final slash matches everything below it."""
    if not pattern or (pattern == "/" and not path):
        return True
    wanted, given = pattern.split("/"), path.split("/")
    below = pattern.endswith("/")
    if len(wanted) > len(given) or (not below and len(wanted) != len(given)):
        return False
    if below:
        wanted.pop()
    return all(
        _decoded(piece) == _decoded(other) for piece, other in zip(wanted, given, strict=False)
    )


def _decoded(piece: str) -> str:
    if "%" not in piece:
        return piece
    if _PERCENT.search(piece):
        raise InvalidPolicyError("a percent escape is broken")
    try:
        return unquote_to_bytes(piece).decode()
    except UnicodeError as error:
        raise InvalidPolicyError("a percent escape is not UTF-8") from error
