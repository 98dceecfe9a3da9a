"""`haulier audit URL`: a site audit from the command line."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from haulier.checks.report import from_json
from haulier.checks.report_schema import Report
from haulier.cli.audit_report import GRADES, is_below, print_report, save_report
from haulier.cli.configuration import ConfigOption, settings_for
from haulier.cli.credentials import (
    ApiKeyOption,
    Credentials,
    UrlOption,
    find_credentials,
)
from haulier.cli.exit_codes import ExitCode
from haulier.cli.loop import run_async
from haulier.cli.notices import notice
from haulier.cli.output import JsonOption, error_console, print_json
from haulier.cli.progress import watch
from haulier.cli.stack import free_port, prepared, running_stack, while_running
from haulier.cli.up import WORKSPACE, ensure_credentials
from haulier.client import Haulier
from haulier.errors import InvalidInput, JobFailed, Unauthenticated, Unavailable
from haulier.settings import Settings


def mount(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("audit")(audit)


def audit(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="The page, http or https.")],
    fail_below: Annotated[
        str | None, typer.Option(help="Exit with 6 when the grade is worse, such as B.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Folder for the report as HTML and JSON.")
    ] = None,
    as_json: JsonOption = False,
    server: UrlOption = None,
    api_key: ApiKeyOption = None,
    config: ConfigOption = None,
) -> None:
    """Audits a page and shows what to mend.

    Asks the server of `haulier up` (or --url) where one answers; else starts everything on this
    machine for as long as it takes.
    """
    if fail_below is not None and fail_below.upper() not in GRADES:
        raise InvalidInput(f"--fail-below is one of {', '.join(GRADES)}.")
    report = _audit(context, url, server, api_key, config)
    if save is not None:
        for path in save_report(report, save):
            notice(f"Saved {path}")
    if as_json:
        print_json(report)
    else:
        print_report(report)
    if fail_below is not None and is_below(report.scores.grade, fail_below):
        notice(f"The grade is worse than {fail_below.upper()}.")
        raise typer.Exit(ExitCode.CHECK_FAILED)


def run_audit(credentials: Credentials, url: str) -> Report:
    """Asks for an audit over HTTP, draws its progress, returns its report.

    Raises JobFailed when the audit came to no report.
    """
    with Haulier(credentials.url, credentials.api_key) as haulier:
        asked = haulier.site_audits.create(url, {"dedupe": False})
        events = haulier.jobs.stream(asked.audit_id)
        last = watch(events, title=f"audit of {url}", console=error_console())
        if last is not None and last.type != "completed":
            reason = last.data.get("error") or last.data.get("reason") or ""
            raise JobFailed(f"The audit {last.type}. {reason}".strip())
        return from_json(haulier.jobs.result_bytes(asked.audit_id))


def _audit(
    context: typer.Context, url: str, server: str | None, api_key: str | None, config: Path | None
) -> Report:
    credentials = _answering(context, server, api_key)
    if credentials is not None:
        return run_audit(credentials, url)
    if server is not None or api_key is not None:
        raise Unavailable(f"No server answers at {server or 'the default address'}.")
    settings = settings_for(config, {"port": free_port()})
    return run_async(_audit_alone(settings, url))


def _answering(
    context: typer.Context, server: str | None, api_key: str | None
) -> Credentials | None:
    """The credentials of a server that is there; None when none is."""
    try:
        found = find_credentials(context, server, api_key)
        with Haulier(found.url, found.api_key, retries=0, timeout=5) as haulier:
            return found if haulier.health.ready().is_ready else None
    except (Unauthenticated, Unavailable):
        return None


async def _audit_alone(settings: Settings, url: str) -> Report:
    notice("No server answers: starting one for this audit ...")
    async with prepared(settings, notice) as ready:
        home = settings.home / "audit"
        credentials, _ = await ensure_credentials(ready.runtime, home, WORKSPACE, settings.url)
        async with running_stack(settings, ready.urls, logs=settings.home / "logs") as stack:
            return await while_running(stack, asyncio.to_thread(run_audit, credentials, url))
