"""How the page's own address is written."""

import re
from urllib.parse import parse_qsl, urlsplit

from haulier.checks.base import PASSED, Check, Finding, Verdict, warned
from haulier.checks.facts import Page, SiteFacts

_LONGEST = 115
_MOST_KEYS = 3
_SESSION_KEYS = {"sid", "sessionid", "session_id", "phpsessid", "jsessionid", "aspsessionid"}
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    url = page.final.url
    findings = [Finding(message=message, url=url) for message in _flaws(url)]
    return warned(*findings) if findings else PASSED


def _flaws(url: str) -> list[str]:
    parts = urlsplit(url)
    path = _ESCAPE.sub("", parts.path)
    keys = {key.lower() for key, _ in parse_qsl(parts.query, keep_blank_values=True)}
    flaws: list[str] = []
    if len(url) > _LONGEST:
        flaws.append(f"The address has {len(url)} characters.")
    if path != path.lower():
        flaws.append("The path has upper-case letters.")
    if "_" in path:
        flaws.append("The path joins words by underscores.")
    if keys & _SESSION_KEYS or ";jsessionid=" in path.lower():
        flaws.append("The address carries a session id.")
    if len(keys) > _MOST_KEYS:
        flaws.append(f"The query has {len(keys)} keys.")
    return flaws


check = Check(
    id="seo.url",
    category="seo",
    weight=1,
    title="The address is easy to read and share",
    rule="warn: >115 chars, upper case, _ , session id, >3 query keys",
    advice="Prefer short, lower-case paths with hyphens between words, and few query keys.",
    anchors="coach url",
    inspect_page=_inspect,
)
