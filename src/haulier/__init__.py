"""haulier: a self-hosted backend for long-running jobs in multi-tenant products.

The names here are what authors of handlers need:

    from haulier import JobContext, handler

    @handler("shop.report", queue="reports", timeout="10m")
    async def report(job: JobContext, args: ReportArgs) -> Report:
        page = await job.fetch(args.url)
        ...
"""

from haulier.domain.kinds import Dedupe
from haulier.handlers.base import handler
from haulier.handlers.context import JobContext
from haulier.handlers.outcomes import Permanent, Retry, Snooze

__all__ = ["Dedupe", "JobContext", "Permanent", "Retry", "Snooze", "handler"]
__version__ = "0.1.0"
