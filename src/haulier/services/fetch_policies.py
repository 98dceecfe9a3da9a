"""What each workspace may fetch: the safe default, and what its operator opened."""

import time
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Final

from haulier.domain.ids import WorkspaceId
from haulier.domain.kinds import Kind
from haulier.domain.schemas import fetched_properties
from haulier.errors import FieldProblem, InvalidInput, ValidationFailed
from haulier.safefetch import Network, Policy, Refused, check_url
from haulier.store import workspaces
from haulier.store.database import Database

_FRESH_SECONDS: Final = 5.0
_MAX_CACHED: Final = 10_000
_PORTS: Final = range(1, 65_536)


class FetchPolicies:
    """Policies by workspace, read again every few seconds. System: no caller sees them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cached: dict[WorkspaceId, tuple[float, Policy]] = {}

    async def get(self, workspace_id: WorkspaceId) -> Policy:
        """The workspace's policy; at most five seconds old."""
        now = time.monotonic()
        cached = self._cached.get(workspace_id)
        if cached is not None and now - cached[0] < _FRESH_SECONDS:
            return cached[1]
        async with self._database.system_statement() as tx:
            workspace = await workspaces.get(tx, workspace_id)
        policy = parse_fetch_policy(workspace.fetch_policy if workspace else {})
        if len(self._cached) >= _MAX_CACHED:
            self._cached.clear()
        self._cached[workspace_id] = (now, policy)
        return policy

    async def check_args(
        self, workspace_id: WorkspaceId, kind: Kind, args: Mapping[str, object]
    ) -> None:
        """Refuses URLs that could never be fetched, before a job is made of them.

        Looks at args whose schema says `"x-egress": true`. Raises ValidationFailed with the code
        `egress_denied` and the reason.
        """
        names = [
            name for name in fetched_properties(kind.args_schema) if isinstance(args.get(name), str)
        ]
        if not names:
            return
        policy = await self.get(workspace_id)
        for name in names:
            try:
                check_url(str(args[name]), policy)
            except Refused as refusal:
                problem = FieldProblem(
                    pointer=f"/args/{name}", code="egress_denied", detail=str(refusal)
                )
                raise ValidationFailed(
                    "haulier does not fetch this URL.", problems=[problem]
                ) from refusal


def parse_fetch_policy(fields: Mapping[str, object]) -> Policy:
    """A stored policy: `allow` and `deny` networks, extra `ports`.

    Raises InvalidInput for unknown fields, networks or ports.
    """
    unknown = set(fields) - {"allow", "deny", "ports"}
    if unknown:
        raise InvalidInput(f"A fetch policy has no {', '.join(sorted(unknown))}.")
    default = Policy()
    ports = _list(fields, "ports")
    if not all(isinstance(port, int) and port in _PORTS for port in ports):
        raise InvalidInput("A port is a whole number from 1 to 65535.")
    return Policy(
        allow=_networks(fields, "allow"),
        deny=_networks(fields, "deny"),
        ports=default.ports | {port for port in ports if isinstance(port, int)},
    )


def _networks(fields: Mapping[str, object], name: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(str(text)) for text in _list(fields, name))
    except ValueError as error:
        raise InvalidInput(f"{name}: {error}.") from error


def _list(fields: Mapping[str, object], name: str) -> list[object]:
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise InvalidInput(f"{name} is a list.")
    return list(value)  # pyright: ignore[reportUnknownArgumentType]
