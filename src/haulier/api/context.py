"""What the routes know of their application and of the request at hand."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.requests import HTTPConnection

from haulier.domain.access import Origin, Principal
from haulier.security.secret import SecretText
from haulier.services.auth import Auth
from haulier.services.dead_letters import DeadLetters
from haulier.services.events import Events
from haulier.services.health import Health
from haulier.services.jobs import Jobs
from haulier.services.kinds import KindCatalogue
from haulier.services.results import Results
from haulier.telemetry.span import Span

if TYPE_CHECKING:
    from starlette.types import Scope

_SCOPE_KEY: Final = "haulier.request"
_MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices:
    """The use cases that the routes translate for."""

    auth: Auth
    jobs: Jobs
    events: Events
    results: Results
    kinds: KindCatalogue
    dead_letters: DeadLetters
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConfig:
    """How the door behaves."""

    cursor_key: SecretText
    """Signs cursors; the same in every process of one installation."""
    body_limit_bytes: int = _MEBIBYTE
    public_url: str | None = None
    """The API as callers see it, without a slash at its end; None makes relative links."""
    auth_required: bool = True
    """False lets everybody act in the workspace `default`; only on a loopback address."""
    docs_public: bool = False
    """True shows the OpenAPI document and the reference page to everybody."""
    sse_poll_seconds: float = 0.5
    heartbeat_seconds: float = 15.0
    stall_seconds: float = 20.0
    """How long a reader of an event stream may leave it unread before it is closed."""
    problem_base_url: str = "https://haulier.dev/problems/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """What the middleware found out about a request before any route saw it."""

    request_id: str
    trace_id: str
    traceparent: str
    """W3C trace context to hand on; its parent is this request."""
    ip_address: str | None
    user_agent: str | None
    span: Span
    """The request's line in the log, to be told who asks."""

    @property
    def origin(self) -> Origin:
        """For the audit log."""
        return Origin(
            request_id=self.request_id,
            trace_id=self.trace_id,
            ip_address=self.ip_address,
            user_agent=self.user_agent,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An authenticated request: who asks, and from where."""

    principal: Principal
    facts: RequestFacts


class Stopping:
    """Tells long answers that the server is about to stop."""

    def __init__(self) -> None:
        self.is_set = False

    def set(self) -> None:
        """The server stops: streams end at their next look."""
        self.is_set = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiContext:
    """Everything that a route may use."""

    services: ApiServices
    config: ApiConfig
    stopping: Stopping


def context_of(connection: HTTPConnection) -> ApiContext:
    """The application's context. Raises TypeError for an application that has none."""
    found: object = connection.app.state.api
    if not isinstance(found, ApiContext):
        raise TypeError("the application was not made by create_app")
    return found


def keep_facts(scope: "Scope", facts: RequestFacts) -> None:
    """Remembers the facts for everything that sees this request later."""
    scope[_SCOPE_KEY] = facts


def facts_of(scope: "Scope") -> RequestFacts:
    """What the middleware remembered. Raises TypeError outside the middleware."""
    found: object = scope.get(_SCOPE_KEY)
    if not isinstance(found, RequestFacts):
        raise TypeError("the request did not pass the middleware")
    return found
