"""What a reader must know before the checks: why an audit saw less than a whole page."""

from collections.abc import Iterable

from haulier.checks.facts import Page
from haulier.checks.report_schema import ErrorEntry
from haulier.handlers.site_audits.origins import is_https

_SUCCESS = range(200, 300)


def remarks(page: Page) -> tuple[ErrorEntry, ...]:
    """One entry for each way in which the page is not what an audit hopes for; mostly none."""
    return tuple(
        ErrorEntry(check=None, page=page.final.url, message=message) for message in _messages(page)
    )


def _messages(page: Page) -> Iterable[str]:
    final = page.final
    if is_https(page.requested_url) and not is_https(final.url):
        yield "The site does not answer over https: its http form was judged."
    if final.status not in _SUCCESS:
        yield f"The page answered {final.status}: most checks look at pages that answer 200."
        return
    if not final.body:
        yield "The page has no content at all."
    elif not page.is_html:
        kind = final.media_type or "of no declared type"
        yield f"The page is {kind}, not HTML: only what needs no markup was judged."
    if final.truncated:
        yield f"The page was cut after {len(final.body):,} bytes: the rest was not looked at."
