"""Which sitemaps an audit looks at."""

import re
import zlib
from dataclasses import replace
from html import unescape
from typing import Final

from haulier.checks.facts import Exchange
from haulier.handlers.context import JobContext
from haulier.handlers.site_audits.exchanges import fetch
from haulier.handlers.site_audits.origins import place, same_host

MAX_SITEMAPS: Final = 3
_MAX_UNPACKED: Final = 16 * 1024 * 1024
_LINE: Final = re.compile(rb"(?im)^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,2000})")
_CHILD: Final = re.compile(rb"<sitemap>\s{0,50}<loc>\s{0,50}([^<\s]{1,2000})")


async def fetch_sitemaps(
    job: JobContext, page_url: str, robots: Exchange | None
) -> tuple[Exchange, ...]:
    """The sitemaps that robots.txt names, else /sitemap.xml; of an index, its first children too.

    At most three in all, of the same host only. Empty when the default place has none.
    """
    named = [url for url in _named(robots) if same_host(url, page_url)]
    found: list[Exchange] = []
    waiting = [*named] or [place(page_url, "/sitemap.xml")]
    asked: set[str] = set()
    while waiting and len(found) < MAX_SITEMAPS:
        url = waiting.pop(0)
        if url in asked:
            continue
        asked.add(url)
        exchange = _unpacked((await fetch(job, url)).final)
        if not named and exchange.status != 200:  # noqa: PLR2004 - nobody promised this one
            return ()
        found.append(exchange)
        children = (
            unescape(match.decode("ascii", "ignore")) for match in _CHILD.findall(exchange.body)
        )
        waiting += [url for url in children if same_host(url, page_url)][:MAX_SITEMAPS]
    return tuple(found)


def _named(robots: Exchange | None) -> list[str]:
    if robots is None or robots.status != 200:  # noqa: PLR2004
        return []
    return [match.decode("ascii", "ignore") for match in _LINE.findall(robots.body)]


def _unpacked(exchange: Exchange) -> Exchange:
    """A .gz file with its content in plain, cut at 16 MiB; one that is broken as it came."""
    if not exchange.body.startswith(b"\x1f\x8b"):
        return exchange
    decoder = zlib.decompressobj(wbits=31)
    try:
        body = decoder.decompress(exchange.body, _MAX_UNPACKED)
    except zlib.error:
        return exchange
    return replace(exchange, body=body, truncated=exchange.truncated or not decoder.eof)
