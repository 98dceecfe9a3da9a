"""Hot routes: declared like any other, run without dependency solving or a second validation.

The declaration gives the OpenAPI document its types and is never called. The handler gets the
authenticated caller and the raw request, and returns ready bytes. Authentication stands in the
wrapper, so a hot route cannot forget it.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeAlias, TypeVar

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from haulier.api.auth import authenticate
from haulier.api.context import Caller

HotHandler: TypeAlias = Callable[[Request, Caller], Awaitable[Response]]
Declaration = TypeVar("Declaration", bound=Callable[..., object])

_HANDLER: Final = "hot_handler"


def hot(handler: HotHandler) -> Callable[[Declaration], Declaration]:
    """Runs `handler` in place of the declaration below it."""

    def attach(declaration: Declaration) -> Declaration:
        setattr(declaration, _HANDLER, handler)
        return declaration

    return attach


class HotRoute(APIRoute):
    """A route whose endpoint was marked with `hot`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's extension point. Raises TypeError when the endpoint has no hot handler."""
        handler: HotHandler | None = getattr(self.endpoint, _HANDLER, None)
        if handler is None:
            raise TypeError(f"{self.endpoint!r} is not hot")

        async def run(request: Request) -> Response:
            return await handler(request, await authenticate(request))

        return run
