import asyncio
from ipaddress import ip_address

import dns.rcode
import pytest

from haulier.safefetch import DnsFailed, Policy, Refused, Resolver, SafeFetcher
from haulier.testing.hostile_dns import NameServer, Reply, name_server


def resolver(server: NameServer, **changes: float) -> Resolver:
    return Resolver(nameservers=["127.0.0.1"], port=server.port, **changes)  # pyright: ignore[reportArgumentType]


def host_records(name: str, kind: str) -> Reply:
    texts = {"A": "8.8.8.8", "AAAA": "2001:4860:4860::8888"}
    return Reply(records=((name, kind, texts[kind]),))


async def test_both_families_are_asked_and_returned() -> None:
    async with name_server(host_records) as server:
        found = await resolver(server)("site.example")

    assert found == (ip_address("8.8.8.8"), ip_address("2001:4860:4860::8888"))
    assert sorted(server.questions) == [("site.example", "A"), ("site.example", "AAAA")]


async def test_a_chain_of_aliases_is_followed_to_its_end() -> None:
    def zone(name: str, kind: str) -> Reply:
        if kind == "AAAA":
            return Reply()
        chain = (("a.example", "CNAME", "b.example."), ("b.example", "CNAME", "c.example."))
        return Reply(records=(*chain, ("c.example", "A", "9.9.9.9")))

    async with name_server(zone) as server:
        assert await resolver(server)("a.example") == (ip_address("9.9.9.9"),)


async def test_an_alias_that_the_server_left_open_is_asked_for() -> None:
    def zone(name: str, kind: str) -> Reply:
        if name == "a.example":
            return Reply(records=(("a.example", "CNAME", "b.example."),))
        return Reply(records=((name, "A", "9.9.9.9"),)) if kind == "A" else Reply()

    async with name_server(zone) as server:
        assert await resolver(server)("a.example") == (ip_address("9.9.9.9"),)


async def test_aliases_in_a_circle_end() -> None:
    def zone(name: str, kind: str) -> Reply:
        other = "b.example" if name == "a.example" else "a.example"
        return Reply(records=((name, "CNAME", f"{other}."),))

    async with name_server(zone) as server:
        with pytest.raises(DnsFailed) as caught:
            await resolver(server)("a.example")

    assert len(server.questions) <= 16
    assert caught.value.reason == "no_address"


async def test_a_missing_name_is_permanent_and_remembered() -> None:
    async with name_server(lambda _name, _kind: Reply(rcode=dns.rcode.NXDOMAIN)) as server:
        look_up = resolver(server)
        with pytest.raises(DnsFailed):
            await look_up("gone.example")
        with pytest.raises(DnsFailed) as caught:
            await look_up("gone.example")

    assert caught.value.reason == "not_found"
    assert not caught.value.retryable
    assert len(server.questions) == 2


async def test_a_name_without_addresses_is_permanent() -> None:
    async with name_server(lambda _name, _kind: Reply()) as server:
        with pytest.raises(DnsFailed) as caught:
            await resolver(server)("empty.example")

    assert (caught.value.reason, caught.value.retryable) == ("no_address", False)


async def test_a_server_failure_can_be_tried_again_and_is_not_remembered() -> None:
    async with name_server(lambda _name, _kind: Reply(rcode=dns.rcode.SERVFAIL)) as server:
        look_up = resolver(server)
        with pytest.raises(DnsFailed):
            await look_up("broken.example")
        with pytest.raises(DnsFailed) as caught:
            await look_up("broken.example")

    assert (caught.value.reason, caught.value.retryable) == ("server_failure", True)
    assert len(server.questions) >= 4


async def test_a_silent_server_ends_in_a_timeout_that_can_be_tried_again() -> None:
    async with name_server(lambda _name, _kind: Reply(silent=True)) as server:
        with pytest.raises(DnsFailed) as caught:
            await resolver(server, timeout_seconds=0.2)("slow.example")

    assert (caught.value.reason, caught.value.retryable) == ("timeout", True)


async def test_a_name_server_that_is_not_there_can_be_tried_again() -> None:
    async with name_server(host_records) as server:
        port = server.port
    with pytest.raises(DnsFailed) as caught:
        await Resolver(nameservers=["127.0.0.1"], port=port, timeout_seconds=0.3)("a.example")

    assert caught.value.retryable


async def test_one_family_that_fails_does_not_hide_the_other() -> None:
    def zone(name: str, kind: str) -> Reply:
        return host_records(name, kind) if kind == "A" else Reply(rcode=dns.rcode.SERVFAIL)

    async with name_server(zone) as server:
        assert await resolver(server)("half.example") == (ip_address("8.8.8.8"),)


