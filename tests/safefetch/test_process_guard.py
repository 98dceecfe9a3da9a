import asyncio
import contextvars
import http.client
import os
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

import pytest

from haulier.safefetch import (
    ContextThreadPool,
    EgressDenied,
    Policy,
    Resolver,
    SafeFetcher,
    guarded,
    process_guard,
    unguarded,
)
from haulier.testing.hostile_dns import Reply, name_server
from haulier.testing.hostile_server import raw, reply, serve

PUBLIC = "93.184.215.14"


@pytest.fixture
def denials() -> list[str]:
    """What the guards of a test were told of, as `operation reason`."""
    return []


@pytest.fixture
def note(denials: list[str]) -> Callable[[EgressDenied], None]:
    return lambda denial: denials.append(f"{denial.operation} {denial.reason}")


@pytest.fixture(autouse=True)
def watched(note: Callable[[EgressDenied], None]) -> Generator[None]:
    with process_guard(note):
        yield


@pytest.fixture
def held(watched: None, note: Callable[[EgressDenied], None]) -> Generator[None]:
    with guarded(Policy(), note):
        yield


@pytest.fixture
def listener() -> Generator[socket.socket]:
    """Somebody who must never be reached; a test that connects is seen in its backlog."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener
        with pytest.raises(BlockingIOError):
            listener.accept()


def _get_address_info(host: str | bytes) -> None:
    socket.getaddrinfo(host, 80)


def _get_name_info(host: str) -> None:
    socket.getnameinfo((host, 80), 0)


def _connect(address: object, family: int = socket.AF_INET) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as asking:
        asking.connect(address)  # pyright: ignore[reportArgumentType]


def test_urllib_cannot_reach_loopback(
    held: None, listener: socket.socket, denials: list[str]
) -> None:
    """S0-BR4."""
    with pytest.raises(urllib.error.URLError) as caught:
        urllib.request.urlopen(f"http://127.0.0.1:{listener.getsockname()[1]}/")

    assert isinstance(caught.value.reason, EgressDenied)
    assert denials == ["look_up loopback"]


def test_http_client_cannot_reach_a_cloud_s_metadata(held: None, denials: list[str]) -> None:
    """S0-BR4."""
    with pytest.raises(EgressDenied, match=r"egress denied: look_up \(cloud_metadata\)"):
        http.client.HTTPConnection("169.254.169.254", timeout=1).request("GET", "/")

    assert denials == ["look_up cloud_metadata"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (("127.0.0.1", 80), "loopback"),
        (("10.0.0.1", 443), "private"),
        (("100.64.0.1", 443), "shared_address_space"),
        (("0.0.0.0", 80), "unspecified"),
        (("255.255.255.255", 80), "broadcast"),
        ((b"127.0.0.1", 80), "loopback"),
        ((bytearray(b"127.0.0.1"), 80), "loopback"),
        (("127.1", 80), "unresolved"),
        (("2130706433", 80), "unresolved"),
        (("localhost", 80), "unresolved"),
        (("", 80), "unresolved"),
        (("<broadcast>", 80), "unresolved"),
        ((PUBLIC, 22), "port"),
        ((PUBLIC, 0), "port"),
    ],
)
def test_a_plain_socket_reaches_only_what_the_policy_allows(
    held: None, denials: list[str], address: object, reason: str
) -> None:
    """S0-BR4, S0-FR5c."""
    with pytest.raises(EgressDenied) as caught:
        _connect(address)

    assert caught.value.reason == reason
    assert denials == [f"connect {reason}"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("fd00::1", "unique_local"),
        ("fe80::1", "link_local"),
        ("64:ff9b::a9fe:a9fe", "cloud_metadata"),
        ("::", "unspecified"),
    ],
)
def test_ipv6_is_held_as_well(held: None, denials: list[str], address: str, reason: str) -> None:
    """S0-FR5c."""
    with pytest.raises(EgressDenied) as caught:
        _connect((address, 80, 0, 0), socket.AF_INET6)

    assert caught.value.reason == reason


def test_connect_ex_raises_too(held: None) -> None:
    with socket.socket() as asking, pytest.raises(EgressDenied):
        asking.connect_ex(("127.0.0.1", 80))


def test_a_unix_socket_is_denied(held: None, tmp_path: Path, denials: list[str]) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()

        with pytest.raises(EgressDenied):
            _connect(path, socket.AF_UNIX)

    assert denials == ["connect unix_socket"]


@pytest.mark.skipif(not hasattr(socket, "AF_VSOCK"), reason="Linux has it")
def test_a_socket_to_the_hypervisor_is_denied(held: None, denials: list[str]) -> None:
    try:
        asking = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    except OSError:
        pytest.skip("the kernel has no vsock")
    with asking, pytest.raises(EgressDenied):
        asking.connect((2, 1024))

    assert denials == ["connect socket_family"]


def test_datagrams_are_held(held: None, denials: list[str]) -> None:
    """S0-BR4."""
    with socket.socket(type=socket.SOCK_DGRAM) as asking:
        with pytest.raises(EgressDenied):
            asking.sendto(b"x", ("127.0.0.1", 80))
        with pytest.raises(EgressDenied):
            asking.sendto(b"x", 0, ("169.254.169.254", 80))
        with pytest.raises(EgressDenied):
            asking.sendmsg([b"x"], [], 0, (PUBLIC, 53))

    assert denials == ["send loopback", "send cloud_metadata", "send port"]


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("127.0.0.1", "loopback"),
        ("fe80::1%lo", "zone_id"),
        ("localhost", "loopback"),
        ("shop.localhost", "loopback"),
        ("metadata.google.internal", "metadata_name"),
        ("database", "single_label"),
        ("printer.local", "multicast_dns_name"),
        ("127.1", "numeric_host"),
        ("0x7f000001", "numeric_host"),
        (b"10.0.0.1", "private"),
    ],
)
@pytest.mark.parametrize(
    "look_up",
    [
        _get_address_info,
        socket.gethostbyname,
        socket.gethostbyname_ex,
        socket.gethostbyaddr,
        _get_name_info,
    ],
    ids=["getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"],
)
def test_names_that_are_not_public_are_not_looked_up(
    held: None,
    denials: list[str],
    look_up: Callable[[str | bytes], object],
    host: str | bytes,
    reason: str,
) -> None:
    """S0-FR5b."""
    with pytest.raises((EgressDenied, TypeError)):
        look_up(host)

    # Some of them take text alone.
    assert denials == [f"look_up {reason}"] or isinstance(host, bytes)


def test_a_listener_s_own_wildcard_is_no_look_up(held: None) -> None:
    socket.getaddrinfo(None, 80, flags=socket.AI_PASSIVE)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert listener.getsockname()[1]


def test_what_the_operator_opened_can_be_reached(note: Callable[[EgressDenied], None]) -> None:
    """S0-NFR3a."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        policy = Policy(allow=(ip_network("127.0.0.1/32"),), ports=frozenset({port}))
        with guarded(policy, note):
            _connect(("127.0.0.1", port))

        listener.accept()[0].close()


