"""URLs as a browser reads them, and whose host they are."""

from functools import lru_cache

import ada_url
import tldextract

from haulier.checks.document import attribute
from haulier.checks.facts import Page

MAX_URL_LENGTH = 8_000

_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def resolve(reference: str, base: str) -> str | None:
    """The absolute, normalised URL that a browser makes of it, None when it cannot be parsed."""
    if len(reference) > MAX_URL_LENGTH:
        return None
    try:
        return ada_url.join_url(base, reference.strip())
    except ValueError:
        return None


def base_of(page: Page) -> str:
    """What relative addresses of the page are resolved against: its `base`, or its own URL."""
    for node in page.tree.css("base[href]"):
        return resolve(attribute(node, "href"), page.final.url) or page.final.url
    return page.final.url


def is_absolute_web(reference: str) -> bool:
    """It names scheme and host by itself, and the scheme is http or https."""
    written = reference.strip().lower()
    if not written.startswith(("http://", "https://")) or len(written) > MAX_URL_LENGTH:
        return False
    try:
        return bool(ada_url.URL(written).hostname)
    except ValueError:
        return False


def host_of(url: str) -> str:
    """The lower-cased ASCII host, "" when there is none."""
    try:
        return ada_url.URL(url).hostname
    except ValueError:
        return ""


def path_of(url: str) -> str:
    """The path as a browser would send it, "/" when it is empty or cannot be parsed."""
    try:
        return ada_url.URL(url).pathname or "/"
    except ValueError:
        return "/"


def without_fragment(url: str) -> str:
    """The URL up to its fragment."""
    return url.partition("#")[0]


@lru_cache(maxsize=4096)
def registrable(host: str) -> str:
    """The registrable domain by the public suffix list (bundled, offline).

    A last label that the list does not know counts as a suffix, an address stands for itself.
    """
    found = _suffixes.extract_str(host, include_psl_private_domains=True)
    if found.top_domain_under_public_suffix:
        return found.top_domain_under_public_suffix
    is_address = found.ipv4 or found.ipv6
    return host if found.suffix or is_address else ".".join(host.split(".")[-2:])


def is_same_site(one: str, other: str) -> bool:
    """Two URLs whose hosts share a registrable domain."""
    return registrable(host_of(one)) == registrable(host_of(other))
