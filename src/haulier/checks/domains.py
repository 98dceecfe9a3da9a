"""Registrable domains by the bundled public suffix list: no network, nothing written to disk."""

from functools import cache

from tldextract import TLDExtract


def registrable_domain(host: str) -> str | None:
    """The public suffix and one label ("example.co.uk"); None for addresses and bare suffixes.

    Only the ICANN part of the list counts, so "a.github.io" belongs to "github.io".
    """
    return _extractor()(host).top_domain_under_public_suffix.lower() or None


def is_public_suffix(host: str) -> bool:
    """The host is itself a public suffix: no one site owns it."""
    parts = _extractor()(host)
    return bool(parts.suffix) and not parts.domain


@cache
def _extractor() -> TLDExtract:
    return TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)
