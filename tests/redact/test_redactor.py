"""Registered secrets, policy, exceptions, and the promises that hold for all text."""

import base64
import html
import json
import re
import traceback
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haulier.redact import Policy, Redactor, redact, redact_exception, redact_text

REGISTERED = 'wörd "with" /all?&' + "sorts'\n<of> things"
CORE = "plain-registered-" + "value"

PIECES = (
    "password=", "token: ", "Authorization: Bearer ", "Cookie: a=b; ", "[redacted:token]", "[redacted:", "gh" + "p_", "ey" + "J",
    "://a:b@c", '"', "'", "\\", "\\n", "\n", " ", "=", ":", ";", ",", "&", "%3D", "|", "[", "]", "{", "}", "(", ")", "<", ">", "</",
    "secret", "api_key", "--password ", "-p", "curl -u a:b", "aB3dE5fG7hJ9kL1mN2pQ4rS6", "0123456789abcdef" * 2, "is ", "\ue000",
    "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "None", "${X}", "İ", "。", "key", "session", '"kty"', '"d":"', "Basic dXNlcjpwYXNz",
)  # fmt: skip
hostile_text = st.one_of(
    st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6))).map("".join)
)
values = st.recursive(
    st.one_of(
        hostile_text,
        st.binary(),
        st.integers(),
        st.floats(allow_nan=False),
        st.none(),
        st.booleans(),
    ),
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(hostile_text, inner), st.tuples(inner, inner)
    ),
    max_leaves=20,
)


@settings(max_examples=1500, deadline=None)
@given(hostile_text)
def test_text_is_at_rest_after_one_pass(text: str) -> None:
    """S0-FR6a: idempotent, total, and text stays text."""
    once = redact_text(text)

    assert type(once) is str
    assert redact_text(once) == once
    assert "[redacted:unreadable]" not in once or "[redacted:unreadable]" in text


@settings(max_examples=300, deadline=None)
@given(values)
def test_any_value_is_answered_and_at_rest(value: object) -> None:
    before = repr(value)

    once = redact(value)

    assert repr(value) == before
    assert redact(once) == once


@settings(max_examples=300, deadline=None)
@given(st.text(min_size=4), hostile_text, hostile_text)
def test_a_registered_value_never_survives(secret: str, before: str, after: str) -> None:
    redactor = Redactor([secret])

    shown = redactor.text(before + secret + after)

    assert secret not in shown or secret in "[redacted:registered]"
    assert redactor.text(shown) == shown


@settings(max_examples=200, deadline=None)
@given(st.binary())
def test_bytes_stay_bytes(data: bytes) -> None:
    assert isinstance(redact(data), bytes)


@pytest.mark.parametrize(
    "form",
    [
        REGISTERED, quote(REGISTERED), quote(REGISTERED, safe=""), quote_plus(REGISTERED), json.dumps(REGISTERED)[1:-1],
        json.dumps(REGISTERED, ensure_ascii=False)[1:-1], repr(REGISTERED)[1:-1], html.escape(REGISTERED), REGISTERED.encode().hex(),
    ],
)  # fmt: skip
def test_a_registered_value_is_hidden_in_every_form(form: str) -> None:
    """S0-FR6c: as it is, URL-encoded, escaped, in hex."""
    shown = Redactor([REGISTERED]).text(f"before {form} after")

    assert shown == "before [redacted:registered] after"


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_a_registered_value_is_hidden_inside_base64(shift: int) -> None:
    encoded = base64.b64encode(b"x" * shift + CORE.encode() + b"tail").decode()

    shown = Redactor([CORE]).text(f"blob {encoded} end")

    assert CORE.encode() not in base64.b64decode(shown.split()[1].partition("[")[0] + "====")
    assert "[redacted:registered]" in shown


def test_the_examples_of_the_page_are_true() -> None:
    """Each call in docs/explanation/redact.md that is followed by its answer gives that answer."""
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "redact.md").read_text()
    calls = re.findall(r"^(redact.*)\n# (.+)$", page, re.MULTILINE)

    assert len(calls) >= 2
    for call, answer in calls:
        assert repr(eval(call, {"redact": redact, "redact_text": redact_text})) == answer  # noqa: S307 - our page


def test_values_too_short_to_register_are_ignored() -> None:
    assert Redactor(["a", "", "abc"]).text("abc a") == "abc a"


def test_mail_addresses_are_kept_unless_the_policy_says_so() -> None:
    text = "bob.smith+news@example.co.uk wrote"

    assert redact_text(text) == text
    assert (
        Redactor(policy=Policy(hide_mail_addresses=True)).text(text)
        == "[redacted:mail-address] wrote"
    )


def failing(secret: str) -> BaseException:
    """An error with a cause, a note and a group inside, each holding the secret."""
    error = ExceptionGroup("several", [ValueError(f"token: {secret}")])
    error.add_note(f"Authorization: Bearer {secret}")
    try:
        raise error from KeyError(f"password={secret}")
    except ExceptionGroup as raised:
        return raised


def test_an_exception_is_rendered_without_secrets() -> None:
    """S0-FR6a, S0-BR5: message, causes, notes, groups and traceback."""
    secret = "aB3dE5" + "fG7hJ9kL1mN2pQ4r"

    shown = redact_exception(failing(secret))

    assert secret not in shown
    assert "ExceptionGroup: several" in shown
    assert "KeyError" in shown
    assert "Authorization: Bearer [redacted:bearer]" in shown
    assert "in failing" in shown
    assert redact(failing(secret)).count("[redacted:") == shown.count("[redacted:")


def test_an_exception_without_secrets_reads_as_python_prints_it() -> None:
    error = ValueError("no such row")

    assert redact_exception(error) == "".join(traceback.format_exception(error)).rstrip()


class Broken(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_an_exception_that_cannot_say_what_it_is_is_answered() -> None:
    assert "Broken" in redact_exception(Broken())


def test_exceptions_that_cause_each_other_are_answered() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first

    assert "ValueError: a" in redact_exception(first)
