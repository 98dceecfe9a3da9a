"""A PostgreSQL of one's own: found on this machine, supervised as a child of this process."""

from haulier.embedded.config import EmbeddedConfig
from haulier.embedded.postgres import EmbeddedPostgres
from haulier.embedded.running import RunningPostgres, find_running

__all__ = ["EmbeddedConfig", "EmbeddedPostgres", "RunningPostgres", "find_running"]
