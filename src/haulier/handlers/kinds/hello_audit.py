"""`hello.audit`: the smallest possible kind, to see that everything works."""

from dataclasses import dataclass

from haulier.handlers.base import handler
from haulier.handlers.context import JobContext


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloArgs:
    """Whom to greet."""

    name: str = "world"


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What comes of it."""

    greeting: str
    attempt: int


@handler("hello.audit", max_attempts=3, timeout="30s")
async def hello_audit(job: JobContext, args: HelloArgs) -> Greeting:
    """Greets, and tells its progress on the way."""
    await job.progress(0.5, "saying hello")
    return Greeting(greeting=f"Hello, {args.name}!", attempt=job.attempt)
