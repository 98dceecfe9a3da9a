import asyncio
import ssl
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from haulier.safefetch import (
    ConnectFailed,
    Limits,
    Policy,
    Refused,
    SafeFetcher,
    TimedOut,
    TlsFailed,
)
from haulier.testing.hostile_server import reply, routes, serve
from safefetch.certificates import (
    DAY,
    intermediate,
    issue,
    root,
    server_context,
    trust_file,
)

Build = Callable[..., Policy]
PAGE = routes({"/": reply(b"secret page")})


async def at_home(_host: str) -> list[str]:
    return ["127.0.0.1"]


async def test_a_valid_chain_is_fetched_over(open_policy: Build, tmp_path: Path) -> None:
    tls = server_context(tmp_path, issue("shop.example", intermediate()), intermediate())
    trust = trust_file(tmp_path, root())
    async with (
        serve(PAGE, tls=tls) as site,
        SafeFetcher(open_policy(site.port), resolver=at_home, trust=trust) as fetcher,
    ):
        response = await fetcher.fetch(site.url(host="shop.example"))

    assert response.body == b"secret page"
    assert response.peer == "127.0.0.1"
    assert site.requests[0].values("host") == [f"shop.example:{site.port}"]


async def test_the_server_name_is_that_of_the_url(open_policy: Build, tmp_path: Path) -> None:
    seen: list[str | None] = []
    tls = server_context(tmp_path, issue("shop.example", root()))
    tls.sni_callback = lambda _socket, name, _context: seen.append(name)
    async with (
        serve(PAGE, tls=tls) as site,
        SafeFetcher(
            open_policy(site.port), resolver=at_home, trust=trust_file(tmp_path, root())
        ) as fetcher,
    ):
        await fetcher.fetch(site.url(host="shop.example"))

    assert seen == ["shop.example"]


async def test_an_address_literal_needs_a_certificate_for_the_address(
    open_policy: Build, tmp_path: Path
) -> None:
    tls = server_context(tmp_path, issue("127.0.0.1", root()))
    async with serve(PAGE, tls=tls) as site:
        trust = trust_file(tmp_path, root())
        async with SafeFetcher(open_policy(site.port), trust=trust) as fetcher:
            assert (await fetcher.fetch(site.url())).status == 200


def bad_leaf(kind: str) -> tuple[object, ...]:
    match kind:
        case "expired":
            return (issue("shop.example", root(), begins=-3 * DAY, ends=-DAY),)
        case "not_yet_valid":
            return (issue("shop.example", root(), begins=DAY, ends=2 * DAY),)
        case "wrong_host":
            return (issue("other.example", root()),)
        case "self_signed":
            return (issue("shop.example", None),)
        case _:
            stranger = issue("a root that nobody knows", None, authority=True)
            return (issue("shop.example", stranger),)


