"""Verdicts of rules that cannot decide."""

from haulier.checks.base import Finding, Status, Verdict
from haulier.checks.facts import Exchange


def undecided(message: str, *, url: str | None = None) -> Verdict:
    """The `error` verdict with its reason."""
    return Verdict(status=Status.ERROR, findings=(Finding(message=message, url=url),))


def unanswered(exchange: Exchange) -> Verdict | None:
    """The `error` verdict for an exchange without an answer, else None."""
    if exchange.ok:
        return None
    return undecided(
        f"There was no answer: {exchange.error or 'unknown reason'}.", url=exchange.url
    )
