"""Reading a page's tree: what most rules of the content checks ask for."""

from collections.abc import Callable, Iterable, Sequence

from selectolax.lexbor import LexborNode

from haulier.checks.base import NOT_APPLICABLE, Finding, Verdict
from haulier.checks.bounds import MAX_FINDINGS, MAX_SNIPPET, storable
from haulier.checks.facts import Page, SiteFacts

PageRule = Callable[[Page, SiteFacts], Verdict]

_PATH_LENGTH = 3
_CODE = {"script", "style"}
_REST = Finding(message="One more of the same kind.")


def html_only(rule: PageRule) -> PageRule:
    """The rule, answering `na` for a page that is no HTML document or has no body."""

    def inspect(page: Page, facts: SiteFacts) -> Verdict:
        if not page.is_html or not page.final.body:
            return NOT_APPLICABLE
        return rule(page, facts)

    return inspect


def attribute(node: LexborNode, name: str) -> str:
    """An attribute's value without surrounding space, "" when absent or empty."""
    return (node.attributes.get(name) or "").strip()


def tokens(node: LexborNode, name: str) -> frozenset[str]:
    """The space-separated tokens of an attribute, lower-cased."""
    return frozenset(attribute(node, name).lower().split())


def collapsed(text: str) -> str:
    """The text with every run of white space as one space, and none at the ends."""
    return " ".join(text.split())


def meta_content(page: Page, name: str) -> str | None:
    """The content of the first `meta` of that name in the head, None when there is none."""
    for node in page.tree.css("head > meta[name]"):
        if attribute(node, "name").lower() == name:
            return collapsed(attribute(node, "content"))
    return None


def findings_at(nodes: Sequence[LexborNode], message: str) -> tuple[Finding, ...]:
    """One finding per node, in document order.

    Beyond what may be kept, all share one object: a page can hold a million bad nodes.
    """
    told = tuple(finding_at(node, message) for node in nodes[:MAX_FINDINGS])
    return told + (_REST,) * (len(nodes) - len(told))


def finding_at(node: LexborNode, message: str) -> Finding:
    """A finding that shows where the node stands, its tag and the text directly in it."""
    own_text = "" if node.tag in _CODE else collapsed(node.text(deep=False)[:MAX_SNIPPET])
    snippet = storable(start_tag(node) + own_text, MAX_SNIPPET)
    return Finding(message=message, selector=selector_of(node), snippet=snippet)


def selector_of(node: LexborNode) -> str:
    """A short CSS path for a person: up to three elements, ending early at an id."""
    parts: list[str] = []
    current: LexborNode | None = node
    while current is not None and len(parts) < _PATH_LENGTH:
        name = _element_name(current)
        if not name:
            break
        identity = attribute(current, "id")
        if identity:
            parts.append(f"{name}#{identity}")
            break
        names = attribute(current, "class").split()
        parts.append(f"{name}.{names[0]}" if names else name)
        current = current.parent
    return storable(" > ".join(reversed(parts)), MAX_SNIPPET)


def start_tag(node: LexborNode) -> str:
    """The node's start tag, not its content, bounded."""
    written = "".join(
        f" {name}" if value is None else f' {name}="{value[:MAX_SNIPPET]}"'
        for name, value in list(node.attributes.items())[:20]
    )
    return storable(f"<{node.tag}{written}>", MAX_SNIPPET)


def elements(root: LexborNode | None, leave_out: Iterable[str] = ()) -> Iterable[LexborNode]:
    """Every element below the root in document order, without the named subtrees; not the root."""
    for node, _ in walk(root, leave_out):
        if _element_name(node):
            yield node


def walk(
    root: LexborNode | None, leave_out: Iterable[str] = ()
) -> Iterable[tuple[LexborNode, int]]:
    """Every node below the root with its depth (children: 1), without recursion."""
    skipped = frozenset(leave_out)
    node = root.child if root is not None else None
    depth = 1
    while node is not None and depth > 0:
        is_left_out = node.tag in skipped
        if not is_left_out:
            yield node, depth
        if not is_left_out and node.child is not None:
            node, depth = node.child, depth + 1
        else:
            node, depth = _after(node, depth)


def _element_name(node: LexborNode) -> str:
    """The tag's name, "" for text, comments and the document itself: those are named like -text."""
    name = node.tag or ""
    return "" if name.startswith("-") else name


def _after(node: LexborNode, depth: int) -> tuple[LexborNode | None, int]:
    """The next node that is not below this one; depth 0 when that leaves the root."""
    current: LexborNode | None = node
    while current is not None and depth > 0:
        if current.next is not None:
            return current.next, depth
        current, depth = current.parent, depth - 1
    return None, 0