async def test_one_family_that_hangs_does_not_hide_the_other() -> None:
    def zone(name: str, kind: str) -> Reply:
        return host_records(name, kind) if kind == "A" else Reply(silent=True)

    async with name_server(zone) as server:
        assert await resolver(server, timeout_seconds=3.0)("half.example") == (
            ip_address("8.8.8.8"),
        )


async def test_answers_are_kept_for_their_time_and_no_longer() -> None:
    replies = iter([Reply(records=(("x.example", "A", "8.8.8.8"),), ttl=0)] * 4)

    def zone(name: str, kind: str) -> Reply:
        return Reply(ttl=0) if kind == "AAAA" else next(replies)

    async with name_server(zone) as server:
        look_up = resolver(server)
        await look_up("x.example")
        await look_up("x.example")

    assert server.questions.count(("x.example", "A")) == 2


async def test_an_answer_is_asked_for_once_while_it_lives() -> None:
    async with name_server(host_records) as server:
        look_up = resolver(server)
        async with asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(look_up("site.example"))

    assert len(server.questions) == 2


async def test_the_cache_is_bounded() -> None:
    async with name_server(host_records) as server:
        look_up = resolver(server, cache_size=3)
        for number in range(10):
            await look_up(f"h{number}.example")

        assert len(look_up._cache) == 3


async def test_200_hanging_look_ups_do_not_delay_another() -> None:
    def zone(name: str, kind: str) -> Reply:
        return Reply(silent=True) if name.startswith("slow") else host_records(name, kind)

    async with name_server(zone) as server:
        look_up = resolver(server, timeout_seconds=30.0)
        async with asyncio.TaskGroup() as group:
            hanging = [group.create_task(look_up(f"slow{n}.example")) for n in range(200)]
            # The kernel may drop some of 400 datagrams; the look-ups hang all the same.
            while len({name for name, _ in server.questions}) < 50:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

            async with asyncio.timeout(5):
                assert await look_up("quick.example")
            still_hanging = sum(not task.done() for task in hanging)
            for task in hanging:
                task.cancel()

    assert still_hanging == 200


@pytest.mark.parametrize(
    "texts",
    [("8.8.8.8", "10.0.0.1"), ("127.0.0.1", "8.8.8.8"), ("8.8.8.8", "9.9.9.9", "169.254.169.254")],
)
async def test_a_host_is_refused_if_any_answer_is_denied(texts: tuple[str, ...]) -> None:
    """S0-FR5b, S0-FR5c."""

    def zone(name: str, kind: str) -> Reply:
        if kind == "AAAA":
            return Reply()
        return Reply(records=tuple((name, "A", text) for text in texts))

    async with (
        name_server(zone) as server,
        SafeFetcher(Policy(), resolver=resolver(server)) as fetcher,
    ):
        with pytest.raises(Refused) as caught:
            await fetcher.fetch("http://mixed.example/")

    assert caught.value.reason in {"private", "loopback", "cloud_metadata"}
    assert caught.value.origin == "http://mixed.example"


async def test_a_denied_ipv6_answer_refuses_a_host_with_a_public_ipv4_one() -> None:
    def zone(name: str, kind: str) -> Reply:
        return Reply(records=((name, kind, {"A": "8.8.8.8", "AAAA": "fd00:ec2::254"}[kind]),))

    async with (
        name_server(zone) as server,
        SafeFetcher(Policy(), resolver=resolver(server)) as fetcher,
    ):
        with pytest.raises(Refused) as caught:
            await fetcher.fetch("http://mixed.example/")

    assert caught.value.reason == "cloud_metadata"


@pytest.mark.parametrize("name", ["localhost", "x.localhost", "LOCALHOST", "localhost."])
async def test_localhost_is_loopback_without_any_look_up(name: str) -> None:
    async with (
        name_server(host_records) as server,
        SafeFetcher(Policy(), resolver=resolver(server)) as fetcher,
    ):
        with pytest.raises(Refused) as caught:
            await fetcher.fetch(f"http://{name}/")

    assert caught.value.reason == "loopback"
    assert server.questions == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], "no_address"),
        (["not an address"], "bad_answer"),
        (["fe80::1%eth0"], "zone_id"),
        (["8.8.8.8"] * 65, "too_many_addresses"),
    ],
)
async def test_odd_answers_of_an_injected_look_up_are_refused(
    answer: list[str], reason: str
) -> None:
    async def look_up(_host: str) -> list[str]:
        return answer

    async with SafeFetcher(Policy(), resolver=look_up) as fetcher:
        with pytest.raises((DnsFailed, Refused)) as caught:
            await fetcher.fetch("http://odd.example/")

    assert caught.value.reason == reason
