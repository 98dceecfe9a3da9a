"""Whether the page came compressed; all of gzip, br and zstd were accepted."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.facts import Page, SiteFacts

_WORTH_IT = 1_400
"""Bytes that fit a single packet anyway."""
_LARGE = 50 * 1024
_TEXT = ("json", "xml", "javascript", "ecmascript", "svg")


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    final = page.final
    size = len(final.body)
    if not final.ok or not _is_text(final.media_type) or size <= _WORTH_IT:
        return NOT_APPLICABLE
    codings = {
        coding.strip().lower()
        for value in final.values("content-encoding")
        for coding in value.split(",")
    }
    if not codings & {"gzip", "x-gzip", "deflate", "br", "zstd"}:
        message = f"{size:,} bytes of text came uncompressed."
        return failed(Finding(message=message, header="Content-Encoding", data={"bytes": size}))
    if size > _LARGE and not codings & {"br", "zstd"}:
        message = f"{size:,} bytes came by {', '.join(sorted(codings))} only."
        return warned(Finding(message=message, header="Content-Encoding", data={"bytes": size}))
    return PASSED


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or any(word in media_type for word in _TEXT)


check = Check(
    id="http.compression",
    category="performance",
    weight=3,
    title="Text is compressed",
    rule="fail: text body >1 400 bytes uncompressed; warn: gzip only and >50 KiB",
    advice="Compress text answers, by br or zstd where clients accept it.",
    anchors="webhint http-compression; coach compressAssets",
    inspect_page=_inspect,
)
