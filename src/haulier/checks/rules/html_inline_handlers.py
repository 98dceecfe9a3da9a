"""Code in event attributes and in javascript: addresses."""

import re

from selectolax.lexbor import LexborNode

from haulier.checks.base import PASSED, Check, Verdict, warned
from haulier.checks.document import elements, findings_at, html_only
from haulier.checks.facts import Page, SiteFacts

_HANDLER = re.compile(r"on[a-z]+")
_ADDRESSES = ("href", "src", "action", "formaction", "data", "xlink:href")
_IGNORED_IN_URLS = re.compile(r"[\x00-\x20]+")
"""What a URL parser drops at the start of an address or inside its scheme."""


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    found = [node for node in elements(page.tree.root) if _has_code(node)]
    if not found:
        return PASSED
    return warned(*findings_at(found, "The element carries code in an attribute."))


def _has_code(node: LexborNode) -> bool:
    attributes = node.attributes
    if any(_HANDLER.fullmatch(name) for name in attributes):
        return True
    return any(_is_code(attributes.get(name)) for name in _ADDRESSES)


def _is_code(address: str | None) -> bool:
    if not address:
        return False
    return _IGNORED_IN_URLS.sub("", address[:100]).lower().startswith("javascript:")


check = Check(
    id="html.inline-handlers",
    category="best-practices",
    weight=1,
    title="Scripts stay out of attributes",
    rule="warn >0",
    advice=(
        "Attach handlers in script files, so that a content security policy can forbid inline code."
    ),
    anchors="CSP guides",
    inspect_page=html_only(_inspect),
)
