import pytest

from checks.facts_by_hand import fixed, status
from haulier.checks.recipe import CATEGORIES, UnknownSelection, digest, web_recipe

EXPECTED: dict[str, tuple[str, str, int]] = {
    "html.bom": ("best-practices", "page", 1),
    "html.charset": ("best-practices", "page", 3),
    "html.deprecated": ("best-practices", "page", 1),
    "html.doctype": ("best-practices", "page", 3),
    "html.dom-size": ("performance", "page", 1),
    "html.duplicate-id": ("best-practices", "page", 1),
    "html.inline-handlers": ("best-practices", "page", 1),
    "html.lazy-lcp": ("performance", "page", 1),
    "html.nested-forms": ("best-practices", "page", 1),
    "html.parse-errors": ("best-practices", "page", 1),
    "html.render-blocking": ("performance", "page", 3),
    "html.unsized-media": ("performance", "page", 1),
    "http.cache": ("performance", "page", 1),
    "http.cache-static": ("performance", "page", 3),
    "http.compression": ("performance", "page", 3),
    "http.content-type": ("performance", "page", 3),
    "http.html-size": ("performance", "page", 1),
    "http.http2": ("performance", "site", 1),
    "http.redirects": ("performance", "page", 3),
    "http.soft-404": ("performance", "site", 3),
    "http.status": ("performance", "page", 10),
    "http.ttfb": ("performance", "page", 3),
    "links.crawlable": ("links", "page", 3),
    "links.external-broken": ("links", "site", 1),
    "links.fragment": ("links", "page", 1),
    "links.internal-broken": ("links", "site", 7),
    "links.opener": ("links", "page", 1),
    "links.protocol-relative": ("links", "page", 1),
    "links.redirected": ("links", "site", 1),
    "links.text": ("links", "page", 3),
    "robots.fetch": ("seo", "site", 7),
    "robots.sitemap": ("seo", "site", 1),
    "robots.size": ("seo", "site", 1),
    "robots.syntax": ("seo", "site", 3),
    "seo.canonical": ("seo", "page", 7),
    "seo.canonical-target": ("seo", "site", 3),
    "seo.content-thin": ("seo", "page", 1),
    "seo.favicon": ("seo", "site", 1),
    "seo.h1": ("seo", "page", 3),
    "seo.hreflang": ("seo", "page", 3),
    "seo.hreflang-return": ("seo", "site", 3),
    "seo.indexable": ("seo", "page", 10),
    "seo.meta-description": ("seo", "page", 3),
    "seo.meta-description-length": ("seo", "page", 1),
    "seo.open-graph": ("seo", "page", 1),
    "seo.structured-data-required": ("seo", "page", 3),
    "seo.structured-data-syntax": ("seo", "page", 3),
    "seo.title": ("seo", "page", 7),
    "seo.title-length": ("seo", "page", 1),
    "seo.url": ("seo", "page", 1),
    "seo.viewport": ("seo", "page", 7),
    "site.depth": ("seo", "site", 1),
    "site.duplicate-description": ("seo", "site", 1),
    "site.duplicate-title": ("seo", "site", 3),
    "site.orphan": ("seo", "site", 1),
    "sitemap.lastmod": ("seo", "site", 1),
    "sitemap.urls-ok": ("seo", "site", 3),
    "sitemap.valid": ("seo", "site", 3),
}
"""What `web@1` promises of every check outside security and accessibility."""


def test_every_check_has_the_category_scope_and_weight_of_the_recipe() -> None:
    found = {
        check.id: (check.category, check.scope, check.weight)
        for check in web_recipe().checks
        if check.category in {"seo", "performance", "links", "best-practices"}
    }

    assert found
    assert found == {check_id: EXPECTED[check_id] for check_id in found}


def test_every_check_says_what_it_judges_and_what_to_do() -> None:
    for check in web_recipe().checks:
        assert len(check.title) > 10
        assert check.rule
        assert check.advice.endswith(".")


def test_a_selection_keeps_the_identity_of_the_recipe() -> None:
    recipe = web_recipe()

    narrow = recipe.select(categories=["seo"], checks_off=["seo.title"])

    assert {check.category for check in narrow.checks} == {"seo"}
    assert "seo.title" not in {check.id for check in narrow.checks}
    assert "seo.h1" in {check.id for check in narrow.checks}
    assert narrow.digest == recipe.digest
    assert recipe.select() == recipe


def test_the_recipe_is_ordered_by_category_and_id() -> None:
    recipe = web_recipe()

    order = [(CATEGORIES.index(check.category), check.id) for check in recipe.checks]
    assert (recipe.name, recipe.version) == ("web", 1)
    assert order == sorted(order)


def test_the_digest_knows_rules_and_weights_but_not_the_order_of_the_list() -> None:
    one, two = fixed("seo.a", status("pass")), fixed("seo.b", status("pass"))

    assert digest([one, two]) == digest([two, one])
    assert digest([one]) != digest([one, two])
    assert digest([one]) != digest([fixed("seo.a", status("pass"), weight=7)])
    assert digest([one]) != digest([fixed("seo.a", status("pass"), scope="site")])
    assert digest([one]) != digest([fixed("seo.a", status("pass"), category="links")])


def test_an_unknown_name_in_a_selection_is_refused() -> None:
    with pytest.raises(UnknownSelection) as refused:
        web_recipe().select(categories=["seo", "looks"], checks_off=["seo.tittle"])

    assert refused.value.names == ("looks", "seo.tittle")
