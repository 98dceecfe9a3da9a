"""Judging a value: is it a stand-in, is it opaque, is it an ordinary identifier?"""

import re

from haulier.redact.marks import MARK, VEIL

_STAND_IN_WORDS = frozenset(
    [
        "none",
        "null",
        "nil",
        "undefined",
        "nan",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "empty",
        "unset",
        "default",
        "required",
        "optional",
        "missing",
        "invalid",
        "expired",
        "incorrect",
        "wrong",
        "changed",
        "updated",
        "hidden",
        "masked",
        "redacted",
        "filtered",
        "removed",
        "omitted",
        "secret",
        "password",
        "passwd",
        "token",
        "string",
        "str",
        "int",
        "integer",
        "bool",
        "boolean",
        "bytes",
        "number",
        "any",
        "text",
        "varchar",
        "object",
        "array",
        "list",
        "dict",
        "map",
        "float",
        "char",
        "uuid",
        "date",
        "datetime",
        "secretstr",
        "optional[str]",
        "unknown",
        "valid",
        "present",
        "absent",
        "ok",
        "failed",
        "success",
        "disabled",
        "enabled",
        "revoked",
        "denied",
        "granted",
        "accepted",
        "rejected",
        "changeme",
        "example",
        "placeholder",
        "todo",
        "tbd",
        "n/a",
        "na",
        "test",
        "self",
        "this",
        "key",
        "value",
        "name",
        "login",
        "username",
        "user",
        "basic",
        "bearer",
        "digest",
        "negotiate",
        "oauth",
        "oauth2",
        "jwt",
        "apikey",
        "api_key",
        "public",
        "private",
        "session",
        "cookie",
        "include",
        "omit",
        "inherit",
        "same-origin",
        "see",
        "contact",
        "never",
        "always",
        "anonymous",
        "guest",
    ]
)
_STAND_IN = re.compile(
    r"""
      [*•●x.\-_#?X]{1,64}                                        # ****, xxxx, ...
    | <[^<>\n]{0,80}> | \{\{[^{}\n]{0,80}\}\} | \{[A-Za-z_][\w.]{0,60}\} | \[[A-Za-z][\w -]{0,40}\]
    | %\(?[A-Za-z_]\w{0,60}\)?[s%] | %s | %r | %[A-Z_]{2,60}% | @[A-Z_]{2,60}@
    | \$\{[^{}\n]{0,80}\}? | \$\([^()\n]{0,80}\)? | \$[A-Z_][A-Z0-9_]{0,60} | \$env:\w{1,60} | \$[a-z_]{2,40} | \$[0-9]{1,3} | :[a-z_]{2,40}
    | (?:required|nullable|sometimes|confirmed|present|min|max|string)(?:[|:,][A-Za-z0-9:,|_]{1,30}){1,6}
    | \$\{\{[^{}\n]{0,80}\}?\}?
    | (?:your|my|the|insert|replace|enter|put|some|dummy|sample|example|fake|placeholder|changeme|change|redacted)
      (?:[-_ ][a-zA-Z]{1,20}){0,6}(?:[-_ ]here)?
    | (?:YOUR|MY|INSERT|REPLACE|ENTER|EXAMPLE|CHANGE)(?:[-_ ][A-Z]{1,20}){0,6}
    | (?:process\.env|os\.environ|settings|config|secrets|self|env|var|data|local|module|vars|ctx|args|request|options|params|this|props|req)
      [.\[][\w.\[\]"'()]{0,80}
    """,
    re.VERBOSE,
)
UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_DIGEST = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}"
)
_NUMBER = re.compile(r"[-+]?[0-9][0-9_.,:]{0,30}(?:ms|s|m|h|d|kb|mb|gb|%)?", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]")
_RUN = re.compile(r"[A-Za-z0-9]{12,}")
_TURN = re.compile(r"[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])|[a-z](?=[A-Z])|[A-Z](?=[a-z])")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_JUDGED_CHARACTERS = 400


def is_stand_in(value: str) -> bool:
    """Whether the value says that something is absent or yet to be filled in: `<your-token>`."""
    if not value.strip(VEIL) or (value[0] == "[" and MARK.fullmatch(value)):
        return True
    if len(value) > _JUDGED_CHARACTERS:
        return False
    stripped = value.strip(" \t.,;:!")
    if _WORD.search(stripped) is None:
        return True
    return stripped.lower() in _STAND_IN_WORDS or _STAND_IN.fullmatch(stripped) is not None


def is_number(value: str) -> bool:
    """Whether the value is a plain number, duration, size or time of day."""
    return len(value) <= 40 and _NUMBER.fullmatch(value) is not None


def is_count(value: str) -> bool:
    """Whether the value is a number that nobody would draw as a token: fewer than ten digits."""
    return is_number(value) and sum(character.isdigit() for character in value) < 10


def is_random_word(word: str) -> bool:
    """Whether a word of letters changes case too often to be a name that somebody chose."""
    pieces = _PIECE.findall(word)
    return len(pieces) >= 5 and len(word) < 3.2 * len(pieces)


def is_digest_or_uuid(value: str) -> bool:
    """Whether the value has the exact shape of a hash in hex or of a UUID."""
    if len(value) > 128:
        return False
    return UUID.fullmatch(value) is not None or _DIGEST.fullmatch(value.lower()) is not None


def is_opaque(value: str) -> bool:
    """Whether the value looks drawn at random: a long run of letters and digits that mix."""
    run = _RUN.search(value, 0, _JUDGED_CHARACTERS)
    if run is None or " " in value[:_JUDGED_CHARACTERS]:
        return False
    piece = run.group()[:64]
    return len(_TURN.findall(piece)) >= 3 and not (
        piece.isdigit() or (piece.isalpha() and len(piece) < 20)
    )


def has_digit_or_symbol(value: str) -> bool:
    """Whether the value is more than letters, so hardly a word of prose."""
    return not value[:_JUDGED_CHARACTERS].replace("_", "").replace("-", "").isalpha()
