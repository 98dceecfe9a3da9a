"""Whether this process can do its work."""

from dataclasses import dataclass

from haulier.errors import Unavailable
from haulier.store import health
from haulier.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What a load balancer asks."""

    database: bool
    schema_version: int
    schema_wanted: int

    @property
    def ready(self) -> bool:
        """Requests can be served."""
        return self.database and self.schema_version >= self.schema_wanted


class Health:
    """The use case of health. System, and open to everybody: it tells no secret."""

    def __init__(self, database: Database, schema_wanted: int) -> None:
        self._database = database
        self._schema_wanted = schema_wanted

    async def readiness(self) -> Readiness:
        """Asks the database; never raises Unavailable."""
        try:
            async with self._database.system_statement() as tx:
                version = await health.ping(tx)
        except Unavailable:
            return Readiness(database=False, schema_version=0, schema_wanted=self._schema_wanted)
        return Readiness(database=True, schema_version=version, schema_wanted=self._schema_wanted)
