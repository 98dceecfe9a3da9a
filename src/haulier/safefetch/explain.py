"""Says step by step what a policy makes of a URL, without fetching it."""

from dataclasses import dataclass

from haulier.safefetch.addresses import judge
from haulier.safefetch.errors import FetchError
from haulier.safefetch.policy import Limits, Policy
from haulier.safefetch.resolver import Lookup
from haulier.safefetch.urls import check_url
from haulier.safefetch.vetting import resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was checked."""

    name: str
    """`url`, `dns`, or `address` once per answer."""
    passed: bool
    subject: str
    """What was looked at: the origin, the host or the address."""
    reason: str
    """Why it passed or not; the words of `Refused`, `DnsFailed` and `Verdict`."""
    source: str = ""
    """The RFC, registry or policy field behind an address's verdict."""


async def explain(url: str, policy: Policy, resolver: Lookup) -> tuple[Step, ...]:
    """Return the steps that a fetch would take before it connects; all passed means it would.

    Makes one look-up. The text holds no path and no query.
    """
    try:
        target = check_url(url, policy)
    except FetchError as error:
        return (Step(name="url", passed=False, subject=error.origin or "", reason=error.reason),)
    steps = [Step(name="url", passed=True, subject=target.origin, reason="well_formed")]
    try:
        addresses = await resolve(target, resolver, dns_seconds=Limits().dns_seconds)
    except FetchError as error:
        return (*steps, Step(name="dns", passed=False, subject=target.host, reason=error.reason))
    if target.address is None:
        steps.append(Step(name="dns", passed=True, subject=target.host, reason="resolved"))
    for address in addresses:
        verdict = judge(address, policy)
        steps.append(
            Step(
                name="address",
                passed=verdict.allowed,
                subject=str(address),
                reason=verdict.reason,
                source=verdict.source,
            )
        )
    return tuple(steps)
