"""The application: routes, middleware, problems and the OpenAPI document, put together."""

from typing import Final

from fastapi import FastAPI

from haulier import __version__
from haulier.api import health, reference
from haulier.api.context import ApiConfig, ApiContext, ApiServices, Stopping
from haulier.api.documentation import install_document
from haulier.api.middleware import BodyGuard, RequestContext
from haulier.api.problems import install_problems
from haulier.api.v1 import (
    dead_letter_actions,
    dead_letters,
    events,
    job_actions,
    jobs,
    kinds,
    results,
    site_audits,
)

__all__ = ["ApiConfig", "ApiServices", "create_app"]

_DESCRIPTION: Final = (
    "Long-running jobs for multi-tenant products. Errors are problems (RFC 9457) with a stable "
    "`code`; lists are paged by opaque cursors; a repeated Idempotency-Key is answered once."
)


def create_app(services: ApiServices, config: ApiConfig) -> FastAPI:
    """The HTTP API over these services, to be run by any ASGI server."""
    app = FastAPI(
        title="haulier",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.api = ApiContext(services=services, config=config, stopping=Stopping())
    install_problems(app)
    app.include_router(jobs.hot_router)  # the hottest routes are looked at first
    for noun in (
        job_actions,
        site_audits,
        jobs,
        events,
        results,
        dead_letters,
        dead_letter_actions,
        kinds,
        reference,
        health,
    ):
        app.include_router(noun.router)
    # The last one added stands outermost.
    app.add_middleware(BodyGuard, limit_bytes=config.body_limit_bytes)
    app.add_middleware(RequestContext)
    install_document(app)
    return app
