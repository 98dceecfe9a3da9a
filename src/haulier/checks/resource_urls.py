"""Every place of a page that makes a browser load something, with its URL."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from haulier.checks.exchanges import absolute, base_of
from haulier.checks.facts import Page

_ACTIVE = {
    "script": "src",
    "iframe": "src",
    "frame": "src",
    "embed": "src",
    "object": "data",
}
_PASSIVE = {"img": "src", "audio": "src", "video": "src", "source": "src", "track": "src"}
_STYLED = re.compile(
    r"""(@import\s*)?url\(\s*["']?([^"')]*)|@import\s*["']([^"']*)""", re.IGNORECASE
)
_ACTIVE_LINKS = {"stylesheet", "modulepreload", "manifest"}
_PASSIVE_LINKS = {"icon", "apple-touch-icon"}
_LOADING = ", ".join((*_ACTIVE, *_PASSIVE, "input", "link", "style", "[style]"))
_MOST_CHARACTERS = 2048


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """One URL that the page loads."""

    url: str
    """Absolute, as a browser reads it."""
    element: str
    """The element's name."""
    attribute: str
    """Where the URL stands; "css" for style sheets' url()."""
    is_active: bool
    """It can change the page: script, frame, style sheet, plug-in."""


@dataclass(frozen=True, slots=True)
class _Mention:
    url: str
    attribute: str
    is_active: bool


def resources_of(page: Page) -> Iterator[Resource]:
    """The resources of a page in document order; URLs that cannot be read are left out."""
    base = base_of(page)
    for node in page.tree.css(_LOADING):
        for mention in _mentions(node):
            parsed = absolute(mention.url, base) if len(mention.url) <= _MOST_CHARACTERS else None
            if parsed and mention.url.strip():
                yield Resource(
                    url=parsed.href,
                    element=node.tag or "",
                    attribute=mention.attribute,
                    is_active=mention.is_active,
                )


def _mentions(node: LexborNode) -> Iterator[_Mention]:
    tag, attributes = node.tag or "", node.attributes
    if tag in _ACTIVE:
        yield _Mention(attributes.get(_ACTIVE[tag]) or "", _ACTIVE[tag], is_active=True)
    elif tag in _PASSIVE:
        yield _Mention(attributes.get(_PASSIVE[tag]) or "", _PASSIVE[tag], is_active=False)
    elif tag == "input" and (attributes.get("type") or "").strip().lower() == "image":
        yield _Mention(attributes.get("src") or "", "src", is_active=False)
    elif tag == "link":
        yield from _link(attributes)
    if tag == "video":
        yield _Mention(attributes.get("poster") or "", "poster", is_active=False)
    if tag in {"img", "source"}:
        for url in _candidates(attributes.get("srcset") or ""):
            yield _Mention(url, "srcset", is_active=False)
    yield from _styles(attributes.get("style") or "")
    if tag == "style":
        yield from _styles(node.text())


def _link(attributes: dict[str, str | None]) -> Iterator[_Mention]:
    words = set((attributes.get("rel") or "").lower().split())
    if words & (_ACTIVE_LINKS | _PASSIVE_LINKS):
        href = attributes.get("href") or ""
        yield _Mention(href, "href", is_active=bool(words & _ACTIVE_LINKS))


def _candidates(srcset: str) -> Iterator[str]:
    """The URLs of a srcset: what comes before the first space of each candidate."""
    for candidate in re.split(r",\s+|,(?=https?:)", srcset):
        words = candidate.split(None, 1)
        if words:
            yield words[0].strip(",")


def _styles(text: str) -> Iterator[_Mention]:
    for match in _STYLED.finditer(text):
        imported, url, quoted = match.groups()
        yield _Mention(url or quoted or "", "css", is_active=bool(imported or quoted))
