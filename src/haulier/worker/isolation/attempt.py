"""One attempt in a process of its own, as the worker sees it: serves it, and sees it ended."""

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Final

import msgspec

from haulier.domain.outcomes import Category, Failed
from haulier.domain.retries import policy_for
from haulier.errors import ConfigurationInvalid, HaulierError
from haulier.handlers.base import Handler
from haulier.handlers.outcomes import Snooze
from haulier.redact import redact_text
from haulier.safefetch import FetchError, Policy
from haulier.worker.context import RunningJob
from haulier.worker.failures import AttemptFailed, died
from haulier.worker.isolation.children import Child, Children
from haulier.worker.isolation.egress import pack
from haulier.worker.isolation.messages import (
    HEAD_BYTES,
    Call,
    Done,
    Ending,
    Fetch,
    FromChild,
    Gone,
    Log,
    Progress,
    Raised,
    Refusal,
    Request,
    Returned,
    RunStep,
    Snoozing,
    Step,
    StepRan,
    Stop,
    ToChild,
    TooLong,
    body_length,
    frame,
    read_from_child,
)
from haulier.worker.running import HeldJob, Interruption

CLEAN_UP_SECONDS: Final = 2.0
"""What a handler has after its deadline or a request to cancel, before it is killed."""
HURRIED_SECONDS: Final = 0.5
"""The same where the worker stops or the lease is lost."""
_MAX_REQUESTS: Final = 64


def modules_of(handlers: Iterable[Handler]) -> list[str]:
    """Where the handlers that run in processes are defined.

    Raises ConfigurationInvalid for one that its own module does not hold: a child process finds
    handlers by that name.
    """
    modules: dict[str, None] = {}
    for handler in handlers:
        if handler.kind.executor != "process":
            continue
        module = handler.function.__module__
        if handler not in vars(import_module(module)).values():
            raise ConfigurationInvalid(
                f"{handler.kind.ref}: a handler with executor process stands in the module that "
                f"defines its function, {module}."
            )
        modules.setdefault(module)
    return list(modules)


