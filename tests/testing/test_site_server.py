"""The sample site over real connections: TLS, redirects, negotiation, and sound content."""

import gzip
import re
import ssl
from functools import partial

import anyio
import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from haulier.testing.site_conduct import CONDUCTS, Variant
from haulier.testing.site_server import SampleSite, serve_sample_site
from testing.evidence import Fetch, leaf_of, say, trusting

VARIANTS: tuple[Variant, ...] = ("sound", "faulty")
SOUND_PAGES = (
    "/",
    "/de",
    "/bikes",
    "/bikes/estuary-tourer",
    "/workshop",
    "/journal/winter-tyres",
    "/about",
    "/contact",
)


async def test_the_certificate_holds_for_whoever_trusts_the_authority(sound: SampleSite) -> None:
    leaf = await anyio.to_thread.run_sync(partial(leaf_of, sound))

    assert "shop.localhost" in leaf.subject.rfc4514_string()


async def test_the_certificate_is_refused_without_the_authority(sound: SampleSite) -> None:
    async with httpx2.AsyncClient(verify=ssl.create_default_context(), trust_env=False) as client:
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.get(f"https://127.0.0.1:{sound.https_port}/")


async def test_the_sound_site_leads_http_to_https_with_path_and_query(
    sound: SampleSite, fetch: Fetch
) -> None:
    answer = await fetch(sound, "/bikes?size=54", secure=False)

    assert answer.status_code == 301
    assert answer.headers["location"] == f"{sound.https_url}bikes?size=54"


async def test_a_target_in_absolute_form_is_not_taken_for_a_path(sound: SampleSite) -> None:
    answer = await say(sound.http_port, b"GET http://elsewhere.example/ HTTP/1.0\r\n\r\n")

    assert f"Location: {sound.https_url}\r\n".encode() in answer


@pytest.mark.parametrize(("variant", "status"), [("sound", b"301"), ("faulty", b"200")])
async def test_the_https_port_answers_plain_http_too(variant: Variant, status: bytes) -> None:
    async with serve_sample_site(variant) as site:
        answer = await say(site.https_port, b"GET / HTTP/1.0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 " + status)


async def test_head_has_the_fields_of_get_and_no_body(sound: SampleSite, fetch: Fetch) -> None:
    get = await fetch(sound, "/about")
    head = await fetch(sound, "/about", method="HEAD")

    assert head.content == b""
    assert without_date(head) == without_date(get)


def without_date(answer: httpx2.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}


async def test_a_matching_validator_costs_no_body(sound: SampleSite, fetch: Fetch) -> None:
    tag = (await fetch(sound, "/assets/shop.css")).headers["etag"]

    fresh = await fetch(sound, "/assets/shop.css", headers={"If-None-Match": tag})
    stale = await fetch(sound, "/assets/shop.css", headers={"If-None-Match": '"other"'})

    assert (fresh.status_code, fresh.content) == (304, b"")
    assert stale.status_code == 200


async def test_text_is_compressed_for_those_who_accept_it(sound: SampleSite, fetch: Fetch) -> None:
    packed = await fetch(sound, "/about", headers={"Accept-Encoding": "gzip"})
    plain = await fetch(sound, "/about", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, mtime=0))


async def test_the_newsletter_form_is_answered_and_other_writes_are_not(
    sound: SampleSite, fetch: Fetch
) -> None:
    subscribed = await fetch(sound, "/newsletter", method="POST")
    put = await fetch(sound, "/about", method="PUT")

    assert (subscribed.status_code, subscribed.headers["location"]) == (303, "/thanks")
    assert (put.status_code, put.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


async def test_a_foreign_origin_gets_nothing_from_the_sound_site(
    sound: SampleSite, fetch: Fetch
) -> None:
    origin = {"Origin": "https://elsewhere.example"}

    answer = await fetch(sound, "/", method="OPTIONS", headers=origin)

    assert answer.status_code == 204
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path", ["/no-such-page", "/404", "/assets/../index.html", "/%2e%2e/", "*"]
)
async def test_unknown_paths_are_a_true_404_on_the_sound_site(path: str, sound: SampleSite) -> None:
    raw = f"GET {path} HTTP/1.0\r\n\r\n".encode()

    answer = await say(sound.https_port, raw, context=trusting(sound))

    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))


async def test_every_link_and_asset_of_the_sound_site_leads_somewhere(
    sound: SampleSite, fetch: Fetch
) -> None:
    wanted: set[str] = set()
    for path in SOUND_PAGES:
        tree = LexborHTMLParser((await fetch(sound, path)).text)
        for node in tree.css("[src], [href]"):
            value = node.attributes.get("src") or node.attributes.get("href") or ""
            assert not value.startswith("//")
            wanted.add(value.removeprefix(sound.https_url.removesuffix("/")))

    internal = {value for value in wanted if value.startswith("/")}
    outside = {value for value in wanted if re.match("https?:", value)}

    assert not outside
    assert internal >= {"/bikes", "/assets/shop.css", "/assets/icon.svg"}
    for path in internal:
        assert (await fetch(sound, path)).status_code == 200, path


@pytest.mark.parametrize("path", SOUND_PAGES)
async def test_sound_pages_are_titled_described_and_worth_reading(
    path: str, sound: SampleSite, fetch: Fetch
) -> None:
    tree = LexborHTMLParser((await fetch(sound, path)).text)
    title, main = tree.css_first("title"), tree.css_first("main")
    summary = tree.css_first("meta[name=description]")
    assert title
    assert main
    assert summary

    assert 10 <= len(title.text()) <= 70
    assert 50 <= len(summary.attributes.get("content") or "") <= 160
    assert len(tree.css("h1")) == 1
    assert len(main.text(separator=" ").split()) >= 100


@pytest.mark.parametrize("variant", VARIANTS)
async def test_no_placeholder_is_left_in_an_answer(variant: Variant, fetch: Fetch) -> None:
    async with serve_sample_site(variant) as site:
        for path in (*SOUND_PAGES, "/robots.txt", "/sitemap.xml", "/.well-known/security.txt"):
            assert "{{" not in (await fetch(site, path)).text, path


def test_no_field_has_characters_that_break_a_header() -> None:
    for conduct in CONDUCTS.values():
        layers = (
            conduct.everywhere,
            conduct.preflight,
            *conduct.by_path.values(),
            *conduct.by_media_type.values(),
        )
        for name, value in (field for layer in layers for field in layer):
            assert re.fullmatch(r"[A-Za-z-]+: [ -~]+", f"{name}: {value}")
