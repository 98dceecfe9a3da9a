"""W3C Trace Context, level 1: where a request comes from, carried through a job's life."""

import re
import secrets
from dataclasses import dataclass, replace

_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace_id>[0-9a-f]{32})-(?P<span_id>[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<rest>-.*)?",
    re.DOTALL,
)
_SAMPLED = 0x01


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceContext:
    """One span of one trace."""

    trace_id: str
    """32 hexadecimal digits, lower case, not all 0."""
    span_id: str
    """16 hexadecimal digits, lower case, not all 0."""
    sampled: bool
    """Whether the caller records this trace."""


def parse_traceparent(text: str) -> TraceContext | None:
    """Answer what a `traceparent` header says, or None for anything malformed (section 3.2).

    A version after 00 is read by its first four fields, as section 4.3 asks; ff is never valid.
    """
    match = _TRACEPARENT.fullmatch(text)
    if match is None or match["version"] == "ff" or (match["version"] == "00" and match["rest"]):
        return None
    if not match["trace_id"].strip("0") or not match["span_id"].strip("0"):
        return None
    return TraceContext(
        trace_id=match["trace_id"],
        span_id=match["span_id"],
        sampled=bool(int(match["flags"], 16) & _SAMPLED),
    )


def format_traceparent(context: TraceContext) -> str:
    """Answer the header, in version 00."""
    return f"00-{context.trace_id}-{context.span_id}-{'01' if context.sampled else '00'}"


def new_trace(*, sampled: bool) -> TraceContext:
    """Begin a trace with random ids."""
    return TraceContext(trace_id=_random_id(16), span_id=_random_id(8), sampled=sampled)


def new_span(parent: TraceContext) -> TraceContext:
    """Go on in the parent's trace under a random span id."""
    return replace(parent, span_id=_random_id(8))


def _random_id(octets: int) -> str:
    while not any(drawn := secrets.token_bytes(octets)):
        pass
    return drawn.hex()