async def test_asyncio_streams_are_held(
    held: None, listener: socket.socket, denials: list[str]
) -> None:
    """S0-BR4."""
    with pytest.raises(EgressDenied):
        await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])

    assert denials == ["connect loopback"]


async def test_asyncio_s_own_look_ups_are_held_in_a_pool_that_carries_the_context(
    held: None, denials: list[str]
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ContextThreadPool())

    with pytest.raises(EgressDenied):
        await asyncio.open_connection("metadata.google.internal", 80)

    assert denials == ["look_up metadata_name"]


async def test_tasks_and_their_threads_inherit_the_policy(held: None, denials: list[str]) -> None:
    async def in_task() -> None:
        with pytest.raises(EgressDenied):
            await asyncio.to_thread(_connect, ("127.0.0.1", 80))

    async with asyncio.TaskGroup() as group:
        group.create_task(in_task())

    assert denials == ["connect loopback"]


async def test_a_task_that_outlives_its_block_stays_held(
    note: Callable[[EgressDenied], None], denials: list[str]
) -> None:
    leave = asyncio.Event()

    async def lingering() -> None:
        await leave.wait()
        with pytest.raises(EgressDenied):
            _connect(("127.0.0.1", 80))

    async with asyncio.TaskGroup() as group:
        with guarded(Policy(), note):
            group.create_task(lingering())
            await asyncio.sleep(0)
        leave.set()

    assert denials == ["connect loopback"]


