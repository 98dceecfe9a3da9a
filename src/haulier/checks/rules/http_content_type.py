"""The media type that the answer names, against the first bytes of its body."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.charset import charset_parameter
from haulier.checks.facts import Page, SiteFacts

_SIGNATURES = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n": "image/png",
    b"GIF8": "image/gif",
    b"\xff\xd8\xff": "image/jpeg",
    b"PK\x03\x04": "application/zip",
    b"\x1f\x8b": "application/gzip",
}
_MARKUP = (b"<!doctype html", b"<html", b"<head", b"<body")
_MAY_HOLD_MARKUP = ("html", "xml")


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    final = page.final
    if not final.ok or not final.body:
        return NOT_APPLICABLE
    named = final.media_type
    if not named:
        return failed(Finding(message="No media type is named.", header="Content-Type"))
    if seen := _contradiction(named, final.body):
        message = f"The body looks like {seen}, not like {named}."
        return failed(Finding(message=message, header="Content-Type", snippet=named))
    if named == "text/html" and not charset_parameter(final.first("content-type") or ""):
        return warned(Finding(message="The charset is not named.", header="Content-Type"))
    return PASSED


def _contradiction(named: str, body: bytes) -> str | None:
    start = body[:512]
    for signature, kind in _SIGNATURES.items():
        if start.startswith(signature):
            return kind if named.startswith("text/") else None
    is_markup = start.lstrip().lower().startswith(_MARKUP)
    return "text/html" if is_markup and not any(k in named for k in _MAY_HOLD_MARKUP) else None


check = Check(
    id="http.content-type",
    category="performance",
    weight=3,
    title="The media type is true and complete",
    rule="fail: missing or contradicts the body; warn: text/html without charset",
    advice="Send the media type that fits the content, with charset=utf-8 for text.",
    anchors="webhint content-type",
    inspect_page=_inspect,
)
