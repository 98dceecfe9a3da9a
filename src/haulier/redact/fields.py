"""Secrets that are known by the name before them, in any notation: `password=...`, `"token": ...`."""

import re

from haulier.redact.headers import (
    authorization_end,
    authorization_spans,
    cookie_spans,
    is_cookie_pairs,
    scheme_span,
)
from haulier.redact.marks import Span
from haulier.redact.names import Judgement, Strength, judge
from haulier.redact.reading import Value, line_end, read_quoted, read_value
from haulier.redact.values import (
    has_digit_or_symbol,
    is_digest_or_uuid,
    is_number,
    is_opaque,
    is_stand_in,
)

KEYWORD = re.compile(
    r"a(?:pikey|uth|ccesskey|ssertion)|basic|bearer|c(?:ookie|red|srf|v[vc](?![a-z])|ode(?=\W{0,3}=)|rumb)"
    r"|h(?:mac|ash(?![a-z]))|identified|jwt|key(?![a-z])|keys(?![a-z])|license|login(?![a-z])|mnemonic"
    r"|nonce|otp(?![a-z])|p(?:ass|wd|sw|w(?![a-z])|in(?![a-z])|at(?![a-z])|rivatekey)"
    r"|s(?:ecret|ess|id(?![a-z])|ig(?![a-z])|ignature|alt(?![a-z])|eed(?![a-z])|as(?![a-z])|tate(?=\W{0,3}=))"
    r"|t(?:oken|icket)|verifier|xsrf|webhook(?![a-z])|refresh(?![a-z])"
)
"""Over lower-cased text: the stems of every name that can be judged to hold a secret."""

_LEFT = re.compile(r"[A-Za-z0-9_\-]{0,64}+")
_RIGHT = re.compile(r"[A-Za-z0-9_\-]{0,100}+")
_CLOSE = r"""(?:\\{0,7}["'`]|&quot;|&\#3[49];|&apos;|%22|%27|\\u0022|[”’]|\*{1,2})?"""
_ASSIGN = re.compile(
    rf"""{_CLOSE}(?:\]|%5[Dd]|\))?[?!]?[ \t]{{0,32}}(?:\r?\n[ \t]{{0,32}}(?=[:=]))?
    (?P<operator>=>|:=|\?=|\|\|=|[!=]==?|=|::?|%3[DdAa]|&\#61;|\\u003[dDaA]|[＝：→])
    (?:[ \t]|%20|\\t){{0,32}}""",
    re.VERBOSE,
)
_TYPED = re.compile(
    r"""[ \t]{0,4}(?:(?:typing\.|t\.)?(?:str|string|String|bytes|SecretStr|Optional|Final|char|const|any|text|Secret)
    [^=\n"'`;,()]{0,40}=[ \t]{0,8})(?=["'`brf])""",
    re.VERBOSE,
)
_GO_TYPED = re.compile(r"[ \t]{1,4}(?:string|String|str)[ \t]{0,4}=[ \t]{0,8}(?=[\"'`])")
_ATTRIBUTE = re.compile(
    r"""(?:\\{0,3}["']|&quot;)?(?:[ \t\r\n]{1,8}[A-Za-z_:\-]{1,20}=\\?(?:"[^"<>\\]{0,60}\\?"|'[^'<>\\]{0,60}\\?')){0,4}
    [ \t\r\n]{0,8},?[ \t\r\n]{0,16}
    (?:\\{0,3}["']|&quot;)?(?i:value|content|val|secret|password|default)(?:\\{0,3}["']|&quot;)?[ \t]{0,4}[=:][ \t]{0,4}""",
    re.VERBOSE,
)
_ELEMENT = re.compile(r"(?:[ \t\r\n][^<>\n]{0,120})?(?:>|&gt;)[ \t\r\n]{0,32}(?:<!\[CDATA\[)?")
_ELEMENT_TEXT = re.compile(r"(?:[^<&\]]|&(?!lt;)|\](?!\]>))*+")
_PAIR = re.compile(r"""(?:\\{0,7}["'`])[ \t]{0,4},[ \t\r\n]{0,16}(?=[brRu]?\\{0,7}["'`])""")
_SPACE = re.compile(r"[ \t]{1,8}")
_CONNECTED = re.compile(
    r"[ \t]{1,4}(?i:is|was|are|equals|set to|changed to|of|as|to|used|provided|sent|received|value)(?:[ \t]{1,4}|:[ \t]{0,4})"
)
_BLOCK_SCALAR = re.compile(
    r"[|>][+\-0-9]{0,2}[ \t]*\r?\n(?P<body>(?:[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)++)"
)
_LIST = re.compile(r"\[[ \t\r\n]{0,32}")
_LIST_GAP = re.compile(r"[ \t\r\n]{0,32},[ \t\r\n]{0,32}")
_CALL_OR_REFERENCE = re.compile(
    r"(?:(?:await|new|self|not)[ \t])?[A-Za-z_][\w]{0,60}(?:(?:\.|->|::|\?\.)[A-Za-z_]\w{0,60}){0,8}(?P<open>[(\[])?"
)
_PASSPHRASE = re.compile(r"[a-z]{2,12}(?:[ ][a-z]{2,12}){3,30}(?=[ \t]*(?:[\r\n\"']|\Z))")
_PROSE = re.compile(
    r"(?i:must|is|was|are|a|an|the|should|not|no|may|can|cannot|has|have|for|of|to|at|with|does|do|too|will|be|been|"
    r"please|use|and|or|in|on|by|from|your|we|it|this|that|found|failed|only|you|if)\b"
)
_COMMENT = re.compile(r"[ \t]+(?:#|//)[^\n]*\Z")


