"""`haulier kinds`: which sorts of jobs can be asked for."""

import typer

from haulier.cli.credentials import ApiKeyOption, UrlOption
from haulier.cli.output import JsonOption, print_fields, print_json, print_table
from haulier.cli.server import server

app = typer.Typer(help="See which sorts of jobs can be asked for.", no_args_is_help=True)


def mount(root: typer.Typer) -> None:
    """Adds the group."""
    root.add_typer(app, name="kinds")


@app.command("list")
def list_kinds(
    context: typer.Context,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """Every kind that a worker has declared."""
    with server(context, url, api_key) as haulier:
        found = haulier.kinds.list()
    if as_json:
        print_json(found)
        return
    print_table(
        ("kind", "queue", "description"),
        ((f"{kind.name}@{kind.version}", kind.queue, kind.description) for kind in found),
    )


@app.command("get")
def get(
    context: typer.Context,
    name: str,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: ApiKeyOption = None,
) -> None:
    """A kind with the schemas of its args and result: site.audit, or site.audit@1."""
    with server(context, url, api_key) as haulier:
        kind = haulier.kinds.get(name)
    if as_json:
        print_json(kind)
        return
    print_fields(
        (
            ("kind", f"{kind.name}@{kind.version}"),
            ("description", kind.description),
            ("queue", kind.queue),
            ("attempts", kind.max_attempts),
            ("timeout in seconds", kind.timeout_seconds),
            ("args", kind.args_schema),
            ("result", kind.result_schema),
        )
    )
