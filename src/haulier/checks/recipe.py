"""The recipe `web@1`: every check that is found in `checks/rules`, and what it is known by."""

import hashlib
import importlib
import pkgutil
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from typing import get_args

import msgspec

from haulier.checks import rules
from haulier.checks.base import Category, Check

CATEGORIES: tuple[Category, ...] = get_args(Category)
"""In the order in which they run and are shown."""


class UnknownSelection(ValueError):
    """A category or a check was named that the recipe does not have."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = tuple(sorted(names))
        super().__init__(f"Not in the recipe: {', '.join(self.names)}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """A named, versioned list of checks, ordered by category and id."""

    name: str
    version: int
    digest: str
    """SHA-256, in hex, of the canonical JSON of the whole list: a narrower selection keeps it."""
    checks: tuple[Check, ...]

    def select(
        self, *, categories: Collection[str] = (), checks_off: Collection[str] = ()
    ) -> "Recipe":
        """The same recipe with only these categories (none named: all) and without these checks.

        Raises UnknownSelection when a name is not in the recipe.
        """
        unknown = set(categories) - set(CATEGORIES)
        unknown |= set(checks_off) - {check.id for check in self.checks}
        if unknown:
            raise UnknownSelection(unknown)
        kept = tuple(
            check
            for check in self.checks
            if check.id not in checks_off and (not categories or check.category in categories)
        )
        return replace(self, checks=kept)


@cache
def web_recipe() -> Recipe:
    """The recipe `web@1`, built once from the modules in `checks/rules`."""
    checks = tuple(sorted(_found(), key=lambda c: (CATEGORIES.index(c.category), c.id)))
    return Recipe(name="web", version=1, digest=digest(checks), checks=checks)


def digest(checks: Collection[Check]) -> str:
    """SHA-256 of what decides verdicts and scores; title and advice are left out on purpose."""
    facts = [
        {
            "id": check.id,
            "category": check.category,
            "scope": check.scope,
            "weight": check.weight,
            "rule": check.rule,
        }
        for check in sorted(checks, key=lambda c: c.id)
    ]
    return hashlib.sha256(msgspec.json.encode(facts, order="sorted")).hexdigest()


def _found() -> list[Check]:
    checks: dict[str, Check] = {}
    for module in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."):
        check = getattr(importlib.import_module(module.name), "check", None)
        if not isinstance(check, Check):
            raise TypeError(f"{module.name} exports no check")
        if (check.inspect_page is None) == (check.inspect_site is None):
            raise TypeError(f"{check.id} must inspect either a page or the site")
        if check.id in checks:
            raise TypeError(f"{check.id} is defined twice")
        checks[check.id] = check
    return list(checks.values())