def field_spans(text: str, lowered: str) -> list[Span]:
    """What named fields hold. `lowered` is the text in lower case, of the same length."""
    spans: list[Span] = []
    position = 0
    search = KEYWORD.search
    while (found := search(lowered, position)) is not None:
        hit = found.start()
        left = _LEFT.match(text[max(0, hit - 64, position) : hit][::-1])
        start = hit - (left.end() if left else 0)
        right = _RIGHT.match(text, found.end())
        end = right.end() if right else found.end()
        new = _spans_of(text, start, end)
        spans += new
        position = max(end, *(span.end for span in new)) if new else max(end, found.end())
    return spans


def _spans_of(text: str, start: int, end: int) -> list[Span]:
    name = text[start:end]
    stem = name.lower()
    if stem.endswith(("bearer", "basic")):
        span = scheme_span(text, end - (6 if stem.endswith("bearer") else 5))
        if span is not None:
            return [span]
    judgement = judge(name)
    if judgement.strength is Strength.NONE:
        return _identified(text, end) if stem == "identified" else []
    assigned = _ASSIGN.match(text, end)
    if assigned is not None:
        return _assigned(text, assigned.end(), judgement, assigned.group("operator"), start)
    if start and text[start - 1] in "<:;" and (element := _ELEMENT.match(text, end)):
        return _element(text, element.end(), judgement)
    if (attribute := _ATTRIBUTE.match(text, end)) is not None:
        return _plain(text, attribute.end(), judgement)
    if (pair := _PAIR.match(text, end)) is not None:
        return _pair(text, pair.end(), judgement, start)
    if (typed := _GO_TYPED.match(text, end)) is not None:
        return _plain(text, typed.end(), judgement)
    return _spaced(text, end, judgement, is_flag=name.startswith("-"))


def _assigned(
    text: str, position: int, judgement: Judgement, operator: str, name_start: int
) -> list[Span]:
    if judgement.label == "cookie" and operator in {":", "%3A", "%3a", "="}:
        quoted = read_quoted(text, position)
        start = quoted.start if quoted else position
        end = quoted.end if quoted else line_end(text, position)
        if is_cookie_pairs(text, start, end):
            return cookie_spans(text, start, end)
    if judgement.label == "authorization":
        return _authorization(text, position, judgement)
    block = _BLOCK_SCALAR.match(text, position)
    if block is not None and judgement.strength is Strength.SURE:
        body = block.group("body").rstrip()
        return (
            []
            if is_stand_in(body.strip())
            else [
                Span(
                    start=block.start("body"),
                    end=block.start("body") + len(body),
                    label=judgement.label,
                )
            ]
        )
    typed = _TYPED.match(text, position)
    if typed is not None:
        return _plain(text, typed.end(), judgement)
    if (opened := _LIST.match(text, position)) is not None:
        return _listed(text, opened.end(), judgement)
    if judgement.strength is Strength.SURE and (phrase := _PASSPHRASE.match(text, position)):
        starts_line = name_start == 0 or text[name_start - 1] in "\n\t "
        if starts_line and not any(_PROSE.fullmatch(word) for word in phrase.group().split(" ")):
            return [Span(start=position, end=phrase.end(), label=judgement.label)]
    if operator == ":" and _PROSE.match(text, position) and " " in text[position : position + 12]:
        return []
    return _plain(text, position, judgement)


def _plain(text: str, position: int, judgement: Judgement) -> list[Span]:
    value = read_value(text, position)
    if value is None or not _is_secret(text, value, judgement):
        return []
    return [Span(start=value.start, end=value.end, label=judgement.label)]


def _is_secret(text: str, value: Value, judgement: Judgement) -> bool:
    content = text[value.start : value.end]
    if not value.quote and _is_code(text, value):
        return False
    return is_secret_value(content, judgement)


