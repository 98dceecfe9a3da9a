"""What runs in the process of one attempt: load the handler, call it, say how it ended."""

import os
import resource
import socket
import sys
from importlib import import_module
from pathlib import Path

from haulier.domain.outcomes import Category
from haulier.handlers.base import Handler, encode_result
from haulier.handlers.outcomes import Snooze
from haulier.worker.failures import failure
from haulier.worker.isolation.egress import held
from haulier.worker.isolation.job import IsolatedJob
from haulier.worker.isolation.link import Link, Stopped
from haulier.worker.isolation.messages import (
    Call,
    Ending,
    Gone,
    Raised,
    Returned,
    Snoozing,
    TooLong,
)


def run(conversation: socket.socket) -> None:
    """Runs the one call that comes over the socket, and is ended by the worker after it."""
    link = Link(conversation)
    try:
        call = link.receive_call()
        link.listen()
        with _MemoryCap(call.memory_bytes):
            ending = _attempt(call, link)
        sys.stdout.flush()
        sys.stderr.flush()
        _tell(link, ending)
    except (Stopped, OSError):
        os._exit(0)


def find_handler(module: str, kind: str) -> Handler:
    """The handler of a kind in the module that defines it. Raises LookupError, ImportError."""
    for value in vars(import_module(module)).values():
        if isinstance(value, Handler) and str(value.kind.ref) == kind:
            return value
    raise LookupError(f"The module {module} holds no handler of {kind}.")


def _attempt(call: Call, link: Link) -> Ending:
    try:
        handler = find_handler(call.module, call.kind)
        args = handler.decode_args(call.args)
        given = () if handler.args_type is None else (args,)
        job = IsolatedJob(call, link)
        with held(call.egress, job):
            value = handler.function(job, *given)
        if isinstance(value, Snooze):
            return Snoozing(seconds=value.delay.total_seconds(), reason=value.reason)
        return Returned(result=encode_result(value))
    except MemoryError as error:
        error.__traceback__ = None  # frees what the handler held
        return _out_of_memory(call)
    except Exception as error:  # noqa: BLE001 - whatever the handler raised ends as an outcome
        return _raised(error)
    except (SystemExit, KeyboardInterrupt) as error:
        return Gone(reason=f"The handler ended its process: {type(error).__name__}.")


def _tell(link: Link, ending: Ending) -> None:
    try:
        link.end(ending)
    except TooLong as error:
        link.end(
            Raised(
                category=Category.LIMIT_EXCEEDED,
                error=f"The result is too long: {error}",
                error_type="TooLong",
                permanent=True,
                retry_after_seconds=None,
            )
        )


def _out_of_memory(call: Call) -> Raised:
    capped = call.memory_bytes is not None
    cap = f" of {call.memory_bytes} bytes, its limit" if capped else ""
    return Raised(
        category=Category.LIMIT_EXCEEDED if capped else Category.INTERNAL,
        error=f"The attempt ran out of memory{cap}.",
        error_type="MemoryError",
        permanent=capped,
        retry_after_seconds=None,
    )


def _raised(error: Exception) -> Raised:
    failed = failure(error)
    after = failed.retry_after
    return Raised(
        category=failed.category,
        error=failed.error,
        error_type=failed.error_type,
        permanent=failed.permanent,
        retry_after_seconds=None if after is None else after.total_seconds(),
    )


class _MemoryCap:
    """Lets the process grow by so many bytes of address space while the block runs."""

    def __init__(self, growth: int | None) -> None:
        self._growth = growth
        self._before = resource.getrlimit(resource.RLIMIT_AS)

    def __enter__(self) -> None:
        if self._growth is not None:
            soft, hard = _address_space() + self._growth, self._before[1]
            if hard != resource.RLIM_INFINITY:
                soft = min(soft, hard)
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_AS, self._before)


def _address_space() -> int:
    """What the process has already, its libraries among it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # not Linux
        return 0
    return pages * resource.getpagesize()
