"""Elements that the HTML standard calls obsolete."""

from haulier.checks.base import PASSED, Check, Verdict, warned
from haulier.checks.document import findings_at, html_only
from haulier.checks.facts import Page, SiteFacts

_OBSOLETE = (
    "acronym, applet, basefont, bgsound, big, blink, center, dir, font, frame, frameset, isindex, "
    "keygen, listing, marquee, menuitem, multicol, nextid, nobr, noembed, noframes, plaintext, "
    "rb, rtc, spacer, strike, tt, xmp"
)


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    found = page.tree.css(_OBSOLETE)
    if not found:
        return PASSED
    return warned(*findings_at(found, "The element is obsolete."))


check = Check(
    id="html.deprecated",
    category="best-practices",
    weight=1,
    title="No element is obsolete",
    rule="warn any",
    advice="Say the same with CSS or with a current element.",
    anchors="W3C Nu checker",
    inspect_page=html_only(_inspect),
)