async def run_isolated(
    children: Children,
    handler: Handler,
    job: HeldJob,
    context: RunningJob,
    policy: Policy | None = None,
) -> object:
    """What the handler returned in a process of its own: JSON as `msgspec.Raw`, or a `Snooze`.

    Its own sockets are held to the `policy`, if there is one.

    However this ends, the process and all that it started are gone. Raises AttemptFailed for what
    the handler raised and where its process died, OSError when there can be no process.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        try:
            child = await children.fork(theirs)
        except BaseException:
            writer.close()
            raise
    talk = _Talk(reader, writer, context)
    try:
        ending = await _converse(child, talk, _call(handler, job, context, policy), job)
    finally:
        writer.close()
        child.kill()
        await child.exited.wait()
    return _value(ending, child, handler, job)


async def _converse(child: Child, talk: "_Talk", call: Call, job: HeldJob) -> Ending | None:
    try:
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(_hang_up_after(child, talk))
            talk.tell(call)
            ending = await talk.serve(tasks)
            watch.cancel()
    except asyncio.CancelledError:
        await _ask_to_stop(child, talk, job)
        raise
    return ending


async def _hang_up_after(child: Child, talk: "_Talk") -> None:
    """Nobody answers for a dead process, even where something that it left holds its socket."""
    await child.exited.wait()
    talk.hang_up()


async def _ask_to_stop(child: Child, talk: "_Talk", job: HeldJob) -> None:
    hurried = job.interruption in {Interruption.STOPPING, Interruption.LOST}
    talk.tell(Stop())
    try:
        async with asyncio.timeout(HURRIED_SECONDS if hurried else CLEAN_UP_SECONDS):
            await child.exited.wait()
    except TimeoutError:
        return


def _value(ending: Ending | None, child: Child, handler: Handler, job: HeldJob) -> object:
    match ending:
        case Returned(result=result):
            return msgspec.Raw(result)
        case Snoozing(seconds=seconds, reason=reason):
            return Snooze(timedelta(seconds=seconds), reason)
        case Raised():
            raise AttemptFailed(_failed(ending))
        case Gone(reason=reason):
            raise AttemptFailed(_died(handler, job, reason))
        case None:
            raise AttemptFailed(_died(handler, job, f"Its process is gone: {child.end}."))


class _Talk:
    """Does what the child asks for, through its job's context."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: RunningJob
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._context = context
        self._steps: dict[int, asyncio.Future[bytes | None]] = {}
        self._requests: set[asyncio.Task[None]] = set()

    def hang_up(self) -> None:
        """`serve` returns; nothing more is said or heard."""
        self._writer.transport.abort()

    def tell(self, message: ToChild) -> None:
        """Sends; a child that is gone hears nothing."""
        if not self._writer.is_closing():
            self._writer.write(frame(message))

    async def serve(self, tasks: asyncio.TaskGroup) -> Ending | None:
        """Answers until the last word; None where there was none."""
        try:
            while (message := await self._receive()) is not None:
                match message:
                    case Returned() | Snoozing() | Raised() | Gone():
                        return message
                    case StepRan(id=number, result=result):
                        waiting = self._steps.pop(number, None)
                        if waiting is not None and not waiting.done():
                            waiting.set_result(result)
                    case _ if len(self._requests) < _MAX_REQUESTS:
                        asked = tasks.create_task(self._answer(message))
                        self._requests.add(asked)
                        asked.add_done_callback(self._requests.discard)
                    case _:
                        return None
            return None
        finally:
            for asked in self._requests:
                asked.cancel()

    async def _receive(self) -> FromChild | None:
        try:
            length = body_length(await self._reader.readexactly(HEAD_BYTES))
            return read_from_child(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError, TooLong):
            return None  # it died, or something else writes to its socket

    async def _answer(self, request: Request) -> None:
        try:
            answer = await self._do(request)
        except FetchError as error:
            answer = Refusal(
                id=request.id,
                code=error.code,
                detail=error.reason,
                origin=error.origin,
                hop=error.hop,
                hops=error.hops,
            )
        except HaulierError as error:
            answer = Refusal(id=request.id, code=error.code, detail=error.detail)
        except _StepRaised:
            return
        try:
            self.tell(answer)
        except TooLong as error:
            self.tell(Refusal(id=request.id, code=HaulierError.code, detail=str(error)))

    async def _do(self, request: Request) -> Done:
        match request:
            case Progress(fraction=fraction, message=message, data=data):
                await self._context.progress(fraction, message, **_object(data, "fraction"))
            case Log(message=message, data=data):
                await self._context.log(message, **_object(data))
            case Step(id=number, name=name):
                return await self._step(number, name)
            case Fetch():
                response = await self._context.fetch(
                    request.url,
                    method=request.method,
                    headers=request.headers,
                    body=request.body,
                    follow_redirects=request.follow_redirects,
                    limits=request.limits,
                    truncate=request.truncate,
                )
                return Done(id=request.id, response=response)
        return Done(id=request.id)

    async def _step(self, number: int, name: str) -> Done:
        async def in_child() -> msgspec.Raw:
            waiting: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
            self._steps[number] = waiting
            self.tell(RunStep(id=number))
            result = await waiting
            if result is None:
                raise _StepRaised
            return msgspec.Raw(result)

        remembered = await self._context.step(name, in_child)
        return Done(id=number, result=msgspec.json.encode(remembered))


class _StepRaised(Exception):
    """The child has the exception that the step raised."""


def _object(data: bytes, *taken: str) -> dict[str, object]:
    """A JSON object as keyword arguments, without names that mean something else."""
    found = msgspec.json.decode(data, type=dict[str, object])
    return {key: value for key, value in found.items() if key not in {"self", "message", *taken}}


def _failed(raised: Raised) -> Failed:
    after = raised.retry_after_seconds
    return Failed(
        category=raised.category,
        error=redact_text(raised.error),
        error_type=raised.error_type[:200],
        permanent=raised.permanent,
        retry_after=None if after is None else timedelta(seconds=after),
    )


def _died(handler: Handler, job: HeldJob, reason: str) -> Failed:
    policy = replace(handler.kind.retry, max_attempts=job.claimed.max_attempts)
    return died(job.claimed.attempt, policy_for(policy, Category.INTERNAL).max_attempts, reason)


def _call(handler: Handler, job: HeldJob, context: RunningJob, policy: Policy | None) -> Call:
    return Call(
        module=handler.function.__module__,
        kind=str(handler.kind.ref),
        args=job.claimed.args,
        memory_bytes=handler.memory_bytes,
        egress=None if policy is None else pack(policy),
        workspace_id=context.workspace_id,
        job_id=context.job_id,
        attempt=context.attempt,
        max_attempts=context.max_attempts,
        created_at=context.created_at,
        trace_context=context.trace_context,
        user_agent=context.user_agent,
    )
