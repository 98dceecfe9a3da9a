"""The values of Authorization, Cookie and Set-Cookie, wherever they stand."""

import re

from haulier.redact.marks import Span
from haulier.redact.reading import line_end
from haulier.redact.values import is_opaque, is_stand_in

_SCHEME = re.compile(
    r"""["']?(?P<scheme>[A-Za-z][A-Za-z0-9_.\-]{1,30})(?P<gap>(?:[ \t:]|%20|\+(?=[A-Za-z0-9])){1,4})(?=[^\s=])"""
)
_PARAMETER_SCHEMES = frozenset(
    {"digest", "hawk", "oauth", "signature", "aws4-hmac-sha256", "escher", "acs", "mac", "vapid", "sharedkey",
     "hmac", "sharedaccesssignature", "goog4-rsa-sha256", "aws", "dpop", "snowflake"}
)  # fmt: skip
_PARAMETERS = re.compile(
    r"""(?:[A-Za-z0-9_\-]{1,40}=(?:\\?"[^"\\\n]{0,4000}\\?"|[^\s,"'\\]{0,4000}),?[ \t]{0,4}"""
    r"""|[A-Za-z0-9+/=:._\-]{8,}[ \t]{0,2})++"""
)
_TOKEN = re.compile(r"[^\s\"'`,;<>\\]+")
_KNOWN_SCHEMES = (
    frozenset(
        [
            "bearer",
            "basic",
            "token",
            "negotiate",
            "ntlm",
            "apikey",
            "api-key",
            "geniekey",
            "key",
            "jwt",
            "ssws",
            "bot",
            "splunk",
            "sso",
            "zoho-oauthtoken",
        ]
    )
    | _PARAMETER_SCHEMES
)
_BARE_SCHEME = re.compile(
    r"(?i:bearer)(?:[ \t]{1,3}|%20|\+|:[ \t]{0,2})(?:\\?[\"'])?(?P<bearer>[A-Za-z0-9\-._~+/%]{8,}={0,2})"
    r"|(?i:basic)(?:[ \t]{1,3}|%20|:[ \t]{0,2})(?P<basic>[A-Za-z0-9+/\-_]{8,}(?:={0,2}|(?:%3[Dd]){0,2}))"
)
_COOKIE = re.compile(r"[ \t]*([^=;,\s\"'<>\\]{1,200}+)[ \t]*+=[ \t]*(\"[^\";\\]*\"|[^;,\s\"'\\]*)")
_COOKIE_FLAG = re.compile(r"[ \t]*[A-Za-z\-]{1,20}[ \t]*;")
_COOKIE_ATTRIBUTES = frozenset(
    [
        "path",
        "domain",
        "expires",
        "max-age",
        "samesite",
        "httponly",
        "secure",
        "priority",
        "partitioned",
        "version",
        "comment",
    ]
)


def authorization_spans(text: str, start: int, end: int) -> list[Span]:
    """What to hide of an Authorization value that lies in [start, end): all but its scheme."""
    value = text[start:end]
    if is_stand_in(value):
        return []
    found = _SCHEME.match(text, start, end)
    scheme = found.group("scheme").lower() if found else ""
    if found is None or (scheme not in _KNOWN_SCHEMES and len(scheme) > 16):
        return [Span(start=start, end=end, label="authorization")]
    rest = text[found.end() : end]
    if is_stand_in(rest.strip("\"' ")):
        return []
    label = scheme if scheme in {"bearer", "basic", "token"} else "authorization"
    return [Span(start=found.end(), end=end, label=label)]


def authorization_end(text: str, start: int) -> int:
    """Where an unquoted Authorization value that begins at `start` ends."""
    limit = line_end(text, start)
    found = _SCHEME.match(text, start, limit)
    scheme = found.group("scheme").lower() if found else ""
    if found and scheme in _PARAMETER_SCHEMES:
        parameters = _PARAMETERS.match(text, found.end(), limit)
        return parameters.end() if parameters else limit
    position = found.end() if found and (scheme in _KNOWN_SCHEMES or len(scheme) <= 16) else start
    token = _TOKEN.match(text, position, limit)
    if token is None:
        return position
    if found and scheme not in _KNOWN_SCHEMES and not is_opaque(token.group()):
        token = _TOKEN.match(text, start, limit)
    return token.end() if token else position


def scheme_span(text: str, position: int) -> Span | None:
    """The credential after a bare `Bearer` or `Basic` at `position`, outside any header."""
    found = _BARE_SCHEME.match(text, position)
    if found is None:
        return None
    label = "bearer" if found.group("bearer") else "basic"
    value = found.group(label)
    if is_stand_in(value):
        return None
    has_digit = any("0" <= character <= "9" for character in value)
    mixed = has_digit or (value.lower() != value and value[1:].lower() != value[1:])
    if not mixed or (label == "basic" and not _looks_like_base64(value)):
        return None
    return Span(start=found.start(label), end=found.end(label), label=label)


def _looks_like_base64(value: str) -> bool:
    bare = value.replace("%3D", "").replace("%3d", "").rstrip("=")
    return len(bare) % 4 != 1 and (value != bare or is_opaque(value))


def is_cookie_pairs(text: str, start: int, end: int) -> bool:
    """Whether a list of `name=value` begins at `start`."""
    return _COOKIE.match(text, start, end) is not None


def cookie_spans(text: str, start: int, end: int) -> list[Span]:
    """The values of the pairs of a Cookie or Set-Cookie line in [start, end); names stay."""
    spans: list[Span] = []
    position = start
    while position < end:
        found = _COOKIE.match(text, position, end)
        if found is None:
            flag = _COOKIE_FLAG.match(text, position, end)
            if flag is None:
                break
            position = flag.end()
            continue
        name, value = found.group(1).strip().lower(), found.group(2)
        if name not in _COOKIE_ATTRIBUTES and not is_stand_in(value.strip('"')):
            spans.append(Span(start=found.start(2), end=found.end(2), label="cookie"))
        position = found.end()
        if name == "expires":
            position = _after_date(text, position, end)
        if not text.startswith(";", position):
            break
        position += 1
    return spans


def _after_date(text: str, position: int, end: int) -> int:
    semicolon = text.find(";", position, end)
    return semicolon if 0 <= semicolon - position <= 40 else position
