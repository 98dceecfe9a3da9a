"""How many elements the body has, how deep and how wide."""

from collections import Counter
from collections.abc import Iterable

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.document import html_only, selector_of, walk
from haulier.checks.facts import Page, SiteFacts

_MANY = 818
_TOO_MANY = 1_400
_DEEPEST = 32
_WIDEST = 60


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    depths: list[int] = []
    children: Counter[int] = Counter()
    widest, most = page.tree.body, 0
    for node, depth in walk(page.tree.body):
        parent = node.parent
        if parent is None or not node.tag or node.tag.startswith("-"):
            continue
        depths.append(depth)
        children[parent.mem_id] += 1
        if children[parent.mem_id] > most:
            widest, most = parent, children[parent.mem_id]
    findings = list(_too_much(len(depths), max(depths, default=0)))
    if most > _WIDEST and widest:
        message = f"One element has {most:,} children."
        findings.append(Finding(message=message, selector=selector_of(widest)))
    if findings:
        return failed(*findings)
    if len(depths) > _MANY:
        return warned(Finding(message=f"The body has {len(depths):,} elements."))
    return PASSED


def _too_much(count: int, depth: int) -> Iterable[Finding]:
    if count > _TOO_MANY:
        yield Finding(message=f"The body has {count:,} elements.", data={"elements": count})
    if depth > _DEEPEST:
        yield Finding(message=f"Elements nest {depth:,} deep.", data={"depth": depth})


check = Check(
    id="html.dom-size",
    category="performance",
    weight=1,
    title="The document has few elements",
    rule="warn >818 nodes; fail >1 400 nodes, depth >32 or >60 children",
    advice="Render less at once, and drop wrappers that do nothing.",
    anchors="Lighthouse dom-size",
    inspect_page=html_only(_inspect),
)
