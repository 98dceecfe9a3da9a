"""Handlers that run in processes of their own, and behave as badly as they can."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import msgspec

from haulier import JobContext, Permanent, Retry, Snooze, handler
from haulier.worker.isolation.job import IsolatedJob


class Args(msgspec.Struct, forbid_unknown_fields=True):
    mark: str = ""
    """A file that the handler writes, for the test to see."""
    n: int = 0


class Seen(msgspec.Struct):
    pid: int
    environment: dict[str, str]
    initial: str
    attempt: int
    workspace_id: str
    modules: list[str]


@handler("isolated.fine", executor="process")
def fine(job: IsolatedJob, args: Args) -> Seen:
    return Seen(
        pid=os.getpid(),
        environment=dict(os.environ),
        initial=Path("/proc/self/environ").read_text(),
        attempt=job.attempt,
        workspace_id=job.workspace_id,
        modules=sorted(sys.modules),
    )


@handler("isolated.busy", executor="process", timeout="4s", max_attempts=1)
def busy(_job: IsolatedJob, args: Args) -> None:
    Path(args.mark).write_text(str(os.getpid()))
    while True:
        pass


@handler("isolated.deaf", executor="process", timeout="1h", max_attempts=1)
def deaf(_job: IsolatedJob, args: Args) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(args.mark).write_text(str(os.getpid()))
    while True:
        time.sleep(60)


@handler("isolated.tidy", executor="process", timeout="1h")
def tidy(job: IsolatedJob, args: Args) -> None:
    mark = Path(args.mark)
    mark.write_text(str(os.getpid()))
    try:
        time.sleep(3600)
    finally:
        mark.write_text(f"tidied, cancelled={job.cancelled}")


@handler("isolated.hog", executor="process", memory="64MB")
def hog(_job: IsolatedJob, args: Args) -> int:
    held = [bytearray(1 << 20) for _ in range(args.n)]
    return len(held)


@handler("isolated.segfault", executor="process", backoff="1ms", max_attempts=2)
def segfault(_job: IsolatedJob, args: Args) -> None:
    ctypes.string_at(8)


@handler("isolated.abort", executor="process", max_attempts=1)
def abort(_job: IsolatedJob, args: Args) -> None:
    os.abort()


@handler("isolated.exit", executor="process", max_attempts=1)
def leave(_job: IsolatedJob, args: Args) -> None:
    os._exit(args.n)


@handler("isolated.system_exit", executor="process", max_attempts=1)
def system_exit(_job: IsolatedJob, args: Args) -> None:
    sys.exit(args.n)


@handler("isolated.closed", executor="process", max_attempts=1)
def closed(_job: IsolatedJob, args: Args) -> None:
    os.closerange(0, 256)
    time.sleep(3600)


@handler("isolated.garbage", executor="process", max_attempts=1)
def garbage(_job: IsolatedJob, args: Args) -> None:
    for number in range(3, 64):
        try:
            os.write(number, b"\x00\x00\x00\x05hello" * args.n)
        except OSError:
            continue
    time.sleep(3600)


@handler("isolated.parent", executor="process", timeout="1h")
def parent(_job: IsolatedJob, args: Args) -> None:
    grandchild = subprocess.Popen(["sleep", "3600"])
    Path(args.mark).write_text(str(grandchild.pid))
    if args.n:
        time.sleep(3600)


@handler("isolated.talk", executor="process", max_attempts=3, backoff="1ms")
def talk(job: IsolatedJob, args: Args) -> list[object]:
    job.progress(0.25, "begun", rows=3, odd={1, 2})
    first = job.step("first", remember, args.n)
    job.log("between", fraction=0.5, attempt=job.attempt)
    if job.attempt == 1:
        raise Retry("once more")
    return [first, job.step("second", remember, args.n + 1)]


def remember(n: int) -> int:
    with Path(os.environ["HOME"], "steps").open("a") as steps:
        steps.write(f"{n}\n")
    return n * 10


@handler("isolated.broken_step", executor="process", max_attempts=1)
def broken_step(job: IsolatedJob, args: Args) -> str:
    try:
        job.step("bad", divide, 1, args.n)
    except ZeroDivisionError as error:
        return f"caught {error}"
    return "not caught"


def divide(a: int, b: int) -> float:
    return a / b


@handler("isolated.raises", executor="process", max_attempts=1)
def raises(_job: IsolatedJob, args: Args) -> None:
    raise Permanent("no such customer", category="not_found")


class Odd(Exception):
    """Cannot be pickled and read back."""

    def __init__(self, a: object, b: object) -> None:
        super().__init__("odd", threading.Lock())


@handler("isolated.odd", executor="process", max_attempts=1)
def odd(_job: IsolatedJob, args: Args) -> None:
    raise Odd(1, 2)


@handler("isolated.unstorable", executor="process", max_attempts=1)
def unstorable(_job: IsolatedJob, args: Args) -> object:
    return threading.Lock()


@handler("isolated.large", executor="process", max_attempts=1)
def large(_job: IsolatedJob, args: Args) -> str:
    return "x" * args.n


@handler("isolated.snooze", executor="process")
def snooze(job: IsolatedJob, args: Args) -> Snooze | str:
    return Snooze(timedelta(hours=1), "not yet")


@handler("isolated.fetch", executor="process", max_attempts=1)
def fetch(job: IsolatedJob, args: Args) -> str:
    return job.fetch(args.mark).body.decode()


@handler("isolated.socket", executor="process", max_attempts=1, queue="isolated.socket")
def own_socket(_job: IsolatedJob, args: Args) -> None:
    """In a thread of its own where n is 1: that carries no context."""

    def connect() -> None:
        try:
            socket.create_connection(("127.0.0.1", int(args.mark)), timeout=5).close()
        except OSError as error:
            caught.append(error)

    caught: list[OSError] = []
    thread = threading.Thread(target=connect)
    if args.n:
        thread.start()
        thread.join()
    else:
        connect()
    if caught:
        raise caught[0]


async def _neighbour(job: JobContext, args: Args) -> int:
    return args.n


neighbour = handler("isolated.neighbour")(_neighbour)
