"""Everything between the database and the doors, wired as the product wires it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

from haulier.blobs.store import BlobConfig, BlobStore
from haulier.domain.access import ALL_PERMISSIONS, Permission, Principal
from haulier.domain.ids import WorkspaceId
from haulier.domain.kinds import Kind, parse_kind
from haulier.services.api_keys import ApiKeys
from haulier.services.attempts import Attempts
from haulier.services.auth import Auth
from haulier.services.batching import EnqueueBatcher
from haulier.services.dead_letters import DeadLetters
from haulier.services.events import Events
from haulier.services.fetch_policies import FetchPolicies
from haulier.services.jobs import Jobs
from haulier.services.kinds import KindCatalogue
from haulier.services.leases import Leases
from haulier.services.maintenance import Maintenance, MaintenanceConfig
from haulier.services.results import Results
from haulier.services.workspaces import Workspaces
from haulier.store.database import Database, DatabaseConfig, open_database
from haulier.worker.worker import WorkerServices


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The services of one process."""

    url: str
    database: Database
    blobs: BlobStore
    batcher: EnqueueBatcher
    jobs: Jobs
    dead_letters: DeadLetters
    events: Events
    results: Results
    kinds: KindCatalogue
    policies: FetchPolicies
    attempts: Attempts
    leases: Leases
    maintenance: Maintenance
    api_keys: ApiKeys
    workspaces: Workspaces
    auth: Auth

    @property
    def worker_services(self) -> WorkerServices:
        """What a worker of the same process stands on."""
        return WorkerServices(
            attempts=self.attempts,
            leases=self.leases,
            results=self.results,
            kinds=self.kinds,
            policies=self.policies,
            maintenance=self.maintenance,
            connect_listener=self.database.connect,
        )


@asynccontextmanager
async def open_engine(
    url: str, blobs: Path, *, maintenance: MaintenanceConfig | None = None, pool_size: int = 8
) -> AsyncGenerator[Engine]:
    """One process's services on the database at `url`, for the length of the block."""
    config = DatabaseConfig(url=url, pool_size=pool_size, statement_timeout_seconds=20)
    async with open_database(config) as database:
        batcher = EnqueueBatcher(database)
        async with batcher.running():
            yield _engine(url, database, batcher, blobs, maintenance or MaintenanceConfig())


def _engine(
    url: str,
    database: Database,
    batcher: EnqueueBatcher,
    folder: Path,
    maintenance: MaintenanceConfig,
) -> Engine:
    blobs = BlobStore(BlobConfig(url=f"file://{folder}"))
    kinds = KindCatalogue(database)
    policies = FetchPolicies(database)
    return Engine(
        url=url,
        database=database,
        blobs=blobs,
        batcher=batcher,
        jobs=Jobs(database, batcher, kinds, policies),
        dead_letters=DeadLetters(database, kinds, policies),
        events=Events(database),
        results=Results(database, blobs),
        kinds=kinds,
        policies=policies,
        attempts=Attempts(database),
        leases=Leases(database),
        maintenance=Maintenance(database, blobs, maintenance),
        api_keys=ApiKeys(database),
        workspaces=Workspaces(database),
        auth=Auth(database),
    )


def fresh_workspace() -> WorkspaceId:
    """A workspace that no other test has."""
    return WorkspaceId(f"w{token_hex(6)}")


def principal_of(
    workspace_id: WorkspaceId, permissions: Sequence[Permission] = tuple(ALL_PERMISSIONS)
) -> Principal:
    """Somebody who may do what is named, by default everything."""
    return Principal(
        workspace_id=workspace_id, actor="key_test", permissions=frozenset(permissions)
    )


def any_kind(name: str = "test.job") -> Kind:
    """A kind that takes any object and stands in the queue `default`."""
    schema: dict[str, object] = {"type": "object"}
    return Kind(ref=parse_kind(name), args_schema=schema, timeout=timedelta(seconds=30))
