"""The properties of the types that search engines show as rich results."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.document import html_only
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.structured_data import Item, items_of


@dataclass(frozen=True, kw_only=True, slots=True)
class _Needs:
    """Names with bars mean one of several."""

    required: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()


_ARTICLE = _Needs(recommended=("headline", "image", "datePublished", "author"))
_NEEDS: Mapping[str, _Needs] = {
    "Article": _ARTICLE,
    "NewsArticle": _ARTICLE,
    "BlogPosting": _ARTICLE,
    "Product": _Needs(
        required=("name", "offers|review|aggregateRating"), recommended=("image", "description")
    ),
    "BreadcrumbList": _Needs(required=("itemListElement",)),
    "Organization": _Needs(recommended=("name", "url", "logo")),
    "FAQPage": _Needs(required=("mainEntity",)),
    "Event": _Needs(
        required=("name", "startDate", "location"),
        recommended=("description", "endDate", "image", "eventStatus"),
    ),
    "LocalBusiness": _Needs(required=("name", "address"), recommended=("telephone", "url")),
}


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    known = [(item, name) for item in items_of(page) for name in item.types if name in _NEEDS]
    if not known:
        return NOT_APPLICABLE
    missing = [finding for item, name in known for finding in _missing_required(item, name)]
    advised = [finding for item, name in known for finding in _missing_advised(item, name)]
    if missing:
        return failed(*missing, *advised)
    return warned(*advised) if advised else PASSED


def _missing_required(item: Item, name: str) -> Iterable[Finding]:
    for wanted in _NEEDS[name].required:
        if not item.properties.intersection(wanted.split("|")):
            told = wanted.replace("|", " or ")
            yield Finding(message=f"{name} lacks {told}, which is required.")


def _missing_advised(item: Item, name: str) -> Iterable[Finding]:
    for wanted in _NEEDS[name].recommended:
        if wanted not in item.properties:
            yield Finding(message=f"{name} lacks {wanted}, which is recommended.")


check = Check(
    id="seo.structured-data-required",
    category="seo",
    weight=3,
    title="Rich results have the properties they need",
    rule="fail: a required property of a rich-result type missing; warn: a recommended one",
    advice="Add the properties that are named, or drop the type.",
    anchors="Search Central structured data",
    inspect_page=html_only(_inspect),
)
