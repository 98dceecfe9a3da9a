"""Calls about site audits."""

from collections.abc import Mapping

from haulier.client.call import Call, post, reading
from haulier.client.models import SiteAudit


def create(
    url: str, options: Mapping[str, object] | None = None, *, idempotency_key: str | None = None
) -> Call[SiteAudit]:
    """Asks for an audit of the site at this URL; `options` are the further args of the kind.

    Raises as `jobs.enqueue` does.
    """
    body = {**(options or {}), "url": url}
    request = post("/v1/site-audits", body, idempotency_key=idempotency_key)
    return Call(request=request, read=reading(SiteAudit))
