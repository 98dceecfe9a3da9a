"""The hops between the address that was asked for and the page."""

from itertools import pairwise

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.facts import Page, SiteFacts

_MOST_HOPS = 3


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    addresses = [hop.url for hop in page.chain]
    hops = len(addresses) - 1
    if len(set(addresses)) < len(addresses):
        return failed(Finding(message="The redirects run in a circle.", url=addresses[-1]))
    for source, target in pairwise(addresses):
        if source.startswith("https:") and target.startswith("http:"):
            message = "A redirect leads from https to plain http."
            return failed(Finding(message=message, url=source, snippet=target))
    if hops > _MOST_HOPS:
        return failed(Finding(message=f"{hops} redirects in a row.", data={"hops": hops}))
    if hops > 1:
        return warned(Finding(message=f"{hops} redirects in a row.", data={"hops": hops}))
    return PASSED


check = Check(
    id="http.redirects",
    category="performance",
    weight=3,
    title="Few redirects lead to the page",
    rule="warn >1 hop; fail >3, loop, or https→http downgrade",
    advice="Link straight to the final address; redirect in one hop where it must be.",
    anchors="Lighthouse redirects; webhint no-http-redirects; coach documentRedirect",
    inspect_page=_inspect,
)
