"""`haulier api`: the HTTP API, alone."""

from typing import Annotated

import typer

from haulier.api.app import create_app
from haulier.api.server import serve
from haulier.bootstrap import database_urls, ensure_schema, open_runtime
from haulier.cli.configuration import AppOption, ConfigOption, settings_for, write_logs
from haulier.cli.loop import run_async
from haulier.cli.notices import notice
from haulier.cli.parent import ParentOption, tie_to
from haulier.settings import Settings


def mount(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("api")(api)


def api(
    bind: Annotated[str | None, typer.Option(help="Address. Default: HAULIER_BIND.")] = None,
    port: Annotated[int | None, typer.Option(help="Port. Default: HAULIER_PORT.")] = None,
    config: ConfigOption = None,
    app: AppOption = None,
    parent: ParentOption = None,
) -> None:
    """Serves the HTTP API until SIGTERM or Ctrl-C. Any number may run side by side."""
    tie_to(parent)
    settings = settings_for(config, {"bind": bind, "port": port}, app)
    write_logs(settings)
    run_async(_serve(settings))


async def _serve(settings: Settings) -> None:
    async with database_urls(settings, notice) as urls:
        await ensure_schema(urls)
        async with open_runtime(settings, urls.url) as runtime:
            await runtime.maintenance.run_once()
            await runtime.api.kinds.declare([one.kind for one in runtime.handlers.values()])
            if settings.auth == "off":
                notice("AUTH=off: everybody on this machine is in as workspace `default`.")
            await serve(create_app(runtime.api, runtime.api_config), settings.bind, settings.port)
