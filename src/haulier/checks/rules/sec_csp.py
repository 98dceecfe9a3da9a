"""`sec.csp`: the Content-Security-Policy of the final answer."""

from haulier.checks.base import Check, Verdict
from haulier.checks.csp_reading import read_csp
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.outcomes import conclude, unscored


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if error := unscored(page.final):
        return error
    reading = read_csp(page)
    return conclude(
        "content-security-policy",
        reading.result,
        header="Content-Security-Policy",
        evidence=reading.text,
    )


check = Check(
    id="sec.csp",
    category="security",
    weight="obs",
    title="A content security policy keeps foreign and inline code out",
    rule="12 Observatory outcomes, +10…\N{MINUS SIGN}25 (table 1.2)",
    advice=(
        "Begin with default-src 'none' and name every origin you need. Give inline code a nonce or "
        "hash instead of 'unsafe-inline', do without 'unsafe-eval', and set object-src, base-uri "
        "and frame-ancestors."
    ),
    anchors="MDN Observatory; Lighthouse csp-xss",
    inspect_page=_inspect,
)
