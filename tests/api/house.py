"""A whole API in one process: real database, real services, and a worker's hands."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx2
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from haulier.api.app import ApiConfig, ApiServices, create_app
from haulier.blobs.store import BlobConfig, BlobStore
from haulier.domain.access import ALL_PERMISSIONS, Permission
from haulier.domain.ids import WorkspaceId
from haulier.domain.kinds import Dedupe, Kind, KindRef
from haulier.domain.lifecycle import AttemptFacts, Finish, next_step
from haulier.domain.outcomes import Category, Completed, Failed, Outcome
from haulier.domain.retries import RetryPolicy
from haulier.domain.states import EventType
from haulier.redact import redact_text
from haulier.security.secret import SecretText
from haulier.services.api_keys import ApiKeys
from haulier.services.attempts import Attempts, Claimed, Demand, Ending, Hold, Lane
from haulier.services.auth import Auth
from haulier.services.batching import EnqueueBatcher
from haulier.services.dead_letters import DeadLetters
from haulier.services.events import Events
from haulier.services.fetch_policies import FetchPolicies
from haulier.services.health import Health
from haulier.services.jobs import Jobs
from haulier.services.kinds import KindCatalogue
from haulier.services.results import Results
from haulier.services.workspaces import Workspaces
from haulier.store.database import Database, DatabaseConfig, open_database

SHOP = WorkspaceId("shop")
RIVAL = WorkspaceId("rival")
CONFIG = ApiConfig(cursor_key=SecretText("k" * 32), sse_poll_seconds=0.02)

REPORT = KindRef("shop.report")
AUDIT = KindRef("site.audit")
KINDS = (
    Kind(
        ref=REPORT,
        description="Adds up a month.",
        args_schema={
            "type": "object",
            "properties": {"month": {"type": "string"}, "count": {"type": "integer"}},
            "additionalProperties": True,
        },
        result_schema={"type": "object"},
        retry=RetryPolicy(max_attempts=1),
    ),
    Kind(
        ref=AUDIT,
        args_schema={
            "type": "object",
            "required": ["url"],
            "properties": {
                "url": {"type": "string", "format": "uri", "x-egress": True},
                "scope": {"enum": ["page", "site"], "default": "page"},
            },
            "additionalProperties": False,
        },
        dedupe=Dedupe(salt="web@1"),
    ),
)


NO_SERVICES = ApiServices.__new__(ApiServices)
"""For applications that are looked at and never asked."""


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that a test may reach for."""

    services: ApiServices
    database: Database
    attempts: Attempts
    keys: ApiKeys
    blobs: Path

    def app(self, config: ApiConfig = CONFIG) -> FastAPI:
        """An application over these services."""
        return create_app(self.services, config)

    async def key(
        self,
        workspace_id: WorkspaceId = SHOP,
        permissions: frozenset[Permission] = ALL_PERMISSIONS,
        lives_for: timedelta | None = None,
    ) -> str:
        made = await self.keys.create(workspace_id, "test", permissions, lives_for)
        return made.text

    async def claim(self, workspace_id: WorkspaceId = SHOP, queue: str = "default") -> Claimed:
        """Takes the next job, as a worker does."""
        (claimed,) = (await self.attempts.cycle([], _demand(workspace_id, queue))).claimed
        return claimed

    async def tell(
        self, claimed: Claimed, data: Mapping[str, object], event: EventType = EventType.PROGRESS
    ) -> None:
        assert await self.attempts.record([(hold_of(claimed), event, data)])

    async def end(
        self, claimed: Claimed, outcome: Outcome, kept_for: timedelta = timedelta(days=1)
    ) -> None:
        """Ends the attempt, as a worker does, wherever the row lies."""
        facts = AttemptFacts(
            kind=claimed.kind,
            attempt=claimed.attempt,
            retry=RetryPolicy(max_attempts=claimed.max_attempts),
            cancel_asked=claimed.cancel_asked,
        )
        step = next_step(facts, outcome, 0.0)
        assert isinstance(step, Finish)
        ending = Ending(
            hold=hold_of(claimed),
            step=step,
            processing_time_ms=12,
            kept_for=kept_for,
            address=None,
        )
        done = await self.attempts.cycle([ending], _demand(SHOP, "nobody"))
        assert not done.lost

    async def complete(
        self, claimed: Claimed, body: bytes, kept_for: timedelta = timedelta(days=1)
    ) -> None:
        kept = await self.services.results.keep(
            claimed.workspace_id, claimed.job_id, claimed.lease_token, body
        )
        await self.end(claimed, Completed(result=kept), kept_for)

    async def fail(self, claimed: Claimed, text: str = "It broke.") -> None:
        await self.end(
            claimed,
            Failed(category=Category.VALIDATION, error=redact_text(text), error_type="ValueError"),
        )


def hold_of(claimed: Claimed) -> Hold:
    return Hold(
        workspace_id=claimed.workspace_id,
        job_id=claimed.job_id,
        lease_token=claimed.lease_token,
    )


@asynccontextmanager
async def open_house(url: str, blobs: Path) -> AsyncGenerator[House]:
    """Services over a migrated database, with two workspaces and two kinds in it."""
    async with open_database(DatabaseConfig(url=url)) as database:
        batcher = EnqueueBatcher(database)
        kinds = KindCatalogue(database)
        policies = FetchPolicies(database)
        async with batcher.running():
            yield House(
                services=ApiServices(
                    auth=Auth(database),
                    jobs=Jobs(database, batcher, kinds, policies),
                    events=Events(database),
                    results=Results(database, BlobStore(BlobConfig(url=f"file://{blobs}"))),
                    kinds=kinds,
                    dead_letters=DeadLetters(database, kinds, policies),
                    health=Health(database, 1),
                ),
                database=database,
                attempts=Attempts(database),
                keys=ApiKeys(database),
                blobs=blobs,
            )


async def furnish(house: House) -> None:
    workspaces = Workspaces(house.database)
    await workspaces.create(SHOP, "Shop")
    await workspaces.create(RIVAL, "Rival")
    await house.services.kinds.declare(KINDS)


def client_of(app: FastAPI, key: str = "") -> httpx2.AsyncClient:
    """Speaks to the application without a socket."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    transport = httpx2.ASGITransport(app, raise_app_exceptions=True)
    return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)


def _demand(workspace_id: WorkspaceId, queue: str) -> Demand:
    return Demand(
        worker_id=_worker_id(),
        lanes=(Lane(queue=queue, workspace_id=workspace_id),),
        per_lane=1,
        kinds=tuple(kind.ref for kind in KINDS),
        lease=timedelta(seconds=60),
    )


def _worker_id() -> UUID:
    return uuid7()
