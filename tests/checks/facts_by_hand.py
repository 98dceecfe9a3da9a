"""Facts written by hand: what a fetcher would have brought."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from haulier.checks.base import Category, Check, Status, Verdict
from haulier.checks.facts import Exchange, Page, SiteFacts
from haulier.checks.recipe import Recipe, digest

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
URL = "https://shop.example/"


def answer(
    body: str | bytes = "",
    *,
    url: str = URL,
    status: int = 200,
    content_type: str | None = "text/html; charset=utf-8",
    headers: Sequence[tuple[str, str]] = (),
    http_version: str = "HTTP/1.1",
    truncated: bool = False,
    first_byte_ms: float = 0.0,
    total_ms: float = 0.0,
) -> Exchange:
    named = () if content_type is None else (("content-type", content_type),)
    return Exchange(
        url=url,
        status=status,
        headers=(*named, *headers),
        body=body.encode() if isinstance(body, str) else body,
        http_version=http_version,
        truncated=truncated,
        first_byte_ms=first_byte_ms,
        total_ms=total_ms,
    )


def no_answer(error: str = "timeout", url: str = URL) -> Exchange:
    return Exchange(url=url, error=error)


def page(*hops: Exchange, repeats: Sequence[Exchange] = ()) -> Page:
    return Page(requested_url=hops[0].url, chain=hops, repeats=tuple(repeats))


def html(
    body: str,
    *,
    url: str = URL,
    status: int = 200,
    headers: Sequence[tuple[str, str]] = (),
    total_ms: float = 0.0,
) -> Page:
    return page(answer(body, url=url, status=status, headers=headers, total_ms=total_ms))


def site(*pages: Page, **more: object) -> SiteFacts:
    return replace(SiteFacts(pages=pages or (html(""),), now=NOW), **more)


def judge(check: Check, one: Page | None = None, **more: object) -> Verdict:
    """The verdict of a check over a site of one page."""
    facts = site(*([one] if one else []), **more)
    if check.inspect_page:
        return check.inspect_page(facts.page, facts)
    assert check.inspect_site
    return check.inspect_site(facts)


def fixed(
    check_id: str,
    verdict: Verdict | Callable[[Page], Verdict],
    *,
    category: Category = "seo",
    weight: int = 1,
    scope: str = "page",
) -> Check:
    """A check whose verdict is set beforehand."""

    def inspect_page(one: Page, facts: SiteFacts) -> Verdict:
        return verdict(one) if callable(verdict) else verdict

    def inspect_site(facts: SiteFacts) -> Verdict:
        return verdict(facts.page) if callable(verdict) else verdict

    return Check(
        id=check_id,
        category=category,
        weight=weight,
        title=f"Title of {check_id}",
        rule=f"rule of {check_id}",
        advice=f"Advice of {check_id}",
        anchors="none",
        inspect_page=inspect_page if scope == "page" else None,
        inspect_site=inspect_site if scope == "site" else None,
    )


def recipe_of(*checks: Check) -> Recipe:
    return Recipe(name="web", version=1, digest=digest(checks), checks=checks)


def status(word: str) -> Verdict:
    return Verdict(status=Status(word))
