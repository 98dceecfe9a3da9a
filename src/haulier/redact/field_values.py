"""What stands after a telling name: whether it is a secret, and how far it goes."""

import re

from haulier.redact.headers import (
    authorization_end,
    authorization_spans,
    cookie_spans,
    is_cookie_pairs,
)
from haulier.redact.marks import VEIL, Span
from haulier.redact.names import Judgement, Strength
from haulier.redact.reading import Value, glance_at_value, line_end, read_quoted, read_value
from haulier.redact.values import (
    has_digit_or_symbol,
    is_count,
    is_digest_or_uuid,
    is_number,
    is_opaque,
    is_random_word,
    is_stand_in,
)

_TYPED = re.compile(
    r"""[ \t]{0,4}(?:(?:typing\.|t\.)?(?:str|string|String|bytes|SecretStr|Optional|Final|char|const|any|text|Secret)
    [^=\n"'`;,()]{0,40}=[ \t]{0,8})(?=["'`brf])""",
    re.VERBOSE,
)
_BLOCK_SCALAR = re.compile(r"[|>][+\-0-9]{0,2}[ \t]*\r?\n(?P<indent>[ \t]+)")
_OPAQUE_AHEAD = re.compile(
    r"[\s\"'\\`&;%$]{0,8}+(?:[A-Za-z0-9]{0,11}+[^A-Za-z0-9\s]{1,3}+){0,12}+[A-Za-z0-9]{12}"
)
_TEMPLATE = re.compile(
    r"""["']?(?:\{\{[^{}\n]{0,80}\}\}|\$\{\{[^{}\n]{0,80}\}\}|\$\{[^{}\n]{0,80}\}|\$\([^()\n]{0,80}\)|<[A-Za-z][^<>\n=/]{0,60}>"""
    r"""|<%[^%\n]{0,80}%>)(?=[\s"'`,;&)\]}|<.]|\Z)"""
)
_DIGIT = re.compile(r"[0-9]")
_COMPARISONS = frozenset({"==", "===", "!=", "!=="})
_COMPARED_NAME = re.compile(r"[A-Za-z_][A-Za-z_.]*+(?![A-Za-z0-9])")
_NESTED_KEY = re.compile(r"[A-Za-z_]++:[ \t\r\n]")
_LIST = re.compile(r"\[[ \t\r\n]{0,32}")
_LIST_GAP = re.compile(r"[ \t\r\n]{0,32},[ \t\r\n]{0,32}")
_REFERENCE = re.compile(
    r"(?:(?:await|new|not)[ \t])?(?P<word>[A-Za-z_]\w{0,60}+(?:(?:\.|->|::|\?\.)[A-Za-z_]\w{0,60}+){0,8}+)(?P<open>[(\[])?"
)
_PASSPHRASE = re.compile(
    r"[A-Za-z0-9]{1,14}(?:[ ][A-Za-z0-9]{1,14}){3,30}+(?=[ \t]*(?:[\r\n\"';&]|\Z))"
)
_PROSE = re.compile(
    r"(?i:must|is|was|are|a|an|the|should|not|no|may|can|cannot|has|have|for|of|to|at|with|does|do|too|will|be|been|"
    r"please|use|and|or|in|on|by|from|your|we|it|this|that|found|failed|only|you|if)\b"
)


def spans_at(text: str, position: int, judgement: Judgement, operator: str) -> list[Span]:
    """What to hide of the value that `operator` (`:`, `=`, ...) assigns at `position`."""
    first = text[position : position + 1]
    if judgement.label == "authorization":
        return authorization_at(text, position, judgement)
    if (
        judgement.label == "cookie"
        and first not in "[{"
        and (pairs := _cookie_at(text, position)) is not None
    ):
        return pairs
    if first == "[" and (opened := _LIST.match(text, position)):
        return _listed(text, opened.end(), judgement)
    if (
        first in {"|", ">"}
        and judgement.strength is Strength.SURE
        and (block := _BLOCK_SCALAR.match(text, position))
    ):
        return _block_at(text, block, judgement)
    if operator in _COMPARISONS and _COMPARED_NAME.match(text, position):
        return []
    if operator == ":":
        if (typed := _TYPED.match(text, position)) is not None:
            return plain_spans_at(text, typed.end(), judgement)
        if _PROSE.match(text, position) and " " in text[position : position + 12]:
            return []
    return _passphrase_at(text, position, judgement) or plain_spans_at(text, position, judgement)


