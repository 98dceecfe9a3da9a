"""Who asks: the credential of a request becomes a principal."""

from ipaddress import ip_address
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import Request

from haulier.api.context import Caller, context_of, facts_of
from haulier.domain.access import ALL_PERMISSIONS, Principal
from haulier.domain.ids import WorkspaceId, parse_workspace_id
from haulier.errors import Forbidden, Unauthenticated, WorkspaceMismatch

SCHEME: Final = "api_key"
_LOCAL: Final = Principal(
    workspace_id=WorkspaceId("default"), actor="local", permissions=ALL_PERMISSIONS
)
_MAX_CREDENTIAL: Final = 512


async def authenticate(request: Request) -> Caller:
    """The caller behind a request.

    Raises Unauthenticated, InvalidWorkspaceId, and WorkspaceMismatch when the query names another
    workspace than the credential's.
    """
    context = context_of(request)
    if context.config.auth_required:
        principal = await context.services.auth.authenticate(_credential(request))
    else:
        _require_loopback_name(request)
        principal = _LOCAL
    caller = Caller(principal=principal, facts=facts_of(request.scope))
    caller.facts.span.add(workspace_id=principal.workspace_id, actor=principal.actor)
    for named in request.query_params.getlist("workspace_id"):
        require_workspace(caller, named)
    return caller


Authenticated = Annotated[Caller, Depends(authenticate)]


def require_workspace(caller: Caller, named: str | None) -> None:
    """Raises InvalidWorkspaceId or WorkspaceMismatch unless it is the caller's own; None passes."""
    if named is not None and parse_workspace_id(named) != caller.principal.workspace_id:
        raise WorkspaceMismatch


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _credential(request: Request) -> str:
    given = request.headers.getlist("authorization")
    if len(given) != 1 or len(given[0]) > _MAX_CREDENTIAL:
        raise Unauthenticated
    scheme, _, credential = given[0].partition(" ")
    if scheme.lower() != "bearer" or not credential:
        raise Unauthenticated
    return credential.strip()


def _require_loopback_name(request: Request) -> None:
    # Without credentials the name in the URL is what tells a page of another site, which reached
    # this address by rebinding its own name, from the person at this machine.
    if not is_loopback(request.url.hostname or ""):
        raise Forbidden("Without authentication only loopback names are served.")
