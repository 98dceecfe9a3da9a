"""Who asks: from a credential to a principal."""

import time
from dataclasses import dataclass
from typing import Final

from haulier.domain.access import Principal
from haulier.domain.ids import format_id
from haulier.errors import Unauthenticated
from haulier.security.keys import digest_matches, parse_key
from haulier.store import api_keys
from haulier.store.database import Database

_FRESH_SECONDS: Final = 1.0
_MAX_CACHED: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Cached:
    read_at: float
    digest: bytes
    principal: Principal


class Auth:
    """Turns credentials into principals, remembering good ones for a second.

    So a revoked key stops working within a second everywhere.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cached: dict[bytes, _Cached] = {}

    async def authenticate(self, credential: str) -> Principal:
        """The principal behind an API key.

        Raises Unauthenticated, in one and the same way, for a key that is malformed, unknown,
        wrong, revoked or expired. System: it runs before anybody is known.
        """
        parsed = parse_key(credential)
        if parsed is None:
            raise Unauthenticated
        now = time.monotonic()
        cached = self._cached.get(parsed.id.bytes)
        if cached is not None and now - cached.read_at < _FRESH_SECONDS:
            if digest_matches(parsed.secret, cached.digest):
                return cached.principal
            raise Unauthenticated
        async with self._database.system_statement() as tx:
            stored = await api_keys.get(tx, parsed.id)
        # Compared also when there is none, so that unknown and wrong keys take as long.
        matches = digest_matches(parsed.secret, stored.digest if stored else bytes(32))
        if stored is None or not matches or not stored.usable:
            raise Unauthenticated
        async with self._database.system_statement() as tx:
            await api_keys.touch(tx, parsed.id)
        principal = Principal(
            workspace_id=stored.key.workspace_id,
            actor=format_id("key", stored.key.id),
            permissions=stored.key.permissions,
        )
        if len(self._cached) >= _MAX_CACHED:
            self._cached.clear()
        self._cached[parsed.id.bytes] = _Cached(now, stored.digest, principal)
        return principal
