"""The folders and files under `<home>/postgres`."""

import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from haulier.embedded.accounts import Account, closed_folder
from haulier.errors import SetupFailed

_LONGEST_SOCKET_DIR = 85
"""Bytes: sun_path holds 104 on macOS and 108 on Linux, of which `/.s.PGSQL.65535` takes 15."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything of one embedded server lies."""

    root: Path
    data: Path
    log: Path
    passwords: Path
    """A folder that only we can read, one file per role."""
    lock: Path
    socket_dir: Path
    account: Account | None


def lay_out(home: Path, account: Account | None) -> Layout:
    """Make the folders that are missing, with the tightest modes that work, and answer them.

    Raises SetupFailed when `account` cannot reach them; folders that exist are never opened up.
    """
    root = home.absolute() / "postgres"
    layout = Layout(
        root=root,
        data=root / "data",
        log=root / "log",
        passwords=root / "passwords",
        lock=root / "lock",
        socket_dir=_socket_dir(root),
        account=account,
    )
    if account and (closed := closed_folder(root, account)):
        raise SetupFailed(
            f"PostgreSQL runs as {account.name}, who may not pass {closed} on the way to {root}."
            " Choose a home that others may pass: HAULIER_HOME=/var/lib/haulier."
        )
    try:
        _make_with_parents(root, mode=0o711 if account else 0o700)
        layout.passwords.mkdir(mode=0o700, exist_ok=True)
        for folder in (layout.log, layout.socket_dir):
            _make_private(folder, account)
    except OSError as error:
        raise SetupFailed(f"The database's folder cannot be made: {error}") from error
    return layout


def password(layout: Layout, role: str) -> str:
    """Answer the generated password of `role`, making it (mode 0600) the first time."""
    path = layout.passwords / role
    if not path.exists():
        draft = layout.passwords / f".{role}.{os.getpid()}"
        write_private(draft, secrets.token_urlsafe(32))
        draft.replace(path)
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; it must not exist yet."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(descriptor)


def give(path: Path, account: Account | None) -> None:
    """Hand a file or folder to the account that the server runs as."""
    if account:
        os.chown(path, account.uid, account.gid)


def _socket_dir(root: Path) -> Path:
    inside = root / "socket"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_DIR:
        return inside
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    return Path("/tmp") / f"haulier-{digest}"  # noqa: S108  # ownership is checked when made


def _make_with_parents(folder: Path, *, mode: int) -> None:
    if folder.is_dir():
        return
    _make_with_parents(folder.parent, mode=mode)
    try:
        folder.mkdir()
    except FileExistsError:  # another process has just made it
        return
    folder.chmod(mode)  # apart from mkdir, which heeds the umask


def _make_private(folder: Path, account: Account | None) -> None:
    owner = account.uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
            raise SetupFailed(f"{folder} exists and is not ours.") from None
        folder.chmod(0o700)
    give(folder, account)
