"""Secrets that are known by the name before them, in any notation: `password=...`, `"token": ...`."""

import re

from haulier.redact.field_values import is_secret_value, plain_spans_at, secret_at, spans_at
from haulier.redact.headers import authorization_spans, cookie_spans, scheme_span
from haulier.redact.marks import VEIL, Span
from haulier.redact.names import Judgement, Strength, judge
from haulier.redact.reading import read_quoted
from haulier.redact.values import has_digit_or_symbol, is_digest_or_uuid, is_number, is_opaque

KEYWORD = re.compile(
    r"p(?:ass|w(?:d|(?![a-z]))|sw|in(?![a-z])|at(?![a-z])|rivatekey)"
    r"|s(?:e(?:cret|ss(?!ment)|ed(?![a-z]))|i(?:d(?![a-z])|g(?:(?![a-z])|nature))|alt(?![a-z])|as(?![a-z])"
    r"|tate(?=\W{0,3}=)|sertion(?<=assertion)|h(?:(?<=hash)(?![a-z])|(?<=refresh)(?![a-z]))|rf(?<=xsrf))"
    r"|t(?:oken|icket|h(?<=auth)|p(?<=otp)(?![a-z])|ified(?<=identified))"
    r"|c(?:ookie|re(?:d|ntials)|srf|v[vc](?![a-z])|ode(?=\W{0,3}=)|rumb|e(?<=nonce)(?![a-z])|ense(?<=license)"
    r"|(?<=hmac)|(?<=mnemonic))"
    r"|k(?:eys?(?![a-z])|(?<=webhook)(?![a-z]))|b(?:earer|asic)|jwt"
)
"""Over lower-cased text: the stems of every name that can be judged to hold a secret."""


