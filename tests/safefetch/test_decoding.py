import asyncio
import gzip
import os
import sys
import zlib
from collections.abc import Callable

import pytest

from haulier.safefetch import Limits, Policy, ProtocolBroken, SafeFetcher
from haulier.testing.hostile_server import reply, routes, serve

Build = Callable[..., Policy]
MIB = 1024 * 1024


def coded(body: bytes, coding: str) -> bytes:
    return reply(body, headers=(("Content-Encoding", coding),))


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (coded(gzip.compress(b"hello"), "gzip"), b"hello"),
        (coded(gzip.compress(b"hello"), "x-gzip"), b"hello"),
        (coded(gzip.compress(b"hello"), "GZip"), b"hello"),
        (coded(gzip.compress(b"a") + gzip.compress(b"b"), "gzip"), b"ab"),
        (coded(gzip.compress(b"a") + b"\0" * 20, "gzip"), b"a"),
        (coded(zlib.compress(b"hello"), "deflate"), b"hello"),
        (coded(raw_deflate(b"hello"), "deflate"), b"hello"),
        (coded(b"hello", "identity"), b"hello"),
        (coded(b"", "gzip"), b""),
        (coded(gzip.compress(b"x" * 300_000), "gzip"), b"x" * 300_000),
    ],
)
async def test_one_coding_is_undone(open_policy: Build, answer: bytes, body: bytes) -> None:
    async with (
        serve(routes({"/": answer})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        response = await fetcher.fetch(site.url())

    assert response.body == body
    assert site.requests[0].values("accept-encoding") == ["gzip, deflate"]


@pytest.mark.parametrize(
    "answer",
    [
        coded(gzip.compress(gzip.compress(b"x")), "gzip, gzip"),
        reply(b"", headers=(("Content-Encoding", "gzip"), ("Content-Encoding", "deflate"))),
        coded(b"\x0b\x02\x80x\x03", "br"),
        coded(b"\x28\xb5\x2f\xfd", "zstd"),
        coded(b"x", "compress"),
        coded(b"not gzip at all", "gzip"),
        coded(gzip.compress(b"hello" * 100)[:-12], "gzip"),
        coded(gzip.compress(b"hello")[:-4] + b"\0\0\0\0", "gzip"),
        coded(b"\x78\x9c garbage", "deflate"),
        coded(gzip.compress(b"") * 1025, "gzip"),
    ],
)
async def test_codings_that_were_not_asked_for_or_are_broken_are_refused(
    open_policy: Build, answer: bytes
) -> None:
    async with (
        serve(routes({"/": answer})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        with pytest.raises(ProtocolBroken):
            await fetcher.fetch(site.url())


async def test_a_cut_body_is_marked_when_the_caller_asks_for_it(open_policy: Build) -> None:
    table = {"/plain": reply(b"x" * 5000), "/coded": coded(gzip.compress(b"y" * 5000), "gzip")}
    async with serve(routes(table)) as site:
        limits = Limits(decoded_bytes=1000)
        async with SafeFetcher(open_policy(site.port), limits=limits) as fetcher:
            for path, letter in (("/plain", b"x"), ("/coded", b"y")):
                response = await fetcher.fetch(site.url(path), on_overflow="truncate")

                assert (response.body, response.truncated) == (letter * 1000, True)


def bomb(mebibytes: int) -> bytes:
    """Pack zeros as one endless gzip stream: after a full flush every mebibyte looks the same."""
    packer = zlib.compressobj(9, wbits=31)
    first, second = (
        packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    return first + second * (mebibytes - 1)


BOMB_SCRIPT = """
import asyncio, ipaddress, resource, sys
from haulier.safefetch import Limits, Policy, SafeFetcher, TooLarge

async def main(port):
    policy = Policy(ports=frozenset({port}), allow=(ipaddress.ip_network("127.0.0.1/32"),))
    async with SafeFetcher(policy) as fetcher:
        await fetcher.fetch(f"http://127.0.0.1:{port}/small")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for limits in (Limits(), Limits(ratio=1e9)):
            try:
                await fetcher.fetch(f"http://127.0.0.1:{port}/bomb", limits=limits)
            except TooLarge as error:
                print(error.reason)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print((after - before) // 1024)

asyncio.run(main(int(sys.argv[1])))
"""


def test_the_bomb_is_what_it_says() -> None:
    opener = zlib.decompressobj(31)

    assert opener.decompress(bomb(3)) == bytes(3 * MIB)


async def test_a_bomb_of_a_gibibyte_grows_the_process_by_less_than_32_mebibytes() -> None:
    """S0-FR5e."""
    table = {"/small": reply(b"x"), "/bomb": coded(bomb(1024), "gzip")}
    async with serve(routes(table)) as site:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            BOMB_SCRIPT,
            str(site.port),
            stdout=asyncio.subprocess.PIPE,
            env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        async with asyncio.timeout(50):
            output, _ = await process.communicate()

    ratio, size, growth = output.decode().split()
    assert (ratio, size) == ("ratio", "decoded_bytes")
    assert int(growth) < 32
