import os
import subprocess
import sys
from pathlib import Path

from haulier.safefetch import Policy, SafeFetcher


async def test_a_fetcher_cannot_be_told_not_to_verify() -> None:
    import inspect

    from haulier.safefetch import Limits

    for thing in (SafeFetcher, SafeFetcher.fetch, Policy, Limits):
        names = " ".join(inspect.signature(thing).parameters)
        assert not any(word in names for word in ("verify", "insecure", "ssl", "context"))


SCRIPT = """
import asyncio, ipaddress, sys
from haulier.safefetch import Policy, SafeFetcher, TlsFailed
from safefetch.certificates import issue, root, server_context
from haulier.testing.hostile_server import reply, routes, serve
from pathlib import Path
import dns.asyncresolver

async def main(folder):
    tls = server_context(folder, issue("127.0.0.1", root()))
    (folder / "ca.pem").write_bytes(root().pem())
    import os
    os.environ["SSL_CERT_FILE"] = str(folder / "ca.pem")
    async with serve(routes({"/": reply(b"x")}), tls=tls) as site:
        async with serve(routes({"/": reply(b"plain")})) as plain:
            policy = Policy(ports=frozenset({site.port, plain.port}),
                            allow=(ipaddress.ip_network("127.0.0.1/32"),))
            async with SafeFetcher(policy) as fetcher:
                try:
                    await fetcher.fetch(site.url())
                except TlsFailed as error:
                    print(error.reason)
                response = await fetcher.fetch(plain.url())
                print(response.body.decode(), plain.requests[0].values("authorization"))
                print(plain.requests[0].target)
    print((folder / "keys.log").exists())

asyncio.run(main(Path(sys.argv[1])))
"""


def test_the_environment_has_no_say(tmp_path: Path) -> None:
    """Proxies, netrc, key log and CA variables are those of other programs."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    (tmp_path / ".netrc").chmod(0o600)
    nowhere = "http://127.0.0.1:9/"
    environment = dict(os.environ) | {
        "HOME": str(tmp_path),
        "NETRC": str(tmp_path / ".netrc"),
        "HTTP_PROXY": nowhere,
        "http_proxy": nowhere,
        "HTTPS_PROXY": nowhere,
        "https_proxy": nowhere,
        "ALL_PROXY": nowhere,
        "all_proxy": nowhere,
        "SSLKEYLOGFILE": str(tmp_path / "keys.log"),
        "SSL_CERT_FILE": str(tmp_path / "ca.pem"),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout.split("\n")[:4] == ["unknown_issuer", "plain []", "/", "False"], done.stderr
