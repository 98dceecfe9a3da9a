"""What the embedded server is started with: small, durable, and silent about what it stores."""

from haulier.embedded.config import EmbeddedConfig
from haulier.embedded.layout import Layout

DEFAULT_PORT = 5432
"""Without TCP it is only the last part of the socket's name."""


def server_settings(config: EmbeddedConfig, layout: Layout, *, lz4: bool) -> dict[str, str]:
    """Answer every setting that we do not leave to PostgreSQL's defaults.

    Given on the command line, so that neither an old file nor ALTER SYSTEM changes them.
    """
    return {
        "listen_addresses": "" if config.port is None else "127.0.0.1",
        "port": str(config.port or DEFAULT_PORT),
        "unix_socket_directories": str(layout.socket_dir),
        "unix_socket_permissions": "0700",
        "cluster_name": "haulier",
        "max_connections": str(config.max_connections),
        "shared_buffers": f"{config.shared_buffers_mb}MB",
        "max_wal_size": f"{config.max_wal_size_mb}MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "lz4" if lz4 else "off",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "jit": "off",
        "timezone": "UTC",
        **_logging(layout),
        **config.server_settings,
    }


def _logging(layout: Layout) -> dict[str, str]:
    """One file per weekday, overwritten a week later; no SQL text, parameters or row contents."""
    return {
        "logging_collector": "on",
        "log_directory": str(layout.log),
        "log_filename": "postgresql-%a.log",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "log_timezone": "UTC",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
    }
