"""The only maker of text that may be persisted: secrets out, the shape of the text kept.

`redact(value)` takes text, bytes, mappings, sequences, sets, dataclasses and exceptions, nested to
any depth. It is total (never raises), idempotent, linear in the length of the text, and never
changes its input. `docs/explanation/redact.md` says what it does not protect from.
"""

from haulier.redact.marks import SafeText
from haulier.redact.redactor import (
    DEFAULT_POLICY,
    Policy,
    Redactor,
    redact,
    redact_exception,
    redact_text,
)

__all__ = [
    "DEFAULT_POLICY",
    "Policy",
    "Redactor",
    "SafeText",
    "redact",
    "redact_exception",
    "redact_text",
]
