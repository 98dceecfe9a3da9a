"""Kinds that only the benchmark runs."""

import time

from haulier import JobContext, handler


@handler("bench.noop", queue="bench", max_attempts=3)
async def noop(_job: JobContext) -> dict[str, bool]:
    """Does nothing, and leaves a result."""
    return {"ok": True}


@handler("bench.pickup", queue="bench", max_attempts=3)
async def pickup(_job: JobContext) -> dict[str, int]:
    """Tells when it began, by the clock that all processes of a machine share."""
    return {"started_ns": time.monotonic_ns()}
