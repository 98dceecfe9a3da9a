"""The language versions that a page names."""

from collections.abc import Sequence
from dataclasses import dataclass

from haulier.checks.document import attribute, tokens
from haulier.checks.facts import Page
from haulier.checks.link_header import links_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternate:
    """One version: its language tag and its address, both as written."""

    language: str
    address: str


def alternates_of(page: Page) -> Sequence[Alternate]:
    """The hreflang links of the head, then those of the Link header."""
    in_head = [
        Alternate(language=attribute(node, "hreflang"), address=attribute(node, "href"))
        for node in page.tree.css("head > link[hreflang][rel]")
        if "alternate" in tokens(node, "rel")
    ]
    in_header = [
        Alternate(language=link.parameters["hreflang"], address=link.target)
        for link in links_of(page.final)
        if "alternate" in link.relations and "hreflang" in link.parameters
    ]
    return [*in_head, *in_header]