def _in_thread(work: Callable[[], None]) -> None:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - carried to the test
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def test_a_plain_thread_is_held_to_the_public_web(
    note: Callable[[EgressDenied], None], denials: list[str]
) -> None:
    """S0-BR4: also where the block that started it opens more."""
    with guarded(Policy(allow=(ip_network("127.0.0.0/8"),)), note):
        with pytest.raises(EgressDenied):
            _in_thread(lambda: _connect(("127.0.0.1", 80)))
        with pytest.raises(EgressDenied), ThreadPoolExecutor(1) as pool:
            pool.submit(_connect, ("127.0.0.1", 80)).result()

    assert denials == ["connect loopback", "connect loopback"]


def test_a_plain_thread_cannot_reach_what_an_open_block_denies(
    note: Callable[[EgressDenied], None], denials: list[str]
) -> None:
    with (
        guarded(Policy(deny=(ip_network(f"{PUBLIC}/32"),)), note),
        pytest.raises(EgressDenied),
    ):
        _in_thread(lambda: _connect((PUBLIC, 80)))

    assert denials == ["connect denied_by_policy"]


def test_a_thread_that_was_given_the_context_is_as_free_as_whoever_gave_it(
    denials: list[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        context = contextvars.copy_context()
        _in_thread(lambda: context.run(_connect, listener.getsockname()))

    assert not denials


def test_outside_of_guarded_code_nothing_is_held(denials: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _connect(listener.getsockname())

    assert not denials


def test_a_fetcher_under_guard_still_dials_what_its_own_policy_allows(
    open_policy: Callable[..., Policy], denials: list[str], note: Callable[[EgressDenied], None]
) -> None:
    async def fetch() -> int:
        async with (
            serve(raw(reply(b"page"))) as site,
            name_server(lambda name, kind: Reply(records=_records(name, kind))) as dns,
        ):
            resolver = Resolver(nameservers=["127.0.0.1"], port=dns.port)
            with guarded(Policy(), note):
                async with SafeFetcher(open_policy(site.port), resolver=resolver) as fetcher:
                    return (await fetcher.fetch(site.url(host="shop.example"))).status

    assert asyncio.run(fetch()) == 200
    assert not denials


def _records(name: str, kind: str) -> tuple[tuple[str, str, str], ...]:
    return ((name, "A", "127.0.0.1"),) if kind == "A" else ()


def test_a_look_up_that_a_caller_gave_to_a_fetcher_is_held(held: None, denials: list[str]) -> None:
    async def look_up(_host: str) -> list[str]:
        _connect(("10.0.0.1", 80))
        return [PUBLIC]

    async def fetch() -> None:
        async with SafeFetcher(Policy(), resolver=look_up) as fetcher:
            await fetcher.fetch("http://shop.example/")

    with pytest.raises(Exception, match="server_failure"):
        asyncio.run(fetch())

    assert denials == ["connect private"]


def test_a_host_can_free_its_own_traffic_for_a_moment(held: None, denials: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with unguarded():
            _connect(listener.getsockname())
        with pytest.raises(EgressDenied):
            _connect(listener.getsockname())

    assert denials == ["connect loopback"]


def test_what_is_told_of_a_denial_stops_the_attempt_even_when_it_fails() -> None:
    def fail(_denial: EgressDenied) -> None:
        raise ZeroDivisionError

    with guarded(Policy(), fail), pytest.raises(ZeroDivisionError):
        _connect(("127.0.0.1", 80))


def test_a_forked_child_is_held(held: None) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _connect(("127.0.0.1", 80))
        except EgressDenied:
            os.write(writing, b"denied")
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)

    with os.fdopen(reading, "rb") as told:
        assert told.read() == b"denied"
