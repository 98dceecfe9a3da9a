"""Recall, kept negatives and stability over the generated corpus."""

from collections import Counter
from collections.abc import Callable

import pytest

from haulier.redact import redact
from redact.corpus import Case, Draw, positives, survivors
from redact.ordinary import ordinary

CASES = list(positives())
RECALL_BAR = 0.98


def shown(value: object) -> str:
    return value if isinstance(value, str) else repr(value)


@pytest.mark.parametrize("family", sorted({case.family for case in CASES}))
def test_secrets_of_a_family_do_not_survive(
    family: str, record_property: Callable[[str, object], None]
) -> None:
    """S0-FR6a, S0-FR6c, S0-BR5: no twelve characters of a secret are left, at the bar or above."""
    cases = [case for case in CASES if case.family == family]

    leaked = [case for case in cases if survivors(case.core, shown(redact(case.value)))]

    recall = 1 - len(leaked) / len(cases)
    record_property("recall", recall)
    assert recall >= RECALL_BAR, Counter((case.kind, case.context) for case in leaked).most_common(
        20
    )


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(CASES) >= 1000
    assert len({case.kind for case in CASES}) >= 150


def test_what_stands_beside_a_secret_is_kept() -> None:
    """Hiding is exact: no case is answered by hiding the whole text, or by giving up."""
    for case in CASES:
        text = shown(redact(case.value))

        assert "[redacted:unreadable]" not in text, case
        assert "[redacted:text]" not in text, case


def test_a_second_pass_changes_nothing() -> None:
    for case in CASES:
        once = redact(case.value)

        assert redact(once) == once, case.context


@pytest.mark.parametrize(
    ("make", "beside"),
    [
        ("user=bob password={} host=db", ("user=bob ", " host=db")),
        (
            "postgres://bob:{}@db:5432/app?sslmode=on",
            ("postgres://bob:", "@db:5432/app?sslmode=on"),
        ),
        (
            "https://a.example/?page=2&token={}&sort=asc",
            ("https://a.example/?page=2&token=", "&sort=asc"),
        ),
        ('{{"a": 1, "password": "{}", "b": 2}}', ('{"a": 1, "password": "', '", "b": 2}')),
        ("Authorization: Bearer {}\r\nAccept: */*", ("Authorization: Bearer ", "\r\nAccept: */*")),
        ("Cookie: theme={}; lang=x", ("Cookie: theme=", "; lang=")),
        ("Set-Cookie: sid={}; Path=/; HttpOnly", ("Set-Cookie: sid=", "; Path=/; HttpOnly")),
        ("db:\n  password: |\n    {}\n  port: 1", ("db:\n  password: |\n    ", "\n  port: 1")),
        ("curl -u bob:{} https://a.example/", ("curl -u bob:", " https://a.example/")),
        ("<a><password>{}</password><b>1</b></a>", ("<a><password>", "</password><b>1</b></a>")),
    ],
)
def test_the_shape_of_the_text_is_kept(make: str, beside: tuple[str, str]) -> None:
    secret = "aB3" + "dE5fG7hJ9kL1"

    text = redact(make.format(secret))

    assert secret not in text
    assert text.startswith(beside[0])
    assert beside[1] in text


def test_ordinary_values_come_back_unchanged() -> None:
    """S0-FR6a: every negative of the corpus, whatever it resembles."""
    for value in ordinary():
        assert redact(value) == value


def test_a_case_says_where_it_failed() -> None:
    """The witness works: an untouched value counts as a leak."""
    case = Case(
        family="x", kind="x", context="x", value="abcdefghijklmnop", core="abcdefghijklmnop"
    )

    assert survivors(case.core, shown(case.value))


def test_names_in_great_number_are_judged_as_carefully_as_one() -> None:
    """Remembered answers are those that would be given anew."""
    draw = Draw(7)
    lines = [
        (f"user{number % 3}: password={{}} token: {{}} end", draw.of(20), draw.of(20))
        for number in range(400)
    ]

    text = redact("\n".join(line.format(first, second) for line, first, second in lines))

    assert text == "\n".join(
        line.format("[redacted:password]", "[redacted:token]") for line, _, _ in lines
    )
    kept = "password=None token: expired key=value\n" * 300
    assert redact(kept) == kept
