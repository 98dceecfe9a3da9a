"""`sec.insecure-form`: forms that send what people type in the clear."""

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed
from haulier.checks.exchanges import absolute, base_of, clip, scheme_of
from haulier.checks.facts import Page, SiteFacts

_OVERRIDING = "button[formaction], input[formaction]"


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    passwords = [node for node in page.tree.css("input") if _type(node) == "password"]
    forms = page.tree.css("form")
    if not passwords and not forms:
        return NOT_APPLICABLE
    findings: list[Finding] = []
    if passwords and scheme_of(page.final.url) == "http":
        message = "A password is asked for on a page that came over plain http."
        findings.append(Finding(message=message, selector="input[type=password]"))
    findings.extend(_insecure_targets(page, forms))
    return failed(*findings) if findings else PASSED


def _insecure_targets(page: Page, forms: list[LexborNode]) -> Iterator[Finding]:
    """Targets on plain http; on an http page only those that post or say so themselves."""
    base, is_https = base_of(page), scheme_of(page.final.url) == "https"
    for form in forms:
        attributes = form.attributes
        posts = (attributes.get("method") or "").strip().lower() == "post"
        action = attributes.get("action") or ""
        actions = [action] if is_https or posts or absolute(action) else []
        actions += [node.attributes.get("formaction") or "" for node in form.css(_OVERRIDING)]
        for target in actions:
            parsed = absolute(target.strip() or page.final.url, base)
            if parsed and parsed.protocol == "http:":
                message = "A form sends its fields over plain http."
                yield Finding(message=message, selector="form", url=clip(parsed.href))


def _type(node: LexborNode) -> str:
    return (node.attributes.get("type") or "").strip().lower()


check = Check(
    id="sec.insecure-form",
    category="security",
    weight=10,
    title="Nothing typed into a form travels in the clear",
    rule="fail: password field on http page, or form posting to http:",
    advice="Deliver the page with the form over https, and let the form send to https.",
    anchors="webhint; ZAP rule idea",
    inspect_page=_inspect,
)
