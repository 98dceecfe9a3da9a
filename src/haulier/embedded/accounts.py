"""Which account the server runs as, and what that account can reach."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from haulier.errors import SetupFailed

_WANTED = ("haulier", "nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An unprivileged user of this machine."""

    name: str
    uid: int
    gid: int


def choose_account(run_as: str | None, *, data_dir: Path) -> Account | None:
    """Answer whom to run PostgreSQL as: None, ourselves, unless we are root.

    No account is made for it. An existing `data_dir` keeps its owner.

    Raises SetupFailed when `run_as` is unknown or root, or asked for by somebody who is not root.
    """
    if os.geteuid() != 0:
        if run_as is not None and _by_name(run_as) != _by_uid(os.geteuid()):
            raise SetupFailed(f"Only root can run PostgreSQL as {run_as}.")
        return None
    if run_as is not None:
        account = _by_name(run_as)
        if account is None or account.uid == 0:
            raise SetupFailed(f"PostgreSQL cannot run as {run_as}: it must exist and not be root.")
        return account
    if data_dir.exists() and (owner := _by_uid(data_dir.stat().st_uid)) and owner.uid != 0:
        return owner
    for name in _WANTED:
        if account := _by_name(name):
            return account
    raise SetupFailed(
        "PostgreSQL refuses to run as root, and this machine has no account"
        f" {' or '.join(_WANTED)}. Name one with run_as, or start haulier as another user."
    )


def closed_folder(path: Path, account: Account) -> Path | None:
    """Answer the outermost folder on the way to `path` that `account` may not pass, or None."""
    for folder in reversed([path, *path.parents]):
        if folder.is_dir() and not _may_pass(folder.stat(), account):
            return folder
    return None


def _may_pass(folder: os.stat_result, account: Account) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _by_name(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _by_uid(uid: int) -> Account | None:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