KINDS = ["expired", "not_yet_valid", "wrong_host", "self_signed", "unknown_issuer"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_bad_certificate_ends_the_fetch_before_a_request_is_sent(
    open_policy: Build, tmp_path: Path, kind: str
) -> None:
    tls = server_context(tmp_path, *bad_leaf(kind))  # pyright: ignore[reportArgumentType]
    trust = trust_file(tmp_path, root())
    async with (
        serve(PAGE, tls=tls) as site,
        SafeFetcher(open_policy(site.port), resolver=at_home, trust=trust) as fetcher,
    ):
        with pytest.raises(TlsFailed) as caught:
            await fetcher.fetch(site.url(host="shop.example"))

    assert (caught.value.reason, caught.value.retryable) == (kind, False)
    assert site.requests == []


@pytest.mark.parametrize("kind", KINDS)
async def test_an_inspection_names_what_is_wrong_and_sends_no_request(
    open_policy: Build, tmp_path: Path, kind: str
) -> None:
    chain = bad_leaf(kind)
    tls = server_context(tmp_path, *chain)  # pyright: ignore[reportArgumentType]
    trust = trust_file(tmp_path, root())
    async with (
        serve(PAGE, tls=tls) as site,
        SafeFetcher(open_policy(site.port), resolver=at_home, trust=trust) as fetcher,
    ):
        seen = await fetcher.inspect_tls(site.url(host="shop.example"))

    assert (seen.trusted, seen.error) == (False, kind)
    assert seen.chain == (chain[0].der(),)  # pyright: ignore[reportAttributeAccessIssue]
    assert seen.trusts_without_intermediates is None
    assert site.requests == []


async def test_an_inspection_of_a_good_server_shows_the_chain_as_served(
    open_policy: Build, tmp_path: Path
) -> None:
    leaf = issue("shop.example", intermediate())
    tls = server_context(tmp_path, leaf, intermediate(), protocols=("h2", "http/1.1"))
    async with (
        serve(PAGE, tls=tls) as site,
        SafeFetcher(
            open_policy(site.port), resolver=at_home, trust=trust_file(tmp_path, root())
        ) as fetcher,
    ):
        seen = await fetcher.inspect_tls(site.url(host="shop.example"))

    assert (seen.trusted, seen.error) == (True, None)
    assert (seen.protocol, seen.alpn) == ("TLSv1.3", "h2")
    assert seen.chain == (leaf.der(), intermediate().der())
    assert seen.trusts_without_intermediates is False
    assert seen.legacy is False


async def test_an_inspection_tells_when_trust_rests_on_a_known_intermediate(
    open_policy: Build, tmp_path: Path
) -> None:
    tls = server_context(tmp_path, issue("shop.example", intermediate()))
    trust = trust_file(tmp_path, root(), intermediate())
    async with (
        serve(PAGE, tls=tls) as site,
        SafeFetcher(open_policy(site.port), resolver=at_home, trust=trust) as fetcher,
    ):
        seen = await fetcher.inspect_tls(site.url(host="shop.example"))

    assert (seen.trusted, seen.trusts_without_intermediates) == (True, True)


async def test_an_inspection_tells_of_a_server_that_still_speaks_tls_1_1(
    open_policy: Build, tmp_path: Path
) -> None:
    tls = server_context(tmp_path, issue("shop.example", root()))
    tls.set_ciphers("DEFAULT@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        tls.minimum_version = ssl.TLSVersion.TLSv1
    async with (
        serve(PAGE, tls=tls) as site,
        SafeFetcher(
            open_policy(site.port), resolver=at_home, trust=trust_file(tmp_path, root())
        ) as fetcher,
    ):
        seen = await fetcher.inspect_tls(site.url(host="shop.example"))

    assert seen.legacy is True
    assert seen.trusted


async def test_a_server_that_speaks_only_tls_1_1_is_inspected_but_not_fetched(
    open_policy: Build, tmp_path: Path
) -> None:
    tls = server_context(tmp_path, issue("shop.example", root()))
    tls.set_ciphers("DEFAULT@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        tls.minimum_version = ssl.TLSVersion.TLSv1
        tls.maximum_version = ssl.TLSVersion.TLSv1_1
    async with (
        serve(PAGE, tls=tls) as site,
        SafeFetcher(
            open_policy(site.port), resolver=at_home, trust=trust_file(tmp_path, root())
        ) as fetcher,
    ):
        seen = await fetcher.inspect_tls(site.url(host="shop.example"))
        with pytest.raises((TlsFailed, ConnectFailed)):
            await fetcher.fetch(site.url(host="shop.example"))

    assert (seen.protocol, seen.trusted, seen.legacy) == ("TLSv1.1", False, True)
    assert site.requests == []


async def test_plain_http_where_tls_is_expected_fails_the_handshake(open_policy: Build) -> None:
    async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nnot tls at all")
        writer.close()

    server = await asyncio.start_server(garbage, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, SafeFetcher(open_policy(port)) as fetcher:
        with pytest.raises(TlsFailed) as caught:
            await fetcher.fetch(f"https://127.0.0.1:{port}/")

    assert caught.value.reason == "handshake"


async def test_a_redirect_from_https_to_http_is_refused_unless_the_policy_says_so(
    open_policy: Build, tmp_path: Path
) -> None:
    """S0-FR5d."""
    tls = server_context(tmp_path, issue("127.0.0.1", root()))
    trust = trust_file(tmp_path, root())
    async with serve(routes({"/": reply(b"plain")})) as plain:
        from haulier.testing.hostile_server import redirect

        async with serve(routes({"/": redirect(plain.url())}), tls=tls) as secure:
            ports = (plain.port, secure.port)
            async with SafeFetcher(open_policy(*ports), trust=trust) as fetcher:
                with pytest.raises(Exception, match="https_downgrade"):
                    await fetcher.fetch(secure.url())
            assert plain.connections == 0
            lax = open_policy(*ports, allow_https_downgrade=True)
            async with SafeFetcher(lax, trust=trust) as fetcher:
                assert (await fetcher.fetch(secure.url())).body == b"plain"


async def test_a_handshake_that_hangs_is_left(open_policy: Build) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    limits = Limits(connect_seconds=0.2)
    async with server, SafeFetcher(open_policy(port), limits=limits) as fetcher:
        with pytest.raises(TimedOut) as caught:
            await fetcher.fetch(f"https://127.0.0.1:{port}/")
        await asyncio.sleep(0)

    assert caught.value.reason == "connect"


async def test_an_inspection_judges_the_host_like_a_fetch() -> None:
    async with SafeFetcher(Policy(), resolver=at_home) as fetcher:
        for url in ("https://shop.example/", "https://10.0.0.1/", "http://shop.example/"):
            with pytest.raises(Refused):
                await fetcher.inspect_tls(url)
