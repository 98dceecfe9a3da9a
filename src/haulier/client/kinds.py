"""Calls about kinds."""

from haulier.client.call import Call, Reply, accept, decode, get, reading, segment
from haulier.client.models import Kind, Page


def list_kinds() -> Call[list[Kind]]:
    """Every kind that a worker has declared."""

    def read(reply: Reply) -> list[Kind]:
        return decode(accept(reply).body, Page[Kind]).data

    return Call(request=get("/v1/kinds"), read=read)


def get_kind(name: str) -> Call[Kind]:
    """The kind that `site.audit` (its highest version) or `site.audit@1` names.

    Raises NotFound.
    """
    return Call(request=get(f"/v1/kinds/{segment(name)}"), read=reading(Kind))
