"""Ties a child process of ours to the one that started it."""

import os
import signal
import sys
from typing import Annotated, TypeAlias

import typer

from haulier.embedded.launch import die_with_parent

ParentOption: TypeAlias = Annotated[
    int | None, typer.Option("--parent", hidden=True, help="End when this process dies.")
]


def tie_to(parent: int | None) -> None:
    """Gets SIGTERM when the process `parent` dies (Linux); None does nothing."""
    if parent is not None and sys.platform == "linux" and os.getppid() == parent:
        die_with_parent(parent, signal.SIGTERM)