def is_secret_value(content: str, judgement: Judgement) -> bool:
    """Whether a value under a name of this judgement must be hidden."""
    if is_stand_in(content):
        return False
    match judgement.strength:
        case Strength.SURE:
            return judgement.label in {"password", "code", "pin"} or not is_number(content)
        case Strength.LIKELY:
            return _is_likely(content, judgement.label)
        case Strength.WEAK:
            return is_opaque(content) and not is_digest_or_uuid(content)
        case Strength.NONE:
            return False


def _is_likely(content: str, label: str) -> bool:
    if label == "password":
        return " " not in content and has_digit_or_symbol(content) and not is_number(content)
    if is_opaque(content):
        return True
    return (
        len(content) >= 16
        and " " not in content
        and any(c.isdigit() for c in content[:400])
        and any(c.isupper() for c in content[:400])
        and any(c.islower() for c in content[:400])
        and "/" not in content[:3]
    )


def _is_code(text: str, value: Value) -> bool:
    found = _CALL_OR_REFERENCE.match(text, value.start)
    if found is None:
        return False
    word = text[value.start : value.end]
    if found.group("open") and found.end() <= value.end + 1:
        return not any(c.isdigit() for c in found.group())
    if found.end() < value.end:
        return False
    return ("." in word or "_" in word or "->" in word) and not any(c.isdigit() for c in word)


def _authorization(text: str, position: int, judgement: Judgement) -> list[Span]:
    if (opened := _LIST.match(text, position)) is not None:
        position = opened.end()
    quoted = read_quoted(text, position)
    if quoted is not None:
        start, end = quoted.start, quoted.end
    else:
        start, end = position, authorization_end(text, position, line_end(text, position))
    content = text[start:end]
    if not content or (quoted is None and _is_code(text, Value(start, end, ""))):
        return []
    if (
        judgement.strength is not Strength.SURE
        and not is_secret_value(content, judgement)
        and not (" " in content and has_digit_or_symbol(content.split(" ", 1)[1]))
    ):
        return []
    return authorization_spans(text, start, end)


def _element(text: str, position: int, judgement: Judgement) -> list[Span]:
    found = _ELEMENT_TEXT.match(text, position)
    if found is None:
        return []
    content = found.group().rstrip()
    if not content or not is_secret_value(content, judgement):
        return []
    return [Span(start=position, end=position + len(content), label=judgement.label)]


def _pair(text: str, position: int, judgement: Judgement, name_start: int) -> list[Span]:
    value = read_quoted(text, position)
    if value is None:
        return []
    content = text[value.start : value.end]
    opener = text[max(0, name_start - 3) : name_start].rstrip("\\\"'`bru")[-1:]
    if not has_digit_or_symbol(content) and not (
        opener == "(" and text.startswith(")", value.end + 1)
    ):
        return []
    if judgement.label == "authorization":
        return authorization_spans(text, value.start, value.end)
    if judgement.label == "cookie":
        return cookie_spans(text, value.start, value.end)
    if not is_secret_value(content, judgement):
        return []
    return [Span(start=value.start, end=value.end, label=judgement.label)]


def _listed(text: str, position: int, judgement: Judgement) -> list[Span]:
    spans: list[Span] = []
    while (value := read_value(text, position)) is not None:
        if _is_secret(text, value, judgement):
            spans.append(Span(start=value.start, end=value.end, label=judgement.label))
        gap = _LIST_GAP.match(text, value.end + len(value.quote))
        if gap is None:
            break
        position = gap.end()
    return spans


def _spaced(text: str, position: int, judgement: Judgement, *, is_flag: bool) -> list[Span]:
    if judgement.strength is not Strength.SURE and not is_flag:
        return []
    connected = _CONNECTED.match(text, position)
    gap = connected or _SPACE.match(text, position)
    if gap is None:
        return []
    value = read_value(text, gap.end())
    if value is None or text.startswith("-", value.start):
        return []
    content = text[value.start : value.end]
    if not _is_secret(text, value, judgement):
        return []
    if is_flag or (
        judgement.label == "password" and _is_password_like(content, quoted=bool(value.quote))
    ):
        return [Span(start=value.start, end=value.end, label=judgement.label)]
    if is_opaque(content) and not is_digest_or_uuid(content):
        return [Span(start=value.start, end=value.end, label=judgement.label)]
    return []


def _is_password_like(content: str, *, quoted: bool) -> bool:
    if " " in content or is_number(content) or "://" in content:
        return False
    return has_digit_or_symbol(content) and (quoted or any(c.isdigit() for c in content))


def _identified(text: str, position: int) -> list[Span]:
    found = re.compile(
        r"[ \t]+(?i:by|with[ \t]+\w+[ \t]+(?:by|as))[ \t]+(?i:password[ \t]+)?"
    ).match(text, position)
    if found is None:
        return []
    return _plain(text, found.end(), Judgement(Strength.SURE, "password"))
