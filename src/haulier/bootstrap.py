"""The only place that builds things: from settings to everything that runs."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from haulier.api.app import ApiConfig, ApiServices
from haulier.blobs.store import BlobConfig, BlobStore
from haulier.domain.kinds import KindRef
from haulier.embedded import EmbeddedConfig, EmbeddedPostgres, find_running
from haulier.handlers.base import Handler
from haulier.handlers.discovery import discover
from haulier.security.secret import SecretText
from haulier.services.api_keys import ApiKeys
from haulier.services.attempts import Attempts
from haulier.services.auth import Auth
from haulier.services.batching import EnqueueBatcher
from haulier.services.dead_letters import DeadLetters
from haulier.services.events import Events
from haulier.services.fetch_policies import FetchPolicies
from haulier.services.health import Health
from haulier.services.jobs import Jobs
from haulier.services.kinds import KindCatalogue
from haulier.services.leases import Leases
from haulier.services.maintenance import Maintenance, MaintenanceConfig
from haulier.services.results import Results
from haulier.services.workspaces import Workspaces
from haulier.settings import Settings
from haulier.store.database import Database, DatabaseConfig, open_database
from haulier.store.health import schema_version
from haulier.store.migrations_folder import Migration, load_migrations
from haulier.store.migrator import (
    MigrationConnection,
    MigrationStatus,
    check,
    connect_owner,
    sql,
    status,
    upgrade,
)
from haulier.store.tables import dump
from haulier.worker.config import WorkerConfig
from haulier.worker.worker import WorkerServices


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Everything that one process of haulier is made of."""

    settings: Settings
    api: ApiServices
    api_config: ApiConfig
    worker: WorkerServices
    worker_config: WorkerConfig
    handlers: dict[KindRef, Handler]
    api_keys: ApiKeys
    workspaces: Workspaces
    maintenance: Maintenance


@asynccontextmanager
async def open_runtime(settings: Settings, database_url: str) -> AsyncGenerator[Runtime]:
    """Opens the database, builds the services, and closes all in order at the end.

    Raises ConfigurationInvalid for kinds that do not load and Unavailable when the database does
    not answer.
    """
    handlers = discover(settings.kinds_modules)
    async with open_database(database_config(settings, database_url)) as database:
        batcher = EnqueueBatcher(database)
        async with batcher.running():
            yield _runtime(settings, database_url, database, batcher, handlers)


def worker_config(settings: Settings) -> WorkerConfig:
    """The worker's part of the settings."""
    return WorkerConfig(
        queues=settings.worker_queues,
        slots=settings.worker_concurrency,
        lease=timedelta(seconds=settings.lease_s),
        heartbeat=timedelta(seconds=settings.heartbeat_s),
        poll=timedelta(milliseconds=settings.poll_ms),
        shutdown_grace=timedelta(seconds=settings.shutdown_grace_s),
        result_ttl=timedelta(seconds=settings.result_ttl_s),
        egress_guard=settings.egress_guard == "on",
        trust_file=str(settings.egress_ca_file) if settings.egress_ca_file else None,
    )


def database_config(settings: Settings, database_url: str) -> DatabaseConfig:
    """The database's part of the settings."""
    return DatabaseConfig(
        url=database_url,
        pool_size=settings.db_pool_size,
        statement_timeout_seconds=settings.db_statement_timeout_ms / 1000,
    )


def _runtime(
    settings: Settings,
    database_url: str,
    database: Database,
    batcher: EnqueueBatcher,
    handlers: dict[KindRef, Handler],
) -> Runtime:
    blobs = BlobStore(BlobConfig(url=settings.blobs))
    kinds = KindCatalogue(database)
    policies = FetchPolicies(database)
    results = Results(database, blobs)
    maintenance = Maintenance(database, blobs, _maintenance_config(settings))
    schema = max(migration.number for migration in load_migrations())
    return Runtime(
        settings=settings,
        api=ApiServices(
            auth=Auth(database),
            jobs=Jobs(database, batcher, kinds, policies),
            events=Events(database),
            results=results,
            kinds=kinds,
            dead_letters=DeadLetters(database, kinds, policies),
            health=Health(database, schema),
        ),
        api_config=ApiConfig(
            body_limit_bytes=settings.body_limit_bytes,
            public_url=settings.public_url,
            cursor_key=SecretText(settings.cursor_secret(database_url)),
            auth_required=settings.auth == "on",
        ),
        worker=WorkerServices(
            attempts=Attempts(database),
            leases=Leases(database),
            results=results,
            kinds=kinds,
            policies=policies,
            maintenance=maintenance,
            connect_listener=database.connect,
        ),
        worker_config=worker_config(settings),
        handlers=handlers,
        api_keys=ApiKeys(database),
        workspaces=Workspaces(database),
        maintenance=maintenance,
    )