def _passphrase_at(text: str, position: int, judgement: Judgement) -> list[Span]:
    phrase = _PASSPHRASE.match(text, position) if judgement.strength is Strength.SURE else None
    if phrase is None or any(_PROSE.fullmatch(word) for word in phrase.group().split(" ")):
        return []
    return [Span(start=position, end=phrase.end(), label=judgement.label)]


def plain_spans_at(text: str, position: int, judgement: Judgement) -> list[Span]:
    """The quoted or bare value at `position`, if it must be hidden."""
    value = secret_at(text, position, judgement)
    return [] if value is None else [Span(start=value.start, end=value.end, label=judgement.label)]


def secret_at(text: str, position: int, judgement: Judgement) -> Value | None:
    """The value at `position` if it must be hidden. A value that need not costs a bounded look."""
    if judgement.strength is not Strength.SURE:
        if judgement.label != "password" and _OPAQUE_AHEAD.match(text, position) is None:
            return None
        glance = glance_at_value(text, position)
        if glance is None or not is_secret_value(text[glance.start : glance.end], judgement):
            return None
    if (
        _is_code(text, position)
        or _TEMPLATE.match(text, position)
        or _NESTED_KEY.match(text, position)
    ):
        return None
    value = read_value(text, position)
    if value is None or not is_secret_value(text[value.start : value.end], judgement):
        return None
    return value


def is_secret_value(content: str, judgement: Judgement) -> bool:
    """Whether a value under a name of this judgement must be hidden."""
    if is_stand_in(content):
        return False
    match judgement.strength:
        case Strength.SURE if judgement.label == "pin":
            return len(content) >= 4 and any(character.isdigit() for character in content)
        case Strength.SURE:
            return judgement.label in {"password", "code"} or not is_count(content)
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


def _is_code(text: str, position: int) -> bool:
    """Whether a call or a dotted or underscored name stands at `position`, not a value."""
    found = _REFERENCE.match(text, position)
    if found is None:
        return False
    word = found.group("word")
    if _DIGIT.search(word) is not None:
        return False
    if found.group("open"):
        return not is_random_word(word)
    after = text[found.end() : found.end() + 1]
    is_alone = not after or after in " \t\r\n,;)]}:"
    is_name = is_alone and ("." in word or "_" in word or "->" in word)
    return is_name and not is_random_word(word)


def authorization_at(text: str, position: int, judgement: Judgement) -> list[Span]:
    """What to hide of the value of an Authorization field at `position`."""
    if (opened := _LIST.match(text, position)) is not None:
        position = opened.end()
    quoted = read_quoted(text, position)
    if quoted is None and _is_code(text, position):
        return []
    start = quoted.start if quoted else position
    end = quoted.end if quoted else authorization_end(text, position)
    content = text[start:end]
    if not content.strip(VEIL):
        return []
    if judgement.strength is not Strength.SURE:
        scheme, _, rest = content.partition(" ")
        if not is_secret_value(content, judgement) and not (scheme.isalnum() and is_opaque(rest)):
            return []
    return authorization_spans(text, start, end)


def _cookie_at(text: str, position: int) -> list[Span] | None:
    quoted = read_quoted(text, position)
    start = quoted.start if quoted else position
    end = quoted.end if quoted else line_end(text, position)
    return cookie_spans(text, start, end) if is_cookie_pairs(text, start, end) else None


def _block_at(text: str, block: re.Match[str], judgement: Judgement) -> list[Span]:
    """The lines of a YAML block scalar: those as deeply indented as its first."""
    indent = block.group("indent")
    start = position = end = block.start("indent")
    while text.startswith(indent, position):
        end = line_end(text, position)
        position = text.find("\n", end) + 1 or len(text)
    if is_stand_in(text[start:end].strip()):
        return []
    return [Span(start=start + len(indent), end=end, label=judgement.label)]


def _listed(text: str, position: int, judgement: Judgement) -> list[Span]:
    spans: list[Span] = []
    while (value := read_value(text, position)) is not None:
        if is_secret_value(text[value.start : value.end], judgement):
            spans.append(Span(start=value.start, end=value.end, label=judgement.label))
        gap = _LIST_GAP.match(text, value.end + len(value.quote))
        if gap is None:
            break
        position = gap.end()
    return spans
