"""The language versions that the page names, each by itself."""

import langcodes

from haulier.checks.alternates import Alternate, alternates_of
from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.urls import is_absolute_web

_LONGEST_TAG = 35
"""RFC 5646, section 4.4.1: room for every tag that occurs in practice."""


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    alternates = alternates_of(page)
    if not alternates:
        return NOT_APPLICABLE
    findings = [finding for alternate in alternates for finding in _wrong(alternate)]
    return failed(*findings) if findings else PASSED


def _wrong(alternate: Alternate) -> list[Finding]:
    findings: list[Finding] = []
    if not _is_language(alternate.language):
        message = "The hreflang value is no known language tag."
        findings.append(Finding(message=message, snippet=alternate.language, url=alternate.address))
    if not is_absolute_web(alternate.address):
        message = "The address of the version is not absolute."
        findings.append(Finding(message=message, snippet=alternate.address))
    return findings


def _is_language(tag: str) -> bool:
    if tag.lower() == "x-default":
        return True
    return len(tag) <= _LONGEST_TAG and "_" not in tag and langcodes.tag_is_valid(tag)


check = Check(
    id="seo.hreflang",
    category="seo",
    weight=3,
    title="Language versions are named properly",
    rule="fail: unknown language code or relative URL",
    advice="Name each version by a BCP 47 tag, such as de-AT, and by its full address.",
    anchors="Lighthouse hreflang",
    inspect_page=_inspect,
)
