"""One safe fetcher per workspace, under that workspace's policy; nothing shared between them."""

from collections import OrderedDict
from typing import Final

from haulier import __version__
from haulier.domain.ids import WorkspaceId
from haulier.safefetch import Policy, SafeFetcher
from haulier.services.fetch_policies import FetchPolicies

_MAX_OPEN: Final = 256
USER_AGENT: Final = f"haulier/{__version__}"


class Fetchers:
    """Fetchers by workspace; the one unused for longest is closed when there are too many."""

    def __init__(self, policies: FetchPolicies, trust_file: str | None) -> None:
        self._policies = policies
        self._trust_file = trust_file
        self._open: OrderedDict[WorkspaceId, tuple[Policy, SafeFetcher]] = OrderedDict()

    async def policy(self, workspace_id: WorkspaceId) -> Policy:
        """What the workspace may reach."""
        return await self._policies.get(workspace_id)

    async def get(self, workspace_id: WorkspaceId) -> SafeFetcher:
        """The workspace's fetcher, made anew when its policy has changed."""
        policy = await self._policies.get(workspace_id)
        known = self._open.get(workspace_id)
        if known is not None and known[0] == policy:
            self._open.move_to_end(workspace_id)
            return known[1]
        fetcher = SafeFetcher(policy, trust=self._trust_file, user_agent=USER_AGENT)
        self._open[workspace_id] = (policy, fetcher)
        self._open.move_to_end(workspace_id)
        while len(self._open) > _MAX_OPEN:
            _, (_, oldest) = self._open.popitem(last=False)
            await oldest.aclose()
        return fetcher

    async def aclose(self) -> None:
        """Closes every connection."""
        while self._open:
            _, (_, fetcher) = self._open.popitem()
            await fetcher.aclose()
