"""Policies that a page gives in meta elements instead of header fields."""

from haulier.checks.facts import Page


def content_security_policies(page: Page) -> tuple[str, ...]:
    """The contents of every meta Content-Security-Policy, in order; empty ones do not count."""
    return tuple(
        content
        for equivalent, _, content in _metas(page)
        if content and equivalent == "content-security-policy"
    )


def referrer_policy(page: Page) -> str | None:
    """The content of the last meta referrer that has one, or None."""
    policies = [
        content
        for equivalent, name, content in _metas(page)
        if name == "referrer" and content and equivalent is None
    ]
    return policies[-1] if policies else None


def _metas(page: Page) -> list[tuple[str | None, str, str]]:
    """Each meta as (http-equiv or None, name, content), names trimmed and lower-cased."""
    found: list[tuple[str | None, str, str]] = []
    for element in page.tree.css("meta"):
        attributes = element.attributes
        equivalent = attributes.get("http-equiv") or ""
        has_equivalent = "http-equiv" in attributes and "content" in attributes
        found.append(
            (
                equivalent.strip().lower() if has_equivalent else None,
                (attributes.get("name") or "").strip().lower(),
                attributes.get("content") or "",
            )
        )
    return found
