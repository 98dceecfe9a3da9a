"""How a body becomes text: the encoding sniffing of the HTML standard, as far as an audit needs it.

Source: WHATWG HTML, "Determining the character encoding"; labels by the Encoding Standard.
"""

from dataclasses import dataclass

import webencodings
from selectolax.lexbor import LexborHTMLParser

from haulier.checks.facts import Exchange

PRESCAN_BYTES = 1024
"""A declaration inside the document counts only within its first 1,024 bytes."""

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xfe\xff", "utf-16be"),
    (b"\xff\xfe", "utf-16le"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """Where an answer names its encoding: labels as written, lower-cased, None when it does not."""

    mark: str | None
    """What the byte order mark says."""
    header: str | None
    meta: str | None


def declared(exchange: Exchange) -> Declared:
    """Every place where this answer names its encoding."""
    return Declared(
        mark=_mark(exchange.body)[0],
        header=charset_parameter(exchange.first("content-type") or ""),
        meta=_meta(exchange.body),
    )


def decode(exchange: Exchange) -> str:
    """The body as text; never raises, undecodable bytes become U+FFFD.

    A byte order mark wins (and is dropped), then the header, then the meta element, then UTF-8.
    An unknown label counts as absent.
    """
    mark, length = _mark(exchange.body)
    body = exchange.body[length:]
    for label in (mark, charset_parameter(exchange.first("content-type") or "")):
        if label and (encoding := webencodings.lookup(label)):
            return encoding.codec_info.decode(body, "replace")[0]
    encoding = webencodings.lookup(_meta(body) or "utf-8") or webencodings.UTF8
    if encoding.name.startswith("utf-16"):
        # The bytes of the meta element were readable as ASCII, so they cannot be UTF-16.
        encoding = webencodings.UTF8
    return encoding.codec_info.decode(body, "replace")[0]


def canonical_name(label: str) -> str | None:
    """The standard's name of an encoding label ("latin1" -> "windows-1252"), None if unknown."""
    encoding = webencodings.lookup(label)
    return encoding.name if encoding else None


def charset_parameter(content_type: str) -> str | None:
    """The charset parameter of a Content-Type value, lower-cased and unquoted."""
    for parameter in content_type.split(";")[1:]:
        name, found, value = parameter.partition("=")
        if found and name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower() or None
    return None


def _mark(body: bytes) -> tuple[str | None, int]:
    for mark, label in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return label, len(mark)
    return None, 0


def _meta(body: bytes) -> str | None:
    head = body[:PRESCAN_BYTES]
    if b"charset" not in head.lower():
        return None
    tree = LexborHTMLParser(head.decode("latin-1"))
    for node in tree.css("meta"):
        if label := (node.attributes.get("charset") or "").strip().lower():
            return label
        if (node.attributes.get("http-equiv") or "").strip().lower() == "content-type":
            label = charset_parameter(node.attributes.get("content") or "")
            if label:
                return label
    return None
