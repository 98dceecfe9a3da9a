"""`haulier dlq`: failed jobs, looked at, replayed, removed."""

from itertools import islice

import typer

from haulier.cli.credentials import ApiKeyOption, UrlOption
from haulier.cli.dead_letter_options import (
    AllOption,
    BatchOption,
    CategoryFilter,
    DryRunOption,
    FingerprintFilter,
    GroupLimitOption,
    LetterArgument,
    LetterOrNone,
    NewArgsOption,
    OlderThanOption,
    OpenFilter,
    RateOption,
    RegionFilter,
)
from haulier.cli.dead_letter_views import print_groups, print_letter, print_letters, print_report
from haulier.cli.job_args import read_args
from haulier.cli.job_options import KindFilter, LimitOption, QueueFilter
from haulier.cli.job_views import print_acknowledgement
from haulier.cli.output import JsonOption, print_json, print_line
from haulier.cli.server import server

app = typer.Typer(help="See failed jobs, replay them, remove them.", no_args_is_help=True)


def mount(root: typer.Typer) -> None:
    """Adds the group."""
    root.add_typer(app, name="dlq")


@app.command("list")
def list_letters(
    context: typer.Context,
    *,
    category: CategoryFilter = None,
    kind: KindFilter = None,
    queue: QueueFilter = None,
    region: RegionFilter = None,
    fingerprint: FingerprintFilter = None,
    only_open: OpenFilter = False,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """Dead letters, the latest failure first."""
    with server(context, url, api_key) as haulier:
        found = haulier.dead_letters.list(
            category=category,
            kind=kind,
            queue=queue,
            region=region,
            fingerprint=fingerprint,
            replayed=False if only_open else None,
        )
        print_letters(list(islice(found, limit)), as_json=as_json)


@app.command()
def groups(
    context: typer.Context,
    *,
    category: CategoryFilter = None,
    kind: KindFilter = None,
    queue: QueueFilter = None,
    region: RegionFilter = None,
    only_open: OpenFilter = False,
    limit: GroupLimitOption = 50,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """Alike failures, the most frequent first."""
    with server(context, url, api_key) as haulier:
        page = haulier.dead_letters.groups_page(
            category=category,
            kind=kind,
            queue=queue,
            region=region,
            replayed=False if only_open else None,
            limit=limit,
        )
    print_groups(page.data, as_json=as_json)


@app.command()
def get(
    context: typer.Context,
    job_id: LetterArgument,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """A dead letter with its error and its args."""
    with server(context, url, api_key) as haulier:
        print_letter(haulier.dead_letters.get(job_id), as_json=as_json)


@app.command()
def replay(
    context: typer.Context,
    job_id: LetterOrNone = None,
    *,
    args: NewArgsOption = None,
    category: CategoryFilter = None,
    kind: KindFilter = None,
    queue: QueueFilter = None,
    region: RegionFilter = None,
    fingerprint: FingerprintFilter = None,
    every: AllOption = False,
    rate: RateOption = None,
    limit: BatchOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """Run a failed job again, or those that filters choose; each once."""
    chosen = any((category, kind, queue, region, fingerprint, every))
    if job_id is not None and (chosen or rate or limit or dry_run):
        raise typer.BadParameter("give an ID, or filters with --rate, --limit and --dry-run")
    if job_id is None and (args is not None or not chosen):
        raise typer.BadParameter("give an ID (with --args, if they change), a filter, or --all")
    given = None if args is None else read_args(args)
    with server(context, url, api_key) as haulier:
        if job_id is not None:
            told = haulier.dead_letters.replay(job_id, args=given)
            print_acknowledgement(told, as_json=as_json)
            return
        report = haulier.dead_letters.replay_all(
            category=category,
            kind=kind,
            queue=queue,
            region=region,
            fingerprint=fingerprint,
            limit=limit,
            rate=rate,
            dry_run=dry_run,
        )
    print_report(report, as_json=as_json)


@app.command()
def delete(
    context: typer.Context,
    job_id: LetterArgument,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """Remove a dead letter for good; its job stays failed."""
    with server(context, url, api_key) as haulier:
        haulier.dead_letters.delete(job_id)
    if as_json:
        print_json({"deleted": job_id})
    else:
        print_line(f"{job_id} is removed")


@app.command()
def purge(
    context: typer.Context,
    *,
    older_than: OlderThanOption,
    category: CategoryFilter = None,
    kind: KindFilter = None,
    queue: QueueFilter = None,
    region: RegionFilter = None,
    fingerprint: FingerprintFilter = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """Remove dead letters of an age for good, all that fit; their jobs stay failed."""
    purged, has_more = 0, True
    with server(context, url, api_key) as haulier:
        while has_more:
            report = haulier.dead_letters.purge(
                older_than=older_than,
                category=category,
                kind=kind,
                queue=queue,
                region=region,
                fingerprint=fingerprint,
            )
            purged, has_more = purged + report.purged, report.has_more
    if as_json:
        print_json({"purged": purged})
    else:
        print_line(f"{purged} removed")
