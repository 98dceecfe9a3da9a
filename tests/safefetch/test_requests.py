import socket
from collections.abc import Callable

import pytest

from haulier.safefetch import Limits, Policy, Refused, SafeFetcher, TimedOut
from haulier.testing.hostile_server import reply, routes, serve
from safefetch.socket_witness import connects

Build = Callable[..., Policy]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({name: "x"}, reason)
        for reason, names in {
            "framing_header": "Host Connection Keep-Alive TE Trailer Transfer-Encoding Upgrade "
            "Content-Length Expect Accept-Encoding HTTP2-Settings",
            "proxy_header": "Proxy-Authorization Proxy-Connection proxy-x",
            "metadata_header": "Metadata Metadata-Flavor X-aws-ec2-metadata-token "
            "X-aws-ec2-metadata-token-ttl-seconds X-Google-Metadata-Request Metadata-Token",
            "header_name": ":authority Bad:Name caf\u00e9 Na\0me",
        }.items()
        for name in names.split()
    ]
    + [
        ({"X": value}, "header_value")
        for value in ("a\r\nHost: b", "a\nb", "a\rb", "a\0b", "\x7f", " a", "a ", "caf\u00e9", "\t")
    ]
    + [
        ({"": "x"}, "header_name"),
        ({"a b": "x"}, "header_name"),
        ({"Host ": "x"}, "header_name"),
        ({"X\r\nHost": "x"}, "header_name"),
        ([("X", "y")] * 101, "too_many_headers"),
        ({"X": "y" * 40_000}, "too_many_headers"),
    ],
)
async def test_headers_that_no_caller_may_send_are_refused(
    headers: dict[str, str], reason: str
) -> None:
    async with SafeFetcher(Policy()) as fetcher:
        with connects() as seen, pytest.raises(Refused) as caught:
            await fetcher.fetch("http://8.8.8.8/", headers=headers)

    assert caught.value.reason == reason
    assert seen == []


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "get", "", "GET /x HTTP/1.1\r\nX:", "A B"])
async def test_only_the_usual_methods_are_sent(method: str) -> None:
    async with SafeFetcher(Policy()) as fetcher:
        with pytest.raises(Refused) as caught:
            await fetcher.fetch("http://8.8.8.8/", method=method)

    assert caught.value.reason == "method"


async def test_headers_and_body_arrive_as_given(open_policy: Build) -> None:
    async with (
        serve(routes({"/": reply(b"x")})) as site,
        SafeFetcher(open_policy(site.port), user_agent="shop/2") as fetcher,
    ):
        await fetcher.fetch(
            site.url(), method="POST", body=b"\0data", headers=[("X-A", "1"), ("X-A", "2")]
        )

    request = site.requests[0]
    assert request.body == b"\0data"
    assert request.values("x-a") == ["1", "2"]
    assert request.values("host") == [f"127.0.0.1:{site.port}"]
    assert request.values("user-agent") == ["shop/2"]


async def test_a_server_that_does_not_read_is_left(open_policy: Build) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        limits = Limits(idle_seconds=0.2)
        async with SafeFetcher(open_policy(port), limits=limits) as fetcher:
            with pytest.raises(TimedOut) as caught:
                await fetcher.fetch(
                    f"http://127.0.0.1:{port}/", method="POST", body=bytes(20_000_000)
                )

    assert caught.value.reason == "idle"


@pytest.mark.parametrize("user_agent", ["a\r\nHost: b", "caf\u00e9", " a"])
def test_a_user_agent_that_is_no_header_value_is_refused_at_once(user_agent: str) -> None:
    with pytest.raises(Refused, match="header_value"):
        SafeFetcher(Policy(), user_agent=user_agent)
