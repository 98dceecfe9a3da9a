"""A PostgreSQL of one's own: found on this machine, supervised as a child of this process."""

from haulier.embedded.config import EmbeddedConfig
from haulier.embedded.postgres import EmbeddedPostgres

__all__ = ["EmbeddedConfig", "EmbeddedPostgres"]