def _maintenance_config(settings: Settings) -> MaintenanceConfig:
    audit = settings.audit_ttl_s
    return MaintenanceConfig(
        retention=timedelta(seconds=settings.event_ttl_s),
        audit_retention=None if audit is None else timedelta(seconds=audit),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseUrls:
    """How to reach the database. Both may hold passwords."""

    url: str = field(repr=False)
    """For the programs."""
    admin_url: str = field(repr=False)
    """For migrations."""
    embedded: bool
    """It is a server of our own."""


@asynccontextmanager
async def database_urls(
    settings: Settings, notify: Callable[[str], None]
) -> AsyncGenerator[DatabaseUrls]:
    """The database that the settings name; else the embedded one, started if it does not run.

    A server that was started here stops at the end. `notify` gets a sentence whenever something
    takes long. Raises SetupFailed.
    """
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        admin = settings.database_admin_url
        admin_url = url if admin is None else admin.get_secret_value()
        yield DatabaseUrls(url=url, admin_url=admin_url, embedded=False)
        return
    config = EmbeddedConfig(home=settings.home, pg_bin=settings.pg_bin)
    running = await find_running(config)
    if running is not None:
        yield DatabaseUrls(url=running.url, admin_url=running.admin_url, embedded=True)
        return
    async with EmbeddedPostgres(config, notify=notify) as server:
        yield DatabaseUrls(url=server.url, admin_url=server.admin_url, embedded=True)


@asynccontextmanager
async def migrations_of(
    admin_url: str,
) -> AsyncGenerator[tuple[MigrationConnection, list[Migration]]]:
    """A connection as the owner, and the migrations of this release.

    Raises Unavailable when the database does not answer.
    """
    connection = await connect_owner(admin_url)
    try:
        yield connection, load_migrations()
    finally:
        await connection.close()


async def upgrade_schema(admin_url: str) -> list[Migration]:
    """Brings the schema up to date; returns what was applied. Raises MigrationFailed."""
    async with migrations_of(admin_url) as (connection, migrations):
        return await upgrade(connection, migrations, stage="all")


async def ensure_schema(urls: DatabaseUrls) -> list[Migration]:
    """Brings the schema up to date where it is behind; returns what was applied.

    Where it is not, nothing is asked of the owner of a database that is not our own: hosts that
    only run haulier need his URL for upgrades alone. Raises MigrationFailed.
    """
    if urls.embedded:
        return await upgrade_schema(urls.admin_url)
    newest = max(migration.number for migration in load_migrations())
    if await schema_version(urls.url) == newest:
        return []
    return await upgrade_schema(urls.admin_url)


async def schema_status(admin_url: str) -> list[MigrationStatus]:
    """Where each migration stands; changes nothing."""
    async with migrations_of(admin_url) as (connection, migrations):
        return await status(connection, migrations)


async def check_schema(admin_url: str) -> None:
    """Raises MigrationFailed unless the schema is exactly what this release wants."""
    async with migrations_of(admin_url) as (connection, migrations):
        await check(connection, migrations)


async def dump_tables(superuser_url: str, *, leave_out: str) -> dict[str, str]:
    """Every table's rows as text by table, without the columns of one name."""
    async with migrations_of(superuser_url) as (connection, _):
        return await dump(connection, leave_out=leave_out)


def migration_sql(since: int) -> str:
    """The text of all migrations above a number."""
    return sql(load_migrations(), since)


@asynccontextmanager
async def operator_runtime(
    settings: Settings, notify: Callable[[str], None]
) -> AsyncGenerator[Runtime]:
    """A runtime for one operator command: the database found or started, its schema up to date."""
    async with database_urls(settings, notify) as urls:
        await ensure_schema(urls)
        async with open_runtime(settings, urls.url) as runtime:
            yield runtime
