"""The migrations that this release brings, read and checked."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from haulier.errors import MigrationFailed
from haulier.store.sql_script import split_statements

Stage = Literal["pre", "post"]

_NAME = re.compile(r"(?P<number>\d{4})_(?P<stage>pre|post)_[a-z0-9_]+\.sql")
_TRANSACTION_WORDS = frozenset({"begin", "start", "commit", "end", "rollback", "abort", "prepare"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file, `0007_pre_add_labels.sql`, which runs once and never changes after its release."""

    number: int
    """From 1, without gaps."""
    stage: Stage
    """`pre`: the code of the previous release still works with it. `post`: it does not."""
    name: str
    """The file's name."""
    text: str
    checksum: str
    """SHA-256 of the file with LF line ends, in hexadecimal."""


def load_migrations(folder: Traversable | None = None) -> list[Migration]:
    """Answer all migrations in order: the released ones, or those of another `folder`.

    Raises MigrationFailed for a strange file, a number that is missing or given twice, an empty
    folder, and a script that begins or ends transactions itself.
    """
    folder = files("haulier.store") / "migrations" if folder is None else folder
    try:
        found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MigrationFailed(f"{folder} holds no migrations.") from error
    migrations = [_read(entry) for entry in sorted(found, key=lambda entry: entry.name)]
    if not migrations:
        raise MigrationFailed(f"{folder} holds no migrations.")
    _check_numbers(migrations)
    return migrations


def _read(entry: Traversable) -> Migration:
    match = _NAME.fullmatch(entry.name)
    if match is None:
        raise MigrationFailed(
            f"{entry.name} is no migration's name: NNNN_pre_<what>.sql or NNNN_post_<what>.sql."
        )
    try:
        text = entry.read_bytes().decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise MigrationFailed(f"{entry.name} is not UTF-8.") from error
    for statement in split_statements(text):
        if statement.first_word in _TRANSACTION_WORDS:
            raise MigrationFailed(
                f"{entry.name}, line {statement.line}: {statement.first_word} is not allowed,"
                " because a migration is one transaction as a whole."
            )
    return Migration(
        number=int(match["number"]),
        stage="pre" if match["stage"] == "pre" else "post",
        name=entry.name,
        text=text,
        checksum=hashlib.sha256(text.encode()).hexdigest(),
    )


def _check_numbers(migrations: Sequence[Migration]) -> None:
    for expected, migration in enumerate(migrations, start=1):
        if migration.number == 0:
            raise MigrationFailed(f"{migration.name}: numbers begin with 0001.")
        if migration.number < expected:
            before = migrations[expected - 2]
            raise MigrationFailed(f"{before.name} and {migration.name} have the same number.")
        if migration.number > expected:
            raise MigrationFailed(f"Migration {expected:04} is missing before {migration.name}.")
