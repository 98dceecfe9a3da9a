"""What may leave a rule: findings bounded in number and length, in text that can be stored."""

import re
from dataclasses import replace

from haulier.checks.base import Finding, Verdict

MAX_FINDINGS = 50
"""Per check and page."""
MAX_SNIPPET = 200
MAX_MESSAGE = 500
MAX_URL = 2_000

# NUL and lone surrogates are refused by PostgreSQL and by JSON encoders.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def bounded(verdict: Verdict) -> tuple[Verdict, int]:
    """The verdict with its findings cut to the limits, and how many findings were left out."""
    kept = tuple(_bounded_finding(finding) for finding in verdict.findings[:MAX_FINDINGS])
    return replace(verdict, findings=kept), len(verdict.findings) - len(kept)


def storable(text: str, limit: int) -> str:
    """The text cut to `limit` characters (the last one an ellipsis), controls replaced."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return _UNSTORABLE.sub("\ufffd", cut)


def _bounded_finding(finding: Finding) -> Finding:
    return Finding(
        message=storable(finding.message, MAX_MESSAGE),
        selector=_optional(finding.selector, MAX_SNIPPET),
        header=_optional(finding.header, MAX_SNIPPET),
        line=finding.line,
        url=_optional(finding.url, MAX_URL),
        snippet=_optional(finding.snippet, MAX_SNIPPET),
        data={
            key: storable(value, MAX_MESSAGE) if isinstance(value, str) else value
            for key, value in finding.data.items()
        },
    )


def _optional(text: str | None, limit: int) -> str | None:
    return None if text is None else storable(text, limit)
