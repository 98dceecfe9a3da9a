"""The page of the recipe web@1."""

from collections.abc import Iterator

from writers.tables import table

from haulier.checks.recipe import CATEGORIES, web_recipe


def recipe_page() -> Iterator[str]:
    """Every check of web@1."""
    recipe = web_recipe()
    yield f"# Recipe {recipe.name}@{recipe.version}"
    yield ""
    yield f"{len(recipe.checks)} checks. A weight is 10 (critical), 7 (serious), 3 (moderate),"
    yield "1 (minor) or 0 (for review only); `obs` follows the HTTP Observatory's modifier."
    yield "A change of a rule, a weight or the formula makes a new version of the recipe."
    yield ""
    yield f"Digest: `{recipe.digest}`."
    for category in CATEGORIES:
        chosen = [check for check in recipe.checks if check.category == category]
        if chosen:
            yield ""
            yield f"## {category}"
            yield ""
            yield from table(
                ("Check", "Weight", "Judged", "Rule", "Advice"),
                (
                    (f"`{one.id}`", str(one.weight), f"per {one.scope}", one.rule, one.advice)
                    for one in chosen
                ),
            )
