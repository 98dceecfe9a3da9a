"""When two jobs are the same work."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.domain.idempotency import (
    canonical_json,
    canonical_url,
    dedupe_key,
    parse_idempotency_key,
    request_digest,
)
from haulier.domain.ids import WorkspaceId
from haulier.domain.kinds import Dedupe, Kind, KindRef
from haulier.errors import InvalidInput

AUDIT = Kind(
    ref=KindRef("site.audit"),
    args_schema={
        "$ref": "#/$defs/Args",
        "$defs": {
            "Args": {
                "type": "object",
                "properties": {
                    "url": {"type": "string", "format": "uri"},
                    "depth": {"type": "integer", "default": 1},
                    "note": {"type": "string"},
                },
            }
        },
    },
    dedupe=Dedupe(args=("url", "depth"), salt="web@1", window=timedelta(hours=1)),
)
ALPHA = WorkspaceId("alpha")
GOLDEN = "1d1cfce0075280d3b808e87bd305c6ab968268e96fb94c33d4f20280d4ff56c0"


def key_of(**args: object) -> str:
    return dedupe_key(ALPHA, AUDIT, args)


def test_a_dedupe_key_is_the_sha256_of_canonical_json() -> None:
    """S0-FR4a: a golden vector. Should it change, running systems forget what they did."""
    assert key_of(url="https://example.com/") == GOLDEN


@pytest.mark.parametrize(
    "args",
    [
        {"url": "HTTPS://EXAMPLE.com:443"},
        {"url": "https://example.com/#part"},
        {"url": "https://example.com/", "depth": 1},
        {"depth": 1, "url": "https://example.com/"},
        {"url": "https://example.com/", "note": "not part of the key"},
    ],
)
def test_spellings_of_the_same_work_have_the_same_key(args: dict[str, object]) -> None:
    """S0-FR4a: URLs are canonical, defaults count as given, order and other args do not matter."""
    assert key_of(**args) == GOLDEN


@pytest.mark.parametrize(
    "args",
    [
        {"url": "https://example.com/", "depth": 2},
        {"url": "http://example.com/"},
        {"url": "https://example.com/path"},
        {"url": "https://example.com/?a=1"},
        {"url": "https://example.com:8443/"},
        {"url": "https://example.com/", "depth": "1"},
        {},
    ],
)
def test_other_work_has_another_key(args: dict[str, object]) -> None:
    assert key_of(**args) != GOLDEN


def test_workspace_kind_version_and_salt_are_part_of_the_key() -> None:
    """S0-FR4a, S3-MT."""
    args = {"url": "https://example.com/"}
    others = [
        dedupe_key(WorkspaceId("beta"), AUDIT, args),
        dedupe_key(ALPHA, _with(AUDIT, ref=KindRef("site.audit", 2)), args),
        dedupe_key(ALPHA, _with(AUDIT, dedupe=Dedupe(args=("url", "depth"), salt="web@2")), args),
    ]

    assert len({GOLDEN, *others}) == 4


def test_without_named_args_all_of_them_count() -> None:
    every = _with(AUDIT, dedupe=Dedupe())

    assert dedupe_key(ALPHA, every, {"note": "a"}) != dedupe_key(ALPHA, every, {"note": "b"})


def _with(kind: Kind, *, ref: KindRef | None = None, dedupe: Dedupe | None = None) -> Kind:
    return Kind(ref=ref or kind.ref, args_schema=kind.args_schema, dedupe=dedupe or kind.dedupe)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("http://example.com:80/", "http://example.com/"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com:80/a", "https://example.com:80/a"),
        ("https://example.com/a?b=2&a=1", "https://example.com/a?b=2&a=1"),
        ("https://example.com/a#b", "https://example.com/a"),
        ("https://example.com?x", "https://example.com/?x"),
        ("https://b\u00fccher.example/", "https://xn--bcher-kva.example/"),
        ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]/"),
        ("https://Example.com/CaSe", "https://example.com/CaSe"),
        ("no url at all", "no url at all"),
        ("https://[broken/", "https://[broken/"),
        ("https://example.com:99999/", "https://example.com:99999/"),
        ("", ""),
    ],
)
def test_a_url_has_one_spelling(url: str, canonical: str) -> None:
    """S0-FR4a."""
    assert canonical_url(url) == canonical


@given(st.text() | st.from_regex(r"https?://[a-zA-Z0-9.\-:\[\]@%]{0,30}/?[^\n]{0,20}"))
def test_the_canonical_spelling_is_total_and_stays_as_it_is(url: str) -> None:
    once = canonical_url(url)

    assert canonical_url(once) == once


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_a_digest_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    turned = dict(reversed(list(value.items())))

    assert request_digest(turned) == request_digest(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [-float("inf")]])
def test_what_json_cannot_say_has_no_canonical_form(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(value)


@pytest.mark.parametrize("text", ["a", "~" * 255, "!#$%&'()*+,-./:;<=>?@[]^_`{|}"])
def test_an_idempotency_key_is_visible_ascii(text: str) -> None:
    assert parse_idempotency_key(text) == text


@pytest.mark.parametrize("text", ["", " ", "a b", "a" * 256, "\u00e9", "a\n", "\x7f", "\x00"])
def test_other_idempotency_keys_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_idempotency_key(text)
