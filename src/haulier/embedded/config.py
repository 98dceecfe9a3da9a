"""What the embedded PostgreSQL can be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedConfig:
    """Where the embedded server lives and how large it may be."""

    home: Path
    """Absolute. `<home>/postgres` is made and kept; nothing outside it is changed, except a socket
    folder in /tmp where `home` is too deep for a socket path. For root it must be reachable by the
    account that the server runs as: /var/lib/haulier, not /root."""
    pg_bin: Path | None = None
    """The folder with `postgres` and `initdb`. Set: nothing else is tried."""
    port: int | None = None
    """Also listen on 127.0.0.1 at this port; None: on the Unix socket alone."""
    run_as: str | None = None
    """Only for root, who may not run PostgreSQL: the account that does. None: the owner of an
    existing data folder, else `haulier` where that account exists, else `nobody`."""
    shared_buffers_mb: int = 256
    max_connections: int = 200
    max_wal_size_mb: int = 4096
    start_timeout: timedelta = timedelta(minutes=10)
    """Generous, because replaying the log after a crash counts as starting."""
    stop_timeout: timedelta = timedelta(seconds=30)
    """How long a fast shutdown may take before an immediate one follows."""
    server_settings: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further settings of postgresql.conf; they win over ours."""
