"""`sec.version-leak`: software versions that the answer gives away."""

import re
from collections.abc import Iterator

from haulier.checks.base import PASSED, Check, Finding, Verdict, warned
from haulier.checks.exchanges import clip, combined
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.verdicts import unanswered

_FIELDS = (
    "Server",
    "X-Powered-By",
    "X-AspNet-Version",
    "X-AspNetMvc-Version",
    "X-Generator",
)
_VERSION = re.compile(r"(?<![0-9A-Za-z.])v?[0-9]+(?:\.[0-9]+)*(?![0-9A-Za-z])")
_READ_LIMIT = 1024


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if error := unanswered(page.final):
        return error
    findings = [*_from_headers(page), *_from_metas(page)]
    return warned(*findings) if findings else PASSED


def _from_headers(page: Page) -> Iterator[Finding]:
    for name in _FIELDS:
        value = combined(page.final, name)
        if value and _VERSION.search(value[:_READ_LIMIT]):
            yield Finding(message=f"{name} names a version.", header=name, snippet=clip(value))


def _from_metas(page: Page) -> Iterator[Finding]:
    for element in page.tree.css("meta[name][content]"):
        name = (element.attributes.get("name") or "").strip().lower()
        content = element.attributes.get("content") or ""
        if name == "generator" and _VERSION.search(content[:_READ_LIMIT]):
            yield Finding(
                message="The generator meta names a version.",
                selector="meta[name=generator]",
                snippet=clip(content),
            )


check = Check(
    id="sec.version-leak",
    category="security",
    weight=1,
    title="The answer does not give software versions away",
    rule="warn when a version number is shown",
    advice="Take the version out of these banners, or the banners out of the answer.",
    anchors="webhint no-disallowed-headers; coach unnecessaryHeaders",
    inspect_page=_inspect,
)
