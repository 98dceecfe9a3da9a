"""The server that a command speaks to."""

import typer

from haulier.cli.credentials import find_credentials
from haulier.client import Haulier


def server(context: typer.Context, url: str | None, api_key: str | None) -> Haulier:
    """An open client for the server that the options, or else the data home, name."""
    found = find_credentials(context, url, api_key)
    return Haulier(found.url, found.api_key)