_LEFT = re.compile(r"[A-Za-z0-9_\-]{0,64}+")
_WORD_BEFORE = re.compile(r"[A-Za-z]{2,16}+(?![A-Za-z0-9_\-])")
_RIGHT = re.compile(r"[A-Za-z0-9_\-]{0,100}+")
_FORM = re.compile(
    r"""[^\s\w,;.!()/]|[)][ \t]{0,8}[=:]|\s{0,40}[=:|]|[ \t]{1,8}(?:[A-Za-z]{1,10}[ \t:]{1,4}){0,2}(?:[\"'`\[{$]|\\|[^\s0-9]{0,100}[0-9])"""
    r"""|[ \t\r\n]{1,16}(?:[A-Za-z]{1,20}[=:]|[\"'])|[ \t]{1,8}(?i:to|by|with|for)\b|[ \u00a0\u3000]{1,4}[:=：＝]|[ \t]+[^\s\w]"""
)
"""What may follow a telling name: everything that could lead to a value, in one look."""
_CLOSE = r"""(?:\\{0,7}["'`]|&quot;|&\#3[49];|&apos;|%22|%27|\\u0022|[”’]|\*{1,2})?"""
_ASSIGN = re.compile(
    rf"""{_CLOSE}(?:\]|%5[Dd]|\))?[?!]?[ \t\u00a0\u3000]{{0,32}}(?:\r?\n[ \t]{{0,32}}(?=[:=]))?
    (?P<operator>=>|<-|:=|\?=|\|\|=|[!=]==?|=|::?|%3[DdAa]|&\#61;|\\u003[dDaA]|[＝：→])
    (?:[ \t\u00a0\u3000]|%20|\\t){{0,32}}(?:(?:!!?[A-Za-z/]{{0,20}}|&[A-Za-z]\w{{0,20}})[ \t]{{1,4}})?""",
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
_TAGGED = re.compile(r"[\"'](?:[ \t][^<>\n]{0,80})?>(?=[^<\s])")
_ELEMENT_TEXT = re.compile(r"(?:[^<&\]]|&(?!lt;)|\](?!\]>))*+")
_PART = re.compile(
    r"""["'](?:\r?\n|\\r\\n|\\n)(?:Content-[^\r\n\\]{0,120}(?:\r?\n|\\r\\n|\\n)){0,4}(?:\r?\n|\\r\\n|\\n)"""
)
_CELL = re.compile(r"(?:`|\*\*)?[ \t]{0,40}[|│][ \t]{0,40}(?:`|\*\*)?")
_LINE = re.compile(r"[^\r\n\\]{1,8000}")
_PAIR = re.compile(r"""(?:\\{0,7}["'`])[ \t]{0,4},[ \t\r\n]{0,16}(?=[brRu]?\\{0,7}["'`])""")
_SPACE = re.compile(r"[ \t]{1,8}")
_CONNECTED = re.compile(
    r"[ \t]{1,4}(?i:is|was|are|equals|set to|changed to|of|as|to|used|provided|sent|received|value)(?:[ \t]{1,4}|:[ \t]{0,4})"
)
_FOR = re.compile(
    r"[ \t]{1,4}for[ \t]{1,4}(?:user[ \t]{1,4})?[^\s:]{1,60}(?::|[ \t]{1,4}(?:is|was|to)\b:?)[ \t]{1,4}"
)
_BY = re.compile(r"[ \t]+(?i:by|with[ \t]+\w+[ \t]+(?:by|as))[ \t]+(?i:password[ \t]+)?")
_MANY = 64
"""From so many names in one text on, answers are remembered."""
_WINDOW = 640
"""Characters: more than any judgement that ends in hiding nothing looks ahead."""
_LOOK_BACK = 24
_MEMORY = 256
_DONE = re.compile(rf"{VEIL}++(?![^\s\"'`,;&)\]}}<\\|])")
_PASSWORD = Judgement(Strength.SURE, "password")


def field_spans(text: str, lowered: str) -> list[Span]:
    """What named fields hold. `lowered` is the text in lower case, of the same length."""
    spans: list[Span] = []
    memory: dict[str, list[Span]] = {}
    position = hits = 0
    search = KEYWORD.search
    while (found := search(lowered, position)) is not None:
        start, end = found.span()
        if start > position and ((last := text[start - 1]).isalnum() or last in "_-"):
            left = _LEFT.match(text[max(0, start - 64, position) : start][::-1])
            start -= left.end() if left else 0
        right = _RIGHT.match(text, end)
        end = right.end() if right else end
        hits += 1
        new = _spans_of(text, start, end) if hits < _MANY else _remembered(text, start, end, memory)
        spans += new
        position = max(end, new[-1].end) if new else end
    return spans


def _remembered(text: str, start: int, end: int, memory: dict[str, list[Span]]) -> list[Span]:
    """What `_spans_of` says, looked up where the same surroundings were judged before.

    Text with very many names repeats itself. An answer is remembered only where it cannot depend
    on what lies beyond the window.
    """
    origin = max(0, start - _LOOK_BACK)
    window = text[origin : end + _WINDOW]
    known = memory.get(window)
    if known is not None:
        return [
            Span(start=span.start + origin, end=span.end + origin, label=span.label)
            for span in known
        ]
    new = _spans_of(text, start, end)
    if new:
        is_decided = new[-1].end < end + _WINDOW // 2
    else:
        # cookies end at the latest where another header begins: its name holds a space
        is_decided = (
            "ookie" not in text[start:end].lower()
            or "=" not in window
            or "ookie: " in window[end - origin + 1 :]
        )
    if is_decided and len(memory) < _MEMORY:
        memory[window] = [
            Span(start=span.start - origin, end=span.end - origin, label=span.label) for span in new
        ]
    return new


def _spans_of(text: str, start: int, end: int) -> list[Span]:
    """What the field whose name lies in [start, end) holds."""
    name = text[start:end]
    judgement = judge(name)
    if judgement.strength < Strength.LIKELY and (whole := _whole_name(text, start, end)) != name:
        judgement = max(judgement, judge(whole))
        end += len(" phrase") if whole.endswith("_phrase") else 0
    if judgement.strength is Strength.NONE:
        return _by(text, end) if name.lower() == "identified" else _scheme(text, name, end)
    following = text[end : end + 1]
    operator = following if following in {"=", ":"} else ""
    if operator:
        if operator == ":" and judgement.label == "secret" and text.startswith(":", start - 1):
            return []
        position = end + 1
        if text.startswith(" ", position):
            position += 1
        following = text[position : position + 1]
        if following == VEIL and _DONE.match(text, position):
            return []
        if following.isalnum() and judgement.label != "token":
            return spans_at(text, position, judgement, operator)
    elif name[0] != "-" and _FORM.match(text, end) is None:
        return []
    if judgement.label == "token" and (spans := _scheme(text, name, end)):
        return spans
    return _by_form(text, start, end, judgement)


def _whole_name(text: str, start: int, end: int) -> str:
    """The name with the word beside it, where two words make one: `api key`, `seed phrase`."""
    if text.startswith(" phrase", end):
        return f"{text[start:end]}_phrase"
    if text[start:end].lower() not in {"key", "keys"} or not text.startswith(" ", start - 1):
        return text[start:end]
    before = _WORD_BEFORE.match(text[max(0, start - 18) : start - 1][::-1])
    return f"{before.group()[::-1]}_{text[start:end]}" if before else text[start:end]


def _by_form(text: str, start: int, end: int, judgement: Judgement) -> list[Span]:
    assigned = _ASSIGN.match(text, end)
    if assigned is not None:
        return spans_at(text, assigned.end(), judgement, assigned.group("operator"))
    if start and text[start - 1] in "<:;" and (element := _ELEMENT.match(text, end)):
        return _element(text, element.end(), judgement)
    if text[start - 1 : start] in {"'", '"'} and (tagged := _TAGGED.match(text, end)):
        return _element(text, tagged.end(), judgement)
    if (attribute := _ATTRIBUTE.match(text, end)) is not None:
        return plain_spans_at(text, attribute.end(), judgement)
    if (pair := _PAIR.match(text, end)) is not None:
        return _pair(text, pair.end(), judgement, start)
    if (part := _PART.match(text, end)) is not None:
        return _plain_line(text, part.end(), judgement)
    if (cell := _CELL.match(text, end)) is not None:
        return _cell(text, cell.end(), judgement)
    if (typed := _GO_TYPED.match(text, end)) is not None:
        return plain_spans_at(text, typed.end(), judgement)
    return _spaced(text, end, judgement, is_flag=text.startswith("-", start))


def _scheme(text: str, name: str, end: int) -> list[Span]:
    """A credential after `Bearer` or `Basic`, should the name end so."""
    stem = name[-6:].lower()
    length = 6 if stem == "bearer" else 5 if stem.endswith("basic") else 0
    span = scheme_span(text, end - length) if length else None
    return [] if span is None else [span]


def _by(text: str, position: int) -> list[Span]:
    found = _BY.match(text, position)
    return [] if found is None else plain_spans_at(text, found.end(), _PASSWORD)


def _plain_line(text: str, position: int, judgement: Judgement) -> list[Span]:
    """The line at `position`: the body of a part of a multipart form."""
    found = _LINE.match(text, position)
    if found is None or not is_secret_value(found.group(), judgement):
        return []
    return [Span(start=found.start(), end=found.end(), label=judgement.label)]


def _cell(text: str, position: int, judgement: Judgement) -> list[Span]:
    """The cell of a table at `position`."""
    value = secret_at(text, position, judgement)
    if value is None or not has_digit_or_symbol(text[value.start : value.end]):
        return []
    return [Span(start=value.start, end=value.end, label=judgement.label)]


def _element(text: str, position: int, judgement: Judgement) -> list[Span]:
    found = _ELEMENT_TEXT.match(text, position)
    if found is None:
        return []
    content = found.group().rstrip()
    is_closed = text.startswith(("</", "&lt;", "]]>"), found.end()) or found.end() == len(text)
    if not content or content[0] == "@" or not is_closed or not is_secret_value(content, judgement):
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


def _spaced(text: str, position: int, judgement: Judgement, *, is_flag: bool) -> list[Span]:
    if judgement.strength < Strength.LIKELY and not is_flag:
        return []
    connected = _CONNECTED.match(text, position) or _FOR.match(text, position)
    gap = connected or _SPACE.match(text, position)
    if gap is None:
        return []
    value = secret_at(text, gap.end(), judgement)
    if value is None:
        return []
    content = text[value.start : value.end]
    if content[0] == "-" and not is_opaque(content):
        return []
    if connected and len(content) >= 8 and " " not in content and any(c.isdigit() for c in content):
        return [Span(start=value.start, end=value.end, label=judgement.label)]
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
