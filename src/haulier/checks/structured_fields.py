"""HTTP structured fields (RFC 8941, RFC 9651), as far as the rules need them."""

from collections.abc import Mapping

import http_sf

LIMIT = 65_536

_TOKEN_READ_LIMIT = 1024


def token_outcome(values: tuple[str, ...], *, prefix: str, known: frozenset[str]) -> str:
    """The Observatory outcome ("coop-...") of a field that must be one line with one known token.

    Parameters are left alone. An empty line counts as absent.
    """
    if len(values) > 1:
        return f"{prefix}-header-invalid"
    if not values or not values[0].strip():
        return f"{prefix}-not-implemented"
    policy = token_item(values[0][:_TOKEN_READ_LIMIT].strip())
    if policy not in known:
        return f"{prefix}-header-invalid"
    return f"{prefix}-implemented-with-{policy}"


def token_item(value: str) -> str | None:
    """The token of an item, parameters dropped; None for anything else, quoted strings too."""
    if not value.isascii():
        return None
    try:
        parsed = http_sf.parse(value.encode(), tltype="item")
    except ValueError:
        return None
    bare = parsed[0] if isinstance(parsed, tuple) else None
    return str(bare) if isinstance(bare, http_sf.Token) else None


def dictionary_keys(value: str) -> tuple[str, ...] | None:
    """The keys of a dictionary field, in order; None when it cannot be parsed or is too long."""
    if not value.isascii() or len(value) > LIMIT:
        return None
    try:
        parsed = http_sf.parse(value.encode(), tltype="dictionary")
    except ValueError:
        return None
    return tuple(parsed) if isinstance(parsed, Mapping) else None
