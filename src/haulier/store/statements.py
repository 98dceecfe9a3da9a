"""Loads the SQL files, one statement each, once."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """The text of `store/sql/<noun>/<verb>.sql`, for a name such as `jobs/enqueue`."""
    return files("haulier.store").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
