"""`haulier jobs`: ask for jobs, follow them, read their results."""

import sys
from itertools import islice

import typer

from haulier.cli.credentials import ApiKeyOption, UrlOption
from haulier.cli.exit_codes import ExitCode
from haulier.cli.job_args import read_args, read_labels, read_priority
from haulier.cli.job_options import (
    ArgsOption,
    AtOption,
    DedupeKeyOption,
    DelayOption,
    FollowOption,
    JobIdArgument,
    KindArgument,
    KindFilter,
    LabelOption,
    LimitOption,
    NoDedupeOption,
    OutputOption,
    PriorityOption,
    QueueFilter,
    QueueOption,
    ReasonOption,
    StatusFilter,
    WaitOption,
)
from haulier.cli.job_views import print_acknowledgement, print_job, print_jobs
from haulier.cli.output import (
    JsonOption,
    console,
    print_json,
    print_json_line,
    print_line,
    print_table,
)
from haulier.cli.progress import describe, watch
from haulier.cli.server import server
from haulier.client import Haulier, Job

app = typer.Typer(help="Ask for jobs, follow them, read their results.", no_args_is_help=True)


def mount(root: typer.Typer) -> None:
    """Adds the group."""
    root.add_typer(app, name="jobs")


@app.command()
def enqueue(
    context: typer.Context,
    kind: KindArgument,
    *,
    args: ArgsOption = "{}",
    queue: QueueOption = None,
    priority: PriorityOption = None,
    delay: DelayOption = None,
    at: AtOption = None,
    label: LabelOption = None,
    dedupe_key: DedupeKeyOption = None,
    no_dedupe: NoDedupeOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """Ask for a job."""
    if delay is not None and at is not None:
        raise typer.BadParameter("give --delay or --at, not both")
    given, labels = read_args(args), read_labels(label or [])
    with server(context, url, api_key) as haulier:
        told = haulier.jobs.enqueue(
            kind,
            given,
            queue=queue,
            priority=read_priority(priority),
            delay=delay,
            run_at=at,
            labels=labels or None,
            dedupe=not no_dedupe,
            dedupe_key=dedupe_key,
        )
        if not (wait and as_json):
            print_acknowledgement(told, as_json=as_json)
        if wait:
            _finish(_follow(haulier, told.id, as_json=as_json), as_json=as_json)


@app.command("list")
def list_jobs(
    context: typer.Context,
    *,
    status: StatusFilter = None,
    kind: KindFilter = None,
    queue: QueueFilter = None,
    label: LabelOption = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """Jobs, newest first."""
    labels = read_labels(label or [])
    with server(context, url, api_key) as haulier:
        found = haulier.jobs.list(status=status, kind=kind, queue=queue, labels=labels)
        print_jobs(list(islice(found, limit)), as_json=as_json)


@app.command()
def get(
    context: typer.Context,
    job_id: JobIdArgument,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """A job as it stands."""
    with server(context, url, api_key) as haulier:
        print_job(haulier.jobs.get(job_id), as_json=as_json)


@app.command()
def events(
    context: typer.Context,
    job_id: JobIdArgument,
    follow: FollowOption = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """What happened to a job; with --follow and --json, a line of JSON each."""
    with server(context, url, api_key) as haulier:
        if not follow:
            found = list(haulier.jobs.events(job_id))
            if as_json:
                print_json(found)
            else:
                rows = ((event.seq, event.at, event.attempt, describe(event)) for event in found)
                print_table(("seq", "at", "attempt", "what"), rows)
            return
        for event in haulier.jobs.stream(job_id):
            if as_json:
                print_json_line(event)
            else:
                print_line(f"{event.seq:>4}  {describe(event)}")
                sys.stdout.flush()


@app.command()
def tail(
    context: typer.Context,
    job_id: JobIdArgument,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """Follow a job to its end; exit 1 unless it completed."""
    with server(context, url, api_key) as haulier:
        _finish(_follow(haulier, job_id, as_json=as_json), as_json=as_json)


@app.command()
def result(
    context: typer.Context,
    job_id: JobIdArgument,
    output: OutputOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """What a job left, as JSON; exit 3 while there is none."""
    with server(context, url, api_key) as haulier:
        if output is None:
            for chunk in haulier.jobs.result_chunks(job_id):
                sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.write(b"\n")
            return
        try:
            size_bytes = haulier.jobs.save_result(job_id, output)
        except OSError as error:
            raise typer.BadParameter(f"{output}: {error.strerror}") from error
    if as_json:
        print_json({"path": str(output), "size_bytes": size_bytes})
    else:
        print_line(f"{output}: {size_bytes} bytes")


@app.command()
def cancel(
    context: typer.Context,
    job_id: JobIdArgument,
    reason: ReasonOption = "",
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """End a job that waits, or tell a running one to stop."""
    with server(context, url, api_key) as haulier:
        job = haulier.jobs.cancel(job_id, reason=reason)
    if as_json:
        print_json(job)
    else:
        print_line(f"{job.id} is {job.status}")


@app.command()
def retry(
    context: typer.Context,
    job_id: JobIdArgument,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """Ask once more for the work of a failed or cancelled job, as a job of its own."""
    with server(context, url, api_key) as haulier:
        print_acknowledgement(haulier.jobs.retry(job_id), as_json=as_json)


def _follow(haulier: Haulier, job_id: str, *, as_json: bool) -> Job:
    stream = haulier.jobs.stream(job_id)
    if as_json:
        for _ in stream:
            pass
    else:
        watch(stream, title=job_id, console=console())
    return haulier.jobs.get(job_id)


def _finish(job: Job, *, as_json: bool) -> None:
    if as_json:
        print_json(job)
    elif job.error is not None:
        print_line(f"{job.id} {job.status}: {job.error.category}: {job.error.message}")
    else:
        print_line(f"{job.id} {job.status}")
    if job.status != "completed":
        raise typer.Exit(ExitCode.FAILED)
