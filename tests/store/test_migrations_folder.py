"""Which files count as migrations."""

from pathlib import Path

import pytest

from haulier.errors import MigrationFailed
from haulier.store.migrations_folder import load_migrations


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name.removeprefix('m')}.sql").write_text(text)
    return folder


def test_files_are_answered_by_number_with_their_stage(tmp_path: Path) -> None:
    write(tmp_path, m0002_post_b="select 2", m0001_pre_a="select 1")
    (tmp_path / "README.md").write_text("not a migration")

    found = [(one.number, one.stage, one.name) for one in load_migrations(tmp_path)]

    assert found == [(1, "pre", "0001_pre_a.sql"), (2, "post", "0002_post_b.sql")]


def test_line_ends_do_not_change_a_checksum(tmp_path: Path) -> None:
    file = tmp_path / "0001_pre_a.sql"
    file.write_bytes(b"select 1;\nselect 2;\n")
    unix = load_migrations(tmp_path)[0].checksum
    file.write_bytes(b"select 1;\r\nselect 2;\r\n")

    assert load_migrations(tmp_path)[0].checksum == unix


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["0001_pre_a", "0003_pre_c"], "0002 is missing before 0003_pre_c.sql"),
        (["0002_pre_b"], "0001 is missing before 0002_pre_b.sql"),
        (["0001_pre_a", "0001_post_b"], "0001_post_b.sql and 0001_pre_a.sql have the same number"),
        (["0000_pre_a"], "0000_pre_a.sql: numbers begin with 0001"),
        (["1_pre_a"], "no migration's name"),
        (["0001_a"], "no migration's name"),
        (["0001_pre_A"], "no migration's name"),
        ([], "holds no migrations"),
    ],
)
def test_a_folder_that_does_not_add_up_is_refused(
    tmp_path: Path, names: list[str], message: str
) -> None:
    for name in names:
        (tmp_path / f"{name}.sql").write_text("select 1")

    with pytest.raises(MigrationFailed, match=message):
        load_migrations(tmp_path)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(MigrationFailed, match="holds no migrations"):
        load_migrations(tmp_path / "nowhere")


@pytest.mark.parametrize("word", ["begin", "commit", "ROLLBACK", "start transaction", "end"])
def test_a_migration_may_not_end_its_own_transaction(tmp_path: Path, word: str) -> None:
    (tmp_path / "0001_pre_a.sql").write_text(f"select 1;\n{word};\nselect 2;")

    with pytest.raises(MigrationFailed, match=r"0001_pre_a\.sql, line 2"):
        load_migrations(tmp_path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "0001_pre_a.sql").write_bytes(b"select '\xff'")

    with pytest.raises(MigrationFailed, match="not UTF-8"):
        load_migrations(tmp_path)
