"""The Link header field (RFC 8288), as far as rules read it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from haulier.checks.facts import Exchange

_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:"[^"]*"|[^\s",;]*))?)*)')
_PARAMETER = re.compile(r';\s*([\w*-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s",;]*)))?')


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One link; parameter names are lower-cased, the first of a name counts."""

    target: str
    parameters: Mapping[str, str]

    @property
    def relations(self) -> frozenset[str]:
        """The relation types, lower-cased."""
        return frozenset(self.parameters.get("rel", "").lower().split())


def links_of(exchange: Exchange) -> Iterable[Link]:
    """Every link that the answer's header names, in order."""
    for value in exchange.values("link"):
        for target, written in _LINK.findall(value):
            parameters: dict[str, str] = {}
            for name, quoted, plain in _PARAMETER.findall(written):
                parameters.setdefault(name.lower(), quoted or plain)
            yield Link(target=target.strip(), parameters=parameters)
