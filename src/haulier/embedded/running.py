"""Reaching an embedded server that another process of ours runs already."""

from dataclasses import dataclass, field

from haulier.embedded.accounts import choose_account
from haulier.embedded.config import EmbeddedConfig
from haulier.embedded.layout import lay_out
from haulier.embedded.occupancy import read_postmaster, serves
from haulier.embedded.roles import LOGIN, OWNER, database_url, verify_server
from haulier.embedded.server_settings import DEFAULT_PORT


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningPostgres:
    """Where a running embedded server is reached. Both URLs hold passwords."""

    url: str = field(repr=False)
    """As haulier_login."""
    admin_url: str = field(repr=False)
    """As haulier_owner."""


async def find_running(config: EmbeddedConfig) -> RunningPostgres | None:
    """The server that runs on this home right now, verified to be it; None when none does.

    Raises SetupFailed when something else answers on its socket.
    """
    data = config.home / "postgres" / "data"
    postmaster = read_postmaster(data)
    if postmaster is None or postmaster.status != "ready" or not serves(postmaster.pid, data):
        return None
    layout = lay_out(config.home, choose_account(config.run_as, data_dir=data))
    port = config.port or DEFAULT_PORT
    await verify_server(layout, port)
    return RunningPostgres(
        url=database_url(layout, port, role=LOGIN),
        admin_url=database_url(layout, port, role=OWNER),
    )
