"""What makes two failures the same failure."""

import re
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.domain.dead_letters import (
    FINGERPRINT_PATTERN,
    fingerprint,
    parse_fingerprint,
    parse_region,
    without_variables,
)
from haulier.domain.outcomes import Category
from haulier.errors import InvalidInput

ALIKE = [
    ("Row 17 of 99 is broken", "Row <number> of <number> is broken"),
    ("took 1,204.5 s, -3 left, 1e-05 off", "took <number> s, <number> left, <number> off"),
    ("no user 5f0c6a1e-98aa-4f62-9d4e-2f1f7c0d8b11", "no user <uuid>"),
    ("commit 9fceb02d0ae598e9 is unknown", "commit <hex> is unknown"),
    ("<Thing object at 0x7f3a2c> died", "<Thing object at <address>> died"),
    ("10.0.0.1:5432 refused; so did fe80::1", "<address> refused; so did <address>"),
    ("job_06f0q2k3m8x7v9a1b2c3d4e5f6 is gone", "job_<id> is gone"),
    ("key 'colour' is missing from \"shelf 3\"", "key <value> is missing from <value>"),
    ("it can't and won't", "it can't and won't"),
    (
        "GET https://shop.example/a/b?c=4 said 502, for http://shop.example",
        "GET https://shop.example/<path> said <number>, for http://shop.example/<path>",
    ),
    ('File "/srv/a.py", line 41, in load\n    raise', "File <value>, line <number>, in load raise"),
    ("HTTP2 stream reset", "HTTP<number> stream reset"),
    ("test_http2_connection_pool failed", "test_http<number>_connection_pool failed"),
    ("  two\n\tlines ", "two lines"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "reduced"), ALIKE)
def test_what_differs_from_run_to_run_is_taken_out(text: str, reduced: str) -> None:
    assert without_variables(text) == reduced


@pytest.mark.parametrize(
    ("kind", "category", "error_type", "text", "expected"),
    [
        ("site.audit", Category.TIMEOUT, "Timeout", "stopped after 300 s", "7e439ada693da8bf"),
        ("site.audit", Category.INTERNAL, "KeyError", "'price'", "b64db4370c596500"),
    ],
)
def test_fingerprints_stay_what_they_are_over_releases(
    kind: str, category: Category, error_type: str, text: str, expected: str
) -> None:
    """A changed rule splits every group of an installation in two: change these on purpose."""
    assert fingerprint(kind, category, error_type, text) == expected


@given(st.integers(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_do_not_tell_failures_apart(one: int, other: int, third: float) -> None:
    texts = {f"row {value} of the file is broken" for value in (one, other, third)}

    assert len({fingerprint("a.b", Category.INTERNAL, "E", text) for text in texts}) == 1


@given(st.uuids(), st.uuids())
def test_ids_do_not_tell_failures_apart(one: object, other: object) -> None:
    assert without_variables(f"no {one} here") == without_variables(f"no {other} here")


@given(
    st.text(st.characters(exclude_characters="'\n"), max_size=200),
    st.ip_addresses(),
    st.text(string.ascii_letters + string.digits + "/?=&%.", max_size=50),
)
def test_values_addresses_and_paths_do_not_tell_failures_apart(
    value: str, address: object, path: str
) -> None:
    text = f"'{value}' from {address} at https://shop.example/{path} broke"

    assert without_variables(text) == "<value> from <address> at https://shop.example/<path> broke"


@given(st.sampled_from(Category), st.text(), st.text(st.characters(categories=None)))
def test_any_failure_has_a_fingerprint(category: Category, error_type: str, text: str) -> None:
    found = fingerprint("a.b", category, error_type, text)

    assert re.fullmatch(FINGERPRINT_PATTERN, found)
    assert parse_fingerprint(found) == found
    assert fingerprint("a.b", category, error_type, text) == found


def test_kind_category_type_and_words_tell_failures_apart() -> None:
    found = {
        fingerprint("a.b", Category.INTERNAL, "E", "broke"),
        fingerprint("a.c", Category.INTERNAL, "E", "broke"),
        fingerprint("a.b", Category.TIMEOUT, "E", "broke"),
        fingerprint("a.b", Category.INTERNAL, "F", "broke"),
        fingerprint("a.b", Category.INTERNAL, "E", "bent"),
        fingerprint("a.b", Category.INTERNAL, "Eb", "roke"),
    }

    assert len(found) == 6


@pytest.mark.parametrize(
    "unit", ["'", "'a ", '"`', "0", "a1", "f" * 9, "1.", ":", "://", "a://b", " ", "-", "0x", "<"]
)
def test_hostile_text_costs_little(unit: str) -> None:
    """A million characters would take minutes if any pattern were quadratic."""
    text = unit * (200_000 // len(unit))
    start = time.process_time()

    without_variables(text)

    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text", ["", "abc", "G" * 16, "0" * 17, "0" * 15 + "\n", "0123456789ABCDEF"]
)
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_fingerprint(text)


@pytest.mark.parametrize("text", ["", "EU", "-a", "a" * 33, "eu\n", "e\x00", "e u"])
def test_what_is_no_region_is_refused(text: str) -> None:
    assert parse_region("eu-west_1") == "eu-west_1"
    with pytest.raises(InvalidInput):
        parse_region(text)
