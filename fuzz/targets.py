"""All targets by name."""

from fuzz import fetching, parsers, redaction
from fuzz.target import Target

TARGETS: dict[str, Target] = {
    target.name: target for target in (*fetching.TARGETS, *redaction.TARGETS, *parsers.TARGETS)
}
