import os
import socket
import subprocess
import sys
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest

from haulier.safefetch import (
    Policy,
    Refused,
    SafeFetcher,
    host_addresses,
)
from haulier.testing.hostile_server import redirect, reply, routes, serve
from safefetch.socket_witness import connects
from safefetch.test_addresses import FORMS, V4_BLOCKS, V6_BLOCKS, edges

Build = Callable[..., Policy]


def test_the_witness_sees_connects() -> None:
    with socket.socket() as probe, connects() as seen:
        probe.connect_ex(("127.0.0.1", 9))

    assert seen == [("socket.connect", ("127.0.0.1", 9))]


async def test_no_blocked_address_is_ever_connected_to() -> None:
    """S0-BR4: every block in every embedding, as a literal, by name and by redirect."""
    texts = {str(edge) for block, _, _ in V4_BLOCKS for edge in edges(block)}
    texts |= {str(edge) for block, _, _ in V6_BLOCKS if block != "::/0" for edge in edges(block)}
    texts |= {
        str(IPv6Address(form(int(IPv4Address(text)))))
        for text in list(texts)
        if ":" not in text
        for form in FORMS.values()
        if int(IPv4Address(text))
    }

    async def look_up(host: str) -> list[str]:
        return [answers[host]]

    answers = {f"h{number}.example": text for number, text in enumerate(sorted(texts))}
    with connects() as seen:
        async with SafeFetcher(Policy(), resolver=look_up) as fetcher:
            for host, text in answers.items():
                literal = f"[{text}]" if ":" in text else text
                for place in (host, literal):
                    with pytest.raises(Refused):
                        await fetcher.fetch(f"http://{place}/")

    assert len(texts) >= 150
    assert seen == []


async def test_the_vetted_address_is_dialled_although_the_name_flips(open_policy: Build) -> None:
    """S0-FR5b."""
    asked: list[str] = []

    async def flipping(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async with (
        serve(routes({"/": reply(b"x")})) as site,
        SafeFetcher(open_policy(site.port), resolver=flipping) as fetcher,
    ):
        with connects() as seen:
            response = await fetcher.fetch(site.url(host="flip.example"))

        assert response.peer == "127.0.0.1"
        assert asked == ["flip.example"]
        assert seen == [("socket.connect", ("127.0.0.1", site.port))]
        with pytest.raises(Refused) as caught:
            await fetcher.fetch(site.url(host="flip.example"))

    assert caught.value.reason == "private"
    assert site.connections == 1


async def test_a_connection_that_was_led_elsewhere_is_cut_before_a_request(
    open_policy: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(_socket: socket.socket) -> tuple[str, int]:
        return "10.0.0.1", 80

    async with serve(routes({"/": reply(b"x")})) as site:
        async with SafeFetcher(open_policy(site.port)) as fetcher:
            monkeypatch.setattr(socket.socket, "getpeername", elsewhere)
            with pytest.raises(Refused) as caught:
                await fetcher.fetch(site.url())
        monkeypatch.undo()

    assert caught.value.reason == "peer_mismatch"
    assert site.requests == []


async def test_the_next_vetted_address_is_tried_when_one_does_not_answer(
    open_policy: Build,
) -> None:
    async def two(_host: str) -> list[str]:
        return ["127.0.0.9", "127.0.0.1"]

    async with (
        serve(routes({"/": reply(b"x")})) as site,
        SafeFetcher(open_policy(site.port), resolver=two) as fetcher,
    ):
        assert (await fetcher.fetch(site.url(host="two.example"))).peer == "127.0.0.1"


async def test_ipv6_is_spoken(open_policy: Build) -> None:
    async with (
        serve(routes({"/": reply(b"six")}), host="::1") as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        response = await fetcher.fetch(site.url(host="[::1]"))

    assert (response.body, response.peer) == (b"six", "::1")
    assert site.requests[0].values("host") == [f"[::1]:{site.port}"]


async def test_a_redirect_looks_every_name_up_once(open_policy: Build) -> None:
    asked: list[str] = []

    async def look_up(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async with serve(routes({"/": reply(b"end")})) as away:
        location = away.url(host="b.example")
        async with serve(routes({"/": redirect(location)})) as home:
            policy = open_policy(home.port, away.port)
            async with SafeFetcher(policy, resolver=look_up) as fetcher:
                await fetcher.fetch(home.url(host="a.example"))

    assert asked == ["a.example", "b.example"]


UVLOOP_SCRIPT = """
import asyncio, gc, ipaddress, os, sys
from pathlib import Path
import uvloop
from haulier.safefetch import Policy, SafeFetcher, TimedOut, Limits
from safefetch.certificates import issue, root, server_context, trust_file
from haulier.testing.hostile_server import hang, reply, routes, serve

async def main(folder):
    tls = server_context(folder, issue("127.0.0.1", root()))
    trust = trust_file(folder, root())
    async with serve(routes({"/": reply(b"x" * 1000000)}), tls=tls) as site, serve(hang) as slow:
        policy = Policy(ports=frozenset({site.port, slow.port}),
                        allow=(ipaddress.ip_network("127.0.0.1/32"),))
        async with SafeFetcher(policy, trust=trust) as fetcher:
            print(len((await fetcher.fetch(site.url())).body), site.connections)
            before = len(os.listdir("/proc/self/fd"))
            try:
                await fetcher.fetch(slow.url(), limits=Limits(first_byte_seconds=0.1))
            except TimedOut as error:
                print(error.reason)
            while slow.open:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            print(len(os.listdir("/proc/self/fd")) - before)
            print((await fetcher.inspect_tls(site.url())).trusted)

uvloop.run(main(Path(sys.argv[1])))
"""


def test_everything_works_on_uvloop_too(tmp_path: Path) -> None:
    pytest.importorskip("uvloop")
    done = subprocess.run(
        [sys.executable, "-c", UVLOOP_SCRIPT, str(tmp_path)],
        env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout.split() == ["1000000", "1", "first_byte", "0", "True"], done.stderr


def test_the_addresses_of_this_host_are_known_and_loopback_is_not_among_them() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        outward = ip_address(probe.getsockname()[0])

    found = host_addresses()

    assert outward.is_loopback or outward in found
    assert not any(address.is_loopback for address in found)
