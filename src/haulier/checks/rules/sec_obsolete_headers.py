"""`sec.obsolete-headers`: security headers that no longer help."""

from haulier.checks.base import PASSED, Check, Finding, Verdict, warned
from haulier.checks.exchanges import clip, combined
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.verdicts import unanswered

_WHY = {
    "X-XSS-Protection": "The filter that this header steered is gone, and could leak data.",
    "Expect-CT": "Browsers ask for certificate transparency by themselves.",
    "Public-Key-Pins": "Key pinning was removed, because it locked visitors out.",
    "Public-Key-Pins-Report-Only": "Key pinning was removed from browsers.",
    "P3P": "No browser reads privacy policies of this kind.",
    "Feature-Policy": "Permissions-Policy has taken its place.",
}


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if error := unanswered(page.final):
        return error
    findings: list[Finding] = []
    for name, why in _WHY.items():
        value = combined(page.final, name)
        if value is not None and not _is_switched_off(name, value):
            findings.append(Finding(message=why, header=name, snippet=clip(value)))
    return warned(*findings) if findings else PASSED


def _is_switched_off(name: str, value: str) -> bool:
    """X-XSS-Protection: 0 is what remains worth sending to very old browsers."""
    return name == "X-XSS-Protection" and value.partition(";")[0].strip() == "0"


check = Check(
    id="sec.obsolete-headers",
    category="security",
    weight=1,
    title="No security header of the past is sent",
    rule="warn when present",
    advice="Stop sending them: at best they do nothing, and some do harm.",
    anchors="webhint no-p3p/no-disallowed-headers; securityheaders",
    inspect_page=_inspect,
)
