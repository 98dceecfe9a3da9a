"""The egress guard reaches into the processes of handlers."""

import socket
from ipaddress import ip_address, ip_network

import msgspec
import pytest

from haulier.domain.ids import WorkspaceId
from haulier.safefetch import Policy
from haulier.worker.isolation.egress import pack, unpack
from support.engine import Engine
from support.held import asked, write
from support.workers import ended, running_worker, with_config
from worker.isolated_jobs import own_socket


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """The guard wants asyncio's own loop."""
    return "asyncio"


@pytest.mark.parametrize("in_thread", [0, 1])
async def test_own_sockets_are_held_to_the_policy_in_the_process_too(
    engine: Engine, workspace: WorkspaceId, in_thread: int
) -> None:
    """S0-BR4, S0-FR6b: also in threads that carry no context."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        args = msgspec.json.encode({"mark": str(listener.getsockname()[1]), "n": in_thread})
        new = asked(
            workspace,
            kind=own_socket.kind.ref,
            queue=own_socket.kind.queue,
            args=args,
            max_attempts=1,
        )
        (job,) = await write(engine, new)
        async with running_worker(engine, [own_socket], with_config(egress_guard=True)):
            seen = await ended(engine, workspace, job)

        assert (seen[-1].type.value, seen[-1].data["category"]) == ("failed", "egress_denied")
        told = [event.data["message"] for event in seen if event.type.value == "log"]
        assert told == ["egress denied"]
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_policy_arrives_as_it_was_sent() -> None:
    policy = Policy(
        ports=frozenset({443, 8443}),
        allow=(ip_network("10.1.0.0/16"), ip_network("fd00::/64")),
        deny=(ip_network("10.1.2.0/24"),),
        own_addresses=frozenset({ip_address("192.0.2.7"), ip_address("2001:db8::7")}),
    )

    assert unpack(pack(policy)) == policy
