"""Sentences for people while a command works: on stderr, so that output stays clean."""

import sys


def notice(text: str) -> None:
    """One sentence."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
