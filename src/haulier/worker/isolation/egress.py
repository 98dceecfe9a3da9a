"""The worker's egress guard, carried over into the process of an attempt."""

from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network

from haulier.safefetch import EgressDenied, Policy, guarded, process_guard
from haulier.worker.isolation.job import IsolatedJob
from haulier.worker.isolation.messages import Egress

_MAX_TOLD = 20


def pack(policy: Policy) -> Egress:
    """What of a policy sockets are held to."""
    return Egress(
        ports=sorted(policy.ports),
        allow=[str(network) for network in policy.allow],
        deny=[str(network) for network in policy.deny],
        own_addresses=sorted(str(address) for address in policy.own_addresses),
    )


def unpack(egress: Egress) -> Policy:
    """The inverse of `pack`."""
    return Policy(
        ports=frozenset(egress.ports),
        allow=tuple(ip_network(network) for network in egress.allow),
        deny=tuple(ip_network(network) for network in egress.deny),
        own_addresses=frozenset(ip_address(address) for address in egress.own_addresses),
    )


@contextmanager
def held(egress: Egress | None, job: IsolatedJob) -> Generator[None]:
    """Holds the process to the policy while the block runs, and tells of denials in the job's log.

    Threads that the handler starts are held as well. None does nothing.
    """
    if egress is None:
        yield
        return
    told = 0

    def tell(denial: EgressDenied) -> None:
        nonlocal told
        told += 1
        if told <= _MAX_TOLD:
            job.log("egress denied", operation=denial.operation, reason=denial.reason)

    policy = unpack(egress)
    with process_guard(tell, policy), guarded(policy, tell):
        yield
