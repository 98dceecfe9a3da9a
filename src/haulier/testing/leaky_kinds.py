"""Kinds that do all they can to give secrets away: what they are told, and their environment."""

import os
from dataclasses import dataclass

from haulier import JobContext, Permanent, handler

SECRET_VARIABLE = "HAULIER_CURSOR_KEY"
"""A secret of the environment that the kinds put into their errors."""


@dataclass(frozen=True)
class Leak:
    """Secrets, one for each way out."""

    secret: str
    told: str
    raised: str


@handler("leak.succeed")
async def succeed(job: JobContext, args: Leak) -> dict[str, int]:
    """Tells secrets and succeeds."""
    told = args.told
    await job.progress(0.5, "progress " + told, token=told, nested={"password": told})
    await job.log("log " + told, authorization="Bearer " + told, all=[told])
    return {"length": len(args.secret)}


@handler("leak.fail", max_attempts=2, backoff="10ms", backoff_cap="10ms")
async def fail(_job: JobContext, args: Leak) -> None:
    """Raises secrets, one within another."""
    try:
        _raise("cause " + args.raised)
    except ValueError as error:
        own = os.environ[SECRET_VARIABLE]
        raise RuntimeError(f"outer {args.raised} cursor_key={own}") from error


@handler("leak.permanent")
async def permanent(_job: JobContext, args: Leak) -> None:
    """Fails for good with secrets."""
    raise Permanent("permanent " + args.raised, category="auth")


@handler("leak.thread", max_attempts=1)
def thread(job: JobContext, args: Leak) -> None:
    """Raises in a thread."""
    job.progress(0.1, "thread " + args.told)  # pyright: ignore[reportUnusedCoroutine] - blocks here
    raise KeyError(args.raised)


def _raise(words: str) -> None:
    raise ValueError(words)
