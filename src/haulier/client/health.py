"""Calls about health."""

from haulier.client.call import Call, Reply, accept, decode, get
from haulier.client.models import Readiness

_READY = 200
_NOT_READY = 503


def ready() -> Call[Readiness]:
    """Whether the server can take work; one that answers that it cannot is an answer too."""

    def read(reply: Reply) -> Readiness:
        if reply.status != _NOT_READY:
            accept(reply)
        told = decode(reply.body, dict[str, object])
        return Readiness(is_ready=reply.status == _READY, dependencies=told)

    return Call(request=get("/health/ready"), read=read)
