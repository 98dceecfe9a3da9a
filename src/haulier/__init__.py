"""haulier: a self-hosted backend for long-running jobs in multi-tenant products.

The names here are what authors of handlers need:

    from haulier import JobContext, handler

    @handler("shop.report", queue="reports", timeout="10m")
    async def report(job: JobContext, args: ReportArgs) -> Report:
        page = await job.fetch(args.url)
        ...

Each is loaded when it is first asked for: the client and the command line live in this package
too, and start without what handlers need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from haulier.domain.kinds import Dedupe
    from haulier.domain.retries import Retries
    from haulier.handlers.base import handler
    from haulier.handlers.context import JobContext
    from haulier.handlers.outcomes import Permanent, Retry, Snooze, require_available

__all__ = [
    "Dedupe", "JobContext", "Permanent", "Retries", "Retry", "Snooze", "handler",
    "require_available",
]  # fmt: skip
__version__ = "0.1.0"

_HOMES: Final = {
    "Dedupe": "haulier.domain.kinds",
    "JobContext": "haulier.handlers.context",
    "Permanent": "haulier.handlers.outcomes",
    "Retries": "haulier.domain.retries",
    "Retry": "haulier.handlers.outcomes",
    "Snooze": "haulier.handlers.outcomes",
    "handler": "haulier.handlers.base",
    "require_available": "haulier.handlers.outcomes",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
