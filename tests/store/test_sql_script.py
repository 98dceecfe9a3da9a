"""How a script falls apart into statements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.store.sql_script import split_statements


def texts(script: str) -> list[str]:
    return [statement.text for statement in split_statements(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        (" ;; -- nothing; here\n/* nor; /* here; */ ; */", []),
        ("select 1; select 2", ["select 1", "select 2"]),
        ("select ';', 'it''s;'; x", ["select ';', 'it''s;'", "x"]),
        (r"select e'\';'; x", [r"select e'\';'", "x"]),
        (r"select '\'; x", [r"select '\'", "x"]),
        ('select ";" ; x', ['select ";"', "x"]),
        ("do $$ begin; end $$; x", ["do $$ begin; end $$", "x"]),
        ("do $a$ $$;$$ $a$; x", ["do $a$ $$;$$ $a$", "x"]),
        ("select $1; x", ["select $1", "x"]),
        ("select a$$b; x", ["select a$$b", "x"]),
        (
            "create rule r as on insert to t do (a; b); x",
            ["create rule r as on insert to t do (a; b)", "x"],
        ),
        (
            "create or replace function f() begin atomic select case 1 when 1 then 1 end; end; x",
            [
                "create or replace function f() begin atomic select case 1 when 1 then 1 end; end",
                "x",
            ],
        ),
        ("begin; x; end; y", ["begin", "x", "end", "y"]),
        ("select 'never closed; x", ["select 'never closed", "x"]),
        ("do $$ never closed; x", ["do $$ never closed; x"]),
        ("x; /* never closed; y", ["x"]),
    ],
)
def test_a_semicolon_separates_only_where_postgresql_says_so(
    script: str, expected: list[str]
) -> None:
    assert texts(script) == expected


def test_a_statement_knows_its_line() -> None:
    script = "-- one\n\nselect 1;\n/* a\nb */ select\n2;\n\n\nx"

    assert [statement.line for statement in split_statements(script)] == [3, 5, 9]


@given(st.text(alphabet="ab ;'\"$/*-\\()\n1eE") | st.text())
def test_any_text_falls_apart_and_loses_nothing_but_blanks_comments_and_semicolons(
    script: str,
) -> None:
    position = 0
    for statement in split_statements(script):
        found = script.index(statement.text, position)
        assert statement.text.strip()
        assert script.count("\n", 0, found) + 1 >= statement.line
        position = found + len(statement.text)
