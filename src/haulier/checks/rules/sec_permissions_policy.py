"""`sec.permissions-policy`: whether unused browser features are switched off."""

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.exchanges import clip, combined
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.structured_fields import dictionary_keys
from haulier.checks.verdicts import unanswered

_NAME = "Permissions-Policy"


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if error := unanswered(page.final):
        return error
    value = combined(page.final, _NAME)
    if not value:
        return warned(Finding(message="There is no Permissions-Policy.", header=_NAME))
    keys = dictionary_keys(value)
    if keys is None:
        message = "Permissions-Policy is not a dictionary as RFC 8941 has it; browsers ignore it."
        return failed(Finding(message=message, header=_NAME, snippet=clip(value)))
    return PASSED


check = Check(
    id="sec.permissions-policy",
    category="security",
    weight=1,
    title="Browser features that the site does not need are off",
    rule="warn absent; fail unparseable structured field",
    advice="Send Permissions-Policy with an empty list for each unused feature, as in camera=().",
    anchors="securityheaders",
    inspect_page=_inspect,
)
