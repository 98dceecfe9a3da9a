"""How the HTTP Observatory reads a page's Content-Security-Policy (algorithm 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from haulier.checks.csp import InvalidPolicyError, PolicyList, parse_policies, split_policies
from haulier.checks.exchanges import combined, went_over_https
from haulier.checks.facts import Page
from haulier.checks.metas import content_security_policies

_BROAD = frozenset(
    {"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}
)
_BROAD_OR_INLINE = _BROAD | {"'unsafe-inline'", "data:"}
_NONCES_AND_HASHES = ("'sha256-", "'sha384-", "'sha512-", "'nonce-")
_INSECURE = ("http:", "ftp:")
_PASSIVE = ("img-src", "media-src")
_HEADER_ONLY = frozenset({"frame-ancestors", "report-uri", "sandbox"})
_NOT_REPEATED = frozenset(
    {
        "csp-implemented-with-no-unsafe-default-src-none",
        "csp-implemented-with-no-unsafe",
        "csp-implemented-with-unsafe-inline-in-style-src-only",
        "csp-implemented-with-insecure-scheme-in-passive-content-only",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CspReading:
    """What a page's policies come to."""

    result: str
    """The outcome's name, `csp-...`."""
    text: str
    """The policies as given."""
    directives: Mapping[str, set[str]] = field(default_factory=dict[str, set[str]])
    """The merged policies of headers and metas; empty when none is in force or all are invalid."""


def read_csp(page: Page) -> CspReading:
    """Reads header and meta policies of the page's final answer."""
    headers = split_policies(page.final.values("content-security-policy"))
    metas = split_policies(content_security_policies(page))
    text = ", ".join((*headers, *metas))
    try:
        policies = parse_policies((*headers, *metas))
    except InvalidPolicyError:
        return CspReading(result="csp-header-invalid", text=text)
    if not _is_in_force(headers, metas):
        reporting = combined(page.final, "content-security-policy-report-only")
        suffix = "-but-reporting-enabled" if reporting else ""
        return CspReading(result=f"csp-not-implemented{suffix}", text=reporting or text)
    result = _judge(policies.directives, https=went_over_https(page))
    if policies.repeats_reporting and result in _NOT_REPEATED:
        result = "csp-implemented-but-duplicate-directives"
    return CspReading(result=result, text=text, directives=policies.directives)


def _is_in_force(headers: tuple[str, ...], metas: tuple[str, ...]) -> bool:
    """Some directive stands in a header, or in a meta where browsers heed it (HTML 4.2.5.3)."""
    from_metas = _parsed(metas)
    heeded = from_metas.directives.keys() - _HEADER_ONLY
    return bool(_parsed(headers).directives or heeded or from_metas.repeats_reporting)


def _parsed(policies: tuple[str, ...]) -> PolicyList:
    try:
        return parse_policies(policies)
    except InvalidPolicyError:
        return PolicyList(directives={}, repeats_reporting=False)


def _judge(policy: dict[str, set[str]], *, https: bool) -> str:
    """The first fault in the Observatory's order.

    Dropping sources from script-src changes default-src too when that is where it comes from:
    the upstream scanner shares the set, and later steps see what is left.
    """
    scripts, styles = _sources(policy, "script-src"), _sources(policy, "style-src")
    if not _narrow(scripts, styles):
        return "csp-header-invalid"
    if scripts & _BROAD_OR_INLINE or _sources(policy, "object-src") & _BROAD:
        return "csp-implemented-with-unsafe-inline"
    if https and _is_insecure(scripts | _active(policy)):
        return "csp-implemented-with-insecure-scheme"
    if "'unsafe-eval'" in scripts | styles:
        return "csp-implemented-with-unsafe-eval"
    if https and _is_insecure(_passive(policy)):
        return "csp-implemented-with-insecure-scheme-in-passive-content-only"
    if styles & _BROAD_OR_INLINE:
        return "csp-implemented-with-unsafe-inline-in-style-src-only"
    if policy.get("default-src") == {"'none'"}:
        return "csp-implemented-with-no-unsafe-default-src-none"
    return "csp-implemented-with-no-unsafe"


def _narrow(scripts: set[str], styles: set[str]) -> bool:
    """Drops what nonces, hashes and 'strict-dynamic' make browsers ignore.

    False when 'strict-dynamic' stands without a nonce or hash, which trusts nothing.
    """
    for sources in (scripts, styles):
        if _has_nonce_or_hash(sources):
            sources.discard("'unsafe-inline'")
    if "'strict-dynamic'" not in scripts:
        return True
    if not _has_nonce_or_hash(scripts):
        return False
    scripts -= {source for source in scripts if source.startswith(tuple(_BROAD))}
    scripts -= {"'self'", "'unsafe-inline'"}
    return True


def _sources(policy: dict[str, set[str]], directive: str) -> set[str]:
    """The directive's own set, or that of default-src, or a new one that allows anything."""
    own = policy.get(directive)
    fallback = policy.get("default-src") if own is None else own
    return {"*"} if fallback is None else fallback


def _has_nonce_or_hash(sources: set[str]) -> bool:
    return any(source.startswith(_NONCES_AND_HASHES) for source in sources)


def _active(policy: dict[str, set[str]]) -> set[str]:
    return {
        source
        for directive, sources in policy.items()
        if directive not in _PASSIVE and directive != "script-src"
        for source in sources
    }


def _passive(policy: dict[str, set[str]]) -> set[str]:
    default = policy.get("default-src", set())
    return {source for directive in _PASSIVE for source in policy.get(directive, default)}


def _is_insecure(sources: set[str]) -> bool:
    return any(source.startswith(_INSECURE) for source in sources)
