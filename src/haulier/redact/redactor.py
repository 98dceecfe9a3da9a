"""The redactor: a value that knows its policy and its registered secrets, and never raises."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar, overload

from haulier.redact.engine import Finder, redact_to_rest
from haulier.redact.marks import SafeText, Span, mark
from haulier.redact.registered import registered_finder, registered_spans
from haulier.redact.rendering import render_exception
from haulier.redact.structures import Walker

Value = TypeVar("Value")

_SHORTEST_SECRET_WORD = 12
"""A single word that is shorter, without a name before it, cannot be told from any other."""
_MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is hidden beyond secrets."""

    hide_mail_addresses: bool = False


DEFAULT_POLICY = Policy()


class Redactor:
    """Makes values safe to persist. Immutable, so it may be shared by threads.

    `extra_secrets` are hidden wherever they appear, also URL-encoded, escaped for JSON, Python or
    HTML, in hex and in base64; those of fewer than four characters are ignored.
    """

    __slots__ = ("_finders", "policy")

    def __init__(self, extra_secrets: Iterable[str] = (), policy: Policy = DEFAULT_POLICY) -> None:
        self.policy = policy
        finders: list[Finder] = []
        pattern = registered_finder(extra_secrets)
        if pattern is not None:
            finders.append(lambda text: registered_spans(pattern, text))
        if policy.hide_mail_addresses:
            finders.append(_mail_spans)
        self._finders = tuple(finders)

    def text(self, text: str) -> SafeText:
        """The text with every secret replaced by a mark; redacting it again changes nothing."""
        if len(text) < _SHORTEST_SECRET_WORD and not self._finders and text.isidentifier():
            return SafeText(_exact(text))
        try:
            return redact_to_rest(_exact(text), self._finders)
        except Exception:  # noqa: BLE001 - the promise is total
            return SafeText(mark("unreadable"))

    def exception(self, error: BaseException) -> SafeText:
        """The error as `traceback` prints it, with causes and notes, without secrets.

        Local variables are not rendered.
        """
        return _never_raising(lambda: redact_to_rest(render_exception(error), self._finders))

    @overload
    def redact(self, value: str) -> SafeText: ...
    @overload
    def redact(self, value: bytes) -> bytes: ...
    @overload
    def redact(self, value: BaseException) -> SafeText: ...
    @overload
    def redact(self, value: Value) -> Value: ...
    def redact(self, value: object) -> object:
        """The value without its secrets; the input is never changed, and nothing is ever raised.

        Text becomes SafeText, bytes stay bytes. Mappings become dicts, keys redacted too; what
        stands under a telling name is hidden whole. Lists, tuples, named tuples, sets and
        dataclasses keep their type. Exceptions become their redacted traceback. Numbers, dates,
        UUIDs, enum members and the like are returned as they are; any other object becomes its
        redacted `repr`. A container within itself becomes `[redacted:cycle]`.
        """
        if isinstance(value, str):
            return self.text(value)
        return _never_raising(lambda: Walker(self.text, self.exception).walk(value))


def _exact(text: str) -> str:
    return text if type(text) is str else str.__str__(text)


def _never_raising(work: Callable[[], Value]) -> Value:
    try:
        return work()
    except Exception:  # noqa: BLE001 - hostile objects raise what they like; the promise is total
        return SafeText(mark("unreadable"))  # pyright: ignore[reportReturnType] - stands for any value


def _mail_spans(text: str) -> list[Span]:
    return [
        Span(start=found.start(), end=found.end(), label="mail-address")
        for found in _MAIL.finditer(text)
    ]


_DEFAULT = Redactor()


@overload
def redact(value: str) -> SafeText: ...
@overload
def redact(value: bytes) -> bytes: ...
@overload
def redact(value: BaseException) -> SafeText: ...
@overload
def redact(value: Value) -> Value: ...
def redact(value: object) -> object:
    """The value without its secrets, by the default redactor: see `Redactor.redact`."""
    return _DEFAULT.redact(value)


def redact_text(text: str) -> SafeText:
    """The text without its secrets, by the default redactor: see `Redactor.text`."""
    return _DEFAULT.text(text)


def redact_exception(error: BaseException) -> SafeText:
    """The rendered error without its secrets, by the default redactor: see `Redactor.exception`."""
    return _DEFAULT.exception(error)
