"""`sec.sri`: whether scripts of other sites come over https and with a checksum."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from haulier.checks.base import Check, Finding, Verdict
from haulier.checks.domains import registrable_domain
from haulier.checks.exchanges import absolute, clip, host_of, went_over_https
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.outcomes import OUTCOMES, conclude, unscored

_TEST = "subresource-integrity"
_UNTYPED_READ_LIMIT = 65_536
_FROM_MILD_TO_BAD = (
    "sri-implemented-and-all-scripts-loaded-securely",
    "sri-implemented-but-external-scripts-not-loaded-securely",
    "sri-not-implemented-but-external-scripts-loaded-securely",
    "sri-not-implemented-and-external-scripts-not-loaded-securely",
)
_PROTOCOL_RELATIVE = re.compile(r"//[^/]")
_ABSOLUTE = re.compile(r"https?://")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Script:
    source: str
    has_integrity: bool
    is_external: bool
    is_secure: bool


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if error := unscored(page.final):
        return error
    if page.final.media_type and not page.is_html:
        return conclude(_TEST, "sri-not-implemented-response-not-html")
    elements = _tree(page).css("script")
    if not elements:
        return conclude(_TEST, "sri-not-implemented-but-no-scripts-loaded")
    sources = [element.attributes for element in elements]
    scripts = list(_scripts(page, sources))
    judged = [(_judge(script), script) for script in scripts]
    return conclude(_TEST, _result(judged), findings=_findings(judged))


def _tree(page: Page) -> LexborHTMLParser:
    """An answer without a type is read as HTML, its beginning only: it may be anything."""
    return page.tree if page.is_html else LexborHTMLParser(page.text[:_UNTYPED_READ_LIMIT])


def _scripts(page: Page, elements: list[dict[str, str | None]]) -> Iterator[_Script]:
    """The scripts with an address; absolute ones that cannot be read load nothing."""
    domain = registrable_domain(host_of(page.requested_url))
    for attributes in elements:
        source = attributes.get("src") or ""
        is_absolute = bool(_ABSOLUTE.match(source))
        if not source or (is_absolute and absolute(source) is None):
            continue
        is_bare = bool(_PROTOCOL_RELATIVE.match(source))
        is_foreign = is_absolute and registrable_domain(host_of(source)) != domain
        yield _Script(
            source=source,
            has_integrity=bool(attributes.get("integrity")),
            is_external=is_bare or is_foreign,
            is_secure=not is_bare
            and (source.startswith("https:") if is_absolute else went_over_https(page)),
        )


def _judge(script: _Script) -> str | None:
    """What one script adds; None where it neither earns nor costs anything."""
    if not script.is_external:
        return _FROM_MILD_TO_BAD[0] if script.has_integrity and script.is_secure else None
    if script.has_integrity:
        return None if script.is_secure else _FROM_MILD_TO_BAD[1]
    return _FROM_MILD_TO_BAD[2] if script.is_secure else _FROM_MILD_TO_BAD[3]


def _result(judged: list[tuple[str | None, _Script]]) -> str:
    results = [result for result, _ in judged if result]
    if results:
        return max(results, key=_FROM_MILD_TO_BAD.index)
    if any(script.is_external for _, script in judged):
        return "sri-implemented-and-external-scripts-loaded-securely"
    return "sri-not-implemented-but-all-scripts-loaded-from-secure-origin"


def _findings(judged: list[tuple[str | None, _Script]]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            message=OUTCOMES[_TEST][result].message,
            selector="script[src]",
            url=clip(script.source),
        )
        for result, script in judged
        if result and not OUTCOMES[_TEST][result].passes
    )


check = Check(
    id="sec.sri",
    category="security",
    weight="obs",
    title="Scripts of other sites are pinned by a checksum",
    rule="bonus +5 … \N{MINUS SIGN}50 (table 1.2)",
    advice=(
        "Give every script of another site a full https address, an integrity hash and "
        "crossorigin; addresses that start with // are never counted as safe."
    ),
    anchors="MDN Observatory; webhint sri",
    inspect_page=_inspect,
)
