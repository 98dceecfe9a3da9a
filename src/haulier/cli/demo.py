"""`haulier demo`: the main job on real input, offline."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from haulier.checks.report_schema import Report
from haulier.cli.audit import run_audit
from haulier.cli.audit_report import print_report, save_report
from haulier.cli.configuration import ConfigOption, settings_for
from haulier.cli.credentials import Credentials
from haulier.cli.exit_codes import ExitCode
from haulier.cli.loop import run_async
from haulier.cli.notices import notice
from haulier.cli.output import print_line
from haulier.cli.stack import Prepared, free_port, prepared, running_stack, while_running
from haulier.cli.up import ensure_credentials
from haulier.client import AsyncHaulier
from haulier.domain.access import ALL_PERMISSIONS, Principal
from haulier.domain.ids import parse_job_id, parse_workspace_id
from haulier.settings import Settings
from haulier.testing.planted_faults import PLANTED_FAULTS, PlantedFault
from haulier.testing.site_server import SampleSite, serve_sample_site

WORKSPACE: Final = "demo"
_START: Final = "/"
_MAX_EVENTS: Final = 200

app = typer.Typer(help="See haulier work, offline.", invoke_without_command=True)


def mount(root: typer.Typer) -> None:
    """Adds the group."""
    root.add_typer(app, name="demo")


@app.callback()
def demo(
    context: typer.Context,
    save: Annotated[
        Path | None, typer.Option(help="Folder for the reports. Default: in the data home.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Audits a sample shop with planted faults, and succeeds when it found every one of them."""
    if context.invoked_subcommand is not None:
        return
    settings = _settings(config)
    outcome = run_async(_demo(settings, save or settings.home / "reports"))
    if outcome.missed:
        for fault in outcome.missed:
            notice(f"Missed: {fault.check_id} ({fault.status}): {fault.what}")
        raise typer.Exit(ExitCode.CHECK_FAILED)


@app.command("hello-audit")
def hello_audit(config: ConfigOption = None) -> None:
    """Runs the smallest possible job and shows its events as the database has them."""
    types = run_async(_hello(_settings(config)))
    if types != ["queued", "running", "completed"]:
        raise typer.Exit(ExitCode.CHECK_FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    report: Report
    missed: Sequence[PlantedFault]


def _settings(config: Path | None) -> Settings:
    """A data home of its own beside that of `haulier up`, and a free port."""
    base = settings_for(config)
    return settings_for(config, {"home": base.home / "demo", "port": free_port()})


async def _demo(settings: Settings, folder: Path) -> _Outcome:
    async with prepared(settings, notice) as ready, serve_sample_site("faulty") as site:
        credentials = await _allow(ready, settings, site)
        trust = {"EGRESS_CA_FILE": str(site.ca_file)}
        logs = settings.home / "logs"
        async with running_stack(settings, ready.urls, environment=trust, logs=logs) as stack:
            audit = asyncio.to_thread(run_audit, credentials, site.https_url)
            report = await while_running(stack, audit)
    print_report(report)
    html, document = save_report(report, folder)
    expected = _expected(report)
    missed = [fault for fault in expected if _status(report, fault) != fault.status]
    print_line(f"Found {len(expected) - len(missed)} of {len(expected)} planted faults.")
    print_line(f"Report: {html}")
    print_line(f"        {document}")
    print_line("Next:   ./haulier up                          keep everything running")
    print_line("        ./haulier audit https://example.com   audit a site of yours")
    print_line("        ./haulier demo hello-audit            follow the smallest job")
    return _Outcome(report=report, missed=missed)


async def _allow(ready: Prepared, settings: Settings, site: SampleSite) -> Credentials:
    """Opens the sample site's own address and ports to the demo's workspace, and to no other."""
    credentials, _ = await ensure_credentials(ready.runtime, settings.home, WORKSPACE, settings.url)
    await ready.runtime.workspaces.set_fetch_policy(
        parse_workspace_id(WORKSPACE),
        {"allow": ["127.0.0.1/32"], "ports": [site.https_port, site.http_port]},
    )
    return credentials


def _expected(report: Report) -> list[PlantedFault]:
    """The faults that this audit looks for: on the start page, by a check of the recipe."""
    judged = {check.id for check in report.checks}
    return [fault for fault in PLANTED_FAULTS if fault.page == _START and fault.check_id in judged]


def _status(report: Report, fault: PlantedFault) -> str:
    return next(check.status.value for check in report.checks if check.id == fault.check_id)


async def _hello(settings: Settings) -> list[str]:
    async with prepared(settings, notice) as ready:
        credentials, _ = await ensure_credentials(
            ready.runtime, settings.home, WORKSPACE, settings.url
        )
        logs = settings.home / "logs"
        async with (
            running_stack(settings, ready.urls, logs=logs),
            AsyncHaulier(credentials.url, credentials.api_key) as haulier,
        ):
            asked = await haulier.jobs.enqueue("hello.audit", {"name": "haulier"})
            job = await haulier.jobs.wait(asked.id, timeout=30)
        return await _print_events(ready, job.id)


async def _print_events(ready: Prepared, job_id: str) -> list[str]:
    """The job's events as the database has them; returns the types that tell its life."""
    principal = Principal(
        workspace_id=parse_workspace_id(WORKSPACE), actor="demo", permissions=ALL_PERMISSIONS
    )
    events = await ready.runtime.api.events.list_after(
        principal, parse_job_id(job_id), 0, _MAX_EVENTS
    )
    for event in events:
        words = "  ".join(f"{name}={value}" for name, value in event.data.items())
        print_line(f"{event.seq:>3}  {event.at:%H:%M:%S.%f}  {event.type:<10} {words}")
    types = [event.type.value for event in events if event.type.value != "progress"]
    print_line(" -> ".join(types))
    return types
