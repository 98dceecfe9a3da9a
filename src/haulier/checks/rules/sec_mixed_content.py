"""`sec.mixed-content`: what an https page loads over plain http."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.exchanges import clip, scheme_of
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.resource_urls import Resource, resources_of


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if not page.is_html or not page.final.ok or scheme_of(page.final.url) != "https":
        return NOT_APPLICABLE
    insecure = [one for one in resources_of(page) if scheme_of(one.url) == "http"]
    if not insecure:
        return PASSED
    findings = tuple(_finding(one) for one in insecure)
    return failed(*findings) if any(one.is_active for one in insecure) else warned(*findings)


def _finding(resource: Resource) -> Finding:
    what = "Active content, which browsers block," if resource.is_active else "Content"
    return Finding(
        message=f"{what} is loaded over plain http.",
        selector=resource.element,
        url=clip(resource.url),
        data={"attribute": resource.attribute, "active": resource.is_active},
    )


check = Check(
    id="sec.mixed-content",
    category="security",
    weight=7,
    title="The https page loads nothing over plain http",
    rule=(
        "fail: active http: (script, iframe, stylesheet, object); warn: passive (img, audio, video)"
    ),
    advice=(
        "Write https in all these addresses. Until that is done, upgrade-insecure-requests in the "
        "content security policy lets browsers do it."
    ),
    anchors="Lighthouse is-on-https; webhint https-only; coach mixedContent",
    inspect_page=_inspect,
)
