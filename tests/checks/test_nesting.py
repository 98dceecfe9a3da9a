import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.checks.nesting import shallow


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain < text > only",
        "<div></div>" * 50,
        "<li>" * 50,
        "<a name=x>" * 50,
        "<p>" * 50,
        "<br>" * 50,
        "<table>" + "<tr><td>" * 50,
        "<svg>" + "<path d='M0 0'/>" * 50 + "</svg>",
        "</div>" * 50,
        "<svg>" + "<g " * 50,
        "<select>" + "<option>" * 20_000,
        "<p " + "a=b " * 256 + ">x",
        "<p data-json='" + "a=b " * 5000 + "'>x",
        '<p a="' + "<div>" * 50 + '">x',
    ],
    ids=lambda text: text[:12],
)
def test_flat_documents_stay_whole(text: str) -> None:
    assert shallow(text, 10) == text


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 50,
        "<DIV class='a'>" * 50,
        "<g/>" * 50,
        "<svg><div>" + "<x/>" * 50,
        "<svg>" + "<g>" * 50,
        "<ul><li>" * 50,
        "</p>" * 50 + "<b>" * 50,
        "x<p " + "a=b " * 257 + ">x",
        "x<p " + "a/" * 257,
        "<select>" + "<option>" * 20_001,
        "x<p x' " + "a " * 257 + "'>x",
        "x<p " + "a='' " * 257,
    ],
    ids=lambda text: text[:12],
)
def test_deep_documents_are_cut_where_they_get_too_deep(text: str) -> None:
    cut = shallow(text, 10)

    assert len(cut) < len(text)
    assert text.startswith(cut)


@given(st.text(alphabet="<>/ adivsg\"'=", max_size=200), st.integers(1, 5))
def test_the_result_is_a_prefix_and_cutting_again_changes_nothing(text: str, limit: int) -> None:
    cut = shallow(text, limit)

    assert text.startswith(cut)
    assert shallow(cut, limit) == cut
