"""Which of the driver's errors mean: the same statement again may succeed."""

from typing import Final

import asyncpg

CONTENTION: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""SQLSTATE 40P01 and 40001: the transaction was rolled back whole."""
