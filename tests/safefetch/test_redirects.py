from collections.abc import Callable

import pytest

from haulier.safefetch import (
    FetchError,
    Policy,
    ProtocolBroken,
    Refused,
    SafeFetcher,
    TooManyRedirects,
)
from haulier.testing.hostile_server import redirect, reply, routes, serve

Build = Callable[..., Policy]


async def test_a_chain_is_followed_and_every_hop_is_told(open_policy: Build) -> None:
    """S0-FR5d."""
    table = {"/": redirect("/b"), "/b": redirect("c?x=1", 301), "/c?x=1": reply(b"end")}
    async with serve(routes(table)) as site, SafeFetcher(open_policy(site.port)) as fetcher:
        response = await fetcher.fetch(site.url("/"))

    assert response.body == b"end"
    assert response.url == site.url("/c?x=1")
    assert [(hop.status, hop.url) for hop in response.hops] == [
        (302, site.url("/")),
        (301, site.url("/b")),
        (200, site.url("/c?x=1")),
    ]
    assert all(hop.peer == "127.0.0.1" and hop.http_version == "1.1" for hop in response.hops)
    assert all(0 < hop.first_byte_ms <= hop.total_ms <= response.total_ms for hop in response.hops)
    assert site.connections == 1


async def test_a_redirect_is_returned_as_it_is_when_not_followed(open_policy: Build) -> None:
    async with (
        serve(routes({"/": redirect("http://127.0.0.1:1/")})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        response = await fetcher.fetch(site.url(), follow_redirects=False)

    assert response.status == 302
    assert response.header("location") == "http://127.0.0.1:1/"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://10.0.0.1/", "private"),
        ("http://169.254.169.254/latest/meta-data/", "cloud_metadata"),
        ("//192.168.0.1/", "private"),
        ("http://[::ffff:10.0.0.1]/", "private"),
        ("http://[64:ff9b::10.0.0.1]/", "private"),
        ("http://0x7f.1/", "numeric_host"),
        ("http://2130706433/", "numeric_host"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://127.0.0.1:6379/_INFO", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/plain,x", "scheme"),
        ("http://user:pw@example.com/", "userinfo"),
        ("http:127.0.0.1/", "no_authority"),
        ("///10.0.0.1/", "empty_host"),
        ("/\\10.0.0.1/", "location_characters"),
        ("\\\\10.0.0.1\\", "location_characters"),
        ("/a b", "location_characters"),
        ("http://metadata.google.internal/", "metadata_name"),
        ("http://intranet-host/", "single_label"),
        ("http://example.com:22/", "port"),
        ("http://127.0.0.1:22/", "port"),
    ],
)
async def test_every_hop_is_checked_from_the_start(
    open_policy: Build, location: str, reason: str
) -> None:
    """S0-FR5d."""
    async with (
        serve(routes({"/": redirect(location)})) as site,
        SafeFetcher(open_policy(site.port, 80)) as fetcher,
    ):
        with pytest.raises(Refused) as caught:
            await fetcher.fetch(site.url())

    error = caught.value
    assert error.reason == reason
    assert error.hop == 1
    assert [hop.status for hop in error.hops] == [302]


async def test_ten_redirects_are_followed_and_an_eleventh_is_not(open_policy: Build) -> None:
    """S0-FR5d."""
    table = {f"/{n}": redirect(f"/{n - 1}") for n in range(1, 12)} | {"/0": reply(b"end")}
    async with serve(routes(table)) as site, SafeFetcher(open_policy(site.port)) as fetcher:
        assert (await fetcher.fetch(site.url("/10"))).body == b"end"
        with pytest.raises(TooManyRedirects) as caught:
            await fetcher.fetch(site.url("/11"))

    assert len(caught.value.hops) == 11


async def test_a_circle_ends(open_policy: Build) -> None:
    table = {"/": redirect("/b"), "/b": redirect("/")}
    async with (
        serve(routes(table)) as site,
        SafeFetcher(open_policy(site.port, max_redirects=5)) as fetcher,
    ):
        with pytest.raises(TooManyRedirects):
            await fetcher.fetch(site.url())

    assert len(site.requests) == 6


async def test_a_policy_can_forbid_redirects(open_policy: Build) -> None:
    async with (
        serve(routes({"/": redirect("/b")})) as site,
        SafeFetcher(open_policy(site.port, max_redirects=0)) as fetcher,
    ):
        with pytest.raises(TooManyRedirects):
            await fetcher.fetch(site.url())

    assert len(site.requests) == 1


CALLERS = {"Authorization": "Bearer " + "a" * 8, "Cookie": "s=1", "X-Own": "1", "User-Agent": "me"}


async def test_what_the_caller_gave_stays_within_the_origin(open_policy: Build) -> None:
    table = {"/": redirect("/b"), "/b": reply(b"")}
    async with serve(routes(table)) as site, SafeFetcher(open_policy(site.port)) as fetcher:
        await fetcher.fetch(site.url(), headers=CALLERS)

    assert site.requests[1].values("authorization") == [CALLERS["Authorization"]]
    assert site.requests[1].values("user-agent") == ["me"]


async def test_what_the_caller_gave_is_dropped_across_origins_and_does_not_come_back(
    open_policy: Build,
) -> None:
    """S0-FR5d."""
    away_table: dict[str, bytes] = {}
    home_table = {"/back": reply(b"end")}
    async with serve(routes(away_table)) as away, serve(routes(home_table)) as home:
        home_table["/"] = redirect(away.url())
        away_table["/"] = redirect(home.url("/back"))
        async with SafeFetcher(open_policy(home.port, away.port)) as fetcher:
            response = await fetcher.fetch(home.url(), headers=CALLERS)

    assert response.body == b"end"
    for request in (away.requests[0], home.requests[1]):
        for name in ("authorization", "cookie", "x-own"):
            assert request.values(name) == []
        assert request.values("user-agent") == ["haulier-safefetch/1"]


@pytest.mark.parametrize(
    ("status", "method", "becomes", "keeps_body"),
    [
        (301, "POST", "GET", False),
        (302, "POST", "GET", False),
        (303, "POST", "GET", False),
        (303, "PUT", "GET", False),
        (301, "PUT", "PUT", True),
        (302, "DELETE", "DELETE", True),
        (307, "POST", "POST", True),
        (308, "PUT", "PUT", True),
        (303, "HEAD", "HEAD", None),
        (302, "HEAD", "HEAD", None),
    ],
)
async def test_methods_change_as_rfc_9110_has_it(
    open_policy: Build, status: int, method: str, becomes: str, keeps_body: bool | None
) -> None:
    table = {"/": redirect("/b", status), "/b": reply(b"")}
    async with serve(routes(table)) as site, SafeFetcher(open_policy(site.port)) as fetcher:
        await fetcher.fetch(
            site.url(),
            method=method,
            body=b"data" if keeps_body is not None else None,
            headers={"Content-Type": "text/plain"},
        )

    second = site.requests[1]
    assert second.method == becomes
    assert second.body == (b"data" if keeps_body else b"")
    assert bool(second.values("content-type")) == (keeps_body is not False)


@pytest.mark.parametrize("status", [307, 308])
async def test_a_body_is_never_sent_on_to_another_origin(open_policy: Build, status: int) -> None:
    async with (
        serve(routes({})) as away,
        serve(routes({"/": redirect(away.url(), status)})) as home,
        SafeFetcher(open_policy(home.port, away.port)) as fetcher,
    ):
        with pytest.raises(Refused) as caught:
            await fetcher.fetch(home.url(), method="POST", body=b"data")

    assert caught.value.reason == "body_across_origins"
    assert away.connections == 0


@pytest.mark.parametrize(
    ("raw_headers", "reason"),
    [
        (b"Location: /a\r\nLocation: /b\r\n", "ambiguous_location"),
        (b"Location: /\xff\xfe\r\n", "location"),
    ],
)
async def test_a_location_that_cannot_be_read_is_refused(
    open_policy: Build, raw_headers: bytes, reason: str
) -> None:
    answer = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n" + raw_headers + b"\r\n"
    async with (
        serve(routes({"/": answer})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        with pytest.raises(ProtocolBroken) as caught:
            await fetcher.fetch(site.url())

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "body", [b"Content-Length: 10\r\n\r\nx", b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"]
)
async def test_the_body_of_a_redirect_can_neither_hold_up_nor_break_the_chain(
    open_policy: Build, body: bytes
) -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: /end\r\n" + body
    async with (
        serve(routes({"/": answer, "/end": reply(b"end")})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        assert (await fetcher.fetch(site.url())).body == b"end"

    assert site.connections == 2


@pytest.mark.parametrize("status", [300, 304, 305, 306, 399])
async def test_other_3xx_statuses_are_final(open_policy: Build, status: int) -> None:
    async with (
        serve(routes({"/": redirect("http://10.0.0.1/", status)})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        assert (await fetcher.fetch(site.url())).status == status


async def test_a_redirect_without_location_is_final(open_policy: Build) -> None:
    async with (
        serve(routes({"/": reply(b"moved", status="302 Found")})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        assert (await fetcher.fetch(site.url())).body == b"moved"


async def test_refresh_link_and_alt_svc_lead_nowhere(open_policy: Build) -> None:
    headers = (
        ("Refresh", "0; url=http://10.0.0.1/"),
        ("Link", "<http://10.0.0.1/>; rel=preload"),
        ("Alt-Svc", 'h2="10.0.0.1:443"'),
        ("Content-Location", "http://10.0.0.1/"),
    )
    body = b'<meta http-equiv="refresh" content="0; url=http://10.0.0.1/">'
    async with (
        serve(routes({"/": reply(body, headers=headers)})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        assert (await fetcher.fetch(site.url())).body == body

    assert len(site.requests) == 1


async def test_errors_never_show_a_path_or_a_query(open_policy: Build) -> None:
    table = {"/secret?token=secret": redirect("http://10.0.0.1/secret?secret")}
    async with serve(routes(table)) as site, SafeFetcher(open_policy(site.port, 80)) as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(site.url("/secret?token=secret#secret"))

    assert "secret" not in str(caught.value)
    assert caught.value.origin == "http://10.0.0.1"
    assert caught.value.hops[0].url.endswith("/secret?token=secret")
