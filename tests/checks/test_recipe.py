import pytest

from checks.facts_by_hand import fixed, status
from haulier.checks.recipe import CATEGORIES, UnknownSelection, digest, web_recipe


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
