"""Registrable domains by the bundled public suffix list: no network, nothing written to disk."""

from functools import cache

from tldextract import TLDExtract


def registrable_domain(host: str) -> str | None:
    """The public suffix and one label ("example.co.uk"); None for addresses and bare suffixes.

    Only the ICANN part of the list counts, so "a.github.io" belongs to "github.io". A top level
    that the list does not know is a suffix of its own, as the list's algorithm says.
    """
    parts = _extractor()(host)
    if parts.ipv4 or parts.ipv6:
        return None
    if parts.suffix:
        return parts.top_domain_under_public_suffix.lower() or None
    labels = [label for label in host.lower().split(".") if label]
    return ".".join(labels[-2:]) if len(labels) > 1 else None


def is_public_suffix(host: str) -> bool:
    """The host is itself a public suffix: no one site owns it."""
    parts = _extractor()(host)
    return bool(host) and not (parts.ipv4 or parts.ipv6) and registrable_domain(host) is None


@cache
def _extractor() -> TLDExtract:
    return TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)
