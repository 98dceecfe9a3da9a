"""Holds sockets that other code opens in this process to a policy, by Python's audit events.

`requests`, `urllib`, asyncio's own streams and plain sockets all pass the events that PEP 578
raises before a connect, a datagram or a look-up. While `process_guard()` is open, whoever runs
inside `guarded(policy)` is held to that policy there; tasks and `asyncio.to_thread` inherit it.

A first line, not a sandbox: code that opens sockets in C (uvloop, curl, gRPC), starts another
program, or means to get out, gets out. `docs/explanation/safefetch.md` names the strong mode.
"""

import sys
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Final, ParamSpec, TypeVar

from haulier.safefetch.addresses import judge
from haulier.safefetch.audit_events import WATCHED, Attempt, read_event
from haulier.safefetch.egress import EgressDenied
from haulier.safefetch.policy import Policy

P = ParamSpec("P")
T = TypeVar("T")
OnDenied = Callable[[EgressDenied], None]
"""Told of every denial, in the thread that made the attempt; what it raises is raised there."""


class _Guard:
    """What holds one block of code."""

    def __init__(self, policy: Policy, on_denied: OnDenied) -> None:
        self.policy = policy
        self.on_denied = on_denied

    @property
    def policies(self) -> tuple[Policy, ...]:
        return (self.policy,)

    def hold(self, attempt: Attempt) -> None:
        for policy in self.policies:
            verdict = judge(attempt.address, policy)
            if not verdict.allowed:
                raise EgressDenied(attempt.operation, verdict.reason)
            if attempt.port is not None and attempt.port not in policy.ports:
                raise EgressDenied(attempt.operation, "port")


class _StrangerGuard(_Guard):
    """Holds threads that carry no context: to its policy, and to that of every open block."""

    @property
    def policies(self) -> tuple[Policy, ...]:
        return (self.policy, *(guard.policy for guard in tuple(_open)))


_current: Final[ContextVar[_Guard | None]] = ContextVar("haulier_egress_guard")
_this_thread: Final = threading.local()
_open: Final[set[_Guard]] = set()
_strangers: Final[list[_StrangerGuard]] = []
_hooked: Final = threading.Event()


@contextmanager
def process_guard(on_denied: OnDenied, policy: Policy | None = None) -> Generator[None]:
    """Watch the whole process while the block is open.

    The calling thread, and every context that is copied from within the block, is free until it
    enters `guarded`. A thread that carries no context (a plain `threading.Thread`, or a pool that
    does not copy contexts) is a stranger: held to `policy`, by default the public web, and to the
    policies of all blocks that are open. `on_denied` hears of strangers.

    The hook itself cannot be taken out of the interpreter; outside of the block it does nothing.
    """
    if not _hooked.is_set():
        sys.addaudithook(_audit)
        _hooked.set()
    stranger = _StrangerGuard(policy or Policy(), on_denied)
    _this_thread.is_free = True
    _strangers.append(stranger)
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)
        _strangers.remove(stranger)


@contextmanager
def guarded(policy: Policy, on_denied: OnDenied) -> Generator[None]:
    """Hold this context, and those copied from it, to a policy; wants an open `process_guard`.

    Tasks and threads that outlive the block stay held.
    """
    guard = _Guard(policy, on_denied)
    token = _current.set(guard)
    _open.add(guard)
    try:
        yield
    finally:
        _open.discard(guard)
        _current.reset(token)


@contextmanager
def unguarded() -> Generator[None]:
    """Free this context for a host's own traffic: a vetted dial, its look-ups, its database.

    Nothing that a stranger or a handler gave may run inside.
    """
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


class ContextThreadPool(ThreadPoolExecutor):
    """A pool whose work runs in the context of whoever submitted it; for a loop's default pool."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Submit work together with a copy of the present context."""
        context = copy_context()
        return super().submit(lambda: context.run(fn, *args, **kwargs))


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event not in WATCHED or not _strangers:
        return
    guard = _holder()
    if guard is None:
        return
    try:
        attempt = read_event(event, arguments)
        if attempt is not None:
            guard.hold(attempt)
    except EgressDenied as denial:
        guard.on_denied(denial)
        raise


def _holder() -> _Guard | None:
    try:
        return _current.get()
    except LookupError:
        if getattr(_this_thread, "is_free", False):
            return None
        return next(reversed(_strangers), None)
