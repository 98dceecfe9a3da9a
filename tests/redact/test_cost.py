"""No text makes the work grow faster than the text: each hostile repeat at n and at 4 n."""

import re
import time

import pytest

from haulier.redact import redact_text
from haulier.redact.catalogue import families

LITERALS = sorted(
    {
        start
        for family in families().values()
        for pattern in family.patterns
        for start in pattern.starts
    }
)
GRAMMAR = (
    "a", "A", "0", "_", "-", " ", "\n", "=", ":", "'", '"', "\\", "/", ".", "@", "%", "&", "<", ">", "[", "(", "{", "`", "“", "$", "|",
    "://", "://a:b", "http://a:b/c?d", "password=", "password=a", 'password="', "token=“", 'key=\\"', "key=", "token ", "password is ",
    "Authorization: ", "Authorization: Basic ", "Authorization: Digest a=b, ", "Cookie: ", "Cookie: a=b;", "a=b; ", "Cookie: a;",
    "password: |\n ", "token: [", "'a',", "<password>", "password", "passwordpassword=", "--token -", '"password","', "secret_",
    "Bearer ", "Basic ", 'kty"d":"', "user:pass@", "ey.", "key: <", "${", "identified by ", '"token" value=', 'token a="b" ', "%3D",
    "a%40", "%3A%2F%2F", "[redacted:x]", "[redacted:", "password=[redacted:x]", "\ue000", "password=\ue000", "password=,a", "key=(a",
    "token = a.", "token:\n", "key\n=", "curl -u ", "mysql -p", " -p a", ":5432:a:a:a", "a:5432:", "password=correct horse ", "İ",
    "name=\"password\"\r\n", "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----\nabc", "Private-Lines: 1\n", "oracle:thin:a/",
)  # fmt: skip
SMALL = 12_000
GENEROUS = 12


def seconds(text: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        redact_text(text)
        best = min(best, time.process_time() - start)
    return best


def repeated(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


@pytest.mark.parametrize("piece", [*GRAMMAR, *(f"{literal} " for literal in LITERALS[::6])])
def test_the_cost_of_hostile_text_is_linear(piece: str) -> None:
    """Four times the text costs about four times as much, never sixteen: the bound is twelve."""
    small = seconds(repeated(piece, SMALL))

    large = seconds(repeated(piece, 4 * SMALL))

    assert large < GENEROUS * small + 0.05


@pytest.mark.parametrize("name", sorted(families()))
def test_the_formats_of_a_family_do_not_backtrack(name: str) -> None:
    """Their own literals, over and over and before long runs of each class of characters."""
    for pattern in families()[name].patterns:
        for start in pattern.starts:
            for filling in ("a", "A", "0", "-", ".", "aB3", "a.", "/", "=", start):
                hostile = start + repeated(filling, SMALL) + "!"

                assert seconds_of_one(pattern.rest, hostile, len(start)) < 0.25


def seconds_of_one(expression: str, text: str, position: int) -> float:
    compiled = re.compile(expression)
    start = time.process_time()
    compiled.match(text, position)
    return time.process_time() - start
