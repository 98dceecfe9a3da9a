"""Private keys: PEM, OpenSSH, PGP, PuTTY, their bodies without a header, and JWK."""

import base64
import binascii
import re

from haulier.redact.marks import Span

_BEGIN = re.compile(
    r"-----BEGIN[ +](?:[A-Z0-9]+[ +]){0,4}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----"
)
_END = re.compile(
    r"-----END[ +](?:[A-Z0-9]+[ +]){0,4}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----|---- END SSH2 ENCRYPTED PRIVATE KEY ----"
)
_BODY = re.compile(
    r"(?:[A-Za-z0-9+/=]|\\{1,4}[nrt/]|[\r\n\t ]|%0[AaDd]|%2[BbFf]|%3[Dd]|\\u000[aAdD]|[\"',+|>]|&#1[03];"
    r"|(?:Proc-Type|DEK-Info|Comment|Version|Hash): ?[^\n\\]{0,100})++"
)
_BARE_START = re.compile(
    r"MII[A-Za-z0-9+/]{3,6}IBADANBgkqhkiG9w0BAQEFAASC|MII[CEJ][A-Za-z0-9+/]{2}IBAAKC[A-Za-z0-9+/]{3}"
    r"|MIIC[A-Za-z0-9+/]{2}IBAAKBg|MHcCAQEE|MIGkAgEBBD|MIHcAgEBB|MIG[A-Za-z0-9+/]AgEAM|ME4CAQAw|MC4CAQAwBQYDK2V"
    r"|MFECAQEwBQYDK2V|b3BlbnNzaC1rZXktdjEA|MII[A-Za-z0-9+/]{3,6}BOBgkqhkiG9w0BBQ0w"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\-_]++")
_BASE64_LINES = re.compile(r"(?:[A-Za-z0-9+/=]{1,200}|\\n|\r?\n[ \t]{0,16})++")
_PUTTY = re.compile(r"Private-Lines: ?[0-9]{1,4}(?:\r?\n|\\r\\n|\\n)")
_JWK_MEMBER = re.compile(
    r"""(?<![A-Za-z0-9_])(?:d|p|q|dp|dq|qi|k)\\?["'][ \t\r\n]{0,8}:[ \t\r\n]{0,8}\\?["']([A-Za-z0-9_\-+/=]{16,}+)"""
)
_KUBERNETES_BODY = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/=]++")


def block_spans(text: str) -> list[Span]:
    """Every private key in the text, over however many lines."""
    spans: list[Span] = []
    if "PRIVATE" in text:
        spans += _pem_spans(text)
    if "Private-Lines" in text:
        spans += [
            Span(
                start=found.end(),
                end=_end_of(_BASE64_LINES, text, found.end()),
                label="private-key",
            )
            for found in _PUTTY.finditer(text)
        ]
    if "kty" in text:
        spans += [
            Span(start=found.start(1), end=found.end(1), label="private-key")
            for found in _JWK_MEMBER.finditer(text)
        ]
    return [span for span in spans if span.end > span.start]


def _pem_spans(text: str) -> list[Span]:
    spans: list[Span] = []
    position = 0
    while (begin := _BEGIN.search(text, position)) is not None:
        body_end = _end_of(_BODY, text, begin.end())
        end = _END.match(text, body_end)
        position = end.end() if end else body_end
        if text[begin.end() : body_end].strip(" \r\n\t\\nr\"',.") or end:
            spans.append(Span(start=begin.start(), end=position, label="private-key"))
    return spans


def encoded_key_span(text: str, position: int) -> Span | None:
    """A private key that begins at `position` as bare base64, of DER or of a PEM file."""
    encoded = _KUBERNETES_BODY.match(text, position)
    if encoded is not None:
        if b"PRIVATE" not in _decoded(encoded.group()[:96]):
            return None
        return Span(start=position, end=encoded.end(), label="private-key")
    if _BARE_START.match(text, position) is None:
        return None
    end = _end_of(_BASE64_LINES, text, position)
    return Span(start=position, end=end, label="private-key") if end - position >= 40 else None


def _decoded(head: str) -> bytes:
    try:
        return base64.b64decode(head[: len(head) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""


def _end_of(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
