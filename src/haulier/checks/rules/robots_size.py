"""The size of robots.txt (RFC 9309, section 2.5)."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, warned
from haulier.checks.facts import SiteFacts
from haulier.checks.robots_file import READ_BYTES, is_present


def _inspect(facts: SiteFacts) -> Verdict:
    robots = facts.robots
    if robots is None or not is_present(robots):
        return NOT_APPLICABLE
    size = len(robots.body)
    if size <= READ_BYTES and not robots.truncated:
        return PASSED
    message = f"The file has {size:,} bytes or more; {READ_BYTES:,} are read for sure."
    return warned(Finding(message=message, url=robots.url, data={"bytes": size}))


check = Check(
    id="robots.size",
    category="seo",
    weight=1,
    title="robots.txt is short enough to be read",
    rule="warn >500 KiB (the rest is ignored)",
    advice="Shorten the file: crawlers may ignore what lies beyond 500 KiB.",
    anchors="RFC 9309",
    inspect_site=_inspect,
)
