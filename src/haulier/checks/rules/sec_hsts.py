"""`sec.hsts`: whether browsers are told to stay on https."""

from haulier.checks.base import Check, Verdict
from haulier.checks.exchanges import certificate_refused
from haulier.checks.facts import SiteFacts
from haulier.checks.hsts import read_hsts
from haulier.checks.outcomes import conclude, unscored


def _inspect(facts: SiteFacts) -> Verdict:
    error = unscored(facts.page.final)
    if error and not certificate_refused(facts):
        return error
    reading = read_hsts(facts)
    return conclude(
        "strict-transport-security",
        reading.result,
        header="Strict-Transport-Security",
        evidence=reading.text,
    )


check = Check(
    id="sec.hsts",
    category="security",
    weight="obs",
    title="Browsers are told to use https only",
    rule=(
        "preloaded +5, ≥15 552 000 s 0, shorter \N{MINUS SIGN}10, "
        "absent/invalid/no https/bad cert \N{MINUS SIGN}20"
    ),
    advice=(
        "Send max-age=31536000 or more with every https answer. Add includeSubDomains once all "
        "subdomains speak https, then think about the preload list."
    ),
    anchors="MDN Observatory; Lighthouse has-hsts; webhint strict-transport-security",
    inspect_site=_inspect,
)
