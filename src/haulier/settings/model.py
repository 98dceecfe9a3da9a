"""What can be set, with defaults, units and bounds."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX: Final = "HAULIER_"
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_POSTGRES: Final = frozenset({"postgresql", "postgres"})


def _check_database_url(value: SecretStr | None) -> SecretStr | None:
    if value is not None and urlsplit(value.get_secret_value()).scheme not in _POSTGRES:
        raise ValueError("must be a URL such as postgresql://user:password@host:5432/haulier")
    return value


def _split_names(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


DatabaseUrl = Annotated[SecretStr | None, AfterValidator(_check_database_url)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_names)]


def default_home() -> Path:
    """Where data is kept when nothing else is said."""
    if os.geteuid() == 0:
        return Path("/var/lib/haulier")
    base = os.environ.get("XDG_DATA_HOME")
    # A relative one is invalid and to be ignored (XDG Base Directory Specification).
    absolute = base is not None and Path(base).is_absolute()
    return (Path(base) if base and absolute else Path.home() / ".local" / "share") / "haulier"


class Settings(BaseSettings):
    """Every setting of haulier; in the environment with the prefix HAULIER_."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True
    )

    home: Path = Field(
        default_factory=default_home,
        description="Where `haulier up` keeps its data. Default: /var/lib/haulier for root, else "
        "$XDG_DATA_HOME/haulier or ~/.local/share/haulier.",
    )
    database_url: DatabaseUrl = Field(
        default=None,
        description="PostgreSQL 18 or newer, as a role that is a member of haulier_app and "
        "haulier_system. Unset: an embedded server is started where a command may do so.",
    )
    database_admin_url: DatabaseUrl = Field(
        default=None,
        description="The same database as its owner, for migrations. Default: DATABASE_URL.",
    )
    pg_bin: Path | None = Field(
        default=None, description="Folder of the PostgreSQL programs for the embedded server."
    )
    db_pool_size: int = Field(
        default=10, ge=1, le=1000, description="Connections per role and process, at most."
    )
    db_statement_timeout_ms: int = Field(
        default=30_000, ge=100, le=3_600_000, description="When a statement is given up, in ms."
    )
    bind: str = Field(default="127.0.0.1", description="Address that the API listens on.")
    port: int = Field(default=8080, ge=0, le=65_535, description="Port of the API; 0: any free.")
    public_url: str | None = Field(
        default=None, description="The API's URL as its users see it. Default: bind and port."
    )
    auth: Literal["on", "off"] = Field(
        default="on", description="`off` lets everybody in as workspace `default`; loopback only."
    )
    cursor_key: SecretStr | None = Field(
        default=None,
        description="Signs list cursors; the same on every API host. Default: derived from "
        "DATABASE_URL.",
    )
    body_limit_bytes: int = Field(
        default=1_048_576, ge=1024, le=104_857_600, description="Largest request body."
    )
    worker_concurrency: int = Field(
        default=10, ge=1, le=10_000, description="Jobs that one worker runs at the same time."
    )
    worker_queues: Names = Field(
        default=(), description="Queues to serve, by comma. Default: those of the known kinds."
    )
    kinds_modules: Names = Field(
        default=(), description="Python modules with your @handler functions, by comma."
    )
    lease_s: float = Field(
        default=30.0, ge=1, le=3600, description="How long a silent worker keeps its jobs, in s."
    )
    heartbeat_s: float = Field(
        default=10.0, ge=0.1, le=1200, description="How often leases are renewed, in s."
    )
    poll_ms: int = Field(
        default=500, ge=10, le=60_000, description="How late work is found without wake-ups, in ms."
    )
    shutdown_grace_s: float = Field(
        default=30.0, ge=0, le=86_400, description="Time for running jobs after SIGTERM, in s."
    )
    result_ttl_s: int = Field(
        default=2_592_000, ge=60, le=315_360_000, description="How long results are kept, in s."
    )
    event_ttl_s: int = Field(
        default=7_776_000,
        ge=604_800,
        le=315_360_000,
        description="How long jobs and their events are kept, in s; dropped by whole weeks.",
    )
    audit_ttl_s: int | None = Field(
        default=None, ge=604_800, description="How long the audit log is kept. Unset: for ever."
    )
    blob_url: str | None = Field(
        default=None,
        description="Where results over 1 MiB lie: file:///path or an object store's URL. "
        "Default: file://HOME/blobs.",
    )
    egress_ca_file: Path | None = Field(
        default=None, description="PEM file of further authorities that fetches trust."
    )
    egress_guard: Literal["on", "off"] = Field(
        default="off",
        description="`on` holds sockets that handlers open themselves to the fetch policy of "
        "their workspace.",
    )
    log_format: Literal["json", "console"] = Field(
        default="json", description="Log lines for machines or for people."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important lines that are written."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problems: list[str] = []
        if self.heartbeat_s > self.lease_s / 3:
            problems.append("HEARTBEAT_S must be at most a third of LEASE_S")
        if self.auth == "off" and self.bind not in _LOOPBACK:
            problems.append("AUTH=off is only possible with BIND on loopback")
        if not self.home.is_absolute():
            problems.append("HOME must be an absolute path")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def blobs(self) -> str:
        """The blob store's URL, the default resolved."""
        return self.blob_url or f"file://{self.home / 'blobs'}"

    @property
    def url(self) -> str:
        """The API's URL as others reach it."""
        host = f"[{self.bind}]" if ":" in self.bind else self.bind
        return self.public_url or f"http://{host}:{self.port}"

    def cursor_secret(self, database_url: str) -> str:
        """What signs cursors: the setting, or a digest that all API hosts come to alike."""
        if self.cursor_key is not None:
            return self.cursor_key.get_secret_value()
        return sha256(b"haulier.cursor\0" + database_url.encode()).hexdigest()
