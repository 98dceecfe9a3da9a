"""Three redactors behind one face: ours, and the two best public ones that install from a wheel."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import betterleaks
import fastscrub

from haulier.redact import redact, redact_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Redactor:
    """How to redact a text and a value with it."""

    name: str
    text: Callable[[str], str]
    value: Callable[[object], object]


def _betterleaks(text: str) -> str:
    """It only finds: what it found is cut out."""
    for finding in betterleaks.scan_string(text):
        if finding.match.value:
            text = text.replace(finding.match.value, "[redacted]")
    return text


def _as_json(scrub: Callable[[str], str]) -> Callable[[object], object]:
    """The way to a mapping for what knows text alone."""

    def value(given: object) -> object:
        return scrub(given if isinstance(given, str) else _written(given))

    return value


def _written(given: object) -> str:
    try:
        return json.dumps(given, default=repr)
    except TypeError:  # keys that JSON does not have
        return repr(given)


REDACTORS = (
    Redactor(name="haulier", text=redact_text, value=redact),
    Redactor(name="betterleaks", text=_betterleaks, value=_as_json(_betterleaks)),
    Redactor(name="fastscrub", text=fastscrub.scrub, value=_as_json(fastscrub.scrub)),
)
