"""Fetches URLs that strangers wrote, and nothing that they should not reach.

Usable alone: `from haulier.safefetch import Policy, SafeFetcher`. It imports nothing of haulier.
"""

from haulier.safefetch.addresses import classify, judge
from haulier.safefetch.egress import EgressDenied, is_denied
from haulier.safefetch.errors import (
    ConnectFailed,
    DnsFailed,
    FetchError,
    ProtocolBroken,
    Refused,
    TimedOut,
    TlsFailed,
    TooLarge,
    TooManyRedirects,
)
from haulier.safefetch.explain import Step, explain
from haulier.safefetch.fetcher import SafeFetcher
from haulier.safefetch.inspection import TlsError, TlsInspection
from haulier.safefetch.interfaces import host_addresses
from haulier.safefetch.policy import Address, Limits, Network, Policy, Verdict
from haulier.safefetch.process_guard import (
    ContextThreadPool,
    guarded,
    process_guard,
    unguarded,
)
from haulier.safefetch.resolver import Lookup, Resolver
from haulier.safefetch.response import Hop, Response
from haulier.safefetch.urls import Target, check_url

__all__ = [
    "Address",
    "ConnectFailed",
    "ContextThreadPool",
    "DnsFailed",
    "EgressDenied",
    "FetchError",
    "Hop",
    "Limits",
    "Lookup",
    "Network",
    "Policy",
    "ProtocolBroken",
    "Refused",
    "Resolver",
    "Response",
    "SafeFetcher",
    "Step",
    "Target",
    "TimedOut",
    "TlsError",
    "TlsFailed",
    "TlsInspection",
    "TooLarge",
    "TooManyRedirects",
    "Verdict",
    "check_url",
    "classify",
    "explain",
    "guarded",
    "host_addresses",
    "is_denied",
    "judge",
    "process_guard",
    "unguarded",
]
