"""`haulier fetch`: what a workspace may fetch, and why a URL is fetched or not."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer

from haulier.bootstrap import operator_runtime
from haulier.cli.configuration import ConfigOption, settings_for
from haulier.cli.exit_codes import ExitCode
from haulier.cli.loop import run_async
from haulier.cli.notices import notice
from haulier.cli.output import JsonOption, print_json, print_line, print_table
from haulier.domain.ids import WorkspaceId, parse_workspace_id
from haulier.safefetch import Policy, Resolver, Step, explain
from haulier.services.fetch_policies import parse_fetch_policy
from haulier.settings import Settings

app = typer.Typer(
    help="Say what may be fetched, and see why a URL is or not.", no_args_is_help=True
)
policy_app = typer.Typer(help="What a workspace may fetch.", no_args_is_help=True)
app.add_typer(policy_app, name="policy")

StoredPolicy = dict[str, object]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What `haulier fetch check --json` prints."""

    allowed: bool
    steps: Sequence[Step]
    """In the order in which they were taken; the first that did not pass refuses the URL."""


def mount(root: typer.Typer) -> None:
    """Adds the group."""
    root.add_typer(app, name="fetch")


@app.command("check")
def check(
    url: Annotated[str, typer.Argument(help="Any URL; one look-up is made, nothing is fetched.")],
    workspace: Annotated[
        str | None, typer.Option("--workspace", "-w", help="Whose policy. Default: the safe one.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Explains step by step whether a URL would be fetched; exit 6 when it is refused."""
    policy = Policy()
    if workspace is not None:
        stored = run_async(_stored(settings_for(config), parse_workspace_id(workspace)))
        policy = parse_fetch_policy(stored)
    steps = run_async(explain(url, policy, Resolver()))
    allowed = all(step.passed for step in steps)
    if as_json:
        print_json(Explanation(allowed=allowed, steps=steps))
    else:
        print_table(("step", "verdict", "subject", "reason", "source"), map(_row, steps))
        print_line("It would be fetched." if allowed else "It would not be fetched.")
    if not allowed:
        raise typer.Exit(ExitCode.CHECK_FAILED)


@policy_app.command("show")
def show_policy(
    workspace: Annotated[str, typer.Argument(help="The workspace's id.")],
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """What an operator changed for a workspace; nothing where it is the safe default."""
    stored = run_async(_stored(settings_for(config), parse_workspace_id(workspace)))
    if as_json:
        print_json(stored)
        return
    print_table(("field", "values"), stored.items())


@policy_app.command("set")
def set_policy(
    workspace: Annotated[str, typer.Argument(help="The workspace's id.")],
    allow: Annotated[
        list[str] | None, typer.Option(help="Network opened although denied by default.")
    ] = None,
    deny: Annotated[list[str] | None, typer.Option(help="Network closed as well.")] = None,
    port: Annotated[list[int] | None, typer.Option(help="Port besides 80 and 443.")] = None,
    config: ConfigOption = None,
) -> None:
    """Replaces what a workspace may fetch; without options it is the safe default again.

    The change is written to the audit log with what stood before. Workers know of it within five
    seconds.
    """
    given: StoredPolicy = {"allow": allow or [], "deny": deny or [], "ports": port or []}
    kept = {name: value for name, value in given.items() if value}
    workspace_id = parse_workspace_id(workspace)
    run_async(_set(settings_for(config), workspace_id, kept))
    print_line(f"Fetch policy of {workspace_id}: {kept or 'the default'}")


def _row(step: Step) -> tuple[str, str, str, str, str]:
    verdict = "passed" if step.passed else "refused"
    return step.name, verdict, step.subject, step.reason, step.source


async def _stored(settings: Settings, workspace_id: WorkspaceId) -> StoredPolicy:
    async with operator_runtime(settings, notice) as runtime:
        return dict((await runtime.workspaces.get(workspace_id)).fetch_policy)


async def _set(settings: Settings, workspace_id: WorkspaceId, policy: StoredPolicy) -> None:
    async with operator_runtime(settings, notice) as runtime:
        await runtime.workspaces.set_fetch_policy(workspace_id, policy)
