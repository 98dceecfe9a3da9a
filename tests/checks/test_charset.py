import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts_by_hand import answer
from haulier.checks.charset import declared, decode


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("ä".encode(), "text/html; charset=utf-8", "ä"),
        ("ä".encode("latin-1"), 'text/html; charset="ISO-8859-1"', "ä"),
        (b"\x80", "text/html; charset=latin1", "€"),
        ("ä".encode(), "text/html", "ä"),
        (b"\xef\xbb\xbf" + "ä".encode(), "text/html; charset=latin1", "ä"),
        (b"\xff\xfe" + "ä".encode("utf-16le"), "text/html", "ä"),
        (b"<meta charset=latin1>\xe4", "text/html", "<meta charset=latin1>ä"),
        (b"<meta charset=latin1>\xc3\xa4", "text/html; charset=utf-8", "<meta charset=latin1>ä"),
        (b"<meta charset=utf-16>\xc3\xa4", "text/html", "<meta charset=utf-16>ä"),
        (b"<!-- <meta charset=latin1> -->\xc3\xa4", "text/html", "<!-- <meta charset=latin1> -->ä"),
        (b"\xff", "text/html; charset=no-such", "\ufffd"),
        (b"", None, ""),
    ],
)
def test_a_body_is_read_as_a_browser_would(
    body: bytes, content_type: str | None, text: str
) -> None:
    assert decode(answer(body, content_type=content_type)) == text


def test_a_declaration_beyond_the_first_1024_bytes_does_not_count() -> None:
    late = b"<!-- " + b"x" * 1024 + b" --><meta charset=latin1>"

    assert declared(answer(late, content_type="text/html")).meta is None


def test_an_http_equiv_declaration_counts() -> None:
    body = '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; Charset=Windows-1252">'

    assert declared(answer(body, content_type=None)).meta == "windows-1252"


@given(st.binary(max_size=300), st.text(max_size=30))
def test_no_bytes_and_no_header_make_it_raise(body: bytes, charset: str) -> None:
    text = decode(answer(body, content_type=f"text/html; charset={charset}"))

    text.encode()
