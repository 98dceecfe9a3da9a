"""Strict-Transport-Security (RFC 6797) as the HTTP Observatory reads it, and the preload list."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import hstspreload

from haulier.checks.exchanges import certificate_refused, combined, host_of, went_over_https
from haulier.checks.facts import SiteFacts

SIX_MONTHS_SECONDS = 15_552_000
"""180 days. Half a year would be 15 768 000, but 180 days is what many sites send."""

_READ_LIMIT = 1024
_NUMBER_LIMIT = 120
_INTEGER = re.compile(r"\s*([+-]?[0-9]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class HstsReading:
    """What the site's HSTS comes to."""

    result: str
    """The outcome's name, `hsts-...`."""
    text: str | None = None
    """The header field as sent."""

    @property
    def protects(self) -> bool:
        """Browsers keep to https for at least six months."""
        return self.result in {"hsts-preloaded", "hsts-implemented-max-age-at-least-six-months"}


def read_hsts(facts: SiteFacts) -> HstsReading:
    """Reads the https answer of the page that was asked for. Being preloaded wins over it."""
    page = facts.page
    refused = certificate_refused(facts)
    if not refused and not went_over_https(page):
        return HstsReading(result="hsts-not-implemented-no-https")
    text = combined(page.final, "strict-transport-security")
    if is_preloaded(host_of(page.requested_url), facts.hsts_preload):
        return HstsReading(result="hsts-preloaded", text=text)
    if refused:
        return HstsReading(result="hsts-invalid-cert", text=text)
    if text is None:
        return HstsReading(result="hsts-not-implemented")
    return HstsReading(result=_judge(text[:_READ_LIMIT]), text=text)


def is_preloaded(host: str, overrides: Mapping[str, bool]) -> bool:
    """The host is listed, or a parent is listed with its subdomains.

    `overrides` (host -> include subdomains) replaces the bundled Chromium list when not empty.
    """
    if not host or not host.isascii():
        return False
    if not overrides:
        return _is_bundled(host)
    labels = host.split(".")
    parents = (".".join(labels[start:]) for start in range(1, len(labels)))
    return host in overrides or any(overrides.get(parent, False) for parent in parents)


def _is_bundled(host: str) -> bool:
    """Python 3.11 and 3.12 warn about the way the package opens its list."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return hstspreload.in_hsts_preload(host)


def _judge(text: str) -> str:
    """Without max-age it is invalid; a max-age that is no number is not *under* the limit."""
    ages = [
        directive[len("max-age=") :]
        for directive in (part.strip().lower() for part in text.split(";"))
        if directive.startswith("max-age=")
    ]
    if "," in text or not ages:
        return "hsts-header-invalid"
    number = _INTEGER.match(ages[-1][:_NUMBER_LIMIT])
    if number and int(number.group(1)) < SIX_MONTHS_SECONDS:
        return "hsts-implemented-max-age-less-than-six-months"
    return "hsts-implemented-max-age-at-least-six-months"
