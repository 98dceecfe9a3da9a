"""Sitemaps and sitemap indexes, read without entities, network or DTDs."""

import io
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from haulier.checks.facts import Exchange

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

_LOC = f"{{{NAMESPACE}}}loc"
_LASTMOD = f"{{{NAMESPACE}}}lastmod"
_ENTRIES = {"url", "sitemap"}
_ROOTS = {"urlset", "sitemapindex"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One address of a sitemap; texts as written, without surrounding space."""

    address: str
    changed: str
    """The lastmod text, "" when absent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitemap:
    """What could be read of a sitemap, and what stopped the reading."""

    entries: tuple[Entry, ...]
    problem: str | None = None


def read_sitemap(exchange: Exchange) -> Sitemap:
    """The sitemap in an answer's body; a plain text list of addresses counts too."""
    try:
        text = exchange.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        if not exchange.truncated:
            return Sitemap(entries=(), problem="The sitemap is not written in UTF-8.")
        text = exchange.body.decode("utf-8-sig", "replace")
    if exchange.media_type == "text/plain" and not text.lstrip().startswith("<"):
        lines = (line.strip() for line in text.splitlines())
        return Sitemap(entries=tuple(Entry(address=line, changed="") for line in lines if line))
    return _read_xml(exchange)


def _read_xml(exchange: Exchange) -> Sitemap:
    entries: list[Entry] = []
    try:
        entries.extend(_entries(exchange.body))
    except _WrongRoot as wrong:
        return Sitemap(entries=(), problem=str(wrong))
    except (etree.XMLSyntaxError, ValueError):
        # A body that was cut at the fetch limit ends in the middle of an element.
        problem = None if exchange.truncated and entries else "The sitemap is not well-formed XML."
        return Sitemap(entries=tuple(entries), problem=problem)
    return Sitemap(entries=tuple(entries))


class _WrongRoot(Exception):
    """The document is XML, but no sitemap."""


def _entries(body: bytes) -> Iterable[Entry]:
    events = etree.iterparse(
        io.BytesIO(body),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    is_first = True
    for event, element in events:
        name = etree.QName(element)
        if is_first:
            is_first = False
            _check_root(name)
        if event == "end" and name.localname in _ENTRIES:
            yield Entry(
                address=_stripped(element.findtext(_LOC)),
                changed=_stripped(element.findtext(_LASTMOD)),
            )
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _check_root(name: etree.QName) -> None:
    if name.localname not in _ROOTS:
        raise _WrongRoot("The document's root is neither urlset nor sitemapindex.")
    if name.namespace != NAMESPACE:
        raise _WrongRoot("The document's namespace is not that of sitemaps.org.")


def _stripped(text: str | None) -> str:
    return (text or "").strip()
