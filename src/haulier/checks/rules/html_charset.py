"""Where and how the page declares its encoding."""

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.charset import canonical_name, declared
from haulier.checks.document import html_only
from haulier.checks.facts import Page, SiteFacts


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    found = declared(page.final)
    if not (found.mark or found.header or found.meta):
        message = "No encoding is declared in the header or within the first 1,024 bytes."
        return failed(Finding(message=message))
    findings: list[Finding] = []
    declarations = {"header": found.header, "meta element": found.meta}
    for where, label in declarations.items():
        if label and canonical_name(label) != "utf-8":
            message = f"The {where} declares another encoding than UTF-8."
            findings.append(Finding(message=message, snippet=label))
    if found.mark and found.mark != "utf-8":
        findings.append(Finding(message="The byte order mark is not UTF-8's.", snippet=found.mark))
    if found.header and found.meta and _differ(found.header, found.meta):
        message = "The header and the meta element disagree."
        findings.append(Finding(message=message, snippet=f"{found.header} / {found.meta}"))
    return warned(*findings) if findings else PASSED


def _differ(header: str, meta: str) -> bool:
    return (canonical_name(header) or header) != (canonical_name(meta) or meta)


check = Check(
    id="html.charset",
    category="best-practices",
    weight=3,
    title="The encoding is declared as UTF-8",
    rule="fail: none; warn: not UTF-8 or header and meta differ",
    advice="Declare utf-8 both in the Content-Type header and in the first meta element.",
    anchors="Lighthouse charset; webhint meta-charset-utf-8",
    inspect_page=html_only(_inspect),
)
