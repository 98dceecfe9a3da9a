"""Structured data of a page: JSON-LD scripts one by one, and the items of all three syntaxes."""

# extruct carries no annotations.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeGuard

from extruct import MicrodataExtractor
from extruct.rdfa import RDFaExtractor
from lxml import etree
from selectolax.lexbor import LexborNode

from haulier.checks.document import attribute
from haulier.checks.facts import Page

MAX_CHARACTERS = 1024 * 1024
MAX_ITEMS = 2_000
MAX_MARKED_ELEMENTS = 2_000
"""Microdata and RDFa are read only up to these: their extractors are slow on floods."""

_VOCABULARIES = ("https://schema.org/", "http://schema.org/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing that the page describes, in the words of schema.org."""

    types: frozenset[str]
    properties: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One JSON-LD script."""

    element: LexborNode
    items: Sequence[Mapping[str, object]] = ()
    """Its objects: the root or roots, or the members of their @graph."""
    has_no_context: bool = False
    problem: str | None = None


def json_ld_of(page: Page) -> Sequence[Node]:
    """Every JSON-LD script of the page, read strictly."""
    return [
        _read_script(element)
        for element in page.tree.css("script[type]")
        if attribute(element, "type").partition(";")[0].strip().lower() == "application/ld+json"
    ]


def items_of(page: Page) -> Sequence[Item]:
    """The items at the top of JSON-LD, microdata and RDFa.

    What cannot be read is left out, and so is what goes beyond the limits above.
    """
    nodes = (item for node in json_ld_of(page) for item in node.items)
    found = [_item(item) for item in islice(nodes, MAX_ITEMS)]
    if len(page.text) > MAX_CHARACTERS:
        return found
    return [*found, *_microdata(page), *_rdfa(page)]


def is_untyped(item: Mapping[str, object]) -> bool:
    """It has no @type, and is more than a reference to another node."""
    return not item.get("@type") and not set(item) <= {"@id", "@context"}


def _read_script(element: LexborNode) -> Node:
    try:
        document: object = json.loads(element.text(), strict=False)
    except (ValueError, RecursionError):
        return Node(element=element, problem="The JSON-LD is no valid JSON.")
    roots = _objects(_listed(document))
    if not roots:
        return Node(element=element, problem="The JSON-LD holds no object.")
    return Node(
        element=element,
        items=[item for root in roots for item in _members(root)],
        has_no_context=any("@context" not in root for root in roots),
    )


def _members(root: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    graph = root.get("@graph")
    if graph is None:
        return [root]
    return _objects(_listed(graph))


def _objects(values: Iterable[object]) -> Sequence[Mapping[str, object]]:
    return [value for value in values if _is_object(value)]


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _listed(value: object) -> list[object]:
    return value if _is_list(value) else [value]


def _microdata(page: Page) -> Iterable[Item]:
    marked = page.tree.css("[itemscope]")
    if not 0 < len(marked) <= MAX_MARKED_ELEMENTS:
        return
    for found in _objects(_extracted(MicrodataExtractor().extract, page)):
        properties = found.get("properties")
        names: list[object] = list(properties) if _is_object(properties) else []
        yield Item(types=_names(found.get("type")), properties=_names(names))


def _rdfa(page: Page) -> Iterable[Item]:
    marked = page.tree.css("[typeof]")
    if not 0 < len(marked) <= MAX_MARKED_ELEMENTS:
        return
    extracted = _extracted(RDFaExtractor().extract, page)
    yield from (_item(found) for found in _objects(extracted) if found.get("@type"))


def _extracted(extract: Callable[..., object], page: Page) -> list[object]:
    """What an extractor finds, nothing where it gives up on the markup."""
    try:
        return _listed(extract(page.text, base_url=page.final.url))
    except (ValueError, etree.LxmlError, RecursionError):
        return []


def _item(found: Mapping[str, object]) -> Item:
    properties: list[object] = [name for name, value in found.items() if value or value == 0]
    return Item(types=_names(found.get("@type")), properties=_names(properties))


def _names(value: object) -> frozenset[str]:
    """Names without their vocabulary's prefix."""
    return frozenset(_short(name) for name in _listed(value) if isinstance(name, str))


def _short(name: str) -> str:
    for vocabulary in _VOCABULARIES:
        name = name.removeprefix(vocabulary)
    return name.removeprefix("schema:")
